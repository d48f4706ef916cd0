"""Growth from seeds: the terms of a list that are used as some given terms are, reached step by step.

In: a vector for each term of a list (a row of length 1, or of zeros where the term has none), which terms are seeds,
which are known to be none. Out: how alike each term is to the seeds as a whole, and by which path it was reached. How
vectors are made, and what a list is, is not known here.

The search is breadth first. A term of depth d is one that is alike enough to a term of depth d - 1; what is enough
rises with the depth, so that a chain of likenesses does not lead astray. Numbers are rounded before they are compared:
another processor rounds otherwise in the last of their digits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from termmine.errors import TermmineError, UsageError

LEAST, MOST, RISE = 0.45, 0.7, 0.5  # of the cosine demanded: by trial on five domains; see docs/meaning.md
WEIGHT = 0.4  # of a standard deviation of likeness against the logarithm of the score; 0.25 to 0.8 were tried
MIDDLE = 2000  # of the best terms of a list: what they have in common is known from their scores
WITHOUT = 0.25  # quantile of likeness that a term without a vector is taken to have: it is a rare one
SUREST = 30  # terms that serve as seeds where nobody names any
STRAYED = 0.5  # of the middling likeness of the seeds themselves: a term that is less alike has strayed
UNREACHED = -1
_DIGITS = 4  # decimals that are kept of likenesses
_ROWS = 1 << 9  # terms from which the search goes on at once


@dataclass(frozen=True)
class Demand:
    """The likeness (cosine) that a step must have: ``least`` near the seeds, ``most`` far from them, ``rise``: how
    soon.

    >>> [round(Demand(0.4, 0.8, 0.5).at(depth), 2) for depth in (0, 1, 2, 10)]
    [0.4, 0.56, 0.65, 0.8]
    """

    least: float = LEAST
    most: float = MOST
    rise: float = RISE

    def __post_init__(self) -> None:
        if not -1.0 <= self.least <= self.most <= 1.0:
            raise UsageError(
                f"--min-likeness {self.least:g}, --max-likeness {self.most:g}: "
                "give cosines of -1 to 1, the smaller one first"
            )
        if not 0.0 <= self.rise < float("inf"):
            raise UsageError(f"--alpha {self.rise:g}: must be a number of at least 0")

    def at(self, depth: int) -> float:
        """The cosine that a step to that depth must have: least + (most - least) (1 - exp(-rise depth))."""
        return float(self.least + (self.most - self.least) * (1.0 - np.exp(-self.rise * depth)))


@dataclass(frozen=True)
class Growth:
    """One entry a term. ``likeness`` (float64): the cosine of its vector and the seeds' direction, both seen from
    the middle; NaN where it has no vector. ``depth`` (int64): steps from a seed, 0 for the seeds themselves,
    `UNREACHED` for others; ``parent`` (int64): the term that it was reached from, -1 for none; ``step`` (float64): the
    cosine of the two, NaN for none.
    """

    likeness: np.ndarray
    depth: np.ndarray
    parent: np.ndarray
    step: np.ndarray

    def path(self, term: int) -> list[int]:
        """The terms from a seed to that one, both included; empty where it was not reached."""
        path: list[int] = []
        while term >= 0 and self.depth[term] != UNREACHED:
            path.append(term)
            term = int(self.parent[term])
        return path[::-1]


def grow(
    matrix: np.ndarray,
    seeds: np.ndarray,
    bad: np.ndarray,
    demand: Demand | None = None,
    best: np.ndarray | None = None,
) -> Growth:
    """Grow a list from some of its terms.

    ``matrix`` (float32, terms x dimensions); ``seeds`` and ``bad``: numbers of terms (int64); those without a vector
    are of no use. ``best`` (int64): the terms whose middle the vectors are seen from; all where they are not named. An
    error where no seed has a vector.
    """
    has = np.abs(matrix).sum(axis=1) > 0
    seeds, bad = seeds[has[seeds]], bad[has[bad]]
    if not len(seeds):
        raise TermmineError("no seed has a vector: they are too rare in the corpus: give seeds that occur more often")
    centred = from_the_middle(matrix, has, best)
    likeness = np.round(centred @ _direction(centred, seeds, bad), _DIGITS)
    reachable = has & (likeness > max(0.0, round(STRAYED * float(np.median(likeness[seeds])), _DIGITS)))
    reachable[bad] = False
    depth, parent, step = _search(centred, seeds, reachable, demand or Demand())
    return Growth(np.where(has, likeness, np.nan), depth, parent, step)


def from_the_middle(matrix: np.ndarray, has: np.ndarray, of: np.ndarray | None = None) -> np.ndarray:
    """The vectors seen from the middle of them all, or of some terms (``of``, int64), each of length 1 (float64); zeros
    where there is none.

    All words of a corpus have something in common, which says nothing of any of them.
    """
    centred = np.where(has[:, None], matrix.astype(np.float64), 0.0)
    middle = np.flatnonzero(has) if of is None else of[has[of]]
    if len(middle):
        centred[has] -= centred[middle].mean(axis=0)
    return _of_length_1(centred)


def _of_length_1(vectors: np.ndarray) -> np.ndarray:
    length = np.sqrt((vectors * vectors).sum(axis=-1, keepdims=True))
    return np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 1e-12)


def _direction(centred: np.ndarray, seeds: np.ndarray, bad: np.ndarray) -> np.ndarray:
    """The direction from what is not meant, or from the middle, to the middle of the seeds."""
    direction = centred[seeds].mean(axis=0)
    if len(bad):
        direction = direction - centred[bad].mean(axis=0)
    return _of_length_1(direction)


def _search(
    centred: np.ndarray, seeds: np.ndarray, reachable: np.ndarray, demand: Demand
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Depth, parent and step of each term."""
    n = len(centred)
    depth, parent, step = np.full(n, UNREACHED, dtype=np.int64), np.full(n, -1, dtype=np.int64), np.full(n, np.nan)
    depth[seeds] = 0
    narrow, front, here = centred.astype(np.float32), np.sort(seeds), 0
    while len(front):
        here += 1
        others = np.flatnonzero(reachable & (depth == UNREACHED))
        best, nearest = _nearest(narrow, others, front)
        enough = best >= round(demand.at(here), _DIGITS)
        reached = others[enough]
        depth[reached], parent[reached], step[reached] = here, nearest[enough], best[enough]
        front = reached
    return depth, parent, step


def _nearest(vectors: np.ndarray, terms: np.ndarray, front: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The cosine of each term and that term of the front which is most alike, and which it is; of equal ones the
    first.
    """
    best, nearest, those = np.full(len(terms), -np.inf), np.full(len(terms), -1, dtype=np.int64), vectors[terms]
    for low in range(0, len(front), _ROWS):
        some = front[low : low + _ROWS]
        alike = np.round((those @ vectors[some].T).astype(np.float64), _DIGITS)
        first = alike.argmax(axis=1)
        of_first = alike[np.arange(len(terms)), first]
        better = of_first > best
        best[better], nearest[better] = of_first[better], some[first[better]]
    return best, nearest


def grown_order(score: np.ndarray, likeness: np.ndarray) -> np.ndarray:
    """The terms by score and likeness together, the best first (int64); of equal ones the first of the list.

    A score that is not above 0 (other measures than the default one have such) has no logarithm: then the place in the
    list stands for it, as 1 / (place + 10).
    """
    positive = score if len(score) and score.min() > 0.0 else 1.0 / (_places(score) + 10.0)
    return np.argsort(-worth(positive, likeness), kind="stable")


def worth(score: np.ndarray, likeness: np.ndarray) -> np.ndarray:
    """The worth of terms by score (above 0) and likeness together: ln(score) + `WEIGHT` * (likeness in standard
    deviations).
    """
    return np.round(np.log(score) + WEIGHT * _standard(likeness), 6)


def _places(score: np.ndarray) -> np.ndarray:
    """The place of each score, the best first, from 1."""
    places = np.empty(len(score))
    places[np.argsort(-score, kind="stable")] = np.arange(1, len(score) + 1)
    return places


def _standard(likeness: np.ndarray) -> np.ndarray:
    """Likenesses as deviations from their mean, in standard deviations; without a vector: a low one."""
    known = likeness[~np.isnan(likeness)]
    if not len(known) or known.std() == 0.0:
        return np.zeros(len(likeness))
    filled = np.where(np.isnan(likeness), np.quantile(known, WITHOUT), likeness)
    return np.asarray((filled - known.mean()) / known.std())


def surest(score: np.ndarray, has: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The terms that serve as seeds where nobody names any: the `SUREST` with the best scores that have a vector and
    are no words of a general dictionary (bool, ``known``); with them where there are no others.
    """
    order = np.argsort(-score, kind="stable")
    order = order[has[order]]
    chosen = order[~known[order]][:SUREST]
    return chosen if len(chosen) else order[:SUREST]
