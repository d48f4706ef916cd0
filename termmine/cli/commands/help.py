"""`termmine help`: the help of a command, as `--help` after its name; or all of it as a manual page."""

from __future__ import annotations

import difflib

import click

from termmine.cli.help import Command
from termmine.cli.names import Names
from termmine.cli.shared import show
from termmine.errors import UsageError


def _commands(context: click.Context) -> list[str]:
    root = context.find_root()
    assert isinstance(root.command, click.Group)
    return root.command.list_commands(root)


@click.command("help", cls=Command)
@click.argument("command", required=False, type=Names(_commands))
@click.option("--man", is_flag=True, help="Print the manual page instead, the one that man termmine shows.")
@click.pass_context
def help_of(context: click.Context, command: str | None, man: bool) -> None:
    """Show the help of COMMAND, or an overview of all commands."""
    from termmine.cli.manual import page

    root = context.find_root()
    assert isinstance(root.command, click.Group)
    if man and command is not None:
        raise UsageError("--man: one page describes all commands: leave the command out")
    if command is not None and command not in root.command.commands:
        known = _commands(context)
        close = difflib.get_close_matches(command, known, n=1)
        hint = f"did you mean {close[0]}?" if close else f"choose one of {', '.join(known)}"
        raise UsageError(f"{command}: no such command: {hint}")
    if man:
        text = page(root)
    elif command is None:
        text = root.get_help() + "\n"
    else:
        chosen = root.command.commands[command]
        text = click.Context(chosen, info_name=command, parent=root).get_help() + "\n"
    show(text)
