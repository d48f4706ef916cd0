"""Many strings found in running text; the only module that imports ahocorasick.

In: strings, and text that is folded as they are. Out: the places where they occur, or their frequencies. A term occurs
where the text holds it from the beginning of a symbol to the end of one: `MAIL` does not hold `AI`. No counted corpus
is needed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from termmine.errors import UsageError
from termmine.kernels.encode import COMPOSING, HAN, JOINER, WORD
from termmine.options import ReadOptions
from termmine.readers.base import ReadReport
from termmine.readers.source import Files, Source, Texts, open_files
from termmine.text.normalize import character_kinds, fold, folded
from termmine.types import DOCUMENT_END_CHARACTER, SOURCE_END_CHARACTER

_BLANKS_IN_LINE = re.compile(r"[^\S\n]+")
LINE_ENDS = str.maketrans(dict.fromkeys([SOURCE_END_CHARACTER, DOCUMENT_END_CHARACTER, "\r"], "\n"))


def count_strings(
    strings: Iterable[str],
    corpus: Iterable[Path] | Source,
    reading: ReadOptions | None = None,
    report: ReadReport | None = None,
) -> Counter[str]:
    """The number of occurrences of each string (in normal form) in a corpus, overlapping ones too, within lines.

    The text is folded as the strings are, but a stretch of blanks counts as one blank.
    """
    automaton = _automaton(strings)
    counts: Counter[str] = Counter()
    if not len(automaton):
        return counts
    rest = ""
    reading = reading or ReadOptions()
    source = corpus if isinstance(corpus, (Texts, Files)) else open_files(corpus, reading)
    for block in source.strings(reading, report):
        whole, newline, rest = (rest + block.translate(LINE_ENDS)).rpartition("\n")
        counts.update(_found(automaton, whole + newline, reading.fold))
    counts.update(_found(automaton, rest, reading.fold))
    return counts


def finder(strings: Iterable[str]) -> Callable[[str], list[tuple[int, int, str]]]:
    """A function that finds those strings in a text as it stands, overlapping ones too: begin, end, string."""
    automaton = _automaton(strings)
    if not len(automaton):
        return lambda _: []
    return lambda text: [(last + 1 - len(string), last + 1, string) for last, string in automaton.iter(text)]


def _automaton(strings: Iterable[str]) -> Any:
    import ahocorasick

    automaton = ahocorasick.Automaton()
    for string in strings:
        automaton.add_word(string, string)
    if len(automaton):
        automaton.make_automaton()
    return automaton


def _found(automaton: Any, text: str, fold: str | None) -> Iterable[str]:
    line = _BLANKS_IN_LINE.sub(" ", folded(text, fold))
    return (string for _, string in automaton.iter(line))


def _is_whole(text: str, begin: int, end: int) -> bool:
    """True where no word of the folded text reaches over an end of text[begin:end]."""
    kinds = character_kinds()
    if kinds[ord(text[begin])] != HAN:
        at = begin - 1
        while at >= 0 and kinds[ord(text[at])] in (JOINER, COMPOSING):
            at -= 1
        if at >= 0 and kinds[ord(text[at])] == WORD:
            return False
    if kinds[ord(text[end - 1])] == HAN or end == len(text):
        return True
    at = end
    while at < len(text) and kinds[ord(text[at])] == JOINER:
        at += 1
    goes_on = at < len(text) and kinds[ord(text[at])] in (WORD, COMPOSING)
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
