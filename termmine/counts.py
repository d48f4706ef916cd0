"""The local engine: `Corpus` -> `NgramTable`.

Level by level over the encoded corpus. At level n each position knows the row of the frequent n-gram that begins
there, or none; an (n + 1)-gram is the pair of the rows at two neighbouring positions, counted in a hash table. Every
substring of a frequent n-gram is at least as frequent, so nothing that matters is skipped, and a level is counted to
its end before its rare n-grams are dropped. The entropies of the n-grams come from the counts of the (n + 1)-grams,
the rare ones among them too. Here is the order of the steps; the loops are in `kernels`, the formulas elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from termmine import kernels as k
from termmine.types import Corpus, NgramTable

_SMALLEST_TABLE = 1 << 12  # entries of a new level's table


@dataclass
class _Columns:
    """One level of the table under construction."""

    freq: np.ndarray
    doc_freq: np.ndarray
    prefix: np.ndarray
    suffix: np.ndarray
    last: np.ndarray


def count_ngrams(corpus: Corpus, *, min_freq: int, max_length: int) -> NgramTable:
    """Count every n-gram of 1 to ``max_length`` symbols that occurs at least ``min_freq`` times.

    freq and doc_freq are exact, and so are both entropies: rare neighbours count, and each run edge is a neighbour of
    its own, so that a term that stands alone in its run is as free as can be.
    """
    codes = corpus.codes
    freq, doc_freq = k.count_symbols(codes, corpus.alphabet.n_codes)
    symbols = np.flatnonzero(freq >= min_freq)
    none = np.full(len(symbols), -1, dtype=np.int64)
    levels = [_Columns(freq[symbols], doc_freq[symbols], none, none, symbols.astype(np.int32))]
    rows = np.full(corpus.alphabet.n_codes, -1, dtype=np.int32)
    rows[symbols] = np.arange(len(symbols))
    ids = np.empty(len(codes), dtype=np.int32)
    k.first_level(codes, rows, ids)
    start, total = 0, len(symbols)
    sums: list[np.ndarray] = []
    for n in range(1, max_length + 1):
        level = _count_level(codes, ids, n)
        neighbours = np.zeros((4, total), dtype=np.int64)
        k.add_neighbours(level, *neighbours)
        sums.append(neighbours[:, start:])
        if n == max_length:
            break
        found = _frequent(level, min_freq, total, ids, levels[-1], start)
        start, total = total, total + len(found.freq)
        levels.append(found)
        if not len(found.freq):
            break
    levels = levels[: len(sums)]
    return _table(corpus, levels, sums, min_freq)


def _count_level(codes: np.ndarray, ids: np.ndarray, n: int) -> k.Level:
    active = int(np.count_nonzero(ids >= 0))
    capacity = _SMALLEST_TABLE
    while capacity < active // 4:
        capacity *= 2
    level = _level(capacity)
    while not k.count_level(codes, ids, n, True, level):
        level = _enlarged(level)
    return level


def _level(capacity: int) -> k.Level:
    return k.Level(
        slots=np.zeros(2 * capacity, dtype=np.int32),
        keys=np.empty(capacity, dtype=np.uint64),
        freq=np.zeros(capacity, dtype=np.int64),
        doc_freq=np.zeros(capacity, dtype=np.int32),
        document=np.full(capacity, -1, dtype=np.int32),
        progress=np.zeros(3, dtype=np.int64),
    )


def _enlarged(level: k.Level) -> k.Level:
    bigger = _level(2 * len(level.keys))
    n = int(level.progress[0])
    for new, old in zip(bigger[1:5], level[1:5], strict=True):
        new[:n] = old[:n]
    bigger.progress[:] = level.progress
    k.rehash(bigger)
    return bigger


def _frequent(level: k.Level, min_freq: int, total: int, ids: np.ndarray, below: _Columns, start: int) -> _Columns:
    rows = np.empty(int(level.progress[0]), dtype=np.int32)
    n = k.next_level(level, min_freq, total, rows, ids)
    entries = np.flatnonzero(rows >= 0)
    assert len(entries) == n
    keys = level.keys[entries]
    suffix = (keys & np.uint64(0xFFFFFFFF)).astype(np.int64)
    return _Columns(
        freq=level.freq[entries],
        doc_freq=level.doc_freq[entries].astype(np.int64),
        prefix=(keys >> np.uint64(32)).astype(np.int64),
        suffix=suffix,
        last=below.last[suffix - start],
    )


def _table(corpus: Corpus, levels: list[_Columns], sums: list[np.ndarray], min_freq: int) -> NgramTable:
    def column(name: str) -> np.ndarray:
        return np.concatenate([getattr(level, name) for level in levels])

    freq = column("freq")
    sizes = [len(level.freq) for level in levels]
    left, right, left_inner, right_inner = np.concatenate(sums, axis=1)
    return NgramTable(
        length=np.repeat(np.arange(1, len(levels) + 1, dtype=np.int16), sizes),
        freq=freq,
        doc_freq=column("doc_freq"),
        left_entropy=_entropy(freq, left),
        right_entropy=_entropy(freq, right),
        left_edge=freq - left_inner,
        right_edge=freq - right_inner,
        prefix=column("prefix"),
        suffix=column("suffix"),
        last=column("last"),
        level=np.concatenate([[0], np.cumsum(sizes)]),
        min_freq=min_freq,
        n_symbols=corpus.n_symbols,
        n_documents=corpus.n_documents,
        alphabet=corpus.alphabet,
    )


def _entropy(freq: np.ndarray, scaled: np.ndarray) -> np.ndarray:
    """log2(f) - (sum of c log2(c)) / f over the neighbours; an edge, alone of its kind, adds nothing to the sum."""
    return np.asarray(np.maximum(np.log2(freq) - scaled / (k.ENTROPY_SCALE * freq), 0.0))
