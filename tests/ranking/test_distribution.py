"""What stands beside a string, and how it is spread: every number against its naive twin, none shaken by an order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from itertools import chain, permutations
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from support import naive
from support.command import ENCYCLOPEDIA, POWER
from support.naive import Context
from support.tables import ngrams
from termmine import types
from termmine.counting.engines import LocalEngine
from termmine.counting.local import count_ngrams
from termmine.kernels import contexts as contexts_kernels
from termmine.kernels.contexts import Look
from termmine.kernels.segment import WINDOW
from termmine.kernels.tries import Trie
from termmine.measures import PRIOR_SYMBOLS, burstiness, general_ratio, log_ratio, noun_fit, score, score_factors
from termmine.options import make_options
from termmine.pipeline import Analysis, analyse
from termmine.ranking import distribution
from termmine.ranking.distribution import DOMAIN_NOUN, SHRINKAGE, Surroundings, survey
from termmine.readers.source import open_source
from termmine.runtime.arrays import IN_MEMORY
from termmine.runtime.job import Job
from termmine.runtime.progress import Progress
from termmine.search.jieba import Dictionary
from termmine.search.segmenter import Segmenter
from termmine.search.trie import slots_of, table_trie
from termmine.text.encode import encode
from termmine.types import Corpus, NgramTable

SOURCE_END = "\x1c"
SCALE = 1 << 20  # a weight is a whole number of this share of a nat
LONGEST_RUN = 90  # symbols and a separator, in the random texts: no segment cuts a run of these

several = st.lists(naive.dense_texts(max_size=40), min_size=1, max_size=3).map(SOURCE_END.join)


def count(text: str, min_freq: int, max_length: int = 5) -> tuple[Corpus, NgramTable]:
    """A corpus and its table."""
    corpus = encode([text])
    return corpus, count_ngrams(corpus, min_freq=min_freq, max_length=max_length)


def read_sources(text: str) -> list[list[list[str]]]:
    """The runs of each source of a text."""
    sources = [naive.read(source) for source in text.split(SOURCE_END)]
    return [[[symbol.text for symbol in run] for document in documents for run in document] for documents in sources]


def read_runs(text: str) -> list[list[str]]:
    return [run for source in read_sources(text) for run in source]


def holds_any(text: str, min_freq: int) -> bool:
    """Whether a table of the text is not empty."""
    return max(Counter(chain.from_iterable(read_runs(text))).values(), default=0) >= min_freq


def beside(place: tuple[Sequence[str], Sequence[str]], known: Container[naive.Ngram]) -> tuple[Context, Context]:
    """The contexts to the left and to the right of an occurrence."""
    left, right = (naive.context(outward, known, side) for outward, side in zip(place, (True, False), strict=True))
    return left, right


# --- the neighbours of each place, and their sums --------------------------------------------------------------------


def ids_beside(corpus: Corpus, trie: Trie) -> tuple[np.ndarray, np.ndarray]:
    """What `kernels.contexts_beside` finds at each place."""
    symbols, pairs, before, after = np.empty((4, len(corpus.codes) + 3), dtype=np.int32)
    contexts_kernels.contexts_beside(
        np.asarray(corpus.codes), 0, len(corpus.codes), trie, symbols, pairs, before, after
    )
    return before[2:], after[2:]


def trie_of(table: NgramTable, rows: np.ndarray) -> tuple[Trie, int]:
    """A trie of rows and of all rows of one and two symbols, and how many these are."""
    n_rows = int(table.level[min(2, len(table.level) - 1)])
    return table_trie(table, np.concatenate([np.arange(n_rows), rows]), IN_MEMORY), n_rows


def sums_over(
    corpus: Corpus, trie: Trie, weights: Sequence[np.ndarray], size: int, longest: int
) -> tuple[np.ndarray, int]:
    """Left, right and windows of each slot, and the number of windows."""
    number = np.arange(len(trie.links), dtype=np.int32)
    task = Surroundings(Look(trie, number, longest, True, *weights), len(trie.links), size)
    sums, n_windows = LocalEngine(Job(threads=2)).add_up(corpus, task)
    return sums[:-1, :3], int(n_windows[0])


def context_names(table: NgramTable, trie: Trie, n_rows: int, *, to_the_left: bool) -> list[Context | None]:
    """The context that each number stands for; None for a slot that is none."""
    rows = [tuple(ngram[::-1]) if to_the_left else ngram for ngram in ngrams(table)[:n_rows]]
    slots = [rows[row] if 0 <= row < n_rows else None for row in trie.ids]
    singles = [ngram for ngram in slots[: table.level[1]] if ngram]
    return [*slots, (naive.EDGE,), (), *((*ngram, naive.EDGE) for ngram in singles)]


@naive.compared("contexts: places")
@given(
    text=st.one_of(several, naive.texts()),
    min_freq=st.integers(1, 4),
    size=st.integers(1, 30),
    piece=st.sampled_from([LONGEST_RUN, 4 * LONGEST_RUN]),
    data=st.data(),
)
def test_neighbours_sums_and_windows_are_the_naive_ones(
    text: str, min_freq: int, size: int, piece: int, data: st.DataObject
) -> None:
    assume(holds_any(text, min_freq))
    corpus, table = count(text, min_freq)
    rows = np.array(sorted(data.draw(st.sets(st.integers(0, len(table) - 1), max_size=12))), dtype=np.int64)
    trie, n_rows = trie_of(table, rows)
    before, after = ids_beside(corpus, trie)
    names = [context_names(table, trie, n_rows, to_the_left=side) for side in (True, False)]
    known, everything, runs = set(ngrams(table)), ngrams(table), read_runs(text)
    at = 1  # behind the separator that a corpus begins with
    for run in runs:
        for i in range(len(run) + 1):
            assert (names[0][before[at + i]], names[1][after[at + i]]) == beside((run[:i][::-1], run[i:]), known)
        at += len(run) + 1
    assert at == len(corpus.codes)

    weights = np.random.default_rng(len(text)).integers(-SCALE, SCALE, (2, len(names[0]))).astype(np.int32)
    with mock.patch.object(types, "SEGMENT", piece):
        sums, n_windows = sums_over(corpus, trie, weights, size, 5)
    of_left, of_right = (dict(zip(*pair, strict=True)) for pair in zip(names, weights.tolist(), strict=True))
    windows = naive.windows(read_sources(text), size)
    assert n_windows == len(windows)
    for row, slot in zip(rows, slots_of(trie, rows, len(table), IN_MEMORY), strict=True):
        found = [beside(place, known) for place in naive.places(runs, everything[row])]
        held = n_holding(windows, runs, everything[row])
        expected = [sum(of_left[left] for left, _ in found), sum(of_right[right] for _, right in found), held]
        assert sums[slot].tolist() == expected


def n_holding(windows: list[list[tuple[int, int]]], runs: list[list[str]], ngram: naive.Ngram) -> int:
    """The windows in which an n-gram begins."""
    begun = {(r, i) for r, run in enumerate(runs) for i in range(len(run)) if tuple(run[i : i + len(ngram)]) == ngram}
    return sum(any(place in begun for place in window) for window in windows)


def windows_of(text: str, term: str, size: int) -> tuple[int, int]:
    """How many windows a text has, and in how many the term stands."""
    corpus, table = count(text, 1)
    row = np.array([ngrams(table).index(tuple(term))])
    trie, _ = trie_of(table, row)
    nothing = np.zeros(2 * len(trie.links) + 2, dtype=np.int32)
    sums, n_windows = sums_over(corpus, trie, (nothing, nothing), size, 5)
    return n_windows, int(sums[slots_of(trie, row, len(table), IN_MEMORY), 2][0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("变电站。变电站。变电站", (2, 2)),  # 6 symbols, and what is left
        ("变电站，变电站\n变电站", (2, 2)),  # a line ends no window
        ("变电站\x1c变电站\x1c变电站", (3, 3)),  # a source does, however short
        ("变电站变电站变电站变电站", (2, 2)),  # within a run, too
        ("\x1c\x1c变电站\x1c。\x1c", (1, 1)),  # none where nothing stands
        ("甲乙丙丁戊。变电站", (2, 1)),  # a string lies where it begins
        ("甲乙丙丁戊己。变电站", (2, 1)),
    ],
)
def test_where_windows_end(text: str, expected: tuple[int, int]) -> None:
    assert windows_of(text, "变电站", 6) == expected


def test_a_run_longer_than_a_segment_is_looked_at_across_the_cuts() -> None:
    size = 40 if naive.TINY else WINDOW
    text = "".join(np.random.default_rng(4).choice(list("甲乙丙"), 3 * size + 9))
    corpus, table = count(text + "。甲乙", 1, 3)
    trie, _ = trie_of(table, np.arange(len(table)))
    weights = np.random.default_rng(5).integers(-SCALE, SCALE, (2, 2 * len(trie.links) + 2)).astype(np.int32)
    whole, n_windows = sums_over(corpus, trie, weights, 30, 3)
    with mock.patch.object(types, "SEGMENT", size):
        cut, n_cut = sums_over(corpus, trie, weights, 30, 3)
    np.testing.assert_array_equal(cut, whole)
    assert n_cut == n_windows == -(-(3 * size + 11) // 30)


# --- the survey ------------------------------------------------------------------------------------------------------


def dictionary_words(dictionary: Dictionary, corpus: Corpus) -> dict[naive.Ngram, tuple[int, str]]:
    """Frequency and tag of each word of one run that the corpus can hold; the last one gives the tag."""
    known = set(corpus.alphabet.word_texts)
    found: dict[naive.Ngram, tuple[int, str]] = {}
    for word, f, tag in zip(dictionary.words, dictionary.freq.tolist(), dictionary.tags, strict=True):
        runs = [run for document in naive.read(word) for run in document]
        if len(runs) == 1 and all(s.text in known or not s.is_word for s in runs[0]):
            ngram = tuple(s.text for s in runs[0])
            found[ngram] = (found.get(ngram, (0, ""))[0] + f, tag)
    return found


def seen_beside(
    runs: Iterable[Sequence[str]],
    words: dict[naive.Ngram, tuple[int, str]],
    freq: dict[naive.Ngram, int],
    size: int,
    total: int,
) -> list[list[Counter[Context]]]:
    """Contexts to the left and right of the domain's nouns, and of all dictionary words of two symbols or more."""
    general = sum(f * len(word) for word, (f, _) in words.items())
    weight = {word: float(np.log(f) - np.log(total)) for word, (f, _) in words.items()}
    seen = [[Counter[Context](), Counter[Context]()] for _ in range(2)]
    for run in runs:
        at = 0
        for word in naive.segment(run, weight, -float(np.log(total))):
            place = (run[:at][::-1], run[at + len(word) :])
            at += len(word)
            if word not in words or len(word) < 2:
                continue
            is_noun = words[word][1] == "n" and freq.get(word, 0) > 0
            of_domain = is_noun and naive.log_ratio(freq[word], size, words[word][0], general) > DOMAIN_NOUN
            for side, context in enumerate(beside(place, freq)):
                seen[side][0][context] += of_domain
                seen[side][1][context] += 1
    return seen


@naive.compared("contexts: survey")
@given(
    text=several,
    words=st.lists(st.text(alphabet="甲乙丙のaAB ", min_size=1, max_size=4), min_size=1, max_size=10),
    min_freq=st.integers(1, 3),
    window=st.integers(1, 30),
    piece=st.sampled_from([LONGEST_RUN, 4 * LONGEST_RUN]),
    threads=st.integers(1, 3),
    at_once=st.sampled_from([1, 4, 1 << 21]),
    data=st.data(),
)
def test_the_survey_is_the_naive_one(
    text: str, words: list[str], min_freq: int, window: int, piece: int, threads: int, at_once: int, data: st.DataObject
) -> None:
    assume(holds_any(text, min_freq))
    corpus, table = count(text, min_freq)
    drawn = [
        data.draw(st.lists(st.sampled_from(values), min_size=len(words), max_size=len(words)))
        for values in ([1, 4, 8, 16, 100], ["n", "v"])
    ]
    dictionary = Dictionary([*words, "丁"], np.array([*drawn[0], 1000]), np.array([*drawn[1], "n"]), "random")
    rows = np.array(sorted(data.draw(st.sets(st.integers(0, len(table) - 1), max_size=12))), dtype=np.int64)
    with (
        mock.patch.multiple(distribution, WINDOW=window, _size_of_part=lambda *_: at_once),
        mock.patch.object(types, "SEGMENT", piece),
    ):
        found = survey(
            corpus, table, rows, Segmenter(dictionary, corpus.alphabet, IN_MEMORY), LocalEngine(Job(threads=threads))
        )

    runs, everything = read_runs(text), ngrams(table)
    freq = dict(zip(everything, table.freq.tolist(), strict=True))
    size, total = sum(map(len, runs)), int(dictionary.freq.sum())
    seen = seen_beside(runs, dictionary_words(dictionary, corpus), freq, size, total)
    windows = naive.windows(read_sources(text), window)
    for i, row in enumerate(rows):
        places = [beside(place, freq) for place in naive.places(runs, everything[row])]
        for side, column in enumerate((found.left, found.right)):
            here = [place[side] for place in places]
            weights = naive.context_weights(*seen[side], set(here), SHRINKAGE)
            assert column[i] == pytest.approx(sum(weights[at] for at in here) / len(here), abs=1 / SCALE)
        held = n_holding(windows, runs, everything[row])
        assert found.burstiness[i] == pytest.approx(naive.burstiness(len(places), held, len(windows)), rel=1e-12)


@naive.compared("contexts: weights")
@given(n_singles=st.integers(1, 6), pairs=st.lists(st.integers(0, 35), max_size=8, unique=True), data=st.data())
def test_the_weights_of_any_counts(n_singles: int, pairs: list[int], data: st.DataObject) -> None:
    """The rows are symbols 0, 1, ... and pairs of them; the second of a pair is the nearer one."""
    nearer = np.array([pair % n_singles for pair in sorted(pairs)], dtype=np.int64)
    twos = [(str(near), f"{near} {i}") for i, near in enumerate(nearer)]
    ones = [(str(i),) for i in range(n_singles)]
    names: list[Context] = [*ones, *twos, (naive.EDGE,), (), *((*one, naive.EDGE) for one in ones)]
    words = np.array(data.draw(st.lists(st.integers(0, 50), min_size=len(names), max_size=len(names))))
    nouns = words * np.array(data.draw(st.lists(st.integers(0, 4), min_size=len(names), max_size=len(names)))) // 4
    found = distribution._weights(
        np.array([nouns, words]), np.concatenate([np.full(n_singles, -1), nearer]), n_singles, IN_MEMORY
    )
    seen = (dict(zip(names, column.tolist(), strict=True)) for column in (nouns, words))
    expected = naive.context_weights(*seen, names, SHRINKAGE)
    np.testing.assert_allclose(found, [*(SCALE * expected[name] for name in names), 0], atol=0.51)
    assert found[len(ones) + len(twos) + 1] == 0  # a neighbour that is not counted says nothing


def test_a_noun_of_the_domain_is_eight_times_as_frequent_as_in_general() -> None:
    """Of words that the corpus uses ten times each, those that a dictionary holds often enough are none, nor verbs."""
    words = [a + b for a in "甲乙丙丁戊己庚辛" for b in "子丑寅卯辰巳午未"]
    corpus, table = count("。".join(words * 10), 2)
    general = np.arange(1, len(words) + 1)
    dictionary = Dictionary([*words, "一二"], np.append(general, 10_000), np.array([*"nv" * 32, "n"]), "small")
    segmenter = Segmenter(dictionary, corpus.alphabet, IN_MEMORY)
    found = distribution._domain_nouns(table, segmenter, IN_MEMORY)[segmenter.nodes]
    sizes = 10 * 2 * len(words), 2 * int(dictionary.freq.sum())
    expected = [naive.log_ratio(10, sizes[0], f, sizes[1]) > 3 for f in general.tolist()]
    assert found.tolist() == [is_frequent and i % 2 == 0 for i, is_frequent in enumerate(expected)] + [False]
    assert 4 < found.sum() < 28


def test_a_neighbour_of_the_domains_nouns_speaks_for_a_string() -> None:
    """新词 stands where the nouns stand, 怪词 where the verbs do."""
    text = "。".join(["座变电站旁", "座换流站旁", "来回走动了", "来回奔跑了"] * 20 + ["座新词旁", "来回怪词了"] * 5)
    words = ["变电站", "换流站", "走动", "奔跑", "丁"]
    corpus, table = count(text, 2)
    dictionary = Dictionary(words, np.array([1, 1, 1, 1, 10_000]), np.array(["n", "n", "v", "v", "n"]), "small")
    rows = np.array([ngrams(table).index(tuple(word)) for word in ("新词", "怪词")])
    found = survey(corpus, table, rows, Segmenter(dictionary, corpus.alphabet, IN_MEMORY), LocalEngine(Job()))
    good, bad = noun_fit(found.left, found.right)
    assert found.left[0] > 0 > found.left[1]
    assert found.right[0] > 0 > found.right[1]
    assert good > 0.8 > 0.2 > bad


@pytest.mark.parametrize(("left", "n_notes"), [(1 << 30, 0), (0, 1)])
def test_a_memory_that_is_too_small_is_told_before_the_work(left: int, n_notes: int) -> None:
    notes: list[str] = []
    corpus, table = count("甲乙丙。甲乙丙，丙乙。", 2)
    dictionary = Dictionary(["丁"], np.array([10]), np.array(["n"]), "small")
    segmenter = Segmenter(dictionary, corpus.alphabet, IN_MEMORY)
    job = Job(memory=512 << 20, progress=Progress(notes.append))
    with mock.patch.object(Job, "left", lambda _: left):
        survey(corpus, table, np.arange(len(table)), segmenter, LocalEngine(job))
    assert len(notes) == n_notes
    for note in notes:
        assert note.startswith("warning: 5 strings of one symbol or two are too many for --memory 512M")
        assert note.endswith("give --memory 768M, or a higher --min-freq")


# --- the formulas ----------------------------------------------------------------------------------------------------


@given(freq=st.integers(1, 10**6), share=st.floats(0, 1), n_windows=st.integers(1, 10**6))
def test_burstiness(freq: int, share: float, n_windows: int) -> None:
    held = max(1, round(share * min(freq, n_windows)))
    found = burstiness(np.array([freq]), np.array([held]), n_windows)[0]
    assert found == pytest.approx(naive.burstiness(freq, held, n_windows), rel=1e-6)
    assert found <= burstiness(np.array([freq]), np.array([max(held - 1, 1)]), n_windows)[0]


@given(left=st.floats(-30, 30), right=st.floats(-30, 30))
def test_noun_fit(left: float, right: float) -> None:
    found = noun_fit(np.array([left, right]), np.array([right, left]))
    assert found[0] == found[1] == pytest.approx(naive.noun_fit(left, right), rel=1e-12)


counts = st.tuples(st.integers(0, 10**6), st.integers(0, 10**9), st.integers(0, 10**6), st.integers(0, 10**9))


@given(counts=counts, expected=st.floats(0, 10**6), n_expected=st.integers(10**5, 10**9))
def test_general_ratio_is_the_log_ratio_with_a_million_symbols_more(
    counts: tuple[int, int, int, int], expected: float, n_expected: int
) -> None:
    f1, n1, f2, n2 = counts[0], counts[0] + counts[1], counts[2], counts[2] + counts[3]
    column = np.array([f1]), n1, np.array([f2]), n2
    found = general_ratio(*column, np.array([expected]), n_expected)[0]
    assert found == pytest.approx(naive.general_ratio(f1, n1, f2, n2, expected, n_expected), abs=1e-9)
    added = np.array([f2 + expected * PRIOR_SYMBOLS / n_expected])
    assert found == pytest.approx(log_ratio(column[0], n1, added, n2 + PRIOR_SYMBOLS)[0], abs=1e-9)


@pytest.mark.parametrize("f2", [1, 300])
def test_a_large_background_outweighs_the_dictionary(f2: int) -> None:
    differences = []
    for scale in (1, 10**2, 10**4, 10**6):
        column = np.array([50]), 10**5, np.array([f2 * scale]), 10**6 * scale
        differences.append(abs(general_ratio(*column, np.array([40.0]), 10**7)[0] - log_ratio(*column)[0]))
    assert differences == sorted(differences, reverse=True)
    assert differences[-1] < 1e-4


@given(st.lists(st.floats(-3, 3), min_size=11, max_size=11), st.booleans())
def test_the_score_is_the_product_of_its_factors_or_0(values: list[float], known: bool) -> None:
    ratio, freq, bond, free, fit, burst, pattern, shape, share, edge, company = values
    others = (free, fit, abs(burst), pattern, shape, abs(share) + 0.01, abs(edge) + 0.01, company)
    columns = [np.array([c]) for c in (ratio, abs(freq) + 1, bond, known, *others)]
    factors = {name: float(column[0]) for name, column in score_factors(*columns).items()}
    expected = 1.0
    for factor in factors.values():
        expected *= max(factor, 0.0)
    assert score(*columns)[0] == pytest.approx(expected, rel=1e-12)


# --- orders ----------------------------------------------------------------------------------------------------------

needs_jieba = pytest.mark.skipif(naive.TINY, reason="jieba's dictionary is too large for uncompiled kernels")


def evidence(files: Sequence[Path], **options: object) -> dict[str, tuple[float, float]]:
    """Context and burstiness of every candidate."""
    found: Analysis = analyse(
        open_source(files), open_source(ENCYCLOPEDIA), make_options(**options), LocalEngine(Job())
    )
    columns = (found.columns[name].tolist() for name in ("noun_fit", "burstiness"))
    rows = found.columns["row"]
    return dict(zip([text.lower() for text in found.table.texts(rows)], zip(*columns, strict=True), strict=True))


@needs_jieba
def test_the_order_of_files_changes_no_evidence(tmp_path: Path) -> None:
    """To the last bit: what is summed is whole numbers, and windows end with their file."""
    lines = POWER.read_text(encoding="utf-8").splitlines(keepends=True)
    parts = [tmp_path / f"{i}.txt" for i in range(3)]
    for i, part in enumerate(parts):
        part.write_text("".join(lines[i::3]), encoding="utf-8")
    first, *others = (evidence(order) for order in [*permutations(parts)][::2])
    assert len(first) > 1000
    for other in others:
        assert other == first


@needs_jieba
def test_segments_change_nothing() -> None:
    whole = evidence([POWER])
    with mock.patch.object(types, "SEGMENT", WINDOW):
        assert evidence([POWER]) == whole
