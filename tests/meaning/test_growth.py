"""Growth from seeds, on small vectors made by hand and against a twin that compares one pair at a time."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from termmine.errors import TermmineError, UsageError
from termmine.meaning.growth import UNREACHED, Demand, Growth, from_the_middle, grow, grown_order, surest

NONE = np.zeros(0, dtype=np.int64)


def circle(*degrees: float) -> np.ndarray:
    """Vectors of length 1 at those angles; NaN: no vector."""
    return np.array(
        [[0, 0] if math.isnan(d) else [math.cos(math.radians(d)), math.sin(math.radians(d))] for d in degrees]
    )


def naive(matrix: np.ndarray, seeds: list[int], bad: list[int], demand: Demand) -> tuple[list[int], list[int]]:
    """Depth and parent of each term, one pair of terms at a time."""
    has = [any(row) for row in matrix]
    rows = from_the_middle(matrix, np.array(has))
    seeds, bad = [i for i in seeds if has[i]], [i for i in bad if has[i]]
    direction = [
        sum(rows[i][k] for i in seeds) / len(seeds) - (sum(rows[i][k] for i in bad) / len(bad) if bad else 0.0)
        for k in range(matrix.shape[1])
    ]
    length = math.sqrt(sum(x * x for x in direction)) or 1.0
    likeness = [round(sum(a * b for a, b in zip(row, direction, strict=True)) / length, 4) for row in rows]
    own = sorted(likeness[i] for i in seeds)
    median = (own[(len(own) - 1) // 2] + own[len(own) // 2]) / 2
    least = max(0.0, round(0.5 * median, 4))
    depth = [0 if i in seeds else UNREACHED for i in range(len(matrix))]
    parent, front, here = [-1] * len(matrix), sorted(set(seeds)), 0
    while front:
        here, reached = here + 1, []
        for i in range(len(matrix)):
            if depth[i] == UNREACHED and has[i] and likeness[i] > least and i not in bad:
                alike = [round(float(rows[i].astype(np.float32) @ rows[j].astype(np.float32)), 4) for j in front]
                if max(alike) >= round(demand.at(here), 4):
                    reached.append((i, front[alike.index(max(alike))]))
        for i, j in reached:
            depth[i], parent[i] = here, j
        front = [i for i, _ in reached]
    return depth, parent


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.lists(st.integers(-3, 3), min_size=3, max_size=3), min_size=2, max_size=12),
    st.sets(st.integers(0, 11), min_size=1, max_size=3),
    st.sets(st.integers(0, 11), max_size=2),
    st.sampled_from([Demand(), Demand(0.1, 0.9, 1.0), Demand(-1.0, -1.0)]),
)
def test_growth_is_as_by_the_twin(rows: list[list[int]], seeds: set[int], bad: set[int], demand: Demand) -> None:
    matrix = np.array(rows, dtype=np.float32)
    mine, others = sorted(i for i in seeds if i < len(rows)), sorted(i for i in bad - seeds if i < len(rows))
    if not any(matrix[i].any() for i in mine):
        with pytest.raises(TermmineError, match="no seed has a vector"):
            grow(matrix, np.array(mine, dtype=np.int64), np.array(others, dtype=np.int64), demand)
        return
    grown = grow(matrix, np.array(mine, dtype=np.int64), np.array(others, dtype=np.int64), demand)
    depth, parent = naive(matrix, mine, others, demand)
    assert grown.depth.tolist() == depth
    assert grown.parent.tolist() == parent
    for i in range(len(rows)):
        path = grown.path(i)
        assert len(path) == depth[i] + 1
        assert all(grown.parent[b] == a and grown.step[b] >= demand.at(depth[b]) - 1e-4 for a, b in pairwise(path))
        assert not path or (path[0] in mine and path[-1] == i)


def test_a_chain_is_followed_as_far_as_it_is_strong() -> None:
    matrix = circle(0, 25, 50, 75, 100, 180, 200, 220, 240, 260, 280, 300)
    lenient = grow(matrix, np.array([0]), NONE, Demand(0.5, 0.5))
    strict = grow(matrix, np.array([0]), NONE, Demand(0.5, 0.999, 5.0))
    assert lenient.depth[:4].tolist() == [0, 1, 1, UNREACHED]  # the fourth has strayed
    assert (strict.depth[:4] != UNREACHED).sum() < (lenient.depth[:4] != UNREACHED).sum()
    assert lenient.path(2) == [0, 2]


def test_what_is_bad_is_not_reached_and_turns_the_direction_away() -> None:
    matrix = circle(0, 30, -30, 90, 180, 270)
    free, held = grow(matrix, np.array([0]), NONE), grow(matrix, np.array([0]), np.array([1]))
    assert free.likeness[1] == free.likeness[2]
    assert held.likeness[1] < held.likeness[2]
    assert held.depth[1] == UNREACHED


def test_terms_without_vectors_have_no_likeness() -> None:
    grown = grow(circle(0, 10, 180, math.nan), np.array([0]), NONE)
    assert np.isnan(grown.likeness).tolist() == [False, False, False, True]
    assert grown.path(3) == []


def test_order_is_by_score_and_likeness_together() -> None:
    score = np.array([4.0, 4.0, 1.0, 1.0])
    assert grown_order(score, np.array([0.1, 0.5, 0.5, 0.1])).tolist() == [1, 0, 2, 3]
    assert grown_order(score, np.full(4, np.nan)).tolist() == [0, 1, 2, 3]
    assert grown_order(-score, np.array([0.1, 0.5, 0.5, 0.1])).tolist()[0] == 2


def test_the_surest_have_vectors_and_are_no_general_words() -> None:
    score, has = np.array([1.0, 5.0, 4.0, 3.0]), np.array([True, True, False, True])
    assert surest(score, has, np.array([False, True, False, False])).tolist() == [3, 0]
    assert surest(score, has, np.ones(4, dtype=bool)).tolist() == [1, 3, 0]


@pytest.mark.parametrize("given", [(0.8, 0.5, 1.0), (0.1, 1.5, 1.0), (0.1, 0.5, -1.0), (math.nan, 0.5, 1.0)])
def test_demands_that_cannot_be_meant_are_refused(given: tuple[float, float, float]) -> None:
    with pytest.raises(UsageError, match="--"):
        Demand(*given)


def test_many_terms_at_once_are_as_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = np.random.RandomState(1).standard_normal((60, 4)).astype(np.float32)
    wanted = grow(matrix, np.arange(9), NONE, Demand(0.3, 0.6))
    monkeypatch.setattr("termmine.meaning.growth._ROWS", 2)
    again = grow(matrix, np.arange(9), NONE, Demand(0.3, 0.6))
    assert isinstance(again, Growth)
    for name in ("depth", "parent"):
        assert getattr(again, name).tolist() == getattr(wanted, name).tolist()
