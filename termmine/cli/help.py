"""The layout of the help: commands in the order of the work, options in groups, an example for each command.

In: click's commands. Out: text. The help of an option stands where the option is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import click
from click.shell_completion import CompletionItem

from termmine.cli.language import Language
from termmine.cli.log import Log
from termmine.text.display import display_width, padded, wrapped

#: The commands in the order of the work; one that is added is put where it belongs.
COMMANDS = {
    "Find terms": ("discover", "explain", "contexts", "neighbours", "vectors"),
    "Work with a list": ("grow", "group", "review", "plot", "export", "compare", "tally", "evaluate"),
    "Count once, use often": ("count", "merge", "info"),
    "Settings and help": ("config", "completion", "help"),
}

#: The groups of options, by their long flags.
OPTIONS = {
    "Input": (
        "corpus files-from null include exclude field input-format encoding document sample dedupe fold strict add"
    ),
    "Background": "background sample-background min-background-freq min-keyness min-log-ratio",
    "Which terms": (
        "top measure min-score like min-freq min-doc-freq max-length min-cohesion min-left-entropy min-right-entropy "
        "min-independence any-script neighbours no-text floor exactly gold limit check prune by accepted-only new-only "
        "all words examples occurrences seeds not min-likeness max-likeness alpha reached groups families points"
    ),
    "Your own lists": "known mark-known ban keep feedback review date",
    "Output": "output format plot to wide bom crlf contexts absorbed meta check-report title width json exit-code man",
    "Run": "memory threads tmp engine spark-conf config lang log-format quiet verbose help",
}

#: A call of each command that works as it stands, with files of these names.
EXAMPLES = {
    "discover": "termmine discover corpus.txt --background wiki.txt -o terms.csv",
    "explain": "termmine explain 变压器 压器 --corpus corpus.txt --background wiki.txt",
    "contexts": "termmine contexts 变压器 corpus.txt --limit 5",
    "review": "termmine review terms.csv corpus.txt -o review.html",
    "plot": "termmine plot terms.csv corpus.txt --background wiki.txt -o plot.html",
    "neighbours": "termmine neighbours 变压器 断路器 --corpus corpus.txt --background wiki.txt",
    "vectors": "termmine vectors corpus.txt --background wiki.txt -o vectors.txt",
    "grow": "termmine grow terms.csv --corpus corpus.txt --seeds seeds.txt -o grown.csv",
    "group": "termmine group terms.csv --corpus corpus.txt -o groups.csv",
    "export": "termmine export terms.csv --to jieba -o userdict.txt",
    "compare": "termmine compare terms.csv newer.csv -o changes.csv",
    "tally": "termmine tally terms.csv corpus.txt wiki.txt -o counts.csv",
    "evaluate": "termmine evaluate terms.csv newer.csv --gold gold.txt",
    "count": "termmine count wiki.txt -o wiki.tmc",
    "merge": "termmine merge wiki.tmc news.tmc -o general.tmc",
    "info": "termmine info wiki.tmc",
    "config": "termmine config discover corpus.txt",
    "completion": 'eval "$(termmine completion bash)"',
    "help": "termmine help discover",
}

_OTHERS = "Other"
_WIDEST = 100  # columns: longer lines are hard to read
_FIRST = 30  # columns of a definition list's left side; what is longer has a line of its own


def grouped(names: Iterable[str], groups: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """The existing names, in groups and in their order; those that no group names come last."""
    there = list(names)
    found = {title: [name for name in members if name in there] for title, members in groups.items()}
    known = {name for members in groups.values() for name in members}
    found[_OTHERS] = [name for name in there if name not in known]
    return {title: members for title, members in found.items() if members}


def option_groups(command: click.Command, context: click.Context) -> dict[str, list[click.Option]]:
    """The options of a command in their groups."""
    options = {_long_flag(param): param for param in command.get_params(context) if isinstance(param, click.Option)}
    groups = {title: tuple(flags.split()) for title, flags in OPTIONS.items()}
    return {title: [options[name] for name in names] for title, names in grouped(options, groups).items()}


def _long_flag(option: click.Option) -> str:
    return next((name for name in option.opts if name.startswith("--")), option.opts[0]).lstrip("-")


def window_width() -> int:
    """The columns of the terminal; 80 where it does not say."""
    import shutil

    return shutil.get_terminal_size().columns


def width() -> int:
    """The columns of a line of help."""
    return min(window_width(), _WIDEST) - 2


def paragraphs(text: str, indent: str = "  ") -> Iterator[str]:
    """A docstring as lines of a page: each paragraph filled, with an empty line after it."""
    for paragraph in text.strip().split("\n\n"):
        yield from (indent + line for line in wrapped(" ".join(paragraph.split()), width() - len(indent)))
        yield ""


def language(context: click.Context) -> Language:
    """The language of the help."""
    log = context.find_object(Log)
    return Language() if log is None else log.language


def definitions(heading: str, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A list of names and their meanings, under a heading."""
    rows = list(rows)
    first = min(max(display_width(name) for name, _ in rows), _FIRST) + 4
    yield heading
    for name, text in rows:
        lines = list(wrapped(text, width() - first))
        head = "  " + name
        if display_width(head) + 2 > first:
            yield head
        else:
            yield padded(head, first) + (lines.pop(0) if lines else "")
        yield from (" " * first + line for line in lines)
    yield ""


def records(options: Iterable[click.Parameter], context: click.Context) -> Iterator[tuple[str, str]]:
    """The flags of each option, and its help."""
    speak = language(context)
    for option in options:
        record = option.get_help_record(context)
        if record is not None:
            text, has_more, more = record[1].partition("  [")
            yield record[0], speak.text(text) + (f"  [{_about_values(more, speak)}" if has_more else "")


def _about_values(text: str, speak: Language) -> str:
    """The remarks of click on an option's values, in brackets."""
    parts = text.removesuffix("]").split("; ")
    return "; ".join(_about_value(part, speak) for part in parts) + "]"


def _about_value(part: str, speak: Language) -> str:
    name, has_value, value = part.partition(": ")
    return speak.text(f"{name}: {{}}").replace("{}", value) if has_value else speak.text(part)


def translated(text: str, speak: Language) -> str:
    """A docstring, paragraph by paragraph."""
    return "\n\n".join(speak.text(paragraph) for paragraph in text.strip().split("\n\n"))


def _usage(command: click.Command, context: click.Context, formatter: click.HelpFormatter) -> None:
    """The line that shows how a command is called."""
    speak = language(context)
    pieces = " ".join(map(speak.text, command.collect_usage_pieces(context)))
    formatter.write(f"{speak.text('Usage: ')}{context.command_path} {pieces}\n")


def _page(lines: Iterable[str], formatter: click.HelpFormatter) -> None:
    formatter.write("\n")
    formatter.write("\n".join(line.rstrip() for line in lines))


class Command(click.Command):
    """A command whose help has an example and its options in groups."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the whole page."""
        _usage(self, ctx, formatter)
        _page(self._lines(ctx, language(ctx)), formatter)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The options that begin so, each with its help in the user's language."""
        return _explained(super().shell_complete(ctx, incomplete), ctx)

    def _lines(self, ctx: click.Context, speak: Language) -> Iterator[str]:
        yield from paragraphs(translated(self.help or "", speak))
        if self.name in EXAMPLES:
            yield from (speak.heading("Example"), f"  {EXAMPLES[self.name]}", "")
        for title, options in option_groups(self, ctx).items():
            yield from definitions(speak.heading(title), records(options, ctx))


class Overview(click.Group):
    """The group of all commands, whose help is an overview of the work."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of the work."""
        return [name for names in grouped(self.commands, COMMANDS).values() for name in names]

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the overview."""
        _usage(self, ctx, formatter)
        _page(self._lines(ctx, language(ctx)), formatter)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands, or options, that begin so, each with its help in the user's language."""
        items = super().shell_complete(ctx, incomplete)
        for item in items:
            if item.value in self.commands:  # click gives the first words alone
                item.help = _first_paragraph(self.commands[item.value])
        return _explained(items, ctx)

    def _lines(self, ctx: click.Context, speak: Language) -> Iterator[str]:
        yield from paragraphs(translated(self.help or "", speak))
        yield from (speak.heading("Example"), f"  {EXAMPLES['discover']}", "")
        for title, names in grouped(self.commands, COMMANDS).items():
            firsts = ((name, speak.text(_first_paragraph(self.commands[name]))) for name in names)
            yield from definitions(speak.heading(title), firsts)
        yield from definitions(speak.heading("Options"), records(self.get_params(ctx), ctx))


def _explained(items: list[CompletionItem], context: click.Context) -> list[CompletionItem]:
    for item in items:
        item.help = item.help and language(context).text(item.help)
    return items


def _first_paragraph(command: click.Command) -> str:
    return " ".join((command.help or "").strip().split("\n\n")[0].split())
