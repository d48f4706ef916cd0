"""The local engine: `Corpus` -> `NgramTable`.

Level by level over the encoded corpus. At level n each position knows the row of the frequent n-gram that begins
there, or none (the *ids*); an (n + 1)-gram is the pair of the rows at two neighbouring positions. Every substring of a
frequent n-gram is at least as frequent, so nothing that matters is skipped, and a level is counted to its end before
its rare n-grams are dropped. The entropies of the n-grams come from the counts of the pairs, the rare ones among them
too.

The pairs of a level are sorted into partitions by their hash, and each partition is counted in a small table. Where
pairs, or codes and ids, do not fit the memory they are on scratch files, and places that no n-gram touches any more are
left out. None of that changes a count, and the rows of a level are put in order at its end, so
the table is the same for any memory and any number of threads. Here is the order of the steps; the loops are in
`kernels`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from queue import SimpleQueue

import numpy as np

from termmine import arrays
from termmine import kernels as k
from termmine.levels import Level, make_level, make_table
from termmine.resources import Resources
from termmine.spans import DOCUMENT_ENDS, Span, chunks, even_spans, groups, spans_between
from termmine.tape import Tape
from termmine.types import Corpus, NgramTable

CHUNK = 1 << 18  # positions handled at once: 1 MiB of codes, and as many of ids, for each thread
NARROW = 1 << 31  # separators: with fewer, half the width is enough to count documents and edges of runs
PARTITION = 1 << 16  # pairs; its table then has its place in the second-level cache
NARROW_BITS = 32  # of a hash: where no more are left to store, half the width is enough for pairs
_MOST_BITS = 12  # of a hash that choose a partition
_MOST_BITS_ON_FILE = 10  # so that the share of a partition in some chunks is worth a write
_CHUNKS_A_WRITE = 4
SLOT_BITS = 64  # where a pair and its place need no more, one word is enough for a slot
_TABLE = 1 << 17  # slots of a partition's table, 1 MiB where pairs are narrow, before it has to grow
_SPARSE = 6  # times fewer places with a row than places in all: then it pays to leave out the others
_SPANS = 8  # of the corpus for each thread: they do not take equally long, and no thread waits long for the last one
_BYTES_A_ROW = 64  # what each thread looks into here and there: evidence or sums, and the table of the next level
_LEAST_PAIRS = 1 << 20  # in memory at once, 8 MiB, however little memory is left


def count_ngrams(
    corpus: Corpus, *, min_freq: int, max_length: int, resources: Resources | None = None, neighbours: bool = True
) -> NgramTable:
    """Count every n-gram of 1 to ``max_length`` symbols that occurs at least ``min_freq`` times.

    freq and doc_freq are exact, and so are both entropies: rare neighbours count, and each run edge is a neighbour of
    its own, so that a term that stands alone in its run is as free as can be. Without ``neighbours`` only freq is
    counted, which takes some two thirds of the time; the other columns are then 0.
    """
    counter = _Counter(corpus, min_freq, resources or Resources(), neighbours)
    symbols, freq, seen = counter.first_level()
    keys = np.zeros(len(symbols), dtype=np.uint64)
    levels: list[Level] = []
    for n in range(1, max_length + 1):
        is_last = n == max_length
        found = counter.count_pairs(n, len(freq), seen) if neighbours or not is_last else _nothing()
        levels.append(make_level(keys, freq, seen.evidence, found.left, found.right))
        if is_last or not len(found.keys):
            break
        seen = counter.next_level(n + 1, len(freq), found)
        keys, freq = found.keys, found.freq
    return make_table(corpus, symbols, levels, min_freq)


@dataclass(frozen=True)
class _Found:
    """The frequent pairs of a level, in order, and the sums of c log2(c) over all pairs (one a row of the level)."""

    keys: np.ndarray
    freq: np.ndarray
    left: np.ndarray
    right: np.ndarray


def _nothing() -> _Found:
    return _Found(np.zeros(0, dtype=np.uint64), *np.zeros((3, 0), dtype=np.int64))


_Pairs = tuple[np.ndarray, np.ndarray]  # keys and frequencies of some frequent pairs, in order of the keys


@dataclass(frozen=True)
class _Seen:
    """What a pass over the ids of a level has shown: the evidence of its rows, and how many pairs each partition gets.

    ``sizes`` (spans, partitions).
    """

    evidence: np.ndarray
    sizes: np.ndarray
    pairing: k.Pairing


class _Counter:
    """A count under way: what is known of each position, and how the work is divided."""

    def __init__(self, corpus: Corpus, min_freq: int, resources: Resources, neighbours: bool) -> None:
        self._codes = corpus.codes
        self._n_codes = corpus.alphabet.n_codes
        self._min_freq = min_freq
        self._resources = resources
        self._neighbours = neighbours
        n_separators = len(corpus.codes) - corpus.n_symbols  # as many documents and edges of runs at most
        self._width = np.int32 if n_separators < NARROW else np.int64
        self._ids = self._blank(len(corpus.codes) + 1)  # each position has a next one
        self._spans: list[Span] = []
        self._n_active = 0  # places with a row
        self._forget_pairs()

    def _divided(self) -> list[Span]:
        """Spans that can be worked on each by itself: no document reaches over a cut, or, without codes, no n-gram."""
        threads = self._resources.threads
        ends = DOCUMENT_ENDS if self._neighbours else (-1,)
        return spans_between(ends, self._codes, threads * _SPANS if threads > 1 else 1)

    def _forget_pairs(self) -> None:
        """Give back the room for pairs; it is kept as long as possible, for the system clears memory that it gives."""
        self._pairs = np.empty(0, dtype=np.uint64)

    def _blank(self, length: int) -> Tape:
        in_memory, folder = self._codes.in_memory, self._resources.folder
        return Tape.blank(np.int32, length, in_memory=in_memory, folder=folder, fill=-1)

    def _tape(self, fill: int) -> Tape:
        room = None if self._codes.in_memory else 0
        return Tape(np.int32, room=room, folder=self._resources.folder, fill=fill, expected=len(self._codes) + 2)

    def first_level(self) -> tuple[np.ndarray, np.ndarray, _Seen]:
        """The codes of the frequent symbols, their frequencies, and what is seen of them; each position gets its id."""
        halves = spans_between(DOCUMENT_ENDS, self._codes, self._resources.threads)
        freq, *others = self._resources.map(self._symbol_freq, halves)
        for other in others:
            freq += other
        freq[: k.FIRST_SYMBOL] = 0
        symbols = np.flatnonzero(freq >= self._min_freq)
        rows = arrays.full(self._n_codes, -1, np.int32, hot=True)
        rows[symbols] = np.arange(len(symbols))

        def turn(chunk: Span) -> None:
            ids = self._ids.read(*chunk) if self._ids.in_memory else np.empty(chunk[1] - chunk[0], dtype=np.int32)
            k.first_level(self._codes.read(*chunk), rows, ids)
            if not self._ids.in_memory:
                self._ids.write(chunk[0], ids)

        self._resources.map(turn, chunks((0, len(self._codes)), CHUNK))
        self._ids.write(len(self._codes), np.full(1, -1, dtype=np.int32))
        if not self._neighbours:  # nothing is asked of the codes any more
            self._codes = self._ids.head(len(self._codes))
        self._spans = self._divided()
        return symbols, freq[symbols], self._look(freq[symbols], self._look_at_symbols)

    def _symbol_freq(self, span: Span) -> np.ndarray:
        freq = arrays.zeros(self._n_codes, np.int64, hot=True)
        for lo, hi in chunks(span, CHUNK):
            k.count_symbols(self._codes.read(lo, hi), freq)
        return freq

    def next_level(self, n: int, n_below: int, found: _Found) -> _Seen:
        """Turn the ids, of which there are so many different ones, into rows of the n-grams that were found."""
        if _SPARSE * self._n_active < len(self._codes):
            self._compact(n - 1)
        n_slots = 16
        while n_slots < 2 * len(found.keys):
            n_slots *= 2
        if self._resources.left() < 16 * n_slots + 32 * self._resources.threads * len(found.keys):
            self._forget_pairs()
        slotting = _slotting(n_below, len(found.keys))
        slots = self._slots(n_slots, 1 if slotting.bits else 2)
        slots[:, 0] = k.FREE
        k.fill_slots(found.keys, slots, slotting)

        def turn(span: Span, document: int, evidence: np.ndarray, pairing: k.Pairing, sizes: np.ndarray) -> int:
            for lo, hi in chunks(span, CHUNK):
                codes, ids = self._window(lo, hi, 1, n)
                document = k.next_level(
                    codes, ids, 1, 1 + hi - lo, slots, slotting, n, self._neighbours, document, evidence, pairing, sizes
                )
                if not self._ids.in_memory:
                    self._ids.write(lo, ids[1:-1])
            return document

        return self._look(found.freq, turn)

    def _slots(self, n_slots: int, n_words: int) -> np.ndarray:
        """A table with so many slots, where pairs stood if there is room: these have been counted."""
        if len(self._pairs) >= n_words * n_slots:
            return self._pairs[: n_words * n_slots].reshape(n_slots, n_words)
        return arrays.empty((n_slots, n_words), np.uint64, hot=True)

    def _compact(self, n: int) -> None:
        """Leave out of codes and ids what no n-gram with a row, and no longer one, touches any more."""
        self._forget_pairs()
        codes, ids, gap = self._tape(fill=0), self._tape(fill=-1), 0

        def thin_out(chunk: Span) -> tuple[np.ndarray, np.ndarray, int, int]:
            lo, hi = chunk
            before, after = self._codes.read(lo - n, hi), self._ids.read(lo - n, hi + 1)
            kept = np.empty((1 + self._neighbours, hi - lo + 1), dtype=np.int32)
            copied, first, last = k.compact(before, after, n, n + hi - lo, n, kept[0], kept[-1])
            return kept[0, :copied], kept[-1, :copied], first, last

        def append(some_codes: np.ndarray, some_ids: np.ndarray) -> None:
            ids.append(some_ids)
            if self._neighbours:
                codes.append(some_codes)

        for kept_codes, kept_ids, first, last in self._resources.stream(thin_out, chunks((0, len(self._codes)), CHUNK)):
            gap = max(gap, first)
            if len(kept_ids):
                if gap:
                    append(np.array([gap - 1], dtype=np.int32), np.full(1, -1, dtype=np.int32))
                append(kept_codes, kept_ids)
                gap = last
        append(np.array([k.SOURCE_END], dtype=np.int32), np.full(2, -1, dtype=np.int32))
        codes.finish()
        ids.finish()
        self._codes, self._ids = codes if self._neighbours else ids.head(len(ids) - 1), ids
        self._spans = self._divided()

    def _look_at_symbols(
        self, span: Span, document: int, evidence: np.ndarray, pairing: k.Pairing, sizes: np.ndarray
    ) -> int:
        for lo, hi in chunks(span, CHUNK):
            codes, ids = self._window(lo, hi, 1, 1)
            if self._neighbours:
                document = k.observe_symbols(codes, ids, 1, 1 + hi - lo, document, evidence)
            k.pair_sizes(codes, ids, 1, 1 + hi - lo, 1, self._neighbours, pairing, sizes)
        return document

    def _look(self, freq: np.ndarray, work: Callable[[Span, int, np.ndarray, k.Pairing, np.ndarray], int]) -> _Seen:
        """Have each span looked at, by threads with an account each, and add the accounts up.

        Work is given the number of the account's next document and returns the one after it: a span ends with one.
        """
        n_rows = len(freq) if self._neighbours else 0
        self._n_active = int(freq.sum())
        pairing = self._pairing(len(freq), _MOST_BITS)
        if self._n_active > self._capacity(n_rows, pairing):
            pairing = self._pairing(len(freq), _MOST_BITS_ON_FILE)
        sizes = np.zeros((len(self._spans), int(pairing.mask >> pairing.rest) + 1), dtype=np.int64)
        n_workers = min(self._resources.threads_for(_BYTES_A_ROW * n_rows), len(self._spans))
        accounts = [_evidence(n_rows, self._width) for _ in range(n_workers)]
        free: SimpleQueue[tuple[np.ndarray, int]] = SimpleQueue()
        for account in accounts:
            free.put((account, 0))

        def look(i: int) -> None:
            account, document = free.get()
            try:
                document = work(self._spans[i], document, account, pairing, sizes[i])
            finally:
                free.put((account, document))  # on an error too, or others would wait for it for ever

        self._resources.map(look, range(len(self._spans)))
        for other in accounts[1:]:
            accounts[0][:, k.DOC_FREQ :] += other[:, k.DOC_FREQ :]
        return _Seen(accounts[0], sizes, pairing)

    def _pairing(self, n_rows: int, most_bits: int) -> k.Pairing:
        """Partitions that fit a cache, as far as so many bits can tell them apart, and more where that makes pairs
        narrow.
        """
        half = max((n_rows + self._n_codes * self._neighbours - 1).bit_length(), 1)
        wanted = max((self._n_active // PARTITION).bit_length(), 2 * half - NARROW_BITS, 1)
        rest = 2 * half - min(wanted, most_bits, 2 * half)
        return k.Pairing(*map(np.uint64, (n_rows, half, (1 << 2 * half) - 1, rest)))

    def _dtype(self, pairing: k.Pairing) -> type:
        """What holds what is stored of a pair, and how often it occurs."""
        return np.uint32 if pairing.rest <= NARROW_BITS and self._n_active < 1 << 32 else np.uint64

    def count_pairs(self, n: int, n_rows: int, seen: _Seen) -> _Found:
        """Count the (n + 1)-grams; the frequent ones in order of prefix and suffix."""
        capacity = self._capacity(n_rows, seen.pairing)
        n_workers = self._resources.threads_for(_BYTES_A_ROW * n_rows)
        sums = [arrays.zeros((2, n_rows * self._neighbours), np.int64, hot=True) for _ in range(n_workers)]
        if seen.sizes.sum() <= capacity:
            found = self._in_order(self._count_in_memory(*self._scatter(n, seen), sums, seen.pairing))
        else:
            self._forget_pairs()
            found = self._in_order(self._count_from_file(n, seen, sums, capacity))
        for other in sums[1:]:
            sums[0] += other
        return _Found(*found, *sums[0])

    def _in_order(self, parts: Iterable[_Pairs]) -> _Pairs:
        """All pairs that were found, in order; each part is in order already, so that they are only merged."""
        room, folder = self._resources.left() // 8, self._resources.folder
        tapes = Tape(np.uint64, room=room, folder=folder), Tape(np.int64, room=room, folder=folder)
        for part in parts:
            for tape, column in zip(tapes, part, strict=True):
                tape.append(column)
        keys, freq = (_whole(tape) for tape in tapes)
        ordered, n = (arrays.empty(len(keys), np.uint64), arrays.empty(len(keys), np.int64)), 0
        for order in arrays.in_order(keys):
            here = slice(n, n := n + len(order))
            ordered[0][here], ordered[1][here] = keys[order], freq[order]
        return ordered

    def _capacity(self, n_rows: int, pairing: k.Pairing) -> int:
        """How many pairs may be in memory at once."""
        threads = self._resources.threads
        other = threads * (16 * n_rows * self._neighbours + 32 * _TABLE + 8 * CHUNK)
        left = 3 * self._resources.left() // 4 + self._pairs.nbytes - other  # a quarter for what is found
        return max(int(left / (np.dtype(self._dtype(pairing)).itemsize + 32 / self._min_freq)), _LEAST_PAIRS)

    def _scatter(self, n: int, seen: _Seen) -> tuple[np.ndarray, np.ndarray]:
        """All pairs, one partition after the other, and where each begins, with the end.

        Within a partition they stand in the order of the spans, so that each thread has places of its own.
        """
        begin = np.concatenate([[0], np.cumsum(seen.sizes.T.ravel())])
        starts = begin[:-1].reshape(seen.sizes.shape[1], len(self._spans))
        n_pairs, dtype = int(begin[-1]), np.dtype(self._dtype(seen.pairing))
        if self._pairs.nbytes < n_pairs * dtype.itemsize:
            self._forget_pairs()
            self._pairs = np.empty(-(-n_pairs * dtype.itemsize // 8), dtype=np.uint64)
        pairs = self._pairs.view(dtype)[:n_pairs]

        def write(i: int) -> None:
            offsets = starts[:, i].copy()
            for lo, hi in chunks(self._spans[i], CHUNK):
                k.scatter_pairs(
                    *self._window(lo, hi, 0, n), 0, hi - lo, n, self._neighbours, seen.pairing, offsets, pairs
                )

        self._resources.map(write, range(len(self._spans)))
        return pairs, np.append(starts[:, 0], begin[-1])

    def _count_from_file(self, n: int, seen: _Seen, sums: list[np.ndarray], capacity: int) -> Iterator[_Pairs]:
        """Count partitions that do not fit the memory together: as many at a time as do, out of a scratch file."""
        limits = np.concatenate([[0], np.cumsum(seen.sizes.sum(axis=0))])
        file = self._scatter_to_file(n, seen.pairing, limits)
        for first, last in groups(np.diff(limits), capacity):
            lo, hi = int(limits[first]), int(limits[last])
            if hi - lo > capacity:
                yield self._count_in_pieces(file, (lo, hi), sums[0], seen.pairing, first)
            else:
                within = limits[first : last + 1] - lo
                yield from self._count_in_memory(file.read(lo, hi), within, sums, seen.pairing, first)

    def _scatter_to_file(self, n: int, pairing: k.Pairing, limits: np.ndarray) -> Tape:
        """The same as `_scatter`, some chunks at a time into a scratch file; partitions begin at the limits."""
        file = Tape.scratch(self._dtype(pairing), int(limits[-1]), self._resources.folder)
        places = limits[:-1].copy()

        def sort(span: Span) -> tuple[np.ndarray, np.ndarray]:
            window, size = self._window(*span, 0, n), span[1] - span[0]
            sizes = np.zeros(len(places), dtype=np.int64)
            k.pair_sizes(*window, 0, size, n, self._neighbours, pairing, sizes)
            begin = np.concatenate([[0], np.cumsum(sizes)])
            pairs, offsets = np.empty(int(begin[-1]), dtype=file.dtype), begin[:-1].copy()
            k.scatter_pairs(*window, 0, size, n, self._neighbours, pairing, offsets, pairs)
            return pairs, begin

        pieces = (piece for span in self._spans for piece in chunks(span, _CHUNKS_A_WRITE * CHUNK))
        for pairs, begin in self._resources.stream(sort, pieces):
            sizes = np.diff(begin)
            for p in np.flatnonzero(sizes).tolist():
                file.write(int(places[p]), pairs[begin[p] : begin[p + 1]])
            places += sizes
        return file

    def _window(self, lo: int, hi: int, before: int, after: int) -> tuple[np.ndarray, np.ndarray]:
        """Codes and ids of a chunk and of what is around it; without neighbours codes are not looked at, nor read."""
        ids = self._ids.read(lo - before, hi + 1)
        return (self._codes.read(lo - before, hi + after) if self._neighbours else ids), ids

    def _count_in_memory(
        self, pairs: np.ndarray, limits: np.ndarray, sums: list[np.ndarray], pairing: k.Pairing, first: int = 0
    ) -> list[_Pairs]:
        """Count the partitions from a first one on, each thread a row of them with about as many pairs as the others'.

        What the pairs come to for the entropies is added to the sums (left and right), each thread's to its own.
        """

        def count(i: int) -> _Pairs:
            lo, hi = spans[i]
            within = limits[lo : hi + 1]
            found = _room(int(within[-1] - within[0]) // self._min_freq)
            table = np.empty((2, _TABLE), dtype=pairs.dtype)
            kept = k.count_partitions(
                pairs, within, first + lo, pairing, self._min_freq, self._neighbours, *table, *sums[i], *found
            )
            return _sorted(*found, kept)

        spans = even_spans(limits, len(sums))
        return self._resources.map(count, range(len(spans)))

    def _count_in_pieces(self, file: Tape, span: Span, sums: np.ndarray, pairing: k.Pairing, partition: int) -> _Pairs:
        """Count one partition that is too large for the memory (one pair that is everywhere): piece by piece."""
        keys, freq, used = *np.zeros((2, 1024), dtype=file.dtype), 0
        for lo, hi in chunks(span, _LEAST_PAIRS):
            keys, freq, used = k.count_pairs(file.read(lo, hi), keys, freq, used)
        found = _room(used)
        kept = k.keep_frequent(
            keys, freq, partition, pairing, self._min_freq, self._neighbours, *sums, *found, 0
        )  # fmt: skip
        return _sorted(*found, kept)


def _slotting(n_below: int, n_places: int) -> k.Slotting:
    """How so many pairs of rows of the level below are entered into slots: each in one word, if that can be."""
    half, bits = n_below.bit_length(), max(n_places.bit_length(), 1)
    if 2 * half + bits > SLOT_BITS:
        half, bits, place = 32, 0, (1 << 64) - 1
    else:
        place = (1 << bits) - 1
    return k.Slotting(*map(np.uint64, (half, bits, place)))


def _room(most: int) -> _Pairs:
    return np.empty(most, dtype=np.uint64), np.empty(most, dtype=np.int64)


def _sorted(keys: np.ndarray, freq: np.ndarray, n: int) -> _Pairs:
    """The first n pairs in order."""
    order = np.argsort(keys[:n])
    return keys[order], freq[order]


def _whole(tape: Tape) -> np.ndarray:
    """All of a tape."""
    if tape.in_memory:
        return tape.read(0, len(tape))
    array = arrays.empty(len(tape), tape.dtype)
    for here in arrays.slices(0, len(tape)):
        array[here] = tape.read(here.start, here.stop)
    return array


def _evidence(n_rows: int, width: type) -> np.ndarray:
    evidence = arrays.zeros((n_rows, 4), width, hot=True)
    evidence[:, k.LAST] = -1
    return evidence
