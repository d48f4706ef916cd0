"""A vector for each unit of a corpus: units of like use have like vectors.

In: a corpus and its units. Out: `Vectors`. A unit's row of counts (what stands near it, left and right apart) becomes
positive pointwise mutual information, and that a few numbers by a truncated singular value decomposition (Levy,
Goldberg & Dagan 2015). Which terms are good is not known here.

The same bytes come out whatever the threads and the memory: counts are whole numbers, and what is added up of other
numbers is added up in one order. Another processor, or another build of numpy, may round otherwise in the last digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from termmine.counting.engines import Engine
from termmine.meaning.units import Near, Units, count_near
from termmine.runtime.arrays import Arrays
from termmine.runtime.columns import slices
from termmine.runtime.job import Job
from termmine.types import Corpus

if TYPE_CHECKING:
    from scipy.sparse import csr_array

N_CONTEXTS = 5000  # the commonest units; what stands near rarer ones says little that is sure
MIN_FREQ = 5  # occurrences as a unit: what is seen less often has no vector
MOST_UNITS = 1 << 16  # the commonest have vectors: 26 MB of them
LEAST_UNITS = 1000  # a corpus with fewer is too small for vectors: ten rows for each dimension
SMOOTHING = 0.75  # exponent of the contexts' frequencies, against the rare ones (Levy, Goldberg & Dagan 2015)
N_DIMENSIONS = 100
_SPARE = 20  # dimensions that are carried along, so that the last ones wanted are right (Halko et al. 2011)
_ROUNDS = 2  # of the iteration: with more the vectors change, and nothing gets better
_SEED = 6540  # any
_ROWS = 1 << 12  # of the matrix, worked on at once


@dataclass(frozen=True)
class Vectors:
    """One entry a unit: its ``row`` of the table (int32, ascending), how often it was cut out of the text (``freq``,
    int64), its vector of length 1 in ``matrix`` (float32, units x dimensions).
    """

    row: np.ndarray
    freq: np.ndarray
    matrix: np.ndarray

    def __len__(self) -> int:
        return len(self.row)

    def of_rows(self, rows: np.ndarray) -> np.ndarray:
        """The entry of each row of the table, or -1 (int64)."""
        place = np.minimum(np.searchsorted(self.row, rows), max(len(self.row) - 1, 0))
        found = self.row[place] == rows if len(self.row) else np.zeros(len(rows), dtype=bool)
        return np.where(found, place, -1)

    def nearest(self, entry: int, n: int, among: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """The n entries most like one (int64), the most alike first, and their cosines (float32).

        ``among``: bool, one an entry: which are of interest; the entry itself never is.
        """
        alike = np.einsum("ij,j->i", self.matrix, self.matrix[entry])
        alike[entry] = -np.inf
        if among is not None:
            alike[~among] = -np.inf
        order = np.argsort(-alike, kind="stable")[:n]
        order = order[alike[order] > -np.inf]
        return order, alike[order]


def make_vectors(corpus: Corpus, units: Units, engine: Engine) -> Vectors | None:
    """Vectors of the units of a corpus; None where it is too small for any: fewer than `LEAST_UNITS` units would have
    one.
    """
    chosen = _commonest(units.freq)
    if len(chosen) < LEAST_UNITS:
        return None
    number = np.full(len(units.row), -1, dtype=np.int32)
    number[chosen] = np.arange(len(chosen), dtype=np.int32)
    n_contexts = min(N_CONTEXTS, len(chosen))
    near = count_near(corpus, units.cutter.renumbered(number), units.freq[chosen], n_contexts, engine)
    matrix = _reduced(near, _informative(near, n_contexts, engine.job.arrays), 2 * n_contexts, engine.job)
    order = np.argsort(chosen)
    order = order[matrix[order].any(axis=1)]  # nothing stands near some units more often than by chance
    return Vectors(units.row[chosen[order]], units.freq[chosen[order]], matrix[order])


def _commonest(freq: np.ndarray) -> np.ndarray:
    """The units that get vectors, the commonest first; of equally common ones the first."""
    enough = np.flatnonzero(freq >= MIN_FREQ)
    return enough[np.argsort(-freq[enough], kind="stable")][:MOST_UNITS]


def _informative(near: Near, n_contexts: int, arrays: Arrays) -> np.ndarray:
    """The positive pointwise mutual information of each count (float32), in nats; 0 where they meet as by chance.

    ln(n(u, c) N / (n(u) n(c))), where the contexts' shares n(c) / N are smoothed: raised to `SMOOTHING`.
    """
    of_contexts = np.zeros(2 * n_contexts)
    for here in slices(0, len(near.counts)):  # whole numbers: exact in any order
        of_contexts += np.bincount(near.contexts[here], weights=near.counts[here], minlength=2 * n_contexts)
    smoothed = of_contexts**SMOOTHING
    share = np.log(np.maximum(smoothed, 1e-300)) - np.log(max(smoothed.sum(), 1e-300))
    values = arrays.empty(len(near.counts), np.float32)
    for low, high in _blocks(len(near.limits) - 1):
        begin, end = near.limits[low], near.limits[high]
        lengths, counts = np.diff(near.limits[low : high + 1]), near.counts[begin:end].astype(np.float64)
        unit = np.repeat(np.arange(high - low), lengths)
        of_unit = np.bincount(unit, weights=counts, minlength=high - low)
        values[begin:end] = np.maximum(np.log(counts) - np.log(of_unit[unit]) - share[near.contexts[begin:end]], 0.0)
    return values


def _blocks(n_rows: int) -> Iterator[tuple[int, int]]:
    for low in range(0, n_rows, _ROWS):
        yield low, min(low + _ROWS, n_rows)


def _reduced(near: Near, values: np.ndarray, n_columns: int, job: Job) -> np.ndarray:
    """The rows of a sparse matrix in the space of its first right singular vectors, each of length 1 (float32).

    Each dimension counts with the square root of its singular value. Subspace iteration from random directions (Halko,
    Martinsson & Tropp 2011, algorithm 4.4), on the side of the columns, so that no more than some rows are dense at a
    time; then the best directions within the subspace (Rayleigh and Ritz).
    """
    matrix = _Matrix(near, values, n_columns, job)
    n_directions = min(N_DIMENSIONS + _SPARE, n_columns)
    # RandomState's numbers are the same in every version of numpy.
    directions = np.linalg.qr(np.random.RandomState(_SEED).standard_normal((n_columns, n_directions)))[0]
    for _ in range(_ROUNDS):
        directions = np.linalg.qr(matrix.back_and_forth(directions))[0]
    dense, products = matrix.times(directions)
    squares, turn = np.linalg.eigh(products)
    best = np.argsort(-squares, kind="stable")[:N_DIMENSIONS]
    best = best[squares[best] > 1e-9 * max(float(squares.max()), 1e-300)]
    turn = turn[:, best]
    turn *= np.sign(turn[np.abs(turn).argmax(axis=0), np.arange(len(best))])  # which sign is nobody's choice
    return _of_length_1(dense, turn * squares[best] ** -0.25, job.arrays)


@dataclass(frozen=True)
class _Matrix:
    """A sparse matrix whose rows are worked on some at a time, by several threads; sums are made in one order."""

    near: Near
    values: np.ndarray
    n_columns: int
    job: Job

    def _over_rows(self, work: Callable[[csr_array], np.ndarray]) -> Iterator[np.ndarray]:
        from scipy.sparse import csr_array

        def of_block(block: tuple[int, int]) -> np.ndarray:
            limits = self.near.limits[block[0] : block[1] + 1]
            inside = slice(limits[0], limits[-1])
            entries = self.values[inside].astype(np.float64), self.near.contexts[inside], limits - limits[0]
            return work(csr_array(entries, shape=(len(limits) - 1, self.n_columns)))

        return self.job.stream(of_block, _blocks(len(self.near.limits) - 1))

    def back_and_forth(self, directions: np.ndarray) -> np.ndarray:
        """The matrix, transposed, times itself times some columns."""

        def work(rows: csr_array) -> np.ndarray:
            return np.asarray(rows.T @ (rows @ directions))

        total = np.zeros_like(directions)
        for part in self._over_rows(work):
            total += part
        return total

    def times(self, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The matrix times some columns (float32), and the products of the columns of that with each other."""

        def work(rows: csr_array) -> np.ndarray:
            return np.asarray(rows @ directions)

        n = directions.shape[1]
        whole, products, low = self.job.arrays.empty((len(self.near.limits) - 1, n), np.float32), np.zeros((n, n)), 0
        for part in self._over_rows(work):
            whole[low : low + len(part)] = part
            products += part.T @ part
            low += len(part)
        return whole, products


def _of_length_1(dense: np.ndarray, turn: np.ndarray, arrays: Arrays) -> np.ndarray:
    vectors = arrays.empty((len(dense), turn.shape[1]), np.float32)
    for low, high in _blocks(len(dense)):
        block = dense[low:high].astype(np.float64) @ turn
        length = np.sqrt((block * block).sum(axis=1, keepdims=True))
        vectors[low:high] = np.divide(block, length, out=np.zeros_like(block), where=length > 0)
    return vectors
