"""Dividing a corpus, or what is counted in it, into ranges that can be worked on by themselves.

In: sizes, and codes where a cut must not go through a document. Out: half-open ranges.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np

from termmine.kernels.codes import DOCUMENT_END, SOURCE_END
from termmine.runtime.spill import SpillArray

Span = tuple[int, int]  # a half-open range

_LEAST_SHARE = 32  # a range is at least 1/32 of a thread's share
DOCUMENT_ENDS = (int(DOCUMENT_END), int(SOURCE_END))


def spans_between(ends: tuple[int, ...], stored: SpillArray, cuts: Iterable[int]) -> list[Span]:
    """Ranges of a stored array, the first after its first entry, each other one behind the next of ``ends`` from a cut
    on.

    There are fewer where there are not enough such entries. With `DOCUMENT_ENDS` no n-gram of a corpus reaches from one
    range into the next, and no document.
    """
    length = len(stored)
    begins = [min(1, length)]
    for cut in cuts:
        at = _behind(ends, stored, max(cut, begins[-1]))
        if at == length:
            break
        begins.append(at)
    return list(pairwise([*begins, length]))


def even_cuts(length: int, parts: int) -> list[int]:
    """Places to cut so many entries at, into so many even parts."""
    return [part * length // parts for part in range(1, parts)]


def tapering_cuts(length: int, threads: int) -> Iterator[int]:
    """Places to cut so many entries at, into ever smaller parts, so that no thread waits long for the others.

    Each is half of a thread's share of the rest, and not too small to be worth its while (guided self-scheduling:
    Polychronopoulos and Kuck, 1987).
    """
    at, least = 0, length // (_LEAST_SHARE * threads) + 1
    while threads > 1 and length - at > least:
        at += max((length - at) // (2 * threads), least)
        yield at


def _behind(ends: tuple[int, ...], stored: SpillArray, start: int) -> int:
    """The first position from start on that follows one of the ends."""
    size = 1 << 12  # the next end is mostly near
    while start < len(stored):
        found = np.isin(stored.read(start, min(start + size, len(stored))), ends).nonzero()[0]
        if len(found):
            return start + int(found[0]) + 1
        start, size = start + size, min(2 * size, 1 << 20)
    return len(stored)


def chunks(span: Span, size: int) -> Iterator[Span]:
    """A range in pieces of so many places."""
    for lo in range(*span, size):
        yield lo, min(lo + size, span[1])


def groups(sizes: np.ndarray, capacity: int) -> Iterator[Span]:
    """Rows of neighbouring partitions that hold at most so many pairs together; a larger one stands alone."""
    first = total = 0
    for p, size in enumerate(sizes.tolist()):
        if p > first and total + size > capacity:
            yield first, p
            first, total = p, 0
        total += size
    yield first, len(sizes)


def even_spans(limits: np.ndarray, parts: int) -> list[Span]:
    """Rows of neighbouring partitions of about the same number of pairs."""
    wanted = np.linspace(limits[0], limits[-1], parts + 1)[1:-1]
    cuts = [0, *np.searchsorted(limits, wanted).tolist(), len(limits) - 1]
    return [(a, b) for a, b in pairwise(cuts) if a < b]
