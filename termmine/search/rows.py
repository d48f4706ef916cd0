"""Strings, or the rows of another table -> rows of an `NgramTable`."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from termmine.kernels import rows as rows_kernels
from termmine.kernels.codes import FIRST_WORD
from termmine.runtime.arrays import Arrays
from termmine.text.alphabet import translation
from termmine.text.encode import encode_strings
from termmine.types import NgramTable


def find_rows(table: NgramTable, texts: Iterable[str]) -> np.ndarray:
    """The row of each text in the table, or -1 (int64) where it is no n-gram, or too rare a one."""
    texts = list(texts)
    codes, which = encode_strings(texts, table.alphabet)
    ends = np.full(len(which), -1, dtype=np.int32)
    if len(table):
        rows_kernels.find_in_table(codes, table.level, table.prefix, table.suffix, table.last, ends)
    rows = np.full(len(texts), -1, dtype=np.int64)
    rows[which] = ends
    return rows


def match_rows(table: NgramTable, other: NgramTable, arrays: Arrays) -> np.ndarray:
    """The row in another table of each row of a table, or -1 (int32)."""
    singles = table.last[: table.level[1]]
    words = translation(table.alphabet, other.alphabet, arrays)
    codes = np.where(singles < FIRST_WORD, singles, words[np.maximum(singles - FIRST_WORD, 0)] if len(words) else 0)
    rows = arrays.empty(len(table), np.int32)
    rows_kernels.match_rows(
        table.prefix, table.suffix, codes, other.level, other.prefix, other.suffix, other.last, table.level, rows
    )  # fmt: skip
    return rows
