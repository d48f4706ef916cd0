"""Run the command line as a shell would see it: what the tests of the command share."""

from __future__ import annotations

import io
import signal
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from unittest import mock

from termmine.cli import main

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
POWER, ENCYCLOPEDIA = SAMPLE / "power.txt", SAMPLE / "encyclopedia.txt"

#: A process of its own, for what cannot be seen from inside this one: signals, pipes, what gets imported.
PROCESS = [sys.executable, "-c", "from termmine.cli import main; main()"]


@dataclass(frozen=True)
class Run:
    """How a command ended and what it wrote."""

    code: int
    out: bytes
    err: str


@lru_cache(maxsize=1)
def _compile() -> None:
    """Have the kernels compiled, so that no later run announces it."""
    from termmine import discover

    discover(POWER, ENCYCLOPEDIA)


def run(*arguments: object, stdin: bytes = b"") -> Run:
    """Run `termmine ARGUMENTS` in this process; anything but an orderly exit propagates, as a traceback would."""
    _compile()
    out, err = io.TextIOWrapper(io.BytesIO(), write_through=True), io.TextIOWrapper(io.BytesIO(), write_through=True)
    streams = {"stdin": io.TextIOWrapper(io.BytesIO(stdin)), "stdout": out, "stderr": err}
    before = signal.getsignal(signal.SIGTERM)
    with mock.patch.multiple(sys, argv=["termmine", *map(str, arguments)], **streams):
        try:
            main()
        except SystemExit as end:
            code = end.code
        finally:
            signal.signal(signal.SIGTERM, before)
    assert isinstance(code, int)
    return Run(code, out.buffer.getvalue(), err.buffer.getvalue().decode())
