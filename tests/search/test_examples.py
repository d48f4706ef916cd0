"""Example sentences and the concordance: what is chosen, where it stands, how it is laid out."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import termmine
from support import naive, naive_loop
from support.command import ENCYCLOPEDIA, POWER, SAMPLE, Run, run
from termmine import TermmineError, UsageError
from termmine.readers.rewind import readable_twice
from termmine.readers.source import open_source
from termmine.search.examples import LONGEST_SENTENCE, examples, sentences
from termmine.search.kwic import as_table, concordance
from termmine.search.lines import Line
from termmine.text.display import display_width

needs_sample = pytest.mark.skipif(naive.TINY, reason="the sample is too large for uncompiled kernels")

PARTS = ["变压器", "变压器跳闸", "检查", "换油以后要再等二十四小时", "3号", "12号", "，", "。", "！", "甲乙丙丁", " "]


@naive.compared("examples: chosen")
@given(
    lines=st.lists(st.tuples(st.sampled_from("ab"), st.lists(st.sampled_from(PARTS), max_size=8)), max_size=25),
    n=st.integers(1, 4),
)
def test_examples_are_those_of_the_twin(lines: list[tuple[str, list[str]]], n: int) -> None:
    read = [Line(path, number, "".join(parts)) for number, (path, parts) in enumerate(lines, 1)]
    held = [(s, line.path, line.number) for line in read for s in sentences(line.text) if "变压器" in s]
    found = examples(["变压器"], read, n)["变压器"]
    assert [one.sentence for one in found] == naive_loop.chosen_examples(held, n)
    assert all((one.sentence, one.path, one.number) in held for one in found)


def test_sentences_are_whole() -> None:
    line = "  他说：“停电了！”然后\t走开；第二句?3号\x1b[1m变压器跳闸。没完"
    expected = ["他说：“停电了！”", "然后 走开；", "第二句?", "3号 [1m变压器跳闸。", "没完"]
    assert list(sentences(line)) == expected
    long = "电" * 300
    assert {len(part) for part in sentences(long)} == {LONGEST_SENTENCE}
    assert sum(map(len, list(sentences(long))[::2])) >= 240


def test_examples_are_short_whole_and_different() -> None:
    texts = [
        "1号变压器在夜里跳闸，值班员去看了。",
        "2号变压器在夜里跳闸，值班员去看了。",
        "变压器",
        "昨天，" * 30 + "变压器坏了。",
        "换下来的变压器油要送去做色谱分析。",
    ]
    found = examples(["变压器"], [Line("text", i, text) for i, text in enumerate(texts, 1)], 3)["变压器"]
    assert [one.place for one in found][2:] == ["text:3"]
    assert {one.place for one in found} in ({"text:1", "text:5", "text:3"}, {"text:2", "text:5", "text:3"})


@needs_sample
def test_columns_of_examples() -> None:
    plain = termmine.discover(POWER, ENCYCLOPEDIA, top=50)
    terms = termmine.discover(POWER, ENCYCLOPEDIA, top=50, contexts=2)
    assert list(terms.columns) == [*plain.columns, "context_1", "source_1", "context_2", "source_2"]
    pd.testing.assert_frame_equal(terms[list(plain.columns)], plain)
    lines = POWER.read_text(encoding="utf-8").split("\n")
    for i in (1, 2):
        for term, sentence, source in zip(terms["term"], terms[f"context_{i}"], terms[f"source_{i}"], strict=True):
            path, _, number = source.rpartition(":")
            assert path == str(POWER)
            assert sentence in lines[int(number) - 1]
            assert term in sentence.replace(" ", "")
    assert (terms["context_1"] != terms["context_2"]).all()


@needs_sample
def test_examples_of_texts_that_come_once() -> None:
    texts = ["检查变压器。换变压器油！", "变压器跳闸", "变压器响"]
    from_list = termmine.discover(texts, min_freq=2, contexts=3)
    from_iterator = termmine.discover(iter(texts), min_freq=2, contexts=3)
    pd.testing.assert_frame_equal(from_list, from_iterator)
    row = from_list.set_index("term").loc["变压器"]
    assert {row[f"source_{i}"] for i in (1, 2, 3)} <= {"text:1", "text:2", "text:3"}


@needs_sample
def test_standard_input_is_read_twice() -> None:
    options = ["-b", ENCYCLOPEDIA, "--top", "20", "--contexts", "2", "-q"]
    from_file = run("discover", POWER, *options)
    before = sys.stdin
    from_stdin = run("discover", "-", *options, stdin=POWER.read_bytes())
    assert sys.stdin is before
    assert (from_stdin.code, from_stdin.err) == (0, "")
    assert from_stdin.out == from_file.out.replace(f"{POWER}:".encode(), b"stdin:")
    empty = run("discover", "-", *options)
    assert empty == Run(1, b"", "termmine: error: -: the corpus is empty: give text with words in it\n")


def test_a_pipe_cannot_be_read_twice(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")
    with (
        pytest.raises(UsageError, match=r"pipe: is a pipe, which --contexts cannot read twice"),
        readable_twice(open_source(tmp_path / "pipe")),
    ):
        pass


def test_a_full_disk_under_the_copy_of_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Full()))
    with (
        pytest.raises(TermmineError, match="-: No space left on device: --contexts needs space"),
        readable_twice(open_source("-")),
    ):
        pass


# --- keyword in context ----------------------------------------------------------------------------------------------

TEXT = "1号变压器在夜里跳闸。GPU 加速的变压器？\n没有。\nＡ变压器"


def test_concordance_as_a_table() -> None:
    lines = [Line("a.txt", i, line) for i, line in enumerate(TEXT.split("\n"), 1)]
    found = concordance(["变压器", "gpu加速", "电"], lines, limit=2, width=80)
    assert as_table(found, 26) == (
        "变压器: 3 occurrences, the first 2\n"
        "a.txt:1         1号[变压器]在夜里跳闸\n"
        "a.txt:1  GPU 加速的[变压器]？\n"
        "\n"
        "gpu加速: 1 occurrence\n"
        "a.txt:1   里跳闸。[GPU 加速]的变压器\n"
    )
    assert found.freq == {"变压器": 3, "gpu加速": 1, "电": 0}


@needs_sample
def test_rows_are_aligned() -> None:
    result = run("contexts", "变压器", "10kV", POWER, "--limit", "50", "--width", "60")
    blocks = [block.splitlines() for block in result.out.decode().split("\n\n")]
    assert [len(block) for block in blocks] == [32, 8]
    for _, *rows in blocks:
        assert len({display_width(row[: row.index("[")]) for row in rows}) == 1
        assert all(display_width(row) <= 60 + len(f"{POWER}:100") + 4 for row in rows)


def test_the_command_takes_the_corpus_last_or_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text(TEXT, encoding="utf-8")
    Path("b.txt").write_text("变压器油", encoding="utf-8")
    result = run("contexts", "变压器", "电机", "a.txt", "--json")
    records = [json.loads(line) for line in result.out.decode().splitlines()]
    assert result.err == "termmine: 电机 does not occur\n"
    assert records[0] == {
        "term": "变压器", "path": "a.txt", "line": 1, "left": "1号", "match": "变压器",
        "right": "在夜里跳闸。GPU 加速的变压器？",
    }  # fmt: skip
    assert [record["line"] for record in records] == [1, 1, 3]
    named = run("contexts", "变压器", "-c", "a.txt", "-c", "b.txt", "--limit", "9", "--json")
    assert [json.loads(line)["path"] for line in named.out.decode().splitlines()] == ["a.txt"] * 3 + ["b.txt"]
    assert (
        run("contexts", "变压器", "a.txt", "b.txt").err
        == "termmine: a.txt does not occur: name several corpora with -c\n"
    )
    piped = run("contexts", "变压器油", "-", stdin="变压器油".encode())
    assert piped.out.decode() == f"变压器油: 1 occurrence\nstdin:1  {' ' * 36}[变压器油]\n"


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (["a.txt"], 2, "a.txt: name a term before the corpus: termmine contexts TERM... CORPUS"),
        (["电机", "a.txt"], 1, "电机: does not occur in a.txt: check spelling and corpus"),
        (["电机", "b.txt"], 1, "b.txt: no such file or directory: check the path"),
        ([" ", "a.txt"], 2, "' ': nothing to look for: give a term with characters in it"),
        (["电机", "-c", "-", "-c", "-"], 2, "- is given more than once: standard input can be read only once"),
    ],
)
def test_what_the_command_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, line: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text(TEXT, encoding="utf-8")
    assert run("contexts", *arguments) == Run(code, b"", f"termmine: error: {line}\n")


@needs_sample
def test_explain_shows_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SAMPLE)
    result = run("explain", "变压器", "神经网络", "-c", "power.txt", "--contexts", "2", "--json")
    known, unknown = (json.loads(line) for line in result.out.decode().splitlines())
    assert [sorted(one) for one in known["contexts"]] == [["context", "source"]] * 2
    assert unknown["contexts"] == []
    text = run("explain", "变压器", "-c", "power.txt", "--contexts", "2").out.decode()
    assert f"  {known['contexts'][0]['source']}: {known['contexts'][0]['context']}\n" in text
