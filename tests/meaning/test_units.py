"""A corpus as units: the cut and the counts against their naive twins, whatever the pieces, threads and memory."""

from __future__ import annotations

from collections import Counter
from unittest import mock

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from support import naive
from support.tables import ngrams
from termmine import types
from termmine.counting.engines import LocalEngine
from termmine.counting.local import count_ngrams
from termmine.meaning import units as units_module
from termmine.meaning.units import Near, count_near, count_units, make_cutter
from termmine.runtime.arrays import IN_MEMORY
from termmine.runtime.job import Job
from termmine.text.encode import encode
from termmine.types import Corpus, NgramTable

LONGEST_RUN = 90  # symbols and a separator, in the random texts: no piece of the corpus cuts a run of these


def counted(text: str, max_length: int = 4) -> tuple[Corpus, NgramTable]:
    corpus = encode([text])
    return corpus, count_ngrams(corpus, min_freq=1, max_length=max_length)


def runs_of(text: str) -> list[list[str]]:
    return [[symbol.text for symbol in run] for document in naive.read(text) for run in document]


def naive_units(text: str, table: NgramTable, rows: np.ndarray) -> list[list[naive.Ngram]]:
    """The units of each run, () for a symbol that is none."""
    names = ngrams(table)
    weight = {names[row]: float(np.log(table.freq[row]) - np.log(table.n_symbols)) for row in rows.tolist()}
    routes = [naive.segment(run, weight, -float(np.log(table.n_symbols))) for run in runs_of(text)]
    return [[unit if unit in weight else () for unit in route] for route in routes]


def as_dict(near: Near) -> dict[tuple[int, int], int]:
    unit = np.repeat(np.arange(len(near.limits) - 1), np.diff(near.limits))
    return dict(zip(zip(unit.tolist(), near.contexts.tolist(), strict=True), near.counts.tolist(), strict=True))


@naive.compared("meaning: units and what is near them")
@given(
    text=naive.dense_texts(max_size=60),
    n_contexts=st.integers(1, 6),
    window=st.integers(1, 4),
    piece=st.sampled_from([LONGEST_RUN, 4 * LONGEST_RUN]),
    threads=st.integers(1, 3),
    room=st.sampled_from([1, 40, 1 << 30]),
    data=st.data(),
)
def test_units_and_counts_are_the_naive_ones(
    text: str, n_contexts: int, window: int, piece: int, threads: int, room: int, data: st.DataObject
) -> None:
    corpus, table = counted(text)
    assume(len(table))
    rows = np.array(sorted(data.draw(st.sets(st.integers(0, len(table) - 1), min_size=1))), dtype=np.int32)
    cutter, engine = make_cutter(table, rows, IN_MEMORY), LocalEngine(Job(threads=threads))
    cut = naive_units(text, table, rows)
    names = [ngrams(table)[row] for row in rows.tolist()]

    with mock.patch.object(types, "SEGMENT", piece):
        freq = count_units(corpus, cutter, len(rows), engine)
        counts = Counter(unit for run in cut for unit in run)
        assert freq.tolist() == [counts[name] for name in names]

        order = np.argsort(-freq, kind="stable")
        number = np.empty(len(rows), dtype=np.int32)
        number[order] = np.arange(len(rows))
        n_contexts = min(n_contexts, len(rows))
        with (
            mock.patch.object(units_module, "WINDOW", window),
            mock.patch.object(Job, "left", lambda _: 4 * units_module._BYTES_AN_ENTRY * room),
        ):
            near = count_near(corpus, cutter.renumbered(number), freq[order], n_contexts, engine)
    place = {names[old]: new for new, old in enumerate(order.tolist())}
    assert as_dict(near) == naive_near(cut, place, n_contexts, window)
    for low, high in zip(near.limits[:-1], near.limits[1:], strict=True):
        assert (np.diff(near.contexts[low:high]) > 0).all()


def naive_near(
    cut: list[list[naive.Ngram]], place: dict[naive.Ngram, int], n_contexts: int, window: int
) -> dict[tuple[int, int], int]:
    """(unit, context) -> how often the context is within the window; to the right n_contexts are added."""
    found: Counter[tuple[int, int]] = Counter()
    for run in cut:
        for i, unit in enumerate(run):
            for j in range(max(i - window, 0), min(i + window + 1, len(run))):
                context = place.get(run[j], n_contexts)
                if i != j and unit in place and context < n_contexts:
                    found[place[unit], context + (n_contexts if j > i else 0)] += 1
    return dict(found)


def test_a_term_in_letters_stays_whole() -> None:
    corpus, table = counted("用LSTM层，再用LSTM层。又是层")
    rows = np.array([ngrams(table).index(unit) for unit in (("用",), ("层",), ("lstm",), ("lstm", "层"))])
    cutter = make_cutter(table, np.sort(rows).astype(np.int32), IN_MEMORY)
    freq = dict(zip(np.sort(rows).tolist(), count_units(corpus, cutter, 4, LocalEngine(Job())).tolist(), strict=True))
    assert [freq[row] for row in rows.tolist()] == [2, 1, 0, 2]


def test_the_order_of_documents_changes_no_count() -> None:
    """Nothing is near across the edge of a run."""
    documents = ["电压升高，电流下降", "变压器油温升高", "电流下降后电压升高"]
    found = []
    for some in (documents, documents[::-1]):
        corpus, table = counted("\n".join(some))
        names = ngrams(table)
        rows = np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.int32)
        kept = np.sort(rows[[len(names[row]) <= 2 for row in rows.tolist()]])
        cutter = make_cutter(table, kept, IN_MEMORY)
        freq = count_units(corpus, cutter, len(kept), LocalEngine(Job()))
        named = {names[row]: n for row, n in zip(kept.tolist(), freq.tolist(), strict=True)}
        order = np.array(sorted(range(len(kept)), key=lambda i: (-freq[i], names[kept[i]])))
        number = np.empty(len(kept), dtype=np.int32)
        number[order] = np.arange(len(kept))
        near = count_near(corpus, cutter.renumbered(number), freq[order], len(kept), LocalEngine(Job()))
        found.append((named, as_dict(near)))
    assert found[0] == found[1]
