"""Tries over symbols: exact counts of known strings in a corpus that is only streamed through.

In: an `NgramTable` or strings, and arrays of codes. Out: how often each string occurs. The loops are in
`kernels.tries`. A trie walk from every position beats an Aho-Corasick automaton here, for it needs one array access a
step and stops after some two steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from termmine import arrays
from termmine import kernels as k
from termmine.alphabets import translation
from termmine.encode import encode_strings
from termmine.resources import Resources
from termmine.types import NgramTable


def build_trie(parents: np.ndarray, last: np.ndarray, ids: np.ndarray, n_codes: int) -> tuple[k.Trie, np.ndarray]:
    """The trie of nodes that are given by their parents (indexes; -1: none) and last symbols (codes); their slots.

    ``ids`` are the caller's numbers of the nodes. The symbols are numbered by how many nodes they end, so that what is
    looked up most often lies close together.
    """
    n_ends = arrays.zeros(n_codes, np.int64)
    k.count_symbols(last, n_ends)
    used = np.flatnonzero(n_ends)
    used = used[np.argsort(-n_ends[used], kind="stable")].astype(np.int32)
    symbols = arrays.full(n_codes, -1, np.int32, hot=True)
    symbols[used] = np.arange(len(used))
    others = arrays.where(parents >= 0)
    number = arrays.take(symbols, last)  # of a node: the symbols come first, whether nodes or not
    for here in arrays.slices(0, len(others)):
        number[others[here]] = np.arange(len(used) + here.start, len(used) + here.stop)
    edges = arrays.take(number, arrays.take(parents, others)), arrays.take(symbols, arrays.take(last, others))
    del others
    links, slots = _links(*edges, len(used))
    slots = arrays.take(slots, number)
    in_slot = arrays.full(len(links), -1, np.int32)
    arrays.put(in_slot, slots, ids)
    return k.Trie(symbols, links, in_slot), slots


def _links(parents: np.ndarray, symbols: np.ndarray, n_symbols: int) -> tuple[np.ndarray, np.ndarray]:
    """The links of a trie whose nodes are its symbols and one for each edge, and the slot of each node."""
    n_nodes = n_symbols + len(parents)
    base, slots = arrays.full(n_nodes, -1, np.int32, hot=True), arrays.empty(n_nodes, np.int32)
    start, edges = arrays.zeros(n_nodes + 1, np.int32, hot=True), arrays.empty(len(parents), np.int32)
    order = arrays.empty(n_nodes, np.int32)
    order = order[: k.order_nodes(parents, start, edges, order)]
    n_words = n_nodes // 48 + n_symbols // 32 + 4  # a third more slots than nodes, nearly always enough
    while (
        n_slots := k.place_nodes(start, edges, order, symbols, n_symbols, np.zeros(n_words, np.uint64), base, slots)
    ) < 0:
        n_words *= 2
        base.fill(-1)
    # As many more as there are symbols, so that base + symbol is always a slot; and one, for a trie of nothing.
    links = arrays.full((n_slots + n_symbols + 1, 2), -1, np.int32, hot=True)
    k.link_nodes(parents, base, slots, n_symbols, links)
    return links, slots


def table_trie(table: NgramTable, rows: np.ndarray) -> k.Trie:
    """The trie of those rows of a table and of what begins them; the ids of its nodes are the table's rows."""
    nodes = _with_prefixes(table, rows)
    node_of = arrays.full(len(table) + 1, -1, np.int32)  # the last one for the prefix -1
    arrays.put(node_of, nodes)
    parents = arrays.take(node_of, arrays.take(table.prefix, nodes))
    del node_of  # as large as the table
    trie, _ = build_trie(parents, arrays.take(table.last, nodes), nodes, table.alphabet.n_codes)
    return trie


def _with_prefixes(table: NgramTable, rows: np.ndarray) -> np.ndarray:
    """The rows and all that begins them, in ascending order (int32)."""
    wanted = arrays.zeros(len(table), bool)
    for here in arrays.slices(0, len(rows)):
        wanted[rows[here]] = True
    for n in range(len(table.level) - 2, 0, -1):
        for inside in arrays.slices(table.level[n], table.level[n + 1]):
            wanted[table.prefix[inside][wanted[inside]]] = True
    return arrays.where(wanted)


def runs_trie(codes: np.ndarray, n_runs: int, n_codes: int) -> tuple[k.Trie, np.ndarray]:
    """The trie of some runs, and the slot of each (int32); the ids are the numbers of the runs, of equal ones the last.

    What only begins a run has no id.
    """
    room = 1024
    while room < len(codes) + len(codes) // 2:
        room *= 2
    parents, last, ends = (np.empty(n, dtype=np.int32) for n in (len(codes), len(codes), n_runs))
    n = k.number_prefixes(codes, np.zeros(room, dtype=np.int32), parents, last, ends)
    ids = np.full(n, -1, dtype=np.int32)
    ids[ends] = np.arange(n_runs)
    trie, slots = build_trie(parents[:n], last[:n], ids, n_codes)
    return trie, slots[ends]


def slots_of(trie: k.Trie, ids: np.ndarray, n_ids: int) -> np.ndarray:
    """The slot of each node that is given by its id (int32)."""
    slots = arrays.empty(n_ids + 1, np.int32)  # the last one for slots without an id
    arrays.put(slots, trie.ids)
    return arrays.take(slots, ids)


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


_BYTES_A_SLOT = 4  # what each thread looks into here and there
_MOST = 1 << 30  # codes that are counted before 32-bit counts are added up: none can overflow


class _Counts:
    """What one thread has counted: 32 bits a slot, for they fit more of them into a cache, and their sums."""

    def __init__(self, trie: k.Trie, longest: int, singles: bool) -> None:
        self._trie, self._longest, self._singles = trie, longest, singles
        self.freq, self.total = (
            arrays.zeros(len(trie.links), np.int32, hot=True),
            arrays.zeros(len(trie.links), np.int64),
        )
        self._n_codes = 0

    def flush(self) -> None:
        """Add the counts to their sums."""
        self.total += self.freq
        self.freq.fill(0)
        self._n_codes = 0

    def add(self, codes: np.ndarray, start: int, stop: int) -> None:
        """Count what begins in codes[start:stop]."""
        if self._n_codes + stop - start > _MOST:
            self.flush()
        self._n_codes += stop - start
        k.count_in_trie(codes, start, stop, self._trie, self._longest, self._singles, self.freq)


def count_rows(
    pieces: Iterable[tuple[np.ndarray, int, int]],
    table: NgramTable,
    rows: np.ndarray,
    resources: Resources | None = None,
    words: np.ndarray | None = None,
) -> np.ndarray:
    """How often each row occurs in a corpus (int64, len(rows)).

    The corpus is encoded under the table's alphabet, or under another one, of which ``words`` gives each word's code
    under the table's (`kernels.UNKNOWN`: none).

    ``pieces`` are (codes, start, stop): what begins in codes[start:stop] is counted. Behind stop must follow as many
    codes as the longest n-gram has, unless a separator ends its run before. With several threads a piece's codes must
    stay as they are.
    """
    trie = table_trie(table, rows)
    if words is not None:
        own = trie.symbols[: k.FIRST_WORD], arrays.take(trie.symbols, words)
        trie = trie._replace(symbols=arrays.joined([*own], np.int32))
    singles = bool((rows < table.level[1]).any())
    resources = resources or Resources(threads=1)
    n_threads = resources.threads_for(_BYTES_A_SLOT * len(trie.links))
    counts = [_Counts(trie, len(table.level) - 1, singles) for _ in range(n_threads)]
    resources.spread(pieces, lambda piece, mine: mine.add(*piece), counts)
    for mine in counts:
        mine.flush()
    total = arrays.added_up(mine.total for mine in counts)
    return arrays.take(total, slots_of(trie, rows, len(table)))


def count_in_codes(
    parts: Iterable[np.ndarray], table: NgramTable, rows: np.ndarray, resources: Resources | None = None
) -> tuple[np.ndarray, int]:
    """How often each row occurs in arrays of codes in order (int64, len(rows)), and the number of symbols there."""
    n_symbols = 0

    def pieces() -> Iterator[tuple[np.ndarray, int, int]]:
        nonlocal n_symbols
        for codes, end in whole_runs(parts):
            n_symbols += int(np.count_nonzero(codes[:end] >= k.UNKNOWN))
            yield codes, 0, end

    return count_rows(pieces(), table, rows, resources), n_symbols


def find_rows(table: NgramTable, texts: Iterable[str]) -> np.ndarray:
    """The row of each text in the table, or -1 (int64): where it is no n-gram, or too rare a one."""
    texts = list(texts)
    codes, which = encode_strings(texts, table.alphabet)
    ends = np.full(len(which), -1, dtype=np.int32)
    if len(table):
        k.find_in_table(codes, table.level, table.prefix, table.suffix, table.last, ends)
    rows = np.full(len(texts), -1, dtype=np.int64)
    rows[which] = ends
    return rows


def match_rows(table: NgramTable, other: NgramTable) -> np.ndarray:
    """The row in another table of each row of a table, or -1 (int32)."""
    singles = table.last[: table.level[1]]
    words = translation(table.alphabet, other.alphabet)
    codes = np.where(singles < k.FIRST_WORD, singles, words[np.maximum(singles - k.FIRST_WORD, 0)] if len(words) else 0)
    rows = arrays.empty(len(table), np.int32)
    k.match_rows(
        table.prefix, table.suffix, codes, other.level, other.prefix, other.suffix, other.last, table.level, rows
    )  # fmt: skip
    return rows
