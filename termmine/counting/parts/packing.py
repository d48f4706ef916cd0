"""Columns of whole numbers <-> bytes of a file, packed.

In: columns (int64), or a file at the place of one. Out: bytes, or columns. Most numbers are small, so that their upper
bytes are zeros: the first bytes of some numbers are put together, then the second ones, and so on, before zlib sees
them. What the numbers mean is not known here.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from termmine.runtime.arrays import Arrays
from termmine.runtime.columns import slices

_WIDTH = 8  # bytes of a number
_READ = 1 << 16  # packed bytes read at once


def packed(column: np.ndarray) -> Iterator[bytes]:
    """A column as packed bytes, some at a time."""
    packer = zlib.compressobj()
    for here in slices(0, len(column)):
        numbers = np.ascontiguousarray(column[here], dtype="<i8")
        yield packer.compress(np.ascontiguousarray(numbers.view(np.uint8).reshape(-1, _WIDTH).T).data)
    yield packer.flush()


def unpacked(file: BinaryIO, n_bytes: int, length: int, arrays: Arrays) -> tuple[np.ndarray, int] | None:
    """The column of so many numbers in the next bytes of a file, and their checksum; None where they hold no such
    column.
    """
    column, stream = arrays.empty(length, np.int64), _Unpacking(file, n_bytes)
    try:
        for here in slices(0, length):
            planes = stream.take(_WIDTH * (here.stop - here.start))
            column[here] = np.ascontiguousarray(planes.reshape(_WIDTH, -1).T).view("<i8").ravel()
        return (column, stream.checksum) if stream.is_at_end() else None
    except (zlib.error, EOFError):
        return None


class _Unpacking:
    """Bytes of a file that are being unpacked; never more of them at once than are asked for."""

    def __init__(self, file: BinaryIO, n_bytes: int) -> None:
        self._file, self._left = file, n_bytes
        self._unpacker, self._held = zlib.decompressobj(), b""
        self.checksum = 0

    def _fill(self) -> None:
        self._held = self._file.read(min(self._left, _READ))
        if not self._held:
            raise EOFError
        self._left -= len(self._held)
        self.checksum = zlib.crc32(self._held, self.checksum)

    def take(self, n: int) -> np.ndarray:
        """The next n bytes (uint8); EOFError where there are less."""
        taken = bytearray()
        while len(taken) < n:
            if not self._held:
                self._fill()
            taken += self._unpacker.decompress(self._held, n - len(taken))
            self._held = self._unpacker.unconsumed_tail
            if self._unpacker.eof and len(taken) < n:
                raise EOFError
        return np.frombuffer(bytes(taken), dtype=np.uint8)

    def is_at_end(self) -> bool:
        """True where all has been unpacked, and nothing stands behind it."""
        while self._left or self._held:
            if self._unpacker.eof:
                return False
            if not self._held:
                self._fill()
            if self._unpacker.decompress(self._held, 1):
                return False
            self._held = self._unpacker.unconsumed_tail
        return self._unpacker.eof and not self._unpacker.unused_data
