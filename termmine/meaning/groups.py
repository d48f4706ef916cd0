"""Terms in groups by meaning, and groups in families (物以类聚).

In: a vector for each term of a list, the best terms first. Out: the group and the family of each, and the term that
names them. The hierarchy is Ward's (Ward 1963; scipy computes it) over the vectors seen from their middle; two cuts
through it give both levels, so that a group lies in one family. It takes the square of what it is given, so the first
`CORE` terms make the groups and the others join the nearest one. The same list and vectors give the same groups;
nothing is drawn at random.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from termmine.meaning.growth import from_the_middle

CORE = 3000  # terms that make the groups: 36 MB of distances, about a second
GROUP_SIZE = 8  # terms of a group, about: as many as one looks at together
_DIGITS = 6
_ROWS = 1 << 12
NONE = 0  # the number of no group: terms without a vector


@dataclass(frozen=True)
class Groups:
    """One entry a term: ``group`` and ``family`` (int64, numbered from 1 in the order of their best terms; `NONE` where
    a term has no vector), ``likeness`` (float64: the cosine to the middle of its group, NaN for none). One entry a
    number, from 0, which is no group: ``group_name`` and ``family_name`` (int64): the term that names it, -1 for none.
    """

    group: np.ndarray
    family: np.ndarray
    likeness: np.ndarray
    group_name: np.ndarray
    family_name: np.ndarray

    def order(self) -> np.ndarray:
        """The terms family by family and group by group, each in the order of the list; those of no group last."""
        none = self.group == NONE
        return np.lexsort((np.arange(len(self.group)), self.group, self.family, none))


def default_sizes(n_terms: int) -> tuple[int, int]:
    """The number of families and of groups for so many terms: groups of about `GROUP_SIZE`, families of as many groups
    as there are families.

    >>> default_sizes(2000), default_sizes(9), default_sizes(1)
    ((16, 250), (1, 1), (1, 1))
    """
    groups = max(1, round(n_terms / GROUP_SIZE))
    return max(1, round(groups**0.5)), groups


def make_groups(matrix: np.ndarray, n_families: int | None = None, n_groups: int | None = None) -> Groups:
    """The groups of the terms with those vectors (float32, terms x dimensions; zeros: none), the best terms first.

    Without numbers of families and groups `default_sizes` gives them. Groups are at most as many as there are terms.
    """
    has = np.abs(matrix).sum(axis=1) > 0
    terms = np.flatnonzero(has)
    centred = from_the_middle(matrix, has)
    core = terms[:CORE]
    default = default_sizes(len(core))
    n_groups = min(default[1] if n_groups is None else n_groups, len(core))
    n_families = min(default[0] if n_families is None else n_families, n_groups)
    of_core = _cut(centred[core], (n_families, n_groups))
    group, likeness = _joined(centred, terms, core, of_core[1])
    family_of = np.zeros(int(group.max(initial=0)) + 1, dtype=np.int64)
    family_of[of_core[1]] = of_core[0]
    group, family = _numbered(group), _numbered(family_of[group])
    return Groups(group, family, likeness, _names(centred, group), _names(centred, family))


def _cut(vectors: np.ndarray, sizes: tuple[int, int]) -> list[np.ndarray]:
    """The number of each vector's cluster from 1 (int64), for each number of clusters."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import pdist

    if len(vectors) < 2:
        return [np.ones(len(vectors), dtype=np.int64) for _ in sizes]
    tree = linkage(pdist(np.round(vectors, _DIGITS)), method="ward")
    return [fcluster(tree, n, criterion="maxclust").astype(np.int64) for n in sizes]


def _joined(
    centred: np.ndarray, terms: np.ndarray, core: np.ndarray, of_core: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The group of each term, those beyond the core in that of the nearest middle; and the cosine to that middle."""
    group, likeness = np.zeros(len(centred), dtype=np.int64), np.full(len(centred), np.nan)
    if not len(core):
        return group, likeness
    middles = _middles(centred[core], of_core)
    group[core] = of_core
    others = terms[len(core) :]
    for low in range(0, len(others), _ROWS):
        some = others[low : low + _ROWS]
        group[some] = np.round(centred[some] @ middles.T, _DIGITS)[:, 1:].argmax(axis=1) + 1
    likeness[terms] = np.round((centred[terms] * middles[group[terms]]).sum(axis=1), 4)
    return group, likeness


def _middles(vectors: np.ndarray, group: np.ndarray) -> np.ndarray:
    """The middle of each group, of length 1; a row a number from 0, which is zeros."""
    sums = np.zeros((int(group.max(initial=0)) + 1, vectors.shape[1]))
    np.add.at(sums, group, vectors)
    sums[NONE] = 0.0
    length = np.sqrt((sums * sums).sum(axis=1, keepdims=True))
    return np.divide(sums, length, out=np.zeros_like(sums), where=length > 1e-12)


def _numbered(group: np.ndarray) -> np.ndarray:
    """The groups numbered from 1 in the order of their first terms; `NONE` stays."""
    numbers, first = np.unique(group, return_index=True)
    first, numbers = first[numbers != NONE], numbers[numbers != NONE]
    new = np.zeros(int(group.max(initial=0)) + 1, dtype=np.int64)
    new[numbers[np.argsort(first)]] = np.arange(1, len(numbers) + 1)
    return new[group]


def _names(centred: np.ndarray, group: np.ndarray) -> np.ndarray:
    """The term that names each group: of the better half of its terms the one nearest to its middle."""
    middles = _middles(centred, group)
    names = np.full(len(middles), -1, dtype=np.int64)
    order = np.argsort(group, kind="stable")
    begins = np.searchsorted(group[order], np.arange(len(middles) + 1))
    for number in range(1, len(middles)):
        members = order[begins[number] : begins[number + 1]]
        better = members[: (len(members) + 1) // 2]
        names[number] = better[np.round(centred[better] @ middles[number], _DIGITS).argmax()]
    return names
