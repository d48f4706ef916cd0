"""Known strings counted in text that streams past: against `naive.occurrences` and against pyahocorasick."""

from collections.abc import Iterable, Iterator
from typing import Any
from unittest import mock

import ahocorasick
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import naive
from support.tables import build, ngrams
from termmine import types
from termmine.candidates.fragments import nesting
from termmine.counting.engines import LocalEngine
from termmine.kernels import contexts as contexts_kernels
from termmine.kernels import decode as decode_kernels
from termmine.kernels import encode as encode_kernels
from termmine.kernels import levels as levels_kernels
from termmine.kernels import pairs as pairs_kernels
from termmine.kernels import segment as segment_kernels
from termmine.kernels import tries as tries_kernels
from termmine.kernels.codes import FIRST_WORD, UNKNOWN
from termmine.kernels.segment import WINDOW
from termmine.measures import keyness
from termmine.ranking.distribution import survey
from termmine.runtime.arrays import IN_MEMORY
from termmine.runtime.job import Job
from termmine.search import occurrences
from termmine.search.jieba import Dictionary
from termmine.search.occurrences import count_rows, of_rows
from termmine.search.rows import find_rows
from termmine.search.segmenter import Segmenter
from termmine.search.spelling import surfaces
from termmine.search.trie import runs_trie, slots_of, table_trie
from termmine.text import runs as runs_module
from termmine.text.encode import encode, encode_frozen, encode_strings
from termmine.text.runs import whole_runs
from termmine.types import NgramTable, Segment

LONG = 300 if naive.TINY else 30_000


class Stream:
    """Arrays of codes in order, as a corpus that is looked at once."""

    def __init__(self, parts: Iterable[np.ndarray]) -> None:
        self._parts = parts
        self.n_symbols = 0

    def segments(self, before: int, after: int) -> Iterator[Segment]:
        for codes, end in whole_runs(self._parts):
            self.n_symbols += int(np.count_nonzero(codes[:end] >= UNKNOWN))
            yield Segment(codes, 0, end)


def counted(
    corpus: Any, table: NgramTable, rows: np.ndarray, threads: int = 1, words: np.ndarray | None = None
) -> np.ndarray:
    task = count_rows(table, rows, IN_MEMORY, words)
    (sums,) = LocalEngine(Job(threads=threads)).add_up(corpus, task)
    return of_rows(task, sums, table, rows, IN_MEMORY)


def count_in_codes(parts: Iterable[np.ndarray], table: NgramTable, rows: np.ndarray) -> tuple[np.ndarray, int]:
    stream = Stream(parts)
    return counted(stream, table, rows), stream.n_symbols


def aho_corasick(wanted: list[naive.Ngram], documents: list[naive.Document]) -> list[int]:
    """How often each n-gram occurs, by pyahocorasick over one private character a symbol."""
    characters: dict[str, str] = {}

    def as_string(symbols: list[str]) -> str:
        return "".join(characters.setdefault(symbol, chr(0x100 + len(characters))) for symbol in symbols)

    automaton = ahocorasick.Automaton()
    for i, ngram in enumerate(wanted):
        automaton.add_word(as_string(list(ngram)), i)
    freq = [0] * len(wanted)
    if wanted:
        automaton.make_automaton()
        for document in documents:
            for run in document:
                for _, i in automaton.iter(as_string([symbol.text for symbol in run])):
                    freq[i] += 1
    return freq


def parts_of(text: str, table: NgramTable, places: Iterable[int] = ()) -> list[np.ndarray]:
    """A text under the alphabet of a table, cut at some places of its codes."""
    codes = np.concatenate(list(encode_frozen([text], table.alphabet)))
    return [part.copy() for part in np.split(codes, sorted(place for place in places if place < len(codes)))]


@naive.compared("tries: background")
@given(
    domain=naive.dense_texts(max_size=40),
    background=st.one_of(naive.texts(), naive.dense_texts()),
    places=st.lists(st.integers(0, 120), max_size=8),
    max_length=st.integers(1, 6),
    data=st.data(),
)
def test_background_counts_are_exact(
    domain: str, background: str, places: list[int], max_length: int, data: st.DataObject
) -> None:
    table = build(domain, 1, max_length)
    some = data.draw(st.sets(st.integers(0, len(table) - 1), max_size=20)) if len(table) else set()
    rows = np.array(sorted(some), dtype=np.int64)
    freq, n_symbols = count_in_codes(parts_of(background, table, places), table, rows)
    documents = naive.read(background)
    everything = ngrams(table)
    wanted = [everything[row] for row in rows]
    assert n_symbols == naive.n_symbols(documents)
    assert freq.tolist() == [len(naive.occurrences(ngram, documents)) for ngram in wanted]
    assert freq.tolist() == aho_corasick(wanted, documents)


@naive.compared("tries: long runs")
@given(
    text=naive.dense_texts(max_size=150),
    places=st.lists(st.integers(0, 250), max_size=12),
    window=st.integers(6, 20),
)
def test_runs_longer_than_a_block(text: str, places: list[int], window: int) -> None:
    table = build(text, 1, 6)
    rows = np.arange(len(table))
    with mock.patch.object(runs_module, "WINDOW", window):  # read by `whole_runs` alone here
        freq, n_symbols = count_in_codes(parts_of(text, table, places), table, rows)
        parts = [codes[:end].copy() for codes, end in whole_runs(parts_of(text, table, places))]
    assert freq.tolist() == table.freq.tolist()
    assert n_symbols == table.n_symbols
    np.testing.assert_array_equal(np.concatenate(parts), np.asarray(encode([text]).codes))


def test_a_run_of_many_windows() -> None:
    text = "".join(np.random.default_rng(1).choice(list("甲乙丙"), LONG))
    table = build(text, 2, 8)
    rows = np.arange(0, len(table), 7)
    freq, n_symbols = count_in_codes(parts_of(text, table, range(0, LONG, 1500)), table, rows)
    assert n_symbols == LONG > (0 if naive.TINY else 4 * WINDOW)
    assert freq.tolist() == table.freq[rows].tolist()
    assert freq.tolist() == aho_corasick(ngrams(table)[::7], naive.read(text))


def test_a_long_run_does_not_pile_up() -> None:
    """What is looked at again stays short however long the run is, or reading would be quadratic."""
    parts = [np.array([ord("甲"), ord("乙")] * 500, dtype=np.int32)] * (20 if naive.TINY else 300)
    left_over = [len(codes) - end for codes, end in whole_runs(parts)]
    assert max(left_over) < 2 * WINDOW + 1001


@pytest.mark.parametrize("text", ["甲乙甲乙。甲，乙甲乙甲", "GPU加速 gpu 加速，Ａ股"])
def test_a_corpus_against_itself_has_no_keyness(text: str) -> None:
    table = build(text, 1, 5)
    freq, n_symbols = count_in_codes(parts_of(text, table), table, np.arange(len(table)))
    assert freq.tolist() == table.freq.tolist()
    assert keyness(table.freq, table.n_symbols, freq, n_symbols).tolist() == [0.0] * len(table)


def test_no_rows_and_no_text() -> None:
    table = build("甲乙甲乙", 2)
    none = np.zeros(0, dtype=np.int64)
    freq, n_symbols = count_in_codes(parts_of("甲乙", table), table, none)
    assert (freq.tolist(), n_symbols) == ([], 2)
    for text in ("", "。"):
        freq, n_symbols = count_in_codes(parts_of(text, table), table, np.array([0]))
        assert (freq.tolist(), n_symbols) == ([0], 0)


def test_the_nodes_of_a_tables_trie_are_its_rows() -> None:
    table = build("变电站。变电所。换流站", 1, 3)
    rows = np.flatnonzero(table.length == 3)
    trie = table_trie(table, rows, IN_MEMORY)
    parent, slot = slots_of(trie, np.array([table.prefix[rows[0]], rows[0]]), len(table), IN_MEMORY)
    assert tries_kernels.child(trie.links, parent, trie.symbols[table.last[rows[0]]]) == slot
    beginnings = {ngram[:i] for ngram in (ngrams(table)[row] for row in rows) for i in (1, 2, 3)}
    assert {ngrams(table)[row] for row in trie.ids if row >= 0} == beginnings


@naive.compared("tries: places of nodes")
@given(
    strings=st.sets(st.text(alphabet=st.characters(min_codepoint=4, max_codepoint=200), min_size=1, max_size=4)),
    absent=st.sets(st.text(alphabet=st.characters(min_codepoint=4, max_codepoint=200), min_size=1, max_size=4)),
)
def test_a_trie_holds_its_strings_and_no_others(strings: set[str], absent: set[str]) -> None:
    """Also where many nodes have many children, and where no symbol is common to them."""
    wanted = sorted(strings)
    codes = np.array([0, *(c for string in wanted for c in [*map(ord, string), 0])], dtype=np.int32)
    trie, slots = runs_trie(codes, len(wanted), 201, IN_MEMORY)
    assert trie.ids[slots].tolist() == list(range(len(wanted)))
    beginnings = {string[:i] for string in wanted for i in range(1, len(string) + 1)}
    assert np.count_nonzero(trie.links[:, 1] >= 0) == len([b for b in beginnings if len(b) > 1])
    probes = sorted({*strings, *absent, *beginnings})
    codes = np.array([0, *(c for string in probes for c in [*map(ord, string), 0])], dtype=np.int32)
    ends = np.empty(len(probes), dtype=np.int32)
    tries_kernels.find_runs(codes, trie, ends)
    assert ends.tolist() == [wanted.index(probe) if probe in strings else -1 for probe in probes]


def test_nodes_that_fill_more_room_than_was_made_for_them() -> None:
    """One child each, all of them of different symbols: no room is left over, and none is used twice."""
    rng = np.random.default_rng(5)
    n, n_symbols = (40, 30) if naive.TINY else (3000, 500)
    codes = rng.integers(4, n_symbols, (n, 3)).astype(np.int32)
    codes = np.unique(codes, axis=0)
    runs = np.pad(codes, ((0, 0), (0, 1))).ravel()
    trie, slots = runs_trie(np.concatenate([[0], runs]).astype(np.int32), len(codes), n_symbols, IN_MEMORY)
    assert len(set(slots.tolist())) == len(codes)
    for code, slot in zip(codes.tolist(), slots.tolist(), strict=True):
        node = trie.symbols[code[0]]
        for c in code[1:]:
            node = tries_kernels.child(trie.links, node, trie.symbols[c])
        assert node == slot


@naive.compared("tries: threads")
@given(text=naive.dense_texts(), size=st.integers(4, 20), threads=st.integers(2, 4))
def test_threads_and_pieces_change_no_count(text: str, size: int, threads: int) -> None:
    table = build(text, 1, 5)
    rows = np.arange(len(table))
    corpus = encode([text])
    with mock.patch.object(types, "SEGMENT", size):
        assert counted(corpus, table, rows, threads).tolist() == table.freq.tolist()
    with mock.patch.object(occurrences, "_MOST", size):  # 32-bit counts are added up before they can overflow
        assert counted(corpus, table, rows).tolist() == table.freq.tolist()


@naive.compared("tries: another alphabet")
@given(domain=naive.dense_texts(max_size=40), background=st.one_of(naive.texts(), naive.dense_texts()))
def test_a_corpus_under_another_alphabet(domain: str, background: str) -> None:
    """Its codes stay as they are; it is the trie that learns what they mean."""
    table, corpus = build(domain, 1, 4), encode([background])
    rows = np.arange(len(table))
    codes = {word: FIRST_WORD + i for i, word in enumerate(table.alphabet.word_texts)}
    words = np.array([codes.get(word, UNKNOWN) for word in corpus.alphabet.word_texts], dtype=np.int64)
    found = counted(corpus, table, rows, words=words)
    assert found.tolist() == count_in_codes(parts_of(background, table), table, rows)[0].tolist()


def test_each_kernel_is_compiled_once() -> None:
    """Another specialisation would be seconds of compilation, and a machine code that no test has seen."""
    raw, chars = np.frombuffer("GPU加速，".encode(), dtype=np.uint8), np.empty(20, dtype=np.uint32)
    corpus = encode([chars[: decode_kernels.decode(raw, chars)[0]], "gpu加速"])
    table = build("GPU加速，gpu加速", 1, 4)
    rows = np.arange(len(table))
    surfaces(corpus, table, rows, LocalEngine(Job()))
    nesting(table, rows, IN_MEMORY)
    count_in_codes(parts_of("GPU加速", table), table, rows)
    segmenter = Segmenter(Dictionary(["加速"], np.array([3]), np.array(["v"]), "test"), corpus.alphabet, IN_MEMORY)
    codes, which = encode_strings(["加速"], corpus.alphabet)
    segmenter.words(codes)
    segmenter.is_word(codes, len(which))
    survey(corpus, table, rows, segmenter, LocalEngine(Job()))
    find_rows(table, ["gpu"])
    kernels = [
        decode_kernels.decode,
        encode_kernels.end_of_lines,
        encode_kernels.encode,
        encode_kernels.contains,
        encode_kernels.adopt,
        encode_kernels.settle,
        levels_kernels.count_symbols,
        levels_kernels.first_level,
        levels_kernels.observe_symbols,
        pairs_kernels.pair_sizes,
        pairs_kernels.sort_pairs,
        levels_kernels.fill_slots,
        levels_kernels.next_level,
        tries_kernels.number_prefixes,
        tries_kernels.place_nodes,
        tries_kernels.link_nodes,
        tries_kernels.find_runs,
        tries_kernels.find_nodes,
        tries_kernels.count_in_trie,
        segment_kernels.segment,
        contexts_kernels.count_contexts,
        contexts_kernels.symbols_of_source,
        contexts_kernels.survey,
        segment_kernels.spans_with_variants,
    ]
    for kernel in kernels:
        if not naive.TINY:  # plain functions have no signatures
            assert len(kernel.signatures) == 1, kernel.__name__
    for kernel in (pairs_kernels.scatter_pairs, pairs_kernels.count_partitions):
        if not naive.TINY:  # pairs are narrow or wide
            assert len(kernel.signatures) <= 2, kernel.__name__
