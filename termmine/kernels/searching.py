"""Known strings in a corpus: tries, segmentation by a dictionary, surface forms, contexts."""

import math
from typing import NamedTuple

import numpy as np

from termmine.kernels.base import FIRST_SYMBOL, SOURCE_END, mix, njit

# --- tries: counting and segmenting with known strings ---------------------------------------------------------------


class Trie(NamedTuple):
    """A set of symbol sequences; node ids are the caller's (rows of the n-gram table) or in order of arrival."""

    first: np.ndarray  # int32, one a code: the node of that symbol, or -1
    edges: np.ndarray  # uint64, a power of two of pairs, so that a look-up touches one cache line: parent node and
    # next symbol (32 bits each; 0 where the slot is free), and the node behind the edge
    size: np.ndarray  # int64 (1): nodes, where they are numbered in order of arrival


@njit
def child(trie, node, code):
    """The node behind an edge, or -1 - (the free slot where the edge belongs)."""
    key = np.uint64(node) << np.uint64(32) | np.uint64(code)
    mask = np.uint64(len(trie.edges) - 1)
    slot = mix(key) & mask
    while True:
        found = trie.edges[slot, 0]
        if found == key:
            return np.int64(trie.edges[slot, 1])
        if found == 0:
            return np.int64(-1) - np.int64(slot)
        slot = (slot + np.uint64(1)) & mask


@njit
def add_edges(trie, parents, codes, nodes):
    """Add edges that are all new: parents (n), codes (n) -> nodes (n)."""
    for j in range(len(parents)):
        slot = -1 - child(trie, parents[j], codes[j])
        trie.edges[slot, 0] = np.uint64(parents[j]) << np.uint64(32) | np.uint64(codes[j])
        trie.edges[slot, 1] = nodes[j]


@njit
def add_runs(trie, codes, ends):
    """Add every run of codes as a sequence; ends (one a run, in order) receives its node. The number of runs."""
    n = 0
    node = np.int64(-1)
    for i in range(len(codes)):
        c = codes[i]
        if c < FIRST_SYMBOL:
            if node >= 0:
                ends[n] = node
                n += 1
            node = -1
            continue
        if node < 0:
            if trie.first[c] < 0:
                trie.first[c] = trie.size[0]
                trie.size[0] += 1
            node = np.int64(trie.first[c])
            continue
        nxt = child(trie, node, c)
        if nxt < 0:
            slot, nxt = -1 - nxt, trie.size[0]
            trie.size[0] = nxt + 1
            trie.edges[slot, 0] = np.uint64(node) << np.uint64(32) | np.uint64(c)
            trie.edges[slot, 1] = nxt
        node = nxt
    return n


@njit
def find_runs(codes, trie, ends):
    """The node of every run of codes as a whole, or -1, in ends (one a run, in order)."""
    n = 0
    node = np.int64(-1)
    for i in range(1, len(codes)):
        if codes[i] >= FIRST_SYMBOL:
            if codes[i - 1] < FIRST_SYMBOL:
                node = np.int64(trie.first[codes[i]])
            elif node >= 0:
                node = max(child(trie, node, codes[i]), np.int64(-1))
        elif codes[i - 1] >= FIRST_SYMBOL:
            ends[n] = node
            n += 1


@njit
def count_in_trie(codes, end, trie, freq):
    """Count in freq (int64, one a node) every occurrence of every node's string that begins before end."""
    for i in range(end):
        c = codes[i]
        if c < FIRST_SYMBOL:
            continue
        node = np.int64(trie.first[c])
        j = i + 1
        while node >= 0:
            freq[node] += 1
            if j == len(codes) or codes[j] < FIRST_SYMBOL:
                break
            node = child(trie, node, codes[j])
            j += 1


INSIDE, NO_WORD = -2, -1
WINDOW = 4096  # symbols; a longer run is segmented piece by piece (in natural text: never)


@njit
def segment(codes, end, trie, weight, default, word_at):
    """Segment every run of codes[:end] into the words of the trie of the greatest sum of weights.

    weight (float64, one a node): -inf where a node is no word; default: weight of a symbol where no word begins. The
    same as jieba's route without its HMM: from the right, ties to the longer word. word_at (int32, P) receives the node
    of the word that begins there, NO_WORD for a symbol outside all words, INSIDE elsewhere.
    """
    best = np.empty(WINDOW + 1, np.float64)
    length = np.empty(WINDOW + 1, np.int32)
    words = np.empty(WINDOW + 1, np.int32)
    lo = 0
    while lo < end:
        word_at[lo] = INSIDE
        if codes[lo] < FIRST_SYMBOL:
            lo += 1
            continue
        hi = lo + 1
        while hi < end and hi - lo < WINDOW and codes[hi] >= FIRST_SYMBOL:
            word_at[hi] = INSIDE
            hi += 1
        best[hi - lo] = 0.0
        for i in range(hi - 1, lo - 1, -1):
            at = i - lo
            best[at], length[at], words[at] = -math.inf, 1, NO_WORD
            node = np.int64(trie.first[codes[i]])
            j = i + 1
            while node >= 0:
                if weight[node] > -math.inf and weight[node] + best[j - lo] >= best[at]:
                    best[at], length[at], words[at] = weight[node] + best[j - lo], j - i, node
                if j == hi:
                    break
                node = child(trie, node, codes[j])
                j += 1
            if words[at] == NO_WORD:
                best[at] = default + best[at + 1]
        i = lo
        while i < hi:
            word_at[i] = words[i - lo]
            i += length[i - lo]
        lo = hi


# --- contexts and windows --------------------------------------------------------------------------------------------


@njit
def context_ids(codes, trie, n_rows, before, after):
    """What stands beside each boundary (int32, P): before[i] ends at i - 1, after[i] begins at i.

    The row of two symbols where they are a node of the trie, else of one; n_rows + 2 + the row of one symbol where the
    run ends beyond it; n_rows where the run ends at once; n_rows + 1 where the neighbour is no node.
    """
    for i in range(len(codes)):
        before[i] = after[i] = n_rows
        if i and codes[i - 1] >= FIRST_SYMBOL:
            near = np.int64(trie.first[codes[i - 1]])
            before[i] = near if near >= 0 else n_rows + 1
            if near >= 0 and (i == 1 or codes[i - 2] < FIRST_SYMBOL):
                before[i] = n_rows + 2 + near
            elif near >= 0 and trie.first[codes[i - 2]] >= 0:
                before[i] = max(near, child(trie, np.int64(trie.first[codes[i - 2]]), codes[i - 1]))
        if codes[i] >= FIRST_SYMBOL:
            near = np.int64(trie.first[codes[i]])
            after[i] = near if near >= 0 else n_rows + 1
            if near >= 0 and codes[i + 1] < FIRST_SYMBOL:
                after[i] = n_rows + 2 + near
            elif near >= 0:
                after[i] = max(near, child(trie, near, codes[i + 1]))


@njit
def survey(codes, trie, before, after, before_weight, after_weight, window_size, left, right, n_windows):
    """Sum the weights of the contexts over all occurrences of every node, and count the windows that hold it.

    A window is at least window_size symbols long, ends with a run and does not reach over a source's end. left, right,
    n_windows: int64, one a node. Returns the number of windows.
    """
    last = np.full(len(left), -1, np.int32)
    window = symbols = 0
    for i in range(len(codes)):
        c = codes[i]
        if c < FIRST_SYMBOL:
            if symbols >= window_size or (symbols and c == SOURCE_END):
                window += 1
                symbols = 0
            continue
        symbols += 1
        node = np.int64(trie.first[c])
        j = i + 1
        while node >= 0:
            left[node] += before_weight[before[i]]
            right[node] += after_weight[after[j]]
            if last[node] != window:
                last[node] = window
                n_windows[node] += 1
            if codes[j] < FIRST_SYMBOL:  # a corpus ends with a separator
                break
            node = child(trie, node, codes[j])
            j += 1
    return window + (symbols > 0)


# --- surface forms ---------------------------------------------------------------------------------------------------


@njit
def spans_with_variants(codes, places, trie, wanted, max_length, out_rows, out_starts):
    """Every occurrence of a wanted row (bool, R) that holds a place with a variant form; how many.

    places (n, ascending) are those of the variants. out_rows and out_starts receive row and first position, as long as
    there is room: call with empty arrays to learn how much is needed.
    """
    n = 0
    previous = np.int64(-1)
    for p in places:
        for i in range(max(previous + 1, p - max_length + 1), p + 1):
            if codes[i] < FIRST_SYMBOL:
                continue
            node = np.int64(trie.first[codes[i]])
            j = i + 1
            while node >= 0:
                if j > p and wanted[node]:
                    if n < len(out_rows):
                        out_rows[n], out_starts[n] = node, i
                    n += 1
                if j == len(codes) or codes[j] < FIRST_SYMBOL:
                    break
                node = child(trie, node, codes[j])
                j += 1
        previous = p
    return n
