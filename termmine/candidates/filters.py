"""The filters that n-grams and candidates must pass, each with its reason.

In: a table, or a column. Out: True for the entries that pass a filter (bool); an error where none is left.
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
class Filter:
    """A filter of candidates: its condition in words, after "of n, none ..."; and True for the entries that pass it
    (bool).

    ``reasons``: the sentence for each entry that does not pass, where one sentence does not fit all of them.
    """

    text: str
    passes: np.ndarray
    advice: str = "lower that threshold, or give more text"
    reasons: Sequence[str] | None = None


def apply_filters(filters: list[Filter], found: str, arrays: Arrays) -> np.ndarray:
    """True for the entries that pass all filters.

    Where none does, an error names the filter that left nothing. ``found``: the name of the entries in that error.
    """
    keep = arrays.full(len(filters[0].passes), True, bool)
    for each in filters:
        before = int(np.count_nonzero(keep))
        keep &= each.passes
        if not keep.any():
            raise EmptyResultError(f"no term is left: of {before} {found}, none {each.text}: {each.advice}")
        found = "that passed the rules before"
    return keep


def threshold(name: str, column: np.ndarray, least: float, arrays: Arrays) -> Filter:
    """The filter of entries that reach a least value in a column."""
    passes = arrays.in_parts(lambda column: column >= least, column, dtype=bool)
    return Filter(f"has a {name} of {least:g} or more (--min-{name.replace('_', '-')})", passes)


def could_be_term(table: NgramTable, options: DiscoverOptions, arrays: Arrays) -> Filter:
    """The filter of rows that are made of the symbols that terms are made of, whatever their figures."""
    if options.any_script:
        is_word = arrays.in_parts(lambda last: last >= FIRST_WORD, table.last, dtype=bool)
        is_word[table.level[1] :] = True
        return Filter("has a word or two symbols", is_word)
    passes = holds_han(table, arrays)
    passes[: table.level[1]] = False
    return Filter("has two symbols with a Han character among them", passes)


def unit_filters(table: NgramTable, options: DiscoverOptions, kept: np.ndarray, arrays: Arrays) -> list[Filter]:
    """The filters that a row of the table must pass to be a candidate, in order; the passes are one a row.

    Rows that are ``kept`` (bool) pass all of them.
    """
    filters = [could_be_term(table, options, arrays)]
    filters.append(threshold("doc_freq", table.doc_freq, options.min_doc_freq, arrays))
    if options.min_cohesion is not None:
        rows = arrays.where(filters[0].passes & filters[1].passes)  # not needed elsewhere
        each = threshold("cohesion", cohesion(table, rows, arrays), options.min_cohesion, arrays)
        passes = arrays.zeros(len(table), bool)
        put(passes, rows, each.passes)
        filters.append(Filter(each.text, passes))
    filters.append(threshold("left_entropy", table.left_entropy, options.min_left_entropy, arrays))
    filters.append(threshold("right_entropy", table.right_entropy, options.min_right_entropy, arrays))
    for each in filters:
        np.logical_or(each.passes, kept, out=each.passes)
    return filters
