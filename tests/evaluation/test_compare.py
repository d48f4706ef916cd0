"""Two lists, before and after: every change, whole outputs, exit codes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from support.command import Run, run
from termmine.evaluation.compare import COLUMNS, compare, in_words
from termmine.measures import keyness, log_ratio

BEFORE = "term,score,freq\n变压器,9.0,500\n油枕,8.0,40\nGPU 加速,7.0,30\n绝缘,6.0,600\n套管,5.0,20\n"
AFTER = "term,score,freq\n绝缘,9.5,1200\n变压器,9.0,1000\ngpu加速,8.5,180\n储能,8.0,50\n套管,4.0,2\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("monday.csv").write_text(BEFORE, encoding="utf-8")
    Path("tuesday.csv").write_text(AFTER, encoding="utf-8")
    return tmp_path


def test_every_kind_of_change() -> None:
    f1, f2 = pd.Series([180, 2, 1000, 1200]), pd.Series([30, 20, 500, 600])
    counts = (f1, f1.sum(), f2, f2.sum())
    g2, ratio = keyness(*counts), log_ratio(*counts)
    result = run("compare", "monday.csv", "tuesday.csv")
    assert result.err == "termmine: 1 new, 1 rising, 1 falling, 1 vanished\n"
    assert result.out.decode() == (
        ",".join(COLUMNS) + "\n"
        "储能,new,,4,,8.0000,,50,,\n"
        f"gpu加速,rising,3,3,7.0000,8.5000,30,180,{g2[0]:.4f},{ratio[0]:.4f}\n"
        f"套管,falling,5,5,5.0000,4.0000,20,2,{g2[1]:.4f},{ratio[1]:.4f}\n"
        "油枕,vanished,2,,8.0000,,40,,,\n"
    )
    assert run("compare", "monday.csv", "tuesday.csv", "-q", "-o", "changes.csv") == Run(0, b"", "")
    assert Path("changes.csv").read_bytes() == result.out
    with_mark = run("compare", "monday.csv", "tuesday.csv", "-q", "--bom")
    assert with_mark.out == b"\xef\xbb\xbf" + result.out


@pytest.mark.parametrize(
    ("options", "err"),
    [
        (["--min-keyness", "1000"], "1 new, 1 vanished"),
        (["--min-log-ratio", "3"], "1 new, 1 falling, 1 vanished"),
        (["--min-keyness", "0", "--min-log-ratio", "0"], "1 new, 1 rising, 3 falling, 1 vanished"),
    ],
)
def test_thresholds(options: list[str], err: str) -> None:
    assert run("compare", "monday.csv", "tuesday.csv", *options).err == f"termmine: {err}\n"


def test_the_other_way_round_is_the_opposite() -> None:
    before, after = (pd.read_csv(name) for name in ("monday.csv", "tuesday.csv"))
    there, back = compare(before, after), compare(after, before)
    opposite = {"new": "vanished", "vanished": "new", "rising": "falling", "falling": "rising"}
    assert dict(zip(there["term"].str.lower(), there["change"].map(opposite), strict=True)) == {
        term.lower().replace(" ", ""): change for term, change in zip(back["term"], back["change"], strict=True)
    }


def test_twice_the_text_is_no_change() -> None:
    before = pd.read_csv("monday.csv")
    assert compare(before, before.assign(freq=before["freq"] * 2)).empty


def test_nothing_has_changed() -> None:
    result = run("compare", "monday.csv", "monday.csv", "--exit-code")
    assert result == Run(0, (",".join(COLUMNS) + "\n").encode(), "termmine: nothing has changed\n")


def test_lists_without_figures() -> None:
    before, after = pd.DataFrame({"term": ["甲乙", "丙丁", "甲乙"]}), pd.DataFrame({"term": ["丙丁", "戊己"]})
    changes = compare(before, after)
    assert changes[["term", "change", "rank_before", "rank_after"]].to_numpy().tolist() == [
        ["戊己", "new", None, 2], ["甲乙", "vanished", 1, None]
    ]  # fmt: skip
    assert in_words(changes) == "1 new, 1 vanished"
    assert changes[["score_before", "freq_after", "keyness"]].isna().all(axis=None)


def test_exit_codes() -> None:
    Path("broken.csv").write_text('term\n"', encoding="utf-8")
    for arguments, plain, asked in [
        (["monday.csv", "tuesday.csv"], 0, 1),
        (["monday.csv", "monday.csv"], 0, 0),
        (["monday.csv", "nothing.csv"], 1, 2),
        (["broken.csv", "monday.csv"], 1, 2),
        (["monday.csv", "tuesday.csv", "-o", "monday.csv"], 2, 2),
        (["monday.csv"], 2, 2),
        (["-", "-"], 2, 2),
    ]:
        assert run("compare", *arguments).code == plain
        assert run("compare", *arguments, "--exit-code").code == asked
    assert Path("monday.csv").read_text(encoding="utf-8") == BEFORE


def test_one_list_may_come_on_standard_input() -> None:
    from_file = run("compare", "monday.csv", "tuesday.csv", "-q")
    assert run("compare", "-", "tuesday.csv", "-q", stdin=BEFORE.encode()) == from_file


# --- with the texts --------------------------------------------------------------------------------------------------

DAY_1 = "变压器检修。变压器、油枕、目标。目标：GPU 加速\n"
DAY_2 = "变压器与目标，储能，储能。gpu加速，目标\n目标目标\n"


def with_texts(*options: object) -> Run:
    Path("one.txt").write_text(DAY_1, encoding="utf-8")
    Path("two.txt").write_text(DAY_2, encoding="utf-8")
    Path("one.csv").write_text("term,score,freq\n变压器,9,2\n油枕,8,1\nGPU 加速,7,1\n", encoding="utf-8")
    Path("two.csv").write_text("term,score,freq\n目标,9,4\n储能,8,2\n变压器,7,1\n", encoding="utf-8")
    return run("compare", "one.csv", "two.csv", *options)


def test_what_crossed_the_end_of_a_list_is_not_new() -> None:
    done = with_texts("--corpus", "one.txt", "--corpus", "two.txt")
    assert done.err == "termmine: 1 new, 1 entered, 1 left, 1 vanished\n"
    rows = [line.split(",")[:8] for line in done.out.decode().replace("\r", "").splitlines()[1:]]
    assert rows == [
        ["储能", "new", "", "2", "", "8.0000", "0", "2"],
        ["目标", "entered", "", "1", "", "9.0000", "2", "4"],
        ["GPU 加速", "left", "3", "", "7.0000", "", "1", "1"],
        ["油枕", "vanished", "2", "", "8.0000", "", "1", "0"],
    ]
    run("count", "one.txt", "-o", "one.tmc")
    assert with_texts("-c", "one.tmc", "-c", "two.txt") == done
    told = with_texts().err
    assert told == "termmine: 2 new, 2 vanished\n"  # nobody can know without the texts


def test_rises_are_measured_by_the_sizes_of_the_texts() -> None:
    with_texts()
    changes = with_texts("-c", "one.txt", "-c", "two.txt", "--min-keyness", "0", "--min-log-ratio", "0").out.decode()
    row = next(line.split(",") for line in changes.replace("\r", "").splitlines() if line.startswith("变压器"))
    counts = (pd.Series([1]), 19, pd.Series([2]), 17)  # symbols
    assert row[1] == "falling"
    assert row[8:] == [f"{keyness(*counts)[0]:.4f}", f"{log_ratio(*counts)[0]:.4f}"]


def test_several_periods_are_lined_up() -> None:
    with_texts()
    Path("three.csv").write_text("term\n储能\ngpu加速\n", encoding="utf-8")
    Path("three.txt").write_text("储能，储能\n", encoding="utf-8")
    done = run("compare", "one.csv", "two.csv", "three.csv", "-c", "one.txt", "-c", "two.txt", "-c", "three.txt")
    assert done.err == "termmine: 5 terms of 3 lists\n"
    assert done.out.decode().replace("\r", "").splitlines() == [
        "term,rank_1,score_1,freq_1,rank_2,score_2,freq_2,rank_3,score_3,freq_3",
        "储能,,,0,2,8.0000,2,1,,2",
        "变压器,1,9.0000,2,3,7.0000,1,,,0",
        "目标,,,2,1,9.0000,4,,,0",
        "gpu加速,3,7.0000,1,,,1,2,,0",
        "油枕,2,8.0000,1,,,0,,,0",
    ]
    without = run("compare", "one.csv", "two.csv", "three.csv", "--exit-code")
    assert without.code == 1 and "储能,,,,2,8.0000,2,1,,\n" in without.out.decode().replace("\r", "")
    assert run("compare", "one.csv", "one.csv", "one.csv", "--exit-code").code == 0


def test_what_cannot_be_compared() -> None:
    with_texts()
    for arguments, line in [
        (["one.csv"], "one.csv: is the only list: name another one to compare it with"),
        (["one.csv", "two.csv", "-c", "one.txt"], "--corpus: 1 given for 2 lists: give the text of each list, in the "
         "lists' order"),
    ]:  # fmt: skip
        assert run("compare", *arguments) == Run(2, b"", f"termmine: error: {line}\n")
