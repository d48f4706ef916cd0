"""A caller's arguments turned into values for the stages: lists as files or as they are, options by name, tables.

In: whatever Python holds a list in. Out: options, paths, and lists that stand for one. Nothing is read here but tables.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from termmine.candidates.wordlists import read_terms_listed
from termmine.errors import UsageError
from termmine.formats.read import read_terms
from termmine.options import DiscoverOptions, options_of
from termmine.readers.listing import read_list
from termmine.readers.source import is_missing
from termmine.readers.wordlists import GivenList
from termmine.runtime.address import as_path, is_address

if TYPE_CHECKING:
    from termmine.api.keywords import Paths

_LISTS = ("known", "ban", "keep", "feedback")
_LIST_FILES = (".txt", ".csv", ".tsv", ".jsonl", ".xlsx", ".dic", ".dict")  # no term ends in any of these


def discover_options(given: Mapping[str, Any]) -> DiscoverOptions:
    """The options of a discovery, its lists as files or as they are; an unknown one is an error."""
    options = dict(given)
    for name in _LISTS:
        if name in options:
            options[name] = tuple(listed(options[name], judged=name == "feedback"))
    for name in ("like", "seeds"):
        if options.get(name) is not None:
            good = listed(options[name])
            if len(good) != 1:
                raise UsageError(f"{name}: {len(good)} lists are given: give one")
            options[name] = good[0]
    return options_of(DiscoverOptions, options)


def files_from(path: Paths, *, null: bool = False) -> list[Path]:
    """The paths and addresses that a file lists, one a line, or (``null``) each with a NUL at its end: a source for
    `discover` and the others, as --files-from of the command.

    Blank lines, and those that begin with #, are passed over. Raises `termmine.TermmineError` where nothing is listed.
    """
    return [as_path(name) for name in read_list(os.fspath(path), ends_with_nul=null)]


def listed(given: Any, name: str | None = None, *, judged: bool = False) -> list[str]:
    """Lists as paths, and as lists that stand for one."""
    if isinstance(given, (str, os.PathLike)):
        return [os.fspath(given)]
    if isinstance(given, pd.DataFrame):
        return [_from_frame(given, name, judged)]
    if isinstance(given, (bytes, Mapping)) or not isinstance(given, Iterable):
        raise UsageError(f"a {type(given).__name__} is given for a list: give a file, a DataFrame, or strings")
    items = [item for item in given if not is_missing(item)]
    if any(isinstance(item, pd.DataFrame) for item in items):
        return [path for item in items for path in listed(item, judged=judged)]
    if items and (judged or all(_is_file(item) for item in items)):
        return [os.fspath(item) for item in items]
    return [GivenList(strings(items), name=name)] if items else []


def _is_file(item: Any) -> bool:
    """True where an item of a list names a file: a path object, an existing path, or a string that can only be meant as
    one.
    """
    if isinstance(item, os.PathLike):
        return True
    return isinstance(item, str) and (
        item.lower().endswith(_LIST_FILES) or is_address(item) or ("/" in item[1:-1] and Path(item).is_file())
    )


def _from_frame(frame: pd.DataFrame, name: str | None, judged: bool) -> GivenList:
    for column in ("term", "verdict")[: 1 + judged]:
        if column not in frame:
            raise UsageError(f"a DataFrame without a column {column}: it has {', '.join(map(str, frame.columns))}")
    cells = ["" if is_missing(cell) else cell for cell in frame["verdict"]] if judged else None
    return GivenList(strings(frame["term"]), cells, name)


def strings(given: str | Iterable[str]) -> list[str]:
    """One string, or several, as a list."""
    strings = [given] if isinstance(given, str) else list(given)
    for number, item in enumerate(strings, 1):
        if not isinstance(item, str):
            raise UsageError(f"a list of terms holds a {type(item).__name__} (number {number}): each must be a str")
    return strings


def terms_of(path: str) -> list[str]:
    """The terms of a file, or of a list that stands for one."""
    return list(path.rows) if isinstance(path, GivenList) else read_terms_listed(as_path(path))


def frame_of(given: Paths | pd.DataFrame) -> pd.DataFrame:
    """A table of terms, read where it is a file."""
    if not isinstance(given, pd.DataFrame):
        return read_terms(as_path(given))
    if "term" not in given:
        raise UsageError(f"a DataFrame without a column term: it has {', '.join(map(str, given.columns))}")
    return given
