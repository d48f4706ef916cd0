"""The command line: options, one call of the pipeline, one of the export.

Data goes to standard output, everything else to standard error. `--help` imports click alone, so whatever is heavy is
imported inside the command that needs it. Errors become one line and an exit code in `main`, and nowhere else.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, NoReturn

import click

from termmine.errors import TermmineError, UsageError
from termmine.options import DiscoverOptions, make_options
from termmine.version import __version__

_TYPES: dict[str, type] = {"int": int, "float": float, "str": str}
OUTPUT_PATH = click.Path(path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="termmine")
def cli() -> None:
    """Mine domain terminology from raw Chinese text.

    \b
        termmine discover corpus.txt --background wiki.txt > terms.csv
    """


def _with_discover_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command one option for each field of `DiscoverOptions`."""
    for option in reversed(fields(DiscoverOptions)):
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
        command = click.option(flag, option.name, **given)(command)
    return command


@cli.command()
@click.argument("corpus", nargs=-1, required=True)
@click.option("-b", "--background", multiple=True, help="General text to contrast with; may be given several times.")
@click.option(
    "-o", "--output", type=OUTPUT_PATH, default="-", help="Write here, whole or not at all; default: standard output."
)
@click.option("-f", "--format", "form", default="csv", show_default=True, help="csv, tsv, jsonl or txt.")
@click.option("--bom", is_flag=True, help="Begin with a byte order mark, for Excel.")
@click.option("--absorbed", type=OUTPUT_PATH, help="Also write the absorbed fragments and what absorbed them (CSV).")
@click.option("--meta", type=OUTPUT_PATH, help="Also write the reproducibility signature (JSON).")
@click.option("-q", "--quiet", is_flag=True, help="Only errors on standard error.")
@click.option("-v", "--verbose", is_flag=True, help="Tell each stage, and the signature at the end.")
@_with_discover_options
def discover(
    corpus: tuple[str, ...],
    background: tuple[str, ...],
    output: Path,
    form: str,
    bom: bool,
    absorbed: Path | None,
    meta: Path | None,
    quiet: bool,
    verbose: bool,
    **options: Any,
) -> None:
    """Rank the terms that are characteristic of CORPUS: files, directories, or - for standard input."""
    chosen = make_options(**options)
    _check_inputs((*corpus, *background, *([chosen.like] if chosen.like is not None else [])))
    from termmine import export

    export.find_writer(form)
    inputs = [Path(path) for path in (*corpus, *background, chosen.like or "-") if path != "-"]
    outputs = [path for path in (output, absorbed, meta) if path is not None]
    export.check_outputs(outputs, inputs)

    from termmine.pipeline import run_discovery
    from termmine.progress import Progress

    progress = Progress(
        note=_ignore if quiet else _tell,
        detail=_tell if verbose and not quiet else _ignore,
        bar=sys.stderr.isatty() and not quiet,
    )
    result = run_discovery(_paths(corpus), _paths(background) or None, chosen, progress)
    signature = json.dumps(result.signature, ensure_ascii=False, sort_keys=True)
    if absorbed is not None:
        export.write(absorbed, export.render(result.absorbed, "csv", bom=bom))
    if meta is not None:
        # the name of a background need not be Unicode
        export.write(meta, (signature + "\n").encode(errors="backslashreplace"))
    export.write(output, export.render(result.terms, form, bom=bom))
    progress.detail(f"{len(result.terms)} term{'s' * (len(result.terms) != 1)}; signature: {signature}")


@cli.command()
@click.argument("terms", nargs=-1, required=True)
@click.option("-c", "--corpus", multiple=True, required=True, help="The corpus; may be given several times.")
@click.option("-b", "--background", multiple=True, help="General text to contrast with; may be given several times.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line instead of text.")
@_with_discover_options
def explain(
    terms: tuple[str, ...], corpus: tuple[str, ...], background: tuple[str, ...], as_json: bool, **options: Any
) -> None:
    """Say why each of TERMS is, or is not, in the list that `discover` makes with the same options."""
    chosen = make_options(**options)
    _check_inputs((*corpus, *background, *([chosen.like] if chosen.like is not None else [])))
    from termmine import export
    from termmine.explain import as_text
    from termmine.explain import explain as explain_terms
    from termmine.pipeline import analyse
    from termmine.progress import Progress

    progress = Progress(note=_tell, bar=sys.stderr.isatty())
    records = explain_terms(analyse(_paths(corpus), _paths(background) or None, chosen, progress), terms)
    texts = (json.dumps(record, ensure_ascii=False) if as_json else as_text(record) for record in records)
    export.write(Path("-"), "".join(text + "\n" for text in texts).encode())


@cli.command()
@click.argument("lists", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-g", "--gold", required=True, type=click.Path(path_type=Path), help="The gold terms, one a line.")
@click.option("-c", "--corpus", multiple=True, help="Count only gold terms that occur 5 times in it as relevant.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object with every figure instead of tables.")
def evaluate(lists: tuple[Path, ...], gold: Path, corpus: tuple[str, ...], as_json: bool) -> None:
    """Score ranked LISTS (CSV, TSV, or one term a line) against a gold list, with bootstrap intervals."""
    _check_inputs((*map(str, lists), str(gold), *corpus))
    from termmine import export
    from termmine.report import compare_lists, tables

    report = compare_lists(lists, gold, _paths(corpus))
    text = json.dumps(report, ensure_ascii=False) + "\n" if as_json else tables(report)
    export.write(Path("-"), text.encode())


def _paths(given: tuple[str, ...]) -> list[Path]:
    return [Path(path) for path in given]


def _check_inputs(inputs: tuple[str, ...]) -> None:
    if inputs.count("-") > 1:
        raise UsageError("- is given more than once: standard input can be read only once")
    if "" in inputs:
        raise UsageError("an input has an empty name: name a file, a directory (. for this one), or -")


def _tell(message: str) -> None:
    click.echo(f"termmine: {message}", err=True)


def _ignore(message: str) -> None:
    del message


def _terminated(signum: int, frame: Any) -> NoReturn:
    raise SystemExit(128 + signum)


def main() -> NoReturn:
    """Run the command line; the one place where errors become a line and an exit code."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        code = cli.main(prog_name="termmine", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.NoArgsIsHelpError as help_wanted:
        click.echo(help_wanted.format_message(), err=True)
        sys.exit(2)
    except click.ClickException as error:
        _fail(f"{error.format_message().rstrip('.')}: see termmine --help", error.exit_code)
    except TermmineError as error:
        _fail(str(error), error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        _fail("interrupted: nothing was written", 130)
    except BrokenPipeError:  # | head: the reader has what it wanted
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except MemoryError:
        _fail("out of memory: raise --min-freq, lower --max-length, or give the corpus in parts", 1)


def _fail(message: str, code: int) -> NoReturn:
    click.echo(f"termmine: error: {' '.join(message.split())}", err=True)
    sys.exit(code)
