"""`termmine export`: a list of terms into the form that its consumer reads."""

from __future__ import annotations

from pathlib import Path

import click

from termmine.cli.help import Command
from termmine.cli.names import WRITER
from termmine.cli.shared import (
    FORMATS,
    INPUT_PATH,
    OUTPUT_PATH,
    QUIET_HELP,
    check_inputs,
    check_terminal,
    claim,
    closing,
    counted,
    make_progress,
    output_option,
    paths,
    report,
    with_excel_options,
)
from termmine.errors import UsageError


@click.command(cls=Command)
@click.argument("terms", type=click.Path(path_type=Path))
@click.option("-t", "--to", "form", required=True, help=f"Format to write: {FORMATS}.", type=WRITER)
@output_option
@with_excel_options
@click.option(
    "--check",
    type=INPUT_PATH,
    multiple=True,
    help="Try a jieba dictionary: segment this text with it, and say which "
    "terms it cuts out. May be given several times.",
)
@click.option("--check-report", type=OUTPUT_PATH, help="Also write a CSV file of what --check found for every term.")
@click.option("-q", "--quiet", is_flag=True, help=QUIET_HELP)
def export(
    terms: Path,
    form: str,
    output: Path,
    bom: bool,
    crlf: bool,
    check: tuple[str, ...],
    check_report: Path | None,
    quiet: bool,
) -> None:
    """Write a list of TERMS, which discover made and you may have edited, in the format that another program reads."""
    check_inputs((str(terms), *check))
    if check and form != "jieba":
        raise UsageError(f"--check: tries a dictionary in jieba, which cannot load {form}: use --to jieba")
    if check_report is not None and not check:
        raise UsageError("--check-report: there is no check to report: name a text by --check")
    from termmine.formats.write import check_format, produce, render
    from termmine.runtime import outputs

    check_format(form, bom=bom, crlf=crlf)
    check_terminal(form, output)
    claim((output, check_report), (str(terms), *check))

    from termmine.evaluation.jieba_check import check_cuts, summary
    from termmine.formats.read import read_terms

    progress = make_progress(quiet=quiet)
    frame = read_terms(terms)
    rendered = produce(frame, form, bom=bom, crlf=crlf)
    notes, written = rendered.notes(), [(output, rendered.data)]
    if check:
        left_out = set(rendered.terms)
        written_terms = [term for term in frame["term"] if term not in left_out]
        cuts = check_cuts(rendered.data, written_terms, paths(check), progress)
        notes += summary(cuts)
        if check_report is not None:
            written.insert(0, (check_report, render(cuts, "csv")))
    outputs.write_all(written)
    report(n_terms=len(frame))
    for line in notes:
        progress.note(f"{form}: {line}")
    closing(counted(len(frame), "term"), output)
