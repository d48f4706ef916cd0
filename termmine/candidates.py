"""`NgramTable` -> candidates: columns, thresholds, nested fragments.

In: the table. Out: a DataFrame, one row a candidate, with the table's row in ``row``; and why the others are not in
it. What makes a string a *unit* is decided here; what makes it a unit *of the domain* is not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from termmine import kernels as k
from termmine.errors import EmptyResultError
from termmine.measures import npmi, pmi, pooled_entropy
from termmine.options import DiscoverOptions
from termmine.types import NgramTable


def cohesion(table: NgramTable) -> np.ndarray:
    """The smallest PMI over all splits of each row into two parts, in bits (float64, one a row).

    A single symbol cannot be split: its cohesion is log2(N / f), the greatest that its frequency allows.
    """
    smallest = np.log2(table.n_symbols) - np.log2(table.freq.astype(np.float64))
    for n in range(2, len(table.level)):
        rows = np.arange(table.level[n - 1], table.level[n])
        lefts, rights = [rows], [rows]
        for _ in range(n - 1):
            lefts.append(table.prefix[lefts[-1]])
            rights.append(table.suffix[rights[-1]])
        splits = [
            pmi(table.freq[rows], table.freq[lefts[n - i]], table.freq[rights[i]], table.n_symbols) for i in range(1, n)
        ]
        smallest[rows] = np.min(splits, axis=0)
    return smallest


def holds_han(table: NgramTable) -> np.ndarray:
    """Whether each row holds a Han character (bool, one a row); kana and Latin are none."""
    is_kana = (table.last >= 0x3041) & (table.last <= 0x31FF)
    han = (table.last < k.FIRST_WORD) & ~is_kana
    for n in range(1, len(table.level) - 1):
        rows = slice(table.level[n], table.level[n + 1])
        han[rows] |= han[table.prefix[rows]]
    return han


def independence(table: NgramTable) -> np.ndarray:
    """The share of each row's occurrences outside the commonest n-gram one symbol longer (float64, one a row)."""
    longer = np.arange(table.level[1], len(table)) if len(table.level) > 1 else np.zeros(0, dtype=np.int64)
    most = np.zeros(len(table), dtype=np.int64)
    for part in (table.prefix[longer], table.suffix[longer]):
        np.maximum.at(most, part, table.freq[longer])
    return np.asarray(1.0 - most / table.freq)


def absorbers(table: NgramTable, is_candidate: np.ndarray, min_independence: float) -> np.ndarray:
    """For each row the longer candidate that it hardly ever occurs outside of, or -1 (int64).

    湿隔离 is absorbed by 保湿隔离 when at most ``min_independence`` of its occurrences are outside it. An n-gram that
    is no candidate itself absorbs nothing, but what absorbs it may, as long as the share holds.
    """
    absorber = np.full(len(table), -1, dtype=np.int64)
    least = (1.0 - min_independence) * table.freq
    for n in range(len(table.level) - 2, 0, -1):
        longer = np.arange(table.level[n], table.level[n + 1])
        keeper = np.where(absorber[longer] >= 0, absorber[longer], np.where(is_candidate[longer], longer, -1))
        kept = keeper >= 0
        for part in (table.prefix[longer[kept]], table.suffix[longer[kept]]):
            _keep_most_frequent(absorber, part, keeper[kept], table.freq, least)
    return absorber


def _keep_most_frequent(
    absorber: np.ndarray, part: np.ndarray, keeper: np.ndarray, freq: np.ndarray, least: np.ndarray
) -> None:
    """Set absorber[part] to keeper where that is frequent enough, and more frequent than what stands there."""
    enough = freq[keeper] > least[part]
    part, keeper = part[enough], keeper[enough]
    order = np.lexsort((-keeper, freq[keeper]))
    part, keeper = part[order], keeper[order]
    current = absorber[part]
    better = (current < 0) | (freq[keeper] > freq[np.maximum(current, 0)])
    absorber[part[better]] = keeper[better]


def nesting(table: NgramTable, candidates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each candidate, how many longer candidates hold it and the sum of their frequencies (both float64).

    ``candidates`` are rows in ascending order. A longer one counts once however often it holds the shorter.
    """
    place = np.full(len(table), -1, dtype=np.int64)
    place[candidates] = np.arange(len(candidates))
    number, total = np.zeros(len(candidates)), np.zeros(len(candidates))
    for n in range(2, len(table.level)):
        longer = candidates[(candidates >= table.level[n - 1]) & (candidates < table.level[n])]
        pairs = _inside(table, longer, n, place)
        inner, outer = pairs % len(candidates), pairs // len(candidates)
        number += np.bincount(inner, minlength=len(candidates))
        total += np.bincount(inner, weights=table.freq[candidates[outer]], minlength=len(candidates))
    return number, total


def _inside(table: NgramTable, longer: np.ndarray, n: int, place: np.ndarray) -> np.ndarray:
    """Each pair (outer candidate of length n, candidate inside it) once, as outer * number of candidates + inner."""
    pairs = [np.zeros(0, dtype=np.int64)]
    size = int((place >= 0).sum())
    from_left = longer
    for dropped in range(n):
        part = from_left
        for _ in range(n - dropped):
            if dropped or part is not longer:
                inner = place[part]
                pairs.append(place[longer[inner >= 0]] * size + inner[inner >= 0])
            part = table.prefix[part]
            if len(part) and part[0] < 0:
                break
        from_left = table.suffix[from_left]
    return np.unique(np.concatenate(pairs))


@dataclass(frozen=True)
class Funnel:
    """How many n-grams each rule left: [(rule, remaining), ...], for the message when none is left."""

    steps: tuple[tuple[str, int], ...]

    def then(self, rule: str, remaining: int) -> Funnel:
        """The funnel with one more rule; none remaining is an error that says which rule it was."""
        funnel = Funnel((*self.steps, (rule, remaining)))
        if not remaining:
            raise EmptyResultError(funnel.explain())
        return funnel

    def explain(self) -> str:
        """Why nothing is left."""
        before = [f"{n} {rule}" for rule, n in self.steps[:-1] if n]
        rule = self.steps[-1][0]
        return f"no term is left: of {', '.join(before[-1:]) or 'all n-grams'}, none {rule}: lower that, or give more text"


def select(table: NgramTable, options: DiscoverOptions) -> tuple[pd.DataFrame, pd.DataFrame, Funnel]:
    """The candidates of a table, those that were absorbed by longer ones, and the funnel.

    Columns of the first: row, length, freq, doc_freq, cohesion, npmi, left_entropy, right_entropy, independence,
    free_entropy (the mean of the branching entropies with run edges apart and pooled); of the second: row, freq, absorbed_by (a row).
    """
    funnel = Funnel(()).then(f"occur at least {table.min_freq} times (--min-freq)", len(table))
    columns = {
        "doc_freq": table.doc_freq,
        "cohesion": cohesion(table),
        "left_entropy": table.left_entropy,
        "right_entropy": table.right_entropy,
    }
    keep = np.ones(len(table), dtype=bool)
    if options.any_script:
        keep &= (table.length > 1) | (table.last >= k.FIRST_WORD)
    else:
        keep &= (table.length > 1) & holds_han(table)
    funnel = funnel.then(
        "have a word or two symbols" if options.any_script else "have two symbols with a Han character among them",
        int(keep.sum()),
    )
    for name, column in columns.items():
        least = getattr(options, f"min_{name}")
        if least is None:
            continue
        keep &= column >= least
        funnel = funnel.then(f"has {name} of {least:g} or more (--min-{name.replace('_', '-')})", int(keep.sum()))
    absorber = absorbers(table, keep, options.min_independence)
    rows = np.flatnonzero(keep & (absorber < 0))
    absorbed = np.flatnonzero(keep & (absorber >= 0))
    pooled = [
        pooled_entropy(entropy[rows], edge[rows], table.freq[rows])
        for entropy, edge in ((table.left_entropy, table.left_edge), (table.right_entropy, table.right_edge))
    ]
    branching = np.minimum(table.left_entropy[rows], table.right_entropy[rows])
    frame = pd.DataFrame(
        {
            "row": rows,
            "length": table.length[rows].astype(np.int64),
            "freq": table.freq[rows],
            **{name: column[rows] for name, column in columns.items()},
            "npmi": npmi(columns["cohesion"][rows], table.freq[rows], table.n_symbols),
            "independence": independence(table)[rows],
            "free_entropy": (branching + np.minimum(*pooled)) / 2,
        }
    )
    lost = pd.DataFrame({"row": absorbed, "freq": table.freq[absorbed], "absorbed_by": absorber[absorbed]})
    return frame, lost, funnel
