"""The notebook of the documents runs from top to bottom, and shows what it shows.

With TERMMINE_REWRITE_DOCS=1 in the environment its outputs are written anew instead of compared.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from support import naive

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "docs" / "notebook.ipynb"


def shown(cells: list[Any]) -> list[list[str]]:
    """The outputs of the cells as text; what a logger says on standard error, and images of tables, are left out."""
    return [
        [one.get("text") or one["data"]["text/plain"] for one in cell["outputs"] if one.get("name") != "stderr"]
        for cell in cells
        if cell["cell_type"] == "code"
    ]


@pytest.mark.skipif(naive.TINY, reason="the sample is too large for uncompiled kernels")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_notebook_runs_and_prints_what_it_shows(tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to(ROOT / "data")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    before = shown(notebook.cells)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    if os.environ.get("TERMMINE_REWRITE_DOCS") == "1":
        for cell in notebook.cells:
            cell["metadata"] = {}
            if cell["cell_type"] == "code":
                cell["outputs"] = [output for output in cell["outputs"] if output.get("name") != "stderr"]
        nbformat.write(notebook, NOTEBOOK)
    else:
        assert shown(notebook.cells) == before
    assert (tmp_path / "terms.csv").exists()


def test_the_notebook_tells_no_machine() -> None:
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert not re.search(r"/home/|/root/|/tmp/|/Users/", text)
    assert '"execution_count": null' not in text
