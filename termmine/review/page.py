"""The page to review a list in: one file, which works without a network.

In: a listing, and what the corpus says of its terms. Out: HTML, of `MOST_BYTES` at most: where not every sentence has
room, each term gets its first one before any gets its second, the best terms first, and the page says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import PurePath
from typing import Any

from termmine.candidates.verdicts import VERDICTS
from termmine.errors import TermmineError
from termmine.formats.headings import NAMES, chinese_heading
from termmine.review.gather import Gathered, Shown
from termmine.review.html import as_json_block, make_page
from termmine.review.listing import Listing
from termmine.version import __version__

MOST_BYTES = 15_000_000  # of a page: what a mail may carry, and a phone opens
_FORMAT = 1
_REFERENCE = 16  # bytes of a sentence's number and the range of the term in it
_PLACE = 14  # bytes of the number of its file, and of its line
_SLACK = 200_000  # bytes for brackets and the like, which are not counted one by one


@dataclass
class _Pool:
    """The sentences that the page holds, each once; how many bytes they and what refers to them take."""

    texts: list[str] = field(default_factory=list)
    text_paths: list[int] = field(default_factory=list)
    text_lines: list[int] = field(default_factory=list)
    places: dict[tuple[str, str, int], int] = field(default_factory=dict)
    paths: dict[str, int] = field(default_factory=dict)
    size: int = 0

    def cost(self, shown: Shown) -> int:
        """The bytes that one more sentence takes."""
        if (shown.text, shown.path, shown.line) in self.places:
            return _REFERENCE
        path = 0 if shown.path in self.paths else _bytes(shown.path)
        return _bytes(shown.text) + path + _PLACE + _REFERENCE

    def add(self, shown: Shown) -> list[int]:
        """Hold a sentence; what refers to it: its number, and the range of the term in it as JavaScript counts."""
        self.size += self.cost(shown)
        key = (shown.text, shown.path, shown.line)
        if key not in self.places:
            self.places[key] = len(self.texts)
            self.texts.append(shown.text)
            self.text_paths.append(self.paths.setdefault(shown.path, len(self.paths)))
            self.text_lines.append(shown.line)
        return [self.places[key], utf16_length(shown.text[: shown.begin]), utf16_length(shown.text[: shown.end])]


def utf16_length(text: str) -> int:
    """The length of a text as JavaScript counts it.

    >>> utf16_length("变压器"), utf16_length("𠮷")
    (3, 2)
    """
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def _bytes(text: str) -> int:
    return len(as_json_block(text).encode()) + 1


@dataclass(frozen=True)
class Page:
    """A finished page, and how many of the sentences that were chosen it holds."""

    html: bytes
    held: int
    found: int


def make_review(
    listing: Listing,
    gathered: dict[str, Gathered] | None,
    *,
    name: str,
    language: str | None = None,
    most_bytes: int = MOST_BYTES,
) -> Page:
    """The page for a list; ``gathered`` is None where there is no corpus, ``name`` that of the list's file."""
    room = room_for_sentences(listing, gathered, name=name, language=language, most_bytes=most_bytes)
    data, held, found = page_data(listing, gathered, name=name, language=language, room=room)
    data["sentences"] = {"held": held, "found": found, "limit": round(most_bytes / 1e6)}
    return Page(_render(data, name, listing), held, found)


def room_for_sentences(
    listing: Listing,
    gathered: dict[str, Gathered] | None = None,
    *,
    name: str,
    language: str | None = None,
    most_bytes: int = MOST_BYTES,
) -> int:
    """The bytes that a page has left for sentences; an error where the list alone takes more than all of it."""
    empty, _, _ = page_data(listing, gathered, name=name, language=language, room=0)
    size = len(_render(empty, name, listing))
    room = most_bytes - size - _SLACK
    if room < 0:
        raise TermmineError(
            f"{name}: {len(listing.terms)} terms take {size / 1e6:.1f} MB without a sentence, and a page holds "
            f"{most_bytes / 1e6:.1f} MB: review the best ones first, as with --top 2000"
        )
    return room


def page_data(
    listing: Listing, gathered: dict[str, Gathered] | None, *, name: str, language: str | None, room: int
) -> tuple[dict[str, Any], int, int]:
    """The data of a page, with sentences of ``room`` bytes at most; how many they are, and of how many."""
    data = list_data(listing, name, language) | _corpus_data(listing, gathered)
    held, found = (0, 0) if gathered is None else _fill(data, listing, gathered, room)
    return data, held, found


def _render(data: dict[str, Any], name: str, listing: Listing) -> bytes:
    html = make_page("review", data, title=name, version=__version__, identity=listing.identity)
    return html.encode()


def list_data(listing: Listing, name: str, language: str | None) -> dict[str, Any]:
    """The data of a page about the list itself, without a corpus."""
    path = PurePath(name)
    form = "jsonl" if path.suffix.lower() in (".jsonl", ".ndjson", ".json") else "csv"
    return {
        "format": _FORMAT,
        "name": path.name,
        "identity": listing.identity,
        "save_as": f"{path.stem}-reviewed.{form}",
        "form": form,
        "language": language,
        "translation": listing.translation,
        "note": listing.note,
        "columns": [{"name": name, "heading": heading, "kind": kind} for name, heading, kind in listing.columns],
        "cells": listing.cells,
        "verdicts": listing.verdicts,
        "longer": listing.longer,
        "example_columns": listing.example_columns,
        "headings": NAMES,
        "labels": {column: chinese_heading(column) for column, _, _ in listing.columns},
        "accepting": [word for word, accepts in VERDICTS.items() if accepts],
        "rejecting": [word for word, accepts in VERDICTS.items() if accepts is False],
        "undecided": [word for word, accepts in VERDICTS.items() if accepts is None],
        "freq": None,
        "neighbours": None,
        "shown": [[] for _ in listing.terms],
        "examples": [0] * len(listing.terms),
        "texts": [],
        "text_paths": [],
        "text_lines": [],
        "paths": [],
        "sentences": {"held": 0, "found": 0, "limit": 0},
    }


def _corpus_data(listing: Listing, gathered: dict[str, Gathered] | None) -> dict[str, Any]:
    """The data about the terms in the corpus, still without sentences."""
    if gathered is None:
        return {}
    told = [gathered[term] for term in listing.terms]
    return {"freq": [one.freq for one in told], "neighbours": [[one.before, one.after] for one in told]}


def _fill(data: dict[str, Any], listing: Listing, gathered: dict[str, Gathered], room: int) -> tuple[int, int]:
    """Put sentences into the data as long as there is room; how many, and how many there were."""
    pool, held, found = _Pool(), 0, 0
    for row, i, one in _in_turns([gathered[term] for term in listing.terms]):
        found += 1
        if pool.size + pool.cost(one.shown[i]) > room:
            continue
        held += 1
        data["shown"][row] += pool.add(one.shown[i])
        data["examples"][row] += i < one.n_examples
    data |= {"texts": pool.texts, "text_paths": pool.text_paths, "text_lines": pool.text_lines}
    data["paths"] = short_paths(list(pool.paths))
    return held, found


def sentences_of(gathered: Mapping[str, Gathered]) -> dict[str, list[list[Any]]]:
    """The sentences of each term as a picture's page holds them: text, begin and end of the term (UTF-16), place."""
    paths = sorted({one.path for told in gathered.values() for one in told.shown})
    short = dict(zip(paths, short_paths(paths), strict=True))
    return {
        term: [
            [one.text, utf16_length(one.text[: one.begin]), utf16_length(one.text[: one.end]),
             f"{short[one.path]}:{one.line}"]
            for one in told.shown
        ]
        for term, told in gathered.items()
    }  # fmt: skip


def short_paths(paths: list[str]) -> list[str]:
    """Paths without the folder that all of them lie in: a page that is handed on says nothing of somebody's disk.

    >>> short_paths(["/home/li/docs/a.md", "/home/li/docs/b/c.md"]), short_paths(["corpus.txt", "stdin"])
    (['a.md', 'b/c.md'], ['corpus.txt', 'stdin'])
    """
    parts = [PurePath(path).parts for path in paths]
    folders = zip(*(path[:-1] for path in parts), strict=False)
    n_shared = sum(1 for _ in takewhile(lambda names: len(set(names)) == 1, folders))
    return ["/".join(path[n_shared:]) for path in parts]


def _in_turns(told: list[Gathered]) -> Iterator[tuple[int, int, Gathered]]:
    """Row and number of each sentence: every term's first one, then every second one, and so on."""
    for i in range(max((len(one.shown) for one in told), default=0)):
        yield from ((row, i, one) for row, one in enumerate(told) if i < len(one.shown))
