"""jieba's dictionary, read once and laid out once for each alphabet: that is two thirds of a run on a small text.

In: nothing. Out: stand-ins for `jieba_dictionary` and `Segmenter`, which give what these give. A run that was given
less memory than there is makes its own, so that what it does about that is tested.
"""

from __future__ import annotations

import copy
from collections import OrderedDict
from functools import lru_cache

import pytest

from termmine import pipeline
from termmine.candidates import choose
from termmine.evaluation import jieba_check
from termmine.meaning import uses
from termmine.review import general
from termmine.runtime.arrays import Arrays
from termmine.runtime.job import default_memory
from termmine.search.jieba import Dictionary, jieba_dictionary
from termmine.search.segmenter import Segmenter
from termmine.types import Alphabet

MOST = 4  # segmenters, of some 30 MB each

_made: OrderedDict[tuple[str | None, tuple[str, ...]], Segmenter] = OrderedDict()


def segmenter(dictionary: Dictionary, alphabet: Alphabet, arrays: Arrays) -> Segmenter:
    """The segmenter of an alphabet, from the runs before if there is one: nothing that it holds is ever changed."""
    if arrays._guard.memory < default_memory():
        return Segmenter(dictionary, alphabet, arrays)
    key = (alphabet.fold, tuple(alphabet.word_texts))
    if key not in _made:
        _made[key] = Segmenter(dictionary, alphabet, arrays)
        if len(_made) > MOST:
            _made.popitem(last=False)
    _made.move_to_end(key)
    shared = copy.copy(_made[key])
    shared._arrays = arrays
    return shared


def share(patch: pytest.MonkeyPatch) -> None:
    """Have all runs in this process use one dictionary."""
    one = lru_cache(maxsize=1)(jieba_dictionary)
    for module in (pipeline, choose, jieba_check, uses, general):
        patch.setattr(module, "jieba_dictionary", one)
    for module in (pipeline, uses):
        patch.setattr(module, "Segmenter", segmenter)
