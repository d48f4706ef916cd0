"""Large arrays: in memory while there is room for them, else in a scratch file that is mapped into it.

In: sizes, columns, formulas of columns. Out: arrays as any other. What is as long as the table or the candidates is
made here, and worked on some rows at a time, so that what a step takes besides does not grow with them. A scratch file
has no name, so that nothing is left of it however the process ends; its space is taken at once, for a mapped file that
finds the disk full would kill the process.
"""

from __future__ import annotations

import math
import mmap
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import DTypeLike

from termmine.runtime.memory import MIB, least_limit, may_be_dropped
from termmine.runtime.spill import scratch_error

ROWS_AT_ONCE = 1 << 18  # bounds the memory of intermediate columns, changes nothing
_SMALL = 1 * MIB  # not worth a file


#: The share of what is left of the memory that an array may take: one that is looked into here and there, and one that
#: is gone through from front to back, which is nearly as fast in a file.
_HOT, _COLD = 0.5, 0.05


def empty(shape: int | tuple[int, ...], dtype: DTypeLike, *, hot: bool = False) -> np.ndarray:
    """An array with anything in it; ``hot``: loops look here and there in it, and it has a better claim to memory."""
    return _new(shape, dtype, np.empty, hot)


def zeros(shape: int | tuple[int, ...], dtype: DTypeLike, *, hot: bool = False) -> np.ndarray:
    """An array of zeros."""
    return _new(shape, dtype, np.zeros, hot)


def full(shape: int | tuple[int, ...], value: float, dtype: DTypeLike, *, hot: bool = False) -> np.ndarray:
    """An array of one value."""
    array = empty(shape, dtype, hot=hot)
    array.fill(value)
    return array


def _new(shape: int | tuple[int, ...], dtype: DTypeLike, in_memory: Callable[..., np.ndarray], hot: bool) -> np.ndarray:
    n_bytes = int(np.prod(shape)) * np.dtype(dtype).itemsize
    limit = least_limit()
    if n_bytes <= _SMALL or limit is None or limit.has_room(n_bytes, _HOT if hot else _COLD):
        return in_memory(shape, dtype)
    try:
        with tempfile.TemporaryFile(buffering=0, dir=limit.folder) as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, n_bytes)
            else:
                file.truncate(n_bytes)
            mapping = mmap.mmap(file.fileno(), n_bytes)
    except OSError as error:
        raise scratch_error(limit.folder, error) from error
    if hasattr(mmap, "MADV_RANDOM"):  # page by page, or a moment makes all of it resident, faster than it is dropped
        mapping.madvise(mmap.MADV_RANDOM)
    may_be_dropped(mapping, hot=hot)
    return np.frombuffer(mapping, dtype=dtype).reshape(shape)


def map_file(file: BinaryIO, dtype: DTypeLike, offset: int, length: int) -> np.ndarray:
    """So many entries of a file, from an offset on, mapped into memory; writing to them does not change the file."""
    if not length:  # which cannot be mapped
        return np.zeros(0, dtype=dtype)
    begin = offset - offset % mmap.ALLOCATIONGRANULARITY
    n_bytes = offset - begin + length * np.dtype(dtype).itemsize
    # copied on writing, which never happens: a read-only array would be another type to the kernels
    mapping = mmap.mmap(file.fileno(), n_bytes, access=mmap.ACCESS_COPY, offset=begin)
    may_be_dropped(mapping)
    return np.frombuffer(mapping, dtype=dtype, count=length, offset=offset - begin)


# --- columns, some rows at a time ------------------------------------------------------------------------------------


def slices(start: int, stop: int, size: int | None = None) -> Iterator[slice]:
    """The rows from start to stop, so many at a time (by default `ROWS_AT_ONCE`)."""
    size = size or ROWS_AT_ONCE
    for lo in range(start, stop, size):
        yield slice(lo, min(lo + size, stop))


def in_parts(
    formula: Callable[..., np.ndarray], *columns: np.ndarray, dtype: DTypeLike = np.float64, hot: bool = False
) -> np.ndarray:
    """A formula that takes each row by itself, applied to some rows at a time."""
    result = empty(len(columns[0]), dtype, hot=hot)
    for here in slices(0, len(result)):
        result[here] = formula(*(column[here] for column in columns))
    return result


def where(condition: np.ndarray) -> np.ndarray:
    """The indexes of what is true in a column of bool, in ascending order (int32)."""
    indexes, n = empty(int(np.count_nonzero(condition)), np.int32), 0
    for here in slices(0, len(condition)):
        found = np.flatnonzero(condition[here])
        indexes[n : n + len(found)] = found + here.start
        n += len(found)
    return indexes


def take(column: np.ndarray, indexes: np.ndarray, *, hot: bool = False) -> np.ndarray:
    """``column[indexes]``."""
    return in_parts(lambda indexes: column[indexes], indexes, dtype=column.dtype, hot=hot)


def put(column: np.ndarray, indexes: np.ndarray, values: np.ndarray | None = None) -> None:
    """``column[indexes] = values``; without values the numbers from 0 on."""
    for here in slices(0, len(indexes)):
        column[indexes[here]] = np.arange(here.start, here.stop) if values is None else values[here]


def copy(source: np.ndarray, target: np.ndarray) -> None:
    """Put a column at the beginning of another one."""
    for here in slices(0, len(source), 4 * ROWS_AT_ONCE):
        target[here] = source[here]


def joined(parts: list[np.ndarray], dtype: DTypeLike) -> np.ndarray:
    """The parts one after the other; each is let go of when it has been copied."""
    whole, n = empty(sum(map(len, parts)), dtype), 0
    parts.reverse()
    while parts:
        part = parts.pop()
        copy(part, whole[n:])
        n += len(part)
    return whole


def added_up(parts: Iterable[np.ndarray]) -> np.ndarray:
    """The sum of arrays of one shape, in the first of them."""
    whole, *others = parts
    for other in others:
        whole += other
    return whole


def stacked(tables: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Tables of the same columns as one, in their order."""
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}


def dividing(sample: np.ndarray, n_parts: int) -> np.ndarray:
    """The values of a sorted sample that divide it into so many even parts, or fewer; each once."""
    return np.unique(sample[np.arange(1, n_parts) * len(sample) // n_parts])


_SAMPLE = 1 << 16


def in_order(keys: np.ndarray, size: int | None = None) -> Iterator[np.ndarray]:
    """The indexes of keys in ascending order of these, equal ones in order: arrays of about a size.

    Equal keys are never parted: where there are more of them than that, the array is larger.
    """
    size = size or 4 * ROWS_AT_ONCE
    if len(keys) <= size:
        yield np.argsort(keys, kind="stable")
        return
    sample = np.sort(keys[:: -(-len(keys) // _SAMPLE)])
    n_parts = math.ceil(len(keys) / size)
    limits = dividing(sample, n_parts)
    of_part = in_parts(lambda some: np.asarray(np.searchsorted(limits, some, side="right")), keys, dtype=np.int32)
    for part in range(len(limits) + 1):
        found = where(in_parts(lambda some, part=part: some == part, of_part, dtype=bool))
        if len(found):
            yield found[np.argsort(keys[found], kind="stable")]
