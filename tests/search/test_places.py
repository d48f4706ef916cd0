"""Where a line stands: in Markdown and HTML the line of the file, in Word the paragraph, in PDF the page."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support import files
from support.command import run
from termmine.options import ReadOptions
from termmine.readers import markup
from termmine.readers.source import open_source
from termmine.search.lines import read_lines

HAN = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒日月盈昃"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def places(path: str) -> dict[str, int]:
    """Where each character that marks a line is said to stand."""
    found = {}
    for line in read_lines(open_source(path), ReadOptions()):
        for character in line.text:
            if character in HAN:
                found[character] = line.number
    return found


def number_of(text: str) -> dict[str, int]:
    """Where each of them stands in the file."""
    lines = text.split("\n")
    return {character: n for n, line in enumerate(lines, 1) for character in line if character in HAN}


#: What a page is made of; @ stands for the character that marks the line.
MARKDOWN = [
    "# 标题@", "段落@", "- 项目@\n- 项目@", "1. 第一@\n\n   续段@", "> 引文@", "```\ncode\n```",
    "| 列@ | 列 |\n| --- | --- |\n| 行@ | 行 |", "<div>块@</div>", "    code", "标题@\n====",
    "**粗体**@，`x`，[链接](u)",
    "<!-- 注 -->",
]  # fmt: skip
HTML = [
    "<p>段落@</p>", "<p\n class='x'>段落@</p>", "<ul>\n<li>项目@</li>\n\n<li>项目@</li></ul>",
    "<script>\nx\n</script>",
    "<div>文字@<br>文字@</div>", "<table><tr>\n<td>格@</td>\n<td>格@</td></tr></table>", "<!-- 注\n释 -->",
    "<p>&amp;@\n\n\n<p>尾@</p>",
    "<h1>题@</h1><p>\n\n文@\n</p>",
]  # fmt: skip


def marked(pieces: list[str], gap: str) -> str:
    """The pieces one below the other, each mark another character."""
    marks = iter(HAN)
    return "".join(next(marks) if character == "@" else character for character in gap.join(pieces))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.lists(st.sampled_from(MARKDOWN), max_size=9), st.integers(0, 2), st.booleans(), st.sampled_from([1 << 13, 20])
)
def test_markdown(pieces: list[str], n_empty: int, front: bool, chunk: int) -> None:
    text = "---\ntitle: x\n---\n" * front + "\n" * n_empty + marked(pieces, "\n\n") + "\n"
    Path("page.md").write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markup, "_CHUNK", chunk)
        found = places("page.md")
    assert found == number_of(text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(st.sampled_from(HTML), max_size=9), st.integers(0, 2), st.sampled_from(["\n", "", "\n\n"]))
def test_html(pieces: list[str], n_empty: int, gap: str) -> None:
    text = "\n" * n_empty + marked(pieces, gap)
    Path("page.html").write_text(text, encoding="utf-8")
    assert places("page.html") == number_of(text)


def test_the_places_that_people_see() -> None:
    Path("x.md").write_text("# a\n\nb\n\nc\n\n这里有差动保护\n", encoding="utf-8")
    assert run("contexts", "差动保护", "x.md").out.decode().splitlines()[1].startswith("x.md:7 ")
    Path("x.html").write_text("<html>\n<body>\n<p>一\n二</p>\n\n<p>\n差动保护</p>", encoding="utf-8")
    assert run("contexts", "差动保护", "x.html").out.decode().splitlines()[1].startswith("x.html:7 ")
    Path("x.pdf").write_bytes(files.pdf([["first"], ["second protection"]]))
    assert [(line.number, line.text) for line in read_lines(open_source("x.pdf"), ReadOptions()) if line.text] == [
        (1, "first"), (2, "second protection")
    ]  # fmt: skip
    docx = pytest.importorskip("docx")
    document, data = docx.Document(), io.BytesIO()
    for text in ("一", "", "差动保护\n动作", "尾"):
        document.add_paragraph(text)
    document.save(data)
    Path("x.docx").write_bytes(data.getvalue())
    shown = [(line.number, line.text) for line in read_lines(open_source("x.docx"), ReadOptions()) if line.text]
    assert shown == [(1, "一"), (3, "差动保护"), (3, "动作"), (4, "尾")]


def test_an_attribute_of_ours_in_a_page_does_no_harm() -> None:
    Path("x.html").write_text("<p data-termmine-line='99999999999999999999'>甲</p>\n<p>乙</p>", encoding="utf-8")
    assert places("x.html") == {"甲": 1, "乙": 2}
