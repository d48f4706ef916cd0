"""The public API, and the only module that knows the order of the stages.

blocks -> Corpus -> NgramTable -> candidates -> contrast -> terms
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from termmine.candidates.filters import could_be_term
from termmine.candidates.select import Absorbed, select
from termmine.candidates.verdicts import read_verdicts
from termmine.candidates.wordlists import TermLists, kept_rows, read_known, read_rules, rule_on
from termmine.counting.local import count_ngrams
from termmine.counting.source import check_has_lines, read_corpus
from termmine.errors import TermmineError
from termmine.formats.write import COLUMNS, columns_of, frame_of
from termmine.measures import find_measure, noun_context
from termmine.options import DiscoverOptions, default_min_freq, make_options
from termmine.ranking.background import Background, Candidates, contrast_with
from termmine.ranking.contrast import compare, score_like
from termmine.ranking.distribution import survey
from termmine.ranking.feedback import apply_feedback
from termmine.ranking.order import Ranking
from termmine.readers.rewind import readable_twice
from termmine.readers.source import Given, Source, open_source
from termmine.readers.wordlists import read_words
from termmine.runtime import arrays
from termmine.runtime.arrays import in_parts
from termmine.runtime.memory import give_back
from termmine.runtime.progress import Progress
from termmine.runtime.resources import Resources, make_resources
from termmine.search.examples import examples
from termmine.search.jieba import jieba_dictionary
from termmine.search.lines import read_lines
from termmine.search.rows import find_rows
from termmine.search.segmenter import Segmenter
from termmine.search.spelling import surfaces
from termmine.text import traditional
from termmine.types import Columns, Corpus, NgramTable
from termmine.version import __version__

if TYPE_CHECKING:
    import pandas as pd

#: Who counts: the name of an engine -> a function from a corpus to its table. There is one so far.
ENGINES: dict[str, Callable[..., NgramTable]] = {"local": count_ngrams}


def discover(
    source: Given,
    background: Given | None = None,
    *,
    memory: str | int | None = None,
    threads: int | None = None,
    tmp: str | Path | None = None,
    **options: Any,
) -> pd.DataFrame:
    """Mine the terms of a domain from raw Chinese text; the same result as the command of that name.

    ``source``: a path (str or path object; a directory is read recursively, "-" is standard input), a list or tuple of
    path objects, or an iterable of str that are a document each (an iterator is drawn once). ``background``: the same,
    for a corpus of general text; None stands for jieba's dictionary with its word frequencies. ``memory`` (bytes, or as
    "2G"), ``threads`` and ``tmp`` (a directory) limit what the run takes and change no result. ``options``: the
    fields of `termmine.options.DiscoverOptions`, e.g. ``top=100``, ``min_freq=5``, ``measure="keyness"``.

    Returns one row a term, the best first: term (str), score (float64, unit of the measure), freq, doc_freq,
    background_freq (int64, occurrences and documents), cohesion, left_entropy, right_entropy (float64, bits), keyness
    (float64, signed G2), log_ratio (float64, bits), known (bool: a word of jieba's dictionary). ``mark_known`` adds
    listed (bool), ``feedback`` adds verdict (str) and probability (float64), ``contexts`` adds context_1, source_1 and
    so on (str). The signature of the run is in ``.attrs["signature"]``.

    Raises `termmine.TermmineError`: `UsageError` for options that cannot be meant so, `EmptyResultError` when nothing
    is left (it says why). Method and sources: see `termmine.measures`.
    """
    resources = make_resources(memory, threads, tmp)
    with resources.in_force():
        result = run_discovery(source, background, make_options(**options), resources=resources)
        terms = result.terms
    terms.attrs["signature"] = result.signature
    return terms


@dataclass(frozen=True)
class Analysis:
    """Every candidate with its evidence, before the last thresholds: what `rank` and `explain` look at.

    ``columns``: one row a candidate, those of `candidates.select` and `contrast.compare`; ``absorbed``: the
    fragments; ``kept``: which rows of the table are candidates whatever their figures (bool); ``options`` with every
    default that depends on the corpus filled in.
    """

    corpus: Corpus
    table: NgramTable
    kept: np.ndarray
    columns: Columns
    absorbed: Absorbed
    options: DiscoverOptions
    signature: dict[str, Any]


@dataclass(frozen=True)
class Discovery:
    """What a run found: its terms in order, and the analysis that they come from."""

    analysis: Analysis
    ranking: Ranking

    def parts(self, resources: Resources) -> Iterator[Columns]:
        """The terms, the best first, as many at a time as the memory has room for (columns `export.COLUMNS`)."""
        if "terms" in self.__dict__:
            yield columns_of(self.terms)
            return
        for part in self.ranking.parts(resources.left()):
            yield _reported(part, self.analysis.options)

    @cached_property
    def terms(self) -> pd.DataFrame:
        """All terms, the best first."""
        return frame_of(_reported(self.ranking.whole(), self.analysis.options))

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
    progress: Progress | None = None,
    resources: Resources | None = None,
) -> Discovery:
    """`discover` with everything that it found on the way."""
    progress = progress or Progress()
    resources = resources or Resources()
    source, against = open_source(corpus), open_background(background)
    if not options.contexts:
        return _discovery(analyse(source, against, options, progress, resources), progress)
    check_has_lines(source)
    with readable_twice(source, resources.folder) as (source_again, rewind):
        found = _discovery(analyse(source_again, against, options, progress, resources), progress)
        rewind()
        with progress.stage("looking for examples"):
            _add_examples(found.terms, source_again, options)
    return found


def open_background(background: Given | None) -> Source | None:
    """A background as a source; an error where it is not there, before other work is done."""
    return None if background is None else open_source(background)


def _discovery(analysis: Analysis, progress: Progress) -> Discovery:
    with progress.stage("ranking"):
        return Discovery(analysis, rank(analysis))


def rank(analysis: Analysis) -> Ranking:
    """The terms of an analysis."""
    return Ranking(analysis.corpus, analysis.table, analysis.columns, analysis.options)


def _add_examples(terms: pd.DataFrame, source: Source, options: DiscoverOptions) -> None:
    """Give terms columns context_1, source_1, ...: sentences that hold them, and their places; or empty cells."""
    found = examples(terms["term"], read_lines(source, options), options.contexts, options.fold)
    for i in range(options.contexts):
        chosen = [of_term[i] if i < len(of_term) else None for of_term in map(found.__getitem__, terms["term"])]
        terms[f"context_{i + 1}"] = ["" if one is None else one.sentence for one in chosen]
        terms[f"source_{i + 1}"] = ["" if one is None else one.place for one in chosen]


def _reported(terms: Columns, options: DiscoverOptions) -> Columns:
    terms = terms | {"doc_freq": terms["doc_freq"].astype(np.int64)}  # the table's are half as wide
    return {name: terms[name] for name in column_names(options)}


def column_names(options: DiscoverOptions) -> list[str]:
    """The columns of a result: those that every result has, then those that options ask for."""
    listed = ["listed"] if options.known and options.mark_known else []
    judged = ["verdict", "probability"] if options.feedback else []
    return [*COLUMNS, *listed, *judged]


def analyse(
    source: Source, background: Source | None, options: DiscoverOptions, progress: Progress, resources: Resources
) -> Analysis:
    """All stages but the last: read, count, select, look at the occurrences, contrast."""
    find_measure(options.measure)
    good_terms = read_words(Path(options.like)) if options.like is not None else []
    lists = read_lists(options)
    corpus, table = read_corpus(source, options, progress, resources)
    if options.min_freq is None:
        options = replace(options, min_freq=default_min_freq(corpus.n_symbols))
    if table is None:
        with progress.stage("counting n-grams"):
            table = ENGINES["local"](
                corpus, min_freq=options.min_freq, max_length=options.max_length, resources=resources
            )  # fmt: skip
    with progress.stage("selecting candidates"):
        kept = _kept(lists, table, options, progress)
        candidates, absorbed = select(table, options, kept)
        rows = candidates["row"]
        segmenter = Segmenter(jieba_dictionary(), table.alphabet)
        give_back()  # the dictionary's 349,000 strings
        looks = segmenter.look_up(table, rows)
        places = survey(corpus, table, rows, segmenter, resources)
        candidates |= {
            "known": looks.is_word,
            "pattern": looks.pattern,
            "context": in_parts(noun_context, places.left, places.right),
            "burstiness": places.burstiness,
        }
        give_back()
    strings = Candidates(table, rows, looks.expected_freq, segmenter.n_symbols)
    compared = contrast_with(background, strings, options, progress, resources)
    columns = compare(candidates, table, compared, options.measure)
    if good_terms:
        options = _like(good_terms, columns, table, options, progress)
    if lists:
        columns = _consult(lists, columns, corpus, table, options, progress)
    return Analysis(corpus, table, kept, columns, absorbed, options, _signature(corpus, compared, options))


def read_lists(options: DiscoverOptions) -> TermLists:
    """Every list that the options name."""
    return TermLists(
        kept=read_rules(options.keep, "--keep", options.fold),
        known=read_known(options.known, options.fold),
        verdicts=read_verdicts(options.feedback, options.fold),
        banned=read_rules(options.ban, "--ban", options.fold),
        fold=options.fold,
    )


def _kept(lists: TermLists, table: NgramTable, options: DiscoverOptions, progress: Progress) -> np.ndarray:
    """Which rows the lists keep (bool); the words that are to be kept and are no n-gram are told."""
    if not len(table) or not (lists.wanted or lists.kept.expressions):
        return arrays.zeros(len(table), bool)
    kept = kept_rows(lists, table, could_be_term(table, options).passes)
    if kept.missing:
        progress.note(
            f"--keep: no n-gram of the corpus, so not reported: {', '.join(kept.missing)} "
            f"(--min-freq is {options.min_freq}, --max-length {options.max_length})"
        )
    return kept.rows


def _consult(
    lists: TermLists,
    columns: Columns,
    corpus: Corpus,
    table: NgramTable,
    options: DiscoverOptions,
    progress: Progress,
) -> Columns:
    """The candidates with what the lists say of them: the columns of `rules.Rulings`, and what feedback teaches."""
    rows, learns = columns["row"], bool(lists.verdicts)
    kept, dropped = np.empty(len(rows), dtype=object), np.empty(len(rows), dtype=object)  # a few strings, many times
    listed, terms = arrays.empty(len(rows), bool), []
    for here in arrays.slices(0, len(rows)):
        some = surfaces(corpus, table, rows[here])
        kept[here], dropped[here], listed[here] = rule_on(lists, some, mark_known=options.mark_known)
        terms += some if learns else []
    columns = columns | {"kept": kept, "dropped": dropped, "listed": listed}
    if not learns:
        return columns
    lesson = apply_feedback(columns, terms, lists.verdicts, options.fold)
    progress.note(lesson.told)
    verdicts = np.array(lesson.verdicts, dtype=object)
    return columns | {"verdict": verdicts, "probability": lesson.probability, "merit": lesson.merit}


def _like(
    good_terms: list[str], columns: Columns, table: NgramTable, options: DiscoverOptions, progress: Progress
) -> DiscoverOptions:
    """The options with the threshold that the good terms come to."""
    rows = find_rows(table, good_terms)
    n_found = int(np.isin(columns["row"], rows).sum())
    if not n_found:
        raise TermmineError(
            f"{options.like}: none of its {len(good_terms)} terms is a candidate of this corpus: "
            "give terms that occur in it, or use --min-score"
        )
    least = score_like(columns, rows)
    if options.min_score is not None:
        least = max(least, options.min_score)
    progress.note(f"--like: {n_found} of {len(good_terms)} good terms are candidates: --min-score {least:.6g}")
    return replace(options, min_score=least)


def _signature(corpus: Corpus, background: Background, options: DiscoverOptions) -> dict[str, Any]:
    folded = {} if options.fold is None else {"fold": traditional.version()}
    return {
        "termmine": __version__,
        **folded,
        "options": options.signature(),
        "corpus": {"n_symbols": corpus.n_symbols, "n_documents": corpus.n_documents},
        "background": {"name": background.name, "n_symbols": background.n_symbols},
    }
