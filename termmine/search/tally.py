"""The frequency of given terms, and the number of their documents: exactly, in any text.

In: terms, and text or encoded corpora, group by group. Out: for each group the counts of every term, zeros among them.
No threshold is known here, and no ranking.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from termmine.kernels import tries as tries_kernels
from termmine.kernels.codes import FIRST_WORD
from termmine.kernels.tries import N_DOCUMENTS, N_SYMBOLS, Trie
from termmine.runtime.arrays import IN_MEMORY
from termmine.runtime.job import Job
from termmine.search.trie import runs_trie
from termmine.text.alphabet import translation
from termmine.text.encode import encode, encode_frozen, encode_strings
from termmine.text.runs import whole_runs
from termmine.types import Block, Corpus


@dataclass
class Counts:
    """The counts of one group: ``freq`` and ``doc_freq`` (int64, one a term), and its size."""

    freq: np.ndarray
    doc_freq: np.ndarray
    n_symbols: int = 0
    n_documents: int = 0


class Terms:
    """Terms prepared for counting. ``unfit``: those that no text can hold in one run, as `a：b`; they count as 0."""

    def __init__(self, terms: Sequence[str], fold: str | None = None) -> None:
        self._alphabet = encode([f"{term}\n" for term in terms], fold=fold, job=Job(threads=1)).alphabet
        codes, self._which = encode_strings(terms, self._alphabet)
        self._n = len(terms)
        self._longest = max(map(len, terms), default=0)
        self._trie, self._slots = runs_trie(codes, len(self._which), self._alphabet.n_codes, IN_MEMORY)
        fit = set(self._which.tolist())
        self.unfit = [term for i, term in enumerate(terms) if i not in fit]

    def none(self) -> Counts:
        """The counts of a group that is empty so far."""
        return Counts(np.zeros(self._n, dtype=np.int64), np.zeros(self._n, dtype=np.int64))

    def add_text(self, counts: Counts, blocks: Iterable[Block], document: str, job: Job) -> None:
        """Count in blocks of text, which begin and end a document."""
        codes = encode_frozen(blocks, self._alphabet, document=document, job=job)
        self._add(counts, self._trie, ((part, 0, end) for part, end in whole_runs(codes)))

    def add_corpus(self, counts: Counts, corpus: Corpus) -> None:
        """Count in an encoded corpus, whatever its alphabet; it must have been folded as the terms are."""
        own = (
            self._trie.symbols[:FIRST_WORD],
            self._trie.symbols[translation(corpus.alphabet, self._alphabet, IN_MEMORY)],
        )
        trie = self._trie._replace(symbols=np.concatenate(own))
        segments = corpus.segments(0, self._longest)
        self._add(counts, trie, ((segment.codes, segment.start, segment.stop) for segment in segments))

    def _add(self, counts: Counts, trie: Trie, parts: Iterable[tuple[np.ndarray, int, int]]) -> None:
        freq, doc_freq = (np.zeros(len(trie.links), dtype=np.int64) for _ in range(2))
        last, state = np.full(len(trie.links), -1, dtype=np.int64), np.zeros(4, dtype=np.int64)
        state[tries_kernels.LAST_DOCUMENT] = -1
        for codes, start, stop in parts:
            tries_kernels.tally(codes, start, stop, trie, freq, doc_freq, last, state)
        counts.freq[self._which] += freq[self._slots]
        counts.doc_freq[self._which] += doc_freq[self._slots]
        counts.n_symbols += int(state[N_SYMBOLS])
        counts.n_documents += int(state[N_DOCUMENTS])


_MOST_HELD = 1 << 22  # characters of records that are held until they are counted


@dataclass
class Groups:
    """Counts by group, and the text of groups whose records come in turns: counted together, for each call costs."""

    terms: Terms
    job: Job
    counts: dict[str, Counts] = field(default_factory=dict)
    _held: dict[str, list[str]] = field(default_factory=dict)
    _size: int = 0

    def of(self, group: str) -> Counts:
        """The counts of a group, which is there from then on."""
        return self.counts.setdefault(group, self.terms.none())

    def hold(self, group: str, text: str, document: str) -> None:
        """Count whole documents, sooner or later."""
        self.of(group)
        self._held.setdefault(group, []).append(text)
        self._size += len(text)
        if self._size > _MOST_HELD:
            self.flush(document)

    def flush(self, document: str) -> None:
        """Count what is held."""
        for group, texts in self._held.items():
            self.terms.add_text(self.of(group), texts, document, self.job)
        self._held, self._size = {}, 0
