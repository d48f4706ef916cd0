"""`termmine discover`: raw text in, ranked terms out."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from termmine.cli.shared import OUTPUT_PATH, check_inputs, ignore, paths, tell, with_discover_options
from termmine.options import make_options


@click.command()
@click.argument("corpus", nargs=-1, required=True)
@click.option("-b", "--background", multiple=True, help="General text to contrast with; may be given several times.")
@click.option(
    "-o", "--output", type=OUTPUT_PATH, default="-", help="Write here, whole or not at all; default: standard output."
)
@click.option("-f", "--format", "form", default="csv", show_default=True, help="csv, tsv, jsonl or txt.")
@click.option("--bom", is_flag=True, help="Begin with a byte order mark, for Excel.")
@click.option("--absorbed", type=OUTPUT_PATH, help="Also write the absorbed fragments and what absorbed them (CSV).")
@click.option("--meta", type=OUTPUT_PATH, help="Also write the reproducibility signature (JSON).")
@click.option("-q", "--quiet", is_flag=True, help="Only errors on standard error.")
@click.option("-v", "--verbose", is_flag=True, help="Tell each stage, and the signature at the end.")
@with_discover_options
def discover(
    corpus: tuple[str, ...],
    background: tuple[str, ...],
    output: Path,
    form: str,
    bom: bool,
    absorbed: Path | None,
    meta: Path | None,
    quiet: bool,
    verbose: bool,
    **options: Any,
) -> None:
    """Rank the terms that are characteristic of CORPUS: files, directories, or - for standard input."""
    chosen = make_options(**options)
    check_inputs((*corpus, *background, *chosen.files))
    from termmine import export

    export.find_writer(form)
    inputs = [Path(path) for path in (*corpus, *background, *chosen.files) if path != "-"]
    outputs = [path for path in (output, absorbed, meta) if path is not None]
    export.check_outputs(outputs, inputs)

    from termmine.pipeline import run_discovery
    from termmine.progress import Progress

    progress = Progress(
        note=ignore if quiet else tell,
        detail=tell if verbose and not quiet else ignore,
        bar=sys.stderr.isatty() and not quiet,
    )
    result = run_discovery(paths(corpus), paths(background) or None, chosen, progress)
    signature = json.dumps(result.signature, ensure_ascii=False, sort_keys=True)
    if absorbed is not None:
        export.write(absorbed, export.render(result.absorbed, "csv", bom=bom))
    if meta is not None:
        # the name of a background need not be Unicode
        export.write(meta, (signature + "\n").encode(errors="backslashreplace"))
    export.write(output, export.render(result.terms, form, bom=bom))
    progress.detail(f"{len(result.terms)} term{'s' * (len(result.terms) != 1)}; signature: {signature}")
