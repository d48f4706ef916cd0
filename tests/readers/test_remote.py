"""Every format from a store and from a web server that drops connections: the same documents as from the disk."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from support.files import FILES
from support.servers import Pages
from termmine import TermmineError
from termmine.options import ReadOptions
from termmine.readers.base import ReadReport
from termmine.readers.source import open_files

PACKERS = {"": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


def documents(path: Path | str) -> list[tuple[int, str]]:
    return [(document.line, "".join(document.blocks)) for document in open_files([path]).documents(ReadOptions())]


def text(*paths: Path | str) -> str:
    return "".join(open_files(paths).strings(ReadOptions()))


@pytest.mark.parametrize("packing", PACKERS)
@pytest.mark.parametrize("form", FILES)
def test_every_format(form: str, packing: str, tmp_path: Path, pages: Pages, memory: Any) -> None:
    name, data, _ = FILES[form]
    packed = PACKERS[packing](data)
    local = tmp_path / f"{name}{packing}"
    local.write_bytes(packed)
    memory.pipe(f"/b/{name}{packing}", packed)
    page = pages.put(f"{name}{packing}", packed)
    expected = documents(local)
    assert documents(f"memory://b/{name}{packing}") == expected
    for ranges in (True, False):
        pages.ranges = ranges
        assert documents(page) == expected


@pytest.mark.parametrize("form", FILES)
def test_every_format_over_a_line_that_breaks(form: str, tmp_path: Path, pages: Pages) -> None:
    name, data, _ = FILES[form]
    (tmp_path / name).write_bytes(data)
    source = open_files([pages.put(name, data)])
    assert source.size == len(data)
    pages.cuts = [len(data) // 3] * 5
    read = [(document.line, "".join(document.blocks)) for document in source.documents(ReadOptions())]
    assert read == documents(tmp_path / name)


@pytest.mark.parametrize("packing", PACKERS)
def test_a_packed_file_that_breaks_is_no_damaged_one(packing: str, pages: Pages) -> None:
    """It is said that the line broke, and not that the file is damaged."""
    pages.ranges = False
    source = open_files([pages.put(f"x.txt{packing}", PACKERS[packing]("变压器故障\n".encode() * 999))])
    assert source.size
    pages.cuts = [10**6, 50] if packing == "" else [50]  # plain text is looked at first
    with pytest.raises(TermmineError, match=r"the connection broke after 50 of"):
        "".join(source.strings(ReadOptions()))


def test_folders_and_patterns(tmp_path: Path, memory: Any) -> None:
    names = ["b.txt", "a/z.md", "a/y.jsonl", ".hidden", "a/.git/config", "c.txt.gz"]
    contents = {name: f'{{"text": "{name}"}}\n'.encode() for name in names}
    contents["c.txt.gz"] = gzip.compress(contents["c.txt.gz"])
    for name, data in contents.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
        memory.pipe(f"/b/docs/{name}", data)
    assert text("memory://b/docs") == text(tmp_path) == text("memory://b/docs/")
    assert text("memory://b/docs/*.txt*") == text(tmp_path / "b.txt", tmp_path / "c.txt.gz")
    assert text("memory://b/docs/[a]") == text(tmp_path / "a")
    memory.pipe("/b/[1].txt", b"1")  # the name of an object is itself before it is a pattern
    memory.pipe("/b/1.txt", b"2")
    assert text("memory://b/[1].txt")[:-1] == "1"


def test_members_of_an_archive(tmp_path: Path, memory: Any) -> None:
    names = ["docs/a.txt", "docs/b.md", "other/c.txt"]
    packed, taped = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive, tarfile.open(fileobj=taped, mode="w:gz") as tape:
        for name in names:
            archive.writestr(name, f"{name}\n")
            member = tarfile.TarInfo(name)
            member.size = len(name) + 1
            tape.addfile(member, io.BytesIO(f"{name}\n".encode()))
    memory.pipe("/b/x.zip", packed.getvalue())
    (tmp_path / "x.zip").write_bytes(packed.getvalue())
    (tmp_path / "x.tar.gz").write_bytes(taped.getvalue())
    for name in names[:2]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"{name}\n", encoding="utf-8")
    expected = text(tmp_path / "docs")
    for archive_at in (
        f"zip://docs::{tmp_path}/x.zip",
        "zip://docs::memory://b/x.zip",
        f"tar://docs::{tmp_path}/x.tar.gz",
    ):
        assert text(archive_at) == expected
    assert text("zip://docs/*.txt::memory://b/x.zip") == text(tmp_path / "docs" / "a.txt")


def test_what_is_not_there(memory: Any, pages: Pages) -> None:
    memory.pipe("/b/empty/.hidden", b"x")
    for address, said in [
        ("memory://b/x.txt", r"memory://b/x\.txt: no such file or directory: check the address"),
        ("memory://b/*.md", r"memory://b/\*\.md: no such file or directory: check the address"),
        ("memory://b/empty", "memory://b/empty: the directory holds no files: give a directory with text files"),
        (f"{pages.url}/x.txt", r"x\.txt: no such file or directory: check the address"),
    ]:
        with pytest.raises(TermmineError, match=said):
            text(address)


def test_a_corpus_that_changes_between_two_passes(memory: Any) -> None:
    memory.pipe("/b/x.txt", "变压器".encode())
    source = open_files(["memory://b/x.txt"])
    assert "".join(source.strings(ReadOptions())).startswith("变压器")
    assert [document.path for document in source.documents(ReadOptions())] == list(source.files)
    memory.pipe("/b/x.txt", "断路器故障".encode())
    with pytest.raises(TermmineError, match=r"memory://b/x\.txt: was changed while it was read: run it again"):
        "".join(source.strings(ReadOptions()))


def test_the_bytes_are_counted(memory: Any) -> None:
    memory.pipe("/b/x.txt", "变压器\n".encode() * 1000)
    source, report, read = open_files(["memory://b/x.txt"]), ReadReport(), [0]

    def told(n: int) -> None:
        read[0] += n

    "".join(source.strings(ReadOptions(), report, told))
    assert read[0] == report.n_bytes == source.size == 10_000
