"""Text on a terminal, where a Chinese character takes two columns.

In: text, and a width in columns. Out: text that fits. The meaning of the text plays no part here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

#: The places where a line may end: behind a blank, and on either side of a wide character that does not close a phrase.
_PIECE = re.compile(
    r"\s+|[（《“\[(]*[\u2e80-\uffef][、，。；：！？）》”’\])]*|[^\s\u2e80-\uffef]+[、，。；：！？）》”’]*"
)


def display_width(text: str) -> int:
    """Columns on a terminal: two for what is wide (Unicode's East Asian Width), none for marks.

    >>> display_width("变压器"), display_width("10kV")
    (6, 4)
    """
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cut(text: str, width: int) -> str:
    """As much of the beginning of a text as fits into so many columns."""
    used = 0
    for i, character in enumerate(text):
        used += _columns(character)
        if used > width:
            return text[:i]
    return text


def padded(text: str, width: int, *, right: bool = False) -> str:
    """A text with blanks behind it (before it: ``right``) up to a width."""
    blanks = " " * (width - display_width(text))
    return blanks + text if right else text + blanks


def wrapped(text: str, width: int) -> Iterator[str]:
    """The lines of a paragraph; what is longer than a line and has no place to break stays whole.

    >>> list(wrapped("Least frequency of a term.", 12))
    ['Least', 'frequency of', 'a term.']
    >>> list(wrapped("术语的最低频次，单位是次。", 12))
    ['术语的最低频', '次，单位是', '次。']
    """
    line = ""
    for piece in _PIECE.findall(text):
        if line.strip() and display_width((line + piece).rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += piece if line or not piece.isspace() else ""
    if line.strip():
        yield line.rstrip()
