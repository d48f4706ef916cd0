"""Text blocks -> integer codes: what a symbol is, what ends a run, what is folded.

In: blocks of text in order, cut anywhere. Out: a `Corpus`, or arrays of codes for a corpus that is only streamed
through. The character automaton itself is `kernels.encode`; here are its tables and the growth of its arrays.
Nothing here reads files or counts.

A Han character or kana is one symbol. A stretch of other letters and digits is one symbol, with any of
``- . / + # _ ' &`` inside it and ``+ #`` at its end. One blank between two words, or between a word and a Han
character, does not end a run. Everything else does. Characters are folded by NFKC, then to lower case, and with the
fold "t2s" from traditional to simplified characters.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from termmine import kernels as k
from termmine.folding import simplified
from termmine.types import DOCUMENT_END_CHARACTER, SOURCE_END_CHARACTER, Alphabet, Corpus

JOINERS = "-./+#_'&"

# Characters that Unicode calls default-ignorable and that real files hold: soft hyphen, zero-width spaces and joiners,
# direction marks, byte order marks, variation selectors.
_IGNORED = [0x00AD, 0x061C, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)]
_IGNORED += [*range(0x180B, 0x180E), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]

# Code points from (included) to (excluded): Han characters, and kana with their marks of length and repetition.
_HAN = [(0x3005, 0x3006), (0x3007, 0x3008), (0x303B, 0x303C), (0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00)]
_HAN += [(0x20000, 0x2A6E0), (0x2A700, 0x2EE60), (0x2F800, 0x2FA20), (0x30000, 0x323B0)]
_KANA = [(0x3041, 0x3097), (0x309D, 0x30A0), (0x30A1, 0x30FB), (0x30FC, 0x3100), (0x31F0, 0x3200), (0x1AFF0, 0x1B170)]
_SYLLABLES = (0xAC00, 0xD7A4)  # Hangul: letters like any other, and none that needs asking
_LAST_ASKED = 0x20000  # beyond it: ideographs, tags and private use

_BLOCK = 1 << 20  # characters handed to the kernel at once; the result does not depend on it


@dataclass(frozen=True)
class CharacterTables:
    """What each code point is (``kinds``), its NFKC form (``nfkc``; minus a place in ``expansions`` where that has
    several characters, and the number of them stands before that place), and its folded form (``fold``).
    """

    kinds: np.ndarray
    nfkc: np.ndarray
    fold: np.ndarray
    expansions: np.ndarray


def _kind(character: str, known: int) -> int:
    """The kind of a character that is not ``known`` from its range."""
    category = unicodedata.category(character)
    if category[0] == "M" or 0x1161 <= ord(character) < 0x1200:  # combining marks, Hangul vowels and final consonants
        return k.COMPOSING
    if known == k.HAN:
        return known
    if category[0] in "LN":
        return k.WORD
    if category == "Zs":
        return k.BLANK
    return k.JOINER if character in JOINERS else k.BREAK


@lru_cache(maxsize=2)
def character_tables(folding: str | None = None) -> CharacterTables:
    """The tables for all of Unicode, built from `unicodedata` once a process (some 50 ms)."""
    kinds = np.zeros(sys.maxunicode + 1, dtype=np.uint8)
    nfkc = np.arange(sys.maxunicode + 1, dtype=np.int32)
    fold = nfkc.copy()
    expansions: list[int] = [0]
    for start, end in [*_HAN, *_KANA]:
        kinds[start:end] = k.HAN
    kinds[slice(*_SYLLABLES)] = k.WORD
    plain = [(0x3400, 0x4DC0), (0x4E00, 0xA000), _SYLLABLES]  # nothing to ask about: no other form, no case
    asked = np.ones(_LAST_ASKED, dtype=bool)
    for start, end in plain:
        asked[start:end] = False
    for code in [*np.flatnonzero(asked).tolist(), *range(0x2F800, 0x2FA20)]:
        character = chr(code)
        if unicodedata.category(character) in ("Cn", "Co", "Cs", "Cc"):
            kinds[code] = k.BREAK
            continue
        kinds[code] = _kind(character, int(kinds[code]))
        normal = unicodedata.normalize("NFKC", character)
        if len(normal) > 1:
            kinds[code] = k.COMPOSING if _kind(normal[0], k.BREAK) == k.COMPOSING else k.EXPANDING
            expansions.append(len(normal))
            nfkc[code] = -len(expansions)
            expansions.extend(map(ord, normal))
        elif normal != character:
            nfkc[code] = ord(normal)
            kinds[code] = _kind(normal, int(kinds[ord(normal)]))
        lower = character.lower()
        if len(lower) == 1:
            fold[code] = ord(lower)
    if folding == "t2s":
        traditional = simplified()
        fold[list(traditional)] = list(traditional.values())
    kinds[ord("\n")] = kinds[ord("\r")] = kinds[0x2028] = kinds[0x2029] = k.LINE_BREAK
    kinds[ord(DOCUMENT_END_CHARACTER)], kinds[ord(SOURCE_END_CHARACTER)] = k.DOCUMENT_BREAK, k.SOURCE_BREAK
    kinds[_IGNORED] = k.IGNORED
    return CharacterTables(kinds, nfkc, fold, np.array(expansions, dtype=np.int32))


def _strings(capacity: int) -> k.Strings:
    return k.Strings(
        slots=np.zeros(4 * capacity, dtype=np.int32),
        hashes=np.zeros(capacity, dtype=np.uint64),
        offsets=np.zeros(capacity + 1, dtype=np.int64),
        pool=np.zeros(16 * capacity, dtype=np.int32),
        size=np.zeros(1, dtype=np.int64),
    )


def _larger(strings: k.Strings) -> k.Strings:
    """The same strings with twice the room."""
    bigger = _strings(2 * len(strings.hashes))
    for new, old in zip(bigger[1:], strings[1:], strict=True):
        new[: len(old)] = old
    k.rebuild(bigger)
    return bigger


def empty_alphabet(fold: str | None = None) -> Alphabet:
    """An alphabet without words."""
    capacity = 8192  # words; it must hold at least what one character can add
    room = np.zeros(capacity, dtype=np.int32)
    return Alphabet(_strings(capacity), _strings(capacity), room, room.copy(), fold)


class Encoder:
    """Text goes in block by block, codes come out; what is unfinished at a block's end waits for the next one.

    With a ``frozen`` alphabet no word is added to it: others become ``UNKNOWN``.
    """

    def __init__(self, alphabet: Alphabet, *, frozen: bool = False, document: str = "line") -> None:
        self.alphabet = alphabet
        self._frozen = frozen
        self._lines = document == "line"
        self._tables = character_tables(alphabet.fold)
        self._state = np.zeros(k.N_FIELDS, dtype=np.int64)
        self._state[k.PENDING] = k.RUN
        self._raw = np.zeros(2 * k.MAX_WORD + 2, dtype=np.int32)
        self._folded = self._raw.copy()
        self._out = np.zeros(_BLOCK + 1024, dtype=np.int32)
        self._variants = np.zeros((65536, 2), dtype=np.int64)
        self._tail = ""
        self._done = 0

    @property
    def n_symbols(self) -> int:
        """Symbols written so far."""
        return int(self._state[k.N_SYMBOLS])

    @property
    def n_documents(self) -> int:
        """Documents that held a symbol, so far."""
        return int(self._state[k.N_DOCUMENTS])

    def feed(self, text: str) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Encode a block; yields (codes, variants) that the caller must copy or use before going on."""
        for start in range(0, len(text), _BLOCK):
            block = self._tail + text[start : start + _BLOCK]
            cut = self._cut(block)
            self._tail = block[cut:]
            yield from self._run(_characters(block[:cut]))

    def finish(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Encode what is left and close the last document."""
        text, self._tail = self._tail + SOURCE_END_CHARACTER, ""
        yield from self._run(_characters(text))
        if self.n_symbols:
            self._state[k.N_DOCUMENTS] += 1
            yield np.array([k.SOURCE_END], dtype=np.int32), self._variants[:0]

    def _cut(self, text: str) -> int:
        """Where a block may be cut so that no mark is parted from its letter: before the last plain character."""
        kinds = self._tables.kinds
        cut = len(text) - 1
        while cut > 0 and kinds[ord(text[cut])] == k.COMPOSING:
            cut -= 1
        return max(cut, 0)

    def _run(self, chars: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        tables, state = self._tables, self._state
        if k.contains(chars, tables.kinds, k.COMPOSING):
            chars = _composed(chars, tables.kinds)
        while len(chars):
            alphabet = self.alphabet
            consumed = k.encode(
                chars, tables.kinds, tables.nfkc, tables.fold, tables.expansions, state, self._raw, self._folded,
                alphabet.forms, alphabet.words, alphabet.form_word, alphabet.word_form,
                self._out, self._variants, self._frozen, self._lines,
            )  # fmt: skip
            n_out, n_variants = state[k.N_OUT], state[k.N_VARIANTS]
            if n_out:
                variants = self._variants[:n_variants]
                variants[:, 0] += self._done
                self._done += int(n_out)
                state[k.N_OUT] = state[k.N_VARIANTS] = 0
                yield self._out[:n_out], variants
            if (consumed < len(chars) and not n_out) or not self._frozen:
                self.alphabet = _with_room(alphabet)
            chars = chars[consumed:]


def _with_room(alphabet: Alphabet) -> Alphabet:
    """The alphabet with room for another block's words: at most half of its places taken."""
    forms, words, form_word, word_form = alphabet.forms, alphabet.words, alphabet.form_word, alphabet.word_form
    if 2 * forms.size[0] > len(forms.hashes) or 2 * forms.offsets[forms.size[0]] > len(forms.pool):
        forms = _larger(forms)
        form_word = np.concatenate([form_word, np.zeros_like(form_word)])
    if 2 * words.size[0] > len(words.hashes) or 2 * words.offsets[words.size[0]] > len(words.pool):
        words = _larger(words)
        word_form = np.concatenate([word_form, np.zeros_like(word_form)])
    return Alphabet(forms, words, form_word, word_form, alphabet.fold)


def _composed(chars: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """The characters with every line that holds a combining mark in NFKC; the kernel folds the other lines itself."""
    ends = np.flatnonzero(chars == ord("\n"))
    pieces, done = [], 0
    for line in np.unique(np.searchsorted(ends, np.flatnonzero(kinds[chars] == k.COMPOSING))).tolist():
        start = int(ends[line - 1]) + 1 if line else 0
        end = int(ends[line]) if line < len(ends) else len(chars)
        text = chars[start:end].tobytes().decode("utf-32-le", "surrogatepass")
        pieces += [chars[done:start], _characters(unicodedata.normalize("NFKC", text))]
        done = end
    composed = np.concatenate([*pieces, chars[done:]])
    composed.setflags(write=False)  # as `_characters` gives them: one type, one compilation
    return composed


def _characters(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def encode(blocks: Iterable[str], *, document: str = "line", fold: str | None = None) -> Corpus:
    """Encode a whole corpus into memory, four bytes a symbol.

    ``document``: "line" (each line is a document) or "file" (`DOCUMENT_END_CHARACTER` and `SOURCE_END_CHARACTER` do).

    >>> from termmine.types import spell
    >>> corpus = encode(["ＧＰＵ 加速。C++编译器"])
    >>> spell(corpus.codes[1:4], corpus.alphabet.word_texts), corpus.n_symbols
    ('gpu加速', 7)
    """
    encoder = Encoder(empty_alphabet(fold), document=document)
    codes: list[np.ndarray] = []
    variants: list[np.ndarray] = []

    def keep(parts: Iterator[tuple[np.ndarray, np.ndarray]]) -> None:
        for part, differing in parts:
            codes.append(part.copy())
            if len(differing):
                variants.append(differing.copy())

    for block in blocks:
        keep(encoder.feed(block))
    keep(encoder.finish())
    return Corpus(
        codes=np.concatenate(codes) if codes else np.zeros(1, dtype=np.int32),
        variants=np.concatenate(variants) if variants else np.zeros((0, 2), dtype=np.int64),
        alphabet=encoder.alphabet,
        n_symbols=encoder.n_symbols,
        n_documents=encoder.n_documents,
    )


def encode_strings(texts: Iterable[str], alphabet: Alphabet) -> tuple[np.ndarray, np.ndarray]:
    """Encode strings under a frozen alphabet, each one to be found in a corpus of that alphabet.

    Returns their codes, one run a string with a separator before and after each, and the index of the string that each
    run stands for. Strings are left out that are not one run (`a：b`), or that hold a word which the alphabet lacks.

    >>> codes, which = encode_strings(["中文", "一，二", "无"], empty_alphabet())
    >>> codes.tolist(), which.tolist()
    ([0, 20013, 25991, 0, 26080, 0], [0, 2])
    """
    texts = list(texts)
    if not texts:
        return np.zeros(1, dtype=np.int32), np.zeros(0, dtype=np.int64)
    # A run of its own ends each string's document, so that one without any symbol still has its place.
    end = f"\n一{DOCUMENT_END_CHARACTER}"
    joined = end.join(texts) + end
    if joined.count(DOCUMENT_END_CHARACTER) > len(texts) or SOURCE_END_CHARACTER in joined:
        marks = str.maketrans({DOCUMENT_END_CHARACTER: "\n", SOURCE_END_CHARACTER: "\n"})
        joined = end.join(text.translate(marks) for text in texts) + end
    encoder = Encoder(alphabet, frozen=True, document="file")
    parts = [part.copy() for part, _ in encoder.feed(joined)]
    parts += [part.copy() for part, _ in encoder.finish()]
    codes = np.concatenate(parts)
    separators = np.flatnonzero(codes < k.FIRST_SYMBOL)
    ends = separators[1:]
    is_last = (codes[ends] == k.DOCUMENT_END) | (codes[ends] == k.SOURCE_END)  # the run that ends its string's document
    string = np.cumsum(is_last) - is_last
    n_unknown = np.cumsum(codes == k.UNKNOWN)
    keep = ~is_last & (np.bincount(string)[string] == 2) & (n_unknown[ends] == n_unknown[separators[:-1]])
    kept_codes = np.repeat(np.concatenate([[True], keep]), np.diff(separators, prepend=-1))
    return np.where(codes >= k.FIRST_SYMBOL, codes, k.RUN_END)[kept_codes], string[keep]
