"""Excel workbooks, in and out; the only module that imports openpyxl, which the extra `termmine[xlsx]` installs.

In: a path, or a table's header and rows. Out: the rows of the first sheet, or a workbook's bytes.
"""

from __future__ import annotations

import io
import itertools
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from termmine.errors import TermmineError, UsageError
from termmine.formats.cells import guard

_WIDTHS = {str: 24, bool: 9, int: 12, float: 14}  # of a column, in characters, by what it holds
_NUMBER_FORMATS = {int: "0", float: "0.0000"}
_EPOCH = datetime(2000, 1, 1)  # the time that a workbook says it was made at, so that the same table has the same bytes


def load_openpyxl() -> Any:
    """The package openpyxl; where it is missing the error says how to get it."""
    try:
        import openpyxl
        import openpyxl.cell
        import openpyxl.writer.excel
    except ImportError:
        raise UsageError("xlsx needs a package that is not installed: pip install 'termmine[xlsx]'") from None
    return openpyxl


def read_rows(path: Path) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Number and cells of each row of the first sheet; an empty cell is None, a formula is its last result."""
    openpyxl = load_openpyxl()
    try:
        workbook = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except OSError as error:
        raise TermmineError(f"{path}: {error.strerror}: check the path and the permissions") from error
    except (zipfile.BadZipFile, KeyError, ValueError, openpyxl.utils.exceptions.InvalidFileException) as error:
        raise TermmineError(f"{path}: is no Excel workbook ({error}): save it as .xlsx, or give CSV") from error
    try:
        sheet = workbook.worksheets[0]
        sheet.reset_dimensions()  # what some programs write there is wrong, and would cut the sheet off
        yield from enumerate(sheet.iter_rows(values_only=True), 1)
    finally:
        workbook.close()


def write_rows(header: list[str], rows: Iterable[list[Any]], n_rows: int) -> bytes:
    """A workbook with one sheet: the header stays in sight and filters; text is text whatever it looks like."""
    openpyxl = load_openpyxl()
    workbook = openpyxl.Workbook(write_only=True)
    workbook.properties.created = workbook.properties.modified = _EPOCH
    sheet = workbook.create_sheet("terms")
    sheet.freeze_panes = "B2"
    last_column = openpyxl.utils.get_column_letter(len(header))
    sheet.auto_filter.ref = f"A1:{last_column}{n_rows + 1}"
    rows = iter(rows)
    first = next(rows, [])
    for i, value in enumerate(first or header, 1):
        sheet.column_dimensions[openpyxl.utils.get_column_letter(i)].width = _WIDTHS.get(type(value), 24)
    bold = openpyxl.styles.Font(bold=True)
    sheet.append([_cell(openpyxl, sheet, name, bold) for name in header])
    for row in itertools.chain([first] if first else [], rows):
        sheet.append([_cell(openpyxl, sheet, value) for value in row])
    return _packed(openpyxl, workbook)


def _cell(openpyxl: Any, sheet: Any, value: Any, font: Any = None) -> Any:
    cell = openpyxl.cell.WriteOnlyCell(sheet, value)
    if font is not None:
        cell.font = font
    if isinstance(value, str):
        cell.data_type = "s"  # openpyxl takes "=1" for a formula and "#N/A" for an error
        cell.quotePrefix = guard(value) != value  # so that it stays text when somebody edits the cell
    elif type(value) in _NUMBER_FORMATS:
        cell.number_format = _NUMBER_FORMATS[type(value)]
    return cell


def _packed(openpyxl: Any, workbook: Any) -> bytes:
    """The workbook's bytes, without the times at which its parts were packed."""
    first, second = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(first, "w") as archive:
        openpyxl.writer.excel.ExcelWriter(workbook, archive).save()
    with zipfile.ZipFile(first) as made, zipfile.ZipFile(second, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in made.namelist():
            archive.writestr(zipfile.ZipInfo(name), made.read(name), zipfile.ZIP_DEFLATED)
    return second.getvalue()
