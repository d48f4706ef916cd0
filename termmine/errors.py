"""The errors that a user may see.

Every class here becomes one line on stderr and an exit code; anything else that escapes is a bug of ours.
A message says where, what, and what to do next.
"""

import shutil
import sys
from pathlib import Path


class TermmineError(Exception):
    """Bad data or a failing environment: one line for the user, exit code 1."""

    exit_code = 1


class UsageError(TermmineError):
    """An option or an argument that makes no sense: one line for the user, exit code 2."""

    exit_code = 2


class EmptyResultError(TermmineError):
    """Nothing is left to report; the message says which threshold removed the last candidates."""


class BusyError(TermmineError):
    """Another process is writing the same file: nothing is wrong, a later try may do; EX_TEMPFAIL of `sysexits.h`."""

    exit_code = 75


class ReaderGoneError(TermmineError):
    """Nobody reads standard output any more (`| head`): the reader has all that it wanted, so that nothing is wrong."""

    exit_code = 0


def missing_package(what: str, package: str) -> UsageError:
    """The message for a package that is needed and not installed, with a command that installs it for this Python.

    It names the package itself: that works however termmine was installed.
    """
    quoted = f'"{package}"' if "[" in package else package
    return UsageError(f"{what} needs the package {package}, which is not installed: run {_pip()} install {quoted}")


def _pip() -> str:
    """The command that calls pip for this Python: pip's own name where that is the one beside it."""
    found = shutil.which("pip")
    beside = found is not None and Path(found).parent == Path(sys.executable).parent
    return "pip" if beside else f"{sys.executable} -m pip"
