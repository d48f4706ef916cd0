"""Tables: every column of the result, for people, spreadsheets and programs.

Numbers are written with four digits after the point in every format, so that the same result has the same bytes
everywhere; `read_terms` reads back the same table.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from termmine.errors import TermmineError
from termmine.formats.cells import as_text, column_as_text, guarded, is_missing
from termmine.formats.rendered import Rendered, as_xml_text, columns_of, fits_xml, leaving_out, one_line, rows_of
from termmine.formats.xlsx import write_rows
from termmine.types import Columns

if TYPE_CHECKING:
    import pandas as pd

_ROWS_AT_ONCE = 1 << 12  # rows that are made text together
MANY_ROWS = 1 << 12  # from here on kernels write them: the same bytes, sooner
_SHEET_ROWS = 1 << 20  # rows of an Excel sheet, with the header


def csv_rows(columns: Columns, *, header: bool = True, crlf: bool = False) -> bytes:
    """Comma-separated values: a header, quotes as in RFC 4180; ``crlf``: its line ends, too."""
    return _delimited(columns, header, ",", "\r\n" if crlf else "\n", guarded)


def tsv_rows(columns: Columns, *, header: bool = True) -> bytes:
    """Tab-separated values with a header and LF line ends; a tab or line end inside a cell becomes a blank."""
    return _delimited(columns, header, "\t", "\n", lambda texts: guarded(list(map(one_line, texts))))


#: The line end given to the csv module: it then quotes a cell with either character, in every version of Python.
LINE_END = "\r\n"


class _Lines(io.StringIO):
    """A file for the csv module to write to: each line gets the end that is wanted."""

    def __init__(self, end: str) -> None:
        super().__init__(newline="")
        self._end = end

    def write(self, line: str) -> int:
        """A whole line, as csv gives it."""
        return super().write(line.removesuffix(LINE_END) + self._end)


def _delimited(
    columns: Columns, header: bool, delimiter: str, end: str, write: Callable[[list[str]], list[str]]
) -> bytes:
    text = _Lines(end)
    writer = csv.writer(text, delimiter=delimiter, lineterminator=LINE_END)
    if header:
        writer.writerow(write(list(columns)))
    values = list(columns.values())
    if len(values) > 1 and len(values[0]) >= MANY_ROWS:
        from termmine.formats.fast_csv import delimited_lines  # loads the kernels, for which a few rows need not wait

        return b"".join([text.getvalue().encode(), *delimited_lines(values, write, delimiter, end)])
    for start in range(0, len(values[0]), _ROWS_AT_ONCE):
        some = (column[start : start + _ROWS_AT_ONCE].tolist() for column in values)
        writer.writerows(zip(*(column_as_text(cells, write) for cells in some), strict=True))
    return text.getvalue().encode()


def jsonl_rows(columns: Columns, *, header: bool = True) -> bytes:
    """One JSON object a line; what is missing is null."""
    del header  # each line says what it holds
    lines = []
    for row in rows_of(columns):
        record = {name: _json_value(value) for name, value in zip(columns, row, strict=True)}
        lines.append(json.dumps(record, ensure_ascii=False) + "\n")
    return "".join(lines).encode()


def _json_value(value: Any) -> Any:
    if is_missing(value):
        return None
    return float(as_text(value)) if isinstance(value, float) else value


def txt_rows(columns: Columns, *, header: bool = True) -> bytes:
    """The terms alone, one a line."""
    del header  # each line is a term
    return "".join(f"{one_line(term)}\n" for term in columns["term"].tolist()).encode()


def write_xlsx(frame: pd.DataFrame) -> Rendered:
    """An Excel workbook with one sheet: a header that stays and filters, numbers as numbers, text as text."""
    if len(frame) >= _SHEET_ROWS:
        raise TermmineError(f"xlsx: a sheet has room for {_SHEET_ROWS - 1} terms, not for {len(frame)}: use csv")
    left_out = [term for term in frame["term"] if not fits_xml(term)]
    frame = frame[[fits_xml(term) for term in frame["term"]]]
    rows = ([_sheet_value(value) for value in row] for row in rows_of(columns_of(frame)))
    data = write_rows(list(frame.columns), rows, len(frame))
    return leaving_out(data, frame.index, left_out, "for Excel cannot hold a control character")


def _sheet_value(value: Any) -> Any:
    if is_missing(value):
        return None
    if isinstance(value, str):
        return as_xml_text(value.replace("\r\n", "\n").replace("\r", "\n")) or None
    return float(as_text(value)) if isinstance(value, float) else value
