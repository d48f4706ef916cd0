"""A frequency list as a background: what is one, what is nearly one, and what is said of either."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.command import POWER, run
from termmine import TermmineError
from termmine.ranking.background import is_frequency_list

LIST = "故障\t533\n的\t3000000\n变压器\t40\n"


def stored(folder: Path, text: str) -> Path:
    path = folder / "list.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_a_background_was_taken_for_is_said(tmp_path: Path) -> None:
    path = stored(tmp_path, LIST)
    result = run("discover", POWER, "--background", path, "--top", 3)
    assert result.code == 0
    assert f"background: {path}: read as a frequency list of 3 words" in result.err


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("word\tcount\n" + LIST, 1),
        ("故障\t533.0\n的\t3000000.0\n", 1),
        ("故障\t533\n的\t3.5e6\n变压器\t40\n", 2),
        ("故障\t533\n\n的\t-5\n变压器\t40\n", 3),
        ("故障\t1,533\n的\t3,000,000\n", 1),
        (LIST + "这一行是正文。\n", 4),
    ],
)
def test_what_is_nearly_a_list_is_an_error_that_names_the_line(tmp_path: Path, text: str, line: int) -> None:
    path = stored(tmp_path, text)
    result = run("discover", POWER, "--background", path, "-q")
    assert (result.code, result.out) == (1, b"")
    assert result.err == (
        f"termmine: error: {path}:{line}: is no word, tab and whole number in what looks like a frequency list: "
        "mend or remove that line, or give running text\n"
    )


def test_text_with_a_table_in_it_is_text(tmp_path: Path) -> None:
    assert not is_frequency_list(stored(tmp_path, "变压器的绝缘电阻。\n" * 5 + "电压\t110\n电流\t5\n"))
    assert not is_frequency_list(stored(tmp_path, "\n\n"))
    assert is_frequency_list(stored(tmp_path, "\n" + LIST.replace("533", " ٣ ".strip())))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("故障\t533\n的\t99999999999999999999999999\n", ":2: the count is too large: mend or remove that line"),
        ("故障\t" + "9" * 5000 + "\n", ":1: the count is too large: mend or remove that line"),
        ("故障\t4611686018427387903\n", f": its words have more than {(1 << 62) - 1} characters: give smaller counts"),
        ("故障\t0\n", ": its counts add up to 0: give a list with frequencies"),
        ("的\t100\n" * 20_000 + "坏行\n", ":20001: is no word, tab and count: mend or remove that line"),
    ],
)  # fmt: skip
def test_counts_that_cannot_be_are_an_error(tmp_path: Path, text: str, said: str) -> None:
    path = stored(tmp_path, text)
    result = run("discover", POWER, "--background", path, "-q")
    assert (result.code, result.out, result.err) == (1, b"", f"termmine: error: {path}{said}\n")


def test_leading_zeros_and_many_words(tmp_path: Path) -> None:
    path = stored(tmp_path, LIST + "线路\t" + "0" * 5000 + "7\n")
    assert run("discover", POWER, "--background", path, "--top", 1, "-q").code == 0
    with pytest.raises(TermmineError, match="looks like a frequency list"):
        is_frequency_list(stored(tmp_path, LIST + "词\n"))
