"""A file of terms -> a DataFrame: what `discover` wrote, before or after somebody edited it.

In: CSV or TSV with a column `term`. Out: one row a term, in the file's order, with every column that the file has.
Nothing is sorted, dropped or looked up here.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from termmine.errors import TermmineError
from termmine.lexicon import read_text

#: The columns that hold numbers; the others hold text.
_NUMBERS = {"score", "freq"}


def read_terms(path: Path) -> pd.DataFrame:
    """The terms of a file that `discover` wrote, also one that was edited: a column ``term`` and whatever else it has.

    Raises `termmine.TermmineError` for what cannot be read so.
    """
    text = read_text(path)
    if not text.strip():
        raise TermmineError(f"{path}: is empty: give a file with a row for each term")
    delimiter = "\t" if "\t" in text.split("\n", 1)[0] else ","
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if any(row)]
    except csv.Error as error:
        raise TermmineError(f"{path}: is no CSV ({error}): close its quotes, and double those inside") from None
    header, *body = rows
    if "term" not in header:
        raise TermmineError(
            f"{path}:1: has no column called term: begin with a line that names the columns, as discover writes it"
        )
    if not body:
        raise TermmineError(f"{path}: holds no terms: give a file with a row for each term")
    cells = {name: [row[i] if i < len(row) else "" for row in body] for i, name in enumerate(header)}
    frame = pd.DataFrame(cells)
    try:
        return frame.assign(**{name: pd.to_numeric(frame[name].replace("", None)) for name in _NUMBERS & set(header)})
    except ValueError as error:
        raise TermmineError(f"{path}: {error}: correct the cell, or empty it") from None
