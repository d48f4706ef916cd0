"""Files of records: JSON, JSON Lines, CSV, TSV. Each record is a document: one field of it, which `--field` names."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from termmine.errors import TermmineError
from termmine.readers import base
from termmine.readers.base import BadRecordError, Document, Reading, one_line, too_long
from termmine.readers.decoding import UNDECODABLE, decode_file, numbered_lines
from termmine.readers.json_values import Value, is_by_lines, peek, split_values

_KINDS = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
_KINDS[type(None)] = "null"


def read_jsonl(path: Path, reading: Reading) -> Iterator[Document]:
    """Read a JSON object a line; empty lines are passed over."""
    return read_json_lines(path, reading, numbered_lines(decode_file(path, reading)))


def read_json_lines(path: Path, reading: Reading, lines: Iterator[tuple[int, str | None]]) -> Iterator[Document]:
    """Read JSON objects from lines with their numbers."""
    field = reading.options.field
    for number, line in lines:
        if line is not None and not line.strip():
            continue
        try:
            record = parse_record(line)
            text = sound(text_of(record, field))
        except BadRecordError as reason:
            reading.bad(path, number, reason)
            continue
        yield Document(path, number, (text,), group=group_of(record, reading))


def read_json(path: Path, reading: Reading) -> Iterator[Document]:
    """Read JSON in any layout: an array of objects or strings, objects one after the other, or an object a line."""
    head, blocks = peek(decode_file(path, reading))
    if is_by_lines(head):
        yield from read_json_lines(path, reading, numbered_lines(blocks))
        return
    for value in split_values(blocks):
        try:
            record = _parse_value(value)
            text = sound(record if isinstance(record, str) else text_of(record, reading.options.field))
        except json.JSONDecodeError as error:
            before = value.column - 1 if error.lineno == 1 else 0
            reading.bad(path, value.line + error.lineno - 1, _no_json(error.msg, before + error.colno))
            continue
        except BadRecordError as reason:
            reading.bad(path, value.line, reason)
            continue
        yield Document(path, value.line, (text,), group=group_of(record, reading))


def _parse_value(value: Value) -> Any:
    """The object or string that a value is."""
    if isinstance(value.text, BadRecordError):
        raise value.text
    record = _parse(value.text)
    if not isinstance(record, (dict, str)):
        raise BadRecordError("is no JSON object, and no string")
    return record


def group_of(record: Any, reading: Reading) -> str | None:
    """The value in a record of the field that documents are grouped by: a string, or anything else as JSON writes it;
    an empty string where it lacks the field.
    """
    if reading.group is None or isinstance(record, str):
        return None if reading.group is None else ""
    value = record
    for key in (reading.group,) if reading.group in record else reading.group.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, default=str).strip('"')


def parse_record(line: str | None) -> Any:
    """The object of a line of JSON; None stands for a line of more than `MAX_RECORD` characters."""
    if line is None:
        raise too_long()
    try:
        record = _parse(line)
    except json.JSONDecodeError as error:
        raise _no_json(error.msg, error.colno) from None
    if not isinstance(record, dict):
        raise BadRecordError("is no JSON object")
    return record


def _parse(text: str) -> Any:
    if UNDECODABLE in text:
        raise BadRecordError("has undecodable bytes")
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except (ValueError, RecursionError):  # an integer of thousands of digits; thousands of brackets
        raise BadRecordError("is no JSON that can be read") from None


def _no_json(fault: str, column: int) -> BadRecordError:
    return BadRecordError(f"is no JSON ({fault.removesuffix(' at')} at column {column})")


def text_of(record: Any, field: str) -> str:
    """The string in a field of nested dicts, ``a.b`` being field b of field a.

    >>> text_of({"a": {"b": "变压器"}}, "a.b")
    '变压器'
    """
    value = record
    for key in (field,) if field in record else field.split("."):
        if not isinstance(value, dict) or key not in value:
            raise BadRecordError(f"field {field!r} is missing")
        value = value[key]
    if isinstance(value, bytes):  # in Parquet written without types
        try:
            return value.decode()
        except UnicodeDecodeError:
            raise BadRecordError("has undecodable bytes") from None
    if isinstance(value, str):
        return value
    raise BadRecordError(f"field {field!r} is no string but {_KINDS.get(type(value), type(value).__name__)}")


def sound(text: str) -> str:
    """Text with U+FFFD for each half of a surrogate pair, which JSON can name but no encoding can write."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class _Lines:
    """The lines that `csv.reader` draws: where the present record began, its size, whether it is damaged."""

    def __init__(self, lines: Iterator[tuple[int, str | None]]) -> None:
        self._lines = lines
        self.begin()

    def begin(self) -> None:
        """Note that a new record begins here."""
        self.first, self._size, self.damaged = 0, 0, False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        number, line = next(self._lines)
        self.first = self.first or number
        if line is None:
            raise too_long()
        self._size += len(line) + 1
        if self._size > base.MAX_RECORD:
            raise too_long()
        self.damaged = self.damaged or UNDECODABLE in line
        return line + "\n"


def _rows(path: Path, reading: Reading, **dialect: Any) -> Iterator[tuple[int, list[str]]]:
    """The rows of a table that are no bad records, each with the line that it begins at."""
    newlines = io.IncrementalNewlineDecoder(None, translate=True)
    blocks = (newlines.decode(block) for block in decode_file(path, reading))
    lines = _Lines(numbered_lines(blocks))
    rows = csv.reader(lines, strict=True, **dialect)
    while True:
        lines.begin()
        limit = csv.field_size_limit(base.MAX_RECORD)  # csv keeps this limit for the whole process
        try:
            row = next(rows, None)
        except BadRecordError as reason:
            reading.bad(path, lines.first, reason)
            continue
        except csv.Error as error:
            reading.bad(path, lines.first, f"is no CSV ({error})")
            continue
        finally:
            csv.field_size_limit(limit)
        if row is None:
            return
        if lines.damaged:
            reading.bad(path, lines.first, "has undecodable bytes")
        elif row:
            yield lines.first, row


def no_column(path: Path, names: list[str], field: str) -> TermmineError:
    """The message for an option (--field, or a group's) that names no column."""
    known = one_line(", ".join(names[:20]))
    return TermmineError(f"{path}: has no column {field!r}: choose by --field from: {known}")


def _read_table(path: Path, reading: Reading, **dialect: Any) -> Iterator[Document]:
    field = reading.options.field
    column = int(field) - 1 if field.isdecimal() and int(field) else None
    if column is not None and reading.group is not None:
        raise TermmineError(f"{path}: has no field {reading.group!r}: name the column of the text, not its number")
    header: list[str] = []
    for number, row in _rows(path, reading, **dialect):
        if column is None:
            header = [name.strip() for name in row]
            for wanted in (field, reading.group or field):
                if wanted not in header:
                    raise no_column(path, header, wanted)
            column = header.index(field)
        elif column < len(row):
            group = group_of(dict(zip(header, row, strict=False)), reading) if reading.group else None
            yield Document(path, number, (row[column],), group=group)
        else:
            reading.bad(path, number, f"column {field} is missing")


def read_csv(path: Path, reading: Reading) -> Iterator[Document]:
    """Comma-separated values with quotes as in RFC 4180; the first row is the header unless --field is a number."""
    return _read_table(path, reading)


def read_tsv(path: Path, reading: Reading) -> Iterator[Document]:
    """Tab-separated values, a line a row: a quotation mark is a character like any other."""
    return _read_table(path, reading, delimiter="\t", quoting=csv.QUOTE_NONE)
