"""A corpus as units: the mined vocabulary and the known words, and how often each stands near which others.

In: a corpus, its table, the rows of the table that are units. Out: counts. A text falls into the units of the most
probable segmentation, so that a term in letters (`LSTM层`) stays whole. Counts are whole numbers, added up over the
pieces of the corpus: no result depends on threads or memory. What is made of the counts is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from termmine.counting.engines import Engine
from termmine.kernels import neighbours as neighbours_kernels
from termmine.kernels import segment as segment_kernels
from termmine.kernels.tries import Trie
from termmine.runtime.arrays import Arrays
from termmine.search.trie import slots_of, table_trie
from termmine.types import Corpus, NgramTable, Segment

if TYPE_CHECKING:
    from scipy.sparse import csr_array

WINDOW = 5  # units to either side: topics more than grammar, and the first of the usual sizes
_BYTES_AN_ENTRY = 24  # of a count near a unit, while pieces are added up


# --- the cut ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cutter:
    """The means to cut a text into units: a trie of them, the weight of each slot (float64; -inf: no unit), and its
    number
    (int32, one a slot).
    """

    trie: Trie
    weight: np.ndarray
    default: float
    number: np.ndarray

    def renumbered(self, new: np.ndarray) -> Cutter:
        """The same with other numbers: ``new`` (int32) is one an old number, -1 where that is no unit any more."""
        number = np.where(self.number >= 0, new[np.maximum(self.number, 0)], -1).astype(np.int32)
        return Cutter(self.trie, self.weight, self.default, number)

    def units(self, piece: Segment) -> np.ndarray:
        """The units of a piece in order, and `kernels.neighbours.EDGE` where a run ends (int32)."""
        codes = piece.codes[piece.start : piece.stop]
        word_at, units = np.empty(len(codes), dtype=np.int32), np.empty(len(codes), dtype=np.int32)
        segment_kernels.segment(codes, len(codes), self.trie, self.weight, self.default, True, word_at)
        return units[: neighbours_kernels.cut_units(codes, word_at, self.number, units)]


def make_cutter(table: NgramTable, rows: np.ndarray, arrays: Arrays) -> Cutter:
    """The cutter whose units are rows of a table (int32, ascending), numbered in that order.

    A unit weighs the logarithm of its share of the corpus, a symbol that is none as if it had been met once.
    """
    trie = table_trie(table, rows, arrays)
    slots = slots_of(trie, rows, len(table), arrays)
    weight, number = np.full(len(trie.links), -np.inf), np.full(len(trie.links), -1, dtype=np.int32)
    weight[slots] = np.log(table.freq[rows].astype(np.float64)) - np.log(table.n_symbols)
    number[slots] = np.arange(len(rows), dtype=np.int32)
    return Cutter(trie, weight, -float(np.log(table.n_symbols)), number)


@dataclass(frozen=True)
class Units:
    """The units of a corpus: rows of its table (int32, ascending), how often each is cut out of the text (int64), and
    the cutter that does it.
    """

    row: np.ndarray
    freq: np.ndarray
    cutter: Cutter

    def freq_of(self, rows: np.ndarray) -> np.ndarray:
        """The number of times that each row of the table is cut out of the text (int64); 0 where it is no unit."""
        place = np.minimum(np.searchsorted(self.row, rows), len(self.row) - 1)
        return np.where(self.row[place] == rows, self.freq[place], 0)


def make_units(corpus: Corpus, table: NgramTable, candidates: np.ndarray, known: np.ndarray, engine: Engine) -> Units:
    """The units of a corpus: ``candidates`` and ``known`` words (rows of the table), and all single symbols."""
    rows = np.unique(np.concatenate([np.arange(table.level[1]), candidates, known])).astype(np.int32)
    cutter = make_cutter(table, rows, engine.job.arrays)
    return Units(rows, count_units(corpus, cutter, len(rows), engine), cutter)


@dataclass(frozen=True)
class _Cut:
    """The task of counting how often each of so many units is cut out of the text (int64)."""

    cutter: Cutter
    n_units: int

    before = after = 0

    @property
    def n_bytes(self) -> int:
        """The size of a worker's counts."""
        return 8 * self.n_units

    def start(self, arrays: Arrays) -> np.ndarray:
        """Nothing has been counted."""
        return arrays.zeros(self.n_units, np.int64, hot=True)

    def look(self, piece: Segment, freq: np.ndarray) -> None:
        """Count the units of a piece."""
        neighbours_kernels.count_units(self.cutter.units(piece), freq)

    def result(self, freq: np.ndarray) -> tuple[np.ndarray, ...]:
        """The counts."""
        return (freq,)


def count_units(corpus: Corpus, cutter: Cutter, n_units: int, engine: Engine) -> np.ndarray:
    """The number of times that each unit is cut out of the corpus (int64, n_units)."""
    (freq,) = engine.add_up(corpus, _Cut(cutter, n_units))
    return freq


# --- what stands near ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Near:
    """The contexts near each unit: rows of a sparse matrix, in order of their columns.

    Of unit u, ``contexts`` (int32) from ``limits[u]`` to ``limits[u + 1]`` are the contexts met, ``counts`` (int64) the
    number of times for each.
    """

    limits: np.ndarray
    contexts: np.ndarray
    counts: np.ndarray


def count_near(corpus: Corpus, cutter: Cutter, freq: np.ndarray, n_contexts: int, engine: Engine) -> Near:
    """Count the contexts near the units, which have those frequencies (descending); the first n_contexts are contexts.

    The matrix has 2 n_contexts columns: a context to the left, and to the right. Where memory is short the corpus is
    gone through once for some of the units and once more for the others.
    """
    arrays, parts = engine.job.arrays, []
    from scipy.sparse import csr_array

    most = np.minimum(2 * WINDOW * freq, 2 * n_contexts)
    for first, last in _ranges(most, engine.job.left() // (4 * _BYTES_AN_ENTRY)):
        matrix: Any
        (matrix,) = engine.add_up(
            corpus, _Around(cutter, first, last, n_contexts, WINDOW, int(most[first:last].sum()))
        )  # fmt: skip
        matrix = csr_array(matrix)
        contexts = arrays.joined([matrix.indices], np.int32)
        parts.append((contexts, arrays.joined([matrix.data], np.int64), np.diff(matrix.indptr)))
    limits = np.append(0, np.cumsum(np.concatenate([lengths for _, _, lengths in parts]), dtype=np.int64))
    contexts = arrays.joined([contexts for contexts, _, _ in parts], np.int32)
    return Near(limits, contexts, arrays.joined([counts for _, counts, _ in parts], np.int64))


def _ranges(sizes: np.ndarray, room: int) -> Iterator[tuple[int, int]]:
    """Neighbouring entries, as many at a time as have room together, one at least."""
    ends, first = np.cumsum(sizes), 0
    while first < len(sizes):
        before = int(ends[first - 1]) if first else 0
        last = max(int(np.searchsorted(ends, before + room, side="right")), first + 1)
        yield first, last
        first = last


@dataclass(frozen=True)
class _Around:
    """The task of counting what stands near the units first to last: a sparse matrix of whole numbers, a row each.

    Sparse matrices are added up as arrays are. ``most``: how many counts there are at most.
    """

    cutter: Cutter
    first: int
    last: int
    n_contexts: int
    window: int
    most: int

    before = after = 0

    @property
    def n_bytes(self) -> int:
        """The greatest size of a worker's counts."""
        return _BYTES_AN_ENTRY * self.most

    def start(self, arrays: Arrays) -> list[csr_array]:
        """Nothing has been counted."""
        del arrays
        none = np.zeros(0, dtype=np.int64)
        return [self._matrix(none, none, np.zeros(self.last - self.first + 1, dtype=np.int64))]

    def look(self, piece: Segment, sums: list[csr_array]) -> None:
        """Add what a piece holds; sums of like size are added to each other, so that none is copied often."""
        sums.append(self._of_units(self.cutter.units(piece)))
        while len(sums) > 1 and sums[-2].nnz < 2 * sums[-1].nnz:
            sums.append(sums.pop() + sums.pop())

    def result(self, sums: list[csr_array]) -> tuple[Any, ...]:
        """The counts."""
        while len(sums) > 1:
            sums.append(sums.pop() + sums.pop())
        return (sums[0],)

    def _of_units(self, units: np.ndarray) -> csr_array:
        begin, order = np.zeros(self.last - self.first + 1, dtype=np.int64), np.empty(len(units), dtype=np.int32)
        order = order[: neighbours_kernels.order_units(units, self.first, begin, order)]
        limits, contexts = np.empty(len(begin), dtype=np.int64), np.empty(2 * self.window * len(order), dtype=np.int32)
        counts = np.empty_like(contexts)
        n = neighbours_kernels.count_near(units, begin, order, self.n_contexts, self.window, limits, contexts, counts)
        return self._matrix(counts[:n], contexts[:n], limits)

    def _matrix(self, counts: np.ndarray, contexts: np.ndarray, limits: np.ndarray) -> csr_array:
        from scipy.sparse import csr_array

        entries = counts.astype(np.int64), contexts.astype(np.int32), limits.astype(np.int32)
        matrix = csr_array(entries, shape=(self.last - self.first, 2 * self.n_contexts))
        matrix.sort_indices()
        return matrix
