"""An S3 store, served on this machine by moto: a corpus, count files and lists read there and written there.

Needs `pip install 'termmine[stores]'`; without it the tests are left out, and `.ci/run` has a step for them.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import termmine
from support.command import ENCYCLOPEDIA, POWER, run

pytest.importorskip("s3fs", reason="needs s3fs and moto: pip install 'termmine[stores]'")
server = pytest.importorskip("moto.server", reason="needs s3fs and moto: pip install 'termmine[stores]'")

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the libraries of the server

KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    try:
        host, port = running.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        running.stop()


@pytest.fixture
def bucket(served: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A bucket with some files, which the working directory holds, too."""
    import s3fs

    for name, value in (KEYS | {"AWS_ENDPOINT_URL": served}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.chdir(tmp_path)
    s3fs.S3FileSystem.clear_instance_cache()
    store = s3fs.S3FileSystem()
    store.mkdir("bucket")
    files = {
        "docs/a.txt": POWER.read_bytes(), "docs/sub/b.txt.gz": gzip.compress(ENCYCLOPEDIA.read_bytes()),
        "wiki.txt": ENCYCLOPEDIA.read_bytes(), "ban.txt": "变压器\n".encode(),
    }  # fmt: skip
    for name, data in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(data)
        store.pipe(f"bucket/{name}", data)
    yield store
    store.rm("bucket", recursive=True)
    s3fs.S3FileSystem.clear_instance_cache()


def test_a_corpus_from_end_to_end(bucket: Any) -> None:
    given = ["--ban", "{}ban.txt", "-b", "{}wiki.txt", "{}docs", "--contexts", "1", "-o", "{}terms.csv"]
    local = run("discover", *(word.format("") for word in given))
    remote = run("discover", *(word.format("s3://bucket/") for word in given))
    assert (local.code, remote.code) == (0, 0), remote.err
    assert bucket.cat("bucket/terms.csv").replace(b"s3://bucket/", b"") == Path("terms.csv").read_bytes()
    background = ["-b", "wiki.txt"]
    assert run("discover", "s3://bucket/docs/*.txt", *background).out == run("discover", "docs/a.txt", *background).out


def test_count_files(bucket: Any) -> None:
    assert run("count", "s3://bucket/docs", "-o", "s3://bucket/d.tmc").code == 0
    assert run("count", "docs", "-o", "d.tmc").code == 0
    assert bucket.cat("bucket/d.tmc") == Path("d.tmc").read_bytes()
    assert run("discover", "s3://bucket/d.tmc", "-b", "s3://bucket/wiki.txt").out == (
        run("discover", "d.tmc", "-b", "wiki.txt").out
    )


ERRORS = {
    "discover s3://bucket/nothing.txt": "s3://bucket/nothing.txt: no such file or directory: check the address",
    "discover s3://bukkit/docs": "s3://bukkit/docs: there is no such bucket: check the address",
    "discover docs -o s3://bukkit/x.csv": "s3://bukkit/x.csv: there is no bukkit: create it first",
    "discover docs -o s3://bucket/docs": "s3://bucket/docs: is a folder: name a file in it",
}


@pytest.mark.parametrize("call", ERRORS)
def test_what_is_wrong_in_one_line(call: str, bucket: Any) -> None:
    result = run(*call.split())
    assert (result.code, result.out, result.err.count("\n")) == (result.code or 1, b"", 1)
    assert result.err.startswith(f"termmine: error: {ERRORS[call]}"), result.err


def test_no_keys(bucket: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import s3fs

    for name in KEYS:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    s3fs.S3FileSystem.clear_instance_cache()
    result = run("discover", "s3://bucket/docs/a.txt")
    assert (result.code, result.err.count("\n")) == (1, 1)
    assert "s3://bucket/docs/a.txt: no keys to the store are found: set AWS_PROFILE" in result.err


def test_a_failure_leaves_no_half_object(bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket.pipe("bucket/old.csv", b"old")
    assert run("discover", "s3://bucket/nothing", "-o", "s3://bucket/old.csv").code == 1
    assert bucket.cat("bucket/old.csv") == b"old"


def test_an_object_that_is_replaced_between_two_passes(bucket: Any) -> None:
    from termmine.options import ReadOptions
    from termmine.readers.source import open_files

    source = open_files(["s3://bucket/docs/a.txt"])
    assert "".join(source.strings(ReadOptions()))
    bucket.pipe("bucket/docs/a.txt", POWER.read_bytes()[::-1])
    with pytest.raises(termmine.TermmineError, match=r"s3://bucket/docs/a\.txt: was changed while it was read"):
        "".join(source.strings(ReadOptions()))
