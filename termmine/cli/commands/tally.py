"""`termmine tally`: how often given terms occur, in each corpus, file or group of records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from termmine.cli.shared import (
    INPUT_PATH,
    OUTPUT_PATH,
    check_inputs,
    claim,
    paths,
    report,
    with_job,
    with_options,
)
from termmine.errors import UsageError
from termmine.options import ReadOptions

if TYPE_CHECKING:
    from termmine.runtime.job import Job

FORMS = ("csv", "tsv", "jsonl", "parquet")


@click.command()
@click.argument("terms", type=click.Path(path_type=Path))
@click.argument("corpus", nargs=-1, required=True, type=INPUT_PATH)
@click.option(
    "--by", default="corpus", show_default=True, help="What counts are told apart by: corpus, file, field:NAME."
)
@click.option(
    "--wide", type=click.Choice(["freq", "doc_freq"]), help="One row a term and a column a group, with this count."
)
@click.option("-o", "--output", type=OUTPUT_PATH, default="-", help="Write here; default: standard output.")
@click.option("-f", "--format", "form", help=f"{', '.join(FORMS)}; default: by the output's name, else csv.")
@click.option("--bom", is_flag=True, help="Begin csv or tsv with a byte order mark, for Excel.")
@click.option("-q", "--quiet", is_flag=True, help="Only errors on standard error.")
@with_job
@with_options(ReadOptions)
def tally(
    terms: Path,
    corpus: tuple[str, ...],
    by: str,
    wide: str | None,
    output: Path,
    form: str | None,
    bom: bool,
    job: Job,
    **options: Any,
) -> None:
    """Count TERMS (a list, or a table with a column term) in each CORPUS: exact figures, and exact zeros."""
    check_inputs((str(terms), *corpus))
    claim((output,), (str(terms), *corpus))
    chosen = _form(form, output)
    if len(set(corpus)) < len(corpus):
        raise UsageError("the same corpus is given more than once: name each once")
    from termmine.candidates.wordlists import read_terms_listed
    from termmine.evaluation.tally import as_long, as_wide, count_groups, find_grouping
    from termmine.formats.write import as_parquet, render
    from termmine.readers.source import open_files
    from termmine.runtime import outputs

    grouping = find_grouping(by)
    wanted = read_terms_listed(terms)
    sources = {str(path): open_files([path]) for path in paths(corpus)}
    counted = count_groups(wanted, sources, grouping, ReadOptions(**options), job)
    frame = as_wide(*counted, wide) if wide else as_long(*counted, grouping.name)
    outputs.write(output, as_parquet(frame) if chosen == "parquet" else render(frame, chosen, bom=bom))
    report(n_terms=len(counted[0]), n_groups=len(counted[1]))


def _form(given: str | None, output: Path) -> str:
    """The format that is asked for, or that the output's name says."""
    by_name = output.suffix.lower().lstrip(".")
    form = given or (by_name if by_name in FORMS else "csv")
    if form not in FORMS:
        raise UsageError(f"unknown format {form!r}: choose one of {', '.join(FORMS)}")
    return form
