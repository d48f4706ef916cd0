"""How a run reports itself: stages, bytes, notes. The only module that imports tqdm."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Progress:
    """Where a run's notes go, and a bar on a terminal. The library's default says nothing.

    ``note`` receives what the user should know, ``detail`` what only `-v` shows; ``bar`` turns the bar on.
    """

    def __init__(
        self,
        note: Callable[[str], None] = lambda _: None,
        detail: Callable[[str], None] = lambda _: None,
        *,
        bar: bool = False,
    ) -> None:
        self.note = note
        self.detail = detail
        self._bar = bar

    @contextmanager
    def stage(self, name: str, n_bytes: int = 0) -> Iterator[Callable[[int], None]]:
        """A stage of the run; call what it yields with the bytes that have been read."""
        self.detail(name)
        if not self._bar:
            yield lambda _: None
            return
        from tqdm import tqdm  # 5 ms, for those who watch

        with tqdm(
            total=n_bytes or None, desc=name, unit="B", unit_scale=True, leave=False, file=sys.stderr, delay=0.3
        ) as bar:

            def advance(n_read: int) -> None:
                bar.update(n_read)

            yield advance
