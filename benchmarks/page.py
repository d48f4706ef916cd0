"""The review page in real browsers: its size, the time to its first view, and the time that a key press takes.

    python benchmarks/page.py review.html

Each browser opens the page three times; printed is the middle one. The first view is the browser's own mark, set when
the page has drawn its list and its card, counted from the beginning of the navigation. A key press is measured in the
page: from the event until everything is drawn anew and laid out, for 200 times y, and for as many arrow keys; and for
a search of one character, which looks at every term. Needs what the tests of the page need (`termmine[browsers]`).
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.browsers import BROWSERS, launched

TIMES = 3
KEYS = """(async (key, n) => {
  const times = [];
  for (let i = 0; i < n; i += 1) {
    const begin = performance.now();
    const press = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    document.querySelector("#list").dispatchEvent(press);
    document.body.getBoundingClientRect();
    times.push(performance.now() - begin);
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  }
  return times;
})"""
SEARCH = """(() => {
  const box = document.querySelector("#search");
  const begin = performance.now();
  box.value = "%s";
  box.dispatchEvent(new Event("input", { bubbles: true }));
  document.body.getBoundingClientRect();
  return performance.now() - begin;
})()"""
SCROLL = """(async () => {
  const list = document.querySelector("#list");
  const frames = [];
  let before = performance.now();
  for (let i = 0; i < 120; i += 1) {
    list.scrollTop += 900;
    await new Promise((done) => requestAnimationFrame(done));
    frames.push(performance.now() - before);
    before = performance.now();
  }
  return frames;
})()"""


def measured(browser: Any, page: Path) -> dict[str, float]:
    """One opening of the page, in milliseconds."""
    browser.open(page)
    found = {"first view": browser.evaluate("performance.getEntriesByName('termmine-ready')[0].startTime")}
    for name, key in (("y", "y"), ("arrow", "ArrowDown")):
        times = sorted(browser.evaluate(f'{KEYS}("{key}", 200)'))
        found |= {f"{name}, median": statistics.median(times), f"{name}, 95 %": times[int(0.95 * len(times))]}
    found["search"] = browser.evaluate(SEARCH % "电")
    browser.evaluate(SEARCH % "")
    frames = sorted(browser.evaluate(SCROLL))
    return found | {"scrolled frame, median": statistics.median(frames), "95 %": frames[int(0.95 * len(frames))]}


def main(page: Path) -> None:
    """Print a table, a browser a column."""
    columns = {}
    for name in BROWSERS:
        with tempfile.TemporaryDirectory() as folder, launched(name, Path(folder)) as browser:
            runs = [measured(browser, page.resolve()) for _ in range(TIMES)]
        columns[name] = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
    print(f"{page.name}: {page.stat().st_size / 1e6:.1f} MB")
    print(f"{'ms':<24}" + "".join(f"{name:>10}" for name in columns))
    for key in next(iter(columns.values())):
        print(f"{key:<24}" + "".join(f"{column[key]:>10.1f}" for column in columns.values()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
