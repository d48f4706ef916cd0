"""Counting n-grams level by level, partition by partition. The order of the steps is in `termmine.counts`.

A *pair* is an (n + 1)-gram as two neighbouring n-grams: the row of its prefix and the row of its suffix. Pairs are
spread over partitions by their hash, so that each partition is counted in a table that the processor's own cache holds;
a look-up that misses every cache costs ten times one that does not. The hash can be undone, so that the number of the
partition and what is left of the hash, mostly 32 bits, say which pair it was.
"""

import math
from typing import NamedTuple

import numpy as np

from termmine.kernels.base import DOCUMENT_END, FIRST_SYMBOL, SOURCE_END, inlined, mix, njit

ENTROPY_SCALE = 1 << 24  # c log2(c) is summed as an integer, so that the sum is the same in any order
FREE = np.uint64(0xFFFFFFFFFFFFFFFF)  # a free slot: no pair of rows has all bits of both halves set
_BATCH = 256  # positions looked up together, so that their cache misses overlap


# What is gathered of the occurrences of a level's rows, beside their number: columns of evidence (R, 4; int32, or int64
# in huge corpora), side by side because they are needed together. The last document that the row was seen in (-1:
# none), the number of documents, the occurrences that begin a run, and those that end one.
LAST, DOC_FREQ, LEFT_EDGE, RIGHT_EDGE = range(4)


@njit
def count_symbols(codes, freq):
    """Add the occurrences of every symbol of codes (P) to freq (int64, one a code)."""
    for i in range(len(codes)):
        freq[codes[i]] += 1


@njit
def first_level(codes, rows, ids):
    """Ids (P) of the frequent symbols: rows (codes -> row, or -1)."""
    for i in range(len(codes)):
        c = codes[i]
        ids[i] = rows[c] if c >= FIRST_SYMBOL else -1


@njit
def _note(evidence, row, document, before, after):
    """Add an occurrence of a row to the evidence: its document, and the codes on both sides."""
    evidence[row, DOC_FREQ] += evidence[row, LAST] != document
    evidence[row, LAST] = document
    evidence[row, LEFT_EDGE] += before < FIRST_SYMBOL
    evidence[row, RIGHT_EDGE] += after < FIRST_SYMBOL


@njit
def observe_symbols(codes, ids, start, stop, document, evidence):
    """Add to the evidence what the occurrences of symbols in ids[start:stop] show; the number of the last document."""
    for i in range(start, stop):
        document += codes[i] == DOCUMENT_END or codes[i] == SOURCE_END
        if ids[i] >= 0:
            _note(evidence, ids[i], document, codes[i - 1], codes[i + 1])
    return document


# --- pairs -----------------------------------------------------------------------------------------------------------


class Pairing(NamedTuple):
    """How a pair becomes a number of few bits, and that a partition and what is stored there.

    A pair (uint64) has two halves: each is the row of an n-gram, or n_rows and the symbol that stands instead of it.
    ``half`` bits suffice for one. So a pair is hashed to a number of twice as many bits (``mask``), from which it can
    be had back; the upper bits of that choose the partition, the lower ones, ``rest`` in number, are what is stored.
    """

    n_rows: np.uint64
    half: np.uint64
    mask: np.uint64
    rest: np.uint64


_HALF = np.uint64(32)
_LOWER = np.uint64(0xFFFFFFFF)
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_INVERSE = np.uint64(pow(0x9E3779B97F4A7C15, -1, 1 << 64))  # of the factor, for any number of bits


@njit
def _number(pair, half):
    """A pair without the bits that its halves do not need, where so many suffice for one."""
    return (pair >> _HALF) << half | (pair & _LOWER)


@njit
def hash_pair(pair, pairing):
    """The hash of a pair (the product of Fibonacci hashing, and its upper half folded into the lower one)."""
    product = (_number(pair, pairing.half) * _FACTOR) & pairing.mask
    return product ^ (product >> pairing.half)


@njit
def unhash_pair(hashed, pairing):
    """The pair of a hash."""
    number = ((hashed ^ (hashed >> pairing.half)) * _INVERSE) & pairing.mask
    return (number >> pairing.half) << _HALF | (number & (pairing.mask >> pairing.half))


@njit
def _batch_of_pairs(codes, ids, lo, hi, n, one_sided, n_rows, pairs):
    """Write the pairs at lo to hi, without a branch that depends on them; how many.

    With one_sided, a pair with only one frequent part counts too, for that part's entropy: in place of the other
    stands the outer symbol.
    """
    found, ids, codes = np.uint64(0), ids[lo : hi + 1], codes[lo : hi + n]
    if one_sided:
        for i in range(hi - lo):
            a, b, before, after = ids[i], ids[i + 1], codes[i], codes[i + n]
            left = np.uint64(a) if a >= 0 else n_rows + np.uint64(before)
            right = np.uint64(b) if b >= 0 else n_rows + np.uint64(after)
            pairs[found] = left << _HALF | right
            is_pair = ((a >= 0) & ((b >= 0) | (after >= FIRST_SYMBOL))) | ((b >= 0) & (before >= FIRST_SYMBOL))
            found += np.uint64(is_pair)
        return found
    for i in range(hi - lo):
        a, b = ids[i], ids[i + 1]
        pairs[found] = np.uint64(a) << _HALF | np.uint64(np.uint32(b))
        found += np.uint64((a | b) >= 0)
    return found


@njit
def pair_sizes(codes, ids, start, stop, n, one_sided, pairing, sizes):
    """Add the number of pairs at start to stop to sizes (int64, one a partition)."""
    batch = np.empty(_BATCH, np.uint64)
    for lo in range(start, stop, _BATCH):
        found = _batch_of_pairs(codes, ids, lo, min(lo + _BATCH, stop), n, one_sided, pairing.n_rows, batch)
        for j in range(found):
            sizes[hash_pair(batch[j], pairing) >> pairing.rest] += 1


@njit
def scatter_pairs(codes, ids, start, stop, n, one_sided, pairing, offsets, pairs):
    """Write what is stored of the pairs at start to stop into pairs (uint32 where that suffices, or uint64).

    Each partition's stand from its offset on, which moves.
    """
    batch = np.empty(_BATCH, np.uint64)
    stored = (np.uint64(1) << pairing.rest) - np.uint64(1)
    for lo in range(start, stop, _BATCH):
        found = _batch_of_pairs(codes, ids, lo, min(lo + _BATCH, stop), n, one_sided, pairing.n_rows, batch)
        for j in range(found):
            hashed = hash_pair(batch[j], pairing)
            p = hashed >> pairing.rest
            at = offsets[p]
            pairs[at] = hashed & stored
            offsets[p] = at + 1


@njit
def _larger_table(keys, freq):
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
    """Count pairs[start:] until three quarters of the slots are taken; how far that went, and the used slots."""
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
        keys, freq = _larger_table(keys, freq)
        done, used = _count_while_room(pairs, done, keys, freq, used)
    return keys, freq, used


@njit
def keep_frequent(keys, freq, partition, pairing, min_freq, one_sided, left, right, out_keys, out_freq, n):
    """Append the pairs of a partition's table that occur min_freq times to out; how many there are then.

    With one_sided, every pair is added to its prefix's right and its suffix's left sum of c log2(c), scaled (int64, one
    a row); pairs that occur once add nothing.
    """
    least = 1 if min_freq == 1 else 2 if one_sided else min_freq
    slots = np.empty(_BATCH, np.uint64)
    for lo in range(0, len(keys), _BATCH):
        found = np.uint64(0)
        for slot in range(lo, min(lo + _BATCH, len(keys))):
            slots[found] = slot
            found += np.uint64(freq[slot] >= least)
        for j in range(found):
            key, c = keys[slots[j]], np.int64(freq[slots[j]])
            pair = unhash_pair(np.uint64(partition) << pairing.rest | np.uint64(key), pairing)
            a, b = pair >> _HALF, pair & _LOWER
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
    """Count each partition from the first on (limits: where it begins in pairs, and the end) and keep what is frequent.

    keys and freq are room for a table, which grows elsewhere where it does not suffice. Returns how many were kept.
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


# --- from one level to the next --------------------------------------------------------------------------------------


class Slotting(NamedTuple):
    """What a slot holds: a pair, of whose halves ``half`` bits suffice, and below it in ``bits`` bits its place.

    Where that is more than 64 bits, all of the pair, and the place in a word of its own. ``place`` masks the place. All
    are uint64.
    """

    half: np.uint64
    bits: np.uint64
    place: np.uint64


@njit
def fill_slots(keys, slots, slotting):
    """Enter keys (R) with their place into slots (S, 1 or 2 words; uint64), all of which are FREE."""
    mask = np.uint64(len(slots) - 1)
    for g in range(len(keys)):
        slot = mix(keys[g]) & mask
        while slots[slot, 0] != FREE:
            slot = (slot + np.uint64(1)) & mask
        slots[slot, 0] = _number(keys[g], slotting.half) << slotting.bits
        if slots.shape[1] == 1:
            slots[slot, 0] |= np.uint64(g)
        else:
            slots[slot, 1] = np.uint64(g)


@inlined
def _look_up(wanted, count, slots, slotting, at, places, rows):
    """Write the row of each wanted pair (count of them) to rows at its place; what has none is left as it is.

    All slots are read before any is compared, so that cache misses overlap; the pairs whose slot holds another one go
    on to the next together, so that no branch depends on what a slot holds: a branch that is guessed wrong costs as
    much as a miss. wanted and places are used up; ``at`` is room for slots.
    """
    mask = np.uint64(len(slots) - 1)
    found, last = np.empty(_BATCH, np.uint64), slots.shape[1] - 1
    for j in range(count):
        at[j] = mix(wanted[j]) & mask
    while count:
        for j in range(count):
            found[j] = slots[at[j], 0]
        others = np.uint64(0)
        for j in range(count):
            pair, place, slot = wanted[j], places[j], at[j]
            is_it = found[j] >> slotting.bits == _number(pair, slotting.half)
            rows[place] = np.int64(slots[slot, last] & slotting.place) | -np.int64(not is_it)
            wanted[others], places[others], at[others] = pair, place, (slot + np.uint64(1)) & mask
            others += np.uint64((not is_it) & (found[j] != FREE))
        count = others


@njit
def next_level(codes, ids, start, stop, slots, slotting, n, neighbours, document, evidence, pairing, sizes):
    """Turn ids[start:stop] from rows of (n - 1)-grams into rows of n-grams, -1 where none is frequent.

    At the same time what their occurrences show is added to the evidence (with neighbours), and the pairs that begin at
    start - 1 to stop - 2 to sizes. ids[start - 1] is turned already; codes reach n places behind stop, ids one. The
    places of a batch are looked up together. Returns the number of the last document.
    """
    documents = np.empty(_BATCH, np.int64)
    places, wanted, at = np.empty(_BATCH, np.uint64), np.empty(_BATCH, np.uint64), np.empty(_BATCH, np.uint64)
    for lo in range(start, stop, _BATCH):
        hi = min(lo + _BATCH, stop)
        some = ids[lo : hi + 1]
        count = np.uint64(0)
        for i in range(hi - lo):
            a, b = some[i], some[i + 1]
            places[count] = i
            wanted[count] = np.uint64(a) << _HALF | np.uint64(np.uint32(b))
            count += np.uint64((a | b) >= 0)
        some[: hi - lo] = -1
        _look_up(wanted, count, slots, slotting, at, places, some)
        if neighbours:
            for i in range(hi - lo):
                document += codes[lo + i] == DOCUMENT_END or codes[lo + i] == SOURCE_END
                documents[i] = document
            count = np.uint64(0)
            for i in range(hi - lo):
                places[count] = i
                count += np.uint64(some[i] >= 0)
            for j in range(count):
                i = places[j]
                _note(evidence, some[i], documents[i], codes[lo + i - 1], codes[lo + i + n])
        found = _batch_of_pairs(codes, ids, lo - 1, hi - 1, n, neighbours, pairing.n_rows, wanted)
        for j in range(found):
            sizes[hash_pair(wanted[j], pairing) >> pairing.rest] += 1
    return document


@njit
def compact(codes, ids, start, stop, n, out_codes, out_ids):
    """Copy what n-grams that have a row, and longer ones, can still touch: their symbols and one on either side.

    A separator stands for what is left out in between, one that ends a document where it held such a one. ids reach n
    places before start and one behind stop. Returns how many places were copied, and what was left out before the first
    and behind the last of them: 0 nothing, 1 symbols, 2 also the end of a document.
    """
    copied = gap = first = 0
    last = start - n - 1
    for i in range(start - n, start):
        if ids[i] >= 0:
            last = i
    for i in range(start, stop):
        if ids[i] >= 0:
            last = i
        if i - last <= n or ids[i + 1] >= 0:
            if gap and copied:
                out_codes[copied] = gap - 1
                out_ids[copied] = -1
                copied += 1
            elif gap:
                first = gap
            gap = 0
            out_codes[copied] = codes[i]
            out_ids[copied] = ids[i]
            copied += 1
        else:
            gap = max(gap, 1 + (codes[i] == DOCUMENT_END or codes[i] == SOURCE_END))
    return (copied, first, gap) if copied else (0, gap, 0)
