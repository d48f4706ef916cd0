"""The formats that text comes in, each with its reader.

In: the name of a format, or a file. Out: the reader, a function from a path to its documents. Nothing is read here but
the beginning of a file whose name says nothing about its format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from termmine.errors import UsageError
from termmine.readers import decoding, files, markup, office, parquet, records, wiki
from termmine.readers.base import Document, Reading
from termmine.runtime.address import Address

#: The first bytes of a count file. It holds no text, but stands where text may be named.
COUNT_FILE_MAGIC = b"termmine counts\n"

_HEAD = 1 << 10  # bytes by which a file of WikiExtractor is recognised


def read_text(path: Path, reading: Reading) -> Iterator[Document]:
    """Plain text: the file is one document (whose lines may be documents, too)."""
    text, quick = decoding.plain_text(path, reading), decoding.text_to_encode(path, reading)
    yield Document(path, 1, text, is_lines=True, to_encode=quick)


#: The readers: the name of a format -> a function from a path to its documents.
READERS: dict[str, Callable[[Path, Reading], Iterator[Document]]] = {
    "text": read_text,
    "json": records.read_json,
    "jsonl": records.read_jsonl,
    "csv": records.read_csv,
    "tsv": records.read_tsv,
    "parquet": parquet.read_parquet,
    "wikiextractor": wiki.read_extracted,
    "mediawiki": wiki.read_dump,
    "markdown": markup.read_markdown,
    "html": markup.read_html,
    "docx": office.read_docx,
    "pdf": office.read_pdf,
}

#: The format of a file by its extension, without `--input-format`; any other file is text, or of WikiExtractor.
EXTENSIONS = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".csv": "csv", ".tsv": "tsv", ".parquet": "parquet",
    ".xml": "mediawiki", ".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html",
    ".xhtml": "html", ".docx": "docx", ".pdf": "pdf",
}  # fmt: skip


def find_reader(name: str) -> Callable[[Path, Reading], Iterator[Document]]:
    """The reader of a format; an unknown name is an error that lists the known ones."""
    if name not in READERS:
        raise UsageError(f"unknown input format {name!r}: choose one of {', '.join(READERS)}")
    return READERS[name]


def format_of(path: Path) -> str:
    """The format of a file by its name, and where that says nothing by its beginning."""
    name = files.unpacked_name(path)
    known = EXTENSIONS.get(Path(name).suffix.lower())
    if known is not None or not files.is_regular(path):
        return known or "text"
    head = files.head(path, _HEAD)
    by_name = wiki.EXTRACTED_NAME.fullmatch(name) and head.lstrip().startswith(b"{")
    return "wikiextractor" if by_name or wiki.EXTRACTED.match(head) else "text"


def is_count_file(path: Path) -> bool:
    """True where a file begins as a count file does; a pipe, which can be read but once, is none, nor is what a store
    calls text: it is not asked for each of a thousand objects.
    """
    if isinstance(path, Address):
        is_text = Path(files.unpacked_name(path)).suffix.lower() in (".txt", *EXTENSIONS)
        if is_text or not path.is_own:
            return False
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(COUNT_FILE_MAGIC)) == COUNT_FILE_MAGIC
    except OSError:
        return False
