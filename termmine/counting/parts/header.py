"""The header of a count file without text: its description of itself, and whether that is sound.

In: a header as a dictionary. Out: whether each name, type and range in it is as this version writes it, its size, and a
description for a reader. The frame around it (the magic line, the checksum) is that of all count files.
"""

from __future__ import annotations

import zlib
from typing import Any

from termmine.counting.countfile.format import HEADER_SIZE, VERSION, common_lines, is_int
from termmine.options import MAX_LENGTH, MOST

FORMAT = 3  # the version of such a file; one more whenever a reader of the old one would misread the new one

#: The columns of a file, as they stand in it; all but those of the words and of the spellings have one entry a row.
COLUMNS = (
    "forms", "form_lengths", "symbols", "prefix", "suffix", "freq", "freq_less_documents", "left_edge", "right_edge",
    "missed", "freq_less_windows", "left_fit", "right_fit", "spelt_row", "spelt_count", "spelt_codes",
)  # fmt: skip
A_ROW = ("prefix", "suffix", *COLUMNS[COLUMNS.index("freq") : COLUMNS.index("spelt_row")])

Header = dict[str, Any]

_NUMBERS = {
    "n_symbols": MOST, "n_documents": MOST, "n_windows": MOST, "n_words": 1 << 31, "unseen": MOST, "n_exact": 1 << 32,
    "exact_from": 2 * MOST, "n_parts": MOST, "base": 1 << 32, "base_symbols": MOST,
}  # fmt: skip
_KEYS = {"format", "text_model", "termmine", "settings", "n_ngrams", "sections", *_NUMBERS}
_SECTION_KEYS = {"name", "offset", "n_bytes", "length", "crc32"}


def is_sound(header: Header) -> bool:
    """True where everything is there, nothing else, and of the right type and range."""
    if header.keys() != _KEYS or not isinstance(header["termmine"], str) or not VERSION.fullmatch(header["termmine"]):
        return False
    if not all(is_int(header[name], 0, most) for name, most in _NUMBERS.items()):
        return False
    settings, n_ngrams, sections = header["settings"], header["n_ngrams"], header["sections"]
    if not _are_settings(settings) or not isinstance(n_ngrams, list) or not isinstance(sections, list):
        return False
    if not 1 <= len(n_ngrams) <= settings["max_length"] + 1 or not all(is_int(n, 0, 1 << 31) for n in n_ngrams):
        return False
    return _are_sections(sections, n_ngrams)


def _are_settings(settings: object) -> bool:
    return (
        isinstance(settings, dict)
        and settings.keys() == {"document", "fold", "max_length"}
        and settings["document"] in ("line", "file")
        and settings["fold"] in (None, "t2s")
        and is_int(settings["max_length"], 2, MAX_LENGTH)
    )


def _are_sections(sections: list[Any], n_ngrams: list[int]) -> bool:
    """True where the sections are those of such a file, one behind the other, and the columns of one length."""
    if len(sections) != len(COLUMNS):
        return False
    end = HEADER_SIZE
    for name, section in zip(COLUMNS, sections, strict=True):
        if not isinstance(section, dict) or section.keys() != _SECTION_KEYS or section["name"] != name:
            return False
        if not all(is_int(section[key]) for key in ("offset", "n_bytes", "length", "crc32")):
            return False
        if section["offset"] != end or section["length"] > 1100 * section["n_bytes"]:  # zlib packs no tighter
            return False
        if name in A_ROW and section["length"] != sum(n_ngrams):
            return False
        end += section["n_bytes"]
    return True


def end_of(header: Header) -> int:
    """The bytes of a whole file."""
    last = header["sections"][-1]
    return int(last["offset"] + last["n_bytes"])


def identity(header: Header) -> int:
    """A checksum of the n-grams that a file holds, whatever their counts; not 0."""
    digest = 0
    for section in header["sections"]:
        if section["name"] in ("forms", "form_lengths", "symbols", "prefix", "suffix"):
            digest = zlib.crc32(f"{section['name']}:{section['crc32']};".encode(), digest)
    return digest or 1


def describe(header: Header) -> list[tuple[str, str]]:
    """The contents of a file, as names and values for a reader."""
    settings, n_rows = header["settings"], sum(header["n_ngrams"])
    n_shown = sum(header["n_ngrams"][: settings["max_length"]])
    base = f"the n-grams of a merged file of {header['base_symbols']} symbols, exactly"
    counted = base if header["base"] else "what reaches the floor of each part"
    return [
        *common_lines(header),
        ("n-grams", f"{n_shown} of 1 to {settings['max_length']} symbols"),
        ("neighbours", f"yes: {n_rows - n_shown} n-grams of {settings['max_length'] + 1} symbols, for entropies"),
        ("text", "no: can be merged with files of its kind, and used as a domain or background"),
        ("parts", str(header["n_parts"])),
        ("counted", counted),
        ("complete", f"from frequency {header['unseen'] + 1} on: nothing that occurs so often is missing"),
        ("exact", f"{header['n_exact']} n-grams; from frequency {header['exact_from']} on all of them"),
        ("bytes", str(end_of(header))),
    ]
