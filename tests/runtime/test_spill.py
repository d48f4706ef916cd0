"""Spill arrays: whatever their room, they read as the array that was written to them."""

from __future__ import annotations

import errno
import gc
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import naive
from termmine import TermmineError
from termmine.runtime.spill import OpenFile, SpillArray


@naive.compared("spill arrays: any room")
@given(
    parts=st.lists(st.lists(st.integers(-(2**31), 2**31 - 1), max_size=9), max_size=9),
    room=st.sampled_from([None, 0, 8, 60, 10_000]),
    expected=st.sampled_from([0, 3, 10_000]),
    reads=st.lists(st.tuples(st.integers(-5, 90), st.integers(0, 90)), max_size=9),
    writes=st.lists(st.tuples(st.integers(0, 80), st.lists(st.integers(0, 9), min_size=1, max_size=4)), max_size=4),
)
def test_a_tape_is_its_array(
    parts: list[list[int]],
    room: int | None,
    expected: int,
    reads: list[tuple[int, int]],
    writes: list[tuple[int, list[int]]],
) -> None:
    kept, plain = SpillArray(np.int32, room=room, fill=-7, expected=expected), [n for part in parts for n in part]
    for part in parts:
        kept.append(np.array(part, dtype=np.int32))
    kept.finish()
    for start, values in writes:
        if start + len(values) <= len(plain):
            kept.write(start, np.array(values, dtype=np.int32))
            plain[start : start + len(values)] = values
    assert len(kept) == len(plain)
    assert np.asarray(kept).tolist() == plain
    assert kept.in_memory == (room is None or 4 * len(plain) <= room)
    for start, size in reads:
        inside = [plain[i] if 0 <= i < len(plain) else -7 for i in range(start, start + size)]
        assert kept.read(start, start + size).tolist() == inside


@pytest.mark.parametrize("in_memory", [True, False])
def test_a_blank_tape_is_written_in_any_order(tmp_path: Path, in_memory: bool) -> None:
    kept = SpillArray.blank(np.int32, 5, in_memory=in_memory, folder=tmp_path, fill=-7)
    for start, values in [(3, [3, 4]), (0, [0, 1, 2])]:
        kept.write(start, np.array(values, dtype=np.int32))
    assert kept.in_memory == in_memory
    assert kept.read(-1, 6).tolist() == [-7, 0, 1, 2, 3, 4, -7]


def test_a_stored_tape(tmp_path: Path) -> None:
    path = tmp_path / "numbers"
    path.write_bytes(b"head" + np.arange(10, dtype=np.int64).tobytes() + b"tail")
    file = OpenFile(path.open("rb", buffering=0), str(path))
    assert SpillArray.stored(file, np.int64, 4, 10).read(3, 12).tolist() == [3, 4, 5, 6, 7, 8, 9, 0, 0]
    with pytest.raises(TermmineError, match="numbers: is shorter than it says: count again"):
        SpillArray.stored(file, np.int64, 4, 20).read(0, 20)


def test_a_scratch_file_has_no_name(tmp_path: Path) -> None:
    kept = SpillArray(np.int32, room=0, folder=tmp_path)
    kept.append(np.arange(5, dtype=np.int32))
    assert list(tmp_path.iterdir()) == []
    assert kept.read(1, 3).tolist() == [1, 2]


def test_no_place_for_scratch_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = SpillArray(np.int32, room=0, folder=tmp_path)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(OpenFile, "write", full)
    with pytest.raises(TermmineError, match="No space left on device: no place for scratch files; nothing was"):
        kept.append(np.arange(5, dtype=np.int32))
    with pytest.raises(TermmineError, match="No such file or directory: no place for scratch files"):
        SpillArray(np.int32, room=0, folder=tmp_path / "gone").append(np.arange(5, dtype=np.int32))


@pytest.mark.parametrize("looped", [False, True])
def test_a_file_is_closed_with_its_last_array(tmp_path: Path, looped: bool) -> None:
    """Also where the array is one of several objects that hold each other, as an error holds what it went through."""
    file = (tmp_path / "numbers").open("wb+", buffering=0)
    kept = {"array": SpillArray.stored(OpenFile(file, "numbers"), np.int64, 0, 0)}
    if looped:
        kept["itself"] = kept  # type: ignore[assignment]
    del kept
    gc.collect()
    assert file.closed
