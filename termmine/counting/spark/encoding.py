"""Raw records -> encoded pieces: the work of the executors on the text.

In: record batches of raw records (bytes), each with the number of its file and the place in it where its part of the
file begins; a part's records come one after the other. Out: a row a piece: its codes, its words, and the findings of
reading it. A piece is so many whole lines or documents, and is encoded by itself. The encoding of a file is judged as
locally, by the first block beyond plain ASCII; each part judges for itself, and the parts of a file are compared
afterwards.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from termmine.counting.spark import batches as b
from termmine.counting.spark.session import Lent
from termmine.errors import TermmineError
from termmine.kernels import decode as decode_kernels
from termmine.kernels.codes import DOCUMENT_END, SOURCE_END, UNKNOWN
from termmine.options import ReadOptions
from termmine.readers.base import MAX_RECORD, BadRecordError
from termmine.readers.decoding import ERRORS, NO_TEXT, UNDECODABLE, find_encoding, is_damaged
from termmine.readers.files import BLOCK
from termmine.readers.read import without_marks
from termmine.readers.records import parse_record, sound, text_of
from termmine.text.characters import is_han
from termmine.text.pieces import LoneEncoder
from termmine.types import DOCUMENT_END_CHARACTER

PIECE = 1 << 20  # bytes of text that are encoded at once; the result does not depend on it
MOST = 1 << 28  # bytes of a document that must be in one piece
HEAD = 1 << 10  # bytes by which a file of another format is recognised

#: How records lie in a frame: lines of text, whole files, lines of JSON, or the texts themselves.
LINES, WHOLE, JSON, TEXTS = "lines", "whole", "json", "texts"

FACTS = (  # the facts of a piece beside its arrays; the driver gathers all of them
    "file bigint, start bigint, part bigint, first bigint, pending bigint, symbols bigint, han bigint, ends bigint, "
    "codes_n bigint, lines bigint, documents bigint, size bigint, undecodable bigint, bad bigint, bad_line bigint, "
    "bad_reason string, encoding string, head binary"
)
SCHEMA = f"{FACTS}, codes binary, written binary, chars binary, offsets binary"


@dataclass(frozen=True)
class Encoding:
    """The function that turns records into pieces. ``decided``: the encoding of some files; ``frozen``: an alphabet's
    words,
    lent.
    """

    options: ReadOptions
    kind: str
    decided: dict[int, str]
    frozen: Lent | None = None

    def __call__(self, batches: b.Batches) -> Iterator[Any]:
        """The pieces of a partition's records."""
        frozen = None if self.frozen is None else self.frozen.value
        encoder = LoneEncoder(self.options.document, self.options.fold, frozen)
        part: _Part | None = None
        for batch in batches:
            for (file, start), lo, hi in b.runs_of_rows(batch, "file", "start"):
                if part is None or (file, start) != (part.file, part.start) or self.kind == WHOLE:
                    if part is not None:
                        yield from part.finish()
                    part = _Part(self, encoder, file, start)
                yield from part.add(batch.column("value").slice(lo, hi - lo).to_pylist())
        if part is not None:
            yield from part.finish()


@dataclass
class _Met:
    """The findings of reading a piece."""

    lines: int = 0
    documents: int = 0
    size: int = 0
    undecodable: int = 0
    bad: int = 0
    bad_line: int = 0
    bad_reason: str = ""

    def is_bad(self, line: int, reason: object) -> None:
        """Note a bad record, by its line in the piece (from 1)."""
        self.bad += 1
        if self.bad == 1:
            self.bad_line, self.bad_reason = line, str(reason)


@dataclass
class _Part:
    """A part of a file, as its records come."""

    encoding: Encoding
    encoder: LoneEncoder
    file: int
    start: int
    chosen: str = ""
    n_pieces: int = 0
    head: bytes = b""
    _records: list[Any] = field(default_factory=list)
    _size: int = 0
    _waiting: list[list[Any]] = field(default_factory=list)
    _unjudged: bytes = b""

    def __post_init__(self) -> None:
        if self.encoding.kind == TEXTS:
            self.chosen = "utf-8"
        else:
            self.chosen = self.encoding.decided.get(self.file, "")

    def add(self, records: list[Any]) -> Iterator[Any]:
        """The pieces that some more records fill."""
        for record in records:
            self._records.append(record)
            self._size += 1 + len(record or b"")
            if self._size >= PIECE:
                yield from self._close()

    def finish(self) -> Iterator[Any]:
        """The last pieces; at least one, so that the file appears among the results."""
        yield from self._close()
        if self._waiting:
            self._judge(self._unjudged)
            yield from self._encoded()

    def _close(self) -> Iterator[Any]:
        if self._records or not (self.n_pieces or self._waiting):
            self._waiting.append(self._records)
            if not self.chosen:
                self._look(self._records)
        self._records, self._size = [], 0
        if self.chosen:
            yield from self._encoded()

    def _look(self, records: list[Any]) -> None:
        """Judge the encoding block by block, as it is locally, until a block decides."""
        self._unjudged += b"\n".join(records) + b"\n" * (self.encoding.kind != WHOLE)
        if not self.n_pieces and len(self._waiting) == 1:
            self.head = self._unjudged[:HEAD]
        while len(self._unjudged) >= BLOCK and not self.chosen:
            self._judge(self._unjudged[:BLOCK])
            self._unjudged = self._unjudged[BLOCK:]

    def _judge(self, raw: bytes) -> None:
        given = self.encoding.options.encoding
        if given is not None:
            self.chosen = f"not {given}" if not self.start and is_damaged(raw, given) else given
        elif not raw.isascii() or b"\0" in raw:
            self.chosen = find_encoding(raw, first=not self.start and not self.n_pieces)

    def _encoded(self) -> Iterator[Any]:
        waiting, self._waiting = self._waiting, []
        for records in waiting:
            yield self._piece(records)

    def _piece(self, records: list[Any]) -> Any:
        met, unread = _Met(), self.chosen in NO_TEXT or self.chosen.startswith("not ")
        text = "" if unread else self._text(records, met)
        piece = self.encoder.encode(text)
        codes = piece.codes
        self.n_pieces += 1
        return b.row(
            file=self.file, start=self.start, part=self.n_pieces - 1,
            first=codes[0] if len(codes) else -1, pending=piece.pending,
            symbols=np.count_nonzero(codes >= UNKNOWN), han=np.count_nonzero(is_han(codes)),
            ends=np.count_nonzero((codes[1:] == DOCUMENT_END) | (codes[1:] == SOURCE_END)),
            codes_n=len(codes), lines=met.lines, documents=met.documents, size=met.size, undecodable=met.undecodable,
            bad=met.bad, bad_line=met.bad_line, bad_reason=met.bad_reason,
            encoding=self.chosen, head=self.head if self.n_pieces == 1 else b"",
            codes=codes, written=piece.written, chars=piece.forms[0], offsets=piece.forms[1],
        )  # fmt: skip

    # --- records -> text ---------------------------------------------------------------------------------------------

    def _text(self, records: list[Any], met: _Met) -> str | np.ndarray:
        met.size = sum(len(record or b"") + 1 for record in records)
        met.lines = len(records)
        if self.encoding.kind == JSON:
            return "".join(self._documents(self._parsed(records), met))
        if self.encoding.kind == TEXTS:
            return "".join(self._documents(records, met))
        raw = b"\n".join(records) + b"\n"
        if self.encoding.kind == WHOLE and len(raw) > MOST:
            raise TermmineError(f"a file of more than {MOST >> 20} MiB is one document: use --document line")
        text = self._decoded(raw)
        if isinstance(text, str) and UNDECODABLE in text:
            met.undecodable = text.count(UNDECODABLE)
            text = text.replace(UNDECODABLE, "\ufffd")
        return without_marks(text) if isinstance(text, str) else text

    def _decoded(self, raw: bytes) -> str | np.ndarray:
        name = self.chosen or "ascii"
        if codecs.lookup(name).name == "utf-8":
            chars = np.empty(len(raw), dtype=np.uint32)
            n, n_bytes = decode_kernels.decode(np.frombuffer(raw, dtype=np.uint8), chars)
            if n_bytes == len(raw):
                return chars[:n]
        return raw.decode(name, ERRORS)

    def _parsed(self, lines: list[bytes]) -> Iterator[Any]:
        """The records of lines of JSON; in place of a bad one why it is bad, and None for an empty line."""
        for line in lines:
            text = line.decode(self.chosen or "ascii", ERRORS)
            if not text.strip() and len(text) <= MAX_RECORD:
                yield None
                continue
            try:
                yield parse_record(text if len(text) <= MAX_RECORD else None)
            except BadRecordError as reason:
                yield reason

    def _documents(self, records: Any, met: _Met) -> Iterator[str]:
        field, is_json = self.encoding.options.field, self.encoding.kind == JSON
        for line, record in enumerate(records, 1):
            if is_json and record is None:
                continue
            try:
                if isinstance(record, BadRecordError):
                    raise record
                text = sound(text_of(record, field)) if is_json else text_of({field: record}, field)
            except BadRecordError as reason:
                met.is_bad(line, reason)
                continue
            met.documents += 1
            yield without_marks(text) + DOCUMENT_END_CHARACTER
