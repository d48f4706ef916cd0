"""Packed files: streams one after the other, each whole, whatever packs them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.command import run
from termmine import TermmineError
from termmine.options import ReadOptions
from termmine.readers.files import UNPACKERS
from termmine.readers.read import read_blocks

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": zstd.compress,
}  # fmt: skip
FIRST, SECOND = "变压器故障\n".encode() * 20, "继电保护\n".encode() * 50


def text_of(path: Path, packed: bytes) -> str:
    path.write_bytes(packed)
    return "".join(read_blocks([path], ReadOptions()))[:-1]


@pytest.mark.parametrize("extension", [".bz2", ".xz"])
@given(
    parts=st.lists(st.binary(max_size=200), min_size=1, max_size=4), padding=st.integers(0, 9), size=st.integers(1, 99)
)
def test_the_streams_of_a_file_are_one_after_the_other(
    extension: str, parts: list[bytes], padding: int, size: int
) -> None:
    packed = b"".join(map(PACKERS[extension], parts)) + bytes(4 * padding)
    stream = UNPACKERS[extension](io.BytesIO(packed))
    blocks = list(iter(lambda: stream.read(size), b""))
    assert b"".join(blocks) == b"".join(parts)
    assert max(map(len, blocks), default=0) <= size


@pytest.mark.parametrize("extension", PACKERS)
def test_a_later_stream_whose_header_is_damaged_is_an_error(tmp_path: Path, extension: str) -> None:
    pack = PACKERS[extension]
    path = tmp_path / f"x.txt{extension}"
    assert text_of(path, pack(FIRST) + pack(SECOND)) == (FIRST + SECOND).decode()
    for place in range(3):
        later = bytearray(pack(SECOND))
        later[place] ^= 1
        with pytest.raises(TermmineError, match=r"damaged or truncated .*: fetch or pack the file again"):
            text_of(path, pack(FIRST) + bytes(later))


@pytest.mark.parametrize("extension", PACKERS)
@pytest.mark.parametrize("n_lost", [1, 5, 12])
def test_a_later_stream_that_ends_early_is_an_error(tmp_path: Path, extension: str, n_lost: int) -> None:
    pack = PACKERS[extension]
    with pytest.raises(TermmineError, match="damaged or truncated"):
        text_of(tmp_path / f"x.txt{extension}", pack(FIRST) + pack(SECOND)[:-n_lost])


@pytest.mark.parametrize("extension", [".bz2", ".xz"])
def test_what_is_no_stream_behind_one_is_an_error(tmp_path: Path, extension: str) -> None:
    pack = PACKERS[extension]
    path = tmp_path / f"x.txt{extension}"
    assert text_of(path, pack(FIRST) + bytes(512)) == FIRST.decode()
    path.write_bytes(pack(FIRST) + bytes(8) + "和更多".encode())
    result = run("discover", path, "--strict")
    assert (result.code, result.out) == (1, b"")
    assert "damaged or truncated" in result.err
    assert len(result.err.splitlines()) == 1


def test_an_xz_file_that_wants_much_memory_is_refused(tmp_path: Path) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 29}]
    with pytest.raises(TermmineError, match=r"[Mm]emory usage limit"):
        text_of(tmp_path / "x.txt.xz", lzma.compress(FIRST, filters=filters))
