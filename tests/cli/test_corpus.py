"""The corpus of every command: named, from a list, in folders of which some files are taken."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

import termmine
from support.command import ENCYCLOPEDIA, POWER, run
from termmine.cli import cli


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A corpus in three files, a list of them, and a folder that holds them beside what is no text."""
    monkeypatch.chdir(tmp_path)
    lines = POWER.read_bytes().splitlines(keepends=True)
    for number, name in enumerate(["a.txt", "b c.txt", "d.txt"]):
        for place in (Path(name), Path("docs") / name):
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(b"".join(lines[number::3]))
    Path("docs/code.py").write_text("变压器 = 1\n" * 99, encoding="utf-8")
    Path("docs/pic.svg").write_text("<svg>", encoding="utf-8")
    Path("wiki.txt").write_bytes(ENCYCLOPEDIA.read_bytes())
    Path("list").write_text("a.txt\n\n# the second\nb c.txt\nd.txt\n", encoding="utf-8")
    Path("list0").write_bytes(b"a.txt\0b c.txt\0d.txt\0")
    Path("terms.csv").write_text("term,score\n变压器,2\n断路器,1\n", encoding="utf-8")
    Path("gold.txt").write_text("变压器\n断路器\n", encoding="utf-8")
    return tmp_path


NAMED = ["a.txt", "b c.txt", "d.txt"]
CALLS = {
    "discover": ["discover", "-b", "wiki.txt", "--top", "30"],
    "explain": ["explain", "变压器", "-b", "wiki.txt"],
    "contexts": ["contexts", "变压器", "断路器", "--limit", "3"],
    "tally": ["tally", "terms.csv"],
    "evaluate": ["evaluate", "terms.csv", "--gold", "gold.txt"],
    "review": ["review", "terms.csv", "-o", "-"],
}


def with_corpus(call: list[str], paths: list[str]) -> list[str]:
    option = "corpus" in {param.name for param in cli.commands[call[0]].params if "-c" in param.opts}
    return call + [word for path in paths for word in (["-c", path] if option else [path])]


@pytest.mark.parametrize("name", CALLS)
def test_a_list_is_read_as_its_paths_are(name: str) -> None:
    expected = run(*with_corpus(CALLS[name], NAMED))
    assert expected.code == 0, expected.err
    assert run(*CALLS[name], "--files-from", "list") == expected
    assert run(*CALLS[name], "--files-from", "-", "-0", stdin=Path("list0").read_bytes()).out == expected.out
    Path("list.gz").write_bytes(gzip.compress(b"b c.txt\nd.txt\n"))
    assert run(*with_corpus(CALLS[name], ["a.txt"]), "--files-from", "list.gz").out == expected.out


@pytest.mark.parametrize("name", CALLS)
def test_what_is_left_out_of_a_folder_is_told(name: str) -> None:
    result = run(*with_corpus(CALLS[name], ["docs"]))
    assert result.code == 0, result.err
    assert "left out 2 files: 1 .py, 1 .svg; --include '*.py' takes them" in result.err
    quiet = run(*with_corpus(CALLS[name], ["docs"]), "--exclude", "*.svg", "--exclude", "code.*")
    assert (quiet.code, quiet.out) == (0, result.out)
    assert "left out" not in quiet.err


def test_what_is_included(here: Path) -> None:
    plain, more = run("tally", "terms.csv", "docs").out, run("tally", "terms.csv", "docs", "--include", "*.py").out
    freq = [int(out.decode().splitlines()[1].split(",")[2]) for out in (plain, more)]
    assert freq[1] == freq[0] + 99
    assert run("tally", "terms.csv", "docs/code.py").code == 0  # named, it is read whatever it is called


def test_count_takes_a_list() -> None:
    assert run("count", *NAMED, "-o", "named.tmc").code == 0
    assert run("count", "--files-from", "list", "-o", "listed.tmc").code == 0
    assert Path("named.tmc").read_bytes() == Path("listed.tmc").read_bytes()
    result = run("count", "docs", "-o", "folder.tmc")
    assert "corpus: left out 2 files: 1 .py, 1 .svg; --include '*.py' takes them" in result.err
    assert Path("folder.tmc").read_bytes() == Path("named.tmc").read_bytes()


ERRORS = {
    "discover": (2, "Missing argument 'CORPUS...': see termmine discover --help"),
    "explain 变压器": (2, "Missing option '-c' / '--corpus': see termmine explain --help"),
    "discover --null a.txt": (2, "--null: belongs to a list of files: name it by --files-from"),
    "discover --files-from nothing": (1, "nothing: No such file or directory: check the path and the permissions"),
    "discover - --files-from -": (2, "- is given more than once: standard input can be read only once"),
    "discover -b - --files-from -": (2, "- is given more than once: standard input can be read only once"),
    "discover docs --exclude *": (1, "docs: nothing is left of the directory: --exclude leaves 5 files out"),
}


@pytest.mark.parametrize("call", ERRORS)
def test_mistakes(call: str) -> None:
    code, line = ERRORS[call]
    assert run(*call.split()) == type(run("help"))(code, b"", f"termmine: error: {line}\n")


def test_the_library_has_the_same_reach(caplog: pytest.LogCaptureFixture) -> None:
    files = termmine.files_from("list")
    assert files == [Path(name) for name in NAMED]
    given = {"background": "wiki.txt", "top": 30}
    assert termmine.discover(files, **given).equals(termmine.discover(NAMED, **given))
    assert termmine.discover("docs", include=["*.py"], **given).attrs["signature"]["options"]["include"] == ["*.py"]
    caplog.clear()
    assert len(termmine.contexts("变压器", "docs", exclude=["d.txt"]))
    assert [record.message for record in caplog.records] == [
        "corpus: left out 2 files: 1 .py, 1 .svg; --include '*.py' takes them"
    ]
