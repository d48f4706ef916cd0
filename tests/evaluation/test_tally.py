"""Given terms counted exactly: against `naive.occurrences`, and the command as a shell sees it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import termmine
from support import naive
from support.command import ENCYCLOPEDIA, POWER, Run, run
from termmine import UsageError
from termmine.evaluation.tally import tally
from termmine.kernels import tries as tries_kernels
from termmine.runtime.job import Job
from termmine.search import tally as search_tally
from termmine.search.tally import Groups, Terms
from termmine.text import runs
from termmine.text.encode import encode


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


# --- against the naive twin ------------------------------------------------------------------------------------------


def symbols(term: str) -> naive.Ngram | None:
    """A term as an n-gram; None where it is none."""
    runs = [run for document in naive.read(term) for run in document if run]
    return tuple(symbol.text for symbol in runs[0]) if len(runs) == 1 else None


def counts(term: str, text: str) -> tuple[int, int]:
    """How often, and in how many lines."""
    ngram, documents = symbols(term), naive.read(text)
    if ngram is None:
        return 0, 0
    found = [len(naive.occurrences(ngram, [document])) for document in documents]
    return sum(found), sum(n > 0 for n in found)


TERMS = st.lists(
    st.one_of(st.text("甲乙aA1 ", min_size=1, max_size=4), st.sampled_from(["甲乙", "a 甲", "：", "甲，乙"]))
)
TEXTS = st.one_of(naive.dense_texts(), naive.texts(), st.text("甲乙aA1 ，\n", max_size=40))


@naive.compared("tally: terms")
@given(terms=TERMS, texts=st.lists(TEXTS, min_size=1, max_size=3), cuts=st.lists(st.integers(0, 99)))
def test_the_counts_are_those_of_the_twin(terms: list[str], texts: list[str], cuts: list[int]) -> None:
    terms = list(dict.fromkeys(terms))
    ready = Terms(terms)
    expected = [sum(values) for term in terms for values in zip(*(counts(term, text) for text in texts), strict=True)]
    whole, pieces = ready.none(), ready.none()
    for text in texts:
        ready.add_text(whole, naive.cut(text, cuts), "line", Job())
        ready.add_corpus(pieces, encode([text]))
    for found in (whole, pieces):
        assert [n for pair in zip(found.freq.tolist(), found.doc_freq.tolist(), strict=True) for n in pair] == expected
        assert found.n_symbols == sum(naive.n_symbols(naive.read(text)) for text in texts)
        assert found.n_documents == sum(len(naive.read(text)) for text in texts)
    assert len(tries_kernels.tally.signatures) == 1 if not naive.TINY else True


@given(
    st.lists(st.tuples(st.sampled_from("xyz"), st.text("甲乙a，\n", max_size=9)), min_size=1, max_size=9),
    st.integers(1, 30),
)
def test_groups_that_come_in_turns_are_counted_as_if_each_came_alone(records: list[tuple[str, str]], most: int) -> None:
    terms = ["甲", "甲乙", "a"]
    groups = Groups(Terms(terms), Job(threads=1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_tally, "_MOST_HELD", most)
        for group, text in records:
            groups.hold(group, text + "\x1e", "line")
        groups.flush("line")
    for group, found in groups.counts.items():
        own = [text for other, text in records if other == group]
        expected = [sum(values) for term in terms for values in zip(*(counts(term, text) for text in own), strict=True)]
        assert [n for pair in zip(found.freq.tolist(), found.doc_freq.tolist(), strict=True) for n in pair] == expected


def test_a_document_that_is_longer_than_a_part_is_one() -> None:
    ready = Terms(["甲乙"])
    found = ready.none()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "WINDOW", 4)
        ready.add_text(found, ["甲乙，" * 50], "line", Job(threads=1))
    assert (found.freq.tolist(), found.doc_freq.tolist(), found.n_documents) == ([50], [1], 1)


# --- the library and the command -------------------------------------------------------------------------------------


def test_the_figures_are_those_of_discover() -> None:
    found = termmine.discover(POWER, ENCYCLOPEDIA)
    again = termmine.tally(found["term"], POWER)
    assert again["freq"].tolist() == found["freq"].tolist()
    assert again["doc_freq"].tolist() == found["doc_freq"].tolist()
    assert set(again["corpus"]) == {str(POWER)}


def test_corpora_files_fields_and_count_files() -> None:
    Path("terms.csv").write_text("score,term\n2,差动保护\n1,SQL 语句\n0,油枕\n")
    Path("a").mkdir()
    Path("a/1.txt").write_text("差动保护动作\n差动保护，SQL语句\n")
    Path("a/2.jsonl").write_text('{"text": "sql 语句", "y": 2024}\n{"text": "差动保护", "y": "2025"}\n{"text": "甲"}\n')
    run("count", "a", "-o", "a.tmc")
    done = run("tally", "terms.csv", "a", "a.tmc", "--format", "tsv")
    figures = {"差动保护": "3\t3", "SQL 语句": "2\t2", "油枕": "0\t0"}
    assert (done.code, done.err) == (0, "")
    assert done.out.decode() == "term\tcorpus\tfreq\tdoc_freq\tn_symbols\tn_documents\n" + "".join(
        f"{term}\t{corpus}\t{both}\t21\t5\n" for term, both in figures.items() for corpus in ("a", "a.tmc")
    )
    wide = run("tally", "terms.csv", "a", "--by", "file", "--wide", "freq").out.decode()
    assert wide == "term,a/1.txt,a/2.jsonl\n差动保护,2,1\nSQL 语句,1,1\n油枕,0,0\n"
    by_year = run("tally", "terms.csv", "a/2.jsonl", "--by", "field:y", "-f", "jsonl").out.decode().splitlines()
    assert [json.loads(line) for line in by_year[3:6]] == [
        {"term": "SQL 语句", "y": "2024", "freq": 1, "doc_freq": 1, "n_symbols": 3, "n_documents": 1},
        {"term": "SQL 语句", "y": "2025", "freq": 0, "doc_freq": 0, "n_symbols": 4, "n_documents": 1},
        {"term": "SQL 语句", "y": "", "freq": 0, "doc_freq": 0, "n_symbols": 1, "n_documents": 1},
    ]
    run("tally", "terms.csv", "a/2.jsonl", "--by", "field:y", "-o", "out.parquet")
    table = pd.read_parquet(io.BytesIO(Path("out.parquet").read_bytes()))
    assert table["freq"].sum() == 2 and str(table["freq"].dtype) == "int64"
    pd.read_parquet("out.parquet").rename(columns={"term": "text"}).to_parquet("in.parquet")
    from_parquet = termmine.tally(["差动保护"], Path("in.parquet"), by="field:y", wide="freq")
    assert from_parquet.to_dict("list") == {"term": ["差动保护"], "2024": [1], "2025": [1], "": [1]}


def test_a_table_by_a_column_and_a_plain_list() -> None:
    Path("terms.txt").write_text("差动保护\n差动保护\n# note\n")
    Path("t.csv").write_text("when,text\n周一,差动保护\n周二,差动保护和差动保护\n周一,无\n")
    assert run("tally", "terms.txt", "t.csv", "--by", "field:when").out.decode() == (
        "term,when,freq,doc_freq,n_symbols,n_documents\n差动保护,周一,1,1,5,2\n差动保护,周二,2,1,9,1\n"
    )


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["t.txt", "c.txt", "--by", "year"], "--by year: choose corpus, file, or field:NAME (a field of JSON Lines, "
         "CSV, TSV or Parquet)"),
        (["t.txt", "c.txt", "--by", "field:y"], "c.txt: has no fields: --by field:NAME needs JSON Lines, CSV, TSV or "
         "Parquet"),
        (["t.txt", "t.csv", "--by", "field:y"], "t.csv: has no column 'y': choose by --field from: x, text"),
        (["t.txt", "t.csv", "--by", "field:y", "--field", "2"], "t.csv: has no field 'y': name the column of the text, "
         "not its number"),
        (["t.txt", "small.tmc"], "small.tmc: was counted with --no-text, and knows no term that is rare: "
         "give its text"),
        (["t.txt", "c.txt", "c.txt"], "the same corpus is given more than once: name each once"),
        (["none.txt", "c.txt"], "none.txt: holds no terms: give one a line, or a table with a column term"),
        (["t.txt", "c.txt", "-f", "xls"], "unknown format 'xls': choose one of csv, tsv, jsonl, parquet"),
    ],
)  # fmt: skip
def test_errors(arguments: list[str], line: str) -> None:
    Path("t.txt").write_text("差动保护\n")
    Path("none.txt").write_text("# nothing\n")
    Path("c.txt").write_text("差动保护动作\n")
    Path("t.csv").write_text("x,text\n1,差动保护\n")
    run("count", "c.txt", "--no-text", "-o", "small.tmc")
    done = run("tally", *arguments)
    assert (done.out, done.err) == (b"", f"termmine: error: {line}\n")
    assert done.code in (1, 2)


def test_what_can_be_no_term_is_told_and_counts_as_nothing() -> None:
    Path("c.txt").write_text("a：b\n")
    done = run("tally", "-", "c.txt", "--wide", "doc_freq", stdin="a：b\n".encode())
    assert done == Run(
        0,
        "term,c.txt\na：b,0\n".encode(),
        "termmine: no text can hold these as a term, so they are counted as 0: a：b\n",
    )
    with pytest.raises(UsageError, match="given as texts"):
        tally(["甲"], ["甲"], by="file")
