"""Every formula against its naive twin, against published worked numbers, and in its relations."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from support import naive
from support.tables import build
from termmine.candidates.fragments import nesting
from termmine.errors import UsageError
from termmine.measures import (
    MEASURES,
    PRIOR_WEIGHT,
    branching_entropy,
    c_value,
    edge_share,
    find_measure,
    free_entropy,
    keyness,
    log_odds,
    log_ratio,
    log_ratio_bound,
    npmi,
    pmi,
    pooled_entropy,
    simple_maths,
    smoothed_ratio,
    weirdness,
    wholeness,
)
from termmine.runtime.arrays import IN_MEMORY

Counts = tuple[list[int], int, list[int], int]


@st.composite
def counts(draw: st.DrawFn) -> Counts:
    """f1, n1, f2, n2 of a few terms, from tiny corpora to ones that no 32 bits hold."""
    n1, n2 = (draw(st.sampled_from([10, 1000, 10**6, 10**11])) + draw(st.integers(0, 9)) for _ in range(2))
    sizes = [st.one_of(st.integers(0, min(n, 12)), st.integers(0, n)) for n in (n1, n2)]
    pairs = draw(st.lists(st.tuples(*sizes), min_size=1, max_size=6))
    return [a for a, _ in pairs], n1, [b for _, b in pairs], n2


def columns(given_counts: Counts) -> tuple[np.ndarray, int, np.ndarray, int]:
    f1, n1, f2, n2 = given_counts
    return np.array(f1, dtype=np.int64), n1, np.array(f2, dtype=np.int64), n2


def one(formula: object, f1: int, n1: int, f2: int, n2: int) -> float:
    """A contrast formula for one term."""
    return float(formula(np.array([f1]), n1, np.array([f2]), n2)[0])  # type: ignore[operator]


# --- against the naive twins -----------------------------------------------------------------------------------------


@settings(max_examples=15 if naive.TINY else 500)
@given(counts())
def test_contrast_measures(drawn: Counts) -> None:
    f1, n1, f2, n2 = drawn
    for formula, twin in (
        (keyness, naive.keyness),
        (log_ratio, naive.log_ratio),
        (log_ratio_bound, lambda *cells: naive.log_ratio_bound(*cells, len(f1))),
        (log_odds, lambda *cells: naive.log_odds(*cells, PRIOR_WEIGHT)),
        (weirdness, naive.weirdness),
        (simple_maths, naive.simple_maths),
    ):
        expected = [twin(a, n1, b, n2) if a < n1 and b < n2 else None for a, b in zip(f1, f2, strict=True)]
        found = formula(*columns(drawn)).tolist()
        tolerance = 1e-9 * (n1 + n2) if formula is keyness else 1e-5 if formula is log_ratio_bound else 1e-9
        for value, exact in zip(found, expected, strict=True):
            assert math.isfinite(value)
            if exact is not None:
                assert value == pytest.approx(exact, rel=1e-6, abs=tolerance)
    twins = naive.smoothed_ratio(list(zip(f1, f2, strict=True)), n1, n2)
    assert smoothed_ratio(*columns(drawn)).tolist() == pytest.approx(twins, rel=1e-9)


@settings(max_examples=15 if naive.TINY else 200)
@given(counts())
def test_swapping_the_corpora_swaps_the_sign(drawn: Counts) -> None:
    f1, n1, f2, n2 = columns(drawn)
    for formula in (keyness, log_ratio, log_odds, log_ratio_bound):
        forth, back = formula(f1, n1, f2, n2), formula(f2, n2, f1, n1)
        np.testing.assert_allclose(forth, -back, rtol=1e-6, atol=1e-9 * (n1 + n2) if formula is keyness else 1e-5)


@settings(max_examples=15 if naive.TINY else 200)
@given(counts(), st.integers(1, 1000))
def test_even_frequencies_are_even(drawn: Counts, times: int) -> None:
    """A corpus against itself, or against many copies of itself."""
    f1, n1, _, _ = columns(drawn)
    assert keyness(f1, n1, f1, n1).tolist() == keyness(f1, n1, f1 * times, n1 * times).tolist() == [0.0] * len(f1)
    assert log_ratio(f1, n1, f1, n1).tolist() == log_odds(f1, n1, f1, n1).tolist() == [0.0] * len(f1)
    assert log_ratio_bound(f1, n1, f1 * times, n1 * times).tolist() == [0.0] * len(f1)
    assert simple_maths(f1, n1, f1, n1).tolist() == [1.0] * len(f1)


@settings(max_examples=15 if naive.TINY else 200)
@given(st.integers(2, 10**12), st.data())
def test_npmi_lies_between_its_bounds(n: int, data: st.DataObject) -> None:
    """For counts that can be: f(x) + f(y) - N <= f(xy) <= f(x), f(y)."""
    fx, fy = data.draw(st.integers(1, n)), data.draw(st.integers(1, n))
    least = max(1, fx + fy - n)
    f = data.draw(st.integers(least, max(least, min(fx, fy))))
    assume(f < n)
    value = npmi(pmi(np.array([f]), np.array([fx]), np.array([fy]), n), np.array([f]), n)[0]
    slack = 1e-12 / math.log2(n / f)  # for the rounding of logarithms
    assert -1.0 - slack <= value <= 1.0 + slack


# --- published numbers -----------------------------------------------------------------------------------------------


def test_log_likelihood_of_dunning() -> None:
    """The first row of the table in Dunning 1993, "Accurate Methods for the Statistics of Surprise and Coincidence".

    The bigram "the swiss": 110 times "swiss" after "the", 2442 times after others; 111 and 29114 times another word.
    Printed: 270.72.
    """
    assert round(one(keyness, 110, 110 + 111, 2442, 2442 + 29114), 2) == 270.72


def test_log_likelihood_of_two_corpora() -> None:
    """A word 52 times in 50,000 words against 57 times in 75,000: +2.65 in the Lancaster calculator's example.

    The calculator adds up the word's two cells only, E1 = 50000 * 109 / 125000 = 43.6 and E2 = 65.4:
    2 (52 ln(52 / 43.6) + 57 ln(57 / 65.4)) = 2 (9.1617 - 7.8358) = 2.652. The two cells of all other words, of
    expectation 49956.4 and 74934.6, add 2 (-8.3993 + 8.4005) = 0.002.
    """
    assert round(one(keyness, 52, 50_000, 57, 75_000), 2) == 2.65
    assert round(one(keyness, 57, 75_000, 52, 50_000), 2) == -2.65


ADENOID = "adenoid cystic basal cell carcinoma"
CYSTIC = "cystic basal cell carcinoma"
BASAL = "basal cell carcinoma"


def test_c_value_of_frantzi() -> None:
    """The example of Frantzi, Ananiadou & Mima 2000, section 2.3.1: candidates with their frequencies and C-values.

    The paper adds up 26 occurrences inside 5 longer candidates for "basal cell carcinoma" (984): 5 + 6 + 7 + 5 + 3,
    since 5 of the 11 of "cystic basal cell carcinoma" are counted with "adenoid ..." already. log2(3) (984 - 26 / 5).
    """
    rows = [  # length, frequency, longer candidates, occurrences inside them, printed C-value
        (5, 5, 0, 0, 11.6096),
        (4, 11, 1, 5, 12.0),
        (4, 7, 0, 0, 14.0),
        (4, 5, 0, 0, 10.0),
        (4, 3, 0, 0, 6.0),
        (3, 984, 5, 26, 1551.36),
    ]
    length, freq, n_longer, freq_longer, printed = (
        np.array(column, dtype=np.float64) for column in zip(*rows, strict=True)
    )
    np.testing.assert_allclose(c_value(length, freq, n_longer, freq_longer), printed, atol=0.005)


def test_c_value_of_frantzi_from_text() -> None:
    """The same from text, with the sum as the paper's formula has it: over the full frequencies of the 5 candidates.

    5 + 11 + 7 + 5 + 3 = 31 instead of 26, so log2(3) (984 - 31 / 5) = 1549.78 where the paper prints 1551.36.
    """
    freq = {
        ADENOID: 5,
        CYSTIC: 6,
        f"ulcerated {BASAL}": 7,
        f"recurrent {BASAL}": 5,
        f"circumscribed {BASAL}": 3,
        BASAL: 958,
    }
    table = build("\n".join(text for text, f in freq.items() for _ in range(f)), 2, 5)
    texts = table.texts(np.arange(len(table)))
    rows = np.array(sorted(texts.index(text) for text in freq))
    number, total = nesting(table, rows, IN_MEMORY)
    values = c_value(table.length[rows], table.freq[rows], number, total)
    found = {texts[row]: (int(table.freq[row]), value) for row, value in zip(rows, values.tolist(), strict=True)}
    assert found[BASAL] == (984, pytest.approx(math.log2(3) * (984 - 31 / 5)))
    assert found[CYSTIC] == (11, pytest.approx(12.0))
    assert found[ADENOID] == (5, pytest.approx(11.6096, abs=1e-4))
    assert found[f"ulcerated {BASAL}"] == (7, pytest.approx(14.0))


def test_log_odds_step_by_step() -> None:
    """Monroe, Colaresi & Quinn 2008, by hand (no figure of theirs): 30 of 1,000 against 10 of 1,000.

    The prior is 1 % of what both corpora hold together: a = 0.4 of the word, a0 = 20 of all words.
    Equation 15: delta = ln(30.4 / (1000 + 20 - 30 - 0.4)) - ln(10.4 / (1000 + 20 - 10 - 0.4))
                       = ln(30.4 / 989.6) - ln(10.4 / 1009.6) = -3.482839 + 4.575515 = 1.092676.
    Equation 20: variance = 1 / 30.4 + 1 / 10.4 = 0.0328947 + 0.0961538 = 0.1290486.
    Equation 22: z = 1.092676 / sqrt(0.1290486) = 1.092676 / 0.3592333 = 3.04169.
    """
    assert PRIOR_WEIGHT == 0.01
    assert one(log_odds, 30, 1000, 10, 1000) == pytest.approx(3.0417, abs=5e-4)


def test_npmi_of_bouma() -> None:
    """The fixed points in Bouma 2009: 1 for parts that occur only together, 0 for independent parts, -1 never."""
    n = 4096

    def value(f: int, fx: int, fy: int, size: int = n) -> float:
        return float(npmi(pmi(np.array([f]), np.array([fx]), np.array([fy]), size), np.array([f]), size)[0])

    assert value(16, 16, 16) == 1.0
    assert value(1, 64, 64) == 0.0
    never = [value(1, 2 ** (k - 1), 2 ** (k - 1), 2**k) for k in (4, 8, 16, 32)]
    assert never == sorted(never, reverse=True)
    assert -1.0 < never[-1] < -0.9


def test_weirdness_and_simple_maths_by_hand() -> None:
    """(6 / 100) / ((1 + 1) / 200) = 6; (300 + 100) / (100 + 100) per million = 2."""
    assert one(weirdness, 6, 100, 1, 200) == 6.0
    assert one(simple_maths, 3, 10_000, 1, 10_000) == 2.0


# --- zero cases and large numbers ------------------------------------------------------------------------------------


def test_totals_beyond_32_bits() -> None:
    f1, n1, f2, n2 = 3 * 10**9, 10**11, 10**9, 10**11
    assert one(keyness, f1, n1, f2, n2) == pytest.approx(naive.keyness(f1, n1, f2, n2), rel=1e-6)
    assert float(pmi(np.array([f2]), np.array([f1]), np.array([f1]), n1)[0]) == pytest.approx(math.log2(100 / 9))


def test_a_confident_log_ratio_beats_a_lucky_one() -> None:
    f1, f2 = np.array([5, 5000]), np.array([0, 3])
    lucky, confident = log_ratio_bound(f1, 10**6, f2, 10**6)
    assert 0 <= lucky < confident < log_ratio(f1, 10**6, f2, 10**6)[1]


def test_zero_cases() -> None:
    none = np.zeros(3, dtype=np.int64)
    for formula in (keyness, log_ratio, log_ratio_bound, log_odds, weirdness, smoothed_ratio):
        assert formula(none, 100, none, 100).tolist() == [0.0] * 3
    assert c_value(np.array([1]), np.array([9]), np.array([0]), np.array([0])).tolist() == [0.0]
    assert npmi(np.array([0.0]), np.array([7]), 7).tolist() == [0.0]
    assert branching_entropy(np.array([1.0, 3.0]), np.array([2.0, 0.5])).tolist() == [1.0, 0.5]
    assert pooled_entropy(np.array([2.0, 2.0]), np.array([4, 0]), np.array([4, 4])).tolist() == [0.0, 2.0]
    assert free_entropy(np.array([0.0]), np.array([0.0]), np.array([5])).tolist() == [0.0]
    empty = np.zeros(0, dtype=np.int64)
    for measure in MEASURES.values():
        if measure.contrast:
            assert len(measure.formula(empty, 100, empty, 100)) == 0


def test_what_always_stands_alone_is_the_less_free_the_more_often_it_is_seen() -> None:
    entropy, freq = np.full(3, 4.0), np.array([3, 30, 300])
    alone = free_entropy(entropy, np.zeros(3), freq)
    assert alone.tolist() == sorted(alone, reverse=True)
    assert alone[2] < entropy[2] / 8
    assert free_entropy(entropy, entropy, freq).tolist() == entropy.tolist()


def test_a_piece_is_no_unit_or_has_a_side_that_is_never_free() -> None:
    free = edge_share(np.array([30, 0, 50]), np.array([40, 90, 0]), np.array([100, 100, 100]))
    assert free[0] > 10 * free[1] == 10 * free[2]
    assert edge_share(np.array([0]), np.array([0]), np.array([1])) > 0.5  # seen once says little
    whole, held, bound = wholeness(np.array([1.0, 0.05, 1.0]), np.array([0.5, 0.5, 0.01]))
    assert whole > 2 * held
    assert whole > 2 * bound
    assert wholeness(np.array([0.05]), np.array([0.01])) < min(held, bound)
    shares = np.array([0.03, 0.4, 1.0]), np.array([0.9, 0.2, 0.02])
    naively = [1 / (1 + 0.2 / unit + 0.05 / edge) for unit, edge in zip(*shares, strict=True)]
    np.testing.assert_allclose(wholeness(*shares), naively, rtol=1e-12)


# --- the composite and the table of measures -------------------------------------------------------------------------


def test_every_factor_of_the_score_can_veto() -> None:
    names = MEASURES["score"].columns

    def value(**factors: float) -> float:
        row = {name: np.array([2.0]) for name in names} | {"known": np.array([False])}
        row |= {name: np.array([factor]) for name, factor in factors.items()}
        return float(MEASURES["score"].formula(*(row[name] for name in names))[0])

    assert value() > 0
    for name in sorted(set(names) - {"known"}):
        veto = {
            "general_ratio": -100.0,
            "freq": 1.0,
            "shape": -math.inf,
            "company": -math.inf,
        }  # the last two: logarithms
        assert value(**{name: veto.get(name, 0.0)}) == 0.0, name
        assert value(**{name: 3.0}) > value(), name


def test_an_unknown_measure_lists_the_known_ones() -> None:
    assert find_measure("keyness") is MEASURES["keyness"]
    with pytest.raises(UsageError, match=r"unknown measure 'pmi': choose one of score, keyness, .*c_value"):
        find_measure("pmi")
