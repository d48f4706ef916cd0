"""`termmine export`: a list of terms in the form that another program reads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

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
from termmine.errors import EmptyResultError, UsageError

if TYPE_CHECKING:
    import pandas as pd

    from termmine.formats.rendered import Rendered
    from termmine.runtime.progress import Progress


@click.command(cls=Command)
@click.argument("terms", type=OUTPUT_PATH)
@click.option("-t", "--to", "form", required=True, help=f"Format to write: {FORMATS}.", type=WRITER)
@output_option
@with_excel_options
@click.option("--accepted-only", is_flag=True, help="Write only what a column verdict accepts.")
@click.option("--new-only", is_flag=True, help="Leave out what jieba's own dictionary has.")
@click.option("--top", type=click.IntRange(1), help="Write the first N terms that are left; by default all.")
@click.option("--min-score", type=float, help="Leave out terms with a lower score, unless they are accepted.")
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Write a dictionary of all terms; by default one of those with at least a twentieth of the tenth best score.",
)
@click.option(
    "--check",
    type=INPUT_PATH,
    multiple=True,
    help="Try a dictionary of jieba, or of IK by its rules: segment this text with it, and say which "
    "terms it cuts out. May be given several times.",
)
@click.option(
    "--prune",
    is_flag=True,
    help="Leave out what --check finds never cut out, or mostly tearing another word apart.",
)
@click.option("--check-report", type=OUTPUT_PATH, help="Also write a CSV file of what --check found for every term.")
@click.option("-q", "--quiet", is_flag=True, help=QUIET_HELP)
def export(
    terms: Path,
    form: str,
    output: Path,
    bom: bool,
    crlf: bool,
    accepted_only: bool,
    new_only: bool,
    top: int | None,
    min_score: float | None,
    everything: bool,
    check: tuple[str, ...],
    prune: bool,
    check_report: Path | None,
    quiet: bool,
) -> None:
    """Write a list of TERMS, which discover made and you may have edited, in the format that another program reads."""
    check_inputs((str(terms), *check))
    _check_usage(form, check, check_report, prune=prune)
    from termmine.candidates.choose import Wanted, choose
    from termmine.formats.write import check_format, produce, render
    from termmine.runtime import outputs

    check_format(form, bom=bom, crlf=crlf)
    check_terminal(form, output)
    claim((output, check_report), (str(terms), *check))

    from termmine.formats.read import read_terms

    progress = make_progress(quiet=quiet)
    wanted = Wanted(accepted_only, new_only, everything, min_score, top)
    frame, notes = choose(read_terms(terms), form, wanted, str(terms))
    rendered, written = produce(frame, form, bom=bom, crlf=crlf), []
    if check:
        checked = _checked(frame, rendered, form, paths(check), progress, prune=prune)
        frame, rendered = checked.frame, checked.rendered
        if check_report is not None:
            written.append((check_report, render(checked.cuts, "csv")))
        notes += [*rendered.notes(), *checked.notes]
    else:
        notes += rendered.notes()
    outputs.write_all([*written, (output, rendered.data)])
    n_terms = len(frame) - len(rendered.terms)
    report(n_terms=n_terms)
    for line in notes:
        progress.note(f"{form}: {line}")
    closing(counted(n_terms, "term"), output)


def _check_usage(form: str, check: tuple[str, ...], check_report: Path | None, *, prune: bool) -> None:
    """Refuse options that do not go together."""
    if check and form not in ("jieba", "ik"):
        raise UsageError(f"--check: tries a dictionary of jieba or of IK, not {form}: use --to jieba or --to ik")
    if check_report is not None and not check:
        raise UsageError("--check-report: there is no check to report: name a text by --check")
    if prune and not check:
        raise UsageError("--prune: leaves out what a check finds: name a text by --check")


_SIMULATED = "ik_smart by its rules, with jieba's dictionary in the place of IK's own; ik_max_word finds every term"


@dataclass(frozen=True)
class _Checked:
    """The rest of a list after a check, and the findings."""

    frame: pd.DataFrame
    rendered: Rendered
    cuts: pd.DataFrame
    notes: list[str]


def _checked(
    frame: pd.DataFrame, rendered: Rendered, form: str, corpus: list[Path], progress: Progress, *, prune: bool
) -> _Checked:
    """Try a dictionary; with ``prune`` leave out the words that do no good in it, and try the rest once more."""
    from termmine.candidates.choose import told
    from termmine.evaluation.jieba_check import check_cuts, harmful, ik_folded, summary
    from termmine.formats.write import produce

    def cuts_of(frame: pd.DataFrame, rendered: Rendered, *, harm: bool) -> pd.DataFrame:
        left_out = set(rendered.terms)
        terms = [term for term in frame["term"] if term not in left_out]
        return check_cuts(rendered.data, terms, corpus, progress, harm=harm, form=form)

    simulated = [_SIMULATED] if form == "ik" else []
    cuts = cuts_of(frame, rendered, harm=prune)
    if not prune:
        return _Checked(frame, rendered, cuts, [*simulated, *summary(cuts)])
    never, tearing = harmful(cuts)
    notes = [
        told(terms, why) for terms, why in ((never, "never cut out"), (tearing, "tearing other words apart")) if terms
    ]
    written = frame["term"].map(ik_folded) if form == "ik" else frame["term"]
    kept = frame[~written.isin({*never, *tearing})]
    if not len(kept):
        raise EmptyResultError("--prune: no term of the list is cut out of this text: check it, or leave --prune out")
    pruned = produce(kept, form)
    return _Checked(kept, pruned, cuts, [*notes, *simulated, *summary(cuts_of(kept, pruned, harm=False))])
