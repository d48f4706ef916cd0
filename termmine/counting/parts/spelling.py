"""The spellings of several parts' n-grams, added up.

In: the spellings of each part, told by the forms that are not its words' first ones. Out: the same for all parts, where
another form may be the first. How a spelling is chosen is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from termmine.kernels.codes import AFTER_BLANK, FIRST_WORD
from termmine.types import Alphabet, Corpus, Kept, NgramTable

#: A corpus with what is kept of it, its table, the new row of each of its rows, the new number of each of its forms.
Spelt = tuple[Corpus, NgramTable, np.ndarray, np.ndarray]

Key = tuple[int, ...]  # a row, and the codes of the forms that it is written in


def merged_spellings(table: NgramTable, parts: Iterable[Spelt]) -> dict[str, np.ndarray]:
    """The columns ``spelt_row``, ``spelt_count`` and ``spelt_codes`` of `Kept` for the parts together."""
    counts: dict[Key, int] = {}
    for part in parts:
        for key, n in _told(table, *part):
            counts[key] = counts.get(key, 0) + n
    return as_columns(counts)


def as_columns(counts: Mapping[Key, int]) -> dict[str, np.ndarray]:
    """Counts by row and codes of forms, as the columns of `Kept`."""
    keys = sorted(counts)
    return {
        "spelt_row": np.array([row for row, *_ in keys], dtype=np.int64),
        "spelt_count": np.array([counts[key] for key in keys], dtype=np.int64),
        "spelt_codes": np.array([code for _, *codes in keys for code in codes], dtype=np.int64),
    }


def spellings_of(
    kept: Kept, table: NgramTable, codes: np.ndarray, rows: np.ndarray | None = None
) -> Iterator[tuple[int, Key, int]]:
    """Row, codes of forms and number of occurrences of each spelling that is kept, in order of the rows: of all, or of
    some rows (ascending). ``codes`` are those of all spellings.
    """
    lengths = table.length[kept.spelt_row].astype(np.int64)
    ends = np.cumsum(lengths)
    chosen = np.arange(len(ends)) if rows is None else np.flatnonzero(np.isin(kept.spelt_row, rows))
    told = (kept.spelt_row, ends - lengths, ends, kept.spelt_count)
    for row, start, end, n in zip(*(column[chosen].tolist() for column in told), strict=True):
        yield row, tuple(codes[start:end].tolist()), n


def _told(
    table: NgramTable, corpus: Corpus, own: NgramTable, rows: np.ndarray, forms: np.ndarray
) -> Iterator[tuple[Key, int]]:
    """Row, forms and occurrences of what a part writes otherwise than by the first forms of all parts."""
    kept, rest = corpus.kept, own.freq.copy()
    assert kept is not None
    np.subtract.at(rest, kept.spelt_row, kept.spelt_count)
    usual = first_written(table, rows[kept.spelt_row])
    for row, written, n in spellings_of(kept, own, renumbered(kept.spelt_codes, forms)):
        new = int(rows[row])
        if new >= 0 and written != usual[new]:
            yield (new, *written), n
    changed = _hold_any(own, _changed(table.alphabet, own.alphabet, forms))
    others = np.flatnonzero(changed & (rows >= 0) & (rest > 0))
    for row, codes in first_written(own, others).items():
        yield (int(rows[row]), *renumbered(np.array(codes), forms).tolist()), int(rest[row])


def first_written(table: NgramTable, rows: np.ndarray) -> dict[int, Key]:
    """The codes of the first forms of n-grams' symbols, by their rows; -1 is none."""
    rows, found = np.unique(rows[rows >= 0]), dict[int, Key]()
    for n in np.unique(table.length[rows]):
        some = rows[table.length[rows] == n]
        codes = table.codes(some).astype(np.int64)
        words = np.maximum(codes - FIRST_WORD, 0)
        written = np.where(codes >= FIRST_WORD, FIRST_WORD + table.alphabet.word_form[words], codes)
        found.update(zip(some.tolist(), map(tuple, written.tolist()), strict=True))
    return found


def renumbered(codes: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Codes (int64) with the words, or forms, in them numbered anew; what stands behind a blank goes on to do so."""
    plain, blank = codes & ~AFTER_BLANK, codes & AFTER_BLANK
    if not len(new):
        return codes
    return np.where(plain >= FIRST_WORD, FIRST_WORD + new[np.maximum(plain - FIRST_WORD, 0)], plain) | blank


def _changed(whole: Alphabet, own: Alphabet, forms: np.ndarray) -> np.ndarray:
    """True for the codes of a part whose first form there is not the first one of all parts (bool, one a code)."""
    changed, n_words = np.zeros(own.n_codes, dtype=bool), int(own.words.size[0])
    first = forms[own.word_form[:n_words]] if n_words else np.zeros(0, dtype=np.int64)
    changed[FIRST_WORD:] = whole.word_form[whole.form_word[first]] != first
    return changed


def _hold_any(table: NgramTable, symbols: np.ndarray) -> np.ndarray:
    """True for the rows that hold one of some symbols (bool, one a row), which are given as bool, one a code."""
    holds = symbols[table.last]
    for lo, hi in zip(table.level[1:-1].tolist(), table.level[2:].tolist(), strict=True):
        holds[lo:hi] |= holds[table.prefix[lo:hi]]
    return holds
