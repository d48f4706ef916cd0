"""What is read over a network, as one file: a connection that drops is opened again where it broke.

In: a function that opens an object from a byte on. Out: a raw file that can be read, and read from anywhere where the
store allows it. A file is never silently short: it has the size that its store told, or reading it is an error. Nothing
is known here of any kind of store.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from termmine.errors import TermmineError
from termmine.runtime.store import TRIES, DroppedError, Facts, masked, wait


class Resumed(io.RawIOBase):
    """An object as a file. ``open_at(start)`` gives a stream with `read(n)` and `close()` from a byte on; it raises
    `DroppedError` where another try may do, and `TermmineError` where none would.
    """

    def __init__(self, address: str, facts: Facts, open_at: Callable[[int], Any]) -> None:
        self._address, self._facts, self._open_at = address, facts, open_at
        self._stream: Any = None
        self._at = 0
        self._failed = 0

    def readable(self) -> bool:
        """True: it can be read."""
        return True

    def seekable(self) -> bool:
        """True where it can be read from any byte on."""
        return self._facts.in_parts and self._facts.size is not None

    def tell(self) -> int:
        """The bytes before the next one that is read."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to another byte; nothing is asked of the store before the next reading."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._facts.size or 0}[whence]
        place = max(base + offset, 0)
        if place != self._at:
            if not self.seekable():
                raise io.UnsupportedOperation("seek")
            self._leave()
            self._at = place
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as there is something; 0 at the end, which is where the store said."""
        view = memoryview(buffer).cast("B")
        size = self._facts.size
        while len(view) and (size is None or self._at < size):
            try:
                data = self._next(len(view))
            except DroppedError as error:
                self._try_again(error)
                continue
            if not data and size is None:
                return 0
            if data:
                view[: len(data)] = data
                self._at += len(data)
                self._failed = 0
                return len(data)
            self._try_again(DroppedError("it ended early"))
        return 0

    def _next(self, n: int) -> bytes:
        if self._stream is None:
            self._stream = self._open_at(self._at)
        data: bytes = self._stream.read(n)
        return data

    def _try_again(self, error: DroppedError) -> None:
        """Wait, and let the next reading open the object anew where it broke; an error after several such tries."""
        self._leave()
        self._failed += 1
        of = "" if self._facts.size is None else f" of {self._facts.size}"
        where = f"{masked(self._address)}: the connection broke after {self._at}{of} bytes ({error})"
        if self._at and not self._facts.in_parts:
            raise TermmineError(
                f"{where}, and the server sends no part of a file: try again, or download it first"
            ) from error
        if self._failed >= TRIES:
            raise TermmineError(f"{where}, {TRIES} times in a row: try again later, or download it first") from error
        wait(self._failed)

    def _leave(self) -> None:
        if self._stream is not None:
            with suppress(Exception):  # it is broken already
                self._stream.close()
            self._stream = None

    def close(self) -> None:
        """Close the connection, too."""
        self._leave()
        super().close()
