"""Lists of words, one a line.

In: a file, or a list that stands for one. Out: its lines or words, in order. No word is folded here.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from termmine.errors import TermmineError
from termmine.options import ReadOptions
from termmine.readers.source import open_files
from termmine.runtime.address import as_path
from termmine.types import SOURCE_END_CHARACTER

if TYPE_CHECKING:
    from typing_extensions import Self


class GivenList(str):
    """A list that was given in the place of a file's path: its name, its rows, and a reviewer's cell for each."""

    rows: tuple[str, ...]
    verdicts: tuple[object, ...] | None

    def __new__(cls, rows: Iterable[str], verdicts: Iterable[object] | None = None, name: str | None = None) -> Self:
        """Make a list; without a name it gets one that says what it holds."""
        rows, verdicts = tuple(rows), None if verdicts is None else tuple(verdicts)
        given = super().__new__(cls, name or f"given-{zlib.crc32(repr((rows, verdicts)).encode()):08x}")
        given.rows, given.verdicts = rows, verdicts
        return given


def read_text(path: Path) -> str:
    """The whole text of a file as it stands there, in whatever encoding `decoding` recognises."""
    if path.is_dir():
        raise TermmineError(f"{path}: is a directory: name a file in it")
    options = ReadOptions(input_format="text")
    return "".join(open_files([path], options).strings(options)).removesuffix(SOURCE_END_CHARACTER)


def read_numbered_lines(path: Path | str) -> list[tuple[int, str]]:
    """The lines of a text file (or of a given list) with their numbers, from 1; blank ones are left out."""
    if isinstance(path, GivenList):
        return [(number, row) for number, row in enumerate(path.rows, 1) if row.strip()]
    path = as_path(path)
    text = read_text(path).replace("\r\n", "\n").replace("\r", "\n")
    return [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


def read_lines(path: Path | str) -> list[str]:
    """The lines of a text file; blank ones are left out."""
    return [line for _, line in read_numbered_lines(path)]


def read_words(path: Path | str) -> list[str]:
    """The words of a list, one a line, in order: a plain list, or the first column of a tab-separated one."""
    words = [line.split("\t")[0].strip() for line in read_lines(path)]
    if not words:
        raise TermmineError(f"{path}: holds no words: give a file with one word a line")
    return words
