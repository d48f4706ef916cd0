"""Normal forms of rows of marks that no script writes: the same symbols, in time that grows with the text."""

from __future__ import annotations

import unicodedata
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import naive
from termmine.runtime.job import Job
from termmine.text import pieces
from termmine.text.characters import MOST_MARKS, nfkc
from termmine.text.encode import encode
from termmine.text.normalize import fold, normal_form
from termmine.types import spell

MARKS = "\u0301\u0327\u0308\u0344\u05b0\u09be\u09c7\u0dca\u0dcf\u0dd9\u1161\u11a8\u3099\u309a\uff9e"
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "变", "か", "が", "ᄒ", "，", " ", "\n", "é", "x" * 70, ""]),
        st.text(MARKS, min_size=1, max_size=4),
        st.sampled_from([1, 2, 60, 86, MOST_MARKS, 2 * MOST_MARKS + 3]),
    ),
    max_size=6,
).map(lambda rows: "".join(letter + marks * n for letter, marks, n in rows))


def words(text: str, **options: int) -> tuple[str, int]:
    """What a text spells, separators and all, and its number of symbols."""
    corpus = encode([text], **options)  # type: ignore[arg-type]
    return spell(np.asarray(corpus.codes), corpus.alphabet.word_texts), corpus.n_symbols


@given(text=naive.texts())
def test_what_people_write_has_its_normal_form(text: str) -> None:
    assert nfkc(text) == unicodedata.normalize("NFKC", text)
    assert nfkc(text * 20) == unicodedata.normalize("NFKC", text * 20)


@given(st.sampled_from("a，变"), st.text(MARKS.replace("\u3099", ""), min_size=1, max_size=9), st.integers(1, 300))
def test_a_long_row_of_marks_makes_the_symbols_of_its_normal_form(letter: str, marks: str, n: int) -> None:
    text = f"一{letter}{marks * n}b二"
    assert words(text) == words(unicodedata.normalize("NFKC", text))


@given(ROWS, st.integers(1, 3000), st.integers(1, 3))
def test_where_a_row_of_marks_is_cut_does_not_matter(text: str, piece: int, threads: int) -> None:
    whole = words(text)
    with mock.patch.object(pieces, "PIECE", piece):
        assert words(text, job=Job(threads=threads)) == whole  # type: ignore[arg-type]


def test_no_long_row_of_marks_is_put_in_order_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[int] = []
    normalize = unicodedata.normalize

    def measured(form: str, text: str) -> str:
        rows.append(sum(character in MARKS for character in text))
        return normalize(form, text)

    monkeypatch.setattr(unicodedata, "normalize", measured)
    text = "变压器故障\n" * 3 + "a" + "\u0301" * 4000 + "\u0327" * 4000
    encode([text])
    fold(text)
    normal_form(text)
    assert sum(rows) >= 3 * 8000
    assert max(rows) <= MOST_MARKS


def test_a_row_of_marks_without_end_comes_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    contains = pieces.encode_kernels.contains

    def measured(chars: np.ndarray, kinds: np.ndarray, kind: int) -> bool:
        sizes.append(len(chars))
        return bool(contains(chars, kinds, kind))

    monkeypatch.setattr(pieces.encode_kernels, "contains", measured)
    monkeypatch.setattr(pieces, "PIECE", 1000)
    encode(["a" + "\u0301" * 20_000], job=Job(threads=1))
    assert sum(sizes) >= 20_000
    assert max(sizes) <= 2000
