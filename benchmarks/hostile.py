"""Hostile files and text under `--memory 512M`: what becomes of each, the most memory, the time. Linux.

`python benchmarks/hostile.py [NAME ...]` makes each in a temporary directory, runs `termmine discover` on it, and
prints a Markdown table. It ends with 1 where a run takes more than 520 MiB, or ends otherwise than with a list or one
line. The texts of 200 MB take some minutes and a gigabyte of disk; a part of a name chooses: `hostile.py .xml`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

TESTS = Path(__file__).parents[1] / "tests"
MOST = 520  # MiB
LIMIT = 1800  # seconds
SIZE = 200_000_000  # bytes of a text


def random_han(n_characters: int, line: int = 0) -> bytes:
    """Random characters out of so many; on lines of a length, or on one."""
    codes = np.random.default_rng(1).integers(0x4E00, 0x4E00 + n_characters, SIZE // 3).astype("<u4")
    if line:
        codes[line :: line + 1] = 10
    return codes.tobytes().decode("utf-32-le").encode()


def unique_words() -> bytes:
    """Words of seven letters, no two alike."""
    numbers = np.arange(SIZE // 8, dtype=np.uint64) * np.uint64(2654435761) % np.uint64(26**7)
    text = np.full((len(numbers), 8), ord(" "), dtype=np.uint8)
    for column in range(7):
        text[:, column] = numbers % 26 + ord("a")
        numbers //= 26
    return "变压器故障\n".encode() * 5 + text.tobytes()


def fibonacci() -> bytes:
    """Each string followed by the one before, of which every part occurs again and again."""
    shorter, longer = "甲", "甲乙"
    while len(longer) < SIZE // 3:
        shorter, longer = longer, longer + shorter
    return longer.encode()


TEXTS: dict[str, Callable[[], bytes]] = {
    "one-line.txt": lambda: random_han(3000),
    "random.txt": lambda: random_han(20_000, 40),
    "words.txt": unique_words,
    "one-symbol.txt": lambda: "变".encode() * (SIZE // 3),
    "fibonacci.txt": fibonacci,
    "marks.txt": lambda: ("变压器故障\n" * 5 + "a" + "\u0301" * (SIZE // 20)).encode(),
}


def makers() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Each file by its name, and what makes its bytes."""
    sys.path.insert(0, str(TESTS))
    from support.hostile import FILES

    yield from ((hostile.name, hostile.make) for hostile in FILES)
    yield from TEXTS.items()


def peak_of(pid: int) -> int:
    """The most memory that a process has held, in MiB; `ru_maxrss` counts that of the process that began it, too."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    return int(next((line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")), "0")) >> 10


def measured(path: Path) -> tuple[int, int, float, str]:
    """Exit code, MiB, CPU seconds, and the last line on standard error, of a run."""
    command = [sys.executable, "-m", "termmine", "discover", str(path), "--memory", "512M", "--top", "3"]
    begin, peak, pid = time.monotonic(), 0, 0
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        while not pid:
            peak = max(peak, peak_of(process.pid))
            time.sleep(0.02)
            if time.monotonic() - begin > LIMIT:
                process.kill()
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        errors.seek(0)
        lines = errors.read().decode(errors="replace").splitlines()
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, peak, usage.ru_utime + usage.ru_stime, lines[-1] if lines else ""


def main(*wanted: str) -> int:
    """Measure those whose names hold one of the arguments; all without any."""
    print("| file | bytes | exit | peak MiB | CPU s | said |\n| --- | ---: | ---: | ---: | ---: | --- |")
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, make in makers():
            if wanted and not any(part in name for part in wanted):
                continue
            path = Path(folder, name)
            path.write_bytes(make())
            code, peak, seconds, said = measured(path)
            failed += code not in (0, 1) or peak > MOST
            print(f"| {name} | {path.stat().st_size} | {code} | {peak} | {seconds:.1f} | {said[:90]} |", flush=True)
            path.unlink()
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
