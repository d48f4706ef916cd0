"""The parts that readers share: the documents that they give, their reports, the treatment of bad records.

A reader is a function from a path and a `Reading` to `Document`s. It holds a block, or one record, at a time.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from termmine.errors import TermmineError, missing_package
from termmine.options import ReadOptions
from termmine.runtime.meter import Meter
from termmine.types import Block

#: Characters of one record, of a line of JSON Lines or a page of a dump. A longer one is a bad record, passed over
#: while it streams by. Some ten times the longest page that a wiki lets anybody write.
MAX_RECORD = 1 << 24


#: The character in place of something left out of a line, as code or a formula: it ends a run, and no document.
BREAK = "\ufffc"


class Document(NamedTuple):
    """A record, an article, or a whole file where it holds no such things.

    ``line`` is the line that it begins at, or the number of its row (from 1). ``blocks`` is its text, cut anywhere; it
    must be drawn before the next document is. ``is_lines``: each line end in the text is one of the file, too.
    ``to_encode``: the same text once more where it can be had quicker in another form; draw one or the other.
    ``group``: the value in its record of the field that documents are grouped by; None where they are not grouped, or
    where
    there are no fields.
    """

    path: Path
    line: int
    blocks: Iterable[str]
    is_lines: bool = False
    to_encode: Iterable[Block] | None = None
    group: str | None = None
    numbers: Sequence[int] | None = None


class BadRecordError(Exception):
    """The reason why a record cannot be read."""


class Chosen(Protocol):
    """What was chosen of a text, and what was left out."""

    def notes(self) -> list[str]:
        """It in words, a line each."""


_MOST_NAMED = 5  # endings that a note names


def said_of(left_out: tuple[tuple[str, int], ...]) -> str:
    """Files that were left out, in words: their number, their endings, and how to take them.

    >>> said_of(((".py", 5), (".svg", 1)))
    "left out 6 files: 5 .py, 1 .svg; --include '*.py' takes them"
    """
    n = sum(number for _, number in left_out)
    named = [f"{number} {name}" for name, number in left_out[:_MOST_NAMED]]
    more = sum(number for _, number in left_out[_MOST_NAMED:])
    listed = ", ".join(named) + (f", {more} others" if more else "")
    return f"left out {n} file{'s' * (n > 1)}: {listed}; --include '*{left_out[0][0]}' takes them"


@dataclass
class ReadReport:
    """The findings of a reading, for one line on stderr: filled while the blocks are drawn."""

    n_files: int = 0
    n_bytes: int = 0
    n_documents: int = 0
    encodings: dict[str, int] = field(default_factory=dict)
    undecodable: int = 0
    first_undecodable: str = ""
    skipped: list[str] = field(default_factory=list)
    left_out: tuple[tuple[str, int], ...] = ()
    n_missing: int = 0
    n_bad: int = 0
    first_bad: str = ""
    choices: list[Chosen] = field(default_factory=list)

    @classmethod
    def of(cls, meter: Meter) -> ReadReport:
        """A report whose figures count for a run from the beginning."""
        report = cls()
        meter.add(report)
        return report

    def notes(self) -> list[str]:
        """The notes for the user, one line each."""
        notes = []
        if self.n_missing:
            texts = "texts were" if self.n_missing > 1 else "text was"
            notes.append(f"{self.n_missing} missing {texts} skipped (None or NaN)")
        notes += [note for choice in self.choices for note in choice.notes()]
        if self.n_bad:
            records, first = ("records were", "first: ") if self.n_bad > 1 else ("record was", "")
            notes.append(f"{self.n_bad} bad {records} skipped, {first}{self.first_bad}")
        if self.undecodable:
            notes.append(
                f"{self.undecodable} undecodable byte sequences (first in {self.first_undecodable}) "
                "were treated as separators"
            )
        if self.skipped:
            several = len(self.skipped) > 1
            files, example = ("files without text were", ", e.g. ") if several else ("file without text was", ": ")
            notes.append(f"{len(self.skipped)} {files} left out{example}{self.skipped[0]}")
        if self.left_out:
            notes.append(said_of(self.left_out))
        return notes


@dataclass
class Reading:
    """The options of reading, the receivers of notes, and the findings; ``group``: the field that documents are grouped
    by, if any.
    """

    options: ReadOptions
    report: ReadReport
    progress: Callable[[int], None]
    named: frozenset[Path]
    group: str | None = None
    is_numbered: bool = False

    def no_text(self, path: Path, problem: str, advice: str) -> None:
        """Deal with a file that holds no text: an error where it was named, left out where a directory holds it."""
        if path in self.named:
            raise TermmineError(f"{path}: {problem}: {advice}")
        self.report.skipped.append(str(path))

    def bad(self, path: Path, line: int | None, reason: object) -> None:
        """Count a bad record and go on; with ``strict`` it is an error."""
        where = str(path) if line is None else f"{path}:{line}"
        if self.options.strict:
            raise TermmineError(f"{where}: {reason}: mend it, or leave --strict out to pass over what is bad")
        self.report.n_bad += 1
        self.report.first_bad = self.report.first_bad or f"{where}: {reason}"


def one_line(error: object) -> str:
    """A library's message of an error, on one line."""
    return " ".join(str(error).split()) or type(error).__name__


def too_long() -> BadRecordError:
    """The fault of a record of more than `MAX_RECORD` characters, in words."""
    return BadRecordError(f"is longer than {MAX_RECORD} characters")


def extra(module: str, name: str, package: str) -> Any:
    """A module of a package that a format needs; where it is missing, an error that says how to install it."""
    try:
        return importlib.import_module(module)
    except ImportError:
        raise missing_package(name, package) from None
