"""The cuts of a corpus into segments; spelling is tested where it is used."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import naive
from termmine import types
from termmine.kernels.codes import FIRST_SYMBOL, SOURCE_END
from termmine.kernels.segment import WINDOW
from termmine.text.encode import encode


@naive.compared("types: segments")
@given(
    st.lists(naive.dense_texts(), min_size=1, max_size=3).map("\x1c".join),
    st.integers(1, 9),
    st.integers(0, 3),
    st.integers(0, 3),
)
def test_segments_are_the_corpus(text: str, size: int, before: int, after: int) -> None:
    corpus = encode([text])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(types, "SEGMENT", size)
        segments = list(corpus.segments(before, after))
    codes, pairs = np.asarray(corpus.codes), np.asarray(corpus.variants).reshape(-1, 2).tolist()
    done, places = 0, []
    for segment in segments:
        offset = done - segment.start  # of codes[0] in the corpus
        assert segment.start == min(before, done)
        assert len(segment.codes) == min(segment.stop + after, len(corpus.codes) - offset)
        whole = codes[offset : offset + len(segment.codes)]
        np.testing.assert_array_equal(segment.codes, whole)
        inside = [(place + offset, form) for place, form in segment.variants.tolist()]
        assert inside == [(place, form) for place, form in pairs if 0 <= place - offset < len(whole)]
        since = codes[:done][::-1]
        source = since[: int(np.argmax(since == SOURCE_END))] if (since == SOURCE_END).any() else since
        assert segment.n_before == int((source >= FIRST_SYMBOL).sum())
        places += [(place, form) for place, form in inside if 0 <= place - done < segment.stop - segment.start]
        own = segment.codes[segment.start : segment.stop]
        done += len(own)
        assert 0 < len(own) <= size
        if own[-1] >= FIRST_SYMBOL:  # cut inside a run, which no separator parts
            assert len(own) == size
            assert (own >= FIRST_SYMBOL).all()
    assert done == len(corpus.codes)
    assert places == [tuple(pair) for pair in pairs]


def test_a_run_that_is_cut_is_segmented_as_it_would_be_whole() -> None:
    assert types.SEGMENT % WINDOW == 0


def test_texts_are_in_no_cycle_that_keeps_their_strings() -> None:
    texts = encode(["GPU 加速"]).alphabet.first_forms
    pool = weakref.ref(texts._strings.pool)
    assert texts[0] == "GPU"
    gc.disable()
    try:
        del texts
        assert pool() is None
    finally:
        gc.enable()
