"""`termmine explain`: why a string is, or is not, in the list."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from termmine.cli.shared import check_inputs, paths, tell, with_discover_options
from termmine.options import make_options


@click.command()
@click.argument("terms", nargs=-1, required=True)
@click.option("-c", "--corpus", multiple=True, required=True, help="The corpus; may be given several times.")
@click.option("-b", "--background", multiple=True, help="General text to contrast with; may be given several times.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line instead of text.")
@with_discover_options
def explain(
    terms: tuple[str, ...], corpus: tuple[str, ...], background: tuple[str, ...], as_json: bool, **options: Any
) -> None:
    """Say why each of TERMS is, or is not, in the list that `discover` makes with the same options."""
    chosen = make_options(**options)
    check_inputs((*corpus, *background, *chosen.files))
    from termmine import export
    from termmine.explain import as_text, explain_source
    from termmine.progress import Progress

    progress = Progress(note=tell, bar=sys.stderr.isatty())
    records = explain_source(paths(corpus), paths(background) or None, chosen, terms, progress)
    texts = (json.dumps(record, ensure_ascii=False) if as_json else as_text(record) for record in records)
    export.write(Path("-"), "".join(text + "\n" for text in texts).encode())
