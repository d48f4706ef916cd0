"""A count file -> a corpus and its table, mapped into memory.

In: a path. Out: what the file holds, and what it says of itself; an error for what is damaged or of another version.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from termmine.counting.countfile.format import (
    COUNTS,
    FORMAT,
    HEADER_SIZE,
    MAGIC,
    NEIGHBOURS,
    TEXT_MODEL,
    Settings,
    blocks_of,
)
from termmine.errors import TermmineError
from termmine.runtime.arrays import Arrays
from termmine.runtime.spill import OpenFile, Tape
from termmine.text.alphabet import alphabet_of
from termmine.types import Alphabet, Corpus, NgramTable
from termmine.version import __version__


@dataclass(frozen=True)
class CountFile:
    """An open count file. ``corpus`` has empty tapes where the file does not hold the text."""

    path: Path
    settings: Settings
    corpus: Corpus
    table: NgramTable
    header: dict[str, Any]


def load(path: Path, arrays: Arrays) -> CountFile:
    """Open a count file; its table is mapped into memory, its corpus is read where it is asked for."""
    header = read_header(path)
    settings = Settings(**header["settings"])
    sections = {section["name"]: section for section in header["sections"]}
    file = _open(path)

    def tape(name: str) -> Tape:
        section = sections.get(name, {"dtype": "<i4", "offset": 0, "length": 0})
        return Tape.stored(file, np.dtype(section["dtype"]).type, section["offset"], section["length"])

    def column(name: str) -> np.ndarray:
        section = sections[name]
        with path.open("rb") as whole:
            return arrays.map_file(whole, section["dtype"], section["offset"], section["length"])

    alphabet = alphabet_of(tape("forms"), tape("form_offsets"), settings.fold, arrays)
    sizes = {"n_symbols": header["n_symbols"], "n_documents": header["n_documents"]}
    corpus = Corpus(tape("codes"), tape("variants"), alphabet, **sizes)
    table = _table(header, alphabet, {name: column(name) for name in COUNTS + NEIGHBOURS * settings.neighbours})
    return CountFile(path, settings, corpus, table, header)


def _open(path: Path) -> OpenFile:
    return OpenFile(path.open("rb", buffering=0), str(path))


def _table(header: dict[str, Any], alphabet: Alphabet, columns: dict[str, np.ndarray]) -> NgramTable:
    n_rows = sum(header["n_ngrams"])
    nothing = {name: np.zeros(n_rows, dtype=dtype) for name, dtype in zip(NEIGHBOURS, "iddii", strict=True)}
    return NgramTable(
        **(nothing | columns),
        level=np.concatenate([[0], np.cumsum(header["n_ngrams"], dtype=np.int64)]),
        min_freq=header["min_freq"],
        n_symbols=header["n_symbols"],
        n_documents=header["n_documents"],
        alphabet=alphabet,
    )


def read_header(path: Path) -> dict[str, Any]:
    """What a count file says of itself; an error where it is none, is of another version, or is not all there."""
    try:
        with path.open("rb") as file:
            start = file.read(HEADER_SIZE)
        size = path.stat().st_size
    except OSError as error:
        raise TermmineError(f"{path}: {error.strerror}: check the path and the permissions") from error
    if not start.startswith(MAGIC):
        raise TermmineError(f"{path}: is no count file: make one with termmine count")
    try:
        header: dict[str, Any] = json.loads(start[len(MAGIC) :])
        version = header["format"], header["text_model"]
        end = max(section["offset"] + section["length"] * np.dtype(section["dtype"]).itemsize
                  for section in header["sections"])  # fmt: skip
        known = {field.name for field in fields(Settings)} == header["settings"].keys()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TermmineError(f"{path}: its header is damaged or truncated: count again") from error
    if version != (FORMAT, TEXT_MODEL) or not known:
        raise TermmineError(
            f"{path}: was made by termmine {header.get('termmine')}, in a form that {__version__} does not read: "
            "count again"
        )
    if size < end:
        raise TermmineError(f"{path}: is truncated: it should hold {end} bytes and holds {size}: count again")
    return header


def check(path: Path, header: dict[str, Any]) -> None:
    """Read everything and compare it with its checksums."""
    for section in header["sections"]:
        dtype = np.dtype(section["dtype"])
        tape = Tape.stored(_open(path), dtype.type, section["offset"], section["length"])
        checksum = 0
        for array in blocks_of(tape):
            checksum = zlib.crc32(array.view(np.uint8).data, checksum)
        if checksum != section["crc32"]:
            raise TermmineError(f"{path}: is damaged (in {section['name']}): count again")


def describe(header: dict[str, Any]) -> list[tuple[str, str]]:
    """What a count file holds, as names and values for a reader."""
    settings = header["settings"]
    n_bytes = sum(section["length"] * np.dtype(section["dtype"]).itemsize for section in header["sections"])
    given = "given" if settings["least"] is not None else "by the size of the corpus"
    lines = [
        ("made by", f"termmine {header['termmine']}, format {header['format']}, text model {header['text_model']}"),
        ("symbols", str(header["n_symbols"])),
        ("documents", f"{header['n_documents']} (a {settings['document']} each)"),
        ("words", f"{header['n_words']} in letters and digits"),
        ("fold", settings["fold"] or "none"),
        ("n-grams", f"{sum(header['n_ngrams'])} of 1 to {settings['max_length']} symbols"),
        ("least frequency", f"{header['min_freq']} ({given})"),
        ("neighbours", "yes: document frequencies and entropies" if settings["neighbours"] else "no"),
        ("text", "yes: can be added to, and used as a domain" if settings["text"] else "no: cannot be added to"),
        ("bytes", str(n_bytes)),
        ("signature", signature(header)),
    ]
    lines += [(f"n-grams of {n}", str(number)) for n, number in enumerate(header["n_ngrams"], 1)]
    return lines


def signature(header: dict[str, Any]) -> str:
    """Everything that the counts depend on, in one line, and a checksum of the whole contents."""
    settings = header["settings"]
    digest = 0
    for section in header["sections"]:
        digest = zlib.crc32(f"{section['name']}{section['length']}:{section['crc32']};".encode(), digest)
    parts = {
        "termmine": header["termmine"],
        "symbols": header["n_symbols"],
        "documents": header["n_documents"],
        "document": settings["document"],
        "fold": settings["fold"] or "none",
        "max_length": settings["max_length"],
        "min_freq": header["min_freq"],
        "crc32": f"{digest:08x}",
    }
    return "|".join(f"{name}:{value}" for name, value in parts.items())
