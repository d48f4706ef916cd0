"""A run's figures: the seconds of its stages, and the sums of its readings."""

from __future__ import annotations

import pytest

from termmine.readers.base import ReadReport
from termmine.runtime import meter
from termmine.runtime.meter import Meter


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that stands at its only entry."""
    now = [100.0]
    monkeypatch.setattr(meter.time, "monotonic", lambda: now[0])
    return now


def test_a_stage_within_another_has_its_time_for_itself(clock: list[float]) -> None:
    taken = Meter()
    clock[0] += 1
    for _ in range(2):
        with taken.stage("outer"):
            clock[0] += 2
            with taken.stage("inner"):
                clock[0] += 4
            clock[0] += 8
        clock[0] += 16
    assert taken.figures()["stages"] == {"outer": 20.0, "inner": 8.0}


def test_the_stages_of_a_failure_and_of_a_moment(clock: list[float]) -> None:
    """Figures can be had while a stage lasts, and one that raises has ended."""
    taken = Meter()
    with pytest.raises(ValueError, match="bad"), taken.stage("reading"):
        clock[0] += 3
        assert taken.figures()["stages"] == {"reading": 3.0}
        clock[0] += 0.0019
        raise ValueError("bad")
    clock[0] += 5
    assert taken.figures()["stages"] == {"reading": 3.001}


def test_readings_count_as_they_grow() -> None:
    taken = Meter()
    first, second = ReadReport.of(taken), ReadReport.of(taken)
    first.n_bytes, first.n_documents, first.n_bad = 10, 2, 1
    second.n_bytes = 5
    assert taken.figures() == {"n_bytes": 15, "n_records": 3, "n_bad_records": 1, "stages": {}}
