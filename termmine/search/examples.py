"""Example sentences for terms: short, whole, and different.

In: terms, and the lines of a source. Out: for each term some sentences with their places. Only the best few of each
term are held while the lines stream by.
"""

from __future__ import annotations

import re
import zlib
from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from termmine.search.finder import Finder
from termmine.search.lines import Line, printable
from termmine.text.normalize import fold

SHORTEST, LONGEST = 10, 40  # characters: a sentence that says something and still fits a cell
LONGEST_SENTENCE = 120  # a longer one is shown in windows of that size
UNFINISHED = 10  # characters too long: what a sentence without its full stop counts as
SPARE = 4  # sentences held for each wanted one, to choose different ones from
ALIKE = 0.5  # share of common pairs of characters from which two sentences say the same

_SENTENCE = re.compile('[^。！？!?；;\n]+[。！？!?；;]*[”’」』）)"]*')
_ENDS = re.compile('[。！？!?；;][”’」』）)"]*$')
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


def sentences(line: str) -> Iterator[str]:
    """The sentences of a line, trimmed; a very long one in windows that overlap by half."""
    for sentence in whole_sentences(line):
        yield from windows(sentence)


def whole_sentences(line: str) -> Iterator[str]:
    """The sentences of a line, trimmed, however long they are."""
    for match in _SENTENCE.finditer(line):
        yield printable(match[0]).strip()


def windows(sentence: str) -> Iterator[str]:
    """A sentence, or where it is very long windows of it that overlap by half."""
    if len(sentence) <= LONGEST_SENTENCE:
        yield sentence
        return
    half = LONGEST_SENTENCE // 2
    yield from (sentence[at : at + LONGEST_SENTENCE].strip() for at in range(0, len(sentence) - half, half))


def cost(sentence: str) -> int:
    """The number of characters that a sentence is too short or too long, and more where it does not end in a full
    stop.
    """
    n = len(sentence)
    return max(SHORTEST - n, 0) + max(n - LONGEST, 0) + (0 if _ENDS.search(sentence) else UNFINISHED)


def shape(sentence: str) -> str:
    """The part of a sentence that is the same in two that differ in numbers and marks alone."""
    return _NOT_HAN.sub("", sentence) or sentence


def example(sentence: str, line: Line) -> Example:
    """A sentence as an example; among equally good ones a hash decides, so that they come from all over the source."""
    return Example(cost(sentence), zlib.crc32(shape(sentence).encode()), sentence, line.path, line.number)


def examples(
    terms: Iterable[str], lines: Iterable[Line], n: int, folding: str | None = None
) -> dict[str, list[Example]]:
    """At most ``n`` sentences for each term: short, whole, different, and from different places where there are such.

    The best ``SPARE * n`` of each term are held while the lines stream by.
    """
    terms = list(terms)
    search = Finder(terms, folding)
    pools: dict[str, list[Example]] = {string: [] for string in search.strings}
    for line in lines:
        for sentence in sentences(line.text):
            found = {string for _, _, string in search.find(fold(sentence, folding))}
            if found:
                offered = example(sentence, line)
                for string in found:
                    offer(pools[string], offered, SPARE * n)
    chosen = {string: choose(pool, n) for string, pool in pools.items()}
    return {term: chosen[fold(term.strip(), folding)] for term in terms}


def offer(pool: list[Example], offered: Example, size: int) -> None:
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
