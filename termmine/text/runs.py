"""A stream of codes in arrays whose runs are whole, so that each can be looked at by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from termmine.kernels.codes import FIRST_SYMBOL
from termmine.kernels.segment import WINDOW


def whole_runs(parts: Iterable[np.ndarray]) -> Iterator[tuple[np.ndarray, int]]:
    """Yield arrays of codes that each end with a whole run: (codes, end); the codes behind end come again in the next
    array.

    In a run that is longer than an array, end lies a multiple of `kernels.WINDOW` symbols behind the run's beginning.
    """
    rest = np.zeros(0, dtype=np.int32)
    for part in parts:
        codes = np.concatenate([rest, part])
        end = _end_of_runs(codes)
        yield codes, end
        rest = codes[end:]
    yield rest, len(rest)


def _end_of_runs(codes: np.ndarray) -> int:
    tail = codes[-WINDOW:]  # nearly always enough
    separators = np.flatnonzero(tail < FIRST_SYMBOL)
    if len(separators):
        return len(codes) - len(tail) + int(separators[-1]) + 1
    separators = np.flatnonzero(codes < FIRST_SYMBOL)
    begin = int(separators[-1]) + 1 if len(separators) else 0
    whole = (len(codes) - begin - 1) // WINDOW
    return begin + max(whole - 1, 0) * WINDOW  # leaves at least a window to look ahead
