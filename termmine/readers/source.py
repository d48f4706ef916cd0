"""What a user names: texts, or paths.

In: a path, several, or texts. Out: their name, size and blocks.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeAlias, cast

from termmine.errors import UsageError
from termmine.options import ReadOptions
from termmine.readers import files
from termmine.readers.base import ReadReport
from termmine.readers.read import joined_blocks, without_marks
from termmine.types import DOCUMENT_END_CHARACTER, Block

#: A path, a list of path objects, or an iterable of texts that are a document each.
Source: TypeAlias = "str | os.PathLike[str] | Iterable[os.PathLike[str]] | Iterable[str]"


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
    return joined_blocks(
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
        yield without_marks(text) + DOCUMENT_END_CHARACTER
