"""Tries over symbols: exact counts of known strings in a corpus that is only streamed through.

In: an `NgramTable` or strings, and arrays of codes. Out: how often each string occurs. The loops are in `kernels`.
A trie walk from every position beats an Aho-Corasick automaton here, for it needs one array access a step, stops after
some two steps, and the table's rows are its nodes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from termmine import kernels as k
from termmine.encode import encode_frozen, encode_strings
from termmine.resources import Resources
from termmine.types import NgramTable


def empty_trie(n_codes: int, n_edges: int) -> k.Trie:
    """A trie with room for so many edges, at most half of its slots taken (fuller ones cost more than they save)."""
    n_slots = 1024
    while n_slots < 2 * n_edges:
        n_slots *= 2
    return k.Trie(
        first=np.full(n_codes, -1, dtype=np.int32),
        edges=np.zeros((n_slots, 2), dtype=np.uint64),
        size=np.zeros(1, dtype=np.int64),
    )


def table_trie(table: NgramTable, rows: np.ndarray) -> k.Trie:
    """The trie of those rows of a table and of what begins them; its nodes are the table's rows."""
    wanted = np.zeros(len(table), dtype=bool)
    wanted[rows] = True
    for n in range(len(table.level) - 2, 0, -1):
        inside = slice(table.level[n], table.level[n + 1])
        wanted[table.prefix[inside][wanted[inside]]] = True
    nodes = np.flatnonzero(wanted).astype(np.int32)
    singles, others = nodes[nodes < table.level[1]], nodes[nodes >= table.level[1]]
    trie = empty_trie(table.alphabet.n_codes, len(others))
    trie.first[table.last[singles]] = singles
    k.add_edges(trie, table.prefix[others], table.last[others], others)
    return trie


def whole_runs(parts: Iterable[np.ndarray]) -> Iterator[tuple[np.ndarray, int]]:
    """Arrays of codes that each end with whole runs: (codes, end); what lies behind end is looked at again.

    In a run that is longer than an array, end lies a multiple of `kernels.WINDOW` symbols behind the run's beginning.
    """
    rest = np.zeros(0, dtype=np.int32)
    for part in parts:
        codes = np.concatenate([rest, part])
        end = _end_of_runs(codes)
        yield codes, end
        rest = codes[end:]
    yield rest, len(rest)


def _end_of_runs(codes: np.ndarray) -> int:
    tail = codes[-k.WINDOW :]  # nearly always enough
    separators = np.flatnonzero(tail < k.FIRST_SYMBOL)
    if len(separators):
        return len(codes) - len(tail) + int(separators[-1]) + 1
    separators = np.flatnonzero(codes < k.FIRST_SYMBOL)
    begin = int(separators[-1]) + 1 if len(separators) else 0
    whole = (len(codes) - begin - 1) // k.WINDOW
    return begin + max(whole - 1, 0) * k.WINDOW  # leaves at least a window to look ahead


def count_in_blocks(
    blocks: Iterable[str], table: NgramTable, rows: np.ndarray, resources: Resources
) -> tuple[np.ndarray, int]:
    """How often each row occurs in blocks of text (int64, len(rows)), and the number of symbols there."""
    trie = table_trie(table, rows)
    freq = np.zeros(len(table), dtype=np.int64)
    n_symbols = 0
    for codes, end in whole_runs(encode_frozen(blocks, table.alphabet, resources=resources)):
        k.count_in_trie(codes, end, trie, freq)
        n_symbols += int((codes[:end] >= k.UNKNOWN).sum())
    return freq[rows], n_symbols


def find_rows(table: NgramTable, texts: Iterable[str]) -> np.ndarray:
    """The row of each text in the table, or -1 (int64): where it is no n-gram, or too rare a one."""
    texts = list(texts)
    codes, which = encode_strings(texts, table.alphabet)
    ends = np.full(len(which), -1, dtype=np.int32)
    k.find_runs(codes, table_trie(table, np.arange(len(table))), ends)
    rows = np.full(len(texts), -1, dtype=np.int64)
    rows[which] = ends
    return rows
