"""Lists of terms that were made to end a run, or to fill the memory: one line, where it is wrong, what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from support.command import run
from support.hostile import repacked
from termmine import TermmineError
from termmine.formats import xlsx
from termmine.formats.read import read_ranking, read_terms

HEADER = "term,score,freq\n"


def workbook(path: Path, change: Callable[[str, bytes], bytes | None] = lambda _, data: data) -> Path:
    """A workbook of three terms, changed."""
    rows = [["变压器", 5], ["故障", 3], ["断路器", 2]]
    path.write_bytes(repacked(xlsx.write_rows(["term", "freq"], rows, len(rows)), change))
    return path


def in_sheet(old: bytes, new: bytes) -> Callable[[str, bytes], bytes]:
    return lambda name, data: data.replace(old, new) if name.startswith("xl/worksheets/") else data


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda name, data: None if name.startswith("xl/worksheets/") else data, ".+"),
        (lambda name, data: data[:-30] if name.startswith("xl/worksheets/") else data, ".+"),
        (lambda name, data: data[:-3] if name == "xl/workbook.xml" else data, ".+"),
        (in_sheet(b'<row r="3"', b'<row r="2000000000"'), "it has more than 1048576 rows"),
        (in_sheet(b'<row r="3">', b'<row r="3">' + b"<c/>" * 200_000), ".*has more than 131072 elements in a row"),
        (
            lambda name, data: data.replace(b"</fonts>", b"<b/>" * 200_000 + b"</fonts>") if "styles" in name else data,
            "its xl/styles.xml has more than 131072 elements",
        ),
        (
            lambda name, data: data + b"<!--" + b" " * (1 << 27) + b"-->" if "workbook.xml" in name else data,
            r"its \S+ unpacks to \d+ bytes",
        ),
    ],
)  # fmt: skip
def test_a_broken_workbook_is_one_error(
    tmp_path: Path, change: Callable[[str, bytes], bytes | None], reason: str
) -> None:
    assert len(read_terms(workbook(tmp_path / "good.xlsx"))) == 3
    path = workbook(tmp_path / "x.xlsx", change)
    with pytest.raises(TermmineError, match=rf"^\S+x\.xlsx: is no Excel workbook \({reason}\): save it as \.xlsx, or"):
        read_terms(path)


@pytest.mark.parametrize("number", ["9223372036854775808", "-9223372036854775808", "1e19", "9" * 40])
def test_a_number_beyond_64_bits_names_its_line(tmp_path: Path, number: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"{HEADER}变压器,1,9223372036854775807\n故障,1,{number}\n")
    with pytest.raises(TermmineError, match=r"x\.csv:3: freq: '.*' is too large a number: correct the cell"):
        read_terms(path)
    path.write_text(f"{HEADER}变压器,1,9223372036854775807\n")
    assert read_terms(path)["freq"].tolist() == [(1 << 63) - 1]


def test_thousands_of_brackets_are_no_json(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"term": "变压器", "freq": 3}\n{"term": ' + "[" * 100_000 + "\n")
    with pytest.raises(TermmineError, match=r"x\.jsonl:2: is no JSON \(.*\): give one object a line"):
        read_terms(path)
    with pytest.raises(TermmineError, match=r"x\.jsonl: is no JSON Lines: give one object"):
        read_ranking(path)


def test_a_file_whose_name_is_no_utf8_is_named_by_escapes(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / b"\xb5\xe7.txt".decode(errors="surrogateescape")).write_text("变压器故障。\n变压器的绝缘。\n" * 6)
    result = run("discover", folder, "--contexts", 1, "--quiet")
    assert (result.code, result.err) == (0, "")
    assert r"\udcb5\udce7.txt:" in result.out.decode()
    for form in ("jsonl", "tsv"):
        assert run("discover", folder, "--contexts", 1, "--format", form, "--quiet").code == 0
    assert run("config", "discover", folder / b"\xb5".decode(errors="surrogateescape")).code in (0, 2)
    assert run("explain", b"\xb5".decode(errors="surrogateescape"), "--corpus", folder).code in (0, 1, 2)
