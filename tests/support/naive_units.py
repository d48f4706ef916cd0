"""Slow, obvious twins of `termmine.readers.units`: the published hash byte by byte, units as strings in a set."""

from __future__ import annotations

import re

_WORD = (1 << 64) - 1


def _rotated(x: int, left: int) -> int:
    return (x << left | x >> (64 - left)) & _WORD


def _scattered(x: int) -> int:
    x = (x ^ x >> 33) * 0xFF51AFD7ED558CCD & _WORD
    x = (x ^ x >> 33) * 0xC4CEB9FE1A85EC53 & _WORD
    return x ^ x >> 33


def murmur(data: bytes, seed: int = 0) -> tuple[int, int]:
    """MurmurHash3_x64_128 of any bytes."""
    c1, c2 = 0x87C37B91114253D5, 0x4CF5AD432745937F
    h1 = h2 = seed
    whole = len(data) // 16 * 16
    for i in range(0, whole, 16):
        k1, k2 = (int.from_bytes(data[j : j + 8], "little") for j in (i, i + 8))
        h1 ^= _rotated(k1 * c1 & _WORD, 31) * c2 & _WORD
        h1 = (((_rotated(h1, 27) + h2) & _WORD) * 5 + 0x52DCE729) & _WORD
        h2 ^= _rotated(k2 * c2 & _WORD, 33) * c1 & _WORD
        h2 = (((_rotated(h2, 31) + h1) & _WORD) * 5 + 0x38495AB5) & _WORD
    k1, k2 = (int.from_bytes(data[whole + j : whole + j + 8], "little") for j in (0, 8))
    h2 ^= _rotated(k2 * c2 & _WORD, 33) * c1 & _WORD
    h1 ^= _rotated(k1 * c1 & _WORD, 31) * c2 & _WORD
    h1, h2 = h1 ^ len(data), h2 ^ len(data)
    h1 = (h1 + h2) & _WORD
    h2 = (h2 + h1) & _WORD
    h1, h2 = _scattered(h1), _scattered(h2)
    h1 = (h1 + h2) & _WORD
    return h1, (h2 + h1) & _WORD


def chosen(text: str, *, by_lines: bool, rate: float, once: bool) -> tuple[str, tuple[int, int, int]]:
    """The text without the units that are left out; how many there were, were sampled, had come before."""
    ends = "\n\r\u2028\u2029\x1e\x1c" if by_lines else "\x1e\x1c"
    parts = re.split(f"([{ends}])", text)
    seen: set[str] = set()
    n_units = n_sampled = n_repeated = 0
    kept = []
    for unit in parts[::2]:
        if not unit.strip("\u3000" + "".join(map(chr, range(0x21)))):
            kept.append(unit)
            continue
        n_units += 1
        stays = rate >= 1 or murmur(unit.encode("utf-32-le"))[0] < rate * 2**64
        n_sampled += stays
        if stays and once:
            n_repeated += unit in seen
            stays = unit not in seen
            seen.add(unit)
        kept.append(unit if stays else "")
    return "".join(x for pair in zip(kept, [*parts[1::2], ""], strict=True) for x in pair), (
        n_units,
        n_sampled,
        n_repeated,
    )
