"""What stands beside a string, and how it is spread: evidence from all of its occurrences in the domain.

In: the corpus, its table, the candidates, and what jieba knows. Out: two columns. ``context`` says how far the places
where a string stands are places where nouns of the domain stand; terms are such nouns, clauses and fragments are not.
What such a place looks like is learned from the corpus itself: from the neighbours of its dictionary words, the nouns
that are far more frequent here than in general against all others. ``burstiness`` says how much more a string keeps to
few places than chance would have it; a term belongs to a topic, a turn of phrase to every page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from termmine import kernels as k
from termmine.measures import burstiness, log_ratio, logit
from termmine.segment import NOUN_TAG, Segmenter
from termmine.tries import table_trie
from termmine.types import Corpus, NgramTable

DOMAIN_NOUN = 3.0  # bits: a noun eight times as frequent as in general is one of the domain's own
SHRINKAGE = 20  # occurrences: how many it takes until a neighbour's own record counts as much as what it falls back on
WINDOW = 300  # symbols, a long paragraph: the least stretch of text that is taken for one topic
_RUNS_AT_ONCE = 500_000  # segmented at a time: bounds the memory, changes nothing
_SCALE = 1 << 20  # weights are summed as integers, so that the sum is the same in any order


@dataclass(frozen=True)
class Survey:
    """One entry a surveyed row: ``left`` and ``right``, the mean log-odds of a noun from the neighbours on that side
    (natural logarithm, 0 where they say nothing); ``burstiness`` (1 at chance).
    """

    left: np.ndarray
    right: np.ndarray
    burstiness: np.ndarray


def survey(corpus: Corpus, table: NgramTable, rows: np.ndarray, segmenter: Segmenter) -> Survey:
    """Look at every occurrence of the rows."""
    codes = np.asarray(corpus.codes)
    n_rows = int(table.level[min(2, len(table.level) - 1)])  # one symbol and two
    before, after = np.empty(len(codes), dtype=np.int32), np.empty(len(codes), dtype=np.int32)
    k.context_ids(codes, table_trie(table, np.arange(n_rows)), n_rows, before, after)
    n_singles = int(table.level[1])
    n_contexts = n_rows + 2 + n_singles
    seen = np.zeros((2, 2, n_contexts), dtype=np.int64)  # side, noun or any word, context
    domain_noun = _domain_nouns(table, segmenter)
    for begin, end, node in _dictionary_words(codes, segmenter):
        for side, contexts in enumerate((before[begin], after[end])):
            seen[side, 0] += np.bincount(contexts[domain_noun[node]], minlength=n_contexts)
            seen[side, 1] += np.bincount(contexts, minlength=n_contexts)
    sums = np.zeros((3, len(table)), dtype=np.int64)
    n_windows = k.survey(
        codes,
        table_trie(table, rows),
        before,
        after,
        _weights(seen[0], table.suffix[:n_rows], n_singles),
        _weights(seen[1], table.prefix[:n_rows], n_singles),
        WINDOW,
        *sums,
    )
    left, right, windows = sums[:, rows]
    freq = table.freq[rows]
    return Survey(left / (_SCALE * freq), right / (_SCALE * freq), burstiness(freq, windows, n_windows))


def _domain_nouns(table: NgramTable, segmenter: Segmenter) -> np.ndarray:
    """Which nodes of the dictionary are nouns that the corpus uses far more often than general language (bool)."""
    rows = np.full(len(segmenter.nodes), -1, dtype=np.int32)
    k.find_runs(segmenter.runs, table_trie(table, np.arange(len(table))), rows)
    freq = np.zeros(len(segmenter.freq), dtype=np.int64)
    freq[segmenter.nodes] = np.where(rows >= 0, table.freq[rows], 0)
    ratio = log_ratio(freq, table.n_symbols, segmenter.freq, segmenter.n_symbols)
    return (segmenter.node_tags == NOUN_TAG) & (freq > 0) & (ratio > DOMAIN_NOUN)


def _dictionary_words(codes: np.ndarray, segmenter: Segmenter) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Where the dictionary words of two symbols or more begin and end in the corpus, and their nodes."""
    separators = np.flatnonzero(codes < k.FIRST_SYMBOL)
    for first in range(0, len(separators) - 1, _RUNS_AT_ONCE):
        ends = separators[first : first + _RUNS_AT_ONCE + 1]
        offset = int(ends[0])
        position, node = segmenter.split(codes[offset : int(ends[-1]) + 1])
        begin = position + offset
        end = np.append(begin[1:], ends[-1])
        end -= codes[end - 1] < k.FIRST_SYMBOL  # the next word begins a run: the separator before it ends this one
        known = (node >= 0) & (end - begin > 1)
        yield begin[known], end[known], node[known]


def _weights(seen: np.ndarray, nearer: np.ndarray, n_singles: int) -> np.ndarray:
    """The scaled log-odds of a noun beside each context (int64), in the numbering of `kernels.context_ids`.

    ``seen`` (2, contexts) counts the nouns and all words beside each, ``nearer`` is the nearer symbol of each row of
    two. What is seen beside two symbols is seen beside the nearer of them too, and that is what two fall back on while
    they are rare; one symbol falls back on the share of nouns among all words.
    """
    nouns, words = seen
    n_rows = len(nearer)
    share = (nouns.sum() + 1.0) / (words.sum() + 2.0)
    ones = np.r_[:n_singles, n_rows]  # a single symbol, or the edge at once
    twos = np.r_[n_singles:n_rows, n_rows + 2 : len(nouns)]
    near = np.concatenate([nearer[n_singles:], np.arange(n_singles)])
    beside_one = [column + np.bincount(near, weights=column[twos], minlength=len(column)) for column in (nouns, words)]
    chance = np.full(len(nouns), share)
    chance[ones] = (beside_one[0][ones] + SHRINKAGE * share) / (beside_one[1][ones] + SHRINKAGE)
    chance[twos] = (nouns[twos] + SHRINKAGE * chance[near]) / (words[twos] + SHRINKAGE)
    return np.asarray(np.rint(_SCALE * (logit(chance) - logit(share))), dtype=np.int64)
