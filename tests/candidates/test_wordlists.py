"""The reader's lists: how they are read, which one decides, and what the ranking makes of it."""

from __future__ import annotations

import json
import re
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import termmine
from support import naive
from support.command import ENCYCLOPEDIA, POWER, Run, run
from support.tables import build
from termmine import TermmineError
from termmine.candidates.verdicts import Verdict
from termmine.candidates.wordlists import RuleList, TermLists, kept_rows, read_known, read_rules, rule_on
from termmine.options import make_options
from termmine.runtime.arrays import IN_MEMORY
from termmine.text.normalize import normal_form

needs_sample = pytest.mark.skipif(naive.TINY, reason="the sample is too large for uncompiled kernels")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, text: str) -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


# --- reading ---------------------------------------------------------------------------------------------------------


def test_words_expressions_and_comments() -> None:
    write("a.txt", "# hand-made rules\n\nＧＰＵ 加速\n#\n#1主变\nC#\n  /的$/  \n")
    rules = read_rules([write("b.txt", "/^第.回$/\nTCP/IP协议\ngpu加速\n"), "a.txt"], "--ban")
    assert rules.words == {
        "tcp/ip协议": "b.txt:2 (--ban)", "gpu加速": "b.txt:3 (--ban)",
        "#1主变": "a.txt:5 (--ban)", "c#": "a.txt:6 (--ban)",
    }  # fmt: skip
    assert [(rule.pattern, place) for rule, place in rules.expressions] == [
        ("^第.回$", "b.txt:1 (--ban)"), ("的$", "a.txt:7 (--ban)")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("/的", "/的 begins with / but is no /expression/: put it between two slashes"),
        ("//", "// begins with / but is no /expression/: put it between two slashes"),
        ("/", "/ begins with / but is no /expression/: put it between two slashes"),
        ("/的/i", "/的/i begins with / but is no /expression/: put it between two slashes"),
        ("/(的/", r"/\(的/ is no regular expression \(missing \), unterminated subpattern at position 0\): correct it"),
        ("/的**/", r"/的\*\*/ is no regular expression \(multiple repeat at position 2\): correct it"),
        ("/a{99999999999}/", r"/a\{99999999999\}/ is no regular expression \(.*\): correct it"),
    ],
)
def test_what_is_no_rule(rule: str, problem: str) -> None:
    write("corpus.txt", "变压器。" * 9)
    write("ban.txt", f"# one\n变压\n{rule}\n")
    for option in ("--ban", "--keep"):
        result = run("discover", "corpus.txt", option, "ban.txt")
        assert (result.code, result.out) == (1, b"")
        assert re.fullmatch(rf"termmine: error: ban\.txt:3: {problem}\n", result.err)


KNOWN = {
    "list.txt": "# ours\n变压器\n\nair motor\nＧＰＵ 加速\nC#\n电压\t见国标\n主变，见变压器\n导出 csv\n",
    # the example of jieba's documentation: frequency and tag may each be missing
    "dict.txt": "云计算 5\n李小福 2 nr\n创新办 3 i\neasy_install 3 eng\n好用 300\n韩玉赏鉴 3 nz\n台中\n凱特琳 nz\n"
    "Edu Trust认证 2000\n",
    "terms.csv": "score,term,freq\r\n9.1,变压器,3\r\n8.0,\"隔离开关\",2\r\n",
    "terms.tsv": "term\tscore\n变压器\t9.1\n",
    "zh.csv": "得分,术语\n9.1,变压器\n",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "terms"),
    [
        ("list.txt", ["变压器", "airmotor", "gpu加速", "c#", "电压", "主变", "导出csv"]),
        ("dict.txt", ["云计算", "李小福", "创新办", "easy_install", "好用", "韩玉赏鉴", "台中", "凱特琳",
                      "edutrust认证"]),
        ("terms.csv", ["变压器", "隔离开关"]),
        ("terms.tsv", ["变压器"]),
        ("zh.csv", ["变压器"]),
    ],
)  # fmt: skip
def test_lists_of_known_terms(name: str, terms: list[str]) -> None:
    assert read_known([write(name, KNOWN[name])]) == dict.fromkeys(terms, name)


def test_an_empty_list_is_a_list() -> None:
    assert read_known([write("none.txt", "\n")]) == {}
    assert not TermLists(read_rules(["none.txt"], "--keep"), {}, {}, RuleList())


@pytest.mark.parametrize("option", ["known", "ban", "keep", "feedback"])
def test_a_list_that_is_not_there(option: str) -> None:
    write("corpus.txt", "变压器。" * 9)
    line = "nothing.txt: no such file or directory: check the path"
    assert run("discover", "corpus.txt", f"--{option}", "nothing.txt") == Run(1, b"", f"termmine: error: {line}\n")
    with pytest.raises(TermmineError, match=line):
        termmine.discover("corpus.txt", **{option: ["nothing.txt"]})
    with pytest.raises(TermmineError, match=line):
        termmine.discover("corpus.txt", **{option: "nothing.txt"})


def test_lists_are_inputs() -> None:
    write("corpus.txt", "变压器。" * 9)
    for option in ("--known", "--ban", "--keep", "--feedback"):
        result = run("discover", "corpus.txt", option, write("list.txt", "变压器\n"), "-o", "list.txt")
        assert result == Run(2, b"", "termmine: error: list.txt: is an input: choose another output file\n")
        twice = run("discover", "-", option, "-")
        assert "- is given more than once" in twice.err


def test_the_signature_names_the_lists() -> None:
    options = make_options(known=["a.txt", "b.txt"], ban=("c.txt",))
    assert options.signature()["known"] == ["a.txt", "b.txt"]
    assert options.files == ("a.txt", "b.txt", "c.txt")
    json.dumps(options.signature())


# --- deciding --------------------------------------------------------------------------------------------------------

TERMS = ["变压器", "GPU 加速", "Gpu卡", "一座", "的油", "油", "C#库"]


@naive.compared("rules: lists")
@given(
    words=st.tuples(*[st.sets(st.sampled_from(TERMS)) for _ in range(3)]),
    expressions=st.tuples(*[st.sets(st.sampled_from(["^一", "GPU", "gpu", "油$", "^..$"])) for _ in range(2)]),
    verdicts=st.dictionaries(st.sampled_from(TERMS), st.booleans()),
    mark=st.booleans(),
)
def test_the_first_list_that_holds_a_term_decides(
    words: tuple[set[str], ...], expressions: tuple[set[str], ...], verdicts: dict[str, bool], mark: bool
) -> None:
    def rules(words: set[str], expressions: set[str]) -> RuleList:
        found = tuple((re.compile(e), f"list ({e})") for e in sorted(expressions))
        return RuleList({normal_form(word): "list" for word in words}, found)

    lists = TermLists(
        kept=rules(words[0], expressions[0]),
        known={normal_form(word): "known.txt" for word in words[1]},
        verdicts={normal_form(term): Verdict(yes, "reviewed.csv") for term, yes in verdicts.items()},
        banned=rules(words[2], expressions[1]),
    )
    rulings = rule_on(lists, TERMS, mark_known=mark)
    for term, kept, dropped, listed in zip(TERMS, rulings.kept, rulings.dropped, rulings.listed, strict=True):
        folded = term.lower().replace(" ", "")

        def met(words: set[str], expressions: set[str], term: str = term, folded: str = folded) -> bool:
            return term in words or any(re.search(e, term) or re.search(e, folded) for e in expressions)

        assert listed == (term in words[1])
        if met(words[0], expressions[0]):
            expected = "kept by "
        elif term in words[1] and not mark:
            expected = "listed in known.txt (--known)"
        elif term in verdicts:
            expected = f"{'accepted' if verdicts[term] else 'rejected'} in reviewed.csv"
        else:
            expected = "banned by " if met(words[2], expressions[1]) else ""
        assert (kept or dropped).startswith(expected) and bool(kept or dropped) == bool(expected)
        assert bool(kept) == expected.startswith(("kept", "accepted"))


def test_rows_that_are_kept() -> None:
    table = build("air motor，air motor，甲乙丙，甲乙丙，GPU 加速，gpu加速", 2)
    texts = table.texts(np.arange(len(table)))
    could_be_terms = np.array([len(text) > 1 for text in texts])
    lists = TermLists(
        RuleList({"airmotor": "k:1", "gpu": "k:2", "甲丙": "k:3"}, ((re.compile("乙"), "k:4"),)),
        {},
        {"加速": Verdict(True, "r"), "丙": Verdict(False, "r"), "不在": Verdict(True, "r")},
        RuleList(),
    )
    kept = kept_rows(lists, table, could_be_terms, IN_MEMORY)
    assert sorted(texts[row] for row in np.flatnonzero(kept.rows)) == [
        "GPU",
        "air motor",
        "乙丙",
        "加速",
        "甲乙",
        "甲乙丙",
    ]
    assert kept.missing == ["甲丙"]


# --- in the list -----------------------------------------------------------------------------------------------------


def terms(*options: object, code: int = 0) -> tuple[pd.DataFrame, str]:
    result = run("discover", POWER, "-b", ENCYCLOPEDIA, *options, "-o", "terms.csv")
    assert result.code == code, result.err
    *notes, closing = result.err.splitlines(keepends=True)
    assert re.fullmatch(r"termmine: [\d,]+ terms? in terms.csv, [\d.]+ s\n", closing)
    return pd.read_csv("terms.csv", keep_default_na=False), "".join(notes)


@needs_sample
def test_a_ban_takes_terms_out_and_moves_nothing_else() -> None:
    plain, _ = terms()
    write("ban.txt", "# phrases\n故障\n/的/\n/^[0-9a-z]+变/\n")
    banned, err = terms("--ban", "ban.txt")
    gone = (plain["term"] == "故障") | plain["term"].str.contains("的|^[0-9a-zA-Z]+变")
    assert 100 < gone.sum() < len(plain)
    pd.testing.assert_frame_equal(banned, plain[~gone].reset_index(drop=True))
    assert err == ""


@needs_sample
def test_a_kept_term_passes_every_threshold() -> None:
    thresholds = ["--min-freq", 5, "--min-score", 20, "--min-doc-freq", 10, "--min-keyness", 5]
    plain, _ = terms(*thresholds)
    write("keep.txt", "压器\nSF6\nGPU\n压 板\n/^变电.$/\n")
    write("ban.txt", "压器\n/变电/\n/./\n")
    kept, err = terms(*thresholds, "--keep", "keep.txt", "--ban", write("none.txt", ""))
    more = {"压器", "SF6", "压板", "变电站", "变电所"}
    assert set(kept["term"]) - set(plain["term"]) <= more
    assert {"压器", "SF6"} <= set(kept["term"])
    note = (
        r"termmine: --keep: no n-gram of the corpus, so not reported: gpu, 压板 \(--min-freq is 5, --max-length 10\)\n"
    )
    assert re.fullmatch(note, err) or re.fullmatch(note.replace(", 压板", ""), err)
    both, _ = terms(*thresholds, "--keep", "keep.txt", "--ban", "ban.txt")
    assert {"压器", "SF6", "压板", "变电站"} <= set(both["term"]) <= more


@needs_sample
def test_known_terms_are_left_out_or_marked() -> None:
    plain, _ = terms("--top", 30)
    Path("terms.csv").rename("monday.csv")
    write("ours.txt", "故障 50 n\n")
    left, _ = terms("--known", "monday.csv", "--known", "ours.txt")
    everything, _ = terms()
    assert left["term"].tolist() == everything["term"].tolist()[30:]
    marked, _ = terms("--known", "ours.txt", "--known", "monday.csv", "--mark-known", "--top", 40)
    assert list(marked.columns) == [*plain.columns, "listed"]
    assert marked["listed"].tolist() == [True] * 30 + [False] * 10
    unmarked, _ = terms("--mark-known", "--top", 30)
    pd.testing.assert_frame_equal(unmarked, plain)


@needs_sample
def test_lists_that_leave_nothing() -> None:
    line = (
        r"termmine: error: no term is left: of \d+ candidates, none is left by --known, --feedback and --ban: "
        r"shorten those lists, or give more text\n"
    )
    write("ban.txt", "/./\n")
    result = run("discover", POWER, "-q", "--ban", "ban.txt")
    assert (result.code, result.out) == (1, b"")
    assert re.fullmatch(line, result.err)


@needs_sample
def test_explain_names_the_rule() -> None:
    write("ban.txt", "\n/^断/\n")
    write("keep.txt", "压器\n故障\n")
    write("known.txt", "负荷\n故障\n")
    write("reviewed.csv", "term,verdict\n绝缘,n\n电压,y\n负荷,y\n断路器,\n")
    lists = [argument for name in ("ban", "keep", "known") for argument in (f"--{name}", f"{name}.txt")]
    lists += ["--feedback", "reviewed.csv", "--json"]
    result = run("explain", "断路器", "压器", "负荷", "故障", "绝缘", "电压", "-c", POWER, *lists)
    verdicts = {one["term"]: one["verdict"] for one in map(json.loads, result.out.decode().splitlines())}
    assert {term: re.sub(r"\d+ of \d+", "N of N", verdict) for term, verdict in verdicts.items()} == {
        "断路器": "dropped: banned by /^断/ in ban.txt:2 (--ban)",
        "压器": "kept: number N of N (kept by keep.txt:1 (--keep))",
        "负荷": "dropped: listed in known.txt (--known)",
        "故障": "kept: number N of N (kept by keep.txt:2 (--keep))",
        "绝缘": "dropped: rejected in reviewed.csv",
        "电压": "kept: number N of N (accepted in reviewed.csv)",
    }


@needs_sample
def test_the_order_of_lists_does_not_matter() -> None:
    names = [write("a.txt", "故障\n/的$/\n"), write("b.txt", "负荷\n/^一/\n")]
    frames = [terms("--ban", one, "--ban", other)[0] for one, other in product(names, names) if one != other]
    pd.testing.assert_frame_equal(*frames)
