"""Paths and streams -> blocks of text.

In: files, directories and standard input, packed or not, in any of the usual encodings. Out: blocks of text in order,
cut anywhere, with `SOURCE_END_CHARACTER` after each file. Only a block at a time is in memory. Nothing here knows what
a symbol or a document is.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import lzma
import os
import stat
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeAlias, cast

from termmine.errors import TermmineError, UsageError
from termmine.options import DiscoverOptions
from termmine.types import DOCUMENT_END_CHARACTER, SOURCE_END_CHARACTER

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

#: A path, a list of path objects, or an iterable of texts that are a document each.
Source: TypeAlias = "str | os.PathLike[str] | Iterable[os.PathLike[str]] | Iterable[str]"

STDIN = "-"
_BLOCK = 1 << 20  # bytes read at once, and the prefix that decides the encoding
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


def _as_it_is(packed: BinaryIO) -> BinaryIO:
    return packed


#: How a file is unpacked, by its last extension; any other file is read as it is.
READERS: dict[str, Callable[[BinaryIO], Any]] = {
    ".gz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
    ".zst": zstd.open,
}
_DAMAGED = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error, zstd.ZstdError)


@dataclass
class ReadReport:
    """What reading met, for one line on stderr: filled while the blocks are drawn."""

    n_files: int = 0
    n_bytes: int = 0
    encodings: dict[str, int] = field(default_factory=dict)
    undecodable: int = 0
    first_undecodable: str = ""
    skipped: list[str] = field(default_factory=list)

    def notes(self) -> list[str]:
        """What the user should know of, one line each."""
        notes = []
        if self.undecodable:
            notes.append(
                f"{self.undecodable} undecodable byte sequences (first in {self.first_undecodable}) "
                "were treated as separators"
            )
        if self.skipped:
            several = len(self.skipped) > 1
            files, example = ("files without text were", ", e.g. ") if several else ("file without text was", ": ")
            notes.append(f"{len(self.skipped)} {files} left out{example}{self.skipped[0]}")
        return notes


def list_files(paths: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """The files that paths stand for, directories recursively, in a fixed order; hidden files are left out."""
    files: list[Path] = []
    for given in paths:
        path = Path(given)
        if str(given) == STDIN:
            files.append(path)
        elif _mode(path) is None:
            raise TermmineError(f"{path}: no such file or directory: check the path")
        elif path.is_dir():
            inside = sorted(p for p in _walk(path) if p.is_file())
            if not inside:
                raise TermmineError(f"{path}: the directory holds no files: give a directory with text files")
            files += inside
        else:
            files.append(path)
    if not files:
        raise UsageError("no corpus given: name a file, a directory, or - for standard input")
    return files


def _mode(path: Path) -> int | None:
    """What kind of file stands there; None for nothing."""
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL in the path
        return None
    except OSError as error:
        raise TermmineError(f"{path}: {error.strerror}: check the path and the permissions") from error


def _walk(directory: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise TermmineError(f"{error.filename}: {error.strerror}: check the permissions") from error

    for folder, folders, names in os.walk(directory, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(folder) / name for name in names if not name.startswith("."))


class Document(NamedTuple):
    """A whole file: its path, the line that it begins at, its text, and that its lines are those of the file.

    ``blocks`` is the text, cut anywhere; it must be drawn before the next document is.
    """

    path: Path
    line: int
    blocks: Iterable[str]
    is_lines: bool = False


def read_documents(
    paths: Iterable[str | os.PathLike[str]], options: DiscoverOptions, *, report: ReadReport | None = None
) -> Iterator[Document]:
    """Read paths document by document; draw the blocks of each before the next one."""
    paths, report = list(paths), ReadReport() if report is None else report
    for file in list_files(paths):
        yield Document(file, 1, _text_of(file, file in map(Path, paths), options, report), is_lines=True)


def _text_of(file: Path, is_named: bool, options: DiscoverOptions, report: ReadReport) -> Iterator[str]:
    try:
        yield from _read_file(file, options.encoding, report, lambda _: None)
    except _NoTextError as problem:
        if is_named:
            raise TermmineError(str(problem)) from None
        report.skipped.append(str(file))


def read_blocks(
    paths: Iterable[str | os.PathLike[str]],
    *,
    encoding: str | None = None,
    report: ReadReport | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[str]:
    """Read paths as blocks of text; ``progress`` is told how many bytes of a file have been read."""
    if encoding is not None:
        _check_encoding(encoding)
    report = ReadReport() if report is None else report
    paths = list(paths)
    files = list_files(paths)
    explicit = {Path(path) for path in paths}
    for file in files:
        try:
            yield from _read_file(file, encoding, report, progress)
        except _NoTextError as problem:
            if file in explicit:
                raise TermmineError(str(problem)) from None
            report.skipped.append(str(file))
            continue
        report.n_files += 1
        yield SOURCE_END_CHARACTER
    if not report.n_files:
        raise TermmineError(f"{report.skipped[0]}: no file here holds text: give a directory with text files")


def is_texts(source: Source) -> bool:
    """Whether a source is an iterable of texts; else it is one path, or a list of path objects."""
    if isinstance(source, (str, os.PathLike)):
        return False
    return not (isinstance(source, (list, tuple)) and source and all(isinstance(item, os.PathLike) for item in source))


def source_paths(source: Source) -> list[Path]:
    """The paths of a source; none where it is texts."""
    if is_texts(source):
        return []
    return [Path(path) for path in ([source] if isinstance(source, (str, os.PathLike)) else source)]


def check_source(source: Source) -> None:
    """Raise what a path that is not there would raise when it is read, before other work is done."""
    if not is_texts(source):
        list_files(source_paths(source))


def source_name(source: Source) -> str:
    """What to call a source in a message."""
    return "the given texts" if is_texts(source) else ", ".join(map(str, source_paths(source)))


def source_size(source: Source) -> int:
    """The bytes of a source's files, 0 where that is not known beforehand."""
    if is_texts(source):
        return 0
    return sum(file.stat().st_size for file in list_files(source_paths(source)) if str(file) != STDIN)


def source_blocks(
    source: Source,
    *,
    encoding: str | None = None,
    report: ReadReport | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[str]:
    """The text of a source: `read_blocks` of its paths, or its texts."""
    if is_texts(source):
        return texts_as_blocks(cast("Iterable[str]", source))
    return read_blocks(source_paths(source), encoding=encoding, report=report, progress=progress)


def texts_as_blocks(texts: Iterable[str]) -> Iterator[str]:
    """Blocks of strings that are a document each."""
    for text in texts:
        if not isinstance(text, str):
            raise UsageError(
                f"the corpus holds a {type(text).__name__}: each document must be a str (give several paths as a list)"
            )
        yield _without_marks(text) + DOCUMENT_END_CHARACTER


class _NoTextError(Exception):
    """A file that is not text."""


def _check_encoding(encoding: str) -> None:
    try:
        "".encode(encoding)  # unlike codecs.lookup, refuses what is no encoding of text, as base64
    except (LookupError, UnicodeError):
        raise UsageError(
            f"--encoding {encoding}: unknown encoding: try utf-8, gb18030, big5 or utf-16, or leave it out"
        ) from None


def _read_file(file: Path, encoding: str | None, report: ReadReport, progress: Callable[[int], None]) -> Iterator[str]:
    decoder: codecs.IncrementalDecoder | None = None
    before = report.n_bytes
    for raw in _raw_blocks(file, progress):
        report.n_bytes += len(raw)
        if decoder is None:
            if encoding is None and raw.isascii() and b"\0" not in raw:
                yield _without_marks(raw.decode("ascii"))
                continue
            chosen = _decide_encoding(file, raw, encoding, first=report.n_bytes - before == len(raw))
            report.encodings[chosen] = report.encodings.get(chosen, 0) + 1
            decoder = codecs.getincrementaldecoder(chosen)("strict")
        text, decoder = _decode(decoder, raw, False, file, report)
        yield _without_marks(text)
    if decoder is not None:
        text, _ = _decode(decoder, b"", True, file, report)
        yield _without_marks(text)


def _raw_blocks(file: Path, progress: Callable[[int], None]) -> Iterator[bytes]:
    try:
        if str(file) == STDIN:
            if sys.stdin is None:
                raise TermmineError("standard input: is closed: give it text, or name a file")
            yield from iter(lambda: sys.stdin.buffer.read(_BLOCK), b"")
            return
        if not stat.S_ISREG(_mode(file) or 0):  # a pipe, as in <(zcat x.gz)
            with file.open("rb") as pipe:
                yield from iter(lambda: pipe.read(_BLOCK), b"")
            return
        with file.open("rb") as packed:
            stream = READERS.get(file.suffix.lower(), _as_it_is)(packed)
            done = 0
            for block in iter(lambda: stream.read(_BLOCK), b""):
                yield block
                progress(packed.tell() - done)
                done = packed.tell()
    except _DAMAGED as error:
        raise TermmineError(f"{file}: damaged or truncated ({error}): fetch or pack the file again") from error
    except OSError as error:
        if error.errno is None:  # bz2 raises a bare OSError for damaged data
            raise TermmineError(f"{file}: damaged or truncated ({error}): fetch or pack the file again") from error
        raise TermmineError(f"{file}: {error.strerror}: check the path and the permissions") from error


def _decode(
    decoder: codecs.IncrementalDecoder, raw: bytes, final: bool, file: Path, report: ReadReport
) -> tuple[str, codecs.IncrementalDecoder]:
    """Decode a block; where that fails, bad sequences become U+FFFD (which ends a run) and are counted."""
    state = decoder.getstate()
    try:
        return decoder.decode(raw, final), decoder
    except UnicodeDecodeError:
        pass
    lengths = []
    for errors in ("ignore", "replace"):
        decoder.setstate(state)
        decoder.errors = errors
        text = decoder.decode(raw, final)
        lengths.append(len(text))
    decoder.errors = "strict"
    report.undecodable += lengths[1] - lengths[0]
    report.first_undecodable = report.first_undecodable or str(file)
    return text, decoder


def _without_marks(text: str) -> str:
    for mark in (DOCUMENT_END_CHARACTER, SOURCE_END_CHARACTER):
        text = text.replace(mark, "\n") if mark in text else text
    return text


def _decide_encoding(file: Path, raw: bytes, given: str | None, *, first: bool) -> str:
    """BOM (in the ``first`` block), else UTF-8, else GB18030, on the first block that is not plain ASCII."""
    if given is not None:
        if _damage(raw, given)[0] > _MAX_DAMAGE:
            raise TermmineError(f"{file}: is not {given}: give another --encoding, or leave it out to have it found")
        return given
    for mark, name in _BOMS:
        if first and raw.startswith(mark):
            return name
    if b"\0" in raw:
        raise _NoTextError(f"{file}: is a binary file: give plain text, or name the --encoding if it is UTF-16")
    damage = {name: _damage(raw, name) for name in ("utf-8", "gb18030")}
    if damage["utf-8"][1] <= _MAX_DAMAGE_OF_UTF8:
        return "utf-8"
    best = min(damage, key=lambda name: damage[name])
    if damage[best][0] > _MAX_DAMAGE:
        raise _NoTextError(f"{file}: is neither UTF-8 nor GB18030 text: name its --encoding, or give plain text")
    return best


def _damage(raw: bytes, encoding: str) -> tuple[float, float]:
    """The share of undecodable sequences, of all and of those beyond ASCII; one cut off at the end is none."""
    decoder = codecs.getincrementaldecoder(encoding)
    try:
        decoder("strict").decode(raw)
        return 0.0, 0.0
    except UnicodeError:
        pass
    try:
        replaced, kept = (decoder(errors).decode(raw) for errors in ("replace", "ignore"))
    except UnicodeError:  # UTF-16 without its mark
        return 1.0, 1.0
    lost = len(replaced) - len(kept)
    return lost / max(len(replaced), 1), lost / max(len(replaced) - len(kept.encode("ascii", "ignore")), 1)
