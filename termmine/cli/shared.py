"""The parts that commands share: options made from the classes of `options`, checks of paths, notes on standard
error.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import Field, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from termmine.cli import names
from termmine.cli.help import window_width as window_width
from termmine.cli.log import Log
from termmine.errors import UsageError
from termmine.options import ReadOptions, option_types
from termmine.runtime.address import as_path
from termmine.runtime.locks import output_lock
from termmine.runtime.outputs import check_outputs
from termmine.runtime.streams import is_standard_output, write_stream

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from termmine.runtime.progress import Progress, Update


class PlacePath(click.Path):
    """A file of this machine, or an address of a store."""

    def coerce_path_result(self, value: Any) -> Any:
        """The path; an `Address` where it has a scheme."""
        return as_path(value)


OUTPUT_PATH = PlacePath()
FORMATS = (
    "csv, tsv, jsonl, txt, xlsx, tbx, jieba, ik, hanlp, hanlp-csv, pkuseg, rime, ragflow, "
    "funasr, tokenizers, synonyms or glossary"
)
QUIET_HELP = "Say nothing on standard error but errors."
VERBOSE_HELP = "Say when each stage begins, and at the end with which settings it was done."

#: The type of an input. It is a path, so that a settings file may name it relative to itself; `-` is standard input.
INPUT_PATH = click.Path()


def with_options(
    options: type[ReadOptions], leave_out: tuple[str, ...] = ()
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command one option for each field of a class of options, in the order of the fields."""
    types = option_types(options)

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(fields(options)):
            if option.name not in leave_out:
                command = _click_option(option, types[option.name].kind)(command)
        return command

    return decorate


def _click_option(option: Field[Any], kind: type) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    flag = "--" + option.name.replace("_", "-")
    given: dict[str, Any] = {"default": option.default, "help": option.metadata["help"]}
    if kind is bool:
        given["is_flag"] = True
    elif kind is tuple:
        given |= {"type": INPUT_PATH if option.metadata["path"] else str, "multiple": True}
    else:
        named = names.TYPES.get(option.name, kind)
        given["type"] = INPUT_PATH if option.metadata["path"] else named
        given["show_default"] = option.default is not None
    if option.metadata["choices"]:
        given |= {"metavar": "|".join(option.metadata["choices"]), "type": names.one_of(option.metadata["choices"])}
    return click.option(flag, option.name, **given)


output_option = click.option(
    "-o",
    "--output",
    type=OUTPUT_PATH,
    default="-",
    help="File to write to, which is only put in place once it is whole; by default standard output.",
)


def with_excel_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options ``bom`` and ``crlf``."""
    command = click.option("--crlf", is_flag=True, help="End the lines of CSV as Windows does.")(command)
    return click.option("--bom", is_flag=True, help="Begin csv, tsv or txt with a byte order mark, for Excel.")(command)


def with_job(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``job``, in force while it runs, and the options that it is made of; it heeds -q and -v, too."""

    @wraps(command)
    def with_them(*, memory: str | None, threads: int | None, tmp: str | None, **given: Any) -> Any:
        from termmine.runtime.job import make_job
        from termmine.runtime.meter import Meter

        log().meter = Meter()
        progress = make_progress(quiet=given.pop("quiet", False), verbose=given.pop("verbose", False))
        with make_job(memory, threads, tmp, progress).in_force() as job:
            return command(job=job, **given)

    options = [
        click.option(
            "--memory", help="Memory to work in, as 512M or 2G; by default a quarter of the machine's, at most 4G."
        ),
        click.option("--threads", type=int, help="Threads to work with; by default one for each core."),
        click.option("--tmp", type=INPUT_PATH, help="Directory for scratch files; by default the system's."),
    ]
    for option in reversed(options):
        with_them = option(with_them)
    return with_them


def with_engine(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command that has a ``job`` an ``engine`` of it in its place, the one that the user chose."""

    @wraps(command)
    def with_it(*, engine: str, spark_conf: tuple[str, ...], job: Any, **given: Any) -> Any:
        check_inputs((*given["corpus"], *given.get("background", ())))  # before the kernels are loaded
        from termmine.counting.engines import make_engine

        return command(engine=make_engine(engine, job, spark_conf), **given)

    with_it = click.option(
        "--spark-conf",
        metavar="NAME=VALUE",
        multiple=True,
        help="A setting of Spark, as spark.master=yarn; may be given several times.",
    )(with_it)
    return click.option(
        "--engine",
        type=names.one_of(("local", "spark")),
        metavar="local|spark",
        default="local",
        show_default=True,
        help="Who counts: this machine, or a cluster of Spark. The result is the same.",
    )(with_it)


def is_given(name: str) -> bool:
    """True where the user has given a parameter of the present command a value, anywhere."""
    source = click.get_current_context().get_parameter_source(name)
    return source not in (None, click.core.ParameterSource.DEFAULT)


def asked_language() -> str | None:
    """The language that the user chose, en or zh; that of the system does not count, for a file must not depend
    on it.
    """
    asked = click.get_current_context().meta.get("lang")
    return None if asked is None else str(asked)


def paths(given: tuple[str, ...]) -> list[Path]:
    """The arguments as paths."""
    return [as_path(path) for path in given]


def check_inputs(inputs: tuple[str, ...]) -> None:
    """Refuse inputs that cannot be read as given: standard input twice, a name that is empty."""
    if inputs.count("-") > 1:
        raise UsageError("- is given more than once: standard input can be read only once")
    if "" in inputs:
        raise UsageError("an input has an empty name: name a file, a directory (. for this one), or -")


def claim(outputs: Iterable[Path | None], inputs: Iterable[str]) -> None:
    """Refuse outputs that cannot be written, and hold their locks until the command has ended."""
    places = [path for path in outputs if path is not None]
    check_outputs(places, [as_path(path) for path in inputs if path != "-"])
    click.get_current_context().with_resource(output_lock(places))


def on_terminal() -> bool:
    """True where standard output is a terminal, where somebody reads it."""
    return sys.stdout is not None and sys.stdout.isatty()


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
    """The place where a run's notes go, by `-q` and `-v`; a bar is for a person at a terminal."""
    from termmine.runtime.progress import Progress, bar_on_terminal, can_show_bar

    here = log()
    here.quiet = quiet

    def spoken_bar(stage: str, n_bytes: int) -> AbstractContextManager[Update]:
        return bar_on_terminal(here.language.message(stage), n_bytes)

    return Progress(
        note=ignore if quiet else here.note,
        detail=here.detail if verbose and not quiet else ignore,
        show=spoken_bar if can_show_bar() and not quiet and here.form == "text" else None,
        meter=here.meter,
    )


def show(text: str) -> None:
    """Write text for a person to standard output, in the encoding that the terminal has."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    write_stream(text.encode(encoding, errors="backslashreplace"))


def check_terminal(form: str, output: Path) -> None:
    """Refuse to write to a terminal what is no text."""
    from termmine.formats.write import BINARY

    if form in BINARY and is_standard_output(output) and on_terminal():
        raise UsageError(f"{form}: a terminal cannot show it: name a file, as in -o terms.{form}")


def closing(what: str, output: Path) -> None:
    """Note at the end what was written, where, and how long it took; nothing about standard output, which shows it."""
    if not log().quiet and log().form == "text" and not is_standard_output(output):
        tell(f"{what} in {output}, {log().seconds():.1f} s")


def counted(n: int, what: str) -> str:
    """A number of things, as "12,345 terms"."""
    return f"{n:,} {what}{'s' * (n != 1)}"


def ignore(message: str) -> None:
    """Write nothing."""
    del message
