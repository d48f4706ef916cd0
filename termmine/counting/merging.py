"""Several count files without text -> one.

In: paths. Out: a file, and what is in it; an error for files that were not counted alike. How counts are added up is
known in `parts.merge`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from termmine.counting.counted import Counted, save_part
from termmine.counting.countfile.read import CountFile, load, read_settings
from termmine.counting.parts.merge import merged
from termmine.errors import UsageError
from termmine.runtime.job import Job
from termmine.runtime.outputs import check_replaceable
from termmine.types import Kept


def check_all_parts(files: Sequence[Path], parts: Sequence[Path]) -> None:
    """Refuse files of which some, but not all, are parts."""
    for path in files:
        if path not in parts:
            raise UsageError(
                f"{path} and {parts[0]}: one holds its text or was counted without --floor, the other has a floor: "
                f"make them alike with termmine count {path} --no-text --floor N"
            )


def merge_parts(files: Sequence[Path], output: Path, min_freq: int | None, max_length: int | None, job: Job) -> Counted:
    """Add up files without text."""
    check_replaceable(output)
    for path in files[1:]:
        _check_alike(files[0], path)
    longest = {path: read_settings(path).max_length for path in files}
    wanted = max_length or max(longest.values())
    if short := [path for path in files if longest[path] < wanted]:
        raise UsageError(
            f"{short[0]}: was counted up to {longest[short[0]]} symbols, without its text: "
            f"give --max-length {min(longest.values())}"
        )
    with job.progress.stage("adding up"):
        opened = [load(path, job.arrays) for path in files]
        _check_bases(opened, job)
        corpus, table = merged([(file.corpus, file.table) for file in opened], wanted, min_freq, job.arrays)
    assert corpus.kept is not None
    settings = replace(opened[0].settings, max_length=wanted)
    return save_part(output, settings, table, corpus.kept, job)


def _check_alike(first: Path, other: Path) -> None:
    """Refuse files whose text was cut or folded otherwise."""
    one, two = read_settings(first), read_settings(other)
    for name in ("document", "fold"):
        if getattr(one, name) != getattr(two, name):
            raise UsageError(
                f"{first} and {other}: were counted with different --{name}: count one of them again, "
                f"with the --{name} of the other"
            )


def _check_bases(opened: Sequence[CountFile], job: Job) -> None:
    """Refuse files that were counted for the n-grams of different files, or have more text than those; note it where
    they have less.
    """
    kept = [_kept(file) for file in opened]
    for file, one in zip(opened, kept, strict=True):
        if (one.base, one.base_symbols) != (kept[0].base, kept[0].base_symbols):
            raise UsageError(
                f"{opened[0].path} and {file.path}: were not counted --exactly by the same file: "
                "count one of them again"
            )
    n_symbols = sum(file.corpus.n_symbols for file in opened)
    if kept[0].base and n_symbols != kept[0].base_symbols:
        told = f"{n_symbols} symbols of text, but the file that they were counted by has {kept[0].base_symbols}"
        if n_symbols > kept[0].base_symbols:
            raise UsageError(f"{opened[0].path} and the others: hold {told}: leave out what is there twice")
        job.progress.note(f"warning: the files together hold {told}: merge all parts")


def _kept(file: CountFile) -> Kept:
    assert file.corpus.kept is not None
    return file.corpus.kept
