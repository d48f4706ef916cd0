"""The candidates with their scores -> the terms in order, some at a time.

In: the columns of an analysis. Out: its rows that pass every filter, the best first, each with its spelling. The best
row has the highest score, or, where there is feedback, is one that a reviewer has accepted or is most likely to
accept. The candidates were chosen before; how a term is written to a file is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from termmine.candidates.filters import apply_filters
from termmine.counting.engines import Engine
from termmine.options import DiscoverOptions
from termmine.ranking.contrast import term_filters
from termmine.runtime.columns import stacked
from termmine.search.spelling import surfaces
from termmine.types import Columns, Corpus, NgramTable

_BYTES_A_TERM = 2048  # bytes that a term takes while it is spelt and written
_FEWEST, _MOST = 1 << 14, 1 << 18  # terms at a time


class Ranking:
    """The terms of an analysis; a candidate that no filter dropped is one. An error where there is none."""

    def __init__(
        self, corpus: Corpus, table: NgramTable, columns: Columns, options: DiscoverOptions, engine: Engine
    ) -> None:
        self._corpus, self._table, self._columns, self._engine = corpus, table, columns, engine
        arrays = engine.job.arrays
        self._best = "merit" if "merit" in columns else "score"
        chosen = arrays.where(apply_filters(term_filters(columns, options, arrays), "candidates", arrays))
        keys = arrays.in_parts(_descending, arrays.take(columns[self._best], chosen), dtype=np.uint64)
        self._n = len(chosen)
        if options.top is not None and options.top < len(chosen):
            self._n = options.top
            last = np.partition(keys, options.top - 1)[options.top - 1]
            reaching = keys <= last  # with all that share the last place
            chosen, keys = chosen[reaching], keys[reaching]
        self._chosen, self._keys = chosen, keys

    def __len__(self) -> int:
        return self._n

    def parts(self, room: int | None = None) -> Iterator[Columns]:
        """The terms in order, so many at a time as take about ``room`` bytes: the analysis's columns and ``term``."""
        rest, room = self._n, _MOST * _BYTES_A_TERM if room is None else room
        for order in self._engine.job.arrays.in_order(self._keys, min(max(room // _BYTES_A_TERM, _FEWEST), _MOST)):
            rows = self._chosen[order]
            spelt = surfaces(self._corpus, self._table, self._columns["row"][rows], self._engine)
            terms: np.ndarray = np.array(spelt, dtype=object)
            by_term = _by_term(self._columns[self._best][rows], terms)[:rest]
            part = {name: column[rows[by_term]] for name, column in self._columns.items()}
            yield part | {"term": terms[by_term]}
            rest -= len(by_term)

    def whole(self) -> Columns:
        """All of the terms at once."""
        return stacked(list(self.parts()))


def _by_term(keys: np.ndarray, terms: np.ndarray) -> np.ndarray:
    """The order of rows whose keys are in order: equal ones by their terms."""
    equal = keys[1:] == keys[:-1]
    tied = np.flatnonzero(np.append(equal, False) | np.append(False, equal))
    run = np.cumsum(np.append(False, ~equal))[tied]
    order = np.arange(len(keys))
    order[tied] = tied[sorted(range(len(tied)), key=list(zip(run.tolist(), terms[tied], strict=True)).__getitem__)]
    return order


def _descending(values: np.ndarray) -> np.ndarray:
    """Keys (uint64) whose order is the opposite of that of the values (float64)."""
    bits = (values + 0.0).view(np.int64)  # + 0.0: one zero
    ascending = np.where(bits < 0, ~bits, bits ^ np.int64(-(1 << 63))).view(np.uint64)
    return ~ascending
