"""Encoded pieces -> a corpus whose words are numbered in the order of first occurrence, as a local one's are.

In: a `Text`. Out: a `SparkCorpus`: pieces under one alphabet, kept by the cluster. The forms of the words are gathered
with the place where each is met first, in Spark's shuffle; the driver numbers them, and the pieces are coded anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from termmine.counting.spark import batches as b
from termmine.counting.spark import jobs
from termmine.counting.spark.jobs import MARGIN, Tails
from termmine.counting.spark.session import Cluster, Lent
from termmine.counting.spark.text import Text
from termmine.kernels import encode as encode_kernels
from termmine.kernels.codes import FIRST_WORD, SOURCE_END
from termmine.kernels.encode import Strings
from termmine.runtime.arrays import IN_MEMORY, Arrays
from termmine.runtime.spill import SpillArray
from termmine.text.alphabet import alphabet_of
from termmine.types import Alphabet, Corpus

PIECES = "piece bigint, n_before bigint, codes binary, variants binary, tail binary"
_PIECE_BITS = 32  # of the place of a form, its number in its piece


@dataclass(frozen=True)
class SparkCorpus(Corpus):
    """A corpus in pieces; its arrays of codes and variants are empty.

    ``frame`` has a row a piece: its number in the order of the corpus, the symbols of its file before it, its codes
    (int32), its variants (int64, in twos), and where it is the last one of its part of a file, the `MARGIN` codes that
    end
    with it.

    A piece begins and ends with a separator, which is the next one's first, and no document reaches over its end.
    """

    cluster: Cluster
    frame: Any
    n_codes: int

    @classmethod
    def of(cls, text: Text, frame: Any, alphabet: Alphabet) -> SparkCorpus:
        """The corpus of a text whose pieces are encoded under an alphabet."""
        sizes = text.n_symbols, text.n_documents
        empty = SpillArray(np.int32), SpillArray(np.int64)
        return cls(*empty, alphabet, *sizes, text.cluster, frame, text.n_codes)

    def pieces(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Codes and variants of the pieces in order, which joined are those of a local corpus but for its end."""
        done = 0
        for row in self.cluster.rows(self.frame.orderBy("piece").select("codes", "variants")):
            codes = b.array(row["codes"], np.int32)[:-1]
            if len(codes):
                variants = b.array(row["variants"], np.int64).reshape(-1, 2)
                variants[:, 0] += done
                done += len(codes)
                yield codes, variants

    @cached_property
    def tails(self) -> Tails:
        """The codes that stand before the first piece of each part of a file, by that piece's number.

        Every piece is made for this: its inputs are not needed any more, unless a machine is lost.
        """
        table = self.cluster.fetch(self.frame.select("piece", "tail")).sort_by("piece")
        tails, before = {}, np.zeros(0, dtype=np.int32)
        for row in b.rows(table.to_batches()):
            if not row["tail"]:
                continue
            before = np.concatenate([before, np.frombuffer(row["tail"], dtype=np.int32)])[-MARGIN:]
            tails[row["piece"] + 1] = before
        return tails

    @cached_property
    def varied(self) -> np.ndarray:
        """See `Corpus.varied`."""
        task = jobs.Varied(self.alphabet.n_codes, self.alphabet.word_form)
        (counts,) = jobs.add_up(self.cluster, self.frame, self.tails, task)
        return counts > 0

    def forget(self) -> None:
        """Free the cluster's memory of this corpus."""
        self.frame.unpersist()


def number_words(text: Text, fold: str | None, arrays: Arrays = IN_MEMORY) -> SparkCorpus:
    """The corpus of a text."""
    cluster, numbers = text.cluster, text.numbers()
    forms = cluster.map(text.frame.select("file", "start", "part", "chars", "offsets"), _Forms(numbers), _FORMS)
    first = cluster.fetch(forms.groupBy("form").min("place").toDF("form", "place"))
    chars, offsets = b.pool(first.sort_by("place").combine_chunks(), "form")
    alphabet = alphabet_of(SpillArray.of(chars), SpillArray.of(offsets), fold, arrays)
    words = alphabet.forms, alphabet.form_word, alphabet.word_form
    return code_pieces(text, alphabet, cluster.lend((words, text.lead, text.n_before, text.last())))


def code_pieces(text: Text, alphabet: Alphabet, lent: Lent) -> SparkCorpus:
    """The corpus of a text under an alphabet; ``lent``: words to code the pieces by, and what `Text` knows of them."""
    columns = text.frame.select("file", "start", "part", "pending", "codes", "written", "chars", "offsets")
    frame = text.cluster.keep(text.cluster.map(columns, _Coding(text.numbers(), lent), PIECES))
    return SparkCorpus.of(text, frame, alphabet)


_FORMS = "form binary, place bigint"


def _pieces(batches: b.Batches, numbers: dict[tuple[int, int], int]) -> Iterator[tuple[int, dict[str, Any]]]:
    for row in b.rows(batches):
        yield numbers[row["file"], row["start"]] + row["part"], row


@dataclass(frozen=True)
class _Forms:
    """The forms of each piece with their places; those of several pieces are gathered by Spark."""

    numbers: dict[tuple[int, int], int]

    def __call__(self, batches: b.Batches) -> Iterator[Any]:
        for piece, row in _pieces(batches, self.numbers):
            chars, offsets = b.array(row["chars"], np.int32), b.array(row["offsets"], np.int64)
            places = (piece << _PIECE_BITS) + np.arange(len(offsets) - 1, dtype=np.int64)
            yield from b.string_batches(chars, offsets, place=places)


@dataclass(frozen=True)
class _Coding:
    """Pieces with their own numbers of words -> pieces under the alphabet; without words to code by, as they are."""

    numbers: dict[tuple[int, int], int]
    lent: Lent

    def __call__(self, batches: b.Batches) -> Iterator[Any]:
        words, lead, n_before, last = self.lent.value
        tail, before = np.zeros(0, dtype=np.int32), -2
        for piece, row in _pieces(batches, self.numbers):
            codes, variants = b.array(row["codes"], np.int32), np.zeros((0, 2), dtype=np.int64)
            if words is not None:
                variants = _coded(codes, row, *words)
            if len(codes):
                codes[0] = lead[piece]
            tail = np.concatenate([tail[: None if before == piece - 1 and row["part"] else 0], codes])[-MARGIN:]
            yield b.row(
                piece=piece, n_before=n_before[piece], codes=closed(codes, row["pending"]), variants=variants,
                tail=tail if piece in last else b"",
            )  # fmt: skip
            before = piece


def _coded(
    codes: np.ndarray, row: dict[str, Any], forms: Strings, form_word: np.ndarray, word_form: np.ndarray
) -> np.ndarray:
    """The variants of a piece, whose codes become those of the alphabet."""
    written = b.array(row["written"], np.int64).reshape(-1, 2)
    chars, offsets = b.array(row["chars"], np.int32), b.array(row["offsets"], np.int64)
    ids = np.empty(len(offsets) - 1, dtype=np.int32)
    encode_kernels.find_all(chars, offsets, forms, ids)
    ids -= FIRST_WORD
    n, _, _ = encode_kernels.settle(codes, written, ids, form_word, word_form)
    return written[:n]


def closed(codes: np.ndarray, pending: int) -> np.ndarray:
    """The codes of a piece with the separator behind it; none where there are no codes."""
    if not len(codes):
        return codes
    return np.append(codes, np.int32(min(max(pending - 1, 0), SOURCE_END)))
