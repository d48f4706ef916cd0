"""The hash of the kernels' tables."""

from __future__ import annotations

import numpy as np

from termmine.kernels.jit import njit


@njit
def mix(key):
    """Spread a 64-bit key over all its bits (a step of Fibonacci hashing between two shifts)."""
    key ^= key >> np.uint64(32)
    key *= np.uint64(0x9E3779B97F4A7C15)
    return key ^ (key >> np.uint64(29))
