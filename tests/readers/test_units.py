"""Samples and duplicates: lines and documents that are left out of a text that streams by."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.naive_units import chosen, murmur
from termmine.readers import units
from termmine.readers.units import Choice, choose
from termmine.runtime.job import Job
from termmine.types import Block

JOB = Job(threads=1)


def test_the_twin_has_the_published_hash() -> None:
    """The check value that the author of the hash gives for it: of the keys (), (0), (0, 1) ... with falling seeds."""
    hashes = b"".join(
        half.to_bytes(8, "little") for n in range(256) for half in murmur(bytes(range(n)), 256 - n)
    )  # fmt: skip
    assert murmur(hashes)[0] & 0xFFFFFFFF == 0x6384BA69


def blocks(text: str, cuts: list[int]) -> Iterator[Block]:
    """A text in blocks that are cut at those places, every second one as code points."""
    limits = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    for n, (lo, hi) in enumerate(pairwise(limits)):
        part = text[lo:hi]
        yield np.frombuffer(part.encode("utf-32-le"), dtype=np.uint32) if n % 2 else part


def joined(found: Iterator[Block]) -> str:
    return "".join(part if isinstance(part, str) else part.tobytes().decode("utf-32-le") for part in found)


def numbers(choice: Choice) -> tuple[int, int, int]:
    return choice.n_units, choice.n_sampled, choice.n_repeated


UNITS = st.text(st.sampled_from("变压器 \u3000a𠀀"), max_size=6)
TEXTS = st.lists(st.tuples(UNITS, st.sampled_from("\n\n\n\r\u2028\u2029\x1e\x1c")), max_size=40).map(
    lambda pairs: "".join(unit + end for unit, end in pairs) + "\x1c"
)


@given(TEXTS, st.lists(st.integers(0, 300), max_size=6), st.booleans(), st.sampled_from([1.0, 0.5, 0.1]), st.booleans(),
       st.integers(1, 20))  # fmt: skip
@settings(max_examples=1000)
def test_the_same_text_and_numbers_as_the_twin(
    text: str, cuts: list[int], by_lines: bool, rate: float, once: bool, most: int
) -> None:
    """However the text is cut, and however few hashes memory holds."""
    choice = Choice(by_lines, rate, once)
    with pytest.MonkeyPatch.context() as small:
        small.setattr(units, "_LEAST_PLACES", 2)
        small.setattr(units, "_HELD", 32)
        small.setattr(units, "_AT_ONCE", 5)
        found = joined(choose(blocks(text, cuts), choice, JOB, most))
    assert (found, numbers(choice)) == chosen(text, by_lines=by_lines, rate=rate, once=once)


def test_many_units_in_little_memory() -> None:
    """Parts that are larger than memory, hashes and text in files, a table that grows."""
    random = np.random.default_rng(1)
    names = random.integers(0, 20_000, 50_000).tolist()
    text = "".join(f"第{name}号变压器\n" for name in names) + "\x1c"
    for most in (10, 5_000, None):
        choice = Choice(True, 1.0, True)
        found = joined(choose(blocks(text, list(range(0, len(text), 40_000))), choice, JOB, most))
        assert [line for line in found.split("\n")[:-1] if line] == [f"第{n}号变压器" for n in dict.fromkeys(names)]
        assert numbers(choice) == (50_000, 50_000, 50_000 - len(set(names)))


def test_a_unit_that_is_longer_than_memory_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "_HELD", 1000)
    text = "变压器\n" * 2000 + "\x1c"
    choice = Choice(False, 1.0, True)
    cuts = list(range(0, 3 * len(text), 997))
    limits = [*cuts, 3 * len(text)]
    parts = ((3 * text)[lo:hi] for lo, hi in pairwise(limits))
    found = joined(choose(parts, choice, JOB))
    assert found == text + "\x1c\x1c"
    assert numbers(choice) == (3, 3, 2)


def test_a_sample_is_about_as_large_as_it_says() -> None:
    """By chance of one in a million it would be further from it; and samples of other sizes hold one another."""
    text = "".join(f"{n}号变压器\n" for n in range(20_000)) + "\x1c"
    taken = {}
    for rate in (0.02, 0.1, 0.5):
        choice = Choice(True, rate)
        taken[rate] = set(joined(choose([text], choice, JOB)).split())
        assert abs(choice.n_sampled - 20_000 * rate) < 5 * (20_000 * rate * (1 - rate)) ** 0.5
        assert len(taken[rate] - {"\x1c"}) == choice.n_sampled
    assert taken[0.02] < taken[0.1] < taken[0.5]


def test_what_is_told() -> None:
    both = Choice(True, 0.1, True, 100, 12, 3)
    assert both.notes() == ["a sample: 12 of 100 lines", "left out 3 of 12 lines, which had come before"]
    assert Choice(False, 1.0, True, 100, 100, 0).notes() == ["left out 0 of 100 documents, which had come before"]
    assert Choice(False).notes() == []
