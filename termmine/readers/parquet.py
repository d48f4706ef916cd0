"""Parquet: each row is a document, one column of it, which `--field` names. The only module that imports pyarrow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from termmine.errors import TermmineError
from termmine.readers.base import BadRecordError, Document, Reading, extra
from termmine.readers.files import BLOCK, damaged, seekable
from termmine.readers.records import group_of, no_column, text_of

_MAX_ROWS = 1 << 14  # rows drawn at once; fewer where they are long


def read_parquet(path: Path, reading: Reading) -> Iterator[Document]:
    """The rows of a Parquet file, one column of it, some at a time."""
    field = reading.options.field
    number = 0
    with seekable(path, reading) as file:
        for batch in _batches(path, file, [field] if reading.group is None else [field, reading.group]):
            for record in _records(batch):
                number += 1
                try:
                    if record is None:
                        raise BadRecordError("has undecodable bytes")
                    text = text_of(record, field)
                except BadRecordError as reason:
                    reading.bad(path, number, reason)
                    continue
                yield Document(path, number, (text,), group=group_of(record, reading))


def _batches(path: Path, file: BinaryIO, fields: list[str]) -> Iterator[Any]:
    """Tables of some rows each, with the columns alone."""
    parquet = extra("pyarrow.parquet", "parquet")
    try:
        table = parquet.ParquetFile(file, buffer_size=BLOCK)
        names = table.schema_arrow.names
        for field in fields:
            if field not in names and field.partition(".")[0] not in names:
                raise no_column(path, names, field)
        batches = table.iter_batches(_rows_at_once(table.metadata), columns=fields, use_threads=False)
        yield from batches
    except (TermmineError, MemoryError):
        raise
    except Exception as error:  # whatever pyarrow makes of bytes that are no Parquet
        raise damaged(path, error) from error


def _rows_at_once(metadata: Any) -> int:
    """So many rows that they take some blocks, whatever column it is."""
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    size = max((group.total_byte_size / max(group.num_rows, 1) for group in groups), default=1)
    return int(min(max(4 * BLOCK / max(size, 1), 1), _MAX_ROWS))


def _records(batch: Any) -> list[Any]:
    """The rows as dicts; None for one that is no UTF-8."""
    try:
        return list(batch.to_pylist())
    except UnicodeDecodeError:
        if batch.num_rows == 1:
            return [None]
    return [record for i in range(batch.num_rows) for record in _records(batch.slice(i, 1))]
