"""Reading: packed files, encodings, damage, directories, pipes; never the whole text at once."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import itertools
import lzma
import os
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import naive
from termmine import TermmineError, UsageError
from termmine.kernels import decode as decode_kernels
from termmine.kernels.codes import FIRST_SYMBOL
from termmine.options import ReadOptions
from termmine.readers import decoding, files
from termmine.readers.base import ReadReport
from termmine.readers.files import UNPACKERS, zstd
from termmine.readers.listing import list_files
from termmine.readers.read import read_blocks
from termmine.readers.source import Texts, open_files, open_source
from termmine.text.encode import encode
from termmine.types import DOCUMENT_END_CHARACTER
from termmine.types import SOURCE_END_CHARACTER as END

TEXT = "变压器的绝缘电阻，𠮷野家。\nGPU 加速与K线图\n"


def read(
    *paths: str | Path, progress: Callable[[int], None] = lambda _: None, **options: Any
) -> tuple[str, ReadReport]:
    """The text of paths, with the marks between files, and the report."""
    report = ReadReport()
    return "".join(open_files(paths).strings(ReadOptions(**options), report, progress)), report


def stored(folder: Path, data: bytes, name: str = "corpus.txt") -> Path:
    (folder / name).write_bytes(data)
    return folder / name


# --- packed files ----------------------------------------------------------------------------------------------------

PACKERS = {"": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": zstd.compress}


def test_every_reader_is_tested() -> None:
    assert set(PACKERS) == {"", *UNPACKERS}


@pytest.mark.parametrize("extension", PACKERS)
@pytest.mark.parametrize("upper", [False, True])
def test_packed_files(tmp_path: Path, extension: str, upper: bool) -> None:
    name = "corpus.txt" + (extension.upper() if upper else extension)
    text, report = read(stored(tmp_path, PACKERS[extension](TEXT.encode()), name))
    assert text == TEXT + END
    assert report.encodings == {"utf-8": 1}
    assert report.n_bytes == len(TEXT.encode())


@pytest.mark.parametrize("extension", sorted(UNPACKERS))
def test_packed_files_of_several_members(tmp_path: Path, extension: str) -> None:
    data = TEXT.encode()
    parts = (data[:7], b"", data[7:])  # cut within a character
    file = stored(tmp_path, b"".join(PACKERS[extension](part) for part in parts), "corpus.txt" + extension)
    assert read(file)[0] == TEXT + END


@pytest.mark.parametrize("extension", sorted(UNPACKERS))
def test_packed_files_cut_off(tmp_path: Path, extension: str) -> None:
    file = stored(tmp_path, PACKERS[extension](os.urandom(5000).hex().encode())[:-9], "corpus.txt" + extension)
    with pytest.raises(TermmineError) as error:
        read(file)
    assert str(error.value).startswith(f"{file}: damaged or truncated (")
    assert str(error.value).endswith("): fetch or pack the file again")


# --- encodings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mark", "encoding", "reported"),
    [
        (codecs.BOM_UTF8, "utf-8", "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16"),
        (codecs.BOM_UTF32_LE, "utf-32-le", "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32-be", "utf-32"),
        (b"", "utf-8", "utf-8"),
        (b"", "gb18030", "gb18030"),
    ],
)
def test_an_encoding_is_found(tmp_path: Path, mark: bytes, encoding: str, reported: str) -> None:
    text, report = read(stored(tmp_path, mark + TEXT.encode(encoding)))
    assert text == TEXT + END
    assert report.encodings == {reported: 1}
    assert not report.notes()


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_plain_ascii_decides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    monkeypatch.setattr(files, "BLOCK", 64)
    text, report = read(stored(tmp_path, b"# table 1\n" * 64 + TEXT.encode(encoding)))
    assert text == "# table 1\n" * 64 + TEXT + END
    assert report.encodings == {encoding: 1}


def test_a_byte_order_mark_counts_at_the_beginning_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "BLOCK", 64)
    data = b"x" * 64 + codecs.BOM_UTF16_LE + TEXT.encode("gb18030") * 9
    text, report = read(stored(tmp_path, data), encoding="gb18030")
    assert text.endswith(TEXT + END)
    assert report.undecodable == 2
    with pytest.raises(TermmineError, match="neither UTF-8 nor GB18030"):
        read(stored(tmp_path, data))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16", "utf-32", "big5", "shift_jis"])
@pytest.mark.parametrize("block", [1, 2, 3, 5, 64])
def test_a_character_may_lie_across_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, block: int
) -> None:
    text = "中文字元" if encoding == "big5" else "漢字と仮名" if encoding == "shift_jis" else TEXT
    file = stored(tmp_path, text.encode(encoding))
    monkeypatch.setattr(files, "BLOCK", block)
    if encoding in ("utf-16", "utf-32") and block < 5:  # the encoding must be told from its first block
        monkeypatch.setattr(decoding, "_damage", lambda raw, encoding: (0.0, 0.0))
    assert read(file, encoding=encoding)[0] == text + END


def test_several_files_may_differ(tmp_path: Path) -> None:
    files = [stored(tmp_path, TEXT.encode(encoding), encoding) for encoding in ("utf-8", "gb18030", "ascii")[:2]]
    files.append(stored(tmp_path, b"plain", "ascii"))
    text, report = read(*files)
    assert text == f"{TEXT}{END}{TEXT}{END}plain{END}"
    assert report.encodings == {"utf-8": 1, "gb18030": 1}
    assert report.n_files == 3


@pytest.mark.parametrize("name", ["klingon", "hex", "base64", "undefined", "rot13", ""])
def test_an_unknown_encoding(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError) as error:
        read(stored(tmp_path, TEXT.encode()), encoding=name)
    assert str(error.value) == (
        f"--encoding {name}: unknown encoding: try utf-8, gb18030, big5 or utf-16, or leave it out"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32", "ascii"])
def test_a_wrong_encoding(tmp_path: Path, encoding: str) -> None:
    file = stored(tmp_path, TEXT.encode("gb18030"))
    with pytest.raises(TermmineError) as error:
        read(file, encoding=encoding)
    expected = f"{file}: is not {encoding}: give another --encoding, or leave it out to have it found"
    assert str(error.value) == expected


# --- damage ----------------------------------------------------------------------------------------------------------


def test_undecodable_bytes_are_counted_and_break_the_run(tmp_path: Path) -> None:
    good = "变压器的绝缘电阻\n" * 100
    damaged = good.encode() + "变压".encode() + b"\xff" + "器".encode() + b"\xe4\xbd\n" + b"\x80\x80"
    file = stored(tmp_path, damaged)
    text, report = read(file)
    assert text == good + "变压\ufffd器\ufffd\n\ufffd\ufffd" + END
    assert report.undecodable == 4
    assert report.notes() == [f"4 undecodable byte sequences (first in {file}) were treated as separators"]
    codes = np.asarray(encode(["变压\ufffd器"]).codes).tolist()
    assert [chr(code) if code >= FIRST_SYMBOL else "|" for code in codes] == list("|变压|器|")


@pytest.mark.parametrize("damage", [b"\xff", b"\xe4\xbd\n", b"\x80"])
def test_a_damaged_byte_does_not_make_gb18030_of_utf_8(tmp_path: Path, damage: bytes) -> None:
    for n in (20, 200):  # GB18030 is so permissive that it decodes this text with less damage
        file = stored(tmp_path, "变压器的绝缘电阻\n".encode() * n + damage)
        assert read(file)[1].encodings == {"utf-8": 1}


def test_one_han_character_in_plain_ascii_tells_the_encoding(tmp_path: Path) -> None:
    for encoding in ("utf-8", "gb18030"):
        file = stored(tmp_path, b"nothing but ASCII here\n" * 1000 + "变压器，绝缘".encode(encoding))
        assert read(file)[1].encodings == {encoding: 1}


def test_a_replacement_character_in_the_text_is_no_damage(tmp_path: Path) -> None:
    text, report = read(stored(tmp_path, f"{TEXT}\ufffd".encode()))
    assert text == f"{TEXT}\ufffd{END}"
    assert not report.undecodable


def test_damage_is_reported_once_for_all_files(tmp_path: Path) -> None:
    good = TEXT.encode() * 50
    files = [stored(tmp_path, good + b"\xff" * n, f"{n}.txt") for n in (0, 1, 2)]
    assert read(*files)[1].notes() == [f"3 undecodable byte sequences (first in {files[1]}) were treated as separators"]


def test_a_binary_file(tmp_path: Path) -> None:
    file = stored(tmp_path, bytes(range(256)))
    with pytest.raises(TermmineError) as error:
        read(file)
    assert str(error.value) == (f"{file}: is a binary file: give plain text, or name the --encoding if it is UTF-16")


def test_a_file_in_no_known_encoding(tmp_path: Path) -> None:
    file = stored(tmp_path, b"\xff\xfc\xfb" * 50)
    with pytest.raises(TermmineError) as error:
        read(file)
    expected = f"{file}: is neither UTF-8 nor GB18030 text: name its --encoding, or give plain text"
    assert str(error.value) == expected


def test_the_mark_between_files_in_a_text_is_a_line_end(tmp_path: Path) -> None:
    assert read(stored(tmp_path, f"变压{END}器".encode()))[0] == f"变压\n器{END}"
    mark = DOCUMENT_END_CHARACTER
    assert list(Texts([f"变压{END}器{mark}", "油"]).blocks(ReadOptions(), ReadReport(), print)) == [
        f"变压\n器\n{mark}",
        f"油{mark}",
    ]


# --- directories, pipes ----------------------------------------------------------------------------------------------


def test_directories_are_read_in_a_fixed_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a/b/1.txt", "c.txt.gz", ".hidden", ".git/config", "a/.x/y.txt", "c.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(name.encode()) if name.endswith(".gz") else name.encode())
    (tmp_path / "image.png").write_bytes(b"\x89PNG\0\0\0")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "dangling").symlink_to(tmp_path / "nothing")
    text, report = read(tmp_path)
    assert text.split(END) == ["a/b/1.txt", "a/z.txt", "b.txt", "c.txt", "c.txt.gz", ""]
    assert report.notes() == ["left out 1 file: 1 .png; --include '*.png' takes them"]


def test_files_without_text_are_reported_in_one_line(tmp_path: Path) -> None:
    stored(tmp_path, TEXT.encode(), "good.txt")
    for name in ("x.txt", "y"):
        stored(tmp_path, b"\0", name)
    assert read(tmp_path)[1].notes() == [f"2 files without text were left out, e.g. {tmp_path / 'x.txt'}"]


def test_a_hidden_file_may_be_named(tmp_path: Path) -> None:
    assert read(stored(tmp_path, TEXT.encode(), ".hidden"))[0] == TEXT + END


@pytest.mark.parametrize("name", ["nothing", "corpus.txt/inside", "nul\0"])
def test_a_missing_file(tmp_path: Path, name: str) -> None:
    stored(tmp_path, b"")
    with pytest.raises(TermmineError, match=r"no such file or directory: check the path$"):
        list_files([tmp_path / name])


def test_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    with pytest.raises(TermmineError, match=r"x: File name too long: check the path and the permissions$"):
        list_files([tmp_path / ("x" * 300)])


def test_no_path_at_all() -> None:
    with pytest.raises(UsageError, match=r"^no corpus given: "):
        list_files([])


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode("gb18030"))))
    text, report = read("-")
    assert text == TEXT + END
    assert report.encodings == {"gb18030": 1}


def test_standard_input_may_be_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(TermmineError, match=r"^standard input: is closed: give it text, or name a file$"):
        read("-")


def test_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(TEXT.encode()))
    writer.start()
    text, _ = read(pipe)
    writer.join()
    assert text == TEXT + END


def test_one_line_of_megabytes_comes_in_blocks(tmp_path: Path) -> None:
    line = "变压器绝缘电阻" * 500_000
    blocks = list(read_blocks([stored(tmp_path, gzip.compress(line.encode(), 1), "corpus.gz")], ReadOptions()))
    assert "".join(blocks) == line + END
    assert max(map(len, blocks)) <= files.BLOCK


def test_progress_counts_the_bytes_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "BLOCK", 1000)
    for extension, pack in PACKERS.items():
        file = stored(tmp_path, pack(os.urandom(20_000).hex().encode()), "corpus" + extension)
        told: list[int] = []
        read(file, progress=told.append)
        assert sum(told) == file.stat().st_size
        assert min(told) >= 0


# --- any bytes -------------------------------------------------------------------------------------------------------

ENCODINGS = ("utf-8", "gb18030", "utf-16", "utf-16-le", "utf-32", "big5", "shift_jis", "utf-7", "hz", "iso2022_jp")

# Bytes that look like text, so that the interesting branches are reached.
PIECES = st.sampled_from(["变压器", "𠮷", "GPU", " ", "\n", "\ufffd", END, "\ufeff"]).flatmap(
    lambda text: st.sampled_from(["utf-8", "gb18030", "utf-16-le", "utf-16"]).map(text.encode)
)
UTF_8 = st.tuples(st.sampled_from(["", "", "\ufeff"]), st.text()).map(
    lambda parts: "".join(parts).encode("utf-8", "surrogatepass")
)
DATA = st.lists(st.one_of(PIECES, st.binary(max_size=3)), max_size=40).map(b"".join)


def _read_bytes(data: bytes, encoding: str | None, block: int) -> tuple[str, ReadReport]:
    stdin = io.TextIOWrapper(io.BytesIO(data))
    with mock.patch.object(sys, "stdin", stdin), mock.patch.object(files, "BLOCK", block):
        return read("-", encoding=encoding)


@given(DATA, st.sampled_from([None, *ENCODINGS]), st.sampled_from([4, 5, 16, 1 << 20]))
def test_any_bytes_are_text_or_one_of_our_errors(data: bytes, encoding: str | None, block: int) -> None:
    try:
        text, _ = _read_bytes(data, encoding, block)
    except TermmineError:
        return
    assert text.endswith(END)
    assert END not in text[:-1]


@given(DATA, st.sampled_from(["utf-8", "gb18030", "utf-16-le", "big5", "shift_jis"]), st.integers(1, 9))
def test_any_bytes_are_the_same_text_in_any_blocks(data: bytes, encoding: str, block: int) -> None:
    with mock.patch.object(decoding, "_MAX_DAMAGE", 1.0):
        whole, in_blocks = _read_bytes(data, encoding, 1 << 20), _read_bytes(data, encoding, block)
    assert in_blocks[0] == whole[0]
    assert in_blocks[1].undecodable == whole[1].undecodable


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), st.integers(4, 9))
def test_any_text_is_found_to_be_utf_8_in_any_blocks(text: str, block: int) -> None:
    expected = text.removeprefix("\ufeff").replace(END, "\n") + END
    assert _read_bytes(text.encode(), None, 1 << 20)[0] == expected
    assert _read_bytes(text.encode(), None, block)[0] == expected


def _as_text(block: str | np.ndarray) -> str:
    return block if isinstance(block, str) else "".join(map(chr, block.tolist()))


@naive.compared("corpus: code points")
@given(st.one_of(DATA, UTF_8), st.sampled_from([None, "utf8", "utf-8-sig", "gb18030"]), st.sampled_from([4, 5, 64]))
def test_what_is_encoded_is_the_same_text(data: bytes, encoding: str | None, block: int) -> None:
    options = ReadOptions(encoding=encoding)
    found = []
    source = open_files([Path("-")])
    for read_from in (source.strings, source.blocks):
        report = ReadReport()
        stdin = io.TextIOWrapper(io.BytesIO(data))
        with mock.patch.object(sys, "stdin", stdin), mock.patch.object(files, "BLOCK", block):
            try:
                text = "".join(map(_as_text, read_from(options, report, lambda _: None)))
            except TermmineError as error:
                text = str(error)
        found.append((text, report))
    assert found[0] == found[1]


@naive.compared("corpus: code points")
@given(st.one_of(UTF_8, st.binary(max_size=8), st.tuples(UTF_8, st.binary(max_size=3)).map(b"".join)))
def test_the_kernel_decodes_as_python_does(raw: bytes) -> None:
    chars = np.zeros(len(raw), dtype=np.uint32)
    n, n_bytes = decode_kernels.decode(np.frombuffer(raw, dtype=np.uint8), chars)
    decoded = naive.decode(raw)
    if n_bytes < 0:
        assert decoded is None
        return
    assert raw[:n_bytes].decode("utf-8") == _as_text(chars[:n])
    assert len(raw) - n_bytes < 4  # a character that is cut off
    if decoded is not None:
        assert (_as_text(chars[:n]), n_bytes) == decoded


def test_every_character_is_decoded() -> None:
    text = "".join(map(chr, [*range(9, 14), *range(0x20, 0xD800), *range(0xE000, 0x110000)]))
    raw = np.frombuffer(text.encode(), dtype=np.uint8)
    chars = np.zeros(len(raw), dtype=np.uint32)
    n, n_bytes = decode_kernels.decode(raw, chars)
    assert (n, n_bytes) == (len(text), len(raw))
    assert chars[:n].tobytes() == text.encode("utf-32-le")


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_no_unsound_bytes_are_decoded(size: int) -> None:
    edges = (0x00, 0x08, 0x0E, 0x1C, 0x1F, 0x20, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF)
    edges += (0xE0, 0xE1, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5, 0xFF)
    chars = np.zeros(size + 4, dtype=np.uint32)
    n_sound = 0
    for raw in map(bytes, itertools.product(edges, repeat=size)):
        n, n_bytes = decode_kernels.decode(np.frombuffer(raw + b"    ", dtype=np.uint8), chars)  # nothing is cut off
        decoded = naive.decode(raw + b"    ")
        assert (n_bytes < 0) == (decoded is None), raw
        if decoded is not None:
            assert (_as_text(chars[:n]), n_bytes) == decoded
            n_sound += 1
    assert n_sound


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_most_of_a_text_comes_as_code_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mark: bytes) -> None:
    monkeypatch.setattr(files, "BLOCK", 64)
    good, bad = "变压器的绝缘电阻\n" * 20, b"\xff"
    blocks = list(
        open_source(stored(tmp_path, mark + good.encode() + bad + good.encode())).blocks(
            ReadOptions(), ReadReport(), lambda _: None
        )
    )
    n_quick = sum(len(block) for block in blocks if not isinstance(block, str))
    assert n_quick > 1.5 * len(good)
    assert "".join(map(_as_text, blocks)) == good + "\ufffd" + good + END


@pytest.mark.parametrize("extension", sorted(UNPACKERS))
def test_any_damage_to_a_packed_file_is_one_of_our_errors(tmp_path: Path, extension: str) -> None:
    packed = PACKERS[extension](TEXT.encode() * 20)

    def damaged() -> Iterable[bytes]:
        for at in range(0, len(packed), 3):
            yield packed[:at]
            yield packed[:at] + bytes([packed[at] ^ 0xFF]) + packed[at + 1 :]

    for data in damaged():
        file = stored(tmp_path, data, "corpus" + extension)
        try:
            read(file)
        except TermmineError as error:
            assert str(error).startswith(f"{file}: ")
