"""The character automaton: code points -> codes. The tables that it reads are built in `termmine.encode`."""

from typing import NamedTuple

import numpy as np

from termmine.kernels.base import FIRST_WORD, UNKNOWN, inlined, njit

# --- kinds of characters ---------------------------------------------------------------------------------------------
BREAK, HAN, WORD, JOINER, BLANK, LINE_BREAK, DOCUMENT_BREAK, SOURCE_BREAK, IGNORED, EXPANDING, COMPOSING = range(11)

# Characters; a longer stretch of letters is no word of any language (base64, hashes, URLs): it ends a run.
MAX_WORD = 64

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


@inlined
def _hash(chars, n):
    value = np.uint64(0xCBF29CE484222325)
    for k in range(n):
        value = (value ^ np.uint64(chars[k])) * np.uint64(0x9E3779B97F4A7C15)
        value ^= value >> np.uint64(29)
    return value


@inlined
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


@inlined
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


@inlined
def _is_full(strings):
    """Whether one more character's words might not fit."""
    size = strings.size[0]
    return (
        2 * (size + _SLACK) > len(strings.slots)
        or size + _SLACK > len(strings.hashes)
        or strings.offsets[size] + _SLACK * (MAX_WORD + 1) > len(strings.pool)
    )


@inlined
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


@inlined
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


@inlined
def _emit_character(state, out, variants, written, fold):
    """Write a Han character or kana; its written form is kept where folding changed it."""
    code = fold[written]
    _emit(state, out, code, False)
    if code != written:
        variants[state[N_VARIANTS], 0] = state[N_OUT] - 1
        variants[state[N_VARIANTS], 1] = written
        state[N_VARIANTS] += 1


@inlined
def _run_on(chars, i, kinds, nfkc, fold, state, out):
    """Write what follows a Han character as long as it is Han too, and folds to itself; where that ends."""
    at = start = state[N_OUT]
    room = len(out) - _SLACK
    while i < len(chars) and at < room and kinds[chars[i]] == HAN:
        code = nfkc[chars[i]]
        if fold[code] != code:
            break
        out[at] = code
        at += 1
        i += 1
    state[N_OUT] = at
    state[N_SYMBOLS] += at - start
    return i


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
    i = 0
    while i < len(chars):
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
            i = _run_on(chars, i + 1, kinds, nfkc, fold, state, out)
            continue
        i += 1
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
            elif part == SOURCE_BREAK:
                state[PENDING] = SOURCE
            elif part == DOCUMENT_BREAK or (part == LINE_BREAK and lines):
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
