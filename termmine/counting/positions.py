"""The positions where the n-grams of a level begin: the corpus as it is passed on from level to level.

In: the codes of a corpus. Out: windows of codes and *ids*, the row of the frequent n-gram that begins at a position, or
-1. Both are in memory or in scratch files, as the codes were. Positions that no n-gram touches any more are left out.
"""

from __future__ import annotations

import numpy as np

from termmine.counting.ranges import DOCUMENT_ENDS, Span, chunks, even_cuts, spans_between, tapering_cuts
from termmine.kernels import levels as levels_kernels
from termmine.kernels.codes import SOURCE_END
from termmine.runtime.columns import added_up
from termmine.runtime.job import Job
from termmine.runtime.spill import SpillArray
from termmine.types import Corpus

CHUNK = 1 << 18  # positions handled at once: 1 MiB of codes, and as many of ids, for each thread
_SPARSE = 6  # times fewer positions with a row than positions in all: then it pays to leave out the others


class Positions:
    """Codes and ids, and the ``spans`` that can be worked on each by itself: no document reaches over a cut.

    ``with_codes``: False where codes are no longer read once the symbols have their ids; a window then has ids in the
    place of codes, and only n-grams, not documents, are sure to end at a cut. ``may_overwrite``: the ids may take the
    room of the corpus's codes, if those are no longer read.
    """

    def __init__(self, corpus: Corpus, job: Job, *, with_codes: bool, may_overwrite: bool) -> None:
        self._codes = corpus.codes
        self._job = job
        self._with_codes = with_codes
        in_memory, folder = self._codes.in_memory, job.folder
        if in_memory and may_overwrite and not with_codes:
            self._ids = SpillArray.of(self._codes.read(0, len(self._codes)), fill=-1)
        else:
            n_ids = len(self._codes) + 1  # each position has a next one
            self._ids = SpillArray.blank(np.int32, n_ids, in_memory=in_memory, folder=folder, fill=-1)
        self.spans: list[Span] = []

    def symbol_freq(self, n_codes: int) -> np.ndarray:
        """The number of occurrences of each code (int64)."""

        def count(span: Span) -> np.ndarray:
            freq = self._job.arrays.zeros(n_codes, np.int64, hot=True)
            for lo, hi in chunks(span, CHUNK):
                levels_kernels.count_symbols(self._codes.read(lo, hi), freq)
            return freq

        parts = spans_between(DOCUMENT_ENDS, self._codes, even_cuts(len(self._codes), self._job.threads))
        return added_up(self._job.map(count, parts))

    def number_symbols(self, rows: np.ndarray) -> None:
        """Give each position the row of its symbol (rows: code -> row, or -1)."""

        def turn(part: Span) -> None:
            for lo, hi in chunks(part, CHUNK):
                ids = self._ids.read(lo, hi) if self._ids.in_memory else np.empty(hi - lo, dtype=np.int32)
                levels_kernels.first_level(self._codes.read(lo, hi), rows, ids)
                self.write(lo, ids)

        large = 16 * CHUNK  # a chunk takes so little time here that handing it out would take as long
        self._job.map(turn, chunks((0, len(self._codes)), large))
        if len(self._ids) > len(self._codes):
            self._ids.write(len(self._codes), np.full(1, -1, dtype=np.int32))
        self._settle(self._codes, self._ids)

    def _settle(self, codes: SpillArray, ids: SpillArray) -> None:
        self._codes, self._ids = codes if self._with_codes else ids.head(len(ids) - 1), ids
        ends = DOCUMENT_ENDS if self._with_codes else (-1,)
        self.spans = spans_between(ends, self._codes, tapering_cuts(len(self._codes), self._job.threads))

    def window(self, lo: int, hi: int, before: int, after: int) -> tuple[np.ndarray, np.ndarray]:
        """Codes and ids from lo - before on, up to hi + after and hi + 1."""
        ids = self._ids.read(lo - before, hi + 1)
        return (self._codes.read(lo - before, hi + after) if self._with_codes else ids), ids

    def write(self, start: int, ids: np.ndarray) -> None:
        """Store the new ids of a window; in memory the window is the stored array itself."""
        if not self._ids.in_memory:
            self._ids.write(start, ids)

    def row_freq(self, n_rows: int) -> np.ndarray:
        """The number of positions that have each row (int64)."""
        freq = self._job.arrays.zeros(n_rows, np.int64, hot=True)
        for lo, hi in chunks((0, len(self._codes)), CHUNK):
            ids = self._ids.read(lo, hi)
            levels_kernels.count_symbols(ids[ids >= 0], freq)
        return freq

    def is_sparse(self, n_active: int) -> bool:
        """True where so few positions have a row that it pays to leave out others."""
        return _SPARSE * n_active < len(self._codes)

    def compact(self, n: int) -> None:
        """Leave out the positions that no n-gram with a row, and no longer one, touches any more."""
        codes, ids, gap = self._new_array(fill=0), self._new_array(fill=-1), 0

        def thin_out(chunk: Span) -> tuple[np.ndarray, np.ndarray, int, int]:
            lo, hi = chunk
            before, after = self._codes.read(lo - n, hi), self._ids.read(lo - n, hi + 1)
            kept = np.empty((1 + self._with_codes, hi - lo + 1), dtype=np.int32)
            copied, first, last = levels_kernels.compact(before, after, n, n + hi - lo, n, kept[0], kept[-1])
            return kept[0, :copied], kept[-1, :copied], first, last

        def append(some_codes: np.ndarray, some_ids: np.ndarray) -> None:
            ids.append(some_ids)
            if self._with_codes:
                codes.append(some_codes)

        for kept_codes, kept_ids, first, last in self._job.stream(thin_out, chunks((0, len(self._codes)), CHUNK)):
            gap = max(gap, first)
            if len(kept_ids):
                if gap:
                    append(np.array([gap - 1], dtype=np.int32), np.full(1, -1, dtype=np.int32))
                append(kept_codes, kept_ids)
                gap = last
        append(np.array([SOURCE_END], dtype=np.int32), np.full(2, -1, dtype=np.int32))
        codes.finish()
        ids.finish()
        self._settle(codes, ids)

    def _new_array(self, fill: int) -> SpillArray:
        room = None if self._codes.in_memory else 0
        return SpillArray(np.int32, room=room, folder=self._job.folder, fill=fill, expected=len(self._codes) + 2)
