"""`termmine discover`: raw text in, ranked terms out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from termmine.cli.shared import (
    FORMATS_HELP,
    INPUT_PATH,
    OUTPUT_PATH,
    check_inputs,
    claim,
    paths,
    report,
    with_job,
    with_options,
)
from termmine.options import DiscoverOptions, make_options

if TYPE_CHECKING:
    from termmine.runtime.job import Job


@click.command()
@click.argument("corpus", nargs=-1, required=True)
@click.option(
    "-b", "--background", type=INPUT_PATH, multiple=True,
    help="General text to contrast with; may be given several times.",
)  # fmt: skip
@click.option(
    "-o", "--output", type=OUTPUT_PATH, default="-", help="Write here, whole or not at all; default: standard output."
)
@click.option("-f", "--format", "form", default="csv", show_default=True, help=FORMATS_HELP)
@click.option("--bom", is_flag=True, help="Begin with a byte order mark, for Excel.")
@click.option("--absorbed", type=OUTPUT_PATH, help="Also write the absorbed fragments and what absorbed them (CSV).")
@click.option("--meta", type=OUTPUT_PATH, help="Also write the reproducibility signature (JSON).")
@click.option("-q", "--quiet", is_flag=True, help="Only errors on standard error.")
@click.option("-v", "--verbose", is_flag=True, help="Tell each stage, and the signature at the end.")
@with_job
@with_options(DiscoverOptions)
def discover(
    corpus: tuple[str, ...],
    background: tuple[str, ...],
    output: Path,
    form: str,
    bom: bool,
    absorbed: Path | None,
    meta: Path | None,
    job: Job,
    **options: Any,
) -> None:
    """Rank the terms that are characteristic of CORPUS: files, directories, or - for standard input."""
    chosen = make_options(**options)
    inputs = (*corpus, *background, *chosen.files)
    check_inputs(inputs)
    from termmine.formats.write import check_format, produce_parts, render
    from termmine.runtime import outputs

    check_format(form, bom=bom)
    claim((output, absorbed, meta), inputs)

    from termmine.pipeline import run_discovery

    result = run_discovery(paths(corpus), paths(background) or None, chosen, job)
    signature = json.dumps(result.signature, ensure_ascii=False, sort_keys=True)
    written = []
    if absorbed is not None:
        written.append((absorbed, render(result.absorbed, "csv", bom=bom)))
    if meta is not None:
        # the name of a background need not be Unicode
        written.append((meta, (signature + "\n").encode(errors="backslashreplace")))
    data, notes = produce_parts(result.parts(job.left()), form, bom=bom)
    outputs.write_all([*written, (output, data)])
    for line in notes:
        job.progress.note(f"{form}: {line}")
    n_terms = len(result.ranking)
    report(n_terms=n_terms, **result.signature["corpus"])
    job.progress.detail(f"{n_terms} term{'s' * (n_terms != 1)}; signature: {signature}")
