"""A ranking of the terms that nobody has judged yet, learned from a reviewer's verdicts.

In: reviewed tables (a column `verdict`), the candidates with their evidence. Out: verdicts, and for each candidate the
log-odds that a reviewer accepts it.

The model is a logistic regression with a Gaussian prior on its weights, fitted by Newton's method (Hastie, Tibshirani &
Friedman 2009, section 4.4; le Cessie & van Houwelingen 1992 for the penalty). The prior's mean is the present ranking:
weight 1 on the score, 0 on everything else; the prior's precision is the one that makes the verdicts most probable (the
evidence of MacKay 1992, by Laplace's approximation). So without verdicts nothing moves, a handful moves little, and
some
hundreds can turn the ranking over. Reviewers begin at the top, where no figure is low: so figures count only as far as
judged terms reach, beyond that they count as the nearest judged one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from termmine.candidates.verdicts import Verdict
from termmine.text.normalize import normal_form
from termmine.types import Columns

#: The columns that a verdict is explained by, beside the score and the string itself, and how each is read off.
_LOGARITHMS = ("freq", "burstiness")
_COLUMNS = ("general_ratio", "freq", "npmi", "free_entropy", "noun_fit", "burstiness", "pattern", "known", "length")

WINSOR = 3.0  # standard deviations: what lies farther out has no more weight than that
#: The precisions tried for each weight's prior: "hardly moves" to a standard Gaussian, usual for standardised features.
PRECISIONS = (1000.0, 300.0, 100.0, 30.0, 10.0, 3.0, 1.0)
PRECISION_OF_INTERCEPT = 0.01  # nearly flat, yet it holds the intercept where all verdicts are the same
MIN_JUDGED = 3  # terms with a character at that end, from which the character gets a weight of its own
MAX_CHARACTERS = 100  # weights of characters at either end: bounds the system that Newton's method solves
MOST_TOLD = 12  # weights in one line on standard error
MOST_NAMED = 5  # terms in that line that were judged both ways
_CHUNK = 1 << 14  # candidates whose features are laid out at once
_STEPS = 100  # steps of Newton's method; some ten are enough
_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Features:
    """The properties that a model may use, one entry a candidate: ``figures`` by name, the score first; the characters
    at
    the ``ends``; and the characters at an end that are a feature of their own (``marked``: end and character).
    """

    figures: Mapping[str, np.ndarray]
    ends: Mapping[str, np.ndarray] = field(default_factory=dict)
    marked: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> list[str]:
        """The name of each feature, in order."""
        return [*self.figures, *(f"{end} {character}" for end, character in self.marked)]

    def values(self, rows: np.ndarray) -> np.ndarray:
        """The features of those candidates (len(rows), p)."""
        columns = [figure[rows] for figure in self.figures.values()]
        columns += [(self.ends[end][rows] == character).astype(np.float64) for end, character in self.marked]
        return np.column_stack(columns)


@dataclass(frozen=True)
class Model:
    """Weights (p) in log-odds, one a feature; and each feature's mean and range over the judged candidates."""

    names: list[str]
    weights: np.ndarray
    intercept: float
    centre: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def log_odds(self, features: Features) -> np.ndarray:
        """The log-odds (natural logarithm) that a reviewer accepts each candidate (float64, n).

        Rounded to digits that do not depend on the order of a sum, so that the ranking is the same on every machine.
        """
        n = len(features.figures["score"])
        log_odds = np.full(n, self.intercept)
        for start in range(0, n, _CHUNK):
            rows = np.arange(start, min(start + _CHUNK, n))
            values = np.clip(features.values(rows), self.low, self.high)
            log_odds[rows] += (values - self.centre) @ self.weights
        return np.round(log_odds, 6)

    def __str__(self) -> str:
        moved = self.weights - prior_mean(len(self.names))
        order = np.lexsort((np.arange(len(moved)), -np.abs(np.round(moved, 6))))
        told = [f"{self.names[i]} {self.weights[i]:+.2f}" for i in order.tolist() if i and abs(moved[i]) >= 0.005]
        return ", ".join([f"score {self.weights[0]:+.2f} (before: +1.00)", *told[:MOST_TOLD]])


def prior_mean(p: int) -> np.ndarray:
    """The weights that leave the ranking as it is: 1 for the score, 0 for the others."""
    mean = np.zeros(p)
    mean[0] = 1.0
    return mean


def percentile_log_odds(score: np.ndarray) -> np.ndarray:
    """The log-odds of each score's percentile, divided by their standard deviation pi / sqrt(3): no measure's scale.

    Equal scores share the mean of their ranks.
    """
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    share = (last - counts / 2.0)[inverse] / len(score)
    return np.asarray((np.log(share) - np.log1p(-share)) * np.sqrt(3.0) / np.pi)


def _standardised(column: np.ndarray) -> np.ndarray:
    deviation = column.std()
    centred = column - column.mean()
    return np.clip(centred / deviation, -WINSOR, WINSOR) if deviation > 1e-12 else np.zeros(len(column))


def make_features(columns: Columns, terms: Sequence[str], judged: np.ndarray) -> Features:
    """The features of candidates: the score, its factors, the length, letters, and the characters at both ends.

    A character gets a feature of its own when at least `MIN_JUDGED` of the ``judged`` candidates (bool) have it there.
    """
    figures = {"score": percentile_log_odds(np.asarray(columns["score"], dtype=np.float64))}
    for name in _COLUMNS:
        column = np.asarray(columns[name], dtype=np.float64)
        figures[name] = _standardised(np.log(np.maximum(column, 1e-9)) if name in _LOGARITHMS else column)
    figures["letters"] = _standardised(np.array([any(c.isascii() for c in term) for term in terms], dtype=np.float64))
    ends = {"first": np.array([term[0] for term in terms]), "last": np.array([term[-1] for term in terms])}
    marked = [(end, character) for end, found in ends.items() for character in _common(found[judged].tolist())]
    return Features(figures, ends, tuple(marked))


def _common(characters: list[str]) -> list[str]:
    counts = sorted(Counter(characters).items(), key=lambda item: (-item[1], item[0]))
    return [character for character, n in counts[:MAX_CHARACTERS] if n >= MIN_JUDGED]


def sigmoid(log_odds: np.ndarray) -> np.ndarray:
    """The probability that log-odds stand for, 1 / (1 + exp(-x))."""
    return np.asarray(0.5 * (1.0 + np.tanh(np.asarray(log_odds) / 2.0)))


def learn(features: Features, judged: np.ndarray, accepted: np.ndarray) -> Model:
    """The model for verdicts: ``judged`` are rows of the features, ``accepted`` (bool) one a judged row."""
    values, mean = features.values(judged), prior_mean(len(features.names))
    if not len(judged):
        values = np.zeros((1, len(mean)))
    centre, low, high = values.mean(axis=0), values.min(axis=0), values.max(axis=0)
    low[0], high[0] = -np.inf, np.inf  # the ranking goes on below what was judged
    if not len(judged):
        return Model(features.names, mean, 0.0, centre, low, high)
    weights, best, most = np.append(0.0, mean), np.append(0.0, mean), -np.inf
    for precision in PRECISIONS:
        weights = fit(values - centre, accepted.astype(np.float64), mean, precision, weights)
        probability_of_verdicts = evidence(values - centre, accepted.astype(np.float64), mean, precision, weights)
        if probability_of_verdicts > most + _TOLERANCE:
            best, most = weights, probability_of_verdicts
    return Model(features.names, best[1:], float(best[0]), centre, low, high)


def _prior(mean: np.ndarray, precision: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean and precision of each weight's prior, the intercept's first."""
    return np.append(0.0, mean), np.append(PRECISION_OF_INTERCEPT, np.full(len(mean), precision))


def _with_intercept(values: np.ndarray) -> np.ndarray:
    return np.column_stack([np.ones(len(values)), values])


def _objective(
    design: np.ndarray, accepted: np.ndarray, prior: tuple[np.ndarray, np.ndarray], weights: np.ndarray
) -> float:
    """The penalised log-likelihood sum_i [a_i eta_i - ln(1 + exp(eta_i))] - sum_j lambda_j (w_j - m_j)^2 / 2."""
    eta = design @ weights
    mean, precision = prior
    return float(accepted @ eta - np.logaddexp(0.0, eta).sum() - precision @ (weights - mean) ** 2 / 2.0)


def _curvature(design: np.ndarray, precision: np.ndarray, probability: np.ndarray) -> np.ndarray:
    return np.asarray((design.T * (probability * (1.0 - probability))) @ design + np.diag(precision))


def fit(values: np.ndarray, accepted: np.ndarray, mean: np.ndarray, precision: float, start: np.ndarray) -> np.ndarray:
    """The most probable weights (p + 1, the intercept first) of a logistic regression with a Gaussian prior.

    ``values`` (n, p), ``accepted`` (n; 0 or 1), ``mean`` (p) and ``precision`` of the prior. The penalised
    log-likelihood is strictly concave, so there is one maximum, whatever the verdicts; Newton's steps are halved where
    they overshoot.
    """
    design, prior = _with_intercept(values), _prior(mean, precision)
    weights, best = start, _objective(design, accepted, prior, start)
    for _ in range(_STEPS):
        probability = sigmoid(design @ weights)
        gradient = design.T @ (accepted - probability) - prior[1] * (weights - prior[0])
        step = np.linalg.solve(_curvature(design, prior[1], probability), gradient)
        while _objective(design, accepted, prior, weights + step) < best and np.abs(step).max() > _TOLERANCE:
            step /= 2.0
        weights = weights + step
        best = _objective(design, accepted, prior, weights)
        if np.abs(step).max() <= _TOLERANCE:
            break
    return np.asarray(weights)


def evidence(
    values: np.ndarray, accepted: np.ndarray, mean: np.ndarray, precision: float, weights: np.ndarray
) -> float:
    """The logarithm of the probability of the verdicts under a prior, by Laplace's approximation at the fitted weights.

    objective + sum_j ln(lambda_j) / 2 - ln det(H) / 2, with H the negative Hessian. Natural logarithm. Source: MacKay
    1992; Bishop 2006, equation 4.137.
    """
    design, prior = _with_intercept(values), _prior(mean, precision)
    curvature = _curvature(design, prior[1], sigmoid(design @ weights))
    _, volume = np.linalg.slogdet(curvature)
    return _objective(design, accepted, prior, weights) + float(np.log(prior[1]).sum() - volume) / 2.0


@dataclass(frozen=True)
class Lesson:
    """The result of learning from verdicts, and a line that reports it.

    One a candidate: ``verdicts`` (`y`, `n` or empty); the ``probability`` that a reviewer accepts it; and ``merit``, by
    which it is ranked: the log-odds, with accepted terms before all others.
    """

    verdicts: list[str]
    probability: np.ndarray
    merit: np.ndarray
    told: str


def _contradicted(verdicts: Mapping[str, Verdict]) -> str:
    """The terms that were judged both ways, the first of them by name."""
    both = [(term, verdict) for term, verdict in verdicts.items() if verdict.overruled]
    if not both:
        return ""
    named = ", ".join(f"{term} ({'y' if one.accepts else 'n'} in {one.place})" for term, one in both[:MOST_NAMED])
    more = f" and {len(both) - MOST_NAMED} more" if len(both) > MOST_NAMED else ""
    return f", {len(both)} judged both ways, of which the last counts: {named}{more}"


def apply_feedback(
    columns: Columns, terms: Sequence[str], verdicts: Mapping[str, Verdict], fold: str | None = None
) -> Lesson:
    """Learn from the verdicts on candidates, and apply the result to all of them."""
    folded = [normal_form(term, fold) for term in terms]
    found = [verdicts.get(term) for term in folded]
    judged = np.array([verdict is not None for verdict in found])
    accepted = np.array([verdict.accepts for verdict in found if verdict is not None], dtype=bool)
    features = make_features(columns, folded, judged)
    model = learn(features, np.flatnonzero(judged), accepted)
    n_found = len(verdicts.keys() & set(folded))
    n_accepted = sum(verdict.accepts for verdict in verdicts.values())
    told = (
        f"--feedback: {len(verdicts)} verdicts ({n_accepted} y, {len(verdicts) - n_accepted} n), "
        f"{n_found} of them on candidates{_contradicted(verdicts)}; weights: {model}"
    )
    marks = ["" if verdict is None else "y" if verdict.accepts else "n" for verdict in found]
    log_odds, is_accepted = model.log_odds(features), np.array([mark == "y" for mark in marks])
    return Lesson(
        verdicts=marks,
        probability=np.where(is_accepted, 1.0, sigmoid(log_odds)),
        merit=log_odds + np.where(is_accepted, np.ptp(log_odds) + 1.0, 0.0),
        told=told,
    )
