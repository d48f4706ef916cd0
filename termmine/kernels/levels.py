"""Counting n-grams level by level. The order of the steps is in `counting.local`; pairs are counted in `pairs`."""

from typing import NamedTuple

import numpy as np

from termmine.kernels.codes import DOCUMENT_END, FIRST_SYMBOL, SOURCE_END
from termmine.kernels.hashes import mix
from termmine.kernels.jit import inlined, njit
from termmine.kernels.pairs import BATCH, HALF, batch_of_pairs, hash_pair, pair_number

FREE = np.uint64(0xFFFFFFFFFFFFFFFF)  # a free slot: no pair of rows has all bits of both halves set


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
def note(evidence, row, document, before, after):
    """Add an occurrence of a row to the evidence: its document, and the codes on both sides."""
    evidence[row, DOC_FREQ] += evidence[row, LAST] != document
    evidence[row, LAST] = document
    evidence[row, LEFT_EDGE] += before < FIRST_SYMBOL
    evidence[row, RIGHT_EDGE] += after < FIRST_SYMBOL


@njit
def observe_symbols(codes, ids, start, stop, document, evidence):
    """Add the evidence of the occurrences of symbols in ids[start:stop]; returns the number of the last document."""
    for i in range(start, stop):
        document += codes[i] == DOCUMENT_END or codes[i] == SOURCE_END
        if ids[i] >= 0:
            note(evidence, ids[i], document, codes[i - 1], codes[i + 1])
    return document


# --- from one level to the next --------------------------------------------------------------------------------------


class Slotting(NamedTuple):
    """The layout of a slot: a pair, of whose halves ``half`` bits suffice, and below it in ``bits`` bits its place.

    Where that is more than 64 bits, a slot has two words: the whole pair, and the place. ``place`` masks the place. All
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
        slots[slot, 0] = pair_number(keys[g], slotting.half) << slotting.bits
        if slots.shape[1] == 1:
            slots[slot, 0] |= np.uint64(g)
        else:
            slots[slot, 1] = np.uint64(g)


@inlined
def _look_up(wanted, count, slots, slotting, at, places, rows):
    """Write the row of each wanted pair (count of them), or -1, to rows at its place.

    All slots are read before any is compared, so that cache misses overlap; the pairs whose slot holds another one go
    on to the next together, so that no branch depends on what a slot holds: a branch that is guessed wrong costs as
    much as a miss. wanted and places are used up; ``at`` is room for slots.
    """
    mask = np.uint64(len(slots) - 1)
    found, last = np.empty(BATCH, np.uint64), slots.shape[1] - 1
    for j in range(count):
        at[j] = mix(wanted[j]) & mask
    while count:
        for j in range(count):
            found[j] = slots[at[j], 0]
        others = np.uint64(0)
        for j in range(count):
            pair, place, slot = wanted[j], places[j], at[j]
            is_it = found[j] >> slotting.bits == pair_number(pair, slotting.half)
            rows[place] = np.int64(slots[slot, last] & slotting.place) | -np.int64(not is_it)  # -1 has all bits set
            wanted[others], places[others], at[others] = pair, place, (slot + np.uint64(1)) & mask
            others += np.uint64((not is_it) & (found[j] != FREE))
        count = others


@njit
def next_level(codes, ids, start, stop, slots, slotting, n, neighbours, document, evidence, pairing, sizes):
    """Turn ids[start:stop] from rows of (n - 1)-grams into rows of n-grams, -1 where none is frequent.

    In the same pass the evidence of their occurrences is added up (with neighbours), and the pairs that begin at
    start - 1 to stop - 2 are added to sizes. ids[start - 1] is turned already; codes reach n places behind stop, ids
    one.
    The places of a batch are looked up together. Returns the number of the last document.
    """
    documents = np.empty(BATCH, np.int64)
    places, wanted, at = np.empty(BATCH, np.uint64), np.empty(BATCH, np.uint64), np.empty(BATCH, np.uint64)
    for lo in range(start, stop, BATCH):
        hi = min(lo + BATCH, stop)
        some = ids[lo : hi + 1]
        count = np.uint64(0)
        for i in range(hi - lo):
            a, b = some[i], some[i + 1]
            places[count] = i
            wanted[count] = np.uint64(a) << HALF | np.uint64(np.uint32(b))
            count += np.uint64((a | b) >= 0)
        some[: hi - lo] = -1
        _look_up(wanted, count, slots, slotting, at, places, some)
        if neighbours:
            for i in range(hi - lo):
                document += (codes[lo + i] == DOCUMENT_END) | (codes[lo + i] == SOURCE_END)
                documents[i] = document
            count = np.uint64(0)
            for i in range(hi - lo):
                places[count] = i
                count += np.uint64(some[i] >= 0)
            for j in range(count):  # all are read before anything is changed, so that cache misses overlap
                at[j] = evidence[some[places[j]], LAST]
            for j in range(count):
                i = places[j]
                note(evidence, some[i], documents[i], codes[lo + i - 1], codes[lo + i + n])
        found = batch_of_pairs(codes, ids, lo - 1, hi - 1, n, neighbours, pairing.n_rows, wanted)
        for j in range(found):
            sizes[hash_pair(wanted[j], pairing) >> pairing.rest] += 1
    return document


@njit
def compact(codes, ids, start, stop, n, out_codes, out_ids):
    """Copy the symbols that n-grams with a row, or longer ones, can still touch, and one symbol on either side of them.

    A separator takes the place of each stretch that is left out in between, one that ends a document where the stretch
    held such a one. ids reach n places before start and one behind stop. Returns how many places were copied, and what
    was
    left out before the first and behind the last of them: 0 nothing, 1 symbols, 2 also the end of a document.
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
