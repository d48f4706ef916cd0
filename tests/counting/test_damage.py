"""A damaged or forged count file is one clear error, whatever it is used for; nothing crashes, hangs or is believed.

`TERMMINE_ATTACK=100 pytest -n 0 -s tests/counting/test_damage.py` tries a hundred times as many, and prints a table.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from support import damage, naive
from termmine import TermmineError
from termmine.counting.countfile.read import load
from termmine.runtime.arrays import IN_MEMORY

TIMES = int(os.environ.get("TERMMINE_ATTACK", "1"))
N = 8 if naive.TINY else 12  # files of each kind; a forger's more, for each kind holds many


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> damage.Good:
    return damage.make_good(tmp_path_factory.mktemp("whole"), neighbours=True)


@pytest.fixture(scope="module")
def counts_alone(tmp_path_factory: pytest.TempPathFactory) -> damage.Good:
    return damage.make_good(tmp_path_factory.mktemp("counts"), no_text=True)


#: What comes of the good files, by their paths.
EXPECTED: dict[Path, dict[str, bytes | None]] = {}


def attacked(good: damage.Good, kind: str, n: int) -> Counter[tuple[str, str]]:
    """What became of so many files: (use, outcome) -> how many."""
    tally: Counter[tuple[str, str]] = Counter()
    if good.path not in EXPECTED:
        EXPECTED[good.path] = damage.expected_of(good)
    for use, outcome, number in damage.outcomes(good, EXPECTED[good.path], kind, TIMES, n * TIMES, N):
        assert outcome in ("error", "same", "other"), (kind, use, outcome, number)
        tally[use, outcome] += 1
    print(f"{kind:28}" + "  ".join(f"{use} {outcome}: {n}" for (use, outcome), n in sorted(tally.items())))
    return tally


@pytest.mark.parametrize("kind", damage.DAMAGES)
def test_damage_is_an_error(good: damage.Good, kind: str) -> None:
    tally = attacked(good, kind, N)
    assert {outcome for _, outcome in tally} == {"error"}
    assert {use for use, _ in tally} == set(damage.USES)


@pytest.mark.parametrize("kind", damage.FORGERIES)
def test_a_forgery_is_an_error_or_could_be_so(good: damage.Good, kind: str) -> None:
    """What somebody has counted otherwise, and sealed, cannot be told; it ends as any other file does."""
    n = N * (3 if kind in ("forged values", "forged header") else 2)
    tally = attacked(good, kind, n)
    assert tally["info", "error"] > 0.8 * sum(n for (use, _), n in tally.items() if use == "info")


@pytest.mark.parametrize("kind", ["body: a bit", "header: a bit", "forged values"])
def test_counts_without_text_are_looked_through_as_well(counts_alone: damage.Good, kind: str) -> None:
    tally = attacked(counts_alone, kind, N // 2)
    assert tally["info", "error"] > 0.8 * sum(n for (use, _), n in tally.items() if use == "info")


def test_the_good_file_is_good(good: damage.Good, counts_alone: damage.Good) -> None:
    assert None not in damage.expected_of(good).values()
    assert [use for use, found in damage.expected_of(counts_alone).items() if found] == ["info", "background"]


def test_flipping_any_bit_of_a_section_is_told(good: damage.Good, tmp_path: Path) -> None:
    """One flip at the beginning, in the middle and at the end of each section names that section."""
    for section in good.header["sections"]:
        n_bytes = section["length"] * int(section["dtype"][-1])
        for at in {0, n_bytes // 2, n_bytes - 1} if n_bytes else set():
            bad = bytearray(good.data)
            bad[section["offset"] + at] ^= 4
            (tmp_path / "bad.tmc").write_bytes(bad)
            with pytest.raises(TermmineError, match=r"bad.tmc: is damaged \(in .+\): count again"):
                load(tmp_path / "bad.tmc", IN_MEMORY)
