"""Count files (`.tmc`): a corpus and its n-grams, counted once and used many times.

In: an encoded corpus and its table. Out: one file, and back. A count file begins with a line of its own and a header in
JSON that says all there is to know of it; after that stand plain arrays, which are mapped into memory when they are
used. It holds the n-grams that reach its least frequency, and the corpus as codes: from these comes whatever is rarer,
so that counts can be added up exactly, and what a domain's ranking looks at. Without the codes it is small, but final.
"""

from __future__ import annotations

import json
import os
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import DTypeLike

from termmine import arrays
from termmine.alphabets import alphabet_of
from termmine.errors import TermmineError
from termmine.files import replacing
from termmine.resources import Resources
from termmine.tape import OpenFile, Tape
from termmine.types import Alphabet, Corpus, NgramTable
from termmine.version import __version__

MAGIC = b"termmine counts\n"
FORMAT = 1  # of the file; one more whenever a reader of the old one would misread the new one
TEXT_MODEL = 1  # what a symbol is and how it is folded; one more whenever equal text gives other codes
_HEADER = 1 << 14  # bytes for the magic line and the header
_BLOCK = 1 << 20  # entries written or checked at once
_ALIGNED = 64
_MOST_WAITING = 8  # pieces of text that have been read and not yet written

_COUNTS = ("length", "freq", "prefix", "suffix", "last")
_NEIGHBOURS = ("doc_freq", "left_entropy", "right_entropy", "left_edge", "right_edge")
_SECTIONS = ("forms", "form_offsets", *_COUNTS, *_NEIGHBOURS, "codes", "variants")  # as the header lists them


@dataclass(frozen=True)
class Settings:
    """How a count file was counted. ``least`` is the --min-freq that was given, None for the corpus's own default."""

    document: str
    fold: str | None
    max_length: int
    least: int | None
    neighbours: bool
    text: bool


@dataclass(frozen=True)
class CountFile:
    """An open count file. ``corpus`` has empty tapes where the file does not hold the text."""

    path: Path
    settings: Settings
    corpus: Corpus
    table: NgramTable
    header: dict[str, Any]


def is_count_file(path: Path) -> bool:
    """Whether a file begins as a count file does; a pipe, which can be read but once, is none."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


# --- writing ---------------------------------------------------------------------------------------------------------


class Writer:
    """A count file that is being written: its text as it comes, and the rest when there is a table."""

    def __init__(self, file: BinaryIO, settings: Settings, beside: ThreadPoolExecutor | None) -> None:
        self._file = file
        self._settings = settings
        self._beside = beside
        self._waiting: deque[Future[None]] = deque()
        file.seek(_HEADER)
        self._codes = _Section(file, "codes", np.int32)

    def add_codes(self, codes: np.ndarray) -> None:
        """Write the next codes of the corpus, which must not change any more."""
        if self._settings.text:
            self._do(partial(self._codes.append, codes))

    def sync(self) -> None:
        """Have what is there on the disk while other work is done, so that there is less to wait for in the end."""
        if self._beside is not None:
            self._do(self._sync)

    def _sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())

    def _do(self, task: Callable[[], None]) -> None:
        if self._beside is None:
            task()
            return
        self._waiting.append(self._beside.submit(task))
        if len(self._waiting) > _MOST_WAITING:
            self._waiting.popleft().result()

    def finish(self, corpus: Corpus, table: NgramTable) -> None:
        """Write what else there is to know of a corpus whose codes have been added."""
        while self._waiting:
            self._waiting.popleft().result()
        described = {"codes": self._codes.describe()} if self._settings.text else {}
        for name, tape in _sections(corpus, table, self._settings):
            section = _Section(self._file, name, tape.dtype)
            for array in _blocks(tape):
                section.append(array)
            described[name] = section.describe()
        sections = [described[name] for name in _SECTIONS if name in described]
        header = json.dumps(
            _header(corpus, table, self._settings) | {"sections": sections}, ensure_ascii=False, indent=1
        )
        self._file.seek(0)
        self._file.write((MAGIC + header.encode()).ljust(_HEADER - 1) + b"\n")


class _Section:
    """A section that is being written at the end of a file, which must be left to it until it is described."""

    def __init__(self, file: BinaryIO, name: str, dtype: DTypeLike) -> None:
        file.write(bytes(-file.tell() % _ALIGNED))
        self._name = name
        self._dtype = np.dtype(dtype)
        self._file = file
        self._offset = file.tell()
        self._length = self._checksum = 0

    def append(self, array: np.ndarray) -> None:
        """Write entries."""
        data = array.view(np.uint8).data
        self._checksum = zlib.crc32(data, self._checksum)
        self._file.write(data)
        self._length += len(array)

    def describe(self) -> dict[str, Any]:
        """What the header says of it."""
        place = {"offset": self._offset, "length": self._length}
        return {"name": self._name, "dtype": self._dtype.str, **place, "crc32": self._checksum}


@contextmanager
def saving(path: Path, settings: Settings, resources: Resources | None = None) -> Iterator[Writer]:
    """Write a count file, whole or not at all: it is there when the context ends, which must have finished it.

    The text is written in a thread of its own, where there may be several. The same corpus and settings give the same
    bytes.
    """
    is_alone = resources is not None and resources.threads == 1
    with replacing(path) as file, nullcontext() if is_alone else ThreadPoolExecutor(1) as beside:
        yield Writer(file, settings, beside)


def _header(corpus: Corpus, table: NgramTable, settings: Settings) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "text_model": TEXT_MODEL,
        "termmine": __version__,
        "settings": asdict(settings),
        "min_freq": table.min_freq,
        "n_symbols": corpus.n_symbols,
        "n_documents": corpus.n_documents,
        "n_words": int(corpus.alphabet.words.size[0]),
        "n_ngrams": np.diff(table.level).tolist(),
    }


def _sections(corpus: Corpus, table: NgramTable, settings: Settings) -> Iterator[tuple[str, Tape]]:
    """Name and contents of what there is beside the codes."""
    forms = corpus.alphabet.forms
    size = int(forms.size[0])
    yield "forms", Tape.of(forms.pool[: forms.offsets[size]])
    yield "form_offsets", Tape.of(forms.offsets[: size + 1])
    if settings.text:
        yield "variants", corpus.variants
    for name in _COUNTS + _NEIGHBOURS * settings.neighbours:
        yield name, Tape.of(getattr(table, name))


def _blocks(tape: Tape) -> Iterator[np.ndarray]:
    """The entries of a tape."""
    for start in range(0, len(tape), _BLOCK):
        yield tape.read(start, min(start + _BLOCK, len(tape)))


# --- reading ---------------------------------------------------------------------------------------------------------


def load(path: Path) -> CountFile:
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

    alphabet = alphabet_of(tape("forms"), tape("form_offsets"), settings.fold)
    sizes = {"n_symbols": header["n_symbols"], "n_documents": header["n_documents"]}
    corpus = Corpus(tape("codes"), tape("variants"), alphabet, **sizes)
    table = _table(header, alphabet, {name: column(name) for name in _COUNTS + _NEIGHBOURS * settings.neighbours})
    return CountFile(path, settings, corpus, table, header)


def _open(path: Path) -> OpenFile:
    return OpenFile(path.open("rb", buffering=0), str(path))


def _table(header: dict[str, Any], alphabet: Alphabet, columns: dict[str, np.ndarray]) -> NgramTable:
    n_rows = sum(header["n_ngrams"])
    nothing = {name: np.zeros(n_rows, dtype=dtype) for name, dtype in zip(_NEIGHBOURS, "iddii", strict=True)}
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
            start = file.read(_HEADER)
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
        for array in _blocks(tape):
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
