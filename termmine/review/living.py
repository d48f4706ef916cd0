"""A run whose result goes into a living glossary: read, mine, look up the terms that it has already, update.

In: the glossary's path, corpora and options, as `discover` takes them. Out: the glossary as it is to be written, and
the result of the run. Writing it is the caller's task.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np

from termmine.counting.engines import Engine
from termmine.counting.source import check_has_lines
from termmine.errors import TermmineError, UsageError
from termmine.formats.cutoff import least_score
from termmine.formats.sheet import read_sheet
from termmine.options import DiscoverOptions
from termmine.pipeline import Discovery, column_names, run_discovery
from termmine.readers.rewind import readable_twice
from termmine.readers.source import Given, Source, open_source
from termmine.review.glossary import Fresh, Outcome, begin, merge, open_glossary, update
from termmine.runtime.address import as_path
from termmine.search.examples import examples
from termmine.search.lines import read_lines
from termmine.search.rows import find_rows
from termmine.search.tally import Terms

SENTENCES = 3  # sentences that a glossary shows of each term by default


@dataclass(frozen=True)
class Plan:
    """The user's wishes for a glossary: its path, the date, and its first form where there is none."""

    path: Path
    today: str
    chinese: bool = False
    bom: bool = False


@dataclass(frozen=True)
class Living:
    """A glossary that is to be written, and the run that filled it. ``notes``: what the user should know."""

    outcome: Outcome
    found: Discovery
    notes: list[str]

    @property
    def path(self) -> Path:
        """The path of the glossary."""
        return self.outcome.sheet.path

    @property
    def data(self) -> bytes:
        """Its bytes."""
        return self.outcome.sheet.render()

    @property
    def told(self) -> list[str]:
        """The notes, a line each."""
        return [*self.notes, self.outcome.told]

    @property
    def facts(self) -> dict[str, int]:
        """Figures for the last line of a log."""
        return {"n_new": self.outcome.n_new, "n_known": self.outcome.n_known, "n_judged": self.outcome.n_judged}


def find_today(given: str | None) -> str:
    """The date to write down, as 2026-12-01: the one that is given, that of SOURCE_DATE_EPOCH, or today's."""
    if given is not None:
        try:
            return date.fromisoformat(given).isoformat()
        except ValueError:
            raise UsageError(f"--date {given}: is no date: write it as 2026-12-01") from None
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return date.today().isoformat()
    if not epoch.strip().isdecimal():
        raise UsageError(f"SOURCE_DATE_EPOCH={epoch}: is no number of seconds: correct it, or give --date")
    return datetime.fromtimestamp(int(epoch), timezone.utc).date().isoformat()


def refresh(
    plan: Plan,
    corpus: Given,
    background: Given | None,
    options: DiscoverOptions,
    engine: Engine,
    listed: int = 0,
) -> Living:
    """Mine a corpus into a glossary. ``options.contexts``: sentences in it; ``listed``: in the list beside it."""
    before = plan.path.read_bytes() if plan.path.exists() else None
    source = open_source(engine.located(corpus), options)
    if options.contexts:
        check_has_lines(source)
    sheet = open_glossary(plan.path, options.fold)
    judged = sheet is not None and any(text.strip() for text in sheet.texts("verdict"))
    reviewed = [as_path(path) for path in options.feedback]
    mining = replace(options, contexts=listed, feedback=(*[str(plan.path)] * judged, *options.feedback))
    if sheet is None:
        sheet = begin(plan.path, _figures(mining, options.contexts), chinese=plan.chinese, bom=plan.bom)
    notes: list[str] = []
    for path in reviewed:
        merged = merge(sheet, path, plan.today, options.fold)
        sheet, notes = merged.sheet, [*notes, *merged.notes]
    with readable_twice(source, engine.job.folder) as (again, rewind):
        found = run_discovery(again, background, mining, engine=engine)
        for path in reviewed:
            _check_is_ours(path, found)
        known, fresh = figures(found, sheet.texts("term")), _to_be_added(found, mining)
        if options.contexts:
            rewind()
            with engine.job.progress.stage("looking for examples"):
                known, fresh = _with_sentences([known, fresh], again, options)
    outcome = update(sheet, known, fresh, plan.today, options.fold)
    if before != (plan.path.read_bytes() if plan.path.exists() else None):
        raise TermmineError(f"{plan.path}: was changed while termmine was at work: nothing was written; run it again")
    return Living(outcome, found, notes)


def _figures(options: DiscoverOptions, n_sentences: int) -> list[str]:
    """The columns that a run fills."""
    sentences = [f"{name}_{i + 1}" for i in range(n_sentences) for name in ("context", "source")]
    return [
        *(name for name in column_names(replace(options, contexts=0)) if name not in ("term", "verdict")),
        *sentences,
    ]


def _check_is_ours(path: Path, found: Discovery) -> None:
    """Refuse a reviewed file none of whose terms occurs in the corpus: it is of another list."""
    terms = list(dict.fromkeys(filter(None, map(str.strip, read_sheet(path).texts("term")))))
    if terms and not _exact(found, terms)[0].any():
        raise TermmineError(
            f"{path}: none of its {len(terms)} terms occurs in the corpus, so it is the review of another list: "
            "give that of this one"
        )


def _exact(found: Discovery, terms: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """The frequency of each term in the corpus of a run, and the number of its documents (int64)."""
    ready = Terms(terms, found.analysis.options.fold)
    counts = ready.none()
    ready.add_corpus(counts, found.analysis.corpus)
    return counts.freq, counts.doc_freq


def figures(found: Discovery, terms: Sequence[str]) -> Fresh:
    """The figures of given terms in a run: frequencies of all of them, everything else of those that are candidates."""
    analysis, names = found.analysis, _figures(found.analysis.options, 0)
    freq, doc_freq = _exact(found, terms)
    rows, candidates = find_rows(analysis.table, terms), analysis.columns["row"]
    order = np.argsort(candidates)
    at = np.minimum(np.searchsorted(candidates, rows, sorter=order), max(len(candidates) - 1, 0))
    at = order[at] if len(candidates) else at
    there = (candidates[at] == rows) & (rows >= 0) if len(candidates) else np.zeros(len(terms), dtype=bool)
    columns: dict[str, list[Any]] = {}
    for name in names:
        values = analysis.columns[name][at].tolist() if len(candidates) else [None] * len(terms)
        columns[name] = [value if known else None for value, known in zip(values, there.tolist(), strict=True)]
    return Fresh(list(terms), columns | {"freq": freq.tolist(), "doc_freq": doc_freq.tolist()})


def _to_be_added(found: Discovery, options: DiscoverOptions) -> Fresh:
    """The terms to be in the glossary: as many as the options say, or those that score well enough."""
    terms = found.terms
    if options.top is None and options.min_score is None and options.like is None:
        least = least_score(terms["score"].tolist())
        if least is not None:
            terms = terms[terms["score"] >= least]
    columns = {name: terms[name].tolist() for name in _figures(options, 0)}
    return Fresh(terms["term"].tolist(), columns)


def _with_sentences(several: list[Fresh], source: Source, options: DiscoverOptions) -> list[Fresh]:
    """The figures with sentences from the corpus, which is read once more for that."""
    wanted = [term for fresh in several for term in fresh.terms]
    found = examples(wanted, read_lines(source, options), options.contexts, options.fold)
    with_them = []
    for fresh in several:
        columns: dict[str, list[Any]] = {}
        for i in range(options.contexts):
            chosen = [found[term][i] if i < len(found[term]) else None for term in fresh.terms]
            columns[f"context_{i + 1}"] = [None if one is None else one.sentence for one in chosen]
            columns[f"source_{i + 1}"] = [None if one is None else one.place for one in chosen]
        with_them.append(Fresh(fresh.terms, fresh.columns | columns))
    return with_them
