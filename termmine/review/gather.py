"""The sentences of all terms of a list, in one reading of the corpus.

In: terms, and the lines of a source. Out: for each term its frequency, its commonest neighbours, a few good sentences
and a fair sample of the others, each with the place of the term in it. What a page has room for is decided elsewhere.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from termmine.search.examples import SPARE, Example, choose, example, offer, whole_sentences, windows
from termmine.search.finder import Finder
from termmine.search.lines import Line
from termmine.text.normalize import fold, fold_with_places

MOST_NEIGHBOURS = 6  # shown on either side of a term
_WORD_BEFORE = re.compile(r"[a-z0-9]+$")
_WORD_AFTER = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Shown:
    """A sentence that holds a term: its text, the half-open range of the term in it (characters), and its place."""

    text: str
    begin: int
    end: int
    path: str
    line: int


@dataclass
class _Found:
    """One term as far as the corpus has been read."""

    freq: int = 0
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    best: list[Example] = field(default_factory=list)
    sample: list[Example] = field(default_factory=list)


@dataclass(frozen=True)
class Gathered:
    """A term in the corpus: ``shown`` are sentences, the first ``n_examples`` of them whole, short and
    different; ``before`` and ``after`` are neighbours with their numbers, "" for none.
    """

    freq: int
    before: list[tuple[str, int]]
    after: list[tuple[str, int]]
    shown: list[Shown]
    n_examples: int


def gather(
    terms: Iterable[str], lines: Iterable[Line], n_examples: int, n_occurrences: int, folding: str | None = None
) -> dict[str, Gathered]:
    """Read a corpus for each term: `n_examples` sentences to read, and up to ``n_occurrences`` in all.

    The others are a sample that depends on the sentences alone (those with the least hash), so that they come from all
    over the corpus, and are the same whatever the order of its files.
    """
    terms = list(terms)
    search = Finder(terms, folding)
    found = {string: _Found() for string in search.strings}
    for line in lines:
        for sentence in whole_sentences(line.text):
            _look(search, found, sentence, line, n_examples, n_occurrences)
    chosen = {string: _chosen(seen, n_examples, n_occurrences) for string, seen in found.items()}
    ranges = _ranges(search, chosen)
    gathered = {string: _gathered(string, seen, *chosen[string], ranges) for string, seen in found.items()}
    return {term: gathered[fold(term.strip(), folding)] for term in terms}


def _look(
    search: Finder, found: dict[str, _Found], sentence: str, line: Line, n_examples: int, n_occurrences: int
) -> None:
    folded = fold(sentence, search.folding)
    hits = search.find(folded)
    for begin, end, string in hits:
        seen = found[string]
        seen.freq += 1
        seen.before[neighbour_before(folded, begin)] += 1
        seen.after[neighbour_after(folded, end)] += 1
    parts = list(windows(sentence)) if hits else []
    for part in parts:
        held = hits if len(parts) == 1 else search.find(fold(part, search.folding))
        offered = example(part, line)
        sampled = offered._replace(cost=0, key=zlib.crc32(part.encode(errors="backslashreplace")))
        for string in {string for _, _, string in held}:
            offer(found[string].best, offered, SPARE * n_examples)
            offer(found[string].sample, sampled, n_occurrences)


def neighbour_before(folded: str, begin: int) -> str:
    """The character or the word in Latin letters before a place of a folded text; "" where there is none.

    >>> neighbour_before("用gpu加速", 4), neighbour_before("，变压器", 1)
    ('gpu', '')
    """
    word = _WORD_BEFORE.search(folded, 0, begin)
    return word[0] if word else _letter(folded[begin - 1 : begin])


def neighbour_after(folded: str, end: int) -> str:
    """The character or the word in Latin letters after a place of a folded text; "" where there is none."""
    word = _WORD_AFTER.match(folded, end)
    return word[0] if word else _letter(folded[end : end + 1])


def _letter(character: str) -> str:
    return character if character.isalnum() else ""


def _chosen(seen: _Found, n_examples: int, n_occurrences: int) -> tuple[list[Example], int]:
    """The sentences of a term, the good ones first, and how many these are."""
    best = choose(seen.best, n_examples)
    texts = {one.sentence for one in best}
    others = [one for one in seen.sample if one.sentence not in texts]
    return [*best, *others[: max(n_occurrences - len(best), 0)]], len(best)


#: A string and a sentence -> the half-open range of the string in it.
_Ranges = dict[tuple[str, str], tuple[int, int]]


def _ranges(search: Finder, chosen: dict[str, tuple[list[Example], int]]) -> _Ranges:
    """The first place of each term in each of its sentences; a sentence of several terms is looked at once."""
    holders: dict[str, list[str]] = defaultdict(list)
    for string, (sentences, _) in chosen.items():
        for one in sentences:
            holders[one.sentence].append(string)
    ranges: _Ranges = {}
    for sentence, strings in holders.items():
        folded, places = fold_with_places(sentence, search.folding)
        first: dict[str, tuple[int, int]] = {}
        for begin, end, string in search.find(folded):
            first.setdefault(string, (begin, end))
        for string in strings:
            begin, end = first[string]
            ranges[string, sentence] = places[begin], _trimmed(sentence, places[end])
    return ranges


def _trimmed(sentence: str, end: int) -> int:
    """The end of a term without the blanks before it, which do not part it from what follows."""
    while sentence[end - 1].isspace():
        end -= 1
    return end


def _gathered(string: str, seen: _Found, sentences: list[Example], n_examples: int, ranges: _Ranges) -> Gathered:
    shown = [Shown(one.sentence, *ranges[string, one.sentence], one.path, one.number) for one in sentences]
    return Gathered(seen.freq, _commonest(seen.before), _commonest(seen.after), shown, n_examples)


def _commonest(neighbours: Counter[str]) -> list[tuple[str, int]]:
    return sorted(neighbours.items(), key=lambda item: (-item[1], item[0]))[:MOST_NEIGHBOURS]
