"""The formats: what text each gives, where its records are, and what is done with bad ones."""

from __future__ import annotations

import bz2
import gzip
import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import docx
import pytest

from support.command import run
from support.files import DUMP, FILES, TEXTS, columns, json_lines, page, pdf, word
from termmine import TermmineError, UsageError
from termmine.errors import missing_package
from termmine.options import ReadOptions
from termmine.readers import base
from termmine.readers.base import ReadReport
from termmine.readers.formats import EXTENSIONS, READERS
from termmine.readers.read import read_documents
from termmine.readers.source import open_files
from termmine.types import DOCUMENT_END_CHARACTER as NEXT
from termmine.types import SOURCE_END_CHARACTER as END

PACKERS: dict[str, Callable[[bytes], bytes]] = {"": bytes, ".gz": gzip.compress, ".bz2": bz2.compress}


def read(*paths: Path | str, **options: object) -> tuple[str, ReadReport]:
    report = ReadReport()
    return "".join(open_files(paths).strings(ReadOptions(**options), report)), report  # type: ignore[arg-type]


def stored(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


# --- every format ----------------------------------------------------------------------------------------------------


def test_every_format_is_tested() -> None:
    assert FILES.keys() == READERS.keys()
    assert set(EXTENSIONS.values()) == READERS.keys() - {"text", "wikiextractor"}


@pytest.mark.parametrize("form", FILES)
@pytest.mark.parametrize("packing", PACKERS)
def test_a_format_is_known_by_name_packed_or_not(tmp_path: Path, form: str, packing: str) -> None:
    name, data, text = FILES[form]
    got, report = read(stored(tmp_path, name + packing, PACKERS[packing](data)))
    assert got == text + END
    assert (report.n_files, report.n_documents, report.notes()) == (1, text.count(NEXT) + 1, [])
    assert report.n_bytes == len(data)


@pytest.mark.parametrize("form", FILES)
def test_a_format_is_told_for_standard_input(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    _, data, text = FILES[form]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert read("-", input_format=form)[0] == text + END


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "tsv", "wikiextractor", "mediawiki", "markdown", "html"])
def test_any_file_may_be_read_as_plain_text(tmp_path: Path, form: str) -> None:
    name, data, _ = FILES[form]
    assert read(stored(tmp_path, name, data), input_format="text")[0] == data.decode() + END


@pytest.mark.parametrize("form", FILES)
def test_a_directory_may_hold_every_format(tmp_path: Path, form: str) -> None:
    for name, data, _ in FILES.values():
        stored(tmp_path, name, data)
    assert read(tmp_path)[0] == "".join(text + END for _, (_, _, text) in sorted(FILES.items(), key=lambda f: f[1][0]))


def test_an_unknown_format(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        read(stored(tmp_path, "x", "变压器"), input_format="xls")
    assert str(error.value) == f"unknown input format 'xls': choose one of {', '.join(READERS)}"


@pytest.mark.parametrize(
    ("form", "module", "package"),
    [
        ("parquet", "pyarrow.parquet", "pyarrow"), ("mediawiki", "mwparserfromhell", "mwparserfromhell"),
        ("markdown", "markdown_it", "markdown-it-py"), ("pdf", "pypdf", "pypdf[crypto]"),
    ],
)  # fmt: skip
def test_an_extra_that_is_missing(tmp_path: Path, form: str, module: str, package: str) -> None:
    name, data, _ = FILES[form]
    with mock.patch.dict(sys.modules, {module: None}), pytest.raises(UsageError) as error:
        read(stored(tmp_path, name, data))
    assert str(error.value) == str(missing_package(form, package))
    assert str(error.value).startswith(f"{form} needs the package {package}, which is not installed: run ")


@pytest.mark.parametrize("form", FILES)
def test_documents_know_where_they_begin(tmp_path: Path, form: str) -> None:
    name, data, text = FILES[form]
    path = stored(tmp_path, name, data)
    found = [(d.path, d.line, "".join(d.blocks), d.is_lines) for d in read_documents([path], ReadOptions())]
    lines = {
        "json": [2, 6, 7], "jsonl": [1, 2, 3], "csv": [2, 3, 5], "tsv": [2, 3, 4], "parquet": [1, 2, 3],
        "wikiextractor": [2, 7, 13], "mediawiki": [3, 4, 6],
    }.get(form, [1])  # fmt: skip
    expected = zip(lines, text.split(NEXT), strict=True)
    assert found == [(path, line, part, form in ("text", "wikiextractor")) for line, part in expected]


# --- records ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "record"),
    [("text", {"text": "变压器"}), ("a.b", {"a": {"b": "变压器"}}), ("a.b", {"a.b": "变压器", "a": 1})],
)
def test_a_field_of_json_lines(tmp_path: Path, field: str, record: object) -> None:
    assert read(stored(tmp_path, "x.jsonl", json_lines(record)), field=field)[0] == "变压器" + END


BAD_LINES = [
    ('{"text": "变压器"', "is no JSON (Expecting ',' delimiter at column 15)"),
    ('{"title": "变压器"}', "field 'text' is missing"),
    ('{"text": 3}', "field 'text' is no string but a number"),
    ('{"text": null}', "field 'text' is no string but null"),
    ('{"text": ["变压器"]}', "field 'text' is no string but a list"),
    ('["变压器"]', "is no JSON object"),
    ("[" * 100_000, "is no JSON that can be read"),
    ('{"text": ' + "9" * 5000 + "}", "is no JSON that can be read"),
]


@pytest.mark.parametrize(("line", "reason"), BAD_LINES)
def test_a_bad_line_is_counted_and_passed_over(tmp_path: Path, line: str, reason: str) -> None:
    good = '{"text": "好"}'
    path = stored(tmp_path, "x.jsonl", f"{good}\n\n{line}\n{good}\r\n{line}")
    text, report = read(path)
    assert text == f"好{NEXT}好{END}"
    assert report.notes() == [f"2 bad records were skipped, first: {path}:3: {reason}"]
    with pytest.raises(TermmineError) as error:
        read(path, strict=True)
    assert str(error.value) == f"{path}:3: {reason}: mend it, or leave --strict out to pass over what is bad"
    with pytest.raises(TermmineError) as error:
        read(stored(tmp_path, "x.jsonl", line))
    expected = f"{path}:1: {reason}: no record could be read (1 bad): check --field and --input-format"
    assert str(error.value) == expected


def test_a_record_with_undecodable_bytes(tmp_path: Path) -> None:
    good = '{"text": "变压器\ufffd"}\n'.encode()
    path = stored(tmp_path, "x.jsonl", good * 50 + b'{"text": "\xff"}\n' + good)
    text, report = read(path)
    assert text == NEXT.join(["变压器\ufffd"] * 51) + END
    assert report.notes() == [f"1 bad record was skipped, {path}:51: has undecodable bytes"]
    path = stored(tmp_path, "x.csv", b"text\n" + "变压器\n".encode() * 50 + b'"\n\xff"\n')
    assert read(path)[1].notes() == [f"1 bad record was skipped, {path}:52: has undecodable bytes"]


def test_undecodable_bytes_of_plain_text(tmp_path: Path) -> None:
    path = stored(tmp_path, "x.txt", "变压器\n".encode() * 5000 + b"\n\xff\n")
    assert read(path)[1].undecodable == 1
    with pytest.raises(TermmineError) as error:
        read(path, strict=True)
    assert str(error.value) == (
        f"{path}:5002: has undecodable bytes: mend it, or leave --strict out to pass over what is bad"
    )


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "tsv", "mediawiki", "wikiextractor"])
def test_a_record_that_is_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    monkeypatch.setattr(base, "MAX_RECORD", 100)
    long = "变压器" * 100
    name, data, text = FILES[form]
    path = stored(tmp_path, name, data.replace("差动保护".encode(), long.encode()))
    got, report = read(path)
    assert got == NEXT.join(text.split(NEXT)[:-1]) + END
    assert report.n_bad == 1
    assert report.first_bad.endswith(": is longer than 100 characters")


def test_a_column_by_number_has_no_header(tmp_path: Path) -> None:
    path = stored(tmp_path, "x.csv", "1,变压器\n2,绝缘\n3\n")
    text, report = read(path, field="2")
    assert text == f"变压器{NEXT}绝缘{END}"
    assert report.notes() == [f"1 bad record was skipped, {path}:3: column 2 is missing"]


@pytest.mark.parametrize("form", ["csv", "tsv", "parquet"])
def test_a_column_that_is_not_there(tmp_path: Path, form: str) -> None:
    name, data, _ = FILES[form]
    path = stored(tmp_path, name, data)
    with pytest.raises(TermmineError) as error:
        read(path, field="正文")
    assert str(error.value) == f"{path}: has no column '正文': choose by --field from: id, text"


def test_csv_as_spreadsheets_write_it(tmp_path: Path) -> None:
    data = '\ufeff编号,正文\r\n1,"他说""变压器"",\r\n然后走了"\r\n\r\n2,绝缘\r\n'
    for encoding in ("utf-8", "gb18030"):
        path = stored(tmp_path, "x.csv", data.removeprefix("\ufeff" * (encoding == "gb18030")).encode(encoding))
        assert read(path, field="正文")[0] == f'他说"变压器",\n然后走了{NEXT}绝缘{END}'


def test_csv_that_is_broken(tmp_path: Path) -> None:
    path = stored(tmp_path, "x.csv", 'text\n"变压器"的\n绝缘\n"差动\n')
    text, report = read(path)
    assert text == f"绝缘{END}"
    assert report.notes() == [f"2 bad records were skipped, first: {path}:2: is no CSV (',' expected after '\"')"]


def test_parquet_fields(tmp_path: Path) -> None:
    nested = columns(a=[{"b": "变压器"}, {"b": None}, {"b": "绝缘"}])
    path = stored(tmp_path, "x.parquet", nested)
    text, report = read(path, field="a.b")
    assert text == f"变压器{NEXT}绝缘{END}"
    assert report.notes() == [f"1 bad record was skipped, {path}:2: field 'a.b' is no string but null"]
    path = stored(tmp_path, "x.parquet", columns(text=["变压器".encode(), b"\xff"]))
    text, report = read(path)
    assert text == f"变压器{END}"
    assert report.notes() == [f"1 bad record was skipped, {path}:2: has undecodable bytes"]


def test_parquet_in_many_batches(tmp_path: Path) -> None:
    texts = [f"变压器{n}" for n in range(40_000)]
    assert read(stored(tmp_path, "x.parquet", columns(text=list(texts))))[0] == NEXT.join(texts) + END


# --- wikis -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["wiki_00", "wiki_123.bz2"])
def test_the_json_form_of_wikiextractor(tmp_path: Path, name: str) -> None:
    data = json_lines(*({"id": "1", "url": "u", "title": "题", "text": text} for text in TEXTS))
    (tmp_path / "AA").mkdir()
    stored(tmp_path / "AA", name, bz2.compress(data) if name.endswith("bz2") else data)
    assert read(tmp_path)[0] == NEXT.join(TEXTS) + END


def test_wikiextractor_files_under_another_name(tmp_path: Path) -> None:
    _, data, text = FILES["wikiextractor"]
    assert read(stored(tmp_path, "zhwiki.txt", data))[0] == text + END
    assert read(stored(tmp_path, "zhwiki.txt", b"# " + data))[0] == "# " + data.decode() + END


def test_wikiextractor_articles_that_are_broken(tmp_path: Path) -> None:
    begin = '<doc id="1" url="u" title="题">\n'
    path = stored(tmp_path, "wiki_00", f"{begin}a\n{begin}A &lt;B&gt;\n</doc>\n外\n\n{begin}变压器\n")
    text, report = read(path)
    assert text == f"A <B>\n{END}"
    assert report.notes() == [f"3 bad records were skipped, first: {path}:1: the article has no </doc>"]


def test_only_articles_of_a_dump_are_read(tmp_path: Path) -> None:
    pages = [
        page("讨论:变压器", "变压器讨论", ns=1), page("变電站", "", redirect='<redirect title="变电站" />'),
        page("甲", "#重定向 [[乙]]"), page("程序", "local a", model="Scribunto"),
        page("变压器", "变压器是[[电力]]设备。"),
    ]  # fmt: skip
    assert read(stored(tmp_path, "x.xml", DUMP.format("".join(pages))))[0] == f"变压器\n变压器是电力设备。\n{END}"


def test_a_dump_may_be_of_several_bz2_streams(tmp_path: Path) -> None:
    name, data, text = FILES["mediawiki"]
    packed = b"".join(bz2.compress(data[k : k + 100]) for k in range(0, len(data), 100))
    assert read(stored(tmp_path, name + ".bz2", packed))[0] == text + END


MARKUP = [
    (
        "'''变压器'''（{{lang-en|transformer}}）是<ref>{{cite|x=1}}</ref>设备<ref name=a />。",
        "变压器（）是设备。",
    ),
    ("[[电力]]与[[电流|电流的]]，[[:分类:电]]", "电力与电流的，分类:电"),
    ("甲[[文件:a.jpg|thumb|说明[[乙]]]][[File:b.png|丙]][[分类:电|*]][[en:Transformer]]乙", "甲乙"),
    ("见[http://a.b/c 官方网站]与 https://x.y/z [http://a.b]", "见官方网站与"),
    ("== 结构 ==\n* 铁芯\n# 绕组\n; 油箱 : 钢", "结构\n铁芯\n绕组\n油箱\n钢"),
    ("{| class=x\n! 年份 !! 数量\n|-\n| 1990年 || 二十\n|}", "年份\n数量\n1990年\n二十"),
    ("甲<code>x=1</code>乙<math>a^2</math>丙<!-- 注 -->丁", "甲\ufffc乙\ufffc丙丁"),
    ("A&nbsp;B&lt;C&#x4E2D;", "A\xa0B<C中"),
    ("-{zh-hans:计算机;zh-hant:電腦}-与-{zh-tw:軟體;zh-cn:软件}-", "计算机与软件"),
    ("-{A|zh-tw:網路;zh-cn:网络}--{H|zh-cn:甲;zh-tw:乙}--{T|丙}-台-{}-湾-{里}-", "网络台湾里"),
    ("-{zh-hans:[[北京|京]];zh-hant:[[北京]]}-", "京"),
    ("__NOTOC__{{DEFAULTSORT:a}}{{{参数|默认}}}正文", "正文"),
]


@pytest.mark.parametrize(("markup", "text"), MARKUP)
def test_markup_is_taken_off(tmp_path: Path, markup: str, text: str) -> None:
    assert read(stored(tmp_path, "x.xml", DUMP.format(page("题", markup))))[0] == f"题\n{text}\n{END}"


@pytest.mark.parametrize("markup", ["{{a|" * 5000, "<a b='" * 5000, "{{a|<b>}}</b>" * 5000, "[http://a " * 5000])
def test_markup_that_nothing_closes_is_a_bad_record(tmp_path: Path, markup: str) -> None:
    path = stored(tmp_path, "x.xml", DUMP.format(page("甲", markup) + page("乙", "变压器")))
    text, report = read(path)
    assert text == f"乙\n变压器\n{END}"
    assert report.notes() == [
        f"1 bad record was skipped, {path}:3: its markup has more than 100 brackets or tags that nothing closes"
    ]


def test_a_dump_that_is_cut_off(tmp_path: Path) -> None:
    path = stored(tmp_path, "x.xml", FILES["mediawiki"][1][:-20])
    with pytest.raises(TermmineError, match=r"x\.xml: damaged or truncated \(.+\): fetch or pack the file again$"):
        read(path)


@pytest.mark.parametrize(
    ("xml", "problem"),
    [
        ("<html><body>变压器</body></html>", "begins with <html>"),
        ("变压器", "syntax error: line 1, column 0"),
        ('<!DOCTYPE m [<!ENTITY a "aa">]><mediawiki/>', "declares a document type, as no dump does"),
    ],
)
def test_xml_that_is_no_dump(tmp_path: Path, xml: str, problem: str) -> None:
    path = stored(tmp_path, "x.xml", xml)
    with pytest.raises(TermmineError) as error:
        read(path)
    assert str(error.value) == f"{path}: is no MediaWiki dump ({problem}): name its --input-format"
    stored(tmp_path, "y.txt", "绝缘")
    text, report = read(tmp_path)
    assert text == "绝缘" + END
    assert report.notes() == [f"1 file without text was left out: {path}"]


def test_xml_that_never_ends_a_tag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "MAX_RECORD", 1 << 20)
    path = stored(tmp_path, "x.xml", "<mediawiki>" + "<!--" + "变" * (1 << 20))
    with pytest.raises(TermmineError, match=r"damaged or truncated \(a tag without an end\)"):
        read(path)
    path = stored(tmp_path, "x.xml", "<mediawiki>" + "<a>" * 100)
    with pytest.raises(TermmineError, match=r"damaged or truncated \(more than 32 elements within each other\)"):
        read(path)


# --- pages and documents ---------------------------------------------------------------------------------------------

HTML = [
    ("<p>变压器的绝缘\n  电阻<p>第二段", "变压器的绝缘电阻\n第二段\n"),
    ("甲<b>乙</b><a href='http://丙'>丁</a>&lt;&#20013;", "甲乙丁<中\n"),
    (
        "甲<code>代码</code>乙<pre>代码</pre>丙<script>'<p>变'</script>丁",
        "甲\ufffc乙\n丙丁\n",
    ),
    ("<code>没有结束<p>正文", "\ufffc\n正文\n"),
    ("<table><tr><td>甲<td>乙</table>丙<br/>丁<!-- 注释 --><img alt=图>", "甲\n乙\n丙\n丁\n"),
    ("<![if !ie]>甲<![endif]>乙<![foo[丙", "甲乙\n"),
    ("甲<a href='没有结束", "甲\n"),
]


@pytest.mark.parametrize(("html", "text"), HTML)
def test_html(tmp_path: Path, html: str, text: str) -> None:
    assert read(stored(tmp_path, "x.html", html))[0] == text + END


MARKDOWN = [
    ("# 标题\n\n变压器的**绝缘**\n电阻 [链接](http://a.b '题')![图](c.png)", "标题\n变压器的绝缘电阻 链接\n"),
    ("甲 `代码` 乙\n\n```python\n代码\n\n代码\n```\n\n    缩进的代码\n\n丙", "甲 \ufffc 乙\n丙\n"),
    ("---\ntitle: 题\n---\n\n正文", "正文\n"),
    ("---\n\n正文", "正文\n"),
    ("| 甲 | 乙 |\n|---|---|\n| 丙 | 丁 |\n\n* 戊\n* 己", "甲\n乙\n丙\n丁\n戊\n己\n"),
    ("<div>甲</div>\n\n<script>\n乙\n\n丙\n</script>\n\n丁<br>戊", "甲\n丁\n戊\n"),
]


@pytest.mark.parametrize(("markdown", "text"), MARKDOWN)
def test_markdown(tmp_path: Path, markdown: str, text: str) -> None:
    assert read(stored(tmp_path, "x.md", markdown))[0] == text + END


def test_markdown_is_rendered_in_parts_without_a_seam(tmp_path: Path) -> None:
    part = "# 标题\n\n变压器**绝缘**。\n\n```\n代码\n\n代码\n```\n\n* 项目\n\n  段落\n\n"
    text, _ = read(stored(tmp_path, "x.md", part * 3000))
    assert text == "标题\n变压器绝缘。\n项目\n段落\n" * 3000 + END
    text, _ = read(stored(tmp_path, "x.md", "变压器" * 20_000 + "\n"))
    assert text.replace("\n", "") == "变压器" * 20_000 + END


def test_a_word_document_with_tables_and_more(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("标题")
    paragraph = document.add_paragraph("变压")
    paragraph.add_run("器").bold = True
    paragraph.add_run("的\t绝缘\n电阻")
    document.add_table(1, 2).rows[0].cells[1].text = "单元"
    document.save(str(tmp_path / "x.docx"))
    lines = read(tmp_path / "x.docx")[0].split("\n")
    assert [line for line in lines if line] == ["标题", "变压器的 绝缘", "电阻", "单元", END]


def _bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parts, parts.open("word/document.xml", "w") as part:
        for _ in range(70):
            part.write(b" " * (1 << 20))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("x.docx", b"PK", "damaged or truncated (File is not a zip file)"),
        ("x.docx", word(TEXTS)[:-50], "damaged or truncated (File is not a zip file)"),
        ("x.docx", _bomb(), "unpacks to more than 67108864 bytes of text or 268435456 in all"),
        ("x.pdf", b"%PDF-1.7", "damaged or truncated (Stream has ended unexpectedly)"),
        ("x.pdf", pdf([[]]), "holds no text: pictures of pages need OCR first"),
    ],
)
def test_a_document_that_cannot_be_read_is_a_bad_record(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    path = stored(tmp_path, name, data)
    stored(tmp_path, "y.txt", "绝缘")
    text, report = read(tmp_path)
    assert text == END + "绝缘" + END
    assert report.notes() == [f"1 bad record was skipped, {path}: {reason}"]
    with pytest.raises(TermmineError) as error:
        read(path)
    assert str(error.value).startswith(f"{path}: {reason}: no record could be read (1 bad)")


def test_parquet_that_is_damaged(tmp_path: Path) -> None:
    path = stored(tmp_path, "x.parquet", FILES["parquet"][1][:-5])
    with pytest.raises(TermmineError, match=r"x\.parquet: damaged or truncated \(.+\): fetch or pack the file again$"):
        read(path)


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_tells_of_bad_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    good = json_lines({"a": {"正文": "检查变压器的绝缘电阻，更换变压器油。"}}) * 20
    stored(tmp_path, "x.jsonl", good + b'{"a": 1}\n' + good)
    result = run("discover", "x.jsonl", "-b", "x.jsonl", "--field", "a.正文")
    note = "1 bad record was skipped, x.jsonl:21: field 'a.正文' is missing"
    assert result.code == 0
    assert result.err == f"termmine: corpus: {note}\ntermmine: background: {note}\n"
    assert "变压器," in result.out.decode()
    strict = run("discover", "x.jsonl", "--field", "a.正文", "--strict")
    assert (strict.code, strict.out) == (1, b"")
    assert strict.err == (
        "termmine: error: x.jsonl:21: field 'a.正文' is missing: "
        "mend it, or leave --strict out to pass over what is bad\n"
    )


def test_evaluate_tells_of_bad_records_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    stored(tmp_path, "x.jsonl", json_lines({"a": 1}) + json_lines({"text": "变压器"}) * 5)
    stored(tmp_path, "gold.txt", "变压器\n")
    result = run("evaluate", "gold.txt", "-g", "gold.txt", "-c", "x.jsonl")
    assert result.code == 0
    assert result.err == "termmine: corpus: 1 bad record was skipped, x.jsonl:1: field 'text' is missing\n"
