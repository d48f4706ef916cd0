"""Standard output, and other open files that a path stands for: all of it is written, or an error says that it is not.

In: bytes, and a path such as `-` or `/dev/fd/3`. Out: the bytes where they are to go, in order, or an error. How a file
gets its name is not known here (`outputs`).

Bytes are written to the descriptor itself, piece by piece until nothing is left, for the streams of Python differ:
with PYTHONUNBUFFERED a write may take only a part, without it the rest is written when the process ends, when an error
can no longer be reported.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import sys
from pathlib import Path
from typing import Any

from termmine.errors import ReaderGoneError, TermmineError

#: Paths that stand for what is open already: standard output, and any other descriptor.
_NAMED = {"-": 1, "/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}
_NUMBERED = re.compile(r"/dev/fd/(\d{1,9})|/proc/(?:self|thread-self)/fd/(\d{1,9})")
_MOST_LINKS = 40  # links that the system itself follows


def descriptor_of(path: Path) -> int | None:
    """The open descriptor that a path stands for, itself or as a link; None where it is a file like any other.

    A file behind it must not be replaced: with `-o /dev/fd/1 >> log` the list belongs at the end of the log.
    """
    place = os.fspath(path)
    if "://" in place:  # an address of a store
        return None
    for _ in range(_MOST_LINKS):
        if place in _NAMED:
            return _NAMED[place]
        place = os.path.abspath(place)  # noqa: PTH100  # which follows no link
        if match := _NUMBERED.fullmatch(place):
            return int(match[1] or match[2])
        try:
            target = os.readlink(place)  # noqa: PTH115
        except (OSError, ValueError):
            return None
        place = os.path.join(os.path.dirname(place), target)  # noqa: PTH118, PTH120
    return None


def is_standard_output(path: Path) -> bool:
    """True where a path stands for standard output."""
    return descriptor_of(path) == 1


def write_stream(data: bytes) -> None:
    """Write to standard output: every byte, or an error; `ReaderGoneError` where nobody reads any more."""
    if sys.stdout is None:
        raise TermmineError("standard output: is closed: redirect it, or name a file with -o")
    buffer = sys.stdout.buffer
    try:
        sys.stdout.flush()
        _write_all(getattr(buffer, "raw", buffer), data)
    except OSError as error:
        silence()
        if isinstance(error, BrokenPipeError):
            raise ReaderGoneError("standard output: nobody reads it any more") from error
        raise TermmineError(f"standard output: {error.strerror}: free some space or choose another place") from error


def write_descriptor(descriptor: int, data: bytes) -> None:
    """Write to another open descriptor in the same way; OSError where it cannot be done."""
    with open(os.dup(descriptor), "wb", buffering=0) as stream:  # noqa: PTH123
        _write_all(stream, data)


def _write_all(stream: Any, data: bytes) -> None:
    """Write to a stream without a buffer until nothing is left; one that is busy is waited for."""
    rest = memoryview(data)
    while rest:
        n = stream.write(rest)
        if n is None:  # a full pipe that somebody has set not to block
            select.select([], [stream], [])
        else:
            rest = rest[n:]


def silence() -> None:
    """Discard all further standard output: it failed, and would fail again when the process ends."""
    with contextlib.suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
