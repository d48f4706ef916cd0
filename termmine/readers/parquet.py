"""Parquet: each row is a document, the text of the column that `--field` names. The only module that imports pyarrow.

A page is unpacked whole, and a value of a dictionary counts once for each row that has it. So the sizes of the pages
are read before (`parquet_pages`), and so few rows are drawn at once that they fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from termmine.errors import TermmineError
from termmine.readers import base
from termmine.readers.base import BadRecordError, Document, Reading, extra, too_long
from termmine.readers.files import BLOCK, damaged, seekable
from termmine.readers.parquet_pages import DIFFERENCES, IN_DICTIONARY, Page, read_pages
from termmine.readers.records import group_of, no_column, text_of

_MAX_ROWS = 1 << 14  # rows drawn at once; fewer where they are long
_MAX_PAGE = 1 << 27  # bytes of a page; programs begin a new one after one, but not within some 1000 rows
_MAX_RATIO = 200  # a larger page to its packed size: books pack to a third, copies of one text to less than 1/200
_MAX_DRAWN = 1 << 24  # bytes that the rows drawn at once take where each may have the longest value


def read_parquet(path: Path, reading: Reading) -> Iterator[Document]:
    """Read one column of a Parquet file, some rows at a time."""
    field = reading.options.field
    with seekable(path, reading) as file:
        for number, record in _records(path, file, reading):
            try:
                if record is None:
                    raise BadRecordError("has undecodable bytes")
                text = text_of(record, field)
                if len(text) > base.MAX_RECORD:
                    raise too_long()
            except BadRecordError as reason:
                reading.bad(path, number, reason)
                continue
            yield Document(path, number, (text,), group=group_of(record, reading))


def _records(path: Path, file: BinaryIO, reading: Reading) -> Iterator[tuple[int, Any]]:
    """Each row with its number, as a dict of the wanted columns; None for one that is no UTF-8."""
    parquet = extra("pyarrow.parquet", "parquet", "pyarrow")
    field = reading.options.field
    fields = [field] if reading.group is None else [field, reading.group]
    try:
        table = parquet.ParquetFile(file, buffer_size=BLOCK)
        _check_columns(path, table, fields)
        number = 1
        for group in range(table.num_row_groups):
            metadata = table.metadata.row_group(group)
            pages = list(_pages(file, metadata, fields))
            largest = max(pages, key=lambda page: page.size, default=None)
            if largest is not None and _is_bomb(largest):
                reading.bad(path, number, f"the {metadata.num_rows} rows from here on unpack to too many bytes")
            else:
                _check_room(path, largest)
                batches = table.iter_batches(rows_at_once(pages), row_groups=[group], columns=fields, use_threads=False)
                yield from enumerate((record for batch in batches for record in _rows(batch)), number)
            number += metadata.num_rows
    except (TermmineError, MemoryError):
        raise
    except Exception as error:  # pyarrow may raise any of its errors for bytes that are no Parquet
        raise damaged(path, error) from error


def _is_bomb(page: Page) -> bool:
    """True where a page was made to fill the memory."""
    return page.size > max(_MAX_PAGE, _MAX_RATIO * page.packed)


def _check_room(path: Path, page: Page | None) -> None:
    """Refuse a page of a thousand books, which no budget of memory could bound."""
    if page is not None and page.size > _MAX_PAGE:
        raise TermmineError(
            f"{path}: holds a page of {page.size >> 20} MiB, which is unpacked whole: "
            "write the file with smaller pages (pyarrow: write_batch_size=10)"
        )


def _check_columns(path: Path, table: Any, fields: list[str]) -> None:
    """Refuse a file that lacks a column, or whose rows hold lists there: a row would have no bound."""
    names = table.schema_arrow.names
    schema = table.metadata.schema
    columns = [schema.column(i) for i in range(table.metadata.num_columns)]
    for field in fields:
        if field not in names and field.partition(".")[0] not in names:
            raise no_column(path, names, field)
        if any(column.max_repetition_level for column in columns if _is_within(column.path, field)):
            raise TermmineError(f"{path}: column {field!r} holds lists: choose one that holds text")


def _is_within(path: str, field: str) -> bool:
    """True where a column is the field or a part of it."""
    return path == field or path.startswith(f"{field}.")


def _pages(file: BinaryIO, group: Any, fields: list[str]) -> Iterator[Page]:
    """The pages of the columns in some rows."""
    for i in range(group.num_columns):
        column = group.column(i)
        if any(_is_within(column.path_in_schema, field) for field in fields):
            begins = [column.data_page_offset, column.dictionary_page_offset or column.data_page_offset]
            yield from read_pages(file, min(begins), min(begins) + column.total_compressed_size)


def rows_at_once(pages: Iterable[Page]) -> int:
    """The number of rows that take some blocks, however the pages write them."""
    rows, dictionary = _MAX_ROWS, 0
    for page in pages:
        if page.encoding < 0:
            dictionary = max(dictionary, page.size)
            continue
        longest = page.size if page.encoding == DIFFERENCES else dictionary if page.encoding in IN_DICTIONARY else 0
        rows = min(rows, 4 * BLOCK * max(page.n_values, 1) // max(page.size, 1), _MAX_DRAWN // max(longest, 1))
    return max(rows, 1)


def _rows(batch: Any) -> Iterator[Any]:
    """The rows as dicts; None for one that is no UTF-8. Of long ones only one at a time is a string."""
    return (_row(batch.slice(i, 1)) for i in range(batch.num_rows))


def _row(batch: Any) -> Any:
    try:
        return batch.to_pylist()[0]
    except UnicodeDecodeError:
        return None
