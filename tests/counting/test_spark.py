"""The engine on a real Spark, as a user meets it; left out where Java or pyspark is missing.

One session serves all tests. That every column is right is tested without Spark, in test_spark_pieces.
"""

from __future__ import annotations

import gzip
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from support.command import ENCYCLOPEDIA, POWER, Run, run
from termmine.errors import TermmineError, UsageError
from termmine.meaning import vectors

pytest.importorskip("pyspark", reason="pyspark is not installed: pip install 'termmine[spark]'")

from termmine.counting.spark import session
from termmine.counting.spark.session import Cluster, find_java, java_version, meant_by

_JAVA = find_java()
needs_java = pytest.mark.skipif(
    _JAVA is None or (java_version(_JAVA) or 0) < session.LEAST_JAVA,
    reason=f"Java {session.LEAST_JAVA} or later is not installed",
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """What is given to every command; the session that it starts ends with the module. It knows the directory for
    temporary files as viewfs://shop/x, too.
    """
    master = os.environ.get("TERMMINE_TEST_MASTER", "local[2,4]")
    pairs = {
        "spark.master": master,
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.files.maxPartitionBytes": "40000",
        "spark.sql.files.openCostInBytes": "0",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.hadoop.fs.viewfs.mounttable.shop.link./x": f"file://{tmp_path_factory.getbasetemp()}",
    }
    given = ["--engine", "spark"]
    for name, value in pairs.items():
        given += ["--spark-conf", f"{name}={value}"]
    yield given
    from pyspark.sql import SparkSession

    running = SparkSession.getActiveSession()
    if running is not None:
        running.stop()


def both(settings: list[str], *command: Any) -> tuple[Run, Run]:
    """What a command does by the local engine, and by Spark."""
    return run(*command), run(*command, *settings)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of every kind that Spark reads for us, under names that it would take for patterns or would encode."""
    folder = tmp_path_factory.mktemp("混 合") / "a%41#+[1]"
    (folder / "inside").mkdir(parents=True)
    lines = POWER.read_text(encoding="utf-8").splitlines()[:60]
    (folder / "x*?{1}.txt").write_bytes("\n".join(lines[:20]).encode("gb18030"))
    (folder / "bad.txt").write_bytes(b"\xff" + "变压器油GPU Gpu\n".encode() * 300 + b"\xff\xfe\n")
    records = [json.dumps({"a": {"b": line}}, ensure_ascii=False) for line in lines[20:40]]
    (folder / "inside" / "r.jsonl.gz").write_bytes(gzip.compress("\n".join([*records, "{", "", '{"a": 1}']).encode()))
    (folder / "empty.txt").touch()
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.table({"a": pa.array([{"b": line} for line in [*lines[40:], None]])}), folder / "p.parquet")
    return folder


@needs_java
@pytest.mark.parametrize("document", ["line", "file"])
def test_files_of_every_kind(settings: list[str], mixed: Path, tmp_path: Path, document: str) -> None:
    """The count file is the same, which holds the text, and so is what is told of bad records and encodings."""
    files = tmp_path / "local.tmc", tmp_path / "spark.tmc"
    options = ["--field", "a.b", "--document", document, "--neighbours", "--min-freq", "2"]
    local = run("count", mixed, "-o", files[0], *options)
    spark = run("count", mixed, "-o", files[1], *options, *settings)
    assert local.code == spark.code == 0
    assert spark.err.replace("spark.tmc", "local.tmc") == local.err
    assert files[1].read_bytes() == files[0].read_bytes()


@needs_java
def test_lists_grow_and_fall_into_groups_as_here(
    settings: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "LEAST_UNITS", 20)
    monkeypatch.setattr(vectors, "N_CONTEXTS", 60)
    monkeypatch.setattr(vectors, "N_DIMENSIONS", 20)
    seeds, terms = tmp_path / "seeds.txt", tmp_path / "terms.csv"
    seeds.write_text("断路器\n变压器\n", encoding="utf-8")
    terms.write_text("term\n变压器\n断路器\n绝缘\n负荷\n电压\n线路\n", encoding="utf-8")
    for command in (
        ("grow", terms, "-c", POWER, "--seeds", seeds),
        ("group", terms, "-c", POWER),
        ("neighbours", "断路器", "-c", POWER),
    ):
        expected, found = both(settings, *command)
        assert expected.code == 0
        assert found == expected
        assert len(expected.out) > 50


# --- what goes wrong -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Dying:
    """A function whose process is killed once, when it has handed on some of what it makes."""

    function: Any
    folder: Path

    def __call__(self, batches: Any) -> Iterator[Any]:
        marker = self.folder / type(self.function).__name__
        for batch in self.function(batches):
            yield batch
            with suppress(FileExistsError):
                marker.touch(exist_ok=False)
                os.kill(os.getpid(), signal.SIGKILL)


@needs_java
def test_a_task_that_dies_is_run_again_and_counts_once(
    settings: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker of every kind of task is killed in the middle of its work; the terms are the local engine's."""
    from pyspark import cloudpickle

    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    as_it_is: Callable[..., Any] = Cluster.map

    def map_and_die(self: Cluster, frame: Any, function: Any, schema: str) -> Any:
        return as_it_is(self, frame, Dying(function, tmp_path), schema)

    monkeypatch.setattr(Cluster, "map", map_and_die)
    expected, found = both(settings, "discover", POWER, "-b", ENCYCLOPEDIA, "-q")
    assert found == expected
    assert expected.out.count(b"\n") > 300
    died = {path.name for path in tmp_path.iterdir()}
    assert {"Encoding", "_Forms", "_Coding", "_CountSymbols", "_Count", "_Close", "_Turn", "_Gather", "_Tally"} <= died


@needs_java
def test_addresses_as_spark_reads_them(
    settings: list[str], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A folder, a file, a pattern and a background in a file system that only Spark knows: the same bytes as here."""
    docs = tmp_path / "docs"
    (docs / "sub").mkdir(parents=True)
    lines = POWER.read_text(encoding="utf-8").splitlines()
    (docs / "b.txt").write_text("\n".join(lines[:90]), encoding="utf-8")
    (docs / "sub" / "a 文%41.txt").write_text("\n".join(lines[90:120]), encoding="utf-8")
    (docs / "code.py").write_text("变压器 = 1\n" * 9, encoding="utf-8")
    (tmp_path / "wiki.txt").write_bytes(ENCYCLOPEDIA.read_bytes()[:30_000])
    there = f"viewfs://shop/x/{tmp_path.relative_to(tmp_path_factory.getbasetemp()).as_posix()}"
    local = run("discover", docs, "-b", tmp_path / "wiki.txt")
    remote = run("discover", f"{there}/docs", "-b", f"{there}/wiki.txt", *settings)
    assert (remote.code, remote.out) == (0, local.out), remote.err
    assert "left out 1 file: 1 .py; --include '*.py' takes them" in remote.err
    for address, paths in [
        (f"{there}/docs/b.txt", [docs / "b.txt"]),
        (f"{there}/docs/*/*.txt", [docs / "sub"]),
        (f"file://{docs}/sub", [docs / "sub"]),
        (f"{there}/docs/*", [docs / "b.txt", docs / "code.py", docs / "sub"]),
    ]:
        counted, expected = tmp_path / "spark.tmc", tmp_path / "local.tmc"
        assert run("count", *paths, "-o", expected, "-q").code == 0
        result = run("count", address, "-o", counted, "-q", *settings)
        assert (result.code, result.err) == (0, "")
        assert counted.read_bytes() == expected.read_bytes()
    for address, said in [
        ("viewfs://shop/x/none", "viewfs://shop/x/none: no such file or directory: check the address"),
        ("s3://b/x", "s3://b/x: Spark has no file system for s3://: write s3a://"),
        ("memory://b/x", "memory://b/x: Spark has no file system for memory://: use what it knows"),
        ("http://127.0.0.1:1/x", "http://127.0.0.1:1/x: Spark has no file system for http://: use what it knows"),
    ]:
        result = run("discover", address, *settings)
        assert (result.code, result.out) in ((1, b""), (2, b""))
        assert result.err.startswith(f"termmine: error: {said}")
        assert result.err.count("\n") == 1


def test_a_file_that_is_lost_is_one_line(settings: list[str], tmp_path: Path) -> None:
    text = tmp_path / "lost.txt"
    text.write_bytes(POWER.read_bytes())
    as_it_is: Callable[..., Any] = Cluster.fetch

    def fetch(self: Cluster, frame: Any) -> Any:
        text.unlink(missing_ok=True)
        return as_it_is(self, frame)

    with mock.patch.object(Cluster, "fetch", fetch):
        done = run("discover", text, "-q", *settings)
    assert done.code == 1
    assert done.err == f"termmine: error: {text}: cannot be read by Spark any more: check that every executor sees it\n"


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("java.io.IOException: No space left on device", "no space left on a disk"),
        ("ModuleNotFoundError: No module named 'termmine'", "an executor has no termmine"),
        ("ModuleNotFoundError: No module named 'numba'", "an executor has no numba"),
        ("[PYTHON_VERSION_MISMATCH] Python in worker has different version", "another Python"),
        ("Python worker exited unexpectedly (crashed)", "died again and again"),
        (
            "termmine.errors.TermmineError: a file of more than 256 MiB is one: x",
            "a file of more than 256 MiB",
        ),
        ("All masters are unresponsive! Giving up.", "master does not answer"),
        (
            "[FAILED_READ_FILE.FILE_NOT_EXIST] ... reading file file:///a/b%20c.txt. File does not exist",
            "/a/b c.txt: cannot",
        ),
        ("SparkException: Job 14 cancelled because SparkContext was shut down", "out of memory: give more"),
        ("Lost task 0.0 in stage 82.0: TaskResultLost (result lost from block manager)", "out of memory: give more"),
        ("Answer from Java side is empty", "out of memory: give more"),
        ("An error occurred while calling o1.x.\n: a cause\n  at line 2", "Spark: a cause: look into its log"),
        ("something else\nat line 2", "Spark: something else: look into its log"),
    ],
)
def test_an_error_of_spark_is_one_line_that_says_what_to_do(said: str, meaning: str) -> None:
    error = meant_by(RuntimeError(said))
    assert meaning in str(error)
    assert "\n" not in str(error)


def test_without_java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    monkeypatch.delenv("SPARK_REMOTE", raising=False)
    with pytest.raises(UsageError, match="Java is not installed, which Spark needs: install Java 17 or later"):
        session.open_cluster({})


def test_java_that_is_too_old(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"1.8.0_392\"' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(UsageError, match="is Java 8, and Spark needs 17 or later"):
        session.open_cluster({})


def test_without_pyspark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(UsageError, match="--engine spark needs the package pyspark, which is not installed"):
        session.open_cluster({})


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (
            ["discover", POWER, "--spark-conf", "a=b"],
            "--spark-conf: says how Spark is reached: give",
        ),
        (["discover", POWER, "--engine", "spark", "--spark-conf", "a"], "--spark-conf a: give name=value"),
        (["discover", "-", "--engine", "spark"], "-: --engine spark reads files, not standard input"),
    ],
)
def test_what_cannot_be_meant(command: list[str], message: str) -> None:
    done = run(*command)
    assert done.code == 2
    assert done.err.startswith(f"termmine: error: {message}")


def test_formats_that_spark_does_not_read(tmp_path: Path) -> None:
    from termmine.counting.spark.records import kind_of
    from termmine.options import ReadOptions

    for name, message in [
        ("a.docx", "is docx, and --engine spark reads text, jsonl, parquet"),
        ("a.txt.xz", "Spark does not unpack .xz"),
        ("_a.txt", "Spark does not read files with such a name"),
    ]:
        with pytest.raises(TermmineError, match=message):
            kind_of(str(tmp_path / name), ReadOptions())
