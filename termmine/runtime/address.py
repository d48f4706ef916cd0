"""Addresses of what lies elsewhere (s3://bucket/key, https://host/file.txt), as paths.

In: a name as a user gives it. Out: a `Path`: an ordinary one for what this machine holds, and an `Address` for the
rest, which is opened, looked at and listed as a path is. The libraries that reach stores are known to `remote` and
`web` alone.
"""

from __future__ import annotations

import errno
import io
import os
import re
import stat
import tempfile
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from urllib.parse import unquote, urlsplit

from termmine.errors import TermmineError, UsageError
from termmine.runtime.resumed import Resumed
from termmine.runtime.store import Facts, masked, retried

_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://", re.ASCII)  # a letter alone is a drive of Windows
_WEB = ("http", "https")
_PATTERN = re.compile(r"[*?\[]")
_BLOCK = 1 << 20  # bytes read at once

# Subclasses of `Path` itself are possible from Python 3.12 on; before, it is the class of this system that has them.
if TYPE_CHECKING:
    _SystemPath = Path
else:
    _SystemPath = type(Path())


def is_address(name: str | os.PathLike[str]) -> bool:
    """True where a name is an address with a scheme, as s3://bucket/key; a path object is one only as an `Address`."""
    return isinstance(name, Address) or (isinstance(name, str) and _ADDRESS.match(name) is not None)


def as_path(name: str | os.PathLike[str]) -> Path:
    """A name as a path: an `Address` where it has a scheme, an ordinary path otherwise, and for file://.

    >>> as_path("file:///tmp/%E6%96%87.txt").as_posix(), str(as_path("s3://bucket/docs/"))
    ('/tmp/文.txt', 's3://bucket/docs/')
    """
    if isinstance(name, Address) or not is_address(name):
        return name if isinstance(name, Address) else Path(name)
    given = os.fspath(name)
    return _local(given) if given[:7].lower() == "file://" else Address(given)


def _local(given: str) -> Path:
    parts = urlsplit(given)
    if parts.netloc not in ("", "localhost"):
        raise UsageError(f"{given}: names another machine: write file:///path for a file of this one")
    if os.name != "nt":
        return Path(unquote(parts.path))
    from urllib.request import url2pathname

    return Path(url2pathname(parts.path))


class Address(_SystemPath):
    """A path to what lies elsewhere. As a string it is the address, with a password and a signature masked.

    What is found there is looked up once: an object that another has replaced since is an error, so that all passes
    over a corpus read the same.
    """

    address: str

    def __new__(cls, address: str) -> Address:
        """An address as the user wrote it."""
        made = super().__new__(cls, address)
        made.address = address
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return Address, (self.address,)

    def __str__(self) -> str:
        return masked(self.address)

    def __repr__(self) -> str:
        return f"Address({str(self)!r})"

    def __fspath__(self) -> str:
        return self.address

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Address) and self.address == other.address

    def __hash__(self) -> int:
        return hash(self.address)

    def __lt__(self, other: Any) -> bool:
        return os.fspath(self) < os.fspath(other)

    @property
    def scheme(self) -> str:
        """The kind of store, as s3."""
        return self.address.partition(":")[0].lower()

    @property
    def name(self) -> str:
        """The last part of the path, by whose extension a format is known."""
        path = (
            urlsplit(self.address).path if self.scheme in _WEB else self.address.partition("::")[0].partition("://")[2]
        )
        return path.rstrip("/").rpartition("/")[2]

    @property
    def parent(self) -> Address:
        """The address of the folder."""
        head, mark, rest = self.address.partition("::")
        return Address(head.rstrip("/").rpartition("/")[0] + mark + rest)

    @property
    def is_pattern(self) -> bool:
        """True where it may stand for several objects, as s3://bucket/*.txt."""
        return self.scheme not in _WEB and _PATTERN.search(self.address.partition("::")[0]) is not None

    @property
    def is_own(self) -> bool:
        """True where it is read by this process, by the means of its scheme."""
        from termmine.runtime import remote, web

        return self._store in (remote, web)

    def reached_by(self, store: Any) -> Address:
        """The same address, to be looked up by other means than those of its scheme."""
        made = Address(self.address)
        made.__dict__["_store"] = store
        return made

    @cached_property
    def _store(self) -> Any:
        from termmine.runtime import remote, web  # with Python's own library of the web, which takes time to load

        return web if self.scheme in _WEB else remote

    @cached_property
    def facts(self) -> Facts:
        """What the store tells of the object. Raises FileNotFoundError where there is none."""
        found: Facts = retried(self.address, lambda: self._store.facts_of(self.address))
        return found

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        """What is known of the object as the system tells it of a file; a size that is not known is 0."""
        try:
            kind = stat.S_IFDIR if self.facts.is_folder else stat.S_IFREG
        except FileNotFoundError as error:
            raise FileNotFoundError(errno.ENOENT, str(error) or "no such object", str(self)) from error
        return os.stat_result((kind | 0o444, 0, 0, 1, 0, 0, self.facts.size or 0, 0, 0, 0))

    def exists(self, *, follow_symlinks: bool = True) -> bool:
        """True where there is something."""
        try:
            return bool(self.facts)
        except FileNotFoundError:
            return False

    def is_file(self, *, follow_symlinks: bool = True) -> bool:
        """True where there is an object."""
        return self.exists() and not self.facts.is_folder

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        """True where there is a folder."""
        return self.exists() and self.facts.is_folder

    def resolve(self, strict: bool = False) -> Address:
        """Itself: there are no links to follow."""
        return self

    def absolute(self) -> Address:
        """Itself: it is whole."""
        return self

    def samefile(self, other: Any) -> bool:
        """True where another path is the same address."""
        return self == other

    def is_relative_to(self, *other: Any) -> bool:
        """True where it lies in the folder at another address."""
        return isinstance(other[0], Address) and self.address.startswith(other[0].address.rstrip("/") + "/")

    def open(self, mode: str = "rb", buffering: int = _BLOCK, *_: Any, **__: Any) -> Any:
        """The object as a file of bytes, which is resumed where the connection drops."""
        if mode != "rb":
            raise io.UnsupportedOperation(mode)
        try:
            facts = self.facts
        except FileNotFoundError as error:
            raise FileNotFoundError(errno.ENOENT, "no such object", str(self)) from error
        raw = Resumed(self.address, facts, lambda start: self._store.open_at(self.address, start, facts))
        return io.BufferedReader(raw, max(buffering, _BLOCK))

    def read_bytes(self) -> bytes:
        """All bytes of a small object."""
        with self.open() as file:
            data: bytes = file.read()
        return data

    def found(self) -> list[tuple[Address, str]]:
        """What lies in the folder, or fits the pattern: addresses in order, each with its path from the folder on; that
        is empty where the pattern fits itself.
        """
        found = retried(self.address, lambda: self._store.list_files(self.address))
        return [(self._beside(address, facts), within) for address, within, facts in found]

    def _beside(self, address: str, facts: Facts) -> Address:
        """Another address of the same store, with what a list told of it, which then need not be asked for."""
        made = Address(address).reached_by(self._store)
        made.__dict__["facts"] = facts
        return made

    def check_writable(self) -> None:
        """Refuse what nothing can be written to, as far as that is known beforehand."""
        self._store.check_writable(self.address)

    def put(self, path: Path) -> None:
        """Put a local file in the place of the object: whole, or nothing is changed."""
        self._store.write(self.address, os.fspath(path))


def local_copy(address: Address, folder: Path | None) -> BinaryIO:
    """A scratch file without a name that holds an object, for what must be mapped into memory."""
    try:
        copy = tempfile.TemporaryFile(buffering=0, dir=folder)  # noqa: SIM115  # the caller closes it
    except OSError as error:
        raise _no_room(folder, error) from error
    try:
        with address.open() as file:
            while block := file.read(_BLOCK):
                copy.write(block)
        copy.seek(0)
    except OSError as error:
        copy.close()
        raise _no_room(folder, error) from error
    except BaseException:
        copy.close()
        raise
    return cast("BinaryIO", copy)


def _no_room(folder: Path | None, error: OSError) -> TermmineError:
    return TermmineError(
        f"{folder or tempfile.gettempdir()}: {error.strerror}: no place for a copy of what is read from a store: "
        "free some space, or name another directory with --tmp"
    )
