"""`termmine evaluate`: ranked lists against a gold list."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from termmine.cli.corpus import corpus_option, with_lists
from termmine.cli.help import Command
from termmine.cli.shared import OUTPUT_PATH, check_inputs, tell, with_options
from termmine.options import ReadOptions


@click.command(cls=Command)
@click.argument("lists", nargs=-1, required=True, type=OUTPUT_PATH)
@click.option(
    "-g",
    "--gold",
    required=True,
    type=OUTPUT_PATH,
    help="File of the terms that should be found, one a line.",
)
@corpus_option(
    help="The text that the lists were made from: only gold terms that occur 5 "
    "times in it are expected. May be given several times."
)
@with_lists()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with every figure instead of tables.")
@with_options(ReadOptions, leave_out=("document",))
def evaluate(lists: tuple[Path, ...], gold: Path, corpus: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Tell how good ranked LISTS are: how many terms of a gold list they find, and how high up."""
    check_inputs((*map(str, lists), str(gold), *corpus))
    from termmine.evaluation.report import evaluate_lists, tables
    from termmine.readers.source import open_files
    from termmine.runtime import outputs

    reading = ReadOptions(**options)
    report = evaluate_lists(lists, gold, open_files(corpus, reading) if corpus else None, reading, tell)
    text = json.dumps(report, ensure_ascii=False) + "\n" if as_json else tables(report)
    outputs.write(Path("-"), text.encode(errors="backslashreplace"))
