"""The command line: options, one call of the pipeline, one of the export; a module a command.

Data goes to standard output, everything else to standard error. `--help` imports click alone, so whatever is heavy is
imported inside the command that needs it. Errors become one line and an exit code in `main`, and nowhere else.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import warnings
from types import FrameType
from typing import NoReturn

import click

from termmine.cli.compare import compare
from termmine.cli.config import config
from termmine.cli.contexts import contexts
from termmine.cli.count import count
from termmine.cli.discover import discover
from termmine.cli.evaluate import evaluate
from termmine.cli.explain import explain
from termmine.cli.export import export
from termmine.cli.group import Commands
from termmine.cli.info import info
from termmine.cli.log import EXIT_BUG, Log
from termmine.cli.merge import merge
from termmine.errors import TermmineError
from termmine.locks import release_all
from termmine.version import __version__


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="termmine")
def cli() -> None:
    """Mine domain terminology from raw Chinese text.

    \b
        termmine discover corpus.txt --background wiki.txt > terms.csv
    """


for _command in (discover, explain, contexts, compare, evaluate, export, count, merge, info, config):
    cli.add_command(_command)


#: The signals that end a run, beside the one of Ctrl-C, and the exit codes of all.
_SIGNALS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
_SIGNALLED = [128 + number for number in (signal.SIGINT, *_SIGNALS)]


#: Packages that do not bear an exception at any point: it leaves a lock taken for ever, or memory that is freed twice.
_DELICATE = ("numba", "llvmlite")
_PAUSE = 0.02  # seconds until it is looked again whether one of them is at work
_ALARM = getattr(signal, "SIGALRM", None)


class _TerminatedError(BaseException):
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
        raise _TerminatedError(signum)


def _is_delicate(frame: FrameType | None) -> bool:
    """Whether a delicate package is at work in this thread."""
    while frame is not None:
        if str(frame.f_globals.get("__name__")).partition(".")[0] in _DELICATE:
            return True
        frame = frame.f_back
    return False


def main() -> NoReturn:
    """Run the command line; the one place where errors become a line and an exit code."""
    _heed_signals()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's other threads would spin, with nothing to do
    gc.set_threshold(200_000, 10, 10)  # imports make a million objects and no garbage: looking for it costs 70 ms
    log = Log("json" if os.environ.get("TERMMINE_LOG_FORMAT") == "json" else "text")
    with warnings.catch_warnings():
        warnings.showwarning = log.warn
        code = _run(log)
    if code in _SIGNALLED:
        _leave(code)
    if _ALARM is not None:
        signal.signal(_ALARM, signal.SIG_IGN)  # a signal that waits has come too late
    gc.freeze()  # looking for garbage once more before the end costs 30 ms
    sys.exit(code)


def _leave(code: int) -> NoReturn:
    """End the process without waiting for its other threads: a signal may have left one waiting for ever."""
    release_all()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):  # gone, closed, or never there
            stream.flush()
    os._exit(code)


def _heed_signals() -> None:
    """Have the signals that end a run clean up after it, but for one that whoever started us wants ignored (nohup)."""
    ending = _Ending()
    if _ALARM is not None:
        signal.signal(_ALARM, ending)
    for number in (signal.SIGINT, *_SIGNALS):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, ending)


def _run(log: Log) -> int:
    """Run the command and say how it ended; the exit code."""
    try:
        code = cli.main(prog_name="termmine", standalone_mode=False, obj=log)
        code = code if isinstance(code, int) else 0
    except BrokenPipeError:  # | head: the reader has what it wanted
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except click.exceptions.NoArgsIsHelpError as help_wanted:
        if log.form == "text":
            click.echo(help_wanted.format_message(), err=True)
        else:
            log.fail("no command given: see termmine --help", 2)
        return 2
    except BaseException as error:
        return _failed(log, error)
    log.done(code)
    return code


def _failed(log: Log, error: BaseException) -> int:
    """Say in one line why the run failed; the exit code."""
    if isinstance(error, click.ClickException):
        message, code = f"{error.format_message().rstrip('.')}: see termmine --help", error.exit_code
    elif isinstance(error, TermmineError):
        message, code = str(error), error.exit_code
    elif isinstance(error, (KeyboardInterrupt, click.Abort)):
        message, code = "interrupted: every output file is whole, or as it was", 128 + signal.SIGINT
    elif isinstance(error, _TerminatedError):
        name = signal.Signals(error.args[0]).name
        message, code = f"ended by {name}: every output file is whole, or as it was", 128 + error.args[0]
    elif isinstance(error, MemoryError):
        message, code = "out of memory: raise --min-freq, lower --max-length, or give the corpus in parts", 1
    else:
        log.crash(error)
        return EXIT_BUG
    log.fail(message, code)
    return code
