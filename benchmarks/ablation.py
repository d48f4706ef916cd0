"""What each ingredient of the default score is worth: average precision without it, on one or more domains.

    python benchmarks/ablation.py --background general.txt NAME=corpus.txt:gold.txt [NAME=corpus.txt:gold.txt ...]

Prints a Markdown table: AP, P@100 and R@20000 of the whole score, of the score with each factor left out in turn, and
of each single measure. Relevant are the gold terms that occur at least five times in the corpus.
"""

import argparse
from pathlib import Path

import numpy as np

from termmine.evaluation import metrics
from termmine.measures import MEASURES, score_factors
from termmine.options import make_options
from termmine.pipeline import analyse
from termmine.readers.wordlists import read_words
from termmine.runtime.progress import Progress
from termmine.search.finder import count_strings
from termmine.text.normalize import is_comparable, normal_form


def figures(score, terms, gold, relevant):
    """AP, P@100 and R@20000 of the terms in the order of a score; what it vetoes is left out."""
    kept = np.flatnonzero(score > 0) if (score >= 0).all() else np.arange(len(score))
    order = kept[np.argsort(-score[kept], kind="stable")][: metrics.DEPTH]
    ranked = list(dict.fromkeys(terms[i] for i in order if is_comparable(terms[i])))
    judged = metrics.judge(ranked, gold, relevant)
    return (
        metrics.average_precision(judged),
        metrics.precision_at(judged, 100),
        metrics.recall_at(judged, metrics.DEPTH),
    )


def rows_of(corpus, gold_path, background):
    """The table's rows for one domain: what -> figures."""
    analysis = analyse(corpus, background, make_options(), Progress())
    frame = analysis.frame
    terms = [normal_form(text) for text in analysis.table.texts(frame["row"].to_numpy())]
    gold = frozenset(term for term in map(normal_form, read_words(gold_path)) if is_comparable(term))
    counts = count_strings(sorted(gold), [corpus])
    relevant = sorted(term for term in gold if counts[term] >= metrics.MIN_OCCURRENCES)
    columns = [frame[name].to_numpy() for name in MEASURES["score"].columns]
    factors = {name: np.maximum(factor, 0.0) for name, factor in score_factors(*columns).items()}
    rows = {"all": np.prod(list(factors.values()), axis=0)}
    for left_out in factors:
        kept = [factor for name, factor in factors.items() if name != left_out]
        rows[f"without {left_out}"] = np.prod(kept, axis=0)
    for name, measure in MEASURES.items():
        if name != "score":
            counted = (frame["freq"].to_numpy(), analysis.table.n_symbols)
            other = (frame["background_freq"].to_numpy(), analysis.signature["background"]["n_symbols"])
            if measure.contrast:
                rows[f"{name} alone"] = measure.formula(*counted, *other)
    return {name: figures(score, terms, gold, relevant) for name, score in rows.items()}


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--background", type=Path, required=True)
    parser.add_argument("domains", nargs="+", metavar="NAME=CORPUS:GOLD")
    given = parser.parse_args()
    tables = {}
    for domain in given.domains:
        name, _, paths = domain.partition("=")
        corpus, _, gold = paths.rpartition(":")
        tables[name] = rows_of(Path(corpus), Path(gold), given.background)
    print("| score | " + " | ".join(f"{name} AP | P@100 | R@20000" for name in tables) + " |")
    print("|---|" + "---|" * 3 * len(tables))
    for what in next(iter(tables.values())):
        cells = [f"{value:.4f}" for table in tables.values() for value in table[what]]
        print(f"| {what} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
