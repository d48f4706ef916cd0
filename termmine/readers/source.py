"""A user's source, opened once at the door: texts, or files.

In: a path, several, or texts. Out: a `Source`, which knows its name, its size and its blocks; every later stage takes
that. Directories are walked here and nowhere else. The contents of a count file are not known here.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TypeAlias, cast

from termmine.errors import UsageError
from termmine.options import ReadOptions
from termmine.readers.base import Document, ReadReport
from termmine.readers.files import STDIN
from termmine.readers.formats import is_count_file
from termmine.readers.listing import list_files
from termmine.readers.read import joined_blocks, read_blocks, read_documents, without_marks
from termmine.runtime.address import as_path, is_address
from termmine.types import DOCUMENT_END_CHARACTER, Block

_LONGEST_PATH = 4096  # characters: what the systems allow at most
_DEFAULTS = ReadOptions()


@dataclass(frozen=True)
class Texts:
    """Texts that are a document each, or are missing; an iterator can be drawn but once."""

    texts: Iterable[str | None]

    name = "the given texts"
    size = 0  # in bytes: not known beforehand
    counted: tuple[Path, ...] = ()

    @property
    def document(self) -> str:
        """The unit of a document: a text each, whatever the options say."""
        return "file"

    def numbered(self, report: ReadReport) -> Iterator[tuple[int, str]]:
        """The texts that are there, each with its place from 1; what is missing (None, NaN) is counted."""
        for number, text in enumerate(self.texts, 1):
            if isinstance(text, str):
                yield number, text
            elif is_missing(text):
                report.n_missing += 1
            else:
                raise UsageError(
                    f"the corpus holds a {type(text).__name__} (number {number}): each document must be a str "
                    "(give several paths as a list)"
                )

    def blocks(self, options: ReadOptions, report: ReadReport, progress: Callable[[int], None]) -> Iterator[Block]:
        """The text to be encoded."""
        for _, text in self.numbered(report):
            yield without_marks(text) + DOCUMENT_END_CHARACTER

    def strings(
        self,
        options: ReadOptions,
        report: ReadReport | None = None,
        progress: Callable[[int], None] = lambda _: None,
    ) -> Iterator[str]:
        """The text as strings, a line end after each."""
        return (text + "\n" for _, text in self.numbered(report or ReadReport()))


@dataclass(frozen=True)
class Files:
    """Files to read. ``named``: the paths as the user gave them; ``files``: what they stand for, in order;
    ``left_out``: the endings of files in folders that are not read, and how many have each.
    """

    named: tuple[Path, ...]
    files: tuple[Path, ...]
    left_out: tuple[tuple[str, int], ...] = ()

    document: None = None  # as the options say

    @property
    def name(self) -> str:
        """The name of the source in a message."""
        return ", ".join(map(str, self.named))

    @property
    def size(self) -> int:
        """The bytes of the files; standard input counts as 0."""
        return sum(file.stat().st_size for file in self.files if str(file) != STDIN)

    @cached_property
    def counted(self) -> tuple[Path, ...]:
        """The count files among the named paths."""
        return tuple(path for path in self.named if is_count_file(path))

    @property
    def text(self) -> Files | None:
        """The source without its count files; None where nothing else is there."""
        if not self.counted:
            return self
        kept = [tuple(path for path in paths if path not in self.counted) for paths in (self.named, self.files)]
        return replace(self, named=kept[0], files=kept[1]) if kept[1] else None

    def blocks(self, options: ReadOptions, report: ReadReport, progress: Callable[[int], None]) -> Iterator[Block]:
        """The text to be encoded."""
        return joined_blocks(
            self.files,
            options,
            self._told(report),
            progress,
            lambda document: document.blocks if document.to_encode is None else document.to_encode,
            self._by_name,
        )

    def strings(
        self,
        options: ReadOptions,
        report: ReadReport | None = None,
        progress: Callable[[int], None] = lambda _: None,
    ) -> Iterator[str]:
        """The text as strings, cut anywhere."""
        return read_blocks(self.files, options, report=self._told(report), progress=progress, named=self._by_name)

    def documents(self, options: ReadOptions, report: ReadReport | None = None) -> Iterator[Document]:
        """The documents, each with its place."""
        return read_documents(self.files, options, report=self._told(report), named=self._by_name)

    def _told(self, report: ReadReport | None) -> ReadReport:
        """A report that says what is left out of folders."""
        report = report or ReadReport()
        report.left_out = self.left_out
        return report

    @property
    def _by_name(self) -> frozenset[Path]:
        """The paths of which each must be read, for the user named it."""
        return frozenset(self.named)


Source: TypeAlias = Texts | Files

#: The argument of `open_source`: a path, several, texts that are a document each in any iterable, or a source.
Given: TypeAlias = "str | os.PathLike[str] | Iterable[os.PathLike[str]] | Iterable[str | None] | Source"


def is_missing(value: object) -> bool:
    """True where a value stands for none: None, NaN, pandas' NA and NaT."""
    if isinstance(value, float):
        return math.isnan(value)
    return value is None or type(value).__name__ in ("NAType", "NaTType")


def open_source(given: Given, options: ReadOptions = _DEFAULTS) -> Source:
    """Open a source; an error where a path leads to nothing. ``options`` say what is taken of folders.

    One str is a path, and so is each path object of a list or tuple, and each str of one if all of them lead to files;
    any other iterable (a list, a column of a DataFrame, an array, a generator) is texts.
    """
    if isinstance(given, (Texts, Files)):
        return given
    if isinstance(given, (str, os.PathLike)):
        return open_files([given], options)
    if hasattr(given, "columns"):
        columns = ", ".join(map(repr, list(given.columns)[:20]))
        raise UsageError(f"a whole DataFrame is given: give the column that holds the text, as frame[...]: {columns}")
    if isinstance(given, (bytes, Mapping)) or not isinstance(given, Iterable):
        raise UsageError(f"a {type(given).__name__} is given: give a path, a list of paths, or texts (each a str)")
    if isinstance(given, (list, tuple)) and given and _are_paths(given):
        return open_files(cast("Iterable[str]", given), options)
    return Texts(cast("Iterable[str | None]", given))


def _are_paths(given: Iterable[object]) -> bool:
    """True where a list holds path objects, or strings that are all names of existing files: no text is one by
    chance.
    """
    strings = [item for item in given if not isinstance(item, os.PathLike)]
    return all(isinstance(item, str) and _exists(item) for item in strings)


def _exists(name: str) -> bool:
    try:
        return 0 < len(name) <= _LONGEST_PATH and (is_address(name) or Path(name).exists())
    except (OSError, ValueError):
        return False


def open_files(paths: Iterable[str | os.PathLike[str]], options: ReadOptions = _DEFAULTS) -> Files:
    """The files that paths stand for, directories recursively."""
    named = tuple(map(as_path, paths))
    listing = list_files(named, options)
    return Files(named, listing.files, listing.left_out)
