"""Paths -> bytes: unpacking, blocks of bytes.

Nothing here knows of encodings or formats.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import stat
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from termmine.errors import TermmineError
from termmine.readers.base import Reading, one_line
from termmine.runtime.address import Address

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

STDIN = "-"
BLOCK = 1 << 20  # bytes read at once, and the prefix that decides the encoding
MAX_SPOOLED = 1 << 30  # bytes of a packed or piped file that must be unpacked whole, to a temporary file

_MAX_UNPACKING = 1 << 27  # bytes that an .xz file may ask for to be unpacked: `xz -9` asks for half of that


class _Unpacked:
    """A packed file as it is unpacked: streams one after the other, each whole, and at most zeros behind them.

    The modules of the standard library treat other bytes behind the first stream as the end of the file.
    """

    def __init__(self, packed: BinaryIO, decompressor: Callable[[], Any]) -> None:
        self._packed, self._new = packed, decompressor
        self._stream = decompressor()
        self._rest = b""

    def read(self, size: int) -> bytes:
        """So many bytes or fewer, none at the end."""
        while True:
            if self._stream.eof and not self._next_stream():
                return b""
            if self._stream.needs_input and not self._rest:
                self._rest = self._packed.read(BLOCK)
                if not self._rest:
                    raise EOFError("the file ends before its last stream does")
            data = self._stream.decompress(self._rest, size)
            self._rest = b""
            if data:
                return bytes(data)

    def _next_stream(self) -> bool:
        """Go on with the next stream, if there is one."""
        rest = self._stream.unused_data
        while not (rest := rest.lstrip(b"\0")):
            rest = self._packed.read(BLOCK)
            if not rest:
                return False
        self._stream, self._rest = self._new(), rest
        return True


#: The function that unpacks a file, by its last extension; any other file is read as it is.
UNPACKERS: dict[str, Callable[[BinaryIO], Any]] = {
    ".gz": gzip.open,
    ".bz2": lambda packed: _Unpacked(packed, bz2.BZ2Decompressor),
    ".xz": lambda packed: _Unpacked(packed, lambda: lzma.LZMADecompressor(memlimit=_MAX_UNPACKING)),
    ".zst": zstd.open,
}
_DAMAGED = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error, zstd.ZstdError)


def _as_it_is(packed: BinaryIO) -> BinaryIO:
    return packed


def mode_of(path: Path) -> int | None:
    """The kind of file at a path; None for nothing."""
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL in the path
        return None
    except OSError as error:
        raise TermmineError(f"{path}: {error.strerror}: check the path and the permissions") from error


def is_regular(path: Path) -> bool:
    """True where a path is a file that can be read twice: neither standard input nor a pipe."""
    return str(path) != STDIN and stat.S_ISREG(mode_of(path) or 0)


def unpacked_name(path: Path) -> str:
    """The name of a file without the extension that says how it is packed."""
    return Path(path.name).stem if path.suffix.lower() in UNPACKERS else path.name


def damaged(path: Path, error: object) -> TermmineError:
    """The message for a file that ends early, or is not what its name says."""
    return TermmineError(f"{path}: damaged or truncated ({one_line(error)}): fetch or pack the file again")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn the errors of opening and unpacking into our own."""
    try:
        yield
    except _DAMAGED as error:
        raise damaged(path, error) from error
    except OSError as error:
        if error.errno is None:  # bz2 raises a bare OSError for damaged data
            raise damaged(path, error) from error
        raise TermmineError(f"{path}: {error.strerror}: check the path and the permissions") from error


def raw_blocks(path: Path, progress: Callable[[int], None]) -> Iterator[bytes]:
    """The bytes of a file, unpacked; ``progress`` is called with the number of bytes read of the file itself."""
    with _told(path):
        if str(path) == STDIN:
            if sys.stdin is None:
                raise TermmineError("standard input: is closed: give it text, or name a file")
            yield from iter(lambda: sys.stdin.buffer.read(BLOCK), b"")
            return
        if not is_regular(path):  # a pipe, as in <(zcat x.gz)
            with path.open("rb") as pipe:
                yield from iter(lambda: pipe.read(BLOCK), b"")
            return
        with path.open("rb") as packed:
            stream = UNPACKERS.get(path.suffix.lower(), _as_it_is)(packed)
            done = 0
            for block in iter(lambda: stream.read(BLOCK), b""):
                yield block
                progress(packed.tell() - done)
                done = packed.tell()


def head(path: Path, size: int) -> bytes:
    """The first bytes of a regular file, unpacked."""
    with _told(path), path.open("rb") as packed:
        return bytes(UNPACKERS.get(path.suffix.lower(), _as_it_is)(packed).read(size))


@contextmanager
def seekable(path: Path, reading: Reading) -> Iterator[BinaryIO]:
    """A file to read from anywhere: itself, or a copy where it is packed or piped."""
    if is_regular(path) and path.suffix.lower() not in UNPACKERS and _can_seek(path):
        with _told(path):
            file = path.open("rb")
        with file:
            reading.report.n_bytes += path.stat().st_size
            yield file
        reading.progress(path.stat().st_size)
        return
    with tempfile.TemporaryFile() as copy:
        for block in raw_blocks(path, reading.progress):
            reading.report.n_bytes += len(block)
            if copy.tell() + len(block) > MAX_SPOOLED:
                raise TermmineError(f"{path}: unpacks to more than {MAX_SPOOLED} bytes: unpack it and name the file")
            _spool(copy, block)
        copy.seek(0)
        yield copy


def _can_seek(path: Path) -> bool:
    """True where a regular file can be read from anywhere: not every web server sends parts."""
    if not isinstance(path, Address):
        return True
    with path.open("rb") as file:
        return bool(file.seekable())


def _spool(copy: Any, block: bytes) -> None:
    try:
        copy.write(block)
    except OSError as error:
        raise TermmineError(f"{tempfile.gettempdir()}: {error.strerror}: free some space, or set TMPDIR") from error
