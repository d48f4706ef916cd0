"""Tries over symbols as double arrays: built once, walked a million times. Their callers are `search.trie` and the
stages
that walk them.

A step down costs one look-up, for the node behind (node, symbol) can only stand in the slot base[node] + symbol, and
does if that slot names the node as its parent. Walks from many positions go down level by level together: look-ups
that do not wait for one another share the time that memory takes to answer.
"""

from typing import NamedTuple

import numpy as np

from termmine.kernels.codes import DOCUMENT_END, FIRST_SYMBOL, SOURCE_END, UNKNOWN
from termmine.kernels.hashes import mix
from termmine.kernels.jit import inlined, njit

BLOCK = 1 << 12  # positions that are walked from together; their lists stay in the first caches


class Trie(NamedTuple):
    """A set of symbol sequences. A node is a slot; the first slots are the single symbols."""

    symbols: np.ndarray  # int32, one a code: the trie's own number of that symbol, and its slot; -1 if it has none
    links: np.ndarray  # int32 (slots, 2): base, -1 where nothing follows; and the parent's slot, -1 where there is none
    ids: np.ndarray  # int32 (slots): the caller's number of the node, or -1


@inlined
def child(links, node, symbol):
    """The slot behind a node and a symbol, or -1."""
    base = links[node, 0]
    if base < 0 or symbol < 0:
        return np.int32(-1)
    slot = np.int32(base + symbol)
    return slot if links[slot, 1] == node else np.int32(-1)


@inlined
def step(links, node, symbol):
    """The slot behind a node (uint32) and a symbol if there is one, and whether there is: `child` without a branch."""
    base = links[node, 0]
    slot = np.uint32(max(base + symbol, 0))
    return slot, (base >= 0) & (symbol >= 0) & (links[slot, 1] == np.int32(node))


# --- building --------------------------------------------------------------------------------------------------------


@njit
def number_prefixes(codes, slots, parents, last, ends):
    """Number every beginning of every run of codes, in order of arrival; returns how many there are.

    slots (int32, a power of two of them, all 0; more than there are beginnings): node + 1. parents, last (one a node)
    receive the node without its last symbol (-1: a single symbol) and that symbol's code, ends (one a run) its node.
    """
    mask = np.uint64(len(slots) - 1)
    n = n_runs = 0
    node = np.int64(-1)
    for i in range(1, len(codes)):
        c = codes[i]
        if c < FIRST_SYMBOL:
            if node >= 0:
                ends[n_runs] = node
                n_runs += 1
            node = np.int64(-1)
            continue
        slot = mix(np.uint64(node + 1) << np.uint64(32) | np.uint64(c)) & mask
        found = slots[slot] - 1
        while found >= 0 and (parents[found] != node or last[found] != c):
            slot = (slot + np.uint64(1)) & mask
            found = slots[slot] - 1
        if found < 0:
            found = n
            slots[slot] = n + 1
            parents[n], last[n] = node, c
            n += 1
        node = np.int64(found)
    return n


@njit
def _by_parent(parents, start, edges):
    """The edges, grouped by parent, and the place where each parent's begin, in start (N + 1; 0 each)."""
    for parent in parents:
        start[parent + 1] += 1
    for node in range(len(start) - 1):
        start[node + 1] += start[node]
    for e in range(len(parents)):  # moves each start to the next one's
        edges[start[parents[e]]] = e
        start[parents[e]] += 1
    for node in range(len(start) - 1, 0, -1):
        start[node] = start[node - 1]
    start[0] = 0


@njit
def _by_size(start, order):
    """Write the nodes that have edges to order (N), those with most of them first; returns how many they are."""
    largest = n = 0
    for node in range(len(start) - 1):
        largest = max(largest, start[node + 1] - start[node])
        n += start[node + 1] > start[node]
    place = np.zeros(largest + 2, np.int32)
    for node in range(len(start) - 1):
        place[largest - (start[node + 1] - start[node]) + 1] += 1
    for i in range(largest + 1):
        place[i + 1] += place[i]
    for node in range(len(start) - 1):
        size = start[node + 1] - start[node]
        if size:
            order[place[largest - size]] = node
            place[largest - size] += 1
    return n


@njit
def _first_fit(used, symbols, base, end):
    """The least base from the given one on at which all symbols meet free slots, 64 of them tried at once; or -1.

    used: a bit a slot, in words of 64.
    """
    while base < end:
        free = ~np.uint64(0)
        for symbol in symbols:
            word, shift = (base + symbol) >> 6, np.uint64((base + symbol) & 63)
            taken = used[word] >> shift | used[word + 1] << np.uint64(1) << (np.uint64(63) - shift)
            free &= ~taken
            if free == 0:
                break
        if free:
            while not free & np.uint64(1):
                free >>= np.uint64(1)
                base += 1
            return base
        base += 64
    return -1


_FEW = 64  # edges: the many nodes of so few fill what gaps the others left, and look for them from the start again
_NEARBY = 1 << 10  # slots before the last room found: nodes of the same number of edges seldom find any before these


@njit
def order_nodes(parents, start, edges, order):
    """Group the edges by node, and order the nodes that have any, those with most first; returns how many these are.

    parents (int32, one an edge); start (N + 1; 0 each) receives the place in edges where each node's begin; order (N)
    the
    nodes.
    """
    _by_parent(parents, start, edges)
    return _by_size(start, order)


@njit
def place_nodes(start, edges, order, symbols, n_symbols, used, base, slots):
    """Give every node a slot; returns the number of slots, or -1 where ``used`` (zeros) has too few.

    Nodes are the symbols, in order, and behind them one for each edge, whose symbols are given (int32, one an edge).
    start, edges, order: see `order_nodes`. base (-1 each) and slots (int32, one a node) are filled. Nodes with many
    edges choose first, as long as there is room.
    """
    end = 64 * (len(used) - 2) - n_symbols
    for symbol in range(n_symbols):
        used[symbol >> 6] |= np.uint64(1) << np.uint64(symbol & 63)
        slots[symbol] = symbol
    top = n_symbols
    low = size = 0
    for node in order:
        wanted = symbols[edges[start[node] : start[node + 1]]]
        if len(wanted) < size and len(wanted) <= _FEW:
            low = 0
        size = len(wanted)
        found = _first_fit(used, wanted, low, end)
        if found < 0:
            return -1
        low = max(low, found - _NEARBY)
        base[node] = found
        for e in edges[start[node] : start[node + 1]]:
            slot = found + symbols[e]
            slots[n_symbols + e] = slot
            used[slot >> 6] |= np.uint64(1) << np.uint64(slot & 63)
            top = max(top, slot + 1)
    return top


@njit
def link_nodes(parents, base, slots, n_symbols, links):
    """Fill links (-1 all over) from the slots that `place_nodes` found."""
    for node in range(len(slots)):
        links[slots[node], 0] = base[node]
        if node >= n_symbols:
            links[slots[node], 1] = slots[parents[node - n_symbols]]


# --- walking ---------------------------------------------------------------------------------------------------------


@njit
def find_runs(codes, trie, ends):
    """The id of every run of codes as a whole, or -1, in ends (one a run, in order)."""
    n = 0
    node = np.int32(-1)
    for i in range(1, len(codes)):
        if codes[i] >= FIRST_SYMBOL:
            symbol = trie.symbols[codes[i]]
            if codes[i - 1] < FIRST_SYMBOL:
                node = symbol
            elif node >= 0:
                node = child(trie.links, node, symbol)
        elif codes[i - 1] >= FIRST_SYMBOL:
            ends[n] = trie.ids[node] if node >= 0 else -1
            n += 1


@njit
def find_nodes(prefix, last, trie, nodes):
    """The slot of every n-gram of a table, or -1, in nodes (int32, R): the child by its last symbol of its prefix's."""
    for g in range(len(prefix)):
        symbol = trie.symbols[last[g]]
        if prefix[g] < 0:
            nodes[g] = symbol
        elif nodes[prefix[g]] >= 0:
            nodes[g] = child(trie.links, nodes[prefix[g]], symbol)
        else:
            nodes[g] = -1


@njit
def symbols_ahead(codes, lo, hi, trie, out):
    """Write the trie's symbols of codes[lo:hi] to out, -1 for codes that are none of them and behind the end of
    codes.
    """
    n = min(hi, len(codes)) - lo
    for i in range(n):
        c = codes[lo + i]
        out[i] = trie.symbols[c] if c >= FIRST_SYMBOL else -1
    for i in range(max(n, 0), hi - lo):
        out[i] = -1


@njit
def count_in_trie(codes, start, end, trie, longest, singles, freq):
    """Count in freq (int32, one a slot) every occurrence of a node's string that begins in codes[start:end].

    longest: the most symbols of any node. singles: True where single symbols are to be counted too.
    """
    links = trie.links
    symbols = np.empty(BLOCK + longest + 1, np.int32)
    begin, nodes = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint32)  # the walks: where each began, and its node
    for lo in range(start, end, BLOCK):
        hi = min(lo + BLOCK, end)
        symbols_ahead(codes, lo, hi + longest + 1, trie, symbols)
        if singles:
            for i in range(hi - lo):
                if symbols[i] >= 0:
                    freq[symbols[i]] += 1
        n = np.uint64(0)
        for i in range(hi - lo):  # no branches: the processor could not guess which walks go on
            slot, goes_on = step(links, np.uint32(max(symbols[i], 0)), symbols[i + 1])
            begin[n], nodes[n] = i, slot
            n += np.uint64((symbols[i] >= 0) & goes_on)
        length = np.uint32(2)
        while n:
            m = np.uint64(0)
            for x in range(n):
                i, node = begin[x], nodes[x]
                freq[node] += 1
                slot, goes_on = step(links, node, symbols[i + length])
                begin[m], nodes[m] = i, slot
                m += np.uint64(goes_on)
            n = m
            length += np.uint32(1)


# What `tally` goes on with: the number of the present document, of the last one with a symbol; how many symbols and
# documents there are.
DOCUMENT, LAST_DOCUMENT, N_SYMBOLS, N_DOCUMENTS = range(4)


@njit
def tally(codes, start, stop, trie, freq, doc_freq, last, state):
    """Count occurrences (freq) and documents (doc_freq; both int64, one a slot) of every node's string that begins in
    codes[start:stop].

    last (int64, one a slot; -1 at first): the last document that held it. state (int64, 4): see above. A document that
    goes on in the next codes is one: go on with the same last and state.
    """
    for i in range(start, stop):
        if codes[i] < UNKNOWN:
            state[DOCUMENT] += (codes[i] == DOCUMENT_END) | (codes[i] == SOURCE_END)
            continue
        state[N_SYMBOLS] += 1
        if state[LAST_DOCUMENT] != state[DOCUMENT]:
            state[LAST_DOCUMENT] = state[DOCUMENT]
            state[N_DOCUMENTS] += 1
        node = trie.symbols[codes[i]]
        j = i + 1
        while node >= 0:
            freq[node] += 1
            if last[node] != state[DOCUMENT]:
                last[node] = state[DOCUMENT]
                doc_freq[node] += 1
            if j == len(codes) or codes[j] < FIRST_SYMBOL:
                break
            node = child(trie.links, node, trie.symbols[codes[j]])
            j += 1
