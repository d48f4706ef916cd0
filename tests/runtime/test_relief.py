"""Memory is kept to by the work itself, not by the watching thread alone, which may come too late."""

from __future__ import annotations

import threading
from pathlib import Path
from unittest import mock

import numpy as np

from termmine.runtime import memory
from termmine.runtime.job import Job
from termmine.runtime.memory import MIB, MemoryGuard
from termmine.text import alphabet
from termmine.text.encode import encode


def test_pages_are_dropped_where_memory_runs_short(tmp_path: Path) -> None:
    guard = MemoryGuard(512 * MIB, tmp_path)
    mapping = guard.map_scratch(4 * MIB, hot=True)
    np.frombuffer(mapping, dtype=np.uint8)[:] = 7
    with mock.patch.object(memory, "resident", lambda: 600 * MIB), mock.patch.object(threading.Thread, "start"):
        assert guard.relieve() < 0
        guard.start()
        with mock.patch.object(guard, "_drop_pages", wraps=guard._drop_pages) as dropped:
            assert guard.relieve() < 0
        assert dropped.call_count == 1
    assert (np.frombuffer(mapping, dtype=np.uint8) == 7).all()


def test_every_piece_of_work_looks_at_the_memory() -> None:
    for threads in (1, 2):
        job = Job(threads=threads)
        with mock.patch.object(MemoryGuard, "relieve", return_value=0) as relieve:
            assert list(job.stream(lambda i: i + 1, range(5))) == [1, 2, 3, 4, 5]
        assert relieve.call_count == 5


def test_words_are_numbered_some_at_a_time() -> None:
    words = " ".join(f"w{i}" for i in range(1000))
    whole = encode([words], job=Job(threads=1))
    with (
        mock.patch.object(alphabet, "_ADOPTED", 100),
        mock.patch.object(MemoryGuard, "relieve", return_value=0) as relieve,
    ):
        parts = encode([words], job=Job(threads=1))
    assert relieve.call_count >= 10
    np.testing.assert_array_equal(parts.codes, whole.codes)
    assert list(parts.alphabet.word_texts) == list(whole.alphabet.word_texts)
