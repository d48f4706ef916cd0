"""Integers added up by the cluster: long arrays, and pairs with their counts, from many partitions.

In: the sums of each partition. Out: the sums of all. Both travel through Spark's shuffle as rows of a few kilobytes,
cut from an array or from a table of pairs, so that Spark moves bytes and does not look at each number; kernels add them
up where they meet. A row says where it belongs (``place``), so that equal places meet; its partition, and the order of
the rows, change no sum.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from termmine.counting.spark import batches as b
from termmine.kernels import pairs as pairs_kernels
from termmine.kernels import partial as partial_kernels

CHUNK = 1 << 13  # entries of an array in a row: 64 KiB
SCHEMA = "place bigint, keys binary, sums binary"  # keys: of pairs alone; int64


def slices(array: np.ndarray, first: int = 0) -> Iterator[Any]:
    """An array of integers of any shape in rows; those with nothing but zeros are left out."""
    flat = array.reshape(-1)
    for start in range(0, len(flat), CHUNK):
        some = flat[start : start + CHUNK]
        if some.any():
            yield b.row(place=first + start // CHUNK, keys=b"", sums=some.astype(np.int64))


def n_slices(size: int) -> int:
    """The number of rows that an array of so many entries takes at most."""
    return -(-size // CHUNK)


@dataclass
class Slices:
    """Rows of arrays that are added up as they come."""

    def __post_init__(self) -> None:
        self._sums: dict[int, np.ndarray] = {}

    def add(self, place: int, cells: Any) -> None:
        """Add a row."""
        values = np.frombuffer(cells, dtype=np.int64)
        if place in self._sums:
            self._sums[place] += values
        else:
            self._sums[place] = values.copy()

    def emit(self) -> Iterator[Any]:
        """The sums, a row for each place."""
        for place, values in self._sums.items():
            yield b.row(place=place, keys=b"", sums=values)


def add_slices(batches: b.Batches) -> Iterator[Any]:
    """Add up the rows of each place; to be mapped over a frame in which equal places are in one partition."""
    slices = Slices()
    for row in b.rows(batches):
        slices.add(row["place"], row["sums"])
    yield from slices.emit()


def filled(rows: Iterator[tuple[int, Any]], shape: tuple[int, ...]) -> np.ndarray:
    """An array of the rows that have been added up, each with its place."""
    array = np.zeros(shape, dtype=np.int64)
    for place, cells in rows:
        add_slice(array, place, cells)
    return array


def add_slice(array: np.ndarray, place: int, cells: Any) -> None:
    """Add a row that has been added up to an array, at its place."""
    values = np.frombuffer(cells, dtype=np.int64)
    start = place * CHUNK
    array.reshape(-1)[start : start + len(values)] += values


class Entries:
    """Keys (int64) with their counts that are added up as they come; twice as many are held as there are keys."""

    def __init__(self) -> None:
        self.keys, self.counts = np.zeros((2, 0), dtype=np.int64)
        self._pending: list[tuple[np.ndarray, np.ndarray]] = []
        self._n_pending = 0

    def add(self, keys: np.ndarray, counts: np.ndarray) -> None:
        """Add keys with their counts."""
        self._pending.append((keys, counts))
        self._n_pending += len(keys)
        if self._n_pending > len(self.keys) + CHUNK:
            self.merge()

    def merge(self) -> None:
        """Have each key once, in order, in ``keys`` and ``counts``."""
        parts = [(self.keys, self.counts), *self._pending]
        keys, counts = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.argsort(keys, kind="stable")
        keys, counts = keys[order], counts[order]
        begin = np.flatnonzero(np.diff(keys, prepend=keys[:1] - 1))
        self.keys, self.counts = keys[begin], np.add.reduceat(counts, begin) if len(begin) else counts
        self._pending, self._n_pending = [], 0


def add_entries(batches: b.Batches) -> Iterator[Any]:
    """Add up the keys of each place; to be mapped over a frame in which equal places are in one partition."""
    places: defaultdict[int, Entries] = defaultdict(Entries)
    for row in b.rows(batches):
        places[row["place"]].add(b.array(row["keys"], np.int64), b.array(row["sums"], np.int64))
    for place, entries in places.items():
        entries.merge()
        yield b.row(place=place, keys=entries.keys, sums=entries.counts)


class PairTable:
    """A table of pairs (uint64) with their counts that grows; it is emptied when it is emitted."""

    def __init__(self) -> None:
        self._empty()

    def _empty(self) -> None:
        self._keys, self._freq = np.zeros((2, 1 << 12), dtype=np.uint64)
        self.used = 0

    def count(self, pairs: np.ndarray) -> None:
        """Count pairs."""
        self._keys, self._freq, self.used = pairs_kernels.count_pairs(pairs, self._keys, self._freq, self.used)

    def add(self, pairs: np.ndarray, counts: np.ndarray) -> None:
        """Add pairs with their counts."""
        self._keys, self._freq, self.used = partial_kernels.add_counts(pairs, counts, self._keys, self._freq, self.used)

    def take(self, buckets: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The pairs, their counts (uint64), one bucket after the other, and the place where each begins; empties the
        table.

        A pair's bucket depends on its hash alone.
        """
        keys, counts = np.empty((2, int(self.used)), dtype=np.uint64)
        begin = np.zeros(buckets + 1, dtype=np.int64)
        partial_kernels.take_used(self._keys, self._freq, begin, keys, counts)
        self._empty()
        return keys, counts, begin

    def emit(self, buckets: int) -> Iterator[Any]:
        """The pairs counted so far, a row a bucket; its place is a negative number."""
        keys, counts, begin = self.take(buckets)
        for bucket in np.flatnonzero(np.diff(begin)).tolist():
            here = slice(begin[bucket], begin[bucket + 1])
            yield b.row(place=-1 - bucket, keys=keys[here], sums=counts[here])
