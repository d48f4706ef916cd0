"""Building a corpus from text and from encoded corpora.

In: blocks of text, or corpora. Out: a `Corpus`. The numbers that threads gave to words are turned into the corpus's own
in the order of the pieces, so that the same text makes the same corpus. Nothing here reads files or counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from termmine.kernels import encode as encode_kernels
from termmine.kernels.codes import DOCUMENT_END, FIRST_WORD, SOURCE_END
from termmine.kernels.encode import NOTHING, SOURCE
from termmine.runtime.job import Job
from termmine.runtime.spill import SpillArray
from termmine.text.alphabet import adopted, empty_alphabet
from termmine.text.pieces import Seam, encoded_pieces
from termmine.types import Alphabet, Block, Corpus

CODES_SHARE, VARIANTS_SHARE = 0.2, 0.03  # shares of the free memory that each may take before it goes to a file


class CorpusBuilder:
    """A corpus that grows by text and by encoded corpora; its words are numbered in the order of first occurrence.

    So the same text makes the same corpus, code by code, whatever parts it comes in. ``sink`` is called with the codes
    as
    they come, in arrays. ``alphabet``: one to begin with, which is then no longer to be used.
    """

    def __init__(
        self,
        document: str = "line",
        fold: str | None = None,
        job: Job | None = None,
        sink: Callable[[np.ndarray], None] | None = None,
        alphabet: Alphabet | None = None,
    ) -> None:
        self._sink = sink
        self._document = document
        self._job = job or Job()
        left = self._job.left()
        self._codes = self._new_array(np.int32, int(CODES_SHARE * left))
        self._variants = self._new_array(np.int64, int(VARIANTS_SHARE * left))
        self._alphabet = alphabet or empty_alphabet(self._job.arrays, fold)
        self._n_symbols = self._n_documents = 0
        self._seam = Seam()

    def _new_array(self, dtype: type, room: int) -> SpillArray:
        return SpillArray(dtype, room=room, folder=self._job.folder, expected=room)

    def add_text(self, blocks: Iterable[Block]) -> None:
        """Encode blocks of text, and end the source."""
        ids: list[np.ndarray] = [np.zeros(0, dtype=np.int32) for _ in range(self._job.threads)]
        for encoded in encoded_pieces(blocks, self._alphabet, False, self._document, self._job):
            known = ids[encoded.worker][: 0 if encoded.is_fresh else None]
            ids[encoded.worker] = np.concatenate([known, self._adopt(*encoded.new_forms)])
            self._append(encoded.codes, encoded.written, ids[encoded.worker], encoded.pending)
        self._seam.pending = int(SOURCE)

    def add_corpus(self, corpus: Corpus) -> None:
        """Add an encoded corpus as a source of its own."""
        forms = corpus.alphabet.forms
        ids = self._adopt(forms.pool, forms.offsets[: int(forms.size[0]) + 1])
        end = len(corpus.codes) - 1  # without the separator that ends it
        at = 0
        for segment in corpus.segments(0, 0):
            codes = segment.codes[: end - at].copy()
            at += len(segment.codes)
            written = np.empty((len(segment.variants) + int((codes >= FIRST_WORD).sum()), 2), dtype=np.int64)
            n = encode_kernels.unsettle(codes, segment.variants, corpus.alphabet.word_form, written)
            self._append(codes, written[:n], ids, int(NOTHING))
        self._seam.pending = int(SOURCE)

    def _append(self, codes: np.ndarray, written: np.ndarray, ids: np.ndarray, pending: int) -> None:
        """Add codes, and the forms of the variants among them, which ``ids`` numbers; both arrays are overwritten."""
        if not self._seam.join(codes, pending):
            return
        n, n_symbols, n_documents = encode_kernels.settle(
            codes, written, ids, self._alphabet.form_word, self._alphabet.word_form
        )
        if not self._n_symbols:  # a separator before the first symbol ends nothing
            n_documents -= codes[0] in (DOCUMENT_END, SOURCE_END)
        self._n_symbols += int(n_symbols)  # a number of numpy's where nothing is compiled
        self._n_documents += int(n_documents)
        variants = written[:n]
        variants[:, 0] += len(self._codes)
        self._put(codes)
        self._variants.append(variants.ravel())

    def _put(self, codes: np.ndarray) -> None:
        self._codes.append(codes)
        if self._sink is not None:
            self._sink(codes)

    def _adopt(self, chars: np.ndarray, offsets: np.ndarray) -> np.ndarray:
        self._alphabet, ids = adopted(self._alphabet, chars, offsets, self._job.arrays)
        return ids

    def finish(self) -> Corpus:
        """The corpus; nothing may be added after that."""
        self._put(np.array([SOURCE_END], dtype=np.int32))
        self._codes.finish()
        self._variants.finish()
        n_documents = self._n_documents + (self._n_symbols > 0)
        return Corpus(self._codes, self._variants, self._alphabet, self._n_symbols, n_documents)
