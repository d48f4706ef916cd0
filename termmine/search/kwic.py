"""A concordance: each occurrence of a term in its line (keyword in context), for people and for programs.

In: terms, and the lines of a source. Out: the first occurrences of each term in reading order, and their number; or
the same as a table that is aligned on a terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from termmine.search.finder import Finder
from termmine.search.lines import Line, printable
from termmine.text.display import cut, display_width, padded
from termmine.text.normalize import fold, fold_with_places

_LEAST_WIDTH = 20  # columns of the text, however long its place is


@dataclass(frozen=True)
class Occurrence:
    """A term in its line: the text before it and after it, up to the width."""

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


def concordance(
    terms: Iterable[str], lines: Iterable[Line], *, limit: int, width: int, folding: str | None = None
) -> Concordance:
    """Find terms in lines; at most ``limit`` occurrences of each are kept, with ``width`` characters on each side."""
    search = Finder(terms, folding)
    result = Concordance({term: [] for term in search.strings.values()}, dict.fromkeys(search.strings.values(), 0))
    for line in lines:
        found = {}
        for _, _, string in search.find(fold(line.text, folding)):
            term = search.strings[string]
            result.freq[term] += 1
            found[term] = result.occurrences[term]
        if any(len(of_term) < limit for of_term in found.values()):
            for occurrence in _occurrences(search, line, width):
                if len(found[occurrence.term]) < limit:
                    found[occurrence.term].append(occurrence)
    return result


def _occurrences(search: Finder, line: Line, width: int) -> Iterator[Occurrence]:
    folded, places = fold_with_places(line.text, search.folding)
    for begin, end, string in search.find(folded):
        left, right = places[begin], places[end]
        while line.text[right - 1].isspace():  # a blank that does not part it from what follows
            right -= 1
        yield Occurrence(
            search.strings[string],
            line.path,
            line.number,
            printable(line.text[max(left - width, 0) : left]),
            printable(line.text[left:right]),
            printable(line.text[right : right + width]),
        )


def as_table(
    found: Concordance, width: int, window: int | None = None, say: Callable[[str], str] = lambda heading: heading
) -> str:
    """A concordance for a terminal: a heading for each term, then its occurrences one below the other, aligned.

    ``width``: columns of the text; ``window``: columns of the whole line, with the place, used instead of ``width``;
    ``say``: translates a heading.
    """
    shown = [occurrence for of_term in found.occurrences.values() for occurrence in of_term]
    margin = max((display_width(occurrence.place) for occurrence in shown), default=0)
    if window is not None:
        width = max(window - margin - len("  []"), _LEAST_WIDTH)
    blocks = []
    for term, of_term in found.occurrences.items():
        n = found.freq[term]
        if not n:
            continue
        first = f", the first {len(of_term)}" if len(of_term) < n else ""
        lines = [say(f"{term}: {n} occurrence{'s' * (n != 1)}{first}")]
        widest = max((display_width(occurrence.match) for occurrence in of_term), default=0)
        side = max((width - widest) // 2, 0)
        for occurrence in of_term:
            left = cut(occurrence.left[::-1], side)[::-1]
            place = padded(occurrence.place, margin)
            lead = " " * (side - display_width(left))
            right = cut(occurrence.right, side)
            lines.append(f"{place}  {lead}{left}[{occurrence.match}]{right}".rstrip())
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)
