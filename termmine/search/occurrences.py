"""The frequencies of a table's rows in a corpus, its own or another one.

In: rows of an `NgramTable`. Out: a task for an engine, and from its sums exact counts. A trie walk from every position
beats an Aho-Corasick automaton here, for it needs one array access a step and stops after some two steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from termmine.kernels import tries as tries_kernels
from termmine.kernels.codes import FIRST_WORD
from termmine.kernels.tries import Trie
from termmine.runtime.arrays import Arrays
from termmine.search.trie import slots_of, table_trie
from termmine.types import NgramTable, Segment

_MOST = 1 << 30  # codes that are counted before 32-bit counts are added up: none can overflow


class _Counts:
    """The counts of one worker: 32 bits a slot, for more of them then fit into a cache, and their sums."""

    def __init__(self, n_slots: int, arrays: Arrays) -> None:
        self.freq, self.total = arrays.zeros(n_slots, np.int32, hot=True), arrays.zeros(n_slots, np.int64)
        self.n_codes = 0

    def flush(self) -> None:
        """Add the counts to their sums."""
        self.total += self.freq
        self.freq.fill(0)
        self.n_codes = 0


@dataclass(frozen=True)
class Occurrences:
    """The task of counting the nodes of a trie, one sum a slot.

    The codes of ``after`` places behind a piece are looked at, as many as the longest n-gram has, unless a separator
    ends
    the run before. ``singles``: True where single symbols are counted too.
    """

    trie: Trie
    after: int
    singles: bool

    before = 0

    @cached_property
    def n_bytes(self) -> int:
        """The size of the arrays that each worker looks into here and there."""
        return 4 * len(self.trie.links)

    def start(self, arrays: Arrays) -> _Counts:
        """The state of a worker that has counted nothing."""
        return _Counts(len(self.trie.links), arrays)

    def look(self, piece: Segment, counts: _Counts) -> None:
        """Count the occurrences that begin in a piece."""
        size = piece.stop - piece.start
        if counts.n_codes + size > _MOST:
            counts.flush()
        counts.n_codes += size
        tries_kernels.count_in_trie(
            piece.codes, piece.start, piece.stop, self.trie, self.after, self.singles, counts.freq
        )

    def result(self, counts: _Counts) -> tuple[np.ndarray, ...]:
        """The counts (int64, one a slot)."""
        counts.flush()
        return (counts.total,)


def count_rows(table: NgramTable, rows: np.ndarray, arrays: Arrays, words: np.ndarray | None = None) -> Occurrences:
    """The task of counting rows in a corpus that is encoded under the table's alphabet, or under another one.

    ``words``: for each word of another alphabet its code under the table's (`kernels.codes.UNKNOWN`: none).
    """
    trie = table_trie(table, rows, arrays)
    if words is not None:
        own = trie.symbols[:FIRST_WORD], arrays.take(trie.symbols, words)
        trie = trie._replace(symbols=arrays.joined([*own], np.int32))
    return Occurrences(trie, len(table.level) - 1, bool((rows < table.level[1]).any()))


def of_rows(task: Occurrences, sums: np.ndarray, table: NgramTable, rows: np.ndarray, arrays: Arrays) -> np.ndarray:
    """The number of occurrences of each row (int64), from the sums of the task that counts them."""
    return arrays.take(sums, slots_of(task.trie, rows, len(table), arrays))
