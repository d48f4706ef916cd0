"""`termmine plot`: a list of terms as a picture, domain against background."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from termmine.cli.corpus import corpus_argument, with_lists
from termmine.cli.help import Command
from termmine.cli.shared import (
    INPUT_PATH,
    OUTPUT_PATH,
    QUIET_HELP,
    asked_language,
    check_inputs,
    claim,
    closing,
    counted,
    make_progress,
    paths,
    report,
    with_options,
)
from termmine.errors import UsageError
from termmine.options import ReadOptions

if TYPE_CHECKING:
    import pandas as pd

    from termmine.review.chart import Chart
    from termmine.review.gather import Gathered
    from termmine.review.plot_page import Sentence

FORMS = (".html", ".svg", ".png")
_SENTENCES = 3  # shown for each point


@click.command(cls=Command)
@click.argument("terms", type=OUTPUT_PATH)
@corpus_argument
@with_lists()
@click.option(
    "-b", "--background", type=INPUT_PATH, multiple=True,
    help="Everyday text, the same as for discover; may be given several times.",
)  # fmt: skip
@click.option(
    "-o", "--output", type=OUTPUT_PATH, required=True, help="Picture to write: .html (with sentences), .svg or .png."
)
@click.option(
    "--top",
    type=click.IntRange(1, 5000),
    default=1000,
    show_default=True,
    help="Number of terms to draw, the first rows of the list.",
)
@click.option(
    "--words", type=click.IntRange(0, 5000), default=300, show_default=True,
    help="Number of general words to draw, the commonest of the background; they need CORPUS.",
)  # fmt: skip
@click.option("--title", help="Title of the picture; by default the name of the list.")
@click.option("-q", "--quiet", is_flag=True, help=QUIET_HELP)
@with_options(ReadOptions, leave_out=("document",))
def plot(
    terms: Path,
    corpus: tuple[str, ...],
    background: tuple[str, ...],
    output: Path,
    top: int,
    words: int,
    title: str | None,
    quiet: bool,
    **options: Any,
) -> None:
    """Draw TERMS by their frequency in the domain and in the background, beside general words of CORPUS.

    In a page a click on a point shows its sentences.
    """
    form = output.suffix.lower()
    if form not in FORMS:
        raise UsageError(f"{output}: its name tells no picture: end it in {', '.join(FORMS)}")
    if background and not corpus:
        raise UsageError("--background: general words are counted in the corpus, too: name it after the list")
    check_inputs((str(terms), *corpus, *background))
    claim([output], [str(terms), *corpus, *background])
    from termmine.formats.read import read_terms
    from termmine.review import draw
    from termmine.review.chart import make_chart
    from termmine.review.general import general_words
    from termmine.runtime import outputs

    draw.load()
    progress = make_progress(quiet=quiet)
    lang = asked_language()
    reading = ReadOptions(**options)
    frame = read_terms(terms)
    general = []
    if corpus and words:
        general = general_words(paths(corpus), paths(background), frame["term"], words, reading, progress)
    chart = make_chart(frame[:top], str(terms), general)
    title = terms.stem if title is None else title
    if form == ".html":
        data = _page(chart, frame[:top], corpus, title, lang, reading)
    elif form == ".svg":
        data = draw.as_svg(chart, title, lang or "en").encode()
    else:
        data = draw.as_png(chart, title, lang or "en")
    outputs.write(output, data)
    n_terms = len(chart.points) - len(general)
    report(n_terms=n_terms, n_words=len(general))
    if not corpus:
        progress.note("no general words: they are drawn, too, where the corpus is named after the list")
    closing(counted(n_terms, "term"), output)


def _page(
    chart: Chart, frame: pd.DataFrame, corpus: tuple[str, ...], title: str, lang: str | None, reading: ReadOptions
) -> bytes:
    from termmine.review.plot_page import make_plot

    gathered: dict[str, Gathered] = {}
    held: dict[str, list[Sentence]] = {}
    if corpus:
        from termmine.readers.source import open_files
        from termmine.review.gather import gather
        from termmine.search.lines import read_lines

        names = dict.fromkeys(point.name for point in chart.points)
        gathered = gather(
            names, read_lines(open_files(paths(corpus), reading), reading), _SENTENCES, _SENTENCES, reading.fold
        )
    else:
        held = _held(frame)
    return make_plot(chart, gathered, held, title=title, language=lang)


def _held(frame: pd.DataFrame) -> dict[str, list[Sentence]]:
    """The sentences that a list holds in columns of its own, as `discover --contexts` writes them."""
    held: dict[str, list[Sentence]] = {term: [] for term in frame["term"]}
    for i in range(1, len(frame.columns)):
        if f"context_{i}" not in frame:
            break
        places = frame[f"source_{i}"] if f"source_{i}" in frame else [""] * len(frame)
        for term, text, place in zip(frame["term"], frame[f"context_{i}"], places, strict=True):
            held[term] += [(text, place)] if text else []
    return held
