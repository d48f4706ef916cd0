"""The living glossary: whatever a person does to it, and however often it is brought up to date, nothing is lost."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from support import naive
from support.command import ENCYCLOPEDIA, POWER, Run, run
from termmine import TermmineError, UsageError
from termmine.candidates.verdicts import UNDERSTOOD, read_verdicts
from termmine.formats.cutoff import NTH, SHARE, least_score
from termmine.formats.read import read_terms
from termmine.formats.sheet import Sheet, new_sheet, read_sheet
from termmine.review.glossary import Fresh, merge, open_glossary, update
from termmine.review.living import find_today
from termmine.text.normalize import normal_form

needs_sample = pytest.mark.skipif(naive.TINY, reason="the sample is too large for uncompiled kernels")
FIGURES = ["context_1", "score", "freq", "known", "source_1"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


# --- any edits at all ------------------------------------------------------------------------------------------------

TERMS = ["变压器", "SQL 语句", "GPU加速", "=甲", "乙,丙", '丁"戊', "己'", "庚"]
CELLS = st.sampled_from(["", "y", "否", "√", "load", "=1+1", "'a", "多\n行", "译；文", "  x ", "3.50", "a,b\t c", "-"])
VERDICTS = st.sampled_from(["", "y", "n", "是", "拒绝", "√", "待定"])


def fresh(terms: list[str], week: int) -> Fresh:
    """Figures that say which week they are of."""
    n = len(terms)
    columns: dict[str, list[Any]] = {
        "score": [float(week)] * n, "freq": [week] * n, "known": [week % 2 == 0] * n,
        "context_1": [f"第{week}周。"] * n, "source_1": [f"a.txt:{week}"] * n,
    }  # fmt: skip
    return Fresh(terms, {name: columns[name] for name in FIGURES})


def figures_of(sheet: Sheet, found: list[str], week: int) -> Fresh:
    """Figures of the rows: those of the week for what is found, 0 and nothing for the rest."""
    there = {normal_form(term) for term in found}
    own = sheet.texts("term")
    all_of_them = fresh(own, week)
    is_there = [normal_form(term) in there for term in own]
    columns = {}
    for name, values in all_of_them.columns.items():
        nothing = 0 if name == "freq" else None
        columns[name] = [value if known else nothing for value, known in zip(values, is_there, strict=True)]
    return Fresh(own, columns)


def edit(sheet: Sheet, data: st.DataObject) -> None:
    """What a person does to a glossary: verdicts, cells, a column of her own, another order."""
    if sheet.rows and data.draw(st.booleans()):
        order = data.draw(st.permutations(range(len(sheet.rows))))
        sheet.rows[:] = [sheet.rows[i] for i in order]
        sheet.lines[:] = [sheet.lines[i] for i in order]
    for name in own_names(sheet):
        at = sheet.names.index(name)
        for row in sheet.rows:
            if data.draw(st.booleans()):
                text = data.draw(VERDICTS if name == "verdict" else CELLS)
                row[at] = sheet.form.put(text) if name == "verdict" else raw(sheet, text)


def raw(sheet: Sheet, text: str) -> Any:
    """A cell as a person writes it, who knows of no guards."""
    return (
        (text or None)
        if sheet.path.suffix == ".xlsx"
        else text.replace("\t", " ")
        if sheet.path.suffix == ".tsv"
        else text
    )


def own_names(sheet: Sheet) -> tuple[str, ...]:
    return ("verdict", "译文" if "译文" in sheet.names else "translation", "客户")


def own_cells(sheet: Sheet) -> dict[str, tuple[Any, ...]]:
    """Term -> what is the person's own."""
    places = [sheet.names.index(name) for name in own_names(sheet)]
    return {term: tuple(row[at] for at in places) for term, row in zip(sheet.texts("term"), sheet.rows, strict=True)}


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl"])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_edit_is_ever_lost(form: str, data: st.DataObject) -> None:
    three_weeks(form, data)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_edit_of_a_workbook_is_ever_lost(data: st.DataObject) -> None:
    three_weeks("xlsx", data)


def three_weeks(form: str, data: st.DataObject) -> None:
    """A glossary that is brought up to date and edited, again and again."""
    path = Path(f"g.{form}")
    sheet = new_sheet(
        path, ["term", "verdict", "translation", "客户", "change", "first_seen"], chinese=data.draw(st.booleans())
    )
    seen: list[str] = []
    for week in range(1, 4):
        found = data.draw(st.lists(st.sampled_from(TERMS), unique=True, min_size=1))
        before, order = own_cells(sheet), sheet.texts("term")
        outcome = update(sheet, figures_of(sheet, found, week), fresh(found, week), f"2026-12-0{week}", None)
        path.write_bytes(outcome.sheet.render())
        sheet = read_sheet(path)
        again = update(sheet, figures_of(sheet, found, week), fresh(found, week), f"2026-12-0{week}", None)
        assert again.sheet.render() == path.read_bytes()  # the same run once more changes nothing
        new = [term for term in found if term not in seen]
        seen += new
        assert sheet.texts("term") == [*order, *new]
        after = own_cells(sheet)
        assert {term: after[term] for term in before} == before
        weeks = dict(zip(sheet.texts("term"), sheet.texts("first_seen"), strict=True))
        assert all(weeks[term] == f"2026-12-0{week}" for term in new)
        assert sheet.texts("freq") == [str(week if term in found else 0) for term in sheet.texts("term")]
        assert outcome.n_new == len(new) and outcome.n_gone == len(set(order) - set(found))
        edit(sheet, data)
        path.write_bytes(sheet.render()) if form != "xlsx" else save_edits(path, sheet)
        sheet = read_sheet(path)


def save_edits(path: Path, sheet: Sheet) -> None:
    """The same edits by openpyxl, which knows nothing of us."""
    workbook = openpyxl.load_workbook(path)
    rows = workbook.active
    for i, cells in enumerate(sheet.rows, 2):
        for j, value in enumerate(cells, 1):
            cell = rows.cell(i, j)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
    workbook.save(path)


# --- two weeks, as she works -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The corpus of each week: the second one lacks some lines of the first, and has others."""
    folder, lines = tmp_path_factory.mktemp("weeks"), POWER.read_text(encoding="utf-8").splitlines(keepends=True)
    files = [folder / "week1.txt", folder / "week2.txt"]
    for file, some in zip(files, (lines[:120], lines[40:]), strict=True):
        file.write_text("".join(some), encoding="utf-8")
    return files


def discover(corpus: Path, glossary: str, *options: object) -> Run:
    done = run("discover", corpus, "-b", ENCYCLOPEDIA, "--review", glossary, "--top", 40, *options)
    assert (done.code, done.out) == (0, b""), done.err
    return done


@needs_sample
def test_two_weeks_in_excel(weeks: list[Path]) -> None:
    discover(weeks[0], "第一周.xlsx", "--lang", "zh", "--date", "2026-12-01")
    book = openpyxl.load_workbook("第一周.xlsx")
    sheet = book.active
    headings = [cell.value for cell in sheet[1]]
    assert headings[:7] == ["术语", "审定", "译文", "备注", "例句1", "例句2", "例句3"]
    assert headings[-2:] == ["变化", "首次出现"]
    assert {cell.value for cell in sheet[len(headings) and "A"][1:]} == set(read_terms(Path("第一周.xlsx"))["term"])
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("C2", sheet.dimensions)
    (choice,) = sheet.data_validations.dataValidation
    assert (choice.formula1, str(choice.sqref)) == ('"是,否"', "B2:B1048576")
    assert sheet["E2"].alignment.wrap_text
    # she judges, translates, adds a column, a colour, a comment, a formula, a sheet, and sorts
    sheet.cell(1, len(headings) + 1, "客户")
    for i in range(2, 42):
        sheet.cell(i, 2, "否" if i % 3 == 0 else "接受" if i % 3 == 1 else None)
        sheet.cell(i, 3, f"译{i}")
        sheet.cell(i, 4, f"注{i}" if i % 5 == 0 else None)
        sheet.cell(i, len(headings) + 1, i)
    sheet["C2"].fill = PatternFill("solid", fgColor="FFFF00")
    sheet["C3"].comment = Comment("问一下", "她")
    sheet["D2"] = '=C2&"!"'
    book.create_sheet("说明")["A1"] = "不要动"
    book.save("第一周.xlsx")
    mine = own_rows("第一周.xlsx")
    rejected = {term for term, (verdict, *_) in mine.items() if verdict == "否"}
    told = discover(weeks[1], "第一周.xlsx", "--date", "2026-12-08").err
    book = openpyxl.load_workbook("第一周.xlsx")
    sheet = book.active
    after = own_rows("第一周.xlsx")
    assert {term: after[term] for term in mine} == mine  # not one verdict, translation or note
    assert list(after)[: len(mine)] == list(mine)
    new = [term for term in after if term not in mine]
    assert new and not rejected & set(new)
    assert f"第一周.xlsx: {len(after)} terms: {len(new)} new" in told
    assert "; 27 of " in told or "; 26 of " in told
    assert sheet["C2"].fill.fgColor.rgb == "00FFFF00" and sheet["C3"].comment.text == "问一下"
    assert sheet["D2"].value == '=C2&"!"' and book["说明"]["A1"].value == "不要动"
    columns = {cell.value: i for i, cell in enumerate(sheet[1])}
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert {row[columns["首次出现"]] for row in rows[: len(mine)]} == {"2026-12-01"}
    assert {(row[columns["变化"]], row[columns["首次出现"]]) for row in rows[len(mine) :]} == {("新增", "2026-12-08")}
    # exact figures for every row, rejected ones too
    counts = {term: int(freq) for term, freq in csv_rows(run("tally", "第一周.xlsx", weeks[1], "--wide", "freq").out)}
    assert {row[0]: row[columns["词频"]] for row in rows} == counts
    # a third week with the same text: nothing comes back, nothing moves, the same day has the same bytes
    same = Path("第一周.xlsx").read_bytes()
    discover(weeks[1], "第一周.xlsx", "--date", "2026-12-08")
    assert Path("第一周.xlsx").read_bytes() == same


def own_rows(path: str) -> dict[str, tuple[Any, ...]]:
    """Term -> verdict, translation, note, customer."""
    sheet = openpyxl.load_workbook(path).active
    columns = [cell.value for cell in sheet[1]]
    places = [columns.index(name) for name in ("审定", "译文", "备注", "客户")]
    return {row[0]: tuple(row[i] for i in places) for row in sheet.iter_rows(min_row=2, values_only=True)}


def csv_rows(data: bytes) -> Iterator[list[str]]:
    yield from list(csv.reader(io.StringIO(data.decode(), newline="")))[1:]


@needs_sample
def test_two_weeks_with_the_file_of_a_page(weeks: list[Path]) -> None:
    discover(weeks[0], "g.xlsx", "--date", "2026-12-01")
    terms = read_terms(Path("g.xlsx"))["term"].tolist()
    page = [{"term": term, "verdict": "ny"[i % 2] if i < 20 else "", "译文": f"t{i}" if i % 4 == 0 else "", "备注": ""}
            for i, term in enumerate(terms)]  # fmt: skip
    Path("page.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in page))
    discover(weeks[1], "g.xlsx", "--feedback", "page.jsonl", "--date", "2026-12-08")
    frame = read_terms(Path("g.xlsx"))
    assert frame["term"].tolist()[: len(terms)] == terms
    assert frame["verdict"].tolist()[:40] == [row["verdict"] for row in page]
    assert frame["translation"].tolist()[:40] == [row["译文"] for row in page]  # one column of translations, not two
    assert "译文" not in frame and "replaced" not in frame
    rejected = {row["term"] for row in page if row["verdict"] == "n"}
    # the page's file is not needed any more
    Path("page.jsonl").unlink()
    again = discover(weeks[1], "g.xlsx", "-o", "list.csv", "--date", "2026-12-15")
    assert "--feedback: 20 verdicts (10 y, 10 n)" in again.err
    assert not rejected & set(read_terms(Path("list.csv"))["term"])
    assert read_terms(Path("g.xlsx"))["verdict"].tolist()[:40] == [row["verdict"] for row in page]


@needs_sample
def test_a_glossary_may_begin_as_a_list_and_without_text(weeks: list[Path]) -> None:
    run("discover", weeks[0], "-b", ENCYCLOPEDIA, "--top", 30, "-o", "g.csv")
    run("count", weeks[1], "--neighbours", "-o", "w.tmc")
    done = discover(Path("w.tmc"), "g.csv", "--date", "2026-12-08")
    assert "g.csv: " in done.err
    frame = read_terms(Path("g.csv"))
    assert list(frame)[:2] == ["term", "score"] and "verdict" in frame and "context_1" not in frame
    discover(weeks[1], "from_text.csv", "--contexts", 0, "--date", "2026-12-08")
    both = frame.merge(read_terms(Path("from_text.csv")), on="term", suffixes=("", "_text"))
    assert len(both) >= 30 and (both["freq"] == both["freq_text"]).all() and (both["score"] == both["score_text"]).all()


# --- reviewed files --------------------------------------------------------------------------------------------------


def glossary(text: str, name: str = "g.csv") -> Sheet:
    Path(name).write_text(text, encoding="utf-8")
    sheet = open_glossary(Path(name), None)
    assert sheet is not None
    return sheet


def test_a_reviewed_file_is_taken_over() -> None:
    sheet = glossary("term,verdict,译文,客户\n变压器,y,transformer,甲\nSQL 语句,,,乙\n油枕,是,,\n")
    Path("r.csv").write_text(
        "verdict,term,translation,note,freq\nn,变压器,,看过,9\nn,sql语句,statement,,9\ny,油枕,conservator,,\n,新词,,,\n"
        "y,套管,bushing,,\n",
        encoding="utf-8",
    )
    merged = merge(sheet, Path("r.csv"), "2026-12-08", None)
    assert merged.n_matched == 3
    assert merged.sheet.render().decode() == (
        "term,verdict,译文,客户,note,replaced\n"
        "变压器,n,transformer,甲,看过,2026-12-08 verdict: y → n (r.csv)\n"
        "SQL 语句,n,statement,乙,,\n油枕,是,conservator,,,\n套管,y,bushing,,,\n"
    )
    assert merged.notes == [
        "g.csv: r.csv says otherwise of 变压器: it counts, and what stood there before is in the column replaced"
    ]
    Path("g.csv").write_bytes(merged.sheet.render())
    once_more = merge(read_sheet(Path("g.csv")), Path("r.csv"), "2026-12-09", None)
    assert once_more.sheet.render() == merged.sheet.render() and once_more.notes == []
    Path("back.csv").write_text("term,verdict\n变压器,y\n")
    back = merge(once_more.sheet, Path("back.csv"), "2026-12-10", None).sheet
    assert back.texts("replaced")[0] == "2026-12-08 verdict: y → n (r.csv); 2026-12-10 verdict: n → y (back.csv)"


# --- files as they are -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        "term,verdict,note\r\n变压器,y,=A1+1\r\n".encode(),
        "term;verdict;note\n变压器;y;\"a;b\"\n".encode(),
        "\ufeffterm,审定\n变压器,是\n".encode(),
        "术语,审定\n变压器,是\n".encode("gb18030"),
        "term\tverdict\n变压器\ty\n".encode("utf-16"),
    ],
)  # fmt: skip
def test_encoding_delimiter_and_own_cells_stay(data: bytes) -> None:
    path = Path("g.tsv" if b"\t" in data else "g.csv")
    path.write_bytes(data)
    assert read_sheet(path).render() == data


def test_records_keep_what_they_hold() -> None:
    line = '{"term": "变压器", "tags": ["甲", {"a": 1}], "n": 1.25, "ok": true, "x": null}\n{"term": "油枕"}\n'
    sheet = glossary(line, "g.jsonl")
    assert sheet.render().decode() == line
    outcome = update(sheet, Fresh(["变压器", "油枕"], {"freq": [3, 0]}), Fresh([], {"freq": []}), "2026-12-01", None)
    first, second = map(json.loads, outcome.sheet.render().decode().splitlines())
    assert first == {**json.loads(line.splitlines()[0]), "freq": 3, "change": ""}
    assert second == {"term": "油枕", "freq": 0, "change": "gone"}


def test_a_file_that_was_changed_meanwhile_is_not_overwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("g.csv").write_text("term,verdict\n变压器,y\n")

    def meanwhile(*_: Any) -> Any:
        Path("g.csv").write_text("term,verdict\n变压器,n\n")
        return {}, 0

    from termmine.review import living

    real = living.figures
    monkeypatch.setattr(living, "figures", lambda *given: (meanwhile(), real(*given))[1])
    done = run("discover", POWER, "--review", "g.csv", "--top", 3, "-q")
    line = "g.csv: was changed while termmine was at work: nothing was written; run it again"
    assert (done.code, done.err) == (1, f"termmine: error: {line}\n")
    assert Path("g.csv").read_text() == "term,verdict\n变压器,n\n"


BAD = {
    "term,verdict\n变压器,maybe\n": f"2: the verdict on 变压器 is 'maybe': write {UNDERSTOOD}, or leave the cell empty",
    "term,verdict\n变压器,y\n\nＧＰＵ,\n变压器 ,否\n": "5: 变压器 is judged both ways, here and at g.csv:2: correct "
    "one of them",
    "term,freq\n变压器,many\n": "2: freq: 'many' is no number: correct the cell, or empty it",
    "term,变化\n变压器,已完成\n": "2: 变化 is '已完成', which termmine fills: rename your column",
    "word,verdict\n变压器,y\n": "1: has no column called term: begin with a line that names the columns, as discover "
    "writes it",
    "term,verdict\n变压器,y,z\n": "2: has 3 cells where the first line names 2 columns: put quotes around a cell that "
    "holds the separator",
    "term,verdict\n ,y\n": "2: the term is empty: fill it in, or delete the row",
    'term,note\n变压器,"x\n': "2: the row that begins here is no CSV (unexpected end of data): close its quotes, and "
    "double those inside",
    "\n": " is empty: delete it, or give a table with a column term",
}  # fmt: skip


@pytest.mark.parametrize(("text", "line"), BAD.items())
def test_nonsense_is_one_line_and_nothing_is_lost(text: str, line: str) -> None:
    Path("g.csv").write_text(text, encoding="utf-8")
    done = run("discover", POWER, "--review", "g.csv", "--top", 3)
    assert done.err.splitlines()[-1] == f"termmine: error: g.csv:{line}"
    assert (done.code, done.out, Path("g.csv").read_text(encoding="utf-8")) == (1, b"", text)
    assert sorted(path.name for path in Path().iterdir()) == ["g.csv"]


def test_more_that_cannot_be() -> None:
    Path("g.csv").write_text("term,verdict\n变压器,y\n")
    Path("other.csv").write_text("term,verdict\n糖醋里脊,y\n麻婆豆腐,n\n")
    cases = [
        (["--review", "g.csv", "--feedback", "other.csv"], "other.csv: none of its 2 terms occurs in the corpus, so it "
         "is the review of another list: give that of this one"),
        (["--review", "g.csv", "--feedback", "g.csv"], "g.csv: is an input: choose another output file"),
        (["--review", "g.txt"], "g.txt: a glossary is a file called .xlsx, .csv, .tsv or .jsonl: name one"),
        (["--review", "g.csv", "--date", "morgen"], "--date morgen: is no date: write it as 2026-12-01"),
    ]  # fmt: skip
    for options, line in cases:
        done = run("discover", POWER, *options, "--top", 3, "-q")
        assert done.err == f"termmine: error: {line}\n"
        assert Path("g.csv").read_text() == "term,verdict\n变压器,y\n"
    Path("g.csv").write_bytes("term\n变压器\n".encode() + b"\xff\xfe\xff" * 3 + "变电站\n".encode() * 300)
    with pytest.raises(TermmineError, match="undecodable byte sequences: save it as UTF-8, or restore it"):
        read_sheet(Path("g.csv"))


def test_workbooks_that_could_not_be_written_back(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["term", "verdict"])
    book.active.append(["变压器", '=IF(1,"y","n")'])
    book.save("g.xlsx")
    with pytest.raises(TermmineError, match=r"^g\.xlsx:2: verdict is a formula: put its value there"):
        read_sheet(Path("g.xlsx"))
    import zipfile

    with zipfile.ZipFile("g.xlsx", "a") as archive:
        archive.writestr("xl/drawings/drawing1.xml", "<x/>")
    with pytest.raises(TermmineError, match=r"^g\.xlsx: holds pictures or shapes, which could not be written back"):
        read_sheet(Path("g.xlsx"))


# --- the date and the cut-off ----------------------------------------------------------------------------------------


def test_the_date(monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_today(None) == date.today().isoformat()
    assert find_today("2026-02-28") == "2026-02-28"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert find_today(None) == "1970-01-02"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    with pytest.raises(UsageError, match=r"^SOURCE_DATE_EPOCH=soon: is no number of seconds: correct it"):
        find_today(None)


@given(st.lists(st.floats(0, 1e6), max_size=40))
def test_a_list_that_was_cut_is_not_cut_again(scores: list[float]) -> None:
    scores = sorted(scores, reverse=True)
    least = least_score(scores)
    if least is None:
        assert len(scores) <= NTH or scores[NTH - 1] == 0
        return
    assert least == scores[NTH - 1] * SHARE
    kept = [score for score in scores if score >= least]
    again = least_score(kept)
    assert again is None or [score for score in kept if score >= again] == kept


def test_the_verdicts_of_a_glossary_are_those_that_feedback_reads() -> None:
    Path("g.csv").write_text("术语,审定\n变压器,√\n油枕,删除\n套管,\n", encoding="utf-8")
    assert {term: one.accepts for term, one in read_verdicts(["g.csv"]).items()} == {"变压器": True, "油枕": False}
