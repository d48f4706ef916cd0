"""Strings folded as a corpus is: to be compared with each other, and to be found in running text.

In: a string. Out: its folded form, and the place that each of its characters came from. The same folding for whole
corpora is in `kernels.encode`; here it is done with Python's own means, a string at a time.
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np

from termmine.kernels.encode import COMPOSING, HAN, IGNORED
from termmine.text.characters import character_tables, nfkc
from termmine.text.traditional import simplified

_BLANKS = re.compile(r"\s+")
_HAN = re.compile("[\u4e00-\u9fa5]")


def normal_form(term: str, fold: str | None = None) -> str:
    """A term as lists are compared by: folded as in a corpus, without blanks.

    >>> normal_form("ＧＰＵ 加速")
    'gpu加速'
    """
    return _BLANKS.sub("", folded(term, fold))


def is_comparable(term: str) -> bool:
    """True where a term in normal form takes part in comparisons: two characters or more, a Han character among
    them.
    """
    return len(term) >= 2 and _HAN.search(term) is not None


@lru_cache(maxsize=1)
def character_kinds() -> bytes:
    """The kind of every code point (`kernels.encode`), a byte each."""
    return character_tables(None).kinds.tobytes()


def _character_class(kind: int) -> str:
    """All characters of a kind, as they stand between the brackets of a regular expression."""
    codes = np.flatnonzero(character_tables(None).kinds == kind)
    starts = codes[np.diff(codes, prepend=-2) > 1]
    ends = codes[np.diff(codes, append=codes[-1] + 2) > 1]
    return "".join(f"{re.escape(chr(a))}-{re.escape(chr(b))}" for a, b in zip(starts, ends, strict=True))


@lru_cache(maxsize=1)
def _expressions() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Three expressions: ignored characters; a blank that does not part a word from a Han character; a letter and its
    marks.
    """
    han = _character_class(HAN)
    return (
        re.compile(f"[{_character_class(IGNORED)}]"),
        re.compile(rf" (?:(?<=[{han}] )(?=[^{han}\s])|(?<=[^{han}\s] )(?=[{han}]))"),
        re.compile(rf"(?s).[{_character_class(COMPOSING)}]*"),
    )


def folded(text: str, folding: str | None) -> str:
    """Text as its symbols are folded for counting, blanks and all: NFKC, what is ignored left out, lower case."""
    ignored, _, _ = _expressions()
    text = ignored.sub("", nfkc(text))
    if folding is not None:
        text = text.translate(simplified())
    lower = text.lower()
    if len(lower) == len(text) and "ς" not in lower:
        return lower
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)  # İ and final Σ: character by character


def fold(text: str, folding: str | None = None) -> str:
    """Text as it is searched: folded as for counting (``folding``: "t2s" or None), without blanks that do not count.

    >>> fold("ＧＰＵ 加速，Air Motor")
    'gpu加速,air motor'
    """
    return _expressions()[1].sub("", folded(text, folding))


def fold_with_places(text: str, folding: str | None = None) -> tuple[str, list[int]]:
    """`fold`, and the place in the text where each of its characters begins; the last entry is the text's length.

    >>> fold_with_places("ｶﾞ ①")
    ('ガ1', [0, 3, 4])
    """
    _, blank, letter = _expressions()
    characters, places = [], []
    for match in letter.finditer(text):
        letter_folded = folded(match[0], folding)
        characters.append(letter_folded)
        places += [match.start()] * len(letter_folded)
    joined = "".join(characters)
    dropped = {match.start() for match in blank.finditer(joined)}
    places = [place for i, place in enumerate(places) if i not in dropped]
    return blank.sub("", joined), [*places, len(text)]
