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


def document_spans(codes: Tape, parts: int) -> list[Span]:
    """Ranges of the corpus that begin after the first separator and where a document ends: at most so many, even ones.

    No n-gram reaches from one into the next, and no document.
    """
    length = len(codes)
    cuts = [min(1, length)]
    for part in range(1, parts):
        at = _document_end(codes, max(part * length // parts, cuts[-1]))
        if cuts[-1] < at < length:
            cuts.append(at)
    cuts.append(length)
    return list(pairwise(cuts))


def _document_end(codes: Tape, start: int) -> int:
    """The first position from start on that follows the end of a document."""
    for lo, hi in chunks((start, len(codes)), 1 << 16):
        ends = np.isin(codes.read(lo, hi), (k.DOCUMENT_END, k.SOURCE_END)).nonzero()[0]
        if len(ends):
            return lo + int(ends[0]) + 1
    return len(codes)


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
