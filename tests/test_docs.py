"""The documents say what is so: every name stands in them, and their examples run as they are printed.

The documents are the READMEs, CONTRIBUTING.md and the pages of docs/. An example is a fenced block after the line
`<!-- example -->`: a shell session (`console`), a Python session (`pycon`) or Python code (`python`) for the sessions
after it. The examples of a page run in order in one empty directory, beside `data/`; the files that one makes are there
for the next. A page in Chinese (`.zh.md`) shows examples of the English pages. With TERMMINE_REWRITE_DOCS=1 in the
environment the outputs are written anew into all pages instead of compared (in one process: `pytest -n 0`).
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
from termmine.counting.engines import ENGINES
from termmine.formats.write import COLUMNS, WRITERS
from termmine.measures import MEASURES
from termmine.readers.files import UNPACKERS
from termmine.readers.formats import EXTENSIONS, READERS

ROOT = Path(__file__).parents[1]
PAGES = [path.name for path in sorted(ROOT.glob("*.md"))] + [
    f"docs/{p.name}" for p in sorted((ROOT / "docs").glob("*.md"))
]
TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in PAGES}
CHINESE = [name for name in PAGES if name.endswith(".zh.md")]
ENGLISH = [name for name in PAGES if name not in CHINESE]
READMES = ["README.md", "README.zh.md"]
REFERENCES = ["docs/reference.md", "docs/manual.zh.md"]  # the table of options, in either language
#: English page -> the same in Chinese, block by block and heading by heading.
PAIRS = {name: name.replace(".md", ".zh.md") for name in ["README.md", "docs/tutorial.md"]}
LANGUAGES = [ENGLISH, CHINESE]

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


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page in order."""
    return [Block(*(group or "" for group in match.groups())) for match in _BLOCK.finditer(TEXTS[page])]


def examples(page: str) -> list[Block]:
    """The blocks of a page that are run."""
    return [block for block in blocks(page) if block.is_example]


def headings(page: str) -> list[str]:
    """The headings of a page, without what stands in its blocks."""
    return re.findall(r"^#+ .*$", _BLOCK.sub("", TEXTS[page]), re.MULTILINE)


# --- running them ----------------------------------------------------------------------------------------------------


def shell_session(text: str) -> str:
    """The commands of a shell session, each with what it writes now."""
    commands = [line for line in text.splitlines() if line.startswith("$ ")]
    return "".join(f"{command}\n{_shell(command)}" for command in commands)


_CLOSING = re.compile(r"^termmine: [\d,]+ terms? in .*, \d+\.\d s\n", re.MULTILINE)  # the time is another each time


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
    return _CLOSING.sub("", written)


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


def rerun(shown: list[Block]) -> list[str]:
    """The text of each example as it is when run now, in order and in one place."""
    names: dict[str, Any] = {}
    texts = []
    for block in shown:
        if block.language == "console":
            texts.append(shell_session(block.text))
        elif block.language == "pycon":
            texts.append(python_session(block.text, names))
        else:
            exec(compile(block.text, "README", "exec"), names)
            texts.append(block.text)
    return texts


@pytest.mark.skipif(TINY, reason="the sample is too large for uncompiled kernels")
@pytest.mark.parametrize("page", [page for page in ENGLISH if examples(page)])
def test_the_examples_print_what_the_page_shows(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    shown = [block.text for block in examples(page)]
    fresh = rerun(examples(page))
    if REWRITE:
        for name in [page, *CHINESE]:
            rewrite(name, dict(zip(shown, fresh, strict=True)))
    else:
        assert fresh == shown


def rewrite(page: str, fresh: dict[str, str]) -> None:
    """Put fresh texts in the place of a page's examples, the old text of each being known."""

    def replace(match: re.Match[str]) -> str:
        mark, language, text = match.groups()
        return f"<!-- example -->\n```{language}\n{fresh.get(text, text)}```" if mark == "example" else match[0]

    text = (ROOT / page).read_text(encoding="utf-8")
    (ROOT / page).write_text(_BLOCK.sub(replace, text), encoding="utf-8")


def test_examples_are_of_languages_that_are_run() -> None:
    assert {block.language for page in ENGLISH for block in examples(page)} == {"console", "pycon", "python"}


# --- the pages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("readme", READMES)
def test_the_first_two_commands_do_everything(readme: str) -> None:
    assert blocks(readme)[:2] == [Block("run", "sh", RUN), Block("test", "sh", TEST)]


@pytest.mark.parametrize("readme", READMES)
def test_a_readme_fits_two_screens(readme: str) -> None:
    assert len(TEXTS[readme].splitlines()) <= 150


@pytest.mark.skipif(REWRITE, reason="the files are being rewritten")
@pytest.mark.parametrize("page", PAIRS)
def test_both_languages_are_in_step(page: str) -> None:
    assert blocks(page) == blocks(PAIRS[page])
    english_levels, chinese_levels = ([line.split()[0] for line in headings(name)] for name in (page, PAIRS[page]))
    assert english_levels == chinese_levels


@pytest.mark.skipif(REWRITE, reason="the files are being rewritten")
@pytest.mark.parametrize("page", CHINESE)
def test_chinese_pages_show_what_english_pages_show(page: str) -> None:
    english = {block for name in ENGLISH for block in blocks(name)}
    assert [block for block in blocks(page) if block not in english] == []


@pytest.mark.parametrize("page", PAGES)
def test_no_fence_is_left_open(page: str) -> None:
    assert "```" not in _BLOCK.sub("", TEXTS[page])


def tables(page: str) -> list[list[str]]:
    """The cells of each table row; those of options and figures are the same in both languages."""
    return [line.strip("| ").split(" | ") for line in TEXTS[page].splitlines() if line.startswith("|")]


@pytest.mark.parametrize("page", PAIRS)
def test_the_figures_are_the_same_in_both(page: str) -> None:
    def figures(page: str) -> list[list[str]]:
        return [[cell for cell in row if re.fullmatch(r"[\d.]+", cell)] for row in tables(page)]

    assert figures(page) == figures(PAIRS[page])


def test_the_index_lists_every_page() -> None:
    linked = {f"docs/{link}" for link in re.findall(r"\]\(([\w.-]+\.md)\)", TEXTS["docs/README.md"])}
    assert {page for page in PAGES if page.startswith("docs/")} - linked == {"docs/README.md"}


# --- every name ------------------------------------------------------------------------------------------------------

NAMES = [*MEASURES, *READERS, *EXTENSIONS, *UNPACKERS, *WRITERS, *ENGINES, *COLUMNS]
OPTIONS = sorted(
    {name for command in cli.commands.values() for param in command.params for name in param.opts if name[0] == "-"}
)


def together(pages: list[str]) -> str:
    """The text of all pages of a language."""
    return "\n".join(TEXTS[page] for page in pages)


@pytest.mark.parametrize("pages", LANGUAGES, ids=["english", "chinese"])
def test_every_name_stands_in_the_documents(pages: list[str]) -> None:
    text = together(pages)
    assert [name for name in NAMES if f"`{name}`" not in text] == []


@pytest.mark.parametrize("pages", LANGUAGES, ids=["english", "chinese"])
def test_every_option_stands_in_the_documents(pages: list[str]) -> None:
    text = together(pages)
    assert [name for name in OPTIONS if not re.search(rf"`{name}[ `]", text)] == []


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_has_help_and_stands_in_the_references(name: str) -> None:
    command = cli.commands[name]
    assert command.help
    assert [param.name for param in command.params if isinstance(param, click.Option) and not param.help] == []
    assert [page for page in REFERENCES if f"termmine {name}" not in TEXTS[page]] == []


def anchors(page: str) -> set[str]:
    """What a link to a heading of a page may end with."""
    return {re.sub(r"[^\w\- ]", "", line.lstrip("# ").lower()).replace(" ", "-") for line in headings(page)}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_headings_and_files(page: str) -> None:
    text = _BLOCK.sub("", TEXTS[page])
    for link in re.findall(r"\]\(([^)]+)\)", text):
        if ":" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.resolve().relative_to(ROOT).as_posix()), link


@pytest.mark.parametrize("page", REFERENCES)
def test_the_option_table_tells_the_defaults(page: str) -> None:
    rows = {}
    for row in tables(page):
        for flag in re.findall(r"--[a-z-]+", row[0]):
            rows.setdefault(flag, row)  # a later table is that of another command
    for option in cli.commands["discover"].params:
        default = option.default
        if isinstance(option, click.Option) and isinstance(default, (int, float, str)) and default not in (False, "-"):
            assert rows[option.opts[-1]][1] == str(default), option.name


# --- the architecture ------------------------------------------------------------------------------------------------

ARCHITECTURE = "docs/architecture.md"


def test_the_tree_names_the_listing() -> None:
    tree = next(block.text for block in blocks(ARCHITECTURE) if block.text.startswith("termmine/\n"))
    named = {line.split()[0].rstrip("/") for line in tree.splitlines()[1:]}
    there = {
        path.name for path in (ROOT / "termmine").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert named == there


@pytest.mark.parametrize("page", [page for page in PAGES if page != "CHANGELOG.md"])
def test_the_files_that_are_named_exist(page: str) -> None:
    """A path may be followed by a name in it: `measures.py:MEASURES`."""
    found = re.findall(r"`(\w[\w./]*(?:\.py|/))(?::(\w+))?`", _BLOCK.sub("", TEXTS[page]))
    assert len(found) > 10 or page != ARCHITECTURE
    for path, name in found:
        places = [place for place in (ROOT / path, ROOT / "termmine" / path) if place.exists()]
        assert places, path
        assert not name or re.search(
            rf"^(def |class )?{name}\b", places[0].read_text(encoding="utf-8"), re.MULTILINE
        ), name


# --- benchmarks ------------------------------------------------------------------------------------------------------


def test_the_benchmark_names_its_peers() -> None:
    peers = runpy.run_path(str(ROOT / "benchmarks" / "peers.py"))["PEERS"]
    requirements = (ROOT / "benchmarks" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line.split("==")[0] for line in requirements if not line.startswith("#")] == list(peers)
