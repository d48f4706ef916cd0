"""The types that pass between the stages; read this file first.

    text blocks -text.encode-> Corpus -counting-> NgramTable -candidates, ranking-> DataFrame

A *symbol* is a Han character, a kana, or a whole stretch of other letters and digits (`5G`, `TCP/IP`); a *run* is a
stretch of symbols that nothing separates; an *n-gram* is a counted sequence of symbols within one run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from typing import TypeAlias, overload

import numpy as np

from termmine.kernels import contexts as contexts_kernels
from termmine.kernels.codes import AFTER_BLANK, FIRST_SYMBOL, FIRST_WORD, RUN_END
from termmine.kernels.encode import Strings
from termmine.runtime.spill import SpillArray

#: The ends of a document and of a source in a stream of text blocks (a reader replaces them where a file holds them).
DOCUMENT_END_CHARACTER, SOURCE_END_CHARACTER = "\x1e", "\x1c"

#: A stretch of text, cut anywhere: a string, or its code points (C, uint32), which spares who reads UTF-8 the string.
Block: TypeAlias = "str | np.ndarray"

#: The columns of a table by their names, all of one length: a DataFrame without its index, and without the 0.2 s that
#: pandas takes to load.
Columns = dict[str, "np.ndarray"]


@dataclass(frozen=True)
class Alphabet:
    """The words that a corpus was encoded with; Han characters and kana need no entry, their code is their code point.

    ``forms`` holds the words as written (after NFKC), ``words`` the same with case folded; ``form_word`` (one a form)
    says which word a form belongs to, ``word_form`` (one a word) which form was met first. ``fold``: what else was
    folded ("t2s"), in this corpus and so in all that is looked up in it.
    """

    forms: Strings
    words: Strings
    form_word: np.ndarray
    word_form: np.ndarray
    fold: str | None = None

    @property
    def n_codes(self) -> int:
        """One more than the largest code of a symbol."""
        return FIRST_WORD + int(self.words.size[0])

    @property
    def first_forms(self) -> Texts:
        """Each word as it was first written."""
        return Texts(self.forms, self.word_form[: self.words.size[0]])

    @property
    def form_texts(self) -> Texts:
        """Every form as text."""
        return Texts(self.forms)

    @property
    def word_texts(self) -> Texts:
        """Every word as text, folded."""
        return Texts(self.words)


_MANY_TEXTS = 1 << 14


class Texts(Sequence[str]):
    """Interned strings as text, or those with some numbers; each is made when it is used, for they may be many."""

    def __init__(self, strings: Strings, numbers: np.ndarray | None = None) -> None:
        self._strings = strings
        self._numbers = numbers
        # The same few words are in most of the terms that hold one. Bound to the strings, so that no cycle keeps them.
        self._text = lru_cache(_MANY_TEXTS)(partial(_text, strings, numbers))

    def __len__(self) -> int:
        return int(self._strings.size[0]) if self._numbers is None else len(self._numbers)

    @overload
    def __getitem__(self, i: int) -> str: ...

    @overload
    def __getitem__(self, i: slice) -> list[str]: ...

    def __getitem__(self, i: int | slice) -> str | list[str]:
        if isinstance(i, slice):
            return [self[j] for j in range(*i.indices(len(self)))]
        if not 0 <= i < len(self):
            raise IndexError(i)
        return self._text(i)


def _text(strings: Strings, numbers: np.ndarray | None, i: int) -> str:
    number = i if numbers is None else numbers[i]
    begin, end = strings.offsets[number : number + 2]
    return strings.pool[begin:end].astype("<u4").tobytes().decode("utf-32-le")


#: The longest piece of a corpus that is looked at at once, in symbols and separators: 4 MB of codes. No result depends
#: on it. A multiple of `kernels.WINDOW`, so that a run that is cut here is segmented as it would be whole.
SEGMENT = 1 << 20


@dataclass(frozen=True)
class Segment:
    """A piece of an encoded corpus, with a margin on either side to look into.

    ``codes`` (int32) holds the margins too, ``codes[start:stop]`` is the piece itself; ``n_before``: how many symbols
    of the source that goes on in it stand before it. ``variants`` (n, 2) are the corpus's within ``codes``, their
    places counted from there.
    """

    codes: np.ndarray
    start: int
    stop: int
    n_before: int = 0
    variants: np.ndarray = field(default_factory=lambda: np.zeros((0, 2), dtype=np.int64))


@dataclass(frozen=True)
class Kept:
    """What a count file without text keeps of the text, and what it cannot know; arrays have one entry a row of the
    table.

    ``missed`` (int64): so many occurrences more there may be at most, in parts that were counted from a floor on;
    ``unseen``: what has no row occurs so often at most. ``windows``: the windows of text that hold the row, of
    ``n_windows``; ``left_fit``, ``right_fit``: the sums of what its neighbours say for a noun, in 1 / `FIT_SCALE` nats.
    ``spelt_row``, ``spelt_count``: the occurrences of a row in a form other than the first one of its words (rows
    ascending); ``spelt_codes`` holds the codes of those forms, as many as each row has symbols, one after the other.
    ``n_parts``: how many files were added up. ``base``: a checksum of the rows of the file that was counted exactly, of
    ``base_symbols`` symbols in all; 0: none.
    """

    missed: np.ndarray
    windows: np.ndarray
    left_fit: np.ndarray
    right_fit: np.ndarray
    spelt_row: np.ndarray
    spelt_count: np.ndarray
    spelt_codes: np.ndarray
    n_windows: int
    unseen: int
    n_parts: int = 1
    base: int = 0
    base_symbols: int = 0

    @property
    def complete_from(self) -> int:
        """Whatever occurs so often, or oftener, has a row."""
        return self.unseen + 1


FIT_SCALE = 16  # a sixteenth of a nat is exact enough for a mean, and small in a file


@dataclass(frozen=True)
class Corpus:
    """An encoded corpus, in memory or in a file; or what a count file kept of one, without its codes.

    ``codes`` (int32) begins and ends with a separator (``RUN_END``, ``DOCUMENT_END`` or ``SOURCE_END``); between two
    runs stands one separator. ``variants`` (int64, in twos) lists the places, and the code of the form, where a symbol
    is written otherwise than at its first occurrence, or behind a blank between a word and another symbol
    (``AFTER_BLANK``, added to the form). ``kept``: what is there in the place of both, where these are empty.
    """

    codes: SpillArray
    variants: SpillArray
    alphabet: Alphabet
    n_symbols: int
    n_documents: int
    kept: Kept | None = field(default=None, kw_only=True)

    @cached_property
    def varied(self) -> np.ndarray:
        """True for the symbols that are somewhere written otherwise than at their first occurrence (bool, one a
        code).
        """
        varied = np.zeros(self.alphabet.n_codes, dtype=bool)
        for segment in self.segments(0, 0):
            codes, forms = segment.codes[segment.variants[:, 0]], segment.variants[:, 1] & ~AFTER_BLANK
            words = np.maximum(codes - FIRST_WORD, 0)
            first = np.where(codes >= FIRST_WORD, FIRST_WORD + self.alphabet.word_form[words], codes)
            varied[codes[forms != first]] = True
        return varied

    def segments(self, before: int = 1, after: int = 1) -> Iterator[Segment]:
        """The corpus in order, in pieces of up to `SEGMENT` codes, each with so many codes around it where there are.

        A piece ends behind the last separator in reach, so that its runs are whole; only a longer run is cut, into
        pieces of just `SEGMENT` symbols.
        """
        start = n_before = 0
        while start < len(self.codes):
            stop = self._end_of_segment(start)
            low, high = max(start - before, 0), min(stop + after, len(self.codes))
            variants = self.variants.read(*(2 * self._first_variant(place) for place in (low, high)))
            codes = self.codes.read(low, high)
            yield Segment(codes, start - low, stop - low, n_before, variants.reshape(-1, 2) - (low, 0))
            n_before = contexts_kernels.symbols_of_source(codes, start - low, stop - low, n_before)
            start = stop

    def _end_of_segment(self, start: int) -> int:
        reach = min(start + SEGMENT, len(self.codes))
        if reach == len(self.codes):
            return reach
        for stop in range(reach, start, -4096):  # a separator is near, nearly always
            low = max(stop - 4096, start)
            separators = np.flatnonzero(self.codes.read(low, stop) < FIRST_SYMBOL)
            if len(separators):
                return low + int(separators[-1]) + 1
        return reach

    def _first_variant(self, place: int) -> int:
        """The number of variants before a place."""
        low, high = 0, len(self.variants) // 2
        while low < high:
            middle = (low + high) // 2
            if self.variants.read(2 * middle, 2 * middle + 1)[0] < place:
                low = middle + 1
            else:
                high = middle
        return low


@dataclass(frozen=True)
class NgramTable:
    """The frequent n-grams of a corpus: the narrow waist of termmine. Columns of equal length, one row an n-gram.

    Rows are ordered by length. The table is closed: with an n-gram it holds everything inside it, so that ``prefix``
    and ``suffix`` (the rows of the n-gram without its last and without its first symbol; -1 for a single symbol)
    reach every part by index arithmetic.

    length (int16): symbols; freq (int64): occurrences; doc_freq: documents; left_entropy, right_entropy (float64,
    bits); left_edge, right_edge: occurrences that begin and that end a run (like doc_freq int32, or int64 where the
    corpus has more separators than that can count); last (int32): code of the last symbol; level (int64): where each
    length's rows begin. The rows of a length are in order of prefix and suffix.
    """

    length: np.ndarray
    freq: np.ndarray
    doc_freq: np.ndarray
    left_entropy: np.ndarray
    right_entropy: np.ndarray
    left_edge: np.ndarray
    right_edge: np.ndarray
    prefix: np.ndarray
    suffix: np.ndarray
    last: np.ndarray
    level: np.ndarray
    min_freq: int
    n_symbols: int
    n_documents: int
    alphabet: Alphabet

    def __len__(self) -> int:
        return len(self.freq)

    def codes(self, rows: np.ndarray) -> np.ndarray:
        """The symbols of n-grams that all have one length: (len(rows), length), int32."""
        columns = []
        while len(rows) and rows[0] >= 0:
            columns.append(self.last[rows])
            rows = self.prefix[rows]
        if not columns:
            return np.zeros((len(rows), 0), dtype=np.int32)
        return np.stack(columns[::-1], axis=1)

    def runs(self, rows: np.ndarray) -> np.ndarray:
        """The symbols of n-grams (rows ascending), one run each, with a separator before and after it (int32)."""
        runs = [np.array([RUN_END], dtype=np.int32)]
        for n in np.unique(self.length[rows]):
            codes = self.codes(rows[self.length[rows] == n])
            runs.append(np.pad(codes, ((0, 0), (0, 1)), constant_values=RUN_END).ravel())
        return np.concatenate(runs)

    def texts(self, rows: np.ndarray) -> list[str]:
        """The n-grams as text, each symbol in the form that it was first written in."""
        texts, forms = np.empty(len(rows), dtype=object), self.alphabet.first_forms
        for n in np.unique(self.length[rows]):
            where = np.flatnonzero(self.length[rows] == n)
            texts[where] = spell_all(self.codes(rows[where]), forms)
        listed: list[str] = texts.tolist()
        return listed


def spell(codes: Iterable[int], words: Sequence[str]) -> str:
    """Write a sequence of symbols as text: a blank stands between two words, and where a code says so.

    >>> spell([0x4E2D, 0x110000, 0x110000, AFTER_BLANK + 0x6587], ["air"])
    '中air air 文'
    """
    return _spell(codes, lambda code: words[code - FIRST_WORD])


def _spell(codes: Iterable[int], word: Callable[[int], str]) -> str:
    parts: list[str] = []
    after_word = False
    for code in codes:
        is_after_blank = code >= AFTER_BLANK
        code -= AFTER_BLANK if is_after_blank else 0
        is_word = code >= FIRST_WORD
        if is_after_blank or (is_word and after_word):
            parts.append(" ")
        parts.append(word(code) if is_word else chr(code))
        after_word = is_word
    return "".join(parts)


def spell_all(codes: np.ndarray, words: Sequence[str]) -> list[str]:
    """`spell` for each row of codes (k, n)."""
    characters = np.ascontiguousarray(codes, dtype=np.uint32)
    holds_word = (codes >= FIRST_WORD).any(axis=1)
    characters[holds_word] = ord(" ")
    texts: list[str] = characters.view(f"<U{codes.shape[1]}").ravel().tolist()
    known = {code: words[code - FIRST_WORD] for code in np.unique(codes[codes >= FIRST_WORD]).tolist()}
    for row, line in zip(np.flatnonzero(holds_word).tolist(), codes[holds_word].tolist(), strict=True):
        texts[row] = _spell(line, known.__getitem__)
    return texts
