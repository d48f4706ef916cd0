"""Paths -> documents, and blocks of text.

In: files, directories and standard input, packed or not, in any of the usual encodings and formats. Out: blocks of text
in order, cut anywhere, with `DOCUMENT_END_CHARACTER` between the documents of a file and `SOURCE_END_CHARACTER` after
it. Only a block, or one record, at a time is in memory. Nothing here knows what a symbol is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from termmine.errors import TermmineError
from termmine.options import ReadOptions
from termmine.readers import decoding
from termmine.readers.base import Document, Reading, ReadReport
from termmine.readers.formats import READERS, find_reader, format_of
from termmine.runtime.progress import Advance
from termmine.types import DOCUMENT_END_CHARACTER, SOURCE_END_CHARACTER, Block

AnyBlock = TypeVar("AnyBlock", bound=Block, covariant=True)

_JOINED = 1 << 16  # characters of small records that are handed on together


def read_documents(
    paths: Iterable[Path],
    options: ReadOptions,
    *,
    report: ReadReport | None = None,
    progress: Callable[[int], None] = lambda _: None,
    named: frozenset[Path] | None = None,
    group: str | None = None,
) -> Iterator[Document]:
    """Read files document by document; draw the blocks of each before the next one. ``named``: see `joined_blocks`;
    ``group``: the field of a record that the documents are to be grouped by.
    """
    report = ReadReport() if report is None else report
    for file in _read_files(paths, options, report, progress, named, group, is_numbered=True):
        yield from file


def read_blocks(
    paths: Iterable[Path],
    options: ReadOptions,
    *,
    report: ReadReport | None = None,
    progress: Callable[[int], None] = lambda _: None,
    named: frozenset[Path] | None = None,
) -> Iterator[str]:
    """Read files as blocks of text; ``progress`` is called with the number of bytes read of a file."""
    report = ReadReport() if report is None else report
    return joined_blocks(paths, options, report, progress, lambda document: document.blocks, named)


def joined_blocks(
    paths: Iterable[Path],
    options: ReadOptions,
    report: ReadReport,
    progress: Callable[[int], None],
    text_of: Callable[[Document], Iterable[AnyBlock]],
    named: frozenset[Path] | None = None,
) -> Iterator[AnyBlock | str]:
    """Join small blocks of text, and mark the ends of documents and files.

    ``named``: the files that must hold text, because the user named them (None: all); others are left out where they
    hold none.
    """
    for file in _read_files(paths, options, report, progress, named):
        parts, size = [""], 0
        n_skipped = len(report.skipped)
        for n, document in enumerate(file):
            if n:
                parts.append(DOCUMENT_END_CHARACTER)
            for block in text_of(document):
                if not isinstance(block, str):
                    yield from ("".join(parts), block)
                    parts, size = [""], 0
                    continue
                parts.append(without_marks(block))
                size += len(block)
                if size >= _JOINED:
                    yield "".join(parts)
                    parts, size = [""], 0
        if len(report.skipped) == n_skipped:
            parts.append(SOURCE_END_CHARACTER)
        yield "".join(parts)


def _read_files(
    paths: Iterable[Path],
    options: ReadOptions,
    report: ReadReport,
    progress: Callable[[int], None],
    named: frozenset[Path] | None,
    group: str | None = None,
    *,
    is_numbered: bool = False,
) -> Iterator[Iterator[Document]]:
    """The documents of each file."""
    if options.encoding is not None:
        decoding.check_encoding(options.encoding)
    chosen = None if options.input_format is None else find_reader(options.input_format)
    paths = list(paths)
    reading = Reading(options, report, progress, frozenset(paths) if named is None else named, group, is_numbered)
    for path in paths:
        n_skipped, n_read = len(report.skipped), [0]
        reading.progress = _adding_to(n_read, progress)
        yield _counted((chosen or READERS[format_of(path)])(path, reading), report)
        is_left_out = len(report.skipped) > n_skipped
        report.n_files += not is_left_out
        if is_left_out and isinstance(progress, Advance):
            progress.skip(path.stat().st_size, n_read[0])
    if not report.n_files:
        raise TermmineError(f"{report.skipped[0]}: no file here holds text: give a directory with text files")
    if report.n_bad and not report.n_documents:
        raise TermmineError(
            f"{report.first_bad}: no record could be read ({report.n_bad} bad): check --field and --input-format"
        )


def _adding_to(n_read: list[int], progress: Callable[[int], None]) -> Callable[[int], None]:
    """Progress that also adds up the numbers that it is called with."""

    def told(n_bytes: int) -> None:
        n_read[0] += n_bytes
        progress(n_bytes)

    return told


def _counted(documents: Iterator[Document], report: ReadReport) -> Iterator[Document]:
    for document in documents:
        report.n_documents += 1
        yield document


def without_marks(text: str) -> str:
    """A text without the characters that mark the ends of documents and sources."""
    for mark in (DOCUMENT_END_CHARACTER, SOURCE_END_CHARACTER):
        text = text.replace(mark, "\n") if mark in text else text
    return text
