"""The picture: where points lie and which get names, that its bytes repeat, and that names are names."""

from __future__ import annotations

import math
import re
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.browsers import BROWSERS, launched, until
from support.command import run
from support.naive import compared
from termmine.options import ReadOptions
from termmine.review import draw
from termmine.review.chart import GENERAL, HEIGHT, NEVER, SPREAD, TERM, WIDTH, Chart, make_chart
from termmine.review.general import general_words
from termmine.review.labels import GAP, RADIUS, Box, choices, place_labels
from termmine.runtime.progress import Progress

pytest.importorskip("vl_convert", reason="vl-convert-python is not installed: no picture is drawn")

PLACES = st.tuples(st.floats(0, 200, width=16), st.floats(0, 100, width=16))
NAMES = st.text("变压器ab", min_size=1, max_size=8)


@compared("plot: labels")
@given(points=st.lists(st.tuples(PLACES, NAMES), max_size=25))
def test_names_are_placed_as_by_the_twin(points: list[tuple[tuple[float, float], str]]) -> None:
    places, names = [place for place, _ in points], [name for _, name in points]
    taken = [Box(x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS) for x, y in places]
    expected = []
    for i, ((x, y), name) in enumerate(points):
        for align, box in choices(x, y, name):
            apart = all(
                box.right <= o.left or o.right <= box.left or box.bottom <= o.top or o.bottom <= box.top for o in taken
            )
            if apart and box.left >= 0 and box.right <= 200 and box.top >= 0 and box.bottom <= 100:
                taken.append(box)
                expected.append((i, align))
                break
    labels = place_labels(places, names, 200, 100)
    assert [(label.point, label.align) for label in labels] == expected
    for label in labels:
        x, y = places[label.point]
        assert abs({"left": x + GAP, "right": x - GAP, "center": x}[label.align] - label.x) < 1e-6
        assert abs(label.y - y) <= GAP + 12


def frame(*rows: tuple[str, int, int, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["term", "freq", "background_freq", "log_ratio"])


SIZES = st.integers(0, 10**6)


@given(
    rows=st.lists(st.tuples(st.text("变压器甲乙", min_size=1), SIZES, SIZES), min_size=1, max_size=8),
    general=st.lists(st.tuples(st.text("的一是", min_size=1), SIZES, SIZES), max_size=5),
)
def test_points_lie_by_their_frequencies(rows: list[tuple[str, int, int]], general: list[tuple[str, int, int]]) -> None:
    chart = make_chart(frame(*((term, freq, there, 0.0) for term, freq, there in rows)), "a.csv", general)
    assert [point.kind for point in chart.points] == [TERM] * len(rows) + [GENERAL] * len(general)
    assert [(point.name, point.freq, point.background) for point in chart.points] == [*rows, *general]
    ticks = {n: at for at, n in chart.x_ticks}, {n: at for at, n in chart.y_ticks}
    power_x, power_y = ticks[0][10] - ticks[0][1], ticks[1][1] - ticks[1][10]
    for point, (x, y) in zip(chart.points, chart.places, strict=True):
        assert 0 <= x <= WIDTH
        assert 0 <= y <= HEIGHT
        log_x = math.log10(point.background) if point.background else NEVER
        log_y = math.log10(point.freq) if point.freq else NEVER
        wide = 3 if point.background == 0 else 1
        assert abs(ticks[0][1] + log_x * power_x - x) <= wide * SPREAD * power_x + 0.1
        assert abs(ticks[1][1] - log_y * power_y - y) <= SPREAD * power_y + 0.1


def test_equally_frequent_words_lie_on_the_line() -> None:
    """A background ten times as large: 20 here and 200 there is the same share."""
    ratio = math.log2((20 + 0.5) / (1e5 + 0.5)) - math.log2((200 + 0.5) / (1e6 + 0.5))
    chart = make_chart(frame(("甲", 20, 200, ratio)), "a.csv", [])
    assert chart.equal is not None
    (x, y), (x2, y2) = chart.equal
    ticks_x, ticks_y = ({n: at for at, n in ticks} for ticks in (chart.x_ticks, chart.y_ticks))
    at_100 = y + (ticks_x[100] - x) / (x2 - x) * (y2 - y)
    assert abs(at_100 - ticks_y[10]) < 0.1


def test_general_words_are_counted_here_and_there(tmp_path: Path) -> None:
    (tmp_path / "here.txt").write_text("我们的变压器没有问题，我们没有办法。\n", encoding="utf-8")
    (tmp_path / "there.txt").write_text("我们没有桌子。我们没有钱，但是我们走。\n", encoding="utf-8")
    here, there = [tmp_path / "here.txt"], [tmp_path / "there.txt"]
    counted = general_words(here, there, ["桌子"], 3, ReadOptions(), Progress())
    assert counted == [("我们", 2, 3), ("没有", 2, 2), ("但是", 0, 1)]
    (tmp_path / "list.txt").write_text("我们\t70\n没有\t30\n", encoding="utf-8")
    assert general_words(here, [tmp_path / "list.txt"], [], 3, ReadOptions(), Progress()) == [
        ("我们", 2, 70),
        ("没有", 2, 30),
    ]
    dictionary = general_words(here, [], [], 5, ReadOptions(), Progress())
    assert [there for _, _, there in dictionary] == sorted((there for _, _, there in dictionary), reverse=True)


HOSTILE = ["<script>alert(1)</script>", "a&b\"'", "变\u202e压", "']; alert(1); ['", "电" * 40]


def hostile_chart() -> Chart:
    return make_chart(frame(*((name, 10**i, 10 ** (4 - i), 1.0) for i, name in enumerate(HOSTILE))), "a.csv", [])


def test_names_are_text_in_svg_and_the_bytes_repeat() -> None:
    svg = draw.as_svg(hostile_chart(), "<title>&", "en")
    assert svg == draw.as_svg(hostile_chart(), "<title>&", "en")
    root = ElementTree.fromstring(svg)
    texts = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert set(HOSTILE[:4]) <= set(texts)
    assert "<title>&" in texts
    tags = {node.tag.rpartition("}")[2] for node in root.iter()}
    assert tags <= {"svg", "g", "path", "text", "line", "rect", "defs", "clipPath"}
    names = {name for node in root.iter() for name in node.attrib}
    assert not [name for name in names if name.startswith("on") or name in ("style", "href")]
    assert "http" not in svg.replace('"http://www.w3.org/2000/svg"', "").replace('"http://www.w3.org/1999/xlink"', "")


@pytest.fixture
def has_font() -> None:
    if draw.glyph("术") == draw.glyph("语"):
        pytest.skip("no font with Chinese characters is installed")


@pytest.mark.usefixtures("has_font")
def test_a_png_repeats_and_shows_its_names() -> None:
    one, other = (make_chart(frame((name, 10, 10, 1.0)), "a.csv", []) for name in ("变压", "电压"))
    png = draw.as_png(one, "", "en")
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert png == draw.as_png(one, "", "en")
    assert png != draw.as_png(other, "", "en")


def test_a_missing_font_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draw, "glyph", lambda _: b"an empty box")
    with pytest.raises(draw.UsageError, match=r"no font with Chinese characters.*fonts-noto-cjk"):
        draw.as_png(hostile_chart(), "", "en")


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("terms.csv").write_text("term,freq,background_freq,log_ratio\n变压器,3,0,5\n跳闸,2,1,2\n", encoding="utf-8")
    Path("held.csv").write_text(
        "term,freq,background_freq,context_1,source_1\n变压器,3,0,变压器坏了。,a.txt:1\n", encoding="utf-8"
    )
    Path("a.txt").write_text("变压器跳闸，我们换了变压器。\n我们的变压器跳闸了。\n", encoding="utf-8")
    Path("b.txt").write_text("我们没有变化。\n", encoding="utf-8")
    return tmp_path


def test_the_picture_has_both_sides(files: Path) -> None:
    done = run("plot", "terms.csv", "a.txt", "-b", "b.txt", "-o", "p.svg", "--lang", "zh", "--title", "电力")
    assert (done.code, done.err.count("\n")) == (0, 1)
    assert done.err.startswith("termmine: 2 个术语，写入 p.svg，")
    svg = Path("p.svg").read_bytes()
    for name in ("变压器", "跳闸", "我们", "没有", "变化", "电力", "词表中的术语", "一般词语"):
        assert f">{name}</text>" in svg.decode()
    run("plot", "terms.csv", "a.txt", "-b", "b.txt", "-o", "again.svg", "--lang", "zh", "--title", "电力")
    assert Path("again.svg").read_bytes() == svg
    alone = run("plot", "terms.csv", "-o", "alone.svg", "--top", 1)
    assert alone.err.startswith("termmine: no general words: they are drawn, too, where the corpus is named")
    assert "\ntermmine: 1 term in alone.svg, " in alone.err
    assert "跳闸" not in Path("alone.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["terms.csv", "-o", "p.gif"], 2, "p.gif: its name tells no picture: end it in .html, .svg, .png"),
        (["terms.csv", "-b", "b.txt", "-o", "p.svg"], 2, "name it after the list"),
        (["bare.csv", "-o", "p.svg"], 1, "bare.csv: has no column background_freq to draw"),
        (["gaps.csv", "-o", "p.svg"], 1, "gaps.csv: no row has both"),
        (["terms.csv", "none.txt", "-o", "p.svg"], 1, "none.txt: no such file"),
        (["a.txt", "-o", "p.svg"], 1, "has no column called term"),
        (["terms.csv", "-o", "terms.csv"], 2, "its name tells no picture"),
    ],
)
def test_what_cannot_be_drawn_is_one_line(files: Path, arguments: list[str], code: int, said: str) -> None:
    Path("bare.csv").write_text("term,freq\n变压器,3\n", encoding="utf-8")
    Path("gaps.csv").write_text("term,freq,background_freq\n变压器,3,\n", encoding="utf-8")
    done = run("plot", *arguments)
    assert done.code == code
    assert said in done.err
    assert done.err.count("\n") == 1
    assert not Path("p.svg").exists()


def test_the_page_is_as_strict_as_that_for_reviewing(files: Path) -> None:
    assert run("plot", "terms.csv", "a.txt", "-b", "b.txt", "-o", "p.html").code == 0
    html = Path("p.html").read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1]  # type: ignore[index]
    assert policy.startswith("default-src &#x27;none&#x27;; script-src &#x27;sha256-")
    assert "unsafe" not in policy
    assert str(files) not in html
    markup = re.sub(r"<script.*?</script>|<style.*?</style>", "", html, flags=re.DOTALL)
    assert not re.search(r"\s(?:style|src|href|on\w+)=", markup)


@pytest.mark.parametrize("name", sorted(BROWSERS))
def test_a_click_shows_sentences(name: str, files: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert run("plot", "terms.csv", "a.txt", "-b", "b.txt", "-o", "p.html", "--lang", "zh").code == 0
    assert run("plot", "held.csv", "-o", "held.html", "--lang", "zh").code == 0
    with launched(name, tmp_path_factory.mktemp(name)) as browser:
        browser.open(files / "p.html")
        place = "(() => { const [x, y] = JSON.parse(document.getElementById('data').textContent).points[1].slice(4, 6);"
        place += " const svg = document.querySelector('svg'), box = svg.getBoundingClientRect();"
        place += " const {width, height} = svg.viewBox.baseVal;"
        place += " svg.dispatchEvent(new MouseEvent('click', {clientX: box.left + (x + 3) / width * box.width,"
        place += " clientY: box.top + (y - 3) / height * box.height})); })()"
        browser.evaluate(place)
        assert browser.text("#shown h2") == "跳闸"
        assert sorted(browser.texts("#shown bdi:first-child mark")) == ["跳闸", "跳闸"]
        browser.press("ArrowUp")
        assert browser.text("#shown h2") == "变压器"
        assert browser.text("#shown .faint") == "词表中的术语 · 领域中出现 3 · 背景中出现 0"
        browser.click("#search")
        browser.type("没有")
        until(lambda: browser.text("#shown h2") == "没有")
        assert browser.evaluate("document.querySelectorAll('svg circle').length") == 1
        browser.open(files / "held.html")
        browser.press("ArrowDown")
        assert browser.texts("#shown li") == ["变压器坏了。a.txt:1"]
