"""The slow, obvious twin of everything fast, in plain Python, and the random corpora that both are compared on.

Written from the text model, the definitions and the papers, not from the kernels: each function does at once, and in
strings, what termmine does in stages and with integers. An n-gram is a tuple of folded symbols: ("gpu", "加", "速").
"""

from __future__ import annotations

import codecs
import math
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any, NamedTuple

from hypothesis import settings
from hypothesis import strategies as st

Ngram = tuple[str, ...]

TINY = os.environ.get("NUMBA_DISABLE_JIT") == "1"  # the kernels run uncompiled: fewer examples, smaller inputs
MAX_WORD = 64  # characters

# --- the text model --------------------------------------------------------------------------------------------------


def decode(raw: bytes) -> tuple[str, int] | None:
    """UTF-8 as text, and how many bytes that is, without a character that is cut off at the end; None where it is none,
    or holds control characters that are no blanks and end no line.

    >>> decode("中文".encode()[:5]), decode(b"\\x80"), decode(b"\\x1c")
    (('中', 3), None, None)
    """
    try:
        text, n_bytes = codecs.utf_8_decode(raw, "strict", False)
    except UnicodeDecodeError:
        return None
    return None if any(c < " " and c not in "\t\n\v\f\r" for c in text) else (text, n_bytes)


class Symbol(NamedTuple):
    """A Han character, a kana, or a word of other letters and digits: folded for counting, and as it is written; and
    whether a blank parts it from the symbol before, where one of the two is a word and one is not.
    """

    text: str
    written: str
    is_word: bool
    is_after_blank: bool = False


Run = list[Symbol]
Document = list[Run]

IGNORED = re.compile(
    "[\u00ad\u061c\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"
)
TOKEN = re.compile("(?P<word>W(?:[WMJP]*[WM])?P*)|H")  # over kinds of characters, see `kind`


def kind(character: str) -> str:
    """H Han or kana, W letter or digit, M a mark, P and J joiners, S blank, N line end, T end of a text, B all else.

    P may end a word too. Conjoining Hangul vowels and final consonants are marks.

    >>> [kind(c) for c in "电のA9+-。"]
    ['H', 'H', 'W', 'W', 'P', 'J', 'B']
    """
    category, name = unicodedata.category(character), unicodedata.name(character, "")
    if character in "\n\r\u2028\u2029":
        return "N"
    if character in "\x1e\x1c":
        return "T"
    if character in "+#":
        return "P"
    if character in "-./_'&":
        return "J"
    if category == "Zs":
        return "S"
    if category[0] == "M" or "\u1161" <= character <= "\u11ff":
        return "M"
    if name.startswith(("CJK UNIFIED", "CJK COMPATIBILITY IDEOGRAPH")) or character in "々〇〻":
        return "H"
    if name.startswith(("HIRAGANA", "KATAKANA", "HENTAIGANA")) and category[0] == "L":
        return "H"
    return "W" if category[0] in "LN" else "B"


def fold(text: str) -> str:
    """Lower case, character by character, where that is one character too.

    >>> fold("ＧΣİ加"), fold("GΣİ加")
    ('ｇσİ加', 'gσİ加')
    """
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def read(text: str, document: str = "line") -> list[Document]:
    """Tokenise a text into documents of runs of symbols; documents without a symbol are none.

    >>> [[[s.text for s in run] for run in doc] for doc in read("ＧＰＵ 加速。C++ 库\\n糖类抗原19-9 甲 乙")]
    [[['gpu', '加', '速'], ['c++', '库']], [['糖', '类', '抗', '原', '19-9', '甲'], ['乙']]]
    """
    text = IGNORED.sub("", unicodedata.normalize("NFKC", text))
    kinds = "".join(map(kind, text))
    documents: list[Document] = []
    gap, previous = "T", ""  # the kinds between the symbol before and this one
    end = 0
    for token in TOKEN.finditer(kinds):
        gap += kinds[end : token.start()]
        end = token.end()
        written = text[token.start() : end]
        if len(written) > MAX_WORD:
            gap += "B"
            continue
        if "T" in gap or (document == "line" and "N" in gap):
            documents.append([[]])
        elif gap not in ("", "S") or (gap == "S" and previous == token[0] == "H"):
            documents[-1].append([])
        is_after_blank = bool(documents[-1][-1]) and gap == "S" and "H" in previous + token[0]
        documents[-1][-1].append(Symbol(fold(written), written, token[0] != "H", is_after_blank))
        gap, previous = "", token[0]
    return documents


def write(symbols: Iterable[Symbol]) -> str:
    """Symbols as they are written, with a blank between two words, and where there was one inside.

    >>> write(read("Leap  Motion")[0][0] + read("Air motor 泵")[0][0]), write(read("泵 5G基站")[0][0][1:])
    ('Leap Air motor 泵', '5G基站')
    """
    text, after_word = "", False
    for symbol in symbols:
        text += " " * bool(text and (symbol.is_after_blank or (after_word and symbol.is_word))) + symbol.written
        after_word = symbol.is_word
    return text


# --- counting --------------------------------------------------------------------------------------------------------


@dataclass
class Counts:
    """What is known of an n-gram: occurrences, the documents they are in, and who stands to both sides of them.

    A neighbour is a symbol's text, or a number of its own for each run edge.
    """

    freq: int = 0
    documents: set[int] = field(default_factory=set)
    left: Counter[str | int] = field(default_factory=Counter)
    right: Counter[str | int] = field(default_factory=Counter)


def count_ngrams(documents: list[Document], min_freq: int, max_length: int) -> dict[Ngram, Counts]:
    """Count every n-gram within a run, then drop the rare ones.

    >>> table = count_ngrams(read("变电站。变电所"), 2, 3)
    >>> [(*ngram, counts.freq, sorted(map(str, counts.right))) for ngram, counts in table.items()]
    [('变', 2, ['电']), ('变', '电', 2, ['所', '站']), ('电', 2, ['所', '站'])]
    """
    table: dict[Ngram, Counts] = {}
    n_edges = 0
    for d, document in enumerate(documents):
        for run in document:
            texts = [symbol.text for symbol in run]
            for i in range(len(texts)):
                for j in range(i + 1, min(i + max_length, len(texts)) + 1):
                    counts = table.setdefault(tuple(texts[i:j]), Counts())
                    counts.freq += 1
                    counts.documents.add(d)
                    n_edges += 1
                    counts.left[texts[i - 1] if i else n_edges] += 1
                    counts.right[texts[j] if j < len(texts) else n_edges] += 1
    return {ngram: counts for ngram, counts in table.items() if counts.freq >= min_freq}


def n_symbols(documents: list[Document]) -> int:
    """The size of a corpus.

    >>> n_symbols(read("5G 基站。塔"))
    4
    """
    return sum(len(run) for document in documents for run in document)


def n_edges(neighbours: Mapping[str | int, int]) -> int:
    """How many of the neighbours are run edges.

    >>> n_edges({"甲": 2, 1: 1, 2: 1})
    2
    """
    return sum(isinstance(neighbour, int) for neighbour in neighbours)


def entropy(neighbours: Mapping[str | int, int]) -> float:
    """The entropy of a distribution of counts, in bits.

    >>> entropy({"甲": 2, 1: 1, 2: 1})
    1.5
    """
    total = sum(neighbours.values())
    return sum(count / total * math.log2(total / count) for count in neighbours.values())


def pooled_entropy(neighbours: Mapping[str | int, int]) -> float:
    """The entropy when all run edges are one and the same neighbour.

    >>> pooled_entropy({"甲": 2, 1: 1, 2: 1})
    1.0
    """
    pooled: Counter[str] = Counter()
    for neighbour, count in neighbours.items():
        pooled["edge" if isinstance(neighbour, int) else "symbol " + neighbour] += count
    return entropy(pooled)


def free_entropy(left: Mapping[str | int, int], right: Mapping[str | int, int]) -> float:
    """The geometric mean of the branching entropies with edges apart and pooled, the latter drawn to the former.

    >>> round(free_entropy({1: 1, 2: 1}, {"甲": 1, "乙": 1}) ** 2, 6)
    0.6
    """
    apart, pooled = min(entropy(left), entropy(right)), min(pooled_entropy(left), pooled_entropy(right))
    freq = sum(left.values())
    return math.sqrt(apart * (freq * pooled + 3 * apart) / (freq + 3))


def edge_share(left: Mapping[str | int, int], right: Mapping[str | int, int]) -> float:
    """The share of run edges on the side that has fewer, with three more occurrences that are edges.

    >>> edge_share({1: 1, 2: 1}, {"甲": 1, 1: 1})
    0.8
    """
    edges = (sum(n for neighbour, n in side.items() if isinstance(neighbour, int)) for side in (left, right))
    return (min(edges) + 3) / (sum(left.values()) + 3)


def occurrences(ngram: Ngram, documents: list[Document]) -> list[Run]:
    """Every occurrence of an n-gram, also one that overlaps another.

    >>> len(occurrences(("哈", "哈"), read("哈哈哈")))
    2
    """
    runs = [run for document in documents for run in document]
    spans = [run[i : i + len(ngram)] for run in runs for i in range(len(run) - len(ngram) + 1)]
    return [span for span in spans if tuple(symbol.text for symbol in span) == ngram]


def surface(ngram: Ngram, documents: list[Document]) -> str:
    """The form that an n-gram is most often written in; of equally frequent ones the first in code point order.

    >>> surface(("gpu", "加", "速"), read("GPU加速，gpu加速，Gpu加速，ＧＰＵ 加速，GPU 加速"))
    'GPU 加速'
    """
    forms = Counter(write(span) for span in occurrences(ngram, documents))
    return min(forms, key=lambda form: (-forms[form], form))


# --- unithood --------------------------------------------------------------------------------------------------------


def cohesion(ngram: Ngram, freq: Mapping[Ngram, int], size: int) -> float:
    """The least PMI over all splits in two, in bits; of a single symbol log2(N / f).

    >>> cohesion(("a", "b"), {("a", "b"): 2, ("a",): 4, ("b",): 4}, 64)
    3.0
    """
    if len(ngram) == 1:
        return math.log2(size / freq[ngram])
    splits = ((ngram[:i], ngram[i:]) for i in range(1, len(ngram)))
    return min(math.log2(size * freq[ngram] / (freq[left] * freq[right])) for left, right in splits)


def npmi(pmi: float, freq: int, size: int) -> float:
    """PMI over its greatest possible value, log2(N / f); 0 where that is 0.

    >>> npmi(3.0, 2, 128)
    0.5
    """
    return pmi / math.log2(size / freq) if freq < size else 0.0


def holds(longer: Ngram, shorter: Ngram) -> bool:
    """Whether one n-gram stands inside a longer one.

    >>> holds(("保", "湿", "隔", "离"), ("湿", "隔", "离")), holds(("湿", "隔"), ("湿", "隔"))
    (True, False)
    """
    n = len(shorter)
    return len(longer) > n and any(longer[i : i + n] == shorter for i in range(len(longer) - n + 1))


def nesting(ngram: Ngram, candidates: Mapping[Ngram, int]) -> tuple[int, int]:
    """How many longer candidates hold an n-gram, and the sum of their frequencies.

    >>> nesting(("电",), {("电",): 9, ("变", "电"): 4, ("电", "站"): 3, ("电", "电"): 1})
    (3, 8)
    """
    longer = [candidate for candidate in candidates if holds(candidate, ngram)]
    return len(longer), sum(candidates[candidate] for candidate in longer)


def c_value(length: int, freq: int, n_longer: int, freq_longer: int) -> float:
    """C-value, log2(length) (f - mean frequency of the longer candidates that hold the term).

    >>> c_value(4, 11, 1, 5)
    12.0
    """
    return math.log2(length) * (freq - (freq_longer / n_longer if n_longer else 0))


def absorbers(
    candidates: Mapping[Ngram, int], freq: Mapping[Ngram, int], least_outside: float
) -> dict[Ngram, set[Ngram]]:
    """For each n-gram the most frequent of the kept candidates that it hardly ever occurs outside of, if any.

    From the longest down: a candidate is kept when nothing absorbs it; all n-grams of equal frequency are given.

    >>> freq = {("湿", "隔"): 10, ("保", "湿", "隔"): 10, ("湿", "隔", "离"): 4}
    >>> absorbers(freq, freq, 0.1)
    {('湿', '隔'): {('保', '湿', '隔')}}
    """
    kept: dict[Ngram, int] = {}
    absorbed: dict[Ngram, set[Ngram]] = {}
    for ngram in sorted(freq, key=lambda ngram: -len(ngram)):
        over = {
            keeper: f for keeper, f in kept.items() if holds(keeper, ngram) and f > (1.0 - least_outside) * freq[ngram]
        }
        if over:
            absorbed[ngram] = {keeper for keeper, f in over.items() if f == max(over.values())}
        elif ngram in candidates:
            kept[ngram] = freq[ngram]
    return absorbed


# --- words of a dictionary -------------------------------------------------------------------------------------------


def segment(symbols: Sequence[str], weight: Mapping[Ngram, float], default: float) -> list[Ngram]:
    """jieba's most probable route without its HMM: a symbol alone is a way only where no word begins.

    Computed from the right; of equally probable words the longer one.

    >>> segment("南京市长江", {("南", "京"): -3.0, ("市", "长"): -4.0, ("长", "江"): -4.0, ("市",): -5.0}, -9.0)
    [('南', '京'), ('市',), ('长', '江')]
    """
    longest = max(map(len, weight), default=1)
    best = [(0.0, 0)] * (len(symbols) + 1)  # of what begins there: probability, length of the first word
    for i in range(len(symbols) - 1, -1, -1):
        ends = range(i + 1, min(i + longest, len(symbols)) + 1)
        words = [j for j in ends if tuple(symbols[i:j]) in weight] or [i + 1]
        best[i] = max((weight.get(tuple(symbols[i:j]), default) + best[j][0], j - i) for j in words)
    route, i = [], 0
    while i < len(symbols):
        route.append(tuple(symbols[i : i + best[i][1]]))
        i += best[i][1]
    return route


# --- keyness ---------------------------------------------------------------------------------------------------------


def keyness(f1: int, n1: int, f2: int, n2: int) -> float:
    """Signed log-likelihood: 2 sum o ln(o / e) over the contingency table, positive when the domain has more.

    >>> round(keyness(52, 50_000, 57, 75_000), 2), round(keyness(57, 75_000, 52, 50_000), 2)
    (2.65, -2.65)
    """
    rows = [[f1, f2], [n1 - f1, n2 - f2]]
    g2 = 0.0
    for row in rows:
        for j, observed in enumerate(row):
            expected = sum(row) * (n1, n2)[j] / (n1 + n2)
            if observed:
                g2 += 2 * observed * math.log(observed / expected)
    return math.copysign(max(g2, 0.0), f1 / n1 - f2 / n2) if f1 * n2 != f2 * n1 else 0.0


def log_ratio(f1: int, n1: int, f2: int, n2: int) -> float:
    """log2 of the ratio of relative frequencies, with 1/2 added to each count.

    >>> log_ratio(15, 1000, 7, 1000) < 1.1
    True
    """
    return math.log2(((f1 + 0.5) / (n1 + 0.5)) / ((f2 + 0.5) / (n2 + 0.5)))


def log_ratio_bound(f1: int, n1: int, f2: int, n2: int, n_terms: int) -> float:
    """The end nearer to 0 of the log ratio's interval (Wilson, 95 % shared by all terms), or 0 when 0 is inside.

    >>> log_ratio_bound(5, 1000, 0, 1000, 100) < log_ratio_bound(5000, 10**6, 3, 10**6, 100)
    True
    """
    if f1 + f2 == 0:
        return 0.0
    z, n = NormalDist().inv_cdf(1 - 0.05 / 2 / n_terms), f1 + f2
    p = f1 / n
    root = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    ends = [(p + z * z / (2 * n) + sign * root) / (1 + z * z / n) for sign in (-1, 1)]
    low, high = (
        -math.inf if end <= 1e-12 else math.inf if end >= 1 - 1e-12 else math.log2(end / (1 - end) * n2 / n1)
        for end in ends
    )
    return low if low > 0 else high if high < 0 else 0.0


def log_odds(f1: int, n1: int, f2: int, n2: int, prior_weight: float) -> float:
    """z-score of the difference of log-odds under a Dirichlet prior of the joint frequencies (Monroe et al. 2008).

    >>> log_odds(9, 100, 9, 100, 0.01)
    0.0
    """
    a, a0 = prior_weight * (f1 + f2), prior_weight * (n1 + n2)
    if a == 0:
        return 0.0
    delta = math.log((f1 + a) / (n1 + a0 - f1 - a)) - math.log((f2 + a) / (n2 + a0 - f2 - a))  # equation 15
    variance = 1 / (f1 + a) + 1 / (f2 + a)  # equation 20
    return delta / math.sqrt(variance)  # equation 22


def weirdness(f1: int, n1: int, f2: int, n2: int) -> float:
    """The ratio of relative frequencies, 1 added to the background's count.

    >>> weirdness(6, 100, 1, 200)
    6.0
    """
    return (f1 / n1) / ((f2 + 1) / n2)


def simple_maths(f1: int, n1: int, f2: int, n2: int) -> float:
    """The ratio of frequencies per million, 100 added to both.

    >>> simple_maths(3, 10_000, 1, 10_000)
    2.0
    """
    return (f1 / n1 * 1e6 + 100) / (f2 / n2 * 1e6 + 100)


def smoothed_ratio(counts: Sequence[tuple[int, int]], n1: int, n2: int) -> list[float]:
    """(w + mean alpha) / (w + v + mean), v being the background's count scaled to the domain's size.

    >>> smoothed_ratio([(3, 0), (1, 4)], 100, 100)
    [0.7142857142857143, 0.3333333333333333]
    """
    pairs = [(w, f2 * n1 / n2) for w, f2 in counts]
    total = sum(w + v for w, v in pairs)
    if not total:
        return [0.0] * len(pairs)
    mean, alpha = total / len(pairs), sum(w for w, _ in pairs) / total
    return [(w + mean * alpha) / (w + v + mean) for w, v in pairs]


def general_ratio(f1: int, n1: int, f2: int, n2: int, expected: float, n_expected: int) -> float:
    """The log ratio to the background with a million symbols of general language added to it.

    >>> general_ratio(31, 62, 0, 1000, 0.0, 5) < general_ratio(31, 62, 0, 10**6, 0.0, 5) < log_ratio(31, 62, 0, 10**7)
    True
    """
    general = expected / n_expected * 1e6
    return math.log2((f1 + 0.5) / (n1 + 0.5)) - math.log2((f2 + general + 0.5) / (n2 + 1e6 + 0.5))


# --- evidence from the occurrences -----------------------------------------------------------------------------------

#: What stands beside a place, the nearer symbol first: two symbols, or one where the pair is not counted; EDGE where
#: the run ends; nothing where the nearer symbol is not counted itself.
Context = tuple[str, ...]
EDGE = "(edge)"  # no symbol is written so


def context(outward: Sequence[str], counted: Container[Ngram], to_the_left: bool) -> Context:
    """What stands beside a place, from the symbols of its run on that side, the nearest first.

    >>> context("站电", {("站",), ("电", "站")}, True), context("站电", {("站",)}, True), context("站", {("站",)}, True)
    (('站', '电'), ('站',), ('站', '(edge)'))
    """
    if not outward:
        return (EDGE,)
    near = outward[0]
    if (near,) not in counted:
        return ()
    if len(outward) == 1:
        return (near, EDGE)
    pair = (outward[1], near) if to_the_left else (near, outward[1])
    return (near, outward[1]) if pair in counted else (near,)


def places(runs: Iterable[Sequence[str]], ngram: Ngram) -> list[tuple[Sequence[str], Sequence[str]]]:
    """What stands to the left and to the right of each occurrence, the nearest symbol first.

    >>> places(["变电站内"], ("电",))
    [('变', '站内')]
    """
    n = len(ngram)
    spans = [(run, i) for run in runs for i in range(len(run) - n + 1) if tuple(run[i : i + n]) == ngram]
    return [(run[:i][::-1], run[i + n :]) for run, i in spans]


def context_weights(
    nouns: Mapping[Context, int], words: Mapping[Context, int], contexts: Iterable[Context], strength: float
) -> dict[Context, float]:
    """The log-odds of a noun beside each context, less the log-odds of a noun anywhere.

    A pair falls back on its nearer symbol, which is seen with all its pairs, and a symbol on the share of nouns.

    >>> context_weights({("的",): 3}, {("的",): 3, ("了",): 3}, [("的",), ("在",)], 4.0)[("在",)]
    0.0
    """

    def log_odds(p: float) -> float:
        return math.log(p / (1 - p))

    def beside(seen: Mapping[Context, int], near: str) -> int:
        return sum(n for other, n in seen.items() if other[:1] == (near,))

    share = (sum(nouns.values()) + 1) / (sum(words.values()) + 2)
    weights = {}
    for at in contexts:
        chance = share
        if at:
            chance = (beside(nouns, at[0]) + strength * share) / (beside(words, at[0]) + strength)
        if len(at) == 2:
            chance = (nouns.get(at, 0) + strength * chance) / (words.get(at, 0) + strength)
        weights[at] = log_odds(chance) - log_odds(share)
    return weights


def windows(sources: Iterable[Iterable[Sequence[str]]], size: int) -> list[list[tuple[int, int]]]:
    """Sources of runs, each cut into windows of so many symbols: of each, the places (run, symbol) that lie in it.

    >>> windows([["变电", "站", "内"], ["外"]], 3)
    [[(0, 0), (0, 1), (1, 0)], [(2, 0)], [(3, 0)]]
    """
    found: list[list[tuple[int, int]]] = []
    n = 0
    for runs in sources:
        places = []
        for run in runs:
            places += [(n, i) for i in range(len(run))]
            n += 1
        found += [places[i : i + size] for i in range(0, len(places), size)]
    return found


def burstiness(freq: int, n_holding: int, n_windows: int) -> float:
    """How many of the windows so many random throws would hit, over how many are hit.

    >>> round(burstiness(1, 1, 10**6), 4), round(burstiness(10**6, 1, 1), 4)
    (1.0, 1.0)
    """
    return n_windows * (1 - math.exp(-freq / n_windows)) / n_holding


def noun_fit(left: float, right: float) -> float:
    """The worse side's log-odds, doubled, as a probability.

    >>> noun_fit(0.0, 3.0)
    0.5
    """
    return 1 / (1 + math.exp(-2 * min(left, right)))


# --- ranked lists and gold lists -------------------------------------------------------------------------------------


def normal_form(term: str) -> str:
    """A term as lists are compared by: folded as in a corpus, inner blanks removed.

    >>> normal_form(" ＧＰＵ　加速")
    'gpu加速'
    """
    return "".join(fold(IGNORED.sub("", unicodedata.normalize("NFKC", term))).split())


def is_comparable(term: str) -> bool:
    """Whether a term has two characters and a Han character among them.

    >>> [is_comparable(term) for term in ("5g基站", "站", "gpu", "カタ")]
    [True, False, False, False]
    """
    return len(term) > 1 and any(0x4E00 <= ord(c) <= 0x9FA5 for c in term)


def comparable(terms: Iterable[str]) -> list[str]:
    """The terms of a list that take part, each at its best rank.

    >>> comparable(["Ａ股", "站", "变 电站", "a股"])
    ['a股', '变电站']
    """
    ranked: list[str] = []
    for term in map(normal_form, terms):
        if is_comparable(term) and term not in ranked:
            ranked.append(term)
    return ranked


def count_string(string: str, text: str) -> int:
    """How often a string occurs in the lines of a text, folded and with every stretch of blanks as one.

    >>> count_string("哈哈", "哈哈哈\\n哈 哈"), count_string("a b", "Ａ\u3000 B")
    (2, 1)
    """
    lines = [re.sub(r"\s+", " ", unicodedata.normalize("NFKC", line).lower()) for line in re.split("[\r\n]", text)]
    return sum(line.startswith(string, i) for line in lines for i in range(len(line)))


def average_precision(ranked: Sequence[str], relevant: Iterable[str], depth: int = 20_000) -> float:
    """The precision at each relevant term among the first 20,000, summed from the top, over the number of those terms.

    >>> average_precision(["变电", "站内", "电站"], ["变电", "电站", "换流"])
    0.5555555555555555
    """
    wanted = set(relevant)
    hits, total = 0, 0.0
    for rank, term in enumerate(ranked[:depth], 1):
        if term in wanted:
            hits += 1
            total += hits / rank
    return total / min(len(wanted), depth) if wanted else 0.0


def figures(ranked: Sequence[str], gold: Iterable[str], relevant: Iterable[str]) -> dict[str, float]:
    """Every figure of a list without duplicates: P over the gold list, the others over the relevant ones of it.

    >>> found = figures(["变电", "站内"], ["变电", "换流"], ["变电"])
    >>> found["P@100"], found["R@1000"], found["ceil"]
    (0.01, 1.0, 1.0)
    """
    gold, relevant = set(gold), set(relevant)

    def recall(terms: Sequence[str]) -> float:
        return sum(term in relevant for term in terms) / len(relevant) if relevant else 0.0

    found = {f"P@{k}": sum(term in gold for term in ranked[:k]) / k for k in (100, 500, 1000, 5000)}
    found |= {f"R@{k}": recall(ranked[:k]) for k in (1000, 5000, 20_000)}
    for k in (1000, 5000):
        p, r = found[f"P@{k}"], found[f"R@{k}"]
        found[f"F1@{k}"] = 2 * p * r / (p + r) if p + r else 0.0
    return found | {"AP": average_precision(ranked, relevant), "ceil": recall(ranked)}


# --- the random corpora ----------------------------------------------------------------------------------------------

#: How many random corpora each property test compares; 15 each when numba is switched off. Together more than 3,000.
RANDOM_CORPORA = {
    "spill arrays: any room": 200,
    "types: segments": 200,
    "corpus: code points": 500,  # in each of two tests
    "encode: runs and documents": 500,
    "encode: any blocks": 300,
    "encode: pieces and threads": 300,
    "encode: corpora put together": 200,
    "encode: translation": 100,
    "encode: any characters": 300,
    "encode: known strings": 200,
    "counts: all columns": 500,
    "counts: relations": 100,  # in each of five tests
    "counts: memory and threads": 300,
    "counts: without neighbours": 80,
    "census: pieces": 100,
    "candidates: cohesion": 150,
    "candidates: the edges of runs": 150,
    "candidates: nesting": 100,
    "candidates: absorbers": 100,
    "tries: background": 200,
    "tries: long runs": 150,
    "tries: places of nodes": 200,
    "tries: threads": 100,
    "tries: another alphabet": 100,
    "tally: terms": 80,
    "surface: forms": 200,
    "segment: routes": 300,
    "contexts: places": 100,
    "contexts: survey": 80,
    "engines: sums": 80,
    "engines: keys": 80,
    "meaning: units and what is near them": 200,
    "contexts: weights": 150,
    "lexicon: counts": 200,
    "lexicon: lists": 120,
    "evaluate: figures": 250,
    "locate: occurrences": 250,
    "locate: lines": 100,
    "examples: chosen": 150,
    "feedback: fit": 60,
    "rules: lists": 100,
    "review: gathered": 200,
    "review: longer terms": 300,
    "plot: labels": 300,
    "lines: numbers": 1000,
    "lines: tables": 200,
    "spark: pieces": 60,
}


def compared(name: str) -> Callable[[Any], Any]:
    """The settings of the property test of that name."""
    n = RANDOM_CORPORA[name]
    return settings(max_examples=min(n, 15) if TINY else n)


#: Repeats, folding (Ａ a A), joiners at edges, all kinds of blanks and separators, marks, jamo, ligatures, and
#: characters that vanish or expand.
PIECES = [
    "甲", "乙", "丙", "甲乙", "乙丙丁", "𠀀", "の", "カ", "ｶﾞ", "ー", "々", "〇", "豈", "㋿", "㌔",
    "a", "b", "A", "Ａ", "ab", "Ab", "AB", "1", "①", "½", "β", "Β", "é", "e\u0301", "\u0301", "ﬁ", "㎏", "℃", "İ", "Σ",
    "C++", "c#", "19-9", "+", "＋", "#", "-", ".", "/", "_", "'", "&", "…",
    "각", "\u1100", "\u1161", "\u11a8", "ﾞ", "\u3099", "´",
    " ", "  ", "\u3000", "\xa0", "\t", "\n", "\r\n", "\u2028", "\x1e", "。", "，", "(", "\u0085", "😀", "\ud800",
    "\ufe0f", "\u200b", "\u00ad", "\ufeff", "\u20dd",
]  # fmt: skip


@st.composite
def texts(draw: st.DrawFn, max_size: int = 60) -> str:
    """A text of few different pieces, so that they repeat."""
    pieces = draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=7))
    return "".join(draw(st.lists(st.sampled_from(pieces), max_size=max_size)))


@st.composite
def dense_texts(draw: st.DrawFn, max_size: int = 80) -> str:
    """A text of Han characters and words with few separators: long runs, many n-grams, many overlaps."""
    pieces = draw(
        st.lists(st.sampled_from(["甲", "乙", "丙", "の", "甲乙", "a", "B ", " b", "𠀀"]), min_size=1, max_size=4)
    )
    pieces.append(draw(st.sampled_from(["。", "\n", " ", "\x1e", "甲"])))
    return "".join(draw(st.lists(st.sampled_from(pieces), max_size=max_size)))


def cut(text: str, places: Iterable[int]) -> list[str]:
    """A text in blocks.

    >>> cut("变电站", [1, 1, 7])
    ['变', '', '电站', '']
    """
    ends = sorted(min(place, len(text)) for place in places)
    return [text[a:b] for a, b in zip([0, *ends], [*ends, len(text)], strict=True)]


@st.composite
def cased_texts(draw: st.DrawFn) -> str:
    """A text in which the same words are written in many ways."""
    pieces = ["GPU", "gpu", "Gpu", "ＧＰＵ", "C++", "c++", "Ａ", "a", "加速", "加", " ", " ", "。", "\n", "ß", "Σ", "σ"]
    return "".join(draw(st.lists(st.sampled_from(pieces), max_size=40)))
