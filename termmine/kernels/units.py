"""Lines and documents of text that streams by: their hashes, which of them came before, the text of those that stay.

The hash is MurmurHash3_x64_128 (Austin Appleby, public domain) of a unit's UTF-32, little-endian, with the seed 0. A
table of hashes is a row of places of two words each; a free place holds zeros.
"""

import numpy as np

from termmine.kernels.jit import inlined, njit

#: The fields of the state between two characters: the hash so far, a block of four characters, the number of
#: characters, and whether one of them is no blank.
H1, H2, K1, K2, N_CHARS, SOLID, N_STATE = range(7)

#: What ends a unit, beside the end of a document and of a source.
_LINE_ENDS = 0x0A, 0x0D, 0x2028, 0x2029
_DOCUMENT_END, _SOURCE_END = 0x1E, 0x1C
_BLANK, _WIDE_BLANK = 0x20, 0x3000

_C1, _C2 = np.uint64(0x87C37B91114253D5), np.uint64(0x4CF5AD432745937F)
_M1, _M2 = np.uint64(0x52DCE729), np.uint64(0x38495AB5)
_F1, _F2 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)


@inlined
def _rotated(x, left):
    return x << np.uint64(left) | x >> np.uint64(64 - left)


@inlined
def _first(k):
    return _rotated(k * _C1, 31) * _C2


@inlined
def _second(k):
    return _rotated(k * _C2, 33) * _C1


@inlined
def _block(h1, h2, k1, k2):
    """The hash after a whole block."""
    h1 = (_rotated(h1 ^ _first(k1), 27) + h2) * np.uint64(5) + _M1
    h2 = (_rotated(h2 ^ _second(k2), 31) + h1) * np.uint64(5) + _M2
    return h1, h2


@inlined
def _scattered(x):
    x = (x ^ x >> np.uint64(33)) * _F1
    x = (x ^ x >> np.uint64(33)) * _F2
    return x ^ x >> np.uint64(33)


@inlined
def _ended(h1, h2, k1, k2, n):
    """The hash of a unit of n characters, those of an unfinished block standing in k1 and k2."""
    rest = n & np.uint64(3)
    if rest > np.uint64(2):
        h2 ^= _second(k2)
    if rest > np.uint64(0):
        h1 ^= _first(k1)
    h1 ^= n << np.uint64(2)
    h2 ^= n << np.uint64(2)
    h1 += h2
    h2 += h1
    h1, h2 = _scattered(h1), _scattered(h2)
    h1 += h2
    h2 += h1
    return h1, h2


@inlined
def _ends(char, by_lines):
    if char > _BLANK:
        return by_lines and (char == _LINE_ENDS[2] or char == _LINE_ENDS[3])
    if char == _DOCUMENT_END or char == _SOURCE_END:
        return True
    return by_lines and (char == _LINE_ENDS[0] or char == _LINE_ENDS[1])


@njit
def split(chars, by_lines, state, ends, first, second, solid):
    """Find where units end in chars (C, uint32): at lines, or at documents.

    ends (int64) receives the places of what ends them, first and second (uint64) their hashes, solid (bool) whether
    they hold anything but blanks; each has room for C entries. state (N_STATE, uint64) is that of an unfinished unit,
    before and after; all zeros at first. Returns the number of units that have ended.
    """
    h1, h2, k1, k2, n = state[H1], state[H2], state[K1], state[K2], state[N_CHARS]
    is_solid = state[SOLID] > np.uint64(0)
    zero, one, half = np.uint64(0), np.uint64(1), np.uint64(32)
    n_units = 0
    for i in range(len(chars)):
        char = chars[i]
        if _ends(char, by_lines):
            ends[n_units], solid[n_units] = i, is_solid
            first[n_units], second[n_units] = _ended(h1, h2, k1, k2, n)
            n_units += 1
            h1, h2, k1, k2, n, is_solid = zero, zero, zero, zero, zero, False
            continue
        is_solid = is_solid or (char > _BLANK and char != _WIDE_BLANK)
        place, wide = n & np.uint64(3), np.uint64(char)
        if place == 0:
            k1 = wide
        elif place == 1:
            k1 |= wide << half
        elif place == 2:
            k2 = wide
        else:
            h1, h2 = _block(h1, h2, k1, k2 | wide << half)
        n += one
    state[H1], state[H2], state[K1], state[K2], state[N_CHARS] = h1, h2, k1, k2, n
    state[SOLID] = one if is_solid else zero
    return n_units


@inlined
def _place(slots, h1, h2):
    """The place of a hash, or of the free one where it belongs."""
    mask = np.uint64((len(slots) >> 1) - 1)
    at = h1 & mask
    while True:
        i = np.int64(at) << 1
        if (slots[i] == h1 and slots[i + 1] == h2) or (slots[i] | slots[i + 1]) == np.uint64(0):
            return i
        at = (at + np.uint64(1)) & mask


@inlined
def _key(h1, h2):
    """The second half of a hash, so that no key is that of a free place."""
    return np.uint64(1) if (h1 | h2) == np.uint64(0) else h2


@njit
def look(first, second, wanted, begin, slots, room, is_new):
    """Look hashes up, from begin on, and add those that are new, until so many places (room) have been taken.

    wanted (bool): which of them to look up; is_new (bool) receives True for each that was not in the table. The table
    (slots, uint64) has a power of two of places, more than are taken. Returns where it ended, and the places taken.
    """
    n = np.int64(0)
    for i in range(begin, len(first)):
        if not wanted[i]:
            continue
        h1, h2 = first[i], _key(first[i], second[i])
        at = _place(slots, h1, h2)
        is_new[i] = slots[at] != h1 or slots[at + 1] != h2
        if is_new[i]:
            if n == room:
                return i, n
            slots[at], slots[at + 1] = h1, h2
            n += 1
    return len(first), n


@njit
def are_new(first, second, wanted, begin, slots, is_new):
    """Look hashes up, from begin on, in a table that stays as it is."""
    for i in range(begin, len(first)):
        if wanted[i]:
            h1, h2 = first[i], _key(first[i], second[i])
            at = _place(slots, h1, h2)
            is_new[i] = slots[at] != h1 or slots[at + 1] != h2


@njit
def move(slots, larger):
    """Put the hashes of a table into a larger, empty one."""
    for i in range(0, len(slots), 2):
        if (slots[i] | slots[i + 1]) != np.uint64(0):
            at = _place(larger, slots[i], slots[i + 1])
            larger[at], larger[at + 1] = slots[i], slots[i + 1]


@njit
def kept(chars, begin, ends, stays, out):
    """Copy chars from begin on to the last of ends, without the text of the units that do not stay.

    ends and stays (U) are those of the units from there on. Returns the number of characters in out.
    """
    n = 0
    for j in range(len(ends)):
        if stays[j]:
            for i in range(begin, ends[j]):
                out[n] = chars[i]
                n += 1
        out[n] = chars[ends[j]]
        n += 1
        begin = ends[j] + 1
    return n
