"""`termmine tally`: the counts of given terms, in each corpus, file or group of records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from termmine.cli.corpus import corpus_argument, with_lists
from termmine.cli.help import Command
from termmine.cli.names import one_of
from termmine.cli.shared import (
    OUTPUT_PATH,
    QUIET_HELP,
    check_inputs,
    check_terminal,
    claim,
    closing,
    counted,
    output_option,
    paths,
    report,
    with_excel_options,
    with_job,
    with_options,
)
from termmine.errors import UsageError
from termmine.options import CorpusOptions

if TYPE_CHECKING:
    from termmine.runtime.job import Job

FORMS = ("csv", "tsv", "jsonl", "parquet")


@click.command(cls=Command)
@click.argument("terms", type=OUTPUT_PATH)
@corpus_argument
@with_lists(required=True)
@click.option(
    "--by",
    default="corpus",
    show_default=True,
    type=one_of(("corpus", "file", "field:")),
    help="Count apart for each corpus, for each file, or for each value of a field of the records (field:NAME).",
)
@click.option(
    "--wide",
    type=click.Choice(["freq", "doc_freq"]),
    help="Write one row for each term, and a column for each group with this count.",
)
@output_option
@click.option(
    "-f",
    "--format",
    "form",
    type=one_of(FORMS),
    help=f"Format of the output: {', '.join(FORMS)}; by default the extension of --output decides, else it is csv.",
)
@with_excel_options
@click.option("-q", "--quiet", is_flag=True, help=QUIET_HELP)
@with_job
@with_options(CorpusOptions)
def tally(
    terms: Path,
    corpus: tuple[str, ...],
    by: str,
    wide: str | None,
    output: Path,
    form: str | None,
    bom: bool,
    crlf: bool,
    job: Job,
    **options: Any,
) -> None:
    """Count how often the terms of a list TERMS occur in each CORPUS: exact figures, and exact zeros."""
    check_inputs((str(terms), *corpus))
    claim((output,), (str(terms), *corpus))
    chosen = _form(form, output)
    check_terminal(chosen, output)
    if len(set(corpus)) < len(corpus):
        raise UsageError("the same corpus is given more than once: name each once")
    from termmine.candidates.wordlists import read_terms_listed
    from termmine.evaluation.tally import as_long, as_wide, count_groups, find_grouping
    from termmine.formats.write import as_parquet, render
    from termmine.readers.source import open_files
    from termmine.runtime import outputs

    grouping = find_grouping(by)
    wanted = read_terms_listed(terms)
    reading = CorpusOptions(**options)
    sources = {str(path): open_files([path], reading) for path in paths(corpus)}
    found = count_groups(wanted, sources, grouping, reading, job)
    frame = as_wide(*found, wide) if wide else as_long(*found, grouping.name)
    outputs.write(output, as_parquet(frame) if chosen == "parquet" else render(frame, chosen, bom=bom, crlf=crlf))
    report(n_terms=len(found[0]), n_groups=len(found[1]))
    closing(f"{counted(len(found[0]), 'term')} in {counted(len(found[1]), 'group')}", output)


def _form(given: str | None, output: Path) -> str:
    """The chosen format, or that of the output's name."""
    by_name = output.suffix.lower().lstrip(".")
    form = given or (by_name if by_name in FORMS else "csv")
    if form not in FORMS:
        raise UsageError(f"unknown format {form!r}: choose one of {', '.join(FORMS)}")
    return form
