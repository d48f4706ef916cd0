"""Loops over the rows of n-gram tables. Their callers are `search.rows` and `candidates.fragments`.

A table's rows of one length stand in order of prefix and suffix, those of one symbol in order of its code, so that an
n-gram is found by halving, without anything built for it.
"""

import numpy as np

from termmine.kernels.codes import FIRST_SYMBOL
from termmine.kernels.jit import njit


@njit
def _symbol_row(last, n_singles, code):
    """The row of a single symbol, or -1."""
    row = np.searchsorted(last[:n_singles], code)
    return row if row < n_singles and last[row] == code else -1


@njit
def _pair_row(prefix, suffix, lo, hi, before, after):
    """The row among those from lo to hi with that prefix and suffix, or -1."""
    if before < 0 or after < 0:
        return -1
    while lo < hi:
        middle = (lo + hi) // 2
        if prefix[middle] < before or (prefix[middle] == before and suffix[middle] < after):
            lo = middle + 1
        else:
            hi = middle
    return lo if lo < len(prefix) and prefix[lo] == before and suffix[lo] == after else -1


@njit
def find_in_table(codes, level, prefix, suffix, last, found):
    """The row of every run of codes as a whole, or -1, in found (int32, one a run, in order)."""
    rows = np.empty(len(codes), np.int64)
    n_runs = begin = 0
    for end in range(1, len(codes)):
        if codes[end] >= FIRST_SYMBOL:
            continue
        begin, length = begin + 1, end - begin - 1
        if length:
            for i in range(length):
                rows[i] = _symbol_row(last, level[1], codes[begin + i])
            for n in range(1, length):
                for i in range(length - n):
                    if n + 1 < len(level):
                        rows[i] = _pair_row(prefix, suffix, level[n], level[n + 1], rows[i], rows[i + 1])
                    else:
                        rows[i] = -1
            found[n_runs] = rows[0]
            n_runs += 1
        begin = end


@njit
def match_rows(prefix, suffix, codes, to_level, to_prefix, to_suffix, to_last, level, rows):
    """The row in another table of every row of a table (level, prefix, suffix), or -1, in rows (int32, R).

    codes (int32): those of the single symbols under the other table's alphabet.
    """
    for n in range(len(level) - 1):
        for row in range(level[n], level[n + 1]):
            if n == 0:
                rows[row] = _symbol_row(to_last, to_level[1], codes[row])
            elif n + 1 < len(to_level):
                before, after = rows[prefix[row]], rows[suffix[row]]
                rows[row] = _pair_row(to_prefix, to_suffix, to_level[n], to_level[n + 1], before, after)
            else:
                rows[row] = -1


@njit
def absorb(start, stop, prefix, suffix, freq, is_candidate, least, absorber):
    """Let each row from start to stop absorb the rows that it holds.

    The rows from start to stop are of one length; the longer ones have been treated. The occurrences of a row are kept
    by
    the row that absorbed it, else by the row itself if it is_candidate (bool). absorber (int32; -1: none) of its prefix
    and
    of its suffix becomes that keeper, where the keeper has more than the least share of the part's occurrences, and
    more
    than the absorber before, or as many and stands earlier in the table.
    """
    for row in range(start, stop):
        keeper = absorber[row]
        if keeper < 0 and is_candidate[row]:
            keeper = np.int32(row)
        if keeper < 0:
            continue
        for part in (prefix[row], suffix[row]):
            other = absorber[part]
            better = other < 0 or freq[keeper] > freq[other] or (freq[keeper] == freq[other] and keeper < other)
            if better and freq[keeper] > least * freq[part]:
                absorber[part] = keeper
