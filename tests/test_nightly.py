"""The recipe of docs/nightly.md as it is written: killed at any moment, it loses nothing and counts nothing twice.

The suite kills it a few times; for more, say how often: TERMMINE_NIGHTLY_KILLS=60 pytest -s tests/test_nightly.py
"""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from command import ENCYCLOPEDIA, POWER

SCRIPT = Path(__file__).parents[1] / "docs" / "nightly.sh"
KILLS = int(os.environ.get("TERMMINE_NIGHTLY_KILLS", "5"))
DAYS = ("2026-11-01", "2026-11-02", "2026-11-03")

pytestmark = pytest.mark.skipif(not shutil.which("flock"), reason="the recipe needs flock, of util-linux")


def documents() -> dict[str, dict[str, bytes]]:
    """What comes in: day -> path below the inbox -> text; every name has a text of its own, one name comes twice."""
    arrivals: dict[str, dict[str, bytes]] = {}
    for kind, sample in (("domain", POWER), ("background", ENCYCLOPEDIA)):
        lines = sample.read_bytes().splitlines(keepends=True)
        for i, day in enumerate(DAYS):
            part = lines[i :: len(DAYS)]
            half = len(part) // 2
            arrivals.setdefault(day, {})[f"{kind}/{day}.txt"] = b"".join(part[:half])
            arrivals[day][f"{kind}/报告 1.txt"] = b"".join(part[half:])
    del arrivals[DAYS[1]]["background/报告 1.txt"], arrivals[DAYS[1]][f"background/{DAYS[1]}.txt"]
    return arrivals


ARRIVALS = documents()


class Place:
    """A directory in which the recipe runs."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        program = root / "bin" / "termmine"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "from termmine.cli import main; main()" "$@"\n')
        program.chmod(0o755)
        self.environment = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "TERMMINE_QUIET": "1"}

    def start(self, day: str) -> subprocess.Popen[str]:
        """Run the recipe for a day, in a process group of its own."""
        pipe = subprocess.PIPE
        command = ["sh", SCRIPT, self.root, day]
        return subprocess.Popen(command, env=self.environment, start_new_session=True, stderr=pipe, text=True)

    def run(self, day: str) -> None:
        """Run it to the end, which is silent."""
        with self.start(day) as process:
            assert process.communicate()[1] == ""
            assert process.returncode == 0

    def kill(self, process: subprocess.Popen[str]) -> None:
        """End it with all that it has started, and wait until the last of them is gone, and the lock with it."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        with (self.root / ".nightly.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)

    def receive(self, day: str) -> None:
        """Put what comes on a day into the inbox, each document in one step."""
        for name, text in ARRIVALS[day].items():
            target = self.root / "inbox" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            hidden = target.with_name("." + target.name)
            hidden.write_bytes(text)
            hidden.rename(target)

    def published(self) -> dict[str, bytes]:
        """Every file of the day that `current` stands for."""
        return read_tree(self.root / "current")

    def held(self) -> Counter[bytes]:
        """How often each document stands somewhere: in the inbox, taken, or with the counts that hold it."""
        places = ("inbox/*/*", "new/documents/*/*", "days/*/documents/*/*")
        return Counter(path.read_bytes() for place in places for path in self.root.glob(place))


def read_tree(directory: Path) -> dict[str, bytes]:
    """Path below the directory -> content."""
    if not directory.exists():
        return {}
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[str, bytes]], dict[str, bytes], float]:
    """What three good days publish, day by day; all that stands there in the end; how long a day took at most."""
    place = Place(tmp_path_factory.mktemp("nightly") / "good")
    published, longest = [], 0.0
    for day in DAYS:
        place.receive(day)
        began = time.monotonic()
        place.run(day)
        longest = max(longest, time.monotonic() - began)
        published.append(place.published())
        place.run(day)  # once more changes nothing
        assert place.published() == published[-1]
    return published, read_tree(place.root / "days"), longest


def test_each_day_publishes_its_lists(undisturbed: tuple[list[dict[str, bytes]], dict[str, bytes], float]) -> None:
    published, everything, _ = undisturbed
    for i, files in enumerate(published):
        named = {name for name in files if not name.startswith("documents/")}
        assert named == {"domain.tmc", "background.tmc", "terms.csv", "userdict.txt", *["changes.csv"] * (i > 0)}
        assert files["terms.csv"].startswith(b"term,score,")
        terms = [line.split(b",")[0] for line in files["terms.csv"].splitlines()[1:]]
        assert len(terms) > 20
        assert files["userdict.txt"].startswith(terms[0])
        assert {name.removeprefix("documents/") for name in files if name not in named} == set(ARRIVALS[DAYS[i]])
    assert published[0]["background.tmc"] == published[1]["background.tmc"], "nothing came in"
    kept = [name for name in everything if name.endswith(".tmc")]
    assert sorted(kept) == sorted(f"{day}/{kind}.tmc" for day in DAYS[1:] for kind in ("domain", "background"))


def test_killed_at_random_moments(
    tmp_path: Path, undisturbed: tuple[list[dict[str, bytes]], dict[str, bytes], float]
) -> None:
    """SIGKILL to the whole process group; what is published then is that of yesterday or today, to the byte."""
    published, everything, longest = undisturbed
    place = Place(tmp_path / "bad")
    draw = random.Random(20261125)
    killed = [0] * len(DAYS)
    after_commit = 0
    for i, day in enumerate(DAYS):
        place.receive(day)
        came = Counter(text for past in DAYS[: i + 1] for text in ARRIVALS[past].values())
        for _ in range(KILLS * (i + 1) // len(DAYS) - KILLS * i // len(DAYS)):
            with place.start(day) as process:
                try:
                    process.wait(draw.uniform(0, longest))
                except subprocess.TimeoutExpired:
                    place.kill(process)
                    killed[i] += 1
                assert process.wait() in (0, -signal.SIGKILL)
            now = place.published()
            assert now in ([published[i - 1] if i else {}, published[i]])
            after_commit += now == published[i]
            assert place.held() == came
        place.run(day)
        assert place.published() == published[i]
    place.run(DAYS[-1])  # once more, as there: a run begins with removing what the last one no longer needed
    assert read_tree(place.root / "days") == everything
    assert sorted(path.name for path in place.root.iterdir() if path.name != "bin") == [
        ".nightly.lock", "current", "days", "inbox", "new",
    ]  # fmt: skip
    print(f"killed {killed} times on the three days; {after_commit} of them when the day was published")


def test_two_runs_at_once(tmp_path: Path) -> None:
    place = Place(tmp_path / "twice")
    place.receive(DAYS[0])
    os.mkfifo(place.root / "inbox" / "domain" / "slow")  # whoever counts it waits
    with place.start(DAYS[0]) as first:
        while not (place.root / "new" / "documents" / "domain" / "slow").exists():
            time.sleep(0.02)
        with place.start(DAYS[0]) as second:
            assert second.communicate()[1] == f"nightly: {place.root}: another run is at work: wait until it is done\n"
            assert second.returncode == 75
        place.kill(first)


def test_a_clock_that_goes_back(tmp_path: Path) -> None:
    place = Place(tmp_path / "back")
    (place.root / "days" / DAYS[1]).mkdir(parents=True)
    with place.start(DAYS[0]) as process:
        told = process.communicate()[1]
    assert told == f"nightly: {place.root}: {DAYS[0]} is before {DAYS[1]}, which is done: check the clock\n"
    assert process.returncode == 1
