"""The engine on Spark, as the stages see it: see `counting.engines.Engine`.

In: files, options, tasks. Out: what the local engine gives, to the byte. Files are read by Spark; a count file is
looked at locally, for it is mapped into memory and gone through once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from termmine.counting.source import tell_of_reading
from termmine.counting.spark import jobs, levels
from termmine.counting.spark.corpus import SparkCorpus, code_pieces, number_words
from termmine.counting.spark.session import Cluster, open_cluster
from termmine.counting.spark.store import SparkStore, addresses, located
from termmine.counting.spark.text import read_text
from termmine.errors import TermmineError, UsageError
from termmine.kernels.codes import SOURCE_END
from termmine.options import ReadOptions
from termmine.readers.base import ReadReport
from termmine.readers.chosen import check_all_is_counted
from termmine.readers.files import STDIN
from termmine.readers.source import Files, Source
from termmine.runtime.job import Job
from termmine.runtime.spill import SpillArray
from termmine.types import Alphabet, Corpus, NgramTable


class SparkEngine:
    """A cluster that is reached by settings of Spark. ``local``: the local engine of the same job."""

    def __init__(self, job: Job, settings: Mapping[str, str], local: Any) -> None:
        self.job = job
        self._settings = settings
        self._local = local

    @cached_property
    def cluster(self) -> Cluster:
        """The cluster, whose session is opened at its first use."""
        with self.job.progress.stage("starting Spark"):
            return open_cluster(self._settings)

    def located(self, given: Any) -> Any:
        """What a user gave as a source, its addresses to be looked up by Spark."""
        return located(given, SparkStore(lambda: self.cluster))

    def read(self, source: Source, options: Any) -> tuple[SparkCorpus, None]:
        """The corpus of files, which equals that of `text.corpus` except for its place."""
        files, report = _files(source, options), ReadReport.of(self.job.progress.meter)
        corpus, has_han = self.read_files(files, options, report)
        tell_of_reading(report, "corpus", self.job.progress)
        if not corpus.n_symbols:
            because = f" ({report.first_bad})" if report.n_bad else ""
            raise TermmineError(f"{source.name}: the corpus is empty{because}: give text with words in it")
        if not options.any_script and not has_han:
            raise TermmineError(
                f"{source.name}: holds no Han character: check its --encoding, or use --any-script for other writing"
            )
        self.job.progress.detail(f"corpus: {corpus.n_symbols} symbols, {corpus.n_documents} documents")
        return corpus, None

    def read_files(self, files: Files, options: ReadOptions, report: ReadReport) -> tuple[SparkCorpus, bool]:
        """The corpus of files, and whether it holds a Han character."""
        cluster = self.cluster
        with self.job.progress.stage("reading the corpus"):
            report.left_out = files.left_out
            text = read_text(cluster, *_addresses(files), options, report)
            corpus = number_words(text, options.fold, self.job.arrays)
            corpus.tails  # noqa: B018  # every piece is made for that
            text.forget()
        return corpus, text.has_han

    def encode(self, source: Source, options: ReadOptions, sink: Callable[[np.ndarray], None] | None) -> Corpus:
        """The corpus of files for a count file, whose codes are given to ``sink`` in order."""
        report = ReadReport.of(self.job.progress.meter)
        corpus, _ = self.read_files(_files(source, options), options, report)
        tell_of_reading(report, "corpus", self.job.progress)
        if not corpus.n_symbols:
            raise TermmineError(f"{source.name}: the corpus is empty: give text with words in it")
        if sink is None:
            return corpus
        variants = SpillArray(np.int64, room=self.job.left() // 8, folder=self.job.folder)
        with self.job.progress.stage("fetching the text"):
            for codes, some in corpus.pieces():
                sink(codes)
                variants.append(some.ravel())
        sink(np.array([SOURCE_END], dtype=np.int32))
        variants.finish()
        return replace(corpus, variants=variants)

    def count(
        self, corpus: Corpus, *, min_freq: int, max_length: int, neighbours: bool = True, keep_codes: bool = True
    ) -> NgramTable:
        """The table of the frequent n-grams; see `counting.local.count_ngrams`."""
        if not isinstance(corpus, SparkCorpus):
            table: NgramTable = self._local.count(
                corpus, min_freq=min_freq, max_length=max_length, neighbours=neighbours, keep_codes=keep_codes
            )
            return table
        with self.job.progress.stage("counting n-grams"):
            return levels.count_ngrams(corpus, min_freq, max_length, neighbours, self.job.arrays)

    def add_up(self, corpus: Corpus, task: Any) -> tuple[np.ndarray, ...]:
        """The sums of a task over a corpus."""
        if not isinstance(corpus, SparkCorpus):
            sums: tuple[np.ndarray, ...] = self._local.add_up(corpus, task)
            return sums
        return jobs.add_up(corpus.cluster, corpus.frame, corpus.tails, task)

    def add_up_text(
        self, source: Source, options: ReadOptions, alphabet: Alphabet, task: Any, advance: Callable[[int], None]
    ) -> tuple[tuple[np.ndarray, ...], int]:
        """The sums over text that is encoded under an alphabet, and the number of its symbols."""
        del advance  # Spark reports no bytes
        files, report = _files(source, options), ReadReport.of(self.job.progress.meter)
        words = self.cluster.lend(alphabet.words)
        options = replace(options, document="line")
        text = read_text(self.cluster, *_addresses(files), options, report, words)
        corpus = code_pieces(text, alphabet, self.cluster.lend((None, text.lead, text.n_before, text.last())))
        sums = jobs.add_up(self.cluster, corpus.frame, {}, task)
        for frame in (text, corpus):
            frame.forget()
        tell_of_reading(report, "background", self.job.progress)
        return sums, text.n_symbols

    def tally(self, corpus: Corpus, task: Any) -> Counter[tuple[int, ...]]:
        """The sums of a task by key, over a corpus."""
        if not isinstance(corpus, SparkCorpus):
            counts: Counter[tuple[int, ...]] = self._local.tally(corpus, task)
            return counts
        return jobs.tally(corpus.cluster, corpus.frame, corpus.tails, task)


def _files(source: Source, options: ReadOptions) -> Files:
    """The files of a source that Spark can read."""
    check_all_is_counted(options, source.name, "--engine spark counts all of it: count locally")
    if not isinstance(source, Files):
        raise UsageError(f"{source.name}: --engine spark reads files: write them to some, or count locally")
    for path in source.named:
        if path in source.counted:
            raise UsageError(f"{path}: is a count file, which --engine spark does not read: leave --engine out")
        if str(path) == STDIN:
            raise UsageError("-: --engine spark reads files, not standard input: name a file")
    return source


def _addresses(files: Files) -> tuple[list[str], list[str]]:
    """The files' addresses, and those that were named."""
    return addresses(files.files), addresses(files.named)
