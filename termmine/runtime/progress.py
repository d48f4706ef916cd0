"""The reports of a run: its stages, how far each has got, notes. The only module that imports tqdm.

In: calls by the stages. Out: notes, and a bar or calls for whoever watches. The stages decide what is said.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeAlias

from termmine.runtime.meter import Meter

#: Called with how much of a stage is done, and of how much (None: not known).
Update: TypeAlias = Callable[[int, "int | None"], None]

#: Shows a stage while its context lasts, from its name and the bytes that it is to read (0: it reads none).
Show: TypeAlias = Callable[[str, int], AbstractContextManager[Update]]


class Advance:
    """Called with the bytes that a stage has read since the last call."""

    def __init__(self, update: Update, total: int) -> None:
        self._update, self._total, self._done = update, total, 0

    def __call__(self, n_read: int) -> None:
        """So many bytes more have been read."""
        self._done += n_read
        self._update(self._done, self._total or None)

    def skip(self, size: int, n_read: int) -> None:
        """A file of that size is left out, after so many of its bytes were read: neither is to count."""
        self._total -= size
        self(-n_read)

    def step(self, done: int, total: int) -> None:
        """So many steps of a stage that reads no bytes are done."""
        self._update(done, total)


class Progress:
    """The place where a run's notes go, and the display of how far it is. The library's default shows nothing.

    ``note`` receives what the user should know, ``remark`` the choices made in the user's place (else ``note`` gets
    those, too), ``detail`` what only `-v` shows; ``show`` shows a stage; ``meter`` adds up what the run takes.
    """

    def __init__(
        self,
        note: Callable[[str], None] = lambda _: None,
        detail: Callable[[str], None] = lambda _: None,
        show: Show | None = None,
        remark: Callable[[str], None] | None = None,
        meter: Meter | None = None,
    ) -> None:
        self.note = note
        self.remark = remark or note
        self.detail = detail
        self.meter = meter or Meter()
        self._show = show
        self._stage = Advance(lambda _, __: None, 0)

    @contextmanager
    def stage(self, name: str, n_bytes: int = 0) -> Iterator[Advance]:
        """A stage of the run; call what it yields with the bytes that have been read."""
        self.detail(name)
        with self.meter.stage(name):
            if self._show is None:
                yield self._stage
                return
            with self._show(name, n_bytes) as update:
                self._stage = Advance(update, n_bytes)
                yield self._stage

    def step(self, done: int, total: int) -> None:
        """Count steps of the present stage as done; for a stage that reads nothing."""
        self._stage.step(done, total)


def can_show_bar() -> bool:
    """True where standard error is a terminal that can move its cursor back."""
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


_BYTES = "{desc}: {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}]"
_STEPS = "{desc}: {percentage:3.0f}%|{bar}| [{elapsed}]"
_TIME = "{desc} [{elapsed}]"
_WIDEST = 80  # columns: a longer bar says no more, and leaves traces in a window that is made smaller
_TICK = 0.5  # seconds between two drawings of a bar that nothing moves


@contextmanager
def bar_on_terminal(name: str, n_bytes: int) -> Iterator[Update]:
    """A bar on standard error, which fits the window at each moment, and is gone when the stage is over."""
    from tqdm import tqdm  # 5 ms, for those who watch

    with _bar(tqdm, name, n_bytes, _fit, file=sys.stderr, leave=False, ncols=_columns()) as update:
        yield update


@contextmanager
def bar_anywhere(name: str, n_bytes: int) -> Iterator[Update]:
    """A bar in a notebook, else on standard error."""
    from tqdm.auto import tqdm

    with _bar(tqdm, name, n_bytes, lambda _: None, leave=False, dynamic_ncols=True) as update:
        yield update


def _columns() -> int:
    """The columns of a bar: what the window has, but not its last one, where some terminals begin a new line."""
    with contextlib.suppress(OSError, ValueError):
        return min(os.get_terminal_size(sys.stderr.fileno()).columns, _WIDEST) - 1
    return _WIDEST - 1


def _fit(bar: Any) -> None:
    """Let a bar have the width of the window as it is now."""
    columns = _columns()
    if columns != bar.ncols:
        bar.fp.write("\r\x1b[J")  # nothing to the right of here or below: a longer bar may reach there
        bar.sp = bar.status_printer(bar.fp)  # the old one would wipe out its longer line with blanks, into the next
        bar.ncols = columns


@contextmanager
def _bar(tqdm: Any, name: str, n_bytes: int, fit: Callable[[Any], None], **options: Any) -> Iterator[Update]:
    look = {"unit": "B", "unit_scale": True, "bar_format": _BYTES, "delay": 0.3} if n_bytes else {"bar_format": _TIME}
    with tqdm(total=n_bytes or None, desc=name, **look, **options) as bar, _ticking(bar, fit):

        def update(done: int, total: int | None) -> None:
            if not n_bytes and total:
                bar.bar_format = _STEPS
            bar.total = total
            with bar.get_lock():
                fit(bar)
                bar.update(done - bar.n)

        yield update


@contextmanager
def _ticking(bar: Any, fit: Callable[[Any], None]) -> Iterator[None]:
    """Draw a bar anew now and then, so that its clock goes on while a stage has nothing to tell."""
    over = threading.Event()

    def tick() -> None:
        while not over.wait(_TICK):
            with bar.get_lock():
                fit(bar)
                bar.refresh()

    clock = threading.Thread(target=tick, daemon=True)
    clock.start()
    try:
        yield
    finally:
        over.set()
        clock.join()
        bar.clear()


@contextmanager
def above_bars() -> Iterator[None]:
    """Let what is written to standard error meanwhile stand above the bars."""
    loaded = sys.modules.get("tqdm")
    if loaded is None:
        yield
        return
    with loaded.tqdm.external_write_mode(sys.stderr):
        yield


def calling(watcher: Callable[[str, int, int | None], None]) -> Show:
    """Show a stage by calls with its name, how much is done, and of how much; the first says that it begins."""

    @contextmanager
    def show(name: str, n_bytes: int) -> Iterator[Update]:
        def update(done: int, total: int | None) -> None:
            watcher(name, done, total)

        update(0, n_bytes or None)
        yield update

    return show
