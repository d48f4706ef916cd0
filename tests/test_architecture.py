"""What the directory listing promises: import order, sole doors, docstrings, a light `--help`."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "termmine"
PATHS = [*sorted(PACKAGE.glob("*.py")), *sorted(PACKAGE.glob("*/*.py"))]
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts): ast.parse(path.read_text(encoding="utf-8"))
    for path in PATHS
}

# A module imports from lower ranks only.
RANKS = {
    "errors": 0, "version": 0,
    "kernels.loading": 0, "kernels.cache": 0.1, "kernels.base": 0.2, "kernels.pairs": 0.4, "kernels.counting": 0.5,
    "kernels.encoding": 0.5, "kernels.decoding": 0.5, "kernels.tries": 0.5, "kernels.lines": 0.5,
    "kernels.tables": 0.5, "kernels.searching": 0.6, "kernels.contexts": 0.7, "kernels.__init__": 1,
    "memory": 1, "tape": 1, "arrays": 1.5, "resources": 1.5,
    "locks": 2, "options": 2, "types": 2,
    "files": 2.2,
    "corpus.base": 2.5, "corpus.files": 2.6, "corpus.decoding": 2.7, "corpus.records": 2.8,
    "corpus.markup": 2.8, "corpus.wikitext": 2.8, "corpus.wiki": 2.9, "corpus.parquet": 2.9,
    "corpus.documents": 2.9,
    "cells": 3, "corpus.__init__": 3, "evaluate": 3,
    "folding": 3,
    "characters": 3.5, "alphabets": 3.6,
    "encode": 4, "lexicon": 4, "spool": 4,
    "spans": 4, "levels": 4, "places": 4.5, "pairs": 4.6, "counts": 5, "measures": 5, "tries": 5,
    "segment": 6,
    "candidates": 7, "contexts": 7, "surface": 7,
    "contrast": 8,
    "xlsx": 8, "export.rendered": 8, "export.lines": 8, "progress": 9, "termlist": 9,
    "export.dictionaries": 9, "export.tables": 9, "export.tbx": 9,
    "export.__init__": 9.5,
    "countfile": 5, "sources": 9.5, "backgrounds": 9.6, "census": 10,
    "feedback": 9.2, "locate": 9.2, "compare": 9.4, "concordance": 9.4, "examples": 9.4, "rules": 9.4,
    "ranking": 9.9, "pipeline": 10,
    "check": 11, "explain": 11, "report": 11,
    "cli.log": 12, "cli.settings": 12, "cli.signals": 12,
    "cli.group": 13, "cli.shared": 13,
    "cli.compare": 14, "cli.config": 14, "cli.contexts": 14, "cli.count": 14,
    "cli.info": 14, "cli.merge": 14, "cli.discover": 14, "cli.evaluate": 14, "cli.explain": 14, "cli.export": 14,
    "cli.__init__": 15,
    "__init__": 16, "__main__": 16,
}  # fmt: skip

# A third-party package -> the modules that may import it.
DOORS = {
    "numba": {"kernels.__init__", "kernels.base", "kernels.cache", "kernels.loading"},
    "jieba": {"segment"},
    "ahocorasick": {"lexicon"},
    "openpyxl": {"xlsx"},
    "tqdm": {"progress"},
    "click": {name for name in RANKS if name.startswith("cli.")},
    "pandas": {name for name, rank in RANKS.items() if rank >= RANKS["candidates"]},
    "zstd": {"corpus.files"},
    "mwparserfromhell": {"corpus.wikitext"},
    "expat": {"corpus.wiki"},
    "pyarrow": {"corpus.parquet"},
    "markdown_it": {"corpus.markup"},
    "docx": {"corpus.documents"},
    "opencc": {"folding"},
    "pypdf": {"corpus.documents"},
    "tomli": {"cli.settings"},
}


def _imports(tree: ast.Module) -> Iterator[str]:
    """Every module that is imported anywhere in a file, as `a.b.c`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("name", MODULES)
def test_imports_lead_downwards(name: str) -> None:
    assert name in RANKS, f"give {name} a rank"
    for imported in _imports(MODULES[name]):
        package, _, rest = imported.partition(".")
        parts = rest.split(".")
        for module in (parts[0], f"{parts[0]}.__init__", ".".join(parts[:2])):
            if package == "termmine" and module in MODULES and not name.startswith(module.removesuffix("__init__")):
                assert RANKS[module] < RANKS[name], f"{name} imports {module}"


@pytest.mark.parametrize("package", DOORS)
def test_a_package_has_its_doors(package: str) -> None:
    users = {name for name, tree in MODULES.items() for path in _imports(tree) if package in path.split(".")}
    assert users <= DOORS[package]


def _public(body: list[ast.stmt], name: str) -> Iterator[tuple[str, ast.AST]]:
    for node in body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and not node.name.startswith("_"):
            yield f"{name}.{node.name}", node
            if isinstance(node, ast.ClassDef):
                yield from _public(node.body, f"{name}.{node.name}")


@pytest.mark.parametrize("name", MODULES)
def test_everything_public_has_a_docstring(name: str) -> None:
    tree = MODULES[name]
    without = [where for where, node in [(name, tree), *_public(tree.body, name)] if not ast.get_docstring(node)]
    assert not without


@pytest.mark.parametrize("name", sorted(name for name in MODULES if not name.startswith("cli.")))
def test_only_the_command_line_prints_and_exits(name: str) -> None:
    calls = {ast.unparse(node.func) for node in ast.walk(MODULES[name]) if isinstance(node, ast.Call)}
    assert not calls & {"print", "exit", "quit", "sys.exit", "os._exit", "sys.stdout.write", "sys.stderr.write"}


def test_help_imports_click_alone() -> None:
    script = (
        "import sys; before = set(sys.modules)\n"
        "from termmine.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "new = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(new - sys.stdlib_module_names), file=sys.stderr)\n"
    )
    command = [sys.executable, "-c", script, "discover", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == "['click', 'termmine']\n"
    assert "--background" in done.stdout


SAMPLE = Path(__file__).parents[1] / "data" / "sample"


@pytest.mark.parametrize("arguments", [["count", "-o", "power.tmc"], ["discover", "-o", "terms.csv"]])
def test_the_main_jobs_do_without_pandas(tmp_path: Path, arguments: list[str]) -> None:
    """It would take 40 MiB of the least --memory, and a fifth of a second."""
    script = (
        "import sys\n"
        "from termmine.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "print('pandas' in sys.modules)\n"
    )
    command = [sys.executable, "-c", script, *arguments, str(SAMPLE / "power.txt")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout == "False\n"
