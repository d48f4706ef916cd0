"""A table and what is kept of its text -> a count file without text that adds up.

In: a corpus, whose codes are not looked at, with what is kept of it; its table, counted one symbol further than terms
may be long. Out: a file, written whole or not at all. Words that no row holds are left out.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from termmine.counting.countfile.format import HEADER_SIZE, TEXT_MODEL, Settings
from termmine.counting.countfile.header import packed as packed_header
from termmine.counting.parts.bounds import exact_from
from termmine.counting.parts.header import FORMAT
from termmine.counting.parts.packing import packed
from termmine.counting.parts.spelling import renumbered
from termmine.kernels.codes import FIRST_WORD
from termmine.runtime.columns import slices
from termmine.runtime.outputs import replacing
from termmine.types import Alphabet, Kept, NgramTable
from termmine.version import __version__

_NO_FORM = -1


def write_part(path: Path, settings: Settings, table: NgramTable, kept: Kept) -> None:
    """Write a file of a table and what is kept beside it; the same contents give the same bytes."""
    words = _Words(table)
    with replacing(path) as file:
        file.seek(HEADER_SIZE)
        sections = [_write(file, name, column) for name, column in _columns(table, kept, words)]
        file.seek(0)
        file.write(packed_header(_header(settings, table, kept, words) | {"sections": sections}))


def _write(file: BinaryIO, name: str, column: np.ndarray) -> dict[str, Any]:
    offset, checksum = file.tell(), 0
    for piece in packed(column):
        checksum = zlib.crc32(piece, checksum)
        file.write(piece)
    size = file.tell() - offset
    return {"name": name, "offset": offset, "n_bytes": size, "length": len(column), "crc32": checksum}


def _header(settings: Settings, table: NgramTable, kept: Kept, words: _Words) -> dict[str, Any]:
    said = {"document": settings.document, "fold": settings.fold, "max_length": settings.max_length}
    return {
        "format": FORMAT,
        "text_model": TEXT_MODEL,
        "termmine": __version__,
        "settings": said,
        "n_parts": kept.n_parts,
        "unseen": kept.unseen,
        "base": kept.base,
        "base_symbols": kept.base_symbols,
        "exact_from": exact_from(table, kept),
        "n_exact": int(np.count_nonzero(kept.missed == 0)),
        "n_symbols": table.n_symbols,
        "n_documents": table.n_documents,
        "n_windows": kept.n_windows,
        "n_words": len(words.used),
        "n_ngrams": np.diff(table.level).tolist(),
    }


class _Words:
    """The words that a table holds, and their forms, in the order in which they were met; both numbered anew."""

    def __init__(self, table: NgramTable) -> None:
        alphabet = table.alphabet
        singles = table.last[: table.level[1]]
        self.used = singles[singles >= FIRST_WORD] - FIRST_WORD
        self._word = np.full(int(alphabet.words.size[0]), _NO_FORM, dtype=np.int64)
        self._word[self.used] = np.arange(len(self.used))
        n_forms = int(alphabet.forms.size[0])
        self.forms = np.flatnonzero(self._word[alphabet.form_word[:n_forms]] >= 0)
        self._form = np.full(n_forms, _NO_FORM, dtype=np.int64)
        self._form[self.forms] = np.arange(len(self.forms))

    def symbols(self, codes: np.ndarray) -> np.ndarray:
        """The codes of symbols under the new numbers."""
        return renumbered(codes.astype(np.int64), self._word)

    def written(self, codes: np.ndarray) -> np.ndarray:
        """The codes of forms, which may stand behind a blank, under the new numbers."""
        return renumbered(codes, self._form)


def _characters(alphabet: Alphabet, forms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The characters of some forms, one behind the other, and the length of each."""
    offsets = alphabet.forms.offsets
    parts = [alphabet.forms.pool[offsets[form] : offsets[form + 1]] for form in forms.tolist()]
    return np.concatenate([np.zeros(0, dtype=np.int32), *parts]), offsets[forms + 1] - offsets[forms]


def _columns(table: NgramTable, kept: Kept, words: _Words) -> Iterator[tuple[str, np.ndarray]]:
    """Name and contents of each column, in order. Rows count from the first one of their length; prefixes are told by
    their distance from the row before.
    """
    chars, lengths = _characters(table.alphabet, words.forms)
    yield "forms", chars
    yield "form_lengths", lengths
    yield "symbols", words.symbols(table.last[: table.level[1]])
    prefix, suffix = _links(table)
    yield "prefix", prefix
    yield "suffix", suffix
    yield "freq", table.freq
    yield "freq_less_documents", table.freq - table.doc_freq
    yield "left_edge", table.left_edge
    yield "right_edge", table.right_edge
    yield "missed", kept.missed
    yield "freq_less_windows", table.freq - kept.windows
    yield "left_fit", kept.left_fit
    yield "right_fit", kept.right_fit
    yield "spelt_row", np.diff(kept.spelt_row, prepend=0)
    yield "spelt_count", kept.spelt_count
    yield "spelt_codes", words.written(kept.spelt_codes)


def _links(table: NgramTable) -> tuple[np.ndarray, np.ndarray]:
    prefix, suffix = np.zeros(len(table), dtype=np.int64), np.zeros(len(table), dtype=np.int64)
    levels = table.level.tolist()
    for below, lo, hi in zip(levels, levels[1:], levels[2:], strict=False):
        before = below
        for here in slices(lo, hi):
            prefix[here] = np.diff(table.prefix[here], prepend=before)
            suffix[here] = table.suffix[here] - below
            before = int(table.prefix[here.stop - 1])
    return prefix, suffix
