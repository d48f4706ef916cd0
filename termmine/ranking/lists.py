"""The reader's own lists applied to the candidates: kept, dropped, judged, and the threshold of good examples.

In: the lists that the options name, and candidates with their columns. Out: True for the rows that are kept whatever
their figures, and columns with the lists' decisions. How a list is read is known in `candidates.wordlists`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from termmine.candidates.filters import could_be_term
from termmine.candidates.verdicts import read_verdicts
from termmine.candidates.wordlists import TermLists, kept_rows, read_known, read_rules, rule_on
from termmine.counting.engines import Engine
from termmine.errors import TermmineError
from termmine.options import DiscoverOptions
from termmine.ranking.contrast import score_like
from termmine.ranking.feedback import apply_feedback
from termmine.runtime.columns import slices
from termmine.runtime.job import Job
from termmine.search.rows import find_rows
from termmine.search.spelling import surfaces
from termmine.types import Columns, Corpus, NgramTable


def read_lists(options: DiscoverOptions) -> TermLists:
    """Every list that the options name."""
    return TermLists(
        kept=read_rules(options.keep, "--keep", options.fold),
        known=read_known(options.known, options.fold),
        verdicts=read_verdicts(options.feedback, options.fold),
        banned=read_rules(options.ban, "--ban", options.fold),
        fold=options.fold,
    )


def keep(lists: TermLists, table: NgramTable, options: DiscoverOptions, job: Job) -> np.ndarray:
    """True for the rows that the lists keep (bool); words to be kept that are no n-gram are noted."""
    if not len(table) or not (lists.wanted or lists.kept.expressions):
        return job.arrays.zeros(len(table), bool)
    kept = kept_rows(lists, table, could_be_term(table, options, job.arrays).passes, job.arrays)
    if kept.missing:
        job.progress.note(
            f"--keep: no n-gram of the corpus, so not reported: {', '.join(kept.missing)} "
            f"(--min-freq is {options.min_freq}, --max-length {options.max_length})"
        )
    return kept.rows


def consult(
    lists: TermLists,
    columns: Columns,
    corpus: Corpus,
    table: NgramTable,
    options: DiscoverOptions,
    engine: Engine,
) -> Columns:
    """The candidates with the lists' decisions: the columns of `wordlists.Rulings`, and the results of feedback."""
    rows, learns, job = columns["row"], bool(lists.verdicts), engine.job
    kept, dropped = np.empty(len(rows), dtype=object), np.empty(len(rows), dtype=object)  # a few strings, many times
    listed, terms = job.arrays.empty(len(rows), bool), []
    for here in slices(0, len(rows)):
        some = surfaces(corpus, table, rows[here], engine)
        kept[here], dropped[here], listed[here] = rule_on(lists, some, mark_known=options.mark_known)
        terms += some if learns else []
    columns = columns | {"kept": kept, "dropped": dropped, "listed": listed}
    if not learns:
        return columns
    lesson = apply_feedback(columns, terms, lists.verdicts, options.fold)
    job.progress.note(lesson.told)
    verdicts = np.array(lesson.verdicts, dtype=object)
    return columns | {"verdict": verdicts, "probability": lesson.probability, "merit": lesson.merit}


def reach_like(
    good_terms: list[str], columns: Columns, table: NgramTable, options: DiscoverOptions, job: Job
) -> DiscoverOptions:
    """The options with the threshold that nine in ten of the good terms reach."""
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
    job.progress.note(f"--like: {n_found} of {len(good_terms)} good terms are candidates: --min-score {least:.6g}")
    return replace(options, min_score=least)
