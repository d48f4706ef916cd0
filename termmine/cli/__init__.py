"""The command line: options, one call of the pipeline, one of the export; a module a command.

Data goes to standard output, everything else to standard error. `--help` imports click alone, so whatever is heavy is
imported inside the command that needs it. Errors become one line and an exit code in `main`, and nowhere else.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any, NoReturn

import click

from termmine.cli.compare import compare
from termmine.cli.contexts import contexts
from termmine.cli.discover import discover
from termmine.cli.evaluate import evaluate
from termmine.cli.explain import explain
from termmine.errors import TermmineError
from termmine.version import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="termmine")
def cli() -> None:
    """Mine domain terminology from raw Chinese text.

    \b
        termmine discover corpus.txt --background wiki.txt > terms.csv
    """


for _command in (discover, explain, contexts, compare, evaluate):
    cli.add_command(_command)


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
