"""What a run may take: memory, threads, a place for scratch files. Results never depend on it.

In: what the user said, and what the machine has. Out: a `Resources` value that every stage is handed, which knows how
much memory is left and runs work on several threads in a fixed order.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TypeVar

from termmine.errors import UsageError

MIB = 1 << 20
LEAST_MEMORY = 512 * MIB  # the interpreter with numba and pandas takes some 250 MiB before it has read a byte
MOST_BY_DEFAULT = 4096 * MIB
RESERVE = 64 * MIB  # what no stage plans for: allocations of the interpreter, of numba, of pandas
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}

In = TypeVar("In")
Out = TypeVar("Out")


def parse_size(text: str) -> int:
    """Bytes from a number with a unit: `512M`, `2G`, `1.5GiB`; a bare number is bytes.

    >>> parse_size("1.5G")
    1610612736
    """
    match = re.fullmatch(r"(\d{1,18}(?:\.\d{1,18})?)\s*([KMGT]?)(?:I?B)?", text.strip().upper())
    if match is None:
        raise UsageError(f"--memory {text}: is no size: give a number with a unit, as 512M or 2G")
    return int(float(match[1]) * _UNITS[match[2]])


def machine_memory() -> int:
    """The bytes of memory that this process may use: the machine's, or its control group's if that is less."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return MOST_BY_DEFAULT * 4
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
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        try:
            import resource
        except ImportError:  # Windows
            return 0
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
    return pages * os.sysconf("SC_PAGE_SIZE")


@lru_cache(maxsize=1)
def _malloc_trim() -> Callable[[int], int]:
    """The C library's way to return freed memory; where it has none, nothing is done."""
    try:
        trim: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError, TypeError):
        return lambda _: 0
    return trim


def give_back() -> None:
    """Return to the system what has been freed: arrays of some megabytes linger in the C library's heaps."""
    _malloc_trim()(0)


def default_memory() -> int:
    """A quarter of the machine's memory, at most 4 GiB."""
    return max(LEAST_MEMORY, min(machine_memory() // 4, MOST_BY_DEFAULT))


def usable_cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class Resources:
    """``memory``: bytes that the process stays under; ``threads``; ``folder``: where scratch files go (None: the
    system's place for them).
    """

    memory: int = field(default_factory=default_memory)
    threads: int = field(default_factory=usable_cores)
    folder: Path | None = None

    def __post_init__(self) -> None:
        if self.memory < LEAST_MEMORY:
            raise UsageError(
                f"--memory {self.memory // MIB}M: is less than the {LEAST_MEMORY // MIB} MiB that termmine needs: "
                "give more"
            )
        if self.threads < 1:
            raise UsageError(f"--threads {self.threads}: must be at least 1")
        if self.folder is not None and not (self.folder.is_dir() and os.access(self.folder, os.W_OK)):
            raise UsageError(f"--tmp {self.folder}: is no directory that can be written to: name another")

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.threads, thread_name_prefix="termmine")

    def left(self) -> int:
        """How many bytes of the budget are still free; some always, so that the work goes on in small steps."""
        give_back()
        return max(self.memory - resident() - RESERVE, 16 * MIB)

    def map(self, function: Callable[[In], Out], items: Iterable[In]) -> list[Out]:
        """The function's values in the order of the items; on several threads where there are several of both."""
        items = list(items)
        if self.threads == 1 or len(items) < 2:
            return [function(item) for item in items]
        return list(self._pool.map(function, items))

    def stream(self, function: Callable[[In], Out], items: Iterable[In]) -> Iterator[Out]:
        """The same for a long row of items: each value in its turn, a few items ahead of what has been asked for."""
        if self.threads == 1:
            yield from map(function, items)
            return
        ahead = []
        for item in items:
            ahead.append(self._pool.submit(function, item))
            if len(ahead) > self.threads + 1:
                yield ahead.pop(0).result()
        for future in ahead:
            yield future.result()


def make_resources(memory: str | int | None, threads: int | None, tmp: str | Path | None) -> Resources:
    """Resources from what a user may give for each; None is the default: a quarter of the memory, all cores."""
    return Resources(
        memory=default_memory() if memory is None else memory if isinstance(memory, int) else parse_size(memory),
        threads=usable_cores() if threads is None else threads,
        folder=None if tmp is None else Path(tmp),
    )
