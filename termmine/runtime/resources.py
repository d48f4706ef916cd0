"""What a run may take: memory, threads, a place for scratch files. Results never depend on it.

In: what the user said, and what the machine has. Out: a `Resources` value that every stage is handed, which knows how
much memory is left and runs work on several threads in a fixed order.
"""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from threading import get_ident
from typing import Generic, TypeVar

from termmine.errors import UsageError
from termmine.runtime.memory import MIB, RESERVE, give_back, is_crowded, limited, machine_memory, resident

LEAST_MEMORY = 512 * MIB  # the interpreter with numba and pandas takes some 250 MiB before it has read a byte
MOST_BY_DEFAULT = 4096 * MIB
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}

In = TypeVar("In")
Out = TypeVar("Out")
State = TypeVar("State")


def parse_size(text: str) -> int:
    """Bytes from a number with a unit: `512M`, `2G`, `1.5GiB`; a bare number is bytes.

    >>> parse_size("1.5G")
    1610612736
    """
    match = re.fullmatch(r"(\d{1,18}(?:\.\d{1,18})?)\s*([KMGT]?)(?:I?B)?", text.strip().upper())
    if match is None:
        raise UsageError(f"--memory {text}: is no size: give a number with a unit, as 512M or 2G")
    return int(float(match[1]) * _UNITS[match[2]])


def default_memory() -> int:
    """A quarter of the machine's memory, at most 4 GiB."""
    machine = machine_memory()
    return MOST_BY_DEFAULT if machine is None else max(LEAST_MEMORY, min(machine // 4, MOST_BY_DEFAULT))


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
        """The threads beside the one that asks for work to be done, which takes part in it."""
        return ThreadPoolExecutor(max(self.threads - 1, 1), thread_name_prefix="termmine")

    def in_force(self) -> AbstractContextManager[None]:
        """Have large arrays keep to the memory while the context lasts."""
        return limited(self.memory, self.folder)

    def left(self) -> int:
        """How many bytes of the budget are still free; some always, so that the work goes on in small steps."""
        left = self.memory - resident() - RESERVE
        if 2 * left < self.memory:  # then it is worth the while, for what is given back has to be cleared again
            give_back()
            left = self.memory - resident() - RESERVE
        return max(left, 16 * MIB)

    def threads_for(self, n_bytes: int) -> int:
        """How many threads may work where each takes so many bytes: one at least, not all where memory is short."""
        return min(self.threads, max(self.left() // (2 * n_bytes + 1), 1))

    def map(self, function: Callable[[In], Out], items: Iterable[In]) -> list[Out]:
        """The function's values in the order of the items; on several threads where there are several of both."""
        items = list(items)
        return list(self._stream(function, items, len(items)))

    def stream(self, function: Callable[[In], Out], items: Iterable[In]) -> Iterator[Out]:
        """The same for a long row of items: each value in its turn, a few items ahead of what has been asked for."""
        return self._stream(function, items, self.threads + 1)

    def _stream(self, function: Callable[[In], Out], items: Iterable[In], most: int) -> Iterator[Out]:
        """So many items ahead at most.

        Where memory is so short that pages come and go, this thread does the work alone, so that they do not come
        faster than they are let go of.
        """
        ahead: deque[_Task[In, Out]] = deque()
        for item in items:
            if self.threads == 1 or is_crowded():
                while ahead:
                    yield _first(function, ahead)
                yield function(item)
                continue
            ahead.append(_Task(item, self._pool.submit(function, item)))
            if len(ahead) > most:
                yield _first(function, ahead)
        while ahead:
            yield _first(function, ahead)

    def spread(self, items: Iterable[In], work: Callable[[In, State], None], states: Sequence[State]) -> None:
        """Call ``work(item, state)`` for each item, each state in one thread, which sees its items in their order.

        The result must not depend on who did what: a worker adds whole numbers to a state that it has to itself, and
        the states are added up in the end.
        """
        free = list(states)
        of_thread: dict[int, State] = {}

        def run(item: In) -> None:
            thread = get_ident()
            if thread not in of_thread:
                of_thread[thread] = free.pop()
            work(item, of_thread[thread])

        resources = self if len(states) == self.threads else replace(self, threads=len(states))
        for _ in resources.stream(run, items):
            pass


@dataclass
class _Task(Generic[In, Out]):
    """An item, and what becomes of it."""

    item: In
    value: Future[Out]


def _first(function: Callable[[In], Out], tasks: deque[_Task[In, Out]]) -> Out:
    """The value of the first task; until it is there this thread does others that none has begun."""
    first = tasks[0]
    for task in tasks:
        if first.value.done():
            break
        if task.value.cancel():
            task.value = Future()
            try:
                task.value.set_result(function(task.item))
            except Exception as error:  # it is raised where the value is asked for
                task.value.set_exception(error)
    return tasks.popleft().value.result()


def make_resources(memory: str | int | None, threads: int | None, tmp: str | Path | None) -> Resources:
    """Resources from what a user may give for each; None is the default: a quarter of the memory, all cores."""
    return Resources(
        memory=default_memory() if memory is None else memory if isinstance(memory, int) else parse_size(memory),
        threads=usable_cores() if threads is None else threads,
        folder=None if tmp is None else Path(tmp),
    )
