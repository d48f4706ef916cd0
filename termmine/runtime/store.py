"""The parts that all stores share: what they tell of an object, and the errors of reaching one.

In: what a store said. Out: facts, and errors. No store is reached here.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from termmine.errors import TermmineError

TRIES = 5  # times in a row that nothing is read before we give up: some 3 seconds of waiting
FIRST_WAIT = 0.2  # seconds before the second try; twice as long before each further one

Value = TypeVar("Value")


class DroppedError(Exception):
    """A connection that broke, or a server that is busy: another try may do."""


@dataclass(frozen=True)
class Facts:
    """What a store tells of an object.

    ``size``: its bytes, None where the store does not say. ``version``: changes with the contents; empty where the
    store knows of no such thing. ``in_parts``: it can be read from any byte on. ``is_folder``: it holds others.
    """

    size: int | None = None
    version: str = ""
    in_parts: bool = True
    is_folder: bool = False

    def is_other_than(self, earlier: Facts) -> bool:
        """True where what was read before belonged to other contents."""
        versions, sizes = {self.version, earlier.version}, {self.size, earlier.size}
        return ("" not in versions and len(versions) > 1) or (None not in sizes and len(sizes) > 1)


def retried(address: str, attempt: Callable[[], Value]) -> Value:
    """The value of an attempt, which is made again where a connection drops."""
    n_failed = 0
    while True:
        try:
            return attempt()
        except DroppedError as error:  # noqa: PERF203  # a try is a request
            n_failed += 1
            if n_failed == TRIES:
                shown = masked(address)
                raise TermmineError(
                    f"{shown}: cannot be reached ({error}): check the network, and try again"
                ) from error
            wait(n_failed)


def wait(n_failed: int) -> None:
    """Wait before the next try, the longer the more have failed."""
    time.sleep(FIRST_WAIT * 2 ** (n_failed - 1))


def changed(address: str) -> TermmineError:
    """The error for an object that was replaced while it was read."""
    return TermmineError(f"{masked(address)}: was changed while it was read: run it again")


def masked(address: str) -> str:
    """An address without what must not get into a log: a password, and the query of a web address, which may sign it.

    >>> masked("https://me:secret@host/a.txt?sig=abc")
    'https://me:***@host/a.txt?***'
    """
    shown = re.sub(r"(://[^/:@]*):[^/@]*@", r"\1:***@", address)
    return re.sub(r"\?.*", "?***", shown) if address.lower().startswith(("http://", "https://")) else shown
