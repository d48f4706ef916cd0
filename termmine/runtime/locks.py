"""One writer at a time: a lock on each output, held from before the work until the output has its name.

In: the paths of the outputs. Out: a context in which no other process writes them. The lock is the kernel's and belongs
to an open file, so it ends with the process, however that ends: there is never a stale lock to clear by hand. It is
taken on a hidden file beside the output (the output itself is replaced by each run, and a lock on it with it), which is
removed in the end. No lock is waited for: two runs with the same output are a mistake, and the second one says so.

A signal may end a run between any two steps, even between the making of a hidden file and the line that would know of
it; what stands then is removed when the process ends.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import hashlib
import os
import platform
import stat
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from termmine.errors import BusyError, TermmineError
from termmine.runtime.address import Address
from termmine.runtime.streams import descriptor_of

#: Neither through a link, nor waiting for the other end of a pipe: whoever may write in the directory could put them
#: there, for the name of the hidden file can be worked out.
_AS_IT_STANDS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_NO_LOCK_FILE = {errno.ELOOP, errno.EISDIR, errno.ENXIO, errno.ENOTDIR}  # opening anything else gives one of these

_LONGEST_NOTE = 300  # bytes in a lock file: a process number and a host name
_PATIENCE = 20  # times 50 ms until a process that has just got the lock must have written who it is


@dataclass(eq=False)
class _Lock:
    """An output that this process holds, or has begun to lock: ``descriptor`` is the file that has the lock, if any."""

    path: Path
    descriptor: int | None = None

    @property
    def place(self) -> Path:
        """The hidden file that is locked."""
        return self.path.with_name(hidden_prefix(self.path) + ".lock")


_OURS: set[_Lock] = set()

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        """Lock a byte far beyond the note, which others may then still read."""
        os.lseek(descriptor, 1 << 20, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def hidden_prefix(path: Path) -> str:
    """The beginning of the names of the hidden files beside an output: a digest, for the name itself may be too
    long.
    """
    return f".termmine-{hashlib.sha256(os.fsencode(path.name)).hexdigest()[:16]}"


@contextlib.contextmanager
def output_lock(paths: Iterable[Path]) -> Iterator[None]:
    """Hold the outputs at these paths; `BusyError` at once where another process holds one of them.

    Standard output, devices and pipes need no lock, and stores have none. Hidden files that a killed run has left
    beside the outputs are removed: nobody else can be writing them.
    """
    local = [path for path in paths if descriptor_of(path) is None and not isinstance(path, Address)]
    real = {Path(os.path.realpath(path)): path for path in local}
    with contextlib.ExitStack() as held:
        for path, given in sorted(real.items()):
            if path.is_file() or not path.exists():
                held.enter_context(_locked(path, given))
                _remove_leftovers(path)
        yield


@atexit.register
def release_all() -> None:
    """Release the locks that are still held, and remove the hidden files beside them: there are some after a signal
    only.
    """
    while _OURS:
        lock = _OURS.pop()
        if lock.descriptor is not None:
            with contextlib.suppress(OSError):
                os.close(lock.descriptor)
        with contextlib.suppress(TermmineError), output_lock([lock.path]):
            pass


@contextlib.contextmanager
def _locked(path: Path, given: Path) -> Iterator[None]:
    lock = _Lock(path)
    _OURS.add(lock)
    try:
        _acquire(lock)
    except OSError as error:
        _OURS.discard(lock)
        if error.errno in _NO_LOCK_FILE:
            raise TermmineError(
                f"{given}: cannot be locked: {lock.place.name} beside it is no file of ours: "
                "remove that, or choose another output file"
            ) from error
        if isinstance(error, BlockingIOError):
            raise BusyError(f"{given}: {error}: wait until that is done, or choose another file") from error
        raise TermmineError(f"{given}: cannot be locked ({error.strerror}): choose another output file") from error
    try:
        yield
    finally:
        _release(lock)


def _acquire(lock: _Lock) -> None:
    """Open and lock the hidden file, and again where its last holder removed it between the two."""
    while lock.descriptor is None:
        descriptor = os.open(lock.place, os.O_RDWR | os.O_CREAT | _AS_IT_STANDS, 0o666)
        try:
            if not _is_plain(descriptor):
                raise OSError(errno.ELOOP, "no plain file")
            if not _try_lock(descriptor):
                raise BlockingIOError(f"{_holder(descriptor)} is writing it")
            is_current = _is_open_as(descriptor, lock.place)
            if is_current and not _is_ours(descriptor):  # left by another user's run that was killed
                lock.place.unlink(missing_ok=True)
            elif is_current:
                os.ftruncate(descriptor, 0)
                os.lseek(descriptor, 0, os.SEEK_SET)
                os.write(descriptor, f"{os.getpid()} {platform.node()}\n".encode())
                lock.descriptor = descriptor
        finally:
            if lock.descriptor is None:
                os.close(descriptor)


def _release(lock: _Lock) -> None:
    if lock in _OURS and lock.descriptor is not None:
        _remove_leftovers(lock.path)
        if sys.platform != "win32":  # while it is locked: who has opened it meanwhile will see that its name is gone
            lock.place.unlink(missing_ok=True)
        os.close(lock.descriptor)
    _OURS.discard(lock)


def _is_plain(descriptor: int) -> bool:
    """True where the open file has one name only: what is written to it must not end up in another's place."""
    state = os.fstat(descriptor)
    return stat.S_ISREG(state.st_mode) and state.st_nlink <= 1


def _is_ours(descriptor: int) -> bool:
    return not hasattr(os, "geteuid") or os.fstat(descriptor).st_uid == os.geteuid()


def _is_open_as(descriptor: int, place: Path) -> bool:
    """True where the open file is the one that has that path now."""
    try:
        return os.path.samestat(os.fstat(descriptor), place.stat())
    except FileNotFoundError:
        return False


def _holder(descriptor: int) -> str:
    """The process that has the lock, by the note in its file."""
    for _ in range(_PATIENCE):
        os.lseek(descriptor, 0, os.SEEK_SET)
        number, _, host = os.read(descriptor, _LONGEST_NOTE).decode(errors="replace").strip().partition(" ")
        if number:
            return f"process {number}" + f" on {host}" * (host != platform.node())
        time.sleep(0.05)
    return "another process"


def _remove_leftovers(path: Path) -> None:
    for leftover in path.parent.glob(f"{hidden_prefix(path)}-*"):
        with contextlib.suppress(OSError):  # a directory, or another's in a directory that all may write
            leftover.unlink(missing_ok=True)
