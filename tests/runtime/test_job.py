"""What a run may take: sizes, defaults, and the order of work on several threads."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from termmine import UsageError
from termmine.runtime import job as job_module
from termmine.runtime.job import LEAST_MEMORY, MIB, Job, make_job, parse_size


@pytest.mark.parametrize(
    ("text", "n_bytes"),
    [
        ("512M", 512 * MIB), ("512m", 512 * MIB), ("2G", 2048 * MIB), ("2GiB", 2048 * MIB), ("1.5g", 1536 * MIB),
        ("600MB", 600 * MIB), ("4Gi", 4096 * MIB), ("1T", MIB * MIB),
        (" 700 M ", 700 * MIB), ("536870912", 512 * MIB), ("524288k", 512 * MIB),
    ],
)  # fmt: skip
def test_sizes(text: str, n_bytes: int) -> None:
    assert parse_size(text) == n_bytes


@pytest.mark.parametrize("text", ["", "much", "2 X", "-1G", "1,5G", "1e9", "G", "5i", "9" * 400])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(UsageError, match=r"--memory .*: is no size: give a number with a unit"):
        parse_size(text)


def test_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarter of the machine's memory, at most 4 GiB; the cores that the process may use."""
    for machine, memory in ((8 << 30, 2 << 30), (64 << 30, 4 << 30), (1 << 30, LEAST_MEMORY)):
        monkeypatch.setattr(job_module, "machine_memory", lambda machine=machine: machine)
        assert make_job(None, None, None).memory == memory
    assert make_job(None, None, None).threads == len(os.sched_getaffinity(0))


def test_limits(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--memory 100M: is less than the \d+ MiB that termmine needs: give more"):
        make_job("100M", None, None)
    with pytest.raises(UsageError, match="--threads 0: must be at least 1"):
        make_job(None, 0, None)
    with pytest.raises(UsageError, match=r"--tmp .*nowhere: is no directory that can be written to: name another"):
        make_job(None, None, tmp_path / "nowhere")


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_values_come_in_the_order_of_the_items(threads: int) -> None:
    run = Job(threads=threads)
    seen = set()

    def square(i: int) -> int:
        seen.add(threading.get_ident())
        return i * i

    expected = [i * i for i in range(200)]
    assert run.map(square, range(200)) == expected
    assert list(run.stream(square, iter(range(200)))) == expected
    assert len(seen) <= threads


@pytest.mark.parametrize("threads", [1, 3])
def test_a_stream_is_drawn_only_a_little_ahead(threads: int) -> None:
    drawn = []

    def items() -> object:
        for i in range(100):
            drawn.append(i)
            yield i

    stream = Job(threads=threads).stream(lambda i: i, items())  # type: ignore[arg-type]
    assert next(stream) == 0
    assert len(drawn) <= threads + 2


@pytest.mark.parametrize("threads", [1, 3])
def test_errors_are_raised_where_the_value_is_asked_for(threads: int) -> None:
    run = Job(threads=threads)
    with pytest.raises(ZeroDivisionError):
        run.map(lambda i: 1 // i, [2, 1, 0])
    stream = run.stream(lambda i: 1 // i, [1, 0])
    assert next(stream) == 1
    with pytest.raises(ZeroDivisionError):
        next(stream)
