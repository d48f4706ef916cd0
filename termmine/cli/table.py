"""A result as a table for a person at a terminal: the best terms, aligned, in as many columns as the window has.

In: columns. Out: text. What is for programs is written by `termmine.formats`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from termmine.text.display import cut, display_width, padded
from termmine.types import Columns

SHOWN = 50  # terms: a screen or two
_GAP = "  "
_LEAST_TEXT = 20  # columns that are left for the beginning of a sentence, or it is not shown


def as_table(columns: Columns, width: int) -> str:
    """The rows with their rank; columns that do not fit any more are left out, a long text is cut."""
    n = len(columns["term"])
    cells = {"": [str(rank) for rank in range(1, n + 1)]} | {name: _cells(data) for name, data in columns.items()}
    lines, left = [""] * (n + 1), width
    for name, column in cells.items():
        whole = [name, *column]
        widest = max(map(display_width, whole))
        number = not name or columns[name].dtype != object
        if widest > left and (number or left < _LEAST_TEXT):
            break
        size = min(widest, left)
        lines = [
            line + padded(cut(cell, size), size, right=number) + _GAP for line, cell in zip(lines, whole, strict=True)
        ]
        left -= size + len(_GAP)
    return "".join(line.rstrip() + "\n" for line in lines)


def _cells(column: np.ndarray) -> list[str]:
    return [_cell(value) for value in column.tolist()]


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:.2f}"
    return " ".join(str(value).split())
