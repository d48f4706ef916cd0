"""Tries over symbols.

In: rows of an `NgramTable`, or runs of codes. Out: a trie that a walk from any position of a corpus can follow, one
array access a step. The loops are in `kernels.tries`.
"""

from __future__ import annotations

import numpy as np

from termmine.kernels import levels as levels_kernels
from termmine.kernels import tries as tries_kernels
from termmine.kernels.tries import Trie
from termmine.runtime.arrays import Arrays
from termmine.runtime.columns import put, slices
from termmine.types import NgramTable


def build_trie(
    parents: np.ndarray, last: np.ndarray, ids: np.ndarray, n_codes: int, arrays: Arrays
) -> tuple[Trie, np.ndarray]:
    """The trie of nodes that are given by their parents (indexes; -1: none) and last symbols (codes); their slots.

    ``ids`` are the caller's numbers of the nodes. The symbols are numbered by how many nodes they end, so that what is
    looked up most often lies close together.
    """
    n_ends = arrays.zeros(n_codes, np.int64)
    levels_kernels.count_symbols(last, n_ends)
    used = np.flatnonzero(n_ends)
    used = used[np.argsort(-n_ends[used], kind="stable")].astype(np.int32)
    symbols = arrays.full(n_codes, -1, np.int32, hot=True)
    symbols[used] = np.arange(len(used))
    others = arrays.where(parents >= 0)
    number = arrays.take(symbols, last)  # the number of a node: symbols come first, whether nodes or not
    for here in slices(0, len(others)):
        number[others[here]] = np.arange(len(used) + here.start, len(used) + here.stop)
    edges = arrays.take(number, arrays.take(parents, others)), arrays.take(symbols, arrays.take(last, others))
    del others
    links, slots = _links(*edges, len(used), arrays)
    slots = arrays.take(slots, number)
    in_slot = arrays.full(len(links), -1, np.int32)
    put(in_slot, slots, ids)
    return Trie(symbols, links, in_slot), slots


def _links(parents: np.ndarray, symbols: np.ndarray, n_symbols: int, arrays: Arrays) -> tuple[np.ndarray, np.ndarray]:
    """The links of a trie whose nodes are its symbols and one for each edge, and the slot of each node."""
    n_nodes = n_symbols + len(parents)
    base, slots = arrays.full(n_nodes, -1, np.int32, hot=True), arrays.empty(n_nodes, np.int32)
    start, edges = arrays.zeros(n_nodes + 1, np.int32, hot=True), arrays.empty(len(parents), np.int32)
    order = arrays.empty(n_nodes, np.int32)
    order = order[: tries_kernels.order_nodes(parents, start, edges, order)]
    n_words = n_nodes // 48 + n_symbols // 32 + 4  # a third more slots than nodes, nearly always enough
    while (
        n_slots := tries_kernels.place_nodes(
            start, edges, order, symbols, n_symbols, np.zeros(n_words, np.uint64), base, slots
        )
    ) < 0:
        n_words *= 2
        base.fill(-1)
    # As many more as there are symbols, so that base + symbol is always a slot; and one more, for an empty trie.
    links = arrays.full((n_slots + n_symbols + 1, 2), -1, np.int32, hot=True)
    tries_kernels.link_nodes(parents, base, slots, n_symbols, links)
    return links, slots


def table_trie(table: NgramTable, rows: np.ndarray, arrays: Arrays) -> Trie:
    """The trie of those rows of a table and of what begins them; the ids of its nodes are the table's rows."""
    nodes = _with_prefixes(table, rows, arrays)
    node_of = arrays.full(len(table) + 1, -1, np.int32)  # the last one for the prefix -1
    put(node_of, nodes)
    parents = arrays.take(node_of, arrays.take(table.prefix, nodes))
    del node_of  # it is as large as the table
    trie, _ = build_trie(parents, arrays.take(table.last, nodes), nodes, table.alphabet.n_codes, arrays)
    return trie


def _with_prefixes(table: NgramTable, rows: np.ndarray, arrays: Arrays) -> np.ndarray:
    """The rows and all prefixes of them, in ascending order (int32)."""
    wanted = arrays.zeros(len(table), bool)
    for here in slices(0, len(rows)):
        wanted[rows[here]] = True
    for n in range(len(table.level) - 2, 0, -1):
        for inside in slices(table.level[n], table.level[n + 1]):
            wanted[table.prefix[inside][wanted[inside]]] = True
    return arrays.where(wanted)


def runs_trie(codes: np.ndarray, n_runs: int, n_codes: int, arrays: Arrays) -> tuple[Trie, np.ndarray]:
    """The trie of some runs, and the slot of each (int32); the ids are the numbers of the runs, of equal ones the last.

    A string that only begins a run has no id.
    """
    room = 1024
    while room < len(codes) + len(codes) // 2:
        room *= 2
    parents, last, ends = (np.empty(n, dtype=np.int32) for n in (len(codes), len(codes), n_runs))
    n = tries_kernels.number_prefixes(codes, np.zeros(room, dtype=np.int32), parents, last, ends)
    ids = np.full(n, -1, dtype=np.int32)
    ids[ends] = np.arange(n_runs)
    trie, slots = build_trie(parents[:n], last[:n], ids, n_codes, arrays)
    return trie, slots[ends]


def slots_of(trie: Trie, ids: np.ndarray, n_ids: int, arrays: Arrays) -> np.ndarray:
    """The slot of each node that is given by its id (int32)."""
    slots = arrays.empty(n_ids + 1, np.int32)  # the last one for slots without an id
    put(slots, trie.ids)
    return arrays.take(slots, ids)
