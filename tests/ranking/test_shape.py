"""How strings are built beside compound words: against counts by hand, and what a dictionary's compounds are."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from termmine.kernels.segment import NO_WORD
from termmine.ranking.shape import RARE_TAGS, RARE_WORD, shapes
from termmine.runtime.arrays import IN_MEMORY
from termmine.search.jieba import Dictionary
from termmine.search.segmenter import Built, Segmenter
from termmine.text.encode import encode

DTYPES = np.uint64, np.int32, np.int32
strings = st.lists(st.tuples(st.integers(0, 4), st.integers(-1, 3), st.integers(-1, 3), st.booleans()), max_size=20)


def built(of: list[tuple[int, int, int]]) -> Built:
    columns = ([one[i] for one in of] for i in range(3))
    return Built(*(np.array(column, dtype=dtype) for column, dtype in zip(columns, DTYPES, strict=True)))


@given(strings, strings)
def test_shapes_are_log_ratios_of_shares(
    here: list[tuple[int, int, int, bool]], there: list[tuple[int, int, int, bool]]
) -> None:
    known = np.array([word for *_, word in here], dtype=bool)
    compounds = [one[:3] for one in there if one[0]]
    found = shapes(built([one[:3] for one in here]), known, built(compounds), IN_MEMORY)
    judged = [(tags, head, tail) for tags, head, tail, word in here if tags and not word]
    for (tags, head, tail, word), value in zip(here, found.tolist(), strict=True):
        expected = 0.0
        if tags and not word and compounds:
            both = [([one[i] for one in compounds], [one[i] for one in judged]) for i in range(3)]
            by_tags = ratio(tags, *both[0], RARE_TAGS)
            expected = 0.4 * max(-2.0, min(2.0, by_tags))
            expected += 0.0 if head == NO_WORD else 0.15 * ratio(head, *both[1], RARE_WORD)
            expected += 0.0 if tail == NO_WORD else 0.2 * ratio(tail, *both[2], RARE_WORD)
        assert value == pytest.approx(expected, abs=1e-9)


def ratio(value: int, there: list[int], here: list[int], rare: float) -> float:
    shares = [Counter(values)[value] / len(values) + rare for values in (there, here)]
    return math.log(shares[0]) - math.log(shares[1])


def test_compounds_are_the_longer_words_without_themselves() -> None:
    words = ["变压", "压器", "变", "变压器", "变压器油", "油", "学习", "gpu加速", "加速"]
    tags = ["v", "n", "v", "n", "n", "n", "v", "n", "v"]
    dictionary = Dictionary(words, np.full(len(words), 9), np.array(tags), "small")
    segmenter = Segmenter(dictionary, encode(["GPU加速变压器油"]).alphabet, IN_MEMORY)
    found = segmenter.compounds()
    by_tail = {words[np.flatnonzero(segmenter.nodes == tail)[0]] for tail in found.tail.tolist() if tail != NO_WORD}
    assert len(found.tags) == 3  # 变压器, 变压器油, gpu加速
    assert by_tail == {"压器", "油", "加速"}
    assert len(set(found.tags.tolist())) == 3  # v n; n n; letters v
