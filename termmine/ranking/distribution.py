"""The contexts of a string, and its spread: evidence from all of its occurrences in the domain.

In: the corpus, its table, the candidates, and jieba's dictionary. Out: two columns. ``noun_fit`` says how far the
places of a string are places where nouns of the domain stand; terms are such nouns, clauses and fragments are not. The
look of such a place is learned from the corpus itself: from the neighbours of its dictionary words, the nouns that are
far more frequent here than in general against all others. ``burstiness`` says how much more a string keeps to few
places than chance would have it; a term belongs to a topic, a turn of phrase to every page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from termmine.counting.engines import Engine
from termmine.kernels import contexts as contexts_kernels
from termmine.kernels import tries as tries_kernels
from termmine.kernels.contexts import Look
from termmine.kernels.tries import Trie
from termmine.measures import burstiness, log_ratio, logit
from termmine.runtime.arrays import Arrays
from termmine.runtime.columns import put, slices
from termmine.runtime.job import Job
from termmine.runtime.memory import MIB
from termmine.search.segmenter import NOUN_TAG, Segmenter
from termmine.search.trie import slots_of, table_trie
from termmine.types import FIT_SCALE, Corpus, NgramTable, Segment

DOMAIN_NOUN = 3.0  # bits: a noun eight times as frequent as in general is one of the domain's own
SHRINKAGE = 20  # occurrences: how many it takes until a neighbour's own record counts as much as what it falls back on
WINDOW = 300  # symbols, a long paragraph: the least stretch of text that is taken for one topic
_BYTES_A_ROW = 80  # bytes of a surveyed row in each thread: its sums, and its share of the trie
_BYTES_OF_TWO = 48  # bytes of each row of one symbol or two: in the trie, with its gaps, and in the weights
_LEAST_ROWS = 1 << 16  # surveyed in one pass
SCALE = 1 << 20  # weights are summed as integers, so that the sum is the same in any order


@dataclass(frozen=True)
class Survey:
    """One entry a surveyed row: ``left`` and ``right``, the mean log-odds of a noun from the neighbours on that side
    (natural logarithm, 0 where they say nothing); ``burstiness`` (1 at chance).
    """

    left: np.ndarray
    right: np.ndarray
    burstiness: np.ndarray


def survey(corpus: Corpus, table: NgramTable, rows: np.ndarray, segmenter: Segmenter, engine: Engine) -> Survey:
    """Look at every occurrence of the rows, or at what is kept of them."""
    arrays = engine.job.arrays
    if corpus.kept is None:
        sums, n_windows = sums_of(corpus, table, rows, segmenter, engine)
        (left, right, n_holding), scale = sums.T, SCALE
    else:
        kept, n_windows, scale = corpus.kept, corpus.kept.n_windows, FIT_SCALE
        left, right, n_holding = (arrays.take(side, rows) for side in (kept.left_fit, kept.right_fit, kept.windows))
    freq = arrays.take(table.freq, rows)
    return Survey(
        arrays.in_parts(lambda left, freq: left / (scale * freq), left, freq),
        arrays.in_parts(lambda right, freq: right / (scale * freq), right, freq),
        arrays.in_parts(lambda freq, n_holding: burstiness(freq, n_holding, n_windows), freq, n_holding),
    )


def sums_of(
    corpus: Corpus, table: NgramTable, rows: np.ndarray, segmenter: Segmenter, engine: Engine
) -> tuple[np.ndarray, int]:
    """The sums over all occurrences of the rows: of the weights to the left and to the right, in 1 / `SCALE` nats, and
    of the windows that hold it (int64; rows, 3); and the number of windows.
    """
    job = engine.job
    always = np.arange(_sizes(table)[0], dtype=np.int32)
    _tell_if_crowded(table, job)
    weights = _weights_beside(corpus, table, segmenter, engine)
    sums = job.arrays.zeros((len(rows), 3), np.int64)
    n_windows = np.zeros(1, dtype=np.int64)
    for part in _parts(table, rows, _size_of_part(job), job.arrays):
        trie = table_trie(table, np.concatenate([always, rows[part]]), job.arrays)
        number = job.arrays.full(len(trie.links), len(part), np.int32, hot=True)  # unwanted nodes share one number
        put(number, slots_of(trie, rows[part], len(table), job.arrays))
        contexts = _contexts_of(trie, table, job.arrays)
        singles = bool((rows[part] < table.level[1]).any())
        weights_here = (job.arrays.take(weight, contexts, hot=True) for weight in weights)
        look = Look(trie, number, len(table.level) - 1, singles, *weights_here)
        found, n_windows = engine.add_up(corpus, Surroundings(look, len(part), WINDOW))
        put(sums, part, found[:, :3])
    return sums, int(n_windows[0])


def _tell_if_crowded(table: NgramTable, job: Job) -> None:
    """Note before the work begins that the trie and the sums do not fit the memory, where that is so."""
    needed = _BYTES_OF_TWO * _sizes(table)[0]
    if needed > job.left():
        least = -(-(job.memory + 4 * needed) // (256 * MIB)) * 256
        job.progress.note(
            f"warning: {_sizes(table)[0]:,} strings of one symbol or two are too many for --memory "
            f"{job.memory // MIB}M, and will be fetched page by page, which may take many times as long: "
            f"give --memory {least}M, or a higher --min-freq"
        )


def _size_of_part(job: Job) -> int:
    """The number of rows to look at in one pass: as many as have room in memory for their sums."""
    return max(job.left() // (_BYTES_A_ROW * job.threads), _LEAST_ROWS)


def _parts(table: NgramTable, rows: np.ndarray, size: int, arrays: Arrays) -> Iterator[np.ndarray]:
    """The indexes of rows in parts of about a size, ordered by what the rows begin with; one part at least."""

    def first_symbols(rows: np.ndarray) -> np.ndarray:
        while (longer := table.prefix[rows] >= 0).any():
            rows = np.where(longer, table.prefix[rows], rows)
        return rows

    return arrays.in_order(arrays.in_parts(first_symbols, rows, dtype=np.int32), size)


@dataclass(frozen=True)
class Surroundings:
    """The task of a survey: left, right and windows of ``size`` rows (int64; size + 1, 4), and the number of windows.

    ``look.number`` says which row a node is; ``size`` itself where it is none of them. A window is so many symbols of
    one source, counted from its beginning, so that the pieces in which it is looked at make no difference.
    """

    look_for: Look
    size: int
    window: int

    @property
    def before(self) -> int:
        """The codes of a window that goes on in a piece, a separator behind each of its symbols, and a context."""
        return 2 * self.window + 2

    @property
    def after(self) -> int:
        """The codes of the longest row that begins in a piece, and a context."""
        return self.look_for.longest + 2

    @property
    def n_bytes(self) -> int:
        """The size of a worker's sums."""
        return 32 * self.size

    def start(self, arrays: Arrays) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The sums, the windows seen, and those that began."""
        sums = arrays.zeros((self.size + 1, 4), np.int64, hot=True)
        sums[:, 3] = -1
        return sums, *np.zeros((2, 1), dtype=np.int64)

    def look(self, piece: Segment, state: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
        """Add the contexts of the occurrences that begin in a piece."""
        sums, seen, begun = state
        bounds = piece.codes, piece.start, piece.stop, piece.n_before, self.window
        begun += contexts_kernels.survey(*bounds, self.look_for, sums, seen)

    def result(self, state: tuple[np.ndarray, np.ndarray, np.ndarray]) -> tuple[np.ndarray, ...]:
        """The sums, and the windows that began."""
        return state[0], state[2]


@dataclass(frozen=True)
class WordsBeside:
    """The task of counting the contexts of dictionary words, of nouns of the domain and of any (contexts, 2), on the
    left
    and on the right.
    """

    trie: Trie
    n_contexts: int
    segmenter: Segmenter
    is_noun: np.ndarray

    before = after = 2

    @property
    def n_bytes(self) -> int:
        """The size of a worker's counts."""
        return 32 * self.n_contexts

    def start(self, arrays: Arrays) -> np.ndarray:
        """The state of a worker that has counted nothing."""
        return arrays.zeros((2, self.n_contexts, 2), np.int64, hot=True)

    def look(self, piece: Segment, seen: np.ndarray) -> None:
        """Count the words that begin in a piece."""
        word_at = self.segmenter.words_at(piece.codes[piece.start : piece.stop])
        contexts_kernels.count_contexts(
            piece.codes, piece.start, piece.stop, word_at, self.trie, self.is_noun, seen[0], seen[1]
        )

    def result(self, seen: np.ndarray) -> tuple[np.ndarray, ...]:
        """The counts, left and right (int64; 2, contexts, 2)."""
        return (seen,)


def _weights_beside(
    corpus: Corpus, table: NgramTable, segmenter: Segmenter, engine: Engine
) -> tuple[np.ndarray, np.ndarray]:
    """The weights to the left and to the right, in the numbering of `_weights`."""
    n_rows, n_singles = _sizes(table)
    job = engine.job
    trie = table_trie(table, np.arange(n_rows, dtype=np.int32), job.arrays)
    is_noun = _domain_nouns(table, segmenter, job.arrays).astype(np.uint8)
    n_contexts = len(trie.links) + 2 + n_singles
    (beside,) = engine.add_up(corpus, WordsBeside(trie, n_contexts, segmenter, is_noun))
    by_row = job.arrays.zeros((2, n_rows + 2 + n_singles + 1, 2), np.int64)
    contexts = _contexts_of(trie, table, job.arrays)
    for side in range(2):
        put(by_row[side], contexts, beside[side])
    left = _weights(by_row[0, :-1].T, table.suffix[:n_rows], n_singles, job.arrays)
    right = _weights(by_row[1, :-1].T, table.prefix[:n_rows], n_singles, job.arrays)
    return left, right


def _sizes(table: NgramTable) -> tuple[int, int]:
    """The number of rows of one symbol or two, and the number of those of one."""
    return int(table.level[min(2, len(table.level) - 1)]), int(table.level[1])


def _contexts_of(trie: Trie, table: NgramTable, arrays: Arrays) -> np.ndarray:
    """The number in `_weights` of each context in `kernels.contexts`; slots that are no context share the last
    number.
    """
    n_rows, n_singles = _sizes(table)
    of_slot = arrays.in_parts(
        lambda ids: np.where((ids >= 0) & (ids < n_rows), ids, n_rows + 2 + n_singles), trie.ids, dtype=np.int32
    )  # fmt: skip
    return arrays.joined([of_slot, np.array([n_rows, n_rows + 1]), n_rows + 2 + trie.ids[:n_singles]], np.int32)


def _domain_nouns(table: NgramTable, segmenter: Segmenter, arrays: Arrays) -> np.ndarray:
    """True for the nodes of the dictionary that are nouns and far more frequent in the corpus than in general language
    (bool).
    """
    nodes = arrays.empty(len(table), np.int32)
    tries_kernels.find_nodes(table.prefix, table.last, segmenter.trie, nodes)
    freq = np.zeros(len(segmenter.freq), dtype=np.int64)
    for here in slices(0, len(table)):
        known = nodes[here] >= 0
        freq[nodes[here][known]] = table.freq[here][known]
    ratio = log_ratio(freq, table.n_symbols, segmenter.freq, segmenter.n_symbols)
    return (segmenter.node_tags == NOUN_TAG) & (freq > 0) & (ratio > DOMAIN_NOUN)


def _weights(seen: np.ndarray, nearer: np.ndarray, n_singles: int, arrays: Arrays) -> np.ndarray:
    """The scaled log-odds of a noun beside each context, and a 0 (int32).

    A context is the row of two symbols or one; behind those follow the edge of a run at once, a neighbour that is no
    row, and each single symbol with the edge of a run behind it. ``seen`` (2, contexts) counts the nouns and all words
    beside each, ``nearer`` is the nearer symbol of each row of two. What is seen beside two symbols is seen beside the
    nearer of them too, and that is what two fall back on while they are rare; one symbol falls back on the share of
    nouns among all words.
    """
    (nouns, words), n_rows = seen, len(nearer)
    share = (nouns.sum() + 1.0) / (words.sum() + 2.0)
    beside_one = []
    for column in seen:
        ones = column[:n_singles] + column[n_rows + 2 :].astype(np.float64)
        for here in slices(n_singles, n_rows):
            ones += np.bincount(nearer[here], weights=column[here], minlength=n_singles)
        beside_one.append(np.append(ones, column[n_rows]))  # the edge of a run right at the boundary too
    chance = (beside_one[0] + SHRINKAGE * share) / (beside_one[1] + SHRINKAGE)

    def scaled(chance: np.ndarray) -> np.ndarray:
        return np.rint(SCALE * (logit(chance) - logit(share)))

    weights = arrays.zeros(len(nouns) + 1, np.int32)
    weights[:n_singles], weights[n_rows] = scaled(chance[:-1]), scaled(chance[-1:])[0]

    def fall_back(here: slice, near: np.ndarray) -> None:
        weights[here] = scaled((nouns[here] + SHRINKAGE * chance[near]) / (words[here] + SHRINKAGE))

    for here in slices(n_singles, n_rows):
        fall_back(here, nearer[here])
    fall_back(slice(n_rows + 2, len(nouns)), np.arange(n_singles))
    return weights
