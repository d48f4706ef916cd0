"""Long sequences of integers that are read from front to back: in memory while they fit, else in a scratch file.

In: arrays to append. Out: arrays for any range. The meaning of the entries is not known here, nor who decides how much
memory they may take. A scratch file has no name, so that nothing is left of it however the process ends.
"""

from __future__ import annotations

import os
import tempfile
import weakref
from copy import copy
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO, cast

import numpy as np

from termmine.errors import TermmineError


class OpenFile:
    """An open file that several threads may read and write, closed when no array has it any more."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.name = name
        self._file = file
        self._lock = Lock()
        weakref.finalize(self, file.close)  # unlike `__del__` also before the file's own end, in a cycle of objects

    def read(self, at: int, data: memoryview) -> None:
        """Fill data with what stands from a place on."""
        while data:
            try:
                n = self._read_some(at, data)
            except OSError as error:
                raise TermmineError(f"{self.name}: {error.strerror}: check the disk that it is on") from error
            if not n:
                raise TermmineError(f"{self.name}: is shorter than it says: count again")
            data, at = data[n:], at + n

    def _read_some(self, at: int, data: memoryview) -> int:
        if hasattr(os, "preadv"):  # several threads at once
            return os.preadv(self._file.fileno(), [data], at)
        with self._lock:
            self._file.seek(at)
            return int(self._file.readinto(data))  # type: ignore[attr-defined]

    def write(self, at: int, data: memoryview) -> None:
        """Put data in place of what stands from a place on."""
        with self._lock:
            self._file.seek(at)
            while data:
                data = data[self._file.write(data) :]


class SpillArray:
    """A sequence of ``dtype`` that grows at its end; past ``room`` bytes it moves to a scratch file in ``folder``.

    Positions outside the sequence read as ``fill``. `read` may give a view: what it gives must not be changed. Where it
    is known how many entries come at most, ``expected``, growing costs nothing; what is not used takes no memory.
    """

    def __init__(
        self,
        dtype: type,
        *,
        room: int | None = None,
        folder: Path | None = None,
        fill: int = 0,
        expected: int = 0,
    ) -> None:
        self.dtype = np.dtype(dtype)
        self.fill = fill
        self._room = room
        self._folder = folder
        self._array = np.empty(expected if room is None else min(expected, room // self.dtype.itemsize), self.dtype)
        self._file: OpenFile | None = None
        self._length = 0
        self._offset = 0  # bytes before the first entry in the file

    @classmethod
    def stored(cls, file: OpenFile, dtype: type, offset: int, length: int, fill: int = 0) -> SpillArray:
        """The array of so many entries that stand in an open file from an offset on; it cannot grow."""
        made = cls(dtype, fill=fill)
        made._file, made._offset, made._length = file, offset, length
        return made

    @classmethod
    def scratch(cls, dtype: type, length: int, folder: Path | None) -> SpillArray:
        """An array of so many entries in a scratch file, to be written in any order."""
        made = cls(dtype, room=0, folder=folder)
        made._spill()
        made._length = length
        return made

    @classmethod
    def blank(cls, dtype: type, length: int, *, in_memory: bool, folder: Path | None, fill: int = 0) -> SpillArray:
        """An array of so many entries, to be written in any order, several at once."""
        made = cls.of(np.empty(length, dtype=dtype)) if in_memory else cls.scratch(dtype, length, folder)
        made.fill = fill
        return made

    @classmethod
    def of(cls, array: np.ndarray, fill: int = 0) -> SpillArray:
        """A spill array over an array in memory."""
        made = cls(array.dtype.type, fill=fill)
        made._array, made._length = array, len(array)
        return made

    def __len__(self) -> int:
        return self._length

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.read(0, self._length), dtype=dtype)

    @property
    def in_memory(self) -> bool:
        """True where reading costs no copy."""
        return self._file is None

    def head(self, length: int) -> SpillArray:
        """The first entries as an array of their own, which holds the same ones."""
        head = copy(self)
        head._length = length
        return head

    def append(self, array: np.ndarray) -> None:
        """Add entries at the end."""
        end = self._length + len(array)
        if self._file is None and self._room is not None and end * self.dtype.itemsize > self._room:
            self._spill()
        if self._file is None:
            if end > len(self._array):  # grows by a quarter; the memory is moved by the system, not copied
                self._array.resize(max(end, len(self._array) * 5 // 4), refcheck=False)
            self._array[self._length : end] = array
        self._length = end
        if self._file is not None:
            self.write(end - len(array), array)

    def finish(self) -> None:
        """Return the room that was kept for growth."""
        if self._file is None and len(self._array) > self._length:
            self._array.resize(self._length, refcheck=False)

    def read(self, start: int, stop: int) -> np.ndarray:
        """The entries from start to stop; both may lie outside the sequence."""
        lo, hi = max(start, 0), min(stop, self._length)
        if self._file is None and lo == start and hi == stop:
            return self._array[lo:hi]
        entries = np.empty(stop - start, dtype=self.dtype)
        entries[: max(lo - start, 0)] = self.fill
        entries[max(hi - start, 0) :] = self.fill
        if lo < hi:
            inside = entries[lo - start : hi - start]
            if self._file is None:
                inside[:] = self._array[lo:hi]
            else:
                self._file.read(self._offset + lo * self.dtype.itemsize, inside.view(np.uint8).data)
        return entries

    def write(self, start: int, array: np.ndarray) -> None:
        """Put entries in the place of those that stand from start on."""
        if self._file is None:
            self._array[start : start + len(array)] = array
            return
        data = np.ascontiguousarray(array, dtype=self.dtype).view(np.uint8).data
        try:
            self._file.write(self._offset + start * self.dtype.itemsize, data)
        except OSError as error:
            raise scratch_error(self._folder, error) from error

    def _spill(self) -> None:
        """Move to a scratch file."""
        array, length = self._array, self._length
        try:
            file = tempfile.TemporaryFile(buffering=0, dir=self._folder)  # noqa: SIM115  # lives as long as the array
        except OSError as error:
            raise scratch_error(self._folder, error) from error
        self._file = OpenFile(cast("BinaryIO", file), "scratch file")
        self._array = np.zeros(0, dtype=self.dtype)
        self.write(0, array[:length])


def scratch_error(folder: Path | None, error: OSError) -> TermmineError:
    """The error for scratch files that find no place, with what the user may do."""
    place = folder or tempfile.gettempdir()
    return TermmineError(
        f"{place}: {error.strerror}: no place for scratch files; nothing was written: "
        "free some space, name another directory with --tmp, or raise --memory"
    )
