"""The memory of the process: what it may hold, and what keeps it below that."""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from termmine.errors import TermmineError
from termmine.runtime import columns, memory
from termmine.runtime.arrays import IN_MEMORY, Arrays
from termmine.runtime.columns import put, slices
from termmine.runtime.memory import MIB, PAGES, RESERVE, MemoryGuard, resident


def test_the_memory_of_a_control_group(tmp_path: Path) -> None:
    """What it says where it says a number; nothing where it has no limit, or where nobody may read it."""
    limit = tmp_path / "memory.max"
    for text, number in (("1073741824\n", 1 << 30), ("max\n", None), ("", None), ("\N{FULLWIDTH DIGIT ONE}", None)):
        limit.write_text(text, encoding="utf-8")
        assert memory._number_in(limit) == number
    assert memory._number_in(tmp_path) is None
    assert memory._number_in(tmp_path / "nowhere") is None


@contextlib.contextmanager
def limited(memory: int, folder: Path | None) -> Iterator[tuple[MemoryGuard, Arrays]]:
    guard = MemoryGuard(memory, folder)
    guard.start()
    try:
        yield guard, Arrays(guard)
    finally:
        guard.stop()


def settle() -> None:
    """Give back what the tests before have left, in cycles too."""
    gc.collect()
    MemoryGuard(0, None).give_back()


def test_the_memory_of_this_process() -> None:
    before = resident()
    block = np.ones(64 * MIB, dtype=np.uint8)
    assert 56 * MIB < resident() - before < 200 * MIB
    assert block.all()
    assert memory.machine_memory() >= resident()


def test_there_is_room_for_a_share_of_what_is_left(tmp_path: Path) -> None:
    left = 100 * MIB
    settle()
    with limited(resident() + RESERVE + PAGES + left, tmp_path) as (guard, _):
        assert not guard.has_room(60 * MIB, 0.5)
        assert guard.has_room(30 * MIB, 0.5)  # 70 are left
        assert guard.has_room(30 * MIB, 0.5)  # 40
        assert not guard.has_room(30 * MIB, 0.5)
        assert guard.has_room(15 * MIB, 0.5)
    assert guard.has_room(1 << 50, 0.5)


def test_a_guard_is_on_until_its_last_stop() -> None:
    guard = MemoryGuard(0, None)
    states = [guard.is_on]
    for step in (guard.start, guard.start, guard.stop, guard.stop, guard.start, guard.stop):
        step()
        states.append(guard.is_on)
    assert states == [False, True, True, True, False, True, False]


@pytest.mark.parametrize(
    "make", [Arrays.zeros, lambda arrays, shape, dtype: arrays.full(shape, 7, dtype)], ids=["zeros", "full"]
)
def test_large_arrays_stay_below_the_limit(make: Any, tmp_path: Path) -> None:
    """Four times as much as there is room for is written and read again; and no file is to be seen."""
    room = 64 * MIB
    settle()
    limit = resident() + RESERVE + room
    most, parts = 0, []
    with limited(limit, tmp_path) as (_, arrays):
        for i in range(16):
            part = make(arrays, (2 * MIB, 2), np.int32)
            before = int(part[5, 1])
            for here in slices(0, len(part), 1 << 16):
                part[here] = before + i
                most = max(most, resident())
            parts.append(part)
        assert os.listdir(tmp_path) == []  # noqa: PTH208
        for i, part in enumerate(parts):
            assert (part.min(), part.max()) == (before + i, before + i)
            most = max(most, resident())
    assert sum(part.nbytes for part in parts) == 4 * room
    assert most < limit


def test_dropped_pages_are_given_back(tmp_path: Path) -> None:
    """While a limit is in force and the process above it, and whenever that is asked for."""
    with limited(resident() + RESERVE + 16 * MIB, tmp_path) as (guard, arrays):
        array = arrays.zeros(32 * MIB, np.uint8)
    array.fill(1)
    assert resident() > 32 * MIB
    before = resident()
    guard.give_back()
    assert resident() < before - 24 * MIB
    array.fill(2)
    before = resident()
    guard.memory = before - 16 * MIB
    guard.start()
    deadline = time.monotonic() + 60
    while resident() > before - 24 * MIB:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    guard.stop()
    assert array.min() == 2


def test_it_is_crowded_where_more_is_looked_into_than_there_is_room_for(tmp_path: Path) -> None:
    settle()
    with limited(resident() + RESERVE + PAGES, tmp_path) as (guard, arrays):
        arrays_gone_through = [arrays.zeros(40 * MIB, np.uint8) for _ in range(3)]
        looked_into = [arrays.zeros(50 * MIB, np.uint8, hot=True)]
        assert not guard.is_crowded()
        looked_into.append(arrays.zeros(50 * MIB, np.uint8, hot=True))
        assert guard.is_crowded()
        del looked_into[0], arrays_gone_through
        assert not guard.is_crowded()
    assert not guard.is_crowded()


def test_a_full_disk_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full)
    with (
        limited(RESERVE, tmp_path) as (_, arrays),
        pytest.raises(TermmineError, match=r"No space left on device: no place for scratch files; nothing was written"),
    ):
        arrays.empty(2 * MIB, np.uint8)
    assert os.listdir(tmp_path) == []  # noqa: PTH208


def test_a_mapped_part_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "numbers"
    numbers = np.arange(100_000, dtype=np.int32)
    path.write_bytes(b"abcd" + numbers.tobytes())
    with path.open("rb") as file:
        for first, n in ((0, 100_000), (1, 99_999), (50_000, 10), (99_999, 1), (7, 0)):
            found = IN_MEMORY.map_file(file, np.int32, 4 + 4 * first, n)
            assert found.tolist() == numbers[first : first + n].tolist()
    if n:
        found[0] = 5
    assert path.read_bytes()[4:] == numbers.tobytes()


# --- columns ---------------------------------------------------------------------------------------------------------


@given(
    keys=st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 5), max_size=60),
    size=st.integers(1, 70),
)
def test_order_in_parts(keys: list[int], size: int) -> None:
    column = np.array(keys, dtype=np.uint64)
    parts = [part.tolist() for part in IN_MEMORY.in_order(column, size)]
    expected = sorted(range(len(keys)), key=lambda i: (keys[i], i))
    assert [i for part in parts for i in part] == expected
    for before, after in pairwise(parts):
        assert keys[before[-1]] < keys[after[0]]


def test_parts_have_about_the_size() -> None:
    keys = np.random.default_rng(1).integers(0, 1 << 60, 300_000).astype(np.uint64)
    sizes = [len(part) for part in IN_MEMORY.in_order(keys, 10_000)]
    assert sum(sizes) == len(keys)
    assert max(sizes) < 11_000


@given(st.lists(st.booleans(), max_size=50), st.integers(1, 60))
def test_columns_in_parts(marks: list[bool], at_once: int) -> None:
    column = np.array(marks, dtype=bool)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "ROWS_AT_ONCE", at_once)
        where = IN_MEMORY.where(column)
        assert where.tolist() == [i for i, mark in enumerate(marks) if mark]
        assert IN_MEMORY.take(column, where).tolist() == [True] * len(where)
        assert IN_MEMORY.in_parts(lambda a, b: a ^ b, column, ~column, dtype=bool).all()
        numbers = np.full(len(marks), -1)
        put(numbers, where)
        assert numbers[where].tolist() == list(range(len(where)))
        put(numbers, where, 2 * where)
        assert numbers[where].tolist() == (2 * where).tolist()
        assert IN_MEMORY.joined([column, ~column, where], np.int64).tolist() == [*column, *~column, *where]
