"""What a count file without text keeps of the text, so that its terms can be ranked and spelt later.

In: a corpus, and its table, which goes one symbol further than terms may. Out: `Kept`: for each n-gram sums that add up
from part to part. Units of the text and their neighbours are not kept: which units there are is known only when
everything has been counted.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from termmine.counting.engines import Engine, Key
from termmine.counting.parts.spelling import as_columns
from termmine.ranking.distribution import SCALE, sums_of
from termmine.runtime.columns import slices
from termmine.search.jieba import jieba_dictionary
from termmine.search.segmenter import Segmenter
from termmine.search.spelling import spellings, varying
from termmine.types import FIT_SCALE, Corpus, Kept, NgramTable


def keep_of_text(corpus: Corpus, table: NgramTable, unseen: int, engine: Engine) -> Kept:
    """What a ranking needs of the text, for each row; what has none occurs so often at most."""
    job = engine.job
    with job.progress.stage("looking at the occurrences"):
        segmenter = Segmenter(jieba_dictionary(), table.alphabet, job.arrays)
        job.guard.give_back()
        sums, n_windows = sums_of(corpus, table, np.arange(len(table), dtype=np.int32), segmenter, engine)
        left, right, windows = (np.ascontiguousarray(column) for column in sums.T)
        written: dict[str, Any] = as_columns(_written(corpus, table, engine))
    return Kept(
        missed=job.arrays.zeros(len(table), np.int64),
        windows=windows,
        left_fit=_coarser(left),
        right_fit=_coarser(right),
        **written,
        n_windows=n_windows,
        unseen=unseen,
    )


def _coarser(sums: np.ndarray) -> np.ndarray:
    return np.rint(sums / (SCALE // FIT_SCALE)).astype(np.int64)


def _written(corpus: Corpus, table: NgramTable, engine: Engine) -> Counter[Key]:
    """The spellings of all n-grams that hold a symbol that is not always written alike."""
    counts: Counter[Key] = Counter()
    for here in slices(0, len(table)):
        some = varying(corpus, table, np.arange(here.start, here.stop))
        if len(some):
            counts.update(engine.tally(corpus, spellings(corpus, table, some, engine.job.arrays)))
    return counts
