"""The format of count files (`.tmc`), which hold a corpus and its n-grams: the parts that writing and reading share.

A count file begins with a line of its own and a header in JSON that describes all of it; after that stand plain arrays,
which are mapped into memory when they are used. It holds the n-grams that reach its least frequency, and the corpus as
codes. The rarer n-grams are counted from the codes, so that counts can be added up exactly; the codes are also what a
domain's ranking looks at. Without the codes a file is small, but nothing can be added to it.

The header ends with a checksum of itself, and names one for each section. Sections stand one after the other in a fixed
order, each at the next multiple of `ALIGNED`, and the file ends with the last of them: the place of each follows from
their lengths.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from termmine.readers.formats import COUNT_FILE_MAGIC
from termmine.runtime.spill import SpillArray

MAGIC = COUNT_FILE_MAGIC
FORMAT = 2  # the version of the file; one more whenever a reader of the old one would misread the new one
TEXT_MODEL = 2  # the rules for symbols and folding; one more whenever equal text gives other codes or forms
HEADER_SIZE = 1 << 14  # bytes for the magic line and the header
ALIGNED = 64  # bytes, of which each section begins at a multiple
_BLOCK = 1 << 18  # entries written or checked at once

COUNTS = ("length", "freq", "prefix", "suffix", "last")
NEIGHBOURS = ("doc_freq", "left_entropy", "right_entropy", "left_edge", "right_edge")
SECTIONS = ("forms", "form_offsets", *COUNTS, *NEIGHBOURS, "codes", "variants")  # as the header lists them
IN_FILE = ("codes", "forms", "form_offsets", "variants", *COUNTS, *NEIGHBOURS)  # as they stand in the file

_NARROW, _WIDE = (np.int32,), (np.int32, np.int64)
#: The types of values that a section may hold.
DTYPES: dict[str, tuple[type, ...]] = {
    "codes": _NARROW, "forms": _NARROW, "form_offsets": (np.int64,), "variants": (np.int64,),
    "length": (np.int16,), "freq": (np.int64,), "prefix": _NARROW, "suffix": _NARROW, "last": _NARROW,
    "doc_freq": _WIDE, "left_entropy": (np.float64,), "right_entropy": (np.float64,),
    "left_edge": _WIDE, "right_edge": _WIDE,
}  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """The settings that a count file was counted with. ``least``: the --min-freq that was given; None: the default."""

    document: str
    fold: str | None
    max_length: int
    least: int | None
    neighbours: bool
    text: bool

    @property
    def sections(self) -> set[str]:
        """The names of the sections that such a file has."""
        names = {"forms", "form_offsets", *COUNTS}
        return names | set(NEIGHBOURS * self.neighbours) | ({"codes", "variants"} if self.text else set())


def blocks_of(stored: SpillArray) -> Iterator[np.ndarray]:
    """The entries of a stored array, block by block."""
    for start in range(0, len(stored), _BLOCK):
        yield stored.read(start, min(start + _BLOCK, len(stored)))


VERSION = re.compile(r"[0-9A-Za-z.+-]{1,40}")  # of the program that made a file, as it says itself


def common_lines(header: dict[str, Any]) -> list[tuple[str, str]]:
    """The names and values for a reader that files with and without text have alike."""
    settings = header["settings"]
    return [
        ("made by", f"termmine {header['termmine']}, format {header['format']}, text model {header['text_model']}"),
        ("symbols", str(header["n_symbols"])),
        ("documents", f"{header['n_documents']} (a {settings['document']} each)"),
        ("words", f"{header['n_words']} in letters and digits"),
        ("fold", settings["fold"] or "none"),
    ]


def is_int(value: object, low: int = 0, high: int = 1 << 62) -> bool:
    """True for a whole number within a range."""
    return type(value) is int and low <= value <= high  # True is an int, too
