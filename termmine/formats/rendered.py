"""The result of a writer, and the steps that several writers apply to a table before they write it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sized
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from termmine.errors import EmptyResultError
from termmine.formats.cells import is_missing
from termmine.types import Columns

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 5  # terms that a note names; the rest it counts

#: A Han character, as a class of a regular expression.
HAN = "[㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff〇]"

#: The characters that no line of a dictionary can hold: line ends, tabs and the other control characters.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

#: The characters that XML 1.0 cannot hold, and so neither TBX nor Excel. (Large patterns are compiled at first use.)
_NOT_XML = r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
_BREAKS = re.compile(r"[\t\r\n]+")


@dataclass(frozen=True)
class Rendered:
    """A finished output: its bytes, and the notes on it for the user.

    ``terms`` are those that the format cannot carry, or cannot carry well; ``fate`` says what became of them and why;
    ``hint`` says what else the user needs to make use of the file.
    """

    data: bytes
    terms: tuple[str, ...] = ()
    fate: str = ""
    hint: str = ""

    def notes(self) -> list[str]:
        """One line for the terms, the first of them named and all counted, and one for the hint."""
        notes = [self.hint] if self.hint else []
        if not self.terms:
            return notes
        more = f" and {len(self.terms) - _SHOWN} more" if len(self.terms) > _SHOWN else ""
        named = ", ".join(one_line(term) for term in self.terms[:_SHOWN]) + more
        return [f"{len(self.terms)} term{'s' * (len(self.terms) > 1)} {self.fate}: {named}", *notes]


def leaving_out(data: bytes, kept: Sized, left_out: Iterable[str], why: str, hint: str = "") -> Rendered:
    """An output that lacks some terms, and says why; one that lacks all of them is an error."""
    terms = tuple(left_out)
    if terms and not len(kept):
        raise EmptyResultError(
            f"none of the terms can be written so, {why}, as {one_line(terms[0])}: use another format"
        )
    return Rendered(data, terms, f"left out, {why}", hint)


def frame_of(columns: Columns) -> pd.DataFrame:
    """The columns as a DataFrame, none of them copied but for strings."""
    import pandas as pd

    return pd.DataFrame({name: c.tolist() if c.dtype == object else c for name, c in columns.items()}, copy=False)


def columns_of(frame: pd.DataFrame) -> Columns:
    """The columns of a DataFrame; those of types that only pandas has, as whole numbers with gaps, become objects."""
    return {
        str(name): column.to_numpy() if isinstance(column.dtype, np.dtype) else column.to_numpy(dtype=object)
        for name, column in frame.items()
    }


def rows_of(columns: Columns) -> Iterator[tuple[Any, ...]]:
    """Rows of plain Python values."""
    yield from zip(*(column.tolist() for column in columns.values()), strict=True)


def terms_of(frame: pd.DataFrame) -> dict[str, int]:
    """Each term once, in order, with its frequency; 1 where it is not known."""
    freq = frame["freq"].tolist() if "freq" in frame else [None] * len(frame)
    terms: dict[str, int] = {}
    for term, n in zip(frame["term"].tolist(), freq, strict=True):
        terms.setdefault(term, 1 if is_missing(n) else max(int(n), 1))
    return terms


def split(terms: Iterable[str], fits: Callable[[str], Any]) -> tuple[list[str], tuple[str, ...]]:
    """The terms that fit into a line of a dictionary, and those that do not."""
    kept: list[str] = []
    left_out: list[str] = []
    for term in terms:
        (kept if fits(term) and not _CONTROL.search(term) else left_out).append(term)
    return kept, tuple(left_out)


def lines_of(lines: list[str]) -> bytes:
    """The lines of a file."""
    return "".join(line + "\n" for line in lines).encode()


def one_line(text: str) -> str:
    """A text without line ends and tabs: each stretch of them becomes a blank."""
    return _BREAKS.sub(" ", text)


def fits_xml(text: str) -> bool:
    """True where XML can hold a text."""
    return re.search(_NOT_XML, text) is None


def as_xml_text(text: str) -> str:
    """A text whose characters XML can hold: a blank stands for any other."""
    return re.sub(_NOT_XML, " ", text)
