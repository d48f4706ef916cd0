"""Count files: counted, merged, added to, described; used as backgrounds and as domains. The command line's view."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import naive
from support.command import ENCYCLOPEDIA, POWER, PROCESS, run
from support.tables import columns, cramped, ngrams
from termmine.counting.count import count, merge
from termmine.counting.countfile.read import load
from termmine.counting.countfile.write import _Section
from termmine.counting.engines import LocalEngine
from termmine.options import CountOptions
from termmine.runtime.arrays import IN_MEMORY
from termmine.runtime.job import Job

SAMPLE = Path(__file__).parents[2] / "data" / "sample"


def counted(folder: Path, name: str, *texts: str, **options: object) -> Path:
    """The count file of some texts, one file each."""
    sources = []
    for i, text in enumerate(texts):
        sources.append(folder / f"{name}{i}.txt")
        sources[-1].write_bytes(text.encode("utf-8", "surrogatepass"))
    output = folder / f"{name}.tmc"
    count(sources, output, CountOptions(encoding="utf-8", **options), job=Job(threads=1))  # type: ignore[arg-type]
    return output


@pytest.fixture(scope="module")
def power(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample domain as a count file that has everything."""
    output = tmp_path_factory.mktemp("counts") / "power.tmc"
    assert run("count", POWER, "-o", output, "--neighbours", "-q").code == 0
    return output


@pytest.fixture(scope="module")
def general(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample background as a count file."""
    output = tmp_path_factory.mktemp("counts") / "general.tmc"
    assert run("count", ENCYCLOPEDIA, "-o", output, "-q").code == 0
    return output


# --- exact -----------------------------------------------------------------------------------------------------------


@naive.compared("census: pieces")
@given(
    texts=st.lists(naive.dense_texts(max_size=25).filter(lambda text: "甲" in text), min_size=1, max_size=4),
    min_freq=st.one_of(st.none(), st.integers(1, 3)),
    max_length=st.integers(2, 5),
    neighbours=st.booleans(),
)
def test_merging_is_counting_at_once(
    tmp_path_factory: pytest.TempPathFactory,
    texts: Sequence[str],
    min_freq: int | None,
    max_length: int,
    neighbours: bool,
) -> None:
    """Byte by byte, whatever was counted together before; and every n-gram is the oracle's."""
    folder = tmp_path_factory.mktemp("pieces")
    options = {"min_freq": min_freq, "max_length": max_length, "neighbours": neighbours}
    whole = counted(folder, "whole", *texts, **options)
    pieces = [counted(folder, f"piece{i}-", text, **options) for i, text in enumerate(texts)]
    merged = folder / "merged.tmc"
    merge(pieces, merged)
    assert merged.read_bytes() == whole.read_bytes()
    for i, text in enumerate(texts[1:], 1):  # add to the first, one after the other, in place
        source = folder / f"added{i}.txt"
        source.write_bytes(text.encode())
        count([pieces[0], source], pieces[0], CountOptions(encoding="utf-8"))
    assert pieces[0].read_bytes() == whole.read_bytes()
    file = load(whole, IN_MEMORY)
    documents = [document for text in texts for document in naive.read(text)]
    expected = naive.count_ngrams(documents, file.table.min_freq, max_length)
    found = columns(file.table)
    assert {ngram: row[0] for ngram, row in found.items()} == {n: c.freq for n, c in expected.items()}
    if neighbours:
        assert {ngram: row[1] for ngram, row in found.items()} == {n: len(c.documents) for n, c in expected.items()}


def test_memory_and_threads_change_no_byte(tmp_path: Path) -> None:
    """At the least memory, with several threads and chunk sizes, spilling everything: the same file."""
    options = CountOptions(neighbours=True)
    sources = [POWER, ENCYCLOPEDIA] if not naive.TINY else [SAMPLE / "power_terms.txt"]
    first = tmp_path / "first.tmc"
    count(sources, first, options, job=Job(threads=1))
    for i, (threads, chunk) in enumerate([(1, 1000), (2, 777), (2, 30_000), (3, 5000)]):
        again = tmp_path / f"{i}.tmc"
        with cramped(chunk, 512, chunk):
            count(sources, again, options, job=Job(threads=threads))
        assert again.read_bytes() == first.read_bytes()


@pytest.mark.parametrize(
    "arguments", [(), ("--memory", "512M", "--threads", "1"), ("--threads", "2"), ("--threads", "5")]
)
def test_discover_gives_the_same_bytes(arguments: list[str]) -> None:
    expected = run("discover", POWER, "--background", ENCYCLOPEDIA, "-q")
    assert run("discover", POWER, "--background", ENCYCLOPEDIA, "-q", *arguments) == expected


# --- as a background, as a domain ------------------------------------------------------------------------------------


def test_a_count_file_is_the_text_that_it_was_counted_from(power: Path, general: Path) -> None:
    expected = run("discover", POWER, "--background", ENCYCLOPEDIA, "-q").out
    assert expected.count(b"\n") > 300
    for domain in (POWER, power):
        for background in (ENCYCLOPEDIA, general):
            assert run("discover", domain, "--background", background, "-q").out == expected
    assert (
        run("explain", "断路器", "-c", power, "-b", general).out
        == run("explain", "断路器", "-c", POWER, "-b", ENCYCLOPEDIA).out
    )


def test_other_thresholds_than_the_file_was_counted_with(power: Path) -> None:
    for arguments in (["--min-freq", "2"], ["--max-length", "3"], ["--min-freq", "9", "--max-length", "12"]):
        assert run("discover", power, *arguments, "-q").out == run("discover", POWER, *arguments, "-q").out


def test_text_and_count_files_together_are_one_background(general: Path) -> None:
    both = run("discover", POWER, "-b", general, "-b", SAMPLE / "power_terms.txt", "-q")
    texts = run("discover", POWER, "-b", ENCYCLOPEDIA, "-b", SAMPLE / "power_terms.txt", "-q")
    assert both.out == texts.out


def test_counts_without_text(tmp_path: Path) -> None:
    """What the table holds is exact, what is rarer counts as 0; the file is small, and final."""
    small = tmp_path / "small.tmc"
    assert run("count", ENCYCLOPEDIA, "-o", small, "--no-text", "--min-freq", "3", "-q").code == 0
    exact = rows(run("discover", POWER, "-b", ENCYCLOPEDIA, "-q").out)
    found = rows(run("discover", POWER, "-b", small, "-q").out)
    assert len(found) > 100
    for term, freq in found.items():
        if term in exact:
            assert freq == (exact[term] if exact[term] >= 3 else 0), term
    assert any(found.values())
    assert (
        "was counted with --no-text, and cannot be added to" in run("count", small, POWER, "-o", tmp_path / "x.tmc").err
    )
    assert "was counted with --no-text, and can only be a background" in run("discover", small).err
    assert run("count", ENCYCLOPEDIA, "-o", small, "--no-text", "--max-length", "2", "-q").code == 0
    done = run("discover", POWER, "-b", small)
    assert "was counted up to 2 symbols, without its text: give --max-length 2" in done.err
    assert run("discover", POWER, "-b", small, "--max-length", "2").code == 0


def rows(csv: bytes) -> dict[str, int]:
    """term -> background_freq."""
    lines = csv.decode().split("\n")[1:-1]
    return {line.split(",")[0]: int(line.split(",")[4]) for line in lines}


def test_a_frequency_list_is_a_background(tmp_path: Path) -> None:
    """jieba's own dictionary as a list gives what no background at all gives."""
    listed = tmp_path / "words.tsv"
    source = Path(__import__("jieba").__file__).with_name("dict.txt")
    words = [line.split(" ") for line in source.read_text(encoding="utf-8").splitlines()]
    listed.write_text("".join(f"{word}\t{freq}\n" for word, freq, _ in words), encoding="utf-8")
    expected = run("discover", POWER, "-q").out
    assert run("discover", POWER, "--background", listed, "-q").out == expected
    text = tmp_path / "text.txt"
    text.write_text("没有\t5\n变电站\tmany\n", encoding="utf-8")
    assert f"{text}:2: is no word, tab and whole number" in run("discover", POWER, "-b", text).err
    text.write_text("没有\t5\n变电站\n停电\n", encoding="utf-8")
    assert "background holds 8 symbols" in run("discover", POWER, "-b", text).err  # no list: it is text
    listed.write_text("没有\t0\n", encoding="utf-8")
    assert "its counts add up to 0: give a list with frequencies" in run("discover", POWER, "-b", listed).err


# --- what does not fit together --------------------------------------------------------------------------------------


def test_settings_must_agree(tmp_path: Path, power: Path) -> None:
    other = tmp_path / "other.tmc"
    assert run("count", ENCYCLOPEDIA, "-o", other, "--max-length", "5", "--document", "file", "-q").code == 0
    target = tmp_path / "both.tmc"
    lengths = tmp_path / "lengths.tmc"
    assert run("count", ENCYCLOPEDIA, "-o", lengths, "--max-length", "5", "--neighbours", "-q").code == 0
    cases = {
        ("merge", power, other, "-o", target): "other.tmc: was counted with --document file, not line: give the same",
        ("merge", power, lengths, "-o", target): "were counted with different --max-length: say which is wanted",
        ("discover", other): "other.tmc: was counted with --document file, not line: give the same --document",
        (
            "discover",
            POWER,
            "-b",
            power,
            "--fold",
            "t2s",
        ): "was counted with --fold none, not t2s: give the same --fold",
        ("discover", power, POWER): "power.tmc: a count file must be the only corpus: put several into one with",
        ("merge", power, POWER, "-o", target): "power.txt: is no count file: count it first, or use",
        ("count", POWER): "-o is missing: name the count file to write",
        ("count", power, other, "--add", POWER): "--add: adds to one count file: name just one",
    }
    for arguments, message in cases.items():
        done = run(*arguments)
        assert done.code != 0
        assert message in done.err
        assert done.err.count("\n") == 1
        assert not target.exists()
    assert run("merge", power, lengths, "-o", target, "--max-length", "5").code == 0


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["text.txt", "-o", "text.txt"], "text.txt: is an input: choose another output file"),
        (["old.tmc", "text.txt", "-o", "./text.txt"], "text.txt: is an input: choose another output file"),
        (["text.txt", "--add", "more.txt"], "text.txt: is no count file, so --add cannot add to it: count it first, "
                                            "with -o"),
        (["text.txt", "-o", "-"], "-: is no file, and what is to be written must be one: name a file"),
        (["-", "--add", "text.txt"], "-: is no file, and what is to be written must be one: name a file"),
        (["text.txt", "-o", "pipe"], "pipe: is no file, and what is to be written must be one: name a file"),
        (["text.txt", "-o", "folder"], "folder: is a directory: name a file in it"),
    ],
)  # fmt: skip
def test_nothing_but_a_count_file_is_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], line: str
) -> None:
    """Neither the text that is counted, nor what is no file at all."""
    monkeypatch.chdir(tmp_path)
    for name in ("text.txt", "more.txt"):
        Path(name).write_text("变电站的断路器\n" * 9, encoding="utf-8")
    assert run("count", "text.txt", "-o", "old.tmc", "-q").code == 0
    os.mkfifo("pipe")
    Path("folder").mkdir()
    before = {path: path.lstat().st_mtime_ns for path in Path().iterdir()}
    done = run("count", *arguments)
    assert (done.code, done.out, done.err) == (2, b"", f"termmine: error: {line}\n")
    assert {path: path.lstat().st_mtime_ns for path in Path().iterdir()} == before


def test_a_count_file_is_not_merged_into_a_stream(tmp_path: Path, power: Path) -> None:
    done = run("merge", power, power, "-o", "-")
    assert (done.code, done.out) == (2, b"")
    assert done.err == "termmine: error: -: is no file, and what is to be written must be one: name a file\n"


def test_neighbours_are_counted_for_files_that_lack_them(tmp_path: Path, power: Path, general: Path) -> None:
    merged, both = tmp_path / "merged.tmc", tmp_path / "both.tmc"
    assert "were counted with different --neighbours: say which" in run("merge", power, general, "-o", merged).err
    assert run("merge", power, general, "-o", merged, "--neighbours", "-q").code == 0
    assert run("count", POWER, ENCYCLOPEDIA, "-o", both, "--neighbours", "-q").code == 0
    assert merged.read_bytes() == both.read_bytes()


def test_what_is_no_count_file(tmp_path: Path, general: Path) -> None:
    data = general.read_bytes()
    cases = {
        "foreign": (b"PK\x03\x04" + data, "is no count file: make one with termmine count"),
        "empty": (b"", "is no count file"),
        "header": (data[:100], "its header is damaged or truncated: count again"),
        "short": (data[:-1], "is truncated: it should hold"),
        "older": (data.replace(b'"format": 2', b'"format": 1', 1), "was made by termmine"),
        "other": (data.replace(b'"text_model": 2', b'"text_model": 9', 1), "was made by termmine"),
        "broken": (data[:-3] + bytes([data[-3] ^ 1]) + data[-2:], "is damaged (in "),
        "no-json": (data.replace(b'"format"', b'"format', 1), "its header is damaged or truncated"),
    }
    for name, (content, message) in cases.items():
        path = tmp_path / f"{name}.tmc"
        path.write_bytes(content)
        done = run("info", path)
        assert (done.code, done.out) == (1, b"")
        assert f"{name}.tmc: {message}" in done.err
        assert done.err.count("\n") == 1
    assert "no such file" in run("info", tmp_path / "nowhere.tmc").err.lower()


def test_info_tells_what_a_count_file_holds(power: Path, general: Path) -> None:
    told = dict(line.split(": ", 1) for line in run("info", power).out.decode().splitlines())
    record = json.loads(run("info", power, "--json").out)
    table = load(power, IN_MEMORY).table
    assert told["symbols"] == str(record["n_symbols"]) == str(table.n_symbols)
    assert told["documents"] == f"{table.n_documents} (a line each)"
    assert told["n-grams"] == f"{len(table)} of 1 to 10 symbols"
    assert told["neighbours"].startswith("yes")
    assert told["signature"] == record["signature"]
    assert told["signature"].startswith(f"termmine:{record['termmine']}|symbols:{table.n_symbols}|")
    assert [told[f"n-grams of {n}"] for n in range(1, len(table.level))] == [str(n) for n in np.diff(table.level)]
    assert (
        told["signature"]
        != dict(line.split(": ", 1) for line in run("info", general).out.decode().splitlines())["signature"]
    )


def test_the_same_text_gives_the_same_file(tmp_path: Path, power: Path) -> None:
    again = tmp_path / "power.tmc"
    assert run("count", POWER, "-o", again, "--neighbours").err.startswith(f"termmine: {again}: ")
    assert again.read_bytes() == power.read_bytes()


def test_add_makes_the_file_that_counting_both_makes(tmp_path: Path) -> None:
    nightly, both = tmp_path / "nightly.tmc", tmp_path / "both.tmc"
    assert run("count", POWER, "-o", nightly, "-q").code == 0
    assert run("count", "--add", ENCYCLOPEDIA, nightly, "-q").code == 0
    assert run("count", POWER, ENCYCLOPEDIA, "-o", both, "-q").code == 0
    # neighbouring files are one source to the encoder, but documents and runs end between them all the same
    assert nightly.read_bytes() == both.read_bytes()
    assert len(ngrams(load(nightly, IN_MEMORY).table)) == len(load(both, IN_MEMORY).table)


# --- when it goes wrong ----------------------------------------------------------------------------------------------

SPILLING = (
    "from unittest import mock; from termmine.runtime.job import Job; from termmine.cli import main\n"
    "with mock.patch.object(Job, 'left', lambda _: 0): main()"
)


def test_a_full_scratch_disk_is_one_clear_error(tmp_path: Path) -> None:
    scratch, output = tmp_path / "scratch", tmp_path / "out.tmc"
    scratch.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", SPILLING, "count", str(POWER), "-o", str(output), "--tmp", str(scratch)],
        capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
        env=os.environ | {"NUMBA_DISABLE_JIT": os.environ.get("NUMBA_DISABLE_JIT", "0")},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == (
        f"termmine: error: {scratch}: File too large: no place for scratch files; nothing was written: "
        "free some space, name another directory with --tmp, or raise --memory\n"
    )
    assert list(scratch.iterdir()) == []
    assert not output.exists()


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_killed_count_leaves_the_old_file(tmp_path: Path, sent: signal.Signals) -> None:
    target = tmp_path / "counts.tmc"
    assert run("count", POWER, "-o", target, "-q").code == 0
    before = target.read_bytes()
    pipe = tmp_path / "text"
    os.mkfifo(pipe)
    process = subprocess.Popen(
        [*PROCESS, "count", "--add", str(pipe), str(target), "--tmp", str(tmp_path)], stderr=subprocess.DEVNULL
    )
    descriptor = os.open(pipe, os.O_WRONLY)
    os.write(descriptor, "变电站的断路器\n".encode())
    time.sleep(0.2)  # it waits for more text, whatever it has done by now
    process.send_signal(sent)
    process.wait()
    os.close(descriptor)
    assert process.returncode in (-sent, 128 + sent)
    assert target.read_bytes() == before
    assert run("count", "--add", ENCYCLOPEDIA, target, "-q").code == 0
    assert {path.name for path in tmp_path.iterdir()} <= {"counts.tmc", "text"}


@pytest.mark.parametrize("threads", [1, 2])
def test_a_count_that_fails_while_its_text_is_written_leaves_the_old_file(
    tmp_path: Path, power: Path, threads: int
) -> None:
    target = tmp_path / "counts.tmc"
    target.write_bytes(power.read_bytes())
    with mock.patch.object(LocalEngine, "count", side_effect=MemoryError):
        done = run("count", "--add", ENCYCLOPEDIA, target, "--threads", threads)
    assert (done.code, done.err.count("out of memory")) == (1, 1)
    assert target.read_bytes() == power.read_bytes()
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("threads", [1, 2])
def test_a_count_file_is_the_same_by_one_thread_and_by_several(tmp_path: Path, power: Path, threads: int) -> None:
    again = tmp_path / "power.tmc"
    assert run("count", POWER, "-o", again, "--neighbours", "-q", "--threads", threads).code == 0
    assert again.read_bytes() == power.read_bytes()
    header = load(again, IN_MEMORY).header
    by_place = sorted(header["sections"], key=lambda section: (section["offset"], section["length"]))
    assert [section["name"] for section in by_place][:4] == ["codes", "forms", "form_offsets", "variants"]
    assert [section["name"] for section in header["sections"]][-2:] == ["codes", "variants"]


def test_an_error_in_the_text_leaves_the_old_file(tmp_path: Path, power: Path) -> None:
    target = tmp_path / "counts.tmc"
    target.write_bytes(power.read_bytes())
    assert "no such file or directory" in run("count", "--add", tmp_path / "nowhere.txt", target).err
    with mock.patch.object(_Section, "append", side_effect=OSError(28, "No space left on device")):
        done = run("count", "--add", ENCYCLOPEDIA, target)
    assert done.code == 1
    assert "counts.tmc: No space left on device: nothing was written; free some space" in done.err
    assert target.read_bytes() == power.read_bytes()
    assert list(tmp_path.iterdir()) == [target]
