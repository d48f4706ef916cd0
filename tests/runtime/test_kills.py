"""Runs that are killed at random moments: every file is whole, old or new, and the next run works and cleans up.

`TERMMINE_ATTACK=100 pytest -n 0 -s tests/runtime/test_kills.py` kills a hundred times as many.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

from support import naive
from support.command import ENCYCLOPEDIA, POWER, PROCESS, run

TIMES = int(os.environ.get("TERMMINE_ATTACK", "1"))
NAMES = ("terms.csv", "absorbed.csv", "meta.json", "counts.tmc")
DISCOVER = ["discover", str(POWER), "-b", str(ENCYCLOPEDIA), "-q", "-o", "terms.csv",
            "--absorbed", "absorbed.csv", "--meta", "meta.json"]  # fmt: skip
ADD = ["count", "--add", str(ENCYCLOPEDIA), "counts.tmc", "-q"]

pytestmark = pytest.mark.skipif(naive.TINY, reason="the sample is too large for uncompiled kernels")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents() -> dict[str, bytes]:
    return {name: Path(name).read_bytes() for name in NAMES if Path(name).exists()}


def state(now: dict[str, bytes], old: dict[str, bytes], new: dict[str, bytes]) -> tuple[str, ...]:
    """What each file is: new, old, none or torn."""
    return tuple(
        "new" if now.get(name) == new[name] else "old" if now.get(name) == old.get(name) else "torn" for name in NAMES
    )


@pytest.mark.parametrize("command", [DISCOVER, ADD], ids=["discover", "add"])
def test_a_kill_at_any_moment_leaves_whole_files(here: Path, command: list[str]) -> None:
    assert run("count", POWER, "-o", "counts.tmc", "-q").code == 0
    old = contents()
    started = time.monotonic()
    subprocess.run([*PROCESS, *command], check=True)
    duration = time.monotonic() - started
    new = old | contents()
    new |= {name: b"never" for name in NAMES if name not in new}
    draw, tally = random.Random(f"{command[0]}{TIMES}"), Counter[tuple[str, ...]]()
    for _ in range(2 * TIMES):
        for name in NAMES:
            Path(name).unlink(missing_ok=True)
        for name, data in old.items():
            Path(name).write_bytes(data)
        signum = draw.choice([signal.SIGKILL] * 3 + [signal.SIGTERM, signal.SIGINT])
        with subprocess.Popen([*PROCESS, *command], stderr=subprocess.PIPE) as process:
            time.sleep(draw.uniform(0, 1.1 * duration))
            process.send_signal(signum)
            assert b"Traceback" not in process.communicate(timeout=60)[1]
        seen = state(contents(), old, new)
        assert "torn" not in seen
        assert seen[0] != "new" or seen[1:3] == ("new", "new") or command is ADD  # the main file comes last
        tally[(signum.name, *seen)] += 1
        if command is ADD and seen[-1] == "new":  # it came to its end: once more would count the text twice
            Path("counts.tmc").write_bytes(old["counts.tmc"])
        assert run(*command).code == 0  # the next run
        assert contents() == {name: data for name, data in new.items() if data != b"never"}
        assert [path.name for path in here.iterdir() if path.name.startswith(".")] == []
    for kind, n in sorted(tally.items()):
        print(f"{command[0]:10}", *kind, n)
