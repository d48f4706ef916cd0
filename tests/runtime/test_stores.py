"""What lies elsewhere, read as a file: connections that drop, objects that change, addresses, what is written whole."""

from __future__ import annotations

import io
import pickle
import re
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from hypothesis import given
from hypothesis import strategies as st

from support.servers import Pages
from termmine import TermmineError, UsageError
from termmine.runtime import store as stores
from termmine.runtime.address import Address, as_path, is_address, local_copy
from termmine.runtime.outputs import check_outputs, replacing, write, write_all
from termmine.runtime.resumed import Resumed
from termmine.runtime.store import DroppedError, Facts, masked

DATA = bytes(range(256)) * 40


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "FIRST_WAIT", 0)


# --- a file that is resumed ------------------------------------------------------------------------------------------


class Flaky:
    """A stream of some bytes that breaks after so many of them."""

    def __init__(self, data: bytes, breaks_after: int | None, *, silently: bool) -> None:
        self._file, self._left, self._silently = io.BytesIO(data), breaks_after, silently

    def read(self, n: int) -> bytes:
        if self._left is None:
            return self._file.read(n)
        if not self._left:
            if self._silently:
                return b""
            raise DroppedError("cut")
        data = self._file.read(min(n, self._left))
        self._left -= len(data)
        return data

    def close(self) -> None:
        pass


@given(
    data=st.binary(max_size=200),
    breaks=st.lists(st.integers(1, 50), max_size=9),
    steps=st.lists(st.tuples(st.sampled_from(["read", "seek", "end"]), st.integers(0, 250)), max_size=12),
    silently=st.booleans(),
    buffer=st.integers(1, 64),
)
def test_a_file_is_whole_wherever_its_connection_breaks(
    data: bytes, breaks: list[int], steps: list[tuple[str, int]], silently: bool, buffer: int
) -> None:
    """It reads as the bytes themselves do."""
    left = list(breaks)

    def open_at(start: int) -> Flaky:
        return Flaky(data[start:], left.pop() if left else None, silently=silently)

    twin = io.BytesIO(data)
    with io.BufferedReader(Resumed("memory://x", Facts(len(data)), open_at), buffer) as file:
        for what, n in steps:
            if what == "read":
                assert file.read(n) == twin.read(n)
            else:
                origin, offset = (io.SEEK_SET, n) if what == "seek" else (io.SEEK_END, -min(n, len(data)))
                assert file.seek(offset, origin) == twin.seek(offset, origin)
            assert file.tell() == twin.tell()
        assert file.read() == twin.read()


@pytest.mark.parametrize("silently", [True, False])
def test_a_connection_that_breaks_again_and_again(silently: bool) -> None:
    tries = []

    def open_at(start: int) -> Flaky:
        tries.append(start)
        return Flaky(DATA[start:], 100 if not start else 0, silently=silently)

    said = r"s3://b/x: the connection broke after 100 of 10240 bytes \(.*5 times"
    with Resumed("s3://b/x", Facts(len(DATA)), open_at) as file, pytest.raises(TermmineError, match=said):
        io.BufferedReader(file).read()
    assert tries == [0, 100, 100, 100, 100]


# --- a web server ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("sized", "tagged"), [(True, True), (True, False), (False, True)])
def test_a_page(pages: Pages, sized: bool, tagged: bool) -> None:
    pages.sized, pages.tagged = sized, tagged
    address = as_path(pages.put("x.txt", DATA))
    assert address.is_file()
    assert not address.is_dir()
    assert address.stat().st_size == (len(DATA) if sized else 0)
    with address.open("rb") as file:
        assert file.read() == DATA


def test_a_page_is_resumed_where_it_broke(pages: Pages) -> None:
    address = as_path(pages.put("x.txt", DATA))
    assert address.exists()
    pages.cuts = [1000, 0, 3000]
    with address.open("rb") as file:
        assert file.read() == DATA
    assert [part for _, part, _ in pages.asked[1:]] == [None, "bytes=1000-", "bytes=1000-", "bytes=4000-"]


@pytest.mark.parametrize("tagged", [True, False])
def test_a_server_without_parts_never_gives_a_short_file(pages: Pages, tagged: bool) -> None:
    pages.ranges, pages.tagged = False, tagged
    address = as_path(pages.put("x.txt", DATA))
    assert address.exists()
    pages.cuts = [1000]
    said = r"x\.txt: the connection broke after 1000 of 10240 bytes \(it ended early\), and the server sends no part of"
    with address.open("rb") as file, pytest.raises(TermmineError, match=said):
        file.read()


def test_a_page_that_is_replaced(pages: Pages) -> None:
    """Between two passes, and while it is resumed."""
    for cuts in ([], [1000]):
        address = as_path(pages.put("x.txt", DATA))
        assert address.exists()
        pages.cuts = list(cuts)
        with address.open("rb") as file:
            if cuts:
                assert file.read(1) == DATA[:1]
            pages.put("x.txt", DATA[::-1])
            with pytest.raises(TermmineError, match=r"x\.txt: was changed while it was read: run it again"):
                file.read()


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        ([403], r"x\.txt: no permission \(HTTP 403 Forbidden\): check the address, and the name and password in it"),
        ([401], r"x\.txt: no permission \(HTTP 401 Unauthorized\)"),
        ([400], r"x\.txt: cannot be read \(HTTP 400 Bad Request\): check the address"),
        ([503] * 5, r"x\.txt: cannot be reached \(HTTP 503 Service Unavailable\): check the network, and try again"),
    ],
)
def test_answers_that_are_errors(pages: Pages, codes: list[int], message: str) -> None:
    address = as_path(pages.put("x.txt", DATA))
    pages.codes["/x.txt"] = codes
    with pytest.raises(TermmineError, match=message):
        address.exists()


def test_a_server_that_is_busy_for_a_while(pages: Pages) -> None:
    address = as_path(pages.put("x.txt", DATA))
    pages.codes["/x.txt"] = [503, 429, 500]
    with address.open("rb") as file:
        assert file.read() == DATA


def test_a_page_that_is_not_there(pages: Pages) -> None:
    assert not as_path(f"{pages.url}/nothing.txt").exists()
    with pytest.raises(FileNotFoundError):
        as_path(f"{pages.url}/nothing.txt").open("rb")


def test_a_server_that_is_not_there(pages: Pages) -> None:
    with pytest.raises(TermmineError, match=r"cannot be reached \(.*\): check the address and the network"):
        as_path("http://127.0.0.1:1/x.txt").exists()


def test_names_passwords_and_signatures(pages: Pages) -> None:
    """They are sent, and never shown."""
    url = pages.put("%E6%96%87%20%E4%BB%B6.txt", DATA)
    address = as_path(f"{url.replace('://', '://me:se%20cret@').replace('%E6%96%87%20%E4%BB%B6', '文 件')}?sig=abc")
    with address.open("rb") as file:
        assert file.read() == DATA
    assert {said for _, _, said in pages.asked} == {"Basic bWU6c2UgY3JldA=="}
    assert {path for path, _, _ in pages.asked} == {"/%E6%96%87%20%E4%BB%B6.txt?sig=abc"}
    assert (address.name, address.suffix) == ("文 件.txt", ".txt")
    assert not re.search("se.{0,3}cret|abc", str(address) + repr(address))


# --- a store ---------------------------------------------------------------------------------------------------------


def test_an_object(memory: Any) -> None:
    memory.pipe("/b/x.txt", DATA)
    address = as_path("memory://b/x.txt")
    with address.open("rb") as file:
        assert file.seek(-16, io.SEEK_END) == len(DATA) - 16
        assert file.read() == DATA[-16:]
    with local_copy(Address("memory://b/x.txt"), None) as copy:
        assert copy.read() == DATA


def test_an_object_that_is_replaced(memory: Any) -> None:
    memory.pipe("/b/x.txt", DATA)
    address = as_path("memory://b/x.txt")
    assert address.exists()
    memory.pipe("/b/x.txt", DATA[1:])
    with address.open("rb") as file, pytest.raises(TermmineError, match="was changed while it was read"):
        file.read()
    memory.rm("/b/x.txt")
    with address.open("rb") as file, pytest.raises(TermmineError, match="was changed while it was read"):
        file.read()


def test_a_folder_and_a_pattern(memory: Any) -> None:
    names = ["b.txt", "a.txt", "sub/c.txt", "sub/deep/d.md", "e.md"]
    for name in names:
        memory.pipe(f"/b/docs/{name}", b"x")
    found = Address("memory://b/docs").found()
    assert [within for _, within in found] == sorted(names)
    assert [str(path) for path, _ in found] == [f"memory:///b/docs/{name}" for name in sorted(names)]
    assert [within for _, within in Address("memory://b/docs/*.txt").found()] == ["", ""]
    assert [path.name for path, _ in Address("memory://b/docs/*.txt").found()] == ["a.txt", "b.txt"]
    assert [path.name for path, _ in Address("memory://b/do*/**/*.md").found()] == ["e.md", "d.md"]
    assert [within for _, within in Address("memory://b/docs/s*").found()] == ["c.txt", "deep/d.md"]


# --- addresses -------------------------------------------------------------------------------------------------------


def test_an_address_is_a_path(memory: Any) -> None:
    memory.pipe("/b/x.txt.gz", b"x")
    address = as_path("memory://b/x.txt.gz")
    assert isinstance(address, Path)
    assert (str(address), address.name, address.suffix, address.stem) == (
        "memory://b/x.txt.gz", "x.txt.gz", ".gz", "x.txt",
    )  # fmt: skip
    assert str(address.parent) == "memory://b"
    assert pickle.loads(pickle.dumps(address)) == address == as_path(address)
    assert len({address, as_path("memory://b/x.txt.gz"), as_path("memory://b/y")}) == 2
    assert address != Path("memory:/b/x.txt.gz")
    assert as_path("zip://docs/a.md::s3://b/x.zip").name == "a.md"


@pytest.mark.parametrize("name", ["-", "a/b.txt", "C:\\x", "c:/x", "://", "x:y", ""])
def test_paths_that_are_no_addresses(name: str) -> None:
    assert not is_address(name)
    assert as_path(name) == Path(name)


def test_files_of_this_machine_by_their_address() -> None:
    assert as_path("file:///tmp/a%20b/文.txt") == Path("/tmp/a b/文.txt")
    assert as_path("FILE://localhost/tmp/x") == Path("/tmp/x")
    with pytest.raises(UsageError, match=r"file://elsewhere/x: names another machine"):
        as_path("file://elsewhere/x")


def test_what_is_masked() -> None:
    assert masked("s3://key:secret@bucket/x?y") == "s3://key:***@bucket/x?y"
    assert masked("s3://bucket/x") == "s3://bucket/x"


def test_kinds_that_are_not_known() -> None:
    with pytest.raises(UsageError, match=r"foo://b/x: no store is known by foo://: use s3://"):
        as_path("foo://b/x").exists()


# --- what is written -------------------------------------------------------------------------------------------------


class Elsewhere(MemoryFileSystem):
    """The store in memory under another name."""

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return str(MemoryFileSystem._strip_protocol(path.replace(f"{cls.protocol}://", "memory://")))


class Failing(Elsewhere):
    """A store whose connection breaks when half of an object has been sent."""

    protocol = "failing"

    def put_file(self, lpath: str, rpath: str, **_: Any) -> None:
        self.pipe_file(rpath, Path(lpath).read_bytes()[:100])
        raise ConnectionResetError("broken pipe")


class Forgetful(Elsewhere):
    """A store that keeps half of what it is given, and says nothing."""

    protocol = "forgetful"

    def mv(self, path1: str, path2: str, **_: Any) -> None:
        self.pipe_file(path2, self.cat_file(path1)[:100])


@pytest.fixture
def failing(memory: Any) -> None:
    fsspec.register_implementation("failing", Failing, clobber=True)


class Forbidden(Elsewhere):
    """A store that may be written to, and not looked at."""

    protocol = "forbidden"

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        raise PermissionError("Access Denied")


class Unreachable(Elsewhere):
    """A store that does not answer."""

    protocol = "unreachable"

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        raise OSError("Could not connect to the endpoint")


def test_a_store_that_may_not_be_looked_at(memory: Any) -> None:
    for kind in (Forbidden, Unreachable):
        fsspec.register_implementation(kind.protocol, kind, clobber=True)
    with pytest.raises(TermmineError, match=r"forbidden://b/x: no permission \(Access Denied\): check the keys"):
        as_path("forbidden://b/x").exists()
    check_outputs([as_path("forbidden://b/x")], [])
    with pytest.raises(TermmineError, match=r"unreachable://b/x: cannot be read \(Could not connect to the endpoint\)"):
        check_outputs([as_path("unreachable://b/x")], [])


def test_an_object_is_written_whole(memory: Any, tmp_path: Path) -> None:
    memory.pipe("/b/old.csv", b"old")
    write_all(
        [(as_path("memory://b/old.csv"), b"new"), (tmp_path / "x", b"x"), (as_path("memory://b/y"), [b"a", b"b"])]
    )
    write(as_path("memory://b/z"), b"z")
    with replacing(as_path("memory://b/t.tmc"), tmp_path) as file:
        file.write(b"ab")
        file.seek(0)
        file.write(b"c")
    assert {name: memory.cat(name) for name in sorted(memory.find("/"))} == {
        "/b/old.csv": b"new", "/b/t.tmc": b"cb", "/b/y": b"ab", "/b/z": b"z",
    }  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_a_failure_leaves_what_was_there(memory: Any, failing: None, tmp_path: Path) -> None:
    memory.pipe("/b/old.csv", b"old")
    with pytest.raises(TermmineError, match=r"failing://b/old.csv: cannot be written \(broken pipe\)"):
        write(as_path("failing://b/old.csv"), DATA)
    with pytest.raises(ValueError, match="ours"), replacing(as_path("failing://b/old.csv"), tmp_path) as file:
        file.write(DATA)
        raise ValueError("ours")
    assert memory.find("/") == ["/b/old.csv"]
    assert memory.cat("/b/old.csv") == b"old"
    assert not list(tmp_path.iterdir())


def test_what_does_not_arrive_is_told(memory: Any) -> None:
    fsspec.register_implementation("forgetful", Forgetful, clobber=True)
    with pytest.raises(TermmineError, match=r"forgetful://b/x: 100 of 10240 bytes arrived: write it again"):
        write(as_path("forgetful://b/x"), DATA)
    write(as_path("forgetful://b/y"), DATA[:100])
    assert memory.cat("/b/y") == DATA[:100]


def test_outputs_that_cannot_be_written(memory: Any, pages: Pages) -> None:
    memory.pipe("/b/docs/x.txt", b"x")
    inside, archived = "memory://b/docs/new.csv", "zip://x.csv::memory://b/a.zip"
    for output, inputs, said in [
        (pages.put("x.txt", b""), [], "a web server only gives files"),
        ("memory://b/docs", [], "is a folder: name a file in it"),
        ("memory://b/", [], "is a folder: name a file in it"),
        ("memory://nowhere/x", [], "there is no /nowhere: create it first"),
        (archived, [], "lies within an archive"),
        ("memory://b/docs/x.txt", ["memory://b/docs/x.txt"], "is an input"),
        (inside, ["memory://b/docs"], "lies in the input memory://b/docs"),
    ]:
        with pytest.raises(UsageError, match=f"{re.escape(output)}: {said}"):
            check_outputs([as_path(output)], list(map(as_path, inputs)))
    with pytest.raises(UsageError, match="two outputs have the same path"):
        check_outputs([as_path(inside)] * 2, [])
    check_outputs([as_path(inside), as_path("memory://b/other.csv")], [])
