"""The page in real browsers: the whole loop by keys, what it keeps, what it saves, and what no term can do to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.browsers import BROWSERS, launched, until
from support.command import ENCYCLOPEDIA, POWER, run
from support.naive import TINY
from termmine.formats.read import read_terms

pytestmark = pytest.mark.skipif(TINY, reason="the sample is too large for uncompiled kernels")


@pytest.fixture(scope="module", params=sorted(BROWSERS))
def browser(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with launched(request.param, tmp_path_factory.mktemp(request.param)) as running:
        yield running


@pytest.fixture(scope="module")
def power(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a list of the sample and its page."""
    folder = tmp_path_factory.mktemp("power")
    discover = ["discover", POWER, "-b", ENCYCLOPEDIA, "--top", 300]
    assert run(*discover, "-o", folder / "terms.csv").code == 0
    assert run("review", folder / "terms.csv", POWER, "-o", folder / "review.html", "--lang", "en").code == 0
    return folder


def terms(folder: Path) -> list[str]:
    return read_terms(folder / "terms.csv")["term"].tolist()


def selected(browser: Any) -> str:
    return browser.text("#card h2")


def test_the_whole_loop(browser: Any, power: Path, tmp_path: Path) -> None:
    listed = terms(power)
    browser.open(power / "review.html")
    assert selected(browser) == listed[0]
    browser.press("y", "n", " ", "y")
    assert selected(browser) == listed[4]
    assert browser.text("#counts") == "2 accepted, 1 rejected"
    browser.press("u")
    assert selected(browser) == listed[3]
    browser.press("U", "ArrowUp", "x", "n")  # back to the third one, which had been skipped
    assert browser.text("#counts") == "2 accepted, 2 rejected"

    browser.press("/")
    browser.type("电 -电压")
    browser.press("Escape")
    shown = [term for term in listed if "电" in term and "电压" not in term]
    assert browser.text("#shown") == f"{len(shown)} of 300 shown"
    browser.click("#bulk-n")
    browser.click("#bulk-go")
    judged = set(listed[:4])
    rejected = {listed[1], listed[2]} | (set(shown) - judged)
    assert browser.text("#counts") == f"2 accepted, {len(rejected)} rejected"
    browser.click("#search")
    browser.evaluate("document.querySelector('#search').select()")
    browser.type("变压器")
    browser.press("Enter", "Home", "t")
    browser.type("transformer, 'power'")
    browser.press("Escape", "m")
    browser.type("=1+1")
    browser.press("Escape")
    translated = selected(browser)

    saved = browser.download(lambda: browser.press("Control+s"))
    assert saved.name == "terms-reviewed.csv"
    until(lambda: "Saved" in browser.text("#status"))
    reviewed = read_terms(saved).set_index("term")
    assert set(reviewed.index[reviewed["verdict"] == "n"]) == rejected
    assert set(reviewed.index[reviewed["verdict"] == "y"]) == {listed[0], listed[3]}
    assert reviewed.at[translated, "translation"] == "transformer, 'power'"
    assert reviewed.at[translated, "note"] == "=1+1"

    found = run("discover", POWER, "-b", ENCYCLOPEDIA, "--feedback", saved, "-o", tmp_path / "next.csv")
    assert found.code == 0
    following = read_terms(tmp_path / "next.csv")
    assert not set(following["term"]) & rejected
    assert set(following["term"][following["verdict"] == "y"]) == {listed[0], listed[3]}

    browser.open(power / "review.html", again=True)  # what was decided is still there
    assert browser.text("#counts") == f"2 accepted, {len(rejected)} rejected"
    assert "restored" in browser.text("#status")
    browser.open(power / "review.html")  # in another browser nothing is, but it can be opened
    assert browser.text("#counts") == "0 accepted, 0 rejected"
    browser.upload("#file", saved)
    until(lambda: browser.text("#counts") == f"2 accepted, {len(rejected)} rejected")
    again = browser.download(lambda: browser.click("#save"))
    assert again.read_bytes() == saved.read_bytes()


def test_nothing_is_saved_but_the_list_where_nothing_is_judged(browser: Any, power: Path) -> None:
    browser.open(power / "review.html")
    saved = browser.download(lambda: browser.click("#save"))
    names = ["term", "verdict", "translation", "note"]
    written = saved.read_bytes().decode("utf-8-sig").splitlines()
    original = (power / "terms.csv").read_bytes().decode().splitlines()
    assert written == [original[0] + "," + ",".join(names[1:]), *(f"{line},,," for line in original[1:])]


FOREIGN = {
    "term,verdict\n别的词,y\n另一个词,n\n": "is of another list: 0 of its 2 terms",
    "term,verdict\n故障,也许\n": "the verdict on 故障 is “也许”",
    "word,verdict\n故障,y\n": "has no column called term",
    "": "is empty",
    'term,verdict\n"故障,y\n': "quote that is not closed",
}


def test_a_file_that_is_none_of_this_list_is_said_in_one_line(browser: Any, power: Path, tmp_path: Path) -> None:
    browser.open(power / "review.html")
    for i, (text, said) in enumerate(FOREIGN.items()):
        (tmp_path / f"{i}.csv").write_text(text, encoding="utf-8")
        browser.upload("#file", tmp_path / f"{i}.csv")
        until(lambda i=i: browser.text("#status").startswith(f"{i}.csv"))
        assert said in browser.text("#status")
        browser.evaluate("document.querySelector('dialog[open]')?.close()")
    (tmp_path / "gb.csv").write_bytes("term,verdict\n故障,y\n".encode("gb18030"))
    browser.upload("#file", tmp_path / "gb.csv")
    until(lambda: browser.text("#status") == "gb.csv: is not UTF-8: save it as CSV UTF-8.")
    assert browser.text("#counts") == "0 accepted, 0 rejected"


HOSTILE = [
    "<script>window.harm = 1</script>",
    "</script><script>window.harm = 2</script>",
    "<img src=x onerror='window.harm = 3'>",
    '"><svg onload=window.harm=4>',
    "<!--<script>",
    "变\u202e压\u2066器",
    "'; window.harm = 5; '",
    "电" * 40,
    "{{data}}",
    '=HYPERLINK("javascript:alert(1)")',
]


def test_hostile_terms_and_sentences_are_text(browser: Any, tmp_path: Path) -> None:
    rows = [
        {"term": term, "freq": 3, "译文": term, "group": term, "own": term, "context_1": f"一句{term}。"}
        for term in HOSTILE
    ]
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    (tmp_path / "list.jsonl").write_text("".join(lines), encoding="utf-8")
    assert run("review", tmp_path / "list.jsonl", "-o", tmp_path / "review.html", "--lang", "zh").code == 0
    browser.open(tmp_path / "review.html")
    for term in HOSTILE:
        assert selected(browser) == term
        assert browser.evaluate("document.querySelector('#field-translation').value") == term
        assert browser.text("#card dd") == term
        assert browser.text("#card .sentences bdi") == f"一句{term}。"
        assert browser.texts(".row[aria-selected=true] .term") == [term]
        browser.press(" " if term == HOSTILE[0] else "ArrowDown")
    assert browser.evaluate("window.harm") is None
    assert browser.evaluate("document.querySelectorAll('img, svg, iframe').length") == 0
    assert browser.evaluate("document.scripts.length") == 2
    saved = browser.download(lambda: browser.press("Control+s"))
    assert read_terms(saved)["term"].tolist() == HOSTILE


_TRY = """new Promise((done) => {
  const blocked = [];
  document.addEventListener("securitypolicyviolation", (event) => blocked.push(event.effectiveDirective));
  const script = document.createElement("script");
  script.textContent = "window.harm = 6";
  const style = document.createElement("style");
  style.textContent = "body { display: none }";
  const image = document.createElement("img");
  image.src = "https://example.invalid/x.png";
  document.body.append(script, style, image);
  fetch("https://example.invalid/").catch(() => {});
  setTimeout(() => { try { new Function("window.harm = 7")(); } catch {} });
  setTimeout(() => done(blocked.sort()), 300);
})"""


def test_the_policy_lets_nothing_in(browser: Any, power: Path) -> None:
    browser.open(power / "review.html")
    blocked = browser.evaluate(_TRY)
    assert {"connect-src", "img-src", "script-src-elem", "style-src-elem"} <= set(blocked)
    assert browser.evaluate("window.harm") is None


def test_many_terms_are_drawn_a_screen_at_a_time(browser: Any, tmp_path: Path) -> None:
    lines = ["term,freq\n", *(f"词{i},{i}\n" for i in range(20_000))]
    (tmp_path / "many.csv").write_text("".join(lines), encoding="utf-8")
    assert run("review", tmp_path / "many.csv", "-o", tmp_path / "many.html", "--lang", "en").code == 0
    browser.open(tmp_path / "many.html")
    browser.press("End")
    assert selected(browser) == "词19999"
    assert browser.texts(".row[aria-selected=true] .term") == ["词19999"]
    assert len(browser.texts(".row")) < 60
    assert browser.evaluate("document.querySelector('#list').getAttribute('aria-activedescendant')") == "option-19999"
    browser.evaluate("document.querySelector('#list').scrollTop = 340000")
    until(lambda: "词10005" in browser.texts(".row .term"))
    assert len(browser.texts(".row")) < 60


def test_the_keyboard_alone_reaches_everything(browser: Any, power: Path) -> None:
    browser.open(power / "review.html")
    unnamed = browser.evaluate(
        "[...document.querySelectorAll('button, select, input:not([hidden]), textarea, [role=listbox]')].filter(e =>"
        " !(e.textContent.trim() && e.tagName === 'BUTTON') && !e.getAttribute('aria-label') && !e.labels?.length)"
        ".map(e => e.outerHTML)"
    )
    assert unnamed == []
    browser.press("?")
    assert browser.evaluate("document.querySelector('dialog[open] h2').textContent") == "Keys"
    browser.press("Escape", "p")
    assert browser.evaluate("document.querySelector('#parts').value") == "all"
    before = browser.texts(".kwic .right")
    browser.press("s")
    assert sorted(browser.texts(".kwic .right")) == sorted(before)
    assert browser.evaluate("document.activeElement.id") == "list"


_WRITABLE = """(() => {
  window.asked = 0; window.written = [];
  const stream = { write: async (text) => window.written.push(text), close: async () => {} };
  const handle = { name: "名单.csv", requestPermission: async () => "granted", createWritable: async () => stream };
  window.showSaveFilePicker = async () => { window.asked += 1; return handle; };
})()"""
_NO_FILE = "(window.showSaveFilePicker = async () => { throw new DOMException('', 'AbortError'); }, null)"
_NO_ROOM = "(Storage.prototype.setItem = () => { throw new Error('no room'); }, null)"


def test_a_browser_that_can_writes_in_place_and_asks_once(browser: Any, power: Path) -> None:
    """The picker is a stand-in: no test can answer its dialog."""
    browser.open(power / "review.html")
    browser.evaluate(_WRITABLE)
    browser.press("y", "Control+s")
    until(lambda: browser.text("#status") == "Saved: 名单.csv")
    browser.press("n", "Control+s")
    until(lambda: browser.evaluate("window.written.length") == 2)
    assert browser.evaluate("window.asked") == 1
    first, second = browser.evaluate("window.written")
    header, *rows = [line.split(",") for line in second.splitlines()]
    at = header.index("verdict")
    assert [row[at] for row in rows[:3]] == ["y", "n", ""]
    assert [line.split(",")[at] for line in first.splitlines()[1:4]] == ["y", "", ""]
    assert not browser.evaluate("document.title.startsWith('•')")
    browser.evaluate(_NO_FILE)
    browser.press("y", "Control+s")
    until(lambda: browser.evaluate("window.written.length") == 3)  # the file that was chosen is known
    broken = "({ createWritable: async () => { throw new Error('the disk is full'); } })"
    browser.open(power / "review.html")
    browser.evaluate(f"(window.showSaveFilePicker = async () => {broken}, null)")
    browser.press("y", "Control+s")
    until(lambda: browser.text("#status") == "Could not be saved: the disk is full")
    assert browser.evaluate("document.title.startsWith('•')")


def test_a_browser_that_keeps_nothing_says_so(browser: Any, power: Path) -> None:
    browser.open(power / "review.html")
    browser.evaluate(_NO_ROOM)
    browser.press("y")
    until(lambda: browser.text("#kept") == "This browser keeps nothing for this page: Save before you close it.")
    assert browser.text("#counts") == "1 accepted, 0 rejected"
    browser.download(lambda: browser.press("Control+s"))  # so that the page may be left


def test_a_group_shows_its_members(browser: Any, tmp_path: Path) -> None:
    rows = ["term,group,variants", "变压器,1,主变|主变压器", "断路器,10,", "油枕,1,", "主变,2,"]
    (tmp_path / "groups.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert run("review", tmp_path / "groups.csv", "-o", tmp_path / "groups.html", "--lang", "en").code == 0
    browser.open(tmp_path / "groups.html")
    assert browser.texts(".grouping .chip")[:3] == ["1", "主变", "主变压器"]
    browser.click(".grouping .chip")
    assert browser.texts(".row .term") == ["变压器", "油枕"]
    browser.evaluate("document.querySelectorAll('.grouping .chip')[2].click()")
    assert browser.texts(".row .term") == ["变压器"]


def test_history_leads_back(browser: Any, power: Path) -> None:
    listed = terms(power)
    browser.open(power / "review.html")
    browser.press("y", "n", "y")
    browser.click("#history")
    steps = [f"accepted {listed[2]}", f"rejected {listed[1]}", f"accepted {listed[0]}", "As the file came"]
    assert browser.texts("dialog li bdi") == steps
    browser.click("dialog li:nth-child(3) button")
    assert browser.text("#counts") == "1 accepted, 0 rejected"
    assert selected(browser) == listed[1]
    browser.press("U", "U")
    assert browser.text("#counts") == "2 accepted, 1 rejected"


def test_a_phone_has_room_for_it(browser: Any, power: Path) -> None:
    browser.open(power / "review.html", size=(390, 844))
    wide = "Math.max(...[...document.querySelectorAll('body *')].filter(e => e.offsetParent && !e.closest('.kwic'))"
    wide += ".map(e => e.getBoundingClientRect().right))"
    assert browser.evaluate(wide) <= 390
    assert browser.evaluate("document.querySelector('#list').offsetParent") is None
    browser.click("#accept")
    browser.click("#tab-list")
    assert browser.evaluate("document.querySelector('#card').offsetParent") is None
    assert browser.texts(".row .mark")[:2] == ["✓", "·"]
    assert browser.evaluate(wide) <= 390
    browser.click(".row:nth-child(4)")
    assert browser.evaluate("document.body.dataset.pane") == "card"
    assert selected(browser) == terms(power)[3]
    for name in ("accept", "reject", "skip", "clear"):
        height = f"document.querySelector('#{name}').getBoundingClientRect().height"
        assert browser.evaluate(height) >= 44  # what a finger needs


def kept(path: Path, columns: list[str]) -> dict[str, list[str]]:
    """What a reviewer wrote into a list, by term."""
    frame = read_terms(path)
    for name in columns:
        assert name in frame
    rows = zip(frame["term"], *(frame[name].astype(str) for name in columns), strict=True)
    return {term: cells for term, *cells in rows if any(cells)}


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_two_weeks_lose_nothing(browser: Any, tmp_path: Path, suffix: str) -> None:
    """Discover, review in the page, save, discover again in changed text, review, save, and again in what it was."""
    text = POWER.read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "1.txt").write_text("".join(text[:110]), encoding="utf-8")
    (tmp_path / "2.txt").write_text("".join(text[60:]), encoding="utf-8")
    glossary, page = tmp_path / f"glossary{suffix}", tmp_path / "review.html"
    own = ["verdict", "译文", "备注"]
    discover = ["-b", ENCYCLOPEDIA, "--top", 60, "--review", glossary, "--lang", "zh", "--date", "2026-12-01"]
    assert run("discover", tmp_path / "1.txt", *discover).code == 0
    written: dict[str, list[str]] = {}
    for week, keys in ((1, ["y", "n", "n", " ", "y"]), (2, ["n", "y", " ", "n"])):
        assert run("review", glossary, tmp_path / f"{week}.txt", "-o", page, "--lang", "en").code == 0
        browser.open(page)
        accepted = sum(cells[0] == "y" for cells in written.values())
        assert browser.text("#counts") == f"{accepted} accepted, {len(written) - accepted} rejected"
        browser.press("o")
        if week == 1:
            browser.press("Home")
        for key in keys:
            term = selected(browser)
            assert term not in written
            if key != " ":
                browser.press("t")
                browser.type(f"term of week {week}")
                browser.press("Escape", "m")
                browser.type(f"第{week}周")
                browser.press("Escape")
                written[term] = [key, f"term of week {week}", f"第{week}周"]
            browser.press(key)
        saved = browser.download(lambda: browser.press("Control+s"))
        assert kept(saved, own) == written
        following = tmp_path / ("2.txt" if week == 1 else "1.txt")
        done = run("discover", following, *discover, "--feedback", saved)
        assert done.code == 0, done.err
        saved.unlink()
        assert kept(glossary, own) == written
        if suffix == ".csv":
            assert glossary.read_text(encoding="utf-8-sig").startswith("术语,审定,译文,备注,")
    plain = ["-b", ENCYCLOPEDIA, "--feedback", glossary, "-o", tmp_path / "list.csv"]
    assert run("discover", tmp_path / "1.txt", *plain).code == 0
    rejected = {term for term, (verdict, *_) in written.items() if verdict == "n"}
    assert not rejected & set(read_terms(tmp_path / "list.csv")["term"])
