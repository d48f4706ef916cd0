"""Words that were chosen to meet in one slot of the table: they do not, for its hash has a key."""

from __future__ import annotations

from unittest import mock

import numpy as np

from termmine.runtime.job import Job
from termmine.text import alphabet
from termmine.text.encode import encode

LETTERS = np.array(list("abcdefghijklmnopqrstuvwxyz"))
N_SLOTS = 2 * alphabet.FEWEST_WORDS


def meeting_words() -> list[str]:
    """Words whose hash without a key has the same last bits."""
    numbers = np.random.default_rng(1).integers(0, 26, (2_000_000, 7))
    value = np.full(len(numbers), 0xCBF29CE484222325, dtype=np.uint64)
    for k in range(7):
        value = (value ^ (numbers[:, k] + ord("a")).astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        value ^= value >> np.uint64(29)
    slots = (value & np.uint64(N_SLOTS - 1)).astype(np.int64)
    fullest = np.bincount(slots).argmax()
    return ["".join(LETTERS[word]) for word in numbers[slots == fullest]]


def detours(words: list[str]) -> int:
    """How many slots the words of a text stand behind their own ones in its table, all in all."""
    strings = encode([" ".join(words)], job=Job(threads=1)).alphabet.words
    slots = np.flatnonzero(strings.slots)
    numbers = strings.slots[slots] - 1
    mask = len(strings.slots) - 1
    return int(((slots - (strings.hashes[numbers] & np.uint64(mask)).astype(np.int64)) & mask).sum())


def test_no_text_can_be_made_of_words_that_meet() -> None:
    words = meeting_words()
    assert len(words) > 100
    assert detours(words) < 10 * len(words)
    with mock.patch.object(alphabet, "_KEY", 0):
        assert detours(words) > len(words) * (len(words) - 1) // 3


def test_the_key_changes_no_result() -> None:
    text = "GPU加速 air motor，a-b C++ gpu。Ａir ﬁn "
    with mock.patch.object(alphabet, "_KEY", 1):
        one = encode([text * 30])
    with mock.patch.object(alphabet, "_KEY", 2):
        other = encode([text * 30])
    np.testing.assert_array_equal(one.codes, other.codes)
    np.testing.assert_array_equal(one.variants, other.variants)
    assert list(one.alphabet.form_texts) == list(other.alphabet.form_texts)
