"""What the directory listing promises: import order, sole doors, docstrings, a light `--help`."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "termmine"
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts): ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted(PACKAGE.rglob("*.py"))
}

#: The way of the data, from the ground up: an entry imports from those before it, and from itself. docs/architecture.md
#: says what each is for.
ORDER = (
    "version errors kernels runtime types options measures readers text counting search formats candidates ranking "
    "meaning pipeline evaluation review api cli __main__ __init__"
).split()

#: A third-party package -> the modules that may import it; "ranking ..." stands for all entries from there on.
DOORS = {
    "numba": "kernels.jit",
    "jieba": "search.jieba",
    "ahocorasick": "search.finder",
    "openpyxl": "formats.xlsx",
    "tqdm": "runtime.progress",
    "psutil": "runtime.memory",
    "click": "cli",
    "pandas": "formats ...",
    "zstd": "readers.files",
    "mwparserfromhell": "readers.wikitext",
    "expat": "readers.elements",
    "pyarrow": "readers.parquet,counting.spark.batches",  # files; what passes between Spark and the kernels
    "fsspec": "runtime.remote",
    "pyspark": "counting.spark.session",
    "markdown_it": "readers.markup",
    "pypdf": "readers.office",
    "opencc": "text.traditional",
    "vl_convert": "review.draw",
    "tomli": "cli.settings",
    "scipy": "meaning",
    "sklearn": "meaning.layout",
    "threadpoolctl": "meaning.layout",
}


def _imports(tree: ast.Module) -> Iterator[str]:
    """Every module that is imported anywhere in a file, as `a.b.c`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _entry(name: str) -> str:
    """The entry of the listing that a module belongs to."""
    return name.split(".")[0]


def test_the_order_names_the_listing() -> None:
    assert sorted(ORDER) == sorted({_entry(name) for name in MODULES})


@pytest.mark.parametrize("name", MODULES)
def test_imports_lead_downwards(name: str) -> None:
    own = ORDER.index(_entry(name))
    for imported in _imports(MODULES[name]):
        package, *rest = imported.split(".")
        if package == "termmine" and rest and rest[0] in ORDER:
            assert ORDER.index(rest[0]) <= own, f"{name} imports {imported}"


@pytest.mark.parametrize("entry", sorted({_entry(name) for name in MODULES if "." in name}))
def test_no_imports_in_a_circle(entry: str) -> None:
    """Within a package the modules can be put in an order, too."""
    members = {name: set() for name in MODULES if _entry(name) == entry}
    for name in members:
        for imported in _imports(MODULES[name]):
            for known in members:
                if (imported + ".").startswith(f"termmine.{known}.") and known != name:
                    members[name].add(known)
    list(TopologicalSorter(members).static_order())


@pytest.mark.parametrize("name", [name for name in MODULES if name.endswith(".__init__") and name != "cli.__init__"])
def test_a_package_holds_its_exports_and_nothing_else(name: str) -> None:
    docstring, *rest = MODULES[name].body
    assert isinstance(docstring, ast.Expr)
    assert all(isinstance(node, (ast.Import, ast.ImportFrom, ast.Assign)) for node in rest)


def _foreign(imported: str) -> list[str]:
    """The parts of an imported name, if it is not ours."""
    parts = imported.split(".")
    return [] if parts[0] == "termmine" else parts


@pytest.mark.parametrize("package", DOORS)
def test_a_package_has_its_doors(package: str) -> None:
    door, _, onwards = DOORS[package].partition(" ")
    allowed = set(ORDER[ORDER.index(door) :]) if onwards else set(door.split(","))
    users = {name for name, tree in MODULES.items() for path in _imports(tree) if package in _foreign(path)}
    assert {name for name in users if not {name, _entry(name)} & allowed} == set()


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
