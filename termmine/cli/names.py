"""Completion: the values of an option or argument that the shell offers when Tab is pressed.

A type of parameter takes any string, which is checked where it is used; it knows good ones. Modules that list them are
imported when Tab is pressed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

_HEAD = 1 << 16  # characters that hold the header of a table or the first record, or they are not offered


class Names(click.types.StringParamType):
    """A string that is one of some names."""

    def __init__(self, known: Callable[[click.Context], Iterable[str]]) -> None:
        self._known = known

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The names that begin so."""
        try:
            known = list(self._known(ctx))
        except Exception:  # a corpus that cannot be read: the command itself will say so
            return []
        return [CompletionItem(name) for name in known if name.startswith(incomplete)]


def _measures(_: click.Context) -> Iterable[str]:
    from termmine.measures import MEASURES

    return MEASURES


def _readers(_: click.Context) -> Iterable[str]:
    from termmine.readers.formats import READERS

    return READERS


def _writers(_: click.Context) -> Iterable[str]:
    from termmine.formats.write import WRITERS

    return WRITERS


def _columns(context: click.Context) -> Iterable[str]:
    """The columns of the first table of the corpus, or the fields of its first record."""
    import csv
    import json

    from termmine.readers.json_values import split_values

    path = next(Path(name) for name in (*(context.params.get("corpus") or ()), *context.args) if Path(name).is_file())
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        head = file.read(_HEAD)
    if head.lstrip().startswith(("{", "[")):
        return list(json.loads(str(next(split_values([head])).text)))
    first = head.partition("\n")[0]
    return next(csv.reader([first], delimiter="\t" if "\t" in first else ","))


def _encodings(_: click.Context) -> Iterable[str]:
    return ("utf-8", "gb18030", "big5", "utf-16")


MEASURE, READER, WRITER = Names(_measures), Names(_readers), Names(_writers)
COLUMN, ENCODING = Names(_columns), Names(_encodings)

#: Options whose values have names -> their types.
TYPES: dict[str, Any] = {"measure": MEASURE, "input_format": READER, "field": COLUMN, "encoding": ENCODING}


def one_of(choices: tuple[str, ...]) -> Names:
    """The type of an option with few values."""
    return Names(lambda _: choices)
