"""The vectors of strings, as a list of terms wants them: looked up by what is written, not by rows of a table.

In: a corpus, and a list of terms. Out: `Uses`. Where there is too little text for vectors, the error says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from termmine.counting.engines import Engine
from termmine.counting.source import check_holds_text
from termmine.errors import TermmineError
from termmine.meaning.units import make_units
from termmine.meaning.vectors import LEAST_UNITS, MIN_FREQ, Vectors, make_vectors
from termmine.options import DiscoverOptions, ReadOptions, default_min_freq
from termmine.readers.source import Source
from termmine.search.jieba import jieba_dictionary
from termmine.search.rows import find_rows
from termmine.search.segmenter import Segmenter
from termmine.types import NgramTable

TOO_SMALL = (
    f"too little text for vectors: fewer than {LEAST_UNITS:,} different words occur {MIN_FREQ} times in it: "
    "give more text of the field"
)


@dataclass(frozen=True)
class Uses:
    """Vectors, and the table whose rows they belong to."""

    vectors: Vectors
    table: NgramTable

    def entries(self, strings: Sequence[str]) -> np.ndarray:
        """The number of each string's vector (int64); -1 where it has none."""
        if not len(strings):
            return np.zeros(0, dtype=np.int64)
        return np.asarray(self.vectors.of_rows(find_rows(self.table, strings)))

    def matrix(self, strings: Sequence[str]) -> np.ndarray:
        """The vector of each string (float32, strings x dimensions); zeros where it has none."""
        entries = self.entries(strings)
        matrix = np.zeros((len(entries), self.vectors.matrix.shape[1]), dtype=np.float32)
        matrix[entries >= 0] = self.vectors.matrix[entries[entries >= 0]]
        return matrix


def uses_of(strings: Sequence[str], source: Source, reading: ReadOptions, engine: Engine) -> Uses:
    """The uses of strings in a corpus, which is cut into them and the words of a general dictionary.

    An error where there is too little text for vectors.
    """
    options = DiscoverOptions(**{name: getattr(reading, name) for name in type(reading).__dataclass_fields__})
    corpus, table = engine.read(source, replace(options, any_script=True))
    check_holds_text(corpus, source.name, "likeness of use")
    if table is None:
        least = default_min_freq(corpus.n_symbols)
        table = engine.count(corpus, min_freq=least, max_length=options.max_length, neighbours=False)
    with engine.job.progress.stage("comparing uses"):
        rows = find_rows(table, strings)
        words = Segmenter(jieba_dictionary(), table.alphabet, engine.job.arrays).rows(table)
        vectors = make_vectors(corpus, make_units(corpus, table, rows[rows >= 0], words, engine), engine)
    if vectors is None:
        raise TermmineError(f"{source.name}: {TOO_SMALL}")
    return Uses(vectors, table)
