"""A source that is read twice: one that can be read only once is stored first.

In: any source. Out: one that can be read again. Nothing is read here but standard input, which goes into a temporary
file that ends with the run.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from termmine.errors import TermmineError, UsageError
from termmine.readers.files import STDIN
from termmine.readers.source import Source, Texts


@contextmanager
def readable_twice(source: Source, folder: Path | None = None) -> Iterator[tuple[Source, Callable[[], object]]]:
    """The source, or a copy to read in its place, and a function to call between the two readings.

    Texts that an iterator gives become a list. A pipe with a name (`<(zcat a.gz)`) is an error.
    """
    if isinstance(source, Texts):
        yield (Texts(list(source.texts)) if isinstance(source.texts, Iterator) else source), lambda: None
        return
    for file in source.files:
        if str(file) != STDIN and not file.is_file():
            raise UsageError(f"{file}: is a pipe, which --contexts cannot read twice: name a file, or give - its text")
    if STDIN not in map(str, source.files) or sys.stdin is None:
        yield source, lambda: None
        return
    before = sys.stdin
    with tempfile.TemporaryFile(dir=folder) as spool:
        _copy(before.buffer, cast("BinaryIO", spool))
        sys.stdin = io.TextIOWrapper(cast("BinaryIO", spool))
        try:
            yield source, lambda: spool.seek(0)
        finally:
            sys.stdin.detach()
            sys.stdin = before


def _copy(stream: BinaryIO, spool: BinaryIO) -> None:
    try:
        shutil.copyfileobj(stream, spool)
        spool.seek(0)
    except OSError as error:
        raise TermmineError(f"-: {error.strerror}: --contexts needs space for a copy of standard input") from error
