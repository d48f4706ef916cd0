"""Text blocks -> integer codes: what a symbol is, what ends a run, what is folded.

In: blocks of text in order, cut anywhere. Out: a `Corpus`, or arrays of codes for a corpus that is only streamed
through. The text is cut into pieces, at line ends where there are any, which are encoded on several threads; each
numbers the words as it meets them, and its numbers are turned into the corpus's own in the order of the pieces. The
character automaton itself is `kernels.encode`, its tables are in `characters`; here is the growth of its arrays.
Nothing here reads files or counts.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import chain
from queue import SimpleQueue

import numpy as np

from termmine import kernels as k
from termmine.alphabets import adopted, empty_alphabet, new_strings, with_room
from termmine.characters import character_tables
from termmine.resources import Resources
from termmine.tape import Tape
from termmine.types import DOCUMENT_END_CHARACTER, SOURCE_END_CHARACTER, Alphabet, Block, Corpus

PIECE = 1 << 18  # characters encoded at once; the result does not depend on it


_MOST_LOCAL = 1 << 16  # words that a worker numbers before it begins anew, so that it holds but a few megabytes


# --- pieces of text --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _State:
    """Where the automaton stands between two characters: its fields, and the beginning of an unfinished word."""

    fields: np.ndarray
    raw: np.ndarray


def _first_state() -> _State:
    fields = np.zeros(k.N_FIELDS, dtype=np.int64)
    fields[k.PENDING] = k.RUN
    return _State(fields, np.zeros(2 * k.MAX_WORD + 2, dtype=np.int32))


@dataclass(frozen=True)
class _Piece:
    """A stretch of text (C, uint32). ``before``: the state to go on from, where it is no beginning; ``after``: the
    state behind.
    """

    chars: np.ndarray
    before: Future[_State] | None
    after: Future[_State]


def _pieces(blocks: Iterable[Block], kinds: np.ndarray) -> Iterator[_Piece]:
    """The text in pieces that end with a line wherever one ends in reach; a source's end closes the last one."""
    rest: list[np.ndarray] = []
    size = 0
    before: Future[_State] | None = None
    for block in chain(_cut_up(blocks), [_SOURCE_END]):
        rest.append(block)
        size += len(block)
        if size < PIECE and block is not _SOURCE_END:
            continue
        chars = _text(rest)
        end = k.end_of_lines(chars, kinds)
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
    """Where a text may be cut so that no mark is parted from its letter: before the last plain character."""
    cut = len(chars) - 1
    while cut > 0 and kinds[chars[cut]] == k.COMPOSING:
        cut -= 1
    return max(cut, 0)


@dataclass(frozen=True)
class _Encoded:
    """A piece as codes; ``written``: the places and forms of words, and of characters not written as they are counted.

    ``worker`` says by whose numbers the codes go, and ``new_forms`` are the words that it had not met before
    (characters, and where each begins); ``is_fresh``: it has begun to number them anew. ``pending`` is what separates
    the last symbol from the next one.
    """

    codes: np.ndarray
    written: np.ndarray
    new_forms: tuple[np.ndarray, np.ndarray]
    is_fresh: bool
    worker: int
    pending: int


class _Worker:
    """What a thread needs to encode pieces: its own numbering of words, or the frozen words of an alphabet."""

    def __init__(self, number: int, fold: str | None, frozen: k.Strings | None) -> None:
        self.number = number
        self._tables = character_tables(fold)
        self._frozen = frozen is not None
        self._strings = frozen if frozen is not None else new_strings()
        self._folded = np.zeros(2 * k.MAX_WORD + 2, dtype=np.int32)

    def encode(self, chars: np.ndarray, state: _State, lines: bool) -> tuple[_Encoded, _State]:
        """Encode a text from a state on; the state behind it."""
        tables = self._tables
        if k.contains(chars, tables.kinds, k.COMPOSING):
            chars = _composed(chars, tables.kinds)
        fields, raw = state.fields.copy(), state.raw.copy()
        if not self._frozen and self._strings.size[0] > _MOST_LOCAL:
            self._strings = new_strings()
        known = int(self._strings.size[0])
        out = np.empty(len(chars) + 2 * k.SLACK, dtype=np.int32)
        forms = np.empty((len(chars) // 4 + 2 * k.SLACK, 2), dtype=np.int64)
        codes, written, done = [out[:0]], [forms[:0]], 0
        while len(chars):
            n = k.encode(
                chars, tables, fields, raw, self._folded, self._strings, out, forms, self._frozen, lines
            )  # fmt: skip
            codes.append(out[: fields[k.N_OUT]].copy())
            written.append(np.add(forms[: fields[k.N_WRITTEN]], (done, 0)))
            done += int(fields[k.N_OUT])
            chars = chars[n:]
            if not self._frozen:
                self._strings = with_room(self._strings)
        encoded = _Encoded(
            _joined(codes), _joined(written), self._forms_from(known), not known, self.number, int(fields[k.PENDING])
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


def _encoded_pieces(
    blocks: Iterable[Block], alphabet: Alphabet, frozen: bool, document: str, resources: Resources
) -> Iterator[_Encoded]:
    """Encode blocks piece by piece, in order."""
    workers: SimpleQueue[_Worker] = SimpleQueue()
    for number in range(resources.threads):
        workers.put(_Worker(number, alphabet.fold, alphabet.words if frozen else None))

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

    yield from resources.stream(run, _pieces(blocks, character_tables(alphabet.fold).kinds))


def _composed(chars: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """The characters with every line that holds a combining mark in NFKC; the kernel folds the other lines itself."""
    ends = np.flatnonzero(chars == ord("\n"))
    pieces, done = [], 0
    for line in np.unique(np.searchsorted(ends, np.flatnonzero(kinds[chars] == k.COMPOSING))).tolist():
        start = int(ends[line - 1]) + 1 if line else 0
        end = int(ends[line]) if line < len(ends) else len(chars)
        text = chars[start:end].tobytes().decode("utf-32-le", "surrogatepass")
        pieces += [chars[done:start], _characters(unicodedata.normalize("NFKC", text))]
        done = end
    return _text([*pieces, chars[done:]])


def _characters(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _text(parts: list[np.ndarray]) -> np.ndarray:
    """The parts as one; read-only as what `_characters` gives is: one type, one compilation."""
    chars = _joined(parts)[:]
    chars.setflags(write=False)
    return chars


_SOURCE_END = _characters(SOURCE_END_CHARACTER)


class _Seam:
    """What stands between pieces: the stronger one of the separators on both sides."""

    def __init__(self) -> None:
        self.pending = int(k.RUN)

    def join(self, codes: np.ndarray, pending: int) -> bool:
        """Set the first separator of the piece that follows, and remember what ends it; False for an empty one."""
        if not len(codes):
            self.pending = max(self.pending, pending)
            return False
        if codes[0] < k.UNKNOWN:
            codes[0] = max(int(codes[0]), self.pending - 1)
        self.pending = pending
        return True


# --- corpora ---------------------------------------------------------------------------------------------------------


CODES_SHARE, VARIANTS_SHARE = 0.2, 0.03  # of the memory that is left: how much codes may take before they go to a file


class CorpusBuilder:
    """A corpus that grows by text and by encoded corpora; its words are numbered in the order of first occurrence.

    So whatever it was put together from, the same text makes the same corpus, code by code. ``sink`` is given the codes
    as they come, in arrays.
    """

    def __init__(
        self,
        document: str = "line",
        fold: str | None = None,
        resources: Resources | None = None,
        sink: Callable[[np.ndarray], None] = lambda _: None,
    ) -> None:
        self._sink = sink
        self._document = document
        self._resources = resources or Resources()
        left = self._resources.left()
        self._codes = self._tape(np.int32, int(CODES_SHARE * left))
        self._variants = self._tape(np.int64, int(VARIANTS_SHARE * left))
        self._alphabet = empty_alphabet(fold)
        self._n_symbols = self._n_documents = 0
        self._seam = _Seam()

    def _tape(self, dtype: type, room: int) -> Tape:
        return Tape(dtype, room=room, folder=self._resources.folder, expected=room)

    def add_text(self, blocks: Iterable[Block]) -> None:
        """Encode blocks of text, and end the source."""
        ids: list[np.ndarray] = [np.zeros(0, dtype=np.int32) for _ in range(self._resources.threads)]
        for encoded in _encoded_pieces(blocks, self._alphabet, False, self._document, self._resources):
            known = ids[encoded.worker][: 0 if encoded.is_fresh else None]
            ids[encoded.worker] = np.concatenate([known, self._adopt(*encoded.new_forms)])
            self._append(encoded.codes, encoded.written, ids[encoded.worker], encoded.pending)
        self._seam.pending = int(k.SOURCE)

    def add_corpus(self, corpus: Corpus) -> None:
        """Add an encoded corpus as a source of its own."""
        forms = corpus.alphabet.forms
        ids = self._adopt(forms.pool, forms.offsets[: int(forms.size[0]) + 1])
        end = len(corpus.codes) - 1  # without the separator that ends it
        for segment in corpus.segments(0, 0):
            codes = segment.codes[: end - segment.offset].copy()
            written = np.empty((len(segment.variants) + int((codes >= k.FIRST_WORD).sum()), 2), dtype=np.int64)
            n = k.unsettle(codes, segment.variants, corpus.alphabet.word_form, written)
            self._append(codes, written[:n], ids, int(k.NOTHING))
        self._seam.pending = int(k.SOURCE)

    def _append(self, codes: np.ndarray, written: np.ndarray, ids: np.ndarray, pending: int) -> None:
        """Add codes, and what is written for them in forms that ``ids`` gives their numbers; both are used up."""
        if not self._seam.join(codes, pending):
            return
        n, n_symbols, n_documents = k.settle(codes, written, ids, self._alphabet.form_word, self._alphabet.word_form)
        if not self._n_symbols:  # what stands before the first symbol ends nothing
            n_documents -= codes[0] in (k.DOCUMENT_END, k.SOURCE_END)
        self._n_symbols += n_symbols
        self._n_documents += n_documents
        variants = written[:n]
        variants[:, 0] += len(self._codes)
        self._put(codes)
        self._variants.append(variants.ravel())

    def _put(self, codes: np.ndarray) -> None:
        self._codes.append(codes)
        self._sink(codes)

    def _adopt(self, chars: np.ndarray, offsets: np.ndarray) -> np.ndarray:
        self._alphabet, ids = adopted(self._alphabet, chars, offsets)
        return ids

    def finish(self) -> Corpus:
        """The corpus; nothing may be added after that."""
        self._put(np.array([k.SOURCE_END], dtype=np.int32))
        self._codes.finish()
        self._variants.finish()
        n_documents = self._n_documents + (self._n_symbols > 0)
        return Corpus(self._codes, self._variants, self._alphabet, self._n_symbols, n_documents)


def encode(
    blocks: Iterable[Block], *, document: str = "line", fold: str | None = None, resources: Resources | None = None
) -> Corpus:
    """Encode a whole corpus, four bytes a symbol, in memory or in a scratch file.

    ``document``: "line" (each line is a document) or "file" (`DOCUMENT_END_CHARACTER` and `SOURCE_END_CHARACTER` do).

    >>> from termmine.types import spell
    >>> corpus = encode(["ＧＰＵ 加速。C++编译器"])
    >>> spell(corpus.codes.read(1, 4), corpus.alphabet.word_texts), corpus.n_symbols
    ('gpu加速', 7)
    """
    builder = CorpusBuilder(document, fold, resources)
    builder.add_text(blocks)
    return builder.finish()


def encode_frozen(
    blocks: Iterable[Block], alphabet: Alphabet, *, document: str = "line", resources: Resources | None = None
) -> Iterator[np.ndarray]:
    """Encode blocks under an alphabet that does not grow, as arrays of codes in order (int32); other words are UNKNOWN.

    Together the arrays begin and end with a separator.
    """
    seam = _Seam()
    for encoded in _encoded_pieces(blocks, alphabet, True, document, resources or Resources(threads=1)):
        if seam.join(encoded.codes, encoded.pending):
            yield encoded.codes
    yield np.array([k.SOURCE_END], dtype=np.int32)


def encode_strings(texts: Iterable[str], alphabet: Alphabet) -> tuple[np.ndarray, np.ndarray]:
    """Encode strings under a frozen alphabet, each one to be found in a corpus of that alphabet.

    Returns their codes, one run a string with a separator before and after each, and the index of the string that each
    run stands for. Strings are left out that are not one run (`a：b`), or that hold a word which the alphabet lacks.

    >>> codes, which = encode_strings(["中文", "一，二", "无"], empty_alphabet())
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
    separators = np.flatnonzero(codes < k.FIRST_SYMBOL)
    ends = separators[1:]
    is_last = (codes[ends] == k.DOCUMENT_END) | (codes[ends] == k.SOURCE_END)  # the run that ends its string's document
    string = np.cumsum(is_last) - is_last
    n_unknown = np.cumsum(codes == k.UNKNOWN)
    keep = ~is_last & (np.bincount(string)[string] == 2) & (n_unknown[ends] == n_unknown[separators[:-1]])
    kept_codes = np.repeat(np.concatenate([[True], keep]), np.diff(separators, prepend=-1))
    return np.where(codes >= k.FIRST_SYMBOL, codes, k.RUN_END)[kept_codes], string[keep]
