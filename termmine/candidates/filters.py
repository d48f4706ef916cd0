"""The conditions that n-grams and candidates must meet, each with its reason.

In: a table, or a column. Out: True for the entries that meet a condition (bool); an error where none is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from termmine.candidates.cohesion import cohesion
from termmine.errors import EmptyResultError
from termmine.kernels.codes import FIRST_WORD
from termmine.options import DiscoverOptions
from termmine.runtime.arrays import Arrays
from termmine.runtime.columns import put, slices
from termmine.text.characters import is_han
from termmine.types import NgramTable


def holds_han(table: NgramTable, arrays: Arrays) -> np.ndarray:
    """True for each row that holds a Han character (bool, one a row); kana and Latin are none."""
    han = arrays.in_parts(is_han, table.last, dtype=bool)
    for n in range(1, len(table.level) - 1):
        for rows in slices(table.level[n], table.level[n + 1]):
            han[rows] |= han[table.prefix[rows]]
    return han


@dataclass(frozen=True)
class Rule:
    """A condition that candidates must meet: in words, after "of n, none ..."; and True for the entries that meet it
    (bool).

    ``reasons``: the sentence for each entry that does not meet it, where one sentence does not fit all of them.
    """

    text: str
    passes: np.ndarray
    advice: str = "lower that threshold, or give more text"
    reasons: Sequence[str] | None = None


def apply_rules(rules: list[Rule], found: str, arrays: Arrays) -> np.ndarray:
    """True for the entries that meet all rules.

    Where none does, an error names the rule that left nothing of ``found``, the number and kind of the entries.
    """
    keep = arrays.full(len(rules[0].passes), True, bool)
    for rule in rules:
        before = int(np.count_nonzero(keep))
        keep &= rule.passes
        if not keep.any():
            raise EmptyResultError(f"no term is left: of {before} {found}, none {rule.text}: {rule.advice}")
        found = "that passed the rules before"
    return keep


def threshold(name: str, column: np.ndarray, least: float, arrays: Arrays) -> Rule:
    """The rule that a column reaches a least value."""
    passes = arrays.in_parts(lambda column: column >= least, column, dtype=bool)
    return Rule(f"has a {name} of {least:g} or more (--min-{name.replace('_', '-')})", passes)


def could_be_term(table: NgramTable, options: DiscoverOptions, arrays: Arrays) -> Rule:
    """The rule that a row is made of the symbols that terms are made of, whatever its figures."""
    if options.any_script:
        is_word = arrays.in_parts(lambda last: last >= FIRST_WORD, table.last, dtype=bool)
        is_word[table.level[1] :] = True
        return Rule("has a word or two symbols", is_word)
    passes = holds_han(table, arrays)
    passes[: table.level[1]] = False
    return Rule("has two symbols with a Han character among them", passes)


def unit_rules(table: NgramTable, options: DiscoverOptions, kept: np.ndarray, arrays: Arrays) -> list[Rule]:
    """The rules that a row of the table must meet to be a candidate, in order; the passes are one a row.

    Rows that are ``kept`` (bool) meet all of them.
    """
    rules = [could_be_term(table, options, arrays)]
    rules.append(threshold("doc_freq", table.doc_freq, options.min_doc_freq, arrays))
    if options.min_cohesion is not None:
        rows = arrays.where(rules[0].passes & rules[1].passes)  # not needed elsewhere
        rule = threshold("cohesion", cohesion(table, rows, arrays), options.min_cohesion, arrays)
        passes = arrays.zeros(len(table), bool)
        put(passes, rows, rule.passes)
        rules.append(Rule(rule.text, passes))
    rules.append(threshold("left_entropy", table.left_entropy, options.min_left_entropy, arrays))
    rules.append(threshold("right_entropy", table.right_entropy, options.min_right_entropy, arrays))
    for rule in rules:
        np.logical_or(rule.passes, kept, out=rule.passes)
    return rules
