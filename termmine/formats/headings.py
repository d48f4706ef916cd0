"""The headings of a table of terms, as people write them, in English and in Chinese, and the columns that they stand
for.

In: a heading. Out: the name by which termmine knows the column, or the heading itself where it is somebody's own. No
cell is looked at here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

#: A column's name -> its Chinese heading. The first of them is what `--lang zh` writes; every one is understood.
CHINESE: dict[str, str] = {
    "term": "术语", "verdict": "审定", "change": "变化", "first_seen": "首次出现", "replaced": "改动记录",
    "score": "得分", "freq": "词频", "doc_freq": "文档数", "background_freq": "背景词频", "cohesion": "凝固度",
    "left_entropy": "左邻熵", "right_entropy": "右邻熵", "keyness": "关键性", "log_ratio": "对数比",
    "known": "词典已有", "listed": "清单已有", "probability": "接受概率", "translation": "译文", "note": "备注",
}  # fmt: skip

#: The columns in which people keep a translation, and a note; the first one that a table has is meant.
TRANSLATIONS = ("译文", "翻译", "译名", "translation", "Translation", "target")
NOTES = ("备注", "注", "note", "Note", "notes", "comment")

#: Other headings for columns that must be found; in lower case, for the case of a heading does not count.
_OTHERS = {"term": ("term", "terms", "词语", "词条"), "verdict": ("verdict", "审核", "判定", "取舍", "裁定")}

#: A column of somebody's own, which keeps its heading.
_OWN = ("translation", "note")

_EXAMPLE = re.compile(r"(例句|出处)(\d+)")
_EXAMPLES = {"例句": "context", "出处": "source"}

#: A heading, in lower case -> the name of its column.
NAMES = {chinese: name for name, chinese in CHINESE.items() if name not in _OWN}
NAMES |= {other: name for name, others in _OTHERS.items() for other in others}


def column_name(heading: str) -> str:
    """The name of the column under a heading; the heading itself where it is none of ours.

    >>> [column_name(heading) for heading in ("Verdict", "审定", "例句2", "译文", "freq")]
    ['verdict', 'verdict', 'context_2', '译文', 'freq']
    """
    heading = unicodedata.normalize("NFKC", heading).strip()
    example = _EXAMPLE.fullmatch(heading)
    if example:
        return f"{_EXAMPLES[example[1]]}_{example[2]}"
    return NAMES.get(heading, NAMES.get(heading.lower(), heading))


def chinese_heading(name: str) -> str:
    """The Chinese heading of a column; its name where it has none.

    >>> chinese_heading("freq"), chinese_heading("context_2"), chinese_heading("客户")
    ('词频', '例句2', '客户')
    """
    for chinese, english in _EXAMPLES.items():
        if re.fullmatch(rf"{english}_\d+", name):
            return chinese + name.rpartition("_")[2]
    return CHINESE.get(name, name)


def own_column(names: Iterable[str], known: Iterable[str]) -> str | None:
    """The first of some known headings that a table has, as `TRANSLATIONS`; None where it has none of them."""
    there = set(names)
    return next((name for name in known if name in there), None)
