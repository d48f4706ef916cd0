"""What a user names, opened once at the door: texts, or files.

In: a path, several, or texts. Out: a `Source`, which knows its name, its size and its blocks; every stage behind the
door takes that. Directories are walked here and nowhere else. What a count file holds is not known here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TypeAlias, cast

from termmine.errors import UsageError
from termmine.options import ReadOptions
from termmine.readers.base import Document, ReadReport
from termmine.readers.files import STDIN, list_files
from termmine.readers.formats import is_count_file
from termmine.readers.read import joined_blocks, read_blocks, read_documents, without_marks
from termmine.types import DOCUMENT_END_CHARACTER, Block


@dataclass(frozen=True)
class Texts:
    """Texts that are a document each; an iterator can be drawn but once."""

    texts: Iterable[str]

    name = "the given texts"
    size = 0  # in bytes: not known beforehand
    counted: tuple[Path, ...] = ()

    @property
    def document(self) -> str:
        """What a document is, whatever the options say."""
        return "file"

    def blocks(self, options: ReadOptions, report: ReadReport, progress: Callable[[int], None]) -> Iterator[Block]:
        """The text to be encoded."""
        for text in self.texts:
            if not isinstance(text, str):
                raise UsageError(
                    f"the corpus holds a {type(text).__name__}: each document must be a str "
                    "(give several paths as a list)"
                )
            yield without_marks(text) + DOCUMENT_END_CHARACTER


@dataclass(frozen=True)
class Files:
    """Files to read. ``named``: the paths as the user gave them; ``files``: what they stand for, in order."""

    named: tuple[Path, ...]
    files: tuple[Path, ...]

    document: None = None  # as the options say

    @property
    def name(self) -> str:
        """What to call the source in a message."""
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
            report,
            progress,
            lambda document: document.blocks if document.to_encode is None else document.to_encode,
            frozenset(self.named),
        )

    def strings(
        self,
        options: ReadOptions,
        report: ReadReport | None = None,
        progress: Callable[[int], None] = lambda _: None,
    ) -> Iterator[str]:
        """The text as strings, cut anywhere."""
        return read_blocks(self.files, options, report=report, progress=progress, named=frozenset(self.named))

    def documents(self, options: ReadOptions) -> Iterator[Document]:
        """The documents, each with its place."""
        return read_documents(self.files, options, named=frozenset(self.named))


Source: TypeAlias = Texts | Files

#: What `open_source` takes: a path, a list of path objects, an iterable of texts that are a document each, or a source.
Given: TypeAlias = "str | os.PathLike[str] | Iterable[os.PathLike[str]] | Iterable[str] | Source"


def open_source(given: Given) -> Source:
    """The source that is given; an error where a path leads to nothing.

    One str is a path, and so is each item of a list or tuple of path objects; any other iterable is texts.
    """
    if isinstance(given, (Texts, Files)):
        return given
    if isinstance(given, (str, os.PathLike)):
        return open_files([given])
    if isinstance(given, (list, tuple)) and given and all(isinstance(item, os.PathLike) for item in given):
        return open_files(given)
    return Texts(cast("Iterable[str]", given))


def open_files(paths: Iterable[str | os.PathLike[str]]) -> Files:
    """The files that paths stand for, directories recursively."""
    named = tuple(map(Path, paths))
    return Files(named, tuple(list_files(named)))
