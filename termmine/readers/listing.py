"""Paths -> the files that they stand for: folders and patterns are gone through here, and nowhere else.

In: paths and addresses, and what is to be taken of folders. Out: files in order, and the numbers of those left out.
Nothing is read. A file that the user names is taken whatever it is called; of those that a folder holds, text is.
"""

from __future__ import annotations

import codecs
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from termmine.errors import TermmineError, UsageError
from termmine.options import SETTINGS_FILE, ReadOptions
from termmine.readers.base import said_of
from termmine.readers.files import STDIN, mode_of, raw_blocks, unpacked_name
from termmine.readers.formats import EXTENSIONS
from termmine.runtime.address import Address, as_path

#: Endings of plain text: what writers of text call it, its encodings, and markup that is read as it stands.
TEXT_ENDINGS = frozenset(
    ".txt .text .utf8 .utf-8 .gb .gbk .gb2312 .gb18030 .big5 .asc "
    ".rst .adoc .asciidoc .org .textile .wiki .srt .vtt .lrc".split()
)
_DEFAULTS = ReadOptions()
_ENDING = re.compile(r"\.(?=[^.]*[a-z])[a-z0-9_+~-]{1,12}", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Listing:
    """``files``: what is to be read, in order. ``left_out``: an ending -> the number of files of folders that have it
    and were not taken; empty for a file without one that an option left out.
    """

    files: tuple[Path, ...]
    left_out: tuple[tuple[str, int], ...] = ()


def list_files(paths: Iterable[str | os.PathLike[str]], options: ReadOptions = _DEFAULTS) -> Listing:
    """The files that paths stand for, folders recursively, in a fixed order; hidden files are passed over."""
    files: list[Path] = []
    left_out: Counter[str] = Counter()
    for given in paths:
        path = as_path(given)
        if isinstance(path, Address):
            files += _at_address(path, options, left_out)
        elif str(given) == STDIN:
            files.append(path)
        elif mode_of(path) is None:
            raise TermmineError(f"{path}: no such file or directory: check the path")
        elif path.is_dir():
            inside = ((p, p.relative_to(path).as_posix()) for p in sorted(p for p in _walk(path) if p.is_file()))
            files += _chosen(path, inside, options, left_out)
        else:
            files.append(path)
    if not files:
        raise UsageError("no corpus given: name a file, a directory, or - for standard input")
    return Listing(tuple(files), tuple(sorted(left_out.items(), key=lambda item: (-item[1], item[0]))))


def _walk(directory: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise TermmineError(f"{error.filename}: {error.strerror}: check the permissions") from error

    for folder, folders, names in os.walk(directory, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(folder) / name for name in names if not name.startswith(".") and name != SETTINGS_FILE)


def _at_address(address: Address, options: ReadOptions, left_out: Counter[str]) -> list[Path]:
    """The objects that an address stands for: itself, or those of a folder, or what a pattern fits."""
    try:
        if not (address.is_pattern and not address.exists()) and not address.facts.is_folder:
            return [address]
        found = address.found()
    except FileNotFoundError as error:
        if "bucket does not exist" in str(error):
            raise TermmineError(f"{address}: there is no such bucket: check the address") from error
        raise TermmineError(f"{address}: no such file or directory: check the address") from error
    inside = ((path, within) for path, within in found if not within or _is_seen(within))
    return _chosen(address, inside, options, left_out)


def _is_seen(within: str) -> bool:
    *folders, name = within.split("/")
    return name != SETTINGS_FILE and not any(part.startswith(".") for part in (*folders, name))


def _chosen(
    folder: Path, inside: Iterable[tuple[Path, str]], options: ReadOptions, left_out: Counter[str]
) -> list[Path]:
    """The files of a folder that are to be read; the others are counted. A path within it is empty where a pattern
    names the file.
    """
    chosen, others, n_excluded = [], Counter[str](), 0
    for path, within in inside:
        if fits(within or path.name, options.exclude):
            n_excluded += 1
        elif not within or is_text_by_name(path) or fits(within, options.include):
            chosen.append(path)
        else:
            others[ending(path)] += 1
    if not chosen and n_excluded:
        raise TermmineError(f"{folder}: nothing is left of the directory: --exclude leaves {n_excluded} files out")
    if not chosen and not others:
        raise TermmineError(f"{folder}: the directory holds no files: give a directory with text files")
    if not chosen:
        raise TermmineError(f"{folder}: no file here is text by its name: {said_of(tuple(others.most_common()))}")
    left_out.update(others)
    return chosen


def ending(path: Path) -> str:
    """The ending by which a file's name says what it holds, without that of its packing, in small letters; empty where
    it has none: `.1节` and `.2026` say nothing.
    """
    suffix = PurePosixPath(unpacked_name(path)).suffix.lower()
    return suffix if _ENDING.fullmatch(suffix) else ""


def is_text_by_name(path: Path) -> bool:
    """True where a name has the ending of text, or of a format that is read, or none at all."""
    found = ending(path)
    return not found or found in TEXT_ENDINGS or found in EXTENSIONS


def fits(within: str, patterns: Iterable[str]) -> bool:
    """True where a path within a folder, or with a pattern without `/` any part of it, fits one of some patterns.

    >>> fits("src/a.py", ["*.PY"]), fits("src/a.py", ["src"]), fits("src/a.py", ["src/*"]), fits("src/a.py", ["*.md"])
    (True, True, True, False)
    """
    whole = within.lower()
    for pattern in map(str.lower, patterns):
        parts = [whole] if "/" in pattern.rstrip("/") else whole.split("/")
        if any(fnmatchcase(part, pattern.strip("/")) for part in parts):
            return True
    return False


def read_list(path: str, *, ends_with_nul: bool = False) -> list[str]:
    """The paths that a file lists: one a line, without blank lines and comments; or each with a NUL at its end.

    A path is any bytes that a system takes for one; blanks within it stand, and one that begins with # is written ./#x.
    """
    data = b"".join(raw_blocks(as_path(path), lambda _: None)).removeprefix(codecs.BOM_UTF8)
    if ends_with_nul or b"\0" in data:
        lines = [(number, part) for number, part in enumerate(data.split(b"\0"), 1) if part]
    else:
        parts = enumerate((line.removesuffix(b"\r") for line in data.split(b"\n")), 1)
        lines = [(number, part) for number, part in parts if part.strip() and not part.startswith(b"#")]
    if not lines:
        raise TermmineError(f"{path}: lists no files: write a path or an address on each line")
    for number, part in lines:
        if part == STDIN.encode():
            raise TermmineError(f"{path}:{number}: - is no file: name standard input on the command line")
    return [os.fsdecode(part) for _, part in lines]
