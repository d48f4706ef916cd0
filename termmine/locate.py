"""Where terms stand in the text as it was written: lines with their places, and terms found in folded text.

In: a source that is read once more, line by line, and terms. Out: lines, and the bounds of occurrences. A term occurs
where the text, folded as for counting, holds it from the beginning of a symbol to the end of one: `MAIL` does not hold
`AI`. Nothing here needs the counted corpus, and only a line is held at a time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple, cast

import numpy as np

from termmine import kernels as k
from termmine.characters import character_tables
from termmine.corpus import Document, Source, is_texts, read_documents, source_paths
from termmine.corpus.files import STDIN
from termmine.errors import UsageError
from termmine.folding import simplified
from termmine.lexicon import finder
from termmine.options import ReadOptions

LONGEST_LINE = (
    1 << 20
)  # characters: a longer one is looked at in parts, cut at the end of a sentence where there is one


class Line(NamedTuple):
    """A line of a source: where it stands (a path, `stdin`, or `text` for texts), its number from 1, and its text."""

    path: str
    number: int
    text: str

    @property
    def place(self) -> str:
        """Path and number, as compilers and grep write them."""
        return f"{self.path}:{self.number}"


def read_lines(source: Source, options: ReadOptions) -> Iterator[Line]:
    """The lines of a source with their places; a record that is no line of its file has one number for all of it."""
    if is_texts(source):
        for number, text in enumerate(cast("Iterable[str]", source), 1):
            yield from (Line("text", number, line) for line in _lines([text]))
        return
    for document in read_documents(source_paths(source), options):
        yield from _numbered(document)


def _numbered(document: Document) -> Iterator[Line]:
    number, path = document.line, str(document.path)
    name = "stdin" if path == STDIN else path  # a spreadsheet would take -:12 for a formula
    for line in _lines(document.blocks):
        yield Line(name, number, line.rstrip("\n"))
        number += document.is_lines and line.endswith("\n")


def _lines(blocks: Iterable[str]) -> Iterator[str]:
    """Lines with their ends as `\\n`; a very long line in parts without."""
    rest = ""
    for block in blocks:
        held_back = "\r" if block.endswith("\r") else ""  # its \n may come with the next block
        text = rest + block.removesuffix(held_back)
        *lines, rest = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        yield from (line + "\n" for line in lines)
        while len(rest) > LONGEST_LINE:
            cut = max(rest.rfind(mark, 0, LONGEST_LINE) for mark in "。！？；") + 1 or LONGEST_LINE
            yield rest[:cut]
            rest = rest[cut:]
        rest += held_back
    if rest:
        yield rest.removesuffix("\r") + "\n"


_UNPRINTABLE = re.compile("[\\s\x00-\x1f\x7f-\x9f]+")


def printable(text: str) -> str:
    """Text on one line: each stretch of blanks, line ends and control characters is one blank."""
    return _UNPRINTABLE.sub(" ", text)


# --- finding ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _kinds() -> bytes:
    return character_tables(None).kinds.tobytes()


def _character_class(kind: int) -> str:
    """All characters of a kind, as they stand between the brackets of a regular expression."""
    codes = np.flatnonzero(character_tables(None).kinds == kind)
    starts = codes[np.diff(codes, prepend=-2) > 1]
    ends = codes[np.diff(codes, append=codes[-1] + 2) > 1]
    return "".join(f"{re.escape(chr(a))}-{re.escape(chr(b))}" for a, b in zip(starts, ends, strict=True))


@lru_cache(maxsize=1)
def _expressions() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """What is ignored; a blank between a word and a Han character, which does not part them; a letter and its marks."""
    han = _character_class(k.HAN)
    return (
        re.compile(f"[{_character_class(k.IGNORED)}]"),
        re.compile(rf" (?:(?<=[{han}] )(?=[^{han}\s])|(?<=[^{han}\s] )(?=[{han}]))"),
        re.compile(rf"(?s).[{_character_class(k.COMPOSING)}]*"),
    )


def _folded(text: str, folding: str | None) -> str:
    ignored, _, _ = _expressions()
    text = ignored.sub("", unicodedata.normalize("NFKC", text))
    if folding is not None:
        text = text.translate(simplified())
    lower = text.lower()
    if len(lower) == len(text) and "ς" not in lower:
        return lower
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)  # İ and final Σ: character by character


def fold(text: str, folding: str | None = None) -> str:
    """Text as it is searched: folded as for counting (``folding``: "t2s" or None), without blanks that do not count.

    >>> fold("ＧＰＵ 加速，Air Motor")
    'gpu加速,air motor'
    """
    return _expressions()[1].sub("", _folded(text, folding))


def fold_with_places(text: str, folding: str | None = None) -> tuple[str, list[int]]:
    """`fold`, and where in the text each of its characters begins; the last entry is the length of the text.

    >>> fold_with_places("ｶﾞ ①")
    ('ガ1', [0, 3, 4])
    """
    _, blank, letter = _expressions()
    characters, places = [], []
    for match in letter.finditer(text):
        folded = _folded(match[0], folding)
        characters.append(folded)
        places += [match.start()] * len(folded)
    joined = "".join(characters)
    dropped = {match.start() for match in blank.finditer(joined)}
    places = [place for i, place in enumerate(places) if i not in dropped]
    return blank.sub("", joined), [*places, len(text)]


def _is_whole(text: str, begin: int, end: int) -> bool:
    """Whether no word of the folded text reaches over an end of text[begin:end]."""
    kinds = _kinds()
    if kinds[ord(text[begin])] != k.HAN:
        at = begin - 1
        while at >= 0 and kinds[ord(text[at])] in (k.JOINER, k.COMPOSING):
            at -= 1
        if at >= 0 and kinds[ord(text[at])] == k.WORD:
            return False
    if kinds[ord(text[end - 1])] == k.HAN or end == len(text):
        return True
    at = end
    while at < len(text) and kinds[ord(text[at])] == k.JOINER:
        at += 1
    goes_on = at < len(text) and kinds[ord(text[at])] in (k.WORD, k.COMPOSING)
    return not goes_on and text[end] not in "+#"


class Finder:
    """Finds terms in folded text. ``strings``: each term as it is searched for, and as it was given, in that order."""

    def __init__(self, terms: Iterable[str], folding: str | None = None) -> None:
        self.folding = folding
        self.strings: dict[str, str] = {}
        for term in terms:
            folded = fold(term.strip(), folding)
            if not folded:
                raise UsageError(f"{term!r}: nothing to look for: give a term with characters in it")
            self.strings.setdefault(folded, term)
        self._find = finder(self.strings)

    def find(self, folded: str) -> list[tuple[int, int, str]]:
        """Every occurrence in a text that `fold` gave: begin, end, string; overlapping ones too."""
        return [found for found in self._find(folded) if _is_whole(folded, found[0], found[1])]
