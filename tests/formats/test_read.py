"""Files of terms read back: as they were written, and as people and spreadsheets leave them."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import termmine
from support.command import ENCYCLOPEDIA, POWER
from termmine import TermmineError
from termmine.formats.cells import KINDS, guard, guarded, unguard
from termmine.formats.read import read_terms
from termmine.formats.write import render


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory of its own, so that messages name short paths."""
    monkeypatch.chdir(tmp_path)


def read(text: str | bytes, name: str = "terms.csv") -> pd.DataFrame:
    Path(name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_terms(Path(name))


def fails(text: str | bytes, line: str, name: str = "terms.csv") -> None:
    with pytest.raises(TermmineError) as caught:
        read(text, name)
    assert str(caught.value) == line
    assert "\n" not in line


# --- formulas --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["=1+1", "+86", "-x", "@a", "\tx", "\rx", "\nx", " =1", "＝１", "＋", "－a", "＠", "'=1"]
)
def test_what_could_be_a_formula_is_guarded(text: str) -> None:
    assert guard(text) == "'" + text


@pytest.mark.parametrize("text", ["", "变压器", "C++", "'80年代", "''", "k-means", "19-9", "a=b"])
def test_what_could_not_stays(text: str) -> None:
    assert guard(text) == unguard(text) == text


@given(st.text(alphabet="'=-＝\t\r\n a甲"))
def test_a_guard_is_taken_off_again(text: str) -> None:
    assert unguard(guard(text)) == text
    assert guard(text)[:1] not in {*"=+-@＝＋－＠\t\r\n"}


@given(st.lists(st.text(alphabet="'=-＝\t\r\n a甲", max_size=4)))
def test_a_column_is_guarded_as_its_cells_are(texts: list[str]) -> None:
    assert guarded(texts) == list(map(guard, texts))


# --- what termmine writes --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found() -> pd.DataFrame:
    return termmine.discover(POWER, ENCYCLOPEDIA)


@pytest.mark.parametrize(
    ("form", "bom"), [("csv", False), ("csv", True), ("tsv", False), ("tsv", True), ("jsonl", False)]
)
def test_a_result_is_read_back_and_written_again(found: pd.DataFrame, form: str, bom: bool) -> None:
    data = render(found, form, bom=bom)
    again = read(data, f"terms.{form}")
    assert render(again, form, bom=bom) == data
    pd.testing.assert_series_equal(again.dtypes, found.dtypes)
    pd.testing.assert_frame_equal(again, found.round(4), check_exact=False, atol=1e-9, check_flags=False)


HOSTILE = ["a b", 'a"b', '"甲"', "a,b", "甲;乙", "=cmd|' /C calc'!A0", "'=1", "<b>&]]>", "β", "😀甲", "#甲", "甲" * 40]


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl"])
def test_hostile_terms_and_notes_are_read_back(form: str) -> None:
    frame = pd.DataFrame({"note": HOSTILE[::-1], "term": HOSTILE, "freq": range(len(HOSTILE))})
    again = read(render(frame, form), f"terms.{form}")
    pd.testing.assert_frame_equal(again, frame)


@given(st.lists(st.tuples(st.text("甲'=\"\t,;a {", min_size=1).filter(str.strip), st.text("甲'=\",\n\r;")), min_size=1))
def test_any_table_is_read_back(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]) -> None:
    frame = pd.DataFrame(rows, columns=["term", "note"])
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(render(frame, "csv"))
    frame["term"] = frame["term"].str.strip()
    pd.testing.assert_frame_equal(read_terms(path), frame)


# --- what people and spreadsheets make of it -------------------------------------------------------------------------

EDITED = {
    "as written": "term,freq,verdict\r\n变压器,31,是\r\n5G基站,2,\r\n",
    "columns moved": "verdict,term,freq\r\n是,变压器,31\r\n,5G基站,2\r\n",
    "byte order mark": "\ufeffterm,freq,verdict\r\n变压器,31,是\r\n5G基站,2,\r\n",
    "LF": "term,freq,verdict\n变压器,31,是\n5G基站,2,\n",
    "CR": "term,freq,verdict\r变压器,31,是\r5G基站,2,\r",
    "no end of the last line": "term,freq,verdict\n变压器,31,是\n5G基站,2",
    "blank lines, deleted rows": "\nterm,freq,verdict\n\n变压器,31,是\n,,\n  \n5G基站,2,\n",
    "all quoted": '"term","freq","verdict"\n"变压器","31","是"\n"5G基站","2",""\n',
    "blanks around": " term , freq,verdict\n变压器 , 31,是\n\u30005G基站,2 ,\n",
    "tabs": "term\tfreq\tverdict\n变压器\t31\t是\n5G基站\t2\t\n",
    "semicolons": "term;freq;verdict\n变压器;31;是\n5G基站;2;\n",
    "figures as a spreadsheet writes them": "term,freq,verdict\n变压器,3.1E+01,是\n5G基站,2.0,\n",
    "empty columns at the right": "term,freq,verdict,,\n变压器,31,是,,\n5G基站,2,,,\n",
    "JSON Lines": '{"term": "变压器", "freq": 31, "verdict": "是"}\r\n\n{"freq": 2, "term": "5G基站", "verdict": ""}',
    "JSON Lines, a name left out": '{"term":"变压器","freq":31,"verdict":"是"}\n{"freq":2,"term":"5G基站"}\n',
}


@pytest.mark.parametrize("text", EDITED.values(), ids=EDITED.keys())
def test_an_edited_file(text: str) -> None:
    expected = pd.DataFrame({"term": ["变压器", "5G基站"], "freq": [31, 2], "verdict": ["是", ""]})
    pd.testing.assert_frame_equal(read(text)[["term", "freq", "verdict"]], expected)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])  # what Excel saves as CSV and as Unicode text
def test_other_encodings_and_packed_files(encoding: str) -> None:
    text = EDITED["as written"]
    expected = read(text)
    pd.testing.assert_frame_equal(read(text.encode(encoding)), expected)
    pd.testing.assert_frame_equal(read(gzip.compress(text.encode(encoding)), "terms.csv.gz"), expected)


def test_an_added_row_need_not_have_figures() -> None:
    frame = read("term,score,freq,known\n变压器,1.5,31,TRUE\n重合闸,,,\n")
    text = str(pd.Series(["变压器"]).dtype)  # object before pandas 3, str since
    assert [str(frame[name].dtype) for name in frame] == [text, "float64", "Int64", "boolean"]
    assert frame.isna().to_numpy().tolist() == [[False] * 4, [False, True, True, True]]
    assert render(frame, "csv").decode() == "term,score,freq,known\n变压器,1.5000,31,true\n重合闸,,,\n"
    assert render(frame, "jsonl").decode().splitlines()[1] == (
        '{"term": "重合闸", "score": null, "freq": null, "known": null}'
    )
    pd.testing.assert_frame_equal(read(render(frame, "jsonl"), "terms.jsonl"), frame)


def test_own_columns_are_kept_as_text() -> None:
    frame = read('term,编号,=note\n变压器,007,"two\r\nlines"\n变压器,-0.5,\'=1\n')
    assert frame.to_dict("list") == {
        "term": ["变压器", "变压器"], "编号": ["007", "-0.5"], "=note": ["two\r\nlines", "=1"],
    }  # fmt: skip
    frame = read('{"term": "变压器", "tags": ["甲", 1], "ok": true, "x": 0.123456}\n', "terms.jsonl")
    assert frame.to_dict("list") == {"term": ["变压器"], "tags": ['["甲", 1]'], "ok": ["true"], "x": ["0.123456"]}


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind is not str])
def test_a_cell_of_the_wrong_kind(name: str) -> None:
    reason = {float: "'x' is no number", int: "'x' is no number", bool: "'x' is neither true nor false"}[KINDS[name]]
    fails(f"term,{name}\n\n变压器,\n重合闸,x\n", f"terms.csv:4: {name}: {reason}: correct the cell, or empty it")


ERRORS = {
    "": "terms.csv: is empty: give a file with a row for each term",
    "\ufeff\r\n": "terms.csv: is empty: give a file with a row for each term",
    "term,freq\n": "terms.csv: holds no terms: give a file with a row for each term",
    "变压器\n重合闸\n": "terms.csv:1: has no column called term: begin with a line that names the columns, "
    "as discover writes it",
    "term,term\n变压器,变压器\n": "terms.csv:1: two columns are called term: rename one of them",
    "term,,freq\n变压器,,1\n": "terms.csv:1: column 2 has no name: name it, or delete the column",
    "term,freq\n变压器,1\n甲,乙,2\n": "terms.csv:3: has 3 cells where the first line names 2 columns: "
    "put quotes around a cell that holds the separator",
    "term,note\n\n,好\n": "terms.csv:3: the term is empty: fill it in, or delete the row",
    "term,freq\n变压器,1.5\n": "terms.csv:2: freq: '1.5' is no whole number: correct the cell, or empty it",
    "term,score\n变压器,inf\n": "terms.csv:2: score: 'inf' is no finite number: correct the cell, or empty it",
    'term,note\n变压器,"a\nb"\n"重合闸,x\ny\n': "terms.csv:4: the row that begins here is no CSV "
    "(unexpected end of data): close its quotes, and double those inside",
    '{"term": "变压器"}\n{"term": \n': "terms.csv:2: is no JSON (Expecting value: line 1 column 10 (char 9)): "
    "give one object a line",
    '{"term": "变压器"}\n[1]\n': "terms.csv:2: is no JSON object: give one object a line",
    '{"term": "\\ud800"}\n': "terms.csv:1: is no JSON ('utf-8' codec can't encode character '\\ud800' in position 10: "
    "surrogates not allowed): give one object a line",
    '{"word": "变压器"}\n': "terms.csv:1: has no column called term: begin with a line that names the columns, "
    "as discover writes it",
}  # fmt: skip


@pytest.mark.parametrize(("text", "line"), ERRORS.items())
def test_errors_say_where(text: str, line: str) -> None:
    fails(text, line)


def test_files_that_are_no_tables() -> None:
    with pytest.raises(TermmineError, match=r"^nothing\.csv: no such file or directory: check the path$"):
        read_terms(Path("nothing.csv"))
    with pytest.raises(TermmineError, match=r"^\.: is a directory: name a file in it$"):
        read_terms(Path())
    fails(b"PK\x03\x04\0\0", "terms.csv: is a binary file: give plain text, or name the --encoding if it is UTF-16")


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("term,freq\n变压器,3\n".encode())))
    assert read_terms(Path("-")).to_dict("list") == {"term": ["变压器"], "freq": [3]}
