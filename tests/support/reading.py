"""A process of its own that reads files one by one, and says what became of each: `python reading.py FILE ...`

The first one is read beside each other one. For each a line of JSON: how often its text was found, the number of bad
records, the first of them, and the MiB that the process has taken at most by then.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from termmine.options import ReadOptions
from termmine.readers.base import ReadReport
from termmine.readers.read import read_blocks


def main(good: str, *others: str) -> None:
    """Read the files."""
    wanted = Path(good).read_text(encoding="utf-8")
    for other in others:
        report = ReadReport()
        blocks = read_blocks([Path(good), Path(other)], ReadOptions(), report=report)
        n_found = sum(block.count(wanted) for block in blocks)
        status = Path("/proc/self/status").read_text(encoding="ascii")  # getrusage counts the parent's memory, too
        peak = int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) >> 10
        print(json.dumps([n_found, report.n_bad, report.first_bad, peak]), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
