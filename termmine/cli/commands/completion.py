"""`termmine completion`: the script that makes the Tab key work."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from termmine.cli.help import Command
from termmine.cli.names import one_of
from termmine.errors import UsageError

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_TERMMINE_COMPLETE"


@click.command(cls=Command)
@click.argument("shell", type=one_of(SHELLS), metavar="|".join(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that completes commands, options, paths, formats and columns in a shell when Tab is pressed.

    Put the line of the example into ~/.bashrc. For zsh put it into ~/.zshrc, behind compinit and with zsh in the place
    of bash; for fish put termmine completion fish | source into ~/.config/fish/config.fish.
    """
    if shell not in SHELLS:
        raise UsageError(f"{shell}: no completion for this shell: choose one of {', '.join(SHELLS)}")
    of_shell = get_completion_class(shell)
    assert of_shell is not None
    from termmine.runtime import streams

    script = of_shell(context.find_root().command, {}, "termmine", VARIABLE).source()
    # click's script for fish cuts an explanation off at its first comma
    streams.write_stream(script.replace('string split ","', 'string split -m 1 ","').encode())
