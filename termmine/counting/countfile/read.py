"""A count file -> a corpus and its table, mapped into memory.

In: a path; what lies in a store is copied into a scratch file first, for it must be mapped. Out: the contents of the
file, and its settings, all of it checked (`check`); an error for a file that is damaged, impossible because it was
forged, or of another version. The file is opened once, so that the bytes checked are the bytes used, even if another
file takes its name meanwhile.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from termmine.counting.countfile.check import Checks
from termmine.counting.countfile.format import COUNTS, DTYPES, HEADER_SIZE, IN_FILE, NEIGHBOURS, Settings
from termmine.counting.countfile.header import Header, unpacked
from termmine.counting.parts.header import FORMAT as PART
from termmine.counting.parts.read import read_part
from termmine.errors import TermmineError
from termmine.runtime.address import Address, local_copy
from termmine.runtime.arrays import Arrays
from termmine.runtime.spill import OpenFile, SpillArray
from termmine.text.alphabet import alphabet_of
from termmine.types import Alphabet, Corpus, NgramTable


@dataclass(frozen=True)
class CountFile:
    """An open count file. ``corpus`` is empty where the file does not hold the text; then it may have ``kept``
    something of it.
    """

    path: Path
    settings: Settings
    corpus: Corpus
    table: NgramTable
    header: Header


def load(path: Path, arrays: Arrays) -> CountFile:
    """Open a count file and check it; then its table is mapped into memory, and its corpus read where it is used."""
    raw, file, header = _opened(path, arrays.folder)
    if header["format"] == PART:
        return CountFile(path, *read_part(raw, header, str(path), arrays), header)
    sections = _Sections(raw, file, header, arrays)
    settings, checks = Settings(**header["settings"]), Checks(str(path), header)
    checks.gaps(sections.gaps())
    alphabet = _alphabet(sections, settings, checks, arrays)
    sizes = {"n_symbols": header["n_symbols"], "n_documents": header["n_documents"]}
    corpus = Corpus(sections.stored("codes"), sections.stored("variants"), alphabet, **sizes)
    if settings.text:
        checks.corpus(corpus)
    columns = {name: sections.column(name) for name in COUNTS + NEIGHBOURS * settings.neighbours}
    table = _table(header, alphabet, columns)
    checks.table(table, columns)
    return CountFile(path, settings, corpus, table, header)


def read_settings(path: Path) -> Settings:
    """The settings that a count file was counted with; the rest of it is not checked."""
    header = _header_of(path)
    if header["format"] == PART:
        return Settings(**header["settings"], least=None, neighbours=True, text=False)
    return Settings(**header["settings"])


def is_part(path: Path) -> bool:
    """True for a count file without text that adds up."""
    return bool(_header_of(path)["format"] == PART)


def _header_of(path: Path) -> Header:
    if isinstance(path, Address):
        with path.open("rb") as file:
            return unpacked(file.read(HEADER_SIZE), path.stat().st_size, str(path))
    return _opened(path)[2]


def _opened(path: Path, folder: Path | None = None) -> tuple[BinaryIO, OpenFile, Header]:
    """A count file, opened twice, and its header."""
    try:
        raw = local_copy(path, folder) if isinstance(path, Address) else path.open("rb", buffering=0)
        file = OpenFile(raw, str(path))  # closes the file, even after an error
        return raw, file, unpacked(raw.read(HEADER_SIZE), raw.seek(0, os.SEEK_END), str(path))
    except OSError as error:
        raise TermmineError(f"{path}: {error.strerror}: check the path and the permissions") from error


class _Sections:
    """The sections of an open file, at the places that the header gives."""

    def __init__(self, raw: BinaryIO, file: OpenFile, header: Header, arrays: Arrays) -> None:
        self._arrays = arrays
        self._raw = raw
        self._file = file
        self._places = {section["name"]: section for section in header["sections"]}

    def gaps(self) -> Iterator[np.ndarray]:
        """The bytes between the sections."""
        end = HEADER_SIZE
        for name in filter(self._places.__contains__, IN_FILE):
            offset = self._places[name]["offset"]
            yield SpillArray.stored(self._file, np.uint8, end, offset - end).read(0, offset - end)
            end = offset + self._places[name]["length"] * np.dtype(self._places[name]["dtype"]).itemsize

    def stored(self, name: str) -> SpillArray:
        """A section to be read piece by piece; an empty one where the file has none of that name."""
        place = self._places.get(name)
        if place is None:
            return SpillArray(DTYPES[name][0])
        return SpillArray.stored(self._file, np.dtype(place["dtype"]).type, place["offset"], place["length"])

    def column(self, name: str) -> np.ndarray:
        """A section mapped into memory."""
        place = self._places[name]
        return self._arrays.map_file(self._raw, place["dtype"], place["offset"], place["length"])


def _alphabet(sections: _Sections, settings: Settings, checks: Checks, arrays: Arrays) -> Alphabet:
    chars, offsets = sections.stored("forms"), sections.stored("form_offsets")
    checks.forms(chars, offsets)
    alphabet = alphabet_of(chars, offsets, settings.fold, arrays)
    checks.alphabet(alphabet, len(offsets) - 1)
    return alphabet


def _table(header: dict[str, Any], alphabet: Alphabet, columns: dict[str, np.ndarray]) -> NgramTable:
    n_rows = sum(header["n_ngrams"])
    nothing = {name: np.zeros(n_rows, dtype=DTYPES[name][0]) for name in NEIGHBOURS if name not in columns}
    return NgramTable(
        **(nothing | columns),
        level=np.concatenate([[0], np.cumsum(header["n_ngrams"], dtype=np.int64)]),
        min_freq=header["min_freq"],
        n_symbols=header["n_symbols"],
        n_documents=header["n_documents"],
        alphabet=alphabet,
    )
