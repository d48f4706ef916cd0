"""`termmine review`: a list of terms as a page in which a person judges it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from termmine.cli.corpus import corpus_argument, with_lists
from termmine.cli.help import Command
from termmine.cli.shared import (
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
from termmine.errors import TermmineError
from termmine.options import ReadOptions

if TYPE_CHECKING:
    from termmine.review.gather import Gathered
    from termmine.runtime.progress import Progress

_MOST_SENTENCES = 200  # of each term: they are held in memory


@click.command(cls=Command)
@click.argument("terms", type=OUTPUT_PATH)
@corpus_argument
@with_lists()
@click.option(
    "-o",
    "--output",
    type=OUTPUT_PATH,
    required=True,
    help="Page to write, as review.html; it is only put in place once it is whole.",
)
@click.option("--top", type=click.IntRange(1), help="Take only the first N rows of the list; by default all.")
@click.option(
    "--examples",
    type=click.IntRange(1, 10),
    default=3,
    show_default=True,
    help="Number of sentences to show of each term, short and different ones.",
)
@click.option(
    "--occurrences", type=click.IntRange(1, _MOST_SENTENCES), default=20, show_default=True,
    help="Number of lines to show of each term in all, as far as the page has room.",
)  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help=QUIET_HELP)
@with_options(ReadOptions, leave_out=("document",))
def review(
    terms: Path,
    corpus: tuple[str, ...],
    output: Path,
    top: int | None,
    examples: int,
    occurrences: int,
    quiet: bool,
    **options: Any,
) -> None:
    """Make a page in which to judge TERMS, with their sentences in CORPUS: one file, opened in any browser.

    The page saves the list with its verdicts, for `termmine discover --feedback`.
    """
    check_inputs((str(terms), *corpus))
    claim([output], [str(terms), *corpus])
    from termmine.formats.read import read_numbered_terms
    from termmine.review.listing import make_listing
    from termmine.review.page import make_review, room_for_sentences
    from termmine.runtime import outputs

    progress = make_progress(quiet=quiet)
    lang = asked_language()
    frame, numbers = read_numbered_terms(terms)
    name = "terms.csv" if str(terms) == "-" else terms.name
    listing = make_listing(frame[:top], str(terms), lang, numbers[:top])
    room_for_sentences(listing, name=name, language=lang)  # or an error, before the corpus is read
    gathered = _gather(listing.terms, corpus, examples, occurrences, ReadOptions(**options), progress)
    page = make_review(listing, gathered, name=name, language=lang)
    outputs.write(output, page.html)
    report(n_terms=len(listing.terms), n_sentences=page.held)
    if page.held < page.found:
        progress.note(f"{output}: holds {page.held} of {page.found} sentences, to stay under 15 MB")
    if str(output) != "-":
        progress.note("open the page in a browser: y accepts a term, n rejects it, ? shows the other keys")
    closing(counted(len(listing.terms), "term"), output)


def _gather(
    terms: list[str],
    corpus: tuple[str, ...],
    n_examples: int,
    n_occurrences: int,
    options: ReadOptions,
    progress: Progress,
) -> dict[str, Gathered] | None:
    """The terms in the corpus; None where none is given."""
    if not corpus:
        return None
    from termmine.counting.source import check_has_lines, tell_of_reading
    from termmine.readers.base import ReadReport
    from termmine.readers.source import open_files
    from termmine.review.gather import gather
    from termmine.search.lines import read_lines

    source, report = open_files(paths(corpus), options), ReadReport()
    check_has_lines(source)
    with progress.stage("looking for sentences"):
        lines = read_lines(source, options, report)
        gathered = gather(terms, lines, n_examples, max(n_occurrences, n_examples), options.fold)
    tell_of_reading(report, "corpus", progress)
    if not any(one.freq for one in gathered.values()):
        raise TermmineError(f"none of the terms occurs in {', '.join(corpus)}: check the list and the corpus")
    return gathered
