"""Run the command line as a shell would see it: what the tests of the command share."""

from __future__ import annotations

import io
import os
import signal
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from unittest import mock

from termmine.cli import main
from termmine.cli.log import EXIT_BUG

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
POWER, ENCYCLOPEDIA = SAMPLE / "power.txt", SAMPLE / "encyclopedia.txt"

#: A process of its own, for what cannot be seen from inside this one: signals, pipes, what gets imported.
PROCESS = [sys.executable, "-c", "from termmine.cli import main; main()"]


#: The environment of a process whose standard output Python buffers, as in a shell, and does not, as in many images.
BUFFERING = [
    {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
    os.environ | {"PYTHONUNBUFFERED": "1"},
]


@dataclass(frozen=True)
class Run:
    """How a command ended and what it wrote."""

    code: int
    out: bytes
    err: str


@lru_cache(maxsize=1)
def compile_kernels() -> None:
    """Have the kernels of a run compiled, so that no later run announces it; uncompiled ones would take minutes."""
    from termmine.kernels.jit import DISCOVERING, is_compiled

    if not is_compiled(DISCOVERING):
        from termmine import discover

        discover(POWER, ENCYCLOPEDIA)


class _Terminal(io.BytesIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def run(*arguments: object, stdin: bytes = b"", terminal: bool = False) -> Run:
    """Run `termmine ARGUMENTS` in this process; a bug of ours fails the test. ``terminal``: standard output is one."""
    compile_kernels()
    out = io.TextIOWrapper(_Terminal() if terminal else io.BytesIO(), encoding="utf-8", write_through=True)
    err = io.TextIOWrapper(io.BytesIO(), write_through=True)
    streams = {"stdin": io.TextIOWrapper(io.BytesIO(stdin)), "stdout": out, "stderr": err}
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    ours = mock.patch.multiple(sys, argv=["termmine", *map(str, arguments)], **streams)
    with ours, mock.patch.object(os, "_exit", sys.exit):  # how a run ends after a signal
        try:
            main()
        except SystemExit as end:
            code = end.code
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
    assert isinstance(code, int)
    assert code != EXIT_BUG, err.buffer.getvalue().decode()
    return Run(code, out.buffer.getvalue(), err.buffer.getvalue().decode())
