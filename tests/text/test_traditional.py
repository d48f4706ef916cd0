"""--fold t2s: the figures are the same in whatever mixture of traditional and simplified a text is written."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import termmine
from support import naive
from support.command import ENCYCLOPEDIA, POWER, SAMPLE, run
from termmine import UsageError
from termmine.kernels.codes import AFTER_BLANK, FIRST_SYMBOL
from termmine.options import make_options
from termmine.pipeline import run_discovery
from termmine.runtime.arrays import IN_MEMORY
from termmine.text.alphabet import empty_alphabet
from termmine.text.characters import character_tables
from termmine.text.encode import encode, encode_strings
from termmine.text.traditional import simplified

TABLE = simplified()


def mixed(text: str) -> str:
    """A text with every second character that has a traditional form in that."""
    traditional = {simple: code for code, simple in TABLE.items()}
    return "".join(chr(traditional.get(ord(c), ord(c))) if i % 2 else c for i, c in enumerate(text))


def test_the_table() -> None:
    pairs = {"體": "体", "變": "变", "壓": "压", "於": "于", "乾": "干", "薴": "苎"}
    assert {a: chr(TABLE[ord(a)]) for a in pairs} == pairs
    assert not {ord(c) for c in "体变压于干苎著了机电"} & TABLE.keys()
    assert not TABLE.keys() & set(TABLE.values())
    assert len(TABLE) > 3000


def test_folding_leaves_everything_else_as_it_was() -> None:
    plain, folded = character_tables(None), character_tables("t2s")
    assert np.array_equal(plain.kinds, folded.kinds)
    assert np.array_equal(plain.nfkc, folded.nfkc)
    assert set(np.flatnonzero(plain.fold != folded.fold).tolist()) == TABLE.keys()


@given(st.text("变變压壓器gG 。\n\uf9d0类類", max_size=40))
def test_a_corpus_is_the_same_in_either_script(text: str) -> None:
    simple = text.translate(TABLE).replace("\uf9d0", "类")
    corpus, expected = encode([text], fold="t2s"), encode([simple], fold="t2s")
    codes, variants = np.asarray(corpus.codes), np.asarray(corpus.variants).reshape(-1, 2)
    assert np.array_equal(codes, np.asarray(expected.codes))
    forms = (variants[:, 1] & ~AFTER_BLANK).tolist()
    written = {int(place): chr(code) for place, code in zip(variants[:, 0], forms, strict=True) if code < 0x110000}
    symbols = [written.get(i, chr(c)) for i, c in enumerate(codes.tolist()) if FIRST_SYMBOL <= c < 0x110000]
    assert symbols == [c for c in text.replace("\uf9d0", "類") if c in "变變压壓器类類"]


def test_words_are_looked_up_in_either_script() -> None:
    for words in (["變壓器", "绝缘"], ["变压器", "絕緣"]):
        codes, which = encode_strings(words, empty_alphabet(IN_MEMORY, "t2s"))
        assert "".join(chr(c) for c in codes.tolist() if c) == "变压器绝缘"
        assert which.tolist() == [0, 1]


@pytest.mark.skipif(naive.TINY, reason="the sample is too large for uncompiled kernels")
@pytest.mark.parametrize("with_background", [True, False])
def test_a_discovery_is_the_same_in_either_script(tmp_path: Path, with_background: bool) -> None:
    for path in (POWER, ENCYCLOPEDIA, SAMPLE / "power_terms.txt"):
        (tmp_path / path.name).write_text(mixed(path.read_text(encoding="utf-8")), encoding="utf-8")

    def found(folder: Path) -> pd.DataFrame:
        background = folder / ENCYCLOPEDIA.name if with_background else None
        options = make_options(fold="t2s", like=str(folder / "power_terms.txt"))
        result = run_discovery(folder / POWER.name, background, options)
        assert str(result.signature["fold"]).startswith("OpenCC ")
        terms = result.terms
        return terms.assign(term=terms["term"].str.translate(TABLE)).sort_values(["score", "term"], ignore_index=True)

    ours, expected = found(tmp_path), found(SAMPLE)
    assert len(expected) > 20
    pd.testing.assert_frame_equal(ours, expected, check_exact=True)


@pytest.mark.skipif(naive.TINY, reason="jieba's dictionary is too large for uncompiled kernels")
def test_the_commonest_form_is_shown_as_it_is_written() -> None:
    text = "更換變壓器，檢查變壓器。拆下變壓器；修变压器，变压器。"
    terms = termmine.discover([text], fold="t2s", min_freq=5)
    assert terms["term"].tolist() == ["變壓器"]
    assert terms["known"].tolist() == [True]
    assert terms["freq"].tolist() == [5]


def test_opencc_is_missing() -> None:
    simplified.cache_clear()
    with mock.patch.dict(sys.modules, {"opencc": None}), pytest.raises(UsageError) as error:
        simplified()
    assert re.fullmatch(
        r"--fold t2s needs the package opencc, which is not installed: run (pip|.+ -m pip) install opencc",
        str(error.value),
    )


def test_lists_are_compared_in_either_script(tmp_path: Path) -> None:
    texts = {"gold.txt": "變壓器\n绝缘\n", "list.csv": "term,score\n变压器,2\n絕緣,1\n", "corpus.jsonl": ""}
    texts["corpus.jsonl"] = '{"正文": "變压器絕缘"}\n' * 5
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    gold, ranking, corpus = (tmp_path / name for name in texts)
    options = ["--corpus", corpus, "--field", "正文", "--json"]
    folded = json.loads(run("evaluate", ranking, "--gold", gold, *options, "--fold", "t2s").out)
    assert (folded["gold"]["relevant"], folded["lists"][0]["n"]) == (2, 2)
    assert folded["lists"][0]["scores"]["R@20000"] == 1
    apart = run("evaluate", ranking, "--gold", gold, *options)
    assert (apart.code, apart.out) == (1, b"")
    assert apart.err.startswith(f"termmine: error: {gold}: none of its terms occurs 5 times in the corpus: ")
