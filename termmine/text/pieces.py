"""Text blocks -> pieces of codes, on several threads.

In: blocks of text in order, cut anywhere. Out: encoded pieces in order. The text is cut into pieces, at line ends where
there are any; each thread numbers the words as it meets them, and says so with each piece. The character automaton
itself is `kernels.encode`, its tables are in `characters`; here is the growth of its arrays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import chain
from queue import SimpleQueue

import numpy as np

from termmine.kernels import encode as encode_kernels
from termmine.kernels.codes import UNKNOWN
from termmine.kernels.encode import COMPOSING, MAX_WORD, N_FIELDS, N_OUT, N_WRITTEN, PENDING, RUN, SLACK, Strings
from termmine.runtime.arrays import IN_MEMORY, Arrays
from termmine.runtime.job import Job
from termmine.text.alphabet import new_strings, with_room
from termmine.text.characters import MOST_MARKS, character_tables, nfkc
from termmine.types import SOURCE_END_CHARACTER, Alphabet, Block

PIECE = 1 << 18  # characters encoded at once; the result does not depend on it


_MOST_LOCAL = 1 << 16  # words that a worker numbers before it begins anew, so that it holds but a few megabytes


@dataclass(frozen=True)
class _State:
    """The automaton's state between two characters: its fields, and the beginning of an unfinished word."""

    fields: np.ndarray
    raw: np.ndarray


def _first_state() -> _State:
    fields = np.zeros(N_FIELDS, dtype=np.int64)
    fields[PENDING] = RUN
    return _State(fields, np.zeros(2 * MAX_WORD + 2, dtype=np.int32))


@dataclass(frozen=True)
class _Piece:
    """A stretch of text (C, uint32). ``before``: the state to go on from, unless a source begins here; ``after``: the
    state behind.
    """

    chars: np.ndarray
    before: Future[_State] | None
    after: Future[_State]


def _pieces(blocks: Iterable[Block], kinds: np.ndarray) -> Iterator[_Piece]:
    """The text in pieces that end with a line wherever one ends within reach; a source's end closes the last piece."""
    rest: list[np.ndarray] = []
    size = 0
    before: Future[_State] | None = None
    for block in chain(_cut_up(blocks), [_SOURCE_END]):
        rest.append(block)
        size += len(block)
        if size < PIECE and block is not _SOURCE_END:
            continue
        chars = _text(rest)
        end = encode_kernels.end_of_lines(chars, kinds)
        cut = end or _plain_cut(chars, kinds)
        piece = _Piece(chars[:cut], before, Future())
        before = None if end else piece.after
        rest, size = [chars[cut:]], len(chars) - cut
        yield piece


def _cut_up(blocks: Iterable[Block]) -> Iterator[np.ndarray]:
    """The text in parts of a piece at most, for a string may be a whole corpus, and its code points take more room."""
    for block in blocks:
        for start in range(0, len(block), PIECE):
            part = block[start : start + PIECE]
            yield _characters(part) if isinstance(part, str) else part


def _plain_cut(chars: np.ndarray, kinds: np.ndarray) -> int:
    """A place to cut a text at without parting a mark from its letter: before the last plain character.

    Within a row of marks so long that `nfkc` takes it in parts it may be cut anywhere beyond the first of these.
    """
    tail = chars[-2 * MOST_MARKS :]
    plain = np.flatnonzero(kinds[tail] != COMPOSING)
    if len(plain):
        return len(chars) - len(tail) + int(plain[-1])
    return len(chars) - 1 if len(tail) == 2 * MOST_MARKS else 0


@dataclass(frozen=True)
class _Encoded:
    """A piece as codes; ``written``: the places and forms of words, and of characters not written as they are counted.

    ``worker`` is the worker whose numbers the codes have, and ``new_forms`` are the words that it had not met before
    (characters, and the place where each begins); ``is_fresh``: it has begun to number them anew. ``pending`` is the
    separator between the last symbol and the next one.
    """

    codes: np.ndarray
    written: np.ndarray
    new_forms: tuple[np.ndarray, np.ndarray]
    is_fresh: bool
    worker: int
    pending: int


class _Worker:
    """A thread's means of encoding pieces: its own numbering of words, or the frozen words of an alphabet."""

    def __init__(self, number: int, fold: str | None, frozen: Strings | None, arrays: Arrays) -> None:
        self.number = number
        self._arrays = arrays
        self._tables = character_tables(fold)
        self._frozen = frozen is not None
        self._strings = frozen if frozen is not None else new_strings(arrays)
        self._folded = np.zeros(2 * MAX_WORD + 2, dtype=np.int32)

    def encode(self, chars: np.ndarray, state: _State, lines: bool) -> tuple[_Encoded, _State]:
        """Encode a text, starting from a state; returns the state behind it."""
        tables = self._tables
        if encode_kernels.contains(chars, tables.kinds, COMPOSING):
            chars = _composed(chars, tables.kinds)
        fields, raw = state.fields.copy(), state.raw.copy()
        if not self._frozen and self._strings.size[0] > _MOST_LOCAL:
            self._strings = new_strings(self._arrays)
        known = int(self._strings.size[0])
        out = np.empty(len(chars) + 2 * SLACK, dtype=np.int32)
        forms = np.empty((len(chars) // 4 + 2 * SLACK, 2), dtype=np.int64)
        codes, written, done = [out[:0]], [forms[:0]], 0
        while len(chars):
            n = encode_kernels.encode(
                chars, tables, fields, raw, self._folded, self._strings, out, forms, self._frozen, lines
            )  # fmt: skip
            codes.append(out[: fields[N_OUT]].copy())
            written.append(np.add(forms[: fields[N_WRITTEN]], (done, 0)))
            done += int(fields[N_OUT])
            chars = chars[n:]
            if not self._frozen:
                self._strings = with_room(self._strings, self._arrays)
        encoded = _Encoded(
            _joined(codes), _joined(written), self._forms_from(known), not known, self.number, int(fields[PENDING])
        )
        return encoded, _State(fields, raw)

    def _forms_from(self, first: int) -> tuple[np.ndarray, np.ndarray]:
        if self._frozen:
            return np.zeros(0, dtype=np.int32), np.zeros(1, dtype=np.int64)
        offsets = self._strings.offsets[first : int(self._strings.size[0]) + 1]
        return self._strings.pool[offsets[0] : offsets[-1]].copy(), offsets - offsets[0]


def _joined(arrays: list[np.ndarray]) -> np.ndarray:
    full = [array for array in arrays if len(array)]
    return full[0] if len(full) == 1 else np.concatenate(arrays)


@dataclass(frozen=True)
class LonePiece:
    """A stretch of whole lines as codes, by itself: its words have their own numbers, in the order of ``forms``.

    See `_Encoded` for the fields.
    """

    codes: np.ndarray
    written: np.ndarray
    forms: tuple[np.ndarray, np.ndarray]
    pending: int


class LoneEncoder:
    """Encodes stretches of text that begin and end with a line, a document or a source, one independent of the other.

    With ``frozen`` words, these are the only ones, and no forms are gathered.
    """

    def __init__(self, document: str, fold: str | None, frozen: Strings | None = None) -> None:
        self._lines = document == "line"
        self._fold, self._frozen = fold, frozen

    def encode(self, text: str | np.ndarray) -> LonePiece:
        """Encode a text, or its code points (uint32)."""
        worker = _Worker(0, self._fold, self._frozen, IN_MEMORY)
        chars = _text([_characters(text) if isinstance(text, str) else text])
        done, _ = worker.encode(chars, _first_state(), self._lines)
        return LonePiece(done.codes, done.written, done.new_forms, done.pending)


def encoded_pieces(
    blocks: Iterable[Block], alphabet: Alphabet, frozen: bool, document: str, job: Job
) -> Iterator[_Encoded]:
    """Encode blocks piece by piece, in order."""
    workers: SimpleQueue[_Worker] = SimpleQueue()
    for number in range(job.threads):
        workers.put(_Worker(number, alphabet.fold, alphabet.words if frozen else None, job.arrays))

    def run(piece: _Piece) -> _Encoded:
        worker = workers.get()
        try:
            state = piece.before.result() if piece.before is not None else _first_state()
            encoded, after = worker.encode(piece.chars, state, document == "line")
            piece.after.set_result(after)
            return encoded
        except BaseException as error:
            piece.after.set_exception(error)
            raise
        finally:
            workers.put(worker)

    yield from job.stream(run, _pieces(blocks, character_tables(alphabet.fold).kinds))


def _composed(chars: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """The characters, those of each line that holds a combining mark in NFKC; the kernel folds the other lines
    itself.
    """
    ends = np.flatnonzero(chars == ord("\n"))
    pieces, done = [], 0
    for line in np.unique(np.searchsorted(ends, np.flatnonzero(kinds[chars] == COMPOSING))).tolist():
        start = int(ends[line - 1]) + 1 if line else 0
        end = int(ends[line]) if line < len(ends) else len(chars)
        text = chars[start:end].tobytes().decode("utf-32-le", "surrogatepass")
        pieces += [chars[done:start], _characters(nfkc(text))]
        done = end
    return _text([*pieces, chars[done:]])


def _characters(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _text(parts: list[np.ndarray]) -> np.ndarray:
    """The parts joined; read-only like the arrays of `_characters`, for one type means one compilation."""
    chars = _joined(parts)[:]
    chars.setflags(write=False)
    return chars


_SOURCE_END = _characters(SOURCE_END_CHARACTER)


class Seam:
    """The separator between pieces: the stronger one of those on both sides."""

    def __init__(self) -> None:
        self.pending = int(RUN)

    def join(self, codes: np.ndarray, pending: int) -> bool:
        """Set the first separator of the piece that follows, and remember the one that ends it; False for an empty
        piece.
        """
        if not len(codes):
            self.pending = max(self.pending, pending)
            return False
        if codes[0] < UNKNOWN:
            codes[0] = max(int(codes[0]), self.pending - 1)
        self.pending = pending
        return True
