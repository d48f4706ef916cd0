"""One cell of a table of terms: its kind, how it is written as text, and how that text is read back.

In: a value, or the text of it in a file. Out: the other one. Every reader and writer of a table of terms uses these
functions, so that a list can go through any number of commands, and through a spreadsheet, unharmed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    pass


#: The columns of every result, in order, and the kind of their values.
KINDS: dict[str, type] = {
    "term": str, "score": float, "freq": int, "doc_freq": int, "background_freq": int, "cohesion": float,
    "left_entropy": float, "right_entropy": float, "keyness": float, "log_ratio": float, "known": bool,
}  # fmt: skip

#: A cell that a spreadsheet would run as a formula, full width too. Apostrophes before it belong to it, so that a text
#: that begins with an apostrophe of its own comes back whole.
_FORMULA = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠])")
_FORMULA_BEGINS = re.compile(r"['\s=+\-@＝＋－＠]")  # a formula begins with one of these


def guard(text: str) -> str:
    """Text that no spreadsheet runs as a formula: an apostrophe stands before what could be one.

    >>> guard("=1+1"), guard("变压器")
    ("'=1+1", '变压器')
    """
    return "'" + text if _FORMULA.match(text) else text


def guarded(texts: list[str]) -> list[str]:
    """`guard` for each; fast where none of them needs it.

    >>> guarded(["变压器", "=1+1"])
    ['变压器', "'=1+1"]
    """
    if not _FORMULA_BEGINS.search("".join({text[:1] for text in texts})):
        return texts
    return list(map(guard, texts))


def unguard(text: str) -> str:
    """The text that `guard` was given.

    >>> unguard("'=1+1"), unguard("'80年代")
    ('=1+1', "'80年代")
    """
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def is_missing(value: Any) -> bool:
    """True where a cell is empty: a row that was added by hand need not have every figure."""
    return value is None or type(value).__name__ in ("NAType", "NaTType") or value != value


def as_text(value: Any) -> str:
    """A value as every format writes it: four digits after the point, `true` and `false`, nothing for what is missing.

    >>> as_text(2.0), as_text(-0.00001), as_text(3), as_text(True), as_text(float("nan"))
    ('2.0000', '0.0000', '3', 'true', '')
    """
    if isinstance(value, float) and value == value:  # first, for most cells are
        text = f"{value:.4f}"
        return "0.0000" if text == "-0.0000" else text
    if isinstance(value, str):
        return value
    if is_missing(value):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def column_as_text(values: list[Any], write: Callable[[list[str]], list[str]]) -> list[str]:
    """`as_text` for each value of a column, and texts as ``write`` makes them; fast where all are of one kind.

    >>> column_as_text([2.0, -0.00001], guarded), column_as_text([3, None, "=a"], guarded)
    (['2.0000', '0.0000'], ['3', '', "'=a"])
    """
    kinds = set(map(type, values))
    if kinds == {int}:
        return list(map(str, values))
    if kinds == {str}:
        return write(values)
    if kinds == {bool}:
        return ["true" if value else "false" for value in values]
    if kinds == {float} and not any(map(math.isnan, values)):
        texts = list(map("{:.4f}".format, values))
        return ["0.0000" if text == "-0.0000" else text for text in texts] if "-0.0000" in texts else texts
    return [write([value])[0] if isinstance(value, str) else as_text(value) for value in values]


_MOST = (1 << 63) - 1  # the largest number that a column of whole numbers holds


def parse(kind: type, value: Any) -> Any:
    """A cell of a file as a value of that kind, None where it is empty; ValueError, with the reason, for any other
    text.

    >>> parse(int, "50"), parse(int, "5E+01"), parse(bool, "TRUE"), parse(float, "")
    (50, 50, True, None)
    """
    if kind is str:  # a column of somebody's own: its numbers are not ours to round
        return f"{value:.15g}" if isinstance(value, float) and value == value else as_text(value)
    text = as_text(value).strip()
    if not text:
        return None
    if kind is bool:
        if text.lower() not in ("true", "false"):
            raise ValueError(f"{text!r} is neither true nor false")
        return text.lower() == "true"
    try:
        number = float(value if isinstance(value, float) else text)
    except ValueError:
        raise ValueError(f"{text!r} is no number") from None
    if not math.isfinite(number):
        raise ValueError(f"{text!r} is no finite number")
    if kind is float:
        return number
    if not number.is_integer():
        raise ValueError(f"{text!r} is no whole number")
    whole = int(text) if text.lstrip("+-").isdecimal() else int(number)
    if abs(whole) > _MOST:
        raise ValueError(f"{text!r} is too large a number")
    return whole
