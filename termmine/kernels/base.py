"""What all kernels share: numba's options, the codes of an encoded corpus, the hash of the tables."""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from termmine.kernels.cache import keep_code


def njit(function: Callable[..., Any]) -> Callable[..., Any]:
    """The one set of numba options."""
    return keep_code(numba.njit(nogil=True)(function))


def inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    """A part of a kernel, compiled into its callers: a call would count references to every array that it is given."""
    return numba.njit(inline="always")(function)


# --- codes of the encoded corpus -------------------------------------------------------------------------------------
RUN_END = 0  # what ends a run: punctuation, a line end, an undecodable byte
DOCUMENT_END = 1  # what ends a run and a document
SOURCE_END = 2  # what ends a run, a document and the file or text that held it
UNKNOWN = 3  # a word that a frozen alphabet does not hold: a symbol that equals no other
FIRST_SYMBOL = 4  # every code from here on is a symbol: a Han character or kana by its code point ...
FIRST_WORD = 0x110000  # ... and the words of the alphabet after all code points


@njit
def mix(key):
    """Spread a 64-bit key over all its bits (a step of Fibonacci hashing between two shifts)."""
    key ^= key >> np.uint64(32)
    key *= np.uint64(0x9E3779B97F4A7C15)
    return key ^ (key >> np.uint64(29))
