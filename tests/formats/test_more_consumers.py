"""Synonyms, hot words, retrieval, tokenizers, translators: each as its reader reads it.

The grammars are what the readers do: Lucene's SolrSynonymParser (commas, `=>`, a backslash escapes, `#` comments out),
FunASR's `generate_hotwords_list` (a line is split at blanks, each piece is Chinese characters or a word), RAGFlow's
`loadDict_` (three fields, split at blanks and tabs, the second a number). The tokenizers are loaded by the real thing.
"""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from support.command import run
from termmine import EmptyResultError, UsageError
from termmine.formats.write import produce

ANY = st.lists(st.text("甲乙aB1 ,=>\\#;/-\t😀𠀀", min_size=1, max_size=6).filter(str.strip), min_size=1, unique=True)


def solr(data: bytes) -> list[list[str]]:
    """The sets of synonyms of a file in the form of Solr."""
    rules = []
    for line in data.decode().splitlines():
        if not line or line.startswith("#"):
            continue
        assert not re.search(r"(?<!\\)(?:\\\\)*=>", line)
        parts = re.findall(r"(?:\\.|[^,\\])+", line)
        rules.append([re.sub(r"\\(.)", r"\1", part).strip() for part in parts])
    return rules


@given(ANY)
def test_synonyms(terms: list[str]) -> None:
    terms = [term.strip() for term in terms]
    variants = [f"{term.replace(';', '')}甲; 乙，{i}" for i, term in enumerate(terms)]
    try:
        rendered = produce(pd.DataFrame({"term": terms, "variants": variants}), "synonyms")
    except EmptyResultError:
        assert all(term.startswith("#") for term in terms)
        return
    kept = [(t, v) for t, v in zip(terms, variants, strict=True) if not t.startswith("#")]
    assert [rule[0] for rule in solr(rendered.data)] == [re.sub(r"[\t\r\n]+", " ", term) for term, _ in kept]
    assert set(rendered.terms) == {term for term in terms if term.startswith("#")}


def test_synonyms_of_a_table() -> None:
    frame = pd.DataFrame({"term": ["GPU 加速", "变压器", "A=>B"], "variants": ["GPU加速；图形加速", None, "A,B"]})
    rendered = produce(frame, "synonyms")
    assert rendered.data.decode() == "GPU 加速, GPU加速, 图形加速\nA\\=>B, A\\,B\n"
    assert rendered.notes() == ["1 term left out, for they have no variants: 变压器"]
    with pytest.raises(UsageError, match=r"^synonyms need a column variants: "):
        produce(frame[["term"]], "synonyms")


@given(ANY)
def test_every_piece_of_a_hot_word_is_one_that_funasr_knows(terms: list[str]) -> None:
    try:
        rendered = produce(pd.DataFrame({"term": terms}), "funasr")
    except EmptyResultError:
        return
    for line in rendered.data.decode().splitlines():
        assert all(re.fullmatch("[\u4e00-\u9fa50-9]+|[A-Za-z]+", piece) for piece in line.split())
    kept = [term for term in terms if term not in rendered.terms]
    assert [line.replace(" ", "") for line in rendered.data.decode().splitlines()] == [
        term.replace(" ", "") for term in kept
    ]


def test_hot_words_have_a_blank_between_letters_and_characters() -> None:
    frame = pd.DataFrame({"term": ["GPU加速", "重合闸", "SQL 语句", "5G基站", "B超", "TCP/IP", "K8s集群"]})
    rendered = produce(frame, "funasr")
    assert rendered.data.decode().splitlines() == ["GPU 加速", "重合闸", "SQL 语句", "5 G 基站", "B 超", "K 8 s 集群"]
    assert "1 term left out, for nobody says a sign aloud: TCP/IP" in rendered.notes()


@given(ANY)
def test_ragflow_reads_every_line(terms: list[str]) -> None:
    frame = pd.DataFrame({"term": terms, "freq": range(len(terms))})
    try:
        rendered = produce(frame, "ragflow")
    except EmptyResultError:
        return
    rows = [re.split(r"[ \t]", line) for line in rendered.data.decode().split("\n")[:-1]]
    assert all(len(row) == 3 and float(row[1]) > 0 for row in rows)
    assert [row[0] for row in rows] == [term for term in terms if term not in rendered.terms]
    assert all(re.fullmatch("[㐀-鿿\U00020000-\U0003ffff]+", row[0]) for row in rows)


def test_the_tokens_of_a_tokenizer() -> None:
    tokenizers = pytest.importorskip("tokenizers")
    terms = ["重合闸", "SQL 语句", "GPU加速", "#甲"]
    data = produce(pd.DataFrame({"term": terms}), "tokenizers").data
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    tokenizer.normalizer = tokenizers.normalizers.NFKC()
    added = [tokenizers.AddedToken(**token) for token in json.loads(data)]
    assert tokenizer.add_tokens(added) == len(terms)
    assert tokenizer.encode("检查重合闸闭锁").tokens == ["[UNK]", "重合闸", "[UNK]"]
    assert tokenizer.encode("执行SQL 语句，ＧＰＵ加速").tokens[1::2] == ["SQL 语句", "GPU加速"]


def test_a_glossary_for_translators() -> None:
    frame = pd.DataFrame({"term": ["重合闸", "油枕", "=1+1"], "译文": ["recloser, automatic", "", "sum"]})
    rendered = produce(frame, "glossary")
    rows = list(csv.reader(io.StringIO(rendered.data.decode())))
    assert rows == [["source", "target"], ["重合闸", "recloser, automatic"], ["'=1+1", "sum"]]
    assert rendered.notes() == ["1 term left out, for they have no translation: 油枕"]
    with pytest.raises(UsageError, match=r"^a glossary needs a column of translations: call it 译文 or 翻译 or "):
        produce(frame[["term"]], "glossary")


def test_tbx_in_two_languages(tmp_path: Path) -> None:
    """Valid by the official grammar; the translations stand in sections of their own, and in no note."""
    frame = pd.DataFrame({
        "term": ["重合闸", "油枕"], "译文": ["recloser；auto-recloser", ""], "translation_de": ["", "Ausdehnungsgefäß"],
        "备注": ["看过", ""],
    })  # fmt: skip
    data = produce(frame, "tbx").data
    root = etree.fromstring(data)
    grammar = etree.RelaxNG(etree.parse(Path(__file__).parents[1] / "data" / "tbx_basic.rng"))
    grammar.assertValid(root)
    space = {"t": "urn:iso:std:iso:30042:ed-2"}
    language = "{http://www.w3.org/XML/1998/namespace}lang"

    def terms_in(section: etree._Element) -> list[str | None]:
        return [term.text for term in section.iterfind(".//t:term", space)]

    found = [
        [(section.get(language), terms_in(section)) for section in entry.iterfind("t:langSec", space)]
        for entry in root.iterfind(".//t:conceptEntry", space)
    ]
    assert found == [
        [("zh", ["重合闸"]), ("en", ["recloser", "auto-recloser"])],
        [("zh", ["油枕"]), ("de", ["Ausdehnungsgefäß"])],
    ]
    assert [note.text for note in root.iterfind(".//t:note", space)] == ["备注: 看过"]


def test_a_glossary_goes_to_its_consumers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("g.csv").write_text("术语,审定,译文\n重合闸,是,recloser\n智库,否,think tank\n", encoding="utf-8")
    done = run("export", "g.csv", "--to", "glossary")
    assert done.out.decode() == "source,target\n重合闸,recloser\n"
    assert done.err.startswith("termmine: glossary: 1 term rejected left out: 智库\n")
