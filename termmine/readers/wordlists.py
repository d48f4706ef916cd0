"""Lists of words, one a line.

In: a file. Out: its lines or words, in order. No word is folded here.
"""

from __future__ import annotations

from pathlib import Path

from termmine.errors import TermmineError
from termmine.options import ReadOptions
from termmine.readers.source import open_files
from termmine.types import SOURCE_END_CHARACTER


def read_text(path: Path) -> str:
    """The whole text of a file as it stands there, in whatever encoding `corpus` recognises."""
    if path.is_dir():
        raise TermmineError(f"{path}: is a directory: name a file in it")
    return "".join(open_files([path]).strings(ReadOptions(input_format="text"))).removesuffix(SOURCE_END_CHARACTER)


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
