"""The options of a living glossary (`discover --review`), and their use."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from termmine.cli.shared import OUTPUT_PATH, asked_language, is_given, paths
from termmine.errors import UsageError
from termmine.options import DiscoverOptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from termmine.counting.engines import Engine
    from termmine.review.living import Living

_OPTIONS = (
    click.option(
        "--review", "glossary", type=OUTPUT_PATH,
        help="A glossary (.xlsx, .csv, .tsv, .jsonl) to bring up to date; it is made if it is not there.",
    ),
    click.option("--date", "today", help="Date of new terms in the glossary, as 2026-12-01; by default today."),
)  # fmt: skip


def with_glossary(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a glossary."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def check_glossary(glossary: Path | None) -> None:
    """Refuse options that belong to a glossary where there is none, and a name that cannot be one."""
    if glossary is None:
        if is_given("today"):
            raise UsageError("--date: belongs to a glossary: name it by --review")
        return
    from termmine.formats.sheet import check_sheet_path

    check_sheet_path(glossary)


def _in_chinese() -> bool:
    """True where the user chose Chinese; the system's language does not count, for a file must not depend on it."""
    return asked_language() == "zh"


def refreshed(
    glossary: Path, given: dict[str, Any], inputs: tuple[tuple[str, ...], tuple[str, ...]], options: DiscoverOptions,
    engine: Engine, *, with_list: bool,
) -> Living:  # fmt: skip
    """The glossary after this run; ``given``: today and bom. It shows sentences unless an option says otherwise."""
    from termmine.readers.source import open_files
    from termmine.review.living import SENTENCES, Plan, find_today, refresh

    corpus, background = inputs
    source = open_files(engine.located(paths(corpus)), options)
    plan = Plan(glossary, find_today(given["today"]), _in_chinese(), given["bom"])
    listed = options.contexts if with_list else 0
    if not is_given("contexts") and not source.counted:
        options = replace(options, contexts=SENTENCES)
    return refresh(plan, source, paths(background) or None, options, engine, listed)
