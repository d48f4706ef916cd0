"""Where numba keeps the kernels' machine code, and that none of it outlives a change of their sources.

numba compares a function's machine code with the file of that function alone, but what other files lend to it
(constants, functions) is compiled in. So whatever was compiled from other sources is dropped as a whole.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any

import numba

TRIED = (0, 68)  # the last version of numba in which `loading` has been tried: newer ones read their cache as they do
STAMP = "termmine-sources"  # a file beside the machine code: what it was compiled from


def keep_code(kernel: Any) -> Any:
    """Have the machine code of a kernel kept; without a place for it (a read-only installation, no home) do without."""
    if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
        return kernel
    with contextlib.suppress(RuntimeError):
        if numba.version_info.short <= TRIED:
            from termmine.kernels.loading import CodeCache

            kernel._cache = CodeCache(kernel.py_func)
        else:
            kernel.enable_caching()
    return kernel


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
        Path(name).chmod(0o644)  # who may use the machine code may see what it was compiled from
        Path(name).replace(folder / STAMP)
