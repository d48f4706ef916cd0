"""One loop over pieces of work, in this thread or in several; the kernels let go of the interpreter's lock.

The result must not depend on who did what: a worker adds whole numbers to a state that it has to itself, and the
states are added up in the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

Piece = TypeVar("Piece")
State = TypeVar("State")


def over(pieces: Iterable[Piece], work: Callable[[Piece, State], None], states: Sequence[State]) -> None:
    """Call ``work(piece, state)`` for each piece, in as many threads as there are states, each state in one at a time.

    The pieces are drawn in this thread, one more at most than are being worked on.
    """
    if len(states) == 1:
        for piece in pieces:
            work(piece, states[0])
        return
    free = list(states)
    running: dict[Future[None], State] = {}
    with ThreadPoolExecutor(len(states)) as pool:
        for piece in pieces:
            if not free:
                _collect(running, free, FIRST_COMPLETED)
            state = free.pop()
            running[pool.submit(work, piece, state)] = state
        for future in running:
            future.result()


def _collect(running: dict[Future[None], State], free: list[State], when: str) -> None:
    """Move the states of those that are done to the free ones; what a thread raised is raised here."""
    for future in wait(running, return_when=when).done:
        free.append(running.pop(future))
        future.result()
