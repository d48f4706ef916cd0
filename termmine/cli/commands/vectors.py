"""`termmine vectors`: a vector for each term and word of a corpus."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from termmine.cli.corpus import corpus_argument, with_lists
from termmine.cli.help import Command
from termmine.cli.shared import (
    INPUT_PATH,
    QUIET_HELP,
    check_inputs,
    claim,
    closing,
    counted,
    output_option,
    paths,
    report,
    with_engine,
    with_job,
    with_options,
)
from termmine.options import DiscoverOptions, make_options

if TYPE_CHECKING:
    from termmine.counting.engines import Engine


@click.command(cls=Command)
@corpus_argument
@with_lists(required=True)
@click.option(
    "-b",
    "--background",
    type=INPUT_PATH,
    multiple=True,
    help="Everyday text to compare with, or its count file; may be given several times. By default jieba's dictionary.",
)
@output_option
@click.option("-q", "--quiet", is_flag=True, help=QUIET_HELP)
@with_job
@with_engine
@with_options(DiscoverOptions, leave_out=("top", "contexts", "feedback", "known", "mark_known", "like", "measure"))
def vectors(corpus: tuple[str, ...], background: tuple[str, ...], output: Path, engine: Engine, **options: Any) -> None:
    """Write a vector for each term and word of CORPUS in word2vec's text format: like use, like vectors."""
    chosen = make_options(**options)
    inputs = (*corpus, *background, *chosen.files)
    check_inputs(inputs)
    claim((output,), inputs)
    from termmine.evaluation.nearness import as_word2vec, vectors_of
    from termmine.runtime import outputs

    terms, matrix = vectors_of(paths(corpus), paths(background) or None, chosen, engine)
    outputs.write(output, as_word2vec(terms, matrix))
    report(n_vectors=len(terms))
    closing(counted(len(terms), "vector"), output)
