"""A check of a user dictionary by jieba itself: the terms that it cuts out, and the words that it tears apart for them.

In: a user dictionary, its terms, a text. Out: for every term its frequency there and what jieba made of it. A word in
jieba's dictionary is no promise: the best path through a sentence may go around it. And a string that is no word tears
those beside it apart: the check compares with jieba's segmentation of the text without the dictionary.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from pathlib import Path

import pandas as pd

from termmine.formats.dictionaries import IK_FOLD
from termmine.formats.rendered import one_line
from termmine.options import ReadOptions
from termmine.readers.source import open_files
from termmine.runtime.progress import Progress
from termmine.search.finder import LINE_ENDS, finder
from termmine.search.ik import load_ik
from termmine.search.jieba import jieba_dictionary, load_jieba

_SHOWN = 10  # terms that the summary lists

_CUT, _INSIDE, _TORN, _TEARS = range(4)


def check_cuts(
    dictionary: bytes,
    terms: Iterable[str],
    corpus: list[Path],
    progress: Progress,
    *,
    harm: bool = False,
    form: str = "jieba",
) -> pd.DataFrame:
    """Segment a corpus by jieba with the dictionary, and count for each term how its occurrences were cut.

    Returns one row a term, in order, each once: term (str), occurrences (as it is written, in overlapping ones too),
    and how many of them jieba cut out as this word, left inside a longer word, tore apart (int64: cut, inside, torn).
    With ``harm`` also tears (int64): how many of those cut out begin or end within a word of jieba's own dictionary
    that jieba had cut out there before. That takes a second segmentation.

    With ``form`` "ik" it is IK in smart mode, by its rules (`search.ik`), jieba's dictionary standing for IK's own;
    text and terms are folded as IK folds them.
    """
    fold = ik_folded if form == "ik" else str
    counts: dict[str, list[int]] = {fold(term): [0, 0, 0, 0] for term in terms}
    segment, find = _load(form, dictionary), finder(counts)
    plain = _Plain(form) if harm else None
    source = open_files(corpus, ReadOptions())
    with progress.stage(f"segmenting by {form}", source.size) as advance:
        for line in map(fold, _lines(source.strings(ReadOptions(), progress=advance))):
            found = find(line)
            if found:  # jieba takes a second for 0.7 MB
                starts = [0, *accumulate(map(len, segment(line)))]
                outcomes = [(_outcome(starts, begin, end), begin, end, term) for begin, end, term in found]
                within = plain.within_words(line) if plain and any(what == _CUT for what, *_ in outcomes) else set()
                for what, begin, end, term in outcomes:
                    counts[term][what] += 1
                    counts[term][_TEARS] += what == _CUT and not within.isdisjoint((begin, end))
    columns = ["cut", "inside", "torn", "tears"]
    frame = pd.DataFrame.from_dict(counts, orient="index", columns=columns, dtype="int64")
    frame.insert(0, "occurrences", frame[columns[:_TEARS]].sum(axis=1))
    return (frame if harm else frame.drop(columns="tears")).reset_index(names="term")


def ik_folded(text: str) -> str:
    """Text as IK looks it up, character by character."""
    return text.translate(IK_FOLD)


def _load(form: str, dictionary: bytes) -> Callable[[str], list[str]]:
    """The segmentation by a program that has loaded a dictionary."""
    if form == "jieba":
        return load_jieba(dictionary)
    return load_ik({*map(ik_folded, jieba_dictionary().words), *dictionary.decode().split("\n")} - {""})


class _Plain:
    """The program without a dictionary of ours."""

    def __init__(self, form: str) -> None:
        self._segment, self._words = _load(form, b""), set(jieba_dictionary().words)

    def within_words(self, line: str) -> set[int]:
        """The places of a line that lie within a word of jieba's dictionary, and not at an end of it."""
        within: set[int] = set()
        at = 0
        for word in self._segment(line):
            if len(word) > 1 and word in self._words:
                within.update(range(at + 1, at + len(word)))
            at += len(word)
        return within


def harmful(cuts: pd.DataFrame) -> tuple[list[str], list[str]]:
    """The terms that occur and are never cut out, and those that mostly tear a word apart where they are."""
    never = (cuts["occurrences"] > 0) & (cuts["cut"] == 0)
    tears = 2 * cuts["tears"] > cuts["cut"]
    return cuts["term"][never].tolist(), cuts["term"][tears & ~never].tolist()


def _outcome(starts: list[int], begin: int, end: int) -> int:
    """The fate of the stretch from begin to end, where words begin at those places."""
    word = bisect_right(starts, begin)
    if starts[word] < end:
        return _TORN
    return _CUT if (starts[word - 1], starts[word]) == (begin, end) else _INSIDE


def _lines(blocks: Iterable[str]) -> Iterator[str]:
    rest = ""
    for block in blocks:
        *whole, rest = (rest + block.translate(LINE_ENDS)).split("\n")
        yield from whole
    yield rest


def summary(cuts: pd.DataFrame) -> list[str]:
    """A line that counts, and a line for each of the first terms that occur and are never cut out."""
    absent, never = cuts["occurrences"] == 0, (cuts["occurrences"] > 0) & (cuts["cut"] == 0)
    lines = [
        f"of {len(cuts)} terms, cut out of the text: {int((cuts['cut'] > 0).sum())}; occurring, but never cut out: "
        f"{int(never.sum())}; not occurring: {int(absent.sum())}"
    ]
    failing = cuts[never].sort_values("occurrences", ascending=False, kind="stable")
    for row in failing.head(_SHOWN).to_dict("records"):
        where = f"occurs {row['occurrences']}, inside longer words {row['inside']}, torn apart {row['torn']}"
        lines.append(f"never cut out: {one_line(row['term'])} ({where})")
    if len(failing) > _SHOWN:
        lines.append(f"and {len(failing) - _SHOWN} more: --check-report FILE lists them all")
    return lines
