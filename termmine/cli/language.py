"""Help and messages in the user's language: English as they are written, or Chinese by a catalogue.

In: text in English. Out: the same in the language. The library knows English alone, so that an error can be looked up;
a message is translated where it is written, by the template that it was made from (`{}` stands for a value, which is
translated in its turn). The catalogue is `zh.json` beside this file; a test finds what it lacks.
"""

from __future__ import annotations

import json
import locale
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

LANGUAGES = ("en", "zh")
VARIABLE = "TERMMINE_LANG"
_FLAG = "--lang"
_DEPTH = 6  # values within values
_WORD = re.compile("[a-z]{2}")  # a text without any is a figure, or Chinese already


def chosen_language(arguments: Iterable[str], environment: Mapping[str, str]) -> str:
    """The language that the command line asks for, else the environment, else the system.

    >>> chosen_language(["discover", "--lang=zh"], {}), chosen_language([], {"LANG": "zh_CN.UTF-8"})
    ('zh', 'zh')
    """
    words = list(arguments)
    for word, following in zip(words, [*words[1:], ""], strict=False):
        flag, has_value, value = word.partition("=")
        if flag == _FLAG:
            return _known(value if has_value else following)
    if VARIABLE in environment:
        return _known(environment[VARIABLE])
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return _known(environment[name])
    return _known(locale.getlocale()[0] or "")  # on Windows, which has no such variables


def _known(name: str) -> str:
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"


@dataclass(frozen=True)
class _Template:
    """A message with values in it: its pattern, the number of its fixed characters, and its translation."""

    pattern: re.Pattern[str]
    n_fixed: int
    translation: str


@dataclass(frozen=True)
class Language:
    """A language. English needs no catalogue: what it lacks is said as it is."""

    name: str = "en"
    help: Mapping[str, str] = field(default_factory=dict)
    messages: Mapping[str, str] = field(default_factory=dict)

    def text(self, english: str) -> str:
        """A fixed text of the help, blanks and line ends being equal."""
        return self.help.get(" ".join(english.split()), self.help.get(english, english))

    def heading(self, english: str) -> str:
        """A fixed text of the help as a heading, with its colon."""
        return self.text("{}:").replace("{}", self.text(english))

    @cached_property
    def _templates(self) -> list[_Template]:
        """Those with most fixed characters first: they say most surely what a message was made from."""
        templates = [_template(english, chinese) for english, chinese in self.messages.items() if "{}" in english]
        return sorted(templates, key=lambda template: -template.n_fixed)

    def message(self, english: str, depth: int = 0) -> str:
        """A message, with the values in it."""
        if not self.messages or depth > _DEPTH or not _WORD.search(english):
            return english
        if english in self.messages:
            return self.messages[english]
        for template in self._templates:
            found = template.pattern.fullmatch(english)
            if found is not None:
                return template.translation.format(*(self.message(value, depth + 1) for value in found.groups()))
        return english

    def lines(self, english: str) -> str:
        """Several lines, each a message."""
        return "\n".join(map(self.message, english.split("\n")))


def _template(english: str, translation: str) -> _Template:
    """A template as a pattern. What begins a message is no part of one before a colon (`corpus: 2 bad records ...`); of
    two values without anything between them, the first has no blank.
    """
    first, *others = english.replace("{{", "{").replace("}}", "}").split("{}")
    pattern = re.escape(first)
    for i, part in enumerate(others):
        is_last = i == len(others) - 1
        value = r"(\S+)" if not part and not is_last else "(.*?)"
        pattern += (r"((?:(?!: ).)*?)" if not pattern and part.startswith(" ") else value) + re.escape(part)
    return _Template(re.compile(pattern, re.DOTALL), len(first) + sum(map(len, others)), translation)


def load_language(name: str) -> Language:
    """The language of that name."""
    if name == "en":
        return Language()
    catalogue = json.loads(Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8"))
    return Language(name, catalogue["help"], catalogue["messages"])
