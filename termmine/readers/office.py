"""Word documents and PDF: the text of their paragraphs. A document is the file.

Both are read by libraries that hold a file whole, so its size is looked at before. The only module that imports them.
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
from termmine.readers.files import seekable
from termmine.readers.markup import unwrap

_MAX_FILE = 1 << 28  # bytes, packed and unpacked
_MAX_PART = 1 << 26  # bytes of the text of a Word document, which is XML: some hundred bytes a word

# Parts of a Word document that are no text of it, and what stands for a character.
_HIDDEN = frozenset("pPr rPr tblPr tblGrid trPr tcPr sectPr sdtPr Fallback rt delText instrText".split())
_CHARACTERS = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "oMath": BREAK}


def read_docx(path: Path, reading: Reading) -> Iterator[Document]:
    """The paragraphs of a Word document, those of tables and text boxes in their places."""
    docx = extra("docx", "docx")
    try:
        with seekable(path, reading) as file, _broken_is_bad():
            _check_size(file)
            parts: list[str] = []
            _collect(docx.Document(file).element.body, parts)
    except BadRecordError as reason:
        reading.bad(path, None, reason)
        return
    yield Document(path, 1, ("".join(parts),))


@contextmanager
def _broken_is_bad() -> Iterator[None]:
    """Turn whatever a library makes of a broken file into a bad record."""
    try:
        yield
    except (BadRecordError, MemoryError):
        raise
    except Exception as error:
        raise BadRecordError(f"damaged or truncated ({one_line(error)})") from None


def _check_size(file: BinaryIO) -> None:
    """Refuse what unpacks to more than fits in memory; no part is unpacked beyond the size that it declares."""
    if file.seek(0, os.SEEK_END) > _MAX_FILE:
        raise BadRecordError(f"is larger than {_MAX_FILE} bytes")
    sizes = {part.filename: part.file_size for part in zipfile.ZipFile(file).infolist()}
    texts = [size for name, size in sizes.items() if name.endswith((".xml", ".rels"))]
    if sum(sizes.values()) > _MAX_FILE or sum(texts) > _MAX_PART:
        raise BadRecordError(f"unpacks to more than {_MAX_PART} bytes of text or {_MAX_FILE} in all")


def _collect(element: Any, parts: list[str]) -> None:
    for child in element:
        name = str(child.tag).rpartition("}")[2]
        if name in _HIDDEN:
            continue
        if name == "t":
            parts.append(child.text or "")
        elif name in _CHARACTERS:
            parts.append(_CHARACTERS[name])
        elif name == "p":
            parts.append("\n")
            _collect(child, parts)
            parts.append("\n")
        else:
            _collect(child, parts)


_FULL = 0.75  # of the widest line of a page: a line at least so wide runs on in the next one


def read_pdf(path: Path, reading: Reading) -> Iterator[Document]:
    """The pages of a PDF that holds text; wrapped lines are joined."""
    pypdf = extra("pypdf", "pdf")
    try:
        with seekable(path, reading) as file:
            with _broken_is_bad(), _silent():
                if file.seek(0, os.SEEK_END) > _MAX_FILE:
                    raise BadRecordError(f"is larger than {_MAX_FILE} bytes")
                pdf = pypdf.PdfReader(file)
                n_pages = len(pdf.pages)
            pages = _pages(path, reading, pdf, n_pages)
            first = next(pages, None)
            if first is None:
                raise BadRecordError("holds no text: pictures of pages need OCR first")
            yield Document(path, 1, chain([first], pages))
    except BadRecordError as reason:
        reading.bad(path, None, reason)


def _pages(path: Path, reading: Reading, pdf: Any, n_pages: int) -> Iterator[str]:
    """The text of each page that holds any."""
    for n in range(n_pages):
        try:
            with _broken_is_bad(), _silent():
                text = unwrapped_page(pdf.pages[n].extract_text())
        except BadRecordError as reason:
            reading.bad(path, None, f"page {n + 1}: {reason}")
            continue
        if text:
            yield text


@contextmanager
def _silent() -> Iterator[None]:
    """Keep pypdf from telling each flaw of a file on standard error."""
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
