"""Many rows of a table -> lines of delimited text, by kernels: the bytes that Python's csv module writes.

In: columns of one length. Out: bytes. Numbers never become Python objects; text does, and what needs quotes gets them
from the csv module itself.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator

import numpy as np

from termmine.formats.cells import column_as_text
from termmine.kernels import csv_lines as csv_lines_kernels
from termmine.kernels.csv_lines import MOST_DECIMAL, MOST_DIGITS

_ROWS_AT_ONCE = 1 << 14  # as many as fit into the processor's cache


_Cells = tuple[np.ndarray, np.ndarray]  # a column as bytes, cell by cell, and where each cell ends


def delimited_lines(
    columns: list[np.ndarray], write: Callable[[list[str]], list[str]], delimiter: str, line_end: str
) -> Iterator[bytes]:
    """Lines of two columns or more, some at a time; texts as ``write`` makes them, quoted where that is needed.

    (A cell that stands alone in its line is quoted by other rules.)
    """

    def quote(text: str) -> str:
        line = io.StringIO()
        csv.writer(line, delimiter=delimiter).writerow([text, ""])
        return line.getvalue().removesuffix(delimiter + "\r\n")

    special = re.compile(f'["\r\n{delimiter}]')
    for start in range(0, len(columns[0]), _ROWS_AT_ONCE):
        cells = []
        for column in columns:
            some = column[start : start + _ROWS_AT_ONCE]
            cells.append(_numbers(some) or _texts(column_as_text(some.tolist(), write), special, quote))
        yield _joined(cells, delimiter, line_end)


def _numbers(column: np.ndarray) -> _Cells | None:
    """The cells of a column of numbers; None where it is not, or holds one that is too large."""
    end = np.empty(len(column), dtype=np.int64)
    if column.dtype.kind == "i":
        pool = np.empty(MOST_DIGITS * len(column), dtype=np.uint8)
        csv_lines_kernels.write_integers(column.astype(np.int64), pool, end)
    elif column.dtype.kind == "f":
        pool = np.empty(MOST_DECIMAL * len(column), dtype=np.uint8)
        if not csv_lines_kernels.write_decimals(column.astype(np.float64), pool, end):
            return None
    else:
        return None
    return pool[: end[-1]], end


def _texts(texts: list[str], special: re.Pattern[str], quote: Callable[[str], str]) -> _Cells:
    joined = "".join(texts)
    if special.search(joined):
        texts = [quote(text) if special.search(text) else text for text in texts]
        joined = "".join(texts)
    pool = np.frombuffer(joined.encode(), dtype=np.uint8)
    begin = np.append(np.flatnonzero(pool & 0xC0 != 0x80), len(pool))  # the place of each character, and the end
    return pool, begin[np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)))]


def _joined(cells: list[_Cells], delimiter: str, line_end: str) -> bytes:
    pools, ends = zip(*cells, strict=True)
    pool, begin = np.concatenate(pools), np.cumsum([0, *map(len, pools[:-1])])
    end = begin[:, None] + np.stack(ends)
    marks = np.frombuffer(line_end.encode(), dtype=np.uint8)
    out = np.empty(len(pool) + (len(cells) + len(marks)) * end.shape[1], dtype=np.uint8)
    n = csv_lines_kernels.join_cells(pool, begin, end, np.uint8(ord(delimiter)), marks, out)
    return out[:n].tobytes()
