"""`termmine contexts`: the places of terms in a corpus."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from termmine.cli.corpus import corpus_option, with_lists
from termmine.cli.help import Command
from termmine.cli.shared import INPUT_PATH, check_inputs, log, on_terminal, paths, tell, window_width, with_options
from termmine.errors import TermmineError, UsageError
from termmine.options import MOST, ReadOptions

WIDEST = 10_000  # columns: wider than any terminal

_WIDTH = 80  # columns for the text, where nobody says and there is no window


@click.command(cls=Command)
@click.argument("terms", nargs=-1, required=True, type=INPUT_PATH, metavar="TERM... CORPUS")
@corpus_option(help="The text to look into, if it is not the last argument; may be given several times.")
@with_lists()
@click.option(
    "--limit",
    type=click.IntRange(1, MOST),
    default=20,
    show_default=True,
    help="Number of occurrences to show of each term.",
)
@click.option(
    "--width",
    type=click.IntRange(1, WIDEST),
    help="Columns for the text beside its place; by default what the window has left, else 80.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each occurrence instead of a table.")
@with_options(ReadOptions, leave_out=("document",))
def contexts(
    terms: tuple[str, ...], corpus: tuple[str, ...], limit: int, width: int | None, as_json: bool, **options: Any
) -> None:
    """Show where each TERM stands in CORPUS: its lines, with path and line number."""
    if not corpus:
        *others, last = terms
        terms, corpus = tuple(others), (last,)
    if not terms:
        raise UsageError(f"{corpus[0]}: name a term before the corpus: termmine contexts TERM... CORPUS")
    check_inputs(corpus)
    from termmine.counting.source import check_has_lines
    from termmine.readers.base import ReadReport
    from termmine.readers.source import open_files
    from termmine.runtime import outputs
    from termmine.search.kwic import as_table, concordance
    from termmine.search.lines import read_lines

    reading = ReadOptions(**options)
    window = window_width() if width is None and not as_json and on_terminal() else None
    columns = width or window or _WIDTH
    source, report = open_files(paths(corpus), reading), ReadReport()
    check_has_lines(source)
    lines = read_lines(source, reading, report)
    found = concordance(terms, lines, limit=limit, width=columns, folding=reading.fold)
    for note in report.notes():
        tell(f"corpus: {note}")
    missing = [term for term, n in found.freq.items() if not n]
    if len(missing) == len(found.freq):
        raise TermmineError(f"{', '.join(missing)}: does not occur in {', '.join(corpus)}: check spelling and corpus")
    for term in missing:
        several = ": name several corpora with -c" if Path(term).exists() else ""
        tell(f"{term} does not occur{several}")
    shown = (asdict(occurrence) for of_term in found.occurrences.values() for occurrence in of_term)
    if as_json:
        text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in shown)
    else:
        text = as_table(found, columns, window, log().language.message)
    outputs.write(Path("-"), text.encode(errors="backslashreplace"))
