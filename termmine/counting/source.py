"""A user's source -> an encoded corpus: text of any kind, or a count file.

In: a source, and the options of reading it. Out: the corpus, and its table where a count file holds it; notes on
the reading go to the job.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from termmine.counting.countfile.read import CountFile, load
from termmine.counting.parts.cut import cut
from termmine.errors import TermmineError, UsageError
from termmine.kernels import jit
from termmine.kernels.jit import DISCOVERING
from termmine.options import DiscoverOptions, ReadOptions, default_min_freq
from termmine.readers.base import ReadReport
from termmine.readers.chosen import check_all_is_counted, chosen_blocks
from termmine.readers.source import Files, Source
from termmine.runtime.arrays import Arrays
from termmine.runtime.job import Job
from termmine.runtime.progress import Progress
from termmine.text.characters import is_han
from termmine.text.encode import encode
from termmine.types import Corpus, NgramTable


def announce_compilation(progress: Progress, needed: tuple[str, ...] = DISCOVERING) -> None:
    """Say so when the kernels have yet to be compiled: it takes 10 to 30 seconds, once."""
    if jit.is_compiled(needed):
        return
    if jit.cache_folder() is None:
        progress.remark(
            "compiling the counting loops: 10 to 30 seconds in every run: "
            "set NUMBA_CACHE_DIR to a folder that can be written, and it happens only once"
        )
    else:
        progress.remark("compiling the counting loops, only this once: 10 to 30 seconds")


def check_has_lines(source: Source) -> None:
    """Refuse a count file where the lines of the text are needed: it holds none."""
    for path in source.counted:
        raise UsageError(f"{path}: holds counts and no text to show: give the text itself, or leave --contexts out")


def read_corpus(source: Source, options: DiscoverOptions, job: Job) -> tuple[Corpus, NgramTable | None]:
    """The corpus of a domain; with its table, where a count file holds the one that the options call for."""
    announce_compilation(job.progress)
    table = None
    if isinstance(source, Files) and source.counted:
        file = _domain_file(source, options, job.arrays)
        if file.corpus.kept is not None:
            corpus, table = _without_text(file, options, job)
        else:
            corpus, table = file.corpus, _table_for(file, options)
    else:
        corpus = _read_text(source, options, job)
    if not options.any_script and not _has_han(corpus, table):
        raise TermmineError(
            f"{source.name}: holds no Han character: check its --encoding, or use --any-script for other writing"
        )
    job.progress.detail(f"corpus: {corpus.n_symbols} symbols, {corpus.n_documents} documents")
    return corpus, table


def _has_han(corpus: Corpus, table: NgramTable | None) -> bool:
    if corpus.kept is not None and table is not None:
        return not len(table) or bool(is_han(table.last).any())
    return any(is_han(segment.codes).any() for segment in corpus.segments(0, 0))


def _read_text(source: Source, options: DiscoverOptions, job: Job) -> Corpus:
    report = ReadReport.of(job.progress.meter)
    with job.progress.stage("reading the corpus", source.size) as advance:
        blocks, document = chosen_blocks(source, options, report, advance, job), source.document or options.document
        corpus = encode(blocks, document=document, fold=options.fold, job=job)
    tell_of_reading(report, "corpus", job.progress)
    if not corpus.n_symbols:
        because = f" ({report.first_bad})" if report.n_bad else ""
        raise TermmineError(f"{source.name}: the corpus is empty{because}: give text with words in it")
    return corpus


def _domain_file(source: Files, options: DiscoverOptions, arrays: Arrays) -> CountFile:
    path, *others = source.named
    if others:
        raise UsageError(
            f"{source.counted[0]}: a count file must be the only corpus: put several into one with termmine count"
        )
    check_all_is_counted(options, path, "holds counts, of which nothing can be left out: give its text")
    file = load(path, arrays)
    if not file.settings.text and file.corpus.kept is None:
        raise TermmineError(
            f"{path}: was counted with --no-text, and can only be a background: count its text, with --floor"
        )
    check_settings([file], options)
    return file


def _without_text(file: CountFile, options: DiscoverOptions, job: Job) -> tuple[Corpus, NgramTable]:
    """What is kept of a corpus, and as much of its table as is wanted."""
    longest = file.settings.max_length
    if options.max_length > longest:
        raise UsageError(
            f"{file.path}: was counted up to {longest} symbols, without its text: "
            f"give --max-length {longest}, or count it again"
        )
    least = options.min_freq or default_min_freq(file.corpus.n_symbols)
    corpus, table = cut(file.corpus, file.table, least, options.max_length, job.arrays)
    _tell_what_is_missing(file, corpus, least, job)
    return corpus, table


def _tell_what_is_missing(file: CountFile, corpus: Corpus, least: int, job: Job) -> None:
    kept = corpus.kept
    assert kept is not None
    job.progress.note(
        f"{file.path}: holds no text: entropies are upper bounds, and no term is judged by its uses "
        "or for being a part of longer ones (the factors company and wholeness are 1)"
    )
    n_short = int(np.count_nonzero(kept.missed))
    if least < kept.complete_from:
        may_be = "" if n_short == 0 else f", or occur up to {kept.unseen} times more than is known"
        job.progress.note(
            f"{file.path}: is complete from frequency {kept.complete_from} on: what is rarer may be missing{may_be}; "
            f"--min-freq {kept.complete_from} leaves it out"
        )
    job.progress.detail(f"{n_short} of {len(kept.missed)} n-grams may occur more often than is known")


def check_holds_text(corpus: Corpus, name: str, what: str) -> None:
    """Refuse what only counts are kept of, for work that looks at the text."""
    if corpus.kept is not None:
        raise UsageError(f"{name}: holds no text, which {what} needs: give the text itself")


def _table_for(file: CountFile, options: DiscoverOptions) -> NgramTable | None:
    """The table of a count file, if counting anew would give the same."""
    wanted = options.min_freq or default_min_freq(file.corpus.n_symbols)
    same = (file.settings.max_length, file.table.min_freq) == (options.max_length, wanted)
    return file.table if same and file.settings.neighbours else None


def check_settings(files: Sequence[CountFile], options: ReadOptions, *, document: bool = True) -> None:
    """Refuse count files whose text was cut or folded by other options."""
    for file in files:
        for name in ("document", "fold") if document else ("fold",):
            said, wanted = getattr(file.settings, name), getattr(options, name)
            if said != wanted:
                raise UsageError(
                    f"{file.path}: was counted with --{name} {said or 'none'}, not {wanted or 'none'}: "
                    f"give the same --{name}, or count its text again"
                )


def tell_of_reading(report: ReadReport, what: str, progress: Progress) -> None:
    """Note the findings of a reading: bad records, encodings other than UTF-8, files left out."""
    for note in report.notes():
        progress.note(f"{what}: {note}")
    for encoding, n in report.encodings.items():
        if encoding not in ("utf-8", "utf-8-sig"):
            progress.note(f"{what}: {n} file{'s' * (n > 1)} read as {encoding}")
