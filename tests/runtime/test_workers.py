"""Work that is spread over threads: each piece once, each state in one thread at a time, the same sums."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator

import pytest

from termmine.runtime.job import Job
from termmine.runtime.memory import MemoryGuard


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
    Job(threads=threads).spread(range(n), lambda piece, counter: counter.add(piece), counters)
    assert sum(counter.total for counter in counters) == sum(range(n))


@pytest.mark.parametrize("n", [1, 2, 3])
def test_each_piece_goes_to_one_state(n: int) -> None:
    """Also where there are fewer of them than threads."""
    seen: list[list[int]] = [[] for _ in range(n)]
    Job(threads=3).spread(range(2000), lambda piece, mine: mine.append(piece), seen)
    assert sorted(itertools.chain(*seen)) == list(range(2000))


def test_a_piece_may_wait_for_the_one_before_it() -> None:
    """The first of two that wait for each other has always been begun before."""
    done = [threading.Event() for _ in range(200)]

    def work(piece: int) -> int:
        if piece:
            assert done[piece - 1].wait(60)
        done[piece].set()
        return piece

    assert list(Job(threads=3).stream(work, range(200))) == list(range(200))


@pytest.mark.parametrize("threads", [1, 3])
def test_few_more_pieces_are_drawn_than_threads_can_work_on(threads: int) -> None:
    """A piece is megabytes: those that wait would pile up."""
    drawn = done = 0
    lock = threading.Lock()

    def pieces() -> Iterator[int]:
        nonlocal drawn
        for piece in range(50):
            with lock:
                drawn += 1
                assert drawn - done <= threads + 2
            yield piece

    def work(piece: int, state: None) -> None:
        nonlocal done
        with lock:
            done += 1

    Job(threads=threads).spread(pieces(), work, [None] * threads)
    assert done == 50


@pytest.mark.parametrize("threads", [1, 3])
def test_what_a_thread_raises_is_raised(threads: int) -> None:
    def work(piece: int, state: None) -> None:
        if piece == 5:
            raise ValueError("five")

    with pytest.raises(ValueError, match="five"):
        Job(threads=threads).spread(range(10), work, [None] * threads)


def test_where_memory_is_short_this_thread_works_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """And what other threads had begun comes first."""
    crowded = iter([False] * 3 + [True] * 4 + [False] * 3)
    monkeypatch.setattr(MemoryGuard, "is_crowded", lambda _: next(crowded))
    begun: list[tuple[int, int]] = []

    def work(piece: int) -> int:
        begun.append((piece, threading.get_ident()))
        return piece

    assert list(Job(threads=3).stream(work, range(10))) == list(range(10))
    assert {piece for piece, _ in begun[:3]} == {0, 1, 2}
    assert begun[3:7] == [(piece, threading.get_ident()) for piece in range(3, 7)]
    assert len(begun) == 10
