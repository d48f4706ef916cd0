"""The counting of the engine on Spark: `SparkCorpus` -> `NgramTable`, level by level as the local one does.

Each piece knows the row of the frequent n-gram that begins at each place (its *ids*). At a level every partition counts
its own pairs in a table of bounded size and emits them with the evidence of its rows' occurrences; Spark's shuffle adds
up. The frequent pairs, and the sums for the entropies, go to the driver, which puts them in order as locally and lends
the new rows to the next level. Whole numbers are added up and nothing else, so that no order matters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from termmine.counting.spark import batches as b
from termmine.counting.spark import sums
from termmine.counting.spark.corpus import SparkCorpus
from termmine.counting.spark.session import Lent
from termmine.counting.table import Level, make_level, make_table
from termmine.errors import TermmineError
from termmine.kernels import levels as levels_kernels
from termmine.kernels import partial as partial_kernels
from termmine.kernels.codes import FIRST_SYMBOL, SOURCE_END
from termmine.kernels.levels import DOC_FREQ, FREE, LAST, LEFT_EDGE, RIGHT_EDGE
from termmine.kernels.pairs import BATCH, Pairing
from termmine.runtime.arrays import IN_MEMORY, Arrays
from termmine.types import NgramTable

TABLE = 1 << 22  # pairs that a partition counts before it emits them: 256 MiB of slots at most
PAIRS_A_TASK = 1 << 24  # places with a row for each task that adds up: it holds some fewer different pairs in memory
_BUCKETS = 4  # times as many as there are such tasks, so that none gets much more than the others
NARROW = 1 << 31  # separators: with fewer, half the width is enough to count documents and edges of runs
_SPARSE = 6  # times fewer places with a row than places in all: then the others are left out
_MOST_ROWS = 1 << 31  # of a level, with the codes that may stand for a row

LEVEL = "codes binary, ids binary"


@dataclass(frozen=True)
class Plan:
    """The plan of a count: see `count_ngrams`."""

    min_freq: int
    max_length: int
    neighbours: bool
    width: type


def count_ngrams(
    corpus: SparkCorpus, min_freq: int, max_length: int, neighbours: bool = True, arrays: Arrays = IN_MEMORY
) -> NgramTable:
    """Count every n-gram of 1 to ``max_length`` symbols that occurs at least ``min_freq`` times: the local table."""
    width = np.int32 if corpus.n_codes - corpus.n_symbols < NARROW else np.int64
    plan = Plan(min_freq, max_length, neighbours, width)
    symbols, freq = _symbols(corpus, min_freq)
    rows = np.full(corpus.alphabet.n_codes, -1, dtype=np.int32)
    rows[symbols] = np.arange(len(symbols))
    lent = [corpus.cluster.lend(rows)]
    frame = corpus.cluster.map(corpus.frame.select("codes"), _Symbols(lent[0]), LEVEL)
    keys = np.zeros(len(symbols), dtype=np.uint64)
    levels: list[Level] = []
    kept = None  # the frame of the level below, while this one is made of it
    for n in range(1, max_length + 1):
        is_last = n == max_length
        found = _count_level(corpus, frame, plan, n, len(freq), int(freq.sum()))
        if kept is not None:
            kept.unpersist()
        levels.append(make_level(keys, freq, found.evidence, found.left, found.right, arrays))
        if is_last or not len(found.keys):
            break
        lent.append(corpus.cluster.lend((found.keys, len(freq))))
        keys, freq, kept = found.keys, found.freq, frame if n > 1 else None
        frame = corpus.cluster.keep(corpus.cluster.map(frame, _Turn(lent[-1], n + 1), LEVEL))
    frame.unpersist()
    for one in lent:
        one.give_back()
    return make_table(corpus, symbols, levels, min_freq, arrays)


def _symbols(corpus: SparkCorpus, min_freq: int) -> tuple[np.ndarray, np.ndarray]:
    """The codes of the frequent symbols, in order, and their frequencies."""
    n_codes = corpus.alphabet.n_codes
    counted = corpus.cluster.map(corpus.frame.select("codes"), _CountSymbols(n_codes), sums.SCHEMA)
    added = corpus.cluster.map(counted.repartition("place"), sums.add_slices, sums.SCHEMA)
    freq = sums.filled(((r["place"], r["sums"]) for r in b.rows(corpus.cluster.fetch(added).to_batches())), (n_codes,))
    codes = np.flatnonzero(freq >= min_freq)
    return codes, freq[codes]


@dataclass(frozen=True)
class _CountSymbols:
    n_codes: int

    def __call__(self, batches: b.Batches) -> Iterator[Any]:
        freq = np.zeros(self.n_codes, dtype=np.int64)
        for row in b.rows(batches):
            levels_kernels.count_symbols(b.array(row["codes"], np.int32), freq)
        freq[:FIRST_SYMBOL] = 0
        yield from sums.slices(freq)


# --- a level ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Found:
    """The frequent pairs of a level, in order, and the evidence of its rows: see `pairs.Found`, `local._Seen`."""

    keys: np.ndarray
    freq: np.ndarray
    left: np.ndarray
    right: np.ndarray
    evidence: np.ndarray


def _count_level(corpus: SparkCorpus, frame: Any, plan: Plan, n: int, n_rows: int, n_active: int) -> _Found:
    """Count the (n + 1)-grams, and add up the evidence of the level's rows."""
    if n_rows + corpus.alphabet.n_codes >= _MOST_ROWS:
        raise TermmineError(f"more than {_MOST_ROWS} n-grams of {n} symbols: raise --min-freq")
    reduced = -(-n_active // PAIRS_A_TASK)
    counted = corpus.cluster.map(frame, _Count(plan, n, n_rows, _BUCKETS * reduced), sums.SCHEMA)
    closed = corpus.cluster.map(counted.repartition(reduced, "place"), _Close(plan, n, n_rows), sums.SCHEMA)
    if reduced > 1 and plan.neighbours:
        closed = corpus.cluster.map(closed.repartition(reduced, "place"), _pass_on, sums.SCHEMA)
    return _found(corpus.cluster.fetch(closed), plan, n_rows)


def _found(table: Any, plan: Plan, n_rows: int) -> _Found:
    """The result of a level from the sums of its rows, with its pairs in order."""
    rows = list(b.rows(table.to_batches()))
    shift = sums.n_slices(3 * n_rows)
    evidence: np.ndarray = np.zeros((n_rows, 4), dtype=plan.width)
    scaled = np.zeros((0, 2), dtype=np.int64)
    if plan.neighbours:  # documents and edges; behind them left and right sums
        seen = sums.filled(((r["place"], r["sums"]) for r in rows if 0 <= r["place"] < shift), (n_rows, 3))
        scaled = sums.filled(((r["place"] - shift, r["sums"]) for r in rows if r["place"] >= shift), (n_rows, 2))
        evidence[:, [DOC_FREQ, LEFT_EDGE, RIGHT_EDGE]] = seen
    parts = [(np.frombuffer(r["keys"], np.uint64), np.frombuffer(r["sums"], np.int64)) for r in rows if r["place"] < 0]
    keys = np.concatenate([np.zeros(0, dtype=np.uint64), *(keys for keys, _ in parts)])
    freq = np.concatenate([np.zeros(0, dtype=np.int64), *(freq for _, freq in parts)])
    order = np.argsort(keys)
    return _Found(keys[order], freq[order], scaled[:, 0], scaled[:, 1], evidence)


def _padded(array: np.ndarray, after: int, fill: int) -> np.ndarray:
    return np.concatenate([array, np.full(after, fill, dtype=array.dtype)])


@dataclass(frozen=True)
class _Count:
    """The pairs of a partition's pieces, and the evidence of its rows."""

    plan: Plan
    n: int
    n_rows: int
    buckets: int

    def __call__(self, batches: b.Batches) -> Iterator[Any]:
        table, one_sided = sums.PairTable(), self.plan.neighbours
        evidence: np.ndarray = np.zeros((self.n_rows if one_sided else 0, 4), dtype=self.plan.width)
        evidence[:, LAST] = -1
        document = 0
        for row in b.rows(batches):
            codes, ids = b.array(row["codes"], np.int32), b.array(row["ids"], np.int32)
            length, around = len(codes), (_padded(codes, self.n + 1, 0), _padded(ids, 1, -1))
            if one_sided:
                document = partial_kernels.observe(*around, 1, length, self.n, document + 1, evidence)
            pairs = np.empty(length + BATCH, dtype=np.uint64)
            n_rows = np.uint64(self.n_rows)
            found = partial_kernels.all_pairs(*around, length - 1, self.n, one_sided, n_rows, pairs)
            table.count(pairs[:found])
            if table.used > TABLE:
                yield from table.emit(self.buckets)
        yield from table.emit(self.buckets)
        yield from sums.slices(evidence[:, [DOC_FREQ, LEFT_EDGE, RIGHT_EDGE]])


@dataclass(frozen=True)
class _Close:
    """Rows of equal places -> the frequent pairs, the evidence, and behind it the sums for the entropies so far."""

    plan: Plan
    n: int
    n_rows: int

    def __call__(self, batches: b.Batches) -> Iterator[Any]:
        table, evidence = sums.PairTable(), sums.Slices()
        for row in b.rows(batches):
            if row["place"] < 0:
                table.add(b.array(row["keys"], np.uint64), b.array(row["sums"], np.uint64))
            else:
                evidence.add(row["place"], row["sums"])
        yield from evidence.emit()
        keys, counts, _ = table.take(1)
        scaled = np.zeros((2, self.n_rows if self.plan.neighbours else 0), dtype=np.int64)
        kept = partial_kernels.close_pairs(
            keys, counts, np.uint64(self.n_rows), self.plan.min_freq, self.plan.neighbours, *scaled
        )
        if kept and self.n < self.plan.max_length:
            yield b.row(place=-1, keys=keys[:kept], sums=counts[:kept])
        yield from sums.slices(np.ascontiguousarray(scaled.T), sums.n_slices(3 * self.n_rows))


def _pass_on(batches: b.Batches) -> Iterator[Any]:
    """Add up the sums of rows; pairs are complete and passed on."""
    slices = sums.Slices()
    for row in b.rows(batches):
        if row["place"] < 0:
            yield b.row(place=row["place"], keys=bytes(row["keys"]), sums=bytes(row["sums"]))
        else:
            slices.add(row["place"], row["sums"])
    yield from slices.emit()


# --- from level to level ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Symbols:
    """Pieces with the rows of their symbols."""

    lent: Lent

    def __call__(self, batches: b.Batches) -> Iterator[Any]:
        rows = self.lent.value
        for row in b.rows(batches):
            codes = b.array(row["codes"], np.int32)
            ids = np.empty(len(codes), dtype=np.int32)
            levels_kernels.first_level(codes, rows, ids)
            yield b.row(codes=codes, ids=ids)


@dataclass(frozen=True)
class _Turn:
    """Pieces with rows of (n - 1)-grams -> pieces with rows of n-grams, without what no n-gram touches any more."""

    lent: Lent
    n: int

    def __call__(self, batches: b.Batches) -> Iterator[Any]:
        slots, slotting = None, None
        for row in b.rows(batches):
            if slots is None:
                slots, slotting = _slots(*self.lent.value)
            codes, ids = b.array(row["codes"], np.int32), b.array(row["ids"], np.int32)
            ids = _turned(codes, ids, self.n, slots, slotting)
            active = partial_kernels.count_active(ids)
            if active and _SPARSE * active < len(codes):
                codes, ids = _compacted(codes, ids, self.n)
            if active:
                yield b.row(codes=codes, ids=ids)


def _slots(keys: np.ndarray, n_below: int) -> tuple[np.ndarray, Any]:
    """A table of pairs of rows of the level below, to look their places up in."""
    from termmine.counting.local import slotting_of

    n_slots = 16
    while n_slots < 2 * len(keys):
        n_slots *= 2
    slotting = slotting_of(n_below, len(keys))
    slots = np.empty((n_slots, 1 if slotting.bits else 2), dtype=np.uint64)
    slots[:, 0] = FREE
    levels_kernels.fill_slots(keys, slots, slotting)
    return slots, slotting


def _turned(codes: np.ndarray, ids: np.ndarray, n: int, slots: np.ndarray, slotting: Any) -> np.ndarray:
    length, around = len(codes), (_padded(codes, n + 1, 0), _padded(ids, 1, -1))
    no_evidence, sizes = np.zeros((0, 4), dtype=np.int32), np.zeros(1, dtype=np.int64)
    pairing = Pairing(*map(np.uint64, (0, 31, (1 << 62) - 1, 62)))  # one partition: its sizes are not needed
    levels_kernels.next_level(*around, 1, length, slots, slotting, n, False, 0, no_evidence, pairing, sizes)
    return around[1][:length]


def _compacted(codes: np.ndarray, ids: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """A piece without the places that no n-gram with a row touches; separators stand for what is left out."""
    before, after = np.zeros(n, dtype=np.int32), np.full(n, -1, dtype=np.int32)
    kept_codes, kept_ids = np.empty((2, len(codes) + 1), dtype=np.int32)
    copied, _, _ = levels_kernels.compact(
        np.concatenate([before, codes]), np.concatenate([after, _padded(ids, 1, -1)]), n, n + len(codes), n,
        kept_codes, kept_ids,
    )  # fmt: skip
    codes = np.concatenate([[0], kept_codes[:copied], [SOURCE_END]]).astype(np.int32)
    return codes, np.concatenate([[-1], kept_ids[:copied], [-1]]).astype(np.int32)
