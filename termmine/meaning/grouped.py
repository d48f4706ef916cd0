"""A list of terms in groups: one row a thing, with its other names, in the order of families and groups.

In: the terms of a list, the best first, their vectors, and the short names that the text explains. Out: the rows, and
the same as a tree. The groups themselves are made in `groups`, the names of one thing found in `variants`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from termmine.meaning.groups import NONE, Groups, make_groups
from termmine.meaning.uses import Uses
from termmine.meaning.variants import SEPARATOR, Names, together
from termmine.types import Columns

#: What grouping adds to a list: numbers and names of group and family, the cosine to the middle of the group, and the
#: other names of the same thing.
COLUMNS = ("family", "family_name", "group", "group_name", "likeness", "variants")


@dataclass(frozen=True)
class Grouped:
    """``names``: the things that a list names, in its order; ``terms``: the term of each; ``groups``: one entry a
    thing; ``matrix``: its vector (float32, zeros: none).
    """

    names: list[Names]
    terms: list[str]
    groups: Groups
    matrix: np.ndarray

    def rows(self) -> np.ndarray:
        """The rows of the list that stay, family by family and group by group (int64)."""
        return np.array([self.names[i].term for i in self.groups.order()], dtype=np.int64)

    def columns(self) -> Columns:
        """`COLUMNS`, in the order of `rows`; a thing without a vector has number 0 and no names."""
        order, groups = self.groups.order(), self.groups
        return {
            "family": groups.family[order],
            "family_name": self._named(groups.family_name[groups.family[order]]),
            "group": groups.group[order],
            "group_name": self._named(groups.group_name[groups.group[order]]),
            "likeness": groups.likeness[order],
            "variants": np.array([SEPARATOR.join(self.names[i].variants) for i in order], dtype=object),
        }

    def _named(self, things: np.ndarray) -> np.ndarray:
        return np.array(["" if i < 0 else self.terms[i] for i in things.tolist()], dtype=object)

    def tree(self) -> dict[str, Any]:
        """Families, their groups and their terms, as JSON holds them; ``ungrouped``: the terms without a vector."""
        groups = self.groups
        order = groups.order().tolist()
        grouped = [i for i in order if groups.group[i] != NONE]
        families = [
            {
                "family": int(family),
                "name": self.terms[groups.family_name[family]],
                "groups": [
                    {
                        "group": int(group),
                        "name": self.terms[groups.group_name[group]],
                        "terms": [self._record(i) for i in members],
                    }
                    for group, members in groupby(inside, lambda i: groups.group[i])
                ],
            }
            for family, inside in groupby(grouped, lambda i: groups.family[i])
        ]
        return {"families": families, "ungrouped": [self._record(i) for i in order if groups.group[i] == NONE]}

    def _record(self, i: int) -> dict[str, Any]:
        record: dict[str, Any] = {"term": self.terms[i], "variants": self.names[i].variants}
        if self.groups.group[i] != NONE:
            record["likeness"] = float(self.groups.likeness[i])
        return record


def group_list(
    terms: Sequence[str],
    uses: Uses,
    short: Mapping[str, list[str]],
    n_families: int | None = None,
    n_groups: int | None = None,
) -> Grouped:
    """The things that a list names, in groups; ``short``: `variants.short_names`."""
    things = together(terms, dict(short))
    best = [terms[thing.term] for thing in things]
    matrix = uses.matrix(best)
    for i in np.flatnonzero(~matrix.any(axis=1)):  # what is rarely written so may be common under another name
        others = uses.matrix(things[i].variants)
        found = np.flatnonzero(others.any(axis=1))
        if len(found):
            matrix[i] = others[found[0]]
    return Grouped(things, best, make_groups(matrix, n_families, n_groups), matrix)
