"""Work on several threads, its results in a fixed order.

In: a pool of threads, a function, items. Out: the function's values in the order of the items. The memory that the work
may take is not known here; ``is_crowded`` says when it runs short.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from queue import SimpleQueue
from typing import TypeVar

In = TypeVar("In")
Out = TypeVar("Out")
State = TypeVar("State")


def stream(
    pool: Executor, function: Callable[[In], Out], items: Iterable[In], most: int, is_crowded: Callable[[], bool]
) -> Iterator[Out]:
    """Yield each item's value in its turn; at most ``most`` items are worked on ahead of it.

    Where memory is so short that pages come and go, the calling thread does the work alone, so that pages do not come
    faster than they are dropped.
    """
    ahead: deque[Future[Out]] = deque()
    for item in items:
        if is_crowded():
            while ahead:
                yield ahead.popleft().result()
            yield function(item)
            continue
        ahead.append(pool.submit(function, item))
        if len(ahead) > most:
            yield ahead.popleft().result()
    while ahead:
        yield ahead.popleft().result()


def spread(
    streamed: Callable[[Callable[[In], None], Iterable[In]], Iterator[None]],
    items: Iterable[In],
    work: Callable[[In, State], None],
    states: Sequence[State],
) -> None:
    """Call ``work(item, state)`` for each item, where ``streamed`` does the work on items in several threads."""
    free: SimpleQueue[State] = SimpleQueue()
    for state in states:
        free.put(state)

    def run(item: In) -> None:
        state = free.get()
        try:
            work(item, state)
        finally:
            free.put(state)

    for _ in streamed(run, items):
        pass
