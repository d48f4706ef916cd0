"""The route through a dictionary: against `naive.segment`, and against jieba's own."""

import importlib.util
import logging
import warnings
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from support import naive
from termmine.kernels.codes import FIRST_SYMBOL
from termmine.kernels.segment import NO_WORD, WINDOW
from termmine.runtime.arrays import IN_MEMORY
from termmine.search.jieba import Dictionary, jieba_dictionary
from termmine.search.segmenter import Segmenter
from termmine.text.encode import encode, encode_strings
from termmine.types import Corpus


def split(segmenter: Segmenter, corpus: Corpus) -> list[list[int]]:
    """How long the words of each run are."""
    codes = np.asarray(corpus.codes)
    words = segmenter.words(codes)
    ends = np.flatnonzero(codes < FIRST_SYMBOL)[1:]
    lengths = []
    for i, end in enumerate(ends.tolist()):
        starts = words.position[words.string == i].tolist()
        lengths.append(np.diff([*starts, end]).tolist())
    return lengths


def weights(dictionary: Dictionary, corpus: Corpus) -> dict[naive.Ngram, float]:
    """The logarithm of each word's share, for words of one run that the corpus can hold."""
    known = set(corpus.alphabet.word_texts)
    freq: dict[naive.Ngram, int] = {}
    for word, f in zip(dictionary.words, dictionary.freq.tolist(), strict=True):
        runs = [run for document in naive.read(word) for run in document]
        if len(runs) == 1 and all(s.text in known or not s.is_word for s in runs[0]):
            ngram = tuple(s.text for s in runs[0])
            freq[ngram] = freq.get(ngram, 0) + f
    return {ngram: float(np.log(f) - np.log(dictionary.freq.sum())) for ngram, f in freq.items()}


@naive.compared("segment: routes")
@given(
    text=naive.dense_texts(max_size=40),
    words=st.lists(st.text(alphabet="甲乙丙のaAB ", min_size=1, max_size=4), min_size=1, max_size=12),
    data=st.data(),
)
def test_routes_are_the_naive_ones(text: str, words: list[str], data: st.DataObject) -> None:
    freq = data.draw(st.lists(st.sampled_from([1, 2, 4, 100]), min_size=len(words), max_size=len(words)))
    dictionary = Dictionary([*words, "丁"], np.array([*freq, 3]), np.array(["n"] * (len(words) + 1)), "random")
    corpus = encode([text])
    segmenter = Segmenter(dictionary, corpus.alphabet, IN_MEMORY)
    weight = weights(dictionary, corpus)
    runs = [[s.text for s in run] for document in naive.read(text) for run in document]
    expected = [naive.segment(run, weight, segmenter.default) for run in runs]
    assert split(segmenter, corpus) == [[len(word) for word in route] for route in expected]
    codes = np.asarray(corpus.codes)
    found = segmenter.words(codes)
    is_known = [word in weight for route in expected for word in route]
    assert (found.node != NO_WORD).tolist() == is_known
    if runs:
        whole = [tuple(run) in weight for run in runs]
        assert segmenter.is_word(codes, len(runs)).tolist() == whole
        probability = [sum(weight.get(word, segmenter.default) for word in route) for route in expected]
        np.testing.assert_allclose(
            segmenter.expected_freq(found, len(runs)), dictionary.freq.sum() * np.exp(probability), rtol=1e-9
        )


def test_a_run_of_many_windows_is_cut_into_windows() -> None:
    n = 50 if naive.TINY else 3 * WINDOW + 100
    text = "".join(np.random.default_rng(2).choice(list("甲乙丙"), n))
    dictionary = Dictionary(["甲乙", "乙丙", "丙甲乙", "甲"], np.array([5, 7, 2, 9]), np.array(["n"] * 4), "small")
    corpus = encode([text])
    segmenter = Segmenter(dictionary, corpus.alphabet, IN_MEMORY)
    weight = weights(dictionary, corpus)
    expected: list[int] = []
    for at in range(0, n, WINDOW):
        route = naive.segment(text[at : at + WINDOW], weight, segmenter.default)
        expected += [len(word) for word in route]
    assert split(segmenter, corpus) == [expected]


def test_a_symbol_alone_is_a_way_only_where_no_word_begins() -> None:
    """With 甲 alone as another way, 甲 乙丙丁 would win here, which jieba does not take."""
    dictionary = Dictionary(["甲乙", "乙丙丁"], np.array([1, 1000]), np.array(["n", "n"]), "small")
    corpus = encode(["甲乙丙丁"])
    assert split(Segmenter(dictionary, corpus.alphabet, IN_MEMORY), corpus) == [[2, 1, 1]]


def test_the_dictionary_is_jiebas_file_cell_by_cell() -> None:
    package = importlib.util.find_spec("jieba")
    assert package is not None
    assert package.origin is not None
    lines = Path(package.origin).with_name("dict.txt").read_text(encoding="utf-8").splitlines()
    words, freq, tags = zip(*map(str.split, lines), strict=True)
    full = jieba_dictionary()
    assert full.words == list(words)
    assert full.freq.tolist() == list(map(int, freq))
    assert full.tags.tolist() == [tag[0] for tag in tags]


def test_jiebas_own_route_without_its_hmm() -> None:
    full = jieba_dictionary()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(logging.WARNING)
    rng = np.random.default_rng(3)
    han = np.array([word for word in full.words if all("\u4e00" <= c <= "\u9fa5" for c in word)])
    known = set(full.words)
    odd = np.array([c for c in sorted({word[0] for word in han}) if c not in known])  # begin words, and are none
    texts = [
        "".join([*rng.choice(han, n), *rng.choice(odd, 2), *rng.choice(han, 2)])
        for n in range(2, 10)
        for _ in range(3 if naive.TINY else 50)
    ]
    characters = set("".join(texts))
    inside = [i for i, word in enumerate(full.words) if characters.issuperset(word)]
    rest = int(full.freq.sum() - full.freq[inside].sum())  # carried by a word that no text holds
    dictionary = Dictionary(
        [*(full.words[i] for i in inside), "𠀀𠀀"],
        np.append(full.freq[inside], rest),
        np.array(["n"] * (len(inside) + 1)),
        "part",
    )
    corpus = encode(["\n".join(texts)])
    expected = [[len(word) for word in jieba.cut(text, HMM=False)] for text in texts]
    assert split(Segmenter(dictionary, corpus.alphabet, IN_MEMORY), corpus) == expected


def test_the_dictionary_under_an_alphabet() -> None:
    """Words that fold to the same one are one; words with unknown letters or punctuation are left out."""
    corpus = encode(["C++编译器，T恤"])
    dictionary = Dictionary(
        ["C++", "c++", "T恤", "B超", "一、二", "编译器"],
        np.array([2, 3, 4, 5, 6, 7]),
        np.array(["n", "n", "n", "n", "m", "n"]),
        "test",
    )
    segmenter = Segmenter(dictionary, corpus.alphabet, IN_MEMORY)
    codes, _ = encode_strings(["c++", "T恤", "编译器", "编译"], corpus.alphabet)
    words = segmenter.words(codes)
    assert segmenter.freq[words.node[words.node >= 0]].tolist() == [5, 4, 7]
    assert segmenter.is_word(codes, 4).tolist() == [True, True, True, False]
    assert segmenter.tags(words).tolist() == ["n", "n", "n", "", ""]
    assert segmenter.total == 27
    assert segmenter.n_symbols == 2 + 3 + 4 * 2 + 7 * 3
