"""`termmine grow`: a list of terms, grown from seeds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from termmine.cli.corpus import corpus_option, with_lists
from termmine.cli.help import Command
from termmine.cli.names import WRITER
from termmine.cli.shared import (
    FORMATS,
    INPUT_PATH,
    OUTPUT_PATH,
    QUIET_HELP,
    VERBOSE_HELP,
    check_inputs,
    check_terminal,
    claim,
    closing,
    counted,
    output_option,
    paths,
    report,
    with_engine,
    with_excel_options,
    with_job,
    with_options,
)
from termmine.options import CorpusOptions
from termmine.runtime.address import as_path

if TYPE_CHECKING:
    from termmine.counting.engines import Engine


@click.command(cls=Command)
@click.argument("terms", type=OUTPUT_PATH)
@corpus_option(help="The text that the list was made from; may be given several times.")
@with_lists(required=True)
@click.option("--seeds", type=INPUT_PATH, help="File of good terms to grow from; by default the surest of the list.")
@click.option("--not", "bad", type=INPUT_PATH, help="File of terms that are not meant, to grow away from.")
@click.option(
    "--min-likeness", type=float, default=0.45, show_default=True,
    help="Cosine that a step near the seeds must have.",
)  # fmt: skip
@click.option(
    "--max-likeness", type=float, default=0.7, show_default=True,
    help="Cosine that a step far from the seeds must have.",
)  # fmt: skip
@click.option(
    "--alpha", type=float, default=0.5, show_default=True,
    help="Growth of the cosine demanded with the distance: min + (max - min)(1 - exp(-alpha depth)).",
)  # fmt: skip
@click.option("--reached", is_flag=True, help="Write only the terms that are reached from a seed.")
@output_option
@click.option(
    "-f", "--format", "form", type=WRITER,
    help=f"Format of the output: {FORMATS}; by default the extension of --output decides, else it is csv.",
)  # fmt: skip
@with_excel_options
@click.option("-q", "--quiet", is_flag=True, help=QUIET_HELP)
@click.option("-v", "--verbose", is_flag=True, help=VERBOSE_HELP)
@with_job
@with_engine
@with_options(CorpusOptions)
def grow(
    terms: Path,
    corpus: tuple[str, ...],
    seeds: str | None,
    bad: str | None,
    min_likeness: float,
    max_likeness: float,
    alpha: float,
    reached: bool,
    output: Path,
    form: str | None,
    bom: bool,
    crlf: bool,
    engine: Engine,
    **options: Any,
) -> None:
    """Order a list TERMS by score and by likeness to seeds, and say by which path each term is reached from them.

    Likeness is that of use: what stands near two terms in the corpus.
    """
    inputs = (str(terms), *corpus, *(path for path in (seeds, bad) if path is not None))
    check_inputs(inputs)
    from termmine.formats.write import check_format, format_by_name, produce

    form = form or format_by_name(output)
    check_format(form, bom=bom, crlf=crlf)
    check_terminal(form, output)
    claim((output,), inputs)

    from termmine.candidates.wordlists import read_terms_listed
    from termmine.formats.read import read_terms
    from termmine.meaning.grown import Seeds
    from termmine.meaning.growth import Demand
    from termmine.meaning.lists import grow_frame
    from termmine.runtime import outputs

    demand = Demand(min_likeness, max_likeness, alpha)
    good = None if seeds is None else read_terms_listed(as_path(seeds))
    given = Seeds(good, [] if bad is None else read_terms_listed(as_path(bad)), seeds or "--seeds")
    frame = grow_frame(
        read_terms(terms), paths(corpus), given, demand, CorpusOptions(**options), engine, reached_only=reached
    )
    rendered = produce(frame, form, bom=bom, crlf=crlf)
    outputs.write_all([(output, rendered.data)])
    n_reached = int(frame["depth"].notna().sum())
    report(n_terms=len(frame), n_reached=n_reached)
    for line in rendered.notes():
        engine.job.progress.note(f"{form}: {line}")
    closing(f"{counted(len(frame), 'term')}, {n_reached:,} of them reached,", output)
