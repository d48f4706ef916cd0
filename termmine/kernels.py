"""Every compiled loop of termmine.

In: flat arrays and scalars, their dtype and contiguity fixed by the caller. Out: the same arrays, filled, and counters.
Nothing here knows a formula, a file or a string; all kernels share this file, because numba's cache does not see a
change in another one. `tests/naive.py` holds the slow twin of each.

Shape letters: P positions of the encoded corpus, R rows of the n-gram table, E entries of one level's hash table,
W words of an alphabet, C characters.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numba
import numpy as np


def njit(function: Callable[..., Any]) -> Callable[..., Any]:
    """The one set of numba options; without a place for the cache (no home, read-only installation) do without it."""
    try:
        return numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:
        return numba.njit(nogil=True)(function)


def is_compiled() -> bool:
    """Whether the kernels' machine code is in numba's cache (or numba is switched off)."""
    if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
        return True
    folder = Path(getattr(encode, "stats").cache_path or "")  # noqa: B009
    newest = max((file.stat().st_mtime for file in folder.glob("kernels.segment-*.nbi")), default=0.0)
    return newest >= Path(__file__).stat().st_mtime


# --- codes of the encoded corpus -------------------------------------------------------------------------------------
RUN_END = 0  # what ends a run: punctuation, a line end, an undecodable byte
DOCUMENT_END = 1  # what ends a run and a document
SOURCE_END = 2  # what ends a run, a document and the file or text that held it
UNKNOWN = 3  # a word that a frozen alphabet does not hold: a symbol that equals no other
FIRST_SYMBOL = 4  # every code from here on is a symbol: a Han character or kana by its code point ...
FIRST_WORD = 0x110000  # ... and the words of the alphabet after all code points

# --- kinds of characters ---------------------------------------------------------------------------------------------
BREAK, HAN, WORD, JOINER, BLANK, LINE_END, TEXT_END, IGNORED, EXPANDING, COMPOSING = range(10)

MAX_WORD = (
    64  # characters; a longer stretch of letters is no word of any language (base64, hashes, URLs): it ends a run
)

# --- fields of the encoder's state -----------------------------------------------------------------------------------
LENGTH, JOINERS, BLANKS, PREVIOUS, PENDING, N_OUT, N_VARIANTS, N_SYMBOLS, N_DOCUMENTS = range(9)
N_FIELDS = 9
NOTHING, RUN, DOCUMENT, SOURCE = range(4)  # PENDING: the separator to write before the next symbol, its code + 1

_SLACK = 64  # codes that one character can lead to: the longest NFKC expansion has 18 characters
_PLUS, _HASH = 0x2B, 0x23


class Strings(NamedTuple):
    """A set of interned character sequences; the id of a sequence is its order of arrival."""

    slots: np.ndarray  # int32, a power of two of them: id + 1, or 0
    hashes: np.ndarray  # uint64 (W)
    offsets: np.ndarray  # int64 (W + 1): where each sequence begins in the pool
    pool: np.ndarray  # int32 (C)
    size: np.ndarray  # int64 (1): W


@njit
def _hash(chars, n):
    value = np.uint64(0xCBF29CE484222325)
    for k in range(n):
        value = (value ^ np.uint64(chars[k])) * np.uint64(0x9E3779B97F4A7C15)
        value ^= value >> np.uint64(29)
    return value


@njit
def find(strings, chars, n):
    """The id of chars[:n], or -1 - (the free slot where it belongs)."""
    wanted = _hash(chars, n)
    mask = np.uint64(len(strings.slots) - 1)
    slot = wanted & mask
    while strings.slots[slot]:
        g = strings.slots[slot] - 1
        start = strings.offsets[g]
        if strings.hashes[g] == wanted and strings.offsets[g + 1] - start == n:
            k = 0
            while k < n and strings.pool[start + k] == chars[k]:
                k += 1
            if k == n:
                return np.int64(g)
        slot = (slot + np.uint64(1)) & mask
    return np.int64(-1) - np.int64(slot)


@njit
def insert(strings, chars, n, free):
    """Intern chars[:n] at the free slot that `find` gave; its id."""
    g = strings.size[0]
    start = strings.offsets[g]
    for k in range(n):
        strings.pool[start + k] = chars[k]
    strings.offsets[g + 1] = start + n
    strings.hashes[g] = _hash(chars, n)
    strings.slots[-1 - free] = g + 1
    strings.size[0] = g + 1
    return g


@njit
def rebuild(strings):
    """Fill empty slots from the hashes, after the slots have been enlarged."""
    mask = np.uint64(len(strings.slots) - 1)
    for g in range(strings.size[0]):
        slot = strings.hashes[g] & mask
        while strings.slots[slot]:
            slot = (slot + np.uint64(1)) & mask
        strings.slots[slot] = g + 1


@njit
def _is_full(strings):
    """Whether one more character's words might not fit."""
    size = strings.size[0]
    return (
        2 * (size + _SLACK) > len(strings.slots)
        or size + _SLACK > len(strings.hashes)
        or strings.offsets[size] + _SLACK * (MAX_WORD + 1) > len(strings.pool)
    )


@njit
def _emit(state, out, code, is_word):
    """Write a symbol, after the separator that stands between it and the one before."""
    if state[BLANKS] > 1 or (state[BLANKS] == 1 and state[PREVIOUS] == HAN and not is_word):
        state[PENDING] = max(state[PENDING], RUN)
    at = state[N_OUT]
    if state[PENDING] != NOTHING:
        if state[PENDING] >= DOCUMENT and state[N_SYMBOLS]:
            state[N_DOCUMENTS] += 1
        out[at] = state[PENDING] - 1
        at += 1
    out[at] = code
    state[N_OUT] = at + 1
    state[N_SYMBOLS] += 1
    state[PENDING] = NOTHING
    state[BLANKS] = 0
    state[PREVIOUS] = WORD if is_word else HAN


@njit
def _end_word(state, raw, folded, fold, forms, words, form_word, word_form, out, variants, frozen):
    """Write the word that has been gathered; joiners after it end the run, except + and #."""
    length = state[LENGTH]
    joiners = state[JOINERS]
    state[LENGTH] = state[JOINERS] = 0
    while joiners and (raw[length] == _PLUS or raw[length] == _HASH):
        length += 1
        joiners -= 1
    if length > MAX_WORD:
        state[PENDING] = max(state[PENDING], RUN)
        return
    for k in range(length):
        folded[k] = fold[raw[k]]
    if frozen:
        word = find(words, folded, length)
        _emit(state, out, FIRST_WORD + word if word >= 0 else UNKNOWN, True)
    else:
        form = find(forms, raw, length)
        if form < 0:
            form = insert(forms, raw, length, form)
            word = find(words, folded, length)
            if word < 0:
                word = insert(words, folded, length, word)
                word_form[word] = form
            form_word[form] = word
        word = np.int64(form_word[form])
        _emit(state, out, FIRST_WORD + word, True)
        if word_form[word] != form:
            variants[state[N_VARIANTS], 0] = state[N_OUT] - 1
            variants[state[N_VARIANTS], 1] = FIRST_WORD + form
            state[N_VARIANTS] += 1
    if joiners:
        state[PENDING] = max(state[PENDING], RUN)


@njit
def _emit_character(state, out, variants, written, fold):
    """Write a Han character or kana; its written form is kept where folding changed it."""
    code = fold[written]
    _emit(state, out, code, False)
    if code != written:
        variants[state[N_VARIANTS], 0] = state[N_OUT] - 1
        variants[state[N_VARIANTS], 1] = written
        state[N_VARIANTS] += 1


@njit
def encode(
    chars,
    kinds,
    nfkc,
    fold,
    expansions,
    state,
    raw,
    folded,
    forms,
    words,
    form_word,
    word_form,
    out,
    variants,
    frozen,
    lines,
):
    """Run the character automaton over chars (C, uint32); how many were consumed before some array was full.

    out receives the codes, variants (n, 2) the places (and forms) where the written form is not the first one of the
    symbol. frozen: words outside the alphabet become UNKNOWN. lines: a line end ends a document.
    """
    for i in range(len(chars)):
        c = chars[i]
        kind = kinds[c]
        if state[N_OUT] + _SLACK > len(out) or state[N_VARIANTS] + _SLACK > len(variants):
            return i
        if not frozen and (kind != HAN or state[LENGTH]) and (_is_full(forms) or _is_full(words)):
            return i
        if kind == HAN:  # the common case first
            if state[LENGTH]:
                _end_word(state, raw, folded, fold, forms, words, form_word, word_form, out, variants, frozen)
            _emit_character(state, out, variants, nfkc[c], fold)
            continue
        first, n = np.int64(c), 1
        if kind == EXPANDING:
            first, n = np.int64(-nfkc[c]), expansions[-nfkc[c] - 1]
        for k in range(n):
            r = np.int64(expansions[first + k]) if kind == EXPANDING else np.int64(nfkc[c])
            part = kinds[r] if kind == EXPANDING else kind
            if part == COMPOSING:
                part = WORD if state[LENGTH] else BREAK
            if part == WORD or (part == JOINER and state[LENGTH]):
                at = state[LENGTH] + state[JOINERS]
                if at < len(raw):
                    raw[at] = r
                if part == WORD:
                    state[LENGTH] = min(at + 1, MAX_WORD + 1)
                    state[JOINERS] = 0
                else:
                    state[JOINERS] = min(state[JOINERS] + 1, MAX_WORD + 1)
                continue
            if part == IGNORED:
                continue
            if state[LENGTH]:
                _end_word(state, raw, folded, fold, forms, words, form_word, word_form, out, variants, frozen)
            if part == HAN:
                _emit_character(state, out, variants, r, fold)
            elif part == BLANK:
                state[BLANKS] += 1
            elif part == TEXT_END:
                state[PENDING] = SOURCE
            elif part == LINE_END and lines:
                state[PENDING] = max(state[PENDING], DOCUMENT)
            else:
                state[PENDING] = max(state[PENDING], RUN)
    return len(chars)


@njit
def contains(chars, kinds, kind):
    """Whether any of chars (C) is of a kind."""
    for i in range(len(chars)):
        if kinds[chars[i]] == kind:
            return True
    return False


# --- counting: one level after the other -----------------------------------------------------------------------------

ENTROPY_SCALE = 1 << 24  # c log2(c) is summed as an integer, so that the sum is the same in any order
_ONE_SIDED = np.uint64(0x80000000)  # in the half of a key where a symbol stands instead of a frequent n-gram


@njit
def count_symbols(codes, n_codes):
    """Freq and doc_freq (int64) of every code."""
    freq = np.zeros(n_codes, np.int64)
    doc_freq = np.zeros(n_codes, np.int64)
    last = np.zeros(n_codes, np.int64)
    document = 1
    for i in range(len(codes)):
        c = codes[i]
        if c < FIRST_SYMBOL:
            document += c == DOCUMENT_END or c == SOURCE_END
            continue
        freq[c] += 1
        if last[c] != document:
            last[c] = document
            doc_freq[c] += 1
    return freq, doc_freq


@njit
def first_level(codes, rows, ids):
    """Ids (P) of the frequent symbols: rows (codes -> row, or -1)."""
    for i in range(len(codes)):
        c = codes[i]
        ids[i] = rows[c] if c >= FIRST_SYMBOL else -1


class Level(NamedTuple):
    """The (n + 1)-grams of one level while they are counted: an open-addressing table of entries."""

    slots: np.ndarray  # int32, a power of two of them: entry + 1, or 0
    keys: np.ndarray  # uint64 (E): left half and right half, see `count_level`
    freq: np.ndarray  # int64 (E)
    doc_freq: np.ndarray  # int32 (E)
    document: np.ndarray  # int32 (E): the last document that it was seen in
    progress: np.ndarray  # int64 (3): entries, next position, current document


@njit
def _mix(key):
    key ^= key >> np.uint64(32)
    key *= np.uint64(0x9E3779B97F4A7C15)
    return key ^ (key >> np.uint64(29))


@njit
def _entry(level, key):
    """The entry of a key, new if need be."""
    mask = np.uint64(len(level.slots) - 1)
    slot = _mix(key) & mask
    while True:
        e = level.slots[slot]
        if e == 0:
            e = np.int32(level.progress[0] + 1)
            level.progress[0] = e
            level.slots[slot] = e
            level.keys[e - 1] = key
            return e - 1
        if level.keys[e - 1] == key:
            return e - 1
        slot = (slot + np.uint64(1)) & mask


@njit
def rehash(level):
    """Fill empty slots from the keys, after the slots have been enlarged."""
    mask = np.uint64(len(level.slots) - 1)
    for e in range(level.progress[0]):
        slot = _mix(level.keys[e]) & mask
        while level.slots[slot]:
            slot = (slot + np.uint64(1)) & mask
        level.slots[slot] = e + 1


@njit
def count_level(codes, ids, n, one_sided, level):
    """Count (n + 1)-grams; ids (P) holds the rows of the n-grams on entry, entries of (n + 1)-grams behind progress.

    An (n + 1)-gram is the pair (row of its prefix, row of its suffix), 32 bits each. With one_sided, those with only
    one frequent part are counted too, for that part's entropy: in place of the other stands the outer symbol, marked.
    False when the table is full (enlarge it and call again).
    """
    done, i, document = level.progress[0], level.progress[1], level.progress[2]
    limit = min(len(level.keys), len(level.slots) // 2)
    end = len(codes) - n
    while i < end:
        if done >= limit:
            level.progress[1], level.progress[2] = i, document
            return False
        c = codes[i]
        if c < FIRST_SYMBOL:
            document += c == DOCUMENT_END or c == SOURCE_END
            ids[i] = -1
            i += 1
            continue
        a, b = ids[i], ids[i + 1]
        ids[i] = -1
        if a >= 0 and b >= 0:
            e = _entry(level, np.uint64(a) << np.uint64(32) | np.uint64(b))
            done = level.progress[0]
            ids[i] = e
            level.freq[e] += 1
            if level.document[e] != document:
                level.document[e] = document
                level.doc_freq[e] += 1
        elif one_sided and a >= 0 and codes[i + n] >= FIRST_SYMBOL:
            outer = _ONE_SIDED | np.uint64(codes[i + n])
            level.freq[_entry(level, np.uint64(a) << np.uint64(32) | outer)] += 1
            done = level.progress[0]
        elif one_sided and b >= 0:
            outer = _ONE_SIDED | np.uint64(c)
            level.freq[_entry(level, outer << np.uint64(32) | np.uint64(b))] += 1
            done = level.progress[0]
        i += 1
    for i in range(max(end, 0), len(ids)):
        ids[i] = -1
    return True


@njit
def add_neighbours(level, left, right, left_inner, right_inner):
    """Add every entry to its prefix's right and its suffix's left sums: scaled c log2(c), and c (int64, one a row)."""
    half = np.uint64(0xFFFFFFFF)
    for e in range(level.progress[0]):
        c = level.freq[e]
        term = np.int64(c * math.log2(c) * ENTROPY_SCALE + 0.5)
        a, b = level.keys[e] >> np.uint64(32), level.keys[e] & half
        if a < _ONE_SIDED:
            right[a] += term
            right_inner[a] += c
        if b < _ONE_SIDED:
            left[b] += term
            left_inner[b] += c


@njit
def next_level(level, min_freq, first_row, rows, ids):
    """Number the frequent entries from first_row on (rows, E), and turn ids (P) from entries into rows; how many."""
    n = 0
    half = np.uint64(0xFFFFFFFF)
    for e in range(level.progress[0]):
        rows[e] = -1
        if (
            level.freq[e] >= min_freq
            and level.keys[e] >> np.uint64(32) < _ONE_SIDED
            and level.keys[e] & half < _ONE_SIDED
        ):
            rows[e] = first_row + n
            n += 1
    for i in range(len(ids)):
        if ids[i] >= 0:
            ids[i] = rows[ids[i]]
    return n


# --- tries: counting and segmenting with known strings ---------------------------------------------------------------


class Trie(NamedTuple):
    """A set of symbol sequences; node ids are the caller's (rows of the n-gram table) or in order of arrival."""

    first: np.ndarray  # int32, one a code: the node of that symbol, or -1
    slots: np.ndarray  # int32, a power of two of them: edge + 1, or 0
    keys: np.ndarray  # uint64: parent node and next symbol, 32 bits each
    nodes: np.ndarray  # int32: where each edge leads
    size: np.ndarray  # int64 (2): edges, nodes


@njit
def child(trie, node, code):
    """The node behind an edge, or -1 - (the free slot where the edge belongs)."""
    key = np.uint64(node) << np.uint64(32) | np.uint64(code)
    mask = np.uint64(len(trie.slots) - 1)
    slot = _mix(key) & mask
    while trie.slots[slot]:
        e = trie.slots[slot] - 1
        if trie.keys[e] == key:
            return np.int64(trie.nodes[e])
        slot = (slot + np.uint64(1)) & mask
    return np.int64(-1) - np.int64(slot)


@njit
def add_edges(trie, parents, codes, nodes):
    """Add edges that are all new: parents (n), codes (n) -> nodes (n)."""
    for j in range(len(parents)):
        slot = -1 - child(trie, parents[j], codes[j])
        e = trie.size[0]
        trie.size[0] = e + 1
        trie.slots[slot] = e + 1
        trie.keys[e] = np.uint64(parents[j]) << np.uint64(32) | np.uint64(codes[j])
        trie.nodes[e] = nodes[j]


@njit
def add_runs(trie, codes, ends):
    """Add every run of codes as a sequence; ends (one a run, in order) receives its node. The number of runs."""
    n = 0
    node = np.int64(-1)
    for i in range(len(codes)):
        c = codes[i]
        if c < FIRST_SYMBOL:
            if node >= 0:
                ends[n] = node
                n += 1
            node = -1
            continue
        if node < 0:
            if trie.first[c] < 0:
                trie.first[c] = trie.size[1]
                trie.size[1] += 1
            node = np.int64(trie.first[c])
            continue
        nxt = child(trie, node, c)
        if nxt < 0:
            slot, e = -1 - nxt, trie.size[0]
            nxt = trie.size[1]
            trie.size[0] = e + 1
            trie.size[1] = nxt + 1
            trie.slots[slot] = e + 1
            trie.keys[e] = np.uint64(node) << np.uint64(32) | np.uint64(c)
            trie.nodes[e] = nxt
        node = nxt
    return n


@njit
def find_runs(codes, trie, ends):
    """The node of every run of codes as a whole, or -1, in ends (one a run, in order)."""
    n = 0
    node = np.int64(-1)
    for i in range(1, len(codes)):
        if codes[i] >= FIRST_SYMBOL:
            if codes[i - 1] < FIRST_SYMBOL:
                node = np.int64(trie.first[codes[i]])
            elif node >= 0:
                node = max(child(trie, node, codes[i]), np.int64(-1))
        elif codes[i - 1] >= FIRST_SYMBOL:
            ends[n] = node
            n += 1


@njit
def count_in_trie(codes, end, trie, freq):
    """Count in freq (int64, one a node) every occurrence of every node's string that begins before end."""
    for i in range(end):
        c = codes[i]
        if c < FIRST_SYMBOL:
            continue
        node = np.int64(trie.first[c])
        j = i + 1
        while node >= 0:
            freq[node] += 1
            if j == len(codes) or codes[j] < FIRST_SYMBOL:
                break
            node = child(trie, node, codes[j])
            j += 1


INSIDE, NO_WORD = -2, -1
WINDOW = 4096  # symbols; a longer run is segmented piece by piece (in natural text: never)


@njit
def segment(codes, end, trie, weight, default, word_at):
    """Segment every run of codes[:end] into the words of the trie of the greatest sum of weights.

    weight (float64, one a node): -inf where a node is no word; default: weight of a symbol where no word begins. The
    same as jieba's route without its HMM: from the right, ties to the longer word. word_at (int32, P) receives the node
    of the word that begins there, NO_WORD for a symbol outside all words, INSIDE elsewhere.
    """
    best = np.empty(WINDOW + 1, np.float64)
    length = np.empty(WINDOW + 1, np.int32)
    words = np.empty(WINDOW + 1, np.int32)
    lo = 0
    while lo < end:
        word_at[lo] = INSIDE
        if codes[lo] < FIRST_SYMBOL:
            lo += 1
            continue
        hi = lo + 1
        while hi < end and hi - lo < WINDOW and codes[hi] >= FIRST_SYMBOL:
            word_at[hi] = INSIDE
            hi += 1
        best[hi - lo] = 0.0
        for i in range(hi - 1, lo - 1, -1):
            at = i - lo
            best[at], length[at], words[at] = -math.inf, 1, NO_WORD
            node = np.int64(trie.first[codes[i]])
            j = i + 1
            while node >= 0:
                if weight[node] > -math.inf and weight[node] + best[j - lo] >= best[at]:
                    best[at], length[at], words[at] = weight[node] + best[j - lo], j - i, node
                if j == hi:
                    break
                node = child(trie, node, codes[j])
                j += 1
            if words[at] == NO_WORD:
                best[at] = default + best[at + 1]
        i = lo
        while i < hi:
            word_at[i] = words[i - lo]
            i += length[i - lo]
        lo = hi


# --- contexts and windows --------------------------------------------------------------------------------------------


@njit
def context_ids(codes, trie, n_rows, before, after):
    """What stands beside each boundary (int32, P): before[i] ends at i - 1, after[i] begins at i.

    The row of two symbols where they are a node of the trie, else of one; n_rows + 2 + the row of one symbol where the
    run ends beyond it; n_rows where the run ends at once; n_rows + 1 where the neighbour is no node.
    """
    for i in range(len(codes)):
        before[i] = after[i] = n_rows
        if i and codes[i - 1] >= FIRST_SYMBOL:
            near = np.int64(trie.first[codes[i - 1]])
            before[i] = near if near >= 0 else n_rows + 1
            if near >= 0 and (i == 1 or codes[i - 2] < FIRST_SYMBOL):
                before[i] = n_rows + 2 + near
            elif near >= 0 and trie.first[codes[i - 2]] >= 0:
                before[i] = max(near, child(trie, np.int64(trie.first[codes[i - 2]]), codes[i - 1]))
        if codes[i] >= FIRST_SYMBOL:
            near = np.int64(trie.first[codes[i]])
            after[i] = near if near >= 0 else n_rows + 1
            if near >= 0 and codes[i + 1] < FIRST_SYMBOL:
                after[i] = n_rows + 2 + near
            elif near >= 0:
                after[i] = max(near, child(trie, near, codes[i + 1]))


@njit
def survey(codes, trie, before, after, before_weight, after_weight, window_size, left, right, n_windows):
    """Sum the weights of the contexts over all occurrences of every node, and count the windows that hold it.

    A window is at least window_size symbols long, ends with a run and does not reach over a source's end. left, right,
    n_windows: int64, one a node. Returns the number of windows.
    """
    last = np.full(len(left), -1, np.int32)
    window = symbols = 0
    for i in range(len(codes)):
        c = codes[i]
        if c < FIRST_SYMBOL:
            if symbols >= window_size or (symbols and c == SOURCE_END):
                window += 1
                symbols = 0
            continue
        symbols += 1
        node = np.int64(trie.first[c])
        j = i + 1
        while node >= 0:
            left[node] += before_weight[before[i]]
            right[node] += after_weight[after[j]]
            if last[node] != window:
                last[node] = window
                n_windows[node] += 1
            if codes[j] < FIRST_SYMBOL:  # a corpus ends with a separator
                break
            node = child(trie, node, codes[j])
            j += 1
    return window + (symbols > 0)


# --- surface forms ---------------------------------------------------------------------------------------------------


@njit
def spans_with_variants(codes, places, trie, wanted, max_length, out_rows, out_starts):
    """Every occurrence of a wanted row (bool, R) that holds a place with a variant form; how many.

    places (n, ascending) are those of the variants. out_rows and out_starts receive row and first position, as long as
    there is room: call with empty arrays to learn how much is needed.
    """
    n = 0
    previous = np.int64(-1)
    for p in places:
        for i in range(max(previous + 1, p - max_length + 1), p + 1):
            if codes[i] < FIRST_SYMBOL:
                continue
            node = np.int64(trie.first[codes[i]])
            j = i + 1
            while node >= 0:
                if j > p and wanted[node]:
                    if n < len(out_rows):
                        out_rows[n], out_starts[n] = node, i
                    n += 1
                if j == len(codes) or codes[j] < FIRST_SYMBOL:
                    break
                node = child(trie, node, codes[j])
                j += 1
        previous = p
    return n
