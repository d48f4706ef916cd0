"""What the commands share: options made from the classes of `options`, checks of paths, notes on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import Field, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from termmine.cli.log import Log
from termmine.errors import UsageError
from termmine.options import SEVERAL, ReadOptions
from termmine.runtime.locks import output_lock
from termmine.runtime.outputs import check_outputs

if TYPE_CHECKING:
    from termmine.runtime.progress import Progress

_TYPES: dict[str, type] = {"int": int, "float": float, "str": str}
OUTPUT_PATH = click.Path(path_type=Path)
FORMATS_HELP = "csv, tsv, jsonl, txt, xlsx, tbx, jieba, ik, hanlp, hanlp-csv, pkuseg or rime."

#: What is read. A path by its type, so that a settings file may name it relative to itself; `-` is standard input.
INPUT_PATH = click.Path()


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
    elif kind == SEVERAL:
        given |= {"type": INPUT_PATH, "multiple": True}
    else:
        given["type"] = INPUT_PATH if option.metadata["path"] else _TYPES[kind]
        given["show_default"] = option.default is not None
    if option.metadata["choices"]:
        given["metavar"] = "|".join(option.metadata["choices"])
    return click.option(flag, option.name, **given)


def with_job(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``job``, in force while it runs, and the options that it is made of; it heeds -q and -v, too."""

    @wraps(command)
    def with_them(*, memory: str | None, threads: int | None, tmp: str | None, **given: Any) -> Any:
        from termmine.runtime.job import make_job

        progress = make_progress(quiet=given.pop("quiet", False), verbose=given.pop("verbose", False))
        with make_job(memory, threads, tmp, progress).in_force() as job:
            return command(job=job, **given)

    options = [
        click.option("--memory", help="Memory to read and count in, as 512M or 2G; default: a quarter, at most 4G."),
        click.option("--threads", type=int, help="Threads; default: the cores that this process may use."),
        click.option(
            "--tmp", type=INPUT_PATH, help="Directory for scratch files; default: the system's place for them."
        ),
    ]
    for option in reversed(options):
        with_them = option(with_them)
    return with_them


def paths(given: tuple[str, ...]) -> list[Path]:
    """The arguments as paths."""
    return [Path(path) for path in given]


def check_inputs(inputs: tuple[str, ...]) -> None:
    """Refuse what cannot be read as given: standard input twice, a name that is empty."""
    if inputs.count("-") > 1:
        raise UsageError("- is given more than once: standard input can be read only once")
    if "" in inputs:
        raise UsageError("an input has an empty name: name a file, a directory (. for this one), or -")


def claim(outputs: Iterable[Path | None], inputs: Iterable[str]) -> None:
    """Refuse outputs that cannot be written, and hold their locks until the command has ended."""
    places = [path for path in outputs if path is not None]
    check_outputs(places, [Path(path) for path in inputs if path != "-"])
    click.get_current_context().with_resource(output_lock(places))


def log() -> Log:
    """The standard error of this run."""
    return click.get_current_context().ensure_object(Log)


def tell(message: str) -> None:
    """Write a note to standard error."""
    log().note(message)


def report(**facts: Any) -> None:
    """Add figures, as ``n_terms``, to the last line of a log in JSON."""
    log().facts.update(facts)


def make_progress(*, quiet: bool = False, verbose: bool = False) -> Progress:
    """Where a run's notes go, by `-q` and `-v`; a bar is for a person at a terminal."""
    from termmine.runtime.progress import Progress

    here = log()
    here.quiet = quiet
    return Progress(
        note=ignore if quiet else here.note,
        detail=here.detail if verbose and not quiet else ignore,
        bar=sys.stderr is not None and sys.stderr.isatty() and not quiet and here.form == "text",
    )


def ignore(message: str) -> None:
    """Write nothing."""
    del message
