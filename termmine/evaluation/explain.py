"""The reasons why a string is, or is not, in the list, and its place there.

In: an analysis and strings. Out: plain records, one a string, and how to write them for a reader. Everything is read
off the same tables and filters that the ranking uses; nothing is decided here.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from termmine.candidates.filters import unit_filters
from termmine.candidates.fragments import absorbers
from termmine.counting.engines import Engine, Key, LocalEngine
from termmine.counting.source import check_has_lines
from termmine.errors import EmptyResultError
from termmine.kernels.codes import FIRST_SYMBOL, RUN_END
from termmine.measures import find_measure, pmi, score_factors
from termmine.options import DiscoverOptions
from termmine.pipeline import Analysis, analyse, open_background, rank
from termmine.ranking.contrast import term_filters
from termmine.readers.rewind import readable_twice
from termmine.readers.source import Given, open_source
from termmine.runtime.arrays import Arrays
from termmine.runtime.job import Job
from termmine.search.examples import examples
from termmine.search.lines import read_lines
from termmine.search.rows import find_rows
from termmine.text.encode import encode, encode_strings
from termmine.types import Columns, NgramTable, Segment, spell

MOST = 5  # neighbours, longer strings, near strings shown of each kind


def explain_source(
    corpus: Given,
    background: Given | None,
    options: DiscoverOptions,
    terms: Iterable[str],
    engine: Engine,
) -> list[dict[str, Any]]:
    """`explain` for a source; with ``contexts`` each record has sentences that hold the term, each with its place."""
    terms, source = list(terms), open_source(engine.located(corpus), options)
    background = open_background(engine.located(background), options)
    if not options.contexts:
        return explain(analyse(source, background, options, engine), terms, engine)
    check_has_lines(source)
    with readable_twice(source, engine.job.folder) as (again, rewind):
        records = explain(analyse(again, background, options, engine), terms, engine)
        rewind()
        found = examples(terms, read_lines(again, options), options.contexts, options.fold)
    return [
        record | {"contexts": [{"source": one.place, "context": one.sentence} for one in found[record["term"]]]}
        for record in records
    ]


def explain(analysis: Analysis, terms: Iterable[str], engine: Engine | None = None) -> list[dict[str, Any]]:
    """One record a term: its counts, its weakest split, its neighbours, what holds it, its score, and the verdict."""
    engine, terms = engine or LocalEngine(Job()), list(terms)
    rows, found = find_rows(analysis.table, terms), look_around(analysis, terms, engine)
    try:
        ranking = rank(analysis, engine).whole()
    except EmptyResultError:  # the filter that leaves nothing is the answer
        ranking = {"row": np.zeros(0, dtype=np.int32), "term": np.zeros(0, dtype=object)}
    arrays = engine.job.arrays
    return [
        _explain(analysis, term, int(row), around, ranking, arrays)
        for term, row, around in zip(terms, rows, found, strict=True)
    ]


def _explain(
    analysis: Analysis, term: str, row: int, around: Around, ranking: Columns, arrays: Arrays
) -> dict[str, Any]:
    record: dict[str, Any] = {"term": term, "freq": around.freq}
    if not around.freq:
        record["verdict"] = (
            _verdict_on_nothing(analysis)
            if _is_one_run(term)
            else "cannot be a term: it is not one unbroken stretch of characters and words"
        )
        record["nearest"] = _nearest(term, ranking["term"].tolist())
        return record
    record["left_neighbours"] = _neighbours(analysis, around.left)
    record["right_neighbours"] = _neighbours(analysis, around.right)
    if row < 0:
        times, symbols = _number(around.freq, "time"), _number(around.length, "symbol")
        record["verdict"] = (
            f"not counted as an n-gram: it occurs {times}, in {symbols}; "
            f"--min-freq is {analysis.options.min_freq}, --max-length {analysis.options.max_length}"
        )
        return record
    table = analysis.table
    record["doc_freq"] = int(table.doc_freq[row])
    record["left_entropy"] = float(table.left_entropy[row])
    record["right_entropy"] = float(table.right_entropy[row])
    if around.length > 1:
        record["weakest_split"] = _weakest_split(analysis, row, around.length)
    record["longer"] = _longer(analysis, row)
    return record | _verdict(analysis, row, ranking, arrays)


def _verdict_on_nothing(analysis: Analysis) -> str:
    """Of a string that is not found."""
    if analysis.corpus.kept is None:
        return "does not occur in the corpus"
    least, longest = analysis.options.min_freq, analysis.options.max_length
    return (
        f"not known to occur {least} times (--min-freq) in up to {longest} symbols (--max-length): "
        "there is no text to look for it in"
    )


def _is_one_run(term: str) -> bool:
    return int((np.asarray(encode([term]).codes) < FIRST_SYMBOL).sum()) == 2  # a separator before it and one after it


def _number(n: int, what: str) -> str:
    return f"{n} {what}" + "s" * (n != 1)


def _nearest(term: str, ranking: list[str]) -> list[str]:
    """The reported terms that look most like a string; only those that share a character with it are compared."""
    characters = set(term)
    return difflib.get_close_matches(term, [t for t in ranking if characters & set(t)], n=MOST, cutoff=0.3)


@dataclass(frozen=True)
class Around:
    """The surroundings of a string of ``length`` symbols: its frequency, and the codes on either side with their
    numbers.
    """

    length: int = 0
    freq: int = 0
    left: Counter[int] = field(default_factory=Counter)
    right: Counter[int] = field(default_factory=Counter)


_LEFT, _RIGHT = 0, 1


@dataclass(frozen=True)
class Neighbours:
    """The task of counting the symbols on either side of some runs of codes: keys (run, side, code)."""

    runs: tuple[tuple[int, ...], ...]

    before = 1

    @property
    def after(self) -> int:
        """The codes of the longest run, and one behind it."""
        return max(map(len, self.runs), default=0) + 1

    def look(self, piece: Segment) -> Counter[Key]:
        """Count the occurrences that begin in a piece."""
        found: Counter[Key] = Counter()
        codes = piece.codes
        for i, run in enumerate(self.runs):
            at = piece.start + np.flatnonzero(codes[piece.start : piece.stop] == run[0])
            at = at[at + len(run) < len(codes)]
            for n, symbol in enumerate(run[1:], 1):
                at = at[codes[at + n] == symbol]
            for side, places in ((_LEFT, at - 1), (_RIGHT, at + len(run))):
                beside, counts = np.unique(codes[places], return_counts=True)
                found.update({(i, side, code): n for code, n in zip(beside.tolist(), counts.tolist(), strict=True)})
        return found


def look_around(analysis: Analysis, terms: list[str], engine: Engine) -> list[Around]:
    """The surroundings of each string in the corpus; none where it is not one run."""
    if analysis.corpus.kept is not None:
        rows = find_rows(analysis.table, terms).tolist()
        return [_known_around(analysis.table, row) if row >= 0 else Around() for row in rows]
    codes, which = encode_strings(terms, analysis.corpus.alphabet)
    runs = [tuple(run.tolist()) for run in np.split(codes, np.flatnonzero(codes == RUN_END))]
    runs = [run[1:] for run in runs if len(run) > 1]
    found = [Around() for _ in terms]
    sides = [(Counter[int](), Counter[int]()) for _ in runs]
    for (i, side, code), n in engine.tally(analysis.corpus, Neighbours(tuple(runs))).items():
        sides[i][side][code] += n
    for term, run, (left, right) in zip(which.tolist(), runs, sides, strict=True):
        found[term] = Around(len(run), left.total(), left, right)
    return found


def _known_around(table: NgramTable, row: int) -> Around:
    """The surroundings of a row as far as the table's longer rows tell them."""
    left, right = Counter[int](), Counter[int]()
    for longer in np.flatnonzero(table.suffix == row).tolist():
        first = longer
        while table.prefix[first] >= 0:
            first = int(table.prefix[first])
        left[int(table.last[first])] += int(table.freq[longer])
    for longer in np.flatnonzero(table.prefix == row).tolist():
        right[int(table.last[longer])] += int(table.freq[longer])
    left[RUN_END], right[RUN_END] = int(table.left_edge[row]), int(table.right_edge[row])
    return Around(int(table.length[row]), int(table.freq[row]), +left, +right)


def _neighbours(analysis: Analysis, codes: Counter[int]) -> list[tuple[str, int]]:
    """The commonest symbols among codes; the edges of runs together as (edge)."""
    found: Counter[str] = Counter()
    words = analysis.corpus.alphabet.first_forms
    for code, n in codes.items():
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
    """The first filter that dropped the row, or the ingredients of its score and its place in the list."""
    table, options, columns = analysis.table, analysis.options, analysis.columns
    filters = unit_filters(table, options, analysis.kept, arrays)
    keep = np.logical_and.reduce([each.passes for each in filters])
    absorber = int(absorbers(table, keep, options.min_independence, arrays)[row])
    if absorber >= 0 and filters[0].passes[row] and not analysis.kept[row]:
        longer = table.texts(np.array([absorber]))[0]
        return {
            "absorbed_by": longer,
            "verdict": f"absorbed: it hardly ever occurs outside {longer}, which occurs {table.freq[absorber]} times "
            "(--min-independence)",
        }
    for each in filters:
        if not each.passes[row]:
            return {"verdict": f"dropped: it is not one that {each.text}"}
    place = int(np.flatnonzero(columns["row"] == row)[0])
    entry = {name: column[place] for name, column in columns.items()}
    record = {"score": float(entry["score"]), "ingredients": _ingredients(entry, options.measure)}
    for each in term_filters(columns, options, arrays):
        if not each.passes[place]:
            reason = f"it is not one that {each.text}" if each.reasons is None else each.reasons[place]
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
