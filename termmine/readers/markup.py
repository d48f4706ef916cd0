"""HTML and Markdown: the text that a reader of the page would see, without code. A document is the page.

HTML goes through `html.parser` block by block; Markdown is rendered to HTML, some paragraphs at a time, by
markdown-it-py, whose only door is here.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator
from html.parser import HTMLParser
from itertools import chain
from pathlib import Path
from typing import Any

from termmine.readers.base import BREAK, BadRecordError, Document, Reading, extra
from termmine.readers.decoding import plain_text

# Elements that stand on lines of their own.
_OWN_LINE = frozenset(
    "address article aside blockquote body br button caption center dd details dialog div dl dt fieldset figcaption "
    "figure footer form frame h1 h2 h3 h4 h5 h6 head header hr html legend li main menu nav ol optgroup option p pre "
    "section select summary table tbody td textarea tfoot th thead title tr ul".split()
)
# Elements whose content is no text of the page. One of running text (code) ends at the latest where the line does.
_HIDDEN = frozenset("code kbd samp pre script style template textarea svg math object iframe noframes".split())
_WITHIN_LINE = frozenset(["code", "kbd", "samp", "math"])

_MAX_TAG = 1 << 22  # characters of one tag or comment: room for a picture within the page
_MAX_ATTRIBUTES = 1 << 14  # attributes of one tag: html.parser's expression takes some hundred bytes for each
_FED = 1 << 16  # characters that html.parser is given at once
_QUOTED = re.compile("\"[^\"]*(?:\"|$)|'[^']*(?:'|$)")
_DIGITS = 12  # of a number of a line, at most
_MAX_LINE = 1 << 16  # characters of a paragraph that are kept together
_HAN = "\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U000323af"
_WRAPPED = rf"(?<=[{_HAN}])[ \t\r]*\n\s*(?=[{_HAN}])"


def unwrap(text: str) -> str:
    r"""A paragraph on one line: blanks and line ends are one blank, but for line ends within Chinese, which are none.

    >>> unwrap("变压器的绝缘\n  电阻，air\nmotor")
    '变压器的绝缘电阻，air motor'
    """
    return " ".join(re.sub(_WRAPPED, "", text).split())


#: The fault of a text that `unescaped` cannot read.
NO_CHARACTER = "a character reference has thousands of digits"


def unescaped(text: str) -> str | None:
    """Text with its character references (as `&amp;`) replaced; None where one is too long to be a number."""
    try:
        return html.unescape(text)
    except ValueError:  # a number of more digits than Python reads, by `sys.set_int_max_str_digits`
        return None


#: An attribute that says which line of a Markdown file an element comes from.
_FROM_LINE = "data-termmine-line"


class _Page(HTMLParser):
    """The methods that html.parser calls: they gather the lines of a page, as far as it has been fed."""

    def __init__(self, tell: Callable[[int], object] = lambda _: None) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self._parts: list[str] = []
        self._size = 0
        self._hidden = ""
        self._tell = tell
        self._begin, self._said = 0, 0  # where the present line began; what the last attribute said

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A line ends, or what is hidden begins."""
        self._end_of_line(tag)
        for name, value in attrs:
            if name == _FROM_LINE and value and value.isdecimal() and len(value) < _DIGITS:
                self._said = int(value)
        if tag in _HIDDEN and not self._hidden:
            self._hidden = tag
            if tag in _WITHIN_LINE:
                self._parts.append(BREAK)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        """An element without content, as <br/>."""
        self._end_of_line(tag)

    def handle_endtag(self, tag: str) -> None:
        """A line ends, or what is hidden does."""
        self._end_of_line(tag)
        if tag == self._hidden:
            self._hidden = ""

    def handle_data(self, data: str) -> None:
        """Text, shown or hidden."""
        if self._hidden:
            return
        if not self._begin and not data.isspace():
            first = self.getpos()[0] + data[: len(data) - len(data.lstrip())].count("\n")
            self._begin = self._said or first
        self._parts.append(data)
        self._size += len(data)
        if self._size > _MAX_LINE:
            self.end_line()

    def parse_html_declaration(self, i: int) -> int:
        """Read a declaration; one that html.parser does not know is passed over, not an error."""
        try:
            return super().parse_html_declaration(i)
        except AssertionError:
            return self.parse_bogus_comment(i, report=False)

    def _end_of_line(self, tag: str) -> None:
        if tag in _OWN_LINE:
            if self._hidden in _WITHIN_LINE:
                self._hidden = ""
            self.end_line()

    def end_line(self) -> None:
        """Close the line that has been gathered."""
        line = unwrap("".join(self._parts))
        if line:
            self.lines.append(line + "\n")
            self._tell(self._begin)
        self._parts, self._size, self._begin = [], 0, 0

    def taken(self) -> str:
        """Return the lines so far, and forget them."""
        text = "".join(self.lines)
        self.lines = []
        return text


def _page_text(blocks: Iterable[str], tell: Callable[[int], object]) -> Iterator[str]:
    """The text of a page in HTML that is given in blocks; ``tell`` is called with the place where each of its lines
    began.
    """
    page = _Page(tell)
    for block in blocks:
        for start in range(0, len(block), _FED):
            _feed(page, block[start : start + _FED])
            yield page.taken()
            _check_unfinished(page)
    if not page.rawdata.startswith("<"):  # a tag without an end; html.parser would take it apart in quadratic time
        page.close()
    page.end_line()
    yield page.taken()


def _feed(page: _Page, text: str) -> None:
    try:
        page.feed(text)
    except ValueError:  # as in `unescaped`
        raise BadRecordError(NO_CHARACTER) from None


def _check_unfinished(page: _Page) -> None:
    """Refuse a tag, comment or the like that takes too much memory before its end comes."""
    unfinished = page.rawdata
    if len(unfinished) > _MAX_TAG:
        raise BadRecordError(f"a tag, comment or script is longer than {_MAX_TAG} characters")
    is_tag = page.cdata_elem is None and unfinished[1:2].isalpha()
    if is_tag and len(unfinished) > _MAX_ATTRIBUTES and len(_QUOTED.sub("", unfinished).split()) > _MAX_ATTRIBUTES:
        raise BadRecordError(f"a tag has more than {_MAX_ATTRIBUTES} attributes")


def _whole_page(path: Path, reading: Reading, blocks: Iterable[str]) -> Document:
    """The text of a page; where it is broken, the text before the fault."""
    numbers: list[int] = []

    def text() -> Iterator[str]:
        try:
            yield from _page_text(blocks, numbers.append if reading.is_numbered else lambda _: None)
        except BadRecordError as reason:
            reading.bad(path, None, reason)

    return Document(path, 1, text(), numbers=numbers)


def read_html(path: Path, reading: Reading) -> Iterator[Document]:
    """A page of HTML: without tags, scripts, styles and code."""
    yield _whole_page(path, reading, plain_text(path, reading))


_CHUNK = 1 << 13  # characters rendered at once, to the next empty line outside of code
_MAX_CHUNK = 1 << 14  # where no such line comes; also bounds what nested brackets can cost
_FENCE = re.compile(r"\s*(?:[-*+>]\s+)*(`{3,}|~{3,})")
_FRONT_MATTER = 200  # lines at most


def read_markdown(path: Path, reading: Reading) -> Iterator[Document]:
    """A page of Markdown (CommonMark and tables), as `read_html` reads what it renders to."""
    markdown = extra("markdown_it", "markdown", "markdown-it-py").MarkdownIt("commonmark").enable("table")
    lines = _without_front_matter(_short_lines(plain_text(path, reading)))
    yield _whole_page(path, reading, (_rendered(markdown, *chunk) for chunk in _chunks(lines)))


def _rendered(markdown: Any, text: str, numbers: list[int]) -> str:
    """A part of a page as HTML whose elements say from which line they come; ``numbers``: that of each line of it."""
    tokens = markdown.parse(text)
    for token in tokens:
        if token.map is None or not numbers:
            continue
        number = str(numbers[min(token.map[0], len(numbers) - 1)])
        if token.type == "html_block":
            token.content = f'<span {_FROM_LINE}="{number}"></span>{token.content}'
        elif token.nesting >= 0:
            token.attrSet(_FROM_LINE, number)
    return str(markdown.renderer.render(tokens, markdown.options, {}))


_Numbered = tuple[int, str]  # a line and its number


def _short_lines(blocks: Iterator[str]) -> Iterator[_Numbered]:
    """The lines; one that is longer than `_MAX_CHUNK` comes as several."""
    rest, number = "", 1
    for block in chain(blocks, ["\n"]):
        *whole, rest = (rest + block).split("\n")
        for line in whole:
            yield from ((number, line[k : k + _MAX_CHUNK]) for k in range(0, max(len(line), 1), _MAX_CHUNK))
            number += 1
        while len(rest) > _MAX_CHUNK:
            yield number, rest[:_MAX_CHUNK]
            rest = rest[_MAX_CHUNK:]


def _without_front_matter(lines: Iterator[_Numbered]) -> Iterator[_Numbered]:
    """The lines behind a block of settings between two lines of hyphens at the very beginning, if there is one."""
    first: list[_Numbered] = []
    for number, line in lines:
        first.append((number, line))
        if first[0][1].rstrip() != "---" or len(first) > _FRONT_MATTER:
            break
        if len(first) > 1 and line.rstrip() in ("---", "..."):
            first = []
            break
    return chain(first, lines)


def _chunks(lines: Iterator[_Numbered]) -> Iterator[tuple[str, list[int]]]:
    """The lines in parts that can be rendered one by one, with their numbers: cut before a paragraph, outside of fenced
    code.
    """
    parts: list[str] = []
    numbers: list[int] = []
    size, fence, after_empty = 0, "", True
    for number, line in lines:
        paragraph = after_empty and not fence and line[:1] not in ("", " ", "\t")
        if parts and size >= (_CHUNK if paragraph else _MAX_CHUNK):
            yield "\n".join(parts), numbers
            parts, size, numbers = ([fence] if fence else []), 0, ([number] if fence else [])
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence):
            fence = ""
        parts.append(line)
        numbers.append(number)
        size += len(line) + 1
        after_empty = not line.strip()
    yield "\n".join(parts), numbers
