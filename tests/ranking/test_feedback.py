"""What verdicts teach: the model against its twin, and what the ranking makes of it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import termmine
from support import naive, naive_loop
from support.command import ENCYCLOPEDIA, POWER, Run, run
from termmine import TermmineError
from termmine.candidates.verdicts import UNDERSTOOD, Verdict, read_verdicts
from termmine.ranking.feedback import (
    MIN_JUDGED,
    Features,
    apply_feedback,
    evidence,
    fit,
    learn,
    percentile_log_odds,
    prior_mean,
    sigmoid,
)

needs_sample = pytest.mark.skipif(naive.TINY, reason="the sample is too large for uncompiled kernels")

# --- the model -------------------------------------------------------------------------------------------------------


@naive.compared("feedback: fit")
@given(data=st.data(), p=st.integers(1, 3), precision=st.sampled_from([1.0, 10.0, 1000.0]))
def test_the_fit_is_that_of_the_twin(data: st.DataObject, p: int, precision: float) -> None:
    row = st.lists(st.integers(-20, 20).map(lambda x: x / 10), min_size=p, max_size=p)
    rows = data.draw(st.lists(row, min_size=1, max_size=8))
    accepted = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    mean = prior_mean(p)
    given_rows, verdicts = np.array(rows), np.array(accepted, dtype=float)
    for start in (np.append(0.0, mean), np.full(p + 1, 3.0)):
        weights = fit(given_rows, verdicts, mean, precision, start)
        assert weights == pytest.approx(naive_loop.fit(rows, accepted, mean.tolist(), precision), abs=1e-4)


@pytest.mark.parametrize("precision", [1.0, 10.0])
def test_the_evidence_is_close_to_the_integral(precision: float) -> None:
    rows = [[x / 10] for x in range(-15, 16, 3)]
    accepted = [x > -4 for x in range(-15, 16, 3)]
    values, verdicts, mean = np.array(rows), np.array(accepted, dtype=float), prior_mean(1)
    weights = fit(values, verdicts, mean, precision, np.append(0.0, mean))
    exact = naive_loop.log_evidence(rows, accepted, 1.0, precision)
    assert evidence(values, verdicts, mean, precision, weights) == pytest.approx(exact, abs=0.15)


def test_percentiles_keep_the_order_and_share_ties() -> None:
    values = percentile_log_odds(np.array([3.0, -1.0, 3.0, 0.0]))
    assert values[0] == values[2] > values[3] > values[1]
    assert percentile_log_odds(np.array([1.0, 2.0])) == pytest.approx(np.array([-1, 1]) * np.log(3) * 3**0.5 / np.pi)


def _features(values: np.ndarray) -> Features:
    return Features({"score" if not i else f"x{i}": column for i, column in enumerate(values.T)})


@pytest.mark.parametrize("n", [5, 200, 5000])
@pytest.mark.parametrize("accepted", [True, False])
def test_verdicts_of_one_kind_move_next_to_nothing(n: int, accepted: bool) -> None:
    generator = np.random.default_rng(1)
    values = generator.normal(size=(2 * n, 4))
    model = learn(_features(values), np.arange(n), np.full(n, accepted))
    assert np.abs(model.weights - prior_mean(4)).max() < 0.1
    assert np.isfinite(model.intercept) and (model.intercept > 0) == accepted


def test_verdicts_that_follow_a_figure_teach_it() -> None:
    generator = np.random.default_rng(2)
    values = generator.normal(size=(1000, 4))
    accepted = values[:300, 2] > 0
    features = _features(values)
    model = learn(features, np.arange(300), accepted)
    assert np.argmax(np.abs(model.weights - prior_mean(4))) == 2
    probability = sigmoid(model.log_odds(features))[300:]
    assert np.mean((probability > 0.5) == (values[300:, 2] > 0)) > 0.85
    opposite = learn(features, np.arange(300), ~accepted)
    assert opposite.weights[2] < -1


def test_a_figure_counts_only_as_far_as_it_was_judged() -> None:
    values = np.column_stack([np.zeros(40), np.linspace(-1.0, 1.0, 40)])
    model = learn(_features(values), np.arange(40), values[:, 1] > 0)
    far = _features(np.array([[0.0, 1.0], [0.0, 9.0], [0.0, -1.0], [0.0, -9.0]]))
    log_odds = model.log_odds(far)
    assert log_odds[0] == log_odds[1] > log_odds[2] == log_odds[3]


def test_no_verdict_leaves_the_ranking() -> None:
    values = np.random.default_rng(3).normal(size=(50, 3))
    model = learn(_features(values), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool))
    assert (np.argsort(model.log_odds(_features(values))) == np.argsort(values[:, 0])).all()


# --- reading ---------------------------------------------------------------------------------------------------------


def test_verdicts_in_many_hands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cells = ["y", "N", " yes ", "no", "1", "0", "是", "否", "Ｙ", "", " ", "TRUE", "false", "对", "错"]
    cells += ["√", "×", "✔️", "X", "接受", "拒绝", "保留", "删除", "？", "待定"]
    rows = "".join(f"术语{i},{cell}\n" for i, cell in enumerate(cells))
    Path("a.csv").write_text("term,verdict\n" + rows, encoding="utf-8")
    verdicts = read_verdicts(["a.csv"])
    expected = [True, False, True, False, True, False, True, False, True, None, None, True, False, True, False]
    expected += [True, False, True, False, True, False, True, False, None, None]
    assert verdicts == {
        f"术语{i}": Verdict(value, "a.csv") for i, value in enumerate(expected) if value is not None
    }  # fmt: skip
    Path("b.csv").write_text("verdict,term\nn,术语 0\n,术语1\ny,术语2\nn,术语2\n", encoding="utf-8")
    later = read_verdicts(["a.csv", "b.csv"])
    assert (later["术语0"], later["术语1"], later["术语2"]) == (
        Verdict(False, "b.csv"), Verdict(False, "a.csv"), Verdict(False, "b.csv")
    )  # fmt: skip
    assert {term: verdict.overruled for term, verdict in later.items() if verdict.overruled} == {
        "术语0": "a.csv", "术语2": "b.csv"
    }  # fmt: skip


@pytest.mark.parametrize("heading", ["verdict", "Verdict", " VERDICT ", "审定", "审核"])
@pytest.mark.parametrize("term", ["term", "Term", "术语"])
def test_headings_are_understood_as_people_write_them(tmp_path: Path, heading: str, term: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{heading},{term}\n拒绝,变压器\n", encoding="utf-8")
    assert read_verdicts([str(path)]) == {"变压器": Verdict(False, str(path))}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "term,score\n甲乙,1\n",
            f"a.csv:1: has no column called verdict (or 审定): add one, and write into it {UNDERSTOOD}",
        ),
        (
            "甲乙\n",
            "a.csv:1: has no column called term: begin with a line that names the columns, as discover writes it",
        ),
        (
            "term,verdict\n\n甲乙,maybe\n",
            f"a.csv:3: the verdict on 甲乙 is 'maybe': write {UNDERSTOOD}, or leave the cell empty",
        ),
        (
            "term,verdict,审定\n甲乙,y,n\n",
            "a.csv:1: two columns are for verdict, verdict and 审定: rename one of them",
        ),
        ("term,verdict\n甲乙,\n", f"a.csv: holds no verdict: write into its column verdict {UNDERSTOOD}"),
    ],
)
def test_what_is_no_review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, line: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text(text, encoding="utf-8")
    assert run("discover", POWER, "--feedback", "a.csv") == Run(1, b"", f"termmine: error: {line}\n")
    with pytest.raises(TermmineError, match=re.escape(line)):
        read_verdicts(["a.csv"])


# --- in the list -----------------------------------------------------------------------------------------------------


@pytest.fixture
def plain() -> pd.DataFrame:
    return termmine.discover(POWER, ENCYCLOPEDIA)


def review(frame: pd.DataFrame, verdicts: list[str], path: Path) -> list[str]:
    frame.head(len(verdicts)).assign(verdict=verdicts).to_csv(path, index=False)
    return [str(path)]


@needs_sample
def test_rejected_terms_go_accepted_ones_stay(plain: pd.DataFrame, tmp_path: Path) -> None:
    verdicts = ["n" if i % 3 else "y" for i in range(60)]
    judged = plain.head(60)
    feedback = review(plain, verdicts, tmp_path / "reviewed.csv")
    terms = termmine.discover(POWER, ENCYCLOPEDIA, feedback=feedback, min_score=50)
    assert list(terms.columns) == [*plain.columns, "verdict", "probability"]
    accepted = set(judged["term"][::3])
    assert set(terms.loc[terms["verdict"] == "y", "term"]) == accepted
    assert not set(terms["term"]) & (set(judged["term"]) - accepted)
    assert (terms.loc[terms["verdict"] == "", "score"] >= 50).all()
    assert (np.diff(terms["probability"]) <= 0).all()
    assert terms["verdict"].tolist() == ["y"] * len(accepted) + [""] * (len(terms) - len(accepted))
    again = termmine.discover(POWER, ENCYCLOPEDIA, feedback=feedback, min_score=50)
    pd.testing.assert_frame_equal(terms, again)


@needs_sample
@pytest.mark.parametrize("verdict", ["y", "n"])
def test_a_few_verdicts_of_one_kind_leave_the_order(plain: pd.DataFrame, tmp_path: Path, verdict: str) -> None:
    feedback = review(plain, [verdict] * 5, tmp_path / "reviewed.csv")
    terms = termmine.discover(POWER, ENCYCLOPEDIA, feedback=feedback)
    rest = terms.loc[terms["verdict"] == "", "term"].head(200).tolist()
    before = plain["term"].iloc[5:].tolist()
    assert [abs(before.index(term) - i) for i, term in enumerate(rest)] < [20] * 200
    assert max(abs(before.index(term) - i) for i, term in enumerate(rest)) < 20


@needs_sample
def test_an_ending_is_learned(plain: pd.DataFrame, tmp_path: Path) -> None:
    """A reviewer who wants apparatus, …器, and nothing else."""
    verdicts = ["y" if term.endswith("器") else "n" for term in plain["term"].head(300)]
    terms = termmine.discover(POWER, ENCYCLOPEDIA, feedback=review(plain, verdicts, tmp_path / "reviewed.csv"))
    before = plain["term"].iloc[300:400].str.endswith("器").mean()
    after = terms.loc[terms["verdict"] == "", "term"].head(100).str.endswith("器").mean()
    assert after > 2 * before > 0


@needs_sample
def test_what_was_learned_is_told(plain: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "reviewed.csv"
    review(plain, ["n" if term.endswith("器") else "y" for term in plain["term"].head(100)], path)
    with path.open("a", encoding="utf-8") as file:
        file.write("神经网络" + "," * len(plain.columns) + "y\n")
    result = run("discover", POWER, "-b", ENCYCLOPEDIA, "--feedback", path, "--top", 5)
    assert re.fullmatch(
        r"termmine: --feedback: 101 verdicts \(\d+ y, \d+ n\), 100 of them on candidates; "
        r"weights: score \+\d\.\d\d \(before: \+1\.00\)(, [^,]+ [+-]\d\.\d\d)+\n",
        result.err,
    )
    assert "last 器 -" in result.err
    assert result.out.decode().startswith(",".join([*plain.columns, "verdict", "probability"]))


@needs_sample
def test_feedback_goes_with_every_measure(plain: pd.DataFrame, tmp_path: Path) -> None:
    feedback = review(plain, ["y", "n"] * 20, tmp_path / "reviewed.csv")
    for measure in ("keyness", "log_odds", "c_value"):
        terms = termmine.discover(POWER, ENCYCLOPEDIA, feedback=feedback, measure=measure, top=30)
        assert len(terms) == 30
        assert terms["probability"].is_monotonic_decreasing


def test_what_was_judged_both_ways_is_told() -> None:
    names = ["score", "general_ratio", "freq", "npmi", "free_entropy", "noun_fit", "burstiness", "pattern", "known"]
    columns = {name: np.linspace(1.0, 2.0, 9) for name in [*names, "length"]}
    terms = [f"甲乙{i}" for i in range(9)]
    verdicts = {term: Verdict(False, "b.csv", "a.csv" if i < 7 else "") for i, term in enumerate(terms)}
    assert (
        "9 of them on candidates, 7 judged both ways, of which the last counts: "
        "甲乙0 (n in b.csv), 甲乙1 (n in b.csv), 甲乙2 (n in b.csv), "
        "甲乙3 (n in b.csv), 甲乙4 (n in b.csv) and 2 more; "
    ) in apply_feedback(columns, terms, verdicts).told


def test_characters_at_the_ends_need_several_verdicts() -> None:
    n = 30
    names = ["score", "general_ratio", "freq", "npmi", "free_entropy", "noun_fit", "burstiness", "pattern", "known"]
    columns = {name: np.linspace(1.0, 2.0, n) for name in [*names, "length"]}
    terms = [f"甲{i}器" if i < MIN_JUDGED else f"乙{i}机" for i in range(n)]
    verdicts = {term: Verdict(term.endswith("器"), "r.csv") for term in terms[: MIN_JUDGED + 2]}
    lesson = apply_feedback(columns, terms, verdicts)
    assert lesson.verdicts == ["y"] * MIN_JUDGED + ["n"] * 2 + [""] * (n - MIN_JUDGED - 2)
    assert "机" not in lesson.told
    assert (lesson.merit[:MIN_JUDGED].min() > lesson.merit[MIN_JUDGED:].max()) and len(lesson.merit) == n
