"""`termmine merge`: several count files into one."""

from __future__ import annotations

from pathlib import Path

import click

from termmine.cli.shared import OUTPUT_PATH, check_inputs, claim, make_progress, report, with_resources
from termmine.runtime.resources import Resources


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--output", type=OUTPUT_PATH, required=True, help="The count file to write, whole or not at all.")
@click.option("--min-freq", type=int, help="Least frequency; default: as all files say.")
@click.option("--max-length", type=int, help="Longest n-gram, in symbols; default: as all files say.")
@click.option("--neighbours", is_flag=True, help="Also count documents and neighbours, where not all files say so.")
@click.option("-q", "--quiet", is_flag=True, help="Only errors on standard error.")
@click.option("-v", "--verbose", is_flag=True, help="Tell each stage.")
@with_resources
def merge(
    files: tuple[Path, ...],
    output: Path,
    min_freq: int | None,
    max_length: int | None,
    neighbours: bool,
    quiet: bool,
    verbose: bool,
    resources: Resources,
) -> None:
    """Add up count FILES, in this order, exactly: the result is that of counting all their text at once."""
    names = tuple(map(str, files))
    check_inputs(names)
    claim([output], [name for name in names if Path(name) != output])
    from termmine.counting.count import merge as merge_files

    progress = make_progress(quiet=quiet, verbose=verbose)
    done = merge_files(
        files, output, min_freq=min_freq, max_length=max_length, neighbours=neighbours,
        progress=progress, resources=resources,
    )  # fmt: skip
    report(**vars(done))
    progress.note(f"{output}: {done.in_words()}")
