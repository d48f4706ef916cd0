"""The segmentation of IK in smart mode, by its published rules: what IK, which is Java, would make of a dictionary.

In: words, and text folded as IK folds it. Out: the text in pieces: words, and single characters between them. The rules
are those of IK's CJKSegmenter, LetterSegmenter and IKArbitrator (analysis-ik 8): every word of the dictionary at every
place, and every stretch of letters, of digits, and of both, is found; of words that overlap, the path that is best by
six comparisons is kept. Not simulated: numerals with their measure words, stop words, and IK's own main dictionary.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from termmine.search.finder import finder

_LETTERS = re.compile("[a-z]+|[0-9]+")
_MIXED = re.compile("[a-z0-9]+(?:[#&+.@_-]+[a-z0-9]+)*")  # with the connectors that IK keeps within


class Word(NamedTuple):
    """A word at its place in a text."""

    begin: int
    end: int


def load_ik(words: Iterable[str]) -> Callable[[str], list[str]]:
    """A function that cuts folded text as IK in smart mode does, knowing these words."""
    find = finder(words)
    return lambda text: _pieces(text, smart_words(_found(text, find)))


def _found(text: str, find: Callable[[str], list[tuple[int, int, str]]]) -> list[Word]:
    """Every word at every place, in IK's order: by the beginning, longer ones first."""
    words = {Word(begin, end) for begin, end, _ in find(text)}
    words |= {Word(*match.span()) for expression in (_LETTERS, _MIXED) for match in expression.finditer(text)}
    return sorted(words, key=lambda word: (word.begin, -word.end))


def smart_words(words: list[Word]) -> list[Word]:
    """Of words in IK's order those that smart mode keeps: in each group that overlaps, the words of the best path.

    >>> smart_words([Word(0, 2), Word(1, 3), Word(2, 4)])
    [Word(begin=0, end=2), Word(begin=2, end=4)]
    """
    kept: list[Word] = []
    group: list[Word] = []
    end = 0
    for word in words:
        if group and word.begin >= end:
            kept += _best(group)
            group = []
        end = max(end, word.end) if group else word.end
        group.append(word)
    return kept + _best(group)


def _best(group: list[Word]) -> list[Word]:
    """The best path through words that overlap: those that IK tries, compared as IK does."""
    if len(group) < 2:
        return group
    path: list[Word] = []
    in_conflict = _go_on(group, 0, path)
    tried = [list(path)]
    for i in reversed(in_conflict):
        while path and path[-1].end > group[i].begin:
            path.pop()
        _go_on(group, i, path)
        tried.append(list(path))
    return min(tried, key=_rank)


def _go_on(group: list[Word], start: int, path: list[Word]) -> list[int]:
    """Add to a path each next word that overlaps with none of it; the numbers of those that do."""
    in_conflict = []
    for i in range(start, len(group)):
        if not path or group[i].begin >= path[-1].end:
            path.append(group[i])
        else:
            in_conflict.append(i)
    return in_conflict


def _rank(path: list[Word]) -> tuple[int, int, int, int, int, int]:
    """The key by which IK compares paths, in this order: more characters in words; fewer words; a wider span; a later
    end;
    words of more equal length (their product); longer words later.
    """
    lengths = [word.end - word.begin for word in path]
    product = 1
    for length in lengths:
        product *= length
    weighted = sum(i * length for i, length in enumerate(lengths, 1))
    return -sum(lengths), len(path), path[0].begin - path[-1].end, -path[-1].end, -product, -weighted


def _pieces(text: str, words: list[Word]) -> list[str]:
    pieces: list[str] = []
    at = 0
    for word in words:
        pieces += [*text[at : word.begin], text[word.begin : word.end]]
        at = word.end
    return [*pieces, *text[at:]]
