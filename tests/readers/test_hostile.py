"""Files made to fill the memory or to take for ever: what is bad costs itself, and all else is read."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import support.reading
from support.hostile import FILES, GOOD, Hostile, table
from termmine import TermmineError
from termmine.options import ReadOptions
from termmine.readers import parquet, parquet_pages
from termmine.readers.base import ReadReport
from termmine.readers.parquet_pages import Page, parse_struct, read_pages
from termmine.readers.read import read_blocks, read_documents

MIB = 1 << 20


def read(path: Path, **options: object) -> tuple[str, ReadReport]:
    report = ReadReport()
    return "".join(read_blocks([path], ReadOptions(**options), report=report)), report  # type: ignore[arg-type]


MOST = 400  # MiB that a process takes for reading, some 100 of them before it begins


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, int, str, int]]:
    """What became of each file: how often `GOOD` was found, the bad records, the first one, the peak of memory."""
    folder = tmp_path_factory.mktemp("hostile")
    paths = [folder / "0.txt", *(folder / hostile.name for hostile in FILES)]
    for path, data in zip(paths, [GOOD.encode(), *(hostile.make() for hostile in FILES)], strict=True):
        path.write_bytes(data)
    reading = [sys.executable, support.reading.__file__, *map(str, paths)]
    done = subprocess.run(reading, capture_output=True, text=True, check=True)
    lines = map(json.loads, done.stdout.splitlines())
    return {hostile.name: tuple(line) for hostile, line in zip(FILES, lines, strict=True)}


@pytest.mark.parametrize("hostile", FILES, ids=lambda hostile: hostile.name)
def test_a_hostile_file_costs_what_is_bad_in_it(
    outcomes: dict[str, tuple[int, int, str, int]], hostile: Hostile
) -> None:
    n_found, n_bad, first_bad, peak = outcomes[hostile.name]
    if hostile.note:
        assert hostile.note in first_bad
        assert hostile.name in first_bad
    assert (n_bad, n_found >= 1 + (not hostile.note)) == (bool(hostile.note), True)
    assert peak <= MOST


def test_what_comes_before_the_damage_of_a_page_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.html"
    path.write_text("".join(f"<p>第{n}段" for n in range(20_000)) + f"&#{'9' * 5000};")
    text, report = read(path)
    assert report.n_bad == 1
    assert text.split("\n")[:3] == ["第0段", "第1段", "第2段"]
    assert text.count("段") > 10_000


# --- Parquet ---------------------------------------------------------------------------------------------------------

TEXTS = st.lists(st.text("变压器ab ", max_size=300), min_size=1, max_size=40)


@given(TEXTS, st.booleans(), st.sampled_from([None, "PLAIN", "DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"]),
       st.sampled_from(["1.0", "2.0"]), st.integers(20, 4000), st.integers(1, 40))  # fmt: skip
def test_pages_say_what_they_hold(
    texts: list[str], dictionary: bool, encoding: str | None, version: str, size: int, group: int
) -> None:
    options = {"use_dictionary": dictionary} if encoding is None else {"use_dictionary": False}
    if encoding is not None:
        options["column_encoding"] = {"text": encoding}  # type: ignore[assignment]
    data = table(texts, data_page_version=version, data_page_size=size, row_group_size=group, **options)
    file = pa.parquet.ParquetFile(io.BytesIO(data))
    n_values = 0
    for i in range(file.num_row_groups):
        pages = list(parquet._pages(io.BytesIO(data), file.metadata.row_group(i), ["text"]))
        of_data = [page for page in pages if page.encoding >= 0]
        n_values += sum(page.n_values for page in of_data)
        column = file.metadata.row_group(i).column(0)
        assert sum(page.packed for page in pages) < column.total_compressed_size
        assert sum(page.size for page in pages) < column.total_uncompressed_size
        assert all(page.size <= column.total_uncompressed_size for page in pages)
        assert parquet.rows_at_once(pages) >= 1
    assert n_values == len(texts)


def test_so_many_rows_that_they_fit() -> None:
    page = Page(packed=100, size=8 * MIB, n_values=1000, encoding=0)
    assert parquet.rows_at_once([]) == 1 << 14
    assert parquet.rows_at_once([page]) == 500
    dictionary = Page(packed=100, size=4 * MIB, n_values=1, encoding=-1)
    assert parquet.rows_at_once([dictionary, Page(1, 100, 1000, 8)]) == 4
    assert parquet.rows_at_once([dictionary, Page(1, 100, 1000, 0)]) == 1 << 14
    assert parquet.rows_at_once([Page(1, 32 * MIB, 1_000_000, 7)]) == 1


@given(st.binary(max_size=200))
def test_any_bytes_are_a_header_or_an_error(raw: bytes) -> None:
    try:
        fields, n_bytes = parse_struct(raw)
    except ValueError:
        return
    assert n_bytes > 0
    assert all(isinstance(field, int) for field in fields)


def test_pages_without_end_are_an_error() -> None:
    with pytest.raises(ValueError, match="no end"):
        list(read_pages(io.BytesIO(b"\x15\x00" * 40), 0, 80))
    with mock.patch.object(parquet_pages, "_HEADER", 20), pytest.raises(ValueError, match=r"nested|no end"):
        list(read_pages(io.BytesIO(b"\x1c" * 400), 0, 400))


def test_a_page_of_a_thousand_books_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    path.write_bytes(table([GOOD]))
    with (
        mock.patch.object(parquet, "_MAX_PAGE", 10),
        mock.patch.object(parquet, "_MAX_RATIO", 1 << 40),
        pytest.raises(TermmineError, match="holds a page of 0 MiB, which is unpacked whole: write the file"),
    ):
        read(path)


def test_a_column_of_lists_is_an_error_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    path.write_bytes(table([["变压器"], ["故障"]]))
    with pytest.raises(TermmineError, match="column 'text' holds lists: choose one that holds text"):
        read(path)


# --- what a record may hold ------------------------------------------------------------------------------------------


def test_half_a_pair_is_no_character(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"text": "变压器\\ud83d故障"}\n{"text": "\\ud83d\\ude00变压器"}\n{"text": "\\udcff"}\n')
    texts = ["".join(document.blocks) for document in read_documents([path], ReadOptions())]
    assert texts == ["变压器\ufffd故障", "\U0001f600变压器", "\ufffd"]
