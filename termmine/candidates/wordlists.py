"""The reader's own lists: terms that are known already, never to be reported, or always to be reported.

In: files of words and expressions, the verdicts of a review. Out: for each n-gram or candidate the list that decides
on it, and the decision. Nothing is counted or measured here, and no threshold is known here.

The order in which the lists decide: `--keep`, then `--known`, then the verdicts of `--feedback`, then `--ban`; all
others are left to the thresholds.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from termmine.candidates.verdicts import Verdict
from termmine.errors import TermmineError
from termmine.formats.headings import column_name
from termmine.formats.read import read_terms
from termmine.readers.wordlists import GivenList, read_numbered_lines
from termmine.runtime.address import as_path
from termmine.runtime.arrays import Arrays
from termmine.search.rows import find_rows
from termmine.text.normalize import normal_form
from termmine.types import NgramTable

_COMMENT = re.compile(r"#(\s|$)")  # and `#` before anything else is a term: C# is not the only one
_SEPARATORS = re.compile(r"[\t,;，；]")  # no term holds any of these
_TABLES = {".jsonl", ".xlsx"}  # a header cannot be looked for in their first line

# A line of a jieba dictionary: word, frequency, tag; both may be missing. A tag without a frequency is taken for one
# only behind a character that is not Latin, and if it is one of jieba's: so `air motor` and `导出 csv` stay whole.
_TAGS = (
    "[abcdefghijklmnopqrstuvxyz]|nr|nrt|nrfg|ns|nt|nz|ng|eng|vn|vd|vg|vq|vi|ad|an|ag|dg|df|tg|mg|mq|ud|ug|uj|ul|uv|uz"
)
_JIEBA = re.compile(rf"(.+?)(?: +\d+(?: +[a-z]{{1,4}})?|(?<=[^\x00-\x7f]) +(?:{_TAGS}))?")

_CHUNK = 1 << 16  # rows that are spelt at once


@dataclass(frozen=True)
class RuleList:
    """Words and expressions: ``words`` in normal form, each with the place that it was read at (`ban.txt:3`)."""

    words: Mapping[str, str] = field(default_factory=dict)
    expressions: tuple[tuple[re.Pattern[str], str], ...] = ()

    def find(self, written: str, folded: str) -> str:
        """The first rule that a term meets, and the place of that rule; empty where there is none."""
        if folded in self.words:
            return self.words[folded]
        for expression, place in self.expressions:
            if expression.search(written) or expression.search(folded):
                return f"/{expression.pattern}/ in {place}"
        return ""


@dataclass(frozen=True)
class TermLists:
    """Every list of one run. ``known``: normal form -> the file that lists it; ``verdicts``: normal form -> verdict."""

    kept: RuleList
    known: Mapping[str, str]
    verdicts: Mapping[str, Verdict]
    banned: RuleList
    fold: str | None = None

    def __bool__(self) -> bool:
        lists = (self.kept, self.banned)
        return bool(self.known or self.verdicts or any(one.words or one.expressions for one in lists))

    @property
    def wanted(self) -> dict[str, str]:
        """The words that are kept, by hand or by an accepting verdict, each with its place."""
        accepted = {term: f"accepted in {verdict.place}" for term, verdict in self.verdicts.items() if verdict.accepts}
        return accepted | dict(self.kept.words)


def read_rules(paths: Iterable[str], option: str, fold: str | None = None) -> RuleList:
    """The words and /expressions/ of files, one a line; a line that begins with `#` and a blank is a comment."""
    words: dict[str, str] = {}
    expressions: list[tuple[re.Pattern[str], str]] = []
    for path in paths:
        for number, line in read_numbered_lines(path):
            rule, place = line.strip(), f"{path}:{number}"
            if _COMMENT.match(rule):
                continue
            if rule.startswith("/"):
                expressions.append((_expression(rule, place), f"{place} ({option})"))
            else:
                words.setdefault(normal_form(rule, fold), f"{place} ({option})")
    return RuleList(words, tuple(expressions))


def _expression(rule: str, place: str) -> re.Pattern[str]:
    if len(rule) < 3 or not rule.endswith("/"):
        raise TermmineError(f"{place}: {rule} begins with / but is no /expression/: put it between two slashes")
    try:
        return re.compile(rule[1:-1])
    except (re.error, OverflowError, RecursionError) as error:
        raise TermmineError(f"{place}: {rule} is no regular expression ({error}): correct it") from None


def read_known(paths: Iterable[str], fold: str | None = None) -> dict[str, str]:
    """The terms that files list, in normal form, each with the first file: lists, jieba dictionaries, tables of terms.

    A file is a table when its first line names a column ``term``, or its name ends in `.jsonl` or `.xlsx`.
    """
    known: dict[str, str] = {}
    for path in paths:
        for term in _terms(path):
            known.setdefault(normal_form(term, fold), str(path))
    known.pop("", None)
    return known


def read_terms_listed(path: Path) -> list[str]:
    """The terms that a file lists as `read_known` reads it: as they are written, in order, each once."""
    terms = [term for term in dict.fromkeys(_terms(path)) if term.strip()]
    if not terms:
        raise TermmineError(f"{path}: holds no terms: give one a line, or a table with a column term")
    return terms


def _terms(path: Path | str) -> Iterator[str]:
    if isinstance(path, GivenList):
        yield from path.rows
        return
    path = as_path(path)
    if path.suffix.lower() in _TABLES:
        yield from read_terms(path)["term"]
        return
    lines = read_numbered_lines(path)
    first = next(csv.reader([re.sub("[\t;]", ",", lines[0][1])])) if lines else []
    if "term" in first or (len(first) > 1 and "term" in map(column_name, first)):
        yield from read_terms(path)["term"]
        return
    for _, line in lines:
        word = _SEPARATORS.split(line)[0].strip().strip('"')
        found = _JIEBA.fullmatch(word)
        if found is not None and not _COMMENT.match(line):
            yield found[1]


@dataclass(frozen=True)
class Kept:
    """The part of a table that the lists keep: ``rows`` (bool, one a row), and the words that are no n-gram of it."""

    rows: np.ndarray
    missing: list[str]


def kept_rows(lists: TermLists, table: NgramTable, could_be_terms: np.ndarray, arrays: Arrays) -> Kept:
    """The rows that --keep and accepting verdicts keep; an expression keeps only what could be a term.

    Words are looked up as the corpus is counted; only those not found so, and expressions, take a look at every row.
    """
    kept = arrays.zeros(len(table), bool)
    wanted = list(lists.wanted)
    rows = find_rows(table, wanted)
    kept[rows[rows >= 0]] = True
    missing = {word for word, row in zip(wanted, rows.tolist(), strict=True) if row < 0}
    expressions = RuleList({}, lists.kept.expressions)
    if missing or expressions.expressions:
        found: set[str] = set()
        for start in range(0, len(table), _CHUNK):
            chunk = np.arange(start, min(start + _CHUNK, len(table)))
            for row, text in zip(chunk.tolist(), table.texts(chunk), strict=True):
                folded = normal_form(text, lists.fold)
                if folded in missing:
                    kept[row] = True
                    found.add(folded)
                elif could_be_terms[row] and expressions.find(text, folded):
                    kept[row] = True
        missing -= found
    return Kept(kept, sorted(missing & set(lists.kept.words)))


class Rulings(NamedTuple):
    """The lists' decisions on candidates, one entry a candidate: the reason why it is ``kept``, the reason why it is
    ``dropped`` (empty where there is none; never both), and True where it is ``listed`` as known.
    """

    kept: list[str]
    dropped: list[str]
    listed: list[bool]


def rule_on(lists: TermLists, terms: Iterable[str], *, mark_known: bool) -> Rulings:
    """Decide by the lists on terms as they are written; with ``mark_known`` a known term is not dropped for that."""
    rulings = Rulings([], [], [])
    for term in terms:
        folded = normal_form(term, lists.fold)
        kept, dropped = _rule(lists, term, folded, mark_known)
        rulings.kept.append(sys.intern(kept))  # one string for all that it applies to
        rulings.dropped.append(sys.intern(dropped))
        rulings.listed.append(folded in lists.known)
    return rulings


def _rule(lists: TermLists, term: str, folded: str, mark_known: bool) -> tuple[str, str]:
    """The reason why a term is kept, and why it is dropped, by the first list that decides."""
    kept = lists.kept.find(term, folded)
    if kept:
        return f"kept by {kept}", ""
    if folded in lists.known and not mark_known:
        return "", f"listed in {lists.known[folded]} (--known)"
    verdict = lists.verdicts.get(folded)
    if verdict is not None:
        return (f"accepted in {verdict.place}", "") if verdict.accepts else ("", f"rejected in {verdict.place}")
    banned = lists.banned.find(term, folded)
    return "", f"banned by {banned}" if banned else ""
