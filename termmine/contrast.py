"""Candidates + a background -> keyness columns and the ranking.

In: the candidate table of the domain and how often each candidate occurs in the background. Out: the same table with
``background_freq``, ``keyness``, ``log_ratio``, ``pattern`` and ``score``, the best first. Which strings are units was
decided before; how the result is written, comes after.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from termmine.candidates import Funnel, nesting
from termmine.measures import Measure, find_measure, keyness, log_ratio
from termmine.options import DiscoverOptions
from termmine.types import NgramTable


@dataclass(frozen=True)
class Background:
    """What the candidates are contrasted with: ``freq`` (one a candidate), the size in symbols, a name to report."""

    freq: np.ndarray
    n_symbols: int
    name: str


def compare(candidates: pd.DataFrame, table: NgramTable, background: Background, measure: str) -> pd.DataFrame:
    """The candidates with their keyness columns and ``score``, the chosen measure."""
    chosen = find_measure(measure)
    frame = candidates.assign(background_freq=background.freq)
    counts = (frame["freq"].to_numpy(), table.n_symbols, background.freq, max(background.n_symbols, 1))
    frame = frame.assign(keyness=keyness(*counts), log_ratio=log_ratio(*counts))
    if chosen.contrast:
        return frame.assign(score=chosen.formula(*counts))
    return frame.assign(score=_from_columns(chosen, frame, table))


def _from_columns(measure: Measure, frame: pd.DataFrame, table: NgramTable) -> np.ndarray:
    if "n_longer" in measure.columns:
        number, total = nesting(table, frame["row"].to_numpy())
        frame = frame.assign(n_longer=number, freq_longer=total)
    return np.asarray(measure.formula(*(frame[name].to_numpy() for name in measure.columns)))


def select_terms(frame: pd.DataFrame, options: DiscoverOptions, funnel: Funnel) -> pd.DataFrame:
    """Apply the thresholds on the contrast columns; an empty result is an error that says which one did it."""
    min_score = options.min_score
    if min_score is None and options.measure == "score":
        min_score = np.finfo(np.float64).tiny  # a factor's veto counts
    thresholds = {
        "background_freq": options.min_background_freq,
        "keyness": options.min_keyness,
        "log_ratio": options.min_log_ratio,
        "score": min_score,
    }
    for name, least in thresholds.items():
        if least is not None:
            frame = frame[frame[name] >= least]
            flag = "--min-" + name.replace("_", "-")
            funnel = funnel.then(f"has {name} of {least:g} or more ({flag})", len(frame))
    return frame
