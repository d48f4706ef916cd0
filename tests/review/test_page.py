"""A page is one file that loads nothing, holds every term, and keeps under its size by leaving out sentences alone."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.command import Run, run
from support.naive import compared
from termmine.errors import TermmineError
from termmine.review.bundle import bundle
from termmine.review.gather import Gathered, Shown
from termmine.review.html import as_json_block, read_module
from termmine.review.listing import MOST_LONGER, longer_terms, make_listing
from termmine.review.page import Page, make_review

TEXTS = st.text(st.sampled_from("变压器</script>!-\"'&{}\u2028\u202e𠮷 "), max_size=12)


class Elements(HTMLParser):
    """The elements of a page with their attributes, and what stands in each script, style and title."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.inside: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.found and self.found[-1][0] in ("script", "style", "title") and data.strip():
            self.inside.append((self.found[-1][0], data))

    def meta(self, name: str) -> str:
        return next(
            str(a["content"]) for tag, a in self.found if tag == "meta" and name in (a.get("name"), a.get("http-equiv"))
        )


def page_of(terms: list[str], gathered: dict[str, Gathered] | None = None, **more: Any) -> Page:
    return make_review(make_listing(pd.DataFrame({"term": terms}), "a.csv", None), gathered, name="a.csv", **more)


def _data(html: str) -> Any:
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)[1])  # type: ignore[index]


def test_nothing_is_loaded_and_only_what_the_page_holds_may_run() -> None:
    elements = Elements(page_of(["变压器"]).html.decode())
    policy = elements.meta("Content-Security-Policy")
    (style,) = [text for tag, text in elements.inside if tag == "style"]
    script = [text for tag, text in elements.inside if tag == "script"][-1]
    hashes = {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)}
    assert set(re.findall(r"'sha256-([^']+)'", policy)) == hashes
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules.pop("default-src") == rules.pop("base-uri") == rules.pop("form-action") == "'none'"
    assert set(rules) == {"script-src", "style-src"}
    assert "unsafe" not in policy
    attributes = {name for _, found in elements.found for name in found}
    assert not attributes & {"src", "href", "style", "action", "srcset"}
    assert not [name for name in attributes if name.startswith("on")]
    assert "http://" not in script + style
    assert "https://" not in script + style


@given(terms=st.lists(TEXTS.filter(str.strip), min_size=1, max_size=4), name=TEXTS)
def test_what_a_list_holds_is_data_and_nothing_else(terms: list[str], name: str) -> None:
    listing = make_listing(pd.DataFrame({"term": terms, name + "x": terms}), "a.csv", None)
    html = make_review(listing, None, name=f"{name}.csv").html.decode()
    plain = make_review(make_listing(pd.DataFrame({"term": ["a"]}), "a.csv", None), None, name="a.csv").html.decode()
    shape = [tag for tag, _ in Elements(html).found]
    assert shape == [tag for tag, _ in Elements(plain).found]
    assert _data(html)["cells"] == [terms, terms]


@given(st.recursive(TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=8))
def test_json_in_a_script_cannot_end_it(value: Any) -> None:
    block = as_json_block(value)
    assert json.loads(block) == value
    assert not set(block) & {"<", "\u2028", "\u2029"}


def test_the_same_list_gives_the_same_bytes() -> None:
    assert page_of(["变压器", "继电器"]).html == page_of(["变压器", "继电器"]).html


# --- size ------------------------------------------------------------------------------------------------------------


def gathered(n_terms: int, n_sentences: int, shared: bool) -> dict[str, Gathered]:
    """So many sentences for each term; where they are shared, all terms have the same ones."""

    def shown(term: str, i: int) -> Shown:
        text = f"第{i}句{'' if shared else term}<{'长' * 60}。"
        return Shown(text, 0, 1, f"文件{i}.txt", i)

    terms = [f"词{i}" for i in range(n_terms)]
    return {t: Gathered(9, [("的", 3)], [("", 1)], [shown(t, i) for i in range(n_sentences)], 3) for t in terms}


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("most", [450_000, 1_000_000, 10_000_000])
def test_a_page_keeps_under_its_size(shared: bool, most: int) -> None:
    told = gathered(300, 10, shared)
    page = page_of(list(told), told, most_bytes=most)
    data = _data(page.html.decode())
    assert len(page.html) <= most
    assert (page.held, page.found) == (sum(map(len, data["shown"])) // 3, 3000)
    assert data["sentences"] == {"held": page.held, "found": 3000, "limit": round(most / 1e6)}
    assert page.held == 3000 or most - len(page.html) < 300_000  # what is left out had no room
    numbers = [len(shown) // 3 for shown in data["shown"]]
    assert numbers == sorted(numbers, reverse=True)  # the best terms first
    assert max(numbers) - min(numbers) <= 1
    assert data["examples"] == [min(n, 3) for n in numbers]


def test_a_list_that_is_too_long_without_a_sentence_is_an_error() -> None:
    with pytest.raises(TermmineError, match=r"a.csv: 300 terms take 0\.\d MB without a sentence.*--top"):
        page_of([f"词{i}" for i in range(300)], most_bytes=250_000)


def test_a_list_that_is_too_long_is_refused_before_the_corpus_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    note = "甲" * 800
    Path("list.csv").write_text("term,note\n" + "".join(f"词{i},{note}\n" for i in range(7000)), encoding="utf-8")
    Path("corpus.txt").write_bytes(b"\0" * 100)  # which cannot be read
    result = run("review", "list.csv", "corpus.txt", "-o", "review.html")
    assert result.code == 1
    assert re.search(
        r"list\.csv: 7000 terms take \d+\.\d MB without a sentence.*as with --top 2000$", result.err.strip()
    )
    assert not Path("review.html").exists()


# --- the list --------------------------------------------------------------------------------------------------------


@compared("review: longer terms")
@given(st.lists(st.text("变压器A a", min_size=1, max_size=5), max_size=12))
def test_longer_terms_are_those_of_the_twin(terms: list[str]) -> None:
    normal = ["".join(term.lower().split()) for term in terms]
    slow = [[row for row, whole in enumerate(normal) if part and part in whole and part != whole] for part in normal]
    assert longer_terms(terms) == [rows[:MOST_LONGER] for rows in slow]


@pytest.mark.parametrize(
    ("columns", "language", "expected"),
    [
        ({}, None, ("translation", "note")),
        ({}, "zh", ("译文", "备注")),
        ({"译文": ["x"], "note": ["y"]}, "en", ("译文", "note")),
        ({"备注": ["x"], "target": ["y"]}, "en", ("target", "备注")),
    ],
)
def test_the_lists_own_columns_are_written_to(
    columns: dict[str, list[str]], language: str | None, expected: tuple[str, str]
) -> None:
    listing = make_listing(pd.DataFrame({"term": ["变压器"], **columns}), "a.csv", language)
    assert (listing.translation, listing.note) == expected


# --- modules ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("modules", "message"),
    [
        (
            {"main": 'import { a } from "./a.mjs";', "a": 'import { b } from "./main.mjs";'},
            "imports itself by way of a",
        ),
        ({"main": 'import a from "./a.mjs";'}, "write imports and exports"),
        ({"main": "export default 3;"}, "write imports and exports"),
    ],
)
def test_modules_of_another_kind_are_refused(modules: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        bundle("main", modules.__getitem__)


def test_every_module_is_in_the_page_once_and_after_what_it_imports() -> None:
    folder = Path(__file__).parents[2] / "termmine" / "review" / "assets"
    script = bundle("main", lambda name: read_module("review", name))
    names = {path.stem for path in (folder / "review").glob("*.mjs")}
    texts = [read_module("review", name) for name in names]
    names |= {name for text in texts for name in re.findall(r'from "\.\./shared/(\w+)\.mjs"', text)}
    assert "dom" in names
    begins = {name: script.index(f"const ${name} = (") for name in names - {"main"}}
    assert len(re.findall(r"^const \$\w+ = \(", script, re.MULTILINE)) == len(names) - 1
    for name, begin in begins.items():
        for imported in re.findall(r'from "[./a-z]+/(\w+)\.mjs"', read_module("review", name)):
            assert begins[imported] < begin


def test_every_text_that_is_said_is_there() -> None:
    """By name: a text that nobody says, and one that is said and is not there, are mistakes of spelling."""
    folder = Path(__file__).parents[2] / "termmine" / "review" / "assets" / "review"
    words = (folder / "words.mjs").read_text(encoding="utf-8")
    english = set(re.findall(r"^  (\w+): ", words.split("const CHINESE")[0], re.MULTILINE))
    others = "".join(path.read_text(encoding="utf-8") for path in folder.iterdir() if path.stem != "words")
    said = set(re.findall(r"say\(\s*\"(\w+)\"", others)) | set(re.findall(r'data-say(?:-\w+)?="(\w+)"', others))
    assert said <= english
    quoted = set(re.findall(r"\"(\w+)\"", others))
    made = ("state_", "sort_", "parts_", "verdict_", "done_", "step_", "bulk_title_")  # of a beginning and an end
    assert {key for key in english - said - quoted if not key.startswith(made)} == set()


# --- the command -----------------------------------------------------------------------------------------------------


def review(*arguments: object) -> Run:
    return run("review", *arguments)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "terms.csv").write_text("term,freq,verdict\n变压器,3,是\n跳闸,2,\n没有,1,n\n", encoding="utf-8")
    (tmp_path / "a.txt").write_text("变压器跳闸。\n换变压器油，变压器要停。\n", encoding="utf-8")
    return tmp_path


def test_the_command_makes_a_page(files: Path) -> None:
    done = review(files / "terms.csv", files / "a.txt", "-o", files / "r.html", "--top", 2, "--lang", "zh")
    assert (done.code, done.out) == (0, b"")
    hint, closing = done.err.splitlines()
    assert hint == "termmine: 请用浏览器打开网页：y 接受，n 拒绝，? 列出其他按键"
    assert closing.startswith(f"termmine: 2 个术语，写入 {files / 'r.html'}，")
    html = (files / "r.html").read_text(encoding="utf-8")
    data = _data(html)
    assert data["cells"] == [["变压器", "跳闸"], ["3", "2"], ["是", ""]]
    assert data["verdicts"] == ["y", ""]
    assert data["freq"] == [3, 1]
    assert data["texts"] == ["换变压器油，变压器要停。", "变压器跳闸。"]
    assert (data["paths"], data["text_lines"]) == (["a.txt"], [2, 1])
    assert data["neighbours"] == [[[["", 2], ["换", 1]], [["油", 1], ["要", 1], ["跳", 1]]], [[["器", 1]], [["", 1]]]]
    assert (data["save_as"], data["translation"], data["language"]) == ("terms-reviewed.csv", "译文", "zh")
    assert Elements(html).meta("termmine-list") == data["identity"]
    assert str(files) not in html


def test_the_page_goes_to_standard_output_too(files: Path) -> None:
    assert review(files / "terms.csv", "-o", files / "r.html").code == 0
    done = review(files / "terms.csv", "-o", "-")
    assert (done.out, done.err) == ((files / "r.html").read_bytes(), "")
    piped = run("review", "-", "-o", "-", stdin=(files / "terms.csv").read_bytes())
    assert piped.out == done.out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["terms.csv"], 2, "Missing option '-o'"),
        (["none.csv", "-o", "r.html"], 1, "none.csv"),
        (["terms.csv", "none.txt", "-o", "r.html"], 1, "none.txt: no such file"),
        (["a.txt", "-o", "r.html"], 1, "has no column called term"),
        (["terms.csv", "other.txt", "-o", "r.html"], 1, "none of the terms occurs in other.txt"),
        (["terms.csv", "-o", "terms.csv"], 2, "is an input"),
        (["bad.csv", "-o", "r.html"], 1, "bad.csv:2: the verdict on 变压器 is '也许': write y or n"),
        (["terms.csv", "a.txt", "-o", "r.html", "--examples", "0"], 2, "0 is not in the range"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    files: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, said: str
) -> None:
    (files / "other.txt").write_text("别的字。\n", encoding="utf-8")
    (files / "bad.csv").write_text("term,verdict\n变压器,也许\n", encoding="utf-8")
    monkeypatch.chdir(files)
    done = review(*arguments)
    assert done.code == code
    assert said in done.err
    assert done.err.count("\n") == 1
    assert not (files / "r.html").exists()
