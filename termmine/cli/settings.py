"""The values of options: from the command line, else the environment, else a settings file, else the default.

The precedence is click's own: the environment is each option's `envvar`, the file becomes the `default_map`. An option
is known by its long flag: `--min-freq` is `TERMMINE_MIN_FREQ` in the environment and `min_freq` in a file. Nothing
here names an option or a command, so that those which are added later need no word here.

A file that the user names, and that of the working directory, are trusted. One that was found beside a corpus came with
the corpus: it may say how text is read and ranked, and nothing else (docs/security.md).
"""

from __future__ import annotations

import copy
import difflib
import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from termmine.errors import UsageError
from termmine.options import SETTINGS_FILE, CountOptions, DiscoverOptions
from termmine.runtime.address import is_address

NOT_IN_A_FILE = "config"  # the file cannot name itself

_KINDS: list[tuple[type[Any], tuple[type, ...], str]] = [
    (click.types.BoolParamType, (bool,), "true or false"),
    (click.types.IntParamType, (int,), "a whole number"),
    (click.types.FloatParamType, (int, float), "a number"),
    (click.Path, (str,), "a path as a string"),
]
_STRING = ((str,), "a string")  # for any other type, which makes of it what it would make of the command line


# --- names -----------------------------------------------------------------------------------------------------------


def flag(option: click.Option) -> str:
    """The long flag of an option, as `--min-freq`."""
    return next((name for name in option.opts if name.startswith("--")), option.opts[0])


def key(option: click.Option) -> str:
    """The key of an option in a settings file, as `min_freq`."""
    return flag(option).lstrip("-").replace("-", "_")


def variable(option: click.Option) -> str:
    """The name of an option's variable in the environment, as `TERMMINE_MIN_FREQ`."""
    return f"TERMMINE_{key(option).upper()}"


def settable(command: click.Command) -> dict[str, click.Option]:
    """The options of a command that a settings file may set, by their keys."""
    options = {key(param): param for param in command.params if isinstance(param, click.Option)}
    return {name: option for name, option in options.items() if name != NOT_IN_A_FILE}


def name_variables(command: click.Command) -> None:
    """Give each option of a command its variable; several values in one are separated as in PATH."""
    for option in command.params:
        if isinstance(option, click.Option):
            option.envvar = option.envvar or variable(option)
            if option.multiple and option.type.envvar_list_splitter is None:
                option.type = copy.copy(option.type)
                option.type.envvar_list_splitter = os.pathsep  # type: ignore[misc]


# --- the file --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SettingsFile:
    """A settings file, and whether it is trusted: ``named`` by the user, else found; ``beside`` a corpus that lies
    elsewhere, so that it came with the corpus and is data.
    """

    path: Path
    named: bool = False
    beside: bool = False


def find_file(given: Path | None, corpus: Iterable[str | Path]) -> SettingsFile | None:
    """The settings file that is given; else beside the corpus's first path (in or beside a directory); else here.

    One that was found must belong to the user, or to the system's administrator, as git asks of a repository.
    """
    if given is not None:
        return SettingsFile(given, named=True)
    here, places = Path(SETTINGS_FILE), [Path()]
    first = next(iter(corpus), "-")
    if str(first) != "-" and not is_address(first):
        places = [Path(first), Path(first).parent, *places]
    found = next((place / SETTINGS_FILE for place in places if _is_file(place / SETTINGS_FILE)), None)
    if found is None:
        return None
    _check_owner(found)
    return SettingsFile(found, beside=not (_is_file(here) and found.samefile(here)))


def _check_owner(path: Path) -> None:
    """Refuse a settings file that another user may have put there."""
    if not hasattr(os, "geteuid"):
        return
    trusted = {os.geteuid(), 0}
    if os.geteuid() == 0 and os.environ.get("SUDO_UID", "").isdecimal():
        trusted.add(int(os.environ["SUDO_UID"]))
    strangers = {path.lstat().st_uid, path.stat().st_uid} - trusted
    if strangers:
        raise UsageError(
            f"{path}: belongs to another user ({min(strangers)}): {_EITHER_WAY.format(path=path, nothing=os.devnull)}"
        )


_EITHER_WAY = "read it, then give --config {path} if you trust it, or --config {nothing} to do without"


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that no file can have: reading the corpus will say so
        return False


def in_toml(value: Any) -> str:
    """A value as TOML writes it, whose strings, numbers and lists are those of JSON."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False, default=str)


def is_about_text(option: click.Option) -> bool:
    """True where an option says how text is read and ranked, and names no file: a file beside a corpus may set it."""
    return option.name in _OF_TEXT and not isinstance(option.type, click.Path)


_OF_TEXT = {field.name for options in (CountOptions, DiscoverOptions) for field in fields(options)}


def _check_word(file: SettingsFile, content: Mapping[str, Any], commands: Mapping[str, click.Command]) -> None:
    """Refuse settings that a file which came with a corpus may not make: data never decides where to write, or what
    else to
    read.
    """
    tables = [value for value in content.values() if isinstance(value, dict)]
    set_here = [name for table in (content, *tables) for name, value in table.items() if not isinstance(value, dict)]
    options = [option for command in commands.values() for option in settable(command).values()]
    free = {key(option) for option in options if is_about_text(option)}
    refused = list(dict.fromkeys(name for name in set_here if name.replace("-", "_") not in free))
    if refused:
        raise UsageError(
            f"{file.path}: sets {', '.join(refused)}, which a settings file beside a corpus may not, for it came with "
            f"the corpus: {_EITHER_WAY.format(path=file.path, nothing=os.devnull)}"
        )


def read_file(file: SettingsFile, commands: Mapping[str, click.Command]) -> dict[str, dict[str, Any]]:
    """The values that a settings file sets: command -> parameter -> value, as click's `default_map` wants them."""
    path = file.path
    content = _parse(path)
    tables = {name: value for name, value in content.items() if isinstance(value, dict)}
    shared = {name: value for name, value in content.items() if name not in tables}
    known = {name for command in commands.values() for name in settable(command)}
    for name in tables:
        if name not in commands:
            raise UsageError(f"{path}: [{name}]: no such command{_close_match(name, commands)}")
    for name in shared:
        if name.replace("-", "_") not in known:
            raise UsageError(f"{path}: {name}: no such option{_close_match(name, known)}")
    if file.beside:
        _check_word(file, content, commands)
    return {
        name: {
            **_values(path, "", shared, settable(command), strict=False),
            **_values(path, f"[{name}] ", tables.get(name, {}), settable(command), strict=True),
        }
        for name, command in commands.items()
    }


def _parse(path: Path) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}: check the path of the settings file") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: is not UTF-8: save the settings file as UTF-8") from error
    except (ValueError, RecursionError) as error:  # Python's own where a number or a nesting is too long
        told = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "a number or a list in it is too long"
        raise UsageError(f"{path}: is not TOML: {told}: write lines like min_freq = 5") from error


def _values(
    path: Path, table: str, given: Mapping[str, Any], options: Mapping[str, click.Option], *, strict: bool
) -> dict[str, Any]:
    values = {}
    for name, value in given.items():
        option = options.get(name.replace("-", "_"))
        if option is not None:
            if str(option.name) in values:
                raise UsageError(f"{path}: {table}{name}: is set twice: keep one of both spellings")
            values[str(option.name)] = _value(f"{path}: {table}{name}", option, value, path.parent)
        elif strict:
            raise UsageError(f"{path}: {table}{name}: no such option of this command{_close_match(name, options)}")
    return values


def _value(where: str, option: click.Option, value: Any, directory: Path) -> Any:
    if option.multiple or option.nargs != 1:
        return [_one(where, option, item, directory) for item in (value if isinstance(value, list) else [value])]
    return _one(where, option, value, directory)


def _one(where: str, option: click.Option, value: Any, directory: Path) -> Any:
    if isinstance(value, int) and abs(value) >= 1 << 63:
        raise UsageError(f"{where}: the number is too large: give a smaller one")
    kinds, wanted = next(((kinds, text) for kind, kinds, text in _KINDS if isinstance(option.type, kind)), _STRING)
    if not isinstance(value, kinds) or isinstance(value, bool) != (bool in kinds):
        raise UsageError(f"{where} = {in_toml(value)}: give {wanted}")
    if isinstance(value, str) and "\0" in value:
        raise UsageError(f"{where} = {in_toml(value)}: holds a null character: remove it")
    if isinstance(option.type, click.Path) and value not in ("-", "") and not is_address(str(value)):
        value = str(directory / str(value))
    try:
        option.type.convert(value, option, None)
    except click.BadParameter as error:
        raise UsageError(f"{where} = {in_toml(value)}: {error.message}") from error
    return value


def _close_match(name: str, known: Iterable[str]) -> str:
    known = sorted(known)
    close = difflib.get_close_matches(name.replace("-", "_"), known, n=1)
    return f": did you mean {close[0]}?" if close else f": choose from {', '.join(known)}"


# --- what is in force ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Setting:
    """The value of an option and where it comes from: option, environment, file or default; ``name`` says which one."""

    value: Any
    source: str
    name: str | None

    def __str__(self) -> str:
        return " ".join(filter(None, [self.source, self.name]))


def in_force(context: click.Context, file: SettingsFile | None) -> dict[str, Setting]:
    """The values that a parsed command would run with, by key."""
    return {name: _setting(context, option, file) for name, option in settable(context.command).items()}


def _setting(context: click.Context, option: click.Option, file: SettingsFile | None) -> Setting:
    name = str(option.name)
    value = context.params.get(name, context.meta.get(name))
    source = context.get_parameter_source(name)
    if source is ParameterSource.COMMANDLINE:
        return Setting(value, "option", flag(option))
    if source is ParameterSource.ENVIRONMENT:
        return Setting(value, "environment", variable(option))
    if source is ParameterSource.DEFAULT_MAP:
        return Setting(value, "file", None if file is None else str(file.path))
    return Setting(value, "default", None)


def misspelt(commands: Mapping[str, click.Command]) -> list[str]:
    """Variables of the environment that are nearly, but not quite, those of an option: one line each."""
    options = [param for command in commands.values() for param in command.params if isinstance(param, click.Option)]
    known = {variable(option) for option in options}
    lines = []
    for name in sorted(name for name in os.environ if name.startswith("TERMMINE_") and name not in known):
        close = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.85)
        lines += [f"warning: {name}: no option has this variable: did you mean {close[0]}?"] if close else []
    return lines
