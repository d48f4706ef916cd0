"""A table that is a person's own, read to be written back: every cell, heading and encoding stays unless we change it.

In: a path (`.csv`, `.tsv`, `.jsonl`, `.xlsx`). Out: a `Sheet`, with its cells as the file holds them, and its bytes
again. `get` reads a cell, `put` writes a value into one; which cells are changed is not decided here.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from termmine.errors import TermmineError, UsageError
from termmine.formats.cells import as_text, guard, is_missing, unguard
from termmine.formats.headings import chinese_heading
from termmine.formats.read import column_names, delimiter_of
from termmine.formats.rendered import as_xml_text, one_line
from termmine.formats.xlsx import edit_workbook, is_formula, load_workbook, new_workbook, workbook_rows
from termmine.options import ReadOptions
from termmine.readers.base import ReadReport
from termmine.readers.read import read_blocks
from termmine.runtime.address import Address
from termmine.types import SOURCE_END_CHARACTER

ABSENT = object()  # a field that a record of JSON Lines does not name


@dataclass(frozen=True)
class Form:
    """The way that a kind of file holds cells: a cell as text, a value of ours as a cell, and a whole file's bytes."""

    get: Callable[[Any], str]
    put: Callable[[Any], Any]
    render: Callable[[Sheet], bytes]


@dataclass(frozen=True)
class Sheet:
    """A table as its file holds it. ``headings`` as they are written, ``names`` of the columns that they stand for;
    ``rows``:
    a list of cells each; ``lines``: the line of the file where each row stands (0: in none yet).
    """

    path: Path
    headings: list[str]
    names: list[str]
    rows: list[list[Any]]
    lines: list[int]
    form: Form

    def texts(self, name: str) -> list[str]:
        """A column as text; empty cells where there is no such column."""
        if name not in self.names:
            return [""] * len(self.rows)
        at = self.names.index(name)
        return [self.form.get(row[at]) for row in self.rows]

    def place(self, i: int) -> str:
        """The place of a row in words."""
        return f"{self.path}:{self.lines[i]}"

    def render(self) -> bytes:
        """The file's bytes."""
        return self.form.render(self)


def check_sheet_path(path: Path) -> None:
    """Refuse a name whose form cannot be written back, and a place where others may write at the same time."""
    if isinstance(path, Address):
        raise UsageError(
            f"{path}: a glossary lies on this machine, so that no other run changes it meanwhile: name a file"
        )
    if path.suffix.lower() not in (".csv", ".tsv", ".jsonl", ".xlsx"):
        raise UsageError(f"{path}: a glossary is a file called .xlsx, .csv, .tsv or .jsonl: name one")


def read_sheet(path: Path) -> Sheet:
    """A table as it stands in its file; an error, with the line, for a file that could not be written back whole."""
    check_sheet_path(path)
    return _read_workbook(path) if path.suffix.lower() == ".xlsx" else _read_text(path)


def new_sheet(path: Path, names: list[str], *, chinese: bool = False, bom: bool = False) -> Sheet:
    """An empty table for a file that is not there yet."""
    check_sheet_path(path)
    headings = [chinese_heading(name) for name in names] if chinese else list(names)
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        return Sheet(path, headings, names, [], [], _workbook_form(new_workbook(headings, names, chinese=chinese)))
    if suffix == ".jsonl":
        return Sheet(path, headings, names, [], [], _JSON)
    end = "\t" if suffix == ".tsv" else ","
    return Sheet(path, headings, names, [], [], _delimited(end, "\n", "utf-8-sig" if bom else "utf-8"))


# --- text ------------------------------------------------------------------------------------------------------------


def _read_text(path: Path) -> Sheet:
    report = ReadReport()
    blocks = read_blocks([path], ReadOptions(input_format="text"), report=report)
    text = "".join(blocks).removesuffix(SOURCE_END_CHARACTER)
    if report.undecodable:
        raise TermmineError(f"{path}: {report.undecodable} undecodable byte sequences: save it as UTF-8, or restore it")
    if not text.strip():
        raise TermmineError(f"{path}: is empty: delete it, or give a table with a column term")
    if path.suffix.lower() == ".jsonl":
        return _read_json(path, text)
    encoding = next(iter(report.encodings), "utf-8")
    first = text.lstrip().splitlines()[0]
    end = "\r\n" if "\r\n" in text else "\n"
    delimiter = delimiter_of(path, first)
    rows, lines = _csv_rows(path, text, delimiter)
    form = _delimited(delimiter, end, encoding)
    return _sheet(path, rows[0], rows[1:], lines[1:], form, "")


def _csv_rows(path: Path, text: str, delimiter: str) -> tuple[list[list[str]], list[int]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, lines, line = [], [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(cells)
                lines.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise TermmineError(
            f"{path}:{line}: the row that begins here is no CSV ({error}): close its quotes, and double those inside"
        ) from None
    return rows, lines


def _sheet(path: Path, header: list[Any], rows: list[list[Any]], lines: list[int], form: Form, filler: Any) -> Sheet:
    """A table whose rows are as long as its header."""
    names = column_names(path, header)
    headings = [str(heading) for heading in header[: len(names)]]
    for row, line in zip(rows, lines, strict=True):
        if any(form.get(cell) for cell in row[len(names) :]):
            raise TermmineError(
                f"{path}:{line}: has {len(row)} cells where the first line names {len(names)} columns: "
                "put quotes around a cell that holds the separator"
            )
    full = [(row + [filler] * (len(names) - len(row)))[: len(names)] for row in rows]
    sheet = Sheet(path, headings, names, full, lines, form)
    for i, term in enumerate(sheet.texts("term")):
        if not term.strip():
            raise TermmineError(f"{sheet.place(i)}: the term is empty: fill it in, or delete the row")
    return sheet


def _delimited(delimiter: str, end: str, encoding: str) -> Form:
    """CSV or TSV, with the delimiter, line end and encoding that the file has."""

    def put(value: Any) -> str:
        text = as_text(value)
        return guard(one_line(text) if delimiter == "\t" else text)

    def render(sheet: Sheet) -> bytes:
        text = io.StringIO()
        writer = csv.writer(text, delimiter=delimiter, lineterminator=end)
        writer.writerow(sheet.headings)
        writer.writerows(sheet.rows)
        return text.getvalue().encode(encoding)

    return Form(unguard, put, render)


def _read_json(path: Path, text: str) -> Sheet:
    records, lines = [], []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if line.strip():
            try:
                record = json.loads(line)
            except ValueError as error:
                raise TermmineError(f"{path}:{number}: is no JSON ({error}): give one object a line") from None
            if not isinstance(record, dict):
                raise TermmineError(f"{path}:{number}: is no JSON object: give one object a line")
            records.append(record)
            lines.append(number)
    header = list(dict.fromkeys(name for record in records for name in record))
    rows = [[record.get(name, ABSENT) for name in header] for record in records]
    return _sheet(path, header, rows, lines, _JSON, ABSENT)


def _json_text(value: Any) -> str:
    if value is ABSENT or value is None:
        return ""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else as_text(value)


def _json_put(value: Any) -> Any:
    if is_missing(value):
        return None
    return float(as_text(value)) if isinstance(value, float) else value


def _json_render(sheet: Sheet) -> bytes:
    lines = []
    for row in sheet.rows:
        record = {name: cell for name, cell in zip(sheet.headings, row, strict=True) if cell is not ABSENT}
        lines.append(json.dumps(record, ensure_ascii=False) + "\n")
    return "".join(lines).encode()


_JSON = Form(_json_text, _json_put, _json_render)


# --- workbooks -------------------------------------------------------------------------------------------------------


def _read_workbook(path: Path) -> Sheet:
    workbook = load_workbook(path)
    numbered = [(number, cells) for number, cells in workbook_rows(workbook) if any(_cell_text(c) for c in cells)]
    if not numbered:
        raise TermmineError(f"{path}: is empty: delete it, or give a table with a column term")
    (first, header), *others = numbered
    if first != 1:
        raise TermmineError(f"{path}:1: the first row is empty: delete it, so that the headings come first")
    sheet = _sheet(path, header, [c for _, c in others], [n for n, _ in others], _workbook_form(workbook), None)
    for name in {"term", "verdict"} & set(sheet.names):
        for i, line in enumerate(sheet.lines):
            if is_formula(workbook, line, sheet.names.index(name) + 1):
                raise TermmineError(f"{sheet.place(i)}: {name} is a formula: put its value there (paste as values)")
    return sheet


def _cell_text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.15g}"
    return "" if value is None else as_text(value) if isinstance(value, (str, int)) else str(value)


def _workbook_put(value: Any) -> Any:
    if is_missing(value):
        return None
    if isinstance(value, str):
        return as_xml_text(value.replace("\r\n", "\n").replace("\r", "\n")) or None
    return float(as_text(value)) if isinstance(value, float) else value


def _workbook_form(workbook: Any) -> Form:
    def render(sheet: Sheet) -> bytes:
        return edit_workbook(workbook, sheet.headings, sheet.names, sheet.rows, sheet.lines)

    return Form(_cell_text, _workbook_put, render)


def with_columns(sheet: Sheet, names: list[str], *, chinese: bool) -> Sheet:
    """The sheet with columns of those names, added at the right where it lacks them."""
    added = [name for name in names if name not in sheet.names]
    headings = [chinese_heading(name) for name in added] if chinese else added
    filler = ABSENT if sheet.form is _JSON else sheet.form.put(None)
    return replace(
        sheet,
        headings=[*sheet.headings, *headings],
        names=[*sheet.names, *added],
        rows=[[*row, *[filler] * len(added)] for row in sheet.rows],
    )
