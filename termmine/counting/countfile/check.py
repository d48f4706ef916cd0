"""Checks of a count file's contents, made before anything else uses them.

In: arrays and columns as the header describes them. Out: nothing, or an error that names the section. A checksum shows
damage; a forged file has the right checksums, so that every entry which becomes an index, a size or text is also
compared with the range that it may have. Wrong counts that are possible ones cannot be detected.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping

import numpy as np

from termmine.counting.countfile.format import COUNTS, NEIGHBOURS, blocks_of
from termmine.counting.countfile.header import Header
from termmine.errors import TermmineError
from termmine.kernels import checks
from termmine.kernels.checks import N_DOCUMENTS, N_SYMBOLS
from termmine.kernels.codes import FIRST_SYMBOL, FIRST_WORD, SOURCE_END
from termmine.kernels.encode import MAX_WORD
from termmine.runtime.columns import ROWS_AT_ONCE, slices
from termmine.runtime.spill import SpillArray
from termmine.text.characters import is_symbol_table, is_word_table
from termmine.types import Alphabet, Corpus, NgramTable

_MOST_BITS = 64.0  # bits: the entropy of 2 to the 64 different neighbours


class Checks:
    """The checks of one file: the parts checked so far, and the error that names it."""

    def __init__(self, name: str, header: Header) -> None:
        self._name = name
        self._header = header
        self._checksums = {section["name"]: section["crc32"] for section in header["sections"]}

    def refuse(self, section: str) -> TermmineError:
        """The error for a section whose contents are not those that were written."""
        return TermmineError(f"{self._name}: is damaged (in {section}): count again")

    def _demand(self, section: str, is_sound: bool) -> None:
        if not is_sound:
            raise self.refuse(section)

    def _compare(self, section: str, stored: SpillArray) -> None:
        """Compare a section with its checksum."""
        checksum = 0
        for block in blocks_of(stored):
            checksum = _added(checksum, block)
        self._demand(section, checksum == self._checksums[section])

    def gaps(self, gaps: Iterable[np.ndarray]) -> None:
        """Check that there are only zeros between the sections."""
        for gap in gaps:
            self._demand("what is between the sections", not gap.any())

    def forms(self, chars: SpillArray, offsets: SpillArray) -> None:
        """Check the characters of the words, and the places where they begin: no word is empty or too long."""
        self._compare("forms", chars)
        self._compare("form_offsets", offsets)
        in_word = is_word_table()
        for block in blocks_of(chars):
            self._demand("forms", bool(((block > 0) & (block < FIRST_WORD)).all() and in_word[block].all()))
        self._demand("form_offsets", len(offsets) > 0 and int(offsets.read(0, 1)[0]) == 0)
        for start in range(0, len(offsets) - 1, ROWS_AT_ONCE):
            lengths = np.diff(offsets.read(start, min(start + ROWS_AT_ONCE, len(offsets) - 1) + 1))
            self._demand("form_offsets", bool(((lengths > 0) & (lengths <= MAX_WORD)).all()))
        self._demand("form_offsets", int(offsets.read(len(offsets) - 1, len(offsets))[0]) == len(chars))

    def alphabet(self, alphabet: Alphabet, n_forms: int) -> None:
        """Check that the words are all different, and as many as the header says."""
        self._demand("forms", int(alphabet.forms.size[0]) == n_forms)
        self._demand("forms", int(alphabet.words.size[0]) == self._header["n_words"])

    def corpus(self, corpus: Corpus) -> None:
        """Check that codes are symbols with a separator between two runs, and that forms belong to the symbols at their
        places.
        """
        self._variants(corpus)
        self._demand("codes", len(corpus.codes) > 1 and int(corpus.codes.read(0, 1)[0]) < FIRST_SYMBOL)
        self._demand("codes", int(corpus.codes.read(len(corpus.codes) - 1, len(corpus.codes))[0]) == SOURCE_END)
        alphabet, is_symbol = corpus.alphabet, is_symbol_table()
        state, checksum = np.zeros(3, dtype=np.int64), 0
        for segment in corpus.segments(0, 0):
            checksum = _added(checksum, segment.codes)
            self._demand("codes", checks.bad_code(segment.codes, is_symbol, alphabet.n_codes, state) < 0)
            if len(segment.variants):
                places, forms = map(np.ascontiguousarray, segment.variants.T)
                n_forms = int(alphabet.forms.size[0])
                bad = checks.bad_variant(segment.codes, places, forms, is_symbol, alphabet.form_word, n_forms)
                self._demand("variants", bad < 0)
        self._demand("codes", checksum == self._checksums["codes"])
        first_ends_one = int(corpus.codes.read(0, 1)[0]) > 0  # a separator before the first document ends none
        found = int(state[N_SYMBOLS]), int(state[N_DOCUMENTS]) - first_ends_one
        self._demand("codes", found == (corpus.n_symbols, corpus.n_documents))

    def _variants(self, corpus: Corpus) -> None:
        """Check that places ascend within the corpus, so that those of a piece can be looked up."""
        stored = corpus.variants
        self._demand("variants", len(stored) % 2 == 0)
        self._compare("variants", stored)
        previous = -1
        for start in range(0, len(stored), 2 * ROWS_AT_ONCE):
            places = stored.read(start, min(start + 2 * ROWS_AT_ONCE, len(stored)))[::2]
            ascending = bool((np.diff(places, prepend=previous) > 0).all())
            previous = int(places[-1])
            self._demand("variants", ascending and previous < len(corpus.codes))

    def table(self, table: NgramTable, columns: Mapping[str, np.ndarray]) -> None:
        """Check that rows are in order, each linked to rows checked before, and that their figures are possible."""
        for name, column in columns.items():
            checksum = 0
            for here in slices(0, len(column)):
                checksum = _added(checksum, column[here])
            self._demand(name, checksum == self._checksums[name])
        self._rows(table, self._header["settings"]["text"])
        if self._header["settings"]["neighbours"]:
            self._neighbours(table)

    def _rows(self, table: NgramTable, is_whole: bool) -> None:
        levels, is_symbol = table.level.tolist(), is_symbol_table()
        rows = [getattr(table, name) for name in COUNTS]
        n_codes = table.alphabet.n_codes
        bad = checks.bad_symbol(0, levels[1], *rows, table.min_freq, is_symbol, n_codes)
        self._demand("n-grams of 1", bad < 0)
        self._demand("n-grams of 1", int(table.freq[: levels[1]].sum()) <= table.n_symbols)
        self._demand("n-grams of 1", is_whole or table.n_documents <= table.n_symbols)
        for n, (below, lo, hi) in enumerate(zip(levels, levels[1:], levels[2:], strict=False), 2):
            bad = checks.bad_ngram(n, below, lo, hi, *rows, table.min_freq)
            self._demand(f"n-grams of {n}", bad < 0)

    def _neighbours(self, table: NgramTable) -> None:
        for name, is_possible in _POSSIBLE.items():
            column = getattr(table, name)
            for here in slices(0, len(table)):
                self._demand(name, bool(is_possible(column[here], table.freq[here]).all()))
        self._demand("doc_freq", int(table.doc_freq.max(initial=0)) <= table.n_documents)


def _is_entropy(bits: np.ndarray, freq: np.ndarray) -> np.ndarray:
    del freq
    return (bits >= 0) & (bits <= _MOST_BITS)  # false for what is no number


def _is_share(n: np.ndarray, freq: np.ndarray) -> np.ndarray:
    return (n >= 0) & (n <= freq)


_POSSIBLE: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    name: _is_entropy if name.endswith("entropy") else _is_share for name in NEIGHBOURS
}


def _added(checksum: int, array: np.ndarray) -> int:
    """A checksum continued by the bytes of an array."""
    return zlib.crc32(np.ascontiguousarray(array).view(np.uint8).data, checksum)
