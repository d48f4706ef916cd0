"""The preparation of an executor's Python process: a place for the kernels' machine code.

In an executor the package may be read-only and its user may have no home, so that numba finds no place for machine
code and compiles in each process, some ten seconds. Nothing of the kernels is imported before that is settled.
"""

from __future__ import annotations

import os
import pickle
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PLACE = "NUMBA_CACHE_DIR"


@dataclass(frozen=True)
class Packed:
    """A function over record batches, unpacked where it is called: the modules that it needs are imported then."""

    content: bytes

    def __call__(self, batches: Any) -> Any:
        """Apply the function to the batches of a partition."""
        prepare()
        return pickle.loads(self.content)(batches)


def prepare() -> None:
    """Give numba a place for machine code, if it has none, before any kernel is imported."""
    if _PLACE in os.environ or "numba" in sys.modules or _has_place():
        return
    folder = Path(tempfile.gettempdir()) / f"termmine-numba-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
    if _is_own(folder):
        os.environ[_PLACE] = str(folder)


def _has_place() -> bool:
    """True where numba's own choice can be written to: beside the sources, or the user's cache."""
    beside = Path(__file__).parents[2] / "kernels" / "__pycache__"
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    return any(_is_writable(place) for place in (beside, home))


def _is_writable(folder: Path) -> bool:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return os.access(folder, os.W_OK)


def _is_own(folder: Path) -> bool:
    """Make a folder that nobody else may write to: what lies there is executed."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return False
    mine = not hasattr(os, "getuid") or found.st_uid == os.getuid()
    return mine and stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o022
