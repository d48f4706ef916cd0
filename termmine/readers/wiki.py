"""Wikipedia: dumps as they are downloaded, and the folders that WikiExtractor makes of them. A document is an article.

Of a dump, articles alone are read: namespace 0, no redirects. How their markup is taken off is in `wikitext`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from termmine.readers import base
from termmine.readers.base import BadRecordError, Document, Reading, too_long
from termmine.readers.decoding import UNDECODABLE, decode_file, numbered_lines
from termmine.readers.elements import XmlError, new_parser
from termmine.readers.files import damaged, raw_blocks
from termmine.readers.markup import NO_CHARACTER, unescaped
from termmine.readers.records import read_json_lines
from termmine.readers.wikitext import Stripper

# --- folders of WikiExtractor ----------------------------------------------------------------------------------------

#: The beginning of a file of WikiExtractor, and its name.
EXTRACTED = re.compile(rb'(?:\xef\xbb\xbf)?\s*<doc id="[^"\n]*" [^>\n]*title="')
EXTRACTED_NAME = re.compile(r"wiki_\d+")


def read_extracted(path: Path, reading: Reading) -> Iterator[Document]:
    """A file of WikiExtractor in either form: articles between `<doc ...>` and `</doc>`, or a JSON object a line."""
    lines = numbered_lines(decode_file(path, reading))
    for number, line in lines:
        if line is None or line.strip():
            lines = chain([(number, line)], lines)
            is_json = line is not None and line.lstrip().startswith("{")
            yield from (read_json_lines if is_json else _extracted_articles)(path, reading, lines)


def _extracted_articles(path: Path, reading: Reading, lines: Iterator[tuple[int, str | None]]) -> Iterator[Document]:
    begin, size, body = 0, 0, io.StringIO()  # begin: the line of the present article's <doc>, 0 between articles
    for number, line in lines:
        if line is not None and line.startswith('<doc id="'):
            if begin:
                reading.bad(path, begin, "the article has no </doc>")
            begin, size, body = number, 0, io.StringIO()
        elif not begin:
            if line is None or line.strip():
                reading.bad(path, number, "stands outside of <doc> and </doc>")
        elif line is not None and line.rstrip() == "</doc>":
            if size > base.MAX_RECORD:
                reading.bad(path, begin, too_long())
            elif UNDECODABLE in body.getvalue():
                reading.bad(path, begin, "has undecodable bytes")
            elif (text := unescaped(body.getvalue())) is None:
                reading.bad(path, begin, NO_CHARACTER)
            else:
                yield Document(path, begin + 1, (text,), is_lines=True)
            begin = 0
        else:
            size += base.MAX_RECORD + 1 if line is None else len(line) + 1
            if size <= base.MAX_RECORD:
                body.write(f"{line}\n")
    if begin:
        reading.bad(path, begin, "the article has no </doc>")


# --- dumps -----------------------------------------------------------------------------------------------------------

_MAX_DEPTH = 32  # elements within each other; a dump has 5
_DROPPED_NAMESPACES = {"6": ["file", "image"], "14": ["category"]}  # their keys and canonical names


class _Page(NamedTuple):
    line: int
    title: str
    text: str | None  # None: longer than MAX_RECORD


class _NoDumpError(Exception):
    """The contents of a file that holds no dump, in words."""


class _Dump:
    """The functions that expat calls: they gather the articles of a dump, as far as it has been fed."""

    def __init__(self) -> None:
        self.pages: list[_Page] = []
        self.dropped = {name for names in _DROPPED_NAMESPACES.values() for name in names}
        self.n_events = 0
        self.is_dump = False
        self._depth = 0
        self._line = 0
        self._key = ""
        self._page: dict[str, str | None] = {}
        self._data: list[str] | None = None
        self._size = 0
        self.parser = new_parser(self._start, self._end, self._characters, self._refuse)

    def _refuse(self, *declared: object) -> None:
        raise _NoDumpError("declares a document type, as no dump does")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.n_events += 1
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise XmlError(f"more than {_MAX_DEPTH} elements within each other")
        if self._depth == 1:
            self.is_dump = name == "mediawiki"
            if not self.is_dump:
                raise _NoDumpError(f"begins with <{name[:40]}>")
        self._data, self._size = None, 0
        if name == "page":
            self._line, self._page = self.parser.CurrentLineNumber, {}
        elif name == "redirect":
            self._page["redirect"] = ""
        elif name in ("title", "ns", "model") or (name == "text" and self._is_article()):
            self._data = []
        elif name == "namespace":
            self._key, self._data = attributes.get("key", ""), []

    def _is_article(self) -> bool:
        page = self._page
        return page.get("ns") == "0" and "redirect" not in page and page.get("model", "wikitext") == "wikitext"

    def _characters(self, data: str) -> None:
        self.n_events += 1
        if self._data is not None:
            self._size += len(data)
            if self._size <= base.MAX_RECORD:
                self._data.append(data)

    def _end(self, name: str) -> None:
        self.n_events += 1
        self._depth -= 1
        if self._data is not None:
            value = "".join(self._data) if self._size <= base.MAX_RECORD else None
            self._data = None
            if name != "namespace":
                self._page[name] = value
            elif self._key in _DROPPED_NAMESPACES and value:
                self.dropped.add(value.lower())
        if name == "page" and "text" in self._page and self._is_article():
            self.pages.append(_Page(self._line, self._page.get("title") or "", self._page["text"]))


def read_dump(path: Path, reading: Reading) -> Iterator[Document]:
    """The articles of a MediaWiki dump (XML), without their markup."""
    dump = _Dump()
    stripper = Stripper(dump.dropped)
    for page in _pages(path, dump, reading):
        try:
            if page.text is None:
                raise too_long()
            text = stripper.article(page.title, page.text)
        except BadRecordError as reason:
            reading.bad(path, page.line, reason)
            continue
        if text:
            yield Document(path, page.line, (text,))


def _pages(path: Path, dump: _Dump, reading: Reading) -> Iterator[_Page]:
    waiting = 0  # bytes since something was last recognised: expat keeps an unfinished tag whole
    try:
        for raw in chain(raw_blocks(path, reading.progress), [b""]):
            reading.report.n_bytes += len(raw)
            before = dump.n_events
            dump.parser.Parse(raw, not raw)
            waiting = waiting + len(raw) if dump.n_events == before else 0
            if waiting > base.MAX_RECORD:
                raise XmlError("a tag without an end")
            yield from dump.pages
            dump.pages.clear()
    except (_NoDumpError, XmlError, ValueError, LookupError) as error:  # the last two: unknown encodings
        if dump.is_dump:
            raise damaged(path, error) from error
        reading.no_text(path, f"is no MediaWiki dump ({error})", "name its --input-format")
