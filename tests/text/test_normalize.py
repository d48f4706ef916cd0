"""The one folding of strings: the same characters as the kernel makes of a corpus."""

from __future__ import annotations

import unicodedata

import pytest

from termmine.kernels.encode import BREAK, COMPOSING, HAN, IGNORED, WORD
from termmine.text.characters import character_tables
from termmine.text.encode import encode
from termmine.text.normalize import folded, normal_form
from termmine.types import spell


@pytest.mark.parametrize("folding", [None, "t2s"])
def test_every_character_is_folded_as_the_kernel_folds_it(folding: str | None) -> None:
    """Each letter, digit and Han character of Unicode, between two others that hold it in a word or a run."""
    kinds = character_tables(folding).kinds
    characters = [
        chr(code)
        for code in range(len(kinds))
        if kinds[code] in (WORD, HAN) and unicodedata.category(chr(code)) not in ("Cn", "Cs", "Co")
    ]
    assert len(characters) > 90_000
    corpus = encode(["".join(f"{character}\n" for character in characters)], fold=folding)
    codes = [code for code in corpus.codes.read(0, len(corpus.codes)).tolist() if code > 3]
    assert [spell([code], corpus.alphabet.word_texts) for code in codes] == [folded(c, folding) for c in characters]


def test_what_is_ignored_and_what_grows_when_it_is_folded() -> None:
    """Zero-width spaces come with what is copied from the web; İ and ς have a lower case of their own in Python."""
    for term, expected in {
        "变压\u200b器": "变压器",
        "İP地址": "İp地址",
        "ΟΔΟΣ路": "οδοσ路",
        "οδος": "οδος",
        "ß": "ß",
    }.items():
        corpus = encode([term])
        codes = [code for code in corpus.codes.read(0, len(corpus.codes)).tolist() if code > 3]
        assert spell(codes, corpus.alphabet.word_texts) == expected == normal_form(term)


def test_the_kinds_that_are_not_letters() -> None:
    kinds = character_tables(None).kinds
    assert (kinds[ord("。")], kinds[0x200B], kinds[0x0301]) == (BREAK, IGNORED, COMPOSING)
