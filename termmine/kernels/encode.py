"""The character automaton: code points -> codes. The tables that it reads are built in `text.characters`."""

from typing import NamedTuple

import numpy as np

from termmine.kernels.codes import AFTER_BLANK, DOCUMENT_END, FIRST_WORD, SOURCE_END, UNKNOWN
from termmine.kernels.jit import inlined, njit

# --- kinds of characters ---------------------------------------------------------------------------------------------
BREAK, HAN, WORD, JOINER, BLANK, LINE_BREAK, DOCUMENT_BREAK, SOURCE_BREAK, IGNORED, EXPANDING, COMPOSING = range(11)

# Characters; a longer stretch of letters is no word of any language (base64, hashes, URLs): it ends a run.
MAX_WORD = 64

# --- fields of the encoder's state -----------------------------------------------------------------------------------
LENGTH, JOINERS, BLANKS, PREVIOUS, PENDING, N_OUT, N_WRITTEN = range(7)
N_FIELDS = 7
NOTHING, RUN, DOCUMENT, SOURCE = range(4)  # PENDING: the separator to write before the next symbol, its code + 1

SLACK = 64  # codes that one character can lead to: the longest NFKC expansion has 18 characters
_PLUS, _HASH = 0x2B, 0x23


class Strings(NamedTuple):
    """A set of interned character sequences; the id of a sequence is its order of arrival."""

    slots: np.ndarray  # int32, a power of two of them: id + 1, or 0
    hashes: np.ndarray  # uint64 (W)
    offsets: np.ndarray  # int64 (W + 1): where each sequence begins in the pool
    pool: np.ndarray  # int32 (C)
    size: np.ndarray  # int64 (2): W, and the key of the hash


@njit
def _hash(chars, n, key):
    """The hash of a word under a secret key, so that no text can be made of words that collide."""
    value = np.uint64(0xCBF29CE484222325) ^ np.uint64(key)
    for k in range(n):
        value = (value ^ np.uint64(chars[k])) * np.uint64(0x9E3779B97F4A7C15)
        value ^= value >> np.uint64(29)
    return value


@njit
def find(strings, chars, n):
    """The id of chars[:n], or -1 - (the free slot where it belongs)."""
    wanted = _hash(chars, n, strings.size[1])
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
    strings.hashes[g] = _hash(chars, n, strings.size[1])
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
    """True where the words of one more character might not fit."""
    size = strings.size[0]
    return (
        2 * (size + SLACK) > len(strings.slots)
        or size + SLACK > len(strings.hashes)
        or strings.offsets[size] + SLACK * (MAX_WORD + 1) > len(strings.pool)
    )


@njit
def adopt(chars, offsets, done, fold, forms, words, form_word, word_form, ids):
    """Intern each form chars[offsets[j]:offsets[j + 1]] from done on, and its word; ids (int32) receives their ids.

    Returns how many have been done before some array was full.
    """
    folded = np.empty(MAX_WORD, np.int32)
    for j in range(done, len(offsets) - 1):
        if _is_full(forms) or _is_full(words):
            return j
        raw = chars[offsets[j] : offsets[j + 1]]
        form = find(forms, raw, len(raw))
        if form < 0:
            form = insert(forms, raw, len(raw), form)
            for i in range(len(raw)):
                folded[i] = raw[i] + fold[raw[i]]
            word = find(words, folded, len(raw))
            if word < 0:
                word = insert(words, folded, len(raw), word)
                word_form[word] = form
            form_word[form] = word
        ids[j] = form
    return len(offsets) - 1


@njit
def find_all(chars, offsets, strings, codes):
    """The codes (W) of the words chars[offsets[j]:offsets[j + 1]] under an alphabet whose words are strings."""
    for j in range(len(offsets) - 1):
        word = find(strings, chars[offsets[j] : offsets[j + 1]], offsets[j + 1] - offsets[j])
        codes[j] = FIRST_WORD + word if word >= 0 else UNKNOWN


# --- the automaton ---------------------------------------------------------------------------------------------------


class Characters(NamedTuple):
    """The properties of each code point, one entry a code point; the last array holds the forms themselves."""

    plain: np.ndarray  # int32: the code of a Han character or kana that is written as it is counted, else 0
    kinds: np.ndarray  # uint8
    nfkc: np.ndarray  # int32: what leads to the NFKC form; its place in expansions where that has several characters
    fold: np.ndarray  # int32: what leads from there to the form that counts
    expansions: np.ndarray  # int32: the characters of each form, their number before that place


@njit
def _before(pending, blanks, previous, is_word):
    """The separator between a symbol and the one before it."""
    if blanks > 1 or (blanks == 1 and previous == HAN and not is_word):
        return max(pending, RUN)
    return pending


@njit
def _word_code(strings, raw, folded, fold, length, frozen):
    """The code of the word raw[:length]: that of its form, or under a frozen alphabet that of the word itself."""
    if not frozen:
        form = find(strings, raw, length)
        return FIRST_WORD + (form if form >= 0 else insert(strings, raw, length, form))
    for i in range(length):
        folded[i] = raw[i] + fold[raw[i]]
    word = find(strings, folded, length)
    return FIRST_WORD + word if word >= 0 else np.int64(UNKNOWN)


@inlined
def _separate(out, at, pending, blanks, previous, is_word):
    """Write the separator before a symbol; returns the place behind it, and AFTER_BLANK where there is only a blank."""
    pending = _before(pending, blanks, previous, is_word)
    mark = np.int64(0)
    if pending:
        out[at] = pending - 1
        at += 1
    elif blanks and previous == (HAN if is_word else WORD):
        mark = np.int64(AFTER_BLANK)
    return at, mark


@inlined
def _put_word(strings, raw, folded, fold, length, frozen, out, written, at, n_written, mark):
    """Write the code of the word raw[:length], and its form; returns the places behind both."""
    out[at] = _word_code(strings, raw, folded, fold, length, frozen)
    written[n_written, 0], written[n_written, 1] = at, mark | np.int64(out[at])
    return at + 1, n_written + 1


@njit
def encode(chars, characters, state, raw, folded, strings, out, written, frozen, lines):
    """Run the character automaton over chars (C, uint32); returns how many were consumed before some array was full.

    out receives the codes: of a word that of its form, numbered by strings; frozen: that of the word, numbered by
    strings, UNKNOWN for one that is not among them. written (n, 2) receives the places, and the forms, of all words and
    of the characters that are written otherwise than they are counted, and of any symbol behind a blank between a word
    and a Han character (AFTER_BLANK). lines: True where a line end ends a document.

    It is long because it is one loop over a dozen local variables: taken apart further, all of them would travel in and
    out of every part.
    """
    plain, kinds, nfkc, fold, expansions = characters
    length, joiners, blanks = state[LENGTH], state[JOINERS], state[BLANKS]
    previous, pending = state[PREVIOUS], state[PENDING]
    at = n_written = i = np.int64(0)
    while i < len(chars) and at + SLACK <= len(out) and n_written + SLACK <= len(written):
        c = chars[i]
        code = plain[c]
        if code and not length:  # the common case
            at, mark = _separate(out, at, pending, blanks, previous, False)
            if mark:
                written[n_written, 0], written[n_written, 1] = at, mark | np.int64(code)
                n_written += 1
            pending = blanks = np.int64(0)
            previous = np.int64(HAN)
            end = min(len(chars), i + len(out) - at)
            while code:
                out[at] = code
                at += 1
                i += 1
                if i >= end:
                    break
                code = plain[chars[i]]
            continue
        kind = np.int64(kinds[c])
        if kind == BREAK and not length:  # nearly as common
            pending = max(pending, RUN)
            i += 1
            continue
        if not frozen and _is_full(strings):
            break
        i += 1
        first, n = np.int64(c), np.int64(1)
        if kind == EXPANDING:
            first, n = np.int64(nfkc[c]), np.int64(expansions[nfkc[c] - 1])
        for k in range(n):
            r = np.int64(expansions[first + k]) if kind == EXPANDING else np.int64(c) + nfkc[c]
            part = np.int64(kinds[r]) if kind == EXPANDING else kind
            if part == COMPOSING:
                part = np.int64(WORD if length else BREAK)
            if part == WORD or (part == JOINER and length):
                if length + joiners < len(raw):
                    raw[length + joiners] = r
                if part == WORD:
                    length = min(length + joiners + 1, MAX_WORD + 1)
                    joiners = np.int64(0)
                else:
                    joiners = min(joiners + 1, MAX_WORD + 1)
                continue
            if part == IGNORED:
                continue
            if length:
                while joiners and (raw[length] == _PLUS or raw[length] == _HASH):
                    length += 1
                    joiners -= 1
                if length <= MAX_WORD:
                    at, mark = _separate(out, at, pending, blanks, previous, True)
                    at, n_written = _put_word(
                        strings, raw, folded, fold, length, frozen, out, written, at, n_written, mark
                    )
                    pending = blanks = np.int64(0)
                    previous = np.int64(WORD)
                if joiners or length > MAX_WORD:
                    pending = max(pending, RUN)
                length = joiners = np.int64(0)
            if part == HAN:
                at, mark = _separate(out, at, pending, blanks, previous, False)
                out[at] = r + fold[r]
                if fold[r] or mark:
                    written[n_written, 0], written[n_written, 1] = at, mark | np.int64(r)
                    n_written += 1
                at += 1
                pending = blanks = np.int64(0)
                previous = np.int64(HAN)
            elif part == BLANK:
                blanks += 1
            elif part == SOURCE_BREAK:
                pending = np.int64(SOURCE)
            elif part == DOCUMENT_BREAK or (part == LINE_BREAK and lines):
                pending = max(pending, DOCUMENT)
            else:
                pending = max(pending, RUN)
    state[LENGTH], state[JOINERS], state[BLANKS] = length, joiners, blanks
    state[PREVIOUS], state[PENDING] = previous, pending
    state[N_OUT], state[N_WRITTEN] = at, n_written
    return i


@njit
def settle(codes, written, form_ids, form_word, word_form):
    """Turn the codes of forms into those of their words, and keep what is written otherwise than at first.

    form_ids: from the numbers of forms in written (n, 2) to those of form_word and word_form. The places where a symbol
    has another form than its first one, or stands behind a blank, end up at the beginning of written. Returns their
    number, and those of symbols and of ends of documents.
    """
    n = n_symbols = n_documents = 0
    for code in codes:
        n_symbols += code >= UNKNOWN
        n_documents += (code == DOCUMENT_END) | (code == SOURCE_END)
    for i in range(len(written)):
        place, form = written[i]
        mark = form & np.int64(AFTER_BLANK)
        form -= mark
        if form >= FIRST_WORD:
            number = form_ids[form - FIRST_WORD]
            word = form_word[number]
            codes[place] = FIRST_WORD + word
            if word_form[word] == number and not mark:
                continue
            form = np.int64(FIRST_WORD + number)
        written[n, 0], written[n, 1] = place, mark | form
        n += 1
    return n, n_symbols, n_documents


@njit
def unsettle(codes, variants, word_form, written):
    """Undo `settle`: write the places and forms of all words, and of the characters among variants; returns their
    number.
    """
    n = v = 0
    for i in range(len(codes)):
        form = np.int64(-1)
        if v < len(variants) and variants[v, 0] == i:
            form = variants[v, 1]
            v += 1
        elif codes[i] >= FIRST_WORD:
            form = np.int64(FIRST_WORD + word_form[codes[i] - FIRST_WORD])
        if form >= 0:
            written[n, 0], written[n, 1] = i, form
            n += 1
    return n


@njit
def end_of_lines(chars, kinds):
    """The place behind the last line, document or source that ends in chars (C); 0 if none does."""
    for i in range(len(chars), 0, -1):
        kind = kinds[chars[i - 1]]
        if kind == LINE_BREAK or kind == DOCUMENT_BREAK or kind == SOURCE_BREAK:
            return i
    return 0


@njit
def contains(chars, kinds, kind):
    """True where any of chars (C) is of the given kind."""
    for i in range(len(chars)):
        if kinds[chars[i]] == kind:
            return True
    return False
