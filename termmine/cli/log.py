"""The messages of a run on standard error: notes, errors and its end, as text for people or as JSON for machines.

With JSON each note, each error and the end is one object a line: `time` (UTC, ISO 8601), `level` (debug, info, warning,
error), `message`, `command`; the last line, done or failed, adds `exit_code`, `seconds`, `peak_memory`, of a command
that counts what it read and the seconds of its stages, and the figures that the command reports, as `n_terms`.
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
import time
import traceback
import warnings
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, TextIO

import click

from termmine.cli.language import Language
from termmine.runtime.meter import Meter, peak_memory
from termmine.runtime.progress import above_bars

FORMATS = ("text", "json")

EXIT_BUG = 70  # EX_SOFTWARE of sysexits.h: not the user's fault, and not the data's


@dataclass
class Log:
    """The standard error of one run; the command line fills in what it learns on the way."""

    form: str = "text"
    language: Language = field(default_factory=Language)  # of messages; JSON is for machines, which know English
    command: str | None = None
    quiet: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)  # by option, if not given on the command line
    started: float = field(default_factory=time.monotonic)
    meter: Meter | None = None  # of a command that counts

    def note(self, message: str, level: str = "info") -> None:
        """Say something that the user should know; what begins with `warning: ` is a warning."""
        if self.form == "text":
            _write(f"termmine: {_plain(self.language.message(message))}\n")
        elif message.startswith("warning: "):
            self._line("warning", message.removeprefix("warning: "))
        else:
            self._line(level, message)

    def detail(self, message: str) -> None:
        """Write a message that only `-v` shows."""
        self.note(message, "debug")

    def fail(self, message: str, code: int) -> None:
        """Write in one line why the run ends."""
        message = self._with_origin(" ".join(message.split()))
        if self.form == "text":
            error = self.language.message("error: {}").partition("{")[0]  # apart: it is no value of the message
            _write(f"termmine: {error}{_plain(self.language.message(message))}\n")
        else:
            self._line("error", message, **self._end(code))

    def crash(self, error: BaseException) -> None:
        """Write that the run ends for a bug of ours, with the traceback that helps to find it."""
        trace = "".join(traceback.format_exception(error))
        summary = f"bug in termmine: {type(error).__name__}: {error}: please report it with the traceback"
        if self.form == "text":
            _write(trace)
            self.fail(summary, EXIT_BUG)
        else:
            self._line("error", " ".join(summary.split()), **self._end(EXIT_BUG), traceback=trace)

    def done(self, code: int) -> None:
        """Say that the run has ended well; as text, silence says so."""
        if self.form == "json" and self.command is not None and not self.quiet:
            self._line("info", "done", **self._end(code))

    def warn(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        """Write a warning of Python's `warnings` (this is their `showwarning`), which would else break the lines of
        JSON.
        """
        del file
        if self.form == "json":
            self._line("warning", f"{category.__name__}: {message}")
        else:
            _write(warnings.formatwarning(message, category, filename, lineno, line))

    def _with_origin(self, message: str) -> str:
        """A message about an option, with where that was set if not on the command line."""
        for flag, origin in self.origins.items():
            if message.startswith((f"{flag} ", f"{flag}:", f"Invalid value for '{flag}'")):
                return f"{message} (set by {origin})"
        return message

    def seconds(self) -> float:
        """The duration of the run so far."""
        return time.monotonic() - self.started

    def _end(self, code: int) -> dict[str, Any]:
        figures = {"peak_memory": peak_memory(), **(self.meter.figures() if self.meter else {})}
        return {"exit_code": code, "seconds": round(self.seconds(), 3), **figures, **self.facts}

    def _line(self, level: str, message: str, **more: Any) -> None:
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        record = {"time": now, "level": level, "message": message, "command": self.command, **more}
        encoding = getattr(sys.stderr, "encoding", None) or "ascii"
        plain = encoding.lower().replace("-", "") != "utf8"
        _write(json.dumps(record, ensure_ascii=plain) + "\n")


#: Characters that a terminal or the reader of a log would not take for part of a name: control characters, line ends,
#: marks that change the direction of what stands after them.
_CONTROLS = re.compile("[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def _plain(message: str) -> str:
    """A message on one line: characters that control a terminal become escape sequences, for file names may hold them.

    >>> _plain("a\\nb\\x1b[2J")
    'a\\\\nb\\\\x1b[2J'
    """
    return _CONTROLS.sub(lambda match: ascii(match[0])[1:-1], message)


def _write(text: str) -> None:
    """Write to standard error; a message that cannot be written (full disk, closed pipe) does not stop the work."""
    with contextlib.suppress(OSError), above_bars():
        click.echo(text, err=True, nl=False)
