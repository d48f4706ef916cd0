"""Counting n-grams level by level. The order of the steps is in `termmine.counts`."""

import math
from typing import NamedTuple

import numpy as np

from termmine.kernels.base import DOCUMENT_END, FIRST_SYMBOL, SOURCE_END, mix, njit

ENTROPY_SCALE = 1 << 24  # c log2(c) is summed as an integer, so that the sum is the same in any order
_ONE_SIDED = np.uint64(0x80000000)  # in the half of a key where a symbol stands instead of a frequent n-gram


@njit
def count_symbols(codes, n_codes):
    """Freq and doc_freq (int64) of every code."""
    freq = np.zeros(n_codes, np.int64)
    doc_freq = np.zeros(n_codes, np.int64)
    last = np.zeros(n_codes, np.int64)
    document = 1
    for i in range(len(codes)):
        c = codes[i]
        if c < FIRST_SYMBOL:
            document += c == DOCUMENT_END or c == SOURCE_END
            continue
        freq[c] += 1
        if last[c] != document:
            last[c] = document
            doc_freq[c] += 1
    return freq, doc_freq


@njit
def first_level(codes, rows, ids):
    """Ids (P) of the frequent symbols: rows (codes -> row, or -1)."""
    for i in range(len(codes)):
        c = codes[i]
        ids[i] = rows[c] if c >= FIRST_SYMBOL else -1


class Level(NamedTuple):
    """The (n + 1)-grams of one level while they are counted: an open-addressing table of entries."""

    slots: np.ndarray  # int32, a power of two of them: entry + 1, or 0
    keys: np.ndarray  # uint64 (E): left half and right half, see `count_level`
    freq: np.ndarray  # int64 (E)
    doc_freq: np.ndarray  # int32 (E)
    document: np.ndarray  # int32 (E): the last document that it was seen in
    progress: np.ndarray  # int64 (3): entries, next position, current document


@njit
def _entry(level, key):
    """The entry of a key, new if need be."""
    mask = np.uint64(len(level.slots) - 1)
    slot = mix(key) & mask
    while True:
        e = level.slots[slot]
        if e == 0:
            e = np.int32(level.progress[0] + 1)
            level.progress[0] = e
            level.slots[slot] = e
            level.keys[e - 1] = key
            return e - 1
        if level.keys[e - 1] == key:
            return e - 1
        slot = (slot + np.uint64(1)) & mask


@njit
def rehash(level):
    """Fill empty slots from the keys, after the slots have been enlarged."""
    mask = np.uint64(len(level.slots) - 1)
    for e in range(level.progress[0]):
        slot = mix(level.keys[e]) & mask
        while level.slots[slot]:
            slot = (slot + np.uint64(1)) & mask
        level.slots[slot] = e + 1


@njit
def count_level(codes, ids, n, one_sided, level):
    """Count (n + 1)-grams; ids (P) holds the rows of the n-grams on entry, entries of (n + 1)-grams behind progress.

    An (n + 1)-gram is the pair (row of its prefix, row of its suffix), 32 bits each. With one_sided, those with only
    one frequent part are counted too, for that part's entropy: in place of the other stands the outer symbol, marked.
    False when the table is full (enlarge it and call again).
    """
    done, i, document = level.progress[0], level.progress[1], level.progress[2]
    limit = min(len(level.keys), len(level.slots) // 2)
    end = len(codes) - n
    while i < end:
        if done >= limit:
            level.progress[1], level.progress[2] = i, document
            return False
        c = codes[i]
        if c < FIRST_SYMBOL:
            document += c == DOCUMENT_END or c == SOURCE_END
            ids[i] = -1
            i += 1
            continue
        a, b = ids[i], ids[i + 1]
        ids[i] = -1
        if a >= 0 and b >= 0:
            e = _entry(level, np.uint64(a) << np.uint64(32) | np.uint64(b))
            done = level.progress[0]
            ids[i] = e
            level.freq[e] += 1
            if level.document[e] != document:
                level.document[e] = document
                level.doc_freq[e] += 1
        elif one_sided and a >= 0 and codes[i + n] >= FIRST_SYMBOL:
            outer = _ONE_SIDED | np.uint64(codes[i + n])
            level.freq[_entry(level, np.uint64(a) << np.uint64(32) | outer)] += 1
            done = level.progress[0]
        elif one_sided and b >= 0:
            outer = _ONE_SIDED | np.uint64(c)
            level.freq[_entry(level, outer << np.uint64(32) | np.uint64(b))] += 1
            done = level.progress[0]
        i += 1
    for i in range(max(end, 0), len(ids)):
        ids[i] = -1
    return True


@njit
def add_neighbours(level, left, right, left_inner, right_inner):
    """Add every entry to its prefix's right and its suffix's left sums: scaled c log2(c), and c (int64, one a row)."""
    half = np.uint64(0xFFFFFFFF)
    for e in range(level.progress[0]):
        c = level.freq[e]
        term = np.int64(c * math.log2(c) * ENTROPY_SCALE + 0.5)
        a, b = level.keys[e] >> np.uint64(32), level.keys[e] & half
        if a < _ONE_SIDED:
            right[a] += term
            right_inner[a] += c
        if b < _ONE_SIDED:
            left[b] += term
            left_inner[b] += c


@njit
def next_level(level, min_freq, first_row, rows, ids):
    """Number the frequent entries from first_row on (rows, E), and turn ids (P) from entries into rows; how many."""
    n = 0
    half = np.uint64(0xFFFFFFFF)
    for e in range(level.progress[0]):
        rows[e] = -1
        if (
            level.freq[e] >= min_freq
            and level.keys[e] >> np.uint64(32) < _ONE_SIDED
            and level.keys[e] & half < _ONE_SIDED
        ):
            rows[e] = first_row + n
            n += 1
    for i in range(len(ids)):
        if ids[i] >= 0:
            ids[i] = rows[ids[i]]
    return n
