"""The pairs of a level, counted: an (n + 1)-gram is the pair of the rows of the n-grams at two neighbouring positions.

In: positions, and the number of pairs in each partition. Out: the frequent pairs in order, and for the entropies of
their parts the sums over all pairs. The pairs are sorted into partitions by their hash, and each partition is counted
in a small table. Those that do not fit the memory together are in a scratch file. None of that changes a count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from termmine.counting import positions
from termmine.counting.positions import Positions
from termmine.counting.ranges import Span, chunks, even_spans, groups
from termmine.kernels import pairs as pairs_kernels
from termmine.kernels.pairs import Pairing
from termmine.runtime.arrays import Arrays
from termmine.runtime.columns import added_up, dividing, slices
from termmine.runtime.job import Job
from termmine.runtime.spill import SpillArray

PARTITION = 1 << 16  # pairs; its table then has its place in the second-level cache
NARROW_BITS = 32  # bits of a hash: where no more are left to store, half the width is enough for pairs
_MOST_BITS = 12  # bits of a hash that choose a partition
_MOST_BITS_ON_FILE = 10  # fewer, so that the share of a partition in some chunks is worth a write
_CHUNKS_A_WRITE = 4
_TABLE = 1 << 17  # slots of a partition's table, 1 MiB where pairs are narrow, before it has to grow
_MERGED = 1 << 17  # pairs that are merged at once, about
_SAMPLES = 1 << 7  # pairs that are looked at to choose them
_LEAST_PAIRS = 1 << 20  # in memory at once, 8 MiB at most, however little memory is left
BYTES_A_ROW = 64  # bytes that each thread looks into here and there: evidence or sums, and the table of the next level


@dataclass(frozen=True)
class Division:
    """The division of a level's pairs into partitions; ``dtype``: of the stored part of a pair, and of counts."""

    pairing: Pairing
    dtype: type

    @property
    def n_partitions(self) -> int:
        """The number of partitions."""
        return int(self.pairing.mask >> self.pairing.rest) + 1


@dataclass(frozen=True)
class Found:
    """The frequent pairs of a level, in order, and the sums of c log2(c) over all pairs (one a row of the level).

    A key (uint64) is the row of the prefix in the upper half and that of the suffix in the lower one.
    """

    keys: np.ndarray
    freq: np.ndarray
    left: np.ndarray
    right: np.ndarray


def nothing() -> Found:
    """No pairs, and no sums."""
    return Found(np.zeros(0, dtype=np.uint64), *np.zeros((3, 0), dtype=np.int64))


_Some = tuple[np.ndarray, np.ndarray]  # keys and frequencies of some frequent pairs, in order of the keys


class PairCounter:
    """Counts the pairs of one level after the other, and keeps the room for them in between.

    With ``neighbours``, a pair with only one frequent part counts too, for that part's entropy; the other part is then
    one of ``n_codes`` codes.
    """

    def __init__(self, where: Positions, min_freq: int, job: Job, *, neighbours: bool, n_codes: int) -> None:
        self._positions = where
        self._min_freq = min_freq
        self._job = job
        self._neighbours = neighbours
        self._n_codes = n_codes
        self.forget()

    def forget(self) -> None:
        """Release the room for pairs; it is kept as long as possible, for the system clears all memory that it
        gives.
        """
        self._room = np.empty(0, dtype=np.uint64)

    def borrow(self, n_words: int) -> np.ndarray | None:
        """The room of so many words of 64 bits, for use until pairs are counted again; None where there is less."""
        return self._room[:n_words] if len(self._room) >= n_words else None

    def divide(self, n_rows: int, n_active: int) -> Division:
        """Choose the division for the pairs of a level with so many rows, which begin at so many positions at most."""
        division = self._division(n_rows, n_active, _MOST_BITS)
        if n_active > self._capacity(n_rows, division):
            division = self._division(n_rows, n_active, _MOST_BITS_ON_FILE)
        return division

    def _division(self, n_rows: int, n_active: int, most_bits: int) -> Division:
        """A division into partitions that fit a cache, as far as so many bits suffice; into more where that makes pairs
        narrow.
        """
        half = max((n_rows + self._n_codes * self._neighbours - 1).bit_length(), 1)
        wanted = max((n_active // PARTITION).bit_length(), 2 * half - NARROW_BITS, 1)
        rest = 2 * half - min(wanted, most_bits, 2 * half)
        is_narrow = rest <= NARROW_BITS and n_active < 1 << 32
        pairing = Pairing(*map(np.uint64, (n_rows, half, (1 << 2 * half) - 1, rest)))
        return Division(pairing, np.uint32 if is_narrow else np.uint64)

    def _capacity(self, n_rows: int, division: Division) -> int:
        """The number of pairs that may be in memory at once."""
        threads = self._job.threads
        other = threads * (16 * n_rows * self._neighbours + 32 * _TABLE + 8 * positions.CHUNK)
        left = 3 * self._job.left() // 4 + self._room.nbytes - other  # a quarter for the frequent pairs
        return max(int(left / (np.dtype(division.dtype).itemsize + 32 / self._min_freq)), _LEAST_PAIRS)

    def count(self, n: int, n_rows: int, sizes: np.ndarray, division: Division) -> Found:
        """Count the (n + 1)-grams; ``sizes`` (spans, partitions) holds the number of pairs of each span and
        partition.
        """
        capacity = self._capacity(n_rows, division)
        n_workers = self._job.threads_for(BYTES_A_ROW * n_rows)
        sums = [self._job.arrays.zeros((2, n_rows * self._neighbours), np.int64, hot=True) for _ in range(n_workers)]
        if sizes.sum() <= capacity:
            parts = self._count_in_memory(*self._scatter(n, sizes, division), sums, division)
        else:
            self.forget()
            parts = self._put_aside(self._count_from_file(n, sizes, division, sums, capacity))
        found = self._in_order(parts)
        return Found(*found, *added_up(sums))

    def _in_order(self, parts: list[_Some]) -> _Some:
        """All pairs that were found, in order; each part is in order already, so that they are only merged.

        The place of some keys is looked up in each part, so that the stretch between two keys is merged by itself.
        """
        n_pairs = sum(len(keys) for keys, _ in parts)
        ordered = self._job.arrays.empty(n_pairs, np.uint64), self._job.arrays.empty(n_pairs, np.int64)
        sample = np.sort(np.concatenate([keys[:: _MERGED // _SAMPLES] for keys, _ in parts]))
        limits = dividing(sample, n_pairs // _MERGED + 1)
        cuts = np.array([[0, *np.searchsorted(keys, limits), len(keys)] for keys, _ in parts], dtype=np.int64)
        begin = cuts.sum(axis=0)

        def merge(i: int) -> None:
            here = cuts[:, i : i + 2].tolist()
            some = [(keys[lo:hi], freq[lo:hi]) for (keys, freq), (lo, hi) in zip(parts, here, strict=True)]
            _merge(some, (ordered[0][begin[i] : begin[i + 1]], ordered[1][begin[i] : begin[i + 1]]))

        self._job.map(merge, range(len(limits) + 1))
        return ordered

    def _put_aside(self, parts: Iterable[_Some]) -> list[_Some]:
        """The parts, in memory or in files; each is released before the next one is drawn."""
        room, folder = self._job.left() // 8, self._job.folder
        kept = SpillArray(np.uint64, room=room, folder=folder), SpillArray(np.int64, room=room, folder=folder)
        limits = [0]
        for part in parts:
            for stored, column in zip(kept, part, strict=True):
                stored.append(column)
            limits.append(len(kept[0]))
        keys, freq = (_whole(stored, self._job.arrays) for stored in kept)
        return [(keys[lo:hi], freq[lo:hi]) for lo, hi in pairwise(limits)]

    def _scatter(self, n: int, sizes: np.ndarray, division: Division) -> tuple[np.ndarray, np.ndarray]:
        """All pairs, one partition after the other, and the place where each begins, with the end.

        Within a partition they stand in the order of the spans, so that each thread has places of its own.
        """
        begin = np.concatenate([[0], np.cumsum(sizes.T.ravel())])
        starts = begin[:-1].reshape(sizes.shape[::-1])
        n_pairs, dtype = int(begin[-1]), np.dtype(division.dtype)
        if self._room.nbytes < n_pairs * dtype.itemsize:
            self.forget()
            self._room = np.empty(-(-n_pairs * dtype.itemsize // 8), dtype=np.uint64)
        pairs = self._room.view(dtype)[:n_pairs]

        def write(i: int) -> None:
            offsets = starts[:, i].copy()
            for lo, hi in chunks(self._positions.spans[i], positions.CHUNK):
                window = self._positions.window(lo, hi, 0, n)
                pairs_kernels.scatter_pairs(*window, 0, hi - lo, n, self._neighbours, division.pairing, offsets, pairs)

        self._job.map(write, range(len(sizes)))
        return pairs, np.append(starts[:, 0], begin[-1])

    def _count_from_file(
        self, n: int, sizes: np.ndarray, division: Division, sums: list[np.ndarray], capacity: int
    ) -> Iterator[_Some]:
        """Count partitions that do not fit the memory together: as many at a time as do, out of a scratch file."""
        limits = np.concatenate([[0], np.cumsum(sizes.sum(axis=0))])
        file = self._scatter_to_file(n, division, limits)
        for first, last in groups(np.diff(limits), capacity):
            lo, hi = int(limits[first]), int(limits[last])
            if hi - lo > capacity:
                yield self._count_in_pieces(file, (lo, hi), sums[0], division, first)
            else:
                within = limits[first : last + 1] - lo
                yield from self._count_in_memory(file.read(lo, hi), within, sums, division, first)

    def _scatter_to_file(self, n: int, division: Division, limits: np.ndarray) -> SpillArray:
        """Do the work of `_scatter` some chunks at a time into a scratch file; partitions begin at the limits."""
        file = SpillArray.scratch(division.dtype, int(limits[-1]), self._job.folder)
        at = limits[:-1].copy()

        def sort(span: Span) -> tuple[np.ndarray, np.ndarray]:
            window, size = self._positions.window(*span, 0, n), span[1] - span[0]
            sizes = np.zeros(len(at), dtype=np.int64)
            pairs_kernels.pair_sizes(*window, 0, size, n, self._neighbours, division.pairing, sizes)
            begin = np.concatenate([[0], np.cumsum(sizes)])
            pairs, offsets = np.empty(int(begin[-1]), dtype=file.dtype), begin[:-1].copy()
            pairs_kernels.scatter_pairs(*window, 0, size, n, self._neighbours, division.pairing, offsets, pairs)
            return pairs, begin

        size = _CHUNKS_A_WRITE * positions.CHUNK
        pieces = (piece for span in self._positions.spans for piece in chunks(span, size))
        for pairs, begin in self._job.stream(sort, pieces):
            sizes = np.diff(begin)
            for p in np.flatnonzero(sizes).tolist():
                file.write(int(at[p]), pairs[begin[p] : begin[p + 1]])
            at += sizes
        return file

    def _count_in_memory(
        self, pairs: np.ndarray, limits: np.ndarray, sums: list[np.ndarray], division: Division, first: int = 0
    ) -> list[_Some]:
        """Count the partitions from a first one on, each thread a row of them with about as many pairs as the others'.

        The sums over the pairs, for the entropies, are added up (left and right) by each thread in arrays of its own.
        """

        def count(i: int) -> _Some:
            lo, hi = spans[i]
            within = limits[lo : hi + 1]
            found = _room(int(within[-1] - within[0]) // self._min_freq)
            table = np.empty((2, _TABLE), dtype=pairs.dtype)
            kept = pairs_kernels.count_partitions(
                pairs, within, first + lo, division.pairing, self._min_freq, self._neighbours, *table, *sums[i], *found
            )
            return _sorted(*found, kept, division)

        spans = even_spans(limits, len(sums))
        return self._job.map(count, range(len(spans)))

    def _count_in_pieces(
        self, file: SpillArray, span: Span, sums: np.ndarray, division: Division, partition: int
    ) -> _Some:
        """Count one partition that is too large for the memory (one pair that is everywhere): piece by piece."""
        keys, freq, used = *np.zeros((2, 1024), dtype=file.dtype), 0
        for lo, hi in chunks(span, _LEAST_PAIRS):
            keys, freq, used = pairs_kernels.count_pairs(file.read(lo, hi), keys, freq, used)
        found = _room(used)
        kept = pairs_kernels.keep_frequent(
            keys, freq, partition, division.pairing, self._min_freq, self._neighbours, *sums, *found, 0
        )  # fmt: skip
        return _sorted(*found, kept, division)


def _room(most: int) -> _Some:
    return np.empty(most, dtype=np.uint64), np.empty(most, dtype=np.int64)


def _sorted(keys: np.ndarray, freq: np.ndarray, n: int, division: Division) -> _Some:
    """The first n pairs in order."""
    ordered = _room(n)
    pairs_kernels.sort_pairs(keys[:n], freq[:n], division.pairing, *ordered)
    return ordered


def _merge(parts: list[_Some], merged: _Some) -> _Some:
    """Fill merged with parts that are each in order, two at a time."""
    if len(parts) > 2:
        halves = parts[: len(parts) // 2], parts[len(parts) // 2 :]
        parts = [_merge(half, _room(sum(len(keys) for keys, _ in half))) for half in halves]
    pairs_kernels.merge_pairs(*parts[0], *(parts[1] if len(parts) > 1 else _room(0)), *merged)
    return merged


def _whole(stored: SpillArray, arrays: Arrays) -> np.ndarray:
    """All entries of a stored array."""
    if stored.in_memory:
        return stored.read(0, len(stored))
    array = arrays.empty(len(stored), stored.dtype)
    for here in slices(0, len(stored)):
        array[here] = stored.read(here.start, here.stop)
    return array
