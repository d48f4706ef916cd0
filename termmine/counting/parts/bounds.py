"""The frequencies from which on a file without text is complete and exact, and the entropies that it can tell.

In: a table, and what its file cannot know. Out: numbers. An n-gram that a part lacks occurs there less often than the
part's floor: so often at most as `Kept.unseen` says. The proof of all bounds is in docs/count-files.md.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from termmine.counting.table import entropy
from termmine.kernels import pairs as pairs_kernels
from termmine.runtime.arrays import Arrays
from termmine.types import Kept, NgramTable


def exact_from(table: NgramTable, kept: Kept) -> int:
    """The least frequency from which on every n-gram has its exact frequency: beyond all that may have missed some."""
    most = table.freq + kept.missed
    return max(int(most[kept.missed > 0].max(initial=0)) + 1, kept.complete_from)


def with_entropies(table: NgramTable, arrays: Arrays) -> NgramTable:
    """A table with its entropies, as far as its own rows tell the neighbours; each other neighbour is taken to be one
    of its own, so that an entropy is too high rather than too low.
    """
    sums = arrays.zeros((2, len(table)), np.int64, hot=True)
    pairs_kernels.add_neighbours(table.freq, table.prefix, table.suffix, sums[0], sums[1])
    freq = np.maximum(table.freq, 1)  # a row that was looked for and does not occur has none
    left, right = (entropy(freq, side, arrays) for side in sums)
    return replace(table, left_entropy=left, right_entropy=right)


def untold(table: NgramTable, kept: Kept) -> tuple[np.ndarray, np.ndarray]:
    """The most occurrences of each row whose left, and right, neighbour no longer row tells (int64).

    So often at most occurs any one-symbol extension of the row that has no row itself.
    """
    most = table.freq + kept.missed
    left, right = most - table.left_edge, most - table.right_edge
    longer = slice(int(table.level[1]), len(table))
    np.subtract.at(right, table.prefix[longer], table.freq[longer])
    np.subtract.at(left, table.suffix[longer], table.freq[longer])
    return left, right
