"""`termmine info`: the contents of a count file."""

from __future__ import annotations

import json
from pathlib import Path

import click

from termmine.cli.help import Command
from termmine.cli.shared import OUTPUT_PATH, log


@click.command(cls=Command)
@click.argument("file", type=OUTPUT_PATH)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
def info(file: Path, as_json: bool) -> None:
    """Check that the count FILE is undamaged, and show what it holds."""
    from termmine.counting.countfile.header import describe, signature
    from termmine.counting.countfile.read import load
    from termmine.runtime import outputs
    from termmine.runtime.job import Job

    header = load(file, Job().arrays).header
    if as_json:
        text = json.dumps(header | {"signature": signature(header)}, ensure_ascii=False) + "\n"
    else:
        text = "".join(log().language.message(f"{name}: {value}") + "\n" for name, value in describe(header))
    outputs.write(Path("-"), text.encode(errors="backslashreplace"))
