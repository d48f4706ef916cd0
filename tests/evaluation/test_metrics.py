"""Ranked lists against a gold list: each figure equals its naive twin to the last digit, and the intervals make sense.

The twin in `naive` is written from the definitions that the figures of all tools are compared by.
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import naive
from support.command import Run, run
from termmine import __version__
from termmine.evaluation import metrics
from termmine.evaluation.metrics import RESAMPLES, Judged
from termmine.evaluation.report import evaluate_lists, tables
from termmine.readers.source import open_files

FIGURES = ["P@100", "P@500", "P@1000", "P@5000", "R@1000", "R@5000", "R@20000", "F1@1000", "F1@5000", "AP", "ceil"]


def term(i: int) -> str:
    """A term of two characters or more for each number."""
    return "甲乙丙丁戊己庚辛壬癸"[i % 10] + chr(0x4E00 + i // 10) + "站" * (i % 7)


def random_list(rng: np.random.Generator, n_gold: int, n_ranked: int, share: float) -> tuple[list[str], set[str]]:
    """A gold list, and a ranked one in which about that share of the terms are good, more of them near the top."""
    gold = {term(i) for i in range(n_gold)}
    good = rng.random(n_ranked) < share * np.linspace(1.5, 0.5, max(n_ranked, 1))[:n_ranked]
    numbers = iter(rng.permutation(n_gold).tolist())
    ranked = [term(next(numbers, n_gold + i) if is_good else n_gold + i) for i, is_good in enumerate(good)]
    return ranked, gold


@pytest.fixture(autouse=True)
def _few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of them shows the same relations; what the number matters to asks for `all_resamples`."""
    monkeypatch.setattr(metrics, "RESAMPLES", RESAMPLES // 10)


@pytest.fixture
def all_resamples(monkeypatch: pytest.MonkeyPatch, _few_resamples: None) -> None:
    monkeypatch.setattr(metrics, "RESAMPLES", RESAMPLES)


def judge(ranked: list[str], gold: set[str], relevant: set[str] | None = None) -> Judged:
    return metrics.judge(ranked, frozenset(gold), sorted(gold if relevant is None else relevant))


# --- the figures -----------------------------------------------------------------------------------------------------


@naive.compared("evaluate: figures")
@given(
    seed=st.integers(0, 10**6),
    n_gold=st.integers(0, 1500),
    n_ranked=st.one_of(st.integers(0, 30), st.integers(0, 1500), st.integers(900, 1100)),
    share=st.sampled_from([0.0, 0.02, 0.3, 0.9, 2.0]),
    part=st.sampled_from([0.0, 0.5, 1.0]),
)
def test_every_figure_is_the_naive_one(seed: int, n_gold: int, n_ranked: int, share: float, part: float) -> None:
    rng = np.random.default_rng(seed)
    ranked, gold = random_list(rng, n_gold, n_ranked, share)
    relevant = set(sorted(gold)[: round(part * len(gold))])
    found = metrics.scores(judge(ranked, gold, relevant))
    assert found == naive.figures(ranked, gold, relevant)
    assert list(found) == FIGURES
    assert all(type(value) is float for value in found.values())


@pytest.mark.parametrize(("n_gold", "share"), [(3000, 0.1), (22_000, 0.9), (30_000, 0.95)])
def test_lists_that_are_longer_than_the_depth(n_gold: int, share: float) -> None:
    """A relevant term beyond 20,000 counts for ceil alone, and more relevant terms than that are not asked for."""
    ranked, gold = random_list(np.random.default_rng(4), n_gold, 25_000, share)
    found = metrics.scores(judge(ranked, gold))
    assert found == naive.figures(ranked, gold, gold)
    assert found["ceil"] > found["R@20000"] > found["R@5000"]


def test_the_last_rank_that_counts() -> None:
    ranked = [term(i) for i in range(20_002)]
    for at, gain in ((19_999, 1 / 20_000), (20_000, 0.0)):
        found = metrics.scores(judge(ranked, {ranked[at]}))
        assert found["AP"] == gain
        assert found["R@20000"] == (gain > 0)
        assert found["ceil"] == 1.0


def test_a_list_that_is_shorter_than_k() -> None:
    """k is the denominator all the same."""
    found = metrics.scores(judge(["变电站", "电站", "的"], {"变电站", "电站", "换流站", "母线"}))
    assert found["P@100"] == 0.02
    assert found["P@5000"] == 0.0004
    assert found["R@1000"] == found["R@20000"] == found["ceil"] == found["AP"] == 0.5
    assert found["F1@1000"] == pytest.approx(2 * 0.002 * 0.5 / 0.502)


def test_the_worked_example_of_average_precision() -> None:
    """Relevant at ranks 1, 3 and 6 of 10, and one not found: (1/1 + 2/3 + 3/6 + 0) / 4."""
    ranked = [term(100 + i) for i in range(10)]
    gold = {ranked[0], ranked[2], ranked[5], term(0)}
    assert metrics.average_precision(judge(ranked, gold)) == pytest.approx((1 + 2 / 3 + 3 / 6) / 4)


def test_nothing_relevant_and_nothing_ranked() -> None:
    for judged in (judge(["变电站"], set()), judge([], {"变电站"}), judge([], set()), judge(["变电站"], {"电站"})):
        assert set(metrics.scores(judged).values()) == {0.0}
        assert set(metrics.intervals(judged).values()) == {(0.0, 0.0)}


@pytest.mark.parametrize(("precision", "recall", "expected"), [(0, 0, 0), (1, 1, 1), (0.5, 0.25, 1 / 3), (0, 1, 0)])
def test_f1(precision: float, recall: float, expected: float) -> None:
    assert metrics.f1(precision, recall) == metrics.f1(recall, precision) == pytest.approx(expected)


def test_the_order_beyond_the_relevant_terms_changes_nothing() -> None:
    """Terms that are in no gold list may change places, or names."""
    ranked, gold = random_list(np.random.default_rng(1), 300, 500, 0.3)
    others = iter([term(10_000 + i) for i in range(500)])
    renamed = [name if name in gold else next(others) for name in ranked]
    assert metrics.scores(judge(renamed, gold)) == metrics.scores(judge(ranked, gold))
    assert metrics.intervals(judge(renamed, gold)) == metrics.intervals(judge(ranked, gold))


# --- the intervals ---------------------------------------------------------------------------------------------------

some_lists = [
    random_list(np.random.default_rng(seed), n_gold, n_ranked, share)
    for seed, (n_gold, n_ranked, share) in enumerate(
        [(50, 20, 0.5), (300, 1200, 0.3), (2000, 1500, 0.7), (900, 3000, 0.05), (3, 8, 0.5), (700, 700, 1.0)]
    )
]


@pytest.mark.parametrize(("ranked", "gold"), some_lists)
def test_intervals_hold_the_figures_and_come_out_again(ranked: list[str], gold: set[str]) -> None:
    judged = judge(ranked, gold)
    found = metrics.intervals(judged)
    assert found.keys() == set(FIGURES)
    for name, value in metrics.scores(judged).items():
        low, high = found[name]
        assert 0.0 <= low <= value <= high <= 1.0
    assert json.dumps(found) == json.dumps(metrics.intervals(judge(ranked, gold)))


def test_an_interval_narrows_with_more_terms() -> None:
    widths = []
    for n in (40, 400, 4000):
        ranked = [term(i if i % 2 else 10**5 + i) for i in range(n)]
        low, high = metrics.intervals(judge(ranked, {term(i) for i in range(n)}))["AP"]
        widths.append(high - low)
    assert widths[0] > 2 * widths[1] > 4 * widths[2] > 0


@pytest.mark.usefixtures("all_resamples")
def test_a_binomial_share_has_the_textbook_interval() -> None:
    """p +- 1.96 sqrt(p (1 - p) / n), for 50 of 100."""
    low, high = metrics.intervals(judge([term(i) for i in range(100)], {term(i) for i in range(50)}))["P@100"]
    assert low == pytest.approx(0.5 - 1.96 * 0.05, abs=0.011)
    assert high == pytest.approx(0.5 + 1.96 * 0.05, abs=0.011)


def test_where_all_are_good_there_is_no_doubt() -> None:
    ranked = [term(i) for i in range(5000)]
    judged = judge(ranked, set(ranked), set(ranked[:1000]))
    found = metrics.intervals(judged)
    for name in ("P@100", "P@500", "P@1000", "P@5000", "R@1000", "R@5000", "R@20000", "ceil", "AP", "F1@1000"):
        assert found[name] == (1.0, 1.0), name
    assert found["F1@5000"] == (1.0, 1.0)


def test_where_none_is_good_there_is_no_doubt() -> None:
    judged = judge([term(i) for i in range(5000)], {"变电站", "电站"})
    assert set(metrics.intervals(judged).values()) == {(0.0, 0.0)}


# --- paired differences ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ranked", "gold"), some_lists)
def test_a_list_does_not_differ_from_itself(ranked: list[str], gold: set[str]) -> None:
    found = metrics.paired_differences(judge(ranked, gold), judge(list(ranked), gold))
    assert found.keys() == set(FIGURES) - {"F1@1000", "F1@5000"}
    assert set(found.values()) == {(0.0, 0.0, 0.0)}


@pytest.mark.parametrize("pair", [*pairwise(range(len(some_lists)))])
def test_differences_are_antisymmetric(pair: tuple[int, int]) -> None:
    (one, gold), (other, _) = (some_lists[i] for i in pair)
    first, second = judge(one, gold), judge(other, gold)
    there, back = metrics.paired_differences(first, second), metrics.paired_differences(second, first)
    scores = [metrics.scores(judged) for judged in (first, second)]
    for name, (value, low, high) in there.items():
        assert value == scores[0][name] - scores[1][name] == -back[name][0]
        assert low - 1e-12 <= value <= high + 1e-12, name
        assert low == pytest.approx(-back[name][2], abs=0.05)
        assert high == pytest.approx(-back[name][1], abs=0.05)
    assert json.dumps(there) == json.dumps(metrics.paired_differences(first, second))


def test_paired_differences_are_surer_than_two_intervals() -> None:
    """Two lists that share all but their first places differ for sure, though each figure alone is unsure."""
    ranked, gold = random_list(np.random.default_rng(3), 500, 1000, 0.5)
    worse = [name for name in ranked if name not in gold][:20]
    worse += [name for name in ranked if name not in worse]
    first, second = judge(ranked, gold), judge(worse, gold)
    value, low, high = metrics.paired_differences(first, second)["AP"]
    mine, theirs = metrics.intervals(first)["AP"], metrics.intervals(second)["AP"]
    assert 0 < low <= value <= high
    assert mine[0] < theirs[1]
    assert high - low < mine[1] - mine[0]


# --- bands -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ranked", "gold"), some_lists)
def test_bands_add_up(ranked: list[str], gold: set[str]) -> None:
    relevant = sorted(gold)
    occurrences = {name: 5 + 3 * i % 200 for i, name in enumerate(relevant)}
    judged = metrics.judge(ranked, frozenset(gold), relevant)
    records = metrics.by_band(judged, relevant, occurrences)
    assert [record["band"] for record in records] == [
        "length 2", "length 3", "length 4", "length 5-6", "length 7+",
        "freq 5-9", "freq 10-29", "freq 30-99", "freq 100+",
    ]  # fmt: skip
    for kind in ("length", "freq"):
        bands = [record for record in records if record["band"].startswith(kind)]
        assert sum(band["n"] for band in bands) == len(relevant)
        assert sum(band["n"] * band["R@20000"] for band in bands) == pytest.approx(
            len(relevant) * metrics.recall_at(judged, 20_000)
        )
        assert sum(band["n"] * band["mean_gain"] for band in bands) == pytest.approx(
            len(relevant) * metrics.average_precision(judged)
        )
    assert metrics.by_band(judged, relevant, None) == records[:5]


def test_bands_are_what_they_say() -> None:
    occurrences = {"电站": 9, "变电站": 10, "换流站": 100, "变电站站": 30, "变压器油温": 29, "一二三四五六": 5}
    relevant = sorted(occurrences)
    records = metrics.by_band(metrics.judge(["变电站", "电站"], frozenset(relevant), relevant), relevant, occurrences)
    found = {record["band"]: (record["n"], record["R@20000"], record["mean_gain"]) for record in records}
    assert found == {
        "length 2": (1, 1.0, 1.0),
        "length 3": (2, 0.5, 0.5),
        "length 4": (1, 0.0, 0.0),
        "length 5-6": (2, 0.0, 0.0),
        "length 7+": (0, 0.0, 0.0),
        "freq 5-9": (2, 0.5, 0.5),
        "freq 10-29": (2, 0.5, 0.5),
        "freq 30-99": (1, 0.0, 0.0),
        "freq 100+": (1, 0.0, 0.0),
    }


# --- the command -----------------------------------------------------------------------------------------------------

LINE = "变电站与换流站，gpu加速。变电所内 GPU加速，ＧＰＵ加速\n"
GOLD = "变电站\tnote\n换流站\nＧＰＵ 加速\n变电所\n断路器\n站\ngpu\n"
OURS = "term,score\r\n变电站,9\r\n站,8\r\n的了,7\r\nGPU加速,6\r\n变 电 站,5\r\n断路器,4\r\n"
THEIRS = "换流站\n与换\n变电站\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory of its own with lists, a gold list and a corpus, so that messages name short paths."""
    monkeypatch.chdir(tmp_path)
    files = {"corpus.txt": LINE * 4 + "变电站变电站，换流站", "gold.txt": GOLD, "ours.csv": OURS, "theirs.txt": THEIRS}
    for name, text in files.items():
        Path(name).write_text(text, encoding="utf-8", newline="")


def report(*arguments: object) -> dict[str, object]:
    """What `termmine evaluate --json` writes."""
    result = run("evaluate", *arguments, "--json")
    assert (result.code, result.err) == (0, "")
    assert result.out.endswith(b"\n")
    return json.loads(result.out)


@pytest.mark.parametrize("with_corpus", [True, False])
def test_the_command_scores_files_as_the_twin_does(with_corpus: bool) -> None:
    gold = set(naive.comparable(line.split("\t")[0] for line in GOLD.splitlines()))
    corpus = Path("corpus.txt").read_text(encoding="utf-8")
    relevant = {name for name in gold if naive.count_string(name, corpus) >= 5} if with_corpus else gold
    rankings = [[line.split(",")[0] for line in OURS.split("\r\n")[1:]], THEIRS.split("\n")]

    found = report("ours.csv", "theirs.txt", "--gold", "gold.txt", *["--corpus", "corpus.txt"] * with_corpus)
    assert relevant == {"变电站", "换流站", "gpu加速"} | ({"变电所", "断路器"} if not with_corpus else set())
    assert found["termmine"] == __version__
    assert found["gold"] == {"name": "gold.txt", "n": 5, "relevant": len(relevant)}
    assert found["corpus"] == ["corpus.txt"] * with_corpus
    assert found["min_occurrences"] == (5 if with_corpus else 0)
    for one, name, ranking in zip(found["lists"], ("ours.csv", "theirs.txt"), rankings, strict=True):
        ranked = naive.comparable(ranking)
        assert (one["name"], one["n"]) == (name, len(ranked))
        assert one["scores"] == naive.figures(ranked, gold, relevant)
        assert len(one["bands"]) == (9 if with_corpus else 5)
    first, second = (one["scores"] for one in found["lists"])
    (pair,) = found["differences"]
    assert (pair["first"], pair["second"]) == ("ours.csv", "theirs.txt")
    for name, (value, _, _) in pair["differences"].items():
        assert value == first[name] - second[name]


@pytest.mark.usefixtures("all_resamples")
def test_the_tables_show_what_the_json_holds() -> None:
    result = run("evaluate", "ours.csv", "theirs.txt", "-g", "gold.txt", "-c", "corpus.txt")
    assert (result.code, result.err) == (0, "")
    assert result.out.decode() == tables(report("ours.csv", "theirs.txt", "-g", "gold.txt", "-c", "corpus.txt"))
    lines = result.out.decode().splitlines()
    assert lines[:3] == [
        f"# gold 5 terms, relevant 3; termmine {__version__}; 95 % intervals",
        "# ours.csv: 4 terms",
        "P@100\t0.0300\t[0.0000, 0.0700]",
    ]
    assert [line for line in lines if line.startswith("#")][1:] == [
        "# ours.csv: 4 terms",
        "# by band\tn\tR@20000\tmean gain",
        "# theirs.txt: 3 terms",
        "# by band\tn\tR@20000\tmean gain",
        "# ours.csv minus theirs.txt",
    ]
    assert "length 3\t2\t0.5000\t0.5000" in lines


def test_the_same_bytes_each_time() -> None:
    first, second = (run("evaluate", "ours.csv", "theirs.txt", "-g", "gold.txt", "--json") for _ in range(2))
    assert first == second


def test_three_lists_are_compared_with_the_first() -> None:
    Path("copy.csv").write_bytes(Path("ours.csv").read_bytes())
    found = report("ours.csv", "theirs.txt", "copy.csv", "-g", "gold.txt")
    assert [one["name"] for one in found["lists"]] == ["ours.csv", "theirs.txt", "copy.csv"]
    assert [(pair["first"], pair["second"]) for pair in found["differences"]] == [
        ("ours.csv", "theirs.txt"),
        ("ours.csv", "copy.csv"),
    ]
    assert all(value == [0.0, 0.0, 0.0] for value in found["differences"][1]["differences"].values())


def test_the_library_gives_what_the_command_writes() -> None:
    found = evaluate_lists([Path("ours.csv")], Path("gold.txt"), open_files(["corpus.txt"]))
    assert json.loads(json.dumps(found)) == report("ours.csv", "-g", "gold.txt", "-c", "corpus.txt")


def test_several_corpora_and_standard_input() -> None:
    for i in range(5):
        Path(f"{i}.txt").write_text("断路器", encoding="utf-8")
    parts = [argument for i in range(5) for argument in ("-c", f"{i}.txt")]
    assert report("ours.csv", "-g", "gold.txt", *parts)["gold"]["relevant"] == 1
    result = run("evaluate", "-", "-g", "gold.txt", "--json", stdin=OURS.encode())
    assert json.loads(result.out)["lists"][0]["scores"] == report("ours.csv", "-g", "gold.txt")["lists"][0]["scores"]


def test_a_list_with_nothing_to_compare() -> None:
    """A header alone, or terms without a Han character: a list that finds nothing, not an error."""
    Path("none.csv").write_text("term,score\ngpu,9\n", encoding="utf-8")
    (one,) = report("none.csv", "-g", "gold.txt")["lists"]
    assert one["n"] == 0
    assert set(one["scores"].values()) == {0.0}
    assert all(interval == [0.0, 0.0] for interval in one["intervals"].values())


@pytest.mark.parametrize(
    ("arguments", "line", "code"),
    [
        (["ours.csv"], "Missing option '-g' / '--gold': see termmine evaluate --help", 2),
        (["-g", "gold.txt"], "Missing argument 'LISTS...': see termmine evaluate --help", 2),
        (["ours.csv", "-g", "no.txt"], "no.txt: no such file or directory: check the path", 1),
        (["no.csv", "-g", "gold.txt"], "no.csv: no such file or directory: check the path", 1),
        (["ours.csv", "-g", "gold.txt", "-c", "no"], "no: no such file or directory: check the path", 1),
        (["ours.csv", "-g", "empty.txt"], "empty.txt: holds no words: give a file with one word a line", 1),
        (["ours.csv", "empty.txt", "-g", "gold.txt"], "empty.txt: is empty: give a ranked list of terms", 1),
        (
            ["ours.csv", "-g", "latin.txt"],
            "latin.txt: holds no term of two characters with a Han character: give one term a line",
            1,
        ),
        (
            ["ours.csv", "-g", "gold.txt", "-c", "latin.txt"],
            "gold.txt: none of its terms occurs 5 times in the corpus: "
            "give the corpus that the lists were made from, or leave --corpus out",
            1,
        ),
        (
            ["binary.csv", "-g", "gold.txt"],
            "binary.csv: is a binary file: give plain text, or name the --encoding if it is UTF-16",
            1,
        ),
    ],
)
def test_errors(arguments: list[str], line: str, code: int) -> None:
    Path("empty.txt").write_text("\n", encoding="utf-8")
    Path("latin.txt").write_text("gpu\n站\n", encoding="utf-8")
    Path("binary.csv").write_bytes(b"\x00\x01\x02\xff")
    for form in ([], ["--json"]):
        assert run("evaluate", *arguments, *form) == Run(code, b"", f"termmine: error: {line}\n")


def test_a_list_named_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "terms.txt"
    path.write_text("断路器\n", encoding="utf-8")
    done = run("evaluate", path, path, "-g", path)
    expected = "termmine: error: the same list is given more than once: name each list once\n"
    assert (done.code, done.out, done.err) == (2, b"", expected)
