"""Strings built of several words, beside the compound words of a dictionary: which are built as its words are?

In: how the candidates are built of words, and how the dictionary's compounds are. Out: a column. Lexicographers list
变压器 and 继电保护装置, hardly ever 测试图像 and 大幅度提高. Two things show the difference: the sequence of parts of
speech, and how freely the first and the last word take others, in the corpus and in the dictionary. Which words these
are is counted, not listed here.
"""

from __future__ import annotations

import numpy as np

from termmine.kernels.segment import NO_WORD
from termmine.measures import log_share_ratio, shape
from termmine.runtime.arrays import Arrays
from termmine.search.segmenter import Built

RARE_TAGS, RARE_WORD = 5e-4, 1e-4  # shares: what is rarer than that on both sides says nothing


def shapes(built: Built, known: np.ndarray, compounds: Built, arrays: Arrays) -> np.ndarray:
    """The degree to which each string is built as compounds are (float64, `measures.shape`); 0 for a single or a known
    word.
    """
    is_judged = arrays.in_parts(lambda tags, known: (tags > 0) & ~known, built.tags, known, dtype=bool)
    rows = arrays.where(is_judged)
    column = arrays.zeros(len(known), np.float64)
    if len(rows) and len(compounds.tags):
        by_tags = _ratios(arrays.take(built.tags, rows), compounds.tags, RARE_TAGS)
        by_head = _of_words(arrays.take(built.head, rows), compounds.head)
        column[rows] = shape(by_tags, by_head, _of_words(arrays.take(built.tail, rows), compounds.tail))
    return column


def _of_words(here: np.ndarray, there: np.ndarray) -> np.ndarray:
    """The log ratios of words; 0 for what is no word of the dictionary."""
    return np.where(here == NO_WORD, 0.0, _ratios(here, there, RARE_WORD))


def _ratios(here: np.ndarray, there: np.ndarray, rare: float) -> np.ndarray:
    """The log ratio of each value's share there to its share here, one an entry of here."""
    values, which, n_here = np.unique(here, return_inverse=True, return_counts=True)
    others, n_others = np.unique(there, return_counts=True)
    place = np.minimum(np.searchsorted(others, values), len(others) - 1)
    n_there = np.where(others[place] == values, n_others[place], 0)
    return log_share_ratio(n_there / len(there), n_here / len(here), rare)[which]
