"""Every formula: unithood (is it a unit of the language?) and keyness (is it of the domain?).

In: columns (numpy arrays of equal length) and totals. Out: a column. No formula touches text, and no counter knows a
formula. Logarithms are to base 2 (bits) unless a docstring says otherwise; counts are float64 here, for no product of
two 64-bit counts may overflow.

Contingency table (Evert's notation), one for each n-gram:

                 domain        background
    the n-gram   o11 = f1      o12 = f2         r1
    others       o21           o22
                 n1            n2               n
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from termmine.errors import UsageError

Column = np.ndarray


# --- unithood --------------------------------------------------------------------------------------------------------


def pmi(freq: Column, freq_left: Column, freq_right: Column, n_symbols: int) -> Column:
    """Pointwise mutual information of the two parts, log2(N f(xy) / (f(x) f(y))), in bits.

    N is the number of symbols in the corpus. 0 where the parts meet as often as chance would have it.
    Source: Church & Hanks 1990.

    >>> float(pmi(np.array([2.0]), np.array([4.0]), np.array([4.0]), 64)[0])
    3.0
    """
    freq, freq_left, freq_right = (np.asarray(column, dtype=np.float64) for column in (freq, freq_left, freq_right))
    return np.log2(n_symbols) + np.log2(freq) - np.log2(freq_left) - np.log2(freq_right)


def npmi(cohesion: Column, freq: Column, n_symbols: int) -> Column:
    """PMI divided by its greatest possible value, log2(N / f(xy)): at most 1, and 0 at chance.

    0 where the n-gram is the whole corpus. Source: Bouma 2009.
    """
    most = np.log2(n_symbols) - np.log2(np.asarray(freq, dtype=np.float64))
    return np.divide(cohesion, most, out=np.zeros(len(most)), where=most > 0)


def branching_entropy(left_entropy: Column, right_entropy: Column) -> Column:
    """The smaller of both neighbour entropies, in bits: a term must be free on both sides (Jin & Tanaka-Ishii 2006)."""
    return np.minimum(left_entropy, right_entropy)


def pooled_entropy(entropy: Column, edge: Column, freq: Column) -> Column:
    """A neighbour entropy in which all ``edge`` run edges count as one and the same neighbour, in bits.

    From the entropy with each edge a neighbour of its own, H, it is H - (e / f) log2(e). A stock phrase that always
    fills a whole run has entropy 0 by this count, and log2(f) by the other.
    """
    edge = np.asarray(edge, dtype=np.float64)
    return np.maximum(entropy - edge / freq * np.log2(np.maximum(edge, 1.0)), 0.0)


FEW = 3.0  # occurrences that are added to both sides of a share, so that what is rare is not judged by chance


def free_entropy(entropy: Column, pooled: Column, freq: Column) -> Column:
    """sqrt(H (f P + 3 H) / (f + 3)), in bits: the geometric mean of both ways to see the edges of runs.

    H is the branching entropy with each edge a neighbour of its own, P the one in which all are one. What is free only
    because it always stands alone (无浮肿, a line of a form) is hardly free, the less so the more often it is seen.
    """
    n = np.asarray(freq, dtype=np.float64)
    return np.asarray(np.sqrt(entropy * (n * pooled + FEW * entropy) / (n + FEW)))


def edge_share(left_edge: Column, right_edge: Column, freq: Column) -> Column:
    """(e + 3) / (f + 3), e the edges of runs on the side that has fewer: over 0, to 1.

    A term can begin and end a stretch of text; a fragment cannot (压器 has no such left side), nor can a bound word.
    """
    return np.asarray((np.minimum(left_edge, right_edge) + FEW) / (np.asarray(freq) + FEW))


def c_value(length: Column, freq: Column, n_longer: Column, freq_longer: Column) -> Column:
    """C-value: log2(length) (f - mean frequency of the longer candidates that hold the term).

    ``n_longer`` counts those candidates, ``freq_longer`` sums their frequencies; without any the mean is 0. Unit:
    weighted occurrences. 0 for single symbols. Source: Frantzi, Ananiadou & Mima 2000.
    """
    mean = np.divide(freq_longer, n_longer, out=np.zeros(len(freq)), where=np.asarray(n_longer) > 0)
    return np.log2(np.asarray(length, dtype=np.float64)) * (freq - mean)


# --- keyness ---------------------------------------------------------------------------------------------------------


def _cells(f1: Column, n1: float, f2: Column, n2: float) -> tuple[Column, Column, Column, Column]:
    f1, f2 = np.asarray(f1, dtype=np.float64), np.asarray(f2, dtype=np.float64)
    return f1, f2, n1 - f1, n2 - f2


def keyness(f1: Column, n1: float, f2: Column, n2: float) -> Column:
    """Signed log-likelihood ratio G2 = 2 sum o ln(o / e) over the four cells; positive: more frequent in the domain.

    Natural logarithm; a cell with o = 0 adds 0; 0 where both relative frequencies agree. Sources: Dunning 1993,
    Rayson & Garside 2000.
    """
    observed = _cells(f1, n1, f2, n2)
    o11, o12, o21, o22 = observed
    total = n1 + n2
    expected = [(o11 + o12) * n1 / total, (o11 + o12) * n2 / total, (o21 + o22) * n1 / total, (o21 + o22) * n2 / total]
    g2 = np.zeros(len(o11))
    for o, e in zip(observed, expected, strict=True):
        g2 += np.where(o > 0, o * np.log(np.where(o > 0, o, 1.0) / np.where(e > 0, e, 1.0)), 0.0)
    return np.sign(o11 * n2 - o12 * n1) * np.maximum(2.0 * g2, 0.0)


def log_ratio(f1: Column, n1: float, f2: Column, n2: float) -> Column:
    """log2 of the ratio of both relative frequencies, each count raised by 1/2: one unit is a doubling.

    Source: Hardie 2014; the 1/2 after Walter 1975, so that a term that the background lacks has a finite value.
    """
    o11, o12, _, _ = _cells(f1, n1, f2, n2)
    return np.log2((o11 + 0.5) / (n1 + 0.5)) - np.log2((o12 + 0.5) / (n2 + 0.5))


PRIOR_SYMBOLS = 1e6  # a background smaller than that says little of any word but the commonest


def general_ratio(f1: Column, n1: float, f2: Column, n2: float, expected: Column, n_expected: float) -> Column:
    """The log ratio (bits) to the background and `PRIOR_SYMBOLS` symbols of general language together.

    ``expected`` is how often each term is to be expected in ``n_expected`` symbols of general language, by a
    dictionary with frequencies. A large background outweighs this prior, a small one is mended by it.
    """
    share = PRIOR_SYMBOLS / n_expected
    return log_ratio(f1, n1, np.asarray(f2, dtype=np.float64) + np.asarray(expected) * share, n2 + PRIOR_SYMBOLS)


CONFIDENCE = 0.95  # two-sided, before the correction for the number of candidates


def log_ratio_bound(f1: Column, n1: float, f2: Column, n2: float) -> Column:
    """The bound of the log ratio's confidence interval that lies nearer to 0, in bits; 0 where the interval holds 0.

    The share f1 / (f1 + f2) gets a Wilson score interval at 95 %, Bonferroni-corrected for the number of terms, and
    each end is turned into a ratio of relative frequencies. So 5 occurrences against 0 do not beat 5,000 against 3.
    Source: Evert 2022 ("LRC"), with Wilson's interval in place of Clopper and Pearson's.
    """
    o11, o12, _, _ = _cells(f1, n1, f2, n2)
    total = o11 + o12
    z = NormalDist().inv_cdf(1.0 - (1.0 - CONFIDENCE) / 2.0 / max(len(o11), 1))
    share = np.divide(o11, total, out=np.full(len(total), 0.5), where=total > 0)
    n = np.maximum(total, 1e-9)
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    base = np.log2(n2 / n1)
    low, high = np.clip(centre - half, 1e-12, 1 - 1e-12), np.clip(centre + half, 1e-12, 1 - 1e-12)
    lower, upper = base + np.log2(low / (1 - low)), base + np.log2(high / (1 - high))
    return np.where(lower > 0, lower, np.where(upper < 0, upper, 0.0))


PRIOR_WEIGHT = 0.01  # of the corpora's joint size, spread as their joint frequencies: weak, as in the paper's examples


def log_odds(f1: Column, n1: float, f2: Column, n2: float) -> Column:
    """z-score of the log-odds ratio with an informative Dirichlet prior (natural logarithm, in standard deviations).

    The prior is the joint frequency in both corpora, scaled to `PRIOR_WEIGHT` of their joint size. Source: Monroe,
    Colaresi & Quinn 2008, "Fightin' Words", equations 15, 20 and 22.
    """
    o11, o12, _, _ = _cells(f1, n1, f2, n2)
    alpha = PRIOR_WEIGHT * (o11 + o12)
    alpha0 = PRIOR_WEIGHT * (n1 + n2)
    present = alpha > 0
    a = np.where(present, alpha, 1.0)

    def log_odds_of(count: Column, size: float) -> Column:
        return np.log(count + a) - np.log(np.maximum(size + alpha0 - count - a, 1e-9))

    delta = log_odds_of(o11, n1) - log_odds_of(o12, n2)
    variance = 1.0 / (o11 + a) + 1.0 / (o12 + a)
    return np.where(present, delta / np.sqrt(variance), 0.0)


def weirdness(f1: Column, n1: float, f2: Column, n2: float) -> Column:
    """The ratio of both relative frequencies, f1 n2 / (n1 (f2 + 1)); the 1 keeps it finite. No unit, 1 is even.

    Source: Ahmad, Gillam & Tostevin 1999.
    """
    o11, o12, _, _ = _cells(f1, n1, f2, n2)
    return o11 * n2 / (n1 * (o12 + 1.0))


SIMPLE_MATHS_CONSTANT = 100.0  # per million symbols: the middle one of the values that the paper compares


def simple_maths(f1: Column, n1: float, f2: Column, n2: float) -> Column:
    """(f1 per million + k) / (f2 per million + k), k = 100. No unit, 1 is even. Source: Kilgarriff 2009."""
    o11, o12, _, _ = _cells(f1, n1, f2, n2)
    k = SIMPLE_MATHS_CONSTANT
    return (o11 * 1e6 / n1 + k) / (o12 * 1e6 / n2 + k)


def smoothed_ratio(f1: Column, n1: float, f2: Column, n2: float) -> Column:
    """The recipe's ratio (w + mean alpha) / (w + v + mean): a smoothed share of the domain, between 0 and 1.

    w is the domain frequency, v the background's, scaled to the domain's size; mean is the mean of w + v over the
    candidates, alpha the domain's share in their sum, so that an unseen term would get alpha. Source: Su,
    kexue.fm/archives/6540.
    """
    w, o12, _, _ = _cells(f1, n1, f2, n2)
    v = o12 * (n1 / n2)
    total = w + v
    if not len(w) or not total.sum():
        return np.zeros(len(w))
    mean, alpha = total.mean(), w.sum() / total.sum()
    return (w + mean * alpha) / (total + mean)


# --- evidence from the occurrences -----------------------------------------------------------------------------------


def logit(probability: Column | float) -> Column:
    """The log-odds ln(p / (1 - p)) of a probability strictly between 0 and 1."""
    p = np.asarray(probability, dtype=np.float64)
    return np.asarray(np.log(p) - np.log1p(-p))


def burstiness(freq: Column, windows: Column, n_windows: int) -> Column:
    """The windows that would hold the n-gram if it fell at random, W (1 - exp(-f / W)), over those that do. No unit.

    1 where it is spread as by chance, more where it keeps to few places. Source: the residual idf of Church & Gale
    1995, before the logarithm.
    """
    expected = n_windows * -np.expm1(-np.asarray(freq, dtype=np.float64) / max(n_windows, 1))
    return np.asarray(expected / np.maximum(windows, 1))


def noun_fit(left: Column, right: Column) -> Column:
    """The probability-like fit of an n-gram's places to those of nouns, 1 / (1 + exp(-2 min(left, right))).

    left and right are mean log-odds (natural logarithm); the worse side decides. 1/2 where they say nothing.
    """
    return np.asarray(1.0 / (1.0 + np.exp(-2.0 * np.minimum(left, right))))


def unit_share(unit_freq: Column, freq: Column) -> Column:
    """(u + 3) / (f + 3): the share of a string's occurrences that are cut out of the text as a unit, over 0, to 1.

    The others fall into longer units (格列汀 into 西格列汀), or across them (化损失 into 正则化 and 损失).
    """
    return (np.asarray(unit_freq) + FEW) / (np.asarray(freq) + FEW)


RARE_CUT = 2.0  # nats: a sequence of parts of speech is not held against a string further than that
# They go together, and are one sign among many: not taken at their word.
TAGS_WEIGHT, HEAD_WEIGHT, TAIL_WEIGHT = 0.4, 0.15, 0.2


def log_share_ratio(share: Column, other: Column, rare: float) -> Column:
    """ln((share + rare) / (other + rare)): 0 where both are much rarer than ``rare``, or alike."""
    return np.asarray(np.log(np.asarray(share) + rare) - np.log(np.asarray(other) + rare))


def shape(by_tags: Column, by_head: Column, by_tail: Column) -> Column:
    """The degree to which a string is built as compound words are (nats): three log ratios of shares, compounds to
    candidates.

    ``by_tags``: of the sequence of its words' parts of speech; ``by_head``, ``by_tail``: of its first and last word. 0
    where they say nothing.
    """
    by_words = HEAD_WEIGHT * np.asarray(by_head) + TAIL_WEIGHT * np.asarray(by_tail)
    return np.asarray(TAGS_WEIGHT * np.clip(by_tags, -RARE_CUT, RARE_CUT) + by_words)


# --- the composite ---------------------------------------------------------------------------------------------------

TOLERANCE = 2.0  # bits: a term may be up to four times rarer than in the background before the score vetoes it
TERMHOOD_POWER = 1.5  # it alone tells terms from general words; more of it favours phrases, which are rare in general
KNOWN_BOND = 0.5  # the NPMI that a dictionary word is granted: lexicographers have attested that it is a unit


# The shares at which a string is worth half: a true term, too, often stands inside longer ones four times in five, and
# within a clause nineteen times in twenty.
HALF_UNIT, HALF_EDGE = 0.2, 0.05


def wholeness(unit_share: Column, edge_share: Column) -> Column:
    """1 / (1 + 0.2 / unit_share + 0.05 / edge_share): a factor over 0, to 0.8; both shares are above 0.

    A string that hardly ever is a unit, or hardly ever begins or ends a run, is a piece of something; the signs add up.
    """
    both = np.asarray(unit_share) * np.asarray(edge_share)
    return np.asarray(both / (both + HALF_UNIT * np.asarray(edge_share) + HALF_EDGE * np.asarray(unit_share)))


def score_factors(
    general_ratio: Column,
    freq: Column,
    npmi: Column,
    known: Column,
    free_entropy: Column,
    noun_fit: Column,
    burstiness: Column,
    pattern: Column,
    shape: Column,
    unit_share: Column,
    edge_share: Column,
    company: Column,
) -> dict[str, Column]:
    """The factors of `score`, by name; each may be negative here, and vetoes the term if it is.

    A term is characteristic of the domain (termhood: general_ratio + 2 bits, to the power 3/2) and well attested (ln
    freq), holds together (bond: npmi, at least 1/2 for a dictionary word), is free on both sides (free_entropy, bits),
    stands where nouns of the domain stand (noun_fit), keeps to its topic (square root of burstiness), has no function
    words (pattern), is built as compounds are (shape), is no mere part of longer words (wholeness), and is used as good
    terms are (company: e to the power of what that has one expect).
    """
    termhood = np.asarray(general_ratio) + TOLERANCE
    return {
        "termhood": np.sign(termhood) * np.abs(termhood) ** TERMHOOD_POWER,
        "attestation": np.log(np.asarray(freq, dtype=np.float64)),
        "bond": np.where(known, np.maximum(npmi, KNOWN_BOND), npmi),
        "freedom": free_entropy,
        "noun_fit": noun_fit,
        "topicality": np.sqrt(burstiness),
        "pattern": pattern,
        "shape": np.exp(shape),
        "wholeness": wholeness(unit_share, edge_share),
        "company": np.exp(np.asarray(company)),
    }


def score(*columns: Column) -> Column:
    """Termhood times unithood: the product of `score_factors`, 0 where one of them is not positive. No unit."""
    factors = [np.maximum(factor, 0.0) for factor in score_factors(*columns).values()]
    return np.asarray(np.prod(factors, axis=0))


@dataclass(frozen=True)
class Measure:
    """A way to compute a column from a candidate table: ``columns`` are the arguments of ``formula``, in order.

    ``contrast``: the formula takes (f1, n1, f2, n2) instead.
    """

    formula: Callable[..., Column]
    summary: str
    columns: tuple[str, ...] = ()

    @property
    def contrast(self) -> bool:
        """True where the formula compares two corpora."""
        return not self.columns


#: What `--measure` knows. To add one: write its formula above, add a line here, a line to docs/, a naive twin.
MEASURES: dict[str, Measure] = {
    "score": Measure(
        score,
        "termhood times unithood, the default",
        (
            "general_ratio",
            "freq",
            "npmi",
            "known",
            "free_entropy",
            "noun_fit",
            "burstiness",
            "pattern",
            "shape",
            "unit_share",
            "edge_share",
            "company",
        ),
    ),
    "keyness": Measure(keyness, "signed log-likelihood G2"),
    "log_ratio": Measure(log_ratio, "log2 of the ratio of relative frequencies"),
    "log_ratio_bound": Measure(log_ratio_bound, "the log ratio's confidence bound (LRC)"),
    "log_odds": Measure(log_odds, "log-odds with an informative Dirichlet prior, as a z-score"),
    "weirdness": Measure(weirdness, "the plain ratio of relative frequencies"),
    "simple_maths": Measure(simple_maths, "the ratio with 100 per million added on both sides"),
    "smoothed_ratio": Measure(smoothed_ratio, "the recipe's smoothed share of the domain"),
    "c_value": Measure(
        c_value,
        "frequency outside longer candidates, weighted by length",
        ("length", "freq", "n_longer", "freq_longer"),
    ),
}


def find_measure(name: str) -> Measure:
    """The measure of that name; an unknown one is an error that lists the known ones."""
    if name not in MEASURES:
        raise UsageError(f"unknown measure {name!r}: choose one of {', '.join(MEASURES)}")
    return MEASURES[name]
