"""Files that are there whole or as they were, and standard output."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path

from termmine.errors import TermmineError, UsageError

#: Paths that mean standard output. A link to it would do as well, but for `>>`: a file behind it must not be replaced.
STDOUT = ("-", "/dev/stdout")


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
