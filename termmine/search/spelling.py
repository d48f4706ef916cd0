"""The spelling of each term: the most frequent of its surface forms.

In: the corpus, the table and the rows to report. Out: one string a row. Case is folded and a blank between a word and a
Han character passed over for counting only, so `GPU 加速`, `GPU加速` and `gpu加速` are one n-gram and the commonest
spelling is shown; ties go to the first in code point order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from termmine.counting.engines import Engine, Key
from termmine.counting.parts.spelling import spellings_of
from termmine.kernels import segment as segment_kernels
from termmine.kernels.codes import AFTER_BLANK, FIRST_WORD
from termmine.kernels.tries import Trie
from termmine.runtime.arrays import Arrays
from termmine.search.trie import slots_of, table_trie
from termmine.types import Corpus, NgramTable, Segment, spell


def surfaces(corpus: Corpus, table: NgramTable, rows: np.ndarray, engine: Engine) -> list[str]:
    """The most frequent written form of each row."""
    texts = table.texts(rows)
    of_rows = _counts_by_form(corpus, table, rows, engine)
    order = np.argsort(rows)
    places = order[np.searchsorted(rows, list(of_rows), sorter=order)].tolist()
    for (row, counts), i in zip(of_rows.items(), places, strict=True):
        first_form = int(table.freq[row]) - sum(counts.values())
        counts[texts[i]] = counts.get(texts[i], 0) + first_form
        texts[i] = min(counts, key=lambda text: (-counts[text], text))
    return texts


def _counts_by_form(corpus: Corpus, table: NgramTable, rows: np.ndarray, engine: Engine) -> dict[int, dict[str, int]]:
    """Row -> written form -> occurrences, for the occurrences that hold a variant."""
    forms, counts = corpus.alphabet.form_texts, dict[int, dict[str, int]]()
    if corpus.kept is not None:
        for row, written, occurrences in spellings_of(corpus.kept, table, corpus.kept.spelt_codes, rows):
            of_row, text = counts.setdefault(row, {}), spell(written, forms)
            of_row[text] = of_row.get(text, 0) + occurrences
        return counts
    rows = varying(corpus, table, rows)
    for (row, *codes), occurrences in engine.tally(corpus, spellings(corpus, table, rows, engine.job.arrays)).items():
        of_row, text = counts.setdefault(row, {}), spell(codes, forms)
        of_row[text] = of_row.get(text, 0) + occurrences
    return counts


def spellings(corpus: Corpus, table: NgramTable, rows: np.ndarray, arrays: Arrays) -> Spellings:
    """The task of counting the spellings of those rows where they hold a variant."""
    trie = table_trie(table, rows, arrays)
    wanted = np.zeros(len(trie.links), dtype=bool)
    wanted[slots_of(trie, rows, len(table), arrays)] = True
    longest = len(table.level) - 1
    return Spellings(trie, wanted, longest, longest, table.length, corpus.alphabet.word_form)


@dataclass(frozen=True)
class Spellings:
    """The task of counting the forms in which the ``wanted`` nodes (bool, one a slot) of a trie are written.

    A key is the row and the codes of the forms. ``length``: the symbols of each row; ``first``: the first form of each
    word.
    """

    trie: Trie
    wanted: np.ndarray
    before: int
    after: int
    length: np.ndarray
    first: np.ndarray

    def look(self, piece: Segment) -> Counter[Key]:
        """The occurrences that hold a variant and begin in a piece."""
        found: Counter[Key] = Counter()
        spans, starts = _spans(piece, self.trie, self.wanted, self.after)
        for row, codes, occurrences in _written(piece, self.length[spans], spans, starts, self.first):
            found[(row, *codes)] += occurrences
        return found


def varying(corpus: Corpus, table: NgramTable, rows: np.ndarray) -> np.ndarray:
    """Those of the rows that hold a symbol that is not always written alike."""
    may_vary = corpus.varied.copy()
    may_vary[FIRST_WORD:] = True  # behind or before a word may stand a blank
    return rows[_hold_any(table, rows, may_vary)]


def _hold_any(table: NgramTable, rows: np.ndarray, symbols: np.ndarray) -> np.ndarray:
    """True for each row that holds any of the symbols (bool, one a row); these are given as bool, one a code."""
    found = np.zeros(len(rows), dtype=bool)
    for _ in range(len(table.level) - 1):
        found |= (rows >= 0) & symbols[table.last[rows]]
        rows = np.where(rows >= 0, table.prefix[rows], -1)
    return found


def _spans(segment: Segment, trie: Trie, wanted: np.ndarray, longest: int) -> tuple[np.ndarray, np.ndarray]:
    """Row and first position of every occurrence that holds a variant and begins in the segment."""
    places = np.ascontiguousarray(segment.variants[:, 0])
    bounds, empty = (segment.codes, segment.start, segment.stop), np.zeros(0, dtype=np.int64)
    n = segment_kernels.spans_with_variants(*bounds, places, trie, wanted, longest, empty, empty.copy())
    slots, starts = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    segment_kernels.spans_with_variants(*bounds, places, trie, wanted, longest, slots, starts)
    return trie.ids[slots], starts


def _written(
    segment: Segment, lengths: np.ndarray, spans: np.ndarray, starts: np.ndarray, first: np.ndarray
) -> Iterator[tuple[int, list[int], int]]:
    """The ways in which each row is written at those places: the row, the codes of its forms, the number of times."""
    places, forms = segment.variants[:, 0], segment.variants[:, 1]
    for n in np.unique(lengths):
        of_length = np.flatnonzero(lengths == n)
        where = starts[of_length, None] + np.arange(n)
        codes = segment.codes[where]
        written = np.where(codes >= FIRST_WORD, FIRST_WORD + first[np.maximum(codes - FIRST_WORD, 0)], codes)
        at = np.minimum(np.searchsorted(places, where), len(places) - 1)
        written = np.where(places[at] == where, forms[at], written)
        written[:, 0] &= ~AFTER_BLANK  # the blank stands before the term
        unique, number = np.unique(np.column_stack([spans[of_length], written]), axis=0, return_counts=True)
        for (row, *codes_written), occurrences in zip(unique.tolist(), number.tolist(), strict=True):
            yield row, codes_written, occurrences
