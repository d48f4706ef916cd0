"""Loops that check codes and rows of a table before any other loop uses them as indexes.

In: arrays as a file holds them, possibly damaged. Out: the place of the first impossible entry, or -1.
"""

import numpy as np

from termmine.kernels.codes import AFTER_BLANK, DOCUMENT_END, FIRST_SYMBOL, FIRST_WORD, SOURCE_END
from termmine.kernels.jit import njit

# --- fields of the state between two pieces of a corpus --------------------------------------------------------------
AFTER_SEPARATOR, N_SYMBOLS, N_DOCUMENTS = range(3)


@njit
def bad_code(codes, is_symbol, n_codes, state):
    """The first of codes (C) that is no valid code, or is a separator after another; counts symbols and documents in
    state (3).

    is_symbol (bool): True for the codes below FIRST_WORD that are symbols; n_codes: one more than the largest code.
    """
    after_separator = state[AFTER_SEPARATOR]
    n_symbols = n_documents = 0
    for i in range(len(codes)):
        code = codes[i]
        if code < FIRST_SYMBOL:
            if code < 0 or code > SOURCE_END or after_separator:
                return i
            n_documents += code >= DOCUMENT_END
            after_separator = np.int64(1)
        else:
            if code >= n_codes or (code < FIRST_WORD and not is_symbol[code]):
                return i
            n_symbols += 1
            after_separator = np.int64(0)
    state[AFTER_SEPARATOR] = after_separator
    state[N_SYMBOLS] += n_symbols
    state[N_DOCUMENTS] += n_documents
    return -1


@njit
def bad_variant(codes, places, forms, is_symbol, form_word, n_forms):
    """The first variant (V) whose form does not belong to the symbol at its place in codes (C)."""
    for v in range(len(places)):
        if places[v] < 0 or places[v] >= len(codes):
            return v
        code, form = codes[places[v]], forms[v]
        if form >= AFTER_BLANK:
            form -= np.int64(AFTER_BLANK)
        if code < FIRST_SYMBOL or (code >= FIRST_WORD) != (form >= FIRST_WORD):
            return v
        if form < FIRST_WORD:
            if form < 0 or not is_symbol[form]:
                return v
        elif form - FIRST_WORD >= n_forms or form_word[form - FIRST_WORD] != code - FIRST_WORD:
            return v
    return -1


@njit
def bad_symbol(lo, hi, length, freq, prefix, suffix, last, min_freq, is_symbol, n_codes):
    """The first of the rows from lo to hi that is not a single symbol of the table; such rows are in order of their
    codes.
    """
    for g in range(lo, hi):
        code = last[g]
        if length[g] != 1 or freq[g] < min_freq or prefix[g] != -1 or suffix[g] != -1:
            return g
        if code < FIRST_SYMBOL or code >= n_codes or (code < FIRST_WORD and not is_symbol[code]):
            return g
        if g > lo and code <= last[g - 1]:
            return g
    return -1


@njit
def bad_ngram(n, below, lo, hi, length, freq, prefix, suffix, last, min_freq):
    """The first of the rows from lo to hi that is no n-gram of n symbols; the rows of length n - 1 begin at ``below``.

    The rows of length n - 1 must have been checked before: each row is compared with the rows that it is linked to.
    """
    for g in range(lo, hi):
        p, s = prefix[g], suffix[g]
        if length[g] != n or freq[g] < min_freq or p < below or p >= lo or s < below or s >= lo:
            return g
        if freq[g] > freq[p] or freq[g] > freq[s] or last[g] != last[s] or (n > 2 and suffix[p] != prefix[s]):
            return g
        if g > lo and (p < prefix[g - 1] or (p == prefix[g - 1] and s <= suffix[g - 1])):
            return g
    return -1
