"""A reviewer's verdicts, read from a list that was judged.

In: files that `discover` wrote, with a column ``verdict``. Out: the verdict on each term. What is learned from them is
in `ranking.feedback`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from termmine.errors import TermmineError
from termmine.formats.read import read_numbered_terms
from termmine.readers.wordlists import GivenList
from termmine.runtime.address import as_path
from termmine.text.characters import nfkc
from termmine.text.normalize import normal_form

#: The words that people write into a cell, in lower case and NFKC.
_ACCEPTING = "y yes 1 true accept accepted keep ok 是 对 好 √ ✓ ✔ ☑ ✅ 接受 保留 通过 采纳 同意"
_REJECTING = "n no 0 false reject rejected delete drop x 否 错 不 × ✗ ✘ ✕ ✖ ☒ ❌ 拒绝 删除 不通过 舍弃 不收"
_UNDECIDED = "? - 待定 未定 不确定"  # judged later: as an empty cell
#: Each word for a verdict and what it says; None: nothing yet.
VERDICTS: dict[str, bool | None] = {
    **dict.fromkeys(_ACCEPTING.split(), True),
    **dict.fromkeys(_REJECTING.split(), False),
    **dict.fromkeys(_UNDECIDED.split(), None),
    "": None,
}

#: The words for a verdict that are named where one is not understood.
UNDERSTOOD = "y or n (as good: yes/no, 1/0, 是/否, √/×, 接受/拒绝, 保留/删除)"


@dataclass(frozen=True)
class Verdict:
    """A reviewer's verdict on a term, and the file that holds it; ``overruled``: the place where the opposite was said
    before.
    """

    accepts: bool
    place: str
    overruled: str = field(default="", compare=False)


def verdict_of(cell: object, term: str, place: str) -> bool | None:
    """True where a cell accepts its term, False where it rejects it; None where it is empty.

    Any other word is an error, with the cell's place.

    >>> [verdict_of(cell, "变压器", "a.csv:2") for cell in ("√", "拒绝", " ")]
    [True, False, None]
    """
    text = nfkc(str(cell)).replace("\ufe0f", "").strip().lower()
    if text not in VERDICTS:
        raise TermmineError(f"{place}: the verdict on {term} is {text!r}: write {UNDERSTOOD}, or leave the cell empty")
    return VERDICTS[text]


def read_verdicts(paths: Iterable[str], fold: str | None = None) -> dict[str, Verdict]:
    """The verdicts of reviewed tables by the term's normal form; of several on one term the last counts."""
    paths = list(paths)
    verdicts: dict[str, Verdict] = {}
    for path in paths:
        for line, term, cell in _judged(path):
            accepts = verdict_of(cell, term, f"{path}:{line}")
            if accepts is not None:
                form = normal_form(term, fold)
                verdicts[form] = Verdict(accepts, str(path), _overruled(verdicts.get(form), accepts))
    if paths and not verdicts:
        raise TermmineError(f"{', '.join(paths)}: holds no verdict: write into its column verdict {UNDERSTOOD}")
    return verdicts


def _judged(path: str) -> Iterator[tuple[int, str, object]]:
    """The line, the term and the reviewer's cell of each row."""
    if isinstance(path, GivenList):
        yield from zip(range(1, len(path.rows) + 1), path.rows, path.verdicts or (), strict=True)
        return
    frame, lines = read_numbered_terms(as_path(path))
    if "verdict" not in frame:
        raise TermmineError(
            f"{path}:1: has no column called verdict (or 审定): add one, and write into it {UNDERSTOOD}"
        )
    yield from zip(lines, frame["term"].tolist(), frame["verdict"].tolist(), strict=True)


def _overruled(before: Verdict | None, accepts: bool) -> str:
    """The place of an earlier verdict that contradicts this one; empty where there is none."""
    return before.place if before is not None and before.accepts != accepts else ""
