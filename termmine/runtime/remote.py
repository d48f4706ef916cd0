"""Object stores and other file systems (s3, gs, hdfs, memory ...), by fsspec, whose only door is here.

In: an address. Out: what the store tells of the object, the names in a folder, bytes, and an object written whole. The
keys to a store are found as its own programs find them: in the environment and their own files, never here.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from termmine.errors import TermmineError, UsageError, missing_package
from termmine.runtime.store import DroppedError, Facts, changed, masked

_READ_AHEAD = 8 << 20  # bytes asked of a store at once: some 0.1 s of a usual line, against 0.03 s of waiting for it
#: What a store may call the thing that changes with the contents of an object; the first that it has is taken.
_VERSIONS = (
    "ETag",
    "etag",
    "md5Hash",
    "generation",
    "checksum",
    "mtime",
    "LastModified",
    "last_modified",
    "created",
    "CRC",
    "crc",
)
#: Stores where an object appears when all of it has arrived, and not before.
_WHOLE_BY_THEMSELVES = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oss", "oci"}
#: The package that fsspec needs for a kind of store; of other kinds it says itself which one.
_PACKAGES = {
    "s3": "termmine[remote]", "s3a": "termmine[remote]", "http": "termmine[remote]", "https": "termmine[remote]",
    "gs": "gcsfs", "gcs": "gcsfs", "az": "adlfs", "abfs": "adlfs", "abfss": "adlfs", "oss": "ossfs",
    "hdfs": "pyarrow", "webhdfs": "requests", "sftp": "paramiko", "ssh": "paramiko", "smb": "smbprotocol",
}  # fmt: skip
_KEYS = {
    "NoCredentialsError": "AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or for what is public "
    "FSSPEC_S3_ANON=true",
    "PartialCredentialsError": "both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "DefaultCredentialsError": "GOOGLE_APPLICATION_CREDENTIALS, or FSSPEC_GS_TOKEN=anon for what is public",
}  # fmt: skip


def facts_of(address: str) -> Facts:
    """What a store tells of an object or a folder; FileNotFoundError where it has none."""
    system, path = _system(address)
    with _told(address):
        system.invalidate_cache()
        return _facts(system.info(path))


def open_at(address: str, start: int, facts: Facts) -> _Object:
    """The bytes of an object from one on; an error where it is not the object any more that ``facts`` are of."""
    system, path = _system(address)
    with _told(address, reading=True):
        system.invalidate_cache()
        file = system.open(path, "rb", block_size=_READ_AHEAD)
        if _facts(getattr(file, "details", None) or system.info(path)).is_other_than(facts):
            raise changed(address)
        if start:
            file.seek(start)
    return _Object(address, system, file)


class _Object:
    """An open object, whose errors are ours."""

    def __init__(self, address: str, system: Any, file: Any) -> None:
        self._address, self._file = address, file
        self._system = system  # an archive is closed with the last one that has it

    def read(self, n: int) -> bytes:
        """So many bytes or fewer, none at the end."""
        with _told(self._address, reading=True):
            data: bytes = self._file.read(n)
        return data

    def close(self) -> None:
        """Close it."""
        self._file.close()


def list_files(address: str) -> list[tuple[str, str, Facts]]:
    """The objects in a folder, or those that a pattern (`*.txt`) matches, in order: the address of each, its path from
    the folder on (empty where the pattern matches the object itself), and what the store tells of it.
    FileNotFoundError where there is nothing of that name.
    """
    system, path = _system(address)
    with _told(address):
        system.invalidate_cache()
        if _is_there(system, path):
            return _inside(system, path, address)
        found = []
        for name, facts in sorted(system.glob(path, detail=True).items(), key=_order):
            if facts["type"] == "directory":
                found += _inside(system, name, address)
            else:
                found.append((_address(system, name, address), "", _facts(facts)))
    if not found:
        raise FileNotFoundError(address)
    return found


def _is_there(system: Any, path: str) -> bool:
    try:
        return bool(system.info(path))
    except FileNotFoundError:
        if any(character in path for character in "*?["):
            return False
        raise


def _inside(system: Any, folder: str, address: str) -> list[tuple[str, str, Facts]]:
    """The objects below a folder."""
    root, found = folder.strip("/"), sorted(system.find(folder, detail=True).items(), key=_order)
    return [
        (_address(system, name, address), name.strip("/").removeprefix(root).lstrip("/"), _facts(facts))
        for name, facts in found
        if facts["type"] == "file" and not name.endswith("/")
    ]


def _order(found: tuple[str, Any]) -> list[str]:
    """The order of names in which a directory of this machine is gone through: folder by folder."""
    return found[0].split("/")


def _address(system: Any, name: str, given: str) -> str:
    """The address of an object in the form in which the user gave that of its folder."""
    head, chained, rest = given.partition("::")
    return f"{head.partition('://')[0]}://{name.lstrip('/') if chained else name}{chained}{rest}"


def check_writable(address: str) -> None:
    """Refuse an address that nothing can be written to, as far as that can be known beforehand."""
    if "::" in address:
        raise UsageError(f"{masked(address)}: lies within an archive, and cannot be written: name a place of its own")
    system, path = _system(address)
    folder = path.rpartition("/")[0]
    if address.endswith("/"):
        raise UsageError(f"{masked(address)}: is a folder: name a file in it")
    bucket = path.lstrip("/").partition("/")[0] if _is_object_store(system) else folder
    with _told(address):
        if bucket and _kind(system, bucket) is None:
            raise UsageError(f"{masked(address)}: there is no {bucket}: create it first, or choose another place")
        if _kind(system, path) == "directory":
            raise UsageError(f"{masked(address)}: is a folder: name a file in it")


def _kind(system: Any, path: str) -> str | None:
    """What stands at a path: None for nothing, empty where one may not look: who may write need not be allowed to."""
    try:
        return str(system.info(path)["type"])
    except FileNotFoundError:
        return None
    except PermissionError:
        return ""


def write(address: str, path: str) -> None:
    """Put a local file to an address: whole, or what was there before stays."""
    system, place = _system(address)
    with _told(address, verb="written"):
        if _is_object_store(system):
            system.put_file(path, place)
        else:
            _put_and_rename(system, path, place)
        system.invalidate_cache()
        arrived, sent = _size(system, place), Path(path).stat().st_size
    if arrived not in (None, sent):
        raise TermmineError(f"{masked(address)}: {arrived} of {sent} bytes arrived: write it again")


def _put_and_rename(system: Any, path: str, place: str) -> None:
    folder, _, name = place.rpartition("/")
    beside = f"{folder}/.{name}-{secrets.token_hex(4)}.part"
    try:
        system.put_file(path, beside)
        system.mv(beside, place)
    except BaseException:
        with suppress(Exception):
            system.rm_file(beside)
        raise


def _size(system: Any, path: str) -> int | None:
    """The bytes at a path; 0 for nothing, None where one may not look, or is not told."""
    try:
        size: int | None = system.info(path).get("size")
    except FileNotFoundError:
        return 0
    except PermissionError:
        return None
    return size


def _is_object_store(system: Any) -> bool:
    known = (system.protocol,) if isinstance(system.protocol, str) else system.protocol
    return not _WHOLE_BY_THEMSELVES.isdisjoint(known)


def _system(address: str) -> tuple[Any, str]:
    """The file system of an address, and its path there."""
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise missing_package(masked(address), "termmine[remote]") from None
    with _told(address):
        system, path = url_to_fs(address)
    return system, path


def _facts(told: dict[str, Any]) -> Facts:
    version = next((told[name] for name in _VERSIONS if told.get(name) is not None), "")
    version = str(version.timestamp() if isinstance(version, datetime) else version)
    return Facts(told.get("size"), version, is_folder=told.get("type") == "directory")


@contextmanager
def _told(address: str, *, reading: bool = False, verb: str = "read") -> Iterator[None]:
    """Turn the errors of fsspec and of the libraries behind it into ours."""
    try:
        yield
    except (TermmineError, DroppedError, KeyboardInterrupt, MemoryError):
        raise
    except FileNotFoundError:
        if reading:
            raise changed(address) from None
        if verb != "read":
            raise TermmineError(
                f"{masked(address)}: there is no such place: create it first, or choose another"
            ) from None
        raise
    except Exception as error:
        raise _meaning(address, error, reading=reading, verb=verb) from error


def _meaning(address: str, error: Exception, *, reading: bool, verb: str) -> Exception:
    scheme, kind = address.partition("://")[0], type(error).__name__
    said = (str(error).strip().splitlines() or [kind])[0].strip()
    if isinstance(error, ImportError):
        package = _PACKAGES.get(scheme)
        return missing_package(masked(address), package) if package else UsageError(f"{masked(address)}: {said}")
    if isinstance(error, ValueError) and "Protocol not known" in said:
        return UsageError(
            f"{masked(address)}: no store is known by {scheme}://: use s3://, gs://, hdfs://, https:// or a path"
        )
    if kind in _KEYS:
        return TermmineError(f"{masked(address)}: no keys to the store are found: set {_KEYS[kind]}")
    if isinstance(error, PermissionError):
        return TermmineError(
            f"{masked(address)}: no permission ({said}): check the keys to the store, and what they allow"
        )
    if kind == "FileExpired":
        return changed(address)
    if reading:
        return DroppedError(said)
    if verb == "read":
        return TermmineError(f"{masked(address)}: cannot be read ({said}): check the address and the network")
    return TermmineError(f"{masked(address)}: cannot be written ({said}): nothing was written; check the address")
