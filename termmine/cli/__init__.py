"""The command line: options, one call of the pipeline, one of the export; a module a command.

Data goes to standard output, everything else to standard error. `--help` imports click alone, so whatever is heavy is
imported inside the command that needs it. Errors become one line and an exit code in `main`, and nowhere else.
"""

from __future__ import annotations

import errno
import gc
import os
import signal
import sys
import warnings
from typing import NoReturn

import click

from termmine.cli.commands.compare import compare
from termmine.cli.commands.completion import VARIABLE, completion
from termmine.cli.commands.config import config
from termmine.cli.commands.contexts import contexts
from termmine.cli.commands.count import count
from termmine.cli.commands.discover import discover
from termmine.cli.commands.evaluate import evaluate
from termmine.cli.commands.explain import explain
from termmine.cli.commands.export import export
from termmine.cli.commands.group import group
from termmine.cli.commands.grow import grow
from termmine.cli.commands.help import help_of
from termmine.cli.commands.info import info
from termmine.cli.commands.merge import merge
from termmine.cli.commands.neighbours import neighbours
from termmine.cli.commands.plot import plot
from termmine.cli.commands.review import review
from termmine.cli.commands.tally import tally
from termmine.cli.commands.vectors import vectors
from termmine.cli.group import Commands, language_option
from termmine.cli.language import chosen_language, load_language
from termmine.cli.log import EXIT_BUG, Log
from termmine.cli.signals import SIGNALLED, TerminatedError, heed_no_alarm, heed_signals, leave
from termmine.errors import ReaderGoneError, TermmineError
from termmine.runtime.streams import silence
from termmine.version import __version__

_NO_ROOM = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="termmine")
def cli() -> None:
    """Find the terms that Chinese texts are about.

    Give termmine the text of your domain as it is, in files or directories, without word segmentation. It finds the
    words and phrases that hang together, compares them with everyday text (the background), and ranks those that are
    characteristic of your domain. Without a background it compares with jieba's dictionary.

    See termmine help COMMAND for what a command does and which options it has.
    """


cli.params.append(language_option())
for _command in (
    discover,
    explain,
    contexts,
    neighbours,
    vectors,
    grow,
    group,
    compare,
    tally,
    evaluate,
    export,
    review,
    plot,
    count,
    merge,
    info,
    config,
    completion,
    help_of,
):
    cli.add_command(_command)


def main() -> NoReturn:
    """Run the command line; the one place where errors become a line and an exit code."""
    heed_signals()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's other threads would spin, with nothing to do
    gc.set_threshold(200_000, 10, 10)  # imports make a million objects and no garbage: looking for it costs 70 ms
    language = load_language(chosen_language(sys.argv[1:], os.environ))
    log = Log("json" if os.environ.get("TERMMINE_LOG_FORMAT") == "json" else "text", language)
    with warnings.catch_warnings():
        warnings.showwarning = log.warn
        code = _run(log)
    if code in SIGNALLED:
        leave(code)
    heed_no_alarm()
    gc.freeze()  # looking for garbage once more before the end costs 30 ms
    sys.exit(code)


def _run(log: Log) -> int:
    """Run the command and say how it ended; the exit code."""
    try:
        code = cli.main(prog_name="termmine", standalone_mode=False, complete_var=VARIABLE, obj=log)
        code = code if isinstance(code, int) else 0
    except SystemExit as end:  # raised by click: a completion has been printed, or nobody reads its help
        if not isinstance(end.__context__, BrokenPipeError):
            return end.code if isinstance(end.code, int) else 1
        silence()
        code = 0
    except ReaderGoneError:  # | head
        code = 0
    except click.exceptions.NoArgsIsHelpError as help_wanted:
        if log.form == "text":
            click.echo(help_wanted.format_message(), err=True)
        else:
            log.fail("no command given: see termmine --help", 2)
        return 2
    except BaseException as error:
        return _failed(log, error)
    log.done(code)
    return code


def _failed(log: Log, error: BaseException) -> int:
    """Say in one line why the run failed; the exit code."""
    if isinstance(error, click.ClickException):
        context = error.ctx if isinstance(error, click.UsageError) else None
        command = context.command_path if context else "termmine"
        message, code = f"{error.format_message().rstrip('.')}: see {command} --help", error.exit_code
    elif isinstance(error, TermmineError):
        message, code = str(error), error.exit_code
    elif isinstance(error, (KeyboardInterrupt, click.Abort)):
        message, code = "interrupted: every output file is whole, or as it was", 128 + signal.SIGINT
    elif isinstance(error, TerminatedError):
        name = signal.Signals(error.args[0]).name
        message, code = f"ended by {name}: every output file is whole, or as it was", 128 + error.args[0]
    elif isinstance(error, OSError) and error.errno in _NO_ROOM:  # in a write by click, or by the library of a format
        place = error.filename or "an output"
        message, code = f"{place}: {error.strerror}: free some space or choose another place", 1
        silence()
    elif isinstance(error, MemoryError):
        message, code = "out of memory: raise --min-freq, lower --max-length, or give the corpus in parts", 1
    else:
        log.crash(error)
        return EXIT_BUG
    log.fail(message, code)
    return code
