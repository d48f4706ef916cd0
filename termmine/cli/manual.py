"""The manual page: the `--help` of all commands, for man.

In: click's commands. Out: roff with man's macros. The pages are made when the package is built (`hatch_build.py`), one
for each language, and one by `termmine help --man`.
"""

from __future__ import annotations

from collections.abc import Iterator

import click

from termmine.cli.help import EXAMPLES, language, option_groups, records, translated
from termmine.cli.language import load_language
from termmine.cli.log import Log
from termmine.text.display import display_width, wrapped
from termmine.version import __version__

#: The files of an installation in which man looks, below its share/man, and the language of each.
FILES = {"man1/termmine.1": "en", "zh_CN/man1/termmine.1": "zh"}

_WIDTH = 64  # columns of a paragraph that is filled here: with the page's indents, a window of 80


def pages(group: click.Group) -> dict[str, str]:
    """The page of a group of commands in each language, by its file below share/man."""
    made = {}
    for path, name in FILES.items():
        log = Log(language=load_language(name))
        made[path] = page(click.Context(group, info_name="termmine", obj=log, **group.context_settings))
    return made


def page(root: click.Context) -> str:
    """The page of the group that a context belongs to."""
    group = root.command
    assert isinstance(group, click.Group)
    names = group.list_commands(root)
    speak = language(root)
    call = " ".join(map(speak.text, group.collect_usage_pieces(root)))
    lines = [
        f'.TH TERMMINE 1 "" "termmine {__version__}" "{speak.text("User commands")}"',
        ".ad l",
        f".SH {speak.text('NAME')}",
        rf"termmine \- {_escaped(speak.text('find the terms that Chinese texts are about'))}",
        f".SH {speak.text('SYNOPSIS')}", rf"\fBtermmine\fR {_escaped(call)}",
        f".SH {speak.text('DESCRIPTION')}", *_paragraphs(translated(group.help or "", speak)),
    ]  # fmt: skip
    for name in names:
        lines += _command(group.commands[name], click.Context(group.commands[name], info_name=name, parent=root))
    return "\n".join(lines) + "\n"


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f'.SH "{_escaped(context.command_path).upper()}"'
    speak = language(context)
    pieces = " ".join(map(speak.text, command.collect_usage_pieces(context)))
    yield rf"\fB{_escaped(context.command_path)}\fR {_escaped(pieces)}"
    yield from _paragraphs(translated(command.help or "", speak))
    if command.name in EXAMPLES:
        yield from (".P", speak.heading("Example"), ".P", ".nf", f"    {_escaped(EXAMPLES[command.name])}", ".fi")
    for title, options in option_groups(command, context).items():
        yield f'.SS "{_escaped(speak.text(title))}"'
        for flags, text in records(options, context):
            yield from (".TP", rf"\fB{_escaped(flags)}\fR", *_filled(text))


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.strip().split("\n\n"):
        yield from (".P", *_filled(" ".join(paragraph.split())))


def _filled(text: str) -> Iterator[str]:
    """A paragraph: English is filled by roff, Chinese here, for groff's rules for it may never come to an end."""
    if display_width(text) == len(text):
        yield _escaped(text)
        return
    yield ".nf"
    yield from map(_escaped, wrapped(text, _WIDTH))
    yield ".fi"


def _escaped(text: str) -> str:
    r"""Text that roff takes for text.

    >>> print(_escaped("--top '5'"))
    \-\-top \(aq5\(aq
    """
    text = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq")
    return r"\&" + text if text[:1] == "." else text
