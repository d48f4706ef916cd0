"""Counting pairs, partition by partition. The order of the steps is in `counting.pairs`.

A *pair* is an (n + 1)-gram as two neighbouring n-grams: the row of its prefix and the row of its suffix. Pairs are
spread over partitions by their hash, so that each partition is counted in a table that the processor's own cache holds;
a look-up that misses every cache costs ten times one that does not. The hash can be undone, so that the number of the
partition and the rest of the hash, mostly 32 bits, say which pair it was.
"""

import math
from typing import NamedTuple

import numpy as np

from termmine.kernels.codes import FIRST_SYMBOL
from termmine.kernels.hashes import mix
from termmine.kernels.jit import njit

ENTROPY_SCALE = 1 << 24  # c log2(c) is summed as an integer, so that the sum is the same in any order
BATCH = 256  # positions looked up together, so that their cache misses overlap
HALF = np.uint64(32)
_LOWER = np.uint64(0xFFFFFFFF)
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_INVERSE = np.uint64(pow(0x9E3779B97F4A7C15, -1, 1 << 64))  # the inverse of the factor, for any number of bits
_MOST_BITS_A_DIGIT = 11  # bits of a digit of a pair, when pairs are sorted


class Pairing(NamedTuple):
    """The way a pair becomes a number of few bits, and that number a partition and the part of it that is stored there.

    A pair (uint64) has two halves: each is the row of an n-gram, or n_rows and the symbol that stands instead of it.
    ``half`` bits suffice for one. So a pair is hashed to a number of twice as many bits (``mask``), from which the pair
    can be recovered; the upper bits of that number choose the partition, the lower ones, ``rest`` in number, are
    stored.
    """

    n_rows: np.uint64
    half: np.uint64
    mask: np.uint64
    rest: np.uint64


@njit
def pair_number(pair, half):
    """A pair without the bits that its halves do not need, where so many suffice for one."""
    return (pair >> HALF) << half | (pair & _LOWER)


@njit
def hash_pair(pair, pairing):
    """The hash of a pair (the product of Fibonacci hashing, and its upper half folded into the lower one)."""
    product = (pair_number(pair, pairing.half) * _FACTOR) & pairing.mask
    return product ^ (product >> pairing.half)


@njit
def unhash_pair(hashed, pairing):
    """The pair of a hash."""
    number = ((hashed ^ (hashed >> pairing.half)) * _INVERSE) & pairing.mask
    return (number >> pairing.half) << HALF | (number & (pairing.mask >> pairing.half))


@njit
def batch_of_pairs(codes, ids, lo, hi, n, one_sided, n_rows, pairs):
    """Write the pairs at lo to hi, without a branch that depends on them; returns their number.

    With one_sided, a pair with only one frequent part counts too, for that part's entropy: in place of the other
    stands the outer symbol.
    """
    found, ids, codes = np.uint64(0), ids[lo : hi + 1], codes[lo : hi + n]
    if one_sided:
        for i in range(hi - lo):
            a, b, before, after = ids[i], ids[i + 1], codes[i], codes[i + n]
            left = np.uint64(a) if a >= 0 else n_rows + np.uint64(before)
            right = np.uint64(b) if b >= 0 else n_rows + np.uint64(after)
            pairs[found] = left << HALF | right
            is_pair = ((a >= 0) & ((b >= 0) | (after >= FIRST_SYMBOL))) | ((b >= 0) & (before >= FIRST_SYMBOL))
            found += np.uint64(is_pair)
        return found
    for i in range(hi - lo):
        a, b = ids[i], ids[i + 1]
        pairs[found] = np.uint64(a) << HALF | np.uint64(np.uint32(b))
        found += np.uint64((a | b) >= 0)
    return found


@njit
def pair_sizes(codes, ids, start, stop, n, one_sided, pairing, sizes):
    """Add the number of pairs at start to stop to sizes (int64, one a partition)."""
    batch = np.empty(BATCH, np.uint64)
    for lo in range(start, stop, BATCH):
        found = batch_of_pairs(codes, ids, lo, min(lo + BATCH, stop), n, one_sided, pairing.n_rows, batch)
        for j in range(found):
            sizes[hash_pair(batch[j], pairing) >> pairing.rest] += 1


@njit
def scatter_pairs(codes, ids, start, stop, n, one_sided, pairing, offsets, pairs):
    """Write the stored part of the pairs at start to stop into pairs (uint32 where that suffices, or uint64).

    Each partition's pairs stand from its offset on; the offset moves with them.
    """
    batch = np.empty(BATCH, np.uint64)
    stored = (np.uint64(1) << pairing.rest) - np.uint64(1)
    for lo in range(start, stop, BATCH):
        found = batch_of_pairs(codes, ids, lo, min(lo + BATCH, stop), n, one_sided, pairing.n_rows, batch)
        for j in range(found):
            hashed = hash_pair(batch[j], pairing)
            p = hashed >> pairing.rest
            at = offsets[p]
            pairs[at] = hashed & stored
            offsets[p] = at + 1


@njit
def larger_table(keys, freq):
    """A table with four times the slots and the same pairs."""
    new_keys, new_freq = np.empty(4 * len(keys), keys.dtype), np.zeros(4 * len(keys), freq.dtype)
    mask = np.uint64(len(new_keys) - 1)
    for old in range(len(keys)):
        if freq[old]:
            slot = mix(np.uint64(keys[old])) & mask
            while new_freq[slot]:
                slot = (slot + np.uint64(1)) & mask
            new_keys[slot] = keys[old]
            new_freq[slot] = freq[old]
    return new_keys, new_freq


@njit
def _count_while_room(pairs, start, keys, freq, used):
    """Count pairs[start:] until three quarters of the slots are taken; returns where that ended, and the used slots."""
    mask = np.uint64(len(keys) - 1)
    limit = 3 * len(keys) // 4
    for j in range(start, len(pairs)):
        if used > limit:
            return j, used
        key = pairs[j]
        slot = mix(np.uint64(key)) & mask
        while freq[slot] and keys[slot] != key:
            slot = (slot + np.uint64(1)) & mask
        if not freq[slot]:
            keys[slot] = key
            used += 1
        freq[slot] += 1
    return len(pairs), used


@njit
def count_pairs(pairs, keys, freq, used):
    """Count pairs of one partition in a table with a power of two of slots: keys, and freq (0 where a slot is free).

    All are of the dtype of pairs. Returns the table, a larger one where it had to grow, and the number of used slots.
    """
    done, used = _count_while_room(pairs, 0, keys, freq, used)
    while done < len(pairs):
        keys, freq = larger_table(keys, freq)
        done, used = _count_while_room(pairs, done, keys, freq, used)
    return keys, freq, used


@njit
def keep_frequent(keys, freq, partition, pairing, min_freq, one_sided, left, right, out_keys, out_freq, n):
    """Append the pairs of a partition's table that occur min_freq times to out; returns how many out then holds.

    With one_sided, every pair is added to its prefix's right and its suffix's left sum of c log2(c), scaled (int64, one
    a row); pairs that occur once add nothing.
    """
    least = 1 if min_freq == 1 else 2 if one_sided else min_freq
    slots = np.empty(BATCH, np.uint64)
    for lo in range(0, len(keys), BATCH):
        found = np.uint64(0)
        for slot in range(lo, min(lo + BATCH, len(keys))):
            slots[found] = slot
            found += np.uint64(freq[slot] >= least)
        for j in range(found):
            key, c = keys[slots[j]], np.int64(freq[slots[j]])
            pair = unhash_pair(np.uint64(partition) << pairing.rest | np.uint64(key), pairing)
            a, b = pair >> HALF, pair & _LOWER
            if one_sided:
                term = np.int64(c * math.log2(c) * ENTROPY_SCALE + 0.5)
                if a < pairing.n_rows:
                    right[a] += term
                if b < pairing.n_rows:
                    left[b] += term
            if c >= min_freq and a < pairing.n_rows and b < pairing.n_rows:
                out_keys[n] = pair
                out_freq[n] = c
                n += 1
    return n


@njit
def count_partitions(
    pairs, limits, first, pairing, min_freq, one_sided, keys, freq, left, right, out_keys, out_freq
):  # fmt: skip
    """Count each partition from the first on and keep its frequent pairs; returns how many were kept.

    limits: the place where each partition begins in pairs, and the end. keys and freq are room for a table; one that
    needs
    more grows elsewhere.
    """
    n = 0
    for p in range(len(limits) - 1):
        lo, hi = limits[p], limits[p + 1]
        if lo == hi:
            continue
        n_slots = 1024
        while n_slots < len(keys) and 2 * n_slots < 3 * (hi - lo):
            n_slots *= 2
        freq[:n_slots] = 0
        table, table_freq, _ = count_pairs(pairs[lo:hi], keys[:n_slots], freq[:n_slots], 0)
        n = keep_frequent(
            table, table_freq, first + p, pairing, min_freq, one_sided, left, right, out_keys, out_freq, n
        )
    return n


@njit
def sort_pairs(keys, freq, pairing, out_keys, out_freq):
    """Write pairs (R; uint64) and their frequencies (int64) in order into out; the input arrays are overwritten.

    By digits, the lowest one first (radix sort; Knuth, The Art of Computer Programming 3, 5.2.5), and an odd number of
    times, so that the result ends up in out.
    """
    n_bits = 2 * np.int64(pairing.half)
    n_passes, width = 1, n_bits
    while width > _MOST_BITS_A_DIGIT:
        n_passes += 2
        width = (n_bits + n_passes - 1) // n_passes
    lowest = np.uint64((1 << width) - 1)
    for p in range(n_passes):
        shift = np.uint64(p * width)
        begin = np.zeros((1 << width) + 1, np.int64)
        for key in keys:
            begin[(pair_number(key, pairing.half) >> shift & lowest) + np.uint64(1)] += 1
        for digit in range(1 << width):
            begin[digit + 1] += begin[digit]
        for i in range(len(keys)):
            digit = pair_number(keys[i], pairing.half) >> shift & lowest
            at = begin[digit]
            begin[digit] = at + 1
            out_keys[at], out_freq[at] = keys[i], freq[i]
        keys, out_keys, freq, out_freq = out_keys, keys, out_freq, freq


@njit
def merge_pairs(keys, freq, other_keys, other_freq, out_keys, out_freq):
    """Merge two rows of pairs (uint64) with their frequencies (int64), each in order, into out; no pair is in both."""
    i, j = np.uint64(0), np.uint64(0)
    while i < len(keys) and j < len(other_keys):
        key, other, count, other_count = keys[i], other_keys[j], freq[i], other_freq[j]
        is_first = key < other  # no branch: it would be guessed wrong every other time
        out_keys[i + j], out_freq[i + j] = (key, count) if is_first else (other, other_count)
        i, j = i + np.uint64(is_first), j + np.uint64(not is_first)
    for n in range(i, len(keys)):
        out_keys[n + j], out_freq[n + j] = keys[n], freq[n]
    for n in range(j, len(other_keys)):
        out_keys[n + i], out_freq[n + i] = other_keys[n], other_freq[n]


@njit
def add_neighbours(freq, prefix, suffix, left, right):
    """Add c log2(c) of rows (freq c; int64) to the right sum of their prefix and the left sum of their suffix, scaled.

    prefix and suffix are rows of left and right (int64); those of single symbols, -1, are passed over.
    """
    for g in range(len(freq)):
        if prefix[g] >= 0 and freq[g] > 1:
            c = freq[g]
            term = np.int64(c * math.log2(c) * ENTROPY_SCALE + 0.5)
            right[prefix[g]] += term
            left[suffix[g]] += term
