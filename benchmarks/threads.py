"""How much sooner `termmine count` is done on several cores than on one, and how much sooner it could be.

    python benchmarks/threads.py CORPUS... [--rounds N]

In each round, in turns: one process on one core, one on all of them, and one on each core at the same time. The last
ones share no lock and wait for nobody, so what they get done together is what the machine has to give just then; cores
of a virtual machine often give less than their number. Linux only: elsewhere a process cannot be kept to a core.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median

from run import MB, SAMPLE, TERMMINE

HEADER = ("MB", "rounds", "one core, s", "all cores, s", "times sooner", "independent processes")


def wall(corpus: Path, cores: list[set[int]], folder: Path) -> float:
    """Seconds until a process on each of these sets of cores has counted the corpus, into a file of its own."""
    outputs = [folder / f"{i}.tmc" for i in range(len(cores))]
    for output in outputs:
        output.unlink(missing_ok=True)
    whole = os.sched_getaffinity(0)
    processes, start = [], time.perf_counter()
    try:
        for output, mine in zip(outputs, cores, strict=True):
            os.sched_setaffinity(0, mine)  # a process is born with its parent's
            processes.append(subprocess.Popen([*TERMMINE, "count", str(corpus), "-q", "-o", str(output)]))
    finally:
        os.sched_setaffinity(0, whole)
    codes = [process.wait() for process in processes]
    taken = time.perf_counter() - start
    if any(codes):
        raise SystemExit(f"{corpus}: could not be counted")
    return taken


def compare(corpus: Path, rounds: int, folder: Path) -> tuple[str, ...]:
    """One line of the table: medians over the rounds, of seconds and of each round's own ratios."""
    all_cores = os.sched_getaffinity(0)
    single, times = [{core} for core in sorted(all_cores)], []
    for i in range(rounds):
        ways = {"one": [single[i % len(single)]], "all": [all_cores], "each": single}
        order = list(ways) if i % 2 else list(reversed(ways))
        times.append({way: wall(corpus, ways[way], folder) for way in order})
    sooner = median(taken["one"] / taken["all"] for taken in times)
    possible = median(len(single) * taken["one"] / taken["each"] for taken in times)
    seconds = (f"{median(taken[way] for taken in times):.2f}" for way in ("one", "all"))
    return f"{corpus.stat().st_size / MB:.0f}", str(rounds), *seconds, f"{sooner:.2f}", f"{possible:.2f}"


def main() -> None:
    """Measure, and print each line as soon as it is known."""
    parser = argparse.ArgumentParser(description="Compare termmine count on one core and on all.")
    parser.add_argument("corpora", type=Path, nargs="+", metavar="CORPUS")
    parser.add_argument("--rounds", type=int, default=8, metavar="N", help="default: 8")
    given = parser.parse_args()
    for path in given.corpora:
        if not path.is_file():
            parser.error(f"{path}: no such file")
    if given.rounds < 1:
        parser.error("--rounds must be at least 1")
    with tempfile.TemporaryDirectory() as folder:
        wall(SAMPLE, [os.sched_getaffinity(0)], Path(folder))  # has the loops compiled
        print(f"| {' | '.join(HEADER)} |\n|{' ---: |' * len(HEADER)}")
        for corpus in given.corpora:
            print(f"| {' | '.join(compare(corpus, given.rounds, Path(folder)))} |", flush=True)


if __name__ == "__main__":
    main()
