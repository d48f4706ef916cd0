"""A table that is longer, and goes further down, than a run wants -> the table that it wants.

In: a table with what is kept beside it. Out: both, with the n-grams up to a length and down to a frequency alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from termmine.runtime.arrays import Arrays
from termmine.types import Corpus, Kept, NgramTable

_A_ROW = ("length", "freq", "doc_freq", "left_entropy", "right_entropy", "left_edge", "right_edge", "last")


def cut(corpus: Corpus, table: NgramTable, min_freq: int, max_length: int, arrays: Arrays) -> tuple[Corpus, NgramTable]:
    """The rows of up to ``max_length`` symbols that are known to occur ``min_freq`` times."""
    n_lengths = min(max_length, len(table.level) - 1)
    wanted = table.freq >= min_freq
    wanted[int(table.level[n_lengths]) :] = False
    rows, new = arrays.where(wanted), np.cumsum(wanted, dtype=np.int64) - 1
    columns: dict[str, Any] = {name: arrays.take(getattr(table, name), rows) for name in _A_ROW}
    for name in ("prefix", "suffix"):
        link = arrays.take(getattr(table, name), rows)
        columns[name] = np.where(link >= 0, new[link], -1).astype(np.int32)
    level = np.searchsorted(rows, table.level[: n_lengths + 1])
    while len(level) > 2 and level[-1] == level[-2]:
        level = level[:-1]
    assert corpus.kept is not None
    return (
        replace(corpus, kept=_kept_of(corpus.kept, table, rows, wanted, new)),
        replace(table, **columns, level=level, min_freq=min_freq),
    )


def _kept_of(kept: Kept, table: NgramTable, rows: np.ndarray, wanted: np.ndarray, new: np.ndarray) -> Kept:
    spelt = wanted[kept.spelt_row]
    codes = np.repeat(spelt, table.length[kept.spelt_row])
    return replace(
        kept,
        missed=kept.missed[rows],
        windows=kept.windows[rows],
        left_fit=kept.left_fit[rows],
        right_fit=kept.right_fit[rows],
        spelt_row=new[kept.spelt_row[spelt]],
        spelt_count=kept.spelt_count[spelt],
        spelt_codes=kept.spelt_codes[codes],
    )
