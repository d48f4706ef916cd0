"""Word lists, and finding many strings in running text.

In: files of words, blocks of text. Out: lists, counts. Matching goes over the text as it is written (folded, but not
cut into symbols), so that a list made by any tool can be looked up. The only module that imports ahocorasick.
"""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from termmine.cells import unguard
from termmine.corpus import ReadReport, read_blocks
from termmine.errors import TermmineError
from termmine.folding import simplified
from termmine.options import ReadOptions
from termmine.types import DOCUMENT_END_CHARACTER, SOURCE_END_CHARACTER

_BLANKS = re.compile(r"\s+")
_BLANKS_IN_LINE = re.compile(r"[^\S\n]+")
_LINE_ENDS = str.maketrans(dict.fromkeys([SOURCE_END_CHARACTER, DOCUMENT_END_CHARACTER, "\r"], "\n"))
_HAN = re.compile("[\u4e00-\u9fa5]")


def normal_form(term: str, fold: str | None = None) -> str:
    """A term as lists are compared by: NFKC, lower case, no blanks, and ``fold`` as in a corpus.

    >>> normal_form("ＧＰＵ 加速")
    'gpu加速'
    """
    return _BLANKS.sub("", _folded(term, fold))


def _folded(text: str, fold: str | None) -> str:
    folded = unicodedata.normalize("NFKC", text).lower()
    return folded.translate(simplified()) if fold == "t2s" else folded


def is_comparable(term: str) -> bool:
    """Whether a term in normal form takes part in comparisons: two characters or more, a Han character among them."""
    return len(term) >= 2 and _HAN.search(term) is not None


def read_text(path: Path) -> str:
    """The whole text of a file as it stands there, in whatever encoding `corpus` recognises."""
    if path.is_dir():
        raise TermmineError(f"{path}: is a directory: name a file in it")
    return "".join(read_blocks([path], ReadOptions(input_format="text"))).removesuffix(SOURCE_END_CHARACTER)


def read_numbered_lines(path: Path) -> list[tuple[int, str]]:
    """The lines of a text file with their numbers, from 1; blank ones are left out."""
    text = read_text(path).replace("\r\n", "\n").replace("\r", "\n")
    return [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


def read_lines(path: Path) -> list[str]:
    """The lines of a text file; blank ones are left out."""
    return [line for _, line in read_numbered_lines(path)]


def read_words(path: Path) -> list[str]:
    """The words of a list, one a line, in order: a plain list, or the first column of a tab-separated one."""
    words = [line.split("\t")[0].strip() for line in read_lines(path)]
    if not words:
        raise TermmineError(f"{path}: holds no words: give a file with one word a line")
    return words


def read_ranking(path: Path, fold: str | None = None) -> list[str]:
    """The terms of a ranked list, the best first, in normal form: CSV, TSV, JSON Lines, or one a line.

    The column called ``term`` is read, else the first one. What is not comparable is left out, of equal ones the first
    is kept.
    """
    lines = read_lines(path)
    if not lines:
        raise TermmineError(f"{path}: is empty: give a ranked list of terms")
    try:
        rows = _rows(lines)
    except csv.Error as error:  # a quotation mark that nothing closes makes one cell of all that follows
        raise TermmineError(f"{path}: is no CSV ({error}): close its quotes, or give one term a line") from None
    except (ValueError, TypeError, KeyError):
        raise TermmineError(f'{path}: is no JSON Lines: give one object with a "term" a line') from None
    column = rows[0].index("term") if "term" in rows[0] else 0
    body = rows[1:] if "term" in rows[0] else rows
    terms = (normal_form(unguard(row[column]), fold) for row in body if len(row) > column)
    return list(dict.fromkeys(term for term in terms if is_comparable(term)))


def _rows(lines: list[str]) -> list[list[str]]:
    if lines[0].startswith("{"):
        return [["term"], *([str(json.loads(line)["term"])] for line in lines)]
    return [line.split("\t") for line in lines] if "\t" in lines[0] else list(csv.reader(lines))


def count_strings(
    strings: Iterable[str],
    paths: Iterable[Path],
    reading: ReadOptions | None = None,
    report: ReadReport | None = None,
) -> Counter[str]:
    """How often each string (in normal form) occurs in a corpus, overlapping ones too, within lines.

    The text is folded as the strings are, but a stretch of blanks counts as one blank.
    """
    automaton = _automaton(strings)
    counts: Counter[str] = Counter()
    if not len(automaton):
        return counts
    rest = ""
    reading = reading or ReadOptions()
    for block in read_blocks(paths, reading, report=report):
        whole, newline, rest = (rest + block.translate(_LINE_ENDS)).rpartition("\n")
        counts.update(_found(automaton, whole + newline, reading.fold))
    counts.update(_found(automaton, rest, reading.fold))
    return counts


def finder(strings: Iterable[str]) -> Callable[[str], list[tuple[int, int, str]]]:
    """A function that finds those strings in a text as it stands, overlapping ones too: begin, end, string."""
    automaton = _automaton(strings)
    if not len(automaton):
        return lambda _: []
    return lambda text: [(last + 1 - len(string), last + 1, string) for last, string in automaton.iter(text)]


def _automaton(strings: Iterable[str]) -> Any:
    import ahocorasick

    automaton = ahocorasick.Automaton()
    for string in strings:
        automaton.add_word(string, string)
    if len(automaton):
        automaton.make_automaton()
    return automaton


def _found(automaton: Any, text: str, fold: str | None) -> Iterable[str]:
    folded = _BLANKS_IN_LINE.sub(" ", _folded(text, fold))
    return (string for _, string in automaton.iter(folded))
