"""Alphabets: the words of a corpus, interned, and their numbers under another corpus's.

In: words as characters. Out: their numbers, in the order in which they were met. The character automaton that splits a
text into words is `kernels.encode`, and so are the tables themselves (`Strings`).
"""

from __future__ import annotations

import secrets

import numpy as np

from termmine.kernels import encode as encode_kernels
from termmine.kernels.encode import Strings
from termmine.runtime.arrays import Arrays
from termmine.runtime.columns import copy_column
from termmine.runtime.spill import SpillArray
from termmine.text.characters import character_tables
from termmine.types import Alphabet

FEWEST_WORDS = 8192  # words that an empty alphabet has room for; an eighth of it must hold all words of one character

_ADOPTED = 1 << 12  # forms numbered between two looks at the memory: each may touch four pages of it

#: The key of every table's hash, another one in each process; no result depends on it, for words are numbered as they
#: come.
_KEY = secrets.randbits(62)


def new_strings(arrays: Arrays, capacity: int = FEWEST_WORDS) -> Strings:
    """A table without words, and room for so many."""
    return Strings(
        slots=arrays.zeros(2 * capacity, np.int32, hot=True),
        hashes=arrays.zeros(capacity, np.uint64, hot=True),
        offsets=arrays.zeros(capacity + 1, np.int64, hot=True),
        pool=arrays.zeros(16 * capacity, np.int32, hot=True),
        size=np.array([0, _KEY], dtype=np.int64),
    )


def with_room(strings: Strings, arrays: Arrays) -> Strings:
    """The same strings, in twice the room where more than seven eighths of it are taken."""
    size = int(strings.size[0])
    if 8 * size <= 7 * len(strings.hashes) and 8 * strings.offsets[size] <= 7 * len(strings.pool):
        return strings
    bigger = new_strings(arrays, 2 * len(strings.hashes))
    for new, old in zip(bigger[1:], strings[1:], strict=True):
        copy_column(old, new)
    encode_kernels.rebuild(bigger)
    return bigger


def empty_alphabet(arrays: Arrays, fold: str | None = None) -> Alphabet:
    """An alphabet without words."""
    room = np.zeros(FEWEST_WORDS, dtype=np.int32)
    return Alphabet(new_strings(arrays), new_strings(arrays), room, room.copy(), fold)


def adopted(alphabet: Alphabet, chars: np.ndarray, offsets: np.ndarray, arrays: Arrays) -> tuple[Alphabet, np.ndarray]:
    """An alphabet with some forms (characters, and the place where each begins), and their numbers in it (int32)."""
    ids = np.empty(len(offsets) - 1, dtype=np.int32)
    fold = character_tables(alphabet.fold).fold
    done = 0
    while done < len(ids):
        forms, words = with_room(alphabet.forms, arrays), with_room(alphabet.words, arrays)
        form_word = _lengthened(alphabet.form_word, len(forms.hashes), arrays)
        word_form = _lengthened(alphabet.word_form, len(words.hashes), arrays)
        alphabet = Alphabet(forms, words, form_word, word_form, alphabet.fold)
        some = offsets[: done + _ADOPTED + 1]
        done = encode_kernels.adopt(chars, some, done, fold, forms, words, form_word, word_form, ids)
        arrays.relieve()
    return alphabet, ids


def alphabet_of(chars: SpillArray, offsets: SpillArray, fold: str | None, arrays: Arrays) -> Alphabet:
    """The alphabet of those forms, in the order in which they were met (characters, and the place where each
    begins).
    """
    alphabet = empty_alphabet(arrays, fold)
    for start in range(0, len(offsets) - 1, FEWEST_WORDS):
        here = offsets.read(start, min(start + FEWEST_WORDS, len(offsets) - 1) + 1)
        alphabet, _ = adopted(alphabet, chars.read(int(here[0]), int(here[-1])), here - here[0], arrays)
    return alphabet


def translation(source: Alphabet, target: Alphabet, arrays: Arrays) -> np.ndarray:
    """The code under another alphabet of each word, UNKNOWN where that lacks it (int32, one a word)."""
    words = source.words
    size = int(words.size[0])
    codes = arrays.empty(size, np.int32, hot=True)
    encode_kernels.find_all(words.pool, words.offsets[: size + 1], target.words, codes)
    return codes


def _lengthened(array: np.ndarray, length: int, arrays: Arrays) -> np.ndarray:
    if len(array) == length:
        return array
    longer = arrays.zeros(length, array.dtype, hot=True)
    copy_column(array, longer)
    return longer
