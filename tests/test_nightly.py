"""The recipe of docs/nightly.md as it is written: killed at any moment, it loses nothing and counts nothing twice.

Twice: with a stand-in for termmine that takes no time, killed at each single step; and with termmine itself, killed at
random moments. Each of its commands takes a second, so the suite does the latter for two days and a few times; for
three days, and more of it, say how often:

    TERMMINE_NIGHTLY_KILLS=60 pytest -n 0 -s tests/test_nightly.py
"""

from __future__ import annotations

import fcntl
import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import termmine
from support.command import ENCYCLOPEDIA, POWER

SCRIPT = Path(__file__).parents[1] / "docs" / "nightly.sh"
KILLS = int(os.environ.get("TERMMINE_NIGHTLY_KILLS", "4"))
DAYS = ("2026-11-01", "2026-11-02", "2026-11-03")
REAL_DAYS = DAYS[: 3 if KILLS > 4 else 2]  # with termmine itself

pytestmark = pytest.mark.skipif(not shutil.which("flock"), reason="the recipe needs flock, of util-linux")

TERMMINE = f'#!/bin/sh\nexec "{sys.executable}" -c "from termmine.cli import main; main()" "$@"\n'

#: Writes, whole or not at all, what it was told and what it was given: a file that only the same text makes.
STAND_IN = """#!/bin/sh
set -eu
for output; do :; done
{
    printf '%s\\n' "$*"
    while [ "$1" != -o ]; do
        if [ -d "$1" ]; then cat "$1"/*; elif [ -f "$1" ]; then cat "$1"; fi
        shift
    done
} > "$output.part"
mv "$output.part" "$output"
"""

#: Stands before a program of the system, and kills the process group when the count that it keeps in a file is down.
STEP = """#!/bin/sh
left=$(($(cat "$STEPS") - 1))
echo $left > "$STEPS"
if [ $left = 0 ]; then kill -KILL 0; fi
exec {program} "$@"
"""
STEPPED = ("mkdir", "rm", "mv", "ln", "cp", "sync")


def documents() -> dict[str, dict[str, bytes]]:
    """What comes in: day -> path below the inbox -> text; one name comes on several days, a kind not on each."""
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


@dataclass
class Place:
    """A directory in which the recipe runs, with this program for termmine."""

    root: Path
    program: str = TERMMINE

    def __post_init__(self) -> None:
        self.tools = self.root.with_name(self.root.name + "-tools")
        self.steps = self.tools / "steps"
        self.tools.mkdir(parents=True)
        self.root.mkdir(exist_ok=True)
        for name in STEPPED:
            self._install(name, STEP.replace("{program}", str(shutil.which(name))))
        self._install("termmine", self.program)

    def _install(self, name: str, text: str) -> None:
        (self.tools / name).write_text(text)
        (self.tools / name).chmod(0o755)

    def start(self, day: str, step: int = -1) -> subprocess.Popen[str]:
        """Run the recipe for a day, in a process group of its own, which dies before this step."""
        self.steps.write_text(f"{step}\n")
        environment = {
            **os.environ, "PATH": f"{self.tools}:{os.environ['PATH']}", "STEPS": str(self.steps), "TERMMINE_QUIET": "1"
        }  # fmt: skip
        command, pipe = self.command(day), subprocess.PIPE
        return subprocess.Popen(command, env=environment, start_new_session=True, stderr=pipe, text=True)

    def command(self, day: str) -> list[str | Path]:
        """What runs for a day."""
        return ["sh", SCRIPT, self.root, day]

    def run(self, day: str, step: int = -1) -> bool:
        """Run it to the end, which is silent, or to its death; whether it came to its end."""
        with self.start(day, step) as process:
            told = process.communicate()[1]
        if process.returncode == -signal.SIGKILL:
            self._wait_for_the_dead()
        else:
            assert (process.returncode, told) == (0, "")
        return process.returncode == 0

    def kill(self, process: subprocess.Popen[str]) -> None:
        """End it with all that it has started."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self._wait_for_the_dead()

    def _wait_for_the_dead(self) -> None:
        """Until the last process of the group is gone, and the lock with it."""
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

    def copy(self) -> Place:
        """The same as it stands now, in another place."""
        root = self.root.with_name(self.root.name + "-copy")
        for old in (root, root.with_name(root.name + "-tools")):
            shutil.rmtree(old, ignore_errors=True)
        shutil.copytree(self.root, root, symlinks=True)
        return Place(root, self.program)

    def published(self) -> dict[str, bytes]:
        """Every file of the day that `current` stands for."""
        return read_tree(self.root / "current")

    def held(self) -> Counter[bytes]:
        """How often each document stands somewhere: in the inbox, taken, or with the counts that hold it."""
        places = ("inbox/*/*", "new/documents/*/*", "days/*/documents/*/*")
        return Counter(path.read_bytes() for place in places for path in self.root.glob(place))

    def everything(self, day: str) -> dict[str, bytes]:
        """All days; after one more run, which does nothing but to remove what the last one needed to begin with."""
        before = self.published()
        assert self.run(day)
        assert self.published() == before
        top = sorted(path.name for path in self.root.iterdir())
        assert top == [".nightly.lock", "current", "days", "inbox", "new"]
        return read_tree(self.root / "days")


def read_tree(directory: Path) -> dict[str, bytes]:
    """Path below the directory -> content."""
    if not directory.exists():
        return {}
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


@dataclass
class Undisturbed:
    """What good days leave: what each publishes, all that stands there after it, and how long one takes."""

    published: list[dict[str, bytes]]
    everything: list[dict[str, bytes]]
    seconds: float


def undisturbed(place: Place, days: tuple[str, ...] = DAYS) -> Undisturbed:
    published, everything, seconds = [], [], []
    for day in days:
        place.receive(day)
        began = time.monotonic()
        assert place.run(day)
        seconds.append(time.monotonic() - began)
        published.append(place.published())
        everything.append(place.everything(day))
    return Undisturbed(published, everything, min(seconds))


def came(day: str) -> Counter[bytes]:
    """Each document that has come until then, once."""
    return Counter(text for past in DAYS[: DAYS.index(day) + 1] for text in ARRIVALS[past].values())


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    return undisturbed(Place(tmp_path_factory.mktemp("nightly") / "good"), REAL_DAYS)


def test_each_day_publishes_its_lists(good: Undisturbed) -> None:
    for i, files in enumerate(good.published):
        named = {name for name in files if not name.startswith("documents/")}
        assert named == {"domain.tmc", "background.tmc", "terms.csv", "userdict.txt", *["changes.csv"] * (i > 0)}
        assert files["terms.csv"].startswith(b"term,score,")
        terms = [line.split(b",")[0] for line in files["terms.csv"].splitlines()[1:]]
        assert len(terms) > 20
        assert files["userdict.txt"].startswith(terms[0])
        assert {name.removeprefix("documents/") for name in files if name not in named} == set(ARRIVALS[DAYS[i]])
    assert good.published[0]["background.tmc"] == good.published[1]["background.tmc"], "nothing came in"
    kept = [name for name in good.everything[-1] if name.endswith(".tmc")]
    assert sorted(kept) == sorted(f"{day}/{kind}.tmc" for day in REAL_DAYS[-2:] for kind in ("domain", "background"))


def test_killed_at_random_moments(tmp_path: Path, good: Undisturbed) -> None:
    """SIGKILL to the whole process group; what is published then is that of yesterday or today, to the byte."""
    draw = random.Random(20261125)
    killed = Counter[str]()
    for attempt in itertools.count():
        place = Place(tmp_path / f"bad{attempt}")
        for i, day in enumerate(REAL_DAYS):
            place.receive(day)
            quota = KILLS * (i + 1) // len(REAL_DAYS)
            while sum(killed.values()) < quota and kill_once(place, day, draw.uniform(0, good.seconds)):
                killed[day] += 1
                check(place, day, good)
            assert place.run(day)
            assert place.published() == good.published[i]
        assert place.everything(REAL_DAYS[-1]) == good.everything[-1]
        if sum(killed.values()) >= KILLS:
            break
    print(f"killed {dict(killed)} times while at work, in {attempt + 1} times {len(REAL_DAYS)} days")


def kill_once(place: Place, day: str, seconds: float) -> bool:
    """Run a day and kill it after so many seconds; whether it was still at work then."""
    with place.start(day) as process:
        try:
            assert process.wait(seconds) == 0
        except subprocess.TimeoutExpired:
            place.kill(process)
            return True
    return False


def check(place: Place, day: str, good: Undisturbed) -> None:
    """What a killed run leaves: yesterday's lists or today's, and each document in one place."""
    i = DAYS.index(day)
    assert place.published() in [good.published[i - 1] if i else {}, good.published[i]]
    assert place.held() == came(day)


# --- the script alone ------------------------------------------------------------------------------------------------


def test_killed_at_each_step(tmp_path: Path) -> None:
    """Before each program that it starts, one after the other; and each time it can be finished from there."""
    good = undisturbed(Place(tmp_path / "good", STAND_IN))
    place = Place(tmp_path / "bad", STAND_IN)
    n_killed = 0
    for i, day in enumerate(DAYS):
        place.receive(day)
        for step in itertools.count(1):
            if place.run(day, step):
                break
            n_killed += 1
            check(place, day, good)
            finished = place.copy()
            assert finished.run(day)
            assert finished.published() == good.published[i]
        assert place.published() == good.published[i]
        assert place.everything(day) == good.everything[i]
    assert n_killed > 25


def test_each_document_is_counted_once(tmp_path: Path) -> None:
    """The stand-in's counts hold the text itself."""
    good = undisturbed(Place(tmp_path / "good", STAND_IN))
    for i, day in enumerate(DAYS):
        for kind in ("domain", "background"):
            counts = good.published[i][f"{kind}.tmc"]
            texts = [text for past in DAYS[: i + 1] for name, text in ARRIVALS[past].items() if name.startswith(kind)]
            assert [counts.count(text) for text in texts] == [1] * len(texts), day


def test_a_day_that_was_missed(tmp_path: Path) -> None:
    """What came in is counted on the next day that the recipe runs, together with that day's."""
    place = Place(tmp_path / "missed", STAND_IN)
    place.receive(DAYS[0])
    assert place.run(DAYS[0])
    place.receive(DAYS[1])
    assert not place.run(DAYS[1], 12)
    place.receive(DAYS[2])
    assert place.run(DAYS[2])
    assert place.held() == came(DAYS[2])
    waiting = {path.name for path in place.root.glob("inbox/*/*")}
    assert waiting == {"报告 1.txt"}, "a name that was taken already waits for the next day"
    assert place.run("2026-11-04")
    assert place.held() == came(DAYS[2])
    assert not list(place.root.glob("inbox/*/*"))


def test_what_comes_when_the_day_is_done_waits(tmp_path: Path) -> None:
    place = Place(tmp_path / "late", STAND_IN)
    place.receive(DAYS[0])
    assert place.run(DAYS[0])
    before = place.published()
    place.receive(DAYS[1])
    assert place.run(DAYS[0])
    assert place.published() == before
    assert place.run(DAYS[1])
    assert place.held() == came(DAYS[1])
    assert {"changes.csv", *(f"documents/{name}" for name in ARRIVALS[DAYS[1]])} <= set(place.published())


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Place]:
    """A place where the first document takes for ever to count."""
    place = Place(tmp_path / "slow", STAND_IN)
    place.receive(DAYS[0])
    os.mkfifo(place.root / "inbox" / "domain" / "slow")
    yield place


def test_two_runs_at_once(slow: Place) -> None:
    with slow.start(DAYS[0]) as first:
        while not (slow.root / "new" / "documents" / "domain" / "slow").exists():
            time.sleep(0.02)
        with slow.start(DAYS[0]) as second:
            assert second.communicate()[1] == f"nightly: {slow.root}: another run is at work: wait until it is done\n"
            assert second.returncode == 75
        slow.kill(first)


def test_a_clock_that_goes_back(tmp_path: Path) -> None:
    place = Place(tmp_path / "back", STAND_IN)
    (place.root / "days" / DAYS[1]).mkdir(parents=True)
    with place.start(DAYS[0]) as process:
        told = process.communicate()[1]
    assert told == f"nightly: {place.root}: {DAYS[0]} is before {DAYS[1]}, which is done: check the clock\n"
    assert process.returncode == 1


def test_a_failure_is_told_in_one_line_and_leaves_yesterday(tmp_path: Path) -> None:
    place = Place(tmp_path / "failing")
    with place.start(DAYS[0]) as process:
        told = process.communicate()[1]
    assert told == (
        "termmine: error: new/documents/domain: the directory holds no files: give a directory with text files\n"
    )
    assert process.returncode == 1
    assert place.published() == {}


# --- a site that is edited -------------------------------------------------------------------------------------------

SITE_SCRIPT = SCRIPT.with_name("nightly-site.sh")


@dataclass
class SitePlace(Place):
    """A directory in which the recipe for sites runs, beside a site."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.site = self.root.with_name(self.root.name + "-site")
        self.site.mkdir(exist_ok=True)
        (self.root / "background.tmc").write_text("background\n")

    def command(self, day: str) -> list[str | Path]:
        return ["sh", SITE_SCRIPT, self.root, self.site, day]

    def everything(self, day: str) -> dict[str, bytes]:
        """All days, after one more run, which does nothing."""
        before = self.published()
        assert self.run(day)
        assert self.published() == before
        return read_tree(self.root / "days")


SITES = [
    {"甲.txt": "差动保护动作。差动保护\n", "乙.txt": "重合闸闭锁。\n"},
    {"甲.txt": "差动保护动作，已改。\n", "丙.txt": "油枕渗油。\n"},  # edited, deleted, added
    {"甲.txt": "差动保护动作，已改。\n", "丙.txt": "油枕渗油。\n"},
]


def stand(place: SitePlace, pages: dict[str, str]) -> None:
    """Have the site as it is on a day."""
    for old in place.site.iterdir():
        old.unlink()
    for name, text in pages.items():
        (place.site / name).write_text(text, encoding="utf-8")


def test_a_site_is_counted_anew_and_may_be_killed_at_each_step(tmp_path: Path) -> None:
    good, place = SitePlace(tmp_path / "good", STAND_IN), SitePlace(tmp_path / "bad", STAND_IN)
    published: list[dict[str, bytes]] = [{}]
    n_killed = 0
    for day, pages in zip(DAYS, SITES, strict=True):
        for one in (good, place):
            stand(one, pages)
        assert good.run(day)
        published.append(good.published())
        counts = published[-1]["domain.tmc"].decode()
        assert [counts.count(text) for text in pages.values()] == [1] * len(pages)  # as it is now, and once
        for step in itertools.count(1):
            if place.run(day, step):
                break
            n_killed += 1
            there = {name: data.replace(b"bad", b"good") for name, data in place.published().items()}
            assert there in published[-2:]
        assert {n: data.replace(b"bad", b"good") for n, data in place.published().items()} == published[-1]
    assert place.everything(DAYS[-1]).keys() == good.everything(DAYS[-1]).keys()
    assert n_killed > 15
    assert "重合闸" not in published[2]["domain.tmc"].decode() and "changes.csv" in published[2]


def test_a_site_with_termmine_itself(tmp_path: Path) -> None:
    place = SitePlace(tmp_path / "site")
    environment = {**os.environ, "TERMMINE_QUIET": "1"}
    count = [str(place.tools / "termmine"), "count", str(ENCYCLOPEDIA), "-o", str(place.root / "background.tmc")]
    subprocess.run(count, check=True, env=environment)
    lines = POWER.read_text(encoding="utf-8").splitlines(keepends=True)
    stand(place, {"a.txt": "".join(lines[:60]), "b.txt": "".join(lines[60:120])})
    assert place.run(DAYS[0])
    stand(
        place,
        {"a.txt": "".join(lines[5:60]), "b.txt": "".join(lines[60:120]) + "氢储能电站。氢储能电站！氢储能电站？\n"},
    )
    assert place.run(DAYS[1])
    files = place.published()
    terms = {line.split(",")[0]: int(line.split(",")[2]) for line in files["terms.csv"].decode().splitlines()[1:]}
    exact = termmine.tally(list(terms), place.site, wide="freq")
    assert dict(zip(exact["term"], exact.iloc[:, 1].tolist(), strict=True)) == terms  # not a page counted twice
    changes = [line.split(",")[:2] for line in files["changes.csv"].decode().splitlines()[1:]]
    assert ["氢储能电站", "new"] in changes
    before = "".join(lines[:120])
    assert [term for term, change in changes if change == "new" and term in before] == []


def test_a_site_without_a_background(tmp_path: Path) -> None:
    place = SitePlace(tmp_path / "site", STAND_IN)
    (place.root / "background.tmc").unlink()
    with place.start(DAYS[0]) as process:
        told = process.communicate()[1]
    line = f"nightly: {place.root}/background.tmc: is not there: make it with termmine count\n"
    assert (process.returncode, told) == (1, line)
