"""What each code point is: tables for the character automaton, for all of Unicode.

In: the name of a folding. Out: the arrays that `kernels.encode` reads, built from `unicodedata`.

A Han character or kana is one symbol. A stretch of other letters and digits is one symbol, with any of
``- . / + # _ ' &`` inside it and ``+ #`` at its end. One blank between two words, or between a word and a Han
character, does not end a run. Everything else does. Characters are folded by NFKC, then to lower case, and with the
fold "t2s" from traditional to simplified characters.
"""

from __future__ import annotations

import sys
import unicodedata
from functools import lru_cache

import numpy as np

from termmine import kernels as k
from termmine.folding import simplified
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
def character_tables(folding: str | None = None) -> k.Characters:
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
    code_points = np.arange(len(kinds), dtype=np.int32)
    is_plain = (kinds == k.HAN) & (nfkc == code_points) & (fold == code_points)
    return k.Characters(code_points * is_plain, kinds, nfkc, fold, np.array(expansions, dtype=np.int32))


def is_han(codes: np.ndarray) -> np.ndarray:
    """Which codes are Han characters (bool); kana and words are none."""
    is_kana = (codes >= 0x3041) & (codes <= 0x31FF) | (codes >= 0x1AFF0) & (codes < 0x1B170)
    return (codes >= k.FIRST_SYMBOL) & (codes < k.FIRST_WORD) & ~is_kana
