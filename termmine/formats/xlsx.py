"""Excel workbooks, in and out; the only module that imports openpyxl, which the extra `termmine[xlsx]` installs.

In: a path, or a table's header and rows. Out: the rows of the first sheet, or a workbook's bytes.
"""

from __future__ import annotations

import io
import itertools
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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


_MAX_UNPACKED = 1 << 30  # bytes of a sheet, which is read row by row
_MAX_HELD = 1 << 27  # bytes of any other part: openpyxl holds the texts of all cells
_MAX_ROW = 1 << 17  # elements between two rows: Excel has 16,384 columns
_MAX_TEXTS, _MAX_ELEMENTS = 1 << 21, 1 << 17  # elements of the texts of cells, and of any other part
_MAX_ROWS = 1 << 20  # that a sheet of Excel can have


def read_rows(path: Path) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Number and cells of each row of the first sheet; an empty cell is None, a formula is its last result."""
    openpyxl = load_openpyxl()
    with _broken_is_ours(path):
        _check_size(path)
        workbook = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        with _broken_is_ours(path):
            if not workbook.worksheets:
                raise ValueError("it has no sheet")
            sheet = workbook.worksheets[0]
            sheet.reset_dimensions()  # what some programs write there is wrong, and would cut the sheet off
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


@contextmanager
def _broken_is_ours(path: Path) -> Iterator[None]:
    """Turn whatever openpyxl makes of a broken workbook into one of our errors."""
    try:
        yield
    except (TermmineError, MemoryError):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.strerror:
            raise TermmineError(f"{path}: {error.strerror}: check the path and the permissions") from error
        reason = " ".join(str(error).split()) or type(error).__name__
        raise TermmineError(f"{path}: is no Excel workbook ({reason}): save it as .xlsx, or give CSV") from error


def _check_size(path: Path) -> None:
    """Refuse a workbook that takes more memory than there may be; no part is unpacked beyond what it declares."""
    with zipfile.ZipFile(path) as archive:
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
