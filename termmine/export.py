"""A table of terms -> bytes in the format asked for, written whole or not at all.

In: a DataFrame whose columns are `COLUMNS`. Out: bytes on a stream or in a file. Numbers are written with four digits
after the point in every format, so that the same result has the same bytes everywhere.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from termmine.errors import TermmineError, UsageError

#: The columns of every result, in order.
COLUMNS = (
    "term", "score", "freq", "doc_freq", "background_freq", "cohesion",
    "left_entropy", "right_entropy", "keyness", "log_ratio", "known",
)  # fmt: skip

_BOM = b"\xef\xbb\xbf"

#: Paths that mean standard output. A link to it would do as well, but for `>>`: a file behind it must not be replaced.
STDOUT = ("-", "/dev/stdout")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.4f}".replace("-0.0000", "0.0000") if isinstance(value, float) else str(value)


def _rows(frame: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Rows of plain Python values."""
    yield from zip(*(frame[name].tolist() for name in frame.columns), strict=True)


def _delimited(frame: pd.DataFrame, delimiter: str) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n" if delimiter == "," else "\n")
    writer.writerow(frame.columns)
    writer.writerows([_cell(value) for value in row] for row in _rows(frame))
    return text.getvalue().encode()


def write_csv(frame: pd.DataFrame) -> bytes:
    """Comma-separated values after RFC 4180: a header, CRLF line ends, quotes where needed."""
    return _delimited(frame, ",")


def write_tsv(frame: pd.DataFrame) -> bytes:
    """Tab-separated values with a header and LF line ends; a term holds neither tabs nor line ends."""
    return _delimited(frame, "\t")


def write_jsonl(frame: pd.DataFrame) -> bytes:
    """One JSON object a line."""
    lines = []
    for row in _rows(frame):
        record = {
            name: float(_cell(value)) if isinstance(value, float) else value
            for name, value in zip(frame.columns, row, strict=True)
        }
        lines.append(json.dumps(record, ensure_ascii=False) + "\n")
    return "".join(lines).encode()


def write_txt(frame: pd.DataFrame) -> bytes:
    """The terms alone, one a line."""
    return "".join(f"{term}\n" for term in frame["term"]).encode()


#: What `--format` knows. To add one: write its function above, add a line here, a line to the README, a test.
WRITERS: dict[str, Callable[[pd.DataFrame], bytes]] = {
    "csv": write_csv,
    "tsv": write_tsv,
    "jsonl": write_jsonl,
    "txt": write_txt,
}


def find_writer(name: str) -> Callable[[pd.DataFrame], bytes]:
    """The writer of that name; an unknown one is an error that lists the known ones."""
    if name not in WRITERS:
        raise UsageError(f"unknown format {name!r}: choose one of {', '.join(WRITERS)}")
    return WRITERS[name]


def render(frame: pd.DataFrame, form: str, *, bom: bool = False) -> bytes:
    """The whole output in a format; ``bom`` puts the mark before it that Excel wants."""
    return (_BOM if bom else b"") + find_writer(form)(frame)


def check_outputs(outputs: list[Path], inputs: list[Path]) -> None:
    """Refuse outputs that cannot be written, or that are among the inputs, before any work is done."""
    for path in outputs:
        if str(path) not in STDOUT:
            try:
                _check_output(path, inputs)
            except OSError as error:
                raise UsageError(f"{path}: {error.strerror}: choose another output file") from error
    if len({os.path.realpath(path) for path in outputs}) < len(outputs):
        raise UsageError("two outputs have the same path: give each its own")


def _check_output(path: Path, inputs: list[Path]) -> None:
    if not path.parent.is_dir():
        raise UsageError(f"{path}: the directory {path.parent} does not exist: create it first")
    if path.is_dir():
        raise UsageError(f"{path}: is a directory: name a file in it")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"{path}: the directory {path.parent} cannot be written to: check its permissions")
    for given in inputs:
        if path.exists() and given.exists() and path.samefile(given):
            raise UsageError(f"{path}: is an input: choose another output file")
        if given.is_dir() and path.resolve().is_relative_to(given.resolve()):
            raise UsageError(f"{path}: lies in the input {given}: choose another place, or the next run reads it")


def write(path: Path, data: bytes) -> None:
    """Write to a file, whole or not at all, or to standard output where the path says so."""
    if str(path) in STDOUT:
        write_stream(data)
    else:
        write_whole(path, data)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or as it was: a temporary file beside it, synced, then renamed."""
    temporary = None
    try:
        if path.exists() and not path.is_file():  # /dev/null, a pipe: nothing to rename
            path.write_bytes(data)
            return
        path = path.resolve()  # a link stays a link
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".termmine-", delete=False) as file:
            temporary = Path(file.name)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(path.stat().st_mode & 0o7777 if path.exists() else 0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise TermmineError(
            f"{path}: {error.strerror}: nothing was written; free some space or choose another place"
        ) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_stream(data: bytes) -> None:
    """Write to standard output; a full disk behind it is an error, a reader that has gone is not ours to report."""
    if sys.stdout is None:
        raise TermmineError("standard output: is closed: redirect it, or name a file with -o")
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise TermmineError(f"standard output: {error.strerror}: free some space or choose another place") from error
