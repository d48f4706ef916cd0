"""The READMEs say what is so: every name stands in both of them, and their examples run as they are printed.

An example is a fenced block after the line `<!-- example -->`: a shell session (`console`), a Python session (`pycon`)
or Python code (`python`) for the sessions after it. The files that it makes are there for those after
it, too. With TERMMINE_REWRITE_DOCS=1 in the environment the outputs are written anew into both files
instead of compared.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import runpy
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest

from support.command import run
from termmine.cli import cli
from termmine.formats.write import COLUMNS, WRITERS
from termmine.measures import MEASURES
from termmine.pipeline import ENGINES
from termmine.readers.files import UNPACKERS
from termmine.readers.formats import EXTENSIONS, READERS

ROOT = Path(__file__).parents[1]
READMES = ["README.md", "README.zh.md"]
TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in READMES}

REWRITE = os.environ.get("TERMMINE_REWRITE_DOCS") == "1"
TINY = os.environ.get("NUMBA_DISABLE_JIT") == "1"  # the kernels run uncompiled: the sample would take minutes

RUN = (
    "python3 -m venv .venv && . .venv/bin/activate && pip install -q . && "
    "termmine discover data/sample/power.txt --background data/sample/encyclopedia.txt --top 20\n"
)
TEST = "python3 -m venv .venv && . .venv/bin/activate && pip install -q -e '.[test]' && pytest -q\n"


# --- blocks ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Block:
    """A fenced block: the word in the comment before it, its language, its text."""

    mark: str
    language: str
    text: str

    @property
    def is_example(self) -> bool:
        return self.mark == "example"


_BLOCK = re.compile(r"(?:^<!-- (\w+) -->\n)?^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(readme: str) -> list[Block]:
    """The fenced blocks of a README in order."""
    return [Block(*(group or "" for group in match.groups())) for match in _BLOCK.finditer(TEXTS[readme])]


def headings(readme: str) -> list[str]:
    """The headings of a README, without what stands in its blocks."""
    return re.findall(r"^#+ .*$", _BLOCK.sub("", TEXTS[readme]), re.MULTILINE)


# --- running them ----------------------------------------------------------------------------------------------------


def shell_session(text: str) -> str:
    """The commands of a shell session, each with what it writes now."""
    commands = [line for line in text.splitlines() if line.startswith("$ ")]
    return "".join(f"{command}\n{_shell(command)}" for command in commands)


def _shell(command: str) -> str:
    line = command.removeprefix("$ ")
    program, *arguments = shlex.split(line)
    if program == "termmine" and "|" not in arguments:
        done = run(*arguments)
        code, written = done.code, done.err + done.out.decode()
    else:
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        environment = os.environ | {"PATH": path}
        pipe = subprocess.run(["sh", "-c", line], env=environment, capture_output=True, encoding="utf-8")
        code, written = pipe.returncode, pipe.stderr + pipe.stdout
    assert code == 0, written
    return written.replace("\r\n", "\n")


def python_session(text: str, names: dict[str, Any]) -> str:
    """The statements of a Python session, each with what it prints now."""
    session = ""
    for example in doctest.DocTestParser().get_examples(text):
        first, *others = example.source.splitlines()
        session += f">>> {first}\n" + "".join(f"... {line}\n" for line in others)
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(compile(example.source, "README", "single"), names)
        session += printed.getvalue()
    return session


def rerun(examples: list[Block]) -> list[str]:
    """The text of each example as it is when run now, in order and in one place."""
    names: dict[str, Any] = {}
    texts = []
    for block in examples:
        if block.language == "console":
            texts.append(shell_session(block.text))
        elif block.language == "pycon":
            texts.append(python_session(block.text, names))
        else:
            exec(compile(block.text, "README", "exec"), names)
            texts.append(block.text)
    return texts


@pytest.mark.skipif(TINY, reason="the sample is too large for uncompiled kernels")
def test_the_examples_print_what_the_readme_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    examples = [block for block in blocks("README.md") if block.is_example]
    assert {block.language for block in examples} == {"console", "pycon", "python"}
    fresh = rerun(examples)
    if REWRITE:
        for readme in READMES:
            rewrite(readme, fresh)
    else:
        assert fresh == [block.text for block in examples]


def rewrite(readme: str, fresh: list[str]) -> None:
    """Put fresh texts in the place of a README's examples."""
    texts = iter(fresh)

    def replace(match: re.Match[str]) -> str:
        mark, language, _ = match.groups()
        return f"<!-- example -->\n```{language}\n{next(texts)}```" if mark == "example" else match[0]

    (ROOT / readme).write_text(_BLOCK.sub(replace, TEXTS[readme]), encoding="utf-8")
    assert not list(texts), f"{readme} has fewer examples"


# --- both READMEs ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("readme", READMES)
def test_the_first_two_commands_do_everything(readme: str) -> None:
    assert blocks(readme)[:2] == [Block("run", "sh", RUN), Block("test", "sh", TEST)]


@pytest.mark.skipif(REWRITE, reason="the files are being rewritten")
def test_the_readmes_are_in_step() -> None:
    english, chinese = (blocks(readme) for readme in READMES)
    assert english == chinese
    english_levels, chinese_levels = ([line.split()[0] for line in headings(readme)] for readme in READMES)
    assert english_levels == chinese_levels


def test_no_fence_is_left_open() -> None:
    for readme in READMES:
        assert "```" not in _BLOCK.sub("", TEXTS[readme])


def tables(readme: str) -> list[list[str]]:
    """The cells of each table row; those of options and figures are the same in both languages."""
    return [line.strip("| ").split(" | ") for line in TEXTS[readme].splitlines() if line.startswith("|")]


def test_the_figures_are_the_same_in_both() -> None:
    def figures(readme: str) -> list[list[str]]:
        return [[cell for cell in row if re.fullmatch(r"[\d.]+", cell)] for row in tables(readme)]

    assert figures("README.md") == figures("README.zh.md")


# --- every name ------------------------------------------------------------------------------------------------------

NAMES = [*MEASURES, *READERS, *EXTENSIONS, *UNPACKERS, *WRITERS, *ENGINES, *COLUMNS]
OPTIONS = sorted(
    {name for command in cli.commands.values() for param in command.params for name in param.opts if name[0] == "-"}
)


@pytest.mark.parametrize("readme", READMES)
def test_every_name_stands_in_the_readme(readme: str) -> None:
    assert [name for name in NAMES if f"`{name}`" not in TEXTS[readme]] == []


@pytest.mark.parametrize("readme", READMES)
def test_every_option_stands_in_the_readme(readme: str) -> None:
    assert [name for name in OPTIONS if not re.search(rf"`{name}[ `]", TEXTS[readme])] == []


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_has_help_and_stands_in_the_readmes(name: str) -> None:
    command = cli.commands[name]
    assert command.help
    assert [param.name for param in command.params if isinstance(param, click.Option) and not param.help] == []
    assert [readme for readme in READMES if f"termmine {name}" not in TEXTS[readme]] == []


@pytest.mark.parametrize("readme", READMES)
def test_links_lead_to_headings_and_files(readme: str) -> None:
    text = _BLOCK.sub("", TEXTS[readme])
    anchors = {re.sub(r"[^\w\- ]", "", line.lstrip("# ").lower()).replace(" ", "-") for line in headings(readme)}
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if ":" not in link]
    assert links
    assert [link for link in links if link[0] == "#" and link[1:] not in anchors] == []
    assert [link for link in links if link[0] != "#" and not (ROOT / link).exists()] == []


@pytest.mark.parametrize("readme", READMES)
def test_the_option_table_tells_the_defaults(readme: str) -> None:
    rows = {flag: row for row in tables(readme) for flag in re.findall(r"--[a-z-]+", row[0])}
    for option in cli.commands["discover"].params:
        default = option.default
        if isinstance(option, click.Option) and isinstance(default, (int, float, str)) and default not in (False, "-"):
            assert rows[option.opts[-1]][1] == str(default), option.name


# --- benchmarks ------------------------------------------------------------------------------------------------------


def test_the_benchmark_names_its_peers() -> None:
    peers = runpy.run_path(str(ROOT / "benchmarks" / "peers.py"))["PEERS"]
    requirements = (ROOT / "benchmarks" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line.split("==")[0] for line in requirements if not line.startswith("#")] == list(peers)
