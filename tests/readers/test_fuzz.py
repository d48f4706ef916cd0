"""Any bytes under any reader: text, or one of our errors; the same text whatever the blocks are."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.files import FILES
from termmine import TermmineError
from termmine.options import ReadOptions
from termmine.readers import files
from termmine.readers.base import ReadReport
from termmine.readers.read import read_blocks
from termmine.types import SOURCE_END_CHARACTER as END

FORMS = sorted(FILES)

# What the formats are made of, so that the interesting branches are reached.
PIECES = [
    "变压器", "𠮷", "GPU", " ", "\n", "\r\n", "\t", "\0", "\ufeff", "\udcff", "\x1c", "\x1e", "\\u4e2d", "\\ud800",
    '{"text": "', '"}', '"', ",", "[", "]", "{", "}", "null", "text\n", '<doc id="1" url="u" title="题">\n',
    "</doc>\n", "<mediawiki>", "<page>", "<ns>0</ns>", "<title>", "</title>", "<text>", "</text>", "</page>",
    "</mediawiki>", "<redirect/>", "&lt;", "&amp", "&#x110000;", "<!--", "-->", "<![CDATA[", "<![if", "]]>",
    "<!DOCTYPE a [", "<?", "?>", "{{", "}}", "[[", "]]", "{|", "|}", "|-", "|", "''", "== ", "-{", "}-", "zh-hans:",
    ";", "<ref>", "</ref>", "<nowiki>", "<p>", "</p>", "<script>", "</script>", "<code>", "<pre>", "<a href='", "/>",
    "</", "<", ">", "# ", "* ", "> ", "```", "~~~", "    ", "`", "**", "_", "![", "](", "---", "|---|", "\\",
    "%PDF-1.7\n", "PK\x03\x04", "PAR1",
]  # fmt: skip
SOUP = st.lists(
    st.one_of(st.sampled_from([piece.encode("utf-8", "surrogatepass") for piece in PIECES]), st.binary(max_size=3)),
    max_size=60,
).map(b"".join)


def _read(data: bytes, form: str, block: int = 1 << 20) -> tuple[str, ReadReport]:
    report = ReadReport()
    stdin = io.TextIOWrapper(io.BytesIO(data))
    with mock.patch.object(sys, "stdin", stdin), mock.patch.object(files, "BLOCK", block):
        return "".join(read_blocks([Path("-")], ReadOptions(input_format=form), report=report)), report


def _is_orderly(data: bytes, form: str) -> None:
    try:
        text, report = _read(data, form)
    except TermmineError as error:
        assert len(str(error).splitlines()) == 1
        return
    assert text.endswith(END)
    assert END not in text[:-1]
    assert len(report.notes()) <= 2


@pytest.mark.parametrize("form", FORMS)
@given(SOUP)
@settings(deadline=None)
def test_any_bytes_are_text_or_one_of_our_errors(form: str, data: bytes) -> None:
    _is_orderly(data, form)


@pytest.mark.parametrize("form", FORMS)
@given(st.data())
@settings(deadline=None)
def test_any_damage_is_text_or_one_of_our_errors(form: str, data: st.DataObject) -> None:
    whole = FILES[form][1]
    at = data.draw(st.integers(0, len(whole)))
    what = data.draw(st.one_of(SOUP, st.binary(max_size=4), st.just(b"\xff" * 8)))
    _is_orderly(whole[:at] + what + whole[at + data.draw(st.integers(0, 40)) :], form)
    _is_orderly(whole[:at], form)


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "tsv", "wikiextractor", "mediawiki", "markdown", "html"])
@given(
    st.lists(st.sampled_from([p for p in PIECES if "\0" not in p and "\udcff" not in p]), max_size=60),
    st.integers(4, 99),
)
@settings(deadline=None)
def test_the_text_does_not_depend_on_the_blocks(form: str, pieces: list[str], block: int) -> None:
    data = FILES[form][1] + "".join(pieces).encode()

    def outcome(block: int) -> object:
        try:
            text, report = _read(data, form, block)
        except TermmineError as error:
            return str(error).partition(" (")[0]  # expat's columns depend on where a character was cut
        return text, report.notes()

    assert outcome(block) == outcome(1 << 20)
