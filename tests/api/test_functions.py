"""The functions of Python have the commands' reach, take text and lists in whatever Python holds them, and tell."""

from __future__ import annotations

import dataclasses
import inspect
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import termmine
from support.command import ENCYCLOPEDIA, POWER, run
from termmine.api import functions, keywords
from termmine.options import CorpusOptions, CountOptions, DiscoverOptions, ReadOptions

TEXTS = ["差动保护动作，重合闸闭锁", "检查差动保护，复归重合闸", "校验差动保护", "断路器，重合闸，隔离开关"] * 3
GENERAL = ["今天天气很好，我们出去走走", "他说今天不去了", "我们都很好", "昨天下雨了，路上没有人，大家在家里看书"] * 9


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def plain() -> pd.DataFrame:
    """What a list of str gives."""
    return termmine.discover(TEXTS, GENERAL)


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Two results are equal, whatever their sources are called."""
    pd.testing.assert_frame_equal(one, other)


# --- what is offered -------------------------------------------------------------------------------------------------


def test_everything_is_listed_documented_and_typed() -> None:
    names = "compare contexts count discover evaluate explain export group grow merge neighbours tally vectors".split()
    assert set(names) < set(dir(termmine))
    for name in names:
        function = getattr(termmine, name)
        assert inspect.getdoc(function)
        parameters = inspect.signature(function).parameters.values()
        assert all(p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL) for p in parameters)
        assert all(p.annotation is not p.empty for p in parameters)
    assert (Path(termmine.__file__).parent / "py.typed").exists()
    with pytest.raises(AttributeError, match="has no attribute 'discovr'"):
        termmine.discovr  # noqa: B018


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (keywords.ReadKeywords, ReadOptions),
        (keywords.CorpusKeywords, CorpusOptions),
        (keywords.CountKeywords, CountOptions),
        (keywords.DiscoverKeywords, DiscoverOptions),
    ],
)
def test_the_keywords_are_the_options(kind: Any, options: Any) -> None:
    assert list(kind.__annotations__) == [field.name for field in dataclasses.fields(options)]
    shown = inspect.signature(termmine.discover).parameters
    for field in dataclasses.fields(DiscoverOptions):
        assert shown[field.name].default == field.default


def test_a_type_checker_sees_the_options(here: Path) -> None:
    pytest.importorskip("mypy")
    (here / "use.py").write_text(
        "import termmine\n"
        "termmine.discover(['x'], top=3)\n"
        "termmine.discover(['x'], tpo=3)\n"
        "termmine.discover(['x'], top='3')\n"
    )
    alone = ["--no-site-packages", "--ignore-missing-imports"]  # the types of other packages take most of the time
    command = [sys.executable, "-m", "mypy", "--no-incremental", "--follow-imports=silent", *alone, "use.py"]
    places = {**os.environ, "MYPYPATH": str(Path(termmine.__file__).parents[1])}
    told = subprocess.run(command, capture_output=True, text=True, cwd=here, env=places).stdout.splitlines()
    assert [line.split(":")[1] for line in told[:-1] if ": error:" in line] == ["3", "4"]


def test_importing_is_quick_and_light() -> None:
    script = "import sys, termmine; dir(termmine); print({'numba', 'pandas', 'numpy'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout == "set()\n"


def test_a_function_that_is_misspelt() -> None:
    with pytest.raises(AttributeError, match=r"has no attribute 'dicover': did you mean discover\?$"):
        _ = termmine.dicover
    assert not hasattr(termmine, "__path_to_nowhere__")


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (lambda: termmine.discover(TEXTS, min_frq=2), "unknown option 'min_frq': did you mean min_freq?"),
        (lambda: termmine.discover(TEXTS, bckground=TEXTS), "unknown option 'bckground': did you mean background?"),
        (lambda: termmine.tally(["重合闸"], TEXTS, bye="field:a"), "unknown option 'bye': did you mean by?"),
        (lambda: termmine.count(TEXTS, "x.tmc", neighbors=True),
            "unknown option 'neighbors': did you mean neighbours?"
        ),
        (lambda: termmine.contexts("重合闸", TEXTS, feild="a"), "unknown option 'feild': did you mean field?"),
        (lambda: termmine.discover(pd.DataFrame({"正文": TEXTS})), "a whole DataFrame is given: give the column that "
            "holds the text, as frame[...]: '正文'"),
        (lambda: termmine.discover(3), "a int is given: give a path, a list of paths, or texts (each a str)"),
        (lambda: termmine.discover([*TEXTS, 3]), "the corpus holds a int (number 13): each document must be a str "
            "(give several paths as a list)"),
        (lambda: termmine.discover(TEXTS, ban=3), "a int is given for a list: give a file, a DataFrame, or strings"),
        (lambda: termmine.discover(TEXTS, ban=["a", 3]), "a list of terms holds a int (number 2): each must be a str"),
        (lambda: termmine.discover(TEXTS, known=pd.DataFrame({"word": ["a"]})),
            "a DataFrame without a column term: it has word"),
        (lambda: termmine.discover(TEXTS, feedback=pd.DataFrame({"term": ["a"]})),
            "a DataFrame without a column verdict: it has term"),
        (lambda: termmine.compare(pd.DataFrame({"a": []}), "x.csv"), "a DataFrame without a column term: it has a"),
    ],
)  # fmt: skip
def test_mistakes_are_named(call: Any, line: str) -> None:
    with pytest.raises(termmine.UsageError) as error:
        call()
    assert str(error.value) == line


def test_a_missing_file_of_a_list_is_an_error() -> None:
    with pytest.raises(termmine.TermmineError, match=r"^bann\.txt: no such file"):
        termmine.discover(TEXTS, ban=["bann.txt"])


# --- sources ---------------------------------------------------------------------------------------------------------


def generated(texts: list[str]) -> Iterator[str]:
    yield from texts


SOURCES: dict[str, Any] = {
    "tuple": tuple, "generator": generated, "Series": pd.Series,
    "Series with another index": lambda texts: pd.Series(texts, index=range(9, 9 + len(texts))),
    "column": lambda texts: pd.DataFrame({"text": texts})["text"],
    "string dtype": lambda texts: pd.Series(texts, dtype="string"),
    "categories": lambda texts: pd.Series(texts, dtype="category"),
    "array of objects": lambda texts: np.array(texts, dtype=object),
    "array of str": np.array, "Index": pd.Index, "dict values": lambda texts: dict(enumerate(texts)).values(),
}  # fmt: skip


@pytest.mark.parametrize("kind", SOURCES)
def test_texts_may_be_in_any_iterable_as_corpus_and_background(kind: str, plain: pd.DataFrame) -> None:
    same(termmine.discover(SOURCES[kind](TEXTS), SOURCES[kind](GENERAL)), plain)


@pytest.mark.parametrize("hole", [None, float("nan"), np.nan, pd.NA, pd.NaT, np.float64("nan")])
def test_what_is_missing_is_skipped_and_counted(
    hole: Any, plain: pd.DataFrame, caplog: pytest.LogCaptureFixture
) -> None:
    same(termmine.discover([TEXTS[0], hole, *TEXTS[1:], hole], [*GENERAL, hole]), plain)
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        "corpus: 2 missing texts were skipped (None or NaN)",
        "background: 1 missing text was skipped (None or NaN)",
    ]


def test_paths_may_be_strings_or_path_objects() -> None:
    Path("a.txt").write_text("\n".join(TEXTS[:6]), encoding="utf-8")
    Path("b.txt").write_text("\n".join(TEXTS[6:]), encoding="utf-8")
    expected = termmine.discover([Path("a.txt"), Path("b.txt")])
    same(termmine.discover(["a.txt", "b.txt"]), expected)
    same(termmine.discover(("a.txt", Path("b.txt"))), expected)
    assert expected["doc_freq"].max() > 2


def test_texts_among_which_one_names_a_file_are_texts(plain: pd.DataFrame) -> None:
    Path("差动保护").write_text("", encoding="utf-8")
    same(termmine.discover([*TEXTS[:11], TEXTS[11]], GENERAL), plain)
    with pytest.raises(termmine.TermmineError, match="the given texts: holds no Han character"):
        termmine.discover(["a.txt", "b.txt"])


# --- lists -----------------------------------------------------------------------------------------------------------

TERMS = ["差动保护", "重合闸"]
AS_LISTS: dict[str, Any] = {
    "list": list, "tuple": tuple, "set": set, "Series": pd.Series, "array": np.array,
    "frame": lambda terms: pd.DataFrame({"term": terms, "note": "x"}),
    "generator": generated,
}  # fmt: skip


@pytest.mark.parametrize("kind", AS_LISTS)
@pytest.mark.parametrize("option", ["known", "ban", "keep", "like"])
def test_a_list_does_what_its_file_does(option: str, kind: str) -> None:
    Path("list.txt").write_text("\n".join(TERMS), encoding="utf-8")
    by_file = termmine.discover(TEXTS, GENERAL, **{option: "list.txt"})
    same(termmine.discover(TEXTS, GENERAL, **{option: AS_LISTS[kind](TERMS)}), by_file)
    assert set(TERMS) & set(by_file["term"]) == (set() if option in ("known", "ban") else set(TERMS))


def test_several_files_and_expressions() -> None:
    Path("a.txt").write_text("差动保护\n", encoding="utf-8")
    Path("b.txt").write_text("重合闸\n", encoding="utf-8")
    found = termmine.discover(TEXTS, GENERAL, ban=["a.txt", Path("b.txt")])
    assert not set(TERMS) & set(found["term"])
    Path("rules.txt").write_text("/差动/\n# a comment\n断路器\n", encoding="utf-8")
    by_file = termmine.discover(TEXTS, GENERAL, ban="rules.txt")
    same(termmine.discover(TEXTS, GENERAL, ban=["/差动/", "# a comment", "断路器"]), by_file)
    assert not any("差动" in term for term in by_file["term"])
    same(termmine.discover(TEXTS, GENERAL, known=[], ban=[]), termmine.discover(TEXTS, GENERAL))


def test_feedback_as_a_frame_is_feedback_from_a_file() -> None:
    judged = termmine.discover(POWER, ENCYCLOPEDIA, top=60)
    judged["verdict"] = ["y", "n", "", None] * 15
    judged.fillna({"verdict": ""}).to_csv("judged.csv", index=False)
    expected = termmine.discover(POWER, ENCYCLOPEDIA, feedback="judged.csv", top=30)
    same(termmine.discover(POWER, ENCYCLOPEDIA, feedback=judged, top=30), expected)
    same(termmine.discover(POWER, ENCYCLOPEDIA, feedback=[judged[:30], judged[30:]], top=30), expected)
    assert judged["term"][1] not in set(expected["term"])


def test_the_signature_tells_lists_apart() -> None:
    def ban(*terms: str) -> str:
        found = termmine.discover(TEXTS, GENERAL, ban=terms)
        return json.dumps(found.attrs["signature"]["options"]["ban"])

    assert ban("差动保护") == ban("差动保护") != ban("重合闸")


# --- telling ---------------------------------------------------------------------------------------------------------


def test_notes_are_warnings_of_the_logger(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    folder = Path("我的 资料")
    folder.mkdir()
    (folder / "a.txt").write_bytes("\n".join(TEXTS).encode())
    (folder / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    with caplog.at_level(logging.INFO, "termmine"):
        termmine.discover(folder)
    told = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    assert told == ["corpus: left out 1 file: 1 .png; --include '*.png' takes them"]
    quiet = [record.message for record in caplog.records if record.levelno == logging.INFO]
    assert "counting n-grams" in quiet
    assert any(line.startswith("background: jieba") for line in quiet)
    assert capfd.readouterr().out == ""


def test_progress_calls_with_stage_done_and_total() -> None:
    calls: list[tuple[str, int, int | None]] = []
    termmine.discover(POWER, ENCYCLOPEDIA, progress=lambda *told: calls.append(told))
    stages = list(dict.fromkeys(stage for stage, _, _ in calls))
    assert stages[:2] == ["reading the corpus", "counting n-grams"]
    assert stages[-1] == "ranking"
    reading = [(done, total) for stage, done, total in calls if stage == "reading the corpus"]
    assert reading[0] == (0, POWER.stat().st_size)
    assert reading[-1] == (POWER.stat().st_size, POWER.stat().st_size)
    counting = [done for stage, done, total in calls if stage == "counting n-grams" and total]
    assert counting == list(range(len(counting)))


def test_progress_counts_what_is_really_read() -> None:
    """Pictures, which are left out, are no part of the whole."""
    Path("docs").mkdir()
    text = "\n".join(TEXTS).encode()
    for name in ("a", "c"):
        Path(f"docs/{name}.txt").write_bytes(text)
    Path("docs/b").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(1 << 21))
    calls: list[tuple[str, int, int | None]] = []
    termmine.discover("docs", progress=lambda *told: calls.append(told))
    *_, last = [(done, total) for stage, done, total in calls if stage == "reading the corpus"]
    assert last == (2 * len(text), 2 * len(text))


def test_progress_can_be_a_bar(capfd: pytest.CaptureFixture[str]) -> None:
    termmine.discover(TEXTS, GENERAL, progress=True)
    assert "counting n-grams" in capfd.readouterr().err


# --- the other functions ---------------------------------------------------------------------------------------------


def test_explain_is_the_command(here: Path) -> None:
    told = run("explain", "差动保护", "动保护", "-c", POWER, "-b", ENCYCLOPEDIA, "--json").out.decode().splitlines()
    records = termmine.explain(["差动保护", "动保护"], POWER, ENCYCLOPEDIA)
    assert [json.loads(line) for line in told] == json.loads(json.dumps(records))
    assert termmine.explain("差动保护", TEXTS)[0]["verdict"].startswith("kept")


def test_contexts_is_the_command() -> None:
    told = run("contexts", "变压器", POWER, "--json", "--limit", 5).out.decode().splitlines()
    frame = termmine.contexts("变压器", POWER, limit=5)
    assert frame.to_dict("records") == [json.loads(line) for line in told]
    assert frame.attrs["freq"]["变压器"] > 5
    there = termmine.contexts(["重合闸", "没有"], pd.Series(["无", None, "查重合闸"]))
    assert there.to_dict("records") == [
        {"term": "重合闸", "path": "text", "line": 3, "left": "查", "match": "重合闸", "right": ""}
    ]


def test_count_and_merge_are_the_commands() -> None:
    done = termmine.count(POWER, "power.tmc")
    run("count", POWER, "-o", "same.tmc", "-q")
    assert Path("power.tmc").read_bytes() == Path("same.tmc").read_bytes()
    assert done.n_documents == 180
    termmine.count([Path("power.tmc"), ENCYCLOPEDIA], "both.tmc")
    termmine.count(ENCYCLOPEDIA, "general.tmc")
    termmine.merge(["power.tmc", "general.tmc"], "merged.tmc")
    assert Path("both.tmc").read_bytes() == Path("merged.tmc").read_bytes()


def test_texts_are_counted_as_they_are_mined(plain: pd.DataFrame) -> None:
    termmine.count(pd.Series(TEXTS), "domain.tmc", neighbours=True)
    termmine.count(iter(GENERAL), "general.tmc")
    found = termmine.discover("domain.tmc", "general.tmc", document="file")
    same(found, plain)


def test_compare_is_the_command() -> None:
    termmine.discover(POWER, top=50).to_csv("a.csv", index=False)
    termmine.discover(POWER, ENCYCLOPEDIA, top=50).to_csv("b.csv", index=False)
    by_file = termmine.compare("a.csv", "b.csv")
    pd.testing.assert_frame_equal(
        termmine.compare(pd.read_csv("a.csv"), pd.read_csv("b.csv")), by_file, check_dtype=False
    )
    assert run("compare", "a.csv", "b.csv", "-q").out.count(b"\n") == len(by_file) + 1


def test_export_is_the_command(caplog: pytest.LogCaptureFixture) -> None:
    found = termmine.discover(POWER, ENCYCLOPEDIA, top=50)
    data = termmine.export(found, to="jieba")
    termmine.export(found, "terms.csv")
    assert data == run("export", "terms.csv", "--to", "jieba").out
    assert termmine.export("terms.csv", "copy.xlsx") == Path("copy.xlsx").read_bytes()
    assert termmine.export(found, crlf=True) == Path("terms.csv").read_bytes().replace(b"\n", b"\r\n")
    termmine.export(pd.DataFrame({"term": ["变压器", "a\tb"]}), to="ik")
    assert any("left out" in record.message for record in caplog.records)


def test_evaluate_is_the_command() -> None:
    termmine.export(termmine.discover(POWER, ENCYCLOPEDIA, top=200), "a.csv")
    gold = ["变压器", "差动保护", "重合闸", "没有的词"]
    Path("gold.txt").write_text("\n".join(gold), encoding="utf-8")
    told = json.loads(run("evaluate", "a.csv", "-g", "gold.txt", "-c", POWER, "--json").out)
    assert json.loads(json.dumps(termmine.evaluate("a.csv", gold="gold.txt", corpus=POWER))) == told
    frames = termmine.evaluate(
        {"ours": pd.read_csv("a.csv"), "theirs": ["变压器"]}, gold, POWER.read_text().split("\n")
    )
    assert [one["name"] for one in frames["lists"]] == ["ours", "theirs"]
    assert frames["lists"][0]["scores"] == told["lists"][0]["scores"]
    assert frames["differences"][0]["second"] == "theirs"


def test_tally_takes_lists_and_columns() -> None:
    days = {"周一": pd.Series(["差动保护动作", None]), "周二": ["油枕，差动保护，差动保护"]}
    expected = {"term": ["差动保护", "油枕"], "周一": [1, 0], "周二": [2, 1]}
    assert termmine.tally(["差动保护", "油枕"], days, wide="freq").to_dict("list") == expected
    assert termmine.tally(pd.DataFrame({"term": ["差动保护", "油枕"]}), days, wide="freq").to_dict("list") == expected
    Path("terms.txt").write_text("差动保护\n油枕\n", encoding="utf-8")
    assert termmine.tally("terms.txt", days, wide="freq").to_dict("list") == expected


def test_the_module_is_the_package() -> None:
    assert functions.discover is termmine.discover
