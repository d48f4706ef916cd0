"""The engine on Spark without Spark: its functions over record batches, on a cluster that is none (support.tiny_spark).

Files are cut into parts, batches and partitions at random; corpus and table are the local ones, column by column.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import naive
from support.command import ENCYCLOPEDIA, POWER, run
from support.tiny_spark import Frame, TinyCluster

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install 'termmine[spark]'")

from termmine.counting import local  # noqa: E402
from termmine.counting.engines import ENGINES, LocalEngine  # noqa: E402
from termmine.counting.spark import encoding, levels, sums, text  # noqa: E402
from termmine.counting.spark.corpus import SparkCorpus, number_words  # noqa: E402
from termmine.counting.spark.encoding import WHOLE  # noqa: E402
from termmine.counting.spark.engine import SparkEngine  # noqa: E402
from termmine.errors import TermmineError  # noqa: E402
from termmine.options import ReadOptions  # noqa: E402
from termmine.readers.base import ReadReport  # noqa: E402
from termmine.readers.source import open_files  # noqa: E402
from termmine.runtime.job import Job  # noqa: E402
from termmine.text.encode import encode  # noqa: E402
from termmine.types import Corpus, NgramTable  # noqa: E402

REVIEWED = POWER.parent / "reviewed.csv"
COLUMNS = "length freq doc_freq left_entropy right_entropy left_edge right_edge prefix suffix last level".split()


def records_of(cluster: TinyCluster, kind: str, numbers: dict[str, int]) -> Frame:
    """What Spark's readers would give: the records of files, in parts, batches and partitions cut at random."""
    partitions: list[list[pa.RecordBatch]] = [[]]
    for address, number in numbers.items():
        raw, start = Path(address).read_bytes(), 0
        if kind == WHOLE:
            lines = [raw] if raw else []
        else:
            lines = raw.removeprefix(b"\xef\xbb\xbf").split(b"\n")
            lines = lines if lines[-1] else lines[:-1]
        while lines:
            n = cluster.random.randint(1, len(lines))
            part, lines = lines[:n], lines[n:]
            at = 0
            while at < len(part):
                m = cluster.random.randint(1, len(part) - at)
                values = pa.array(part[at : at + m], pa.binary())
                places = [pa.array([value] * m, pa.int64()) for value in (number, start)]
                partitions[-1].append(pa.RecordBatch.from_arrays([values, *places], ["value", "file", "start"]))
                at += m
            start += sum(len(line) + 1 for line in part)
            if cluster.random.random() < 0.5:
                partitions.append([])
    return cluster.frame(partitions, pa.schema([("value", pa.binary()), ("file", pa.int64()), ("start", pa.int64())]))


def read_by_parts(
    paths: list[Path], options: ReadOptions, seed: int, piece: int = 20
) -> tuple[SparkCorpus, ReadReport]:
    """The corpus of some files as the engine reads it."""
    cluster, report = TinyCluster(random.Random(seed)), ReadReport()
    addresses = [str(path) for path in paths]

    def read_records(cluster: Any, numbers: dict[str, int], kind: str, options: ReadOptions) -> Frame:
        return records_of(cluster, kind, numbers)

    with mock.patch.object(text, "read_records", read_records), mock.patch.object(encoding, "PIECE", piece):
        corpus = number_words(text.read_text(cluster, addresses, addresses, options, report), options.fold)  # type: ignore[arg-type]
    return corpus, report


def read_locally(paths: list[Path], options: ReadOptions) -> tuple[Corpus, ReadReport]:
    report = ReadReport()
    blocks = open_files(paths).blocks(options, report, lambda _: None)
    return encode(blocks, document=options.document, fold=options.fold), report


def assert_same_corpus(found: SparkCorpus, expected: Corpus) -> None:
    pieces = list(found.pieces())
    codes = np.concatenate([codes for codes, _ in pieces] + [np.array([2], dtype=np.int32)])
    variants = np.concatenate([np.zeros((0, 2), dtype=np.int64), *(variants for _, variants in pieces)])
    assert codes.tolist() == np.asarray(expected.codes).tolist()
    assert variants.ravel().tolist() == np.asarray(expected.variants).tolist()
    assert list(found.alphabet.form_texts) == list(expected.alphabet.form_texts)
    assert list(found.alphabet.word_texts) == list(expected.alphabet.word_texts)
    sizes = (found.n_codes, found.n_symbols, found.n_documents)
    assert sizes == (len(expected.codes), expected.n_symbols, expected.n_documents)


def assert_same_table(found: NgramTable, expected: NgramTable) -> None:
    for name in COLUMNS:
        one, other = getattr(found, name), getattr(expected, name)
        assert one.dtype == other.dtype, name
        assert one.tolist() == other.tolist(), name
    assert (found.min_freq, found.n_symbols, found.n_documents) == (
        expected.min_freq, expected.n_symbols, expected.n_documents,
    )  # fmt: skip


@naive.compared("spark: pieces")
@given(
    texts=st.lists(st.one_of(naive.texts(), naive.dense_texts()), min_size=1, max_size=3),
    document=st.sampled_from(["line", "file"]),
    min_freq=st.integers(1, 3),
    max_length=st.integers(2, 5),
    neighbours=st.booleans(),
    seed=st.integers(0, 1 << 30),
)
def test_corpus_and_table_are_the_local_ones(
    tmp_path_factory: pytest.TempPathFactory,
    texts: list[str],
    document: str,
    min_freq: int,
    max_length: int,
    neighbours: bool,
    seed: int,
) -> None:
    folder = tmp_path_factory.mktemp("parts")
    paths = [folder / f"{i}.txt" for i in range(len(texts))]
    for path, string in zip(paths, texts, strict=True):
        path.write_bytes(string.encode("utf-8", "surrogatepass") + b"\n" * bool(string))
    options = ReadOptions(document=document, encoding="utf-8" if seed % 2 else None)
    try:
        expected, report = read_locally(paths, options)
    except TermmineError:
        return
    found, seen = read_by_parts(paths, options, seed)
    assert_same_corpus(found, expected)
    assert (seen.n_documents, seen.undecodable, seen.first_undecodable) == (
        report.n_documents, report.undecodable, report.first_undecodable,
    )  # fmt: skip
    if not expected.n_symbols:
        return
    with mock.patch.multiple(levels, TABLE=16, PAIRS_A_TASK=30, _SPARSE=2):
        table = levels.count_ngrams(found, min_freq, max_length, neighbours)
    assert_same_table(
        table, local.count_ngrams(expected, min_freq=min_freq, max_length=max_length, neighbours=neighbours)
    )


# --- all stages ------------------------------------------------------------------------------------------------------


def tiny_engine(job: Job, settings: Mapping[str, str]) -> SparkEngine:
    """The engine of Spark with a cluster that is none, and random parts."""
    engine = SparkEngine(job, settings, LocalEngine(job))
    engine.__dict__["cluster"] = TinyCluster(random.Random(int(settings["seed"])))
    return engine


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """--engine spark is a cluster that is none."""
    monkeypatch.setitem(ENGINES, "spark", tiny_engine)
    monkeypatch.setattr(text, "read_records", lambda cluster, numbers, kind, _: records_of(cluster, kind, numbers))
    monkeypatch.setattr(encoding, "PIECE", 5000)


SPARK = ("--engine", "spark", "--spark-conf", "seed=1")


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize(
    "command",
    [
        ["discover", POWER, "-q"],
        ["discover", POWER, "-b", ENCYCLOPEDIA, "-q", "--document", "file"],
        ["discover", POWER, ENCYCLOPEDIA, POWER, "-q", "--fold", "t2s", "--min-freq", "4"],
        ["discover", POWER, "-q", "--contexts", "1", "--feedback", REVIEWED],
        ["explain", "断路器", "变压器油", "no such", "-c", POWER, "-b", ENCYCLOPEDIA],
    ],
)
def test_the_same_bytes(command: list[str]) -> None:
    """Every task of every stage: what a command writes, and what it says beside."""
    assert run(*command, *SPARK) == run(*command)


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize(
    "options", [[], ["--neighbours"], ["--no-text", "--min-freq", "3"], ["--no-text", "--floor", "2"]]
)
def test_the_same_count_file(tmp_path: Path, options: list[str]) -> None:
    files = [tmp_path / "local.tmc", tmp_path / "spark.tmc"]
    assert run("count", POWER, ENCYCLOPEDIA, "-o", files[0], "-q", *options).code == 0
    assert run("count", POWER, ENCYCLOPEDIA, "-o", files[1], "-q", *options, *SPARK).code == 0
    assert files[1].read_bytes() == files[0].read_bytes()


@given(st.lists(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)), max_size=40), max_size=30))
def test_entries_are_added_up_by_key(parts: list[list[tuple[int, int]]]) -> None:
    with mock.patch.object(sums, "CHUNK", 8):
        entries = sums.Entries()
        for part in parts:
            entries.add(*np.array(part, dtype=np.int64).reshape(-1, 2).T)
        entries.merge()
    expected: Counter[int] = Counter()
    for key, count in itertools.chain(*parts):
        expected[key] += count
    assert dict(zip(entries.keys.tolist(), entries.counts.tolist(), strict=True)) == expected
    assert entries.keys.tolist() == sorted(expected)
