"""How terms are written: against `naive.surface`."""

from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import naive
from support.tables import build, ngrams
from termmine import types
from termmine.counting.engines import LocalEngine
from termmine.runtime.job import Job
from termmine.search.spelling import surfaces
from termmine.text.encode import encode


@naive.compared("surface: forms")
@given(
    text=st.one_of(naive.cased_texts(), naive.texts(40)),
    min_freq=st.integers(1, 2),
    places=st.lists(st.integers(0, 99)),
)
def test_the_most_frequent_form_is_shown(text: str, min_freq: int, places: list[int]) -> None:
    table = build(text, min_freq, 4)
    documents = naive.read(text)
    rows = np.arange(len(table))
    expected = [naive.surface(ngram, documents) for ngram in ngrams(table)]
    assert surfaces(encode([text]), table, rows, LocalEngine(Job())) == expected
    assert surfaces(encode(naive.cut(text, places)), table, rows, LocalEngine(Job())) == expected
    assert surfaces(encode([text]), table, rows[1::2], LocalEngine(Job())) == expected[1::2]
    with mock.patch.object(types, "SEGMENT", 5):
        assert surfaces(encode([text]), table, rows, LocalEngine(Job())) == expected


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("gpu加速。GPU加速。GPU加速", "GPU加速"),
        ("gpu加速。GPU加速", "GPU加速"),  # a tie: the first in code point order
        ("ＧＰＵ加速。gpu加速", "GPU加速"),  # NFKC makes no difference
        ("SQL语句。SQL 语句。sql 语句。SQL 语句", "SQL 语句"),
        ("语句 SQL。语句 SQL，语句SQL", "语句 SQL"),
        ("SQL\u3000语句。SQL语句。SQL\u00a0语句", "SQL 语句"),
        ("执行SQL 语句 a。SQL  语句。这个 SQL语句b。SQL语句", "SQL语句"),  # what stands around it is none of it
        ("Leap Motion。leap motion。leap  motion。leap motion", "leap motion"),
        ("K 线图。K线图", "K 线图"),  # a tie again
    ],
)
def test_surface_form(text: str, shown: str) -> None:
    table = build(text, 2)
    longest = np.array([len(table) - 1])
    assert surfaces(encode([text]), table, longest, LocalEngine(Job())) == [shown]


def test_no_rows() -> None:
    table = build("GPU gpu", 1)
    assert surfaces(encode(["GPU gpu"]), table, np.zeros(0, dtype=np.int64), LocalEngine(Job())) == []
