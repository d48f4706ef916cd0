"""Files that are replaced as a whole, or stay as they were.

In: a path, and bytes or a function that writes them. Out: the file in its place at once, or an error and nothing
changed. Output to standard output and other streams is left to `streams`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from termmine.errors import TermmineError, UsageError
from termmine.runtime.address import Address
from termmine.runtime.locks import hidden_prefix
from termmine.runtime.streams import descriptor_of, is_standard_output, write_descriptor, write_stream


def check_outputs(outputs: list[Path], inputs: list[Path]) -> None:
    """Refuse outputs that cannot be written, or that are among the inputs, before any work is done."""
    for path in outputs:
        if isinstance(path, Address):
            _check_address(path, inputs)
        elif descriptor_of(path) is None:
            try:
                _check_output(path, inputs)
            except OSError as error:
                raise UsageError(f"{path}: {error.strerror}: choose another output file") from error
    if len(set(map(_identity, outputs))) < len(outputs):
        raise UsageError("two outputs have the same path: give each its own")


def _identity(path: Path) -> object:
    """The thing that two paths to the same output share."""
    return path if isinstance(path, Address) else descriptor_of(path) or os.path.realpath(path)


def _check_address(address: Address, inputs: list[Path]) -> None:
    for given in inputs:
        if address == given:
            raise UsageError(f"{address}: is an input: choose another output file")
        if address.is_relative_to(given):
            raise UsageError(f"{address}: lies in the input {given}: choose another place, or the next run reads it")
    address.check_writable()


def _check_output(path: Path, inputs: list[Path]) -> None:
    if _is_loop(path):
        raise UsageError(f"{path}: is a link that leads to itself: choose another output file")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: the directory {path.parent} does not exist: create it first")
    if path.is_dir():
        raise UsageError(f"{path}: is a directory: name a file in it")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"{path}: the directory {path.parent} cannot be written to: check its permissions")
    for given in inputs:
        if isinstance(given, Address):
            continue
        if path.exists() and given.exists() and path.samefile(given):
            raise UsageError(f"{path}: is an input: choose another output file")
        if given.is_dir() and path.resolve().is_relative_to(given.resolve()):
            raise UsageError(f"{path}: lies in the input {given}: choose another place, or the next run reads it")


def _is_loop(path: Path) -> bool:
    try:
        path.stat()
    except OSError as error:
        return error.errno == errno.ELOOP
    return False


def check_replaceable(path: Path) -> None:
    """Refuse paths that `replacing` cannot replace, before any work is done."""
    if _is_stream(path):
        raise UsageError(f"{path}: is no file, and what is to be written must be one: name a file")


#: The contents of an output: bytes, whole or piece by piece.
Data = bytes | Iterable[bytes]


def _pieces(data: Data) -> Iterable[bytes]:
    return (data,) if isinstance(data, bytes) else data


def write(path: Path, data: Data) -> None:
    """Write to a file, whole or not at all, or to standard output where the path says so."""
    descriptor = descriptor_of(path)
    if is_standard_output(path):
        for piece in _pieces(data):
            write_stream(piece)
    elif descriptor is not None:
        with _named(path):
            for piece in _pieces(data):
                write_descriptor(descriptor, piece)
    elif _is_stream(path):
        with _named(path), path.open("wb") as file:
            file.writelines(_pieces(data))
    else:
        write_whole(path, data)


def write_whole(path: Path, data: Data) -> None:
    """Write a file so that it is there whole or as it was: a temporary file beside it, synced, then renamed."""
    write_all([(path, data)])


def write_all(outputs: Iterable[tuple[Path, Data]]) -> None:
    """Write several outputs in order, each whole or not at all; none gets its name before all are on the disk.

    Give the main output last: once it is there, the others are.
    """
    with contextlib.ExitStack() as temporaries:
        ready = [(path, data, temporaries.enter_context(_on_disk(path, data))) for path, data in outputs]
        for path, data, temporary in ready:
            if temporary is None:
                write(path, data)
            elif isinstance(path, Address):
                path.put(temporary)
            else:
                _rename(temporary, path.resolve())  # a link stays a link


@contextlib.contextmanager
def replacing(path: Path, folder: Path | None = None) -> Iterator[BinaryIO]:
    """A file to write to and to seek in, which takes the place of the path when the context ends well; for a store it
    is a scratch file in ``folder``, whose contents are sent there in the end.
    """
    if isinstance(path, Address):
        with _scratch(path, folder) as file:
            yield file
            with _named(path):
                file.flush()
            path.put(Path(file.name))
        return
    path = path.resolve()
    with _temporary(path) as file, _named(path):
        yield file
        _sync(file, path)
        _rename(Path(file.name), path)


@contextlib.contextmanager
def _on_disk(path: Path, data: Data) -> Iterator[Path | None]:
    """A temporary file with the data beside the path, removed unless renamed; None where there is nothing to rename."""
    if isinstance(path, Address):
        with _scratch(path) as file:
            with _named(path):
                file.writelines(_pieces(data))
                file.flush()
            yield Path(file.name)
        return
    if _is_stream(path):
        yield None
        return
    path = path.resolve()
    with _temporary(path) as file:
        with _named(path):
            file.writelines(_pieces(data))
            _sync(file, path)
        yield Path(file.name)


@contextlib.contextmanager
def _temporary(path: Path) -> Iterator[BinaryIO]:
    """A new file beside the path, removed unless renamed."""
    name = None
    try:
        with _named(path):
            file = tempfile.NamedTemporaryFile(dir=path.parent, prefix=f"{hidden_prefix(path)}-", delete=False)  # noqa: SIM115
            name = Path(file.name)
        try:
            yield cast("BinaryIO", file)
        except BaseException:  # closing writes the rest, and must not hide the first error by one of its own
            with contextlib.suppress(OSError):
                file.close()
            raise
        with _named(path):
            file.close()
    finally:
        if name is not None:
            name.unlink(missing_ok=True)


@contextlib.contextmanager
def _scratch(path: Path, folder: Path | None = None) -> Iterator[BinaryIO]:
    """A new file for what is to go to a store; it is removed in the end."""
    with _named(path):
        holder = tempfile.TemporaryDirectory(prefix="termmine-", dir=folder, ignore_cleanup_errors=True)
    with holder as directory, (Path(directory) / "whole").open("w+b") as file:
        yield file


def _sync(file: BinaryIO, path: Path) -> None:
    """Have all of it on the disk, with the owner and the permissions of the file that it replaces."""
    file.flush()
    os.fsync(file.fileno())
    mode = 0o666 & ~_umask()
    if path.exists():
        old = path.stat()
        mode = old.st_mode & 0o777  # other contents need not run as their owner
        _give(file, old)
    Path(file.name).chmod(mode)


def _give(file: BinaryIO, old: os.stat_result) -> None:
    """Give a file the owner and the group of another one, as far as that is allowed."""
    new = os.fstat(file.fileno())
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid) and hasattr(os, "fchown"):
        with contextlib.suppress(OSError):
            os.fchown(file.fileno(), -1, old.st_gid)
        with contextlib.suppress(OSError):
            os.fchown(file.fileno(), old.st_uid, -1)


def _is_stream(path: Path) -> bool:
    """True where a path stands for standard output, a device or a pipe."""
    if isinstance(path, Address):
        return False
    return descriptor_of(path) is not None or (path.exists() and not path.is_file())


def _rename(temporary: Path, path: Path) -> None:
    with _named(path):
        temporary.replace(path)
    with contextlib.suppress(OSError):  # not every system can sync a directory, and the file is whole either way
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    """Name the output that could not be written in the error."""
    try:
        yield
    except OSError as error:
        raise TermmineError(
            f"{path}: {error.strerror}: nothing was written; free some space or choose another place"
        ) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
