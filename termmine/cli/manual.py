"""The manual page: the `--help` of all commands, for man.

In: click's commands. Out: roff with man's macros. The page is made when the package is built, and by
`termmine help --man`.
"""

from __future__ import annotations

from collections.abc import Iterator

import click

from termmine.cli.help import EXAMPLES, language, option_groups, records, translated
from termmine.version import __version__


def page(root: click.Context) -> str:
    """The page of the group that a context belongs to."""
    group = root.command
    assert isinstance(group, click.Group)
    names = group.list_commands(root)
    lines = [
        f'.TH TERMMINE 1 "" "termmine {__version__}" "User Commands"',
        ".SH NAME", r"termmine \- mine domain terminology from raw Chinese text",
        ".SH SYNOPSIS", ".B termmine", r"\fICOMMAND\fR [\fIOPTION\fR]... [\fIARGUMENT\fR]...",
        ".SH DESCRIPTION", *_paragraphs(translated(group.help or "", language(root))),
    ]  # fmt: skip
    for name in names:
        lines += _command(group.commands[name], click.Context(group.commands[name], info_name=name, parent=root))
    return "\n".join(lines) + "\n"


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f'.SH "{_escaped(context.command_path).upper()}"'
    yield rf"\fB{_escaped(context.command_path)}\fR {_escaped(' '.join(command.collect_usage_pieces(context)))}"
    speak = language(context)
    yield from _paragraphs(translated(command.help or "", speak))
    if command.name in EXAMPLES:
        yield from (".P", f"{speak.text('Example')}:", ".P", ".nf", f"    {_escaped(EXAMPLES[command.name])}", ".fi")
    for title, options in option_groups(command, context).items():
        yield f'.SS "{_escaped(speak.text(title))}"'
        for flags, text in records(options, context):
            yield from (".TP", rf"\fB{_escaped(flags)}\fR", _escaped(text))


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.strip().split("\n\n"):
        yield from (".P", _escaped(" ".join(paragraph.split())))


def _escaped(text: str) -> str:
    r"""Text that roff takes for text.

    >>> print(_escaped("--top '5'"))
    \-\-top \(aq5\(aq
    """
    text = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq")
    return r"\&" + text if text[:1] == "." else text
