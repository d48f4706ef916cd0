"""IK's smart mode by its rules: known cases, and what holds of any text."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.command import run
from termmine.search.ik import Word, load_ik, smart_words

WORDS = st.sets(st.text("甲乙丙a1", min_size=1, max_size=4), max_size=8)
TEXTS = st.text("甲乙丙a1 ，", max_size=24)


@pytest.mark.parametrize(
    ("words", "text", "pieces"),
    [
        # the examples that IK's own documentation and its readers give
        ("中华 华人 人民", "中华人民", ["中华", "人民"]),
        ("中华人民共和国 中华人民 中华 华人 人民 共和国 国歌", "中华人民共和国国歌", ["中华人民共和国", "国歌"]),
        ("京东物流 京东 物流国际化 物流", "京东物流国际化", ["京东", "物流国际化"]),  # more characters in words
        ("结婚 和 尚未 和尚", "结婚的和尚未结婚的", ["结婚", "的", "和", "尚未", "结婚", "的"]),
        ("gpu加速", "用gpu加速5g基站", ["用", "gpu加速", "5g", "基", "站"]),
        ("使用率 用率过高 过高", "使用率过高", ["使用率", "过高"]),
    ],
)
def test_known_cases(words: str, text: str, pieces: list[str]) -> None:
    assert load_ik(words.split())(text) == pieces


@given(WORDS, TEXTS)
def test_what_holds_of_any_text(words: set[str], text: str) -> None:
    pieces = load_ik(words)(text)
    assert "".join(pieces) == text
    assert all(len(piece) == 1 or piece in words or piece.isascii() for piece in pieces)
    for word in words:
        assert load_ik([word])(f"。{word}。")[1:-1] == [word]


@given(st.sets(st.tuples(st.integers(0, 12), st.integers(1, 4)), max_size=9))
def test_no_two_words_overlap_and_none_is_left_out_that_does_not(places: set[tuple[int, int]]) -> None:
    words = sorted((Word(begin, begin + n) for begin, n in places), key=lambda word: (word.begin, -word.end))
    kept = smart_words(words)
    assert all(a.end <= b.begin for a, b in pairwise(kept))
    assert set(kept) <= set(words)
    for word in words:
        others = [other for other in words if other != word]
        if all(other.end <= word.begin or other.begin >= word.end for other in others):
            assert word in kept


def test_a_dictionary_is_tried_in_ik(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text.txt").write_text("磁盘使用率过高，使用率过高。GPU加速。\n重合闸\n", encoding="utf-8")
    Path("list.csv").write_text("term\n用率过高\nGPU加速\n重合闸\n", encoding="utf-8")
    done = run("export", "list.csv", "--to", "ik", "--check", "text.txt", "--prune")
    assert done.out.decode().split() == ["gpu加速", "重合闸"]
    assert [line for line in done.err.splitlines() if line.startswith("termmine: ik: ")] == [
        "termmine: ik: 1 term tearing other words apart left out: 用率过高",
        "termmine: ik: ik_smart by its rules, with jieba's dictionary in the place of IK's own; ik_max_word finds "
        "every term",
        "termmine: ik: of 2 terms, cut out of the text: 2; occurring, but never cut out: 0; not occurring: 0",
    ]
