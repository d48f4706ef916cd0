"""What an executor's process needs before it counts, and arrays that are added up in rows: both without Spark."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install 'termmine[spark]'")

from termmine.counting.spark import batches, sums, worker


@pytest.fixture
def without_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A process before numba is imported, where neither the package nor a home can be written to."""
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.delitem(sys.modules, "numba")
    monkeypatch.setattr(worker, "_is_writable", lambda _: False)
    monkeypatch.setattr(worker.tempfile, "gettempdir", lambda: str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("without_place")
def test_a_place_for_machine_code_is_found(without_place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", "to be removed again")
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    worker.prepare()
    (folder,) = without_place.iterdir()
    assert os.environ["NUMBA_CACHE_DIR"] == str(folder)
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="no permissions of this kind here")
def test_a_place_that_others_may_write_to_is_not_trusted(without_place: Path) -> None:
    folder = without_place / f"termmine-numba-{os.getuid()}"
    folder.mkdir()
    folder.chmod(0o777)
    worker.prepare()
    assert "NUMBA_CACHE_DIR" not in os.environ


def test_a_place_that_is_given_or_there_is_kept(without_place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_is_writable", lambda _: True)
    worker.prepare()
    assert "NUMBA_CACHE_DIR" not in os.environ
    assert not list(without_place.iterdir())


def test_kernels_are_imported_only_where_a_function_is_unpacked() -> None:
    """So that the place is settled before numba looks for one."""
    script = (
        "import pickle, sys\n"
        "from termmine.counting.spark.worker import Packed\n"
        "packed = pickle.loads(sys.stdin.buffer.read())\n"
        "print('numba' in sys.modules)\n"
        "list(packed([]))\n"
        "print('numba' in sys.modules)\n"
    )
    packed = pickle.dumps(worker.Packed(pickle.dumps(sums.add_slices)))
    done = subprocess.run([sys.executable, "-c", script], input=packed, capture_output=True, check=True)
    assert done.stdout.split() == [b"False", b"True"]


@given(
    arrays=st.lists(st.lists(st.integers(0, 3), min_size=12, max_size=12), min_size=1, max_size=4),
    chunk=st.integers(1, 13),
)
def test_arrays_in_rows_are_added_up(arrays: list[list[int]], chunk: int) -> None:
    with mock.patch.object(sums, "CHUNK", chunk):
        rows = [row for array in arrays for row in sums.slices(np.array(array, dtype=np.int32).reshape(2, 3, 2))]
        added = batches.rows(sums.add_slices(rows))
        found = sums.filled(((row["place"], row["sums"]) for row in added), (2, 3, 2))
    assert found.tolist() == np.sum(arrays, axis=0).reshape(2, 3, 2).tolist()
