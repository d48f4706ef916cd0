"""Text and count files -> one count file: counting, adding, merging.

In: paths, in the order in which they are to be counted, and how. Out: a count file. Since count files hold their text
as codes, adding them up is encoding without reading: the result is byte for byte that of counting everything at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from termmine.counting.counted import Counted, save_part
from termmine.counting.countfile.format import Settings
from termmine.counting.countfile.read import CountFile, is_part, load, read_settings
from termmine.counting.countfile.write import saving
from termmine.counting.engines import Engine, LocalEngine
from termmine.counting.local import count_given
from termmine.counting.merging import check_all_parts, merge_parts
from termmine.counting.parts.header import identity
from termmine.counting.source import announce_compilation, check_settings, tell_of_reading
from termmine.errors import TermmineError, UsageError
from termmine.kernels.jit import COUNTING
from termmine.options import CountOptions, default_min_freq
from termmine.readers.base import ReadReport
from termmine.readers.chosen import check_all_is_counted, chosen_blocks
from termmine.readers.formats import is_count_file
from termmine.readers.source import Source, Texts, open_files
from termmine.runtime.address import as_path
from termmine.runtime.job import Job
from termmine.runtime.outputs import check_replaceable
from termmine.text.corpus import CorpusBuilder
from termmine.types import Corpus, Kept, NgramTable

#: Makes what a file without text keeps of it, of a corpus and its table, which goes one symbol further than terms may.
Keeping = Callable[[Corpus, NgramTable, int, Engine], Kept]


def count(
    sources: Sequence[Path | Texts],
    output: Path,
    options: CountOptions,
    job: Job | None = None,
    engine: Engine | None = None,
    keeping: Keeping | None = None,
) -> Counted:
    """Count text, texts and count files, in that order, into a count file at ``output``, which may be one of them.

    Every n-gram of 1 to ``max_length`` symbols is counted exactly; those that reach ``min_freq`` are stored as such,
    the rarer ones with the text. Raises `TermmineError` where count files do not agree with each other or with the
    options on what is counted. By an engine of the job, the local one by default. ``keeping``: for files without text
    that add up.
    """
    check_replaceable(output)
    engine = engine or LocalEngine(job or Job())
    job, sources = engine.job, engine.located(sources)
    opened = [load(path, job.arrays) for path in sources if isinstance(path, Path) and is_count_file(path)]
    settings = _agreed(opened, options)
    if (options.floor or options.exactly) is not None and keeping is not None:
        return _count_part(sources, opened, output, settings, options, engine, keeping)
    announce_compilation(job.progress, COUNTING)
    with saving(output, settings, job) as writer:
        corpus = _encoded(sources, opened, settings, options, engine, writer.add_codes)
        min_freq = settings.least or default_min_freq(corpus.n_symbols)
        writer.sync()
        table = engine.count(
            corpus,
            min_freq=min_freq,
            max_length=settings.max_length,
            neighbours=settings.neighbours,
            keep_codes=False,
        )
        with job.progress.stage("writing"):
            writer.finish(corpus, table)
    return Counted(corpus.n_symbols, corpus.n_documents, len(table), min_freq)


def _count_part(
    sources: Sequence[Path | Texts],
    opened: list[CountFile],
    output: Path,
    settings: Settings,
    options: CountOptions,
    engine: Engine,
    keeping: Keeping,
) -> Counted:
    """Count into a file without text that adds up; the n-grams go one symbol further, for neighbours."""
    job, floor = engine.job, options.floor or 1
    announce_compilation(job.progress)
    if options.exactly is not None:
        return _count_exactly(sources, opened, output, settings, options, engine, keeping)
    corpus = _encoded(sources, opened, settings, options, engine)
    table = engine.count(corpus, min_freq=floor, max_length=settings.max_length + 1)
    return save_part(output, settings, table, keeping(corpus, table, floor - 1, engine), job)


def _count_exactly(
    sources: Sequence[Path | Texts],
    opened: list[CountFile],
    output: Path,
    settings: Settings,
    options: CountOptions,
    engine: Engine,
    keeping: Keeping,
) -> Counted:
    """Count the n-grams of a merged file, into a file that adds up exactly."""
    job, path = engine.job, as_path(options.exactly or "")
    if not isinstance(engine, LocalEngine):
        raise UsageError("--exactly: counts on this machine: leave --engine out")
    if not is_count_file(path) or not is_part(path):
        raise UsageError(f"{path}: is no file that termmine merge has made of parts without text: give --exactly one")
    file = load(path, job.arrays)
    check_settings([file], options)
    if options.max_length not in (None, file.settings.max_length):
        raise UsageError(f"{path}: has n-grams up to {file.settings.max_length} symbols: leave --max-length out")
    builder = CorpusBuilder(settings.document, settings.fold, job, alphabet=file.corpus.alphabet)
    corpus = _read(builder, sources, opened, options, job)
    with job.progress.stage("counting n-grams"):
        table = count_given(corpus, file.table, job)
    unseen = file.header["unseen"]
    kept = replace(
        keeping(corpus, table, unseen, engine), base=identity(file.header), base_symbols=file.corpus.n_symbols
    )
    return save_part(output, file.settings, table, kept, job)


def merge(
    files: Sequence[Path],
    output: Path,
    *,
    min_freq: int | None = None,
    max_length: int | None = None,
    neighbours: bool = False,
    job: Job | None = None,
) -> Counted:
    """Add up count files, in that order: `count` of nothing but count files, which say how they were counted.

    Files without text are added up by their counts; then ``min_freq`` says what is left out of the result: what cannot
    occur so often, by default not so often as the size of all calls for.
    """
    for path in files:
        if not is_count_file(path):
            raise UsageError(
                f"{path}: is no count file: count it first, or use termmine count for text and count files"
            )
    parts = [path for path in files if is_part(path)]
    if parts:
        check_all_parts(files, parts)
        return merge_parts(files, output, min_freq, max_length, job or Job())
    first = read_settings(files[0])
    options = CountOptions(
        document=first.document, fold=first.fold, min_freq=min_freq, max_length=max_length, neighbours=neighbours
    )
    return count(files, output, options, job)


def _encoded(
    sources: Sequence[Path | Texts],
    opened: list[CountFile],
    settings: Settings,
    options: CountOptions,
    engine: Engine,
    sink: Callable[[np.ndarray], None] | None = None,
) -> Corpus:
    """The corpus of all sources, read by the engine; ``sink`` is given the codes of what a file keeps."""
    if isinstance(engine, LocalEngine):
        builder = CorpusBuilder(settings.document, settings.fold, engine.job, sink=sink)
        return _read(builder, sources, opened, options, engine.job)
    return engine.encode(_only_files(sources, options), options, sink if settings.text else None)


def _read(
    builder: CorpusBuilder, sources: Sequence[Path | Texts], opened: list[CountFile], options: CountOptions, job: Job
) -> Corpus:
    """The text of all sources, one after the other."""
    for file in opened:
        check_all_is_counted(options, file.path, "holds counts, of which nothing can be left out: give its text")
    if len(sources) > 1 and any(isinstance(source, Texts) for source in sources):
        check_all_is_counted(options, "several corpora", "give their texts as one, or leave the option out")
    for part in _parts(sources, opened, options):
        if isinstance(part, CountFile):
            with job.progress.stage(f"adding {part.path}"):
                builder.add_corpus(part.corpus)
        else:
            _add_text(builder, part, options, job)
    corpus = builder.finish()
    if not corpus.n_symbols:
        names = (source.name if isinstance(source, Texts) else str(source) for source in sources)
        raise TermmineError(f"{', '.join(names)}: the corpus is empty: give text with words in it")
    return corpus


def _parts(
    sources: Sequence[Path | Texts], opened: list[CountFile], options: CountOptions
) -> Iterator[CountFile | Source]:
    """The sources in order, neighbouring text files joined into one source."""
    by_path = {file.path: file for file in opened}
    for is_text, group in groupby(sources, lambda source: isinstance(source, Path) and source not in by_path):
        if is_text:
            yield open_files((path for path in group if isinstance(path, Path)), options)
        else:
            yield from (source if isinstance(source, Texts) else by_path[source] for source in group)


def _only_files(sources: Sequence[Path | Texts], options: CountOptions) -> Source:
    """The sources joined into one, for an engine that reads files itself."""
    texts = [source for source in sources if isinstance(source, Texts)]
    return texts[0] if texts else open_files((path for path in sources if isinstance(path, Path)), options)


def _add_text(builder: CorpusBuilder, source: Source, options: CountOptions, job: Job) -> None:
    report = ReadReport.of(job.progress.meter)
    with job.progress.stage("reading", source.size) as advance:
        builder.add_text(chosen_blocks(source, options, report, advance, job))
    tell_of_reading(report, "corpus", job.progress)


def _agreed(opened: list[CountFile], options: CountOptions) -> Settings:
    """The settings of the result: the given ones, else those that all count files agree on, else the defaults."""
    for file in opened:
        if file.corpus.kept is not None:
            raise TermmineError(f"{file.path}: holds no text: add it to files of its kind with termmine merge")
        if not file.settings.text:
            raise TermmineError(
                f"{file.path}: was counted with --no-text, and cannot be added to: count its text again"
            )
    check_settings(opened, options)
    given = {"max_length": options.max_length, "least": options.min_freq, "neighbours": options.neighbours or None}
    wanted: dict[str, Any] = {"document": options.document, "fold": options.fold, "text": not options.no_text}
    for name, default in {"max_length": 10, "least": None, "neighbours": False}.items():
        said = {getattr(file.settings, name) for file in opened}
        if given[name] is not None:
            wanted[name] = given[name]
        elif len(said) > 1:
            first, other = _that_differ(opened, name)
            raise UsageError(
                f"{first.path} and {other.path}: were counted with different {_FLAGS[name]}: say which is wanted"
            )
        else:
            wanted[name] = said.pop() if said else default
    return Settings(**wanted)


_FLAGS = {"max_length": "--max-length", "least": "--min-freq", "neighbours": "--neighbours"}


def _that_differ(opened: list[CountFile], name: str) -> tuple[CountFile, CountFile]:
    first = opened[0]
    other = next(file for file in opened if getattr(file.settings, name) != getattr(first.settings, name))
    return first, other
