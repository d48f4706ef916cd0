"""An encoded corpus and its table -> a count file.

In: codes as they come, then the corpus and its table. Out: a file, written whole or not at all.
"""

from __future__ import annotations

import os
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import DTypeLike

from termmine.counting.countfile.format import (
    ALIGNED,
    COUNTS,
    FORMAT,
    HEADER_SIZE,
    NEIGHBOURS,
    SECTIONS,
    TEXT_MODEL,
    Settings,
    blocks_of,
)
from termmine.counting.countfile.header import packed
from termmine.runtime.job import Job
from termmine.runtime.outputs import replacing
from termmine.runtime.spill import SpillArray
from termmine.types import Corpus, NgramTable
from termmine.version import __version__

_MOST_WAITING = 8  # pieces of text that have been read and not yet written


class Writer:
    """A count file that is being written: its text as it comes, and the rest when there is a table."""

    def __init__(self, file: BinaryIO, settings: Settings, beside: ThreadPoolExecutor | None) -> None:
        self._file = file
        self._settings = settings
        self._beside = beside
        self._waiting: deque[Future[None]] = deque()
        file.seek(HEADER_SIZE)
        self._codes = _Section(file, "codes", np.int32)

    def add_codes(self, codes: np.ndarray) -> None:
        """Write the next codes of the corpus, which must not change any more."""
        if self._settings.text:
            self._do(partial(self._codes.append, codes))

    def sync(self) -> None:
        """Have the bytes so far on the disk while other work is done, so that there is less to wait for in the end."""
        if self._beside is not None:
            self._do(self._sync)

    def _sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())

    def _do(self, task: Callable[[], None]) -> None:
        if self._beside is None:
            task()
            return
        self._waiting.append(self._beside.submit(task))
        if len(self._waiting) > _MOST_WAITING:
            self._waiting.popleft().result()

    def finish(self, corpus: Corpus, table: NgramTable) -> None:
        """Write the rest of the file, for a corpus whose codes have been added."""
        while self._waiting:
            self._waiting.popleft().result()
        described = {"codes": self._codes.describe()} if self._settings.text else {}
        for name, stored in _sections(corpus, table, self._settings):
            section = _Section(self._file, name, stored.dtype)
            for array in blocks_of(stored):
                section.append(array)
            described[name] = section.describe()
        sections = [described[name] for name in SECTIONS if name in described]
        self._file.seek(0)
        self._file.write(packed(_header(corpus, table, self._settings) | {"sections": sections}))


class _Section:
    """A section that is being written at the end of a file; nothing else may write there until it is described."""

    def __init__(self, file: BinaryIO, name: str, dtype: DTypeLike) -> None:
        file.write(bytes(-file.tell() % ALIGNED))
        self._name = name
        self._dtype = np.dtype(dtype)
        self._file = file
        self._offset = file.tell()
        self._length = self._checksum = 0

    def append(self, array: np.ndarray) -> None:
        """Write entries."""
        data = array.view(np.uint8).data
        self._checksum = zlib.crc32(data, self._checksum)
        self._file.write(data)
        self._length += len(array)

    def describe(self) -> dict[str, Any]:
        """The header's entry for this section."""
        place = {"offset": self._offset, "length": self._length}
        return {"name": self._name, "dtype": self._dtype.str, **place, "crc32": self._checksum}


@contextmanager
def saving(path: Path, settings: Settings, job: Job | None = None) -> Iterator[Writer]:
    """Write a count file, whole or not at all: it is there when the context ends, which must have finished it.

    The text is written in a thread of its own, where there may be several. The same corpus and settings give the same
    bytes.
    """
    is_alone = job is not None and job.threads == 1
    folder = None if job is None else job.folder
    with replacing(path, folder) as file, nullcontext() if is_alone else ThreadPoolExecutor(1) as beside:
        yield Writer(file, settings, beside)


def _header(corpus: Corpus, table: NgramTable, settings: Settings) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "text_model": TEXT_MODEL,
        "termmine": __version__,
        "settings": asdict(settings),
        "min_freq": table.min_freq,
        "n_symbols": corpus.n_symbols,
        "n_documents": corpus.n_documents,
        "n_words": int(corpus.alphabet.words.size[0]),
        "n_ngrams": np.diff(table.level).tolist(),
    }


def _sections(corpus: Corpus, table: NgramTable, settings: Settings) -> Iterator[tuple[str, SpillArray]]:
    """Name and contents of each section except the codes."""
    forms = corpus.alphabet.forms
    size = int(forms.size[0])
    yield "forms", SpillArray.of(forms.pool[: forms.offsets[size]])
    yield "form_offsets", SpillArray.of(forms.offsets[: size + 1])
    if settings.text:
        yield "variants", corpus.variants
    for name in COUNTS + NEIGHBOURS * settings.neighbours:
        yield name, SpillArray.of(getattr(table, name))
