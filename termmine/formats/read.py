"""A file of terms -> a DataFrame: a file that `discover` wrote, before or after somebody edited it.

In: CSV, TSV, JSON Lines or an Excel workbook with a column `term`. Out: one row a term, in the file's order, with
every column that the file has. Nothing is sorted, dropped or looked up here.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from termmine.errors import TermmineError
from termmine.formats.cells import KINDS, parse, unguard
from termmine.formats.headings import column_name
from termmine.formats.xlsx import read_rows
from termmine.readers.wordlists import GivenList, read_lines, read_text
from termmine.text.normalize import is_comparable, normal_form

if TYPE_CHECKING:
    import pandas as pd


def read_ranking(path: Path | str, fold: str | None = None) -> list[str]:
    """The terms of a ranked list, the best first, in normal form: CSV, TSV, JSON Lines, or one a line.

    The column called ``term`` is read, else the first one. Terms that are not comparable are left out, of equal ones
    the
    first is kept.
    """
    lines = read_lines(path)
    if isinstance(path, GivenList):
        terms = (normal_form(term, fold) for term in lines)
        return list(dict.fromkeys(term for term in terms if is_comparable(term)))
    if not lines:
        raise TermmineError(f"{path}: is empty: give a ranked list of terms")
    try:
        rows = _rows(lines)
    except csv.Error as error:  # a quotation mark that nothing closes makes one cell of all that follows
        raise TermmineError(f"{path}: is no CSV ({error}): close its quotes, or give one term a line") from None
    except (ValueError, TypeError, KeyError, RecursionError):
        raise TermmineError(f'{path}: is no JSON Lines: give one object with a "term" a line') from None
    column = rows[0].index("term") if "term" in rows[0] else 0
    body = rows[1:] if "term" in rows[0] else rows
    terms = (normal_form(unguard(row[column]), fold) for row in body if len(row) > column)
    return list(dict.fromkeys(term for term in terms if is_comparable(term)))


def _rows(lines: list[str]) -> list[list[str]]:
    if lines[0].startswith("{"):
        return [["term"], *([str(json.loads(line)["term"])] for line in lines)]
    return [line.split("\t") for line in lines] if "\t" in lines[0] else list(csv.reader(lines))


#: pandas' types for whole numbers and truth values some of which are missing.
_WITH_GAPS = {int: "Int64", bool: "boolean"}


@dataclass(frozen=True)
class _Row:
    """The cells of one row, and the line that it begins on."""

    line: int
    cells: list[Any]


def read_terms(path: Path) -> pd.DataFrame:
    """The terms of a file that `discover` or `export` wrote, also one that was edited by hand or in a spreadsheet.

    CSV (comma or semicolon), TSV, JSON Lines, or Excel where the name ends in `.xlsx`; `-` is standard input. Columns
    are found by name, in any order, English or Chinese (`headings`); `term` is required, others may be missing, and
    columns of one's own are kept.

    Returns one row a term in the file's order, a term that stands there twice twice. The columns of `cells.KINDS` have
    the types that `discover` gives them: float64, int64, bool; int64 and bool become Int64 and boolean where a cell is
    empty. Other columns are str, empty where the cell is.

    Raises `termmine.TermmineError`, with file and line, for what cannot be read so.
    """
    return read_numbered_terms(path)[0]


def read_numbered_terms(path: Path) -> tuple[pd.DataFrame, list[int]]:
    """`read_terms`, and the line of the file that each row begins on; the headings are in ``.attrs["headings"]``."""
    header, rows = _workbook(path) if path.suffix.lower() == ".xlsx" else _text(path)
    columns: dict[str, list[Any]] = {name: [] for name in column_names(path, header)}
    lines = [row.line for row in rows if _add_row(path, columns, row)]
    if not columns["term"]:
        raise TermmineError(f"{path}: holds no terms: give a file with a row for each term")
    frame = _frame(columns)
    frame.attrs["headings"] = [str(heading).strip() for heading in header[: len(columns)]]
    return frame, lines


def column_names(path: Path, header: list[Any]) -> list[str]:
    """The names of the columns under the headings of a file; an error where two are the same, or `term` is missing."""
    headings = ["" if heading is None else str(heading).strip() for heading in header]
    while headings and not headings[-1]:  # a spreadsheet's empty columns at the right
        headings.pop()
    names = list(map(column_name, headings))
    if "term" not in names:
        raise TermmineError(
            f"{path}:1: has no column called term: begin with a line that names the columns, as discover writes it"
        )
    for i, name in enumerate(names):
        if not name:
            raise TermmineError(f"{path}:1: column {i + 1} has no name: name it, or delete the column")
        if name in names[:i]:
            first = headings[names.index(name)]
            both = f"called {name}" if first == headings[i] == name else f"for {name}, {first} and {headings[i]}"
            raise TermmineError(f"{path}:1: two columns are {both}: rename one of them")
    return names


def _add_row(path: Path, columns: dict[str, list[Any]], row: _Row) -> bool:
    """Add the cells of a row to their columns, and return True; a blank line, or the rest of a deleted row, is no
    row.
    """
    cells = list(row.cells)
    if all(cell is None or str(cell).strip() == "" for cell in cells):
        return False
    if any(cell not in ("", None) for cell in cells[len(columns) :]):
        raise TermmineError(
            f"{path}:{row.line}: has {len(cells)} cells where the first line names {len(columns)} columns: "
            "put quotes around a cell that holds the separator"
        )
    cells += [None] * (len(columns) - len(cells))
    try:
        for name, cell in zip(columns, cells, strict=False):
            columns[name].append(parse(KINDS.get(name, str), cell))
    except ValueError as error:
        raise TermmineError(f"{path}:{row.line}: {name}: {error}: correct the cell, or empty it") from None
    columns["term"][-1] = columns["term"][-1].strip()
    if not columns["term"][-1]:
        raise TermmineError(f"{path}:{row.line}: the term is empty: fill it in, or delete the row")
    return True


def _frame(columns: dict[str, list[Any]]) -> pd.DataFrame:
    import pandas as pd

    def column(name: str, values: list[Any]) -> Any:
        """The values by the type of a column of that name."""
        kind = KINDS.get(name, str)
        with_gaps = any(value is None for value in values)
        if kind in _WITH_GAPS and with_gaps:
            return pd.array(values, dtype=_WITH_GAPS[kind])  # type: ignore[call-overload]
        return pd.Series(values, dtype=kind)

    return pd.DataFrame({name: column(name, values) for name, values in columns.items()})


def _text(path: Path) -> tuple[list[Any], Iterator[_Row]]:
    text = read_text(path)
    if not text.strip():
        raise TermmineError(f"{path}: is empty: give a file with a row for each term")
    if text.lstrip().startswith("{"):
        return _json_lines(path, text)
    rows = _delimited(path, text)
    return next(rows).cells, rows


def delimiter_of(path: Path, first_line: str) -> str:
    """The character that separates the cells of a table, by its first line."""
    if "\t" in first_line or path.suffix.lower() == ".tsv":
        return "\t"
    return ";" if ";" in first_line and "," not in first_line else ","  # semicolons: Excel in some countries


def _delimited(path: Path, text: str) -> Iterator[_Row]:
    """The rows with anything in them; the first one is the header."""
    delimiter = delimiter_of(path, text.lstrip().splitlines()[0])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _Row(line, [unguard(cell) for cell in cells])
            line = reader.line_num + 1
    except csv.Error as error:
        raise TermmineError(
            f"{path}:{line}: the row that begins here is no CSV ({error}): close its quotes, and double those inside"
        ) from None


def _json_lines(path: Path, text: str) -> tuple[list[Any], Iterator[_Row]]:
    records: list[tuple[int, dict[str, Any]]] = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            json.dumps(record, ensure_ascii=False).encode()  # half of a surrogate pair is no character
        except (ValueError, RecursionError) as error:
            raise TermmineError(f"{path}:{number}: is no JSON ({error}): give one object a line") from None
        if not isinstance(record, dict):
            raise TermmineError(f"{path}:{number}: is no JSON object: give one object a line")
        records.append((number, record))
    names = list(dict.fromkeys(name for _, record in records for name in record))
    return names, (_Row(number, [_plain(record.get(name)) for name in names]) for number, record in records)


def _plain(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else value


def _workbook(path: Path) -> tuple[list[Any], Iterator[_Row]]:
    rows = (_Row(number, ["" if cell is None else cell for cell in cells]) for number, cells in read_rows(path))
    first = next(rows, None)
    if first is None:
        raise TermmineError(f"{path}: is empty: give a file with a row for each term")
    return first.cells, rows
