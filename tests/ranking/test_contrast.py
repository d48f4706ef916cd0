"""Thresholds by example: what scores as well as nine in ten of the good terms stays, and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import termmine
from support import naive
from support.command import ENCYCLOPEDIA, POWER, SAMPLE, Run, run
from termmine import TermmineError
from termmine.options import make_options
from termmine.pipeline import Discovery, run_discovery
from termmine.ranking.contrast import LIKE_QUANTILE, score_like

pytestmark = pytest.mark.skipif(naive.TINY, reason="jieba's dictionary is too large for uncompiled kernels")

GOOD = SAMPLE / "power_terms.txt"


@pytest.fixture(scope="module")
def everything() -> Discovery:
    """What is found in the sample without any example."""
    return run_discovery(POWER, ENCYCLOPEDIA, make_options())


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A file for good terms."""
    return tmp_path / "good.txt"


def naive_threshold(found: Discovery, terms: list[str]) -> float:
    """The score that the tenth of the good candidates that scores worst stays below."""
    columns = found.analysis.columns
    texts = map(naive.fold, found.analysis.table.texts(columns["row"]))
    wanted = {naive.fold("".join(s.written for s in naive.read(term)[0][0])) for term in terms}
    scores = sorted(score for text, score in zip(texts, columns["score"], strict=True) if text in wanted)
    return scores[(len(scores) - 1) // 10]


# --- the threshold ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scores", [[3.0], [1.0, 2.0], [*range(1, 11)], [*range(1, 12)], [*range(1, 22)], [5.0] * 12])
def test_the_quantile_is_the_lower_one(scores: list[float]) -> None:
    """Of 10 good terms the worst decides, of 11 the second worst; rows that are no candidates do not count."""
    columns = {"row": np.array([*range(len(scores)), 100]), "score": np.array([*scores[::-1], -9.0])}
    least = score_like(columns, columns["row"][:-1])
    assert least == sorted(scores)[(len(scores) - 1) // 10]
    assert sum(score >= least for score in scores) >= (1 - LIKE_QUANTILE) * len(scores)
    assert score_like(columns, columns["row"][:-1] + 1000) == 0.0


@pytest.mark.parametrize("n", [1, 11, 236])
def test_what_scores_as_well_as_the_good_terms_is_kept(everything: Discovery, good: Path, n: int) -> None:
    terms = GOOD.read_text(encoding="utf-8").split("\n")[:-1][-n:]
    assert len(terms) == n
    good.write_text("\n".join(terms), encoding="utf-8")
    least = naive_threshold(everything, terms)
    found = termmine.discover(POWER, ENCYCLOPEDIA, like=str(good))
    expected = everything.terms[everything.terms["score"] >= least]
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    assert 0 < len(found) < len(everything.terms)
    assert found["score"].min() == least  # a good term's own


def test_the_command_says_what_it_came_to(everything: Discovery) -> None:
    terms = GOOD.read_text(encoding="utf-8").split("\n")[:-1]
    least = naive_threshold(everything, terms)
    result = run("discover", POWER, "-b", ENCYCLOPEDIA, "--like", GOOD, "-f", "txt")
    assert result.code == 0
    n_found = int(re.fullmatch(r"termmine: --like: (\d+) of 236 good terms .+\n", result.err)[1])
    assert 150 < n_found < 236
    assert result.err == f"termmine: --like: {n_found} of 236 good terms are candidates: --min-score {least:.6g}\n"
    kept = everything.terms["term"][everything.terms["score"] >= least]
    assert result.out.decode() == "".join(f"{term}\n" for term in kept)
    quiet = run("discover", POWER, "-b", ENCYCLOPEDIA, "--like", GOOD, "-f", "txt", "-q")
    assert quiet == Run(0, result.out, "")


def test_the_higher_threshold_wins(everything: Discovery, good: Path) -> None:
    good.write_text("断路器\n", encoding="utf-8")
    (least,) = everything.terms["score"][everything.terms["term"] == "断路器"]
    for given in (0.5 * least, 1.2 * least):
        found = termmine.discover(POWER, ENCYCLOPEDIA, like=str(good), min_score=given)
        expected = everything.terms[everything.terms["score"] >= max(least, given)]
        pd.testing.assert_frame_equal(found, expected, check_exact=True)
        assert found.attrs["signature"]["options"]["min_score"] == max(least, given)
    assert "断路器" not in set(found["term"])


def test_the_signature_repeats_the_list(good: Path, tmp_path: Path) -> None:
    """With the threshold that it came to, to the last digit, and without the file."""
    good.write_text("断路器\n绝缘电阻\n继电保护\n", encoding="utf-8")
    meta = tmp_path / "meta.json"
    result = run("discover", POWER, "-b", ENCYCLOPEDIA, "-q", "--like", good, "--meta", meta)
    options = json.loads(meta.read_text(encoding="utf-8"))["options"]
    assert options["like"] == str(good)
    assert run("discover", POWER, "-b", ENCYCLOPEDIA, "-q", "--min-score", options["min_score"]).out == result.out


def test_any_measure(good: Path) -> None:
    good.write_text("断路器\n变压器\n", encoding="utf-8")
    everything = termmine.discover(POWER, ENCYCLOPEDIA, measure="keyness")
    least = everything["score"][everything["term"].isin(["断路器", "变压器"])].min()
    found = termmine.discover(POWER, ENCYCLOPEDIA, measure="keyness", like=str(good))
    pd.testing.assert_frame_equal(found, everything[everything["score"] >= least], check_exact=True)


def test_good_terms_that_score_below_0(good: Path) -> None:
    everything = termmine.discover(POWER, ENCYCLOPEDIA, measure="log_ratio")
    assert everything["score"].iloc[-1] < 0
    good.write_text(everything["term"].iloc[-1], encoding="utf-8")
    found = termmine.discover(POWER, ENCYCLOPEDIA, measure="log_ratio", like=str(good))
    pd.testing.assert_frame_equal(found, everything, check_exact=True)


@pytest.mark.parametrize("text", ["\ufeff断路器\t名词\r\n变压器\t名词\r\n", "\n 断路器 \n\n变压器\n变压器\n没有的词"])
def test_other_forms_of_a_list(everything: Discovery, good: Path, text: str) -> None:
    good.write_bytes(text.encode())
    least = everything.terms["score"][everything.terms["term"].isin(["断路器", "变压器"])].min()
    assert termmine.discover(POWER, ENCYCLOPEDIA, like=str(good))["score"].min() == least


# --- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (None, "no such file or directory: check the path"),
        ("\n \n", "holds no words: give a file with one word a line"),
        (
            "卷积神经网络\n压器\n的\n",
            "none of its 3 terms is a candidate of this corpus: give terms that occur in it, or use --min-score",
        ),
    ],
)
def test_errors(good: Path, text: str | None, line: str) -> None:
    """Neither a fragment nor a single character is a candidate."""
    if text is not None:
        good.write_text(text, encoding="utf-8")
    result = run("discover", POWER, "-b", ENCYCLOPEDIA, "--like", good, "-q")
    assert result == Run(1, b"", f"termmine: error: {good}: {line}\n")
    with pytest.raises(TermmineError, match=re.escape(line)):
        termmine.discover(POWER, ENCYCLOPEDIA, like=str(good))
