"""A table of terms -> bytes in a format, written whole or not at all.

In: a DataFrame with a column `term` and whatever else the format can use. Out: bytes on a stream or in a file, and
notes on terms that the format cannot carry.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from termmine.errors import UsageError, missing_package
from termmine.formats.cells import KINDS
from termmine.formats.consumers import (
    write_funasr,
    write_glossary,
    write_ragflow,
    write_synonyms,
    write_tokenizers,
)
from termmine.formats.dictionaries import write_hanlp, write_hanlp_csv, write_ik, write_jieba, write_pkuseg, write_rime
from termmine.formats.rendered import Rendered, columns_of, frame_of
from termmine.formats.tables import csv_rows, jsonl_rows, tsv_rows, txt_rows, write_xlsx
from termmine.formats.tbx import write_tbx
from termmine.formats.xlsx import load_openpyxl
from termmine.runtime.columns import stacked
from termmine.types import Columns

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "BINARY",
    "COLUMNS",
    "WRITERS",
    "Rendered",
    "as_parquet",
    "check_format",
    "columns_of",
    "find_writer",
    "format_by_name",
    "frame_of",
    "produce",
    "produce_parts",
    "render",
]

#: The columns of every result, in order.
COLUMNS = tuple(KINDS)

_BOM = b"\xef\xbb\xbf"

#: The formats that may begin with a byte order mark, because Excel wants it; whatever reads the others trips over it.
_WITH_BOM = ("csv", "tsv", "txt")

#: The formats that hold nothing but rows, so that a table can be written in parts.
ROWS: dict[str, Callable[..., bytes]] = {"csv": csv_rows, "tsv": tsv_rows, "jsonl": jsonl_rows, "txt": txt_rows}


def _write_rows(rows: Callable[..., bytes]) -> Callable[[pd.DataFrame], Rendered]:
    return lambda frame: Rendered(rows(columns_of(frame)))


#: The names that `--format` and `--to` know. To add one: write its function, add a line here, a line to docs/, a test.
WRITERS: dict[str, Callable[[pd.DataFrame], Rendered]] = {
    **{name: _write_rows(rows) for name, rows in ROWS.items()},
    "xlsx": write_xlsx,
    "tbx": write_tbx,
    "jieba": write_jieba,
    "ik": write_ik,
    "hanlp": write_hanlp,
    "hanlp-csv": write_hanlp_csv,
    "pkuseg": write_pkuseg,
    "rime": write_rime,
    "ragflow": write_ragflow,
    "funasr": write_funasr,
    "tokenizers": write_tokenizers,
    "synonyms": write_synonyms,
    "glossary": write_glossary,
}


#: The formats that are no text, which a terminal cannot show.
BINARY = ("xlsx", "parquet")

_BY_EXTENSION = ("csv", "tsv", "jsonl", "txt", "xlsx", "tbx")


def format_by_name(path: Path) -> str:
    """The format that the extension of a file's name stands for; csv where it says nothing."""
    extension = path.suffix.lower().removeprefix(".")
    return extension if extension in _BY_EXTENSION else "csv"


def find_writer(name: str) -> Callable[[pd.DataFrame], Rendered]:
    """The writer of that name; an unknown one is an error that lists the known ones."""
    if name not in WRITERS:
        raise UsageError(f"unknown format {name!r}: choose one of {', '.join(WRITERS)}")
    return WRITERS[name]


def check_format(name: str, *, bom: bool = False, crlf: bool = False) -> None:
    """Refuse a format that cannot be written to that output, before any work is done."""
    find_writer(name)
    if crlf and name != "csv":
        raise UsageError(f"--crlf: the line ends of Windows are for csv, not for {name}: leave it out")
    if bom and name not in _WITH_BOM:
        raise UsageError(f"--bom: a byte order mark does not belong into {name}: leave it out")
    if name == "xlsx":
        load_openpyxl()


def produce(frame: pd.DataFrame, form: str, *, bom: bool = False, crlf: bool = False) -> Rendered:
    """The whole output in a format, with its notes; ``bom`` and ``crlf``: as Excel and Windows want it."""
    check_format(form, bom=bom, crlf=crlf)
    rendered = Rendered(csv_rows(columns_of(frame), crlf=True)) if crlf else find_writer(form)(frame)
    return replace(rendered, data=_BOM + rendered.data) if bom else rendered


def produce_parts(
    parts: Iterable[Columns], form: str, *, bom: bool = False, crlf: bool = False
) -> tuple[Iterable[bytes], list[str]]:
    """The output of a table in parts, and its notes; the parts are drawn as they are written, where the format
    allows.
    """
    if form in ROWS:
        rows = partial(ROWS[form], crlf=True) if crlf else ROWS[form]
        return _in_parts(parts, rows, _BOM if bom else b""), []
    rendered = produce(frame_of(stacked(list(parts))), form, bom=bom)
    return (rendered.data,), rendered.notes()


def _in_parts(parts: Iterable[Columns], rows: Callable[..., bytes], begin: bytes) -> Iterator[bytes]:
    yield begin
    for i, part in enumerate(parts):
        yield rows(part, header=i == 0)


def render(frame: pd.DataFrame, form: str, *, bom: bool = False, crlf: bool = False) -> bytes:
    """The bytes of `produce`, for a caller that knows that there is nothing to note."""
    return produce(frame, form, bom=bom, crlf=crlf).data


def as_parquet(frame: pd.DataFrame) -> bytes:
    """A table as Parquet, each column with its type."""
    buffer = io.BytesIO()
    try:
        frame.to_parquet(buffer, engine="pyarrow", index=False)
    except ImportError:
        raise missing_package("parquet", "pyarrow") from None
    return buffer.getvalue()
