"""`termmine neighbours`: which terms are used like which."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from termmine.cli.corpus import corpus_option, with_lists
from termmine.cli.help import Command
from termmine.cli.shared import INPUT_PATH, check_inputs, paths, tell, with_engine, with_job, with_options
from termmine.options import DiscoverOptions, make_options

if TYPE_CHECKING:
    from termmine.counting.engines import Engine


@click.command(cls=Command)
@click.argument("terms", nargs=-1, required=True)
@corpus_option(help="The text that the terms are used in; may be given several times.")
@with_lists(required=True)
@click.option(
    "-b",
    "--background",
    type=INPUT_PATH,
    multiple=True,
    help="Everyday text to compare with, or its count file; may be given several times. By default jieba's dictionary.",
)
@click.option("--limit", type=click.IntRange(1), default=10, show_default=True, help="Neighbours to show of each term.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each neighbour instead of text.")
@with_job
@with_engine
@with_options(DiscoverOptions, leave_out=("top", "contexts", "feedback", "known", "mark_known", "like", "measure"))
def neighbours(
    terms: tuple[str, ...],
    corpus: tuple[str, ...],
    background: tuple[str, ...],
    limit: int,
    as_json: bool,
    engine: Engine,
    **options: Any,
) -> None:
    """Show the terms of a corpus that are used most like each of TERMS."""
    chosen = make_options(**options)
    check_inputs((*corpus, *background, *chosen.files))
    from termmine.evaluation.nearness import neighbours
    from termmine.runtime import outputs

    found = neighbours(list(dict.fromkeys(terms)), paths(corpus), paths(background) or None, chosen, limit, engine)
    lines = []
    for term, near in found.items():
        if not near:
            tell(f"{term}: has no vector: it is too rare, or stands inside longer words only")
        elif as_json:
            lines += [json.dumps(asdict(one), ensure_ascii=False) for one in near]
        else:
            lines.append(f"{term}: " + ", ".join(f"{one.neighbour} {one.cosine:.2f}" for one in near))
    outputs.write(Path("-"), "".join(line + "\n" for line in lines).encode(errors="backslashreplace"))
