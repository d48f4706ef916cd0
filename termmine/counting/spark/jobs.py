"""Tasks over every piece of a corpus, whose results are added up: by position in long arrays, or by key.

In: pieces (`corpus.PIECES`), and a task (see `counting.engines`), which is sent to the executors. Out: the sums, as
long as the task's arrays. Each partition goes through its pieces with a state of its own; nothing but whole numbers is
added up, so that neither the order of the pieces nor their distribution matters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from termmine.counting.spark import batches as b
from termmine.counting.spark import sums
from termmine.counting.spark.session import Cluster, Lent
from termmine.kernels.codes import AFTER_BLANK, FIRST_WORD
from termmine.runtime.arrays import IN_MEMORY
from termmine.types import Segment

#: The number of a piece that begins a part of a file -> codes that stand before it.
Tails = dict[int, np.ndarray]

MARGIN = 1 << 11  # codes before a piece that a task may look at
_SLICES_A_TASK = 1 << 9  # of 64 KiB: what a task that adds up holds in memory, and then Java's part of the driver
_ROWS_TOGETHER = 1 << 6  # of a matrix, in a row of the shuffle: some megabytes at most
_ROWS_A_TASK = 1 << 10  # of a matrix, for each task that adds up
_ARRAY_BITS = 40  # of a place in the shuffle, the row within its array; above them is the number of the array


def add_up(cluster: Cluster, frame: Any, tails: Tails, task: Any) -> tuple[Any, ...]:
    """The sums of a task over a frame of pieces, arrays or one sparse matrix; see `counting.engines.Task`."""
    empty = task.result(task.start(IN_MEMORY))
    if not isinstance(empty[0], np.ndarray):
        return (_add_up_matrix(cluster, frame, tails, task, empty[0]),)
    arrays = tuple(np.zeros(array.shape, dtype=np.int64) for array in empty)
    lent = cluster.lend((task, tails))
    reduced = max(sum(sums.n_slices(array.size) for array in arrays) // _SLICES_A_TASK, 1)
    gathered = cluster.map(frame, _Gather(lent), sums.SCHEMA)
    added = cluster.map(gathered.repartition(reduced, "place"), sums.add_slices, sums.SCHEMA)
    for row in cluster.rows(added):
        number, place = divmod(row["place"], 1 << _ARRAY_BITS)
        sums.add_slice(arrays[number], place, row["sums"])
    lent.give_back()
    return arrays


@dataclass(frozen=True)
class _Gather:
    lent: Lent

    def __call__(self, batches: b.Batches) -> Iterator[Any]:
        for i, array in enumerate(_looked(self.lent, batches)):
            yield from sums.slices(array, i << _ARRAY_BITS)


def _add_up_matrix(cluster: Cluster, frame: Any, tails: Tails, task: Any, empty: Any) -> Any:
    """The sum of the sparse matrices of a task, of the class of ``empty``; an entry's key is its place in all."""
    shape = empty.shape
    lent = cluster.lend((task, tails))
    gathered = cluster.map(frame, _GatherEntries(lent), sums.SCHEMA)
    parts = gathered.repartition(-(-shape[0] // _ROWS_A_TASK), "place")
    table = cluster.fetch(cluster.map(parts, sums.add_entries, sums.SCHEMA))
    lent.give_back()
    rows = sorted(b.rows(table.to_batches()), key=lambda row: row["place"])
    none = np.zeros(0, dtype=np.int64)
    keys, counts = (
        np.concatenate([none, *(b.array(row[name], np.int64) for row in rows)]) for name in ("keys", "sums")
    )
    limits = np.searchsorted(keys, np.arange(shape[0] + 1) * shape[1])
    return type(empty)((counts, keys % shape[1], limits), shape=shape)


@dataclass(frozen=True)
class _GatherEntries:
    """The entries of a partition's matrix, some rows of it together."""

    lent: Lent

    def __call__(self, batches: b.Batches) -> Iterator[Any]:
        (matrix,) = _looked(self.lent, batches)
        n_rows, n_columns = matrix.shape
        for first in range(0, n_rows, _ROWS_TOGETHER):
            limits = matrix.indptr[first : first + _ROWS_TOGETHER + 1]
            here = slice(limits[0], limits[-1])
            rows = np.repeat(np.arange(first, first + len(limits) - 1), np.diff(limits))
            if len(rows):
                keys = rows * n_columns + matrix.indices[here]
                yield b.row(place=first // _ROWS_TOGETHER, keys=keys, sums=matrix.data[here].astype(np.int64))


def _looked(lent: Lent, batches: b.Batches) -> tuple[Any, ...]:
    """The result of a task that has looked at the pieces of a partition."""
    task, tails = lent.value
    state = task.start(IN_MEMORY)
    for segment in segments(batches, tails):
        task.look(segment, state)
    result: tuple[Any, ...] = task.result(state)
    return result


def segments(batches: b.Batches, tails: Tails) -> Iterator[Segment]:
    """The pieces of a partition, each with the codes before it; behind it stands the separator that ends it."""
    tail, before = np.zeros(0, dtype=np.int32), -2
    for row in b.rows(batches):
        codes, piece = b.array(row["codes"], np.int32), row["piece"]
        margin = tail if piece == before + 1 else tails.get(piece, tail[:0])
        tail, before = np.concatenate([margin, codes[:-1]])[-MARGIN:], piece
        if len(codes):
            variants = b.array(row["variants"], np.int64).reshape(-1, 2)
            variants[:, 0] += len(margin)
            codes = np.concatenate([margin, codes])
            yield Segment(codes, len(margin), len(codes) - 1, row["n_before"], variants)


def tally(cluster: Cluster, frame: Any, tails: Tails, task: Any) -> Counter[tuple[int, ...]]:
    """The counts of a task by key over a frame of pieces; see `counting.engines.KeyedTask`."""
    lent = cluster.lend((task, tails))
    keyed = cluster.map(frame, _Tally(lent), _KEYED)
    table = cluster.fetch(keyed.groupBy("key").sum("n").toDF("key", "n"))
    lent.give_back()
    counts = zip(table.column("key").to_pylist(), table.column("n").to_pylist(), strict=True)
    return Counter({tuple(np.frombuffer(key, np.int64).tolist()): n for key, n in counts})


_KEYED = "key binary, n bigint"
_MOST_KEYS = 1 << 18  # that a partition holds before it emits them


@dataclass(frozen=True)
class _Tally:
    lent: Lent

    def __call__(self, batches: b.Batches) -> Iterator[Any]:
        task, tails = self.lent.value
        counts: Counter[tuple[int, ...]] = Counter()
        for segment in segments(batches, tails):
            counts.update(task.look(segment))
            if len(counts) > _MOST_KEYS:
                yield from _emitted(counts)
                counts.clear()
        yield from _emitted(counts)


def _emitted(counts: Counter[tuple[int, ...]]) -> Iterator[Any]:
    yield from b.keyed([np.array(key, dtype=np.int64).tobytes() for key in counts], np.array(list(counts.values())))


@dataclass(frozen=True)
class Varied:
    """The task of counting which symbols are written otherwise than at their first occurrence (int64, one a code)."""

    n_codes: int
    word_form: np.ndarray

    before = after = 0

    @property
    def n_bytes(self) -> int:
        """The size of a state."""
        return 8 * self.n_codes

    def start(self, arrays: Any) -> np.ndarray:
        """The state of a worker that has counted nothing."""
        return np.asarray(arrays.zeros(self.n_codes, np.int64))

    def look(self, piece: Segment, counts: np.ndarray) -> None:
        """Count the symbols of a piece."""
        codes, forms = piece.codes[piece.variants[:, 0]], piece.variants[:, 1] & ~AFTER_BLANK
        words = np.maximum(codes - FIRST_WORD, 0)
        first = np.where(codes >= FIRST_WORD, FIRST_WORD + self.word_form[words], codes)
        counts += np.bincount(codes[forms != first], minlength=self.n_codes)

    def result(self, counts: np.ndarray) -> tuple[np.ndarray, ...]:
        """The counts."""
        return (counts,)
