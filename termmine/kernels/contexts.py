"""What stands beside a string, and in how many windows of text it occurs. What becomes of it is in `termmine.contexts`.

A context has the slot of the two symbols beside a boundary where those are a node of the trie, else of one. Behind all
slots follow: the edge of a run at once; a neighbour that is no node; and, by its slot, one symbol with the edge of a
run behind it. The trie holds whatever occurs often enough of one and two symbols.
"""

import numpy as np

from termmine.kernels.codes import FIRST_SYMBOL, SOURCE_END
from termmine.kernels.jit import inlined, njit
from termmine.kernels.segment import INSIDE
from termmine.kernels.tries import BLOCK, child, step

_EDGE = -2  # instead of a trie's symbol, which is -1 for what is none


@njit
def contexts_beside(codes, lo, hi, trie, symbols, pairs, before, after):
    """The contexts to the left and to the right of each boundary before codes[lo:hi].

    They are in before[2:] and after[2:] (hi - lo); symbols and pairs receive the symbols and pairs of symbols that
    begin at each place from lo - 2 on, -1 where they are no node. Room for each: hi - lo + 3. Loops without a branch,
    one after the other, are what a processor is fastest at.
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
    """Count what stands beside the words of two symbols or more in codes[start:stop].

    word_at: see `segment`, from start on; is_noun (uint8; 0 or 1): one a slot of that dictionary. left, right (int64;
    contexts, 2): beside such nouns, and beside any word.
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


@njit
def pass_windows(codes, stop, size, window, begin):
    """The window that goes on at stop, where in codes it began, its symbols so far; window, begin: an earlier one's.

    A window is at least size symbols long, ends with a run, and does not reach over a source's end, nor over a stop
    inside a run.
    """
    n = 0
    for i in range(begin, stop):
        if codes[i] >= FIRST_SYMBOL:
            n += 1
        elif n >= size or (n and codes[i] == SOURCE_END):
            window += 1
            n = 0
            begin = i + 1
    if codes[stop - 1] >= FIRST_SYMBOL:
        return window + 1, stop, 0
    return window, begin, n


@inlined
def _add(sums, n, left, right, window):
    """Add one occurrence to the sums of the node with a number."""
    sums[n, 0] += left
    sums[n, 1] += right
    sums[n, 2] += sums[n, 3] != window
    sums[n, 3] = window


@njit
def survey(codes, start, stop, begin, window, size, trie, number, longest, singles, left_weight, right_weight, sums):
    """Sum the weights of the contexts over all occurrences of nodes that begin in codes[start:stop].

    And count the windows that hold it: begin and window are those of `pass_windows` at start, and what stands between
    begin and start has been counted with the piece before. left_weight, right_weight (int32): one a context; longest:
    the most symbols of any node; singles: whether single symbols are of interest. sums (int64; N, 4): left, right,
    windows, and the last window (-1 at first), of the nodes that number (int32, one a slot) says.
    """
    links, room = trie.links, BLOCK + longest + 3
    symbols, pairs = np.empty(room, np.int32), np.empty(room, np.int32)
    before, after, windows = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int64)
    starts, nodes = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint32)  # the walks: where from, and where they are
    rows, seen = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.int64)
    n = 0
    for lo in range(begin, stop, BLOCK):
        hi = min(lo + BLOCK, stop)  # what is at place lo + i of codes stands at i + 2
        contexts_beside(codes, lo, hi + longest, trie, symbols, pairs, before, after)
        for i in range(2, hi - lo + longest + 2):
            before[i], after[i] = left_weight[before[i]], right_weight[after[i]]
        for i in range(2, hi - lo + 2):
            if symbols[i] == _EDGE and (n >= size or (n and codes[lo + i - 2] == SOURCE_END)):
                window += 1
                n = 0
            n += symbols[i] != _EDGE
            windows[i] = window
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
            for x in range(count):  # looked at before anything is changed, so that cache misses overlap
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
