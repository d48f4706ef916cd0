"""Rows written by kernels, against Python's `format` and its csv module."""

from __future__ import annotations

import itertools
import math
from typing import Any
from unittest import mock

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from support import naive
from termmine.formats import fast_csv, tables
from termmine.formats.cells import as_text
from termmine.formats.write import ROWS
from termmine.kernels import csv_lines as csv_lines_kernels
from termmine.kernels.csv_lines import MOST_DECIMAL, MOST_DIGITS


def written(kernel: Any, values: np.ndarray, room: int) -> list[str]:
    """What a kernel makes of numbers."""
    out, end = np.empty(room * len(values), dtype=np.uint8), np.empty(len(values), dtype=np.int64)
    assert kernel(values, out, end) in (True, None)
    limits = [0, *end.tolist()]
    return [out[lo:hi].tobytes().decode() for lo, hi in itertools.pairwise(limits)]


SMALL_ENOUGH = st.floats(-(2.0**61), 2.0**61) | st.just(math.nan)
HALVES = st.builds(
    lambda n, step, toward: float(np.nextafter(n / step, n * toward)),
    st.integers(-(10**9), 10**9),
    st.sampled_from([32, 20_000]),
    st.sampled_from([-1, 1, 1 / 32, 1 / 20_000]),
)


@naive.compared("lines: numbers")
@given(values=st.lists(SMALL_ENOUGH | HALVES, min_size=1, max_size=20))
def test_decimals_are_those_of_python(values: list[float]) -> None:
    """Ties, and what is next to them, among the numbers."""
    assert written(csv_lines_kernels.write_decimals, np.array(values), MOST_DECIMAL) == list(map(as_text, values))


@naive.compared("lines: numbers")
@given(values=st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-120, 120), min_size=1, max_size=20))
def test_whole_numbers_are_those_of_python(values: list[int]) -> None:
    assert written(csv_lines_kernels.write_integers, np.array(values, dtype=np.int64), MOST_DIGITS) == list(
        map(str, values)
    )


def test_longest_numbers() -> None:
    assert written(csv_lines_kernels.write_integers, np.array([-(2**63)]), MOST_DIGITS) == [str(-(2**63))]
    largest = -math.nextafter(2.0**62, 0)
    assert written(csv_lines_kernels.write_decimals, np.array([largest]), MOST_DECIMAL) == [f"{largest:.4f}"]


CELLS = {
    "int": st.integers(-(2**31), 2**31 - 1), "float": st.floats(), "bool": st.booleans(), "text": st.text(max_size=8),
    "hostile": st.text('=-\'",;\t\r\n 术', max_size=4),
    "any": st.none() | st.booleans() | st.floats() | st.text(max_size=3),
}  # fmt: skip


@st.composite
def tables_of_cells(draw: st.DrawFn) -> dict[str, np.ndarray]:
    n = draw(st.integers(1, 12))
    table = {}
    for i, kind in enumerate(draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=2, max_size=5))):
        cells = draw(st.lists(CELLS[kind], min_size=n, max_size=n))
        numbers = kind in ("int", "float", "bool")
        table[f"{kind} {i}"] = np.array(cells) if numbers else np.fromiter(cells, dtype=object, count=n)
    return table


@naive.compared("lines: tables")
@given(table=tables_of_cells(), rows_at_once=st.integers(1, 5))
def test_many_rows_are_written_as_few_are(table: dict[str, np.ndarray], rows_at_once: int) -> None:
    for rows in (ROWS["csv"], ROWS["tsv"]):
        few = rows(table)
        with (
            mock.patch.object(fast_csv, "_ROWS_AT_ONCE", rows_at_once),
            mock.patch.object(fast_csv, "delimited_lines", wraps=fast_csv.delimited_lines) as by_kernels,
            mock.patch.object(tables, "MANY_ROWS", 0),
        ):
            assert rows(table) == few
        assert by_kernels.called
