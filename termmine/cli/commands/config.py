"""`termmine config`: the options in force, and where each value comes from."""

from __future__ import annotations

import copy
import difflib
import json
from pathlib import Path
from typing import Any

import click

from termmine.cli.group import Commands, corpus_of
from termmine.cli.help import Command
from termmine.cli.settings import Setting, SettingsFile, find_file, in_force, in_toml, misspelt, read_file
from termmine.cli.shared import INPUT_PATH, tell
from termmine.errors import UsageError


@click.command(cls=Command, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=INPUT_PATH, metavar="[COMMAND] [CORPUS]...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of TOML.")
@click.pass_context
def config(context: click.Context, arguments: tuple[str, ...], as_json: bool) -> None:
    """Show which options are in force for COMMAND, or for every command, and where each comes from.

    Give the arguments that COMMAND would get. The output is itself a settings file.
    """
    from termmine.runtime import outputs

    group_context = context.parent
    assert group_context is not None
    group = group_context.command
    assert isinstance(group, Commands)
    name, rest = _split(arguments, group)
    names = [name] if name else sorted(group.commands)
    file, parsed = _parse(group_context, group, context.meta.get("config"), names, rest)
    for line in misspelt(group.commands):
        tell(line)
    outputs.write(
        Path("-"), (as_object(file, parsed) if as_json else as_toml(file, parsed)).encode(errors="backslashreplace")
    )


def _split(arguments: tuple[str, ...], group: Commands) -> tuple[str | None, list[str]]:
    """The command whose options are shown, and the arguments that it would get."""
    if not arguments or arguments[0] in group.commands:
        return next(iter(arguments), None), list(arguments[1:])
    first = arguments[0]
    if first.startswith("-") and first != "-":
        raise UsageError(f"{first}: name a command before its options, as in termmine config discover {first}")
    if first != "-" and not _exists(first):
        close = difflib.get_close_matches(first, sorted(group.commands), n=1)
        hint = f"did you mean {close[0]}?" if close else f"choose a command from {', '.join(sorted(group.commands))}"
        raise UsageError(f"{first}: neither a command nor a path: {hint}")
    return None, list(arguments)


def _exists(name: str) -> bool:
    try:
        return Path(name).exists()
    except OSError:  # a name that no file can have
        return False


def _parse(
    context: click.Context, group: Commands, given: Path | None, names: list[str], arguments: list[str]
) -> tuple[SettingsFile | None, dict[str, dict[str, Setting]]]:
    """The settings file, and for each command the values that it would run with."""
    own = arguments if len(names) == 1 else []
    contexts = {name: _context(context, group.commands[name], name, own) for name in names}
    corpus = next(filter(None, map(corpus_of, contexts.values())), None)
    file = find_file(given, corpus or _words(contexts[names[0]], arguments, own))
    context.default_map = read_file(file, group.commands) if file is not None else None
    return file, {name: in_force(_context(context, group.commands[name], name, own), file) for name in names}


def _words(context: click.Context, arguments: list[str], own: list[str]) -> list[Any]:
    """The arguments that are no options: where a command has no corpus, they say where to look for the file."""
    if not own:
        return arguments
    words: list[Any] = []
    for param in context.command.params:
        if isinstance(param, click.Argument):
            value = context.params[str(param.name)]
            words += value if isinstance(value, tuple) else [value] if value is not None else []
    return words


def _context(context: click.Context, command: click.Command, name: str, arguments: list[str]) -> click.Context:
    """The command parsed as if it was called so, though required arguments may be missing."""
    lenient = copy.copy(command)
    lenient.params = [copy.copy(param) for param in command.params]
    for param in lenient.params:
        param.required = False
    with lenient.make_context(name, list(arguments), parent=context) as parsed:
        return parsed


def as_object(file: SettingsFile | None, parsed: dict[str, dict[str, Setting]]) -> str:
    """The settings as JSON: per command and key, value, source and name."""
    commands = {
        command: {key: {"value": s.value, "source": s.source, "name": s.name} for key, s in settings.items()}
        for command, settings in parsed.items()
    }
    record = {"file": None if file is None else str(file.path), "commands": commands}
    return json.dumps(record, ensure_ascii=False, default=str) + "\n"


def as_toml(file: SettingsFile | None, parsed: dict[str, dict[str, Setting]]) -> str:
    """The settings as a settings file, each with its source in a comment; without a value, the line is a comment."""
    lines = [f"# settings file: {file.path if file else 'none'}"]
    for command, settings in parsed.items():
        lines.append(f"\n[{command}]")
        for key, setting in settings.items():
            unset = setting.value is None or setting.value == ()
            lines.append(f"# {key}: not set" if unset else f"{key} = {in_toml(setting.value)}  # {setting}")
    return "\n".join(lines) + "\n"
