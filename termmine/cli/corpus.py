"""The corpus of a command: its paths on the command line, and those of a list.

In: arguments. Out: `corpus`, all paths in order. What they stand for is found out by `readers.listing`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from termmine.cli.shared import INPUT_PATH, check_inputs
from termmine.errors import UsageError

#: The corpus as the arguments of a command; with `with_lists` they may come from a list instead.
corpus_argument = click.argument("corpus", nargs=-1, type=INPUT_PATH)


def corpus_option(help: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The corpus as an option, for commands whose arguments are terms or lists."""
    return click.option("-c", "--corpus", type=INPUT_PATH, multiple=True, help=help)


def with_lists(*, required: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command with a ``corpus`` the options by which its paths come from a list; ``required``: one must be
    given, in one way or the other.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def with_them(*, corpus: tuple[str, ...], files_from: str | None, null: bool, **given: Any) -> Any:
            if files_from is not None:
                check_inputs((*corpus, *given.get("background", ()), files_from))
                from termmine.readers.listing import read_list

                corpus = (*corpus, *read_list(files_from, ends_with_nul=null))
            elif null:
                raise UsageError("--null: belongs to a list of files: name it by --files-from")
            elif required and not corpus:
                raise _missing(click.get_current_context())
            return command(corpus=corpus, **given)

        with_them = click.option(
            "-0",
            "--null",
            is_flag=True,
            help="The paths in the list end with a NUL each, as those of find -print0; by default that is found out.",
        )(with_them)
        return click.option(
            "--files-from",
            type=INPUT_PATH,
            help="File with a path or an address a line to read as CORPUS, too, or - for standard input; "
            "lines that are blank or begin with # are passed over.",
        )(with_them)

    return decorate


def _missing(context: click.Context) -> click.MissingParameter:
    """Click's own error for a corpus that is not given."""
    param = next(param for param in context.command.params if param.name == "corpus")
    hint = "'CORPUS...'" if isinstance(param, click.Argument) else param.get_error_hint(context)
    return click.MissingParameter(ctx=context, param=param, param_hint=hint)
