"""The place where a ranked list that nobody has cut may sensibly end.

In: scores, the best first. Out: the least score to take. Nothing is dropped here.
"""

from __future__ import annotations

from collections.abc import Sequence

from termmine.formats.cells import is_missing

#: The place whose score is the measure: the very best ones are a matter of luck.
NTH = 10

#: A term is taken that scores at least so large a part of it. The curve of scores bends there: on five domains of 12 to
#: 42 MB the point farthest from the line between its ends has 1/17 to 1/25 of the tenth best score.
SHARE = 1 / 20


def least_score(scores: Sequence[float | None]) -> float | None:
    """The score from which on terms are taken; None for a list that is too short to be cut.

    >>> least_score([100.0] * 10 + [6.0, 5.0, 4.0])
    5.0
    """
    known = sorted((float(score) for score in scores if score is not None and not is_missing(score)), reverse=True)
    return known[NTH - 1] * SHARE if len(known) > NTH and known[NTH - 1] > 0 else None
