"""Files made to fill the memory or to take for ever, each with what becomes of it: what the hostile tests share.

Made here, so that none of them lies in the repository. Each holds the text `GOOD` where a reader can still find it.
"""

from __future__ import annotations

import html
import io
import zipfile
from collections.abc import Callable
from typing import NamedTuple

import pyarrow as pa
from pyarrow import parquet

from support.files import pdf_of, word

GOOD = "变压器故障，电力系统。"


class Hostile(NamedTuple):
    """A file: its name, what makes its bytes, and a part of what is noted of it; empty where all of it is read."""

    name: str
    make: Callable[[], bytes]
    note: str = ""


def _page(text: str) -> str:
    return (
        f"<page><title>题</title><ns>0</ns><revision><model>wikitext</model><text>{html.escape(text)}</text>"
        "</revision></page>"
    )


def dump(text: str) -> Callable[[], bytes]:
    """A dump of a good page and a hostile one."""
    return lambda: f"<mediawiki>{_page(GOOD)}{_page(text)}{_page(GOOD)}</mediawiki>".encode()


def table(column: object, **options: object) -> bytes:
    """A Parquet file of one column called text."""
    packed = io.BytesIO()
    parquet.write_table(pa.table({"text": column}), packed, compression="zstd", **options)
    return packed.getvalue()


def repacked(archive: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """A zip file with other content in its parts; None leaves one out."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = change(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
    return packed.getvalue()


def document(inserted: bytes) -> Callable[[], bytes]:
    """A Word document with something inserted at the beginning of its text."""

    def change(name: str, data: bytes) -> bytes:
        return data.replace(b"<w:body>", b"<w:body>" + inserted) if name == "word/document.xml" else data

    return lambda: repacked(word([GOOD]), change)


def _text(text: str) -> Callable[[], bytes]:
    return text.encode


def _one_value_many_rows() -> bytes:
    value = GOOD + "a" * 5_000_000
    return table(pa.DictionaryArray.from_arrays(pa.array([0] * 40, type=pa.int32()), pa.array([value])))


def _differences() -> bytes:
    rows = [GOOD + "a" * 2_000_000] * 40
    return table(rows, use_dictionary=False, column_encoding={"text": "DELTA_BYTE_ARRAY"})


def _operations() -> bytes:
    """A small PDF whose second page asks for a great many operations."""
    begin, text = b"BT /F1 12 Tf 50 780 Td ", f"<{'变压器'.encode('utf-16-be').hex()}> Tj ET ".encode()
    return pdf_of([begin + text, begin + text + b"q Q " * 70_000])


PARTS = "more than 100000 list marks, cells and tags"
ATTRIBUTES = "a tag has more than 16384 attributes"

#: Files that once took gigabytes or minutes.
FILES = [
    Hostile("rows.parquet", _one_value_many_rows),
    Hostile("differences.parquet", _differences),
    Hostile("cell.parquet", lambda: table([GOOD, "a" * 16_777_217]), ":2: is longer than 16777216 characters"),
    Hostile("huge.parquet", lambda: table([GOOD, "a" * 140_000_000]), "rows from here on unpack to too many bytes"),
    Hostile("elements.docx", document(b"<a/>" * 3_000_000)),
    Hostile("depth.docx", document(b"<a>" * 2000 + b"</a>" * 2000), "more than 1000 elements within each other"),
    Hostile("marks.xml", dump(":" * 700_000), PARTS),
    Hostile("lists.xml", dump("*\n" * 300_000), PARTS),
    Hostile("cells.xml", dump("{|\n" + "||a" * 300_000), PARTS),
    Hostile("tags.xml", dump("<b>a</b>" * 150_000), PARTS),
    Hostile("templates.xml", dump("{{a}} " * 30_000)),
    Hostile("blanks.xml", dump(" " * 100_000 + "\n" + GOOD)),
    Hostile("tags.html", _text(GOOD + "<p>" + "<a " * 2_000_000), ATTRIBUTES),
    Hostile("attributes.html", _text(GOOD + "<p>" + "<a " + "x='1' " * 300_000 + ">"), ATTRIBUTES),
    Hostile("picture.html", _text(GOOD + '<p><img alt="' + "a b " * 200_000 + '">' + GOOD)),
    Hostile("script.html", _text(GOOD + "<p><script>" + "a b " * 200_000 + "</script>" + GOOD)),
    Hostile("digits.html", _text(f"{GOOD}<p>{GOOD}&#{'9' * 5000};"), "a character reference has thousands of digits"),
    Hostile("digits.md", _text(f"{GOOD}\n\n<b title='&#{'9' * 5000};'>"), "thousands of digits"),
    Hostile(
        "wiki_00",
        _text("".join(f'<doc id="1" url="u" title="题">\n{t}\n</doc>\n' for t in (GOOD, f"&#{'9' * 5000};", GOOD))),
        "wiki_00:4: a character reference has thousands of digits",
    ),
    Hostile("operations.pdf", _operations, "page 2: asks for more operations"),
]  # fmt: skip
