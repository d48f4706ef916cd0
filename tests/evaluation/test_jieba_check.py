"""--check against the naive twin, and `termmine export` as a shell sees it."""

from __future__ import annotations

import io
import marshal
import os
import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support import consumers
from support.command import ENCYCLOPEDIA, POWER, Run, run
from support.naive_check import naive_check
from termmine.evaluation import jieba_check
from termmine.formats.write import WRITERS, render
from termmine.readers import files
from termmine.runtime.progress import Progress
from termmine.search.jieba import load_jieba

TEXT = "主变压器与变压器油。\n变压器 leap motion 检修变压器\n重合闸TCP/IP协议，\r\n重合闸动作\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory of its own with a list and a text in it, so that messages name short paths."""
    monkeypatch.chdir(tmp_path)
    Path("terms.csv").write_text("term,freq\n变压器,4\n主变压器,1\n重合闸,2\nleap motion,1\nTCP/IP协议,1\n断路器,9\n")
    Path("text.txt").write_text(TEXT)


def test_jieba_has_no_file_where_all_may_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would read marshalled data from one of a fixed name in the folder for temporary files, and leave it there."""
    shared = tmp_path / "shared"
    shared.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(shared))
    for name in ("jieba.cache", "jieba.u.cache"):
        (shared / name).write_bytes(marshal.dumps(({"变压器": 1}, 1)))
        future = Path("text.txt").stat().st_mtime + 1e6
        os.utime(shared / name, (future, future))  # jieba takes one that is newer than its dictionary
    before = {path: path.stat().st_mtime_ns for path in shared.iterdir()}
    assert load_jieba("重合闸 9\n".encode())("变压器重合闸断路器故障") == ["变压器", "重合闸", "断路器", "故障"]
    assert {path: path.stat().st_mtime_ns for path in shared.iterdir()} == before


# --- the check -------------------------------------------------------------------------------------------------------


def checked(dictionary: bytes, terms: list[str]) -> list[tuple[str, int, int, int, int]]:
    cuts = jieba_check.check_cuts(dictionary, terms, [Path("text.txt")], Progress())
    assert list(cuts) == ["term", "occurrences", "cut", "inside", "torn"]
    return list(cuts.itertuples(index=False, name=None))


def test_an_example() -> None:
    terms = ["变压器", "主变压器", "重合闸", "leap motion", "TCP/IP协议", "断路器", "变压器"]
    dictionary = render(pd.DataFrame({"term": terms}), "jieba")
    rows = checked(dictionary, terms)
    assert rows == naive_check(consumers.jieba_after(dictionary), terms, TEXT)
    assert rows[0] == ("变压器", 4, 3, 1, 0)  # inside 主变压器
    assert rows[3:] == [("leap motion", 1, 0, 0, 1), ("TCP/IP协议", 1, 0, 0, 1), ("断路器", 0, 0, 0, 0)]


@pytest.fixture(scope="module")
def plain() -> Any:
    """A tokenizer of jieba without a user dictionary: loading one takes a while."""
    return consumers.jieba_after(b"")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pieces=st.lists(st.sampled_from([*"甲乙丙丁变压器", "变压器", " ", "\n", "\r", "GPU", "。", "/"]), max_size=40),
    terms=st.lists(st.text("甲乙丙变压器GPU /", min_size=1, max_size=4).filter(str.strip), min_size=1, max_size=5),
    block=st.integers(1, 20),
)
def test_the_check_is_the_naive_one(plain: Any, pieces: list[str], terms: list[str], block: int) -> None:
    text = "".join(pieces)
    Path("text.txt").write_bytes(text.encode())
    with mock.patch.object(files, "BLOCK", block), mock.patch.object(jieba_check, "load_jieba", lambda _: plain.lcut):
        assert checked(b"", terms) == naive_check(plain, terms, text)


def test_the_summary_lists_the_first_and_counts_all() -> None:
    cuts = pd.DataFrame({"term": [f"甲{i:02}" for i in range(13)], "occurrences": range(13)})
    cuts = cuts.assign(cut=[0] * 12 + [12], inside=1, torn=cuts["occurrences"] - 1)
    lines = jieba_check.summary(cuts)
    assert lines[0] == "of 13 terms, cut out of the text: 1; occurring, but never cut out: 11; not occurring: 1"
    assert lines[1] == "never cut out: 甲11 (occurs 11, inside longer words 1, torn apart 10)"
    assert len(lines) == 12
    assert lines[-1] == "and 1 more: --check-report FILE lists them all"


# --- the command -----------------------------------------------------------------------------------------------------


def test_check_on_the_command_line() -> None:
    done = run("export", "terms.csv", "--to", "jieba", "--check", "text.txt", "--check-report", "report.csv")
    assert done.out.decode() == "变压器\n主变压器\n重合闸\n断路器\n"
    assert (done.code, done.err.splitlines()) == (0, [
        "termmine: jieba: 2 terms left out, for jieba splits a text at blanks, / and most other signs first: "
        "leap motion, TCP/IP协议",
        "termmine: jieba: of 4 terms, cut out of the text: 3; occurring, but never cut out: 0; not occurring: 1",
    ])  # fmt: skip
    assert Path("report.csv").read_bytes().decode() == (
        "term,occurrences,cut,inside,torn\n变压器,4,3,1,0\n主变压器,1,1,0,0\n重合闸,2,2,0,0\n断路器,0,0,0,0\n"
    )
    quiet = run("export", "terms.csv", "--to", "jieba", "--check", "text.txt", "-q")
    assert quiet == Run(0, done.out, "")
    twice = run("export", "terms.csv", "-t", "jieba", "--check", "text.txt", "--check", "text.txt")
    assert twice.err.splitlines()[0] == done.err.splitlines()[0]
    Path("fragment.csv").write_text("term\n变压器\n压器\n")
    twice = run("export", "fragment.csv", "-t", "jieba", "--check", "text.txt", "--check", "text.txt")
    assert "termmine: jieba: never cut out: 压器 (occurs 8, inside longer words 8, torn apart 0)" in twice.err


@pytest.mark.parametrize("form", sorted(set(WRITERS) - {"xlsx", "synonyms", "glossary"}))
def test_discover_and_export_write_the_same(form: str) -> None:
    options = [POWER, "-b", ENCYCLOPEDIA, "--top", 60]
    direct = run("discover", *options, "--format", form)
    run("discover", *options, "-o", "found.csv")
    by_file = run("export", "found.csv", "--to", form)
    piped = run("export", "-", "--to", form, "-o", "out", "-q", stdin=Path("found.csv").read_bytes())
    assert direct == by_file
    assert (piped.out, piped.err, Path("out").read_bytes()) == (b"", "", direct.out)


def test_xlsx_goes_through_the_command_line() -> None:
    run("discover", POWER, "-b", ENCYCLOPEDIA, "--top", 60, "-o", "found.csv")
    assert run("export", "found.csv", "--to", "xlsx", "-o", "found.xlsx", "-q") == Run(0, b"", "")
    assert run("export", "found.xlsx", "--to", "csv") == Run(0, Path("found.csv").read_bytes(), "")
    direct = run("discover", POWER, "-b", ENCYCLOPEDIA, "--top", 60, "--format", "xlsx")
    assert direct.out == Path("found.xlsx").read_bytes()


def test_bom() -> None:
    data = run("export", "terms.csv", "--to", "csv", "--bom").out
    assert data.startswith(b"\xef\xbb\xbfterm,freq\n")
    assert run("export", "-", "--to", "csv", stdin=data).out == data[3:]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["terms.csv", "--to", "xls"], f"unknown format 'xls': choose one of {', '.join(WRITERS)}"),
        (["terms.csv", "--to", "ik", "--bom"], "--bom: a byte order mark does not belong into ik: leave it out"),
        (
            ["terms.csv", "--to", "rime", "--check", "text.txt"],
            "--check: tries a dictionary of jieba or of IK, not rime: use --to jieba or --to ik",
        ),
        (
            ["terms.csv", "--to", "jieba", "--check-report", "r.csv"],
            "--check-report: there is no check to report: name a text by --check",
        ),
        (["terms.csv", "--to", "ik", "-o", "terms.csv"], "terms.csv: is an input: choose another output file"),
        (
            ["terms.csv", "--to", "jieba", "--check", "text.txt", "--check-report", "text.txt"],
            "text.txt: is an input: choose another output file",
        ),
        (
            ["-", "--to", "jieba", "--check", "-"],
            "- is given more than once: standard input can be read only once",
        ),
        (["terms.csv"], "Missing option '-t' / '--to': see termmine export --help"),
    ],
)
def test_wrong_usage(arguments: list[str], line: str) -> None:
    before = sorted(Path().iterdir())
    assert run("export", *arguments) == Run(2, b"", f"termmine: error: {line}\n")
    assert sorted(Path().iterdir()) == before


def test_bad_data_leaves_the_old_file() -> None:
    Path("out.txt").write_text("yesterday")
    for data, line in {
        "term,freq\n变压器,many\n": "-:2: freq: 'many' is no number: correct the cell, or empty it",
        "term\nβ\n": "none of the terms can be written so, for IK ends a word at blanks, - / + . and every other sign, "
        "as β: use another format",
    }.items():
        done = run("export", "-", "--to", "ik", "-o", "out.txt", stdin=data.encode())
        assert done == Run(1, b"", f"termmine: error: {line}\n")
    done = run("export", "terms.csv", "--to", "jieba", "--check", "no.txt", "-o", "out.txt")
    assert done == Run(1, b"", "termmine: error: no.txt: no such file or directory: check the path\n")
    assert Path("out.txt").read_text() == "yesterday"


def test_discover_names_what_is_left_out() -> None:
    text = "安装DC/DC变换器。更换DC/DC变换器！检查DC/DC变换器？DC/DC变换器故障，故障处理\n"
    done = run("discover", "-", "--format", "ik", "-b", ENCYCLOPEDIA, stdin=text.encode())
    assert (
        "termmine: ik: 1 term left out, for IK ends a word at blanks, - / + . and every other sign: DC/DC变换器"
        in done.err
    )
    assert "变换器" not in done.out.decode()
    assert run("discover", "-", "--format", "ik", "--bom", stdin=text.encode()).code == 2


def test_jieba_itself_cuts_what_the_check_says() -> None:
    """The dictionary of a whole result, loaded by jieba: the terms in the report's column `cut` are its words."""
    run("discover", POWER, "-b", ENCYCLOPEDIA, "--top", 200, "-o", "found.csv")
    dictionary = run("export", "found.csv", "--to", "jieba", "--check", POWER, "--check-report", "report.csv").out
    words = pd.Series(consumers.jieba_after(dictionary).lcut(POWER.read_text(encoding="utf-8"))).value_counts()
    report = pd.read_csv(io.BytesIO(Path("report.csv").read_bytes()))
    assert report["cut"].tolist() == [words.get(term, 0) for term in report["term"]]
    assert (report["occurrences"] == report["cut"] + report["inside"] + report["torn"]).all()
