"""Excel workbooks, in and out; the only module that imports openpyxl, which the extra `termmine[xlsx]` installs.

In: a path, or a table's header and rows. Out: the rows of the first sheet, or a workbook's bytes.
"""

from __future__ import annotations

import io
import itertools
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from termmine.errors import TermmineError, missing_package
from termmine.formats.cells import guard
from termmine.runtime.address import Address, local_copy

_WIDTHS = {str: 24, bool: 9, int: 12, float: 14}  # the width of a column in characters, by the kind of its values
_NUMBER_FORMATS = {int: "0", float: "0.0000"}
_EPOCH = datetime(2000, 1, 1)  # the time that a workbook says it was made at, so that the same table has the same bytes


def load_openpyxl() -> Any:
    """The package openpyxl; where it is missing the error says how to get it."""
    try:
        import openpyxl
        import openpyxl.cell
        import openpyxl.writer.excel
    except ImportError:
        raise missing_package("xlsx", "openpyxl") from None
    return openpyxl


_MAX_UNPACKED = 1 << 30  # bytes of a sheet, which is read row by row
_MAX_HELD = 1 << 27  # bytes of any other part: openpyxl holds the texts of all cells
_MAX_ROW = 1 << 17  # elements between two rows: Excel has 16,384 columns
_MAX_TEXTS, _MAX_ELEMENTS = 1 << 21, 1 << 17  # elements of the texts of cells, and of any other part
_MAX_ROWS = 1 << 20  # rows that a sheet of Excel can have


def read_rows(path: Path) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Number and cells of each row of the first sheet; an empty cell is None, a formula is its last result."""
    openpyxl = load_openpyxl()
    with _broken_is_ours(path):
        file = local_copy(path, None) if isinstance(path, Address) else path.open("rb")
        try:
            _check_size(file)
            workbook = openpyxl.load_workbook(file, read_only=True, data_only=True)
        except BaseException:
            file.close()
            raise
    try:
        with _broken_is_ours(path):
            if not workbook.worksheets:
                raise ValueError("it has no sheet")
            sheet = workbook.worksheets[0]
            sheet.reset_dimensions()  # some programs write wrong sizes there, which would cut the sheet off
            rows = enumerate(sheet.iter_rows(values_only=True), 1)
        while True:
            with _broken_is_ours(path):
                row = next(rows, None)
                if row is not None and row[0] > _MAX_ROWS:
                    raise ValueError(f"it has more than {_MAX_ROWS} rows")
            if row is None:
                return
            yield row
    finally:
        workbook.close()
        file.close()


@contextmanager
def _broken_is_ours(path: Path) -> Iterator[None]:
    """Turn any error of openpyxl about a broken workbook into one of ours."""
    try:
        yield
    except (TermmineError, MemoryError):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.strerror:
            raise TermmineError(f"{path}: {error.strerror}: check the path and the permissions") from error
        reason = " ".join(str(error).split()) or type(error).__name__
        raise TermmineError(f"{path}: is no Excel workbook ({reason}): save it as .xlsx, or give CSV") from error


def _check_size(file: BinaryIO) -> None:
    """Refuse a workbook that takes more memory than there may be; no part is unpacked beyond its declared size."""
    with zipfile.ZipFile(file) as archive:
        for part in archive.infolist():
            is_sheet = part.filename.startswith("xl/worksheets/")
            if part.file_size > (_MAX_UNPACKED if is_sheet else _MAX_HELD):
                raise ValueError(f"its {part.filename} unpacks to {part.file_size} bytes")
            n, separator = (_MAX_ROW, b"<row") if is_sheet else (_MAX_ELEMENTS, b"\0")
            n = _MAX_TEXTS if part.filename.endswith("sharedStrings.xml") else n
            if _most_elements(archive, part, separator) > n:
                raise ValueError(f"its {part.filename} has more than {n} elements{' in a row' * is_sheet}")


def _most_elements(archive: zipfile.ZipFile, part: zipfile.ZipInfo, separator: bytes) -> int:
    """The elements of a part, at most, from one separator to the next."""
    most = n = 0
    with archive.open(part) as unpacked:
        while block := unpacked.read(1 << 20):
            for i, stretch in enumerate(block.split(separator)):
                n = stretch.count(b"<") + (0 if i else n)
                most = max(most, n)
    return most


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


# --- workbooks that are somebody's own ------------------------------------------------------------------------------

#: Parts of a workbook that openpyxl does not write back, and what to call them.
_LOST = {
    "xl/drawings/drawing": "pictures or shapes", "xl/slicers/": "slicers", "xl/vbaProject": "macros",
    "xl/threadedComments/": "threaded comments", "xl/ctrlProps/": "form controls", "xl/embeddings/": "embedded files",
}  # fmt: skip
_SHEET_ROWS = 1 << 20
_SENTENCE_WIDTH, _TERM_WIDTH = 48, 22  # characters
_VERDICTS = {False: "y,n", True: "是,否"}  # the choices of the drop-down, in either language


def load_workbook(path: Path) -> Any:
    """A whole workbook, to be edited; an error where it holds parts that could not be written back."""
    openpyxl = load_openpyxl()
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.namelist()
        for prefix, what in _LOST.items():
            if any(part.startswith(prefix) for part in parts):
                raise TermmineError(
                    f"{path}: holds {what}, which could not be written back: move them to another workbook"
                )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the warnings are about extensions of Excel's own formats
            return openpyxl.load_workbook(path, rich_text=True)
    except OSError as error:
        raise TermmineError(f"{path}: {error.strerror}: check the path and the permissions") from error
    except (zipfile.BadZipFile, KeyError, ValueError, openpyxl.utils.exceptions.InvalidFileException) as error:
        raise TermmineError(f"{path}: is no Excel workbook ({error}): save it as .xlsx, or give CSV") from error


def workbook_rows(workbook: Any) -> Iterator[tuple[int, list[Any]]]:
    """Number and cells of each row of the first sheet; a formula as it is written."""
    for number, row in enumerate(workbook.worksheets[0].iter_rows(values_only=True), 1):
        yield number, list(row)


def new_workbook(headings: list[str], names: list[str], *, chinese: bool) -> Any:
    """A workbook for a glossary: header and term stay in sight, verdicts are chosen from a list, sentences wrap."""
    openpyxl = load_openpyxl()
    from openpyxl.worksheet.datavalidation import DataValidation

    workbook = openpyxl.Workbook()
    workbook.properties.created = _EPOCH
    sheet = workbook.active
    sheet.title = "terms"
    sheet.freeze_panes = "C2" if names[:2] == ["term", "verdict"] else "B2"
    sheet.append(headings)
    for i, name in enumerate(names, 1):
        sheet.cell(1, i).font = openpyxl.styles.Font(bold=True)
        width = _SENTENCE_WIDTH if name.startswith("context_") else _TERM_WIDTH if name == "term" else 14
        sheet.column_dimensions[openpyxl.utils.get_column_letter(i)].width = width
    column = openpyxl.utils.get_column_letter(names.index("verdict") + 1)
    choice = DataValidation(type="list", formula1=f'"{_VERDICTS[chinese]}"', allow_blank=True, errorStyle="warning")
    choice.add(f"{column}2:{column}{_SHEET_ROWS}")
    sheet.add_data_validation(choice)
    return workbook


def edit_workbook(
    workbook: Any, headings: list[str], names: list[str], rows: list[list[Any]], lines: list[int]
) -> bytes:
    """The workbook's bytes with those cells; a cell that stays as it was keeps all that belongs to it.

    ``lines``: the row of the sheet that each row stands in; 0 for one that is new, and goes behind all others.
    """
    openpyxl = load_openpyxl()
    sheet = workbook.worksheets[0]
    for i, heading in enumerate(headings, 1):
        if sheet.cell(1, i).value is None:
            sheet.cell(1, i, heading).font = openpyxl.styles.Font(bold=True)
    end = max(sheet.max_row, *lines, 1) if lines else sheet.max_row
    last = end + sum(line == 0 for line in lines)
    wrapped = openpyxl.styles.Alignment(wrap_text=True, vertical="top")
    for row, line in zip(rows, lines, strict=True):
        end += line == 0
        for i, (name, value) in enumerate(zip(names, row, strict=True), 1):
            cell = sheet.cell(line or end, i)
            if cell.value is not value and (type(cell.value), cell.value) != (type(value), value):
                _set(cell, value)
            if not line and name.startswith("context_"):
                cell.alignment = wrapped
    _reach(openpyxl, sheet, len(names), last)
    workbook.properties.modified = _EPOCH
    data = _packed(openpyxl, workbook)
    if any(lines):
        return data
    again = openpyxl.load_workbook(io.BytesIO(data), rich_text=True)  # rows once read have other bytes than new ones
    again.properties.modified = _EPOCH
    return _packed(openpyxl, again)


def is_formula(workbook: Any, line: int, column: int) -> bool:
    """True where a cell of the first sheet (counted from 1) is a formula, and not text that looks like one."""
    return bool(workbook.worksheets[0].cell(line, column).data_type == "f")


def _set(cell: Any, value: Any) -> None:
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = guard(value) != value
    elif type(value) in _NUMBER_FORMATS:
        cell.number_format = _NUMBER_FORMATS[type(value)]


def _reach(openpyxl: Any, sheet: Any, n_columns: int, last: int) -> None:
    """Have the filter, and a table that begins in the first cell, reach over all rows."""
    corner = f"{openpyxl.utils.get_column_letter(n_columns)}{last}"
    for table in sheet.tables.values():
        if table.ref.startswith("A1:"):
            begin, end = table.ref.split(":")
            table.ref = f"{begin}:{''.join(filter(str.isalpha, end))}{last}"
    if not sheet.tables and (sheet.auto_filter.ref is None or sheet.auto_filter.ref.startswith("A1:")):
        sheet.auto_filter.ref = f"A1:{corner}"


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
