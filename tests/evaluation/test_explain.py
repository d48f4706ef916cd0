"""Why a string is, or is not, in the list: every verdict against the list itself, every number against plain counts."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest

import termmine
from support import naive
from support.command import ENCYCLOPEDIA, POWER, SAMPLE, Run, run
from support.tables import ngrams
from termmine import types
from termmine.counting.engines import LocalEngine
from termmine.evaluation.explain import MOST, as_text, explain
from termmine.measures import MEASURES
from termmine.options import DiscoverOptions, make_options
from termmine.pipeline import Analysis, Discovery, analyse, run_discovery
from termmine.readers.source import open_source
from termmine.runtime.job import Job

pytestmark = pytest.mark.skipif(naive.TINY, reason="jieba's dictionary is too large for uncompiled kernels")

BACKGROUND = ["今天我们看见了站长，用的是电。" * 5, "他说测了很多把，改了吧。" * 5]

#: Terms among many neighbours, fragments of them, a bound string, other cases and widths, kana, a run without Han.
LINES = [
    *(f"{a}变电站{b}" for a, b in product(("", "看", "用", "测"), ("", "吧", "呢", "了"))),
    *(f"{a}GPU 加速{b}。gpu加速" for a, b in product("把改", "吗啊")),
    *(f"{a}ＧＰＵ加速卡{b}" for a, b in product("看用测", "吧呢")),
    *(f"买保湿隔离{b}，カタカナ" for b in "霜乳液膏"),
    *("5G网，哈哈哈哈", "哈哈哈，５g 网"),
    "一二三四五六七八九十甲，一二三四五六七八九十甲",
]
TEXT = "\n".join(LINES)


@lru_cache
def _discovered(options: DiscoverOptions) -> Discovery:
    return run_discovery(LINES, BACKGROUND, options)


def discovered(**options: object) -> Discovery:
    """What is found in `LINES`, up to five symbols; each set of options is run once."""
    return _discovered(make_options(max_length=5, **options))


def analysed(**options: object) -> Analysis:
    return discovered(**options).analysis


def records(analysis: Analysis, *terms: str) -> list[dict[str, Any]]:
    return explain(analysis, terms)


def verdict(term: str, **options: object) -> str:
    """Why a term of `LINES` is, or is not, in the list."""
    (record,) = records(analysed(**options), term)
    assert record["term"] == term
    return record["verdict"]


@pytest.fixture(scope="module")
def sample() -> Discovery:
    return run_discovery(POWER, ENCYCLOPEDIA, make_options())


# --- the verdict -----------------------------------------------------------------------------------------------------

DEFAULT: dict[str, object] = {}
NESTED = {"min_independence": 0.03, "min_doc_freq": 3, "min_log_ratio": 4.0}
BOUND = {"min_independence": 0.0, "min_cohesion": 3.8, "min_right_entropy": 1.5}
BY_KEYNESS = {"measure": "keyness", "min_keyness": 5.0, "min_score": 13.0}
ANY_SCRIPT = {"any_script": True, "min_independence": 0.5, "top": 4}
OPTIONS = [DEFAULT, NESTED, BOUND, BY_KEYNESS, ANY_SCRIPT]


def failing_rule(
    ngram: naive.Ngram, table: dict[naive.Ngram, naive.Counts], size: int, options: DiscoverOptions
) -> str:
    """The first rule about units that an n-gram does not meet, by its option; empty if it meets all."""
    counts = table[ngram]
    han = any("\u4e00" <= c <= "\u9fa5" for symbol in ngram for c in symbol)
    is_word = re.fullmatch(r"[0-9a-z+]+", ngram[0]) is not None
    freq = {other: counts.freq for other, counts in table.items()}
    passes = {
        "Han character": is_word or len(ngram) > 1 if options.any_script else len(ngram) > 1 and han,
        "min-doc-freq": len(counts.documents) >= options.min_doc_freq,
        "min-cohesion": options.min_cohesion is None or naive.cohesion(ngram, freq, size) >= options.min_cohesion,
        "min-left-entropy": naive.entropy(counts.left) >= options.min_left_entropy,
        "min-right-entropy": naive.entropy(counts.right) >= options.min_right_entropy,
    }
    return next((rule for rule, met in passes.items() if not met), "")


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_every_ngram_gets_the_verdict_that_the_list_shows(options: dict[str, object]) -> None:
    result = discovered(**options)
    analysis, chosen = result.analysis, result.analysis.options
    rank = {naive.fold(term).replace(" ", ""): i for i, term in enumerate(result.terms["term"], 1)}
    absorbed = dict(zip(result.absorbed["term"].map(naive.fold), result.absorbed["absorbed_by"], strict=True))

    documents = [document for line in LINES for document in naive.read(line)]
    table = naive.count_ngrams(documents, chosen.min_freq, chosen.max_length)
    terms = [naive.fold(text).replace(" ", "") for text in analysis.table.texts(np.arange(len(analysis.table)))]
    seen = Counter[str]()
    for ngram, term, record in zip(ngrams(analysis.table), terms, explain(analysis, terms), strict=True):
        told = record["verdict"]
        rule = failing_rule(ngram, table, naive.n_symbols(documents), chosen)
        if term in rank:
            assert told == f"kept: number {rank[term]} of {len(rank)}"
            assert record["rank"] == rank[term]
        elif rule == "Han character":
            assert told.startswith("dropped: it is not one that has ")
            assert "min-" not in told
        elif term in absorbed:
            longer = absorbed[term]
            n = table[tuple(s.text for s in naive.read(longer)[0][0])].freq
            assert told == (
                f"absorbed: it hardly ever occurs outside {longer}, which occurs {n} times (--min-independence)"
            )
            assert record["absorbed_by"] == longer
        elif rule:
            assert told.startswith("dropped: it is not one that has a ")
            assert told.endswith(f"(--{rule})")
        else:
            assert "score" in record
            assert "dropped: it is not one that has" in told or told == f"below the first {len(rank)} (--top)"
        assert ("rank" in record) == (term in rank)
        seen[told.split(":")[0].split(" (")[0]] += 1
    assert seen["kept"] == len(rank)
    assert seen["absorbed"] == len(absorbed)
    assert (len(absorbed) > 0) == (chosen.min_independence > 0)
    assert seen["dropped"] > 0
    assert (seen[f"below the first {len(rank)}"] > 0) == ("top" in options)


#: Whatever occurs at all is a candidate.
ALL = {"min_freq": 1, "min_left_entropy": 0.0, "min_right_entropy": 0.0, "min_independence": 0.0}

NO_RUN = "cannot be a term: it is not one unbroken stretch of characters and words"


@pytest.mark.parametrize(
    ("term", "options", "expected"),
    [
        ("变电", DEFAULT, "absorbed: it hardly ever occurs outside 变电站, which occurs 16 times (--min-independence)"),
        ("站", DEFAULT, "dropped: it is not one that has two symbols with a Han character among them"),
        ("カタ", DEFAULT, "dropped: it is not one that has two symbols with a Han character among them"),
        ("タ", ANY_SCRIPT, "dropped: it is not one that has a word or two symbols"),
        ("哈哈", NESTED, "dropped: it is not one that has a doc_freq of 3 or more (--min-doc-freq)"),
        ("变电站", BOUND, "dropped: it is not one that has a cohesion of 3.8 or more (--min-cohesion)"),
        ("保湿隔离", BOUND, "dropped: it is not one that has a left_entropy of 0.5 or more (--min-left-entropy)"),
        ("GPU加速卡", BOUND, "dropped: it is not one that has a right_entropy of 1.5 or more (--min-right-entropy)"),
        ("GPU加速", NESTED, "dropped: it is not one that has a log_ratio of 4 or more (--min-log-ratio)"),
        ("哈哈", BY_KEYNESS, "dropped: it is not one that has a keyness of 5 or more (--min-keyness)"),
        ("GPU加速", BY_KEYNESS, "dropped: it is not one that has a score of 13 or more (--min-score)"),
        ("GPU加速卡", ANY_SCRIPT, "below the first 4 (--top)"),
        ("离霜", ALL, "dropped: it is not one that has every factor of the score above 0"),
        ("离霜", DEFAULT, "not counted as an n-gram: it occurs 1 time, in 2 symbols; --min-freq is 2, --max-length 5"),
        (
            "一二三四五六",
            DEFAULT,
            "not counted as an n-gram: it occurs 2 times, in 6 symbols; --min-freq is 2, --max-length 5",
        ),
        ("变压站", DEFAULT, "does not occur in the corpus"),
        ("TPU加速", DEFAULT, "does not occur in the corpus"),
        ("站，变", DEFAULT, NO_RUN),
        ("变电站吧\n变电站呢", DEFAULT, NO_RUN),
        ("变 电站", DEFAULT, NO_RUN),
        ("", DEFAULT, NO_RUN),
    ],
)
def test_each_verdict(term: str, options: dict[str, object], expected: str) -> None:
    assert verdict(term, **options) == expected


def test_the_ranks_of_the_sample(sample: Discovery) -> None:
    terms = list(termmine.discover(POWER, ENCYCLOPEDIA)["term"])
    places = [*range(0, len(terms), 97), len(terms) - 1]
    for place, record in zip(places, records(sample.analysis, *(terms[place] for place in places)), strict=True):
        assert record["rank"] == place + 1
        assert record["verdict"] == f"kept: number {place + 1} of {len(terms)}"


@pytest.mark.parametrize("options", [{"measure": "keyness", "top": 30}, {"like": "power_terms.txt", "min_freq": 4}])
def test_the_command_gives_the_rank_under_the_same_options(
    options: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(SAMPLE)
    flags = [part for name, value in options.items() for part in ("--" + name.replace("_", "-"), value)]
    listed = run("discover", "power.txt", "-b", "encyclopedia.txt", "-q", "-f", "txt", *flags).out.decode().split("\n")
    told = run("explain", *listed[:21:4], "--json", *CORPUS, *flags).out.decode().splitlines()
    assert [json.loads(line)["rank"] for line in told] == [1, 5, 9, 13, 17, 21]


def test_a_score_below_that_of_the_good_terms(tmp_path: Path) -> None:
    good = tmp_path / "good.txt"
    good.write_text("变电站\n", encoding="utf-8")
    least = f"{records(analysed(), '变电站')[0]['score']:g}"
    assert verdict("哈哈", like=str(good)) == (
        f"dropped: it is not one that has a score of {least} or more (--min-score)"
    )


# --- the numbers -----------------------------------------------------------------------------------------------------


def commonest(neighbours: Counter[str]) -> list[tuple[str, int]]:
    return sorted(neighbours.items(), key=lambda item: (-item[1], item[0]))[:MOST]


def test_every_number_is_the_naive_one() -> None:
    synthetic = analysed()
    documents = [document for line in LINES for document in naive.read(line)]
    size = naive.n_symbols(documents)
    table = naive.count_ngrams(documents, 2, 5)
    freq = {ngram: counts.freq for ngram, counts in table.items()}
    first_forms = {symbol.text: symbol.written for d in documents[::-1] for run in d[::-1] for symbol in run[::-1]}

    def named(neighbours: Counter[str | int]) -> Counter[str]:
        return Counter({"(edge)": naive.n_edges(neighbours)}) + Counter(
            {first_forms[symbol]: n for symbol, n in neighbours.items() if isinstance(symbol, str)}
        )

    rows = ngrams(synthetic.table)
    texts = synthetic.table.texts(np.arange(len(rows)))
    text_of = dict(zip(rows, texts, strict=True))
    for ngram, record in zip(rows, explain(synthetic, texts), strict=True):
        counts = table[ngram]
        assert (record["freq"], record["doc_freq"]) == (counts.freq, len(counts.documents))
        assert record["left_neighbours"] == commonest(named(counts.left))
        assert record["right_neighbours"] == commonest(named(counts.right))
        assert record["left_entropy"] == pytest.approx(naive.entropy(counts.left), abs=1e-6)
        assert record["right_entropy"] == pytest.approx(naive.entropy(counts.right), abs=1e-6)
        if len(ngram) > 1:
            weakest = record["weakest_split"]
            assert weakest["cohesion"] == pytest.approx(naive.cohesion(ngram, freq, size), abs=1e-9)
            splits = [(ngram[:i], ngram[i:]) for i in range(1, len(ngram))]
            (parts,) = (split for split in splits if [text_of[part] for part in split] == weakest["parts"])
            assert weakest["freq"] == [freq[part] for part in parts]
            assert math.log2(size * counts.freq / math.prod(weakest["freq"])) == pytest.approx(weakest["cohesion"])
        else:
            assert "weakest_split" not in record
        longer = {text_of[other]: freq[other] for other in rows if ngram in (other[:-1], other[1:])}
        assert all(longer[text] == n for text, n in record["longer"])
        assert [n for _, n in record["longer"]] == sorted(longer.values(), reverse=True)[:MOST]


def test_neighbours_and_counts_of_the_sample(sample: Discovery) -> None:
    runs = [run for document in naive.read(POWER.read_text(encoding="utf-8")) for run in document]
    folded = [[symbol.text for symbol in run] for run in runs]
    first_forms = {symbol.text: symbol.written for run in runs[::-1] for symbol in run[::-1]}
    terms = ["变电站", "220kV", "kV", "的", "一", "断路器", "sf6", "继电保护装置", "隔离开关", "压器"]
    for term, record in zip(terms, records(sample.analysis, *terms), strict=True):
        ngram = tuple(symbol.text for symbol in naive.read(term)[0][0])
        places = naive.places(folded, ngram)
        assert record["freq"] == len(places)
        for side, name in enumerate(("left_neighbours", "right_neighbours")):
            if places:
                found = Counter(first_forms[place[side][0]] if place[side] else "(edge)" for place in places)
                assert record[name] == commonest(found)
            else:
                assert name not in record


def test_a_corpus_in_many_segments_is_explained_alike(sample: Discovery) -> None:
    terms = ["变电站", "220kV", "的", "继电保护装置", "压器"]
    whole = records(sample.analysis, *terms)
    with mock.patch.object(types, "SEGMENT", 50):
        assert records(sample.analysis, *terms) == whole


def test_what_is_not_in_the_table_is_counted_all_the_same() -> None:
    rare, long = records(analysed(), "离霜", "一二三四五六")
    assert (rare["freq"], long["freq"]) == (1, 2)
    assert (rare["left_neighbours"], rare["right_neighbours"]) == ([("隔", 1)], [("(edge)", 1)])
    assert (long["left_neighbours"], long["right_neighbours"]) == ([("(edge)", 2)], [("七", 2)])


@pytest.mark.parametrize("term", ["gpu加速", "GPU 加速", "ｇｐｕ加速", "Gpu\u3000加速", "\ufeffGPU加速", " GPU加速。"])
def test_case_width_and_blanks_do_not_matter(term: str) -> None:
    expected, found = records(analysed(), "GPU加速", term)
    assert found == {**expected, "term": term}
    assert found["rank"] == 4


def test_a_word_that_is_called_edge() -> None:
    lines = ["EDGE网。网，把EDGE网，用网"] * 2
    (record,) = explain(
        analyse(open_source(lines), open_source(BACKGROUND), make_options(), LocalEngine(Job())), ["网"]
    )
    assert sorted(n for _, n in record["left_neighbours"]) == [2, 2, 4]


# --- the ingredients -------------------------------------------------------------------------------------------------


def test_the_score_is_the_product_of_its_factors(sample: Discovery) -> None:
    scores = sample.terms.set_index("term")["score"][::150]
    for record in records(sample.analysis, *scores.index):
        factors = [value for name, value in record["ingredients"].items() if name.startswith("factor ")]
        assert min(factors) > 0
        assert record["score"] == scores[record["term"]]
        assert math.prod(factors) == pytest.approx(record["score"], rel=1e-12)


def test_a_vetoed_term_shows_the_factor_that_it_was() -> None:
    (record,) = records(analysed(**ALL), "离霜")
    factors = {name: value for name, value in record["ingredients"].items() if name.startswith("factor ")}
    assert record["score"] == 0.0
    assert [name for name, value in factors.items() if value <= 0] == ["factor attestation", "factor freedom"]


@pytest.mark.parametrize("measure", ["score", "keyness", "c_value"])
def test_the_ingredients_of_every_measure(measure: str) -> None:
    result = discovered(measure=measure)
    (record,) = records(result.analysis, "变电站")
    ingredients = record["ingredients"]
    assert ingredients["background_freq"] == 0.0
    assert all(type(value) is float for value in ingredients.values())
    assert any(name.startswith("factor ") for name in ingredients) == (measure == "score")
    assert set(ingredients) >= {name for name in MEASURES[measure].columns if name in result.analysis.columns}
    assert record["score"] == result.terms.set_index("term")["score"]["变电站"]


# --- the nearest -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "near"),
    [("变压站", "变电站"), ("断路机", "断路器"), ("继电保护装署", "继电保护装置"), ("龘龘", ""), ("abc", "")],
)
def test_the_nearest_that_occur(sample: Discovery, term: str, near: str) -> None:
    (record,) = records(sample.analysis, term)
    nearest = record["nearest"]
    assert len(nearest) <= MOST
    assert set(sample.terms["term"]).issuperset(nearest)
    assert all(set(term) & set(other) for other in nearest)
    assert near in nearest if near else not nearest


# --- the command -----------------------------------------------------------------------------------------------------

CORPUS = ["--corpus", "power.txt", "--background", "encyclopedia.txt"]


@pytest.fixture
def _in_the_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SAMPLE)


#: What it says of 变压器, a figure of the ranking being any number.
GOLDEN = """\
变压器: kept: number # of #
  freq: 31
  left neighbours: 主(7) 流(4) 电(4) (edge)(3) 的(3)
  right neighbours: 的(5) (edge)(2) 与(1) 中(1) 低(1)
  doc freq: 22
  left entropy: 3.6508
  right entropy: 4.5797
  weakest split: parts 变压 器, freq 31 163, cohesion 6.8949
  longer: 主变压器(7) 变压器的(5) 流变压器(4) 电变压器(4) 的变压器(3)
  score: #
  ingredients: background_freq 0.0000, general_ratio #, freq 31.0000, npmi 0.7422, known 1.0000, free_entropy #, \
noun_fit #, burstiness #, pattern #, shape #, unit_share #, edge_share #, company #, factor termhood #, \
factor attestation 3.4340, factor bond 0.7422, factor freedom #, factor noun_fit #, factor topicality #, \
factor pattern #, factor shape #, factor wholeness #, factor company #
  rank: #
"""


@pytest.mark.usefixtures("_in_the_sample")
def test_golden_text() -> None:
    result = run("explain", "变压器", *CORPUS)
    assert (result.code, result.err) == (0, "")
    assert re.fullmatch(re.escape(GOLDEN).replace(r"\#", r"\d+(?:\.\d{4})?"), result.out.decode())


@pytest.mark.usefixtures("_in_the_sample")
def test_text_and_json_say_the_same(sample: Discovery) -> None:
    terms = ["变压器", "压器", "变电", "不存在", "", "站", "sf6断路器", "变压器，"]
    expected = explain(sample.analysis, terms)
    text = run("explain", *terms, *CORPUS)
    assert text == Run(0, "".join(as_text(record) + "\n" for record in expected).encode(), "")
    lines = run("explain", *terms, *CORPUS, "--json").out.decode().splitlines()
    assert [json.loads(line) for line in lines] == json.loads(json.dumps(expected))
    assert [json.loads(line)["term"] for line in lines] == terms


@pytest.mark.usefixtures("_in_the_sample")
def test_no_term_at_all() -> None:
    result = run("explain", "", *CORPUS)
    assert result == Run(
        0,
        b": cannot be a term: it is not one unbroken stretch of characters and words\n  freq: 0\n  nearest: \n",
        "",
    )


@pytest.mark.usefixtures("_in_the_sample")
@pytest.mark.parametrize(
    ("arguments", "line", "code"),
    [
        (["变电站"], "Missing option '-c' / '--corpus': see termmine explain --help", 2),
        (CORPUS, "Missing argument 'TERMS...': see termmine explain --help", 2),
        (["变电站", "-c", "no.txt"], "no.txt: no such file or directory: check the path", 1),
        (["变电站", "-c", ""], "an input has an empty name: name a file, a directory (. for this one), or -", 2),
        (
            ["变电站", *CORPUS, "--min-freq", "999999"],
            "no term is left: nothing occurs 999999 times (--min-freq): lower that, or give more text",
            1,
        ),
    ],
)
def test_errors(arguments: list[str], line: str, code: int) -> None:
    assert run("explain", *arguments) == Run(code, b"", f"termmine: error: {line}\n")


def test_options_that_leave_nothing_are_explained_too() -> None:
    (record,) = records(analyse(open_source(POWER), None, make_options(min_log_ratio=99.0), LocalEngine(Job())), "负荷")
    assert record["verdict"] == "dropped: it is not one that has a log_ratio of 99 or more (--min-log-ratio)"
