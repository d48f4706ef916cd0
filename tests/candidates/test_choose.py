"""Which terms a consumer gets: verdicts, the consumer's own dictionary, the cut-off; and the command that says so."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.command import Run, run
from termmine import EmptyResultError
from termmine.candidates.choose import DICTIONARIES, TABLES, Wanted, choose
from termmine.formats.cutoff import NTH, SHARE
from termmine.formats.write import WRITERS

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["", "y", "否", "待定"]),
        st.one_of(st.none(), st.floats(0, 1000)),
        st.sampled_from([None, True, False]),
    ),
    min_size=1,
    max_size=25,
)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def naive_choice(rows: list[tuple[str, float | None, bool | None]], form: str, wanted: Wanted) -> list[int]:
    """The numbers of the rows that are kept, said as plainly as it can be."""
    scores = sorted((score for _, score, _ in rows if score is not None), reverse=True)
    kept = []
    for i, (verdict, score, known) in enumerate(rows):
        accepted, rejected = verdict == "y", verdict == "否"
        least = wanted.min_score
        if (
            least is None
            and form in DICTIONARIES
            and not wanted.everything
            and wanted.top is None
            and len(scores) > NTH
        ):
            least = scores[NTH - 1] * SHARE if scores[NTH - 1] > 0 else None
        is_low = least is not None and score is not None and score < least and not accepted
        out = not accepted if wanted.accepted_only else rejected and form not in TABLES
        if not (out or is_low or (wanted.new_only and known)):
            kept.append(i)
    return kept[: wanted.top]


@given(
    ROWS,
    st.sampled_from(sorted(WRITERS)),
    st.builds(
        Wanted,
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.one_of(st.none(), st.just(50.0)),
        st.one_of(st.none(), st.integers(1, 9)),
    ),
)
def test_the_choice_is_the_naive_one(
    rows: list[tuple[str, float | None, bool | None]], form: str, wanted: Wanted
) -> None:
    frame = pd.DataFrame(rows, columns=["verdict", "score", "known"]).assign(
        term=[f"甲乙{i}丙" for i in range(len(rows))]
    )
    expected = naive_choice(rows, form, wanted)
    if not expected:
        with pytest.raises(EmptyResultError, match=r"^no term is left to be written: "):
            choose(frame, form, wanted)
        return
    kept, notes = choose(frame, form, wanted)
    assert kept.index.tolist() == expected
    assert sum(int(note.split()[0]) for note in notes) == len(rows) - len(expected)  # each is named or counted once


LIST = "term,score,known,verdict\n" + "".join(
    f"词条{'甲乙丙丁戊己庚辛壬癸子丑'[i]}号,{score},{'true' if i % 2 else 'false'},{verdict}\n"
    for i, (score, verdict) in enumerate(
        [(200, ""), (190, "n"), (180, ""), (170, ""), (160, ""), (150, ""), (140, ""), (130, ""), (120, ""), (100, ""),
         (4.9, ""), (4.8, "y")]
    )
)  # fmt: skip


def test_the_command_says_what_it_leaves_out() -> None:
    Path("list.csv").write_text(LIST, encoding="utf-8")
    done = run("export", "list.csv", "--to", "jieba")
    assert done.err.splitlines() == [
        "termmine: jieba: 1 term rejected left out: 词条乙号",
        "termmine: jieba: 1 term scoring less than 5, a 20th of the score of the 10th left out: 词条子号; --all keeps "
        "them, --min-score X draws the line elsewhere",
    ]
    words = done.out.decode().split()
    assert len(words) == 10 and "词条丑号" in words  # accepted, whatever its score
    assert run("export", "list.csv", "--to", "jieba", "--all", "-q").out.decode().split() == [
        *words[:9],
        "词条子号",
        words[9],
    ]
    new = run("export", "list.csv", "--to", "ik", "--new-only")
    assert (
        "termmine: ik: 5 terms of jieba's own dictionary left out: 词条丁号, 词条己号, 词条辛号, 词条癸号, 词条丑号"
        in new.err
    )
    assert new.out.decode().split() == ["词条甲号", "词条丙号", "词条戊号", "词条庚号", "词条壬号"]
    accepted = run("export", "list.csv", "--to", "csv", "--accepted-only")
    assert accepted.out.decode().splitlines()[1:] == ["词条丑号,4.8000,true,y"]
    assert accepted.err.startswith("termmine: csv: 11 terms not accepted left out: 词条甲号, ")
    assert run("export", "list.csv", "--to", "csv").out.decode().count("\n") == 13  # a table keeps its verdicts
    assert "词条乙号" not in run("export", "list.csv", "--to", "tbx").out.decode()
    assert run("export", "list.csv", "--to", "txt", "--min-score", 150, "--top", 3).out.decode().split() == words[:3]


def test_nothing_left_is_an_error() -> None:
    Path("list.csv").write_text("term,verdict\n甲乙丙,n\n", encoding="utf-8")
    assert run("export", "list.csv", "--to", "jieba") == Run(
        1, b"", "termmine: error: no term is left to be written: 1 term rejected left out: 甲乙丙\n"
    )
    Path("plain.csv").write_text("term\n甲乙丙\n", encoding="utf-8")
    line = "--accepted-only: plain.csv has no column verdict: review it, or leave the option out"
    assert run("export", "plain.csv", "--to", "txt", "--accepted-only") == Run(2, b"", f"termmine: error: {line}\n")


def test_prune_drops_what_does_no_good_in_one_step() -> None:
    """使用率 is a word of jieba's; 用率过高 tears it apart, 压器 is never cut out beside 变压器."""
    text = "使用率过高。磁盘使用率过高时告警。\n变压器与变压器。重合闸闭锁。\n"
    Path("text.txt").write_text(text, encoding="utf-8")
    Path("list.csv").write_text("term\n用率过高\n压器\n变压器\n重合闸\n", encoding="utf-8")
    done = run("export", "list.csv", "--to", "jieba", "--check", "text.txt", "--prune", "--check-report", "r.csv")
    assert done.out.decode().split() == ["变压器", "重合闸"]
    assert done.err.splitlines() == [
        "termmine: jieba: 1 term never cut out left out: 压器",
        "termmine: jieba: 1 term tearing other words apart left out: 用率过高",
        "termmine: jieba: of 2 terms, cut out of the text: 2; occurring, but never cut out: 0; not occurring: 0",
    ]
    assert Path("r.csv").read_bytes().decode().replace("\r", "").splitlines() == [
        "term,occurrences,cut,inside,torn,tears", "用率过高,2,2,0,0,2", "压器,2,0,2,0,0", "变压器,2,2,0,0,0",
        "重合闸,1,1,0,0,0",
    ]  # fmt: skip
    line = "--prune: leaves out what a check finds: name a text by --check"
    assert run("export", "list.csv", "--to", "jieba", "--prune") == Run(2, b"", f"termmine: error: {line}\n")
