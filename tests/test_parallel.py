"""The loop over pieces of work: each piece once, each state in one thread at a time, the same sums."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from termmine.parallel import over


class Counter:
    """A state that notices when two threads use it at once."""

    def __init__(self) -> None:
        self.total, self._lock = 0, threading.Lock()

    def add(self, n: int) -> None:
        assert self._lock.acquire(blocking=False)
        self.total += n
        self._lock.release()


@pytest.mark.parametrize("threads", [1, 2, 3, 7])
@pytest.mark.parametrize("n", [0, 1, 2, 100])
def test_the_sum_is_the_same_in_any_number_of_threads(threads: int, n: int) -> None:
    counters = [Counter() for _ in range(threads)]
    over(range(n), lambda piece, counter: counter.add(piece), counters)
    assert sum(counter.total for counter in counters) == sum(range(n))


@pytest.mark.parametrize("threads", [1, 3])
def test_no_more_pieces_are_drawn_than_threads_can_work_on(threads: int) -> None:
    """A piece is megabytes: those that wait would pile up."""
    drawn = done = 0
    lock = threading.Lock()

    def pieces() -> Iterator[int]:
        nonlocal drawn
        for piece in range(50):
            with lock:
                drawn += 1
                assert drawn - done <= threads + 1
            yield piece

    def work(piece: int, state: None) -> None:
        nonlocal done
        with lock:
            done += 1

    over(pieces(), work, [None] * threads)
    assert done == 50


@pytest.mark.parametrize("threads", [1, 3])
def test_what_a_thread_raises_is_raised(threads: int) -> None:
    def work(piece: int, state: None) -> None:
        if piece == 5:
            raise ValueError("five")

    with pytest.raises(ValueError, match="five"):
        over(range(10), work, [None] * threads)
