"""A Spark session, and the meaning of its errors; the only module that imports pyspark.

In: settings as the user gave them. Out: a `Cluster`, which maps functions over frames and adds up what they emit. Only
DataFrames are used, so that a session may be a remote one (Spark Connect).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from termmine.counting.spark.worker import Packed
from termmine.errors import TermmineError, UsageError, missing_package

LEAST_JAVA = 17  # the version of Java that Spark 4 needs
_MASTER = "local[*,4]"  # all cores of this machine; a task that dies is run again, three times at most
_DEFAULTS = {
    "spark.master": _MASTER,
    "spark.app.name": "termmine",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",  # errors are raised, and reported in one line
    "spark.driver.maxResultSize": "0",  # tables come in pieces, and are as long as they are
    "spark.driver.memory": "4g",  # for tables, which pass through Java; its own default, 1g, is for smaller results
    "spark.driver.extraJavaOptions": "-XX:+ExitOnOutOfMemoryError",  # else a thread may die, and all others wait for it
}
_SESSION = {  # pieces are rows of some megabytes: the number of rows alone would not limit what is handed over at once
    "spark.sql.execution.arrow.maxBytesPerBatch": str(16 << 20),
}


@dataclass(frozen=True)
class Cluster:
    """A session of Spark, and its operations."""

    session: Any

    def map(self, frame: Any, function: Callable[..., Any], schema: str) -> Any:
        """The frame of what a function makes of the record batches of each partition; nothing is done yet."""
        with told(), _quiet(no_log=False):
            return frame.mapInArrow(Packed(_pickled(function)), schema)

    def keep(self, frame: Any) -> Any:
        """The frame, whose rows are kept on the executors' disks once they are made.

        Not in Java's memory: an array of more than half a region of its heap takes whole regions, so that pieces of
        some megabytes fill up to twice the room that Spark reckons with (Detlefs et al. 2004, Garbage-First garbage
        collection). What fits into the memory that Java leaves, the system keeps there.
        """
        from pyspark import StorageLevel

        return frame.persist(StorageLevel.DISK_ONLY)

    def fetch(self, frame: Any) -> Any:
        """All rows of a frame, as a table of Arrow."""
        with told(), _quiet(no_log=False):
            return frame.toArrow()

    def files(self, address: str) -> list[tuple[str, int]]:
        """The files that an address stands for as Spark reads it, folders recursively, each with its size; nothing is
        read. FileNotFoundError where there is nothing.
        """
        reader = self.session.read.format("binaryFile").option("recursiveFileLookup", "true")
        with _quiet(no_log=False):
            try:
                rows = reader.load(address).select("path", "length").collect()
            except Exception as error:
                raise _no_files(address, error) from error
        return [(re.sub("^([A-Za-z][A-Za-z0-9+.-]*):/(?!/)", r"\1:///", row["path"]), row["length"]) for row in rows]

    def rows(self, frame: Any) -> Iterator[Any]:
        """The rows of a frame in the order of its partitions, a partition at a time."""
        with told():
            yield from frame.toLocalIterator()

    def lend(self, value: Any) -> Lent:
        """A value for the functions of many tasks: sent to each machine once; where that cannot be, with each task."""
        with suppress(Exception):  # a remote session knows no context
            return Lent(self.session.sparkContext.broadcast(value))
        return Lent(_Carried(value))


def _pickled(function: Callable[..., Any]) -> bytes:
    from pyspark import cloudpickle

    content: bytes = cloudpickle.dumps(function)  # type: ignore[no-untyped-call]
    return content


@dataclass(frozen=True)
class _Carried:
    value: Any

    def destroy(self) -> None:
        """Do nothing: there is no room to free."""


@dataclass(frozen=True)
class Lent:
    """A value that tasks have been lent."""

    _holder: Any

    @property
    def value(self) -> Any:
        """The value itself."""
        return self._holder.value

    def give_back(self) -> None:
        """Free the room that it takes everywhere."""
        with suppress(Exception):  # tidying must not hide an earlier error
            self._holder.destroy()


def open_cluster(settings: Mapping[str, str]) -> Cluster:
    """A session with those settings of Spark; the others are Spark's own, from its files and variables."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pyspark.sql import SparkSession
    except ImportError:
        raise missing_package("--engine spark", "pyspark") from None
    is_remote = "spark.remote" in settings or "SPARK_REMOTE" in os.environ
    if not is_remote:
        _check_java()
    builder = SparkSession.builder
    chosen = dict(settings) if is_remote else _local_settings(settings) | dict(settings)
    for name, value in chosen.items():
        builder = builder.config(name, value)
    with told(), _quiet(chosen.get("spark.log.level") == "OFF"):
        session = builder.getOrCreate()
        for name, value in _SESSION.items():
            session.conf.set(name, value)
    return Cluster(session)


def _local_settings(settings: Mapping[str, str]) -> dict[str, str]:
    """The settings that hold unless Spark's own configuration says otherwise."""
    known = {**_configured(), **settings}
    chosen = {name: value for name, value in _DEFAULTS.items() if name not in known}
    python = known.get("spark.pyspark.python") or os.environ.get("PYSPARK_PYTHON")
    if python is None and known.get("spark.master", _MASTER).startswith("local"):
        os.environ["PYSPARK_PYTHON"] = sys.executable  # which has termmine; pyspark takes it from there alone
    return chosen


def _configured() -> dict[str, str]:
    """The settings that Spark finds without us: its file of defaults, and the arguments of spark-submit."""
    folder = os.environ.get("SPARK_CONF_DIR") or str(Path(os.environ.get("SPARK_HOME", "")) / "conf")
    known = {}
    with suppress(OSError):
        for line in (Path(folder) / "spark-defaults.conf").read_text(encoding="utf-8").splitlines():
            name, _, value = line.strip().replace("=", " ", 1).partition(" ")
            if name and not name.startswith("#"):
                known[name] = value.strip()
    if "PYSPARK_GATEWAY_PORT" in os.environ:  # under spark-submit
        from pyspark import SparkConf, SparkContext

        SparkContext._ensure_initialized()
        known |= dict(SparkConf().getAll())
    with suppress(Exception):  # in a notebook there may be a session already
        from pyspark import SparkContext

        running = SparkContext._active_spark_context
        if running is not None:
            known |= dict(running.getConf().getAll())
    return known


@contextmanager
def _quiet(no_log: bool) -> Iterator[None]:
    """Keep pyspark's warnings off the standard error; and with ``no_log`` that of Java, which is started meanwhile."""
    with warnings.catch_warnings(), ExitStack() as stack:
        warnings.simplefilter("ignore")
        if no_log:
            before = os.dup(2)
            stack.callback(os.close, before)
            stack.callback(os.dup2, before, 2)
            with open(os.devnull, "wb") as nowhere:  # noqa: PTH123
                os.dup2(nowhere.fileno(), 2)
        yield


# --- Java ------------------------------------------------------------------------------------------------------------


def _check_java() -> None:
    """Raise an error where Java is missing, or older than Spark needs."""
    java = find_java()
    if java is None:
        raise UsageError(
            f"Java is not installed, which Spark needs: install Java {LEAST_JAVA} or later, or set JAVA_HOME to it"
        )
    version = java_version(java)
    if version is not None and version < LEAST_JAVA:
        raise UsageError(
            f"{java}: is Java {version}, and Spark needs {LEAST_JAVA} or later: install one, or set JAVA_HOME to it"
        )


def find_java() -> str | None:
    """The program `java` as Spark finds it: in JAVA_HOME, else on the path; None where there is none."""
    home = os.environ.get("JAVA_HOME")
    if home:
        java = Path(home) / "bin" / "java"
        return str(java) if java.exists() else None
    return shutil.which("java")


def java_version(java: str) -> int | None:
    """The version of a Java, as 17; None where it does not say."""
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(r'version "(?:1\.)?(\d+)', said.stderr + said.stdout)
    return int(match[1]) if match else None


# --- errors ----------------------------------------------------------------------------------------------------------

_MEANINGS = (  # a pattern in an error of Spark -> our message; {0}: a path, or nothing
    (
        r"No\sspace\sleft\son\sdevice",
        "Spark: no space left on a disk of the cluster: free some, or set spark.local.dir",
    ),
    (
        r"No module named 'termmine'",
        "Spark: an executor has no termmine: install its wheel there, or set PYSPARK_PYTHON to a Python that has it",
    ),
    (r"No module named '(\w+)'", "Spark: an executor has no {0}: run pip install 'termmine[spark]' there"),
    (
        r"PYTHON_VERSION_MISMATCH",
        "Spark: the executors have another Python than this process: set PYSPARK_PYTHON to the same version",
    ),
    (
        r"OutOfMemoryError|MemoryError|SparkContext\swas\sshut\sdown|TaskResultLost|Answer\sfrom\sJava\sside\sis\sempty",
        "Spark: out of memory: give more by --spark-conf spark.driver.memory=4g or spark.executor.memory=4g",
    ),
    (
        r"(?:PATH_NOT_FOUND|FILE_NOT_EXIST|FileNotFoundException|does\snot\sexist)(?s:.*?)((?:\w+:)?/[^\s\"']+)",
        "{0}: cannot be read by Spark any more: check that every executor sees it",
    ),
    (r"Python\sworker\sexited\sunexpectedly", "Spark: a worker process died again and again: give it more memory"),
    (r"UnknownHostException|Connection\srefused|All\smasters\sare\sunresponsive", "Spark: its master does not answer: "
     "check spark.master"),
)  # fmt: skip


def _no_files(address: str, error: Exception) -> Exception:
    """The error for an address that Spark cannot look up."""
    said, scheme = str(error), address.partition("://")[0]
    if "PATH_NOT_FOUND" in said:
        return FileNotFoundError(address)
    if re.search("No FileSystem for scheme|UNSUPPORTED_FILE_SYSTEM|FileSystem not found", said):
        advice = _PACKAGES.get(scheme, "use what it knows, as s3a:// or hdfs://, or count locally")
        return UsageError(f"{address}: Spark has no file system for {scheme}://: {advice}")
    if re.search(r"AccessDenied|Forbidden|Permission denied|CredentialsProvider", said):
        return TermmineError(
            f"{address}: Spark may not read it: set its keys, as --spark-conf spark.hadoop.fs.{scheme}..."
        )
    if re.search("UnknownHostException|Connection refused|ConnectException", said):
        return TermmineError(f"{address}: Spark cannot reach it: check the host and the port")
    return meant_by(error)


_PACKAGES = {  # a scheme -> what makes Spark read it
    "s3": "write s3a://",
    "s3a": "add --spark-conf spark.jars.packages=org.apache.hadoop:hadoop-aws:VERSION, as of its Hadoop",
    "gs": "add Google's gcs-connector to spark.jars",
    "abfss": "add --spark-conf spark.jars.packages=org.apache.hadoop:hadoop-azure:VERSION, as of its Hadoop",
}


@contextmanager
def told() -> Iterator[None]:
    """Turn Spark's exceptions into our own errors."""
    try:
        yield
    except (TermmineError, KeyboardInterrupt, MemoryError):
        raise
    except Exception as error:
        raise meant_by(error) from error


def _as_given(address: str) -> str:
    """An address in a message as a user writes it."""
    return unquote(re.sub("^file:/+", "/", address).rstrip(".,:"))


def meant_by(error: Exception) -> TermmineError:
    """Our error, with its advice, for an error of Spark."""
    said = str(error)
    carried = re.search(r"TermmineError: (.+)", said)
    if carried:
        return TermmineError(carried[1].strip())
    for pattern, meaning in _MEANINGS:
        found = re.search(pattern, said)
        if found:
            return TermmineError(meaning.format(*(map(_as_given, found.groups()) if found.groups() else ("",))))
    lines = [line.strip() for line in said.splitlines() if line.strip() and "error occurred while calling" not in line]
    first = lines[0].removeprefix(": ") if lines else type(error).__name__
    return TermmineError(f"Spark: {first}: look into its log (--spark-conf spark.log.level=ERROR shows more)")
