"""A small file of every format, and the text that it is read as: what the tests of the readers share."""

from __future__ import annotations

import csv
import io
import json

import docx
import pyarrow as pa
import pypdf
from pyarrow import parquet

from termmine.types import DOCUMENT_END_CHARACTER as NEXT

TEXTS = ["变压器的绝缘电阻，𠮷野家。", "GPU 加速\n与K线图", "差动保护"]

DUMP = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="zh">
<siteinfo><namespaces><namespace key="6">文件</namespace><namespace key="14">分类</namespace></namespaces></siteinfo>
{}</mediawiki>
"""
PAGE = "<page><title>{}</title><ns>{}</ns>{}<revision><model>{}</model><text>{}</text></revision></page>\n"


def page(title: str, text: str, ns: int = 0, redirect: str = "", model: str = "wikitext") -> str:
    return PAGE.format(title, ns, redirect, model, text.replace("&", "&amp;").replace("<", "&lt;"))


def word(paragraphs: list[str]) -> bytes:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    packed = io.BytesIO()
    document.save(packed)
    return packed.getvalue()


def pdf(pages: list[list[str]]) -> bytes:
    """A PDF whose pages hold these lines, in the characters that its built-in font has a map for."""
    shown = ["".join(f"<{line.encode('utf-16-be').hex()}> Tj 0 -16 Td " for line in lines) for lines in pages]
    return pdf_of([f"BT /F1 12 Tf 50 780 Td {text}ET".encode() for text in shown])


def pdf_of(pages: list[bytes]) -> bytes:
    """A PDF whose pages have these contents."""
    writer = pypdf.PdfWriter()
    for data in pages:
        sheet = writer.add_blank_page(600, 800)
        content = pypdf.generic.StreamObject()
        content.set_data(data)
        sheet[pypdf.generic.NameObject("/Contents")] = writer._add_object(content.flate_encode())
        name = pypdf.generic.NameObject
        font = {"/Type": "/Font", "/Subtype": "/Type0", "/BaseFont": "/STSong-Light", "/Encoding": "/UniGB-UCS2-H"}
        fonts = pypdf.generic.DictionaryObject({name(key): name(value) for key, value in font.items()})
        resources = pypdf.generic.DictionaryObject({name("/F1"): fonts})
        sheet[name("/Resources")] = pypdf.generic.DictionaryObject({name("/Font"): resources})
    packed = io.BytesIO()
    writer.write(packed)
    return packed.getvalue()


def table(rows: list[list[str]], **dialect: object) -> bytes:
    text = io.StringIO()
    csv.writer(text, **dialect).writerows(rows)  # type: ignore[arg-type]
    return text.getvalue().encode()


def columns(**given: list[object]) -> bytes:
    packed = io.BytesIO()
    parquet.write_table(pa.table(given), packed)
    return packed.getvalue()


def json_lines(*records: object) -> bytes:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


#: For each format a file that holds TEXTS, and the text that it is read as.
FILES: dict[str, tuple[str, bytes, str]] = {
    "text": ("x.txt", "\n".join(TEXTS).encode(), "\n".join(TEXTS)),
    "json": (
        "x.json",
        json.dumps([{"id": 1, "text": TEXTS[0]}, TEXTS[1], {"text": TEXTS[2]}], ensure_ascii=False, indent=1).encode(),
        NEXT.join(TEXTS),
    ),
    "jsonl": ("x.jsonl", json_lines(*({"text": text} for text in TEXTS)), NEXT.join(TEXTS)),
    "csv": ("x.csv", table([["id", "text"], *(["1", text] for text in TEXTS)]), NEXT.join(TEXTS)),
    "tsv": (
        "x.tsv",
        ("id\ttext\n" + "".join(f'1\t"{text!r}\n' for text in TEXTS)).encode(),
        NEXT.join(f'"{text!r}' for text in TEXTS),
    ),
    "parquet": ("x.parquet", columns(id=[1, 2, 3], text=list(TEXTS)), NEXT.join(TEXTS)),
    "wikiextractor": (
        "wiki_00",
        "".join(f'<doc id="1" url="u" title="题">\n题\n\n{text}\n</doc>\n' for text in TEXTS).encode(),
        NEXT.join(f"题\n\n{text}\n" for text in TEXTS),
    ),
    "mediawiki": (
        "x.xml",
        DUMP.format("".join(page("题", text) for text in TEXTS)).encode(),
        NEXT.join(f"题\n{text}\n" for text in TEXTS),
    ),
    "markdown": (
        "x.md", "\n\n".join(f"# {text}" for text in TEXTS).encode(),
        "变压器的绝缘电阻，𠮷野家。\nGPU 加速\n与K线图\n差动保护\n",
    ),
    "html": (
        "x.html",
        "".join(f"<p>{text}".replace("\n", "<br>") for text in TEXTS).encode(),
        "".join(f"{text}\n" for text in TEXTS),
    ),
    "docx": ("x.docx", word(TEXTS), "\n" + "\n\n".join(TEXTS) + "\n"),
    "pdf": (
        "x.pdf", pdf([["变压器的绝缘电阻应当", "每年测量", "差动保护"]]), "变压器的绝缘电阻应当每年测量\n差动保护\n",
    ),
}  # fmt: skip
