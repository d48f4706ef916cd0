"""`NgramTable` -> candidates: columns, thresholds, nested fragments.

In: the table. Out: columns, one row a candidate, with the table's row in ``row``; and why the others are not in
it. What makes a string a *unit* is decided here; what makes it a unit *of the domain* is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from termmine import arrays
from termmine import kernels as k
from termmine.arrays import in_parts
from termmine.cells import Columns
from termmine.characters import is_han
from termmine.errors import EmptyResultError
from termmine.measures import branching_entropy, npmi, pmi, pooled_entropy
from termmine.options import DiscoverOptions
from termmine.types import NgramTable


def cohesion(table: NgramTable, rows: np.ndarray) -> np.ndarray:
    """The smallest PMI over all splits into two parts of each of those rows (ascending), in bits (float64, len(rows)).

    A single symbol cannot be split: its cohesion is log2(N / f), the greatest that its frequency allows.
    """
    smallest = in_parts(lambda rows: np.log2(table.n_symbols) - np.log2(table.freq[rows].astype(np.float64)), rows)
    begin = np.searchsorted(rows, table.level)
    for n in range(2, len(table.level)):
        for here in arrays.slices(begin[n - 1], begin[n]):
            smallest[here] = _weakest_split(table, rows[here], n)
    return smallest


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
    han = in_parts(is_han, table.last, dtype=bool)
    for n in range(1, len(table.level) - 1):
        for rows in arrays.slices(table.level[n], table.level[n + 1]):
            han[rows] |= han[table.prefix[rows]]
    return han


def absorbers(table: NgramTable, is_candidate: np.ndarray, min_independence: float) -> np.ndarray:
    """For each row the longer candidate that it hardly ever occurs outside of, or -1 (int32).

    湿隔离 is absorbed by 保湿隔离 when at most ``min_independence`` of its occurrences are outside it. An n-gram that
    is no candidate itself absorbs nothing, but what absorbs it may, as long as the share holds.
    """
    absorber = arrays.full(len(table), -1, np.int32)
    for n in range(len(table.level) - 2, 0, -1):
        k.absorb(
            table.level[n], table.level[n + 1], table.prefix, table.suffix, table.freq, is_candidate,
            1.0 - min_independence, absorber,
        )  # fmt: skip
    return absorber


def nesting(table: NgramTable, candidates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each candidate, how many longer candidates hold it and the sum of their frequencies (both float64).

    ``candidates`` are rows in ascending order. A longer one counts once however often it holds the shorter.
    """
    place = arrays.full(len(table), -1, np.int32)
    arrays.put(place, candidates)
    number, total = arrays.zeros(len(candidates), np.float64), arrays.zeros(len(candidates), np.float64)
    begin = np.searchsorted(candidates, table.level)
    for n in range(2, len(table.level)):
        for here in arrays.slices(begin[n - 1], begin[n]):
            longer = candidates[here]
            pairs = _inside(table, longer, n, place)
            inner, outer = pairs % len(candidates), pairs // len(candidates)
            np.add.at(number, inner, 1.0)
            np.add.at(total, inner, table.freq[longer[outer]])
    return number, total


def _inside(table: NgramTable, longer: np.ndarray, n: int, place: np.ndarray) -> np.ndarray:
    """Each pair (outer candidate of length n, candidate inside it) once: the outer one's place in ``longer`` * number
    of candidates + the inner one's.
    """
    pairs = [np.zeros(0, dtype=np.int64)]
    size = int(place.max()) + 1
    outer = np.arange(len(longer), dtype=np.int64)
    from_left = longer
    for dropped in range(n):
        part = from_left
        for _ in range(n - dropped):
            if dropped or part is not longer:
                inner = place[part]
                pairs.append(outer[inner >= 0] * size + inner[inner >= 0])
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
    keep = arrays.full(len(rules[0].passes), True, bool)
    for rule in rules:
        before = int(np.count_nonzero(keep))
        keep &= rule.passes
        if not keep.any():
            raise EmptyResultError(f"no term is left: of {before} {found}, none {rule.text}: {rule.advice}")
        found = "that passed the rules before"
    return keep


def threshold(name: str, column: np.ndarray, least: float) -> Rule:
    """The rule that a column reaches a least value."""
    passes = in_parts(lambda column: column >= least, column, dtype=bool)
    return Rule(f"has a {name} of {least:g} or more (--min-{name.replace('_', '-')})", passes)


def could_be_term(table: NgramTable, options: DiscoverOptions) -> Rule:
    """The rule that a row has what a term is made of, whatever its figures."""
    if options.any_script:
        is_word = in_parts(lambda last: last >= k.FIRST_WORD, table.last, dtype=bool)
        is_word[table.level[1] :] = True
        return Rule("has a word or two symbols", is_word)
    passes = holds_han(table)
    passes[: table.level[1]] = False
    return Rule("has two symbols with a Han character among them", passes)


def unit_rules(table: NgramTable, options: DiscoverOptions, kept: np.ndarray) -> list[Rule]:
    """What a row of the table must meet to be a candidate, in order; the passes are one a row.

    Rows that are ``kept`` (bool) meet all of it.
    """
    rules = [could_be_term(table, options)]
    rules.append(threshold("doc_freq", table.doc_freq, options.min_doc_freq))
    if options.min_cohesion is not None:
        rows = arrays.where(rules[0].passes & rules[1].passes)  # of no interest elsewhere
        rule = threshold("cohesion", cohesion(table, rows), options.min_cohesion)
        passes = arrays.zeros(len(table), bool)
        arrays.put(passes, rows, rule.passes)
        rules.append(Rule(rule.text, passes))
    rules.append(threshold("left_entropy", table.left_entropy, options.min_left_entropy))
    rules.append(threshold("right_entropy", table.right_entropy, options.min_right_entropy))
    for rule in rules:
        np.logical_or(rule.passes, kept, out=rule.passes)
    return rules


@dataclass(frozen=True)
class Absorbed:
    """The fragments among a table's rows (int32, ascending), and the row that absorbed each."""

    rows: np.ndarray
    by: np.ndarray


def select(table: NgramTable, options: DiscoverOptions, kept: np.ndarray) -> tuple[Columns, Absorbed]:
    """The candidates of a table, and those that were absorbed by longer ones; rows that are ``kept`` (bool) never are.

    Columns: row, length, freq, doc_freq, cohesion, npmi, left_entropy, right_entropy, free_entropy (the mean of the
    branching entropies with run edges apart and pooled).
    """
    if not len(table):
        raise EmptyResultError(
            f"no term is left: nothing occurs {table.min_freq} times (--min-freq): lower that, or give more text"
        )
    rules = unit_rules(table, options, kept)
    keep = apply_rules(rules, f"n-grams that occur {table.min_freq} times or more")
    absorber = absorbers(table, keep, options.min_independence)
    absorber[kept] = -1
    is_absorbed = in_parts(lambda absorber: absorber >= 0, absorber, dtype=bool)
    rows = arrays.where(np.greater(keep, is_absorbed, out=keep))
    absorbed = arrays.where(np.logical_and(rules[0].passes, is_absorbed, out=is_absorbed))  # also of low entropy
    return _columns(table, rows), Absorbed(absorbed, arrays.take(absorber, absorbed))


def _columns(table: NgramTable, rows: np.ndarray) -> Columns:
    def free_entropy(rows: np.ndarray) -> np.ndarray:
        freq, left, right = table.freq[rows], table.left_entropy[rows], table.right_entropy[rows]
        pooled = pooled_entropy(left, table.left_edge[rows], freq), pooled_entropy(right, table.right_edge[rows], freq)
        return (branching_entropy(left, right) + branching_entropy(*pooled)) / 2

    cohesions, freq = cohesion(table, rows), arrays.take(table.freq, rows)
    return {
        "row": rows,
        "length": arrays.take(table.length, rows),
        "freq": freq,
        "doc_freq": arrays.take(table.doc_freq, rows),
        "cohesion": cohesions,
        "npmi": in_parts(lambda cohesion, freq: npmi(cohesion, freq, table.n_symbols), cohesions, freq),
        "left_entropy": arrays.take(table.left_entropy, rows),
        "right_entropy": arrays.take(table.right_entropy, rows),
        "free_entropy": in_parts(free_entropy, rows),
    }
