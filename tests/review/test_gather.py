"""The sentences of all terms at once are those of each term by itself, counted and chosen the slow way."""

from __future__ import annotations

import re
import zlib
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from support import naive_loop
from support.naive import compared
from termmine.review.gather import Gathered, gather, neighbour_after, neighbour_before
from termmine.search.lines import Line

PARTS = [
    "变压器",
    "变压",
    "压器",
    "跳闸",
    "GPU",
    "gpu",
    " ",
    "。",
    "；",
    "，",
    "3号",
    "检查很多东西",
    "甲乙丙丁戊己庚辛",
]
TERMS = ["变压器", "变压", "跳闸", "变压器跳闸"]

LINES = st.lists(st.lists(st.sampled_from(PARTS), max_size=9).map("".join), max_size=15)


def slow(term: str, lines: list[str], n: int, most: int) -> tuple[int, Counter[str], Counter[str], list[str], int]:
    """Frequency, neighbours before and after, the sentences shown, how many of them are examples; for Han terms."""
    freq, before, after, held = 0, Counter[str](), Counter[str](), []
    for number, line in enumerate(lines, 1):
        for sentence in (" ".join(s.split()) for s in re.findall("[^。；]+[。；]*", line)):
            folded = re.sub(r"(?<=[变-龥㐀-鿿]) (?=[a-z0-9])|(?<=[a-z0-9]) (?=[㐀-鿿])", "", sentence.lower())
            for i in range(len(folded)):
                if folded.startswith(term, i):
                    freq += 1
                    left, right = folded[:i], folded[i + len(term) :]
                    word, following = re.search("[a-z0-9]+$", left), re.match("[a-z0-9]+", right)
                    before[word[0] if word else left[-1:] if left[-1:].isalnum() else ""] += 1
                    after[following[0] if following else right[:1] if right[:1].isalnum() else ""] += 1
            if term in folded:
                held.append((sentence, "a", number))
    examples = naive_loop.chosen_examples(held, n)
    sample = sorted({zlib.crc32(s.encode()): s for s, _, _ in reversed(held)}.items())[:most]
    others = [s for _, s in sample if s not in examples][: max(most - len(examples), 0)]
    return freq, before, after, examples + others, len(examples)


@compared("review: gathered")
@given(lines=LINES, n=st.integers(1, 3), most=st.integers(3, 6))
def test_what_is_gathered_is_what_the_twin_finds(lines: list[str], n: int, most: int) -> None:
    found = gather(TERMS, [Line("a", number, line) for number, line in enumerate(lines, 1)], n, most)
    assert list(found) == TERMS
    for term, one in found.items():
        freq, before, after, sentences, n_examples = slow(term, lines, n, most)
        assert (one.freq, one.n_examples) == (freq, n_examples)
        assert dict(one.before).items() <= before.items()
        assert dict(one.after).items() <= after.items()
        assert [n for _, n in one.before] == sorted(before.values(), reverse=True)[:6]
        assert [n for _, n in one.after] == sorted(after.values(), reverse=True)[:6]
        assert [shown.text for shown in one.shown] == sentences
        for shown in one.shown:
            assert "".join(shown.text[shown.begin : shown.end].split()) == term
            assert " ".join(lines[shown.line - 1].split()).find(shown.text) >= 0


def test_a_long_sentence_is_shown_in_part_and_counted_once() -> None:
    line = "前" * 100 + "变压器" + "后" * 100
    one = gather(["变压器"], [Line("a", 1, line)], 2, 5)["变压器"]
    assert (one.freq, one.before, one.after) == (1, [("前", 1)], [("后", 1)])
    assert 1 <= len(one.shown) <= 2
    assert all(len(shown.text) <= 120 and shown.text[shown.begin : shown.end] == "变压器" for shown in one.shown)


def test_the_order_of_the_corpus_changes_no_sentence() -> None:
    lines = [Line("a", i, f"第{i}号变压器在{i * i}点跳闸，{'很' * (i % 7)}久。") for i in range(60)]

    def texts(found: dict[str, Gathered]) -> list[str]:
        return [shown.text for shown in found["变压器"].shown[3:]]

    assert sorted(texts(gather(["变压器"], lines, 3, 9))) != []
    one, other = (gather(["变压器"], some, 3, 9)["变压器"] for some in (lines, lines[::-1]))
    assert (one.freq, one.before, one.after) == (other.freq, other.before, other.after)
    assert len(one.shown) == len(other.shown) == 9


def test_neighbours_are_letters_or_words() -> None:
    assert (neighbour_before("用gpu加速", 4), neighbour_before("加速", 0), neighbour_before("，加速", 1)) == (
        "gpu",
        "",
        "",
    )
    assert (neighbour_after("加速gpu卡", 2), neighbour_after("加速", 2), neighbour_after("加速的", 2)) == (
        "gpu",
        "",
        "的",
    )
