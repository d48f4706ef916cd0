"""A table of terms -> what the review page says of it without a corpus.

In: a DataFrame as `read_terms` gives it. Out: its cells as text, its verdicts, the columns that hold the translation
and the note, which terms are parts of which, and what identifies the list. No sentence is looked for here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from termmine.candidates.verdicts import verdict_of
from termmine.formats.cells import KINDS, column_as_text
from termmine.formats.headings import NOTES, TRANSLATIONS, own_column
from termmine.search.finder import finder
from termmine.text.normalize import normal_form

if TYPE_CHECKING:
    import pandas as pd

#: The columns that are added where there are none, by the language of the page.
ADDED = {"zh": ("译文", "备注"), "en": ("translation", "note")}

MOST_LONGER = 24  # longer terms that are named for each term
_KINDS = {str: "text", float: "decimal", int: "whole", bool: "truth"}
_EXAMPLE = re.compile(r"context_(\d+)")


@dataclass(frozen=True)
class Listing:
    """A list of terms for the page. ``columns``: name, heading and kind; ``cells``: a list of texts for each column;
    ``verdicts``: y, n or nothing for each row; ``longer``: for each row the rows of longer terms that hold it;
    ``example_columns``: names of columns that hold a sentence and its place.
    """

    columns: list[tuple[str, str, str]]
    cells: list[list[str]]
    verdicts: list[str]
    translation: str
    note: str
    longer: list[list[int]]
    example_columns: list[tuple[str, str]]
    identity: str

    @property
    def terms(self) -> list[str]:
        """The terms in the list's order."""
        return self.cells[[name for name, _, _ in self.columns].index("term")]


def make_listing(frame: pd.DataFrame, name: str, language: str | None, numbers: Sequence[int] | None = None) -> Listing:
    """A table as the page shows it; ``name`` is its file's, and ``numbers`` are its rows' lines there, for errors."""
    names = [str(column) for column in frame.columns]
    cells = [_texts(frame[column].tolist()) for column in frame.columns]
    terms = cells[names.index("term")]
    headings = frame.attrs.get("headings", names)
    added = ADDED[language or "en"]
    places = [name] * len(terms) if numbers is None else [f"{name}:{number}" for number in numbers]
    return Listing(
        columns=[(column, heading, _kind(column)) for column, heading in zip(names, headings, strict=True)],
        cells=cells,
        verdicts=_verdicts(terms, cells[names.index("verdict")], places) if "verdict" in names else [""] * len(terms),
        translation=own_column(names, TRANSLATIONS) or added[0],
        note=own_column(names, NOTES) or added[1],
        longer=longer_terms(terms),
        example_columns=[(found[0], f"source_{found[1]}") for found in map(_EXAMPLE.fullmatch, names) if found],
        identity=identity(terms),
    )


def _kind(column: str) -> str:
    return _KINDS[KINDS.get(column, str)]


def _texts(values: list[Any]) -> list[str]:
    return column_as_text(values, lambda texts: texts)


def _verdicts(terms: list[str], cells: list[str], places: list[str]) -> list[str]:
    letters = {True: "y", False: "n", None: ""}
    judged = zip(cells, terms, places, strict=True)
    return [letters[verdict_of(cell, term, place)] for cell, term, place in judged]


def identity(terms: Iterable[str]) -> str:
    """The identity of a list by its terms, whatever their order: 16 hexadecimal digits of a SHA-256.

    >>> identity(["变压器", "继电器"]) == identity(["继电器", "变压器"]) != identity(["变压器"])
    True
    """
    return hashlib.sha256("\n".join(sorted(terms)).encode(errors="backslashreplace")).hexdigest()[:16]


def longer_terms(terms: list[str]) -> list[list[int]]:
    """For each term the rows of the terms that hold it and are longer, in the list's order, `MOST_LONGER` at most.

    Blanks and case make no difference (`text.normalize.normal_form`).

    >>> longer_terms(["变压器", "变压器油", "主变压器"])
    [[1, 2], [], []]
    """
    normal = [normal_form(term) for term in terms]
    rows: dict[str, list[int]] = {}
    for row, term in enumerate(normal):
        rows.setdefault(term, []).append(row)
    longer: list[list[int]] = [[] for _ in terms]
    find = finder(term for term in rows if term)
    for row, term in enumerate(normal):
        for part in dict.fromkeys(string for _, _, string in find(term) if string != term):
            for child in rows[part]:
                if len(longer[child]) < MOST_LONGER:
                    longer[child].append(row)
    return longer
