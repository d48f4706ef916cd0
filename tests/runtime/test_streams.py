"""Standard output gets every byte, or an error says that it did not, whoever buffers and however busy its reader is."""

from __future__ import annotations

import fcntl
import os
import resource
import subprocess
import time
from pathlib import Path

import pytest

from support.command import BUFFERING, POWER, PROCESS, run
from termmine.runtime.streams import descriptor_of


@pytest.fixture(scope="module")
def expected() -> bytes:
    out = run("discover", POWER, "-q").out
    assert len(out) > 100_000  # more than a pipe holds
    return out


def discover(environment: dict[str, str], *arguments: str, **streams: object) -> subprocess.Popen[bytes]:
    command = [*PROCESS, "discover", str(POWER), "-q", *arguments]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, **streams)  # type: ignore[call-overload]


@pytest.mark.parametrize("environment", BUFFERING)
def test_a_full_disk_is_an_error_and_what_fits_is_there(
    environment: dict[str, str], tmp_path: Path, expected: bytes
) -> None:
    limit = 20_000
    with (tmp_path / "cut.csv").open("wb") as file:
        process = discover(
            environment, stdout=file, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        )
        _, told = process.communicate()
    line = b"termmine: error: standard output: File too large: free some space or choose another place\n"
    assert (process.returncode, told) == (1, line)
    assert (tmp_path / "cut.csv").read_bytes() == expected[:limit]


@pytest.mark.parametrize("environment", BUFFERING)
def test_a_pipe_that_does_not_wait_gets_all(environment: dict[str, str], expected: bytes) -> None:
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETFL, os.O_NONBLOCK)
    process = discover(environment, stdout=writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        start = pipe.read(1)
        time.sleep(0.3)  # the pipe fills meanwhile
        assert start + pipe.read() == expected
    assert process.communicate()[1] == b""
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("name", "environment"),
    [*((name, BUFFERING[0]) for name in ("/dev/stdout", "/proc/self/fd/1", "link.csv")),
     *(("/dev/fd/1", environment) for environment in BUFFERING)],
)  # fmt: skip
def test_what_is_appended_to_is_not_replaced(
    environment: dict[str, str], name: str, tmp_path: Path, expected: bytes
) -> None:
    """As by `-o /dev/fd/1 >> log`."""
    (tmp_path / "link.csv").symlink_to("/dev/fd/1")
    (tmp_path / "log").write_bytes(b"before\n")
    with (tmp_path / "log").open("ab") as log:
        process = discover(environment, "-o", name, stdout=log, cwd=tmp_path)
        assert process.communicate()[1] == b""
    assert (tmp_path / "log").read_bytes() == b"before\n" + expected


def test_another_open_file_is_written_where_it_stands(tmp_path: Path, expected: bytes) -> None:
    (tmp_path / "log").write_bytes(b"before\n")
    with (tmp_path / "log").open("ab") as log:
        done = run("discover", POWER, "-q", "-o", f"/dev/fd/{log.fileno()}")
    assert (done.code, done.out, done.err) == (0, b"", "")
    assert (tmp_path / "log").read_bytes() == b"before\n" + expected


def test_which_paths_are_open_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, target in {"a": "b", "b": "/dev/../dev/fd/7", "loop": "loop", "file": "terms.csv", "dash": "-"}.items():
        Path(name).symlink_to(target)
    expected = {
        "-": 1, "/dev/stdout": 1, "/dev/stderr": 2, "/dev/fd/3": 3, "/dev/./fd/12": 12, "a": 7,
        "loop": None, "file": None, "terms.csv": None, "/dev/null": None, "/dev/fd": None, "./-": None,
    }  # fmt: skip
    assert {name: descriptor_of(Path(name)) for name in expected} | {"./-": None} == expected
