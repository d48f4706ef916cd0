"""Small tables to look at, and counting as it is in a small memory: what several tests share."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from unittest import mock

import numpy as np

from support import naive
from termmine.counting import pairs, positions
from termmine.counting.local import count_ngrams
from termmine.runtime import arrays
from termmine.runtime import columns as columns_module
from termmine.runtime.job import Job
from termmine.runtime.memory import MemoryGuard
from termmine.text.encode import encode
from termmine.types import NgramTable


def build(text: str, min_freq: int = 1, max_length: int = 4, document: str = "line") -> NgramTable:
    return count_ngrams(encode([text], document=document), min_freq=min_freq, max_length=max_length)


def ngrams(table: NgramTable) -> list[naive.Ngram]:
    """Every row as a tuple of folded symbols."""
    words = table.alphabet.word_texts
    rows: list[naive.Ngram] = []
    for n in range(1, len(table.level)):
        codes = table.codes(np.arange(table.level[n - 1], table.level[n])).tolist()
        rows += [tuple(words[c - 0x110000] if c >= 0x110000 else chr(c) for c in row) for row in codes]
    return rows


def columns(table: NgramTable) -> dict[naive.Ngram, tuple[float, ...]]:
    """n-gram -> (freq, doc_freq, left_edge, right_edge, left_entropy, right_entropy)."""
    names = ("freq", "doc_freq", "left_edge", "right_edge", "left_entropy", "right_entropy")
    rows = zip(*(getattr(table, name).tolist() for name in names), strict=True)
    return dict(zip(ngrams(table), rows, strict=True))


@contextlib.contextmanager
def everything_mapped(rows_at_once: int) -> Iterator[None]:
    """Large arrays as they are when the memory has room for none of them, and so few rows at a time."""
    with (
        mock.patch.object(MemoryGuard, "has_room", lambda *_: False),
        mock.patch.object(arrays, "_SMALL", 0),
        mock.patch.object(columns_module, "ROWS_AT_ONCE", rows_at_once),
    ):
        yield


@contextlib.contextmanager
def cramped(chunk: int, partition: int, most_pairs: int, sparse: int = 6) -> Iterator[None]:
    """Counting as it is when the memory is too small for everything: codes and ids in files, few pairs at a time."""
    with (
        everything_mapped(chunk),
        mock.patch.multiple(positions, _SPARSE=sparse, CHUNK=chunk),
        mock.patch.multiple(pairs, PARTITION=partition, _LEAST_PAIRS=most_pairs, _TABLE=4, _MERGED=4, _SAMPLES=2),
        mock.patch.object(Job, "left", lambda _: 0),
    ):
        yield
