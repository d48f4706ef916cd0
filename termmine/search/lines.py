"""The lines of a source as they were written, with their places.

In: a source that is read once more. Out: lines. Only one of them is held at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from termmine.options import ReadOptions
from termmine.readers.base import Document, ReadReport
from termmine.readers.files import STDIN
from termmine.readers.source import Source, Texts

LONGEST_LINE = 1 << 20  # characters: a longer one is looked at in parts, cut at a sentence's end where there is one


class Line(NamedTuple):
    """A line of a source: where it stands (a path, `stdin`, or `text` for texts), its number from 1, and its text."""

    path: str
    number: int
    text: str

    @property
    def place(self) -> str:
        """Path and number, as compilers and grep write them."""
        return f"{self.path}:{self.number}"


def read_lines(source: Source, options: ReadOptions, report: ReadReport | None = None) -> Iterator[Line]:
    """The lines of a source with their places: the number of the line of the file; in a Word document the paragraph, in
    a PDF the page. A record that is no line of its file has one number for all of it. ``report`` is filled meanwhile.
    """
    if isinstance(source, Texts):
        for number, text in source.numbered(report or ReadReport()):
            yield from (Line("text", number, line.rstrip("\n")) for line in _lines([text]))
        return
    for document in source.documents(options, report):
        yield from _numbered(document)


def _numbered(document: Document) -> Iterator[Line]:
    number, path = document.line, writable(str(document.path))
    name = "stdin" if path == STDIN else path  # a spreadsheet would take -:12 for a formula
    n, numbers = 0, document.numbers
    for line in _lines(document.blocks):
        if numbers:
            number = numbers[min(n, len(numbers) - 1)]
        yield Line(name, number, line.rstrip("\n"))
        n += line.endswith("\n")
        number += document.is_lines and line.endswith("\n")


def _lines(blocks: Iterable[str]) -> Iterator[str]:
    """Lines with their ends as `\\n`; a very long line in parts without."""
    rest = ""
    for block in blocks:
        held_back = "\r" if block.endswith("\r") else ""  # its \n may come with the next block
        text = rest + block.removesuffix(held_back)
        *lines, rest = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        yield from (line + "\n" for line in lines)
        while len(rest) > LONGEST_LINE:
            cut = max(rest.rfind(mark, 0, LONGEST_LINE) for mark in "。！？；") + 1 or LONGEST_LINE
            yield rest[:cut]
            rest = rest[cut:]
        rest += held_back
    if rest:
        yield rest.removesuffix("\r") + "\n"


def writable(name: str) -> str:
    """A file's name in characters that can be written; bytes that are no UTF-8 become escapes."""
    return name.encode(errors="backslashreplace").decode()


_UNPRINTABLE = re.compile("[\\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


def printable(text: str) -> str:
    """Text on one line: each stretch of blanks, line ends, control characters and halves of pairs is one blank."""
    return _UNPRINTABLE.sub(" ", text)
