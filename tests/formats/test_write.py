"""Each format byte for byte, and files that are written whole or not at all."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import stat
import threading
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.command import ENCYCLOPEDIA, POWER, run
from termmine import TermmineError, UsageError
from termmine.formats import tables
from termmine.formats.cells import guard
from termmine.formats.write import COLUMNS, ROWS, WRITERS, check_format, find_writer, render
from termmine.runtime import outputs


def _frame(*terms: str) -> pd.DataFrame:
    rows = [(term, 1.5, 3, 2, 0, 8.25, -0.00001, 2.0, -4.56789, 1e6 / 3, i == 0) for i, term in enumerate(terms)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


HEADER = "term,score,freq,doc_freq,background_freq,cohesion,left_entropy,right_entropy,keyness,log_ratio,known"
NUMBERS = "1.5000,3,2,0,8.2500,0.0000,2.0000,-4.5679,333333.3333"


def test_csv() -> None:
    expected = f"{HEADER}\n变压器,{NUMBERS},true\nC++编译器,{NUMBERS},false\n"
    assert render(_frame("变压器", "C++编译器"), "csv").decode() == expected


def test_csv_quotes_after_rfc_4180() -> None:
    hostile = ['a"b', "a,b", "a\nb", "a\r\nb", " a "]
    data = render(_frame(*hostile), "csv").decode()
    for field in ('"a""b"', '"a,b"', '"a\nb"', '"a\r\nb"', " a "):
        assert f"\n{field},{NUMBERS}," in data
    assert [row["term"] for row in csv.DictReader(io.StringIO(data, newline=""))] == hostile


@given(texts=st.lists(st.text('a"=,\r\n', max_size=4), min_size=1), many=st.booleans())
def test_line_ends_are_those_of_unix_or_of_windows_and_the_cells_are_the_same(texts: list[str], many: bool) -> None:
    table = {"term": np.array(texts, dtype=object), "freq": np.arange(len(texts))}
    with mock.patch.object(tables, "MANY_ROWS", 0 if many else 1 << 12):
        unix, windows = (ROWS["csv"](table, crlf=crlf).decode() for crlf in (False, True))
    rows = [list(csv.reader(io.StringIO(data, newline=""))) for data in (unix, windows)]
    assert rows[0] == rows[1] == [["term", "freq"], *([guard(text), str(i)] for i, text in enumerate(texts))]
    assert unix.endswith(f",{len(texts) - 1}\n")
    assert windows.endswith(f",{len(texts) - 1}\r\n")
    assert len(windows) - len(unix) == len(rows[0])


def test_crlf_is_for_csv_alone() -> None:
    with pytest.raises(UsageError, match=r"^--crlf: the line ends of Windows are for csv, not for tsv: leave it out$"):
        check_format("tsv", crlf=True)


def test_tsv() -> None:
    expected = f"{HEADER}\n变压器,{NUMBERS},true\n5G基站,{NUMBERS},false\n".replace(",", "\t")
    assert render(_frame("变压器", "5G基站"), "tsv").decode() == expected


def test_jsonl() -> None:
    data = render(_frame('变"压器'), "jsonl").decode()
    assert data == (
        '{"term": "变\\"压器", "score": 1.5, "freq": 3, "doc_freq": 2, "background_freq": 0, "cohesion": 8.25, '
        '"left_entropy": 0.0, "right_entropy": 2.0, "keyness": -4.5679, "log_ratio": 333333.3333, "known": true}\n'
    )
    assert list(json.loads(data)) == list(COLUMNS)


def test_txt() -> None:
    assert render(_frame("变压器", "K线图"), "txt").decode() == "变压器\nK线图\n"


def test_numbers_have_no_negative_zero() -> None:
    frame = pd.DataFrame({"term": ["a", "b", "c"], "score": [-0.0, -0.00004, -0.00006]})
    assert render(frame, "csv") == b"term,score\na,0.0000\nb,0.0000\nc,-0.0001\n"
    assert render(frame, "jsonl").count(b"-0.0,") == 0


def test_an_unknown_format_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match=f"^unknown format 'xls': choose one of {', '.join(WRITERS)}$"):
        find_writer("xls")


# --- files -----------------------------------------------------------------------------------------------------------


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "terms.csv"
    for data in (b"first", b"second"):
        outputs.write_whole(path, data)
        assert path.read_bytes() == data
    assert [file.name for file in tmp_path.iterdir()] == ["terms.csv"]


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    path = tmp_path / "terms.csv"
    path.write_bytes(b"yesterday")

    def fail(descriptor: int) -> None:
        raise error

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(TermmineError if isinstance(error, OSError) else KeyboardInterrupt):
        outputs.write_whole(path, b"today")
    assert path.read_bytes() == b"yesterday"
    assert [file.name for file in tmp_path.iterdir()] == ["terms.csv"]


def test_permissions_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "terms.csv"
    path.write_bytes(b"")
    path.chmod(0o604)
    outputs.write_whole(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


def test_a_new_file_follows_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        outputs.write_whole(tmp_path / "terms.csv", b"new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "terms.csv").stat().st_mode) == 0o640


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    target, link = tmp_path / "store" / "terms.csv", tmp_path / "latest.csv"
    target.write_bytes(b"old")
    link.symlink_to(target)
    outputs.write_whole(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert [file.name for file in (tmp_path / "store").iterdir()] == ["terms.csv"]


def test_the_longest_file_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("词" * 85)
    outputs.write_whole(path, b"new")
    assert path.read_bytes() == b"new"


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()))
    reader.start()
    outputs.write_whole(pipe, b"new")
    reader.join()
    assert received == [b"new"]
    assert pipe.is_fifo()


@pytest.mark.parametrize("path", ["-", "/dev/stdout"])
def test_standard_output_has_names(path: str) -> None:
    plain = run("discover", POWER, "-b", ENCYCLOPEDIA, "--top", 3)
    assert plain.out.count(b"\n") == 4
    assert run("discover", POWER, "-b", ENCYCLOPEDIA, "--top", 3, "-o", path) == plain


def test_outputs_are_checked_before_the_work(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text("变压器")
    for path, reason in {
        tmp_path / "no" / "terms.csv": f"the directory {tmp_path / 'no'} does not exist: create it first",
        corpus: "is a directory: name a file in it",
        corpus / "a.txt": "is an input: choose another output file",
        tmp_path / ("x" * 300): "File name too long: choose another output file",
    }.items():
        with pytest.raises(UsageError) as error:
            outputs.check_outputs([path], [corpus / "a.txt"])
        assert str(error.value) == f"{path}: {reason}"
    with pytest.raises(
        UsageError, match=f"lies in the input {corpus}: choose another place, or the next run reads it$"
    ):
        outputs.check_outputs([corpus / "terms.csv"], [corpus])
    outputs.check_outputs([Path("-"), tmp_path / "terms.csv", tmp_path / "meta.json"], [corpus])
