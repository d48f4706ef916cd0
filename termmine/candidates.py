"""`NgramTable` -> candidates: columns, thresholds, nested fragments.

In: the table. Out: a DataFrame, one row a candidate, with the table's row in ``row``; and why the others are not in
it. What makes a string a *unit* is decided here; what makes it a unit *of the domain* is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from termmine import kernels as k
from termmine.characters import is_han
from termmine.errors import EmptyResultError
from termmine.measures import branching_entropy, in_parts, npmi, pmi, pooled_entropy
from termmine.options import DiscoverOptions
from termmine.types import NgramTable

_ROWS_AT_ONCE = 1 << 18  # rows whose splits are looked at together: bounds the memory, changes nothing


def cohesion(table: NgramTable, rows: np.ndarray) -> np.ndarray:
    """The smallest PMI over all splits into two parts of each of those rows (ascending), in bits (float64, len(rows)).

    A single symbol cannot be split: its cohesion is log2(N / f), the greatest that its frequency allows.
    """
    smallest = np.log2(table.n_symbols) - np.log2(table.freq[rows].astype(np.float64))
    begin = np.searchsorted(rows, table.level)
    for n in range(2, len(table.level)):
        for lo in range(begin[n - 1], begin[n], _ROWS_AT_ONCE):
            here = slice(lo, min(lo + _ROWS_AT_ONCE, begin[n]))
            smallest[here] = _weakest_split(table, rows[here], n)
    return np.asarray(smallest)


def _weakest_split(table: NgramTable, rows: np.ndarray, n: int) -> np.ndarray:
    lefts, rights = [rows], [rows]
    for _ in range(n - 1):
        lefts.append(table.prefix[lefts[-1]])
        rights.append(table.suffix[rights[-1]])
    splits = [
        pmi(table.freq[rows], table.freq[lefts[n - i]], table.freq[rights[i]], table.n_symbols) for i in range(1, n)
    ]
    return np.asarray(np.min(splits, axis=0))


def holds_han(table: NgramTable) -> np.ndarray:
    """Whether each row holds a Han character (bool, one a row); kana and Latin are none."""
    han = is_han(table.last)
    for n in range(1, len(table.level) - 1):
        rows = slice(table.level[n], table.level[n + 1])
        han[rows] |= han[table.prefix[rows]]
    return han


def absorbers(table: NgramTable, is_candidate: np.ndarray, min_independence: float) -> np.ndarray:
    """For each row the longer candidate that it hardly ever occurs outside of, or -1 (int32).

    湿隔离 is absorbed by 保湿隔离 when at most ``min_independence`` of its occurrences are outside it. An n-gram that
    is no candidate itself absorbs nothing, but what absorbs it may, as long as the share holds.
    """
    absorber = np.full(len(table), -1, dtype=np.int32)
    for n in range(len(table.level) - 2, 0, -1):
        longer = np.arange(table.level[n], table.level[n + 1], dtype=np.int32)
        keeper = np.where(absorber[longer] >= 0, absorber[longer], np.where(is_candidate[longer], longer, -1))
        kept = keeper >= 0
        for part in (table.prefix[longer[kept]], table.suffix[longer[kept]]):
            _keep_most_frequent(absorber, part, keeper[kept], table.freq, 1.0 - min_independence)
    return absorber


def _keep_most_frequent(
    absorber: np.ndarray, part: np.ndarray, keeper: np.ndarray, freq: np.ndarray, least: float
) -> None:
    """Set absorber[part] to keeper where that has more than the least share of the part's occurrences, and more
    occurrences than what stands there.
    """
    enough = freq[keeper] > least * freq[part]
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
class Rule:
    """A condition that candidates must meet: in words, after "of n, none ..."; and which entries meet it (bool).

    ``reasons``: what to say of each entry that does not, where one sentence does not fit all of them.
    """

    text: str
    passes: np.ndarray
    advice: str = "lower that threshold, or give more text"
    reasons: Sequence[str] | None = None


def apply_rules(rules: list[Rule], found: str) -> np.ndarray:
    """Which entries meet all rules; when none does, an error that says which one left nothing of what was ``found``."""
    keep = np.ones(len(rules[0].passes), dtype=bool)
    for rule in rules:
        before, keep = int(keep.sum()), keep & rule.passes
        if not keep.any():
            raise EmptyResultError(f"no term is left: of {before} {found}, none {rule.text}: {rule.advice}")
        found = "that passed the rules before"
    return keep


def threshold(name: str, column: np.ndarray, least: float) -> Rule:
    """The rule that a column reaches a least value."""
    return Rule(f"has a {name} of {least:g} or more (--min-{name.replace('_', '-')})", column >= least)


def could_be_term(table: NgramTable, options: DiscoverOptions) -> Rule:
    """The rule that a row has what a term is made of, whatever its figures."""
    if options.any_script:
        return Rule("has a word or two symbols", (table.length > 1) | (table.last >= k.FIRST_WORD))
    return Rule("has two symbols with a Han character among them", (table.length > 1) & holds_han(table))


def unit_rules(table: NgramTable, options: DiscoverOptions, kept: np.ndarray) -> list[Rule]:
    """What a row of the table must meet to be a candidate, in order; the passes are one a row.

    Rows that are ``kept`` (bool) meet all of it.
    """
    rules = [could_be_term(table, options)]
    rules.append(threshold("doc_freq", table.doc_freq, options.min_doc_freq))
    if options.min_cohesion is not None:
        rows = np.flatnonzero(rules[0].passes & rules[1].passes)  # of no interest elsewhere
        rule = threshold("cohesion", cohesion(table, rows), options.min_cohesion)
        passes = np.zeros(len(table), dtype=bool)
        passes[rows] = rule.passes
        rules.append(Rule(rule.text, passes))
    rules.append(threshold("left_entropy", table.left_entropy, options.min_left_entropy))
    rules.append(threshold("right_entropy", table.right_entropy, options.min_right_entropy))
    return [replace(rule, passes=rule.passes | kept) for rule in rules]


def select(table: NgramTable, options: DiscoverOptions, kept: np.ndarray) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The candidates of a table, and those that were absorbed by longer ones; rows that are ``kept`` (bool) never are.

    Columns of the first: row, length, freq, doc_freq, cohesion, npmi, left_entropy, right_entropy,
    free_entropy (the mean of the branching entropies with run edges apart and pooled); of the second: row, freq,
    absorbed_by (a row).
    """
    if not len(table):
        raise EmptyResultError(
            f"no term is left: nothing occurs {table.min_freq} times (--min-freq): lower that, or give more text"
        )
    rules = unit_rules(table, options, kept)
    keep = apply_rules(rules, f"n-grams that occur {table.min_freq} times or more")
    absorber = np.where(kept, -1, absorbers(table, keep, options.min_independence))
    rows = np.flatnonzero(keep & (absorber < 0)).astype(np.int32)
    absorbed = np.flatnonzero(rules[0].passes & (absorber >= 0))  # bound fragments too, whose entropies are low
    lost = pd.DataFrame({"row": absorbed, "freq": table.freq[absorbed], "absorbed_by": absorber[absorbed]})
    return _frame(table, rows), lost


def _frame(table: NgramTable, rows: np.ndarray) -> pd.DataFrame:
    def free_entropy(rows: np.ndarray) -> np.ndarray:
        freq, left, right = table.freq[rows], table.left_entropy[rows], table.right_entropy[rows]
        pooled = pooled_entropy(left, table.left_edge[rows], freq), pooled_entropy(right, table.right_edge[rows], freq)
        return (branching_entropy(left, right) + branching_entropy(*pooled)) / 2

    cohesions = cohesion(table, rows)
    columns = {
        "row": rows,
        "length": table.length[rows].astype(np.int64),
        "freq": table.freq[rows],
        "doc_freq": table.doc_freq[rows],
        "cohesion": cohesions,
        "npmi": npmi(cohesions, table.freq[rows], table.n_symbols),
        "left_entropy": table.left_entropy[rows],
        "right_entropy": table.right_entropy[rows],
        "free_entropy": in_parts(free_entropy, rows),
    }
    return pd.DataFrame(columns, copy=False)
