"""The cohesion of n-grams: how firmly their parts hold together.

In: rows of a table. Out: their smallest PMI over all splits into two parts.
"""

from __future__ import annotations

import numpy as np

from termmine.measures import pmi
from termmine.runtime.arrays import Arrays
from termmine.runtime.columns import slices
from termmine.types import NgramTable


def cohesion(table: NgramTable, rows: np.ndarray, arrays: Arrays) -> np.ndarray:
    """The smallest PMI over all splits into two parts of each of those rows (ascending), in bits (float64, len(rows)).

    A single symbol cannot be split: its cohesion is log2(N / f), the greatest that its frequency allows.
    """
    smallest = arrays.in_parts(
        lambda rows: np.log2(table.n_symbols) - np.log2(table.freq[rows].astype(np.float64)), rows
    )
    begin = np.searchsorted(rows, table.level)
    for n in range(2, len(table.level)):
        for here in slices(begin[n - 1], begin[n]):
            smallest[here] = _weakest_split(table, rows[here], n)
    return smallest


def _weakest_split(table: NgramTable, rows: np.ndarray, n: int) -> np.ndarray:
    lefts, rights = [rows], [rows]
    for _ in range(n - 1):
        lefts.append(table.prefix[lefts[-1]])
        rights.append(table.suffix[rights[-1]])
    splits = [
        pmi(table.freq[rows], table.freq[lefts[n - i]], table.freq[rights[i]], table.n_symbols) for i in range(1, n)
    ]
    return np.asarray(np.min(splits, axis=0))
