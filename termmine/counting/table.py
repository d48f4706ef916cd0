"""Counts, length by length -> one `NgramTable`.

In: for each length its frequent n-grams, and the evidence of their occurrences and neighbours. Out: the columns of the
table, one length after the other, with the entropies. Nothing is counted here.
"""

from __future__ import annotations

import numpy as np

from termmine.kernels.levels import DOC_FREQ, LEFT_EDGE, RIGHT_EDGE
from termmine.kernels.pairs import ENTROPY_SCALE
from termmine.runtime.arrays import Arrays
from termmine.runtime.columns import slices
from termmine.types import Corpus, NgramTable

Level = dict[str, np.ndarray]  # columns of an `NgramTable`; prefix and suffix are still rows of the level below


def make_level(
    keys: np.ndarray, freq: np.ndarray, evidence: np.ndarray, left: np.ndarray, right: np.ndarray, arrays: Arrays
) -> Level:
    """The columns of a length: its n-grams as pairs, and the sums of c log2(c) over their left and right neighbours."""
    return {
        "freq": freq,
        "doc_freq": evidence[:, DOC_FREQ],
        "left_entropy": entropy(freq, left, arrays),
        "right_entropy": entropy(freq, right, arrays),
        "left_edge": evidence[:, LEFT_EDGE],
        "right_edge": evidence[:, RIGHT_EDGE],
        "prefix": arrays.in_parts(lambda keys: (keys >> np.uint64(32)).astype(np.int32), keys, dtype=np.int32),
        "suffix": arrays.in_parts(lambda keys: keys.astype(np.int32), keys, dtype=np.int32),  # the lower half
    }


def entropy(freq: np.ndarray, scaled: np.ndarray, arrays: Arrays) -> np.ndarray:
    """log2(f) - (sum of c log2(c)) / f over the neighbours; an edge, alone of its kind, adds nothing to the sum."""
    if not len(scaled):
        return np.zeros(0)

    def of_some(freq: np.ndarray, scaled: np.ndarray) -> np.ndarray:
        return np.asarray(np.maximum(np.log2(freq) - scaled / (ENTROPY_SCALE * freq), 0.0))

    return arrays.in_parts(of_some, freq, scaled)


def _column(parts: list[np.ndarray], length: int, arrays: Arrays) -> np.ndarray:
    """The parts of a column joined; only zeros where it was not counted."""
    if sum(map(len, parts)) < length:
        return arrays.zeros(length, parts[0].dtype)
    return arrays.joined(parts, parts[0].dtype)


def make_table(corpus: Corpus, symbols: np.ndarray, levels: list[Level], min_freq: int, arrays: Arrays) -> NgramTable:
    """The table of all levels; ``symbols`` are the codes of the first one. The levels are used up."""
    begin = np.concatenate([[0], np.cumsum([len(level["freq"]) for level in levels])])
    n_rows = int(begin[-1])
    for below, level in zip(begin[:-1].tolist(), levels[1:], strict=False):
        level["prefix"] += below
        level["suffix"] += below
    levels[0]["prefix"][:] = levels[0]["suffix"][:] = -1
    columns = {name: _column([level.pop(name) for level in levels], n_rows, arrays) for name in list(levels[0])}
    last, length = arrays.empty(n_rows, np.int32), arrays.full(n_rows, 1, np.int16)
    last[: begin[1]] = symbols
    for n in range(2, len(begin)):
        for here in slices(begin[n - 1], begin[n]):
            length[here] = n
            last[here] = last[columns["suffix"][here]]
    return NgramTable(
        length=length,
        **columns,
        last=last,
        level=begin,
        min_freq=min_freq,
        n_symbols=corpus.n_symbols,
        n_documents=corpus.n_documents,
        alphabet=corpus.alphabet,
    )
