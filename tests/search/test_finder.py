"""Word lists in any form, and strings found in text as it is written: against plain Python."""

from __future__ import annotations

import csv
import gzip
import io
import unicodedata
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import naive
from termmine import TermmineError
from termmine.formats.read import read_ranking
from termmine.readers import files
from termmine.readers.wordlists import read_lines, read_words
from termmine.search.finder import count_strings
from termmine.text.normalize import is_comparable, normal_form

#: Cells as lists hold them, and as they should not.
CELLS = [
    "变电站", "变 电 站", "GPU加速", "ＧＰＵ 加速", "gpu加速", "站", "gpu", "Ａ股", "5G基站", "糖类抗原19-9", "𠀀𠀀",
    "㍿株式", "カタカナ", "甲,乙", '甲"乙"', '"甲乙"', "甲\t乙", "İ甲", "ﬁ甲", "=1+1甲", " 甲乙\u3000", "", " ",
]  # fmt: skip


# --- terms -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("变电站", "变电站"),
        ("ＧＰＵ 加速", "gpu加速"),
        ("\u3000Ａ 股\t\n", "a股"),
        ("Leap\xa0Motion控制器", "leapmotion控制器"),
        ("㎏重", "kg重"),
        ("豈有", "豈有"),
        ("ΑΣ甲", "ασ甲"),
        ("İ\u200b甲", "İ甲"),
        ("", ""),
    ],
)
def test_normal_form(term: str, expected: str) -> None:
    assert normal_form(term) == naive.normal_form(term) == expected


@given(st.text(alphabet=[*"甲乙aBΣİ", "ﬁ", "Ａ", "㍿", " ", "\u3000", "\xa0", "\t", "\x1c", "\u2028", "e", "\u0301"]))
def test_a_normal_form_is_the_naive_one(term: str) -> None:
    assert normal_form(term) == naive.normal_form(term)
    assert normal_form(term + " ") == normal_form(" " + term) == normal_form(term)
    assert normal_form(unicodedata.normalize("NFD", term)) == normal_form(term)
    assert is_comparable(normal_form(term)) == naive.is_comparable(normal_form(term))


@pytest.mark.parametrize(
    ("term", "expected"),
    [("电站", True), ("a股", True), ("5站", True), ("站", False), ("gpu", False), ("カナ", False), ("", False)],
)
def test_is_comparable(term: str, expected: bool) -> None:
    assert is_comparable(term) is naive.is_comparable(term) is expected


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory for all examples of a property."""
    return tmp_path_factory.mktemp("lists")


# --- lists -----------------------------------------------------------------------------------------------------------


def written(tmp_path: Path, data: str | bytes, name: str = "list.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


RANKINGS = {
    "a column called term": "score,term,freq\n9,变电站,3\n8,ＧＰＵ 加速,2\n",
    "no such column": "变电站,9\ngpu加速,8\n",
    "another header": "word,score\n变电站,9\ngpu加速,8\n",  # a header without a Han character is not comparable
    "plain": "变电站\ngpu加速\n",
    "no line end at the end": "变电站\ngpu加速",
    "tab-separated with a header": "freq\tterm\n3\t变电站\n2\tGPU加速\n",
    "tab-separated without one": "变电站\t3\ngpu加速\t2\n",
    "JSON Lines": '{"score": 9, "term": "变电站"}\n{"score": 8, "term": "ＧＰＵ 加速"}\n',
    "a byte order mark": "\ufeffterm,score\n变电站,9\ngpu加速,8\n",
    "a byte order mark on a plain list": "\ufeff变电站\ngpu加速\n",
    "CRLF": "term,score\r\n变电站,9\r\ngpu加速,8\r\n",
    "CR": "term,score\r变电站,9\rgpu加速,8\r",
    "tabs and CRLF": "score\tterm\r\n9\t变电站\r\n8\tgpu加速\r\n",
    "quoted cells": 'score,term\n"9","变电站"\n"8","gpu 加速"\n',
    "quoted header": '"term","score"\n"变电站","9"\n"gpu加速","8"\n',
    "quoted line ends and commas": '"note","term"\n"1,\n2",变电站\n"",gpu加速\n',
    "blank lines": "\nterm,score\n\n变电站,9\n   \ngpu加速,8\n\n",
    "rows that are too short": "score,term\n9,变电站\n7\n8,gpu加速\n",
    "duplicates keep their best rank": "变电站\nGPU加速\n变 电站\nｇｐｕ加速\n",
    "what is not comparable": "站\n变电站\ngpu\nカタカナ\ngpu加速\n",
}


@pytest.mark.parametrize("text", RANKINGS.values(), ids=RANKINGS.keys())
def test_read_ranking(tmp_path: Path, text: str) -> None:
    assert read_ranking(written(tmp_path, text)) == ["变电站", "gpu加速"]


def test_formulas_are_read_as_they_were(tmp_path: Path) -> None:
    assert read_ranking(written(tmp_path, "term,score\r\n'-变电站,9\r\n'80年代,8\r\n")) == ["-变电站", "'80年代"]


@pytest.mark.parametrize("text", ['{"word": "变电站"}\n', '{"term": "变电站"}\n[1]\n', '{"term": "变电站"\n'])
def test_json_lines_without_terms(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(TermmineError) as caught:
        read_ranking(path)
    assert str(caught.value) == f'{path}: is no JSON Lines: give one object with a "term" a line'


def test_rankings_are_unpacked_and_decoded(tmp_path: Path) -> None:
    text = "term,score\n变电站,9\n"
    assert read_ranking(written(tmp_path, gzip.compress(text.encode()), "list.csv.gz")) == ["变电站"]
    assert read_ranking(written(tmp_path, text.encode("gb18030"))) == ["变电站"]
    assert read_ranking(written(tmp_path, text.encode("utf-16"))) == ["变电站"]


@naive.compared("lexicon: lists")
@given(
    cells=st.lists(st.sampled_from(CELLS), max_size=8),
    header=st.booleans(),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_a_written_csv_is_read_back(folder: Path, cells: list[str], header: bool, quoting: int, end: str) -> None:
    rows = [["1", "2"]] * (not cells) + [[cell, "1,5"] for cell in cells]
    if any("\t" in cell for row in rows[:1] for cell in row) and not header:
        rows.insert(0, ["first", "second"])  # a tab in the first line would make it tab-separated
    text = io.StringIO()
    writer = csv.writer(text, quoting=quoting, lineterminator=end)
    writer.writerows([["term", "score"]] * header + rows)
    assert read_ranking(written(folder, text.getvalue())) == naive.comparable(row[0] for row in rows)


def test_a_list_that_is_no_csv(tmp_path: Path) -> None:
    """One quotation mark makes one cell of all that follows."""
    path = written(tmp_path, '"变电站\n' + "电站\n" * 100_000)
    with pytest.raises(TermmineError) as caught:
        read_ranking(path)
    assert str(caught.value) == (
        f"{path}: is no CSV (field larger than field limit (131072)): close its quotes, or give one term a line"
    )


@pytest.mark.parametrize("text", ["", "\n \n", "\ufeff\r\n"])
def test_an_empty_list(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(TermmineError) as caught:
        read_ranking(path)
    assert str(caught.value) == f"{path}: is empty: give a ranked list of terms"
    with pytest.raises(TermmineError) as caught:
        read_words(path)
    assert str(caught.value) == f"{path}: holds no words: give a file with one word a line"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_read_words(tmp_path: Path, end: str) -> None:
    path = written(tmp_path, end.join(["\ufeff变电站\t名词", "", " GPU 加速 ", "  ", "站,所"]))
    assert read_words(path) == ["变电站", "GPU 加速", "站,所"]
    assert read_lines(path) == ["变电站\t名词", " GPU 加速 ", "站,所"]


# --- strings in text -------------------------------------------------------------------------------------------------


def counted(tmp_path: Path, strings: list[str], *texts: str) -> dict[str, int]:
    """How often each string occurs in files that hold those texts."""
    paths = [written(tmp_path, text, f"{i}.txt") for i, text in enumerate(texts)]
    counts = count_strings(strings, paths)
    assert not set(counts) - set(strings)
    return {string: counts[string] for string in strings}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("哈哈哈哈", {"哈哈": 3, "哈哈哈": 2, "哈": 4}),
        ("变电站", {"变电站": 1, "变电": 1, "电站": 1, "站变": 0}),
        ("变电\n站变电\r\n站\r变", {"变电站": 0, "电站": 0, "站变": 1}),
        ("ＧＰＵ加速，GPU加速。Gpu 加速", {"gpu加速": 2, "gpu 加速": 1}),
        ("leap \t\u3000 motion", {"leap motion": 1, "leapmotion": 0}),
        ("变，电", {"变电": 0, "变,电": 1}),  # in the text as it is written, folded: no symbols here
        ("e\u0301甲", {"é甲": 1, "甲": 1}),
        ("", {"变电": 0}),
    ],
)
def test_count_strings(tmp_path: Path, text: str, expected: dict[str, int]) -> None:
    assert counted(tmp_path, [*expected], text) == expected
    assert {string: naive.count_string(string, text) for string in expected} == expected


def test_files_are_never_joined(tmp_path: Path) -> None:
    assert counted(tmp_path, ["变电", "电站"], "变电", "站变", "", "电站") == {"变电": 1, "电站": 1}


def test_no_string_and_a_string_twice(tmp_path: Path) -> None:
    assert counted(tmp_path, [], "变电站") == {}
    assert counted(tmp_path, ["电", "电"], "变电站") == {"电": 1}


@naive.compared("lexicon: counts")
@given(
    pieces=st.lists(
        st.sampled_from(
            [*"甲乙ＡaA 。", "\t", "\n", "\r\n", "\r", "\u3000", "e", "\u0301", "Σ", "ﬁ", "\u2028", "\x1c"]
        ),
        max_size=60,
    ),
    wanted=st.lists(st.text(alphabet="甲乙a éfi", min_size=1, max_size=3), min_size=1, max_size=8, unique=True),
    block=st.integers(1, 40),
)
def test_counts_are_the_naive_ones_whatever_the_blocks(
    folder: Path, pieces: list[str], wanted: list[str], block: int
) -> None:
    text = "".join(pieces)
    with mock.patch.object(files, "BLOCK", block):
        found = counted(folder, wanted, text)
    assert found == {string: naive.count_string(string, text.replace("\x1c", "\n")) for string in wanted}
