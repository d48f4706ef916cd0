"""The local engine: `Corpus` -> `NgramTable`.

Level by level over the encoded corpus. At level n each position knows the row of the frequent n-gram that begins
there, or none (the *ids*); an (n + 1)-gram is the pair of the rows at two neighbouring positions. Every substring of a
frequent n-gram is at least as frequent, so nothing that matters is skipped, and a level is counted to its end before
its rare n-grams are dropped. The entropies of the n-grams come from the counts of the pairs, including the rare ones.

Codes and ids are in `positions`, pairs are counted in `pairs`. The rows of a level are put in order at its end, so that
the table is the same for any memory and any number of threads. Here is the order of the steps; the loops are in
`kernels`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from termmine.counting import positions
from termmine.counting.pairs import BYTES_A_ROW, Division, Found, PairCounter, nothing
from termmine.counting.positions import Positions
from termmine.counting.ranges import Span, chunks
from termmine.counting.table import Level, make_level, make_table
from termmine.kernels import levels as levels_kernels
from termmine.kernels import pairs as pairs_kernels
from termmine.kernels.codes import FIRST_SYMBOL
from termmine.kernels.levels import DOC_FREQ, FREE, LAST, LEFT_EDGE, RIGHT_EDGE, Slotting
from termmine.kernels.pairs import HALF, Pairing
from termmine.runtime.arrays import Arrays
from termmine.runtime.columns import added_up
from termmine.runtime.job import Job
from termmine.types import Corpus, NgramTable

NARROW = 1 << 31  # separators: with fewer, half the width is enough to count documents and edges of runs
SLOT_BITS = 64  # one word is enough for a slot where a pair and its place need no more bits


def count_ngrams(
    corpus: Corpus,
    *,
    min_freq: int,
    max_length: int,
    job: Job | None = None,
    neighbours: bool = True,
    keep_codes: bool = True,
) -> NgramTable:
    """Count every n-gram of 1 to ``max_length`` symbols that occurs at least ``min_freq`` times.

    freq and doc_freq are exact, and so are both entropies: rare neighbours count, and each run edge is a neighbour of
    its own, so that a term that stands alone in its run is as free as can be. Without ``neighbours`` only freq is
    counted, which takes some two thirds of the time; the other columns are then 0. Without ``keep_codes`` the codes of
    the corpus may be overwritten, which saves as much memory as they take.
    """
    job = job or Job()
    counter = _Counter(corpus, min_freq, job, neighbours, keep_codes)
    symbols, freq, seen = counter.first_level()
    keys = np.zeros(len(symbols), dtype=np.uint64)
    levels: list[Level] = []
    for n in range(1, max_length + 1):
        job.progress.step(n - 1, max_length)
        is_last = n == max_length
        found = counter.count_pairs(n, len(freq), seen) if neighbours or not is_last else nothing()
        levels.append(make_level(keys, freq, seen.evidence, found.left, found.right, job.arrays))
        if is_last or not len(found.keys):
            break
        seen = counter.next_level(n + 1, len(freq), found)
        keys, freq = found.keys, found.freq
    return make_table(corpus, symbols, levels, min_freq, job.arrays)


def count_given(corpus: Corpus, table: NgramTable, job: Job) -> NgramTable:
    """Count the rows of a table in a corpus that is encoded under its alphabet, or one that begins with it.

    Returns a table of the same rows, with freq, doc_freq and the edges in this corpus: 0 for what does not occur.
    """
    counter = _Counter(corpus, 1, job, neighbours=True, keep_codes=True)
    levels = table.level.tolist()
    found = [counter.given_symbols(table.last[: levels[1]])]
    for n, (below, lo, hi) in enumerate(zip(levels, levels[1:], levels[2:], strict=False), 2):
        prefix, suffix = (link[lo:hi].astype(np.int64) - below for link in (table.prefix, table.suffix))
        found.append(counter.given_level(n, lo - below, prefix.astype(np.uint64) << HALF | suffix.astype(np.uint64)))
    doc_freq, left_edge, right_edge = (
        job.arrays.joined([evidence[:, column] for _, evidence in found], found[0][1].dtype)
        for column in (DOC_FREQ, LEFT_EDGE, RIGHT_EDGE)
    )
    return replace(
        table,
        freq=job.arrays.joined([freq for freq, _ in found], np.int64),
        doc_freq=doc_freq,
        left_edge=left_edge,
        right_edge=right_edge,
        n_symbols=corpus.n_symbols,
        n_documents=corpus.n_documents,
        alphabet=corpus.alphabet,
    )


@dataclass(frozen=True)
class _Seen:
    """The result of a pass over the ids of a level: the evidence of its rows, and the number of pairs in each
    partition.

    ``sizes`` (spans, partitions).
    """

    evidence: np.ndarray
    sizes: np.ndarray
    division: Division


@dataclass
class _Account:
    """The sums of one thread, and the number of the document that it has reached."""

    evidence: np.ndarray
    document: int = 0


_Work = Callable[[Span, int, np.ndarray, Pairing, np.ndarray], int]


class _Counter:
    """A count in progress."""

    def __init__(self, corpus: Corpus, min_freq: int, job: Job, neighbours: bool, keep_codes: bool) -> None:
        self._n_codes = corpus.alphabet.n_codes
        self._min_freq = min_freq
        self._job = job
        self._neighbours = neighbours
        self._positions = Positions(corpus, job, with_codes=neighbours, may_overwrite=not keep_codes)
        self._pairs = PairCounter(self._positions, min_freq, job, neighbours=neighbours, n_codes=self._n_codes)
        n_separators = len(corpus.codes) - corpus.n_symbols  # there are at most as many documents, and edges of runs
        self._width = np.int32 if n_separators < NARROW else np.int64
        self._n_active = 0  # positions with a row

    def first_level(self) -> tuple[np.ndarray, np.ndarray, _Seen]:
        """The codes of the frequent symbols, their frequencies, and their evidence; each position gets its id."""
        freq = self._positions.symbol_freq(self._n_codes)
        freq[:FIRST_SYMBOL] = 0
        symbols = np.flatnonzero(freq >= self._min_freq)
        rows = self._job.arrays.full(self._n_codes, -1, np.int32, hot=True)
        rows[symbols] = np.arange(len(symbols))
        self._positions.number_symbols(rows)
        return symbols, freq[symbols], self._look(freq[symbols], self._look_at_symbols)

    def given_symbols(self, symbols: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The frequencies of given symbols, and their evidence; each position gets its id."""
        rows = self._job.arrays.full(self._n_codes, -1, np.int32, hot=True)
        rows[symbols] = np.arange(len(symbols))
        freq = self._positions.symbol_freq(self._n_codes)[symbols]
        self._positions.number_symbols(rows)
        return freq, self._look(freq, self._look_at_symbols).evidence

    def given_level(self, n: int, n_below: int, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The frequencies of given n-grams, in order of prefix and suffix, and their evidence."""
        none = np.zeros(len(keys), dtype=np.int64)
        evidence = self.next_level(n, n_below, Found(keys, none, none, none)).evidence
        freq = self._positions.row_freq(len(keys))
        self._n_active = int(freq.sum())
        return freq, evidence

    def count_pairs(self, n: int, n_rows: int, seen: _Seen) -> Found:
        """Count the (n + 1)-grams; the frequent ones in order of prefix and suffix."""
        return self._pairs.count(n, n_rows, seen.sizes, seen.division)

    def next_level(self, n: int, n_below: int, found: Found) -> _Seen:
        """Turn the ids, of which there are so many different ones, into rows of the n-grams that were found."""
        if self._positions.is_sparse(self._n_active):
            self._pairs.forget()
            self._positions.compact(n - 1)
        slots, slotting = self._slots(n_below, found.keys)

        def turn(span: Span, document: int, evidence: np.ndarray, pairing: Pairing, sizes: np.ndarray) -> int:
            for lo, hi in chunks(span, positions.CHUNK):
                codes, ids = self._positions.window(lo, hi, 1, n)
                document = levels_kernels.next_level(
                    codes, ids, 1, 1 + hi - lo, slots, slotting, n, self._neighbours, document, evidence, pairing, sizes
                )
                self._positions.write(lo, ids[1:-1])
            return document

        return self._look(found.freq, turn)

    def _slots(self, n_below: int, keys: np.ndarray) -> tuple[np.ndarray, Slotting]:
        """A table of pairs of rows of the level below, in the room where they were counted if there is enough."""
        n_slots = 16
        while n_slots < 2 * len(keys):
            n_slots *= 2
        slotting = slotting_of(n_below, len(keys))
        shape = n_slots, 1 if slotting.bits else 2
        n_words = shape[0] * shape[1]
        if self._job.left() < 8 * n_words + 32 * self._job.threads * len(keys):
            self._pairs.forget()
        room = self._pairs.borrow(n_words)
        slots = self._job.arrays.empty(shape, np.uint64, hot=True) if room is None else room.reshape(shape)
        slots[:, 0] = FREE
        levels_kernels.fill_slots(keys, slots, slotting)
        return slots, slotting

    def _look_at_symbols(
        self, span: Span, document: int, evidence: np.ndarray, pairing: Pairing, sizes: np.ndarray
    ) -> int:
        for lo, hi in chunks(span, positions.CHUNK):
            codes, ids = self._positions.window(lo, hi, 1, 1)
            if self._neighbours:
                document = levels_kernels.observe_symbols(codes, ids, 1, 1 + hi - lo, document, evidence)
            pairs_kernels.pair_sizes(codes, ids, 1, 1 + hi - lo, 1, self._neighbours, pairing, sizes)
        return document

    def _look(self, freq: np.ndarray, work: _Work) -> _Seen:
        """Have each span looked at, by threads with an account each, and add the accounts up.

        A span's work starts from the number of the account's next document and returns the one after its last: each
        span ends
        with a whole document.
        """
        spans, n_rows = self._positions.spans, len(freq) if self._neighbours else 0
        self._n_active = int(freq.sum())
        division = self._pairs.divide(len(freq), self._n_active)
        sizes = np.zeros((len(spans), division.n_partitions), dtype=np.int64)
        n_workers = min(self._job.threads_for(BYTES_A_ROW * n_rows), len(spans))
        accounts = [_Account(_evidence(n_rows, self._width, self._job.arrays)) for _ in range(n_workers)]

        def look(i: int, account: _Account) -> None:
            account.document = work(spans[i], account.document, account.evidence, division.pairing, sizes[i])

        self._job.spread(range(len(spans)), look, accounts)
        added_up(account.evidence[:, DOC_FREQ:] for account in accounts)
        return _Seen(accounts[0].evidence, sizes, division)


def slotting_of(n_below: int, n_places: int) -> Slotting:
    """The layout of the slots for so many pairs of rows of the level below: one word a slot, where that suffices."""
    half, bits = n_below.bit_length(), max(n_places.bit_length(), 1)
    if 2 * half + bits > SLOT_BITS:
        half, bits, place = 32, 0, (1 << 64) - 1
    else:
        place = (1 << bits) - 1
    return Slotting(*map(np.uint64, (half, bits, place)))


def _evidence(n_rows: int, width: type, arrays: Arrays) -> np.ndarray:
    evidence = arrays.zeros((n_rows, 4), width, hot=True)
    evidence[:, LAST] = -1
    return evidence
