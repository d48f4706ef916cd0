"""`NgramTable` -> candidates: columns, one row a candidate, and the fragments that were absorbed.

In: the table. Out: columns with the table's row in ``row``; and the reason why the others are not in it. Whether a
string is a *unit* is decided in this package; whether it is a unit *of the domain* is not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from termmine.candidates.cohesion import cohesion
from termmine.candidates.filters import apply_filters, unit_filters
from termmine.candidates.fragments import absorbers
from termmine.errors import EmptyResultError
from termmine.measures import branching_entropy, edge_share, free_entropy, npmi, pooled_entropy
from termmine.options import DiscoverOptions
from termmine.runtime.arrays import Arrays
from termmine.types import Columns, NgramTable


@dataclass(frozen=True)
class Absorbed:
    """The fragments among a table's rows (int32, ascending), and the row that absorbed each."""

    rows: np.ndarray
    by: np.ndarray


def select(table: NgramTable, options: DiscoverOptions, kept: np.ndarray, arrays: Arrays) -> tuple[Columns, Absorbed]:
    """The candidates of a table, and those that were absorbed by longer ones; rows that are ``kept`` (bool) never are.

    Columns: row, length, freq, doc_freq, cohesion, npmi, left_entropy, right_entropy, free_entropy, edge_share.
    """
    if not len(table):
        raise EmptyResultError(
            f"no term is left: nothing occurs {table.min_freq} times (--min-freq): lower that, or give more text"
        )
    filters = unit_filters(table, options, kept, arrays)
    keep = apply_filters(filters, f"n-grams that occur {table.min_freq} times or more", arrays)
    absorber = absorbers(table, keep, options.min_independence, arrays)
    absorber[kept] = -1
    is_absorbed = arrays.in_parts(lambda absorber: absorber >= 0, absorber, dtype=bool)
    rows = arrays.where(np.greater(keep, is_absorbed, out=keep))
    absorbed = arrays.where(
        np.logical_and(filters[0].passes, is_absorbed, out=is_absorbed)
    )  # also those of low entropy
    return _columns(table, rows, arrays), Absorbed(absorbed, arrays.take(absorber, absorbed))


def _columns(table: NgramTable, rows: np.ndarray, arrays: Arrays) -> Columns:
    def freedom(rows: np.ndarray) -> np.ndarray:
        freq, left, right = table.freq[rows], table.left_entropy[rows], table.right_entropy[rows]
        pooled = pooled_entropy(left, table.left_edge[rows], freq), pooled_entropy(right, table.right_edge[rows], freq)
        return free_entropy(branching_entropy(left, right), branching_entropy(*pooled), freq)

    def edges(rows: np.ndarray) -> np.ndarray:
        return edge_share(table.left_edge[rows], table.right_edge[rows], table.freq[rows])

    cohesions, freq = cohesion(table, rows, arrays), arrays.take(table.freq, rows)
    return {
        "row": rows,
        "length": arrays.take(table.length, rows),
        "freq": freq,
        "doc_freq": arrays.take(table.doc_freq, rows),
        "cohesion": cohesions,
        "npmi": arrays.in_parts(lambda cohesion, freq: npmi(cohesion, freq, table.n_symbols), cohesions, freq),
        "left_entropy": arrays.take(table.left_entropy, rows),
        "right_entropy": arrays.take(table.right_entropy, rows),
        "free_entropy": arrays.in_parts(freedom, rows),
        "edge_share": arrays.in_parts(edges, rows),
    }
