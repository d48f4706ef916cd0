"""A source -> the blocks of its text that are to be counted: without what `--sample` and `--dedupe` leave out.

In: a source, and the options. Out: blocks, and in the report what was left out. Who shows text, as examples, reads the
source itself: what was not counted may be shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from termmine.errors import UsageError
from termmine.options import CorpusOptions, ReadOptions, sample_rate
from termmine.readers.base import ReadReport
from termmine.readers.files import STDIN
from termmine.readers.source import Files, Source
from termmine.readers.units import Choice, choose
from termmine.runtime.job import Job
from termmine.types import Block


def chosen_blocks(
    source: Source, options: ReadOptions, report: ReadReport, progress: Callable[[int], None], job: Job
) -> Iterator[Block]:
    """The text to be encoded."""
    blocks = source.blocks(options, report, progress)
    if isinstance(options, CorpusOptions) and options.chosen_by is not None:
        for choice in choices(source, options):
            report.choices.append(choice)
            blocks = choose(blocks, choice, job)
    return blocks


def choices(source: Source, options: CorpusOptions) -> list[Choice]:
    """What is chosen, in turn: documents before the lines in them; both at once where both are of one kind.

    A sample is of documents, which are lines unless the options say otherwise.
    """
    of_lines = (source.document or options.document) == "line"
    sampled = [] if options.sample is None else [Choice(of_lines, sample_rate(options.sample, _size(source)))]
    if options.dedupe is None:
        return sampled
    once = Choice(options.dedupe == "lines", once=True)
    if sampled and once.by_lines == of_lines:
        return [Choice(of_lines, sampled[0].rate, once=True)]
    return sorted([*sampled, once], key=lambda choice: choice.by_lines)


def _size(source: Source) -> int:
    """The bytes of a source as it lies on the disk; 0 where they are not known."""
    piped = isinstance(source, Files) and any(str(file) == STDIN for file in source.files)
    return 0 if piped else source.size


def check_all_is_counted(options: ReadOptions, what: object, why: str) -> None:
    """Refuse options that leave something out where that cannot be done."""
    if isinstance(options, CorpusOptions) and options.chosen_by is not None:
        raise UsageError(f"{options.chosen_by}: {what}: {why}")
