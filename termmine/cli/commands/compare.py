"""`termmine compare`: what has changed between two lists of terms."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from termmine.cli.corpus import corpus_option, with_lists
from termmine.cli.help import Command
from termmine.cli.shared import (
    OUTPUT_PATH,
    QUIET_HELP,
    check_inputs,
    claim,
    output_option,
    paths,
    with_excel_options,
    with_job,
    with_options,
)
from termmine.errors import TermmineError, UsageError
from termmine.options import MIN_CHANGE_KEYNESS, MIN_CHANGE_LOG_RATIO, CorpusOptions

if TYPE_CHECKING:
    import pandas as pd

    from termmine.evaluation.compare import Text
    from termmine.runtime.job import Job

CHANGED = 1  # with --exit-code, as for diff and git; an error is 2 then
EXIT_CODE_OF_ERRORS = 2


@click.command(cls=Command)
@click.argument("lists", nargs=-1, required=True, type=OUTPUT_PATH)
@corpus_option(
    help="The text or the count file behind each list, once for each in their order: makes every frequency exact."
)
@with_lists()
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
@with_job
@with_options(CorpusOptions)
def compare(
    lists: tuple[Path, ...],
    corpus: tuple[str, ...],
    min_keyness: float,
    min_log_ratio: float,
    output: Path,
    bom: bool,
    crlf: bool,
    exit_code: bool,
    job: Job,
    **options: Any,
) -> int:
    """Tell what has changed from the first of two LISTS of terms to the second; of more, line all terms up."""
    try:
        inputs = (*map(str, lists), *corpus)
        check_inputs(inputs)
        _check_lists(lists, corpus)
        from termmine.evaluation import compare as comparing
        from termmine.formats.read import read_terms
        from termmine.formats.write import render
        from termmine.runtime import outputs

        claim((output,), inputs)
        frames = [read_terms(path) for path in lists]
        texts = _texts(frames, corpus, CorpusOptions(**options), job) if corpus else None
        if len(frames) == 2:
            both = None if texts is None else (texts[0], texts[1])
            thresholds = {"min_keyness": min_keyness, "min_log_ratio": min_log_ratio}
            table = comparing.compare(frames[0], frames[1], both, **thresholds)
            has_changed, told = len(table) > 0, comparing.in_words(table)
        else:
            table = comparing.line_up(frames, texts)
            ranks = table[[f"rank_{i}" for i in range(1, len(frames) + 1)]]
            has_changed, told = bool(ranks.isna().any(axis=None)), f"{len(table)} terms of {len(frames)} lists"
        outputs.write(output, render(table, "csv", bom=bom, crlf=crlf))
    except TermmineError as error:
        if exit_code:
            error.exit_code = EXIT_CODE_OF_ERRORS
        raise
    job.progress.note(told)
    return CHANGED if exit_code and has_changed else 0


def _check_lists(lists: tuple[Path, ...], corpus: tuple[str, ...]) -> None:
    """Refuse what cannot be compared."""
    if len(lists) < 2:
        raise UsageError(f"{lists[0]}: is the only list: name another one to compare it with")
    if corpus and len(corpus) != len(lists):
        raise UsageError(
            f"--corpus: {len(corpus)} given for {len(lists)} lists: give the text of each list, in the lists' order"
        )


def _texts(frames: list[pd.DataFrame], corpus: tuple[str, ...], options: CorpusOptions, job: Job) -> list[Text]:
    """The exact counts in each corpus of the terms of all lists."""
    from termmine.evaluation.compare import Text, all_terms
    from termmine.evaluation.tally import Grouping, count_groups
    from termmine.readers.source import open_files

    terms = all_terms(frames)
    texts = []
    for path in paths(corpus):
        listed, counts = count_groups(
            list(terms.values()), {str(path): open_files([path], options)}, Grouping("corpus"), options, job
        )
        (only,) = counts.values()
        by_term = dict(zip(listed, only.freq.tolist(), strict=True))
        texts.append(Text({form: by_term[term] for form, term in terms.items()}, only.n_symbols))
    return texts
