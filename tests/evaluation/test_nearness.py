"""Vectors for other programs, and the nearest terms: what gensim loads, what a reader sees, what bad input says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import numpy as np
import pytest

import termmine
from support.command import POWER, run
from termmine.evaluation.nearness import as_word2vec
from termmine.meaning import vectors as vectors_module

pytest.importorskip("scipy")


@pytest.fixture(autouse=True)
def small_is_enough() -> Iterator[None]:
    """The sample is too small for vectors of its own accord."""
    with mock.patch.object(vectors_module, "LEAST_UNITS", 100):
        yield


def test_gensim_loads_the_vectors(tmp_path: Path) -> None:
    keyed = pytest.importorskip("gensim.models").KeyedVectors
    path = tmp_path / "vectors.txt"
    result = run("vectors", POWER, "-o", path)
    assert (result.code, result.out) == (0, b"")
    loaded = keyed.load_word2vec_format(path)
    frame = termmine.vectors(POWER)
    assert list(loaded.index_to_key) == ["_".join(term.split()) for term in frame.index]
    np.testing.assert_allclose(loaded.vectors, frame.to_numpy(), atol=1e-6)
    assert f"{len(frame)} vectors" in result.err


def test_neighbours_are_those_of_the_vectors() -> None:
    frame = termmine.vectors(POWER)
    near = termmine.neighbours(["断路器", "变压器"], POWER, limit=5)
    assert near["term"].tolist() == ["断路器"] * 5 + ["变压器"] * 5
    for term, neighbour, cosine in near[["term", "neighbour", "cosine"]].itertuples(index=False):
        assert term != neighbour
        assert cosine == pytest.approx(float(frame.loc[term] @ frame.loc[neighbour]), abs=1e-4)
    assert (near["score"] > 0).all()


def test_the_command_shows_what_the_function_gives() -> None:
    near = termmine.neighbours(["断路器"], POWER, limit=3)
    shown = run("neighbours", "断路器", "-c", POWER, "--limit", 3)
    listed = ", ".join(f"{term} {cosine:.2f}" for term, cosine in zip(near["neighbour"], near["cosine"], strict=True))
    assert shown.out.decode() == f"断路器: {listed}\n"
    lines = run("neighbours", "断路器", "-c", POWER, "--limit", 3, "--json").out.decode().splitlines()
    assert [json.loads(line) for line in lines] == near.to_dict("records")


def test_a_term_without_a_vector_is_named_and_the_others_are_shown() -> None:
    shown = run("neighbours", "断路器", "没有这个词", "-c", POWER)
    assert shown.code == 0
    assert shown.out.decode().startswith("断路器: ")
    assert "没有这个词: has no vector" in shown.err
    alone = run("neighbours", "没有这个词", "-c", POWER)
    assert (alone.code, alone.out) == (1, b"")
    assert "没有这个词: has no vector" in alone.err


def test_a_corpus_that_is_too_small_says_so(tmp_path: Path) -> None:
    path = tmp_path / "vectors.txt"
    with mock.patch.object(vectors_module, "LEAST_UNITS", 10**6):
        result = run("vectors", POWER, "-o", path)
    assert result.code == 1
    assert "power.txt: is too small for vectors" in result.err
    assert not path.exists()


def test_a_blank_in_a_term_is_no_end_of_it() -> None:
    lines = b"".join(as_word2vec(["Leap Motion", "层"], np.array([[0.5, -0.25], [1.0, 0.0]], dtype=np.float32)))
    assert lines == "2 2\nLeap_Motion 0.500000 -0.250000\n层 1.000000 0.000000\n".encode()
