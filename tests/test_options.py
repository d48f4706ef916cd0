"""The default that depends on the corpus: the least frequency."""

from __future__ import annotations

from itertools import pairwise

from termmine.options import PLAINLY_ATTESTED, SYMBOLS_A_TIME, default_min_freq

SIZES = [
    0,
    1,
    *(10**n // 4 for n in range(1, 14)),
    *(10**n for n in range(1, 14)),
    *(SYMBOLS_A_TIME * n for n in range(90)),
]


def test_the_least_frequency_never_falls_and_stops_where_a_term_is_attested() -> None:
    found = [default_min_freq(size) for size in sorted(SIZES)]
    assert all(before <= after for before, after in pairwise(found))
    assert (found[0], found[-1]) == (2, PLAINLY_ATTESTED)
    assert default_min_freq(SYMBOLS_A_TIME * PLAINLY_ATTESTED) == PLAINLY_ATTESTED
    assert default_min_freq(SYMBOLS_A_TIME * PLAINLY_ATTESTED - 1) == PLAINLY_ATTESTED - 1


def test_the_least_frequencies_that_the_documents_name() -> None:
    sizes = [30_000, 10**6, 10**7, 6 * 10**7, 2 * 10**8, 4 * 10**8, 59 * 10**9]
    assert [default_min_freq(size) for size in sizes] == [2, 4, 5, 7, 25, 50, 50]
