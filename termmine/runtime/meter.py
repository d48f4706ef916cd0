"""The sizes and times of a run, for whoever watches over many of them.

In: the beginnings and ends of its stages, and the findings of its readings, which grow while they read. Out: figures,
at any moment, so that a run that failed has them too. What a stage is called is its own affair.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol


class Finding(Protocol):
    """The findings of a reading so far, as `readers.base.ReadReport` has them."""

    n_bytes: int
    n_documents: int
    n_bad: int


class Meter:
    """Adds up a run's seconds by stage (those of a stage within another count for the inner one) and its readings.

    So the sum over all stages is never more than the time that has gone by.
    """

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._open: list[str] = []
        self._since = time.monotonic()
        self._findings: list[Finding] = []

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time until the context ends for a stage."""
        self._settle()
        self._open.append(name)
        self._seconds.setdefault(name, 0.0)
        try:
            yield
        finally:
            self._settle()
            self._open.remove(name)

    def add(self, finding: Finding) -> None:
        """Have the findings of a reading count, now and as they grow."""
        self._findings.append(finding)

    def _settle(self) -> None:
        now = time.monotonic()
        if self._open:
            self._seconds[self._open[-1]] += now - self._since
        self._since = now

    def figures(self) -> dict[str, Any]:
        """The figures so far: bytes of text read (unpacked), records, bad ones among them, seconds by stage."""
        self._settle()
        return {
            "n_bytes": sum(found.n_bytes for found in self._findings),
            "n_records": sum(found.n_documents + found.n_bad for found in self._findings),
            "n_bad_records": sum(found.n_bad for found in self._findings),
            "stages": {name: math.floor(1000 * seconds) / 1000 for name, seconds in self._seconds.items()},
        }


def peak_memory() -> int | None:
    """The most memory that this process has held at once, in bytes; None where the system does not say (Windows)."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak << 10  # bytes there, KiB elsewhere
