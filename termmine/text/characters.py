"""The tables of the character automaton: the properties of each code point, for all of Unicode.

In: the name of a folding. Out: the arrays that `kernels.encode` reads, built from `unicodedata`.

A Han character or kana is one symbol. A stretch of other letters and digits is one symbol, with any of
``- . / + # _ ' &`` inside it and ``+ #`` at its end. One blank between two words, or between a word and a Han
character, does not end a run. Everything else does. Characters are folded by NFKC, then to lower case, and with the
fold "t2s" from traditional to simplified characters.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from itertools import compress

import numpy as np

from termmine.kernels.codes import FIRST_SYMBOL, FIRST_WORD
from termmine.kernels.encode import (
    BLANK,
    BREAK,
    COMPOSING,
    DOCUMENT_BREAK,
    EXPANDING,
    HAN,
    IGNORED,
    JOINER,
    LINE_BREAK,
    SOURCE_BREAK,
    WORD,
    Characters,
)
from termmine.text.traditional import simplified
from termmine.types import DOCUMENT_END_CHARACTER, SOURCE_END_CHARACTER

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
_NOT_ASKED = [(0x3400, 0x4DC0), (0x4E00, 0xA000), _SYLLABLES, (0xD800, 0xF900)]  # the last: surrogates, private use


_KINDS = {"M": COMPOSING, "L": WORD, "N": WORD}  # by the first letter of the category
_CASED = frozenset(["Lu", "Lt", "Nl", "So"])  # categories of what may have a lower case: letters, Ⅳ, Ⓐ
_COMPOSING_JAMO = slice(0x1161, 0x1200)  # Hangul vowels and final consonants


def _asked() -> np.ndarray:
    """The code points whose forms are looked up; the others have no other form and no case."""
    asked = np.ones(_LAST_ASKED, dtype=bool)
    for start, end in _NOT_ASKED:
        asked[start:end] = False
    return np.concatenate([np.flatnonzero(asked), np.arange(0x2F800, 0x2FA20)])


def _changed(characters: Iterable[str], change: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """The characters that another form replaces, and that form."""
    for character in characters:
        changed = change(character)
        if changed != character:
            yield character, changed


def _kinds(asked: np.ndarray, categories: list[str]) -> np.ndarray:
    """The kind of each code point as it stands, before it is folded."""
    kinds = np.full(sys.maxunicode + 1, BREAK, dtype=np.uint8)
    for start, end in [*_HAN, *_KANA, _SYLLABLES]:
        kinds[start:end] = WORD
    of_category = {name: BLANK if name == "Zs" else _KINDS.get(name[0], BREAK) for name in set(categories)}
    kinds[asked] = np.fromiter(map(of_category.__getitem__, categories), dtype=np.uint8, count=len(asked))
    for start, end in [*_HAN, *_KANA]:
        kinds[start:end][kinds[start:end] == WORD] = HAN
    kinds[_COMPOSING_JAMO] = COMPOSING
    kinds[list(map(ord, JOINERS))] = JOINER
    return kinds


@lru_cache(maxsize=2)
def character_tables(folding: str | None) -> Characters:
    """The tables for all of Unicode, built from `unicodedata` once a process (some 30 ms)."""
    asked = _asked()
    characters = asked.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
    categories = list(map(unicodedata.category, characters))
    kinds = _kinds(asked, categories)
    plain, nfkc, fold = (np.zeros(len(kinds), dtype=np.int32) for _ in range(3))  # pages that stay 0 take no memory
    expansions: list[int] = [0]
    assigned = compress(characters, map("Cn".__ne__, categories))
    for character, normal in _changed(assigned, partial(unicodedata.normalize, "NFKC")):
        code, first = ord(character), int(kinds[ord(normal[0])])
        if len(normal) > 1:
            kinds[code] = COMPOSING if first == COMPOSING else EXPANDING
            expansions.append(len(normal))
            nfkc[code] = len(expansions)
            expansions.extend(map(ord, normal))
        else:
            kinds[code], nfkc[code] = first, ord(normal) - code
    for character, lower in _changed(compress(characters, map(_CASED.__contains__, categories)), str.lower):
        if len(lower) == 1:
            fold[ord(character)] = ord(lower) - ord(character)
    if folding == "t2s":
        for code, simple in simplified().items():
            fold[code] = simple - code
    kinds[ord("\n")] = kinds[ord("\r")] = kinds[0x2028] = kinds[0x2029] = LINE_BREAK
    kinds[ord(DOCUMENT_END_CHARACTER)], kinds[ord(SOURCE_END_CHARACTER)] = DOCUMENT_BREAK, SOURCE_BREAK
    kinds[_IGNORED] = IGNORED
    han = np.flatnonzero(kinds == HAN)
    han = han[(nfkc[han] == 0) & (fold[han] == 0)]
    plain[han] = han
    return Characters(plain, kinds, nfkc, fold, np.array(expansions, dtype=np.int32))


MOST_MARKS = 256  # on one letter that are put in order together; some thirty are the most that any script writes


def nfkc(text: str) -> str:
    """Text in Unicode's normal form NFKC, in time that grows with its length whatever it holds.

    Marks on one letter are put in order, in quadratic time, so that a longer row of them than `MOST_MARKS` is taken in
    parts of that many. No symbol changes by that: three marks make one at most, so that what is left of the first part
    is already no word (`kernels.encode.MAX_WORD`).
    """
    if len(text) <= MOST_MARKS:
        return unicodedata.normalize("NFKC", text)
    chars = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    places = np.flatnonzero(character_tables(None).kinds[chars] == COMPOSING)
    first = np.flatnonzero(np.diff(places, prepend=-2) > 1)  # the first of each row of marks
    sizes = np.diff(first, append=len(places))
    cuts = [0]
    for begin, size in zip(places[first[sizes > MOST_MARKS]].tolist(), sizes[sizes > MOST_MARKS].tolist(), strict=True):
        cuts += range(begin + MOST_MARKS, begin + size, MOST_MARKS)
    ends = [*cuts[1:], len(text)]
    return "".join(unicodedata.normalize("NFKC", text[a:b]) for a, b in zip(cuts, ends, strict=True))


def is_han(codes: np.ndarray) -> np.ndarray:
    """True for the codes that are Han characters (bool); kana and words are none."""
    is_kana = (codes >= 0x3041) & (codes <= 0x31FF) | (codes >= 0x1AFF0) & (codes < 0x1B170)
    return (codes >= FIRST_SYMBOL) & (codes < FIRST_WORD) & ~is_kana


@lru_cache(maxsize=1)
def is_symbol_table() -> np.ndarray:
    """True for the code points that may stand in a corpus as symbols of their own (bool), in any version of Unicode."""
    table = np.zeros(sys.maxunicode + 1, dtype=bool)
    for start, end in [*_HAN, *_KANA]:
        table[start:end] = True
    return table


@lru_cache(maxsize=1)
def is_word_table() -> np.ndarray:
    """True for the code points that may stand in a word (bool), in any version of Unicode: no blank, control or
    surrogate.
    """
    table = np.ones(sys.maxunicode + 1, dtype=bool)
    plain = [ord(character) for character in map(chr, range(0x80)) if character.isalnum() or character in JOINERS]
    table[:0xA1] = False
    table[plain] = True
    for start, end in [(0x2000, 0x2010), (0x2028, 0x2030), (0x205F, 0x2070), (0x3000, 0x3001), (0xD800, 0xE000)]:
        table[start:end] = False
    table[[0x1680, 0xFEFF]] = False
    return table
