"""Where terms stand in the text as it was written: example sentences, and a concordance (keyword in context).

In: terms, and a source that is read once more, line by line. Out: sentences or occurrences with path and line. A term
occurs where the text, folded as for counting, holds it from the beginning of a symbol to the end of one: `AI` does not
occur in `MAIL`. Nothing here needs the counted corpus, and only a line is held at a time.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, cast

import numpy as np

from termmine import kernels as k
from termmine.corpus import Document, Source, is_texts, read_documents, source_paths
from termmine.encode import character_tables
from termmine.errors import UsageError
from termmine.lexicon import finder
from termmine.options import DiscoverOptions

LONGEST_LINE = (
    1 << 20
)  # characters: a longer one is looked at in parts, cut at the end of a sentence where there is one


class Line(NamedTuple):
    """A line of a source: the path that it stands in (`text` for texts), its number from 1, and its text."""

    path: str
    number: int
    text: str

    @property
    def place(self) -> str:
        """Path and number, as compilers and grep write them."""
        return f"{self.path}:{self.number}"


def read_lines(source: Source, options: DiscoverOptions) -> Iterator[Line]:
    """The lines of a source with their places; a record that is no line of its file has one number for all of it."""
    if is_texts(source):
        for number, text in enumerate(cast("Iterable[str]", source), 1):
            yield from (Line("text", number, line) for line in _lines([text]))
        return
    for document in read_documents(source_paths(source), options):
        yield from _numbered(document)


def _numbered(document: Document) -> Iterator[Line]:
    number = document.line
    for line in _lines(document.blocks):
        yield Line(str(document.path), number, line.rstrip("\n"))
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


# --- finding ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _kinds() -> bytes:
    return character_tables().kinds.tobytes()


def _character_class(kind: int) -> str:
    """All characters of a kind, as they stand between the brackets of a regular expression."""
    codes = np.flatnonzero(character_tables().kinds == kind)
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


def _folded(text: str) -> str:
    ignored, _, _ = _expressions()
    text = ignored.sub("", unicodedata.normalize("NFKC", text))
    lower = text.lower()
    if len(lower) == len(text) and "ς" not in lower:
        return lower
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)  # İ and final Σ: character by character


def fold(text: str) -> str:
    """Text as it is searched: folded as for counting, without the blanks that the text model ignores.

    >>> fold("ＧＰＵ 加速，Air Motor")
    'gpu加速,air motor'
    """
    return _expressions()[1].sub("", _folded(text))


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """`fold`, and where in the text each of its characters begins; the last entry is the length of the text.

    >>> fold_with_places("ｶﾞ ①")
    ('ガ1', [0, 3, 4])
    """
    _, blank, letter = _expressions()
    characters, places = [], []
    for match in letter.finditer(text):
        folded = _folded(match[0])
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
    """Finds terms in folded text; ``terms`` as given, the first of those that fold to the same stands for them all."""

    def __init__(self, terms: Iterable[str]) -> None:
        self.terms: dict[str, str] = {}
        for term in terms:
            folded = fold(term.strip())
            if not folded:
                raise UsageError(f"{term!r}: nothing to look for: give a term with characters in it")
            self.terms.setdefault(folded, term)
        self._find = finder(self.terms)

    def find(self, folded: str) -> list[tuple[int, int, str]]:
        """Every occurrence in a text that `fold` gave: begin, end, the term as it was given; overlapping ones too."""
        return [
            (begin, end, self.terms[string])
            for begin, end, string in self._find(folded)
            if _is_whole(folded, begin, end)
        ]


# --- examples --------------------------------------------------------------------------------------------------------

SHORTEST, LONGEST = 10, 40  # characters: a sentence that says something and still fits a cell
LONGEST_SENTENCE = 120  # a longer one is shown in windows of that size
UNFINISHED = 10  # characters too long: what a sentence without its full stop counts as
SPARE = 4  # sentences held for each that is asked for, to choose different ones from
ALIKE = 0.5  # share of common pairs of characters from which two sentences say the same

_SENTENCE = re.compile('[^。！？!?；;\n]+[。！？!?；;]*[”’」』）)"]*')
_ENDS = re.compile('[。！？!?；;][”’」』）)"]*$')
_UNPRINTABLE = re.compile("[\\s\x00-\x1f\x7f-\x9f]+")
_NOT_HAN = re.compile("[^\u3400-\u9fff]+")


class Example(NamedTuple):
    """A sentence that holds a term, and where it stands. Ordered by how good an example it is."""

    cost: int
    key: int
    sentence: str
    path: str
    number: int

    @property
    def place(self) -> str:
        """Path and number."""
        return f"{self.path}:{self.number}"


def printable(text: str) -> str:
    """Text on one line: each stretch of blanks, line ends and control characters is one blank."""
    return _UNPRINTABLE.sub(" ", text)


def sentences(line: str) -> Iterator[str]:
    """The sentences of a line, trimmed; a very long one in windows that overlap by half."""
    for match in _SENTENCE.finditer(line):
        sentence = printable(match[0]).strip()
        if len(sentence) <= LONGEST_SENTENCE:
            yield sentence
            continue
        half = LONGEST_SENTENCE // 2
        yield from (sentence[at : at + LONGEST_SENTENCE].strip() for at in range(0, len(sentence) - half, half))


def cost(sentence: str) -> int:
    """How many characters a sentence is too short or too long, and more where it does not end in a full stop."""
    n = len(sentence)
    return max(SHORTEST - n, 0) + max(n - LONGEST, 0) + (0 if _ENDS.search(sentence) else UNFINISHED)


def shape(sentence: str) -> str:
    """What two sentences that differ in numbers and marks alone have in common."""
    return _NOT_HAN.sub("", sentence) or sentence


def example(sentence: str, line: Line) -> Example:
    """A sentence as an example; among equally good ones a hash decides, so that they come from all over the source."""
    return Example(cost(sentence), zlib.crc32(shape(sentence).encode()), sentence, line.path, line.number)


def examples(terms: Iterable[str], lines: Iterable[Line], n: int) -> dict[str, list[Example]]:
    """At most ``n`` sentences for each term: short, whole, different, and from different places where there are such.

    The best ``SPARE * n`` of each term are held while the lines stream by.
    """
    search = Finder(terms)
    pools: dict[str, list[Example]] = {term: [] for term in search.terms.values()}
    for line in lines:
        for sentence in sentences(line.text):
            found = {term for _, _, term in search.find(fold(sentence))}
            if found:
                offered = example(sentence, line)
                for term in found:
                    _offer(pools[term], offered, SPARE * n)
    return {term: choose(pool, n) for term, pool in pools.items()}


def _offer(pool: list[Example], offered: Example, size: int) -> None:
    """Put an example into an ordered pool of limited size, unless it holds as good a one of that shape."""
    if len(pool) == size and offered[:2] >= pool[-1][:2]:
        return
    for i, other in enumerate(pool):
        if other.key == offered.key:
            if offered.cost < other.cost:
                del pool[i]
                break
            return
    insort(pool, offered)
    del pool[size:]


def choose(pool: Sequence[Example], n: int) -> list[Example]:
    """The first ``n`` of a pool that are not alike: first each from another file, then from another line, then any."""
    chosen: list[Example] = []
    places: list[Callable[[Example], object]] = [lambda e: e.path, lambda e: (e.path, e.number), lambda e: e]
    for place in places:
        for candidate in pool:
            used = {place(other) for other in chosen}
            if len(chosen) < n and place(candidate) not in used and not _is_like_one(candidate, chosen):
                chosen.append(candidate)
    return chosen


def _is_like_one(candidate: Example, chosen: Iterable[Example]) -> bool:
    pairs = _pairs(candidate)
    return any(len(pairs & other) >= ALIKE * len(pairs | other) for other in map(_pairs, chosen))


def _pairs(one: Example) -> set[tuple[str, str]]:
    return set(pairwise(f" {shape(one.sentence)} "))


# --- keyword in context ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Occurrence:
    """A term in its line: what stands before it and after it, as far as was asked for."""

    term: str
    path: str
    line: int
    left: str
    match: str
    right: str

    @property
    def place(self) -> str:
        """Path and line."""
        return f"{self.path}:{self.line}"


@dataclass(frozen=True)
class Concordance:
    """The first occurrences of each term in reading order, and how many there are."""

    occurrences: dict[str, list[Occurrence]]
    freq: dict[str, int]


def concordance(terms: Iterable[str], lines: Iterable[Line], *, limit: int, width: int) -> Concordance:
    """Find terms in lines; at most ``limit`` occurrences of each are kept, with ``width`` characters on each side."""
    search = Finder(terms)
    result = Concordance({term: [] for term in search.terms.values()}, dict.fromkeys(search.terms.values(), 0))
    for line in lines:
        found = search.find(fold(line.text))
        for _, _, term in found:
            result.freq[term] += 1
        if any(len(result.occurrences[term]) < limit for _, _, term in found):
            for occurrence in _occurrences(search, line, width):
                if len(result.occurrences[occurrence.term]) < limit:
                    result.occurrences[occurrence.term].append(occurrence)
    return result


def _occurrences(search: Finder, line: Line, width: int) -> Iterator[Occurrence]:
    folded, places = fold_with_places(line.text)
    for begin, end, term in search.find(folded):
        left, right = places[begin], places[end]
        while right > left and line.text[right - 1].isspace():  # a blank that is ignored belongs to what follows
            right -= 1
        yield Occurrence(
            term,
            line.path,
            line.number,
            printable(line.text[max(left - width, 0) : left]),
            printable(line.text[left:right]),
            printable(line.text[right : right + width]),
        )


def display_width(text: str) -> int:
    """Columns on a terminal: two for what is wide (Unicode's East Asian Width), none for marks.

    >>> display_width("变压器"), display_width("10kV")
    (6, 4)
    """
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _cut(text: str, width: int) -> str:
    """As much of the beginning of a text as fits into so many columns."""
    used = 0
    for i, character in enumerate(text):
        used += _columns(character)
        if used > width:
            return text[:i]
    return text


def as_table(found: Concordance, width: int) -> str:
    """A concordance for a terminal: a heading for each term, then its occurrences one below the other, aligned."""
    shown = [occurrence for of_term in found.occurrences.values() for occurrence in of_term]
    margin = max((display_width(occurrence.place) for occurrence in shown), default=0)
    blocks = []
    for term, of_term in found.occurrences.items():
        n = found.freq[term]
        if not n:
            continue
        first = f", the first {len(of_term)}" if len(of_term) < n else ""
        lines = [f"{term}: {n} occurrence{'s' * (n != 1)}{first}"]
        widest = max((display_width(occurrence.match) for occurrence in of_term), default=0)
        side = max((width - widest) // 2, 0)
        for occurrence in of_term:
            left = _cut(occurrence.left[::-1], side)[::-1]
            place = occurrence.place + " " * (margin - display_width(occurrence.place))
            lead = " " * (side - display_width(left))
            right = _cut(occurrence.right, side)
            lines.append(f"{place}  {lead}{left}[{occurrence.match}]{right}".rstrip())
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)
