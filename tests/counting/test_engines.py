"""The seam: a task's sums are the same in any pieces and on any number of threads, for whole corpora and for text."""

from __future__ import annotations

from collections import Counter
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import naive
from support.tables import build, ngrams
from termmine import UsageError, types
from termmine.counting.engines import ENGINES, LocalEngine, make_engine
from termmine.evaluation.explain import Neighbours
from termmine.options import ReadOptions
from termmine.readers.source import Texts
from termmine.runtime.arrays import IN_MEMORY
from termmine.runtime.job import Job
from termmine.search.occurrences import count_rows, of_rows
from termmine.text.encode import encode, encode_strings


def test_an_unknown_engine_lists_the_known_ones() -> None:
    assert ENGINES.keys() == {"local", "spark"}
    assert isinstance(make_engine("local", Job()), LocalEngine)
    with pytest.raises(UsageError, match="unknown engine 'grid': choose one of local, spark"):
        make_engine("grid", Job())


@naive.compared("engines: sums")
@given(
    text=naive.dense_texts(max_size=60),
    background=st.lists(naive.dense_texts(max_size=30), max_size=3),
    size=st.integers(6, 30),
    threads=st.integers(1, 3),
)
def test_sums_over_a_corpus_and_over_text(text: str, background: list[str], size: int, threads: int) -> None:
    table, corpus, engine = build(text, 1, 4), encode([text]), LocalEngine(Job(threads=threads))
    rows, everything = np.arange(len(table)), ngrams(table)
    task = count_rows(table, rows, IN_MEMORY)
    with mock.patch.object(types, "SEGMENT", size):
        (sums,) = engine.add_up(corpus, task)
    assert of_rows(task, sums, table, rows, IN_MEMORY).tolist() == table.freq.tolist()
    (sums,), n_symbols = engine.add_up_text(Texts(background), ReadOptions(), table.alphabet, task, lambda _: None)
    documents = [document for one in background for document in naive.read(one)]
    found = of_rows(task, sums, table, rows, IN_MEMORY).tolist()
    assert found == [len(naive.occurrences(ngram, documents)) for ngram in everything]
    assert n_symbols == naive.n_symbols(documents)


@naive.compared("engines: keys")
@given(text=naive.dense_texts(max_size=60), size=st.integers(6, 30), threads=st.integers(1, 3))
def test_keys_are_counted_alike_in_any_pieces(text: str, size: int, threads: int) -> None:
    corpus = encode([text])
    codes, _ = encode_strings(["甲", "甲乙", "乙甲乙"], corpus.alphabet)
    runs = tuple(tuple(run[1:].tolist()) for run in np.split(codes, np.flatnonzero(codes == 0)) if len(run) > 1)
    everything, expected = np.asarray(corpus.codes).tolist(), Counter[tuple[int, ...]]()
    for i, run in enumerate(runs):
        for at in range(1, len(everything) - len(run)):
            if tuple(everything[at : at + len(run)]) == run:
                expected.update([(i, 0, everything[at - 1]), (i, 1, everything[at + len(run)])])
    with mock.patch.object(types, "SEGMENT", size):
        found = LocalEngine(Job(threads=threads)).tally(corpus, Neighbours(runs))
    assert found == expected
