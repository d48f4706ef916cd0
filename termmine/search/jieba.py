"""jieba's dictionary, and its own segmentation; the only module that imports jieba.

In: nothing, or a user dictionary. Out: words with frequencies and parts of speech, or a function that cuts text.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import io
import logging
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Dictionary:
    """jieba's dictionary: ``words`` (W), ``freq`` (int64, W), the first letters of their ``tags`` (<U1, W; parts of
    speech), and the name of its origin.
    """

    words: list[str]
    freq: np.ndarray
    tags: np.ndarray
    name: str


def dictionary_name() -> str:
    """The name in messages and signatures of the dictionary that comes with jieba."""
    return f"jieba {importlib.metadata.version('jieba')} dictionary"


def jieba_dictionary() -> Dictionary:
    """The dictionary that comes with jieba.

    The file is read where the package lies: importing jieba would cost a run 0.15 s more, for its HMM's tables.
    """
    package = importlib.util.find_spec("jieba")
    assert package is not None and package.origin is not None  # a requirement of ours
    return Dictionary(*_parsed(Path(package.origin).with_name("dict.txt").read_bytes()), dictionary_name())


def _parsed(lines: bytes) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Words, frequencies and first letters of tags, which stand on a line each, with a blank in between.

    A million small strings would take as long as all the rest of a small run.
    """
    data = np.frombuffer(lines, dtype=np.uint8)
    word_end, freq_end, line_end = np.flatnonzero(data <= ord(" ")).reshape(-1, 3).T
    freq, power, digit = np.zeros(len(word_end), dtype=np.int64), 1, freq_end - 1
    while (is_digit := digit > word_end).any():
        freq += np.where(is_digit, data[digit] - ord("0"), 0).astype(np.int64) * power
        power, digit = 10 * power, digit - 1
    in_word = np.zeros(len(data), dtype=np.int8)
    in_word[np.append(0, line_end[:-1] + 1)] = 1
    in_word[word_end] = -1
    words = data[(np.cumsum(in_word, dtype=np.int8) > 0) | (data == ord("\n"))].tobytes().decode().split("\n")
    return words[:-1], freq, data[freq_end + 1].astype("<u4").view("<U1")


#: The stretches in which jieba 0.42 looks for words; it splits a text at everything else before it looks any word up.
_JIEBA_STRETCH = re.compile("[\u4e00-\u9fd5a-zA-Z0-9+#&._%-]+")


def is_cuttable(term: str) -> bool:
    """True where jieba can return a string as a word at all, given that its dictionary has it.

    >>> [term for term in ("GPU加速", "糖类抗原19-9", "C++", "leap motion", "TCP/IP", "β受体") if is_cuttable(term)]
    ['GPU加速', '糖类抗原19-9', 'C++']
    """
    return _JIEBA_STRETCH.fullmatch(term) is not None


def load_jieba(user_dictionary: bytes) -> Callable[[str], list[str]]:
    """The segmentation by jieba itself, after it has loaded a user dictionary."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba's own, about its age
        import jieba
    logging.getLogger("jieba").setLevel(logging.CRITICAL)  # it reports on its cache, even by tracebacks
    tokenizer = jieba.Tokenizer()
    # By itself it would read marshalled data from a file of a fixed name in the system's folder for temporary files,
    # where anybody may have put one, and write it there.
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    tokenizer.load_userdict(io.BytesIO(user_dictionary))
    return tokenizer.lcut
