"""The memory of this process, and a guard that keeps it below a limit.

In: a limit, and the scratch files that arrays are mapped from. Out: whether there is room for something. The pages of a
mapped file can be dropped at any time, for the file keeps what they hold; the guard drops those of its own files
whenever the process comes near the limit.
"""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import os
import tempfile
import threading
import time
import weakref
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import psutil

from termmine.runtime.spill import scratch_error

MIB = 1 << 20
RESERVE = 64 * MIB  # memory outside all plans: allocations of the interpreter, of numba, of pandas
PAGES = 64 * MIB  # for the pages of mapped files that are in use


# --- the process -----------------------------------------------------------------------------------------------------


def machine_memory() -> int:
    """The bytes of memory that this process may use: the machine's, or its control group's if that is less."""
    limits = [Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes")]
    return min([psutil.virtual_memory().total, *filter(None, map(_number_in, limits))])


def _number_in(path: Path) -> int | None:
    """The number that a file holds; None where there is none, or another word."""
    try:
        text = path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
    return int(text) if text.isdigit() else None


def resident() -> int:
    """The bytes of memory that this process holds now."""
    return int(_process(os.getpid()).memory_info().rss)


@lru_cache(maxsize=1)
def _process(pid: int) -> psutil.Process:
    """The process of that number: after a fork it is another one."""
    return psutil.Process(pid)


@lru_cache(maxsize=1)
def _malloc_trim() -> Callable[[int], int]:
    """The C library's way to return freed memory; where it has none, nothing is done."""
    try:
        trim: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError, TypeError):
        return lambda _: 0
    return trim


# --- the guard -------------------------------------------------------------------------------------------------------

_FASTEST = 64 * MIB  # bytes that a process can touch in a millisecond: of mapped files, many pages at a time
_ALARM = RESERVE + PAGES // 2  # bytes below the limit at which pages are dropped, for more come while that is done
_SELDOM = 1.0  # seconds between two looks through the C library's heaps, which take it a while


class MemoryGuard:
    """A guard that keeps the process below ``memory`` bytes from `start` to `stop`.

    Scratch files go to ``folder`` (None: the system's place for them). While the guard is on, large arrays are made
    after a
    call of `has_room`, which says whether they fit; those that do not are mapped from scratch files. A thread watches
    the
    process and drops the pages of those files when it comes near the limit. While the guard is off, everything has
    room.
    """

    def __init__(self, memory: int, folder: Path | None) -> None:
        self.memory = memory
        self.folder = folder
        self._mappings: weakref.WeakKeyDictionary[mmap.mmap, bool] = weakref.WeakKeyDictionary()  # True: hot
        self._lock = threading.Lock()  # the mappings must not grow while they are gone through
        self._promised = 0  # bytes that were said to fit, and have not shown in ...
        self._seen = 0  # ... the memory that the process held when it was last measured
        self._off: threading.Event | None = None
        self._depth = 0

    @property
    def is_on(self) -> bool:
        """True while the limit is in force."""
        return self._depth > 0

    def start(self) -> None:
        """Put the limit in force; each start needs a stop."""
        self._depth += 1
        if self._depth == 1:
            self._off = threading.Event()
            threading.Thread(target=self._watch, args=(self._off,), name="termmine memory", daemon=True).start()

    def stop(self) -> None:
        """End the watch; arrays that lie in files stay there."""
        self._depth -= 1
        if self._depth == 0 and self._off is not None:
            self._off.set()

    def has_room(self, n_bytes: int, share: float) -> bool:
        """True where so many bytes take only a share of the free memory; they then count as taken."""
        if not self.is_on:
            return True
        if not self._fits(n_bytes, share):
            self.give_back()
            if not self._fits(n_bytes, share):
                return False
        self._promised += n_bytes
        return True

    def _fits(self, n_bytes: int, share: float) -> bool:
        now = resident()
        self._promised = max(self._promised - max(now - self._seen, 0), 0)
        self._seen = now
        return n_bytes <= share * (self.memory - now - self._promised - RESERVE - PAGES)

    def map_scratch(self, n_bytes: int, *, hot: bool) -> mmap.mmap:
        """Map so many bytes of a new scratch file; ``hot``: loops look here and there in them.

        The file has no name, so that nothing is left of it however the process ends; its space is taken at once, for a
        mapped file that finds the disk full would kill the process.
        """
        try:
            with tempfile.TemporaryFile(buffering=0, dir=self.folder) as file:
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(file.fileno(), 0, n_bytes)
                else:
                    file.truncate(n_bytes)
                mapping = mmap.mmap(file.fileno(), n_bytes)
        except OSError as error:
            raise scratch_error(self.folder, error) from error
        if hasattr(
            mmap, "MADV_RANDOM"
        ):  # page by page, or a moment makes all of it resident, faster than it is dropped
            mapping.madvise(mmap.MADV_RANDOM)
        self.may_drop(mapping, hot=hot)
        return mapping

    def may_drop(self, mapping: mmap.mmap, *, hot: bool = False) -> None:
        """Take charge of a mapped file: its pages are dropped when memory runs short."""
        with self._lock:
            self._mappings[mapping] = hot

    def is_crowded(self) -> bool:
        """True where there is less room than the mapped memory that loops look here and there in."""
        with self._lock:
            hot = sum(len(mapping) for mapping, is_hot in self._mappings.items() if is_hot)
        if not self.is_on or hot <= PAGES:
            return False
        self.give_back()
        return hot > self.memory - RESERVE - resident()

    def give_back(self) -> None:
        """Return freed memory to the system, and pages that can be read again.

        Freed arrays of some megabytes linger in the C library's heaps; the pages are those of mapped files.
        """
        _malloc_trim()(0)
        self._drop_pages()

    def relieve(self) -> int:
        """Drop the pages of mapped files if memory runs short; returns the bytes that were left before.

        Work that touches many pages calls this itself, step by step: on a busy machine the watching thread may come too
        late.
        """
        left = self.memory - _ALARM - resident()
        if self.is_on and left < 0:
            self._drop_pages()
            left = self.memory - _ALARM - resident()
        return left

    def _drop_pages(self) -> None:
        if hasattr(mmap, "MADV_DONTNEED"):
            with self._lock:
                mappings = list(self._mappings)
            for mapping in mappings:
                with contextlib.suppress(ValueError):  # closed in the meantime
                    mapping.madvise(mmap.MADV_DONTNEED)

    def _watch(self, off: threading.Event) -> None:
        pause, trimmed = 0.0, 0.0
        while not off.wait(pause):
            left = self.relieve()
            if left < 0 and time.monotonic() - trimmed > _SELDOM:  # the memory is not taken by mapped files
                _malloc_trim()(0)
                trimmed = time.monotonic()
            pause = min(max(left / _FASTEST, 0.2), 100.0) / 1000
