"""`termmine compare`: what has changed between two lists of terms."""

from __future__ import annotations

from pathlib import Path

import click

from termmine.cli.help import Command
from termmine.cli.shared import QUIET_HELP, check_inputs, claim, ignore, output_option, tell, with_excel_options
from termmine.errors import TermmineError
from termmine.options import MIN_CHANGE_KEYNESS, MIN_CHANGE_LOG_RATIO

CHANGED = 1  # with --exit-code, as for diff and git; an error is 2 then
EXIT_CODE_OF_ERRORS = 2


@click.command(cls=Command)
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option(
    "--min-keyness",
    type=click.FloatRange(0),
    default=MIN_CHANGE_KEYNESS,
    show_default=True,
    help="Least keyness of a rise or fall: how sure it is (log-likelihood).",
)
@click.option(
    "--min-log-ratio",
    type=click.FloatRange(0),
    default=MIN_CHANGE_LOG_RATIO,
    show_default=True,
    help="Least log ratio of a rise or fall, in bits: how large it is.",
)
@output_option
@with_excel_options
@click.option("--exit-code", is_flag=True, help="Exit with code 1 if something has changed, and with 2 on errors.")
@click.option("-q", "--quiet", is_flag=True, help=QUIET_HELP)
def compare(
    before: Path,
    after: Path,
    min_keyness: float,
    min_log_ratio: float,
    output: Path,
    bom: bool,
    crlf: bool,
    exit_code: bool,
    quiet: bool,
) -> int:
    """Tell which terms are new in the list AFTER, which of the list BEFORE have vanished, and which rise or fall."""
    try:
        check_inputs((str(before), str(after)))
        from termmine.evaluation.compare import compare_lists, in_words
        from termmine.formats.write import render
        from termmine.runtime import outputs

        claim((output,), (str(before), str(after)))
        changes = compare_lists(before, after, min_keyness=min_keyness, min_log_ratio=min_log_ratio)
        outputs.write(output, render(changes, "csv", bom=bom, crlf=crlf))
    except TermmineError as error:
        if exit_code:
            error.exit_code = EXIT_CODE_OF_ERRORS
        raise
    (ignore if quiet else tell)(in_words(changes))
    return CHANGED if exit_code and len(changes) else 0
