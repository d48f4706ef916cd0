"""Text -> integer codes: a whole corpus, a stream under a frozen alphabet, or single strings.

In: blocks of text in order, or strings. Out: a `Corpus`, or arrays of codes. Nothing here reads files or counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from termmine.kernels.codes import DOCUMENT_END, FIRST_SYMBOL, RUN_END, SOURCE_END, UNKNOWN
from termmine.runtime.job import Job
from termmine.text.corpus import CorpusBuilder
from termmine.text.pieces import Seam, encoded_pieces
from termmine.types import DOCUMENT_END_CHARACTER, SOURCE_END_CHARACTER, Alphabet, Block, Corpus


def encode(
    blocks: Iterable[Block], *, document: str = "line", fold: str | None = None, job: Job | None = None
) -> Corpus:
    """Encode a whole corpus, four bytes a symbol, in memory or in a scratch file.

    ``document``: "line" (each line is a document) or "file" (`DOCUMENT_END_CHARACTER` and `SOURCE_END_CHARACTER` do).

    >>> from termmine.types import spell
    >>> corpus = encode(["ＧＰＵ 加速。C++编译器"])
    >>> spell(corpus.codes.read(1, 4), corpus.alphabet.word_texts), corpus.n_symbols
    ('gpu加速', 7)
    """
    builder = CorpusBuilder(document, fold, job)
    builder.add_text(blocks)
    return builder.finish()


def encode_frozen(
    blocks: Iterable[Block], alphabet: Alphabet, *, document: str = "line", job: Job | None = None
) -> Iterator[np.ndarray]:
    """Encode blocks under an alphabet that does not grow, as arrays of codes in order (int32); other words are UNKNOWN.

    The arrays joined together begin and end with a separator.
    """
    seam = Seam()
    for encoded in encoded_pieces(blocks, alphabet, True, document, job or Job(threads=1)):
        if seam.join(encoded.codes, encoded.pending):
            yield encoded.codes
    yield np.array([SOURCE_END], dtype=np.int32)


def encode_strings(texts: Iterable[str], alphabet: Alphabet) -> tuple[np.ndarray, np.ndarray]:
    """Encode strings under a frozen alphabet, each one to be found in a corpus of that alphabet.

    Returns their codes, one run a string with a separator before and after each, and the index of the string that each
    run stands for. Strings are left out that are not one run (`a：b`), or that hold a word which the alphabet lacks.

    >>> from termmine.runtime.arrays import IN_MEMORY
    >>> from termmine.text.alphabet import empty_alphabet
    >>> codes, which = encode_strings(["中文", "一，二", "无"], empty_alphabet(IN_MEMORY))
    >>> codes.tolist(), which.tolist()
    ([0, 20013, 25991, 0, 26080, 0], [0, 2])
    """
    texts = list(texts)
    if not texts:
        return np.zeros(1, dtype=np.int32), np.zeros(0, dtype=np.int64)
    # A run of its own ends each string's document, so that one without any symbol still has its place.
    end = f"\n一{DOCUMENT_END_CHARACTER}"
    joined = end.join(texts) + end
    if joined.count(DOCUMENT_END_CHARACTER) > len(texts) or SOURCE_END_CHARACTER in joined:
        marks = str.maketrans({DOCUMENT_END_CHARACTER: "\n", SOURCE_END_CHARACTER: "\n"})
        joined = end.join(text.translate(marks) for text in texts) + end
    codes = np.concatenate(list(encode_frozen([joined], alphabet, document="file")))
    separators = np.flatnonzero(codes < FIRST_SYMBOL)
    ends = separators[1:]
    is_last = (codes[ends] == DOCUMENT_END) | (codes[ends] == SOURCE_END)  # the run that ends its string's document
    string = np.cumsum(is_last) - is_last
    n_unknown = np.cumsum(codes == UNKNOWN)
    keep = ~is_last & (np.bincount(string)[string] == 2) & (n_unknown[ends] == n_unknown[separators[:-1]])
    kept_codes = np.repeat(np.concatenate([[True], keep]), np.diff(separators, prepend=-1))
    return np.where(codes >= FIRST_SYMBOL, codes, RUN_END)[kept_codes], string[keep]
