"""Paths and streams -> blocks of text.

In: files, directories and standard input, packed or not, in any of the usual encodings and formats. Out: blocks of text
in order, cut anywhere, with `DOCUMENT_END_CHARACTER` between the documents of a file and `SOURCE_END_CHARACTER` after
it. Only a block, or one record, at a time is in memory. Nothing here knows what a symbol is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeAlias, TypeVar, cast

from termmine.corpus import decoding, documents, files, markup, parquet, records, wiki
from termmine.corpus.base import Document, Reading, ReadReport
from termmine.errors import TermmineError, UsageError
from termmine.options import ReadOptions
from termmine.types import DOCUMENT_END_CHARACTER, SOURCE_END_CHARACTER, Block

__all__ = [
    "EXTENSIONS", "READERS", "Document", "ReadReport", "Source", "check_source", "find_reader", "is_texts",
    "read_blocks", "read_documents", "source_blocks", "source_name", "source_size", "texts_as_blocks",
]  # fmt: skip

#: A path, a list of path objects, or an iterable of texts that are a document each.
Source: TypeAlias = "str | os.PathLike[str] | Iterable[os.PathLike[str]] | Iterable[str]"

AnyBlock = TypeVar("AnyBlock", bound=Block, covariant=True)

_JOINED = 1 << 16  # characters of small records that are handed on together
_HEAD = 1 << 10  # bytes by which a file of WikiExtractor is recognised


def read_text(path: Path, reading: Reading) -> Iterator[Document]:
    """Plain text: the file is one document (whose lines may be documents, too)."""
    text, quick = decoding.plain_text(path, reading), decoding.text_to_encode(path, reading)
    yield Document(path, 1, text, is_lines=True, to_encode=quick)


#: How the text of a file is found: the name of a format -> a function from a path to its documents.
READERS: dict[str, Callable[[Path, Reading], Iterator[Document]]] = {
    "text": read_text,
    "jsonl": records.read_jsonl,
    "csv": records.read_csv,
    "tsv": records.read_tsv,
    "parquet": parquet.read_parquet,
    "wikiextractor": wiki.read_extracted,
    "mediawiki": wiki.read_dump,
    "markdown": markup.read_markdown,
    "html": markup.read_html,
    "docx": documents.read_docx,
    "pdf": documents.read_pdf,
}

#: The format of a file that is not told by `--input-format`, by its extension; any other is text, or of WikiExtractor.
EXTENSIONS = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".csv": "csv", ".tsv": "tsv", ".parquet": "parquet",
    ".xml": "mediawiki", ".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html",
    ".xhtml": "html", ".docx": "docx", ".pdf": "pdf",
}  # fmt: skip


def find_reader(name: str) -> Callable[[Path, Reading], Iterator[Document]]:
    """The reader of a format; an unknown name is an error that lists the known ones."""
    if name not in READERS:
        raise UsageError(f"unknown input format {name!r}: choose one of {', '.join(READERS)}")
    return READERS[name]


def format_of(path: Path) -> str:
    """The format of a file by its name, and where that says nothing by how it begins."""
    name = files.unpacked_name(path)
    known = EXTENSIONS.get(Path(name).suffix.lower())
    if known is not None or not files.is_regular(path):
        return known or "text"
    head = files.head(path, _HEAD)
    by_name = wiki.EXTRACTED_NAME.fullmatch(name) and head.lstrip().startswith(b"{")
    return "wikiextractor" if by_name or wiki.EXTRACTED.match(head) else "text"


def read_documents(
    paths: Iterable[str | os.PathLike[str]],
    options: ReadOptions,
    *,
    report: ReadReport | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[Document]:
    """Read paths document by document; draw the blocks of each before the next one."""
    report = ReadReport() if report is None else report
    for file in _read_files(paths, options, report, progress):
        yield from file


def read_blocks(
    paths: Iterable[str | os.PathLike[str]],
    options: ReadOptions,
    *,
    report: ReadReport | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[str]:
    """Read paths as blocks of text; ``progress`` is told how many bytes of a file have been read."""
    return _joined(paths, options, report, progress, lambda document: document.blocks)


def _joined(
    paths: Iterable[str | os.PathLike[str]],
    options: ReadOptions,
    report: ReadReport | None,
    progress: Callable[[int], None],
    text_of: Callable[[Document], Iterable[AnyBlock]],
) -> Iterator[AnyBlock | str]:
    """Blocks of text with the marks of where documents and files end; small ones are handed on together."""
    report = ReadReport() if report is None else report
    for file in _read_files(paths, options, report, progress):
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
                parts.append(_without_marks(block))
                size += len(block)
                if size >= _JOINED:
                    yield "".join(parts)
                    parts, size = [""], 0
        if len(report.skipped) == n_skipped:
            parts.append(SOURCE_END_CHARACTER)
        yield "".join(parts)


def _read_files(
    paths: Iterable[str | os.PathLike[str]],
    options: ReadOptions,
    report: ReadReport,
    progress: Callable[[int], None],
) -> Iterator[Iterator[Document]]:
    """The documents of each file."""
    if options.encoding is not None:
        decoding.check_encoding(options.encoding)
    chosen = None if options.input_format is None else find_reader(options.input_format)
    paths = list(paths)
    reading = Reading(options, report, progress, frozenset(map(Path, paths)))
    for path in files.list_files(paths):
        n_skipped = len(report.skipped)
        yield _counted((chosen or READERS[format_of(path)])(path, reading), report)
        report.n_files += len(report.skipped) == n_skipped
    if not report.n_files:
        raise TermmineError(f"{report.skipped[0]}: no file here holds text: give a directory with text files")
    if report.n_bad and not report.n_documents:
        raise TermmineError(
            f"{report.first_bad}: no record could be read ({report.n_bad} bad): check --field and --input-format"
        )


def _counted(documents: Iterator[Document], report: ReadReport) -> Iterator[Document]:
    for document in documents:
        report.n_documents += 1
        yield document


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
        files.list_files(source_paths(source))


def source_name(source: Source) -> str:
    """What to call a source in a message."""
    return "the given texts" if is_texts(source) else ", ".join(map(str, source_paths(source)))


def source_size(source: Source) -> int:
    """The bytes of a source's files, 0 where that is not known beforehand."""
    if is_texts(source):
        return 0
    return sum(file.stat().st_size for file in files.list_files(source_paths(source)) if str(file) != files.STDIN)


def source_blocks(
    source: Source,
    options: ReadOptions,
    *,
    report: ReadReport | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[Block]:
    """The text of a source, to be encoded: of its paths, or its texts."""
    if is_texts(source):
        return texts_as_blocks(cast("Iterable[str]", source))
    return _joined(
        source_paths(source),
        options,
        report,
        progress,
        lambda document: document.blocks if document.to_encode is None else document.to_encode,
    )


def texts_as_blocks(texts: Iterable[str]) -> Iterator[str]:
    """Blocks of strings that are a document each."""
    for text in texts:
        if not isinstance(text, str):
            raise UsageError(
                f"the corpus holds a {type(text).__name__}: each document must be a str (give several paths as a list)"
            )
        yield _without_marks(text) + DOCUMENT_END_CHARACTER


def _without_marks(text: str) -> str:
    for mark in (DOCUMENT_END_CHARACTER, SOURCE_END_CHARACTER):
        text = text.replace(mark, "\n") if mark in text else text
    return text
