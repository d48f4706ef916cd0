"""`termmine count`: text into a count file, once; or more text into one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from termmine.cli.corpus import corpus_argument, with_lists
from termmine.cli.help import Command
from termmine.cli.shared import (
    INPUT_PATH,
    OUTPUT_PATH,
    QUIET_HELP,
    VERBOSE_HELP,
    check_inputs,
    claim,
    paths,
    report,
    with_engine,
    with_job,
    with_options,
)
from termmine.errors import UsageError
from termmine.options import CountOptions
from termmine.runtime.address import as_path

if TYPE_CHECKING:
    from termmine.counting.engines import Engine


@click.command(cls=Command)
@corpus_argument
@with_lists(required=True)
@click.option("-o", "--output", type=OUTPUT_PATH, help="Count file to write; it is only put in place once it is whole.")
@click.option(
    "--add",
    type=INPUT_PATH,
    multiple=True,
    help="Text to add to CORPUS, which is then one count file; it is replaced "
    "unless -o names another. May be given several times.",
)
@click.option("-q", "--quiet", is_flag=True, help=QUIET_HELP)
@click.option("-v", "--verbose", is_flag=True, help=VERBOSE_HELP)
@with_job
@with_engine
@with_options(CountOptions)
def count(
    corpus: tuple[str, ...],
    output: Path | None,
    add: tuple[str, ...],
    engine: Engine,
    **options: Any,
) -> None:
    """Count CORPUS (text, count files, or both) once, into a count file.

    Give that to discover in the place of the text, as corpus or as background: it is read in a moment.
    """
    chosen = CountOptions(**options)
    inputs = (*corpus, *add, *([] if chosen.exactly is None else [chosen.exactly]))
    check_inputs(inputs)
    if add and len(corpus) > 1:
        raise UsageError("--add: adds to one count file: name just one, or write all of them without --add, with -o")
    target = output or (as_path(corpus[0]) if add else None)
    if target is None:
        raise UsageError("-o is missing: name the count file to write, as in termmine count text.txt -o text.tmc")
    from termmine.counting.count import count as count_sources
    from termmine.ranking.kept import keep_of_text
    from termmine.readers.formats import is_count_file

    if add and as_path(corpus[0]).exists() and not is_count_file(as_path(corpus[0])):
        raise UsageError(f"{corpus[0]}: is no count file, so --add cannot add to it: count it first, with -o")
    in_place = target if is_count_file(target) else None  # text is never overwritten by its counts
    claim([target], [path for path in inputs if as_path(path) != in_place or path == chosen.exactly])

    done = count_sources(paths((*corpus, *add)), target, chosen, engine=engine, keeping=keep_of_text)
    report(**done.figures())
    engine.job.progress.note(f"{target}: {done.in_words()}")
