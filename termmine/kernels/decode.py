"""UTF-8 -> code points. Unlike Python's own decoder, it leaves the other threads alone."""

import numpy as np

from termmine.kernels.jit import inlined, njit

_LAST_BLANK = 0x0D  # the last control character, from the tab on, that is a blank or ends a line


@inlined
def _bits(byte):
    """The bits that a continuation byte adds to its character; a value of more than six bits where it is no such
    byte.
    """
    return np.uint32(byte) ^ np.uint32(0x80)


@njit
def decode(raw, chars):
    """Decode raw (B, uint8) into chars (C >= B, uint32); returns the number of characters, and of the bytes they took.

    A character that is cut off at the end is left for the next call. The second number is -1 where raw is not UTF-8, or
    holds control characters that are neither blanks nor line ends; the caller then has to decode it another way. Each
    length of a character is written out: a loop over its bytes takes twice the time.
    """
    i = n = np.int64(0)
    while i < len(raw):
        first = np.uint32(raw[i])
        if first < 0x80:
            if first < 0x20 and not 0x09 <= first <= _LAST_BLANK:
                return n, np.int64(-1)
            chars[n] = first
            i += 1
        elif 0xE0 <= first < 0xF0:
            if i + 2 >= len(raw):
                break
            second, third = _bits(raw[i + 1]), _bits(raw[i + 2])
            char = (first & 0x0F) << 12 | second << 6 | third
            if (second | third) > 0x3F or char < 0x800 or 0xD800 <= char < 0xE000:
                return n, np.int64(-1)
            chars[n] = char
            i += 3
        elif 0xC2 <= first < 0xE0:
            if i + 1 >= len(raw):
                break
            second = _bits(raw[i + 1])
            if second > 0x3F:
                return n, np.int64(-1)
            chars[n] = (first & 0x1F) << 6 | second
            i += 2
        elif 0xF0 <= first < 0xF5:
            if i + 3 >= len(raw):
                break
            second, third = _bits(raw[i + 1]), _bits(raw[i + 2])
            fourth = _bits(raw[i + 3])
            char = (first & 0x07) << 18 | second << 12 | third << 6 | fourth
            if (second | third | fourth) > 0x3F or not 0x10000 <= char < 0x110000:
                return n, np.int64(-1)
            chars[n] = char
            i += 4
        else:
            return n, np.int64(-1)
        n += 1
    return n, i
