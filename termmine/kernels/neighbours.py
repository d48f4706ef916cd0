"""Units of text and what stands near them. What the counts become is in `termmine.meaning.vectors`.

A unit is a word of a segmentation; units are written one after the other, with `EDGE` where a run ends. What is near a
unit stands within a window of units in the same run.
"""

import numpy as np

from termmine.kernels.codes import FIRST_SYMBOL
from termmine.kernels.jit import njit
from termmine.kernels.segment import INSIDE

EDGE, NO_UNIT = -2, -1


@njit
def cut_units(codes, word_at, number, units):
    """Write the units of codes into units (int32; room for as many); how many, the edges among them.

    word_at: see `segment.segment`; number (int32, one a slot): the unit of a word, NO_UNIT where that is none.
    """
    n = 0
    for i in range(len(codes)):
        if codes[i] < FIRST_SYMBOL:
            units[n] = EDGE
            n += 1
        elif word_at[i] != INSIDE:
            units[n] = number[word_at[i]] if word_at[i] >= 0 else NO_UNIT
            n += 1
    return n


@njit
def count_units(units, freq):
    """Add how often each unit occurs to freq (int64, one a unit)."""
    for unit in units:
        if unit >= 0:
            freq[unit] += 1


@njit
def order_units(units, first, begin, order):
    """The places of the units from first on, one unit's after the other's; how many there are.

    begin (int64, one a unit and one more; zeros): where each one's begin in order (int32; room for len(units)).
    """
    n_units = len(begin) - 1
    for unit in units:
        if first <= unit < first + n_units:
            begin[unit - first + 1] += 1
    for unit in range(n_units):
        begin[unit + 1] += begin[unit]
    for i in range(len(units)):
        unit = units[i] - first
        if 0 <= unit < n_units:
            order[begin[unit]] = i
            begin[unit] += 1
    for unit in range(n_units, 0, -1):
        begin[unit] = begin[unit - 1]
    begin[0] = 0
    return begin[n_units]


@njit
def count_near(units, begin, order, n_contexts, window, limits, contexts, counts):
    """Count the units below n_contexts within a window of units, left and right apart, in the same run.

    begin, order: those of `order_units`. Of unit u, contexts and counts (int32) receive from limits[u] to limits[u + 1]
    the contexts met, in any order, and how often; a context to the right has n_contexts added. limits (int64, one a
    unit and one more). contexts and counts have room for 2 * window entries an occurrence. Returns limits[-1].
    """
    seen = np.zeros(2 * n_contexts, np.int32)
    n = 0
    for u in range(len(begin) - 1):
        limits[u] = n
        for o in range(begin[u], begin[u + 1]):
            for side in range(2):
                i = np.int64(order[o])
                for _ in range(window):
                    i += 2 * side - 1
                    if i < 0 or i >= len(units) or units[i] == EDGE:
                        break
                    if 0 <= units[i] < n_contexts:
                        context = units[i] + side * n_contexts
                        if seen[context] == 0:
                            contexts[n] = context
                            n += 1
                        seen[context] += 1
        for j in range(limits[u], n):
            counts[j] = seen[contexts[j]]
            seen[contexts[j]] = 0
    limits[len(begin) - 1] = n
    return n
