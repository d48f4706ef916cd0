"""Known strings in a corpus: segmentation by a dictionary, surface forms."""

import math

import numpy as np

from termmine.kernels.codes import FIRST_SYMBOL
from termmine.kernels.jit import njit
from termmine.kernels.tries import child

INSIDE, NO_WORD = -2, -1
WINDOW = 4096  # symbols; a longer run is segmented piece by piece (in natural text: never)


@njit
def segment(codes, end, trie, weight, default, whole, word_at):
    """Segment every run of codes[:end] into the words of the trie of the greatest sum of weights.

    weight (float64, one a slot): -inf where that is no word; default: weight of a symbol where no word begins;
    whole: whether a run may be one word. The
    same as jieba's route without its HMM: from the right, ties to the longer word. word_at (int32, P) receives the node
    of the word that begins there, NO_WORD for a symbol outside all words, INSIDE elsewhere.
    """
    best = np.empty(WINDOW + 1, np.float64)
    length = np.empty(WINDOW + 1, np.int32)
    words = np.empty(WINDOW + 1, np.int32)
    symbols = np.empty(WINDOW + 1, np.int32)
    lo = 0
    while lo < end:
        word_at[lo] = INSIDE
        if codes[lo] < FIRST_SYMBOL:
            lo += 1
            continue
        hi = lo
        while hi < end and hi - lo < WINDOW and codes[hi] >= FIRST_SYMBOL:
            symbols[hi - lo] = trie.symbols[codes[hi]]
            word_at[hi] = INSIDE
            hi += 1
        best[hi - lo] = 0.0
        for i in range(hi - 1, lo - 1, -1):
            at = i - lo
            best[at], length[at], words[at] = -math.inf, 1, NO_WORD
            node = symbols[at]
            j = i + 1
            while node >= 0:
                is_allowed = weight[node] > -math.inf and (whole or j - i < hi - lo)
                if is_allowed and weight[node] + best[j - lo] >= best[at]:
                    best[at], length[at], words[at] = weight[node] + best[j - lo], j - i, node
                if j == hi:
                    break
                node = child(trie.links, node, symbols[j - lo])
                j += 1
            if words[at] == NO_WORD:
                best[at] = default + best[at + 1]
        i = lo
        while i < hi:
            word_at[i] = words[i - lo]
            i += length[i - lo]
        lo = hi


@njit
def spans_with_variants(codes, start, stop, places, trie, wanted, max_length, out_slots, out_starts):
    """Find every occurrence of a wanted slot (bool, one a slot) that begins in codes[start:stop] and holds a variant
    form.

    places (n, ascending) are those of the variants in codes. out_slots and out_starts receive slot and first position,
    as long as there is room. Returns the room that is needed: call with empty arrays to learn it.
    """
    n = 0
    previous = np.int64(start - 1)
    for p in places:
        for i in range(max(previous + 1, p - max_length + 1), min(p + 1, stop)):
            if codes[i] < FIRST_SYMBOL:
                continue
            node = trie.symbols[codes[i]]
            j = i + 1
            while node >= 0:
                if j > p and wanted[node]:
                    if n < len(out_slots):
                        out_slots[n], out_starts[n] = node, i
                    n += 1
                if j == len(codes) or codes[j] < FIRST_SYMBOL:
                    break
                node = child(trie.links, node, trie.symbols[codes[j]])
                j += 1
        previous = max(previous, p)
    return n
