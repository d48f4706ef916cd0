"""The slow, obvious twins of what a reviewer's loop is made of: examples, the model of verdicts."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence


def chosen_examples(sentences: Sequence[tuple[str, str, int]], n: int) -> list[str]:
    """The examples for a term from all sentences (sentence, path, line) that hold it, in reading order.

    >>> chosen_examples([("变压器跳闸以后要检查。", "a", 1), ("变压器", "a", 2), ("变压器跳闸以后要检查！", "b", 1)], 3)
    ['变压器跳闸以后要检查。', '变压器']
    """
    best: dict[int, tuple[int, int, int]] = {}  # by shape: cost, key, place in reading order
    for i, (sentence, _, _) in enumerate(sentences):
        key = zlib.crc32(han(sentence).encode())
        entry = (cost(sentence), key, i)
        if key not in best or entry[0] < best[key][0]:
            best[key] = entry
    pool = [sentences[i] for _, _, i in sorted(best.values())[: 4 * n]]
    chosen: list[tuple[str, str, int]] = []
    for level in range(3):
        for one in pool:
            clash = any(one[1:2] == other[1:2] if level == 0 else one[1:] == other[1:] for other in chosen)
            if level == 2:
                clash = one in chosen
            if len(chosen) < n and not clash and all(similarity(one[0], other[0]) < 0.5 for other in chosen):
                chosen.append(one)
    return [sentence for sentence, _, _ in chosen]


def han(sentence: str) -> str:
    """The Han characters of a sentence, or all of it where there is none."""
    return "".join(c for c in sentence if "\u3400" <= c <= "\u9fff") or sentence


def cost(sentence: str) -> int:
    """Too short, too long, no full stop."""
    bare = sentence.rstrip('”’」』）)"')
    return max(10 - len(sentence), 0) + max(len(sentence) - 40, 0) + (0 if bare.endswith(tuple("。！？!?；;")) else 10)


def similarity(one: str, other: str) -> float:
    """The share of common pairs of neighbouring characters, the edges among them (Jaccard)."""
    a, b = ({text[i : i + 2] for i in range(len(text) - 1)} for text in (f" {han(one)} ", f" {han(other)} "))
    return len(a & b) / len(a | b)


def logistic_objective(
    weights: Sequence[float],
    rows: Sequence[Sequence[float]],
    accepted: Sequence[bool],
    mean: Sequence[float],
    precision: float,
) -> float:
    """The penalised log-likelihood of a logistic regression; the intercept comes first, its precision is 0.01.

    >>> round(logistic_objective([0.0, 1.0], [[1.0], [-1.0]], [True, False], [1.0], 1.0), 6)
    -0.626523
    """
    total = -0.01 * weights[0] ** 2 / 2
    total -= sum(precision * (w - m) ** 2 / 2 for w, m in zip(weights[1:], mean, strict=True))
    for row, yes in zip(rows, accepted, strict=True):
        eta = weights[0] + sum(w * x for w, x in zip(weights[1:], row, strict=True))
        probability = 1 / (1 + math.exp(-eta))
        total += math.log(probability if yes else 1 - probability)
    return total


def fit(
    rows: Sequence[Sequence[float]], accepted: Sequence[bool], mean: Sequence[float], precision: float
) -> list[float]:
    """The weights at its maximum, by trying smaller and smaller steps in each direction."""
    weights = [0.0, *mean]
    best, step = logistic_objective(weights, rows, accepted, mean, precision), 1.0
    while step > 1e-7:
        moved = False
        for i in range(len(weights)):
            for change in (step, -step):
                trial = [w + change * (i == j) for j, w in enumerate(weights)]
                value = logistic_objective(trial, rows, accepted, mean, precision)
                if value > best:
                    weights, best, moved = trial, value, True
        step = step if moved else step / 2
    return weights


def log_evidence(rows: Sequence[Sequence[float]], accepted: Sequence[bool], mean: float, precision: float) -> float:
    """ln of the integral of likelihood times prior over intercept and one weight, on a fine grid.

    Without the prior's factor 1 / (2 pi) and Laplace's 2 pi, which cancel.
    """
    width, n = 12.0, 200  # of so smooth a function 600 give the same to 13 digits
    grid = [-width + 2 * width * (i + 0.5) / n for i in range(n)]
    values = [
        logistic_objective([b, w + mean], rows, accepted, [mean], precision) for b in grid for w in grid
    ]  # fmt: skip
    most = max(values)
    integral = sum(math.exp(value - most) for value in values) * (2 * width / n) ** 2
    return most + math.log(integral) + math.log(0.01 * precision) / 2 - math.log(2 * math.pi)
