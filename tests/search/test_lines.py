"""Terms in text as it is written: the same occurrences as are counted, each at its place."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

import termmine
from support import naive
from support.command import POWER
from termmine import TermmineError, UsageError
from termmine.options import ReadOptions, make_options
from termmine.readers.base import Document
from termmine.readers.source import Given, open_source
from termmine.search import lines as lines_module
from termmine.search.finder import Finder
from termmine.search.kwic import concordance
from termmine.search.lines import _numbered, read_lines
from termmine.text.normalize import fold, fold_with_places


def count(terms: list[str], source: Given) -> dict[str, int]:
    return concordance(terms, read_lines(open_source(source), make_options()), limit=1, width=10).freq


@naive.compared("locate: occurrences")
@given(text=st.one_of(naive.texts(40), naive.dense_texts(40), naive.cased_texts()))
def test_what_is_found_is_what_is_counted(text: str) -> None:
    documents = naive.read(text)
    spans = [run[i : i + n] for doc in documents for run in doc for n in (1, 2, 3) for i in range(len(run) - n + 1)]
    terms = {tuple(symbol.text for symbol in span): naive.write(span) for span in spans}
    expected = {term: len(naive.occurrences(ngram, documents)) for ngram, term in terms.items()}
    assert count(list(terms.values()), [text]) == expected


@naive.compared("locate: occurrences")
@given(text=naive.texts(30))
def test_places_lead_back_to_the_text(text: str) -> None:
    folded, places = fold_with_places(text)
    assert folded == fold(text)
    assert len(places) == len(folded) + 1
    assert places == sorted(places)
    for i, character in enumerate(folded):
        assert character in fold(text[places[i] : places[i] + 20]) or character == " "


@pytest.mark.skipif(naive.TINY, reason="the sample is too large for uncompiled kernels")
def test_every_term_of_the_sample_is_found_as_often_as_it_was_counted() -> None:
    terms = termmine.discover(POWER, any_script=True)
    assert count(terms["term"].tolist(), POWER) == dict(zip(terms["term"], terms["freq"], strict=True))


@pytest.mark.parametrize(
    ("term", "text", "n"),
    [
        ("AI", "MAIL，AI，ai，AI-based，5AI，A I，ＡＩ", 3),
        ("5G", "5G网、15G、5G+、5GHz、 5g", 2),
        ("C++", "C++ 编译器，C+++，用C++。C++/CLI", 2),
        ("GPU加速", "GPU 加速，GPU  加速，gpu加速卡", 2),
        ("air motor", "Air Motor，airmotor，air  motor，repair motor", 1),
        ("变压器", "变压器变压 器，变\u200b压器，變壓器", 2),
        ("哈哈", "哈哈哈", 2),
        ("ガ", "ｶﾞ，カ\u3099，カ", 2),
    ],
)
def test_what_is_an_occurrence(term: str, text: str, n: int) -> None:
    assert count([term], [text]) == {term: n}


def test_terms_that_fold_to_the_same_are_one() -> None:
    assert Finder(["GPU 加速", "gpu加速", "ＡＩ"]).strings == {"gpu加速": "GPU 加速", "ai": "ＡＩ"}
    with pytest.raises(UsageError, match="nothing to look for"):
        Finder([" "])


@naive.compared("locate: lines")
@given(
    text=st.text("甲。a\r\n", max_size=40),
    longest=st.sampled_from([3, 1000]),
    places=st.lists(st.integers(0, 40), max_size=5),
)
def test_lines_have_the_numbers_that_an_editor_shows(text: str, longest: int, places: list[int]) -> None:
    expected = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    with mock.patch.object(lines_module, "LONGEST_LINE", longest):
        document = Document(Path("a.txt"), 1, naive.cut(text, places), is_lines=True)
        lines = list(_numbered(document))
    joined = [""] * len(expected)
    for path, number, line in lines:
        assert (path, "\n" in line) == ("a.txt", False)
        joined[number - 1] += line
    assert joined == expected


def test_places_of_files_and_of_texts(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "a.txt").write_text("甲\n乙\r\n丙", encoding="utf-8")
    (tmp_path / "b" / "c.txt").write_bytes("丁\n".encode("gb18030") * 3)
    (tmp_path / "b" / "image.png").write_bytes(b"\x89PNG\0\0")
    lines = [(line.place, line.text) for line in read_lines(open_source(tmp_path), make_options())]
    a, c = tmp_path / "a.txt", tmp_path / "b" / "c.txt"
    assert lines == [
        (f"{a}:1", "甲"), (f"{a}:2", "乙"), (f"{a}:3", "丙"), (f"{c}:1", "丁"), (f"{c}:2", "丁"), (f"{c}:3", "丁"),
    ]  # fmt: skip
    assert [line.place for line in read_lines(open_source(["甲\n乙", "丙"]), make_options())] == [
        "text:1",
        "text:1",
        "text:2",
    ]
    with pytest.raises(TermmineError, match="is a binary file"):
        list(read_lines(open_source(tmp_path / "b" / "image.png"), make_options()))


def test_places_in_markdown_and_html_are_lines_of_the_file(tmp_path: Path) -> None:
    rows = [
        "---",
        "title: x",
        "---",
        "# 标题",
        "",
        "第一段",
        "接着写",
        "",
        "```",
        "code",
        "```",
        "",
        "- 甲项",
        "- 乙项",
        "",
        "末段",
    ]
    table = ["", "| 列 | 值 |", "| --- | --- |", "| 油枕 | 1 |"]
    filler = ["", "正文" * 2000] * 8  # more than is rendered at once
    text = [*rows, *table, *filler, "", "这里有差动保护"]
    (tmp_path / "a.md").write_text("\n".join(text) + "\n", encoding="utf-8")
    places = {line.text: line.number for line in read_lines(open_source(tmp_path / "a.md"), ReadOptions())}
    for shown in ("标题", "甲项", "乙项", "末段", "这里有差动保护"):
        (number,) = (n for n, row in enumerate(text, 1) if shown in row)
        assert places[shown] == number
    assert places["第一段接着写"] == text.index("第一段") + 1
    assert places["油枕"] == text.index("| 油枕 | 1 |") + 1
    html = (
        "<html>\n<body><p>一</p>\n\n<p>\n二\n三</p><script>\nx\n</script><div>四</div>\n</body>"
        + "\n" * 70000
        + "<p>五</p>"
    )
    (tmp_path / "a.html").write_text(html, encoding="utf-8")
    places = {line.text: line.number for line in read_lines(open_source(tmp_path / "a.html"), ReadOptions())}
    assert places == {"一": 2, "二三": 5, "四": 8, "五": 70009}


@pytest.mark.parametrize("cut", [1, 7, 1000])
def test_every_line_of_a_page_has_a_place_that_holds_it(cut: int, tmp_path: Path) -> None:
    lines = [f"<p>段{n}</p>" if n % 3 else f"<p>\n\n段{n}<br>又{n}</p>\n" for n in range(200)]
    text = "\n".join(lines)
    (tmp_path / "a.html").write_text(text, encoding="utf-8")
    source = text.split("\n")
    with mock.patch("termmine.readers.markup._FED", cut):
        found = list(read_lines(open_source(tmp_path / "a.html"), ReadOptions()))
    assert len(found) == 267
    assert all(line.text in source[line.number - 1] for line in found)
