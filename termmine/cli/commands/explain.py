"""`termmine explain`: why a string is, or is not, in the list."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from termmine.cli.corpus import corpus_option, with_lists
from termmine.cli.help import Command
from termmine.cli.shared import INPUT_PATH, check_inputs, log, paths, with_engine, with_job, with_options
from termmine.options import DiscoverOptions, make_options

if TYPE_CHECKING:
    from termmine.counting.engines import Engine


@click.command(cls=Command)
@click.argument("terms", nargs=-1, required=True)
@corpus_option(help="The text that the list was made from; may be given several times.")
@with_lists(required=True)
@click.option(
    "-b",
    "--background",
    type=INPUT_PATH,
    multiple=True,
    help="Everyday text to compare with, or its count file; may be given several times. By default jieba's dictionary.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each term instead of text.")
@with_job
@with_engine
@with_options(DiscoverOptions)
def explain(
    terms: tuple[str, ...],
    corpus: tuple[str, ...],
    background: tuple[str, ...],
    as_json: bool,
    engine: Engine,
    **options: Any,
) -> None:
    """Say why each of TERMS is, or is not, in the list that discover makes with the same options."""
    chosen = make_options(**options)
    check_inputs((*corpus, *background, *chosen.files))
    from termmine.evaluation.explain import as_text, explain_source
    from termmine.runtime import outputs

    records = explain_source(paths(corpus), paths(background) or None, chosen, terms, engine)
    texts = (json.dumps(record, ensure_ascii=False) if as_json else _spoken(as_text(record)) for record in records)
    outputs.write(Path("-"), "".join(text + "\n" for text in texts).encode(errors="backslashreplace"))


def _spoken(text: str) -> str:
    """An explanation in the user's language; the edge of a run stands among neighbours, which are no words of ours."""
    speak = log().language
    return speak.lines(text).replace("(edge)", speak.message("(edge)"))
