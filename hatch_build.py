"""Run when the package is built: the manual page is made of the commands, and put where man looks for it.

In: the commands of `termmine/cli/`. Out: `share/man/` in the wheel, from which pip puts it beside the `bin/` of the
environment. So the page is always of the code that it is installed with.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ManualPage(BuildHookInterface):
    """The hook that hatchling calls."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the page, and name its files to the wheel."""
        sys.path.insert(0, self.root)
        from termmine.cli import cli
        from termmine.cli.manual import pages

        self._folder = tempfile.TemporaryDirectory()
        for name, text in pages(cli).items():
            path = Path(self._folder.name, name)
            path.parent.mkdir(parents=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            build_data["shared_data"][str(path)] = f"share/man/{name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Throw away what the wheel holds by now."""
        self._folder.cleanup()
