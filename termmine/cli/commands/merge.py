"""`termmine merge`: several count files into one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from termmine.cli.shared import OUTPUT_PATH, check_inputs, claim, report, with_job

if TYPE_CHECKING:
    from termmine.runtime.job import Job


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--output", type=OUTPUT_PATH, required=True, help="The count file to write, whole or not at all.")
@click.option("--min-freq", type=int, help="Least frequency; default: as all files say.")
@click.option("--max-length", type=int, help="Longest n-gram, in symbols; default: as all files say.")
@click.option("--neighbours", is_flag=True, help="Also count documents and neighbours, where not all files say so.")
@click.option("-q", "--quiet", is_flag=True, help="Only errors on standard error.")
@click.option("-v", "--verbose", is_flag=True, help="Tell each stage.")
@with_job
def merge(
    files: tuple[Path, ...],
    output: Path,
    min_freq: int | None,
    max_length: int | None,
    neighbours: bool,
    job: Job,
) -> None:
    """Add up count FILES, in this order, exactly: the result is that of counting all their text at once."""
    names = tuple(map(str, files))
    check_inputs(names)
    claim([output], [name for name in names if Path(name) != output])
    from termmine.counting.count import merge as merge_files

    done = merge_files(
        files, output, min_freq=min_freq, max_length=max_length, neighbours=neighbours,
        job=job,
    )  # fmt: skip
    report(**vars(done))
    job.progress.note(f"{output}: {done.in_words()}")
