"""How often known strings occur in a corpus that is only streamed through.

In: rows of an `NgramTable`, and arrays of codes. Out: exact counts. A trie walk from every position beats an
Aho-Corasick automaton here, for it needs one array access a step and stops after some two steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from termmine.kernels import tries as tries_kernels
from termmine.kernels.codes import FIRST_SYMBOL, FIRST_WORD, UNKNOWN
from termmine.kernels.segment import WINDOW
from termmine.kernels.tries import Trie
from termmine.runtime.arrays import Arrays
from termmine.runtime.columns import added_up
from termmine.runtime.job import Job
from termmine.search.trie import slots_of, table_trie
from termmine.types import NgramTable


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
    tail = codes[-WINDOW:]  # nearly always enough
    separators = np.flatnonzero(tail < FIRST_SYMBOL)
    if len(separators):
        return len(codes) - len(tail) + int(separators[-1]) + 1
    separators = np.flatnonzero(codes < FIRST_SYMBOL)
    begin = int(separators[-1]) + 1 if len(separators) else 0
    whole = (len(codes) - begin - 1) // WINDOW
    return begin + max(whole - 1, 0) * WINDOW  # leaves at least a window to look ahead


_BYTES_A_SLOT = 4  # what each thread looks into here and there
_MOST = 1 << 30  # codes that are counted before 32-bit counts are added up: none can overflow


class _Counts:
    """What one thread has counted: 32 bits a slot, for they fit more of them into a cache, and their sums."""

    def __init__(self, trie: Trie, longest: int, singles: bool, arrays: Arrays) -> None:
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
        tries_kernels.count_in_trie(codes, start, stop, self._trie, self._longest, self._singles, self.freq)


def count_rows(
    pieces: Iterable[tuple[np.ndarray, int, int]],
    table: NgramTable,
    rows: np.ndarray,
    job: Job,
    words: np.ndarray | None = None,
) -> np.ndarray:
    """How often each row occurs in a corpus (int64, len(rows)).

    The corpus is encoded under the table's alphabet, or under another one, of which ``words`` gives each word's code
    under the table's (`kernels.UNKNOWN`: none).

    ``pieces`` are (codes, start, stop): what begins in codes[start:stop] is counted. Behind stop must follow as many
    codes as the longest n-gram has, unless a separator ends its run before. With several threads a piece's codes must
    stay as they are.
    """
    trie = table_trie(table, rows, job.arrays)
    if words is not None:
        own = trie.symbols[:FIRST_WORD], job.arrays.take(trie.symbols, words)
        trie = trie._replace(symbols=job.arrays.joined([*own], np.int32))
    singles = bool((rows < table.level[1]).any())
    n_threads = job.threads_for(_BYTES_A_SLOT * len(trie.links))
    counts = [_Counts(trie, len(table.level) - 1, singles, job.arrays) for _ in range(n_threads)]
    job.spread(pieces, lambda piece, mine: mine.add(*piece), counts)
    for mine in counts:
        mine.flush()
    total = added_up(mine.total for mine in counts)
    return job.arrays.take(total, slots_of(trie, rows, len(table), job.arrays))


def count_in_codes(
    parts: Iterable[np.ndarray], table: NgramTable, rows: np.ndarray, job: Job
) -> tuple[np.ndarray, int]:
    """How often each row occurs in arrays of codes in order (int64, len(rows)), and the number of symbols there."""
    n_symbols = 0

    def pieces() -> Iterator[tuple[np.ndarray, int, int]]:
        nonlocal n_symbols
        for codes, end in whole_runs(parts):
            n_symbols += int(np.count_nonzero(codes[:end] >= UNKNOWN))
            yield codes, 0, end

    return count_rows(pieces(), table, rows, job), n_symbols
