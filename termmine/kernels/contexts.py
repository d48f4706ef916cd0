"""The contexts of a string: the neighbours that stand beside it, and the number of windows of text in which it occurs.

In: codes, a trie of common strings, the words of a segmentation. Out: sums. What they say of a string is worked out in
`ranking.distribution`.

A context is a number: the slot of the two symbols beside a boundary where those two are a node of the trie, else the
slot of the one symbol. Three more kinds of context are numbered behind all slots: the edge of a run right at the
boundary; a neighbour that is no node; and, by its slot, a single symbol with the edge of a run behind it. The trie
holds every string of one or two symbols that occurs often enough.
"""

from typing import NamedTuple

import numpy as np

from termmine.kernels.codes import FIRST_SYMBOL, SOURCE_END, UNKNOWN
from termmine.kernels.jit import inlined, njit
from termmine.kernels.segment import INSIDE
from termmine.kernels.tries import BLOCK, Trie, child, step

_EDGE = -2  # takes the place of a trie's symbol, which is -1 for a code that is none of them


@njit
def contexts_beside(codes, lo, hi, trie, symbols, pairs, before, after):
    """The contexts to the left and to the right of each boundary before codes[lo:hi].

    They are written to before[2:] and after[2:] (hi - lo); symbols and pairs receive the symbols and the pairs of
    symbols
    that begin at each place from lo - 2 on, -1 where they are no node. Each of the four arrays needs hi - lo + 3
    entries.
    The loops follow one another and have no branches, because a processor runs such loops fastest.
    """
    links, n_slots, n = trie.links, len(trie.links), hi - lo + 3
    for i in range(n):
        p = lo - 2 + i
        c = codes[p] if p >= 0 and p < len(codes) else 0
        symbols[i] = trie.symbols[c] if c >= FIRST_SYMBOL else _EDGE
    for i in range(n - 1):
        s, ahead = symbols[i], symbols[i + 1]
        base = links[max(s, 0), 0]
        slot = max(base, 0) + max(ahead, 0)
        is_node = (s >= 0) & (ahead >= 0) & (base >= 0) & (links[slot, 1] == s)
        pairs[i] = slot if is_node else -1
    for i in range(2, n - 1):
        near, far = symbols[i - 1], symbols[i - 2]
        context = n_slots + 2 + near if far == _EDGE else max(near, pairs[i - 2])  # a pair's slot is the greater one
        before[i] = context if near >= 0 else n_slots + (near != _EDGE)
        near, far = symbols[i], symbols[i + 1]
        context = n_slots + 2 + near if far == _EDGE else max(near, pairs[i])
        after[i] = context if near >= 0 else n_slots + (near != _EDGE)


@njit
def count_contexts(codes, start, stop, word_at, trie, is_noun, left, right):
    """Count the contexts of the words of two symbols or more in codes[start:stop].

    word_at: see `segment`, from start on; is_noun (uint8; 0 or 1): one a slot of that dictionary. left, right (int64;
    contexts, 2): the counts beside nouns, and beside any word.
    """
    size = BLOCK + 3
    symbols, pairs = np.empty(size, np.int32), np.empty(size, np.int32)
    before, after = np.empty(size, np.int32), np.empty(size, np.int32)
    word, begin, context = np.int32(INSIDE), np.int64(0), np.int64(0)  # the word that ends next, and what is before it
    for lo in range(start, stop + 1, BLOCK):
        hi = min(lo + BLOCK, stop + 1)
        contexts_beside(codes, lo, hi, trie, symbols, pairs, before, after)
        for i in range(lo, hi):
            ends = i == stop or codes[i] < FIRST_SYMBOL
            if not ends and word_at[i - start] == INSIDE:
                continue
            if word >= 0 and i - begin > 1:
                left[context, 0] += is_noun[word]
                left[context, 1] += 1
                right[after[i - lo + 2], 0] += is_noun[word]
                right[after[i - lo + 2], 1] += 1
            word, begin, context = np.int32(INSIDE) if ends else word_at[i - start], i, np.int64(before[i - lo + 2])


class Look(NamedTuple):
    """The strings that `survey` looks for, and the weights of their contexts.

    number (int32, one a slot of the trie): the entry of the sums that a node is counted in; longest: the most symbols
    of any node; singles: True where single symbols are counted too; left, right (int32): the weight of each context.
    """

    trie: Trie
    number: np.ndarray
    longest: int
    singles: bool
    left: np.ndarray
    right: np.ndarray


@njit
def symbols_of_source(codes, start, stop, n):
    """Count the symbols of the source that goes on at stop, given that n of the one that goes on at start stand before
    it.
    """
    for i in range(start, stop):
        if codes[i] >= UNKNOWN:
            n += 1
        elif codes[i] == SOURCE_END:
            n = 0
    return n


@njit
def window_begin(codes, start, n):
    """The place where the last n symbols before start begin."""
    i = start
    while n > 0 and i > 0:
        i -= 1
        n -= codes[i] >= UNKNOWN
    return i


@inlined
def _add(sums, n, left, right, window):
    """Add one occurrence to the sums of the node with a number."""
    sums[n, 0] += left
    sums[n, 1] += right
    sums[n, 2] += sums[n, 3] != window
    sums[n, 3] = window


@inlined
def _number_windows(codes, lo, hi, size, symbols, n, window, windows):
    """Write the number of the window that each place of codes[lo:hi] lies in to windows[2:].

    A window holds size symbols of one source; the last window of a source holds the rest. n: the symbols of the present
    window so far.
    """
    for i in range(2, hi - lo + 2):
        if symbols[i] == _EDGE:
            if n and codes[lo + i - 2] == SOURCE_END:
                window += 1
                n = 0
        else:
            if n == size:
                window += 1
                n = 0
            n += 1
        windows[i] = window
    return n, window


@njit
def survey(codes, start, stop, n_before, size, look, sums, n_windows):
    """Sum the weights of the contexts over all occurrences of nodes that begin in codes[start:stop], and count windows.

    The windows of ``size`` symbols (`_number_windows`) that hold each node are counted in the same pass. n_before: the
    symbols of the source before start; as many of them as belong to the present window must stand before start in
    codes.
    sums (int64; N, 4): left, right, windows, and the last window (-1 at first), of the nodes that look.number names.
    n_windows (int64, 1): the number of windows that these sums have seen. Returns the number of windows that begin in
    codes[start:stop].
    """
    trie, number, longest, singles, left_weight, right_weight = look
    links, room = trie.links, BLOCK + longest + 3
    symbols, pairs = np.empty(room, np.int32), np.empty(room, np.int32)
    before, after, windows = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int64)
    starts, nodes = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint32)  # the walks: where from, and where they are
    rows, seen = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.int64)
    n, window = 0, n_windows[0]
    begin = window_begin(codes, start, (n_before - 1) % size + 1 if n_before else 0)
    for lo in range(begin, stop, BLOCK):
        hi = min(lo + BLOCK, stop)  # the entry for place lo + i of codes stands at i + 2
        contexts_beside(codes, lo, hi + longest, trie, symbols, pairs, before, after)
        for i in range(2, hi - lo + longest + 2):
            before[i], after[i] = left_weight[before[i]], right_weight[after[i]]
        n, window = _number_windows(codes, lo, hi, size, symbols, n, window, windows)
        own = min(max(start - lo, 0), hi - lo) + 2
        for i in range(2, own):
            node, j = symbols[i], i + 1
            while node >= 0:
                sums[number[node], 3] = windows[i]
                node = child(links, node, symbols[j])
                j += 1
        if singles:
            for i in range(own, hi - lo + 2):
                if symbols[i] >= 0:
                    _add(sums, number[symbols[i]], before[i], after[i + 1], windows[i])
        count = np.uint64(0)
        for i in range(own, hi - lo + 2):
            starts[count], nodes[count] = i, pairs[i]
            count += np.uint64(pairs[i] >= 0)
        length = np.uint32(2)
        while count:  # all walks go on together, as in `count_in_trie`
            others = np.uint64(0)
            for x in range(count):  # all are read before anything is changed, so that cache misses overlap
                rows[x] = number[nodes[x]]
                seen[x] = sums[rows[x], 3]
            for x in range(count):
                i, node = starts[x], nodes[x]
                _add(sums, rows[x], before[i], after[i + length], windows[i])
                slot, goes_on = step(links, node, symbols[i + length])
                starts[others], nodes[others] = i, slot
                others += np.uint64(goes_on)
            count = others
            length += np.uint32(1)
    n_windows[0] = window + 1
    return count_windows(codes, start, stop, n_before, size)


@njit
def count_windows(codes, start, stop, n_before, size):
    """The number of windows that begin in codes[start:stop]."""
    n, found = n_before, 0
    for i in range(start, stop):
        if codes[i] >= UNKNOWN:
            found += n % size == 0
            n += 1
        elif codes[i] == SOURCE_END:
            n = 0
    return found
