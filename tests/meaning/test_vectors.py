"""Vectors: the reduction against the decomposition of the whole matrix, the same bytes for any threads and memory."""

from __future__ import annotations

from functools import lru_cache
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.command import ENCYCLOPEDIA, POWER
from termmine.counting.engines import LocalEngine
from termmine.meaning import vectors as vectors_module
from termmine.meaning.units import Near
from termmine.meaning.vectors import SMOOTHING, Vectors
from termmine.options import make_options
from termmine.pipeline import Analysis, analyse
from termmine.readers.source import open_source
from termmine.runtime.arrays import IN_MEMORY
from termmine.runtime.job import Job


@lru_cache(maxsize=4)
def power(threads: int = 1, room: int = 1 << 28) -> Analysis:
    """The sample corpus, which is too small for vectors of its own accord."""
    with mock.patch.object(vectors_module, "LEAST_UNITS", 100), mock.patch.object(Job, "left", lambda _: room):
        return analyse(open_source(POWER), open_source(ENCYCLOPEDIA), make_options(), LocalEngine(Job(threads=threads)))


def vectors_of(analysis: Analysis) -> Vectors:
    assert analysis.vectors is not None
    return analysis.vectors


def near_of(matrix: np.ndarray) -> Near:
    counts, contexts, limits = [], [], [0]
    for row in matrix:
        contexts += np.flatnonzero(row).tolist()
        counts += row[row > 0].tolist()
        limits.append(len(counts))
    return Near(np.array(limits), np.array(contexts, dtype=np.int32), np.array(counts, dtype=np.int64))


matrices = st.integers(1, 12).flatmap(
    lambda n: st.lists(st.lists(st.integers(0, 9), min_size=6, max_size=6), min_size=n, max_size=n)
)


@given(matrices)
@settings(max_examples=300)
def test_information_is_positive_pmi_with_smoothed_contexts(rows: list[list[int]]) -> None:
    counts = np.array(rows)
    found = vectors_module._informative(near_of(counts), 3, IN_MEMORY).tolist()
    smoothed = counts.sum(axis=0) ** SMOOTHING
    for row in counts:
        for context in np.flatnonzero(row):
            expected = np.log(row[context] / row.sum() * smoothed.sum() / smoothed[context])
            assert found.pop(0) == pytest.approx(max(expected, 0.0), abs=1e-5)
    assert not found


@given(matrices, st.integers(0, 2**31))
@settings(max_examples=100)
def test_the_reduction_is_that_of_the_whole_decomposition(rows: list[list[int]], seed: int) -> None:
    """Cosines between rows of U sqrt(S), by numpy's own decomposition."""
    counts = np.array(rows)
    values = np.random.default_rng(seed).random(int((counts > 0).sum()))
    with mock.patch.object(vectors_module, "_ROWS", 3):
        found = vectors_module._reduced(near_of(counts), values.astype(np.float32), 6, Job(threads=2))
    whole = np.zeros(counts.shape)
    whole[counts > 0] = values.astype(np.float32)
    u, s, _ = np.linalg.svd(whole, full_matrices=False)
    s = np.where(s > 1e-4 * max(s.max(), 1e-300), s, 0.0)
    expected = u * np.sqrt(s)
    expected /= np.maximum(np.linalg.norm(expected, axis=1, keepdims=True), 1e-300)
    np.testing.assert_allclose(found @ found.T, expected @ expected.T, atol=2e-3)


def test_vectors_have_length_1_and_stand_in_the_order_of_the_table() -> None:
    vectors = vectors_of(power())
    assert (np.diff(vectors.row) > 0).all()
    assert (vectors.freq >= vectors_module.MIN_FREQ).all()
    np.testing.assert_allclose(np.linalg.norm(vectors.matrix, axis=1), 1.0, atol=1e-6)


@pytest.mark.parametrize(("threads", "room"), [(2, 1 << 28), (1, 16 << 20), (3, 1 << 14)])
def test_the_same_bytes_for_any_threads_and_memory(threads: int, room: int) -> None:
    one, other = power(), power(threads, room)
    assert vectors_of(one).matrix.tobytes() == vectors_of(other).matrix.tobytes()
    assert one.columns["score"].tobytes() == other.columns["score"].tobytes()


def test_the_nearest_are_those_of_the_greatest_cosine() -> None:
    vectors = vectors_of(power())
    among = np.arange(len(vectors)) % 2 == 0
    for entry in range(0, len(vectors), 50):
        nearest, cosines = vectors.nearest(entry, 7, among)
        alike = vectors.matrix.astype(np.float64) @ vectors.matrix[entry]
        rest = [i for i in range(0, len(vectors), 2) if i != entry and i not in nearest]
        assert entry not in nearest and (nearest % 2 == 0).all() and len(nearest) == 7
        np.testing.assert_allclose(cosines, alike[nearest], atol=1e-5)
        assert (np.diff(cosines) <= 0).all() and alike[rest].max() <= cosines[-1] + 1e-5


def test_entries_are_found_by_row() -> None:
    vectors = vectors_of(power())
    rows = np.arange(vectors.row.max() + 2)
    entries = vectors.of_rows(rows)
    assert entries[vectors.row].tolist() == list(range(len(vectors)))
    assert (entries >= 0).sum() == len(vectors)
    assert Vectors(rows[:0], rows[:0], np.zeros((0, 3))).of_rows(rows[:2]).tolist() == [-1, -1]


def test_a_corpus_that_is_too_small_is_ranked_without_vectors() -> None:
    analysis = analyse(open_source(POWER), open_source(ENCYCLOPEDIA), make_options(), LocalEngine(Job()))
    assert analysis.vectors is None
    assert not analysis.columns["company"].any()
    assert analysis.columns["score"].max() > 0
