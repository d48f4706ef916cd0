"""The score of a unit by the company it keeps: words of like use vouch for one another.

In: vectors, and the logarithm of the candidates' scores by everything else. Out: the scores that their vectors alone
predict, by linear regression: where the good candidates stand, a good one is to be expected. A word of any field
(系统, 条件), a turn of phrase and the name of a place stand elsewhere, however they score. What is often met counts
more, and few vectors say little.
"""

from __future__ import annotations

import numpy as np

from termmine.meaning.vectors import LEAST_UNITS, Vectors
from termmine.runtime.columns import slices

RIDGE = 1.0  # of the squared weights; anything from 0.1 to 50 gives the same ranking, for units are many
UNSEEN = 0.25  # quantile of the predictions for units: a string that is never cut out as one is worth less
_ROWS = 1 << 12
_DIGITS = 6  # decimals that are kept: two processors may round otherwise in the last of sixteen digits


def company(vectors: Vectors, rows: np.ndarray, worth: np.ndarray) -> np.ndarray:
    """The worth (natural logarithm) that each candidate's vector would have one expect, less that of a middling one.

    ``rows`` (ascending) and ``worth`` (float64): one a candidate. What has no vector gets the `UNSEEN` quantile. Of n
    candidates with vectors n / (n + `LEAST_UNITS`) of the expected worth is believed: half in the smallest corpus.
    """
    entry = vectors.of_rows(rows)
    seen = np.flatnonzero(entry >= 0)
    if not len(seen):
        return np.zeros(len(rows))
    expected = _expected(vectors.matrix, entry[seen], worth[seen], np.log(vectors.freq[entry[seen]]))
    column = np.full(len(rows), np.quantile(expected, UNSEEN))
    column[seen] = expected
    believed = len(seen) / (len(seen) + LEAST_UNITS)
    return np.round(believed * (column - np.median(expected)), _DIGITS)


def _expected(matrix: np.ndarray, entries: np.ndarray, worth: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The values of a weighted ridge regression of worth on rows of a matrix and a constant, which is not shrunk."""
    n = matrix.shape[1] + 1
    products, sums = np.diag(np.append(np.full(n - 1, RIDGE), 0.0)), np.zeros(n)
    for here in slices(0, len(entries), _ROWS):
        block = _with_constant(matrix[entries[here]])
        weighted = block.T * weight[here]
        products += weighted @ block
        sums += weighted @ worth[here]
    weights = np.linalg.solve(products, sums)
    expected = np.empty(len(entries))
    for here in slices(0, len(entries), _ROWS):
        expected[here] = _with_constant(matrix[entries[here]]) @ weights
    return expected


def _with_constant(block: np.ndarray) -> np.ndarray:
    return np.column_stack([block.astype(np.float64), np.ones(len(block))])
