"""Why a string is, or is not, in the list, and where.

In: an analysis and strings. Out: plain records, one a string, and how to write them for a reader. Everything is read
off the same tables and rules that the ranking uses; nothing is decided here.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np

from termmine.candidates.filters import unit_rules
from termmine.candidates.fragments import absorbers
from termmine.counting.source import check_has_lines
from termmine.errors import EmptyResultError
from termmine.kernels.codes import FIRST_SYMBOL
from termmine.measures import find_measure, pmi, score_factors
from termmine.options import DiscoverOptions
from termmine.pipeline import Analysis, analyse, open_background, rank
from termmine.ranking.contrast import term_rules
from termmine.readers.rewind import readable_twice
from termmine.readers.source import Given, open_source
from termmine.runtime.arrays import Arrays
from termmine.runtime.job import Job
from termmine.search.examples import examples
from termmine.search.lines import read_lines
from termmine.search.rows import find_rows
from termmine.text.encode import encode, encode_strings
from termmine.types import Columns, spell

MOST = 5  # neighbours, longer strings, near strings shown of each kind


def explain_source(
    corpus: Given,
    background: Given | None,
    options: DiscoverOptions,
    terms: Iterable[str],
    job: Job,
) -> list[dict[str, Any]]:
    """`explain` for a source; with ``contexts`` each record has sentences that hold the term, each with its place."""
    terms, source, background = list(terms), open_source(corpus), open_background(background)
    if not options.contexts:
        return explain(analyse(source, background, options, job), terms, job)
    check_has_lines(source)
    with readable_twice(source, job.folder) as (again, rewind):
        records = explain(analyse(again, background, options, job), terms, job)
        rewind()
        found = examples(terms, read_lines(again, options), options.contexts, options.fold)
    return [
        record | {"contexts": [{"source": one.place, "context": one.sentence} for one in found[record["term"]]]}
        for record in records
    ]


def explain(analysis: Analysis, terms: Iterable[str], job: Job | None = None) -> list[dict[str, Any]]:
    """One record a term: its counts, its weakest split, its neighbours, what holds it, its score, and the verdict."""
    job, terms = job or Job(), list(terms)
    rows = find_rows(analysis.table, terms)
    try:
        ranking = rank(analysis, job).whole()
    except EmptyResultError:  # the rule that leaves nothing is just what is to be explained
        ranking = {"row": np.zeros(0, dtype=np.int32), "term": np.zeros(0, dtype=object)}
    return [_explain(analysis, term, int(row), ranking, job.arrays) for term, row in zip(terms, rows, strict=True)]


def _explain(analysis: Analysis, term: str, row: int, ranking: Columns, arrays: Arrays) -> dict[str, Any]:
    positions, codes = occurrences(analysis, term)
    record: dict[str, Any] = {"term": term, "freq": len(positions)}
    if not len(positions):
        record["verdict"] = (
            "does not occur in the corpus"
            if _is_one_run(term)
            else "cannot be a term: it is not one unbroken stretch of characters and words"
        )
        record["nearest"] = _nearest(term, ranking["term"].tolist())
        return record
    record["left_neighbours"] = _neighbours(analysis, positions - 1)
    record["right_neighbours"] = _neighbours(analysis, positions + len(codes))
    if row < 0:
        times, symbols = _number(len(positions), "time"), _number(len(codes), "symbol")
        record["verdict"] = (
            f"not counted as an n-gram: it occurs {times}, in {symbols}; "
            f"--min-freq is {analysis.options.min_freq}, --max-length {analysis.options.max_length}"
        )
        return record
    table = analysis.table
    record["doc_freq"] = int(table.doc_freq[row])
    record["left_entropy"] = float(table.left_entropy[row])
    record["right_entropy"] = float(table.right_entropy[row])
    if len(codes) > 1:
        record["weakest_split"] = _weakest_split(analysis, row, len(codes))
    record["longer"] = _longer(analysis, row)
    return record | _verdict(analysis, row, ranking, arrays)


def _is_one_run(term: str) -> bool:
    return int((np.asarray(encode([term]).codes) < FIRST_SYMBOL).sum()) == 2  # a separator before it and one after it


def _number(n: int, what: str) -> str:
    return f"{n} {what}" + "s" * (n != 1)


def _nearest(term: str, ranking: list[str]) -> list[str]:
    """The reported terms that look most like a string; only those that share a character with it are compared."""
    characters = set(term)
    return difflib.get_close_matches(term, [t for t in ranking if characters & set(t)], n=MOST, cutoff=0.3)


def occurrences(analysis: Analysis, term: str) -> tuple[np.ndarray, np.ndarray]:
    """Where a string begins in the corpus (int64), and its symbols; none where it is not one run."""
    runs, which = encode_strings([term], analysis.corpus.alphabet)
    symbols, found = runs[1:-1], [np.zeros(0, dtype=np.int64)]
    if len(which):
        for segment in analysis.corpus.segments(0, len(symbols)):
            codes = segment.codes
            positions = np.flatnonzero(codes[: segment.stop] == symbols[0])
            for i, symbol in enumerate(symbols[1:], 1):
                positions = positions[codes[positions + i] == symbol]  # a corpus ends with a separator
            found.append(positions + segment.offset)
    return np.concatenate(found), symbols


def _codes_at(analysis: Analysis, places: np.ndarray) -> np.ndarray:
    """The codes at places of the corpus, which are in ascending order."""
    found = [np.zeros(0, dtype=np.int32)]
    for segment in analysis.corpus.segments(0, 0):
        begin, end = np.searchsorted(places, (segment.offset, segment.offset + segment.stop))
        found.append(segment.codes[places[begin:end] - segment.offset])
    return np.concatenate(found)


def _neighbours(analysis: Analysis, places: np.ndarray) -> list[tuple[str, int]]:
    """The commonest symbols at places; the edges of runs together as (edge)."""
    codes, counts = np.unique(_codes_at(analysis, places), return_counts=True)
    found: Counter[str] = Counter()
    words = analysis.corpus.alphabet.first_forms
    for code, n in zip(codes.tolist(), counts.tolist(), strict=True):
        found["(edge)" if code < FIRST_SYMBOL else spell([code], words)] += n
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))[:MOST]


def _weakest_split(analysis: Analysis, row: int, n: int) -> dict[str, Any]:
    table = analysis.table
    lefts, rights = [row], [row]
    for _ in range(n - 1):
        lefts.append(int(table.prefix[lefts[-1]]))
        rights.append(int(table.suffix[rights[-1]]))
    splits = [(lefts[n - i], rights[i]) for i in range(1, n)]
    values = [
        float(pmi(table.freq[[row]], table.freq[[left]], table.freq[[right]], table.n_symbols)[0])
        for left, right in splits
    ]
    weakest = int(np.argmin(values))
    left, right = splits[weakest]
    return {
        "parts": table.texts(np.array([left])) + table.texts(np.array([right])),
        "freq": [int(table.freq[left]), int(table.freq[right])],
        "cohesion": values[weakest],
    }


def _longer(analysis: Analysis, row: int) -> list[tuple[str, int]]:
    """The commonest n-grams one symbol longer."""
    table = analysis.table
    found = np.flatnonzero((table.prefix == row) | (table.suffix == row))
    best = found[np.lexsort((found, -table.freq[found]))][:MOST]
    return list(zip(table.texts(best), table.freq[best].tolist(), strict=True))


def _verdict(analysis: Analysis, row: int, ranking: Columns, arrays: Arrays) -> dict[str, Any]:
    """The first rule that dropped the row, or the ingredients of its score and its place in the list."""
    table, options, columns = analysis.table, analysis.options, analysis.columns
    rules = unit_rules(table, options, analysis.kept, arrays)
    keep = np.logical_and.reduce([rule.passes for rule in rules])
    absorber = int(absorbers(table, keep, options.min_independence, arrays)[row])
    if absorber >= 0 and rules[0].passes[row] and not analysis.kept[row]:
        longer = table.texts(np.array([absorber]))[0]
        return {
            "absorbed_by": longer,
            "verdict": f"absorbed: it hardly ever occurs outside {longer}, which occurs {table.freq[absorber]} times "
            "(--min-independence)",
        }
    for rule in rules:
        if not rule.passes[row]:
            return {"verdict": f"dropped: it is not one that {rule.text}"}
    place = int(np.flatnonzero(columns["row"] == row)[0])
    entry = {name: column[place] for name, column in columns.items()}
    record = {"score": float(entry["score"]), "ingredients": _ingredients(entry, options.measure)}
    for rule in term_rules(columns, options, arrays):
        if not rule.passes[place]:
            reason = f"it is not one that {rule.text}" if rule.reasons is None else rule.reasons[place]
            return record | {"verdict": f"dropped: {reason}"}
    at, n_terms = np.flatnonzero(ranking["row"] == row), len(ranking["row"])
    if not len(at):
        return record | {"verdict": f"below the first {n_terms} (--top)"}
    because = f" ({entry['kept']})" if entry.get("kept") else ""
    return record | {"rank": int(at[0]) + 1, "verdict": f"kept: number {int(at[0]) + 1} of {n_terms}{because}"}


def _ingredients(entry: dict[str, Any], measure: str) -> dict[str, float]:
    """The counts and columns that a score was made of, and for the default one its factors."""
    names = find_measure(measure).columns or ("log_ratio", "keyness")
    told = dict.fromkeys(("background_freq", *names, "probability"))
    shown = {name: float(entry[name]) for name in told if name in entry}
    if measure == "score":
        factors = score_factors(*(np.array([entry[name]], dtype=np.float64) for name in names))
        shown |= {f"factor {name}": float(factor[0]) for name, factor in factors.items()}
    return shown


def as_text(record: dict[str, Any]) -> str:
    """A record as lines for a reader, the verdict first."""
    lines = [f"{record['term']}: {record['verdict']}"]
    for name, value in record.items():
        if name == "contexts":
            lines += [f"  {example['source']}: {example['context']}" for example in value]
        elif name not in ("term", "verdict"):
            lines.append(f"  {name.replace('_', ' ')}: {_value(value)}")
    return "\n".join(lines)


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_value(item)}" for name, item in value.items())
    if isinstance(value, (list, tuple)):
        return " ".join(f"{item[0]}({item[1]})" if isinstance(item, tuple) else str(item) for item in value)
    return str(value)
