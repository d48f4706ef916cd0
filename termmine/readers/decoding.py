"""Bytes -> text: the encoding of a file, and the treatment of bytes that do not decode.

The encoding is decided once a file, on the first block that is not plain ASCII.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np

from termmine.errors import TermmineError, UsageError
from termmine.kernels import decode as decode_kernels
from termmine.readers import base
from termmine.readers.base import Reading
from termmine.readers.files import raw_blocks
from termmine.types import Block

Text = TypeVar("Text", covariant=True)

#: The character in place of a sequence of bytes that does not decode: no decoder gives it for anything else.
UNDECODABLE = "\udcff"

_MAX_DAMAGE = 0.01  # share of undecodable sequences above which the encoding is wrong rather than the file damaged
_MAX_DAMAGE_OF_UTF8 = (
    0.1  # the same beyond ASCII: GB18030 text read as UTF-8 has 0.4 or more, UTF-8 read as GB18030 0.03
)
_BOMS = [  # the longest first: the mark of UTF-32-LE begins with that of UTF-16-LE
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
#: Encodings that hold no text we read, and what to do then.
NO_TEXT = {
    "binary": ("is a binary file", "give plain text, or name the --encoding if it is UTF-16"),
    "unknown": ("is neither UTF-8 nor GB18030 text", "name its --encoding, or give plain text"),
}
ERRORS = "termmine.undecodable"  # the name of a way to decode past errors


def _mark(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return UNDECODABLE, error.end


codecs.register_error(ERRORS, _mark)


def check_encoding(encoding: str) -> None:
    """Refuse a name that is no encoding of text, as base64, or cannot be decoded past an error, as idna."""
    try:
        "".encode(encoding)  # unlike codecs.lookup, refuses what is no encoding of text
        codecs.getincrementaldecoder(encoding)(ERRORS).decode(b"")
    except (LookupError, UnicodeError):
        raise UsageError(
            f"--encoding {encoding}: unknown encoding: try utf-8, gb18030, big5 or utf-16, or leave it out"
        ) from None


class _Decoder(Protocol[Text]):
    """A decoder of a file, block by block, which keeps a sequence that is cut off for the next block."""

    def decode(self, raw: bytes, final: bool = False, /) -> Text: ...


def _find_decoder(encoding: str) -> _Decoder[str]:
    return codecs.getincrementaldecoder(encoding)(ERRORS)


class _Utf8:
    """A decoder that gives sound UTF-8 as code points, and other blocks as Python decodes them.

    ``mark``: the byte order mark to be left out at the beginning, if it is there; the first block holds all of it.
    """

    def __init__(self, mark: bytes = b"") -> None:
        self._rest, self._mark = b"", mark

    def decode(self, raw: bytes, final: bool = False, /) -> Block:
        raw = (self._rest + raw).removeprefix(self._mark)
        self._mark = b""
        chars = np.empty(len(raw), dtype=np.uint32)
        n, n_bytes = (0, -1) if final else decode_kernels.decode(np.frombuffer(raw, dtype=np.uint8), chars)
        block: Block = chars[:n]
        if n_bytes < 0:
            block, n_bytes = codecs.utf_8_decode(raw, ERRORS, final)
        self._rest = raw[n_bytes:]
        return block


def _find_quick_decoder(encoding: str) -> _Decoder[Block]:
    mark = {"utf-8": b"", "utf-8-sig": codecs.BOM_UTF8}.get(codecs.lookup(encoding).name)
    return _find_decoder(encoding) if mark is None else _Utf8(mark)


def decode_file(path: Path, reading: Reading) -> Iterator[str]:
    """The text of a file in blocks, with `UNDECODABLE` where bytes do not decode."""
    return _decoded(path, reading, _find_decoder)


def _decoded(path: Path, reading: Reading, find_decoder: Callable[[str], _Decoder[Text]]) -> Iterator[Text | str]:
    decoder: _Decoder[Text] | None = None
    report, given = reading.report, reading.options.encoding
    before = report.n_bytes
    for raw in raw_blocks(path, reading.progress):
        report.n_bytes += len(raw)
        if decoder is None:
            if given is None and raw.isascii() and b"\0" not in raw:
                yield raw.decode("ascii")
                continue
            chosen = given or find_encoding(raw, first=report.n_bytes - before == len(raw))
            if given is not None and is_damaged(raw, given):
                raise TermmineError(
                    f"{path}: is not {given}: give another --encoding, or leave it out to have it found"
                )
            if chosen in NO_TEXT:
                reading.no_text(path, *NO_TEXT[chosen])
                return
            report.encodings[chosen] = report.encodings.get(chosen, 0) + 1
            decoder = find_decoder(chosen)
        yield decoder.decode(raw)
    if decoder is not None:
        yield decoder.decode(b"", True)


def plain_text(path: Path, reading: Reading) -> Iterator[str]:
    """The text of a file in blocks; bytes that do not decode become U+FFFD, which ends a run, and are counted."""
    line = 1
    for text in decode_file(path, reading):
        if reading.options.strict:
            if UNDECODABLE in text:
                line += text[: text.index(UNDECODABLE)].count("\n")
                reading.bad(path, line, "has undecodable bytes")
            line += text.count("\n")
        yield _counted(text, path, reading)


def text_to_encode(path: Path, reading: Reading) -> Iterator[Block]:
    """The text of a file in blocks, most of it as code points where the file is in UTF-8."""
    if reading.options.strict:  # the reader of records counts lines
        yield from plain_text(path, reading)
        return
    for block in _decoded(path, reading, _find_quick_decoder):
        yield _counted(block, path, reading) if isinstance(block, str) else block


def _counted(text: str, path: Path, reading: Reading) -> str:
    """Count the sequences that do not decode, and put U+FFFD for each."""
    if UNDECODABLE not in text:
        return text
    reading.report.undecodable += text.count(UNDECODABLE)
    reading.report.first_undecodable = reading.report.first_undecodable or str(path)
    return text.replace(UNDECODABLE, "\ufffd")


def numbered_lines(blocks: Iterator[str]) -> Iterator[tuple[int, str | None]]:
    """Each line with its number, from 1, without its end; None for a line of more than `MAX_RECORD` characters."""
    number, parts, size = 1, [""], 0
    for block in blocks:
        first, *others = block.split("\n")
        size += len(first)
        if size <= base.MAX_RECORD:
            parts.append(first)
        if not others:
            continue
        yield number, _line(parts, size)
        for line in others[:-1]:
            number += 1
            yield number, line if len(line) <= base.MAX_RECORD else None
        number += 1
        parts, size = [others[-1]], len(others[-1])
    if size:
        yield number, _line(parts, size)


def _line(parts: list[str], size: int) -> str | None:
    return "".join(parts) if size <= base.MAX_RECORD else None


def find_encoding(raw: bytes, *, first: bool) -> str:
    """BOM (in the ``first`` block), else UTF-8, else GB18030, of a block beyond plain ASCII; or a key of NO_TEXT."""
    for mark, name in _BOMS:
        if first and raw.startswith(mark):
            return name
    if b"\0" in raw:
        return "binary"
    damage = {name: _damage(raw, name) for name in ("utf-8", "gb18030")}
    if damage["utf-8"][1] <= _MAX_DAMAGE_OF_UTF8:
        return "utf-8"
    best = min(damage, key=lambda name: damage[name])
    return best if damage[best][0] <= _MAX_DAMAGE else "unknown"


def is_damaged(raw: bytes, encoding: str) -> bool:
    """True where so much of a block does not decode that the encoding must be another one."""
    return _damage(raw, encoding)[0] > _MAX_DAMAGE


def _damage(raw: bytes, encoding: str) -> tuple[float, float]:
    """The share of undecodable sequences, of all and of those beyond ASCII; one cut off at the end is none."""
    decoder = codecs.getincrementaldecoder(encoding)
    try:
        decoder("strict").decode(raw)
        return 0.0, 0.0
    except UnicodeError:
        pass
    try:
        text = decoder(ERRORS).decode(raw)
    except UnicodeError:  # UTF-16 without its mark
        return 1.0, 1.0
    lost = text.count(UNDECODABLE)
    n_ascii = len(text.encode("ascii", "ignore"))
    return lost / max(len(text), 1), lost / max(len(text) - n_ascii, 1)
