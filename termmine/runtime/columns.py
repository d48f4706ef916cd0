"""Columns, some rows at a time, so that what a step takes besides does not grow with them. No large array is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

ROWS_AT_ONCE = 1 << 18  # bounds the memory of intermediate columns, changes nothing


def slices(start: int, stop: int, size: int | None = None) -> Iterator[slice]:
    """The rows from start to stop, so many at a time (by default `ROWS_AT_ONCE`)."""
    size = size or ROWS_AT_ONCE
    for lo in range(start, stop, size):
        yield slice(lo, min(lo + size, stop))


def put(column: np.ndarray, indexes: np.ndarray, values: np.ndarray | None = None) -> None:
    """``column[indexes] = values``; without values the numbers from 0 on."""
    for here in slices(0, len(indexes)):
        column[indexes[here]] = np.arange(here.start, here.stop) if values is None else values[here]


def copy_column(source: np.ndarray, target: np.ndarray) -> None:
    """Put a column at the beginning of another one."""
    for here in slices(0, len(source), 4 * ROWS_AT_ONCE):
        target[here] = source[here]


def added_up(parts: Iterable[np.ndarray]) -> np.ndarray:
    """The sum of arrays of one shape, in the first of them."""
    whole, *others = parts
    for other in others:
        whole += other
    return whole


def stacked(tables: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Several tables of the same columns joined into one, in their order."""
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}


def dividing(sample: np.ndarray, n_parts: int) -> np.ndarray:
    """The values of a sorted sample that divide it into so many even parts, or fewer; each once."""
    return np.unique(sample[np.arange(1, n_parts) * len(sample) // n_parts])
