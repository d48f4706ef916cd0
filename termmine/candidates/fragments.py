"""Strings inside longer ones.

In: a table and its candidates. Out: for each row the longer candidate that it hardly ever occurs outside of, and for
each candidate the number of longer ones that hold it.
"""

from __future__ import annotations

import numpy as np

from termmine.kernels import rows as rows_kernels
from termmine.runtime.arrays import Arrays
from termmine.runtime.columns import put, slices
from termmine.types import NgramTable


def absorbers(table: NgramTable, is_candidate: np.ndarray, min_independence: float, arrays: Arrays) -> np.ndarray:
    """For each row the longer candidate that it hardly ever occurs outside of, or -1 (int32).

    湿隔离 is absorbed by 保湿隔离 when at most ``min_independence`` of its occurrences are outside it. An n-gram that
    is no candidate itself absorbs nothing, but the candidate that absorbs it may, as long as the share holds.
    """
    absorber = arrays.full(len(table), -1, np.int32)
    for n in range(len(table.level) - 2, 0, -1):
        rows_kernels.absorb(
            table.level[n], table.level[n + 1], table.prefix, table.suffix, table.freq, is_candidate,
            1.0 - min_independence, absorber,
        )  # fmt: skip
    return absorber


def nesting(table: NgramTable, candidates: np.ndarray, arrays: Arrays) -> tuple[np.ndarray, np.ndarray]:
    """For each candidate, how many longer candidates hold it and the sum of their frequencies (both float64).

    ``candidates`` are rows in ascending order. A longer one counts once however often it holds the shorter.
    """
    place = arrays.full(len(table), -1, np.int32)
    put(place, candidates)
    number, total = arrays.zeros(len(candidates), np.float64), arrays.zeros(len(candidates), np.float64)
    begin = np.searchsorted(candidates, table.level)
    for n in range(2, len(table.level)):
        for here in slices(begin[n - 1], begin[n]):
            longer = candidates[here]
            pairs = _inside(table, longer, n, place)
            inner, outer = pairs % len(candidates), pairs // len(candidates)
            np.add.at(number, inner, 1.0)
            np.add.at(total, inner, table.freq[longer[outer]])
    return number, total


def _inside(table: NgramTable, longer: np.ndarray, n: int, place: np.ndarray) -> np.ndarray:
    """Each pair (outer candidate of length n, candidate inside it) once: the outer one's place in ``longer`` * number
    of candidates + the inner one's.
    """
    pairs = [np.zeros(0, dtype=np.int64)]
    size = int(place.max()) + 1
    outer = np.arange(len(longer), dtype=np.int64)
    from_left = longer
    for dropped in range(n):
        part = from_left
        for _ in range(n - dropped):
            if dropped or part is not longer:
                inner = place[part]
                pairs.append(outer[inner >= 0] * size + inner[inner >= 0])
            part = table.prefix[part]
            if len(part) and part[0] < 0:
                break
        from_left = table.suffix[from_left]
    return np.unique(np.concatenate(pairs))
