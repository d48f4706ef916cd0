"""`termmine merge`: several count files into one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from termmine.cli.help import Command
from termmine.cli.shared import (
    OUTPUT_PATH,
    QUIET_HELP,
    VERBOSE_HELP,
    check_inputs,
    claim,
    report,
    with_job,
)
from termmine.runtime.address import as_path

if TYPE_CHECKING:
    from termmine.runtime.job import Job


@click.command(cls=Command)
@click.argument("files", nargs=-1, required=True, type=OUTPUT_PATH)
@click.option(
    "-o",
    "--output",
    type=OUTPUT_PATH,
    required=True,
    help="Count file to write; it is only put in place once it is whole.",
)
@click.option("--min-freq", type=int, help="Least number of occurrences; by default as all files say.")
@click.option("--max-length", type=int, help="Longest n-gram, in symbols; by default as all files say.")
@click.option("--neighbours", is_flag=True, help="Also count documents and neighbours, if not all files have done so.")
@click.option("-q", "--quiet", is_flag=True, help=QUIET_HELP)
@click.option("-v", "--verbose", is_flag=True, help=VERBOSE_HELP)
@with_job
def merge(
    files: tuple[Path, ...],
    output: Path,
    min_freq: int | None,
    max_length: int | None,
    neighbours: bool,
    job: Job,
) -> None:
    """Add up count FILES into one, as if all their text had been counted at once."""
    names = tuple(map(str, files))
    check_inputs(names)
    claim([output], [name for name in names if as_path(name) != output])
    from termmine.counting.count import merge as merge_files

    done = merge_files(
        files, output, min_freq=min_freq, max_length=max_length, neighbours=neighbours,
        job=job,
    )  # fmt: skip
    report(**done.figures())
    job.progress.note(f"{output}: {done.in_words()}")
