"""`termmine export`: a list of terms into the form that its consumer reads."""

from __future__ import annotations

from pathlib import Path

import click

from termmine.cli.shared import FORMATS_HELP, INPUT_PATH, OUTPUT_PATH, check_inputs, claim, make_progress, paths, report
from termmine.errors import UsageError


@click.command()
@click.argument("terms", type=click.Path(path_type=Path))
@click.option("-t", "--to", "form", required=True, help=FORMATS_HELP)
@click.option(
    "-o", "--output", type=OUTPUT_PATH, default="-", help="Write here, whole or not at all; default: standard output."
)
@click.option("--bom", is_flag=True, help="Begin csv, tsv or txt with a byte order mark, for Excel.")
@click.option(
    "--check",
    type=INPUT_PATH,
    multiple=True,
    help="Segment this text by jieba with the result; may be given several times.",
)
@click.option("--check-report", type=OUTPUT_PATH, help="Also write what --check found for every term (CSV).")
@click.option("-q", "--quiet", is_flag=True, help="Only errors on standard error.")
def export(
    terms: Path, form: str, output: Path, bom: bool, check: tuple[str, ...], check_report: Path | None, quiet: bool
) -> None:
    """Write TERMS, a file that `discover` made and you may have edited, in another format; - is standard input."""
    check_inputs((str(terms), *check))
    if check and form != "jieba":
        raise UsageError(f"--check: tries a dictionary in jieba, which cannot load {form}: use --to jieba")
    if check_report is not None and not check:
        raise UsageError("--check-report: there is no check to report: name a text by --check")
    from termmine.formats.write import check_format, produce, render
    from termmine.runtime import outputs

    check_format(form, bom=bom)
    claim((output, check_report), (str(terms), *check))

    from termmine.evaluation.jieba_check import check_cuts, summary
    from termmine.formats.read import read_terms

    progress = make_progress(quiet=quiet)
    frame = read_terms(terms)
    rendered = produce(frame, form, bom=bom)
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
