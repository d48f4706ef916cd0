"""Word documents and PDF: the text of their paragraphs. A document is the file.

A Word document is read element by element. A PDF is read by pypdf, whose only door is here: it holds a file whole, so
that the size is checked before, and the operations of its pages are counted.
"""

from __future__ import annotations

import logging
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from termmine.readers.base import BREAK, BadRecordError, Document, Reading, extra, one_line
from termmine.readers.elements import new_parser
from termmine.readers.files import BLOCK, seekable
from termmine.readers.markup import unwrap

_MAX_FILE = 1 << 28  # bytes, packed and unpacked
_MAX_DEPTH = 1000  # elements within each other
_MAX_PART = 1 << 26  # bytes of the text of a Word document, which is XML: some hundred bytes a word

# Parts of a Word document that are no text of it, and what stands for a character.
_HIDDEN = frozenset("pPr rPr tblPr tblGrid trPr tcPr sectPr sdtPr Fallback rt delText instrText".split())
_CHARACTERS = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "oMath": BREAK}


def read_docx(path: Path, reading: Reading) -> Iterator[Document]:
    """The paragraphs of a Word document, those of tables and text boxes in their places."""
    try:
        with seekable(path, reading) as file, _broken_is_bad():
            _check_size(file)
            word = _read_word(zipfile.ZipFile(file))
    except BadRecordError as reason:
        reading.bad(path, None, reason)
        return
    yield Document(path, 1, ("".join(word.parts),), numbers=word.numbers)


@contextmanager
def _broken_is_bad() -> Iterator[None]:
    """Turn any error of a library about a broken file into a bad record."""
    try:
        yield
    except (BadRecordError, MemoryError):
        raise
    except Exception as error:
        raise BadRecordError(f"damaged or truncated ({one_line(error)})") from None


def _check_size(file: BinaryIO) -> None:
    """Refuse a file that unpacks to more than fits in memory; no part is unpacked beyond the size that it declares."""
    if file.seek(0, os.SEEK_END) > _MAX_FILE:
        raise BadRecordError(f"is larger than {_MAX_FILE} bytes")
    sizes = {part.filename: part.file_size for part in zipfile.ZipFile(file).infolist()}
    texts = [size for name, size in sizes.items() if name.endswith((".xml", ".rels"))]
    if sum(sizes.values()) > _MAX_FILE or sum(texts) > _MAX_PART:
        raise BadRecordError(f"unpacks to more than {_MAX_PART} bytes of text or {_MAX_FILE} in all")


def _read_word(archive: zipfile.ZipFile) -> _Word:
    main = _Relations()
    _parse(archive, "_rels/.rels", main)
    word = _Word()
    _parse(archive, main.document, word)
    return word


def _parse(archive: zipfile.ZipFile, name: str, heard: _Relations | _Word) -> None:
    """Read an XML part of an archive element by element, so that none of them stays in memory."""
    parser = new_parser(heard.start, heard.end, heard.characters, _refuse, namespaces=True)
    with archive.open(name) as part:
        for block in iter(lambda: part.read(BLOCK), b""):
            parser.Parse(block)
        parser.Parse(b"", True)


def _refuse(*declared: object) -> None:
    raise BadRecordError("declares a document type, as no Word document does")


class _Relations:
    """A search for the part of an archive that is the document."""

    def __init__(self) -> None:
        self.document = "word/document.xml"

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """A relation of the archive to one of its parts."""
        if attributes.get("Type", "").endswith("/officeDocument"):
            self.document = attributes.get("Target", "").lstrip("/")

    def end(self, name: str) -> None:
        """Nothing."""

    def characters(self, data: str) -> None:
        """Nothing."""


class _Word:
    """Gathers the text of a Word document as its elements go by; ``numbers``: the paragraph of each line."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.numbers: list[int] = []
        self._paragraph = 0
        self._hidden = 0  # elements within each other that are hidden, the outermost being no text itself
        self._names: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins: a paragraph, what is hidden, or what stands for a character."""
        name = name.rpartition("}")[2]
        self._names.append(name)
        if len(self._names) > _MAX_DEPTH:
            raise BadRecordError(f"has more than {_MAX_DEPTH} elements within each other")
        if self._hidden or name in _HIDDEN or name in _CHARACTERS:
            self._hidden += 1
            if self._hidden == 1 and name in _CHARACTERS:
                self._put(_CHARACTERS[name])
        elif name == "p":
            self._put("\n")
            self._paragraph += 1

    def end(self, name: str) -> None:
        """An element ends."""
        name = self._names.pop()
        if self._hidden:
            self._hidden -= 1
        elif name == "p":
            self._put("\n")

    def characters(self, data: str) -> None:
        """Text, shown where it stands directly in a `t`."""
        if not self._hidden and self._names[-1] == "t":
            self._put(data)

    def _put(self, text: str) -> None:
        self.parts.append(text)
        self.numbers += [max(self._paragraph, 1)] * text.count("\n")


_FULL = 0.75  # share of the widest line of a page: a line at least so wide runs on in the next one


def read_pdf(path: Path, reading: Reading) -> Iterator[Document]:
    """The pages of a PDF that holds text; wrapped lines are joined."""
    pypdf = extra("pypdf", "pdf", "pypdf[crypto]")
    try:
        with seekable(path, reading) as file:
            with _broken_is_bad(), _silent():
                if file.seek(0, os.SEEK_END) > _MAX_FILE:
                    raise BadRecordError(f"is larger than {_MAX_FILE} bytes")
                pdf = pypdf.PdfReader(file)
                n_pages = len(pdf.pages)
                budget = _Budget(_OPERATIONS + file.seek(0, os.SEEK_END))
            numbers: list[int] = []
            pages = _pages(path, reading, pdf, n_pages, budget, numbers)
            first = next(pages, None)
            if first is None:
                raise BadRecordError("holds no text: pictures of pages need OCR first")
            yield Document(path, 1, chain([first], pages), numbers=numbers)
    except BadRecordError as reason:
        reading.bad(path, None, reason)


_OPERATIONS = 1 << 17  # for all pages, and one more a byte of the file; text takes two bytes or more an operation


class _Budget:
    """The number of operations that the pages of a PDF have left. A page may name the same content again and again."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, *operation: object) -> None:
        """Count one more operation; pypdf goes on after an error within a page's content, where each next one fails
        too.
        """
        self.left -= 1
        self.check()

    def check(self) -> None:
        """Refuse a page that goes beyond the budget."""
        if self.left < 0:
            raise BadRecordError("asks for more operations than the file has bytes")


def _pages(path: Path, reading: Reading, pdf: Any, n_pages: int, budget: _Budget, numbers: list[int]) -> Iterator[str]:
    """The text of each page that holds any; ``numbers`` receives the page of each line."""
    for n in range(n_pages):
        try:
            with _broken_is_bad(), _silent():
                text = unwrapped_page(pdf.pages[n].extract_text(visitor_operand_before=budget.take))
                budget.check()
        except BadRecordError as reason:
            reading.bad(path, None, f"page {n + 1}: {reason}")
            continue
        if text:
            numbers += [n + 1] * text.count("\n")
            yield text


@contextmanager
def _silent() -> Iterator[None]:
    """Keep pypdf from reporting each flaw of a file on standard error."""
    logger = logging.getLogger("pypdf")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)


def unwrapped_page(text: str) -> str:
    r"""The text of a page with its full lines joined to the next.

    >>> unwrapped_page("第一章\n变压器的绝缘电阻应当每\n年测量一次。\n第二节")
    '第一章\n变压器的绝缘电阻应当每年测量一次。\n第二节\n'
    """
    lines = text.splitlines()
    widths = [len(line) + sum(not character.isascii() for character in line) for line in lines]
    full = _FULL * max(widths, default=0)
    parts = [line + ("\r" if width >= full else "\n") for line, width in zip(lines, widths, strict=True)]
    return "".join(unwrap(line.replace("\r", "\n")) + "\n" for line in "".join(parts).split("\n") if line)
