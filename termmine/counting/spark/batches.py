"""Columns that pass between Spark and the kernels: Arrow's record batches <-> numpy's arrays.

In: record batches, as Spark hands them to a function. Out: numbers as arrays, bytes as they stand; and the way back. An
array in a cell travels as its bytes. Nothing here knows what is in a column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

Batches = Iterable[pa.RecordBatch]

BATCH = 1 << 16  # rows of numbers that are handed to Spark at once


def row(**cells: Any) -> pa.RecordBatch:
    """One row: arrays and bytes as binary, numbers as int64, anything else as text."""
    return pa.RecordBatch.from_arrays([_cell(value) for value in cells.values()], list(cells))


def _cell(value: Any) -> pa.Array:
    if isinstance(value, np.ndarray):
        return pa.array([np.ascontiguousarray(value).tobytes()], pa.binary())
    if isinstance(value, bytes):
        return pa.array([value], pa.binary())
    if isinstance(value, (int, np.integer)):
        return pa.array([int(value)], pa.int64())
    return pa.array([value], pa.string())


def rows(batches: Batches) -> Iterator[dict[str, Any]]:
    """Each row by itself; bytes are not copied."""
    for batch in batches:
        columns = {name: batch.column(name) for name in batch.schema.names}
        for i in range(batch.num_rows):
            yield {name: _value(column[i]) for name, column in columns.items()}


def _value(scalar: Any) -> Any:
    if isinstance(scalar, pa.BinaryScalar):
        buffer = scalar.as_buffer()
        return b"" if buffer is None else memoryview(buffer)
    return scalar.as_py()


def array(cell: Any, dtype: type) -> np.ndarray:
    """A cell's bytes as an array of its own, which may be changed."""
    return np.frombuffer(cell, dtype=dtype).copy()


def keyed(keys: list[bytes], n: np.ndarray) -> Iterator[pa.RecordBatch]:
    """Keys with a number each, some rows at a time."""
    for start in range(0, len(keys), BATCH):
        columns = pa.array(keys[start : start + BATCH], pa.binary()), pa.array(n[start : start + BATCH], pa.int64())
        yield pa.RecordBatch.from_arrays([*columns], ["key", "n"])


def column(batch: pa.RecordBatch | pa.Table, name: str) -> np.ndarray:
    """A column of numbers."""
    values = batch.column(name)
    return np.asarray(values.to_numpy(zero_copy_only=False) if isinstance(values, pa.Array) else values.to_numpy())


def strings(chars: np.ndarray, offsets: np.ndarray) -> pa.Array:
    """Sequences of characters (int32; where each begins, with the end) as a column of their bytes."""
    chars = np.ascontiguousarray(chars, dtype=np.int32)
    places = pa.py_buffer((4 * (offsets - offsets[0])).astype(np.int32))
    return pa.Array.from_buffers(pa.binary(), len(offsets) - 1, [None, places, pa.py_buffer(chars)])


def string_batches(chars: np.ndarray, offsets: np.ndarray, **columns: np.ndarray) -> Iterator[pa.RecordBatch]:
    """Sequences of characters as a column ``form``, beside columns of int64."""
    beside = [pa.array(values, pa.int64()) for values in columns.values()]
    if len(offsets) > 1:
        yield pa.RecordBatch.from_arrays([strings(chars, offsets), *beside], ["form", *columns])


def pool(table: pa.Table, name: str) -> tuple[np.ndarray, np.ndarray]:
    """The way back of `strings`: the characters of a column (int32), and where each cell's begin, with the end."""
    chars, offsets = [np.zeros(0, dtype=np.int32)], [np.zeros(1, dtype=np.int64)]
    for chunk in table.column(name).chunks:
        places = np.frombuffer(chunk.buffers()[1], dtype=np.int32)[chunk.offset : chunk.offset + len(chunk) + 1]
        places = places.astype(np.int64)
        data = chunk.buffers()[2]
        if len(chunk) and data is not None:
            chars.append(np.frombuffer(data, dtype=np.uint8)[places[0] : places[-1]].view(np.int32))
            offsets.append(offsets[-1][-1] + (places[1:] - places[0]) // 4)
    return np.concatenate(chars), np.concatenate(offsets)


def runs_of_rows(batch: pa.RecordBatch, *names: str) -> Iterator[tuple[tuple[int, ...], int, int]]:
    """Stretches of rows that have the same numbers in some columns: these, and where the stretch begins and ends."""
    keys = np.stack([column(batch, name) for name in names])
    cuts = np.flatnonzero((keys[:, 1:] != keys[:, :-1]).any(axis=0)) + 1
    bounds = [0, *cuts.tolist(), batch.num_rows]
    for lo, hi in pairwise(bounds):
        if lo < hi:
            yield tuple(keys[:, lo].tolist()), lo, hi
