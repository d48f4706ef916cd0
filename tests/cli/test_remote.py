"""The commands on addresses: the same bytes as on this machine's files, and one line for whatever is wrong."""

from __future__ import annotations

import gzip
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import termmine
from support.command import ENCYCLOPEDIA, POWER, run
from support.servers import Pages, in_memory


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A store in memory, and a directory, that hold the same files under the same names."""
    monkeypatch.chdir(tmp_path)
    with in_memory() as memory:
        files = {
            "corpus.txt": POWER.read_bytes(), "wiki.txt.gz": gzip.compress(ENCYCLOPEDIA.read_bytes()),
            "docs/a.txt": POWER.read_bytes(), "docs/sub/b.txt": ENCYCLOPEDIA.read_bytes(),
            "ban.txt": "变压器\n/^绝缘/\n".encode(), "known.csv": "term,score\n断路器,1\n".encode(),
            "terms.txt": "变压器\n断路器\n".encode(),
        }  # fmt: skip
        for name, data in files.items():
            Path(name).parent.mkdir(exist_ok=True)
            Path(name).write_bytes(data)
            memory.pipe(f"/b/{name}", data)
        yield memory


CALLS = [
    "discover {}corpus.txt -b {}wiki.txt.gz --top 50",
    "discover {}docs -b {}wiki.txt.gz --document file --top 50",
    "discover {}corpus.txt --ban {}ban.txt --known {}known.csv --like {}terms.txt --contexts 1 --top 50",
    "explain 变压器 压器 -c {}corpus.txt -b {}wiki.txt.gz",
    "contexts 变压器 {}corpus.txt --limit 3",
    "tally {}terms.txt {}corpus.txt {}docs",
    "export {}known.csv --to jieba",
    "evaluate {}known.csv --gold {}terms.txt",
]


@pytest.mark.parametrize("call", CALLS)
def test_a_command_gives_the_same(call: str, store: Any) -> None:
    local = run(*call.replace("{}", "").split())
    remote = run(*call.replace("{}", "memory://b/").split())
    assert local.code == remote.code == 0, remote.err
    assert remote.out.replace(b"memory:///b/", b"").replace(b"memory://b/", b"") == local.out
    assert local.out


def test_count_files(store: Any) -> None:
    """Written to a store, read from it, added to, merged: the same bytes as here."""
    for count in ["corpus.txt -o c.tmc --neighbours", "wiki.txt.gz -o w.tmc --neighbours", "w.tmc docs -o all.tmc"]:
        assert run("count", *count.split()).code == 0
        at = " ".join(name if name.startswith("-") else f"memory://b/{name}" for name in count.split())
        result = run("count", *at.split())
        assert result.code == 0, result.err
    assert run("merge", "c.tmc", "w.tmc", "-o", "m.tmc").code == 0
    assert run("merge", "memory://b/c.tmc", "memory://b/w.tmc", "-o", "memory://b/m.tmc").code == 0
    for name in ("c.tmc", "w.tmc", "all.tmc", "m.tmc"):
        assert store.cat(f"/b/{name}") == Path(name).read_bytes()
    assert run("info", "memory://b/c.tmc") == run("info", "c.tmc")
    assert (
        run("discover", "memory://b/c.tmc", "-b", "memory://b/w.tmc").out == run("discover", "c.tmc", "-b", "w.tmc").out
    )
    assert run("count", "c.tmc", "--add", "docs").code == 0
    assert run("count", "memory://b/c.tmc", "--add", "memory://b/docs").code == 0
    assert store.cat("/b/c.tmc") == Path("c.tmc").read_bytes()


def test_outputs(store: Any) -> None:
    given = ["corpus.txt", "-b", "wiki.txt.gz", "--top", "20"]
    assert run("discover", *given, "-o", "t.xlsx", "--meta", "m.json", "--absorbed", "a.csv").code == 0
    outputs = ["-o", "memory://b/t.xlsx", "--meta", "memory://b/m.json", "--absorbed", "memory://b/a.csv"]
    result = run("discover", *given, *outputs)
    assert result.code == 0, result.err
    assert "20 terms in memory://b/t.xlsx" in result.err
    for name in ("m.json", "a.csv"):
        assert store.cat(f"/b/{name}") == Path(name).read_bytes()
    assert run("export", "memory://b/t.xlsx", "--to", "txt").out == run("export", "t.xlsx", "--to", "txt").out
    assert not [path for path in Path().iterdir() if path.name.startswith(".termmine")]


def test_a_page_as_corpus_and_background(store: Any, pages: Pages) -> None:
    corpus = pages.put("corpus.txt", POWER.read_bytes())
    background = pages.put("wiki.txt.gz", gzip.compress(ENCYCLOPEDIA.read_bytes()))
    expected = run("discover", "corpus.txt", "-b", "wiki.txt.gz").out
    assert run("discover", corpus, "-b", background).out == expected
    pages.ranges = False
    pages.cuts = [5000] * 99
    result = run("discover", corpus, "-b", background, "-o", "t.csv")
    assert (result.code, result.out, result.err.count("\n")) == (1, b"", 1)
    assert "the connection broke after 5000 of" in result.err
    assert not Path("t.csv").exists()


ERRORS = {
    "discover memory://b/nothing.txt": (1, "memory://b/nothing.txt: no such file or directory: check the address"),
    "discover foo://b/x": (
        2, "foo://b/x: no store is known by foo://: use s3://, gs://, hdfs://, https:// or a path",
    ),
    "discover corpus.txt -b memory://b/x": (1, "memory://b/x: no such file or directory: check the address"),
    "discover corpus.txt --ban memory://b/x": (1, "memory://b/x: no such file or directory: check the address"),
    "discover corpus.txt -o https://example.com/x.csv": (
        2,
        "https://example.com/x.csv: a web server only gives files: write to a store as s3://, or to a file",
    ),
    "count corpus.txt -o memory://nowhere/x.tmc": (
        2, "memory://nowhere/x.tmc: there is no /nowhere: create it first, or choose another place",
    ),
    "discover gs://b/x": (2, "gs://b/x needs the package gcsfs, which is not installed: run "),
}  # fmt: skip


@pytest.mark.parametrize("call", ERRORS)
def test_what_is_wrong_in_one_line(call: str, store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    code, said = ERRORS[call]
    result = run(*call.split())
    assert (result.code, result.out) == (code, b"")
    assert result.err.startswith(f"termmine: error: {said}"), result.err
    assert result.err.count("\n") == 1


def test_an_extra_that_is_missing(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("fsspec", "fsspec.core"):
        monkeypatch.setitem(sys.modules, module, None)
    result = run("discover", "s3://bucket/docs")
    assert result.code == 2
    assert "s3://bucket/docs needs the package termmine[remote]" in result.err
    assert 'install "termmine[remote]"' in result.err


def test_the_library_has_the_same_reach(store: Any) -> None:
    terms = termmine.discover(["memory://b/docs", "ban.txt"], "memory://b/wiki.txt.gz", ban="memory://b/ban.txt")
    assert terms.equals(termmine.discover(["docs", "ban.txt"], "wiki.txt.gz", ban="ban.txt"))
    termmine.count("memory://b/docs", "memory://b/d.tmc")
    termmine.count("docs", "d.tmc")
    assert store.cat("/b/d.tmc") == Path("d.tmc").read_bytes()
    assert termmine.export("memory://b/known.csv", "memory://b/dict.txt", to="jieba") == store.cat("/b/dict.txt")


def test_addresses_in_a_settings_file(store: Any) -> None:
    Path("termmine.toml").write_text('background = "memory://b/wiki.txt.gz"\ntop = 9\n', encoding="utf-8")
    result = run("discover", "memory://b/corpus.txt", "-q")
    assert result.code == 0
    shutil.move("termmine.toml", "docs/t.toml")
    assert run("discover", "memory://b/corpus.txt", "-q", "--config", "docs/t.toml").out == result.out
    assert run("discover", "corpus.txt", "-b", "wiki.txt.gz", "--top", 9).out == result.out
