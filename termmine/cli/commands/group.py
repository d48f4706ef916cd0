"""`termmine group`: a list of terms in groups and families by meaning."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from termmine.cli.corpus import corpus_option, with_lists
from termmine.cli.help import Command
from termmine.cli.names import WRITER
from termmine.cli.shared import (
    FORMATS,
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
from termmine.errors import UsageError
from termmine.options import CorpusOptions

if TYPE_CHECKING:
    from termmine.counting.engines import Engine
    from termmine.meaning.grouped import Grouped

TREE = "json"
SENTENCES = 3  # shown of each term on the map


@click.command(cls=Command)
@click.argument("terms", type=OUTPUT_PATH)
@corpus_option(help="The text that the list was made from; may be given several times.")
@with_lists(required=True)
@click.option("--top", type=click.IntRange(1), help="Group only so many terms, the first of the list.")
@click.option(
    "--groups", type=click.IntRange(1), help="Number of groups; by default one for each 8 terms, at most 375."
)
@click.option("--families", type=click.IntRange(1), help="Number of families; by default as many as each has groups.")
@click.option(
    "--plot", type=OUTPUT_PATH,
    help="Also draw a map, on which like terms stand together: .html (a click shows a term's sentences) or .svg.",
)  # fmt: skip
@click.option(
    "--points", type=click.IntRange(1, 5000), default=1000, show_default=True, help="Number of terms on the map."
)
@output_option
@click.option(
    "-f", "--format", "form", type=WRITER,
    help=f"Format of the output: json (the tree of families, groups and terms), {FORMATS}; by default the extension of "
    "--output decides, else it is csv.",
)  # fmt: skip
@with_excel_options
@click.option("-q", "--quiet", is_flag=True, help=QUIET_HELP)
@click.option("-v", "--verbose", is_flag=True, help=VERBOSE_HELP)
@with_job
@with_engine
@with_options(CorpusOptions)
def group(
    terms: Path,
    corpus: tuple[str, ...],
    top: int | None,
    groups: int | None,
    families: int | None,
    plot: Path | None,
    points: int,
    output: Path,
    form: str | None,
    bom: bool,
    crlf: bool,
    engine: Engine,
    **options: Any,
) -> None:
    """Put the terms of a list TERMS into groups, and the groups into families, by their use in the corpus.

    Other names of the same thing stand in one row, in a column named variants.
    """
    inputs = (str(terms), *corpus)
    check_inputs(inputs)
    form = _check_form(form, output, bom=bom, crlf=crlf)
    if plot is not None:
        _check_plot(plot, corpus)
    claim((output, plot), inputs)

    from termmine.formats.read import read_terms
    from termmine.formats.write import produce
    from termmine.meaning.lists import group_frame
    from termmine.runtime import outputs

    listed = read_terms(terms)[:top]
    frame, found = group_frame(
        listed, paths(corpus), CorpusOptions(**options), engine, families=families, groups=groups
    )
    if form == TREE:
        data, notes = (json.dumps(found.tree(), ensure_ascii=False, indent=1) + "\n").encode(), []
    else:
        rendered = produce(frame, form, bom=bom, crlf=crlf)
        data, notes = rendered.data, rendered.notes()
    files = [(output, data)]
    if plot is not None:
        files.insert(0, (plot, _drawn(found, plot, points, terms.stem, corpus, CorpusOptions(**options), engine)))
    outputs.write_all(files)
    n_groups, n_families = int(frame["group"].max()), int(frame["family"].max())
    report(n_terms=len(frame), n_groups=n_groups, n_families=n_families)
    for line in notes:
        engine.job.progress.note(f"{form}: {line}")
    without = int((frame["group"] == 0).sum())
    if without:
        engine.job.progress.note(
            f"{counted(without, 'term')} too rare in the corpus to be grouped: at the end, as group 0"
        )
    closing(f"{counted(len(frame), 'term')} in {counted(n_groups, 'group')}", output)


def _check_form(form: str | None, output: Path, *, bom: bool, crlf: bool) -> str:
    """Check the format: the chosen one, or that of the output's name."""
    from termmine.formats.write import check_format, format_by_name

    form = form or (TREE if output.suffix.lower() == ".json" else format_by_name(output))
    if form == TREE:
        if bom or crlf:
            raise UsageError("--bom, --crlf: are for tables, not for json: leave them out")
        return form
    check_format(form, bom=bom, crlf=crlf)
    check_terminal(form, output)
    return form


def _check_plot(plot: Path, corpus: tuple[str, ...]) -> None:
    """Refuse a map that cannot be drawn, before other work is done."""
    if plot.suffix.lower() not in (".html", ".svg"):
        raise UsageError(f"--plot {plot}: its name tells no picture: end it in .html or .svg")
    if "-" in corpus:
        raise UsageError("--plot: standard input cannot be read once more for the sentences: name a file")
    from termmine.meaning.layout import load

    load()


def _drawn(
    found: Grouped, plot: Path, points: int, title: str, corpus: tuple[str, ...], reading: CorpusOptions, engine: Engine
) -> bytes:
    """The map as the name of its file says."""
    from termmine.readers.source import open_files
    from termmine.review.gather import gather
    from termmine.review.map import as_page, as_svg, make_map
    from termmine.search.lines import read_lines

    with engine.job.progress.stage("drawing the map"):
        drawn = make_map(found, points)
        if plot.suffix.lower() == ".svg":
            return as_svg(drawn, title).encode(errors="backslashreplace")
        source = open_files(engine.located(paths(corpus)), reading)
        shown = [found.terms[thing] for thing in drawn.things]
        lines = [] if source.counted else read_lines(source, reading)
        return as_page(drawn, gather(shown, lines, SENTENCES, SENTENCES, reading.fold), title, None)
