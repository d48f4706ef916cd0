"""Ranked lists against a gold list: precision, recall, average precision, each with a bootstrap interval.

In: ranked terms and gold terms in normal form (`text.normalize.normal_form`), and the frequency of each gold term. Out:
plain records. Gold lists are incomplete, so the figures mean something only side by side.

    P@k  share of the first k that are in the gold list (k is the denominator also when the list is shorter)
    R@k  share of the relevant terms that are among the first k; relevant: in the gold list, and in the corpus often
         enough where a corpus is given
    F1@k their harmonic mean
    AP   average precision to depth 20,000 over the relevant terms (Manning, Raghavan & Schütze 2008, chapter 8)
    ceil share of the relevant terms anywhere in the list
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

PRECISION_AT = (100, 500, 1000, 5000)
RECALL_AT = (1000, 5000, 20000)
_RECALLS: tuple[tuple[str, int | None], ...] = (*((f"R@{k}", k) for k in RECALL_AT), ("ceil", None))
F1_AT = (1000, 5000)
DEPTH = 20000
MIN_OCCURRENCES = 5

RESAMPLES = 1000
INTERVAL = (2.5, 97.5)  # percentiles: a 95 % interval
_SEED = 6540  # any; fixed, so that the same lists give the same intervals

LENGTH_BANDS: tuple[tuple[int, int | None], ...] = ((2, 2), (3, 3), (4, 4), (5, 6), (7, None))
FREQ_BANDS: tuple[tuple[int, int | None], ...] = ((5, 9), (10, 29), (30, 99), (100, None))


@dataclass(frozen=True)
class Judged:
    """A ranked list beside a gold list: ``in_gold`` (bool, one a term of the list); ``rank`` (int64, one a relevant
    term: 1 for the best, 0 where the list lacks it); ``gain`` (float64, one a relevant term: the precision at its
    rank, 0 beyond `DEPTH`), of which AP is the mean.
    """

    terms: tuple[str, ...]
    in_gold: np.ndarray
    rank: np.ndarray
    gain: np.ndarray


def judge(ranked: Sequence[str], gold: frozenset[str], relevant: Sequence[str]) -> Judged:
    """Find the ranks of the relevant terms in a list without duplicates."""
    place = {term: rank for rank, term in enumerate(ranked, 1)}
    rank = np.array([place.get(term, 0) for term in relevant], dtype=np.int64)
    gain = np.zeros(len(rank))
    hits = 0
    for i in np.argsort(rank, kind="stable"):
        if 0 < rank[i] <= DEPTH:
            hits += 1
            gain[i] = hits / rank[i]
    return Judged(tuple(ranked), np.array([term in gold for term in ranked], dtype=bool), rank, gain)


def precision_at(judged: Judged, k: int) -> float:
    """Share of the first k terms that are in the gold list."""
    return int(judged.in_gold[:k].sum()) / k


def recall_at(judged: Judged, k: int | None = None) -> float:
    """Share of the relevant terms among the first k (None: anywhere); 0 without any relevant term."""
    found = _found(judged, k)
    return int(found.sum()) / len(found) if len(found) else 0.0


def _found(judged: Judged, k: int | None) -> np.ndarray:
    return (judged.rank > 0) & (judged.rank <= (k or len(judged.terms)))


def f1(precision: float, recall: float) -> float:
    """The harmonic mean of both; 0 where both are 0."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def average_precision(judged: Judged) -> float:
    """The sum of the precisions at the relevant terms' ranks over their number (at most `DEPTH`)."""
    n = min(len(judged.gain), DEPTH)
    # Summed one after the other, best rank first, so that the figure is the same to the last digit wherever it is made;
    # `sum` corrects for rounding from Python 3.12 on, and would give other digits.
    return float(np.cumsum(judged.gain[np.argsort(judged.rank, kind="stable")])[-1]) / n if n else 0.0


def scores(judged: Judged) -> dict[str, float]:
    """All figures of a list."""
    figures = {f"P@{k}": precision_at(judged, k) for k in PRECISION_AT}
    figures |= {f"R@{k}": recall_at(judged, k) for k in RECALL_AT}
    figures |= {f"F1@{k}": f1(precision_at(judged, k), recall_at(judged, k)) for k in F1_AT}
    figures["AP"] = average_precision(judged)
    figures["ceil"] = recall_at(judged)
    return figures


def intervals(judged: Judged) -> dict[str, tuple[float, float]]:
    """A 95 % percentile bootstrap interval for each figure (Efron & Tibshirani 1993).

    P@k: the first k terms are drawn again; R@k: the relevant terms; AP: all terms, those of the list and those that it
    lacks, so that the precision at every rank varies too.
    """
    random = np.random.default_rng(_SEED)
    n = max(len(judged.rank), 1)
    samples: dict[str, np.ndarray] = {}
    for k in PRECISION_AT:  # drawing k of k yes-or-no judgements with replacement is drawing from a binomial
        samples[f"P@{k}"] = random.binomial(k, precision_at(judged, k), RESAMPLES) / k
    for name, depth in _RECALLS:
        samples[name] = random.binomial(n, recall_at(judged, depth), RESAMPLES) / n
    for k in F1_AT:
        precision, recall = samples[f"P@{k}"], samples[f"R@{k}"]
        samples[f"F1@{k}"] = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    samples["AP"] = _resampled_ap([judged])[0]
    return {name: _interval(sample) for name, sample in samples.items()}


def _interval(sample: np.ndarray) -> tuple[float, float]:
    low, high = np.percentile(sample, INTERVAL)
    return float(low), float(high)


def _resampled_ap(lists: Sequence[Judged]) -> np.ndarray:
    """AP of each list on the same resamples (lists, `RESAMPLES`): a Poisson bootstrap over all terms.

    Each term, ranked or relevant, counts as often as a Poisson variable of mean 1 says.
    """
    number = {term: i for i, term in enumerate(dict.fromkeys(term for one in lists for term in one.terms[:DEPTH]))}
    n_relevant = len(lists[0].rank)
    random = np.random.default_rng(_SEED)
    places = [np.array([number[term] for term in one.terms[:DEPTH]], dtype=np.int64) for one in lists]
    relevant = [np.flatnonzero((one.rank > 0) & (one.rank <= DEPTH)) for one in lists]
    # One weight for each relevant term wherever it is ranked: the ranked terms' weights, overwritten by those.
    result = np.zeros((len(lists), RESAMPLES))
    for sample in range(RESAMPLES):
        weight_of_ranked = random.poisson(1.0, len(number)).astype(np.float64)
        weight_of_relevant = random.poisson(1.0, n_relevant).astype(np.float64)
        total = min(weight_of_relevant.sum(), DEPTH)
        for i, one in enumerate(lists):
            weight = weight_of_ranked[places[i]]
            hits = np.zeros(len(weight))
            at = one.rank[relevant[i]] - 1
            weight[at] = hits[at] = weight_of_relevant[relevant[i]]
            gained = hits * np.cumsum(hits) / np.maximum(np.cumsum(weight), 1e-12)
            result[i, sample] = gained.sum() / max(total, 1.0)
    return result


def paired_differences(first: Judged, second: Judged) -> dict[str, tuple[float, float, float]]:
    """For each figure: first minus second, and its 95 % interval when both see the same resamples.

    P@k: the terms in either list's first k are drawn together; R@k: the relevant terms; AP: all terms of both lists.
    """
    random = np.random.default_rng(_SEED)
    differences: dict[str, tuple[float, float, float]] = {}
    for k in PRECISION_AT:
        of_term: dict[str, int] = {}
        for sign, judged in ((1, first), (-1, second)):
            for term, good in zip(judged.terms[:k], judged.in_gold[:k], strict=True):
                of_term[term] = of_term.get(term, 0) + sign * int(good)
        values = np.array(list(of_term.values()), dtype=np.float64)
        sample = _resampled_means(values, random) * len(values) / k
        differences[f"P@{k}"] = (precision_at(first, k) - precision_at(second, k), *_interval(sample))
    for name, depth in _RECALLS:
        change = _found(first, depth).astype(np.float64) - _found(second, depth)
        point = recall_at(first, depth) - recall_at(second, depth)
        differences[name] = (point, *_interval(_resampled_means(change, random)))
    of_first, of_second = _resampled_ap([first, second])
    point = average_precision(first) - average_precision(second)
    differences["AP"] = (point, *_interval(of_first - of_second))
    return differences


def _resampled_means(values: np.ndarray, random: np.random.Generator) -> np.ndarray:
    if not len(values):
        return np.zeros(RESAMPLES)
    return np.array([values[random.integers(0, len(values), len(values))].mean() for _ in range(RESAMPLES)])


def by_band(judged: Judged, relevant: Sequence[str], occurrences: Mapping[str, int] | None) -> list[dict[str, Any]]:
    """Recall and mean gain of the relevant terms by length in characters and, with a corpus, by frequency."""
    lengths = np.array([len(term) for term in relevant], dtype=np.int64)
    bands = [("length", lengths, LENGTH_BANDS)]
    if occurrences is not None:
        freq = np.array([occurrences[term] for term in relevant], dtype=np.int64)
        bands.append(("freq", freq, FREQ_BANDS))
    records = []
    for name, values, ranges in bands:
        for low, high in ranges:
            inside = (values >= low) & (values <= (high or values.max(initial=low)))
            n = int(inside.sum())
            records.append(
                {
                    "band": f"{name} {low}" + ("+" if high is None else f"-{high}" if high > low else ""),
                    "n": n,
                    f"R@{DEPTH}": int(_found(judged, DEPTH)[inside].sum()) / n if n else 0.0,
                    "mean_gain": float(judged.gain[inside].mean()) if n else 0.0,
                }
            )
    return records
