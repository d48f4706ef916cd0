"""Integers added up by the cluster: long arrays, and pairs with their counts, from many partitions.

In: the sums of each partition. Out: the sums of all. Both travel through Spark's shuffle as rows of a few kilobytes,
cut
from an array or from a table of pairs, so that Spark moves bytes and does not look at each number; kernels add them up
where they meet. A row says where it belongs (``place``), so that equal places meet; its partition, and the order of the
rows, change no sum.
"""

from __future__ import annotations

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
    flat = array.reshape(-1)
    for place, cells in rows:
        values = np.frombuffer(cells, dtype=np.int64)
        start = place * CHUNK
        flat[start : start + len(values)] += values
    return array


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
