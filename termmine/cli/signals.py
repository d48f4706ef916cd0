"""The signals that end a run: the moments when they are obeyed, and the end of the process after one.

In: nothing; the handlers are the process's. Out: an exception in the main thread, which `termmine.cli` reports in a
line.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

from termmine.runtime.locks import release_all

#: The signals that end a run, beside the one of Ctrl-C, and the exit codes of all.
_SIGNALS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
SIGNALLED = [128 + number for number in (signal.SIGINT, *_SIGNALS)]

#: Packages that do not bear an exception at any point: it leaves a lock taken for ever, or memory that is freed twice.
_DELICATE = ("numba", "llvmlite")
_PAUSE = 0.02  # seconds until it is looked again whether one of them is at work
_ALARM = getattr(signal, "SIGALRM", None)


class TerminatedError(BaseException):
    """A signal that ends the run."""


class _Ending:
    """The handler of the signals that end a run: at once, but for the first one while a delicate package is at work.

    Then it looks again and again, until that one is done.
    """

    def __init__(self) -> None:
        self._waiting: int | None = None  # the signal that is to end the run

    def __call__(self, signum: int, frame: FrameType | None) -> None:
        """End the run, or have this called again."""
        looks_again = signum == _ALARM
        if looks_again:
            if self._waiting is None:  # the alarm came too late
                return
            signum = self._waiting
        if _ALARM is not None and (looks_again or self._waiting is None) and _is_delicate(frame):
            self._waiting = signum
            signal.setitimer(signal.ITIMER_REAL, _PAUSE)
            return
        self._waiting = None
        if signum == signal.SIGINT:
            raise KeyboardInterrupt
        signal.signal(signum, signal.SIG_IGN)  # once is enough: cleaning up must not be interrupted in its turn
        raise TerminatedError(signum)


def _is_delicate(frame: FrameType | None) -> bool:
    """True where a delicate package is at work in this thread."""
    while frame is not None:
        if str(frame.f_globals.get("__name__")).partition(".")[0] in _DELICATE:
            return True
        frame = frame.f_back
    return False


def heed_signals() -> None:
    """Have the signals that end a run clean up after it, but for one that the parent process wants ignored (nohup)."""
    ending = _Ending()
    if _ALARM is not None:
        signal.signal(_ALARM, ending)
    for number in (signal.SIGINT, *_SIGNALS):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, ending)


def heed_no_alarm() -> None:
    """Ignore a signal that still waits: from now on it is too late."""
    if _ALARM is not None:
        signal.signal(_ALARM, signal.SIG_IGN)


def leave(code: int) -> NoReturn:
    """End the process without waiting for its other threads: a signal may have left one waiting for ever."""
    release_all()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):  # gone, closed, or never there
            stream.flush()
    os._exit(code)
