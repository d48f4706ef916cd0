"""Groups, on small vectors: who stands with whom, their numbers and names."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from termmine.meaning import groups
from termmine.meaning.groups import NONE, default_sizes, make_groups

MATRICES = st.lists(st.lists(st.integers(-3, 3), min_size=3, max_size=3), min_size=1, max_size=14).map(
    lambda rows: np.array(rows, dtype=np.float32)
)


def directions(*rows: tuple[float, ...]) -> np.ndarray:
    return np.array(rows, dtype=np.float32)


#: Two families of two groups each, mixed; the last term has no vector.
FOUR = directions(
    (1, 0.1, 0, 0), (0, 0, 1, 0.1), (1, 0.12, 0, 0), (0.3, 1, 0, 0), (0, 0, 0.3, 1), (0, 0, 1, 0.12), (0.3, 1, 0.01, 0),
    (0, 0, 0.3, 1.02), (0, 0, 0, 0),
)  # fmt: skip


def test_like_terms_stand_together_on_both_levels() -> None:
    found = make_groups(FOUR, 2, 4)
    assert found.group.tolist() == [1, 2, 1, 3, 4, 2, 3, 4, NONE]
    assert found.family.tolist() == [1, 2, 1, 1, 2, 2, 1, 2, NONE]
    assert found.order().tolist() == [0, 2, 3, 6, 1, 5, 4, 7, 8]
    assert np.isnan(found.likeness).tolist() == [False] * 8 + [True]
    assert found.group_name.tolist() == [-1, 0, 1, 3, 4]
    assert [found.family[name] for name in found.family_name[1:]] == [1, 2]


@settings(max_examples=300, deadline=None)
@given(MATRICES, st.integers(1, 4), st.integers(1, 8))
def test_groups_are_numbered_in_order_and_lie_in_families(matrix: np.ndarray, families: int, n: int) -> None:
    found = make_groups(matrix, families, n)
    has = matrix.any(axis=1)
    assert ((found.group != NONE) == has).all()
    assert ((found.family != NONE) == has).all()
    for numbers, names in ((found.group, found.group_name), (found.family, found.family_name)):
        met = list(dict.fromkeys(numbers[has].tolist()))
        assert met == list(range(1, len(met) + 1))
        assert [numbers[name] for name in names[1:]] == met
    assert found.group.max() <= n
    assert len({(g, f) for g, f in zip(found.group, found.family, strict=True)}) == len(set(found.group.tolist()))
    assert sorted(found.order().tolist()) == list(range(len(matrix)))


def test_the_others_join_the_nearest_group(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.random.RandomState(3).standard_normal((40, 3)).astype(np.float32)
    monkeypatch.setattr(groups, "CORE", 10)
    found = make_groups(rows, 2, 4)
    centred = groups.from_the_middle(rows, np.ones(40, dtype=bool))
    middles = [centred[:10][found.group[:10] == number].sum(axis=0) for number in range(1, 5)]
    for i in range(10, 40):
        alike = [centred[i] @ middle / np.linalg.norm(middle) for middle in middles]
        assert found.group[i] == 1 + int(np.argmax(alike))


def test_a_name_is_a_good_term_of_the_middle() -> None:
    rows = np.array([[np.cos(a), np.sin(a)] for a in np.radians([30, 20, 22, 24, 200, 210])], dtype=np.float32)
    found = make_groups(rows, 1, 2)
    assert found.group_name[1] == 1  # of 30 and 20 degrees, the better half, the one nearer to 24


def test_sizes_grow_with_the_list() -> None:
    sizes = [default_sizes(n) for n in (1, 10, 100, 1000, 10000)]
    assert sizes == sorted(sizes)
    assert all(1 <= families <= n for families, n in sizes)
