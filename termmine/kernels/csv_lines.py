"""Numbers as bytes, and rows of cells as lines of text."""

import numpy as np

from termmine.kernels.jit import inlined, njit

MOST_DIGITS = 20  # characters of a whole number in 64 bits, with its sign
MOST_DECIMAL = MOST_DIGITS + 5  # those of a point and four digits are added

_SCALE = np.uint64(10_000)
_BITS = np.uint64(32)
_LOW = np.uint64((1 << 32) - 1)
_HALF = np.uint64(1 << 63)
_TOO_LARGE = float(1 << 62)


@inlined
def _put(out, n, number):
    """Write a whole number (uint64) from out[n] on; returns the place behind it."""
    end = n + 1
    rest = number // np.uint64(10)
    while rest:
        rest //= np.uint64(10)
        end += 1
    for at in range(end - 1, n - 1, -1):
        above = number // np.uint64(10)
        out[at] = np.uint8(48 + number - above * np.uint64(10))
        number = above
    return end


@njit
def write_integers(values, out, end):
    """Write whole numbers (int64) one after the other into out (uint8); end receives the place where each ends."""
    n = np.int64(0)
    for i in range(len(values)):
        number = np.uint64(values[i])
        if values[i] < 0:
            out[n] = 45
            n += 1
            number = ~number + np.uint64(1)
        n = _put(out, n, number)
        end[i] = n


@inlined
def _upper(rest):
    """The first 32 bits after the point (uint64) of a number below 1, and what is left, 2^32 times as large."""
    scaled = rest * 4294967296.0
    first = np.uint64(scaled)
    return first, scaled - np.float64(first)


@njit
def write_decimals(values, out, end):
    """Write float64 numbers with four digits after the point; missing ones (NaN) as nothing, zero without a sign.

    Rounded as `format` does: by the exact binary value, a tie to the even digit. The part after the point is taken as
    three numbers of 32 bits, which is all of it unless it is far below the last digit, and multiplied by 10^4. Returns
    False for a number that is too large for that.
    """
    n = np.int64(0)
    for i in range(len(values)):
        value = abs(values[i])
        if value == value:  # no NaN
            if not value < _TOO_LARGE:
                return False
            whole = np.uint64(value)
            rest = value - np.float64(whole)
            first, rest = _upper(rest)
            second, rest = _upper(rest)
            third, _ = _upper(rest)
            low = third * _SCALE
            middle = second * _SCALE + (low >> _BITS)
            high = first * _SCALE + (middle >> _BITS)
            digits, after = high >> _BITS, ((high & _LOW) << _BITS) | (middle & _LOW)
            if after > _HALF or (after == _HALF and (low & _LOW or digits & np.uint64(1))):
                digits += np.uint64(1)
                if digits == _SCALE:
                    whole, digits = whole + np.uint64(1), np.uint64(0)
            if values[i] < 0 and (whole or digits):
                out[n] = 45
                n += 1
            n = _put(out, n, whole)
            _put(out, n, digits + _SCALE)  # the point overwrites its first digit
            out[n] = 46
            n += 5
        end[i] = n
    return True


@njit
def join_cells(pool, begin, end, delimiter, line_end, out):
    """Write lines of cells into out (uint8); cell j of line i reaches from the end of the one in the line before to
    end[j, i].

    pool (uint8): the columns one after the other; begin: the place in it where each column begins, moved on to where it
    ends. delimiter and line_end (uint8): the bytes between two cells, and after the last one of a line. Returns the
    number
    of bytes written.
    """
    n = np.int64(0)
    for i in range(end.shape[1]):
        for j in range(end.shape[0]):
            if j:
                out[n] = delimiter
                n += 1
            for at in range(begin[j], end[j, i]):
                out[n] = pool[at]
                n += 1
            begin[j] = end[j, i]
        for at in range(len(line_end)):
            out[n] = line_end[at]
            n += 1
    return n
