"""Several count files without text -> one table, and what is kept beside it.

In: tables with what is kept beside each, all of them cut and folded alike. Out: the same for all of them together.
Length by length: the n-grams that any part has are put in order, and their counts added up. An n-gram that a part lacks
occurs there at most as often as its floor and its own parts allow; that is added to what may be missed. The bounds are
proved in docs/count-files.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from termmine.counting.parts.bounds import untold
from termmine.counting.parts.spelling import merged_spellings, renumbered
from termmine.counting.table import Level, make_table
from termmine.options import default_min_freq
from termmine.runtime.arrays import Arrays
from termmine.text.alphabet import adopted, empty_alphabet
from termmine.types import Alphabet, Corpus, Kept, NgramTable

_HALF = np.uint64(32)
_COUNTS = ("doc_freq", "left_edge", "right_edge")
_SUMS = ("windows", "left_fit", "right_fit")
_NO_ROW = -1

Part = tuple[Corpus, NgramTable]


def merged(parts: Sequence[Part], max_length: int, min_freq: int | None, arrays: Arrays) -> Part:
    """The table of all parts, one symbol longer than ``max_length``, and the corpus that has what is kept of them.

    Parts that count the same n-grams, those of one base, miss together what that base misses. What cannot reach
    ``min_freq`` is left out, by default what the size of all parts calls for.
    """
    kept, n_symbols = [_kept(corpus) for corpus, _ in parts], sum(corpus.n_symbols for corpus, _ in parts)
    unseen = kept[0].unseen if kept[0].base else sum(one.unseen for one in kept)
    least = min_freq or min(default_min_freq(n_symbols), unseen + 1)
    unseen = max(unseen, least - 1)
    alphabet, forms = _joined_alphabet(parts, arrays)
    adding = [_Adding(part, alphabet, of_part, arrays) for part, of_part in zip(parts, forms, strict=True)]
    levels, sums = _levels(adding, max_length + 1, least, arrays)
    n_documents = sum(corpus.n_documents for corpus, _ in parts)
    corpus = replace(parts[0][0], alphabet=alphabet, n_symbols=n_symbols, n_documents=n_documents)
    table = make_table(corpus, sums.pop("symbols"), levels, least, arrays)
    rows = [one.rows(table.level) for one in adding]
    written = merged_spellings(table, [(*part, row, of) for part, row, of in zip(parts, rows, forms, strict=True)])
    n_windows, n_parts = (sum(getattr(one, name) for one in kept) for name in ("n_windows", "n_parts"))
    columns: dict[str, Any] = sums | written
    whole = replace(kept[0], **columns, n_windows=n_windows, unseen=unseen, n_parts=n_parts)
    return replace(corpus, kept=whole), table


def _kept(corpus: Corpus) -> Kept:
    assert corpus.kept is not None
    return corpus.kept


def _joined_alphabet(parts: Sequence[Part], arrays: Arrays) -> tuple[Alphabet, list[np.ndarray]]:
    """An alphabet with the forms of all parts, and the numbers that each part's forms have in it."""
    alphabet, numbers = empty_alphabet(arrays, parts[0][0].alphabet.fold), []
    for corpus, _ in parts:
        forms = corpus.alphabet.forms
        alphabet, ids = adopted(alphabet, forms.pool, forms.offsets[: int(forms.size[0]) + 1], arrays)
        numbers.append(ids)
    return alphabet, numbers


@dataclass
class _Reach:
    """The bounds of a part for the n-grams of a length: the row of each in the part, or -1 (``there``), and how often
    an n-gram one longer can occur in the part at most, if it has no row there: begun, and ended, by each.
    """

    there: np.ndarray
    begun: np.ndarray
    ended: np.ndarray


class _Adding:
    """A part that is being added: which of the new rows each of its rows is, and what it may miss of the others."""

    def __init__(self, part: Part, alphabet: Alphabet, forms: np.ndarray, arrays: Arrays) -> None:
        corpus, self.table = part
        self.kept = _kept(corpus)
        self.n_lengths = len(self.table.level) - 1
        self._new = arrays.full(len(self.table), _NO_ROW, np.int32)  # within the rows of its length
        self._codes = _codes(self.table, alphabet, forms)
        self._left, self._right = untold(self.table, self.kept)
        self._reach: _Reach | None = None

    def _rows(self, n: int) -> slice:
        if n > self.n_lengths:
            return slice(len(self.table), len(self.table))
        return slice(int(self.table.level[n - 1]), int(self.table.level[n]))

    def keys(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        """The rows of a length whose parts are all wanted, and their keys (uint64): prefix and suffix, or the code."""
        here = self._rows(n)
        rows = np.arange(here.start, here.stop)
        if n == 1:
            return rows, self._codes.astype(np.uint64)
        prefix, suffix = self._new[self.table.prefix[here]], self._new[self.table.suffix[here]]
        wanted = (prefix >= 0) & (suffix >= 0)
        keys = prefix[wanted].astype(np.uint64) << _HALF | suffix[wanted].astype(np.uint64)
        return rows[wanted], keys

    def look_up(self, n: int, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of all n-grams of a length: the places of those that the part has, their rows there; and how many occurrences
        may be missed of each of all (int64).
        """
        rows, own = self.keys(n)
        at = np.searchsorted(keys, own)
        missed = self._bound(n, keys)
        self._reach = _Reach(np.full(len(keys), _NO_ROW, dtype=np.int64), missed.copy(), missed.copy())
        self._reach.there[at] = rows
        self._reach.begun[at], self._reach.ended[at] = self._right[rows], self._left[rows]
        missed[at] = self.kept.missed[rows]
        return at, rows, missed

    def _bound(self, n: int, keys: np.ndarray) -> np.ndarray:
        """The most occurrences that each n-gram can have in the part, if it has no row there."""
        if n == 1 or self._reach is None:
            return np.full(len(keys), self.kept.unseen, dtype=np.int64)
        begun = self._reach.begun[(keys >> _HALF).astype(np.int64)]
        ended = self._reach.ended[keys.astype(np.uint32)]
        return np.minimum(np.minimum(begun, ended), self.kept.unseen)

    def narrow(self, n: int, wanted: np.ndarray) -> None:
        """Go on with those of the n-grams of a length that are wanted (bool)."""
        reach = self._reach
        assert reach is not None
        places = np.cumsum(wanted) - 1
        has = wanted & (reach.there >= 0)
        self._new[reach.there[has]] = places[has]
        self._reach = _Reach(*(column[wanted] for column in (reach.there, reach.begun, reach.ended)))

    def rows(self, level: np.ndarray) -> np.ndarray:
        """The new row of each row, or -1 (int64)."""
        longest = len(level) - 1
        begin = level[np.minimum(self.table.length - 1, longest)]
        return np.where(self._new >= 0, self._new + begin, _NO_ROW)


def _codes(table: NgramTable, alphabet: Alphabet, forms: np.ndarray) -> np.ndarray:
    """The codes of a part's single symbols under the joined alphabet."""
    words = table.alphabet.word_form[: int(table.alphabet.words.size[0])]
    return renumbered(table.last[: table.level[1]].astype(np.int64), alphabet.form_word[forms[words]])


def _levels(
    parts: Sequence[_Adding], longest: int, min_freq: int, arrays: Arrays
) -> tuple[list[Level], dict[str, np.ndarray]]:
    """The columns of each length, and those of `Kept` over all lengths, with the codes of the single symbols."""
    levels: list[Level] = []
    sums: dict[str, list[np.ndarray]] = {name: [] for name in ("missed", *_SUMS)}
    symbols = np.zeros(0, dtype=np.int64)
    for n in range(1, longest + 1):
        keys = _union([part.keys(n)[1] for part in parts])
        level, beside = _added(parts, n, keys, arrays)
        wanted = level["freq"] + beside["missed"] >= min_freq
        for part in parts:
            part.narrow(n, wanted)
        keys = keys[wanted]
        if n == 1:
            symbols = keys.astype(np.int64)
        elif not len(keys):
            break
        levels.append(_level({name: column[wanted] for name, column in level.items()}, keys))
        for name, column in beside.items():
            sums[name].append(column[wanted])
    return levels, {name: arrays.joined(columns, np.int64) for name, columns in sums.items()} | {"symbols": symbols}


def _union(keys: list[np.ndarray]) -> np.ndarray:
    """All different keys, in order."""
    whole = np.zeros(0, dtype=np.uint64)
    for some in keys:
        whole = np.union1d(whole, some)
    return whole


def _added(
    parts: Sequence[_Adding], n: int, keys: np.ndarray, arrays: Arrays
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The counts of all n-grams of a length, added up; and what is kept beside them."""
    level = {name: arrays.zeros(len(keys), np.int64) for name in ("freq", *_COUNTS)}
    beside = {name: arrays.zeros(len(keys), np.int64) for name in ("missed", *_SUMS)}
    for part in parts:
        at, rows, missed = part.look_up(n, keys)
        beside["missed"] += missed
        for columns, source in ((level, part.table), (beside, part.kept)):
            for name in columns.keys() - {"missed"}:
                columns[name][at] += getattr(source, name)[rows]
    return level, beside


def _level(counts: dict[str, np.ndarray], keys: np.ndarray) -> Level:
    """The columns of a length as `make_table` takes them."""
    nothing = np.zeros(len(keys))
    links = {"prefix": (keys >> _HALF).astype(np.int32), "suffix": keys.astype(np.uint32).astype(np.int32)}
    return {**counts, "left_entropy": nothing, "right_entropy": nothing, **links}
