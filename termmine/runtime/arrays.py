"""Large arrays: in memory while there is room for them, else in a scratch file that is mapped into it.

In: sizes, columns, formulas of columns. Out: arrays as any other. What is as long as the table or the candidates is
made here, and worked on some rows at a time.
"""

from __future__ import annotations

import math
import mmap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import DTypeLike

from termmine.runtime.columns import ROWS_AT_ONCE, copy_column, dividing, slices
from termmine.runtime.memory import MIB, MemoryGuard

_SMALL = 1 * MIB  # not worth a file

#: The share of what is left of the memory that an array may take: one that is looked into here and there, and one that
#: is gone through from front to back, which is nearly as fast in a file.
_HOT, _COLD = 0.5, 0.05

_SAMPLE = 1 << 16  # keys by which a column is divided


class Arrays:
    """Makes arrays within a limit. ``hot``: loops look here and there in it, and it has a better claim to memory."""

    def __init__(self, guard: MemoryGuard) -> None:
        self._guard = guard

    def __reduce__(self) -> tuple[Callable[[], Arrays], tuple[()]]:
        """Sent to another process, it makes arrays in the memory there."""
        return _in_memory, ()

    @property
    def folder(self) -> Path | None:
        """The directory for scratch files; None for the system's."""
        return self._guard.folder

    def empty(self, shape: int | tuple[int, ...], dtype: DTypeLike, *, hot: bool = False) -> np.ndarray:
        """An array with anything in it."""
        return self._new(shape, dtype, np.empty, hot)

    def zeros(self, shape: int | tuple[int, ...], dtype: DTypeLike, *, hot: bool = False) -> np.ndarray:
        """An array of zeros."""
        return self._new(shape, dtype, np.zeros, hot)

    def full(self, shape: int | tuple[int, ...], value: float, dtype: DTypeLike, *, hot: bool = False) -> np.ndarray:
        """An array of one value."""
        array = self.empty(shape, dtype, hot=hot)
        array.fill(value)
        return array

    def relieve(self) -> None:
        """Drop pages of mapped arrays if memory runs short: for loops that touch many of them to call."""
        self._guard.relieve()

    def _new(
        self, shape: int | tuple[int, ...], dtype: DTypeLike, in_memory: Callable[..., np.ndarray], hot: bool
    ) -> np.ndarray:
        n_bytes = int(np.prod(shape)) * np.dtype(dtype).itemsize
        if n_bytes <= _SMALL or self._guard.has_room(n_bytes, _HOT if hot else _COLD):
            return in_memory(shape, dtype)
        return np.frombuffer(self._guard.map_scratch(n_bytes, hot=hot), dtype=dtype).reshape(shape)

    def map_file(self, file: BinaryIO, dtype: DTypeLike, offset: int, length: int) -> np.ndarray:
        """So many entries of a file from an offset on, mapped into memory; writing to them does not change the file."""
        if not length:  # no bytes cannot be mapped
            return np.zeros(0, dtype=dtype)
        begin = offset - offset % mmap.ALLOCATIONGRANULARITY
        n_bytes = offset - begin + length * np.dtype(dtype).itemsize
        # copied on writing, which never happens: a read-only array would be another type to the kernels
        mapping = mmap.mmap(file.fileno(), n_bytes, access=mmap.ACCESS_COPY, offset=begin)
        self._guard.may_drop(mapping)
        return np.frombuffer(mapping, dtype=dtype, count=length, offset=offset - begin)

    def in_parts(
        self, formula: Callable[..., np.ndarray], *columns: np.ndarray, dtype: DTypeLike = np.float64, hot: bool = False
    ) -> np.ndarray:
        """A formula that takes each row by itself, applied to some rows at a time."""
        result = self.empty(len(columns[0]), dtype, hot=hot)
        for here in slices(0, len(result)):
            result[here] = formula(*(column[here] for column in columns))
        return result

    def where(self, condition: np.ndarray) -> np.ndarray:
        """The indexes of what is true in a column of bool, in ascending order (int32)."""
        indexes, n = self.empty(int(np.count_nonzero(condition)), np.int32), 0
        for here in slices(0, len(condition)):
            found = np.flatnonzero(condition[here])
            indexes[n : n + len(found)] = found + here.start
            n += len(found)
        return indexes

    def take(self, column: np.ndarray, indexes: np.ndarray, *, hot: bool = False) -> np.ndarray:
        """``column[indexes]``."""
        return self.in_parts(lambda indexes: column[indexes], indexes, dtype=column.dtype, hot=hot)

    def joined(self, parts: list[np.ndarray], dtype: DTypeLike) -> np.ndarray:
        """The parts one after the other in one array; each part is released when it has been copied."""
        whole, n = self.empty(sum(map(len, parts)), dtype), 0
        parts.reverse()
        while parts:
            part = parts.pop()
            copy_column(part, whole[n:])
            n += len(part)
        return whole

    def in_order(self, keys: np.ndarray, size: int | None = None) -> Iterator[np.ndarray]:
        """The indexes of keys in ascending order of the keys, equal ones in order, as arrays of about ``size`` entries.

        Equal keys are never parted: where there are more of them than that, the array is larger.
        """
        size = size or 4 * ROWS_AT_ONCE
        if len(keys) <= size:
            yield np.argsort(keys, kind="stable")
            return
        sample = np.sort(keys[:: -(-len(keys) // _SAMPLE)])
        n_parts = math.ceil(len(keys) / size)
        limits = dividing(sample, n_parts)
        of_part = self.in_parts(
            lambda some: np.asarray(np.searchsorted(limits, some, side="right")), keys, dtype=np.int32
        )
        for part in range(len(limits) + 1):
            found = self.where(self.in_parts(lambda some, part=part: some == part, of_part, dtype=bool))
            if len(found):
                yield found[np.argsort(keys[found], kind="stable")]


def _in_memory() -> Arrays:
    return IN_MEMORY


#: Makes every array in memory.
IN_MEMORY = Arrays(MemoryGuard(0, None))
