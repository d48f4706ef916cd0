"""The memory of this process: how much it holds, how much it may hold, and how to give some of it back.

In: limits that are in force for a while, and mapped files. Out: whether there is room for something. The pages of a
mapped file can be dropped at any time, for the file keeps what they hold; while a limit is in force they are dropped
whenever the process comes near it. A process has but one memory, so what is known of it here is known once for all
threads and runs, and of several limits the least one counts.
"""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import os
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

MIB = 1 << 20
RESERVE = 64 * MIB  # what nobody plans for: allocations of the interpreter, of numba, of pandas
PAGES = 64 * MIB  # for the pages of mapped files that are in use


# --- what is there ---------------------------------------------------------------------------------------------------


def machine_memory() -> int | None:
    """The bytes of memory that this process may use: the machine's, or its control group's if that is less."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return None
    limits = [Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes")]
    return min([total, *filter(None, map(_number_in, limits))])


def _number_in(path: Path) -> int | None:
    """The number that a file holds; None where there is none, or another word."""
    try:
        text = path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
    return int(text) if text.isdigit() else None


def resident() -> int:
    """The bytes of memory that this process holds now."""
    try:
        with open("/proc/self/statm", "rb", buffering=0) as file:  # noqa: PTH123  # asked a thousand times a second
            return int(file.read(80).split()[1]) * _page_size()
    except (OSError, IndexError, ValueError):
        return _peak()


@lru_cache(maxsize=1)
def _page_size() -> int:
    return os.sysconf("SC_PAGE_SIZE")


def _peak() -> int:
    try:
        import resource
    except ImportError:  # Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


# --- giving back -----------------------------------------------------------------------------------------------------

_MAPPINGS: weakref.WeakKeyDictionary[mmap.mmap, bool] = weakref.WeakKeyDictionary()  # which of them are hot
_mappings_lock = threading.Lock()  # what is gone through must not grow meanwhile


def may_be_dropped(mapping: mmap.mmap, *, hot: bool = False) -> None:
    """Have the pages of a mapped file dropped when memory runs short; ``hot``: loops look here and there in it."""
    with _mappings_lock:
        _MAPPINGS[mapping] = hot


def give_back() -> None:
    """Return to the system what has been freed (arrays of some megabytes linger in the C library's heaps) or can be."""
    _malloc_trim()(0)
    _drop_pages()


def _drop_pages() -> None:
    if hasattr(mmap, "MADV_DONTNEED"):
        with _mappings_lock:
            mappings = list(_MAPPINGS)
        for mapping in mappings:
            with contextlib.suppress(ValueError):  # closed in the meantime
                mapping.madvise(mmap.MADV_DONTNEED)


@lru_cache(maxsize=1)
def _malloc_trim() -> Callable[[int], int]:
    """The C library's way to return freed memory; where it has none, nothing is done."""
    try:
        trim: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError, TypeError):
        return lambda _: 0
    return trim


# --- limits ----------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class Limit:
    """So many bytes, and the place for scratch files (None: the system's). ``promised``: what was said to fit, and has
    not shown in ``seen``, the memory that the process held when it was last asked.
    """

    memory: int
    folder: Path | None
    promised: int = 0
    seen: int = 0

    def has_room(self, n_bytes: int, share: float) -> bool:
        """Whether so many bytes take but a share of what is left; if so they are taken to be promised."""
        if not self._fits(n_bytes, share):
            give_back()
            if not self._fits(n_bytes, share):
                return False
        self.promised += n_bytes
        return True

    def _fits(self, n_bytes: int, share: float) -> bool:
        now = resident()
        self.promised = max(self.promised - max(now - self.seen, 0), 0)
        self.seen = now
        return n_bytes <= share * (self.memory - now - self.promised - RESERVE - PAGES)


_LIMITS: list[Limit] = []


@contextlib.contextmanager
def limited(memory: int, folder: Path | None) -> Iterator[None]:
    """Put a limit in force."""
    limit = Limit(memory, folder)
    _LIMITS.append(limit)
    _watch()
    try:
        yield
    finally:
        _LIMITS.remove(limit)


def least_limit() -> Limit | None:
    """The least of the limits that are in force."""
    return min(list(_LIMITS), key=lambda limit: limit.memory, default=None)


def is_crowded() -> bool:
    """Whether there is less room than for all the mapped memory that loops look here and there in."""
    limit = least_limit()
    with _mappings_lock:
        hot = sum(len(mapping) for mapping, is_hot in _MAPPINGS.items() if is_hot)
    if limit is None or hot <= PAGES:
        return False
    give_back()
    return hot > limit.memory - RESERVE - resident()


_FASTEST = 64 * MIB  # that a process takes hold of in a millisecond: of mapped files, many pages at a time
_ALARM = RESERVE + PAGES // 2  # so far below the limit pages are let go of, for they come while that is done
_SELDOM = 1.0  # seconds between two looks through the C library's heaps, which take it a while
_watcher: threading.Thread | None = None


def _watch() -> None:
    """Have a thread look after the limit for as long as there is one."""
    global _watcher  # one for the process
    if _watcher is None or not _watcher.is_alive():
        _watcher = threading.Thread(target=_keep_below, name="termmine memory", daemon=True)
        _watcher.start()


def _keep_below() -> None:
    pause, trimmed = threading.Event(), 0.0
    while (limit := least_limit()) is not None:
        left = limit.memory - _ALARM - resident()
        if left < 0:
            _drop_pages()
            left = limit.memory - _ALARM - resident()
        if left < 0 and time.monotonic() - trimmed > _SELDOM:  # it is no mapped file that takes so much
            _malloc_trim()(0)
            trimmed = time.monotonic()
        pause.wait(min(max(left / _FASTEST, 0.2), 100.0) / 1000)
