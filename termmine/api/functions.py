"""The commands as functions: one call each, with the command's reach.

In: paths, texts, columns of a DataFrame; lists as files or as they are. Out: DataFrames and records. Nothing is
computed here: the arguments become sources, options and a job, and the stages do the rest.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from termmine.api.given import discover_options, frame_of, listed, strings, terms_of
from termmine.api.given import files_from as files_from
from termmine.api.keywords import with_signature
from termmine.candidates.choose import Wanted, choose
from termmine.counting.count import count as count_sources
from termmine.counting.count import merge as merge_files
from termmine.counting.counted import Counted
from termmine.counting.engines import make_engine
from termmine.counting.source import check_has_lines
from termmine.errors import UsageError
from termmine.evaluation import nearness
from termmine.evaluation import tally as tallying
from termmine.evaluation.compare import compare as compare_frames
from termmine.evaluation.explain import explain_source
from termmine.evaluation.report import evaluate_lists
from termmine.formats.write import find_writer, format_by_name, produce
from termmine.meaning.grown import Seeds
from termmine.meaning.growth import LEAST, MOST, RISE, Demand
from termmine.meaning.lists import group_frame, grow_frame
from termmine.options import (
    MIN_CHANGE_KEYNESS,
    MIN_CHANGE_LOG_RATIO,
    CorpusOptions,
    CountOptions,
    DiscoverOptions,
    ReadOptions,
    options_of,
)
from termmine.pipeline import run_discovery
from termmine.ranking.kept import keep_of_text
from termmine.readers.base import ReadReport
from termmine.readers.source import Files, Given, Texts, open_source
from termmine.runtime import outputs
from termmine.runtime.address import as_path
from termmine.runtime.job import Job, make_job
from termmine.runtime.progress import Progress, bar_anywhere, calling
from termmine.search.kwic import concordance
from termmine.search.lines import read_lines

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from termmine.api.keywords import (
        CorpusKeywords,
        CountKeywords,
        DiscoverKeywords,
        Listed,
        Paths,
        ReadKeywords,
        Watched,
    )

logger = logging.getLogger("termmine")  # notes are warnings, stages are info


@with_signature(DiscoverOptions)
def discover(
    source: Given,
    background: Given | None = None,
    *,
    memory: str | int | None = None,
    threads: int | None = None,
    tmp: Paths | None = None,
    progress: Watched = False,
    engine: str = "local",
    spark_conf: Iterable[str] = (),
    **options: Unpack[DiscoverKeywords],
) -> pd.DataFrame:
    """Mine the terms of a domain from raw Chinese text; the same result as the command of that name.

    ``source``: a path (a directory is read recursively, "-" is standard input), a list of paths, or texts that are a
    document each, in any iterable: a list, a column of a DataFrame, an array, a generator. None and NaN are skipped and
    counted. ``background``: the same, for a corpus of general text; None stands for jieba's dictionary with its word
    frequencies. ``memory`` (bytes, or as "2G"), ``threads`` and ``tmp`` (a directory) limit what the run takes and
    change no result. ``progress``: True shows a bar; a function is called with stage, done and total (None: unknown).
    ``engine``: "local", or "spark" with settings of Spark as "name=value" in ``spark_conf``; the result is the same.
    ``options``: the fields of `termmine.options.DiscoverOptions`, e.g. ``top=100``, ``measure="keyness"``. ``known``,
    ``ban``, ``keep``, ``like`` and ``feedback`` take files, or lists and DataFrames as they are.

    Returns one row a term, the best first: term (str), score (float64, unit of the measure), freq, doc_freq,
    background_freq (int64, occurrences and documents), cohesion, left_entropy, right_entropy (float64, bits), keyness
    (float64, signed G2), log_ratio (float64, bits), known (bool: a word of jieba's dictionary). ``mark_known`` adds
    listed (bool), ``feedback`` adds verdict (str) and probability (float64), ``contexts`` adds context_1, source_1 and
    so on (str). The signature of the run is in ``.attrs["signature"]``.

    Notes go to the logger "termmine". Raises `termmine.TermmineError`: `UsageError` for options that cannot be meant
    so, `EmptyResultError` when nothing is left (it says why). Method and sources: see `termmine.measures`.
    """
    with _job(memory, threads, tmp, progress).in_force() as job:
        result = run_discovery(
            source, background, discover_options(options), engine=make_engine(engine, job, spark_conf)
        )
        terms = result.terms
    terms.attrs["signature"] = result.signature
    return terms


@with_signature(DiscoverOptions)
def explain(
    terms: str | Iterable[str],
    source: Given,
    background: Given | None = None,
    *,
    memory: str | int | None = None,
    threads: int | None = None,
    tmp: Paths | None = None,
    progress: Watched = False,
    engine: str = "local",
    spark_conf: Iterable[str] = (),
    **options: Unpack[DiscoverKeywords],
) -> list[dict[str, Any]]:
    """Explain why each of some strings is, or is not, in the list that `discover` makes with the same arguments.

    Returns one record a string, with at least term (str), freq (int, occurrences) and verdict (str); what else it holds
    (neighbours, the weakest split, the ingredients of the score) depends on how far the string got.
    """
    with _job(memory, threads, tmp, progress).in_force() as job:
        made = make_engine(engine, job, spark_conf)
        return explain_source(source, background, discover_options(options), strings(terms), made)


@with_signature(DiscoverOptions)
def neighbours(
    terms: str | Iterable[str],
    source: Given,
    background: Given | None = None,
    *,
    limit: int = 10,
    memory: str | int | None = None,
    threads: int | None = None,
    tmp: Paths | None = None,
    progress: Watched = False,
    engine: str = "local",
    spark_conf: Iterable[str] = (),
    **options: Unpack[DiscoverKeywords],
) -> pd.DataFrame:
    """Find the terms of a source that are used most like each of some terms: at most ``limit`` of each.

    Returns one row a neighbour, the most alike first for each term: term, neighbour (str), cosine (float64, at most 1),
    freq (int64, occurrences), score (float64, as in `discover`). A term without a vector has no rows; where none has
    one, or the source is too small for vectors, a `termmine.TermmineError` says so.
    """
    with _job(memory, threads, tmp, progress).in_force() as job:
        wanted = list(dict.fromkeys(strings(terms)))
        found = nearness.neighbours(
            wanted, source, background, discover_options(options), limit, make_engine(engine, job, spark_conf)
        )
    rows = [dataclasses.asdict(one) for of_term in found.values() for one in of_term]
    return pd.DataFrame(rows, columns=["term", "neighbour", "cosine", "freq", "score"])


@with_signature(DiscoverOptions)
def vectors(
    source: Given,
    background: Given | None = None,
    *,
    memory: str | int | None = None,
    threads: int | None = None,
    tmp: Paths | None = None,
    progress: Watched = False,
    engine: str = "local",
    spark_conf: Iterable[str] = (),
    **options: Unpack[DiscoverKeywords],
) -> pd.DataFrame:
    """A vector for each term and word of a source: words of like use have like vectors.

    Returns one row a term or word, its ``index``, the commonest first, and a column (float32) a dimension; each row has
    length 1, so that the product of two rows is their cosine. Raises `termmine.TermmineError` where the source is too
    small.
    """
    with _job(memory, threads, tmp, progress).in_force() as job:
        terms, matrix = nearness.vectors_of(
            source, background, discover_options(options), make_engine(engine, job, spark_conf)
        )
    return pd.DataFrame(matrix, index=pd.Index(terms, name="term"))


@with_signature(ReadOptions)
def contexts(
    terms: str | Iterable[str],
    source: Given,
    *,
    limit: int = 20,
    width: int = 80,
    **reading: Unpack[ReadKeywords],
) -> pd.DataFrame:
    """Find the places of terms in a source: at most ``limit`` occurrences of each, ``width`` characters on each side.

    Returns one row an occurrence, in reading order for each term: term, path (str; "text" for texts), line (int64, from
    1; the place among the texts), left, match, right (str). How often each term occurs in all is in ``.attrs["freq"]``.
    """
    options = options_of(ReadOptions, reading)
    opened, report = open_source(source, options), ReadReport()
    check_has_lines(opened)
    lines = read_lines(opened, options, report)
    found = concordance(strings(terms), lines, limit=limit, width=width, folding=options.fold)
    for note in report.notes():
        _warn(f"corpus: {note}")
    rows = [dataclasses.asdict(one) for of_term in found.occurrences.values() for one in of_term]
    frame = pd.DataFrame(rows, columns=["term", "path", "line", "left", "match", "right"])
    frame.attrs["freq"] = dict(found.freq)
    return frame


@with_signature(CountOptions)
def count(
    source: Given,
    output: Paths,
    *,
    memory: str | int | None = None,
    threads: int | None = None,
    tmp: Paths | None = None,
    progress: Watched = False,
    engine: str = "local",
    spark_conf: Iterable[str] = (),
    **options: Unpack[CountKeywords],
) -> Counted:
    """Count a source (text, texts, count files) into a count file at ``output``, to be given in the text's place.

    Returns its sizes: n_symbols, n_documents, n_ngrams, min_freq.
    """
    opened = open_source(source, options_of(CountOptions, options))
    sources: Sequence[Path | Texts] = opened.named if isinstance(opened, Files) else [opened]
    if opened.document is not None:
        options = {"document": "file"} | options
    with _job(memory, threads, tmp, progress).in_force() as job:
        made = make_engine(engine, job, spark_conf)
        chosen = options_of(CountOptions, options)
        return count_sources(sources, as_path(output), chosen, engine=made, keeping=keep_of_text)


def merge(
    files: Iterable[Paths],
    output: Paths,
    *,
    min_freq: int | None = None,
    max_length: int | None = None,
    neighbours: bool = False,
    memory: str | int | None = None,
    threads: int | None = None,
    tmp: Paths | None = None,
    progress: Watched = False,
) -> Counted:
    """Add up count files into one at ``output``, as if all their text had been counted at once; see `count`."""
    with _job(memory, threads, tmp, progress).in_force() as job:
        return merge_files(
            [as_path(file) for file in files], as_path(output),
            min_freq=min_freq, max_length=max_length, neighbours=neighbours, job=job,
        )  # fmt: skip


def compare(
    before: Paths | pd.DataFrame,
    after: Paths | pd.DataFrame,
    *,
    min_keyness: float = MIN_CHANGE_KEYNESS,
    min_log_ratio: float = MIN_CHANGE_LOG_RATIO,
) -> pd.DataFrame:
    """Compare two lists: terms that are new in ``after``, that have vanished since ``before``, that rise or fall.

    Returns one row a change: term, change ("new", "rising", "falling", "vanished"), rank, score and freq before and
    after (None where missing), keyness (signed G2) and log_ratio (bits) of a rise or fall.
    """
    return compare_frames(frame_of(before), frame_of(after), min_keyness=min_keyness, min_log_ratio=min_log_ratio)


def export(
    terms: Paths | pd.DataFrame,
    output: Paths | None = None,
    *,
    to: str | None = None,
    bom: bool = False,
    crlf: bool = False,
    accepted_only: bool = False,
    new_only: bool = False,
    everything: bool = False,
    min_score: float | None = None,
    top: int | None = None,
) -> bytes:
    """Write a list of terms in the format that another program reads: ``to``, else what ``output``'s extension says.

    Rejected terms are left out, and a dictionary gets no term with less than a twentieth of the tenth best score;
    ``everything`` is --all of the command. Returns the bytes; with ``output`` they are in that file too, whole or not
    at all. Terms that are left out are noted.
    """
    form = to or format_by_name(as_path(output or ""))
    find_writer(form)
    wanted = Wanted(accepted_only, new_only, everything, min_score, top)
    frame, notes = choose(frame_of(terms), form, wanted, "terms")
    rendered = produce(frame, form, bom=bom, crlf=crlf)
    if output is not None:
        outputs.write_whole(as_path(output), rendered.data)
    for line in [*notes, *rendered.notes()]:
        _warn(line)
    return rendered.data


@with_signature(ReadOptions)
def evaluate(
    lists: Listed | Mapping[str, Listed],
    gold: Listed,
    corpus: Given | None = None,
    **reading: Unpack[ReadKeywords],
) -> dict[str, Any]:
    """Judge ranked lists: how many terms of a gold list they find, and how high up.

    ``lists``: one list, or several as a dict by name. With ``corpus`` only gold terms that occur 5 times in it are
    expected. Returns the record of `termmine evaluate --json`: for each list its scores, their 95 % intervals and
    bands, and the paired differences from the first one.
    """
    named = lists if isinstance(lists, Mapping) else {"": lists}
    ranked = [path for name, one in named.items() for path in listed(one, name or None)]
    expected = listed(gold)
    if len(expected) != 1:
        raise UsageError(f"gold: {len(expected)} lists are given: give one")
    options = options_of(ReadOptions, reading)
    opened = None if corpus is None else open_source(corpus, options)
    return evaluate_lists(ranked, expected[0], opened, options, _warn)


@with_signature(CorpusOptions)
def tally(
    terms: Listed,
    corpora: Given | Mapping[str, Given],
    *,
    by: str = "corpus",
    wide: Literal["freq", "doc_freq"] | None = None,
    memory: str | int | None = None,
    threads: int | None = None,
    tmp: Paths | None = None,
    progress: Watched = False,
    **reading: Unpack[CorpusKeywords],
) -> pd.DataFrame:
    """Count given terms in corpora, exactly; see `termmine.evaluation.tally.tally` for what comes out."""
    wanted = [term for one in listed(terms) for term in terms_of(one)]
    with _job(memory, threads, tmp, progress).in_force() as job:
        return tallying.tally_with(wanted, corpora, by, wide, options_of(CorpusOptions, reading), job)


@with_signature(CorpusOptions)
def grow(
    terms: Paths | pd.DataFrame,
    source: Given,
    seeds: Listed | None = None,
    bad: Listed | None = None,
    *,
    min_likeness: float = LEAST,
    max_likeness: float = MOST,
    alpha: float = RISE,
    reached_only: bool = False,
    memory: str | int | None = None,
    threads: int | None = None,
    tmp: Paths | None = None,
    progress: Watched = False,
    engine: str = "local",
    spark_conf: Iterable[str] = (),
    **reading: Unpack[CorpusKeywords],
) -> pd.DataFrame:
    """A list of terms, ordered by score and by likeness of use to seeds together; ``bad``: terms that are not meant.

    A step from a term to the next one must have a cosine of min + (max - min)(1 - exp(-alpha depth)). Without seeds the
    surest terms serve. ``reached_only`` leaves out the terms that no path reaches.

    Returns the list without the bad terms, in the new order, with likeness (float64: the cosine to the seeds, NaN for a
    term without a vector), depth (Int64: steps from a seed, missing where none leads there), seed and path (str).
    """
    words = [[] if one is None else [word for path in listed(one) for word in terms_of(path)] for one in (seeds, bad)]
    demand = Demand(min_likeness, max_likeness, alpha)
    given = Seeds(None if seeds is None else words[0], words[1], "seeds")
    with _job(memory, threads, tmp, progress).in_force() as job:
        options = options_of(CorpusOptions, reading)
        made = make_engine(engine, job, spark_conf)
        return grow_frame(frame_of(terms), source, given, demand, options, made, reached_only=reached_only)


@with_signature(CorpusOptions)
def group(
    terms: Paths | pd.DataFrame,
    source: Given,
    *,
    groups: int | None = None,
    families: int | None = None,
    memory: str | int | None = None,
    threads: int | None = None,
    tmp: Paths | None = None,
    progress: Watched = False,
    engine: str = "local",
    spark_conf: Iterable[str] = (),
    **reading: Unpack[CorpusKeywords],
) -> pd.DataFrame:
    """A list of terms in groups, and the groups in families, by their use in the text they come from.

    Returns one row a thing, family by family and group by group, with the columns of the list and: family, group
    (int64, from 1 in the order of their best terms; 0 for a term without a vector), family_name, group_name (str),
    likeness (float64: the cosine to the middle of the group), variants (str: other names, joined by "; "). The tree of
    it is in ``.attrs["tree"]``.
    """
    with _job(memory, threads, tmp, progress).in_force() as job:
        options = options_of(CorpusOptions, reading)
        made = make_engine(engine, job, spark_conf)
        frame, found = group_frame(frame_of(terms), source, options, made, families=families, groups=groups)
    frame.attrs["tree"] = found.tree()
    return frame


def _job(memory: str | int | None, threads: int | None, tmp: Paths | None, progress: Watched) -> Job:
    show = calling(progress) if callable(progress) else bar_anywhere if progress else None
    told = Progress(note=_warn, detail=logger.info, show=show, remark=logger.info)
    return make_job(memory, threads, None if tmp is None else Path(tmp), told)


def _warn(note: str) -> None:
    logger.warning(note.removeprefix("warning: "))
