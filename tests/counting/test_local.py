"""`Corpus` -> `NgramTable`: every column against `naive.count_ngrams`, and the relations that hold between columns."""

import itertools
from collections import Counter
from unittest import mock

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from support import naive
from support.tables import build, columns, cramped, ngrams
from termmine.candidates.cohesion import cohesion
from termmine.counting import local, pairs, positions
from termmine.counting.local import count_ngrams
from termmine.counting.ranges import DOCUMENT_ENDS, even_cuts, spans_between, tapering_cuts
from termmine.kernels import pairs as pairs_kernels
from termmine.kernels.codes import DOCUMENT_END, SOURCE_END
from termmine.kernels.pairs import Pairing
from termmine.measures import pooled_entropy
from termmine.runtime.arrays import IN_MEMORY
from termmine.runtime.job import Job
from termmine.text.encode import encode
from termmine.types import NgramTable


def test_thousands_of_random_corpora_are_compared() -> None:
    assert sum(naive.RANDOM_CORPORA.values()) >= 3000


@naive.compared("counts: all columns")
@given(
    text=st.one_of(naive.texts(), naive.dense_texts()),
    min_freq=st.integers(1, 3),
    max_length=st.integers(1, 6),
    document=st.sampled_from(["line", "file"]),
)
def test_every_column_is_the_naive_one(text: str, min_freq: int, max_length: int, document: str) -> None:
    table = build(text, min_freq, max_length, document)
    documents = naive.read(text, document)
    expected = naive.count_ngrams(documents, min_freq, max_length)
    found = columns(table)
    assert len(found) == len(table)
    assert found.keys() == expected.keys()
    for ngram, seen in expected.items():
        edges = naive.n_edges(seen.left), naive.n_edges(seen.right)
        assert found[ngram][:4] == (seen.freq, len(seen.documents), *edges)
        assert found[ngram][4:] == pytest.approx((naive.entropy(seen.left), naive.entropy(seen.right)), abs=1e-6)
    assert_links_and_sizes(table, documents)


def assert_links_and_sizes(table: NgramTable, documents: list[naive.Document]) -> None:
    """The table is closed under prefix and suffix, ordered by length, and knows the corpus."""
    rows = ngrams(table)
    assert table.length.tolist() == [len(ngram) for ngram in rows] == sorted(table.length)
    for ngram, prefix, suffix in zip(rows, table.prefix.tolist(), table.suffix.tolist(), strict=True):
        if len(ngram) == 1:
            assert prefix == suffix == -1
        else:
            assert (rows[prefix], rows[suffix]) == (ngram[:-1], ngram[1:])
    assert (table.n_symbols, table.n_documents) == (naive.n_symbols(documents), len(documents))
    assert table.freq.dtype == np.int64
    assert table.left_entropy.dtype == table.right_entropy.dtype == np.float64


# --- relations -------------------------------------------------------------------------------------------------------


@naive.compared("counts: relations")
@given(text=naive.dense_texts(), max_length=st.integers(1, 5))
def test_doubling_the_corpus(text: str, max_length: int) -> None:
    """Twice the text, twice the least frequency: the same rows, cohesion and pooled entropy; freq and doc_freq double.

    Entropy grows by edges / freq: each edge is a neighbour of its own, so twice the edges are twice as many kinds. For
    f = 2 f0 and inner neighbours c = 2 c0: log2(2 f0) - sum(2 c0 log2(2 c0)) / (2 f0) = H0 + 1 - sum(c0) / f0.
    """
    once, twice = build(text, 2, max_length), build(text + "\n" + text, 4, max_length)
    assume(len(once))
    assert ngrams(twice) == ngrams(once)
    assert (twice.n_symbols, twice.n_documents) == (2 * once.n_symbols, 2 * once.n_documents)
    for name in ("freq", "doc_freq", "left_edge", "right_edge"):
        np.testing.assert_array_equal(getattr(twice, name), 2 * getattr(once, name))
    np.testing.assert_allclose(
        cohesion(twice, np.arange(len(twice)), IN_MEMORY), cohesion(once, np.arange(len(once)), IN_MEMORY), atol=1e-12
    )
    for side in ("left", "right"):
        entropy, edge = getattr(once, f"{side}_entropy"), getattr(once, f"{side}_edge")
        doubled, edges = getattr(twice, f"{side}_entropy"), getattr(twice, f"{side}_edge")
        np.testing.assert_allclose(doubled, entropy + edge / once.freq, atol=1e-6)
        np.testing.assert_allclose(
            pooled_entropy(doubled, edges, twice.freq), pooled_entropy(entropy, edge, once.freq), atol=1e-6
        )


@naive.compared("counts: relations")
@given(lines=st.lists(naive.dense_texts(max_size=12), max_size=8), data=st.data())
def test_document_order_changes_nothing(lines: list[str], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(lines))
    assert columns(build("\n".join(lines), 2)) == columns(build("\n".join(shuffled), 2))  # to the last bit


@naive.compared("counts: relations")
@given(text=naive.dense_texts())
def test_neighbours_and_edges_add_up_to_freq(text: str) -> None:
    table = build(text, 1, 4)
    rows, freq = ngrams(table), table.freq.tolist()
    right: Counter[naive.Ngram] = Counter()
    left: Counter[naive.Ngram] = Counter()
    for ngram, f in zip(rows, freq, strict=True):
        right[ngram[:-1]] += f
        left[ngram[1:]] += f
    for ngram, f, left_edge, right_edge in zip(
        rows, freq, table.left_edge.tolist(), table.right_edge.tolist(), strict=True
    ):
        if len(ngram) < 4:
            assert right[ngram] + right_edge == f == left[ngram] + left_edge


@naive.compared("counts: relations")
@given(text=naive.dense_texts(), min_freq=st.integers(2, 4))
def test_a_higher_min_freq_only_leaves_rows_out(text: str, min_freq: int) -> None:
    everything = columns(build(text, 1, 5))
    assert columns(build(text, min_freq, 5)) == {n: row for n, row in everything.items() if row[0] >= min_freq}


@naive.compared("counts: relations")
@given(text=naive.dense_texts(), max_length=st.integers(1, 5))
def test_a_smaller_max_length_only_leaves_rows_out(text: str, max_length: int) -> None:
    everything = columns(build(text, 2, 6))
    assert columns(build(text, 2, max_length)) == {n: row for n, row in everything.items() if len(n) <= max_length}


def test_an_empty_corpus_has_an_empty_table() -> None:
    for text in ("", "。", "甲乙丙"):
        table = build(text, 2)
        assert len(table) == 0
        assert table.texts(np.zeros(0, dtype=np.int64)) == []


def test_a_table_that_must_grow() -> None:
    n = 300 if naive.TINY else 30_000  # more bigrams than the smallest hash table has places
    text = "".join(chr(0x4E00 + i * i % 7919) + chr(0x4E00 + i % 5003) for i in range(n))
    expected = Counter(itertools.pairwise(text))
    found = columns(build(text, 1, 2))
    assert {ngram: row[0] for ngram, row in found.items() if len(ngram) == 2} == expected


# --- what other systems get wrong ------------------------------------------------------------------------------------


def test_rare_ngrams_count_towards_their_parts() -> None:
    """Pruned before summed, 变电 would lose the occurrences in 变电甲 ... 变电己, each of which is rare."""
    table = columns(build("。".join("变电" + c for c in "甲乙丙丁戊己"), 6, 4))
    assert table[("变", "电")][0] == table[("电",)][0] == 6
    assert table[("变", "电")][5] == pytest.approx(np.log2(6))


def test_a_term_that_always_fills_its_line_is_free() -> None:
    """One symbol for all line edges gives a glossary's entries entropy 0."""
    glossary = "变电站：变换电压的设施\n变电站：变换电压的场所\n变电站：变换电压之处\n变电站：见开关站\n"
    freq, _, left_edge, right_edge, left, right = columns(build(glossary, 4))[("变", "电", "站")]
    assert (freq, left_edge, right_edge) == (4, 4, 4)
    assert left == right == 2.0


def test_counting_leaves_the_corpus_as_it_was() -> None:
    corpus = encode(["变电站与变电所，变电站与换流站"])
    codes, variants = (stored.read(0, len(stored)).copy() for stored in (corpus.codes, corpus.variants))
    first, second = (columns(count_ngrams(corpus, min_freq=1, max_length=3)) for _ in range(2))
    assert first == second
    np.testing.assert_array_equal(corpus.codes.read(0, len(codes)), codes)
    np.testing.assert_array_equal(corpus.variants.read(0, len(variants)), variants)


def test_a_long_run_is_no_harder_than_many_short_ones() -> None:
    n = 1000 if naive.TINY else 400_000
    table = columns(build("哈" * n, 2, 10))
    assert [table[("哈",) * length][0] for length in range(1, 11)] == [n - length + 1 for length in range(1, 11)]


# --- memory, threads, chunks -----------------------------------------------------------------------------------------


def same_tables(a: NgramTable, b: NgramTable) -> None:
    for column in ("length", "freq", "doc_freq", "left_entropy", "right_entropy", "left_edge", "right_edge"):
        np.testing.assert_array_equal(getattr(a, column), getattr(b, column), column)
    for column in ("prefix", "suffix", "last", "level"):
        np.testing.assert_array_equal(getattr(a, column), getattr(b, column), column)
    assert (a.min_freq, a.n_symbols, a.n_documents) == (b.min_freq, b.n_symbols, b.n_documents)


@naive.compared("counts: memory and threads")
@given(
    text=st.one_of(naive.texts(), naive.dense_texts(), st.text("哈", max_size=60)),
    min_freq=st.integers(1, 3),
    max_length=st.integers(1, 6),
    document=st.sampled_from(["line", "file"]),
    chunk=st.integers(1, 40),
    partition=st.integers(1, 30),
    most_pairs=st.integers(1, 30),
    threads=st.integers(1, 4),
    sparse=st.integers(0, 3),  # never, or as soon as a place has no row, are places left out
    narrow=st.sampled_from([0, 8, 20, 32]),
)
def test_memory_threads_and_chunks_change_nothing(
    text: str,
    min_freq: int,
    max_length: int,
    document: str,
    chunk: int,
    partition: int,
    most_pairs: int,
    threads: int,
    sparse: int,
    narrow: int,
) -> None:
    """The oracle's counts, to the last bit, when everything is spilled and cut as small as can be."""
    roomy = count_ngrams(
        encode([text], document=document), min_freq=min_freq, max_length=max_length, job=Job(threads=1)
    )
    job = Job(threads=threads)
    narrow_pairs = mock.patch.object(pairs, "NARROW_BITS", narrow)
    narrow_slots = mock.patch.object(local, "SLOT_BITS", 2 * narrow)
    with cramped(chunk, partition, max(most_pairs, chunk), sparse), narrow_pairs, narrow_slots:
        corpus = encode([text], document=document, job=job)
        assert not corpus.codes.in_memory
        spilled = count_ngrams(corpus, min_freq=min_freq, max_length=max_length, job=job)
    same_tables(spilled, roomy)
    expected = naive.count_ngrams(naive.read(text, document), min_freq, max_length)
    assert {ngram: row[0] for ngram, row in columns(spilled).items()} == {n: c.freq for n, c in expected.items()}


@given(
    half=st.integers(1, 32),
    numbers=st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)), min_size=1, max_size=50),
)
def test_a_pair_is_had_back_from_its_hash(half: int, numbers: list[tuple[int, int]]) -> None:
    """And the hash has no more bits than the pair."""
    pairing = Pairing(*map(np.uint64, (1, half, (1 << 2 * half) - 1, 0)))
    with np.errstate(over="ignore"):  # where kernels are plain Python
        for left, right in numbers:
            pair = np.uint64((left % (1 << half)) << 32 | right % (1 << half))
            hashed = pairs_kernels.hash_pair(pair, pairing)
            assert int(hashed) < 1 << 2 * half
            assert pairs_kernels.unhash_pair(np.uint64(hashed), pairing) == pair


@given(
    half=st.integers(1, 32),
    numbers=st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)), max_size=50),
)
def test_pairs_are_sorted_with_their_frequencies(half: int, numbers: list[tuple[int, int]]) -> None:
    listed = [(left % (1 << half)) << 32 | right % (1 << half) for left, right in numbers]
    keys, freq = np.array(listed, dtype=np.uint64), np.arange(len(listed))
    pairing = Pairing(*map(np.uint64, (1, half, (1 << 2 * half) - 1, 0)))
    ordered = np.empty_like(keys), np.empty_like(freq)
    pairs_kernels.sort_pairs(keys.copy(), freq.copy(), pairing, *ordered)
    assert list(zip(*map(np.ndarray.tolist, ordered), strict=True)) == sorted(zip(listed, freq.tolist(), strict=True))


@naive.compared("counts: without neighbours")
@given(
    text=naive.dense_texts(),
    min_freq=st.integers(1, 3),
    max_length=st.integers(1, 6),
    keep_codes=st.booleans(),
    chunk=st.integers(1, 12),
    sparse=st.sampled_from([0, 1, 6]),
    threads=st.integers(1, 3),
)
def test_without_neighbours_the_counts_are_the_same(
    text: str, min_freq: int, max_length: int, keep_codes: bool, chunk: int, sparse: int, threads: int
) -> None:
    corpus = encode([text])
    codes = np.array(corpus.codes)
    whole = count_ngrams(corpus, min_freq=min_freq, max_length=max_length)
    with mock.patch.object(positions, "CHUNK", chunk), mock.patch.object(positions, "_SPARSE", sparse):
        counted = count_ngrams(
            corpus,
            min_freq=min_freq,
            max_length=max_length,
            job=Job(threads=threads),
            neighbours=False,
            keep_codes=keep_codes,
        )
    assert not keep_codes or np.array_equal(corpus.codes, codes)
    for column in ("length", "freq", "prefix", "suffix", "last", "level"):
        np.testing.assert_array_equal(getattr(counted, column), getattr(whole, column))
    for column in ("doc_freq", "left_entropy", "right_entropy", "left_edge", "right_edge"):
        assert not getattr(counted, column).any()
        assert len(getattr(counted, column)) == len(whole)


def test_rows_are_in_order_of_prefix_and_suffix() -> None:
    table = build("变电站与变电所，变电站与换流站。换电站", 1, 4)
    for lo, hi in itertools.pairwise(table.level.tolist()):
        keys = list(zip(table.prefix[lo:hi].tolist(), table.suffix[lo:hi].tolist(), strict=True))
        assert keys == sorted(keys)


def test_spans_are_cut_where_documents_end() -> None:
    corpus = encode(["甲乙\n丙。丁\n戊\n己庚辛"])
    codes = np.asarray(corpus.codes)
    for parts, cut in itertools.product(range(1, 9), (even_cuts, tapering_cuts)):
        cuts = list(cut(len(codes), parts))
        spans = spans_between(DOCUMENT_ENDS, corpus.codes, cuts)
        assert [lo for lo, _ in spans[1:]] == [hi for _, hi in spans[:-1]]
        assert (spans[0][0], spans[-1][1]) == (1, len(codes))
        assert len(spans) <= len(cuts) + 1
        for lo, _ in spans[1:]:
            assert codes[lo - 1] in (DOCUMENT_END, SOURCE_END)
