"""Candidates + a background -> keyness columns and the ranking.

In: the candidate table of the domain and the frequency of each candidate in the background. Out: the same table with
``background_freq``, ``keyness``, ``log_ratio``, ``general_ratio`` and ``score``, and the filters for its rows. The
units were chosen before; the order, and how the result is written, come after.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from termmine.candidates.filters import Filter, threshold
from termmine.candidates.fragments import nesting
from termmine.measures import Measure, find_measure, general_ratio, keyness, log_ratio
from termmine.options import DiscoverOptions
from termmine.ranking.background import Background
from termmine.runtime.arrays import Arrays
from termmine.types import Columns, NgramTable


def add_keyness(
    candidates: Columns, table: NgramTable, background: Background, measure: str, arrays: Arrays
) -> Columns:
    """The candidates with their keyness columns and ``score``, the chosen measure."""
    chosen = find_measure(measure)
    freq, f2 = candidates["freq"], background.freq
    n1, n2 = table.n_symbols, max(background.n_symbols, 1)

    def general(f1: np.ndarray, f2: np.ndarray, expected: np.ndarray) -> np.ndarray:
        return general_ratio(f1, n1, f2, n2, expected, background.n_expected)

    columns = candidates | {
        "background_freq": f2,
        "keyness": arrays.in_parts(lambda f1, f2: keyness(f1, n1, f2, n2), freq, f2),
        "log_ratio": arrays.in_parts(lambda f1, f2: log_ratio(f1, n1, f2, n2), freq, f2),
        "general_ratio": arrays.in_parts(general, freq, f2, background.expected),
    }
    if measure in columns:  # keyness and log_ratio
        return columns | {"score": columns[measure]}
    if chosen.contrast:
        return columns | {"score": chosen.formula(freq, n1, f2, n2)}
    return columns | {"score": _from_columns(chosen, columns, table, arrays)}


def _from_columns(measure: Measure, columns: Columns, table: NgramTable, arrays: Arrays) -> np.ndarray:
    if "n_longer" in measure.columns:
        number, total = nesting(table, columns["row"], arrays)
        columns = columns | {"n_longer": number, "freq_longer": total}
    return arrays.in_parts(measure.formula, *(columns[name] for name in measure.columns))


def term_filters(columns: Columns, options: DiscoverOptions, arrays: Arrays) -> list[Filter]:
    """The filters that a compared candidate must pass to be reported, in order; the passes are one a candidate.

    Where the reader gave lists, there is a column ``dropped``: the reason why a list drops a candidate, empty
    where none does; and one ``kept``: the same of one that meets every threshold because a list keeps it.
    """
    least = {
        "background_freq": options.min_background_freq,
        "keyness": options.min_keyness,
        "log_ratio": options.min_log_ratio,
        "score": options.min_score,
    }
    filters = [threshold(name, columns[name], value, arrays) for name, value in least.items() if value is not None]
    if options.measure == "score":
        passes = arrays.in_parts(lambda score: score > 0.0, columns["score"], dtype=bool)
        filters.append(Filter("has every factor of the score above 0", passes))
    if "dropped" not in columns:
        return filters
    kept, dropped = columns["kept"] != "", columns["dropped"].tolist()
    ruled_out = Filter(
        "is left by --known, --feedback and --ban",
        np.array([not reason for reason in dropped], dtype=bool),
        "shorten those lists, or give more text",
        dropped,
    )
    return [ruled_out, *(replace(each, passes=each.passes | kept) for each in filters)]


LIKE_QUANTILE = 0.1  # a quantile of the good terms' scores: the worst tenth may be slips, and does not count


def score_like(columns: Columns, rows: np.ndarray) -> float:
    """The score that nine in ten of the candidates in ``rows`` (rows of the table) reach."""
    known = columns["score"][np.isin(columns["row"], rows)]
    return float(np.quantile(known, LIKE_QUANTILE, method="lower")) if len(known) else 0.0
