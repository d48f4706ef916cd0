"""JSON that is not a record a line -> its records: an array of objects or strings, or objects one after the other.

In: blocks of text. Out: the records, each with its place, as text that is to be parsed. They are told apart by
quotation marks, brackets and commas alone: so one that is damaged costs itself, and no more than one is in memory,
however large the file is. Nothing is parsed here: the module `records` finds out whether a record is sound JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from termmine.readers import base
from termmine.readers.base import BadRecordError, too_long

#: What JSON takes for a blank.
BLANKS = " \t\r\n"

_MARKS = re.compile(r'["\[\]{},]')
_HEAD = 1 << 20  # characters of the beginning by which the layout is recognised


class Value(NamedTuple):
    """A record: the line and the character in it (from 1) that it begins at; its JSON, or what is wrong with it."""

    line: int
    column: int
    text: str | BadRecordError


def peek(blocks: Iterator[str]) -> tuple[str, Iterator[str]]:
    """The beginning of a text, as far as it may tell the layout, and all of its blocks."""
    drawn: list[str] = []
    size = 0
    for block in blocks:
        drawn.append(block)
        size += len(block)
        if size >= _HEAD:
            break

    def whole() -> Iterator[str]:
        yield from drawn
        yield from blocks

    return "".join(drawn)[:_HEAD], whole()


def is_by_lines(head: str) -> bool:
    """True where a text is an object a line, as its first line shows, and not an array or an object over many lines.

    >>> is_by_lines('{"text": "变压器"}'), is_by_lines('[{"text":'), is_by_lines('{\\n  "text": "变压器"')
    (True, False, False)
    """
    line = head.lstrip(BLANKS).partition("\n")[0].rstrip(BLANKS)
    return not line.startswith("[") and not (line.startswith("{") and line.endswith(("{", "[", ",", ":")))


def split_values(blocks: Iterable[str]) -> Iterator[Value]:
    """The elements of each array, and the values outside of any, in order."""
    splitter = _Splitter()
    for block in blocks:
        yield from splitter.feed(block)
    yield from splitter.end()


class _Splitter:
    """A text cut into values as it is fed: how deep in brackets it is, and what there is of the present value."""

    def __init__(self) -> None:
        self._depth = 0
        self._in_array = False  # values are then elements of an array, one bracket deep
        self._is_quoted = False
        self._is_escaped = False  # the last block ended with a backslash in a string
        self._n_elements = 0
        self._line, self._column = 1, 1  # the place of the next character
        self._begin()

    def _begin(self) -> None:
        self._parts: list[str] = []
        self._size = 0
        self._place = (0, 0)  # of the first character that is no blank

    def feed(self, block: str) -> Iterator[Value]:
        """The values that end in a block."""
        start = at = 0  # where the present value goes on, and how far the block has been looked at
        while True:
            if self._is_quoted:
                at = self._behind_string(block, at)
            mark = None if self._is_quoted else _MARKS.search(block, at)
            if mark is None:
                break
            at = mark.end()
            if (end := self._end(mark[0], at)) >= 0:
                self._keep(block[start:end])
                yield from self._value(mark[0])
                self._step(block[end:at])
                start = at
        self._keep(block[start:])

    def end(self) -> Iterator[Value]:
        """The value that the text ends in, and the fault of an array without an end."""
        is_open = self._in_array and self._depth == 1 and not self._is_quoted
        yield from self._value("")
        if is_open:
            yield Value(self._line, self._column, BadRecordError("ends before its JSON does (no ])"))

    def _behind_string(self, block: str, at: int) -> int:
        """Look for the end of a string: the place behind it. A line end ends it, too: no sound string holds one."""
        first = at = at + self._is_escaped
        self._is_escaped = False
        while (end := block.find('"', at)) >= 0:
            at = end + 1
            if not _is_escaped(block, first, end):
                break
        line_end = block.find("\n", first, end if end >= 0 else len(block))
        self._is_quoted = end < 0 and line_end < 0
        self._is_escaped = self._is_quoted and _is_escaped(block, first, len(block))
        return line_end if line_end >= 0 else at

    def _end(self, mark: str, behind: int) -> int:
        """The place where a mark ends the present value: before the mark or behind it; -1 where it does not."""
        if mark == '"':
            self._is_quoted = True
            return -1
        if mark == ",":
            return behind - 1 if self._in_array and self._depth == 1 else -1
        self._depth = max(self._depth + (1 if mark in "[{" else -1), 0)
        if mark == "[" and self._depth == 1:
            self._in_array, self._n_elements = True, 0
            return behind - 1
        if mark in "[{" or self._depth:
            return -1
        was_in_array, self._in_array = self._in_array, False
        return behind - was_in_array

    def _keep(self, text: str) -> None:
        """Add a part to the present value, up to `MAX_RECORD` characters."""
        if not self._size:
            body = text.lstrip(BLANKS)
            self._step(text[: len(text) - len(body)])
            self._place, text = (self._line, self._column), body
        self._step(text)
        self._size += len(text)
        if self._size <= base.MAX_RECORD:
            self._parts.append(text)
        else:
            self._parts.clear()

    def _value(self, mark: str) -> Iterator[Value]:
        """The present value, which a mark has ended, if there is one; between two commas there must be."""
        must_be = mark == "," or (mark == "]" and self._n_elements > 0)
        if self._size or must_be:
            yield Value(*self._place, "".join(self._parts) if self._size <= base.MAX_RECORD else too_long())
            self._n_elements += 1
        self._begin()

    def _step(self, text: str) -> None:
        """Go on behind a text that has been dealt with."""
        n_lines = text.count("\n")
        self._line += n_lines
        self._column = len(text) - text.rfind("\n") if n_lines else self._column + len(text)


def _is_escaped(text: str, first: int, at: int) -> bool:
    """True where an odd number of backslashes stands before a place, from ``first`` on."""
    n = at
    while n > first and text[n - 1] == "\\":
        n -= 1
    return (at - n) % 2 == 1
