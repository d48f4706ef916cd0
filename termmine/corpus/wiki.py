"""Wikipedia: dumps as they are downloaded, and the folders that WikiExtractor makes of them. A document is an article.

Of a dump, articles alone are read (namespace 0, no redirects). mwparserfromhell takes the markup apart; what is written
here says which parts of an article are its text. The only module that imports it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple
from xml.parsers import expat

from termmine.corpus import base
from termmine.corpus.base import BREAK, BadRecordError, Document, Reading, extra, too_long
from termmine.corpus.decoding import UNDECODABLE, decode_file, numbered_lines
from termmine.corpus.files import damaged, raw_blocks
from termmine.corpus.records import read_json_lines

# --- folders of WikiExtractor ----------------------------------------------------------------------------------------

#: How a file of WikiExtractor begins, and how it is called.
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
    begin, size, parts = 0, 0, [""]  # begin: the line of the present article's <doc>, 0 between articles
    for number, line in lines:
        if line is not None and line.startswith('<doc id="'):
            if begin:
                reading.bad(path, begin, "the article has no </doc>")
            begin, size, parts = number, 0, []
        elif not begin:
            if line is None or line.strip():
                reading.bad(path, number, "stands outside of <doc> and </doc>")
        elif line is not None and line.rstrip() == "</doc>":
            text = "\n".join(parts)
            if size > base.MAX_RECORD:
                reading.bad(path, begin, too_long())
            elif UNDECODABLE in text:
                reading.bad(path, begin, "has undecodable bytes")
            else:
                yield Document(path, begin + 1, (html.unescape(text),), is_lines=True)
            begin = 0
        else:
            size += base.MAX_RECORD if line is None else len(line) + 1
            if size <= base.MAX_RECORD:
                parts.append(line or "")
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
    """What a file holds instead of a dump."""


class _Dump:
    """What expat calls: gathers the articles of a dump, as far as it has been fed."""

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
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._refuse  # and with it every entity that a file could define

    def _refuse(self, *declared: object) -> None:
        raise _NoDumpError("declares a document type, as no dump does")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.n_events += 1
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise expat.ExpatError(f"more than {_MAX_DEPTH} elements within each other")
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
    stripper = _Stripper(dump.dropped)
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
                raise expat.ExpatError("a tag without an end")
            yield from dump.pages
            dump.pages.clear()
    except (_NoDumpError, expat.ExpatError, ValueError, LookupError) as error:  # the last two: unknown encodings
        if dump.is_dump:
            raise damaged(path, error) from error
        reading.no_text(path, f"is no MediaWiki dump ({error})", "name its --input-format")


# --- markup ----------------------------------------------------------------------------------------------------------

_REDIRECT = re.compile(r"\s*#\s*(?:redirect|重定向|重新導向)", re.IGNORECASE)
_QUOTES = re.compile("'{2,}")  # bold and italic
_SWITCH = re.compile("__[A-Z]+__")  # as __NOTOC__
_LINES = re.compile(r"\s*\n\s*")
_VARIANT = re.compile(r"-\{([^{}]*)\}-")
_MAX_NESTING = 4  # of language variants
_VARIANTS = ("zh-hans", "zh-cn", "zh", "zh-sg", "zh-my", "zh-hant", "zh-tw", "zh-hk", "zh-mo")  # the first one is taken
_SILENT = frozenset("HTDN-")  # flags of conversion rules that show nothing where they stand

# Elements whose content is no running text, and elements that stand on a line of their own.
_HIDDEN = frozenset(
    "ref references code syntaxhighlight source pre math chem score gallery timeline graph imagemap mapframe maplink "
    "templatedata templatestyles inputbox categorytree section hiero style script noinclude includeonly".split()
)
_OWN_LINE = frozenset("table tr td th caption li dt dd dl ul ol div p br hr blockquote poem center".split())


class _Stripper:
    """Wikitext -> its text; ``dropped`` are the namespaces (lower case) whose links stand for themselves: files."""

    def __init__(self, dropped: set[str]) -> None:
        self._dropped = dropped
        self._parser = extra("mwparserfromhell", "wiki")

    def article(self, title: str, markup: str) -> str:
        """Title and text of an article; empty for a redirect."""
        if _REDIRECT.match(markup):
            return ""
        try:
            parts: list[str] = []
            self._walk(self._parser.parse(markup, skip_style_tags=True), parts)
        except (self._parser.parser.ParserError, RecursionError) as error:
            raise BadRecordError(f"its markup cannot be parsed ({type(error).__name__})") from None
        text = _SWITCH.sub("", _QUOTES.sub("", "".join(parts)))
        return f"{title}\n{_LINES.sub(chr(10), without_variants(text)).strip()}\n"

    def _walk(self, code: Any, parts: list[str]) -> None:
        for node in code.nodes:
            kind = type(node).__name__
            if kind == "Text":
                parts.append(node.value)
            elif kind == "Wikilink":
                self._link(node, parts)
            elif kind == "HTMLEntity":
                parts.append(node.normalize())
            elif kind in ("Heading", "ExternalLink") and node.title is not None:
                self._walk(node.title, parts)
            elif kind == "Tag":
                self._tag(node, parts)

    def _link(self, node: Any, parts: list[str]) -> None:
        namespace, colon, _ = str(node.title).partition(":")
        if colon and (namespace.strip().lower() in self._dropped or _is_language(namespace.strip())):
            return
        if node.text is not None:
            self._walk(node.text, parts)
        else:
            parts.append(str(node.title).removeprefix(":"))

    def _tag(self, node: Any, parts: list[str]) -> None:
        name = str(node.tag).strip().lower()
        own_line = name in _OWN_LINE
        if own_line:
            parts.append("\n")
        if name in _HIDDEN:
            parts.append(BREAK)
        elif node.contents is not None:
            self._walk(node.contents, parts)
        if own_line and not node.self_closing:
            parts.append("\n")


def _is_language(prefix: str) -> bool:
    """Whether a link leads to another Wikipedia; one that begins with a colon is shown, and has no such prefix."""
    return 2 <= len(prefix) <= 3 and prefix.isascii() and prefix.isalpha() and prefix.islower()


def without_variants(text: str) -> str:
    """Text with each `-{...}-` replaced by what stands there in simplified characters.

    >>> without_variants("-{zh-hans:计算机;zh-hant:電腦}-网络-{H|zh-cn:甲;zh-tw:乙}-与-{T|丙}-干-{}-部")
    '计算机网络与干部'
    """
    for _ in range(_MAX_NESTING):
        text, n = _VARIANT.subn(_variant, text)
        if not n:
            break
    return text


def _variant(match: re.Match[str]) -> str:
    flags, bar, body = match[1].rpartition("|")
    if bar and _SILENT & {flag.strip().upper() for flag in flags.split(";")}:
        return ""
    forms: dict[str, str] = {}
    for rule in body.split(";"):
        code, colon, form = rule.rpartition("=>")[2].partition(":")
        if colon and code.strip().lower() in _VARIANTS:
            forms.setdefault(code.strip().lower(), form.strip())
    return next((forms[code] for code in _VARIANTS if code in forms), body)
