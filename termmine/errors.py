"""What a user may see when something is wrong.

Every class here becomes one line on stderr and an exit code; anything else that escapes is a bug of ours.
A message says where, what, and what to do next.
"""


class TermmineError(Exception):
    """Bad data or a failing environment: one line for the user, exit code 1."""

    exit_code = 1


class UsageError(TermmineError):
    """An option or an argument that cannot be meant so: one line for the user, exit code 2."""

    exit_code = 2


class EmptyResultError(TermmineError):
    """Nothing is left to report; the message says which threshold removed the last candidates."""


class BusyError(TermmineError):
    """Another process is writing the same file: nothing is wrong, a later try may do; EX_TEMPFAIL of `sysexits.h`."""

    exit_code = 75


class ReaderGoneError(TermmineError):
    """Nobody reads standard output any more (`| head`): whoever did has what was wanted, so that nothing is wrong."""

    exit_code = 0
