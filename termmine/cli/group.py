"""The group of all commands: each of them takes its options from the environment and a settings file too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from termmine.cli import settings
from termmine.cli.help import Overview
from termmine.cli.language import LANGUAGES, load_language
from termmine.cli.log import FORMATS, Log


def _remember(context: click.Context, option: click.Parameter, value: Any) -> None:
    """Keep the value of an option that the command itself does not receive."""
    context.meta[str(option.name)] = value


def _remember_language(context: click.Context, option: click.Parameter, value: str | None) -> None:
    """Speak the language that is chosen, wherever it is chosen."""
    log, above = context.find_object(Log), context.parent
    asked_above = above is not None and above.get_parameter_source("lang") is ParameterSource.COMMANDLINE
    if asked_above and context.get_parameter_source("lang") is not ParameterSource.COMMANDLINE:
        return
    if value is not None and log is not None:
        _remember(context, option, value)
        log.language = load_language(value)


def language_option() -> click.Option:
    """`--lang`, which stands before a command or behind it."""
    return click.Option(
        ["--lang"],
        type=click.Choice(LANGUAGES),
        expose_value=False,
        is_eager=True,
        callback=_remember_language,
        help="Language of the help and of messages; by default that of the system. JSON is in English always.",
    )


def _common_options() -> list[click.Option]:
    return [
        click.Option(
            ["--config"],
            type=click.Path(path_type=Path),
            expose_value=False,
            is_eager=True,
            callback=_remember,
            help="Settings file; by default termmine.toml beside the corpus, else in the working directory.",
        ),
        language_option(),
        click.Option(
            ["--log-format"],
            type=click.Choice(FORMATS),
            default="text",
            show_default=True,
            expose_value=False,
            is_eager=True,
            callback=_remember,
            help="How to write notes and errors: as text for people, or as JSON for machines.",
        ),
    ]


class Commands(Overview):
    """A group that gives its commands their common options, and reads the settings file before they are parsed."""

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Register a command; its options get their variables of the environment."""
        cmd.params += _common_options()
        settings.name_variables(cmd)
        super().add_command(cmd, name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is called, and its values in the settings file."""
        name, command, rest = super().resolve_command(ctx, args)
        if name is not None and command is not None and not ctx.resilient_parsing:
            log = ctx.ensure_object(Log)
            log.command = name
            if not set(rest) & set(ctx.help_option_names):
                self._prepare(ctx, log, name, command, rest)
        return name, command, rest

    def _prepare(self, ctx: click.Context, log: Log, name: str, command: click.Command, args: list[str]) -> None:
        first = trial(ctx, name, command, args)
        log.form = ctx.meta.get("log_format") or log.form
        file = settings.find_file(ctx.meta.get("config"), corpus_of(first))
        if file is not None:
            ctx.default_map = settings.read_file(file, self.commands)
        second = trial(ctx, name, command, args)
        log.form = ctx.meta.get("log_format") or log.form
        for key, setting in settings.in_force(second, file).items():
            if setting.source in ("environment", "file"):
                log.origins[settings.flag(settings.settable(command)[key])] = setting.name or ""
        if file is not None and name != "config":  # `config` shows the file itself
            _tell_of(log, file, is_quiet=bool(second.params.get("quiet")))


def _tell_of(log: Log, file: settings.SettingsFile, *, is_quiet: bool) -> None:
    """Note which settings file is in force, if the user has not named it; one that is not the user's even with -q."""
    if not file.named and (file.beside or not is_quiet):
        log.note(f"settings: {file.path}")


def trial(ctx: click.Context, name: str, command: click.Command, args: list[str]) -> click.Context:
    """Parse the arguments of a command as far as possible, without failing and without running it."""
    lenient = {"resilient_parsing": True, "ignore_unknown_options": True, "allow_extra_args": True}
    with command.make_context(name, list(args), parent=ctx, **lenient) as parsed:
        return parsed


def corpus_of(parsed: click.Context) -> list[Any]:
    """The paths of the corpus that a command was given."""
    corpus = parsed.params.get("corpus") or ()
    return [corpus] if isinstance(corpus, (str, Path)) else list(corpus)
