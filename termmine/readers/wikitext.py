"""Wikitext -> its text: mwparserfromhell takes the markup apart; this module chooses the parts that are running text.

The only module that imports mwparserfromhell. That parser goes back for each bracket that nothing closes, so that some
thousands of those would take hours: pages that hold many are refused before.
"""

from __future__ import annotations

import re
from typing import Any

from termmine.readers.base import BREAK, BadRecordError, extra

_MAX_PAGE = 1 << 21  # characters; MediaWiki saves no page of more than 2 MiB
_MAX_UNCLOSED = 100  # brackets and tags of a page
_MAX_OPEN = 64  # brackets within each other, beyond which nothing is matched

_REDIRECT = re.compile(r"\s*#\s*(?:redirect|重定向|重新導向)", re.IGNORECASE)
_QUOTES = re.compile("'{2,}")  # bold and italic
_SWITCH = re.compile("__[A-Z]+__")  # as __NOTOC__
_VARIANT = re.compile(r"-\{([^{}]*)\}-")
_MAX_NESTING = 4  # language variants within each other
_VARIANTS = ("zh-hans", "zh-cn", "zh", "zh-sg", "zh-my", "zh-hant", "zh-tw", "zh-hk", "zh-mo")  # the first one is taken
_SILENT = frozenset("HTDN-")  # flags of conversion rules that show nothing where they stand

# Elements that leave nothing behind, elements whose content is no running text, and those on a line of their own.
_NOTES = frozenset(["ref", "references"])
_HIDDEN = frozenset(
    "code syntaxhighlight source pre math chem score gallery timeline graph imagemap mapframe maplink "
    "templatedata templatestyles inputbox categorytree section hiero style script noinclude includeonly".split()
)
_OWN_LINE = frozenset("table tr td th caption li dt dd dl ul ol div p br hr blockquote poem center".split())


class Stripper:
    """Wikitext -> its text; ``dropped`` are the namespaces (lower case) whose links stand for themselves: files."""

    def __init__(self, dropped: set[str]) -> None:
        self._dropped = dropped
        self._parser = extra("mwparserfromhell", "mediawiki", "mwparserfromhell")

    def article(self, title: str, markup: str) -> str:
        """Title and text of an article; empty for a redirect."""
        if _REDIRECT.match(markup):
            return ""
        _check(markup)
        try:
            parts: list[str] = []
            self._walk(self._parser.parse(markup, skip_style_tags=True), parts)
        except (self._parser.parser.ParserError, RecursionError) as error:
            raise BadRecordError(f"its markup cannot be parsed ({type(error).__name__})") from None
        text = _SWITCH.sub("", _QUOTES.sub("", "".join(parts)))
        lines = (line.strip() for line in without_variants(text).split("\n"))
        return "\n".join([title, "\n".join(filter(None, lines)), ""])

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
        if name in _NOTES:
            return
        if name in _HIDDEN:
            parts.append(BREAK)
        elif node.contents is not None:
            self._walk(node.contents, parts)
        if own_line and not node.self_closing:
            parts.append("\n")


def _is_language(prefix: str) -> bool:
    """True where a link leads to another Wikipedia; one that begins with a colon is shown, and has no such prefix."""
    return 2 <= len(prefix) <= 3 and prefix.isascii() and prefix.isalpha() and prefix.islower()


def without_variants(text: str) -> str:
    """Text with each `-{...}-` replaced by its simplified variant.

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


_BRACKET = re.compile(r"\{\{|\}\}|\{\||\|\}(?!\})|\[|\]|<!--|-->|<(/?)([a-zA-Z]+)([^<>]*)(>?)")
_CLOSES = {"}}": "{{", "|}": "{|", "]": "[", "-->": "<!--"}
_SINGLES = 200  # elements without an end that cost as much as one whose end is missing
_MAX_PARTS = 100_000  # marks of lists, cells, headings, tags: the parser makes some kilobytes of each
_PARTS = re.compile(r"^([*#:;]+)|^[|!=]|^-{4,}|\|\||!!|<[a-zA-Z]", re.MULTILINE)
_SINGLE = frozenset("br hr wbr img li dd dt td th tr".split())


def _check(markup: str) -> None:
    if len(markup) > _MAX_PAGE:
        raise BadRecordError(f"its markup is longer than {_MAX_PAGE} characters")
    if sum(len(part[1] or "1") for part in _PARTS.finditer(markup)) > _MAX_PARTS:
        raise BadRecordError(f"its markup has more than {_MAX_PARTS} list marks, cells and tags")
    n_brackets = markup.count("{") + markup.count("[") + markup.count("<")
    if n_brackets > _MAX_UNCLOSED and n_unclosed(markup) > _MAX_UNCLOSED:
        raise BadRecordError(f"its markup has more than {_MAX_UNCLOSED} brackets or tags that nothing closes")


def n_unclosed(markup: str) -> int:
    """The number of brackets and tags that nothing closes before something around them is closed.

    >>> n_unclosed("{{a|<b>}}</b>[[c]]<br><d")
    2
    """
    n, n_single, opened = 0, 0, [""]
    for match in _BRACKET.finditer(markup):
        bracket, (slash, tag, attributes, end) = match[0], match.groups()
        if not tag:
            name = _CLOSES.get(bracket, bracket)
            closes = name is not bracket
        else:
            name, closes = tag.lower(), bool(slash)
            if not end or "{{" in attributes or attributes.count('"') % 2 or attributes.count("'") % 2:
                n += 1
                continue
            if name in _SINGLE or attributes.endswith("/"):
                n_single += 1
                continue
        if not closes:
            opened.append(name)
        elif name in opened[-_MAX_OPEN:]:
            while opened[-1] != name:
                opened.pop()
                n += 1
            opened.pop()
    return n + len(opened) - 1 + n_single // _SINGLES
