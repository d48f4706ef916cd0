"""What vectors would have one expect: against numpy's least squares, and that like units vouch for one another."""

from __future__ import annotations

import numpy as np

from termmine.meaning import company as company_module
from termmine.meaning.company import RIDGE, UNSEEN, company
from termmine.meaning.vectors import LEAST_UNITS, Vectors


def made(n: int, seed: int = 1) -> tuple[Vectors, np.ndarray]:
    """n units at even rows, in two directions and around them, of which the first is the good one."""
    random = np.random.default_rng(seed)
    is_good = np.arange(n) % 2 == 0
    matrix = random.normal(size=(n, 5)) * 0.3
    matrix[:, 0] += np.where(is_good, 1.0, -1.0)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    return Vectors(np.arange(0, 2 * n, 2), random.integers(5, 5000, n), matrix.astype(np.float32)), is_good


def test_it_is_a_ridge_regression() -> None:
    vectors, _ = made(40)
    worth = np.random.default_rng(2).normal(size=80)
    found = company(vectors, np.arange(80), worth)
    wide = np.column_stack([vectors.matrix.astype(np.float64), np.ones(40)])
    penalty, sure = np.sqrt(RIDGE) * np.eye(6)[:5], np.sqrt(np.log(vectors.freq))
    rows = np.vstack([wide * sure[:, None], penalty])
    expected = wide @ np.linalg.lstsq(rows, np.append(worth[::2] * sure, np.zeros(5)), rcond=None)[0]
    believed = 40 / (40 + LEAST_UNITS)
    np.testing.assert_allclose(found[::2], believed * (expected - np.median(expected)), atol=1e-6)
    unseen = believed * (np.quantile(expected, UNSEEN) - np.median(expected))
    np.testing.assert_allclose(found[1::2], unseen, atol=1e-6)


def test_like_units_vouch_for_one_another() -> None:
    """One unit among good ones is worth little by itself, and one among bad ones much: their company corrects both."""
    vectors, is_good = made(2000)
    worth = np.where(is_good, 3.0, 0.0)
    worth[[10, 11]] = worth[[11, 10]]
    found = company(vectors, vectors.row, worth)
    assert found[10] > 0.5 > -0.5 > found[11]


def test_all_alike_changes_no_order() -> None:
    vectors, _ = made(30)
    assert not company(vectors, vectors.row, np.full(30, 2.5)).any()
    assert company_module.company(vectors, np.array([1, 3]), np.array([1.0, 2.0])).tolist() == [0.0, 0.0]
