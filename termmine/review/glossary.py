"""A living glossary: the terms of a run go into a person's table, and nothing that is there is ever lost.

In: the table as its file holds it (`formats.sheet`), the terms that a run found, the figures of those that the table
has already, reviewed files. Out: the table with fresh figures and new rows. Verdicts, translations, notes and every
other column of somebody's own stay as they are; no row is taken out or moved. The text itself is not read here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from termmine.candidates.verdicts import verdict_of
from termmine.errors import TermmineError
from termmine.formats.cells import KINDS, is_missing, parse
from termmine.formats.headings import NOTES, TRANSLATIONS, own_column
from termmine.formats.sheet import Sheet, new_sheet, read_sheet, with_columns
from termmine.text.normalize import normal_form

#: The columns of a glossary that begins, before the figures; of these, the term is ours to fill.
FIRST = ("term", "verdict", "translation", "note")
LAST = ("change", "first_seen")
HISTORY = "replaced"  # cells that a reviewed file has replaced, if it ever has

#: The words in the column `change`: in English, and in Chinese.
NEW, GONE = ("new", "新增"), ("gone", "未出现")

_OURS = {*KINDS, "listed", "probability", *LAST, HISTORY}
_SHOWN = 5


@dataclass(frozen=True)
class Fresh:
    """Figures of terms: ``columns`` by name, a list of values each, one a term (None: there is none)."""

    terms: list[str]
    columns: dict[str, list[Any]]

    def value(self, name: str, i: int) -> Any:
        """A figure of a term; None where there is none."""
        return self.columns[name][i] if name in self.columns else None


@dataclass(frozen=True)
class Outcome:
    """The numbers of an update."""

    sheet: Sheet
    n_new: int
    n_known: int
    n_gone: int
    n_judged: int

    @property
    def told(self) -> str:
        """The numbers in a line."""
        n = len(self.sheet.rows)
        return (
            f"{self.sheet.path}: {n} terms: {self.n_new} new, {self.n_known} with fresh figures, "
            f"{self.n_gone} not in this text; {self.n_judged} of {n} judged"
        )


def open_glossary(path: Path, fold: str | None) -> Sheet | None:
    """The glossary of a path, None where there is none yet; an error for verdicts that nobody can understand."""
    if not path.exists():
        return None
    sheet = read_sheet(path)
    _check_figures(sheet)
    judged: dict[str, tuple[bool, str]] = {}
    for form, accepts, place, term in _verdicts(sheet, fold):
        if form in judged and judged[form][0] != accepts:
            first = judged[form][1]
            raise TermmineError(f"{place}: {term} is judged both ways, here and at {first}: correct one of them")
        judged[form] = accepts, place
    return sheet


def _check_figures(sheet: Sheet) -> None:
    """Refuse what cannot be a figure of ours: it would be overwritten, and may be somebody's own."""
    for name in sheet.names:
        for i, text in enumerate(sheet.texts(name)):
            if name == "change" and text not in ("", *NEW, *GONE):
                heading = sheet.headings[sheet.names.index(name)]
                raise TermmineError(
                    f"{sheet.place(i)}: {heading} is {text!r}, which termmine fills: rename your column"
                )
            try:
                parse(KINDS.get(name, str), text)
            except ValueError as error:
                raise TermmineError(f"{sheet.place(i)}: {name}: {error}: correct the cell, or empty it") from None


def _verdicts(sheet: Sheet, fold: str | None) -> Iterator[tuple[str, bool, str, str]]:
    """Each verdict of a glossary: the term's normal form, what it says, its place, the term."""
    for i, (term, cell) in enumerate(zip(sheet.texts("term"), sheet.texts("verdict"), strict=True)):
        accepts = verdict_of(cell, term, sheet.place(i))
        if accepts is not None:
            yield normal_form(term, fold), accepts, sheet.place(i), term.strip()


def is_chinese(sheet: Sheet) -> bool:
    """True where the headings of a glossary are Chinese."""
    return sheet.headings[sheet.names.index("term")] != "term"


def begin(path: Path, figures: Sequence[str], *, chinese: bool, bom: bool) -> Sheet:
    """An empty glossary with these figures."""
    sentences = [name for name in figures if name.startswith("context_")]
    others = [name for name in figures if name not in (*FIRST, *sentences)]
    return new_sheet(path, [*FIRST, *sentences, *others, *LAST], chinese=chinese, bom=bom)


# --- what a run found ------------------------------------------------------------------------------------------------


def update(sheet: Sheet, known: Fresh, found: Fresh, today: str, fold: str | None) -> Outcome:
    """The glossary after a run.

    ``known``: figures of the terms of its rows, in their order; ``found``: terms that are to be in it, the best first,
    with theirs. A row whose term does not occur any more keeps its sentences and loses its other figures.
    """
    chinese = is_chinese(sheet)
    figures = list(dict.fromkeys([*known.columns, *found.columns]))
    sheet = with_columns(sheet, ["verdict", *figures, *LAST], chinese=chinese)
    rows = [list(row) for row in sheet.rows]
    put, at = sheet.form.put, {name: i for i, name in enumerate(sheet.names)}
    n_gone = 0
    first_seen = sheet.texts("first_seen")
    for i, row in enumerate(rows):
        is_gone = not known.value("freq", i)
        n_gone += is_gone
        for name in figures:
            value = known.value(name, i)
            if not (is_missing(value) or value == "") or not name.startswith(("context_", "source_")):
                row[at[name]] = put(value)
        change = GONE if is_gone else NEW if first_seen[i] == today else ("", "")
        row[at["change"]] = put(change[chinese])
    n_known = len(rows) - n_gone
    there = {normal_form(term, fold) for term in sheet.texts("term")}
    for i, term in enumerate(found.terms):
        form = normal_form(term, fold)
        if form not in there:
            there.add(form)
            filled = {name: found.value(name, i) for name in figures}
            rows.append(_row(sheet, {**filled, "term": term, "change": NEW[chinese], "first_seen": today}))
    n_new = len(rows) - len(sheet.rows)
    sheet = replace(sheet, rows=rows, lines=[*sheet.lines, *[0] * n_new])
    return Outcome(sheet, n_new, n_known, n_gone, sum(1 for _ in _verdicts(sheet, fold)))


def _row(sheet: Sheet, values: dict[str, Any]) -> list[Any]:
    return [sheet.form.put(values.get(name)) for name in sheet.names]


# --- what a reviewed file says ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Merged:
    """A glossary that has taken over a reviewed file, and the notes on that."""

    sheet: Sheet
    notes: list[str]
    n_matched: int


def merge(sheet: Sheet, reviewed: Path, today: str, fold: str | None) -> Merged:
    """Take over verdicts, translations, notes and other columns of somebody's own from a reviewed file.

    An empty cell of it changes nothing. Where both have something else, the reviewed file is right, and what was there
    before goes into the column ``replaced``.
    """
    other = read_sheet(reviewed)
    names = {name: _own_name(sheet, name) for name in other.names if _is_own(name)}
    sheet = with_columns(sheet, list(names.values()), chinese=is_chinese(sheet))
    cells = {name: other.texts(name) for name in names}
    at = {normal_form(term, fold): i for i, term in reversed(list(enumerate(sheet.texts("term"))))}
    merging = _Merging(sheet, today, fold)
    n_matched = 0
    for i, term in enumerate(other.texts("term")):
        said = {names[name]: cells[name][i] for name in names if cells[name][i].strip()}
        verdict = said.get("verdict", "")
        accepts = verdict_of(verdict, term, other.place(i))
        row = at.get(normal_form(term, fold))
        n_matched += row is not None
        if row is None:
            if said:
                at[normal_form(term, fold)] = merging.add(term, said)
        else:
            merging.take(row, said, accepts, reviewed)
    return Merged(merging.sheet(), merging.notes(reviewed), n_matched)


def _is_own(name: str) -> bool:
    return name not in _OURS and not name.startswith(("context_", "source_"))


def _own_name(sheet: Sheet, name: str) -> str:
    """The glossary's own column for a column of a reviewed file: one with another word for the same, where there is
    one.
    """
    for known in (TRANSLATIONS, NOTES):
        if name in known:
            return own_column(sheet.names, known) or name
    return name


class _Merging:
    """The rows of a glossary while they take over those of a reviewed file."""

    def __init__(self, sheet: Sheet, today: str, fold: str | None) -> None:
        self._sheet, self._today, self._fold = sheet, today, fold
        self._rows = [list(row) for row in sheet.rows]
        self._terms = sheet.texts("term")
        self._replaced: dict[int, list[str]] = {}

    def add(self, term: str, said: dict[str, str]) -> int:
        """A new row; its number."""
        self._rows.append(_row(self._sheet, {**said, "term": term, "first_seen": self._today}))
        self._terms.append(term)
        return len(self._rows) - 1

    def take(self, i: int, said: dict[str, str], accepts: bool | None, reviewed: Path) -> None:
        """Copy the reviewed file's cells for a term into its row."""
        for name, text in said.items():
            at = self._sheet.names.index(name)
            before = self._sheet.form.get(self._rows[i][at])
            if before == text:
                continue
            if name == "verdict" and verdict_of(before, self._terms[i], str(self._sheet.path)) == accepts:
                continue  # in other words
            if before.strip():
                heading = self._sheet.headings[at]
                change = f"{self._today} {heading}: {before} → {text} ({reviewed.name})"
                self._replaced.setdefault(i, []).append(change)
            self._rows[i][at] = self._sheet.form.put(text)

    def sheet(self) -> Sheet:
        """The glossary with everything that it has taken over."""
        n_added = len(self._rows) - len(self._sheet.rows)
        sheet = replace(self._sheet, rows=self._rows, lines=[*self._sheet.lines, *[0] * n_added])
        if not self._replaced:
            return sheet
        sheet = with_columns(sheet, [HISTORY], chinese=is_chinese(sheet))
        at, before = sheet.names.index(HISTORY), sheet.texts(HISTORY)
        for i, changes in self._replaced.items():
            sheet.rows[i][at] = sheet.form.put("; ".join([*filter(None, [before[i]]), *changes]))
        return sheet

    def notes(self, reviewed: Path) -> list[str]:
        """The replaced cells, in a line."""
        if not self._replaced:
            return []
        named = ", ".join(self._terms[i] for i in list(self._replaced)[:_SHOWN])
        more = f" and {len(self._replaced) - _SHOWN} more" if len(self._replaced) > _SHOWN else ""
        return [
            f"{self._sheet.path}: {reviewed} says otherwise of {named}{more}: it counts, and what stood there before "
            f"is in the column {HISTORY}"
        ]
