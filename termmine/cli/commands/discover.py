"""`termmine discover`: raw text in, ranked terms out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from termmine.cli.corpus import corpus_argument, with_lists
from termmine.cli.glossary import check_glossary, refreshed, with_glossary
from termmine.cli.help import Command
from termmine.cli.names import WRITER
from termmine.cli.shared import (
    FORMATS,
    INPUT_PATH,
    OUTPUT_PATH,
    QUIET_HELP,
    VERBOSE_HELP,
    check_inputs,
    check_terminal,
    claim,
    closing,
    counted,
    is_given,
    on_terminal,
    output_option,
    paths,
    report,
    show,
    window_width,
    with_engine,
    with_excel_options,
    with_job,
    with_options,
)
from termmine.options import DiscoverOptions, make_options
from termmine.runtime.streams import is_standard_output

if TYPE_CHECKING:
    from collections.abc import Iterable

    from termmine.counting.engines import Engine
    from termmine.pipeline import Discovery
    from termmine.runtime.job import Job


@click.command(cls=Command)
@corpus_argument
@with_lists(required=True)
@click.option(
    "-b",
    "--background",
    type=INPUT_PATH,
    multiple=True,
    help="Everyday text to compare with, or its count file; may be given several times. By default jieba's dictionary.",
)
@output_option
@click.option(
    "-f",
    "--format",
    "form",
    type=WRITER,
    help=f"Format of the output: {FORMATS}; by default the extension of --output decides, else it is csv, and on a "
    "terminal a table of the best terms.",
)
@with_excel_options
@click.option(
    "--absorbed",
    type=OUTPUT_PATH,
    help="Also write a CSV file of the fragments that were left out, each with the longer term that it belongs to.",
)
@click.option(
    "--meta",
    type=OUTPUT_PATH,
    help="Also write a JSON file of all it takes to get the same result again: version, options, sizes.",
)
@click.option("-q", "--quiet", is_flag=True, help=QUIET_HELP)
@click.option("-v", "--verbose", is_flag=True, help=VERBOSE_HELP)
@with_glossary
@with_job
@with_engine
@with_options(DiscoverOptions)
def discover(
    corpus: tuple[str, ...],
    background: tuple[str, ...],
    output: Path,
    form: str | None,
    bom: bool,
    crlf: bool,
    absorbed: Path | None,
    meta: Path | None,
    glossary: Path | None,
    today: str | None,
    engine: Engine,
    **options: Any,
) -> None:
    """Rank the terms that are characteristic of CORPUS: files, directories, or - for standard input."""
    chosen, job = make_options(**options), engine.job
    inputs = (*corpus, *background, *chosen.files)
    check_inputs(inputs)
    from termmine.formats.write import check_format, format_by_name

    with_list = glossary is None or is_given("output") or is_given("form")
    check_glossary(glossary)
    as_table = with_list and form is None and is_standard_output(output) and on_terminal()
    form = form or format_by_name(output)
    if with_list:
        check_format(form, bom=bom, crlf=crlf)
        check_terminal(form, output)
    claim((output if with_list else None, absorbed, meta, glossary), inputs)

    from termmine.pipeline import run_discovery

    living = None
    if glossary is None:
        result = run_discovery(paths(corpus), paths(background) or None, chosen, engine=engine)
    else:
        given = {"today": today, "bom": bom}
        living = refreshed(glossary, given, (corpus, background), chosen, engine, with_list=with_list)
        result = living.found
    beside = _files_beside(result, absorbed, meta, bom=bom, crlf=crlf)
    if living is not None:
        beside.append((living.path, living.data))
    if not with_list:
        _write_files(beside)
    elif as_table:
        _show(result, job, beside)
    else:
        _write(result, job, beside, output, form=form, bom=bom, crlf=crlf)
    n_terms = len(result.ranking)
    report(n_terms=n_terms, **result.signature["corpus"], **(living.facts if living else {}))
    for line in living.told if living else []:
        job.progress.note(line)
    if with_list:
        closing(counted(n_terms, "term"), output)
    job.progress.detail(f"{n_terms} term{'s' * (n_terms != 1)}; signature: {_signature(result)}")


def _signature(result: Discovery) -> str:
    return json.dumps(result.signature, ensure_ascii=False, sort_keys=True)


def _files_beside(
    result: Discovery, absorbed: Path | None, meta: Path | None, *, bom: bool, crlf: bool
) -> list[tuple[Path, bytes]]:
    """The files that are written beside the terms."""
    from termmine.formats.write import render

    files = []
    if absorbed is not None:
        files.append((absorbed, render(result.absorbed, "csv", bom=bom, crlf=crlf)))
    if meta is not None:
        # the name of a background need not be Unicode
        files.append((meta, (_signature(result) + "\n").encode(errors="backslashreplace")))
    return files


def _write(
    result: Discovery,
    job: Job,
    beside: list[tuple[Path, bytes]],
    output: Path,
    *,
    form: str,
    bom: bool,
    crlf: bool,
) -> None:
    """Write everything, and say what the format could not carry."""
    from termmine.candidates.choose import DICTIONARIES, Wanted, choose
    from termmine.formats.write import produce, produce_parts
    from termmine.runtime import outputs

    data: bytes | Iterable[bytes]
    if form in DICTIONARIES:
        frame, notes = choose(result.terms, form, Wanted())
        rendered = produce(frame, form, bom=bom)
        data, notes = rendered.data, [*notes, *rendered.notes()]
    else:
        data, notes = produce_parts(result.parts(job.left()), form, bom=bom, crlf=crlf)
    with job.progress.meter.stage("writing"):
        outputs.write_all([*beside, (output, data)])
    for line in notes:
        job.progress.note(f"{form}: {line}")


def _write_files(files: list[tuple[Path, bytes]]) -> None:
    from termmine.runtime import outputs

    outputs.write_all(files)


def _show(result: Discovery, job: Job, beside: list[tuple[Path, bytes]]) -> None:
    """Show the best terms on a terminal, and say how many more there are."""
    from termmine.cli.table import SHOWN, as_table
    from termmine.runtime import outputs

    best = {name: column[:SHOWN] for name, column in next(result.parts(job.left())).items()}
    outputs.write_all(beside)
    show(as_table(best, window_width()))
    more = len(result.ranking) - len(best["term"])
    if more > 0:
        job.progress.note(
            f"the best {len(best['term'])} of {counted(len(result.ranking), 'term')}: "
            "all of them go into a file with -o terms.csv"
        )
