"""Excel workbooks, in and out; the only module that imports openpyxl, which the extra `termmine[xlsx]` installs.

In: a path, or a table's header and rows. Out: the rows of the first sheet, or a workbook's bytes.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from termmine.errors import TermmineError, UsageError


def load_openpyxl() -> Any:
    """The package openpyxl; where it is missing the error says how to get it."""
    try:
        import openpyxl
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
        yield from enumerate(workbook.worksheets[0].iter_rows(values_only=True), 1)
    finally:
        workbook.close()
