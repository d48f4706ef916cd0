"""Time `termmine count` and `termmine discover` beside other miners on the same file, and print a table.

    python benchmarks/run.py CORPUS [--background FILE] [--large FILE] [--peers-python PYTHON] [--limit-mb N] [--runs N]

Each run is a whole process, from the start of its interpreter to its end; its CPU time and peak memory are what the
kernel accounted to it (`os.wait4`). This program imports nothing large, for a child's peak begins at its parent's.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
PEERS = HERE / "peers.py"
SAMPLE = HERE.parent / "data" / "sample" / "power.txt"
TERMMINE = [sys.executable, "-c", "from termmine.cli import main; main()"]

MB = 1_000_000  # of input, as disks are sold
MIB = 1 << 20  # of memory
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes in one unit of ru_maxrss


@dataclass(frozen=True)
class Cost:
    """What one process took: seconds of CPU and of wall clock, bytes at its peak."""

    cpu: float
    wall: float
    peak: float


@dataclass(frozen=True)
class Row:
    """One line of the table: who ran, on how many bytes, at what cost; or why there is none."""

    name: str
    n_bytes: int = 0
    cost: Cost | None = None
    note: str = ""


class FailedError(Exception):
    """A process that did not end well; its message is the last line that it wrote."""


def measure(command: list[str]) -> Cost:
    """Run one command to its end."""
    with tempfile.TemporaryFile() as messages:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=messages)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            messages.seek(0)
            lines = messages.read().decode(errors="replace").split("\n")
            last = next((line for line in reversed(lines) if line.strip()), "no message")
            raise FailedError(f"exit code {process.returncode}: {last}")
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss * _RSS_UNIT)


def medians(command: list[str], runs: int) -> Cost:
    """The median of each figure over several runs."""
    costs = [measure(command) for _ in range(runs)]
    return Cost(*(median(getattr(cost, name) for cost in costs) for name in ("cpu", "wall", "peak")))


def row(name: str, n_bytes: int, command: list[str], runs: int) -> Row:
    """Measure one competitor; a failure becomes a note."""
    print(f"{name} ...", file=sys.stderr)
    try:
        return Row(name, n_bytes, medians(command, runs))
    except FailedError as error:
        return Row(name, note=f"failed: {error}")


def first_mb(corpus: Path, limit: float, folder: Path) -> Path:
    """A copy of the first ``limit`` MB of a file, whole lines only."""
    head = folder / corpus.name
    with corpus.open("rb") as whole, head.open("wb") as part:
        while part.tell() < limit * MB and (line := whole.readline()):
            part.write(line)
    return head


def installed_peers(python: str) -> dict[str, str | None]:
    """The version of each peer that this Python has, None for a missing one."""
    done = subprocess.run([python, PEERS, "versions"], capture_output=True, text=True, check=True)
    found: dict[str, str | None] = json.loads(done.stdout)
    return found


def compare(given: argparse.Namespace, corpus: Path, folder: Path) -> list[Row]:
    """Measure termmine, then each peer."""
    try:
        measure([*TERMMINE, "discover", str(SAMPLE), "-q", "-o", str(folder / "warm")])  # has the loops compiled
        measure([*TERMMINE, "count", str(SAMPLE), "-q", "-o", str(folder / "warm.tmc")])
    except FailedError as error:
        raise SystemExit(f"termmine does not run here: {error}") from None
    output = str(folder / "terms")
    rows = [_run("discover", [corpus], ["-o", output], given.runs)]
    if given.background is not None:
        rows += _with_background(corpus, given.background, folder, given.runs)
    for large in given.large:
        rows += _counts(large, folder, given.runs)
        rows.append(_run("discover", [large], ["--top", "20000", "-o", output], given.runs))
    for name, version in installed_peers(given.peers_python).items():
        if version is None:
            rows.append(Row(name, note=f"missing: {given.peers_python} -m pip install -r benchmarks/requirements.txt"))
        else:
            command = [given.peers_python, str(PEERS), name, str(corpus), output]
            rows.append(row(f"{name} {version}", corpus.stat().st_size, command, given.runs))
    return rows


def _run(command: str, inputs: list[Path], options: list[str], runs: int) -> Row:
    """One command of termmine; its row says what it read, and with which options that matter."""
    size = sum(path.stat().st_size for path in inputs)
    shown = [option for option in options if option.startswith("--") and option not in ("--background", "--top")]
    values = {flag: options[options.index(flag) + 1] for flag in ("--threads", "--memory") if flag in options}
    name = " ".join([command, *(f"{flag} {values[flag]}" if flag in values else flag for flag in shown)])
    files = " + ".join(path.name for path in inputs)
    return row(f"termmine {name}, {files}", size, [*TERMMINE, command, str(inputs[0]), "-q", *options], runs)


def _counts(corpus: Path, folder: Path, runs: int) -> list[Row]:
    """Counting: on one core and on all of them, with and without neighbours, in much memory and in little."""
    output = ["-o", str(folder / "counts.tmc")]
    variants = [["--threads", "1"], [], ["--neighbours", "--threads", "1"], ["--neighbours"], ["--memory", "512M"]]
    return [_run("count", [corpus], [*variant, *output], runs) for variant in variants]


def _with_background(corpus: Path, background: Path, folder: Path, runs: int) -> list[Row]:
    """The main job, with the background as text and as a count file; and counting it."""
    output, stored = ["-o", str(folder / "terms")], folder / "background.tmc"
    rows = [_run("discover", [corpus, background], ["--background", str(background), *output], runs)]
    rows += _counts(background, folder, runs)
    measure([*TERMMINE, "count", str(background), "-q", "-o", str(stored)])
    by_file = [*TERMMINE, "discover", str(corpus), "--background", str(stored), "-q", *output]
    rows.append(row(f"termmine discover, {corpus.name} + count file", corpus.stat().st_size, by_file, runs))
    return rows


HEADER = (
    "what runs", "MB", "CPU s", "MB per CPU s", "wall s", "MB/s", "peak RSS MiB", "RSS bytes per input byte",
    "CPU per MB, first row = 1",
)  # fmt: skip


def table(rows: list[Row]) -> str:
    """The rows as a Markdown table; the ratio is to the first row, termmine alone on the same file."""
    lines = [HEADER, tuple("---" if i == 0 else "---:" for i in range(len(HEADER)))]
    first = rows[0]
    for this in rows:
        if this.cost is None:
            lines.append((this.name, this.note, *[""] * (len(HEADER) - 2)))
            continue
        cost, mb = this.cost, this.n_bytes / MB
        ratio = f"{cost.cpu / mb / (first.cost.cpu / (first.n_bytes / MB)):.1f}" if first.cost else ""
        figures = (
            f"{mb:.1f}", f"{cost.cpu:.1f}", f"{mb / cost.cpu:.2f}", f"{cost.wall:.1f}",
            f"{mb / cost.wall:.2f}", f"{cost.peak / MIB:.0f}", f"{cost.peak / this.n_bytes:.1f}", ratio,
        )  # fmt: skip
        lines.append((this.name, *figures))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Time termmine beside other miners on the same UTF-8 text file.")
    parser.add_argument("corpus", type=Path, metavar="CORPUS")
    parser.add_argument("--background", type=Path, metavar="FILE", help="also time termmine with this background")
    parser.add_argument(
        "--large", type=Path, action="append", default=[], metavar="FILE", help="also count this one, and mine it"
    )
    parser.add_argument(
        "--peers-python", default=sys.executable, metavar="PYTHON", help="the Python that has the peers installed"
    )
    parser.add_argument("--limit-mb", type=float, metavar="N", help="use the first N MB of CORPUS, for everyone")
    parser.add_argument("--runs", type=int, default=1, metavar="N", help="take medians over N runs; default: 1")
    given = parser.parse_args()
    for path in (given.corpus, given.background, *given.large):
        if path is not None and not path.is_file():
            parser.error(f"{path}: no such file")
    if given.runs < 1:
        parser.error("--runs must be at least 1")
    return given


def main() -> None:
    """Measure, then print."""
    given = arguments()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpus = given.corpus if given.limit_mb is None else first_mb(given.corpus, given.limit_mb, folder)
        print(table(compare(given, corpus, folder)))


if __name__ == "__main__":
    main()
