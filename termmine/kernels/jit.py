"""numba's options, and where the machine code of the kernels is kept; the only module that imports numba.

numba compares a function's machine code with the file of that function alone, but what other files lend to it
(constants, functions) is compiled in. So whatever was compiled from other sources is dropped as a whole, when this
module is imported and before any kernel is loaded.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numba

#: The last kernels that each stage compiles: when these are there, so are the others.
COUNTING = ("encode.encode", "levels.next_level")
DISCOVERING = (*COUNTING, "contexts.survey")

STAMP = "termmine-sources"  # a file beside the machine code: what it was compiled from


def njit(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a kernel: the one set of numba's options. Without a place for machine code it is compiled in each
    process.
    """
    kernel = numba.njit(nogil=True)(function)
    if not numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
        with contextlib.suppress(RuntimeError), _in_users_cache():  # a read-only installation, no home
            kernel.enable_caching()
            _forgive(kernel)
    return kernel


def users_cache() -> Path:
    """The folder for files that the user's programs can make again, and this one's part of it."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "termmine" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "termmine"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "termmine"


@contextlib.contextmanager
def _in_users_cache() -> Iterator[None]:
    """Have numba keep the machine code of what is decorated here in the user's cache, or where NUMBA_CACHE_DIR says.

    Beside the modules, which is numba's first choice, files would stay when the package is uninstalled. Where there is
    no such cache numba's own choices hold.
    """
    before = numba.config.CACHE_DIR  # type: ignore[attr-defined]
    if not before:
        with contextlib.suppress(RuntimeError):  # no home
            numba.config.CACHE_DIR = str(users_cache())  # type: ignore[attr-defined]
    try:
        yield
    finally:
        numba.config.CACHE_DIR = before  # type: ignore[attr-defined]


def _forgive(kernel: Any) -> None:
    """Have a kernel compiled anew where its machine code cannot be loaded: numba itself fails on a file that was cut
    short.

    A power cut or a full disk leaves such files, and each later run would fail. Machine code that cannot be written is
    not kept.
    """
    cache = getattr(kernel, "_cache", None)
    if cache is None or not hasattr(cache, "load_overload"):  # another version of numba, which may do this itself
        return
    load, save = cache.load_overload, cache.save_overload

    def load_or_drop(*arguments: Any) -> Any:
        try:
            return load(*arguments)
        except Exception:  # unpickling garbage may raise anything
            with contextlib.suppress(Exception):
                cache.flush()
            return None

    def save_or_not(*arguments: Any) -> None:
        with contextlib.suppress(Exception):
            save(*arguments)

    cache.load_overload, cache.save_overload = load_or_drop, save_or_not


def inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a part of a kernel that is compiled into its callers: a call would count references to every array it is
    given.
    """
    return numba.njit(inline="always")(function)


@njit
def _any_kernel():
    """A kernel like any other, by which the folder that all of them share is found."""


def cache_folder() -> Path | None:
    """The folder of the kernels' machine code: in the user's cache, where there is none beside the kernels, or where
    NUMBA_CACHE_DIR says; None where there is no place for it, or numba is switched off.
    """
    path = None if numba.config.DISABLE_JIT else getattr(_any_kernel, "stats").cache_path  # type: ignore[attr-defined] # noqa: B009
    return None if path is None else Path(path)


def is_compiled(kernels: tuple[str, ...]) -> bool:
    """True where the machine code of those kernels is in numba's cache (or numba is switched off)."""
    if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
        return True
    folder = cache_folder()
    return folder is not None and all(any(folder.glob(f"{kernel}-*.nbi")) for kernel in kernels)


def sources_digest() -> str:
    """A digest of all files of this package."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def drop_stale(folder: Path) -> None:
    """Delete the machine code in a folder if it was not compiled from the sources that are there now."""
    wanted = sources_digest()
    with contextlib.suppress(OSError):  # nothing there yet, or not ours to change: numba copes with either
        if (folder / STAMP).read_text() == wanted:
            return
    with contextlib.suppress(OSError):
        for path in [*folder.glob("*.nbi"), *folder.glob("*.nbc")]:
            path.unlink(missing_ok=True)
        folder.mkdir(parents=True, exist_ok=True)
        file, name = tempfile.mkstemp(dir=folder)
        with os.fdopen(file, "w") as stamp:
            stamp.write(wanted)
        Path(name).chmod(0o644)  # whoever may use the machine code may read this file too
        Path(name).replace(folder / STAMP)


if (_folder := cache_folder()) is not None:
    drop_stale(_folder)
