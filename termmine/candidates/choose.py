"""The choice of the terms that a consumer gets: verdicts are obeyed, and no dictionary gets a list that nobody has cut.

In: a table of terms, the format, the user's wishes. Out: the table without some rows, and a line for each reason. How
the rest is written is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from termmine.candidates.verdicts import verdict_of
from termmine.errors import EmptyResultError, UsageError
from termmine.formats.cells import is_missing
from termmine.formats.cutoff import NTH, SHARE, least_score
from termmine.formats.rendered import one_line
from termmine.search.jieba import jieba_dictionary

if TYPE_CHECKING:
    import pandas as pd

#: The formats that hold verdicts themselves, so that rejected rows stay in them.
TABLES = ("csv", "tsv", "jsonl", "xlsx")

#: The formats that programs read unseen, so that a list without a cut-off does harm in them.
DICTIONARIES = ("jieba", "ik", "hanlp", "hanlp-csv", "pkuseg", "rime", "ragflow", "funasr", "tokenizers")

_LIKELY = 0.5  # the probability that a reviewer accepts a term
_SHOWN = 5


@dataclass(frozen=True)
class Wanted:
    """The user's wishes for a list: accepted terms alone; none that jieba's dictionary has; everything, whatever its
    score; the least score, and the most terms.
    """

    accepted_only: bool = False
    new_only: bool = False
    everything: bool = False
    min_score: float | None = None
    top: int | None = None


def choose(frame: pd.DataFrame, form: str, wanted: Wanted, place: str = "") -> tuple[pd.DataFrame, list[str]]:
    """The terms that a consumer gets, in order, and a line for each reason why others are left out."""
    kept, notes = np.ones(len(frame), dtype=bool), []

    def leave_out(drop: np.ndarray, why: str, hint: str = "") -> None:
        drop = drop & kept
        if drop.any():
            notes.append(told(frame["term"][drop].tolist(), why) + hint)
            kept[drop] = False

    accepts = _verdicts(frame, place)
    rejected, accepted = (np.array([verdict is value for verdict in accepts], dtype=bool) for value in (False, True))
    if wanted.accepted_only:
        if "verdict" not in frame:
            raise UsageError(f"--accepted-only: {place} has no column verdict: review it, or leave the option out")
        leave_out(~accepted, "not accepted")
    elif form not in TABLES:
        leave_out(rejected, "rejected")
    if wanted.new_only:
        leave_out(_known(frame), "of jieba's own dictionary")
    low, why, hint = _low(frame, form, wanted)
    leave_out(low & ~accepted, why, hint)
    if wanted.top is not None:
        leave_out(np.cumsum(kept) > wanted.top, f"behind the first {wanted.top}")
    if len(frame) and not kept.any():
        raise EmptyResultError(f"no term is left to be written: {notes[-1]}")
    return frame[kept], notes


def _low(frame: pd.DataFrame, form: str, wanted: Wanted) -> tuple[np.ndarray, str, str]:
    """The terms behind the end of the list (bool), the measure of that end, and the way to move it.

    A list that was ranked by verdicts (it has a column `probability`) ends where a term would rather be rejected.
    """
    hint = "; --all keeps them, --min-score X draws the line elsewhere"
    if wanted.min_score is not None:
        return _less(frame, "score", wanted.min_score), f"scoring less than {wanted.min_score:.6g}", ""
    if wanted.everything or wanted.top is not None or form not in DICTIONARIES:
        return np.zeros(len(frame), dtype=bool), "", ""
    if "probability" in frame:
        return _less(frame, "probability", _LIKELY), "more likely to be rejected than accepted", hint
    least = least_score(frame["score"].tolist() if "score" in frame else [])
    if least is None:
        return np.zeros(len(frame), dtype=bool), "", ""
    how = f"scoring less than {least:.6g}, a {round(1 / SHARE)}th of the score of the {NTH}th"
    return _less(frame, "score", least), how, hint


def _less(frame: pd.DataFrame, name: str, least: float) -> np.ndarray:
    """True for the rows that have less than a value in a column; a row without a figure there has not."""
    cells = frame[name].tolist() if name in frame else [None] * len(frame)
    return np.array([_is_less(cell, least) for cell in cells], dtype=bool)


def _is_less(cell: Any, least: float) -> bool:
    return not is_missing(cell) and cell != "" and float(cell) < least


def _verdicts(frame: pd.DataFrame, place: str) -> list[bool | None]:
    cells = frame["verdict"].tolist() if "verdict" in frame else [""] * len(frame)
    return [verdict_of(cell, term, place) for term, cell in zip(frame["term"].tolist(), cells, strict=True)]


def _known(frame: pd.DataFrame) -> np.ndarray:
    """True for the terms that jieba's dictionary has."""
    words = set(jieba_dictionary().words)
    listed = frame["known"].tolist() if "known" in frame else [None] * len(frame)
    pairs = zip(frame["term"].tolist(), listed, strict=True)
    return np.array([term in words or (not is_missing(known) and bool(known)) for term, known in pairs], dtype=bool)


def told(terms: list[str], why: str) -> str:
    """A line that counts the terms that are left out, and names the first of them."""
    named = ", ".join(map(one_line, terms[:_SHOWN])) + (f" and {len(terms) - _SHOWN} more" * (len(terms) > _SHOWN))
    return f"{len(terms)} term{'s' * (len(terms) != 1)} {why} left out: {named}"
