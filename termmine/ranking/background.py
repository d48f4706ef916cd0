"""The background that candidates are contrasted with: text, count files, a frequency list, or jieba's dictionary.

In: a source, and the candidates as rows of the domain's table. Out: the frequency of each of them there. Text is
streamed through; so are the codes of a count file, and where it has none its table is looked up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from termmine.counting.countfile.read import CountFile, load
from termmine.counting.engines import Engine
from termmine.counting.source import check_settings
from termmine.errors import TermmineError, UsageError
from termmine.options import DiscoverOptions
from termmine.readers.source import Files, Source
from termmine.readers.wordlists import read_numbered_lines
from termmine.runtime.address import Address
from termmine.runtime.arrays import Arrays
from termmine.runtime.job import Job
from termmine.search.jieba import Dictionary, dictionary_name
from termmine.search.occurrences import count_rows, of_rows
from termmine.search.rows import match_rows
from termmine.search.segmenter import Segmenter
from termmine.text.alphabet import translation
from termmine.types import NgramTable

SMALL_BACKGROUND = 200  # symbols, about a paragraph: less says nothing about the general language


@dataclass(frozen=True)
class Background:
    """The frequencies of the candidates in the background: ``freq`` (one a candidate), the size in symbols, a name to
    report;
    and ``expected``, the expected frequency of each in ``n_expected`` symbols of general language.
    """

    freq: np.ndarray
    n_symbols: int
    name: str
    expected: np.ndarray
    n_expected: int


@dataclass(frozen=True)
class Candidates:
    """The strings to count: rows of a table (ascending); and the expected frequency of each in so many symbols of
    general language.
    """

    table: NgramTable
    rows: np.ndarray
    expected: np.ndarray
    n_expected: int


def contrast_with(
    source: Source | None, candidates: Candidates, options: DiscoverOptions, engine: Engine
) -> Background:
    """Count the candidates in a background; None stands for jieba's dictionary."""
    expected, n_expected, job = candidates.expected, candidates.n_expected, engine.job
    if source is None:
        name = f"{dictionary_name()} (no --background given)"
        job.progress.remark(f"background: {name}")
        return Background(_whole(expected, job.arrays), n_expected, name, expected, n_expected)
    freq, n_symbols = _count(source, candidates, options, engine)
    job.guard.give_back()
    if n_symbols < SMALL_BACKGROUND:
        job.progress.note(
            f"warning: the background holds {n_symbols} symbols, less than a paragraph: "
            "every term will look characteristic; give more general text"
        )
    job.progress.detail(f"background: {n_symbols} symbols")
    return Background(freq, n_symbols, source.name, expected, n_expected)


def _whole(expected: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Expected frequencies as whole numbers (int64)."""
    return arrays.in_parts(np.rint, expected, dtype=np.int64)


def check_background(source: Source) -> None:
    """Refuse a file that is nearly, but not quite, a frequency list, before other work is done."""
    if isinstance(source, Files) and len(source.named) == 1:
        is_frequency_list(source.named[0])


def check_sampled(source: Source | None, options: DiscoverOptions) -> None:
    """Refuse a sample of a background that is not text alone, before other work is done."""
    if options.sample_background is None:
        return
    flag = f"--sample-background {options.sample_background}"
    if source is None:
        raise UsageError(f"{flag}: no --background is given: name it, or leave the option out")
    counts = list(source.counted)
    if isinstance(source, Files) and len(source.named) == 1 and is_frequency_list(source.named[0]):
        counts.append(source.named[0])
    if counts:
        raise UsageError(f"{flag}: {counts[0]}: holds counts, of which nothing can be left out: give its text")


def _count(source: Source, candidates: Candidates, options: DiscoverOptions, engine: Engine) -> tuple[np.ndarray, int]:
    job, (table, rows) = engine.job, (candidates.table, candidates.rows)
    if isinstance(source, Files) and len(source.named) == 1 and is_frequency_list(source.named[0]):
        return _expected_by_list(source.named[0], candidates, job)
    text = source.text if isinstance(source, Files) else source
    freq, n_symbols = job.arrays.zeros(len(rows), np.int64), 0
    with job.progress.stage("counting in the background", text.size if text else 0) as advance:
        for path in source.counted:
            file = load(path, job.arrays)
            check_settings([file], options, document=False)
            freq += _count_in_file(file, candidates, engine)
            n_symbols += file.corpus.n_symbols
        if text is not None:
            task = count_rows(table, rows, job.arrays)
            reading = replace(options, sample=options.sample_background)
            (sums,), size = engine.add_up_text(text, reading, table.alphabet, task, advance)
            freq += of_rows(task, sums, table, rows, job.arrays)
            n_symbols += size
    return freq, n_symbols


# --- count files -----------------------------------------------------------------------------------------------------


def _count_in_file(file: CountFile, candidates: Candidates, engine: Engine) -> np.ndarray:
    table, rows, arrays = candidates.table, candidates.rows, engine.job.arrays
    if not file.settings.text:
        return _look_up(file, candidates, arrays)
    task = count_rows(table, rows, arrays, translation(file.corpus.alphabet, table.alphabet, arrays))
    (sums,) = engine.add_up(file.corpus, task)
    return of_rows(task, sums, table, rows, arrays)


def _look_up(file: CountFile, candidates: Candidates, arrays: Arrays) -> np.ndarray:
    """The frequencies that a file without text knows; an n-gram below its least frequency counts as 0."""
    longest = int(candidates.table.length[candidates.rows[-1:]].max(initial=0))
    if longest > file.settings.max_length:
        raise UsageError(
            f"{file.path}: was counted up to {file.settings.max_length} symbols, without its text: "
            f"give --max-length {file.settings.max_length}, or count it again"
        )
    there = arrays.take(match_rows(candidates.table, file.table, arrays), candidates.rows)
    return arrays.in_parts(lambda rows: np.where(rows >= 0, file.table.freq[rows], 0), there, dtype=np.int64)


# --- frequency lists -------------------------------------------------------------------------------------------------

_SNIFFED = 1 << 16  # bytes that decide whether a file is a frequency list
_ENTRY = re.compile(r"[^\t]+\t\d+\s*")
_LIKE_ENTRY = re.compile(r"[^\t]+\t\s*[-+]?[\d.,]+(?:[eE][-+]?\d+)?\s*")  # a line with decimals, or a count below 0
_MOST = (1 << 62) - 1  # characters that a list may have been counted from


def is_frequency_list(path: Path) -> bool:
    """True where each line of a file is a term, a tab, and a whole number, as far as its beginning shows.

    Raises `TermmineError` for a file that is nearly one: half of its lines or more have a number behind the tab.
    """
    if isinstance(path, Address) and not path.is_own:  # a cluster reads it, as text
        return False
    try:
        if not path.is_file():  # a pipe can be read but once
            return False
        with path.open("rb") as file:
            start = file.read(_SNIFFED)
    except OSError:
        return False
    text = start.decode("utf-8-sig", errors="replace")
    lines = text.splitlines()[: None if len(start) < _SNIFFED else -1]
    entries = {number: line for number, line in enumerate(lines, 1) if line.strip()}
    others = [number for number, line in entries.items() if not _ENTRY.fullmatch(line)]
    n_alike = sum(_LIKE_ENTRY.fullmatch(line) is not None for line in entries.values())
    if others and 2 * n_alike >= len(entries):
        raise TermmineError(
            f"{path}:{others[0]}: is no word, tab and whole number in what looks like a frequency list: "
            "mend or remove that line, or give running text"
        )
    return bool(entries) and not others


def _expected_by_list(path: Path, candidates: Candidates, job: Job) -> tuple[np.ndarray, int]:
    """The expected frequency of each candidate by a frequency list, and the symbols that it was counted from."""
    words = read_frequency_list(path)
    job.progress.note(f"background: {path}: read as a frequency list of {len(words.words)} words")
    segmenter = Segmenter(words, candidates.table.alphabet, job.arrays)
    looks = segmenter.look_up(candidates.table, candidates.rows)
    return _whole(looks.expected_freq, job.arrays), segmenter.n_symbols


def read_frequency_list(path: Path) -> Dictionary:
    """The words of a list with their frequencies, one and a tab and the other on each line."""
    words, freq = [], []
    for number, line in read_numbered_lines(path):
        word, _, count = line.rpartition("\t")
        if not word or not count.strip().isdecimal():
            raise TermmineError(f"{path}:{number}: is no word, tab and count: mend or remove that line")
        if len(count.strip().lstrip("0")) > len(str(_MOST)):
            raise TermmineError(f"{path}:{number}: the count is too large: mend or remove that line")
        words.append(word)
        freq.append(int(count.strip().lstrip("0") or "0"))
    if not sum(freq):
        raise TermmineError(f"{path}: its counts add up to 0: give a list with frequencies")
    if sum(n * len(word) for n, word in zip(freq, words, strict=True)) > _MOST:
        raise TermmineError(f"{path}: its words have more than {_MOST} characters: give smaller counts")
    return Dictionary(words, np.array(freq, dtype=np.int64), np.full(len(words), "", dtype="<U1"), str(path))
