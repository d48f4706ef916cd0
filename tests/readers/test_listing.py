"""Which files of a folder are read, what becomes of the others, and lists of files."""

from __future__ import annotations

import gzip
import os
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.servers import in_memory
from termmine import TermmineError, UsageError
from termmine.options import ReadOptions
from termmine.readers.base import ReadReport, said_of
from termmine.readers.formats import EXTENSIONS
from termmine.readers.listing import TEXT_ENDINGS, ending, fits, is_text_by_name, list_files, read_list
from termmine.readers.source import open_files

NAMES = [
    "readme.md", "a.txt", "b.TXT.gz", "c", "第3.1节", "2026.01.02", "data.jsonl", "x.py", "pic.svg", "old.doc", "y.PY",
    "sub/d.txt", "sub/e.py", "sub/vendor/f.txt", "vendor/g.md", "z.tar.gz", "notes.txt~", ".hidden.txt",
]  # fmt: skip
TAKEN = [
    "2026.01.02", "a.txt", "b.TXT.gz", "c", "data.jsonl", "readme.md", "sub/d.txt", "sub/vendor/f.txt", "vendor/g.md",
    "第3.1节",
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in NAMES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(gzip.compress(b"x") if name.endswith(".gz") else b"x")
    return tmp_path


def listed(folder: Path, **options: list[str]) -> list[str]:
    listing = list_files([folder], ReadOptions(**options))  # type: ignore[arg-type]
    return [path.relative_to(folder).as_posix() for path in listing.files]


def test_text_is_taken_and_the_rest_is_counted(folder: Path) -> None:
    listing = list_files([folder])
    assert listed(folder) == TAKEN
    assert listing.left_out == ((".py", 3), (".doc", 1), (".svg", 1), (".tar", 1), (".txt~", 1))
    assert len(listing.files) + sum(n for _, n in listing.left_out) == len(NAMES) - 1  # the hidden one


def test_what_is_included_and_excluded(folder: Path) -> None:
    python, vendor = ["x.py", "y.PY", "sub/e.py"], ["sub/vendor/f.txt", "vendor/g.md"]
    assert sorted(listed(folder, include=["*.py"])) == sorted(TAKEN + python)
    assert listed(folder, exclude=["vendor"]) == [name for name in TAKEN if name not in vendor]
    assert listed(folder, exclude=["sub/*"]) == [name for name in TAKEN if not name.startswith("sub/")]
    assert listed(folder, exclude=["*.txt*", "*.md"]) == ["2026.01.02", "c", "data.jsonl", "第3.1节"]
    both = listed(folder, include=["*.py"], exclude=["sub"])
    assert sorted(both) == sorted(name for name in TAKEN + python if not name.startswith("sub/"))
    assert list_files([folder], ReadOptions(include=("*.py", "*.doc"))).left_out[0] == (".svg", 1)


def test_a_file_that_is_named_is_read_whatever_it_is_called(folder: Path) -> None:
    named = [folder / "x.py", folder / "vendor" / "g.md"]
    listing = list_files(named, ReadOptions(exclude=("*",)))
    assert (listing.files, listing.left_out) == (tuple(named), ())


@pytest.mark.parametrize(
    ("names", "options", "said"),
    [
        (
            ["a.py", "b.py", "c.svg"],
            {},
            r"no file here is text by its name: left out 3 files: 2 \.py, 1 \.svg; --include",
        ),
        (["a.txt"], {"exclude": ["*.txt"]}, "nothing is left of the directory: --exclude leaves 1 files out"),
        ([".a.txt"], {}, "the directory holds no files: give a directory with text files"),
    ],
)
def test_folders_without_text(tmp_path: Path, names: list[str], options: dict[str, list[str]], said: str) -> None:
    for name in names:
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(TermmineError, match=said):
        listed(tmp_path, **options)


def test_a_store_is_listed_as_a_folder_is(folder: Path) -> None:
    with in_memory() as memory:
        for name in NAMES:
            memory.pipe(f"/b/{name}", b"x")
        for options in ({}, {"include": ("*.py",)}, {"exclude": ("vendor", "*.md")}):
            here = list_files([folder], ReadOptions(**options))  # type: ignore[arg-type]
            there = list_files(["memory://b"], ReadOptions(**options))  # type: ignore[arg-type]
            assert [path.relative_to(folder).as_posix() for path in here.files] == [
                str(path).removeprefix("memory:///b/") for path in there.files
            ]
            assert here.left_out == there.left_out
        pattern = list_files(["memory://b/*.py"]).files  # names the files itself
        assert [path.name for path in pattern] == ["x.py"]


def test_the_note(folder: Path) -> None:
    report = ReadReport()
    "".join(open_files([folder]).strings(ReadOptions(), report))
    assert report.notes()[-1] == (
        "left out 7 files: 3 .py, 1 .doc, 1 .svg, 1 .tar, 1 .txt~; --include '*.py' takes them"
    )
    assert said_of(tuple((f".e{n}", 1) for n in range(8))).count(", 3 others") == 1


def test_endings_of_every_format_are_text() -> None:
    for name in [*EXTENSIONS, *TEXT_ENDINGS]:
        assert is_text_by_name(Path(f"x{name}"))
        assert is_text_by_name(Path(f"x{name.upper()}.gz"))


@given(
    st.lists(st.sampled_from(["a", "b.py", "C.py", "sub", "x y", "[1]"]), min_size=1, max_size=4).map("/".join),
    st.lists(st.sampled_from(["*", "*.py", "sub", "s?b", "sub/*", "a/b.py", "*/C.PY", "[[]1]", "sub/"]), max_size=3),
)
def test_patterns_agree_with_their_twin(within: str, patterns: list[str]) -> None:
    def fit_one(pattern: str) -> bool:
        pattern = pattern.lower().strip("/")
        if "/" in pattern:
            return fnmatchcase(within.lower(), pattern)
        return bool([part for part in within.lower().split("/") if fnmatchcase(part, pattern)])

    assert fits(within, patterns) == any(map(fit_one, patterns))


@given(st.text(alphabet="aB.1~节 -", min_size=1, max_size=12).filter(lambda name: name.strip(".") == name))
def test_an_ending_is_a_few_letters(name: str) -> None:
    found = ending(Path(name))
    assert found == "" or (name.lower().endswith(found) and any("a" <= letter <= "z" for letter in found))
    assert found.isascii()
    assert Counter(found)["."] <= 1


# --- lists -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "null", "paths"),
    [
        ("a.txt\nb c.txt\n", False, ["a.txt", "b c.txt"]),
        ("\ufeff\n# all\n a.txt\r\n\t\n./#b\ns3://b/x\n", False, [" a.txt", "./#b", "s3://b/x"]),
        ("a\nb\0# c\0\0", False, ["a\nb", "# c"]),
        ("only.txt\0", True, ["only.txt"]),
        ("one\n", True, ["one\n"]),
    ],
)
def test_a_list(tmp_path: Path, data: str, null: bool, paths: list[str]) -> None:
    (tmp_path / "list").write_text(data, encoding="utf-8", newline="")
    assert read_list(str(tmp_path / "list"), ends_with_nul=null) == paths


def test_names_that_are_no_utf8(tmp_path: Path) -> None:
    (tmp_path / "list").write_bytes(b"\xff.txt\n")
    assert read_list(str(tmp_path / "list")) == [os.fsdecode(b"\xff.txt")]


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"\n# none\n", "lists no files: write a path or an address on each line"), (b"a\n-\n", "list:2: - is no file")],
)
def test_lists_that_are_wrong(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "list").write_bytes(data)
    with pytest.raises(TermmineError, match=said):
        read_list(str(tmp_path / "list"))


def test_options_are_lists() -> None:
    with pytest.raises(UsageError, match=r"--include '\*\.py': must be a list of str"):
        ReadOptions(include="*.py")  # type: ignore[arg-type]
