"""The commonest general words, and how often they occur in the domain: the other side of the picture.

In: a corpus, a background. Out: words with two frequencies. General words are those of jieba's dictionary; the terms of
the list are none. How often a term occurs is known by the list and not asked here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from termmine.counting.source import check_has_lines
from termmine.options import ReadOptions
from termmine.ranking.background import is_frequency_list, read_frequency_list
from termmine.readers.source import open_files
from termmine.search.finder import count_strings
from termmine.search.jieba import jieba_dictionary
from termmine.text.normalize import is_comparable, normal_form

if TYPE_CHECKING:
    from termmine.runtime.progress import Progress

LOOKED_AT = 5_000  # words of the dictionary, the commonest ones: among them are the commonest of any background


def general_words(
    corpus: list[Path],
    background: list[Path],
    terms: Iterable[str],
    n: int,
    options: ReadOptions,
    progress: Progress,
) -> list[tuple[str, int, int]]:
    """The ``n`` commonest words of the background that are no terms: word, frequency in the corpus and there.

    Without a background, jieba's dictionary with its frequencies stands for it, as it does for `discover`.
    """
    dictionary = dict(zip(*_dictionary(), strict=True))
    listed = {normal_form(term, options.fold) for term in terms}
    common = sorted(dictionary, key=lambda word: (-dictionary[word], word))
    words = [word for word in common if is_comparable(word) and word not in listed][:LOOKED_AT]
    there = Counter(dictionary) if not background else _counted(words, background, options, progress)
    chosen = sorted((word for word in words if there[word]), key=lambda word: (-there[word], word))[:n]
    here = _counted(chosen, corpus, options, progress)
    return [(word, here[word], there[word]) for word in chosen]


def _dictionary() -> tuple[list[str], list[int]]:
    dictionary = jieba_dictionary()
    return dictionary.words, dictionary.freq.tolist()


def _counted(words: list[str], paths: list[Path], options: ReadOptions, progress: Progress) -> Counter[str]:
    if len(paths) == 1 and is_frequency_list(paths[0]):
        listed = read_frequency_list(paths[0])
        return Counter(dict(zip(listed.words, listed.freq.tolist(), strict=True)))
    check_has_lines(open_files(paths, options))
    with progress.stage("counting general words"):
        return count_strings(words, paths, options)
