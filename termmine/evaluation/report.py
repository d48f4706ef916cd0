"""An evaluation from files to tables: reads lists and gold, has them judged, and lays the figures out.

In: paths. Out: one record with every figure (for JSON), or the same as text tables. The figures' definitions are in
`metrics`, the comparison of strings in `text.normalize`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from termmine.errors import TermmineError, UsageError
from termmine.evaluation import metrics
from termmine.formats.read import read_ranking
from termmine.options import ReadOptions
from termmine.readers.base import ReadReport
from termmine.readers.source import Files, Source
from termmine.readers.wordlists import read_words
from termmine.search.finder import count_strings
from termmine.text.normalize import is_comparable, normal_form
from termmine.version import __version__


def evaluate_lists(
    lists: Sequence[Path | str],
    gold: Path | str,
    corpus: Source | None,
    reading: ReadOptions | None = None,
    note: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Compute every figure of every list, and the paired differences between the first list and each other one.

    ``reading``: the options of reading the corpus, whose ``fold`` is also used for comparing terms; ``note`` is called
    with
    the notes of that reading.
    """
    reading = reading or ReadOptions()
    terms = (normal_form(term, reading.fold) for term in read_words(gold))
    wanted = frozenset(term for term in terms if is_comparable(term))
    if not wanted:
        raise TermmineError(f"{gold}: holds no term of two characters with a Han character: give one term a line")
    met = ReadReport()
    counts = count_strings(sorted(wanted), corpus, reading, met) if corpus else None
    for line in met.notes():
        note(f"corpus: {line}")
    relevant = sorted(term for term in wanted if counts is None or counts[term] >= metrics.MIN_OCCURRENCES)
    if not relevant:
        raise TermmineError(
            f"{gold}: none of its terms occurs {metrics.MIN_OCCURRENCES} times in the corpus: "
            "give the corpus that the lists were made from, or leave --corpus out"
        )
    judged = {str(path): metrics.judge(read_ranking(path, reading.fold), wanted, relevant) for path in lists}
    if len(judged) < len(lists):
        raise UsageError("the same list is given more than once: name each list once")
    first = next(iter(judged))
    return {
        "termmine": __version__,
        "gold": {"name": str(gold), "n": len(wanted), "relevant": len(relevant)},
        "corpus": [str(path) for path in corpus.named] if isinstance(corpus, Files) else [],
        "min_occurrences": metrics.MIN_OCCURRENCES if corpus else 0,
        "lists": [
            {
                "name": name,
                "n": len(one.terms),
                "scores": metrics.scores(one),
                "intervals": metrics.intervals(one),
                "bands": metrics.by_band(one, relevant, counts),
            }
            for name, one in judged.items()
        ],
        "differences": [
            {"first": first, "second": name, "differences": metrics.paired_differences(judged[first], other)}
            for name, other in judged.items()
            if name != first
        ],
    }


def tables(report: dict[str, Any]) -> str:
    """The report as tab-separated tables, each under a line that says what it is."""
    gold = report["gold"]
    lines = [f"# gold {gold['n']} terms, relevant {gold['relevant']}; termmine {report['termmine']}; 95 % intervals"]
    for one in report["lists"]:
        lines.append(f"# {one['name']}: {one['n']} terms")
        for figure, value in one["scores"].items():
            low, high = one["intervals"][figure]
            lines.append(f"{figure}\t{value:.4f}\t[{low:.4f}, {high:.4f}]")
        lines.append("# by band\tn\tR@20000\tmean gain")
        lines += [
            f"{band['band']}\t{band['n']}\t{band['R@20000']:.4f}\t{band['mean_gain']:.4f}" for band in one["bands"]
        ]
    for pair in report["differences"]:
        lines.append(f"# {pair['first']} minus {pair['second']}")
        for figure, (value, low, high) in pair["differences"].items():
            lines.append(f"{figure}\t{value:+.4f}\t[{low:+.4f}, {high:+.4f}]")
    return "\n".join(lines) + "\n"
