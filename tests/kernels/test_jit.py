"""Where the kernels' machine code is kept: in the user's cache, else beside them, else nowhere, which is said; that it
is never older than any of their sources.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import termmine
from support import naive

PACKAGE = Path(termmine.__file__).parent

#: Runs the quickest kernel, and says what a command would say before its first run.
SCRIPT = """
import numpy as np
from termmine.counting.source import announce_compilation
from termmine.kernels import contexts, jit
from termmine.runtime.progress import Progress

contexts.window_begin(np.zeros(1, dtype=np.int32), 1, 0)
announce_compilation(Progress(print))
print(jit.cache_folder())
"""

pytestmark = pytest.mark.skipif(naive.TINY, reason="nothing is compiled")


def run(folder: Path, home: Path, script: str = SCRIPT, **more: str) -> list[str]:
    """What a script prints, with the package of a folder."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")}
    environment = {**kept, "HOME": str(home), "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", **more}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True, cwd=folder)
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.fixture
def read_only(tmp_path: Path) -> Path:
    """A copy of the package in which no cache can be made: a file has its name, which stops even root."""
    folder = tmp_path / "site"
    shutil.copytree(PACKAGE, folder / "termmine", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "termmine" / "kernels" / "__pycache__").write_text("")
    return folder


def test_a_read_only_installation_caches_in_the_users_folder(read_only: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    note, folder = run(read_only, home)
    assert note == "compiling the counting loops, only this once: 10 to 30 seconds"
    assert Path(folder).is_relative_to(home)
    assert list(Path(folder).glob("contexts.window_begin-*.nbi"))


def test_nothing_is_left_in_the_installation(tmp_path: Path) -> None:
    """So that nothing of it stays when it is uninstalled."""
    folder, home = tmp_path / "site", tmp_path / "home"
    home.mkdir()
    shutil.copytree(PACKAGE, folder / "termmine", ignore=shutil.ignore_patterns("__pycache__"))
    before = sorted(folder.rglob("*"))
    _, cache = run(folder, home)
    assert sorted(folder.rglob("*")) == before
    assert Path(cache).is_relative_to(home / ".cache" / "termmine" if sys.platform == "linux" else home)
    _, cache = run(folder, home, XDG_CACHE_HOME=str(tmp_path / "elsewhere"))
    assert sys.platform != "linux" or Path(cache).is_relative_to(tmp_path / "elsewhere" / "termmine")


def test_without_a_home_nothing_is_cached_and_the_way_out_is_named(read_only: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "file"
    nowhere.write_text("")
    note, folder = run(read_only, nowhere)
    assert note.startswith("compiling the counting loops: 10 to 30 seconds in every run: set NUMBA_CACHE_DIR")
    assert folder == "None"
    _, folder = run(read_only, nowhere, NUMBA_CACHE_DIR=str(tmp_path / "cache"))
    assert Path(folder).is_relative_to(tmp_path / "cache")


def test_a_change_in_any_kernels_file_drops_all_machine_code(read_only: Path, tmp_path: Path) -> None:
    """numba would keep what is compiled from other files into a function of an unchanged one."""
    kernels = read_only / "termmine" / "kernels"
    home = tmp_path / "home"
    home.mkdir()

    def compiled() -> float:
        _, folder = run(read_only, home)
        (index,) = Path(folder).glob("contexts.window_begin-*.nbi")
        return index.stat().st_mtime_ns

    first = compiled()
    assert compiled() == first
    (kernels / "codes.py").touch()
    assert compiled() == first  # the same sources
    with (kernels / "codes.py").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert compiled() > first


@pytest.mark.parametrize("suffix", ["nbi", "nbc"])
@pytest.mark.parametrize("kept", [0, 0.5])
def test_machine_code_that_was_cut_short_is_compiled_anew(
    read_only: Path, tmp_path: Path, suffix: str, kept: float
) -> None:
    """By a power cut or a full disk; numba itself would fail in every run."""
    home = tmp_path / "home"
    home.mkdir()
    folder = Path(run(read_only, home)[-1])
    spoilt = [path for path in folder.glob(f"*.{suffix}") if path.stat().st_size]
    assert spoilt
    whole = {path: path.stat().st_size for path in spoilt}
    for path in spoilt:
        path.write_bytes(path.read_bytes()[: int(kept * whole[path])])
    run(read_only, home)
    assert run(read_only, home)[-1] == str(folder)
    assert {path for path, size in whole.items() if path.stat().st_size != size} == set()
