"""The map: who lies near whom, which names it has, that its bytes repeat, and that a click shows sentences."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from support.browsers import BROWSERS, launched
from termmine.errors import UsageError
from termmine.meaning import layout
from termmine.meaning.grouped import Grouped
from termmine.meaning.groups import make_groups
from termmine.meaning.variants import Names
from termmine.review.gather import Gathered, Shown
from termmine.review.map import HEIGHT, MARGIN, TOP, WIDTH, as_page, as_svg, make_map

pytest.importorskip("sklearn", reason="scikit-learn is not installed: no map is drawn")

NAMES = ["变压器", "<b>&术语\x00", "断路器", "隔离开关", "母线", "学习率", "优化器", "损失函数", "梯度", "正则化", "无"]


def two_kinds() -> np.ndarray:
    """Five vectors in one direction, five in another, and none."""
    noise = np.random.RandomState(5).standard_normal((10, 4)) * 0.05
    kinds = np.repeat([[1.0, 0, 0, 0], [0, 1.0, 0, 0]], 5, axis=0)
    return np.vstack([kinds + noise, np.zeros((1, 4))]).astype(np.float32)


@pytest.fixture(scope="module")
def grouped() -> Grouped:
    matrix = two_kinds()
    names = [Names(i, ["主变"] if i == 0 else []) for i in range(len(NAMES))]
    return Grouped(names, NAMES, make_groups(matrix, 2, 2), matrix)


@pytest.fixture(scope="module")
def svg(grouped: Grouped) -> str:
    return as_svg(make_map(grouped, 50), "标题 <&>")


def test_like_terms_lie_near_each_other(grouped: Grouped) -> None:
    drawn = make_map(grouped, 50)
    assert drawn.things == list(range(10))
    places = np.array(drawn.places)
    assert (places >= (MARGIN, TOP)).all()
    assert (places <= (WIDTH + MARGIN, HEIGHT + TOP)).all()
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    for i in range(10):
        kin = [j for j in range(10) if j // 5 == i // 5 and j != i]
        strangers = [j for j in range(10) if j // 5 != i // 5]
        assert apart[i, kin].mean() < apart[i, strangers].mean()


def test_the_svg_holds_text_and_no_more(svg: str, grouped: Grouped) -> None:
    root = ElementTree.fromstring(svg)
    texts = [node.text for node in root.iter() if node.tag.endswith("text")]
    assert texts[0] == "标题 <&>"
    bold = {node.text for node in root.iter() if node.get("font-weight") == "bold"} - {"标题 <&>"}
    assert bold <= {NAMES[i].replace("\x00", "") for i in grouped.groups.group_name[1:]}
    assert len(bold) == 2
    assert {node.tag.rpartition("}")[2] for node in root.iter()} == {"svg", "rect", "text", "circle"}
    assert sum(node.tag.endswith("circle") for node in root.iter()) == 10
    assert as_svg(make_map(grouped, 50), "标题 <&>") == svg


def test_the_page_holds_the_sentences(grouped: Grouped) -> None:
    told = Gathered(1, [], [], [Shown("变压器跳闸。", 0, 3, "/home/li/a.txt", 7)], 1)
    page = as_page(make_map(grouped, 3), {"变压器": told}, "标题 <&>", "zh").decode()
    assert "default-src 'none'" in page.replace("&#x27;", "'")
    data = json.loads(re.search('id="data">(.*?)</script>', page)[1])  # type: ignore[index]
    assert [point[0] for point in data["points"]] == NAMES[:3]
    assert data["points"][0][2] == ["主变"]
    assert data["points"][0][5] == [["变压器跳闸。", 0, 3, "a.txt:7"]]
    assert data["points"][1][5] == []
    assert "/home/li" not in page
    assert "<b>" not in page.partition('id="data"')[2]


def test_few_terms_need_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sklearn.manifold", None)
    places = layout.make_layout(np.eye(4))
    assert len({tuple(place) for place in places.tolist()}) == 4
    assert layout.make_layout(np.zeros((0, 4))).shape == (0, 2)
    with pytest.raises(UsageError, match=r"pip install 'termmine\[map\]'"):
        layout.make_layout(np.eye(20))


@pytest.mark.parametrize("name", BROWSERS)
def test_a_click_shows_group_and_sentences(name: str, grouped: Grouped, tmp_path: Path) -> None:
    told = {"变压器": Gathered(1, [], [], [Shown("变压器跳闸。", 0, 3, "a.txt", 7)], 1)}
    path = tmp_path / "map.html"
    path.write_bytes(as_page(make_map(grouped, 50), told, "图", "zh"))
    with launched(name, tmp_path) as browser:
        browser.open(path)
        place = "(() => { const [x, y] = JSON.parse(document.getElementById('data').textContent).points[0].slice(3, 5);"
        place += " const svg = document.querySelector('svg'), box = svg.getBoundingClientRect();"
        place += " const {width, height} = svg.viewBox.baseVal;"
        place += " svg.dispatchEvent(new MouseEvent('click', {clientX: box.left + x / width * box.width,"
        place += " clientY: box.top + y / height * box.height})); })()"
        browser.evaluate(place)
        assert browser.text("#shown h2") == "变压器"
        assert browser.texts("#shown mark") == ["变压器"]
        assert "又作 主变" in browser.text("#shown")
        assert len(browser.texts("#shown button")) == 5
        assert browser.evaluate("document.querySelectorAll('svg g circle').length") == 5
        browser.press("ArrowDown")
        assert "本文件中没有例句" in browser.text("#shown")
        browser.click("#search")
        browser.type("学习")
        assert browser.text("#shown h2") == "学习率"
