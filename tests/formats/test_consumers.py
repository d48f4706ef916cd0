"""Each format as its consumer reads it, with terms that try to break it."""

from __future__ import annotations

import csv
import io
import re
import sys
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

import termmine
from support import consumers
from support.command import ENCYCLOPEDIA, POWER
from termmine import EmptyResultError, TermmineError, UsageError
from termmine.formats.dictionaries import RIME_TOP_WEIGHT
from termmine.formats.read import read_terms
from termmine.formats.write import WRITERS, check_format, produce, render
from termmine.search.jieba import is_cuttable

HOSTILE = [
    "变压器", "leap motion", "windows 10", "vitamin c", "甲 乙 3 n", 'a"甲"', "a,甲", "=cmd|' /C calc'!A0", "+甲",
    "-甲", "@甲", "<b>甲&]]>", "β受体", "😀甲", "#甲", "甲" * 40, "TCP/IP协议", "糖类抗原19-9", "C++编译器", "GPU加速",
    "gpu加速", "甲\t乙", "甲\n乙", "甲\r乙", "甲\x01乙", "#N/A", "'=甲", "𠀀乙", "カタカナ", "5G基站", "甲;乙", "𝐀甲",
    "甲　乙",
]  # fmt: skip
UNFIT = {"甲\t乙", "甲\n乙", "甲\r乙", "甲\x01乙"}  # for a line of a dictionary
BLANK = {term for term in HOSTILE if re.search(r"\s", term)} | UNFIT


def hostile() -> pd.DataFrame:
    context = '他说："=1+1",\n<变压器>&\x07又\t是'
    return pd.DataFrame(
        {
            "term": HOSTILE,
            "score": -0.5,
            "freq": range(1, len(HOSTILE) + 1),
            "known": [i % 2 == 0 for i in range(len(HOSTILE))],
            "context_1": context,
            "source_1": "=a&b.txt:3",
            "context_2": "",
            "source_2": "",
            "verdict": ["是"] + [""] * (len(HOSTILE) - 1),
        }
    )


def written(form: str) -> tuple[bytes, set[str]]:
    """The output for the hostile terms, and the terms it names."""
    rendered = produce(hostile(), form)
    return rendered.data, set(rendered.terms)


# --- jieba -----------------------------------------------------------------------------------------------------------


def test_jieba_reads_every_term_and_nothing_else() -> None:
    data, named = written("jieba")
    words = [term for term in HOSTILE if term not in UNFIT]
    before, after = consumers.jieba_after(b""), consumers.jieba_after(data)
    before.initialize()
    new = {word for word, freq in after.FREQ.items() if freq and before.FREQ.get(word) != freq}
    cuttable = {term for term in words if is_cuttable(term)}
    assert new == cuttable
    assert named == set(HOSTILE) - cuttable
    for term in words:
        assert (term in after.lcut(f"。{term}，")) == is_cuttable(term), term


def test_jieba_gets_words_alone_and_nothing_that_it_never_cuts_out() -> None:
    frame = pd.DataFrame({"term": ["SQL 语句", "变压器", "甲\u3000乙"], "freq": [7, 31, 2]})
    rendered = produce(frame, "jieba")
    assert rendered.data.decode() == "变压器\n"
    assert rendered.notes() == [
        "2 terms left out, for jieba splits a text at blanks, / and most other signs first: SQL 语句, 甲\u3000乙"
    ]


def test_which_characters_jieba_splits_at() -> None:
    """By experiment, on every character of the basic plane: does a word with it come back whole?"""
    characters = [chr(code) for code in range(0x21, 0x10000) if not 0xD800 <= code < 0xE000 and chr(code).strip()]
    tokenizer = consumers.jieba_after(b"")
    stretches = tokenizer.cut.__globals__["re_han_default"]
    assert [c for c in characters if bool(stretches.fullmatch(c)) != is_cuttable(c)] == []
    sample = [*characters[:0x300], *"㐀䶿一龥鿕鿖鿿豈ａＡ０　。、々〇ア가"]
    for c in sample:
        tokenizer.add_word(f"甲{c}乙")
        assert (tokenizer.lcut(f"甲{c}乙") == [f"甲{c}乙"]) == is_cuttable(f"甲{c}乙"), c


# --- IK, HanLP, pkuseg, Rime -----------------------------------------------------------------------------------------


def test_ik() -> None:
    data, named = written("ik")
    words = consumers.ik_words(data)
    assert words == ["变压器", "😀甲", "甲" * 40, "gpu加速", "𠀀乙", "カタカナ", "5g基站", "𝐀甲"]
    assert all(word == consumers.ik_folds(word) for word in words)
    assert len(words) == len(set(words))  # GPU加速 and gpu加速 are one
    assert named == {term for term in HOSTILE if consumers.ik_folds(term) not in words}
    frame = pd.DataFrame({"term": ["ＧＰＵ加速", "gpu加速", "GPU加速"]})
    assert render(frame, "ik").decode() == "gpu加速\n"


@pytest.mark.parametrize(("form", "splitter", "unfit"), [("hanlp", r"\s", BLANK), ("hanlp-csv", ",", UNFIT | {"a,甲"})])
def test_hanlp(form: str, splitter: str, unfit: set[str]) -> None:
    data, named = written(form)
    expected = {term: ("n", i) for i, term in enumerate(HOSTILE, 1) if term not in unfit}
    assert consumers.hanlp_words(data, splitter) == expected
    assert named == unfit
    assert produce(hostile(), form).notes()[1] == (
        "HanLP 1.x: delete the cache CustomDictionary.txt.bin, or it will not read the new words"
    )


def test_pkuseg(tmp_path: Path) -> None:
    data, named = written("pkuseg")
    expected = [term for term in HOSTILE if term not in BLANK]
    assert consumers.pkuseg_words(data) == expected
    assert named == BLANK
    pkuseg = pytest.importorskip("spacy_pkuseg")
    path = tmp_path / "terms.txt"
    path.write_bytes(data)
    trie = pkuseg.Preprocesser(str(path))
    assert [term for term in expected if trie.solve(f"在{term}中")[0] != ["在", term, "中"]] == []


def test_rime() -> None:
    data, named = written("rime")
    header, entries = consumers.rime_entries(data)
    assert header == {
        "name": "termmine", "version": termmine.__version__, "sort": "by_weight", "columns": ["text", "weight"],
    }  # fmt: skip
    assert set(entries) == {"变压器", "甲" * 40, "𠀀乙"} == set(HOSTILE) - named
    frame = pd.DataFrame({"term": ["变压器", "重合闸", "断路器"], "freq": [40_000, 20_000, 1]})
    assert consumers.rime_entries(render(frame, "rime"))[1] == {
        "变压器": RIME_TOP_WEIGHT, "重合闸": RIME_TOP_WEIGHT / 2, "断路器": 1,
    }  # fmt: skip


@pytest.mark.parametrize("form", ["jieba", "ik", "hanlp", "hanlp-csv", "pkuseg", "rime"])
def test_a_term_that_stands_twice_is_written_once(form: str) -> None:
    frame = pd.DataFrame({"term": ["变压器", "重合闸", "变压器"], "freq": [3, 2, 1]})
    assert render(frame, form) == render(frame.head(2), form)


@pytest.mark.parametrize("form", ["jieba", "ik", "hanlp", "hanlp-csv", "pkuseg", "rime", "txt"])
def test_dictionaries_of_a_whole_result(form: str) -> None:
    terms = termmine.discover(POWER, ENCYCLOPEDIA)
    rendered = produce(terms, form)
    lines = rendered.data.decode().partition("...\n")[2] if form == "rime" else rendered.data.decode()
    words = [re.split(r"[\t,]| n ", line)[0] for line in lines.splitlines()]
    kept = [term for term in terms["term"] if term not in rendered.terms]
    assert words == ([consumers.ik_folds(term) for term in kept] if form == "ik" else kept)
    assert not rendered.data.startswith(b"\xef\xbb\xbf")


# --- TBX -------------------------------------------------------------------------------------------------------------

TBX = {"t": "urn:iso:std:iso:30042:ed-2"}


@pytest.fixture(scope="module")
def grammar() -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(Path(__file__).parents[1] / "data" / "tbx_basic.rng"))


def test_tbx_is_valid_and_holds_everything(grammar: etree.RelaxNG) -> None:
    data, named = written("tbx")
    root = etree.fromstring(data)
    grammar.assertValid(root)
    assert named == {"甲\x01乙"}
    terms = [term for term in HOSTILE if term not in named]
    entries = root.findall(".//t:conceptEntry", TBX)
    assert [entry.findtext(".//t:term", namespaces=TBX) for entry in entries] == [
        re.sub(r"[\t\r\n]", " ", term) for term in terms
    ]
    contexts = root.findall(".//t:descripGrp", TBX)
    assert len(contexts) == len(terms)  # empty ones are none
    assert {tuple(child.text for child in group) for group in contexts} == {
        ('他说："=1+1", <变压器>& 又 是', "=a&b.txt:3")
    }
    notes = [[note.text for note in entry.iterfind(".//t:note", TBX)] for entry in entries]
    assert notes[:2] == [
        ["score: -0.5000; freq: 1; known: true", "verdict: 是"],
        ["score: -0.5000; freq: 2; known: false"],
    ]


def test_tbx_of_a_result(grammar: etree.RelaxNG) -> None:
    terms = termmine.discover(POWER, ENCYCLOPEDIA, top=50)
    root = etree.fromstring(render(terms, "tbx"))
    grammar.assertValid(root)
    assert [element.text for element in root.iterfind(".//t:term", TBX)] == terms["term"].tolist()
    grammar.assertValid(etree.fromstring(render(terms[["term"]], "tbx")))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (' type="TBX-Basic"', ' type="TBX-Min"'),
        (' id="c1"', ""),
        (' id="c2"', ' id="c1"'),
        ('type="context"', 'type="example"'),
        ('<langSec xml:lang="zh">', "<langSec>"),
        ("</term>", "</term><termNote type='partOfSpeech'>名词</termNote>"),
        ("</term>", "</term><p>x</p>"),
        ('xmlns="urn:iso:std:iso:30042:ed-2"', ""),
    ],
)
def test_the_grammar_refuses_what_is_no_tbx(grammar: etree.RelaxNG, before: str, after: str) -> None:
    text = written("tbx")[0].decode()
    assert before in text
    assert not grammar.validate(etree.fromstring(text.replace(before, after).encode()))


# --- Excel -----------------------------------------------------------------------------------------------------------


def workbook(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def test_xlsx_holds_text_as_text_and_numbers_as_numbers() -> None:
    data, named = written("xlsx")
    assert named == {"甲\x01乙"}
    frame = hostile()[lambda table: ~table["term"].isin(named)]
    sheet = workbook(data).active
    rows = list(sheet.iter_rows())
    assert [cell.value for cell in rows[0]] == list(frame.columns)
    for row, term in zip(rows[1:], frame["term"], strict=True):
        assert row[0].value == term.replace("\r", "\n")
        assert [cell.data_type for cell in row] == [*"snnbssnn", "s" if term == "变压器" else "n"]
        assert row[1].value == -0.5
        assert (row[1].number_format, row[2].number_format) == ("0.0000", "0")
        assert isinstance(row[2].value, int)
        assert row[0].quotePrefix == (term.lstrip("'")[:1] in {*"=+-@"})
        assert row[5].quotePrefix
    assert b"<f>" not in b"".join(
        zipfile.ZipFile(io.BytesIO(data)).read(name) for name in ("xl/worksheets/sheet1.xml",)
    )


def test_xlsx_has_a_header_that_stays_and_filters() -> None:
    data = render(termmine.discover(POWER, ENCYCLOPEDIA, top=9), "xlsx")
    sheet = workbook(data).active
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.dimensions) == ("B2", "A1:K10", "A1:K10")
    assert sheet["A1"].font.bold
    assert data == render(termmine.discover(POWER, ENCYCLOPEDIA, top=9), "xlsx")


def test_a_workbook_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "terms.xlsx"
    found = termmine.discover(POWER, ENCYCLOPEDIA, top=50)
    path.write_bytes(render(found, "xlsx"))
    again = read_terms(path)
    assert render(again, "csv") == render(found, "csv")
    pd.testing.assert_series_equal(again.dtypes, found.dtypes)
    frame = pd.DataFrame({"term": ["变压器", "重合闸"], "freq": pd.array([1, None], "Int64"), "verdict": ["=1", ""]})
    path.write_bytes(render(frame, "xlsx"))
    pd.testing.assert_frame_equal(read_terms(path), frame)


def test_an_edited_workbook(tmp_path: Path) -> None:
    path = tmp_path / "Terms.XLSX"
    book = openpyxl.Workbook()
    for row in [["term", "freq", "verdict", None], ["变压器", 31.0, "是"], [None, None], ["重合闸", None, 3]]:
        book.active.append(row)
    book.save(path)
    expected = pd.DataFrame(
        {"term": ["变压器", "重合闸"], "freq": pd.array([31, None], "Int64"), "verdict": ["是", "3"]}
    )
    pd.testing.assert_frame_equal(read_terms(path), expected)
    book.active["B4"] = "many"
    book.save(path)
    with pytest.raises(
        TermmineError, match=r"Terms\.XLSX:4: freq: 'many' is no number: correct the cell, or empty it$"
    ):
        read_terms(path)


@pytest.mark.parametrize("data", [b"", b"term,freq\n", b"PK\x03\x04"])
def test_what_is_no_workbook(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "terms.xlsx"
    path.write_bytes(data)
    with pytest.raises(
        TermmineError, match=r"terms\.xlsx: is no Excel workbook \(.+\): save it as \.xlsx, or give CSV$"
    ):
        read_terms(path)
    with pytest.raises(
        TermmineError, match=r"no\.xlsx: No such file or directory: check the path and the permissions$"
    ):
        read_terms(tmp_path / "no.xlsx")


def test_without_openpyxl_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(
        UsageError, match=r"^xlsx needs the package openpyxl, which is not installed: run .*pip install openpyxl$"
    ):
        check_format("xlsx")


# --- all of them -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", WRITERS)
def test_the_mark_for_excel_comes_first_or_is_refused(form: str) -> None:
    frame = pd.DataFrame({"term": ["变压器"], "freq": [3]})
    if form in ("csv", "tsv", "txt"):
        assert render(frame, form, bom=True) == b"\xef\xbb\xbf" + render(frame, form)
        return
    with pytest.raises(UsageError, match=f"^--bom: a byte order mark does not belong into {form}: leave it out$"):
        check_format(form, bom=True)


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl", "xlsx"])
def test_contexts_and_verdicts_survive(form: str, tmp_path: Path) -> None:
    frame = hostile()[lambda table: ~table["term"].isin(UNFIT)].reset_index(drop=True)
    path = tmp_path / f"terms.{form}"
    path.write_bytes(render(frame, form))
    context = frame["context_1"]
    if form == "tsv":
        context = context.str.replace("[\t\n]", " ", regex=True)
    if form == "xlsx":
        context = context.str.replace("\x07", " ")
    pd.testing.assert_frame_equal(read_terms(path), frame.assign(context_1=context))


def test_no_spreadsheet_runs_a_cell() -> None:
    for form, delimiter in (("csv", ","), ("tsv", "\t")):
        text = render(hostile(), form).decode()
        cells = [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) for cell in row]
        assert {cell for cell in cells if cell[:1] in {*"=+-@\t\r\n"}} == {"-0.5000"}


def test_what_a_format_cannot_carry_is_named_and_counted() -> None:
    frame = pd.DataFrame({"term": ["变压器", *(f"a {i}" for i in range(7))]})
    assert produce(frame, "pkuseg").notes() == [
        "7 terms left out, for pkuseg never finds a word with a blank in it: a 0, a 1, a 2, a 3, a 4 and 2 more"
    ]
    assert produce(frame.head(2), "pkuseg").notes() == [
        "1 term left out, for pkuseg never finds a word with a blank in it: a 0"
    ]
    assert produce(frame.head(1), "pkuseg").notes() == []


@pytest.mark.parametrize("form", ["jieba", "ik", "hanlp", "pkuseg", "rime", "tbx", "xlsx"])
def test_nothing_left_is_an_error(form: str) -> None:
    with pytest.raises(EmptyResultError, match=r"^none of the terms can be written so, for .+: use another format$"):
        produce(pd.DataFrame({"term": ["a \x01b"]}), form)


@given(st.lists(st.text("甲a1 =#,\t\n<&'\"β𠀀-/", min_size=1).filter(str.strip), min_size=1, unique=True))
def test_no_term_breaks_a_format(terms: list[str]) -> None:
    """Every term is in the file, on a line of its own, or named."""
    frame = pd.DataFrame({"term": terms, "freq": range(len(terms))})
    for form in ("ik", "hanlp", "hanlp-csv", "pkuseg", "rime", "tbx"):
        try:
            rendered = produce(frame, form)
        except EmptyResultError:
            continue
        kept = [term for term in terms if term not in rendered.terms]
        assert words_in(form, rendered.data) == [as_read(form, term) for term in kept]


def words_in(form: str, data: bytes) -> list[str]:
    """What a consumer finds in a file."""
    if form == "tbx":
        return [element.text or "" for element in etree.fromstring(data).iterfind(".//t:term", TBX)]
    if form.startswith("hanlp"):
        return list(consumers.hanlp_words(data, "," if form == "hanlp-csv" else r"\s"))
    if form == "rime":
        return list(consumers.rime_entries(data)[1])
    return consumers.ik_words(data) if form == "ik" else consumers.pkuseg_words(data)


def as_read(form: str, term: str) -> str:
    """A term as its consumer sees it."""
    return re.sub(r"[\t\n]+", " ", term) if form == "tbx" else term
