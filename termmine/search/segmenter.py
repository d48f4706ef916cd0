"""A dictionary under a corpus's alphabet: the strings that are words of it, and the words that the others consist of.

In: strings of symbols. Out: words, tags, probabilities. The route through a string is the most probable segmentation by
the dictionary's unigram model, by a kernel, for jieba's own takes a second for 0.7 MB.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from termmine.kernels import segment as segment_kernels
from termmine.kernels import tries as tries_kernels
from termmine.kernels.codes import FIRST_SYMBOL, RUN_END
from termmine.kernels.segment import INSIDE
from termmine.runtime.arrays import Arrays
from termmine.runtime.columns import slices
from termmine.search.jieba import Dictionary
from termmine.search.trie import runs_trie
from termmine.text.encode import encode_strings
from termmine.types import Alphabet, NgramTable

#: First letters of the tags of function words: 副词 d, 介词 p, 连词 c, 代词 r, 助词 u, 非语素字 x, 语气词 y, 状态词 z,
#: 叹词 e, 方位词 f, 数词 m.
FUNCTION_TAGS = frozenset("dpcruxyzefm")
NOUN_TAG = "n"
MEASURE_TAG = "q"
FUNCTION_WORD_FACTOR = 0.3  # a string with a function word in it is a phrase more often than a term


@dataclass(frozen=True)
class Words:
    """The words that strings consist of: one entry a word, strings one after the other.

    ``string`` (int64): the string's number; ``node`` (int32): the word's node, or `kernels.NO_WORD`; ``position``
    (int64):
    the place in the codes where the word begins.
    """

    string: np.ndarray
    node: np.ndarray
    position: np.ndarray


@dataclass(frozen=True)
class Looks:
    """The dictionary's view of n-grams, one entry each: True for a word (bool), `Segmenter.pattern` and
    `Segmenter.expected_freq` (float64).
    """

    is_word: np.ndarray
    pattern: np.ndarray
    expected_freq: np.ndarray


class Segmenter:
    """A dictionary under an alphabet: it knows words, and splits other strings into them.

    ``trie`` holds its words, ``nodes`` is the slot of each; ``freq``, ``weight``, ``node_tags`` are one a slot.
    """

    def __init__(self, dictionary: Dictionary, alphabet: Alphabet, arrays: Arrays) -> None:
        self._arrays = arrays
        codes, which = encode_strings(dictionary.words, alphabet)
        self.trie, self.nodes = runs_trie(codes, len(which), alphabet.n_codes, arrays)
        n_slots = len(self.trie.links)
        self.freq = np.zeros(n_slots, dtype=np.int64)
        np.add.at(self.freq, self.nodes, dictionary.freq[which])  # words that fold to the same one are one
        self.total = int(dictionary.freq.sum())
        self.n_symbols = int((dictionary.freq[which] * (np.diff(np.flatnonzero(codes == RUN_END)) - 1)).sum())
        self.weight = np.full(n_slots, -np.inf)
        known = np.flatnonzero(self.freq)
        self.weight[known] = np.log(self.freq[known]) - np.log(self.total)
        self.default = -float(np.log(self.total))  # a symbol that is no word: as if met once
        self.node_tags = np.full(n_slots, "", dtype="<U1")
        self.node_tags[self.nodes] = dictionary.tags[which]

    def words_at(self, codes: np.ndarray) -> np.ndarray:
        """The word that begins at each place of codes (int32): its node, `kernels.NO_WORD` for a lone symbol, else
        `kernels.INSIDE`.
        """
        word_at = np.empty(len(codes), dtype=np.int32)
        segment_kernels.segment(codes, len(codes), self.trie, self.weight, self.default, word_at)
        return word_at

    def split(self, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The places where the words of codes begin (int64), and their nodes (int32; `kernels.NO_WORD` for a lone
        symbol).
        """
        word_at = self.words_at(np.ascontiguousarray(codes, dtype=np.int32))
        position = np.flatnonzero(word_at != INSIDE)
        return position, word_at[position]

    def words(self, codes: np.ndarray) -> Words:
        """Split each run of codes; the runs count as strings in order."""
        position, node = self.split(codes)
        string = np.cumsum(codes < FIRST_SYMBOL)[position] - 1
        return Words(string, node, position)

    def look_up(self, table: NgramTable, rows: np.ndarray) -> Looks:
        """The dictionary's view of n-grams (rows ascending)."""
        n = len(rows)
        looks = Looks(self._arrays.empty(n, bool), self._arrays.empty(n, np.float64), self._arrays.empty(n, np.float64))
        for here in slices(0, n):
            runs = table.runs(rows[here])
            words, n_runs = self.words(runs), len(rows[here])
            looks.is_word[here] = self.is_word(runs, n_runs)
            looks.pattern[here] = self.pattern(words, n_runs)
            looks.expected_freq[here] = self.expected_freq(words, n_runs)
        return looks

    def is_word(self, codes: np.ndarray, n_runs: int) -> np.ndarray:
        """True for the runs of codes that are words of the dictionary (bool, n_runs)."""
        nodes = np.full(n_runs, -1, dtype=np.int32)
        tries_kernels.find_runs(np.ascontiguousarray(codes, dtype=np.int32), self.trie, nodes)
        return nodes >= 0

    def tags(self, words: Words) -> np.ndarray:
        """The first letter of each word's part of speech; empty where jieba does not know it."""
        return np.where(words.node >= 0, self.node_tags[np.maximum(words.node, 0)], "")

    def pattern(self, words: Words, n_strings: int) -> np.ndarray:
        """A factor in (0, 1] for each string: how far its words' parts of speech are those of terms.

        A function word in it, or a measure word at its beginning (个隐藏层), makes a term unlikely.
        """
        tags = self.tags(words)
        is_first = np.diff(words.string, prepend=-1) > 0
        unlikely = np.isin(tags, list(FUNCTION_TAGS)) | (is_first & (tags == MEASURE_TAG))
        factors = np.ones(n_strings)
        factors[words.string[unlikely]] = FUNCTION_WORD_FACTOR
        return factors

    def expected_freq(self, words: Words, n_strings: int) -> np.ndarray:
        """The expected frequency of each string among the words that jieba's dictionary was counted from.

        The product of its words' probabilities times their total (float64, n_strings): its own frequency where the
        string is a word.
        """
        weight = np.where(words.node >= 0, self.weight[np.maximum(words.node, 0)], self.default)
        return np.asarray(self.total * np.exp(np.bincount(words.string, weights=weight, minlength=n_strings)))
