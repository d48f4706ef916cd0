"""Dividing a corpus, or what is counted in it, into ranges that can be worked on by themselves.

In: sizes, and codes where a cut must not go through a document. Out: half-open ranges.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from termmine import kernels as k
from termmine.tape import Tape

Span = tuple[int, int]  # a half-open range

DOCUMENT_ENDS = (int(k.DOCUMENT_END), int(k.SOURCE_END))


def spans_between(ends: tuple[int, ...], tape: Tape, parts: int) -> list[Span]:
    """Ranges of a tape that begin after its first entry and behind others that are one of ends: so many, even ones.

    There are fewer where there are not enough such entries. With `DOCUMENT_ENDS` no n-gram of a corpus reaches from one
    range into the next, and no document.
    """
    length = len(tape)
    cuts = [min(1, length)]
    for part in range(1, parts):
        at = _behind(ends, tape, max(part * length // parts, cuts[-1]))
        if at == length:
            break
        cuts.append(at)
    cuts.append(length)
    return list(pairwise(cuts))


def _behind(ends: tuple[int, ...], tape: Tape, start: int) -> int:
    """The first position from start on that follows one of the ends."""
    size = 1 << 12  # mostly it is not far
    while start < len(tape):
        found = np.isin(tape.read(start, min(start + size, len(tape))), ends).nonzero()[0]
        if len(found):
            return start + int(found[0]) + 1
        start, size = start + size, min(2 * size, 1 << 20)
    return len(tape)


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
