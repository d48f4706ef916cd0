"""The vectors of a corpus, for other programs and for a reader: which terms are used like which.

In: a source, options, terms. Out: the vectors by term, in word2vec's text format too; the nearest terms of each term.
The vectors are those that a discovery with the same options ranks by; nothing is computed here but cosines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from termmine.counting.engines import Engine
from termmine.counting.source import check_holds_text
from termmine.errors import TermmineError, UsageError
from termmine.meaning.vectors import LEAST_UNITS, MIN_FREQ, Vectors
from termmine.options import DiscoverOptions
from termmine.pipeline import Analysis, analyse, open_background
from termmine.readers.source import Given, open_source
from termmine.runtime.columns import slices
from termmine.search.rows import find_rows
from termmine.search.spelling import surfaces

_LINES_AT_ONCE = 1 << 12


@dataclass(frozen=True)
class Neighbour:
    """A term that is used like another one: that other term, its neighbour, the cosine of their vectors (at most 1),
    the frequency of the neighbour and its score.
    """

    term: str
    neighbour: str
    cosine: float
    freq: int
    score: float


def vectors_of(
    corpus: Given, background: Given | None, options: DiscoverOptions, engine: Engine
) -> tuple[list[str], np.ndarray]:
    """The units of a corpus that have a vector, as they are written, the commonest first; and their vectors (float32).

    Of two units that are written alike the commoner one is given.
    """
    analysis, vectors = _analysed(corpus, background, options, engine)
    order = np.argsort(-vectors.freq, kind="stable")
    terms = _spelt(analysis, vectors.row[order], engine)
    first = dict(reversed([(term, i) for i, term in enumerate(terms)]))
    kept = sorted(first.values())
    return [terms[i] for i in kept], vectors.matrix[order[kept]]


def neighbours(
    terms: Sequence[str], corpus: Given, background: Given | None, options: DiscoverOptions, limit: int, engine: Engine
) -> dict[str, list[Neighbour]]:
    """The ``limit`` candidate terms most like each of some terms, the most alike first; empty where a term has no
    vector.

    Raises `TermmineError` where no term has one.
    """
    analysis, vectors = _analysed(corpus, background, options, engine)
    entries = vectors.of_rows(find_rows(analysis.table, terms))
    if (entries < 0).all():
        raise TermmineError(
            f"{', '.join(terms)}: has no vector, for the text is not cut into it {MIN_FREQ} times: "
            "check its spelling, or see termmine explain"
        )
    score = np.zeros(len(vectors))
    place = vectors.of_rows(analysis.columns["row"])
    score[place[place >= 0]] = analysis.columns["score"][place >= 0]
    found = [vectors.nearest(int(entry), limit, score > 0.0) if entry >= 0 else None for entry in entries]
    nearest = np.unique(np.concatenate([one[0] for one in found if one is not None]))
    spelt = dict(zip(nearest.tolist(), _spelt(analysis, vectors.row[nearest], engine), strict=True))
    freq = analysis.table.freq[vectors.row]
    return {
        term: []
        if one is None
        else [
            Neighbour(term, spelt[i], round(float(cosine), 4), int(freq[i]), float(score[i]))
            for i, cosine in zip(one[0].tolist(), one[1], strict=True)
        ]
        for term, one in zip(terms, found, strict=True)
    }


def _analysed(
    corpus: Given, background: Given | None, options: DiscoverOptions, engine: Engine
) -> tuple[Analysis, Vectors]:
    if options.measure != "score":
        raise UsageError(f"--measure {options.measure}: vectors are made for the measure score: leave --measure out")
    source = open_source(engine.located(corpus), options)
    analysis = analyse(source, open_background(engine.located(background), options), options, engine)
    check_holds_text(analysis.corpus, source.name, "likeness of use")
    if analysis.vectors is None:
        raise TermmineError(
            f"{source.name}: is too small for vectors: fewer than {LEAST_UNITS} words occur {MIN_FREQ} times: "
            "give more text"
        )
    return analysis, analysis.vectors


def _spelt(analysis: Analysis, rows: np.ndarray, engine: Engine) -> list[str]:
    return surfaces(analysis.corpus, analysis.table, rows, engine)


def as_word2vec(terms: Sequence[str], matrix: np.ndarray) -> Iterator[bytes]:
    """Vectors in word2vec's text format: a line with both sizes, then a line for each term.

    Blanks in a term become underscores, for a blank ends the term.
    """
    yield f"{len(terms)} {matrix.shape[1]}\n".encode()
    for here in slices(0, len(terms), _LINES_AT_ONCE):
        yield "".join(_lines(terms[here], matrix[here])).encode(errors="backslashreplace")


def _lines(terms: Sequence[str], matrix: np.ndarray) -> Iterator[str]:
    for term, vector in zip(terms, matrix.tolist(), strict=True):
        yield "_".join(term.split()) + " " + " ".join(f"{value:.6f}" for value in vector) + "\n"
