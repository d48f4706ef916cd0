"""One writer at a time: a lock on each output, held from before the work until the output has its name.

In: the paths of the outputs. Out: a context in which no other process writes them. The lock is the kernel's and belongs
to an open file, so it ends with the process, however that ends: there is never a stale lock to clear by hand. It is
taken on a hidden file beside the output (the output itself is replaced by each run, and a lock on it with it), which is
removed in the end. No lock is waited for: two runs with the same output are a mistake, and the second one says so.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from termmine.errors import BusyError, TermmineError

#: Paths that mean standard output. A link to it would do as well, but for `>>`: a file behind it must not be replaced.
STDOUT = ("-", "/dev/stdout")

_LONGEST_NOTE = 300  # bytes in a lock file: a process number and a host name
_PATIENCE = 20  # times 50 ms until a process that has just got the lock must have written who it is

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
    """What the names of the hidden files beside an output begin with: a digest, for the name itself may be too long."""
    return f".termmine-{hashlib.sha256(os.fsencode(path.name)).hexdigest()[:16]}"


@contextlib.contextmanager
def output_lock(paths: Iterable[Path]) -> Iterator[None]:
    """Hold the outputs at these paths; `BusyError` at once where another process holds one of them.

    Standard output, devices and pipes need no lock. What a killed run has left beside the outputs is removed: nobody
    else can be writing it.
    """
    real = {Path(os.path.realpath(path)): path for path in paths if str(path) not in STDOUT}
    with contextlib.ExitStack() as held:
        for path, given in sorted(real.items()):
            if path.is_file() or not path.exists():
                held.enter_context(_lock(path, given))
                _remove_leftovers(path)
        yield


@contextlib.contextmanager
def _lock(path: Path, given: Path) -> Iterator[None]:
    place = path.with_name(hidden_prefix(path) + ".lock")
    try:
        descriptor = _acquire(place, given)
    except OSError as error:
        raise TermmineError(f"{given}: cannot be locked ({error.strerror}): choose another output file") from error
    try:
        yield
    finally:
        if sys.platform != "win32":  # while it is locked: who has opened it meanwhile will see that its name is gone
            place.unlink(missing_ok=True)
        os.close(descriptor)


def _acquire(place: Path, given: Path) -> int:
    """Open and lock the file at that place; not one that its last holder removed between the two."""
    while True:
        descriptor = os.open(place, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            if not _try_lock(descriptor):
                raise BusyError(
                    f"{given}: {_holder(descriptor)} is writing it: wait until that is done, or choose another file"
                )
            if _is_open_as(descriptor, place):
                os.ftruncate(descriptor, 0)
                os.lseek(descriptor, 0, os.SEEK_SET)
                os.write(descriptor, f"{os.getpid()} {socket.gethostname()}\n".encode())
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _is_open_as(descriptor: int, place: Path) -> bool:
    """Whether the open file is the one that stands at that place now."""
    try:
        return os.path.samestat(os.fstat(descriptor), place.stat())
    except FileNotFoundError:
        return False


def _holder(descriptor: int) -> str:
    """Who has the lock, after the note in its file."""
    for _ in range(_PATIENCE):
        os.lseek(descriptor, 0, os.SEEK_SET)
        number, _, host = os.read(descriptor, _LONGEST_NOTE).decode(errors="replace").strip().partition(" ")
        if number:
            return f"process {number}" + f" on {host}" * (host != socket.gethostname())
        time.sleep(0.05)
    return "another process"


def _remove_leftovers(path: Path) -> None:
    for leftover in path.parent.glob(f"{hidden_prefix(path)}-*"):
        leftover.unlink(missing_ok=True)
