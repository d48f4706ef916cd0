"""Engines: they hold a corpus in pieces and run tasks over all of its occurrences.

In: a source, or a task. Out: a corpus, its table of n-grams, and the sums of tasks. An engine owns the corpus in
pieces. Whatever looks at all occurrences is a `Task`: a map over the pieces, and a sum of whole numbers, so that the
result is the same in whatever pieces and on however many workers. Each task is written once, beside the stage that uses
it: the contexts of candidates (`ranking.distribution`), the frequencies of given strings (`search.occurrences`), the
spellings of terms (`search.spelling`), the neighbours of a string (`evaluation.explain`).
`local` is threads and scratch files of this machine, `spark` a cluster (`counting.spark`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol, TypeAlias, TypeVar

import numpy as np

from termmine.counting.local import count_ngrams
from termmine.counting.source import read_corpus, tell_of_reading
from termmine.errors import UsageError
from termmine.kernels.codes import UNKNOWN
from termmine.options import DiscoverOptions, ReadOptions
from termmine.readers.base import ReadReport, extra
from termmine.readers.chosen import chosen_blocks
from termmine.readers.source import Source
from termmine.runtime.arrays import Arrays
from termmine.runtime.columns import added_up
from termmine.runtime.job import Job
from termmine.text.corpus import CorpusBuilder
from termmine.text.encode import encode_frozen
from termmine.text.runs import whole_runs
from termmine.types import Alphabet, Corpus, NgramTable, Segment

State = TypeVar("State")

#: A key that a keyed task counts.
Key: TypeAlias = "tuple[int, ...]"


class Task(Protocol[State]):
    """A map over pieces, and integer arrays that are added up. It must be possible to pickle it."""

    @property
    def before(self) -> int:
        """The number of codes that it needs to see before a piece."""

    @property
    def after(self) -> int:
        """The number of codes that it needs to see behind a piece."""

    @property
    def n_bytes(self) -> int:
        """The approximate size of a state."""

    def start(self, arrays: Arrays) -> State:
        """The state of one worker that has seen nothing."""

    def look(self, piece: Segment, state: State) -> None:
        """Add the occurrences in a piece to the state."""

    def result(self, state: State) -> tuple[np.ndarray, ...]:
        """The sums of one worker, as arrays of whole numbers, to be added to those of the others."""


class KeyedTask(Protocol):
    """A map over pieces to keys (whole numbers) that are counted. It must be possible to pickle it."""

    @property
    def before(self) -> int:
        """The number of codes that it needs to see before a piece."""

    @property
    def after(self) -> int:
        """The number of codes that it needs to see behind a piece."""

    def look(self, piece: Segment) -> Counter[Key]:
        """The keys in a piece, with their counts."""


class Engine(Protocol):
    """The operations that every stage may use of an engine. ``job``: its memory, threads and place for notes on this
    machine.
    """

    job: Job

    def located(self, given: Any) -> Any:
        """What a user gave as a source, its addresses to be looked up as the engine reads them."""

    def read(self, source: Source, options: DiscoverOptions) -> tuple[Corpus, NgramTable | None]:
        """The corpus of a domain; with its table, where a count file holds the one that the options call for."""

    def encode(self, source: Source, options: ReadOptions, sink: Callable[[np.ndarray], None] | None) -> Corpus:
        """The corpus of files for a count file; ``sink`` is given its codes in order."""

    def count(
        self, corpus: Corpus, *, min_freq: int, max_length: int, neighbours: bool = True, keep_codes: bool = True
    ) -> NgramTable:
        """The table of the frequent n-grams; see `counting.local.count_ngrams`."""

    def add_up(self, corpus: Corpus, task: Task[State]) -> tuple[np.ndarray, ...]:
        """The sums of a task over a corpus."""

    def add_up_text(
        self,
        source: Source,
        options: ReadOptions,
        alphabet: Alphabet,
        task: Task[State],
        advance: Callable[[int], None],
    ) -> tuple[tuple[np.ndarray, ...], int]:
        """The sums over text that is streamed through, encoded under an alphabet, and the number of its symbols."""

    def tally(self, corpus: Corpus, task: KeyedTask) -> Counter[Key]:
        """The sums of a task by key, over a corpus."""


class LocalEngine:
    """One machine: the threads, memory and scratch files of a job."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def located(self, given: Any) -> Any:
        """The same: addresses are read as everywhere."""
        return given

    def read(self, source: Source, options: DiscoverOptions) -> tuple[Corpus, NgramTable | None]:
        """See `Engine.read`."""
        return read_corpus(source, options, self.job)

    def encode(self, source: Source, options: ReadOptions, sink: Callable[[np.ndarray], None] | None) -> Corpus:
        """See `Engine.encode`."""
        report = ReadReport.of(self.job.progress.meter)
        builder = CorpusBuilder(options.document, options.fold, self.job, sink=sink)
        with self.job.progress.stage("reading", source.size) as advance:
            builder.add_text(chosen_blocks(source, options, report, advance, self.job))
        tell_of_reading(report, "corpus", self.job.progress)
        return builder.finish()

    def count(
        self, corpus: Corpus, *, min_freq: int, max_length: int, neighbours: bool = True, keep_codes: bool = True
    ) -> NgramTable:
        """See `Engine.count`."""
        with self.job.progress.stage("counting n-grams"):
            return count_ngrams(
                corpus,
                min_freq=min_freq,
                max_length=max_length,
                job=self.job,
                neighbours=neighbours,
                keep_codes=keep_codes,
            )

    def add_up(self, corpus: Corpus, task: Task[State]) -> tuple[np.ndarray, ...]:
        """See `Engine.add_up`."""
        return self._sums(corpus.segments(task.before, task.after), task)

    def add_up_text(
        self,
        source: Source,
        options: ReadOptions,
        alphabet: Alphabet,
        task: Task[State],
        advance: Callable[[int], None],
    ) -> tuple[tuple[np.ndarray, ...], int]:
        """See `Engine.add_up_text`."""
        report, n_symbols = ReadReport.of(self.job.progress.meter), 0

        def pieces() -> Iterator[Segment]:
            nonlocal n_symbols
            blocks = chosen_blocks(source, options, report, advance, self.job)
            for codes, end in whole_runs(encode_frozen(blocks, alphabet, job=self.job)):
                n_symbols += int(np.count_nonzero(codes[:end] >= UNKNOWN))
                yield Segment(codes, 0, end)

        sums = self._sums(pieces(), task)
        tell_of_reading(report, "background", self.job.progress)
        return sums, n_symbols

    def _sums(self, pieces: Iterator[Segment], task: Task[State]) -> tuple[np.ndarray, ...]:
        states = [task.start(self.job.arrays) for _ in range(self.job.threads_for(task.n_bytes))]
        self.job.spread(pieces, task.look, states)
        results = [task.result(state) for state in states]
        return tuple(added_up(column) for column in zip(*results, strict=True))

    def tally(self, corpus: Corpus, task: KeyedTask) -> Counter[Key]:
        """See `Engine.tally`."""
        total: Counter[Key] = Counter()
        for found in self.job.stream(task.look, corpus.segments(task.before, task.after)):
            total.update(found)
        return total


def _local(job: Job, settings: Mapping[str, str]) -> Engine:
    if settings:
        raise UsageError("--spark-conf: says how Spark is reached: give --engine spark, too")
    return LocalEngine(job)


def _spark(job: Job, settings: Mapping[str, str]) -> Engine:
    extra("pyarrow", "--engine spark", "pyarrow")
    from termmine.counting.spark.engine import SparkEngine

    return SparkEngine(job, settings, LocalEngine(job))


#: The name of an engine -> how it is made of a job and settings of its own. To add one, see CONTRIBUTING.md.
ENGINES: dict[str, Callable[[Job, Mapping[str, str]], Engine]] = {"local": _local, "spark": _spark}


def make_engine(name: str, job: Job, settings: Iterable[str] = ()) -> Engine:
    """The engine of that name with settings as ``name=value``; an unknown one is an error that lists the known ones."""
    if name not in ENGINES:
        raise UsageError(f"unknown engine {name!r}: choose one of {', '.join(ENGINES)}")
    pairs = [setting.partition("=") for setting in settings]
    for key, equals, value in pairs:
        if not (key.strip() and equals):
            raise UsageError(f"--spark-conf {key}{equals}{value}: give name=value, as spark.driver.memory=4g")
    return ENGINES[name](job, {key.strip(): value.strip() for key, _, value in pairs})
