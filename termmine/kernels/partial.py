"""The share of a part of a corpus in a count of pairs, where each part is counted by itself and the sums are added up.

The order of the steps is in `counting.spark.levels`; the pairs themselves, and their table, are in `pairs`.
"""

import math

import numpy as np

from termmine.kernels.codes import DOCUMENT_END, SOURCE_END
from termmine.kernels.hashes import mix
from termmine.kernels.jit import njit
from termmine.kernels.levels import note
from termmine.kernels.pairs import BATCH, ENTROPY_SCALE, HALF, batch_of_pairs, larger_table

_LOWER = np.uint64(0xFFFFFFFF)


@njit
def all_pairs(codes, ids, stop, n, one_sided, n_rows, out):
    """Write the pairs at 0 to stop into out (uint64, room for stop + BATCH); returns their number. See
    `pairs.batch_of_pairs`.
    """
    done = 0
    for lo in range(0, stop, BATCH):
        done += np.int64(batch_of_pairs(codes, ids, lo, min(lo + BATCH, stop), n, one_sided, n_rows, out[done:]))
    return done


@njit
def close_pairs(pairs, counts, n_rows, min_freq, one_sided, left, right):
    """Move the pairs (uint64) whose counts (uint64) reach min_freq to the front of both; returns their number.

    With one_sided, every pair is added to its prefix's right and its suffix's left sum of c log2(c), scaled (int64, one
    a row), by the same expression as in `pairs.keep_frequent`, so that the sums are the same.
    """
    kept = 0
    for j in range(len(pairs)):
        pair, c = pairs[j], np.int64(counts[j])
        a, b = pair >> HALF, pair & _LOWER
        if one_sided:
            term = np.int64(c * math.log2(c) * ENTROPY_SCALE + 0.5)
            if a < n_rows:
                right[a] += term
            if b < n_rows:
                left[b] += term
        if c >= min_freq and a < n_rows and b < n_rows:
            pairs[kept] = pair
            counts[kept] = c
            kept += 1
    return kept


@njit
def _add_while_room(pairs, counts, start, keys, freq, used):
    """Add pairs[start:] with their counts until three quarters of the slots are taken; returns how far, and the used
    slots.
    """
    mask = np.uint64(len(keys) - 1)
    limit = 3 * len(keys) // 4
    for j in range(start, len(pairs)):
        if used > limit:
            return j, used
        slot = mix(pairs[j]) & mask
        while freq[slot] and keys[slot] != pairs[j]:
            slot = (slot + np.uint64(1)) & mask
        if not freq[slot]:
            keys[slot] = pairs[j]
            used += 1
        freq[slot] += counts[j]
    return len(pairs), used


@njit
def add_counts(pairs, counts, keys, freq, used):
    """Add pairs with their counts (uint64) to a table as that of `pairs.count_pairs`; returns the table."""
    done, used = _add_while_room(pairs, counts, 0, keys, freq, used)
    while done < len(pairs):
        keys, freq = larger_table(keys, freq)
        done, used = _add_while_room(pairs, counts, done, keys, freq, used)
    return keys, freq, used


@njit
def _bucket(pair, n_buckets):
    return (mix(pair) >> np.uint64(32)) % np.uint64(n_buckets)


@njit
def take_used(keys, freq, begin, out_keys, out_counts):
    """Copy the used slots of a table of pairs (uint64; freq is 0 where one is free), bucket by bucket.

    begin (int64, one a bucket and the end; 0 each) receives where each bucket begins.
    """
    n_buckets = len(begin) - 1
    for slot in range(len(keys)):
        if freq[slot]:
            begin[_bucket(keys[slot], n_buckets) + np.uint64(1)] += 1
    for bucket in range(n_buckets):
        begin[bucket + 1] += begin[bucket]
    at = begin[:-1].copy()
    for slot in range(len(keys)):
        if freq[slot]:
            bucket = _bucket(keys[slot], n_buckets)
            out_keys[at[bucket]] = keys[slot]
            out_counts[at[bucket]] = freq[slot]
            at[bucket] += 1


@njit
def count_active(ids):
    """The number of places that have a row."""
    n = 0
    for i in ids:
        n += i >= 0
    return n


@njit
def observe(codes, ids, start, stop, n, document, evidence):
    """Add to the evidence the occurrences of n-grams in ids[start:stop]; returns the number of the last document.

    ``document`` is that of the first; codes reach n places behind stop. See `levels.next_level`.
    """
    for i in range(start, stop):
        document += codes[i] == DOCUMENT_END or codes[i] == SOURCE_END
        if ids[i] >= 0:
            note(evidence, ids[i], document, codes[i - 1], codes[i + n])
    return document
