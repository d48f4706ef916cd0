"""The order of the stages, which only this module knows.

blocks -> Corpus -> NgramTable -> candidates -> contrast -> terms
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from termmine.candidates.select import Absorbed, select
from termmine.counting.engines import Engine, LocalEngine
from termmine.counting.source import check_has_lines, check_holds_text
from termmine.errors import TermmineError, UsageError
from termmine.formats.write import COLUMNS, frame_of
from termmine.meaning.company import company
from termmine.meaning.grown import COLUMNS as GROWN
from termmine.meaning.grown import Seeds, grow_candidates
from termmine.meaning.units import make_units
from termmine.meaning.uses import TOO_SMALL, Uses
from termmine.meaning.vectors import Vectors, make_vectors
from termmine.measures import find_measure, noun_fit, unit_share
from termmine.options import DiscoverOptions, ReadOptions, default_min_freq
from termmine.ranking.background import Background, Candidates, check_background, check_sampled, contrast_with
from termmine.ranking.contrast import add_keyness
from termmine.ranking.distribution import survey
from termmine.ranking.lists import consult, keep, reach_like, read_lists
from termmine.ranking.order import Ranking
from termmine.ranking.shape import shapes
from termmine.readers.rewind import readable_twice
from termmine.readers.source import Given, Source, open_source
from termmine.readers.wordlists import read_words
from termmine.runtime.arrays import Arrays
from termmine.runtime.columns import stacked
from termmine.runtime.job import Job
from termmine.search.examples import Example, examples
from termmine.search.jieba import jieba_dictionary
from termmine.search.lines import read_lines
from termmine.search.segmenter import Segmenter
from termmine.search.spelling import surfaces
from termmine.text import traditional
from termmine.types import Columns, Corpus, NgramTable
from termmine.version import __version__

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Analysis:
    """Every candidate with its evidence, before the last thresholds: what `rank` and `explain` look at.

    ``columns``: one row a candidate, those of `candidates.select` and `contrast.add_keyness`; ``absorbed``: the
    fragments; ``kept``: which rows of the table are candidates whatever their figures (bool); ``options`` with every
    default that depends on the corpus filled in; ``vectors`` of the units of the corpus, None where it is too small
    for them, or where another measure than the default one was asked for.
    """

    corpus: Corpus
    table: NgramTable
    kept: np.ndarray
    columns: Columns
    absorbed: Absorbed
    options: DiscoverOptions
    signature: dict[str, Any]
    vectors: Vectors | None = None


@dataclass(frozen=True)
class Discovery:
    """The terms of a run, by stages: ranked, spelt, illustrated, reported. ``sentences``: examples of each term, where
    the options want them.
    """

    analysis: Analysis
    ranking: Ranking
    sentences: dict[str, list[Example]] | None = None

    def parts(self, room: int | None = None) -> Iterator[Columns]:
        """The terms, the best first, so many at a time as take about ``room`` bytes; columns as `column_names` says."""
        for part in self.ranking.parts(room):
            yield report(illustrate(part, self.sentences, self.analysis.options), self.analysis.options)

    @cached_property
    def terms(self) -> pd.DataFrame:
        """All terms, the best first."""
        return frame_of(stacked(list(self.parts())))

    @property
    def signature(self) -> dict[str, Any]:
        """Version, options, corpus and background: what it takes to get the same bytes again."""
        return self.analysis.signature

    @property
    def absorbed(self) -> pd.DataFrame:
        """The fragments that hardly ever occur outside a longer candidate: term, freq, absorbed_by."""
        table, absorbed = self.analysis.table, self.analysis.absorbed
        frame = frame_of(
            {
                "term": np.array(table.texts(absorbed.rows), dtype=object),
                "freq": table.freq[absorbed.rows],
                "absorbed_by": np.array(table.texts(absorbed.by), dtype=object),
            }
        )
        return frame.sort_values(["freq", "term"], ascending=[False, True], ignore_index=True)


def run_discovery(
    corpus: Given,
    background: Given | None,
    options: DiscoverOptions,
    job: Job | None = None,
    engine: Engine | None = None,
) -> Discovery:
    """`discover` with everything that it found on the way; by an engine of the job, the local one by default."""
    engine = engine or LocalEngine(job or Job())
    job = engine.job
    source, against = open_source(engine.located(corpus), options), open_background(engine.located(background), options)
    if not options.contexts:
        analysis = analyse(source, against, options, engine)
        return Discovery(analysis, rank(analysis, engine))
    check_has_lines(source)
    with readable_twice(source, job.folder) as (source_again, rewind):
        analysis = analyse(source_again, against, options, engine)
        ranking = rank(analysis, engine)
        rewind()
        with job.progress.stage("looking for examples"):
            terms = ranking.whole()["term"].tolist()
            found = examples(terms, read_lines(source_again, options), options.contexts, options.fold)
    return Discovery(analysis, ranking, found)


def open_background(background: Given | None, options: ReadOptions) -> Source | None:
    """A background as a source; an error where it is none, before other work is done."""
    if background is None:
        return None
    source = open_source(background, options)
    check_background(source)
    return source


def rank(analysis: Analysis, engine: Engine) -> Ranking:
    """The terms of an analysis in order."""
    with engine.job.progress.stage("ranking"):
        return Ranking(analysis.corpus, analysis.table, analysis.columns, analysis.options, engine)


def illustrate(terms: Columns, sentences: dict[str, list[Example]] | None, options: DiscoverOptions) -> Columns:
    """Terms with columns context_1, source_1, ...: sentences that hold them, and their places; or empty cells."""
    if sentences is None:
        return terms
    shown: Columns = {}
    for i in range(options.contexts):
        of_terms = (sentences[term] for term in terms["term"])
        chosen = [of_term[i] if i < len(of_term) else None for of_term in of_terms]
        shown[f"context_{i + 1}"] = np.array(["" if one is None else one.sentence for one in chosen], dtype=object)
        shown[f"source_{i + 1}"] = np.array(["" if one is None else one.place for one in chosen], dtype=object)
    return terms | shown


def report(terms: Columns, options: DiscoverOptions) -> Columns:
    """The columns of a result."""
    terms = terms | {"doc_freq": terms["doc_freq"].astype(np.int64)}  # the table's are half as wide
    return {name: terms[name] for name in column_names(options)}


def column_names(options: DiscoverOptions) -> list[str]:
    """The columns of a result: those that every result has, then those that options ask for."""
    listed = ["listed"] if options.known and options.mark_known else []
    judged = ["verdict", "probability"] if options.feedback else []
    shown = [f"{name}_{i + 1}" for i in range(options.contexts) for name in ("context", "source")]
    grown = GROWN if options.seeds is not None else ()
    return [*COLUMNS, *listed, *judged, *grown, *shown]


def analyse(source: Source, background: Source | None, options: DiscoverOptions, engine: Engine) -> Analysis:
    """All stages but the last: read, count, select, look at the occurrences, contrast, consult the reader's lists."""
    find_measure(options.measure)
    check_seeds(options)
    check_sampled(background, options)
    job = engine.job
    good_terms = read_words(options.like) if options.like is not None else []
    lists = read_lists(options)
    corpus, options, table = count_domain(source, options, engine)
    with job.progress.stage("selecting candidates"):
        kept = keep(lists, table, options, job)
        candidates, absorbed = select(table, options, kept, job.arrays)
        candidates, strings, words = observe(corpus, table, candidates, engine)
    compared = contrast_with(background, strings, options, engine)
    columns, vectors = add_keyness(candidates, table, compared, options.measure, job.arrays), None
    if options.measure == "score" and corpus.kept is None:
        columns, vectors = look_at_uses(columns, corpus, table, words, engine)
    if options.seeds is not None:
        columns = seeded(columns, corpus, table, vectors, options, engine)
    if good_terms:
        options = reach_like(good_terms, columns, table, options, job)
    if lists:
        columns = consult(lists, columns, corpus, table, options, engine)
    return Analysis(corpus, table, kept, columns, absorbed, options, _signature(corpus, compared, options), vectors)


def count_domain(
    source: Source, options: DiscoverOptions, engine: Engine
) -> tuple[Corpus, DiscoverOptions, NgramTable]:
    """The corpus, the options with the --min-freq that its size asks for, and its table."""
    corpus, table = engine.read(source, options)
    if options.seeds is not None:
        check_holds_text(corpus, source.name, "--seeds")
    if table is None:
        least = default_min_freq(corpus.n_symbols) if options.min_freq is None else options.min_freq
        table = engine.count(corpus, min_freq=least, max_length=options.max_length)
    return corpus, replace(options, min_freq=table.min_freq), table


def observe(
    corpus: Corpus, table: NgramTable, candidates: Columns, engine: Engine
) -> tuple[Columns, Candidates, np.ndarray]:
    """The candidates with what a dictionary and their own occurrences say of them, what to look for elsewhere, and the
    rows of the table that are words of the dictionary.
    """
    rows, job = candidates["row"], engine.job
    segmenter = Segmenter(jieba_dictionary(), table.alphabet, job.arrays)
    job.guard.give_back()  # the dictionary's 349,000 strings
    looks = segmenter.look_up(table, rows)
    shape = shapes(looks.built, looks.is_word, segmenter.compounds(), job.arrays)
    words = segmenter.rows(table)
    found = survey(corpus, table, rows, segmenter, engine)
    job.guard.give_back()
    observed = {
        "known": looks.is_word,
        "pattern": looks.pattern,
        "noun_fit": job.arrays.in_parts(noun_fit, found.left, found.right),
        "burstiness": found.burstiness,
        "shape": shape,
        "unit_share": job.arrays.full(len(rows), 1.0, np.float64),
        "company": job.arrays.zeros(len(rows), np.float64),
    }
    return candidates | observed, Candidates(table, rows, looks.expected_freq, segmenter.n_symbols), words


MOST_UNITS = 30_000  # candidates that the text is cut into; those that score less are fragments and phrases mostly


def look_at_uses(
    columns: Columns, corpus: Corpus, table: NgramTable, words: np.ndarray, engine: Engine
) -> tuple[Columns, Vectors | None]:
    """The candidates scored with regard to their uses in the text, and the vectors that show them.

    The text is cut into units: the candidates that score best so far, and the known ``words``. The columns stay as
    they are where no candidate scores above 0, and without ``company`` where the corpus is too small for vectors.
    """
    score, rows, job = columns["score"], columns["row"], engine.job
    arrays = job.arrays
    least = nth_largest(score, MOST_UNITS)
    chosen = arrays.where(arrays.in_parts(lambda score: score >= least, score, dtype=bool))
    if not len(chosen):
        return columns, None
    with job.progress.stage("comparing uses"):
        units = make_units(corpus, table, arrays.take(rows, chosen), words, engine)
        unit_freq = arrays.in_parts(units.freq_of, rows, dtype=np.int64)
        columns = columns | {"unit_share": arrays.in_parts(unit_share, unit_freq, columns["freq"])}
        columns |= {"score": scored(columns, arrays)}
        vectors = make_vectors(corpus, units, engine)
        if vectors is None:
            job.progress.detail("too little text for vectors: ranked without the company that terms keep")
            return columns, None
        floor = nth_largest(columns["score"], MOST_UNITS)
        worth = arrays.in_parts(lambda score: np.log(np.maximum(score, floor)), columns["score"])
        columns |= {"company": company(vectors, rows, worth)}
        return columns | {"score": scored(columns, arrays)}, vectors


def check_seeds(options: DiscoverOptions) -> None:
    """Refuse what else would rank, or leaves no vectors, beside seeds."""
    if options.seeds is not None and options.feedback:
        raise UsageError("--seeds and --feedback: both rank the terms: give one, or use termmine grow on the result")
    if options.seeds is not None and options.measure != "score":
        raise UsageError(f"--seeds: needs the measure score, not {options.measure}: leave --measure out")


def seeded(
    columns: Columns,
    corpus: Corpus,
    table: NgramTable,
    vectors: Vectors | None,
    options: DiscoverOptions,
    engine: Engine,
) -> Columns:
    """The candidates with their likeness to the seeds, by which they are ranked, too."""
    seeds = Seeds(read_words(options.seeds or ""), name=str(options.seeds))
    if vectors is None:
        raise TermmineError(f"--seeds: {TOO_SMALL}, or leave --seeds out")
    with engine.job.progress.stage("growing from the seeds"):

        def spell(rows: np.ndarray) -> list[str]:
            return surfaces(corpus, table, rows, engine)

        return grow_candidates(columns, Uses(vectors, table), seeds, spell, engine.job.progress.note)


def scored(columns: Columns, arrays: Arrays) -> np.ndarray:
    """The default score of the candidates, by the columns that there are."""
    measure = find_measure("score")
    return arrays.in_parts(measure.formula, *(columns[name] for name in measure.columns))


def nth_largest(score: np.ndarray, n: int) -> float:
    """The n-th largest of the scores above 0; the least of them where there are fewer."""
    positive = score[score > 0.0]
    if len(positive) > n:
        return float(-np.partition(-positive, n - 1)[n - 1])
    return float(positive.min()) if len(positive) else 1.0


def _signature(corpus: Corpus, background: Background, options: DiscoverOptions) -> dict[str, Any]:
    folded = {} if options.fold is None else {"fold": traditional.version()}
    return {
        "termmine": __version__,
        **folded,
        "options": options.signature(),
        "corpus": {"n_symbols": corpus.n_symbols, "n_documents": corpus.n_documents},
        "background": {"name": background.name, "n_symbols": background.n_symbols},
    }
