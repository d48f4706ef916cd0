"""Text -> symbols, runs, documents: the character automaton against `naive.read`, and the text model case by case."""

import itertools
import sys
import unicodedata
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import naive
from termmine import types
from termmine.kernels.codes import AFTER_BLANK, DOCUMENT_END, FIRST_SYMBOL, FIRST_WORD, RUN_END, SOURCE_END, UNKNOWN
from termmine.runtime.arrays import IN_MEMORY
from termmine.runtime.job import Job
from termmine.text import pieces
from termmine.text.alphabet import empty_alphabet, translation
from termmine.text.corpus import CorpusBuilder
from termmine.text.encode import encode, encode_frozen, encode_strings
from termmine.text.pieces import _characters
from termmine.types import Corpus, spell


def decode(corpus: Corpus) -> list[naive.Document]:
    """A corpus back as documents of runs of symbols."""
    words, forms, firsts = corpus.alphabet.word_texts, corpus.alphabet.form_texts, corpus.alphabet.first_forms
    written = dict(np.asarray(corpus.variants).reshape(-1, 2).tolist())
    blanks = {place for place, form in written.items() if form >= AFTER_BLANK}
    documents: list[naive.Document] = [[[]]]
    for i, code in enumerate(np.asarray(corpus.codes).tolist()):
        if code in (DOCUMENT_END, SOURCE_END):
            documents.append([[]])
        elif code == RUN_END:
            documents[-1].append([])
        elif code >= FIRST_WORD:
            form = forms[(written[i] & ~AFTER_BLANK) - FIRST_WORD] if i in written else firsts[code - FIRST_WORD]
            documents[-1][-1].append(naive.Symbol(words[code - FIRST_WORD], form, True, i in blanks))
        else:
            form = chr(written.get(i, code) & ~AFTER_BLANK)
            documents[-1][-1].append(naive.Symbol(chr(code), form, False, i in blanks))
    with_runs = [[run for run in document if run] for document in documents]
    return [document for document in with_runs if document]


def symbols(text: str, document: str = "line") -> list[list[list[str]]]:
    return [[[s.text for s in run] for run in doc] for doc in decode(encode([text], document=document))]


def assert_same(a: Corpus, b: Corpus) -> None:
    """Equal codes, variants, words and sizes."""
    np.testing.assert_array_equal(a.codes, b.codes)
    np.testing.assert_array_equal(a.variants, b.variants)
    assert (a.n_symbols, a.n_documents) == (b.n_symbols, b.n_documents)
    assert list(a.alphabet.form_texts) == list(b.alphabet.form_texts)
    assert list(a.alphabet.word_texts) == list(b.alphabet.word_texts)
    assert list(a.alphabet.first_forms) == list(b.alphabet.first_forms)


# --- against the naive twin ------------------------------------------------------------------------------------------


@naive.compared("encode: runs and documents")
@given(text=naive.texts(), document=st.sampled_from(["line", "file"]))
def test_runs_and_documents_are_the_naive_ones(text: str, document: str) -> None:
    corpus = encode([text], document=document)
    expected = naive.read(text, document)
    assert decode(corpus) == expected
    assert corpus.n_symbols == naive.n_symbols(expected)
    assert corpus.n_documents == len(expected)


@naive.compared("encode: any blocks")
@given(
    text=naive.texts(),
    places=st.lists(st.integers(0, 150), max_size=12),
    document=st.sampled_from(["line", "file"]),
)
def test_the_blocks_that_a_text_comes_in_do_not_matter(text: str, places: list[int], document: str) -> None:
    whole = encode([text], document=document)
    assert_same(encode(naive.cut(text, places), document=document), whole)
    assert_same(encode(list(text), document=document), whole)


@naive.compared("encode: pieces and threads")
@given(
    text=naive.texts(),
    places=st.lists(st.integers(0, 150), max_size=12),
    document=st.sampled_from(["line", "file"]),
    piece=st.integers(1, 30),
    threads=st.integers(1, 4),
    spilled=st.booleans(),
)
def test_pieces_threads_and_memory_do_not_matter(
    text: str, places: list[int], document: str, piece: int, threads: int, spilled: bool
) -> None:
    whole = encode([text], document=document, job=Job(threads=1))
    with (
        mock.patch.object(pieces, "PIECE", piece),
        mock.patch.object(Job, "left", lambda _: 0 if spilled else 1 << 30),
    ):
        cut = encode(naive.cut(text, places), document=document, job=Job(threads=threads))
        assert_same(cut, whole)
        frozen = list(encode_frozen(naive.cut(text, places), whole.alphabet, document=document))
    np.testing.assert_array_equal(np.concatenate(frozen), whole.codes)


def test_of_a_large_string_a_piece_at_a_time_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    characters = _characters

    def measured(text: str) -> np.ndarray:
        sizes.append(len(text))
        return characters(text)

    monkeypatch.setattr(pieces, "PIECE", 100)
    monkeypatch.setattr(pieces, "_characters", measured)
    assert encode(["甲乙丙。" * 1000]).n_symbols == 3000
    assert sum(sizes) == 4000
    assert max(sizes) == 100


@naive.compared("encode: corpora put together")
@given(
    texts=st.lists(naive.texts(max_size=12), min_size=1, max_size=4),
    as_corpus=st.lists(st.booleans(), min_size=4, max_size=4),
    document=st.sampled_from(["line", "file"]),
    segment=st.integers(1, 30),
)
def test_a_corpus_is_the_same_whatever_it_was_put_together_from(
    texts: list[str], as_corpus: list[bool], document: str, segment: int
) -> None:
    at_once, together = CorpusBuilder(document), CorpusBuilder(document)
    with mock.patch.object(types, "SEGMENT", segment):
        for text, is_corpus in zip(texts, as_corpus, strict=False):
            at_once.add_text([text])
            if is_corpus and encode([text]).n_symbols:
                together.add_corpus(encode([text], document=document))
            else:
                together.add_text([text])
    assert_same(together.finish(), at_once.finish())


@naive.compared("encode: translation")
@given(text=naive.texts(), other=naive.texts())
def test_codes_under_another_alphabet(text: str, other: str) -> None:
    source, target = encode([text]), encode([other])
    codes, words = np.asarray(source.codes), translation(source.alphabet, target.alphabet, IN_MEMORY)
    translated = [int(words[c - FIRST_WORD]) if c >= FIRST_WORD else c for c in codes.tolist()]
    np.testing.assert_array_equal(translated, np.concatenate(list(encode_frozen([text], target.alphabet))))


@naive.compared("encode: any characters")
@given(text=st.text(max_size=40))
def test_any_character_is_read_as_the_text_model_says(text: str) -> None:
    assigned = "".join(c for c in text if unicodedata.category(c) != "Cn")
    assert decode(encode([assigned])) == naive.read(assigned)


def test_every_character_in_every_position() -> None:
    ranges = [range(0x3500), range(0x9FF0, 0x20010), range(0x2F7F0, 0x2FA20), range(0xE0000, 0xE0200)]
    codes = [code for block in ranges for code in block[:: 997 if naive.TINY else 1]]
    characters = [chr(code) for code in codes if unicodedata.category(chr(code)) not in ("Cn", "Co")]
    plain, marked = [], []  # where there are no marks, NFKC is done by table
    for c in characters:
        if naive.kind(c) not in "NT":
            has_mark = "M" in {naive.kind(part) for part in unicodedata.normalize("NFKC", c)}
            (marked if has_mark else plain).append(f"甲{c}乙。a{c}b。{c}{c}。a {c} 甲{c}")
    for lines in (plain, marked):
        text = "\n。".join(lines)
        assert decode(encode([text])) == naive.read(text)


def test_a_mark_is_never_parted_from_its_letter() -> None:
    size = 1 << 20  # a text of more than one internal block
    text = "甲" * (size - 1) + "e\u0301" + "甲" * 3 + "é"
    assert list(encode([text]).alphabet.word_texts) == ["é"]


def test_thousands_of_words() -> None:
    words = [f"W{i % 9000}a{i}" for i in range(2000 if naive.TINY else 20_000)]
    text = " ".join(words) + "，" + " ".join(words).lower()
    corpus = encode(naive.cut(text, [5000, 5001, 70_000]))
    assert list(corpus.alphabet.first_forms) == words
    assert corpus.n_symbols == 2 * len(words) == len(corpus.variants)


# --- known strings under the alphabet of a corpus --------------------------------------------------------------------


@naive.compared("encode: known strings")
@given(text=naive.texts(), strings=st.lists(naive.texts(max_size=4), max_size=8))
def test_known_strings_are_those_of_one_run_without_unknown_words(text: str, strings: list[str]) -> None:
    corpus = encode([text])
    codes, which = encode_strings(strings, corpus.alphabet)
    known = {s.text for doc in naive.read(text) for run in doc for s in run}
    expected = []
    for i, string in enumerate(strings):
        runs = [run for doc in naive.read(string) for run in doc]
        if len(runs) == 1 and all(s.text in known or not s.is_word for s in runs[0]):
            expected.append((i, [s.text for s in runs[0]]))
    ends = np.flatnonzero(codes < FIRST_SYMBOL)
    runs = [codes[a + 1 : b].tolist() for a, b in itertools.pairwise(ends)]
    words = corpus.alphabet.word_texts
    found = [[words[c - FIRST_WORD] if c >= FIRST_WORD else chr(c) for c in run] for run in runs]
    assert list(zip(which.tolist(), found, strict=True)) == expected
    assert ends[0] == 0
    assert ends[-1] == len(codes) - 1


def test_a_frozen_alphabet_takes_no_word_in() -> None:
    corpus = encode(["GPU 加速"])
    codes = np.concatenate(list(encode_frozen(["gpu加速TPU加"], corpus.alphabet)))
    assert codes.tolist() == [RUN_END, FIRST_WORD, ord("加"), ord("速"), UNKNOWN, ord("加"), SOURCE_END]
    assert list(corpus.alphabet.word_texts) == ["gpu"]


# --- the text model, case by case ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("K线图A股账户", [["k", "线", "图", "a", "股", "账", "户"]]),
        ("5G基站，糖类抗原19-9", [["5g", "基", "站"], ["糖", "类", "抗", "原", "19-9"]]),
        ("β受体阻滞剂 C++编译器", [["β", "受", "体", "阻", "滞", "剂", "c++", "编", "译", "器"]]),
        ("TCP/IP协议 k-means 10kV", [["tcp/ip", "协", "议", "k-means", "10kv"]]),
        ("R&D O'Reilly snake_case C#", [["r&d", "o'reilly", "snake_case", "c#"]]),
        ("ＧＰＵ　加速 gpu加速", [["gpu", "加", "速", "gpu", "加", "速"]]),
        ("air motor  leap motion", [["air", "motor"], ["leap", "motion"]]),
        ("电力 系统", [["电", "力"], ["系", "统"]]),
        ("电\ufe0f力\u200b系\ufeff统 G\u00adPU", [["电", "力", "系", "统", "gpu"]]),
        ("ver. 2.0.", [["ver"], ["2.0"]]),
        ("-5℃", [["5"], ["c"]]),
        ("①㎏ﬁ", [["1kgfi"]]),
        ("𠀀𠮷ガ々〇", [["𠀀", "𠮷", "ガ", "々", "〇"]]),
        ("ｶﾞス", [["ガ", "ス"]]),
        ("甲\t乙(丙)", [["甲"], ["乙"], ["丙"]]),
        ("a" * 64 + "甲" + "b" * 65 + "乙", [["a" * 64, "甲"], ["乙"]]),
        ("a" * 63 + "+甲" + "b" * 64 + "+乙", [["a" * 63 + "+", "甲"], ["乙"]]),
        ("a" + "+" * 200 + "甲", [["甲"]]),
        ("a" + "-" * 200 + "甲", [["a"], ["甲"]]),
        ("a" + "-" * 200 + "b甲", [["甲"]]),
        ("", []),
        ("。，\x00\x1f😀\ud800", []),
    ],
)
def test_symbols_and_runs(text: str, runs: list[list[str]]) -> None:
    assert symbols(text) == ([runs] if runs else [])
    assert [[s.text for s in run] for doc in naive.read(text) for run in doc] == runs


def test_what_a_document_is() -> None:
    text = "甲\n\n乙\r\n丙\u2028丁\x1e戊。己\x1c庚"
    assert [len(doc) for doc in symbols(text)] == [1, 1, 1, 1, 2, 1]
    assert [len(doc) for doc in symbols(text, "file")] == [4, 2, 1]
    codes = np.asarray(encode([text]).codes)
    assert codes[codes < FIRST_SYMBOL].tolist() == [
        RUN_END, DOCUMENT_END, DOCUMENT_END, DOCUMENT_END, DOCUMENT_END, RUN_END, SOURCE_END,
        SOURCE_END,
    ]  # fmt: skip


def test_the_written_form_is_kept_and_the_counted_form_is_folded() -> None:
    corpus = encode(["GPU加速 gpu加速 Gpu加速"])
    (document,) = decode(corpus)
    assert [s.written for s in document[0] if s.is_word] == ["GPU", "gpu", "Gpu"]
    assert list(corpus.alphabet.word_texts) == ["gpu"]
    assert spell(corpus.codes.read(1, 4), corpus.alphabet.first_forms) == "GPU加速"


def test_codes_begin_and_end_with_a_separator() -> None:
    for text in ("", "。", "甲", "甲。", "甲\n", "\n甲乙 a"):
        codes = np.asarray(encode([text]).codes)
        separators = codes < FIRST_SYMBOL
        assert separators[0]
        assert separators[-1]
        assert not (separators[:-1] & separators[1:]).any()
    assert encode([]).n_documents == encode([""]).n_documents == encode(["。"]).n_documents == 0


def test_one_line_of_any_length() -> None:
    n = 2000 if naive.TINY else 3_000_000  # several internal blocks
    corpus = encode(["变电站" * n])
    assert (corpus.n_symbols, corpus.n_documents) == (3 * n, 1)
    assert (np.asarray(corpus.codes)[1:-1].reshape(-1, 3) == [ord(c) for c in "变电站"]).all()


def test_alphabet_without_words() -> None:
    assert empty_alphabet(IN_MEMORY).n_codes == FIRST_WORD
    assert sys.maxunicode < FIRST_WORD
