"""JSON in any layout: the records that the standard library finds in the whole text, found as it streams by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.command import run
from termmine import TermmineError
from termmine.options import ReadOptions
from termmine.readers import json_values
from termmine.readers.base import BadRecordError, ReadReport
from termmine.readers.json_values import is_by_lines, split_values
from termmine.readers.read import read_documents
from termmine.readers.source import open_files

STRINGS = st.text('变压器"\\/[]{},: \n\r\tu𠮷', max_size=12)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), STRINGS)
VALUES = st.recursive(
    LEAVES, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(STRINGS, inner, max_size=3))
)
RECORDS = st.lists(st.one_of(st.dictionaries(STRINGS, VALUES, max_size=4), STRINGS), max_size=8)
LAYOUTS = st.sampled_from([{}, {"indent": 2}, {"indent": 0}, {"separators": (",", ":")}, {"ensure_ascii": False}])


def cut(text: str, size: int) -> list[str]:
    return [text[k : k + size] for k in range(0, len(text), size)]


@given(RECORDS, LAYOUTS, st.integers(1, 40), st.sampled_from(["", "\n", "  \r\n\n"]))
def test_the_elements_of_an_array(records: list[Any], layout: dict[str, Any], size: int, before: str) -> None:
    """Each is what `json.loads` makes of the whole, and begins where it begins in the file."""
    text = before + json.dumps(records, **layout) + before
    found = list(split_values(cut(text, size)))
    assert [json.loads(str(value.text)) for value in found] == records
    lines = text.split("\n")
    for value in found:
        assert lines[value.line - 1][value.column - 1 :].startswith(str(value.text).partition("\n")[0])


@given(st.lists(st.dictionaries(STRINGS, VALUES), max_size=6), LAYOUTS, st.integers(1, 40))
def test_objects_one_after_the_other(records: list[Any], layout: dict[str, Any], size: int) -> None:
    text = "\n".join(json.dumps(record, **layout) for record in records)
    assert [json.loads(str(value.text)) for value in split_values(cut(text, size))] == records


@given(st.text('变"\\[]{}, \n:1', max_size=80), st.integers(1, 9))
def test_any_text_is_cut_alike_whatever_the_blocks_are(text: str, size: int) -> None:
    def values(blocks: list[str]) -> list[tuple[int, int, str]]:
        return [(value.line, value.column, str(value.text)) for value in split_values(blocks)]

    found = values(cut(text, size))
    assert found == values([text])
    assert sum(len(part) for *_, part in found if not part.startswith("ends before")) <= len(text)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('{"text": "变压器"}\n{"text": "故障"}', True), ('\n{"text": "变压', True), ("", True), ("变压器\n", True),
        ('[{"text": "变压器"},', False), ("\n\n[\n", False), ("{\n", False), ('{"a": [\r\n', False),
        ('{"id": 1,\n"text": "变压器"}', False), ('{"a": {\n', False), ('{"text":\n', False),
    ],
)  # fmt: skip
def test_the_first_line_shows_the_layout(head: str, expected: bool) -> None:
    assert is_by_lines(head) is expected


def read(path: Path, text: str, **options: object) -> tuple[list[str], ReadReport]:
    path.write_bytes(text.encode())
    report = ReadReport()
    given = open_files([path])
    documents = read_documents(given.files, ReadOptions(**options), report=report)  # type: ignore[arg-type]
    return ["".join(document.blocks) for document in documents], report


def test_a_field_within_a_field_of_each_object(tmp_path: Path) -> None:
    text = json.dumps([{"a": {"b": "变压器"}}, {"a": {"b": "故障"}}], indent=2)
    assert read(tmp_path / "x.json", text, field="a.b")[0] == ["变压器", "故障"]
    assert read(tmp_path / "y.json", '{\n "text": "绝缘"\n}\n')[0] == ["绝缘"]


#: Damage -> what is read all the same, where the damage is, and what it is.
DAMAGE = [
    ('[\n{"text": "甲"},\n{"text": "乙",},\n{"text": "丙"}\n]', ["甲", "丙"], "3"),
    ('[{"text": "甲"}, {"text" "乙"}]', ["甲"], "1: is no JSON (Expecting ':' delimiter at column 25)"),
    (
        '[\n{"text": "甲"},\n{\n "text": "乙"\n "id": 1}\n]',
        ["甲"],
        "5: is no JSON (Expecting ',' delimiter at column 2)",
    ),
    ('[\n{"text": "甲"},\n{"text": "乙\n', ["甲"], "3: is no JSON (Invalid control character at column 12)"),
    ('[\n{"text": "甲"},\n{"text": "乙"}', ["甲", "乙"], "3: ends before its JSON does (no ])"),
    ('[\n{"text": "甲"},\n{"id": 1}\n]', ["甲"], "3: field 'text' is missing"),
    ('[\n"甲",\n["乙"], 3\n]', ["甲"], "3: is no JSON object, and no string"),
    ('["甲", "\\ud8"]', ["甲"], "1: is no JSON (Invalid \\uXXXX escape at column 9)"),
    ('{\n"text": "甲"}\n]\n{"text": "乙"}', ["甲", "乙"], "3: is no JSON (Expecting value at column 1)"),
]


@pytest.mark.parametrize(("text", "texts", "fault"), DAMAGE)
def test_damage_costs_itself_and_is_told_with_its_place(
    tmp_path: Path, text: str, texts: list[str], fault: str
) -> None:
    path = tmp_path / "x.json"
    found, report = read(path, text)
    assert found == texts
    assert report.first_bad.startswith(f"{path}:{fault}")
    with pytest.raises(TermmineError) as error:
        read(path, text, strict=True)
    assert str(error.value) == f"{report.first_bad}: mend it, or leave --strict out to pass over what is bad"


def test_nothing_is_kept_of_what_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_values.base, "MAX_RECORD", 100)
    splitter = json_values._Splitter()
    kept = 0
    values = []
    for block in cut('[{"text": "' + "变压器" * 1000 + '"}, "故障"]', 10):
        values += splitter.feed(block)
        kept = max(kept, sum(map(len, splitter._parts)))
    assert kept <= 100
    assert [isinstance(value.text, BadRecordError) for value in values] == [True, False]


def test_the_command_reads_an_array_as_it_reads_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    records = [{"正文": f"检查变压器的绝缘电阻，更换变压器油{'。' * n}"} for n in range(20)]
    Path("x.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    Path("x.json").write_text(json.dumps(records, indent=2))
    by_lines, whole = (run("discover", name, "--field", "正文") for name in ("x.jsonl", "x.json"))
    assert whole.code == 0
    assert whole.out == by_lines.out
    assert "变压器," in whole.out.decode()
    Path("x.json").write_text('[{"title": "变压器"}]')
    bad = run("discover", "x.json")
    assert (bad.code, bad.out) == (1, b"")
    assert bad.err == (
        "termmine: error: x.json:1: field 'text' is missing: no record could be read (1 bad): "
        "check --field and --input-format\n"
    )


def test_an_array_in_another_encoding_from_a_pipe(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(json.dumps(["变压器的绝缘"] * 3, ensure_ascii=False, indent=1).encode("gb18030"))
    assert ["".join(d.blocks) for d in read_documents([path], ReadOptions())] == ["变压器的绝缘"] * 3
    path.write_bytes(b"[" + '"变压器", '.encode() * 100 + b'"\xff"]')
    report = ReadReport()
    assert len(list(read_documents([path], ReadOptions(), report=report))) == 100
    assert report.first_bad == f"{path}:1: has undecodable bytes"
