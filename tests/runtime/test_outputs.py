"""A file is replaced whole, by one of the same owner and permissions; what fails meanwhile is one clear error."""

from __future__ import annotations

import os
import resource
import subprocess
from pathlib import Path

import pytest

from support.command import BUFFERING, POWER, PROCESS, run
from termmine.runtime import outputs
from termmine.runtime.locks import hidden_prefix


def test_the_owner_stays_and_the_right_to_run_as_them_does_not(tmp_path: Path) -> None:
    path = tmp_path / "terms.csv"
    path.write_bytes(b"old")
    path.chmod(0o4750)
    if os.geteuid() == 0:
        os.chown(path, 1234, 2345)
        path.chmod(0o6750)
    before = path.stat()
    outputs.write_whole(path, b"new")
    after = path.stat()
    assert path.read_bytes() == b"new"
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)
    assert after.st_mode & 0o7777 == 0o750


@pytest.mark.parametrize("environment", BUFFERING)
def test_a_full_disk_during_count_is_one_line(environment: dict[str, str], tmp_path: Path) -> None:
    target, limit = tmp_path / "counts.tmc", 40_000
    target.write_bytes(b"old")
    done = subprocess.run(
        [*PROCESS, "count", str(POWER), "-o", str(target)], env=environment, capture_output=True, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )  # fmt: skip
    assert done.returncode == 1
    line = f"termmine: error: {target}: File too large: nothing was written; free some space or choose another place\n"
    assert done.stderr == line
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_directory_with_a_hidden_name_is_nobodys_leftover(tmp_path: Path) -> None:
    target = tmp_path / "terms.csv"
    (tmp_path / f"{hidden_prefix(target)}-x").mkdir()
    assert run("discover", POWER, "-q", "--top", 1, "-o", target).code == 0
    assert (tmp_path / f"{hidden_prefix(target)}-x").is_dir()
