"""`NgramTable` -> candidates: cohesion, nesting, absorbed fragments against their naive twins; thresholds."""

from unittest import mock

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from support import naive
from support.tables import build, ngrams
from termmine.candidates.cohesion import cohesion
from termmine.candidates.filters import holds_han
from termmine.candidates.fragments import absorbers, nesting
from termmine.candidates.select import select
from termmine.errors import EmptyResultError
from termmine.measures import c_value, npmi, pooled_entropy
from termmine.options import make_options
from termmine.runtime import arrays
from termmine.runtime.arrays import IN_MEMORY


def frequencies(text: str, min_freq: int, max_length: int) -> dict[naive.Ngram, int]:
    counted = naive.count_ngrams(naive.read(text), min_freq, max_length)
    return {ngram: counts.freq for ngram, counts in counted.items()}


def selected(text: str, **options: object) -> tuple[list[str], dict[str, str]]:
    """The candidates of a text, and which fragments were absorbed by what."""
    table = build(text, 2, 10)
    columns, lost = select(table, make_options(**options), np.zeros(len(table), dtype=bool), IN_MEMORY)
    absorbed = zip(table.texts(lost.rows), table.texts(lost.by), strict=True)
    return table.texts(columns["row"]), dict(absorbed)


# --- against the naive twins -----------------------------------------------------------------------------------------


@naive.compared("candidates: cohesion")
@given(text=naive.dense_texts(), min_freq=st.integers(1, 3), max_length=st.integers(1, 6))
def test_cohesion_npmi_and_pooled_entropy(text: str, min_freq: int, max_length: int) -> None:
    table = build(text, min_freq, max_length)
    documents = naive.read(text)
    counted = naive.count_ngrams(documents, min_freq, max_length)
    freq = {ngram: counts.freq for ngram, counts in counted.items()}
    size = naive.n_symbols(documents)
    assume(size)
    rows = ngrams(table)
    expected = [naive.cohesion(ngram, freq, size) for ngram in rows]
    some = np.arange(len(table))[::2]
    with mock.patch.object(arrays, "ROWS_AT_ONCE", 3):
        found = cohesion(table, np.arange(len(table)), IN_MEMORY)
        np.testing.assert_array_equal(cohesion(table, some, IN_MEMORY), found[some])
    np.testing.assert_allclose(found, expected, atol=1e-6)
    np.testing.assert_allclose(
        npmi(found, table.freq, size),
        [naive.npmi(c, freq[ngram], size) for c, ngram in zip(expected, rows, strict=True)],
        atol=1e-6,
    )
    for side in ("left", "right"):
        entropy, edge = getattr(table, f"{side}_entropy"), getattr(table, f"{side}_edge")
        expected = [naive.pooled_entropy(getattr(counted[ngram], side)) for ngram in rows]
        np.testing.assert_allclose(pooled_entropy(entropy, edge, table.freq), expected, atol=1e-6)


@naive.compared("candidates: the edges of runs")
@given(text=naive.dense_texts(), min_freq=st.integers(1, 3), max_length=st.integers(1, 6))
def test_free_entropy_and_edge_share(text: str, min_freq: int, max_length: int) -> None:
    table = build(text, min_freq, max_length)
    counted = naive.count_ngrams(naive.read(text), min_freq, max_length)
    assume(len(table))
    columns, _ = select(table, make_options(), np.ones(len(table), dtype=bool), IN_MEMORY)
    rows = ngrams(table)
    sides = [(counted[rows[row]].left, counted[rows[row]].right) for row in columns["row"]]
    np.testing.assert_allclose(columns["free_entropy"], [naive.free_entropy(*both) for both in sides], atol=1e-3)
    np.testing.assert_allclose(columns["edge_share"], [naive.edge_share(*both) for both in sides], atol=1e-12)


@naive.compared("candidates: nesting")
@given(text=naive.dense_texts(), max_length=st.integers(1, 6), data=st.data())
def test_nesting_and_c_value(text: str, max_length: int, data: st.DataObject) -> None:
    table = build(text, 1, max_length)
    rows = ngrams(table)
    some = data.draw(st.sets(st.integers(0, len(table) - 1), max_size=30)) if len(table) else set()
    chosen = np.array(sorted(some), dtype=np.int64)
    candidates = {rows[row]: int(table.freq[row]) for row in chosen}
    expected = [naive.nesting(ngram, candidates) for ngram in candidates]
    number, total = nesting(table, chosen, IN_MEMORY)
    assert list(zip(number.tolist(), total.tolist(), strict=True)) == expected
    np.testing.assert_allclose(
        c_value(table.length[chosen], table.freq[chosen], number, total),
        [naive.c_value(len(ngram), candidates[ngram], *pair) for ngram, pair in zip(candidates, expected, strict=True)],
        atol=1e-9,
    )


@naive.compared("candidates: absorbers")
@given(text=naive.dense_texts(), share=st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.9]), data=st.data())
def test_absorbers(text: str, share: float, data: st.DataObject) -> None:
    table = build(text, 1, 5)
    rows = ngrams(table)
    some = data.draw(st.sets(st.integers(0, len(table) - 1), max_size=30)) if len(table) else set()
    chosen = np.zeros(len(table), dtype=bool)
    chosen[sorted(some)] = True
    freq = dict(zip(rows, table.freq.tolist(), strict=True))
    expected = naive.absorbers({rows[row]: freq[rows[row]] for row in some}, freq, share)
    found = absorbers(table, chosen, share, IN_MEMORY)
    assert {rows[row] for row in np.flatnonzero(found >= 0)} == expected.keys()
    for row in np.flatnonzero(found >= 0):
        assert rows[found[row]] in expected[rows[row]]


# --- what is a candidate ---------------------------------------------------------------------------------------------


def test_fragments_are_absorbed_and_shown() -> None:
    text = "".join(f"{a}保湿隔离{b}。" for a in "用买涂抹" for b in "霜乳液膏")
    candidates, absorbed = selected(text)
    assert "保湿隔离" in candidates
    assert absorbed.get("湿隔离", "保湿隔离") == "保湿隔离"
    assert not {"湿隔离", "湿隔", "保湿隔"} & set(candidates)


def test_a_fragment_that_stands_alone_often_enough_stays() -> None:
    text = "".join(f"{a}2型糖尿病{b}。{b}糖尿病{a}。" for a in "患有查治" for b in "者史率人")
    candidates, absorbed = selected(text)
    assert {"2型糖尿病", "糖尿病"} <= set(candidates)
    assert "糖尿病" not in absorbed


def test_a_kana_or_latin_string_is_none() -> None:
    table = build("カタカナ，电カ，GPU TPU，ひらがな电", 1, 4)
    han = [
        text
        for text, holds in zip(table.texts(np.arange(len(table))), holds_han(table, IN_MEMORY).tolist(), strict=True)
        if holds
    ]
    assert sorted(han) == ["がな电", "な电", "らがな电", "电", "电カ"]


@pytest.mark.parametrize("last", "器率机症性者")
def test_no_edge_character_is_banned(last: str) -> None:
    """Characters in which many terms end are not cut off for it."""
    terms = [c + "压" + last for c in "变稳调高"]
    text = "".join(f"{a}{term}{b}。" for term in terms for a in "用装换修" for b in "的了在和")
    candidates, _ = selected(text, min_cohesion=0.0)
    assert set(terms) <= set(candidates)


def test_a_string_that_is_bound_on_one_side_is_none() -> None:
    """变电站 is always followed by the same neighbour in the middle of its run: free to the left alone."""
    text = "".join(f"{a}变电站值{b}。" for a in "甲乙丙丁" for b in "戊己庚辛")
    table = build(text, 2, 10)
    row = table.texts(np.arange(len(table))).index("变电站")
    assert table.left_entropy[row] == 2.0
    assert table.right_entropy[row] == 0.0
    assert "变电站" not in selected(text, min_independence=0.0)[0]


def test_cohesion_is_the_weakest_split_whatever_the_length() -> None:
    """Against the product of single symbols, long strings would win whatever they are."""
    text = "".join(f"{a}变电站。{a}的。" for a in "甲乙丙丁戊己") + "变电。电站。站变。" * 3
    table = build(text, 1, 10)
    values = dict(
        zip(table.texts(np.arange(len(table))), cohesion(table, np.arange(len(table)), IN_MEMORY).tolist(), strict=True)
    )
    f = dict(zip(table.texts(np.arange(len(table))), table.freq.tolist(), strict=True))
    weakest = min(f["变"] * f["电站"], f["变电"] * f["站"])
    assert values["变电站"] <= np.log2(table.n_symbols * f["变电站"] / weakest)
    assert values["变电站"] == pytest.approx(
        min(np.log2(table.n_symbols * f["变电站"] / (f[a] * f[b])) for a, b in (("变", "电站"), ("变电", "站")))
    )


def test_terms_with_letters_digits_and_joiners() -> None:
    names = ["K线图", "5G基站", "抗原19-9", "β受体", "C++编译器", "TCP/IP协议", "k-means聚类"]
    text = "".join(f"{a}{name}{b}。" for name in names for a in "用看查有" for b in "的了在和")
    assert set(names) <= set(selected(text, min_cohesion=0.0)[0])


@pytest.mark.parametrize(
    ("text", "options", "rule"),
    [
        ("甲。乙。丙", {}, "(--min-freq)"),
        ("甲。甲", {}, "two symbols with a Han character"),
        ("甲乙。甲乙", {"min_doc_freq": 2}, "(--min-doc-freq)"),
        ("甲乙。甲乙", {"min_cohesion": 50.0}, "(--min-cohesion)"),
        ("甲乙丙。甲乙丙", {"min_right_entropy": 9.0}, "(--min-right-entropy)"),
    ],
)
def test_an_empty_result_says_which_rule_it_was(text: str, options: dict[str, object], rule: str) -> None:
    with pytest.raises(EmptyResultError) as caught:
        selected(text, **options)
    assert rule in str(caught.value)
