"""What each ingredient of the default score is worth: average precision without it, on one or more domains.

    python benchmarks/ablation.py --background general.txt NAME=corpus.txt:gold.txt [NAME=corpus.txt:gold.txt ...]

Prints a Markdown table: AP, P@100 and R@20000 of the whole score, of the score with each factor left out in turn, and
of each single measure. Relevant are the gold terms that occur at least five times in the corpus.
"""

import argparse
from pathlib import Path

import numpy as np

from termmine.counting.engines import LocalEngine
from termmine.evaluation import metrics
from termmine.meaning.company import company
from termmine.measures import MEASURES, score_factors
from termmine.options import make_options
from termmine.pipeline import MOST_UNITS, analyse, nth_largest
from termmine.readers.source import open_source
from termmine.readers.wordlists import read_words
from termmine.runtime.job import Job
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
    """The table's rows for one domain: what -> figures.

    What company a term keeps is asked of the score without it, so it is computed anew where a factor is left out.
    """
    engine = LocalEngine(Job())
    analysis = analyse(open_source(corpus), open_source(background), make_options(), engine)
    columns = analysis.columns
    terms = [normal_form(text) for text in analysis.table.texts(columns["row"])]
    gold = frozenset(term for term in map(normal_form, read_words(gold_path)) if is_comparable(term))
    counts = count_strings(sorted(gold), open_source(corpus))
    relevant = sorted(term for term in gold if counts[term] >= metrics.MIN_OCCURRENCES)
    names = MEASURES["score"].columns
    factors = {n: np.maximum(f, 0.0) for n, f in score_factors(*(columns[name] for name in names)).items()}
    rows = {"all": np.prod(list(factors.values()), axis=0)}
    for left_out in factors:
        kept = [factor for name, factor in factors.items() if name not in (left_out, "company")]
        plain = np.prod(kept, axis=0)
        rows[f"without {left_out}"] = plain * (1.0 if left_out == "company" else asked(analysis, plain))
    for name, measure in MEASURES.items():
        if name != "score":
            counted = (columns["freq"], analysis.table.n_symbols)
            other = (columns["background_freq"], analysis.signature["background"]["n_symbols"])
            if measure.contrast:
                rows[f"{name} alone"] = measure.formula(*counted, *other)
    return {name: figures(score, terms, gold, relevant) for name, score in rows.items()}


def asked(analysis, plain):
    """The factor of company, by a score without it."""
    worth = np.log(np.maximum(plain, nth_largest(plain, MOST_UNITS)))
    return np.exp(company(analysis.vectors, analysis.columns["row"], worth))


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
