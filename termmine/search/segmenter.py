"""A dictionary under a corpus's alphabet: the strings that are words of it, and the words that the others consist of.

In: strings of symbols. Out: words, tags, probabilities. The route through a string is the most probable segmentation by
the dictionary's unigram model, by a kernel, for jieba's own takes a second for 0.7 MB.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from termmine.kernels import segment as segment_kernels
from termmine.kernels import tries as tries_kernels
from termmine.kernels.codes import FIRST_SYMBOL, FIRST_WORD, RUN_END
from termmine.kernels.segment import INSIDE, NO_WORD
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
_IN_LETTERS, _UNKNOWN, _N_DIGITS = 30, 31, np.uint64(32)  # beside the letters of tags, which are 1 to 26
LEAST_COMPOUND = 3  # symbols of a compound word: two are a word, or two single symbols
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
    `Segmenter.expected_freq` (float64), and how it is `built`.
    """

    is_word: np.ndarray
    pattern: np.ndarray
    expected_freq: np.ndarray
    built: Built


@dataclass(frozen=True)
class Built:
    """The words that strings are built of: one entry a string.

    ``tags`` (uint64): a number for the sequence of its words' parts of speech, 0 for a single word; ``tail`` (int32):
    the node of its last word, or `kernels.segment.NO_WORD`; ``head`` (int32): that of its first word.
    """

    tags: np.ndarray
    head: np.ndarray
    tail: np.ndarray


class Segmenter:
    """A dictionary under an alphabet: it knows words, and splits other strings into them.

    ``trie`` holds its words, ``nodes`` is the slot of each; ``freq``, ``weight``, ``node_tags`` are one a slot.
    """

    def __init__(self, dictionary: Dictionary, alphabet: Alphabet, arrays: Arrays) -> None:
        self._arrays = arrays
        codes, which = encode_strings(dictionary.words, alphabet)
        self._codes = codes
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

    def words_at(self, codes: np.ndarray, *, whole: bool = True) -> np.ndarray:
        """The word that begins at each place of codes (int32): its node, `kernels.NO_WORD` for a lone symbol, else
        `kernels.INSIDE`. With ``whole`` a run may be one word.
        """
        word_at = np.empty(len(codes), dtype=np.int32)
        segment_kernels.segment(codes, len(codes), self.trie, self.weight, self.default, whole, word_at)
        return word_at

    def split(self, codes: np.ndarray, *, whole: bool = True) -> tuple[np.ndarray, np.ndarray]:
        """The places where the words of codes begin (int64), and their nodes (int32; `kernels.NO_WORD` for a lone
        symbol).
        """
        word_at = self.words_at(np.ascontiguousarray(codes, dtype=np.int32), whole=whole)
        position = np.flatnonzero(word_at != INSIDE)
        return position, word_at[position]

    def words(self, codes: np.ndarray, *, whole: bool = True) -> Words:
        """Split each run of codes, which may be one word if ``whole``; the runs count as strings in order."""
        position, node = self.split(codes, whole=whole)
        string = np.cumsum(codes < FIRST_SYMBOL)[position] - 1
        return Words(string, node, position)

    def look_up(self, table: NgramTable, rows: np.ndarray) -> Looks:
        """The dictionary's view of n-grams (rows ascending)."""
        n = len(rows)
        arrays = self._arrays
        built = Built(arrays.empty(n, np.uint64), arrays.empty(n, np.int32), arrays.empty(n, np.int32))
        looks = Looks(arrays.empty(n, bool), arrays.empty(n, np.float64), arrays.empty(n, np.float64), built)
        for here in slices(0, n):
            runs = table.runs(rows[here])
            words, n_runs = self.words(runs), len(rows[here])
            looks.is_word[here] = self.is_word(runs, n_runs)
            looks.pattern[here] = self.pattern(words, n_runs)
            looks.expected_freq[here] = self.expected_freq(words, n_runs)
            of_parts = self.built(runs, words, n_runs)
            built.tags[here], built.head[here], built.tail[here] = of_parts.tags, of_parts.head, of_parts.tail
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

    def built(self, codes: np.ndarray, words: Words, n_strings: int) -> Built:
        """The words that each string is built of; those in letters are a part of speech of their own."""
        digits = np.where(codes[words.position] >= FIRST_WORD, _IN_LETTERS, _UNKNOWN)
        tagged = np.flatnonzero(words.node >= 0)
        digits[tagged] = self.node_tags[words.node[tagged]].astype("<U1").view(np.uint32) & 31  # a is 1, b is 2
        n_words = np.bincount(words.string, minlength=n_strings)
        first = np.append(0, np.cumsum(n_words)[:-1])
        tags = np.zeros(n_strings, dtype=np.uint64)
        for i in range(int(n_words.max(initial=0))):
            some = np.flatnonzero(n_words > i)
            tags[some] = tags[some] * _N_DIGITS + digits[first[some] + i].astype(np.uint64)
        head, tail = np.full((2, n_strings), NO_WORD, dtype=np.int32)
        some = np.flatnonzero(n_words)
        head[some] = words.node[first[some]]
        tail[some] = words.node[first[some] + n_words[some] - 1]
        tags[n_words < 2] = 0
        return Built(tags, head, tail)

    def compounds(self) -> Built:
        """The build of the dictionary's words of three symbols and more, of its other words."""
        built = self.built(self._codes, self.words(self._codes, whole=False), len(self.nodes))
        lengths = np.diff(np.flatnonzero(self._codes == RUN_END)) - 1
        compound = (lengths >= LEAST_COMPOUND) & (built.tags > 0)
        return Built(built.tags[compound], built.head[compound], built.tail[compound])

    def rows(self, table: NgramTable) -> np.ndarray:
        """The rows of a table that are words of the dictionary (int32, ascending)."""
        nodes = self._arrays.empty(len(table), np.int32)
        tries_kernels.find_nodes(table.prefix, table.last, self.trie, nodes)
        is_word = self._arrays.in_parts(lambda nodes: (nodes >= 0) & (self.freq[nodes] > 0), nodes, dtype=bool)
        return self._arrays.where(is_word)
