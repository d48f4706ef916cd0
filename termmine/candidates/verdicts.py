"""A reviewer's verdicts, read from a list that was judged.

In: files that `discover` wrote, with a column ``verdict``. Out: the verdict on each term. What is learned from them is
in `ranking.feedback`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from termmine.errors import TermmineError
from termmine.formats.read import read_terms
from termmine.text.normalize import normal_form

_VERDICTS = dict.fromkeys(("y", "yes", "1", "true", "是", "对"), True)
_VERDICTS |= dict.fromkeys(("n", "no", "0", "false", "否", "错"), False)


@dataclass(frozen=True)
class Verdict:
    """What a reviewer said of a term, and the file that says so."""

    accepts: bool
    place: str


def read_verdicts(paths: Iterable[str], fold: str | None = None) -> dict[str, Verdict]:
    """The verdicts of reviewed tables by the term's normal form; of several on one term the last counts."""
    verdicts: dict[str, Verdict] = {}
    for path in paths:
        frame = read_terms(Path(path))
        if "verdict" not in frame:
            raise TermmineError(f"{path}:1: has no column called verdict: add one, with y or n for what you judge")
        for term, cell in zip(frame["term"].tolist(), frame["verdict"].tolist(), strict=True):
            text = unicodedata.normalize("NFKC", str(cell)).strip().lower()
            if text and text not in _VERDICTS:
                raise TermmineError(f"{path}: the verdict on {term} is {text!r}: write y or n, or leave the cell empty")
            if text:
                verdicts[normal_form(term, fold)] = Verdict(_VERDICTS[text], str(path))
    if paths and not verdicts:
        raise TermmineError(f"{', '.join(paths)}: holds no verdict: write y or n into its column verdict")
    return verdicts
