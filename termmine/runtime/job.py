"""A job: the memory, threads and scratch space that a run may take, and where its notes go. Results never depend on it.

In: the user's limits, and what the machine has. Out: a `Job` that every stage is given: memory and arrays in it,
threads, a place for scratch files, progress and notes. What is to be computed stands in the options, not here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from termmine.errors import UsageError
from termmine.runtime.arrays import Arrays
from termmine.runtime.memory import MIB, RESERVE, MemoryGuard, machine_memory, resident
from termmine.runtime.progress import Progress
from termmine.runtime.workers import spread, stream

LEAST_MEMORY = 512 * MIB  # the interpreter with numba and pandas takes some 250 MiB before it has read a byte
MOST_BY_DEFAULT = 4096 * MIB
MOST_MEMORY = 1 << 44  # 16 TiB, more than any machine: keeps what is made by that size within what can be addressed
MOST_THREADS = 256  # or four a core where there are more: each takes memory and time, whether or not a core is free
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}

In = TypeVar("In")
Out = TypeVar("Out")
State = TypeVar("State")


def parse_size(text: str) -> int:
    """Bytes from a number with a unit: `512M`, `2G`, `4Gi`, `1.5GiB`; a bare number is bytes.

    >>> parse_size("1.5G")
    1610612736
    """
    match = re.fullmatch(r"(\d{1,18}(?:\.\d{1,18})?)\s*(?:([KMGT])I?)?B?", text.strip().upper())
    if match is None:
        raise UsageError(f"--memory {text}: is no size: give a number with a unit, as 512M or 2G")
    return int(float(match[1]) * _UNITS[match[2] or ""])


def default_memory() -> int:
    """A quarter of the machine's memory, at most 4 GiB."""
    return max(LEAST_MEMORY, min(machine_memory() // 4, MOST_BY_DEFAULT))


def usable_cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class Job:
    """``memory``: bytes that the process stays under while the job is `in_force`; ``threads``; ``folder``: where
    scratch files go (None: the system's place for them); ``progress``: where notes go, and a bar.
    """

    memory: int = field(default_factory=default_memory)
    threads: int = field(default_factory=usable_cores)
    folder: Path | None = None
    progress: Progress = field(default_factory=Progress)

    def __post_init__(self) -> None:
        if self.memory < LEAST_MEMORY:
            raise UsageError(
                f"--memory {self.memory // MIB}M: is less than the {LEAST_MEMORY // MIB} MiB that termmine needs: "
                "give more"
            )
        if self.memory > MOST_MEMORY:
            raise UsageError(f"--memory {self.memory // MIB}M: must be at most {MOST_MEMORY // MIB // MIB}T")
        if self.threads < 1:
            raise UsageError(f"--threads {self.threads}: must be at least 1")
        most = max(MOST_THREADS, 4 * usable_cores())
        if self.threads > most:
            raise UsageError(f"--threads {self.threads}: must be at most {most}: more than the cores gain nothing")
        if self.folder is not None and not (self.folder.is_dir() and os.access(self.folder, os.W_OK)):
            raise UsageError(f"--tmp {self.folder}: is no directory that can be written to: name another")

    @cached_property
    def _budget(self) -> int:
        """The memory limit, or all that the machine has where that is less: memory reserved beforehand must be
        there.
        """
        return min(self.memory, machine_memory())

    @cached_property
    def guard(self) -> MemoryGuard:
        """The guard that keeps the process below the memory limit."""
        return MemoryGuard(self.memory, self.folder)

    @cached_property
    def arrays(self) -> Arrays:
        """The maker of large arrays."""
        return Arrays(self.guard)

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.threads, thread_name_prefix="termmine")

    @contextmanager
    def in_force(self) -> Iterator[Job]:
        """Keep to the memory limit while the context lasts."""
        self.guard.start()
        try:
            yield self
        finally:
            self.guard.stop()

    def left(self) -> int:
        """The bytes of the budget that are still free; never 0, so that the work goes on in small steps."""
        left = self._budget - resident() - RESERVE
        if 2 * left < self._budget:  # below this it does not pay: memory that was returned has to be cleared again
            self.guard.give_back()
            left = self._budget - resident() - RESERVE
        return max(left, 16 * MIB)

    def threads_for(self, n_bytes: int) -> int:
        """The number of threads that may work where each takes so many bytes: at least one, not all where memory is
        short.
        """
        return min(self.threads, max(self.left() // (2 * n_bytes + 1), 1))

    def map(self, function: Callable[[In], Out], items: Iterable[In]) -> list[Out]:
        """The function's values in the order of the items; on several threads where there are several of both."""
        items = list(items)
        return list(self._stream(function, items, len(items)))

    def stream(self, function: Callable[[In], Out], items: Iterable[In]) -> Iterator[Out]:
        """The values of `map` one by one, for a long row of items; a few items are worked on ahead of the one that is
        read.
        """
        return self._stream(function, items, self.threads + 1)

    def _stream(self, function: Callable[[In], Out], items: Iterable[In], most: int) -> Iterator[Out]:
        def relieved(item: In) -> Out:
            try:
                return function(item)
            finally:
                self.guard.relieve()

        if self.threads == 1:
            return map(relieved, items)
        return stream(self._pool, relieved, items, most, self.guard.is_crowded)

    def spread(self, items: Iterable[In], work: Callable[[In, State], None], states: Sequence[State]) -> None:
        """Call ``work(item, state)`` for each item, a state in one thread at a time.

        The result must not depend on which worker did what: a worker adds whole numbers to a state of its own, and the
        states are added up in the end.
        """
        if self.threads == 1 or len(states) == 1:
            for item in items:
                work(item, states[0])
                self.guard.relieve()
            return
        spread(lambda run, items: self._stream(run, items, len(states) + 1), items, work, states)


def make_job(
    memory: str | int | None = None,
    threads: int | None = None,
    tmp: str | Path | None = None,
    progress: Progress | None = None,
) -> Job:
    """Make a job from the user's limits; None is the default: a quarter of the memory, all cores."""
    return Job(
        memory=default_memory() if memory is None else memory if isinstance(memory, int) else parse_size(memory),
        threads=usable_cores() if threads is None else threads,
        folder=None if tmp is None else Path(tmp),
        progress=progress or Progress(),
    )
