"""What the commands share: options made from the classes of `options`, checks of paths, notes on standard error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

import click

from termmine.errors import UsageError
from termmine.options import ReadOptions

_TYPES: dict[str, type] = {"int": int, "float": float, "str": str}
OUTPUT_PATH = click.Path(path_type=Path)


def with_options(
    options: type[ReadOptions], leave_out: tuple[str, ...] = ()
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command one option for each field of a class of options, in the order of the fields."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(fields(options)):
            if option.name not in leave_out:
                command = _click_option(option)(command)
        return command

    return decorate


def _click_option(option: Field[Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    flag = "--" + option.name.replace("_", "-")
    kind = str(option.type).split(" |")[0]
    given: dict[str, Any] = {"default": option.default, "help": option.metadata["help"]}
    if kind == "bool":
        given["is_flag"] = True
    else:
        given["type"] = _TYPES[kind]
        given["show_default"] = option.default is not None
    if option.metadata["choices"]:
        given["metavar"] = "|".join(option.metadata["choices"])
    return click.option(flag, option.name, **given)


def paths(given: tuple[str, ...]) -> list[Path]:
    """The arguments as paths."""
    return [Path(path) for path in given]


def check_inputs(inputs: tuple[str, ...]) -> None:
    """Refuse what cannot be read as given: standard input twice, a name that is empty."""
    if inputs.count("-") > 1:
        raise UsageError("- is given more than once: standard input can be read only once")
    if "" in inputs:
        raise UsageError("an input has an empty name: name a file, a directory (. for this one), or -")


def tell(message: str) -> None:
    """Write a note to standard error."""
    click.echo(f"termmine: {message}", err=True)


def ignore(message: str) -> None:
    """Write nothing."""
    del message
