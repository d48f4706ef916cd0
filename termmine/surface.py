"""How each term is written: the most frequent of its surface forms.

In: the corpus, the table and the rows to report. Out: one string a row. Case is folded for counting only, so `GPU加速`,
`Gpu加速` and `gpu加速` are one n-gram and the commonest spelling is shown; ties go to the first in code point order.
"""

from __future__ import annotations

import numpy as np

from termmine import kernels as k
from termmine.tries import table_trie
from termmine.types import Corpus, NgramTable, spell


def surfaces(corpus: Corpus, table: NgramTable, rows: np.ndarray) -> list[str]:
    """The most frequent written form of each row (rows ascending)."""
    texts = table.texts(rows)
    place = {row: i for i, row in enumerate(rows.tolist())}
    spans, starts = _spans(corpus, table, rows)
    if not len(spans):
        return texts
    for row, counts in _counts_by_form(corpus, table, spans, starts).items():
        i = place[row]
        first_form = int(table.freq[row]) - sum(counts.values())
        counts[texts[i]] = counts.get(texts[i], 0) + first_form
        texts[i] = min(counts, key=lambda text: (-counts[text], text))
    return texts


def _spans(corpus: Corpus, table: NgramTable, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Row and first position of every occurrence that holds a variant."""
    wanted = np.zeros(len(table), dtype=bool)
    wanted[rows] = True
    places = np.ascontiguousarray(np.asarray(corpus.variants)[0::2])
    trie, longest = table_trie(table, rows), len(table.level) - 1
    empty = np.zeros(0, dtype=np.int64)
    n = k.spans_with_variants(np.asarray(corpus.codes), places, trie, wanted, longest, empty, empty.copy())
    spans, starts = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    k.spans_with_variants(np.asarray(corpus.codes), places, trie, wanted, longest, spans, starts)
    return spans, starts


def _counts_by_form(
    corpus: Corpus, table: NgramTable, spans: np.ndarray, starts: np.ndarray
) -> dict[int, dict[str, int]]:
    """Row -> written form -> occurrences, for the occurrences that hold a variant."""
    places, forms = np.asarray(corpus.variants)[0::2], np.asarray(corpus.variants)[1::2]
    first = _first_forms(corpus)
    texts = corpus.alphabet.form_texts
    counts: dict[int, dict[str, int]] = {}
    for n in np.unique(table.length[spans]):
        of_length = np.flatnonzero(table.length[spans] == n)
        where = starts[of_length, None] + np.arange(n)
        codes = np.asarray(corpus.codes)[where]
        written = np.where(codes >= k.FIRST_WORD, first[np.maximum(codes - k.FIRST_WORD, 0)], codes)
        at = np.minimum(np.searchsorted(places, where), len(places) - 1)
        written = np.where(places[at] == where, forms[at], written)
        unique, number = np.unique(np.column_stack([spans[of_length], written]), axis=0, return_counts=True)
        for (row, *codes_written), occurrences in zip(unique.tolist(), number.tolist(), strict=True):
            forms_of_row = counts.setdefault(row, {})
            text = spell(codes_written, texts)
            forms_of_row[text] = forms_of_row.get(text, 0) + occurrences
    return counts


def _first_forms(corpus: Corpus) -> np.ndarray:
    """For each word the code of the form that it was first written in."""
    n = max(int(corpus.alphabet.words.size[0]), 1)
    return corpus.alphabet.word_form[:n].astype(np.int64) + k.FIRST_WORD
