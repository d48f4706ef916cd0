"""The header of a count file: its description of itself, in JSON, with a checksum of its own.

In: a header as a dictionary, or the bytes that a file begins with. Out: the bytes, or a dictionary in which every name,
type, range and size is as this version writes it; an error for anything else. The contents of the sections are checked
in `check`.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import fields
from typing import Any

import numpy as np

from termmine.counting.countfile.format import (
    ALIGNED,
    DTYPES,
    FORMAT,
    HEADER_SIZE,
    IN_FILE,
    MAGIC,
    SECTIONS,
    TEXT_MODEL,
    VERSION,
    Settings,
    common_lines,
    is_int,
)
from termmine.counting.parts import header as parts
from termmine.errors import TermmineError
from termmine.options import MAX_LENGTH, MOST
from termmine.version import __version__

_CHECKSUM_SIZE = 9  # bytes: eight hexadecimal digits and a line end, at the end of the header

Header = dict[str, Any]

#: The numbers in a header, and the least and the largest that each may be.
_NUMBERS = {"min_freq": (1, MOST), "n_symbols": (0, MOST), "n_documents": (0, MOST), "n_words": (0, 1 << 31)}
_KEYS = {"format", "text_model", "termmine", "settings", "n_ngrams", "sections", *_NUMBERS}
_SECTION_KEYS = {"name", "dtype", "offset", "length", "crc32"}


def packed(header: Header) -> bytes:
    """The first bytes of a count file: its magic line and header."""
    text = MAGIC + json.dumps(header, ensure_ascii=False, indent=1).encode()
    start = text.ljust(HEADER_SIZE - _CHECKSUM_SIZE)
    return start + b"%08x\n" % zlib.crc32(start)


def unpacked(start: bytes, size: int, name: str) -> Header:
    """The header of a file of that many bytes, which begins with ``start``; an error where anything in it is wrong."""
    if not start.startswith(MAGIC):
        raise TermmineError(f"{name}: is no count file: make one with termmine count")
    header = _parsed(start)
    _check_version(header, name)
    is_part = header is not None and header.get("format") == parts.FORMAT
    is_sound, end_of_file = (parts.is_sound, parts.end_of) if is_part else (_is_sound, end_of)
    if header is None or packed_checksum(start) != start[-_CHECKSUM_SIZE:] or not is_sound(header):
        raise TermmineError(f"{name}: its header is damaged or truncated: count again")
    end = end_of_file(header)
    if size != end:
        problem = "is truncated" if size < end else "holds more than one count file, or is damaged"
        raise TermmineError(f"{name}: {problem}: it should hold {end} bytes and holds {size}: count again")
    return header


def packed_checksum(start: bytes) -> bytes:
    """The last bytes of a header: its checksum."""
    return b"%08x\n" % zlib.crc32(start[:-_CHECKSUM_SIZE])


def _parsed(start: bytes) -> Header | None:
    """The dictionary in the first bytes of a file, unchecked; None where there is none."""
    try:
        header = json.loads(start[len(MAGIC) : HEADER_SIZE - _CHECKSUM_SIZE])
    except (ValueError, RecursionError):
        return None
    return header if isinstance(header, dict) else None


def _check_version(header: Header | None, name: str) -> None:
    """Refuse a file of another version, such as one made before headers had checksums."""
    version = [None, None] if header is None else [header.get("format"), header.get("text_model")]
    if all(map(is_int, version)) and version not in ([FORMAT, TEXT_MODEL], [parts.FORMAT, TEXT_MODEL]):
        maker = str(header.get("termmine")) if header is not None else ""
        maker = maker if VERSION.fullmatch(maker) else "another version"
        raise TermmineError(
            f"{name}: was made by termmine {maker}, in a form that {__version__} does not read: count again"
        )


def _is_sound(header: Header) -> bool:
    """True where everything is there, nothing else, and of the right type and range."""
    if header.keys() != _KEYS or not isinstance(header["termmine"], str) or not VERSION.fullmatch(header["termmine"]):
        return False
    if not all(is_int(header[name], *limits) for name, limits in _NUMBERS.items()):
        return False
    settings, n_ngrams, sections = header["settings"], header["n_ngrams"], header["sections"]
    if not _are_settings(settings) or not isinstance(n_ngrams, list) or not isinstance(sections, list):
        return False
    if not 1 <= len(n_ngrams) <= settings["max_length"] or not all(is_int(n, 0, 1 << 31) for n in n_ngrams):
        return False
    return _are_sections(sections, sum(n_ngrams), Settings(**settings))


def _are_settings(settings: object) -> bool:
    if not isinstance(settings, dict) or settings.keys() != {field.name for field in fields(Settings)}:
        return False
    return (
        settings["document"] in ("line", "file")
        and settings["fold"] in (None, "t2s")
        and is_int(settings["max_length"], 2, MAX_LENGTH)
        and (settings["least"] is None or is_int(settings["least"], 1, MOST))
        and type(settings["neighbours"]) is type(settings["text"]) is bool
    )


def _are_sections(sections: list[Any], n_rows: int, settings: Settings) -> bool:
    """True where the sections are those of such a file, each of its type and length, and at its place."""
    for section in sections:
        if not isinstance(section, dict) or section.keys() != _SECTION_KEYS or not isinstance(section["name"], str):
            return False
        if not all(is_int(section[key]) for key in ("offset", "length", "crc32")):
            return False
    if [section["name"] for section in sections] != [name for name in SECTIONS if name in settings.sections]:
        return False
    end = HEADER_SIZE
    for section in _in_order(sections):
        end += -end % ALIGNED
        if section["offset"] != end or section["dtype"] not in [np.dtype(kind).str for kind in DTYPES[section["name"]]]:
            return False
        end = _end(section)
    return all(section["length"] == n_rows for section in sections if section["name"] not in _OF_THE_CORPUS)


_OF_THE_CORPUS = {"forms", "form_offsets", "codes", "variants"}


def _in_order(sections: list[Header]) -> list[Header]:
    """Sections in the order in which they stand in the file."""
    return sorted(sections, key=lambda section: IN_FILE.index(section["name"]))


def _end(section: Header) -> int:
    return int(section["offset"] + section["length"] * np.dtype(section["dtype"]).itemsize)


def end_of(header: Header) -> int:
    """The bytes of a whole file."""
    return _end(_in_order(header["sections"])[-1])


def describe(header: Header) -> list[tuple[str, str]]:
    """The contents of a count file, as names and values for a reader."""
    if header["format"] == parts.FORMAT:
        return [*parts.describe(header), ("signature", signature(header)), *_lengths(header)]
    settings = header["settings"]
    n_bytes = sum(section["length"] * np.dtype(section["dtype"]).itemsize for section in header["sections"])
    given = "given" if settings["least"] is not None else "by the size of the corpus"
    lines = [
        *common_lines(header),
        ("n-grams", f"{sum(header['n_ngrams'])} of 1 to {settings['max_length']} symbols"),
        ("least frequency", f"{header['min_freq']} ({given})"),
        ("neighbours", "yes: document frequencies and entropies" if settings["neighbours"] else "no"),
        ("text", "yes: can be added to, and used as a domain" if settings["text"] else "no: cannot be added to"),
        ("bytes", str(n_bytes)),
        ("signature", signature(header)),
    ]
    return lines + _lengths(header)


def _lengths(header: Header) -> list[tuple[str, str]]:
    return [(f"n-grams of {n}", str(number)) for n, number in enumerate(header["n_ngrams"], 1)]


def signature(header: Header) -> str:
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
        "min_freq": header["min_freq"] if "min_freq" in header else header["unseen"] + 1,
        "crc32": f"{digest:08x}",
    }
    return "|".join(f"{name}:{value}" for name, value in parts.items())
