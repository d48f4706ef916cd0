"""A chart as SVG or PNG, drawn by Vega; the sole door to vl-convert, which carries Vega and its fonts' measures along.

In: a chart and its words. Out: the bytes of a picture, the same for the same chart and the same version of vl-convert
(a PNG: and the same fonts). Where each point and name lies is decided in `chart`.
"""

from __future__ import annotations

from typing import Any

from termmine.errors import UsageError, missing_package
from termmine.review.chart import HEIGHT, TERM, WIDTH, Chart
from termmine.review.labels import SIZE

LEFT, TOP, RIGHT, BOTTOM = 64, 44, 20, 52  # pixels around the field
TOTAL = (LEFT + WIDTH + RIGHT, TOP + HEIGHT + BOTTOM)
FONT = (
    "Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, PingFang SC, Hiragino Sans GB, Microsoft YaHei, "
    "WenQuanYi Micro Hei, sans-serif"
)
SCALE = 2.0  # pixels of a PNG for each pixel of the chart
TERM_COLOUR, GENERAL_COLOUR = "#1e5fbf", "#b35806"  # blue and brown: distinct to people who see no red or green

WORDS = {
    "en": {
        "x": "Occurrences in the background", "y": "Occurrences in the domain",
        "term": "Terms of the list", "general": "General words", "equal": "equally frequent",
    },
    "zh": {
        "x": "背景语料中的出现次数", "y": "领域语料中的出现次数",
        "term": "词表中的术语", "general": "一般词语", "equal": "同样常见",
    },
}  # fmt: skip


def load() -> Any:
    """vl-convert; a missing one is an error that says how to get it."""
    try:
        import vl_convert
    except ImportError:
        raise missing_package("plot", "vl-convert-python") from None
    return vl_convert


def as_svg(chart: Chart, title: str, language: str) -> str:
    """The chart as SVG, whose names are text."""
    return str(load().vega_to_svg(specification(chart, title, language)))


def as_png(chart: Chart, title: str, language: str) -> bytes:
    """The chart as PNG; where no installed font has Chinese characters, that is an error."""
    check_font()
    return bytes(load().vega_to_png(specification(chart, title, language), scale=SCALE))


def check_font() -> None:
    """Refuse to draw names for which no font is installed: two characters that look the same have none."""
    if glyph("术") == glyph("语"):
        raise UsageError(
            "plot: no font with Chinese characters is installed, and a PNG needs one: "
            "install Noto Sans CJK (Debian: fonts-noto-cjk), or write .svg or .html"
        )


def glyph(character: str) -> bytes:
    """A character as a small PNG."""
    text = f'<text x="4" y="30" font-size="24" font-family="{FONT}">{character}</text>'
    return bytes(load().svg_to_png(f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">{text}</svg>'))


def specification(chart: Chart, title: str, language: str) -> dict[str, Any]:
    """The chart in Vega's language; everything that comes from a list is data, and no expression."""
    words = WORDS[language]
    return {
        "$schema": "https://vega.github.io/schema/vega/v5.json",
        "width": WIDTH,
        "height": HEIGHT,
        "autosize": "none",
        "padding": {"left": LEFT, "top": TOP, "right": RIGHT, "bottom": BOTTOM},
        "background": "white",
        "config": {"font": FONT, "text": {"font": FONT}},
        "data": _data(chart, title, words),
        "marks": [*_axes(words), *_equal_line(chart, words), *_points(), *_names(), *_legend(words)],
    }


def _data(chart: Chart, title: str, words: dict[str, str]) -> list[dict[str, Any]]:
    points = [
        {"x": x, "y": y, "kind": point.kind, "name": point.name}
        for point, (x, y) in zip(chart.points, chart.places, strict=True)
    ]
    names = [
        {"x": label.x, "y": label.y, "align": label.align, "name": points[label.point]["name"],
         "kind": points[label.point]["kind"]}
        for label in chart.labels
    ]  # fmt: skip
    return [
        {"name": "points", "values": points},
        {"name": "names", "values": names},
        {"name": "x_ticks", "values": [{"at": at, "n": f"{n:,}"} for at, n in chart.x_ticks]},
        {"name": "y_ticks", "values": [{"at": at, "n": f"{n:,}"} for at, n in chart.y_ticks]},
        {"name": "title", "values": [{"text": title}]},
    ]


def _field(name: str) -> dict[str, str]:
    return {"field": name}


def _value(value: Any) -> dict[str, Any]:
    return {"value": value}


def _text(data: str | None, **encode: Any) -> dict[str, Any]:
    look = {"font": _value(FONT), "fontSize": _value(SIZE), "fill": _value("#333")} | encode
    mark: dict[str, Any] = {"type": "text", "encode": {"enter": look}}
    return mark if data is None else mark | {"from": {"data": data}}


def _rule(data: str, **encode: Any) -> dict[str, Any]:
    return {"type": "rule", "from": {"data": data}, "encode": {"enter": {"stroke": _value("#ddd")} | encode}}


def _axes(words: dict[str, str]) -> list[dict[str, Any]]:
    frame = {name: _value(value) for name, value in (("width", WIDTH), ("height", HEIGHT), ("stroke", "#999"))}
    middle, bold = _value("middle"), _value("bold")
    return [
        _rule("x_ticks", x=_field("at"), y=_value(0), y2=_value(HEIGHT)),
        _rule("y_ticks", y=_field("at"), x=_value(0), x2=_value(WIDTH)),
        {"type": "rect", "encode": {"enter": frame}},
        _text("x_ticks", x=_field("at"), y=_value(HEIGHT + 16), text=_field("n"), align=_value("center")),
        _text("y_ticks", x=_value(-6), y=_field("at"), text=_field("n"), align=_value("right"), baseline=middle),
        _text(None, x=_value(WIDTH / 2), y=_value(HEIGHT + 40), text=_value(words["x"]), align=_value("center"),
              fontSize=_value(13)),
        _text(None, x=_value(-48), y=_value(HEIGHT / 2), text=_value(words["y"]), align=_value("center"),
              fontSize=_value(13), angle=_value(-90)),
        _text("title", x=_value(0), y=_value(-20), text=_field("text"), fontSize=_value(14), fontWeight=bold),
    ]  # fmt: skip


def _equal_line(chart: Chart, words: dict[str, str]) -> list[dict[str, Any]]:
    if chart.equal is None:
        return []
    (x, y), (x2, y2) = chart.equal
    line = {"x": _value(x), "y": _value(y), "x2": _value(x2), "y2": _value(y2)}
    look = line | {"stroke": _value("#999"), "strokeDash": _value([4, 4])}
    word = _text(None, x=_value(x2 - 4), y=_value(max(y2 + 14, 14)), text=_value(words["equal"]),
                 align=_value("right"), fill=_value("#777"))  # fmt: skip
    return [{"type": "rule", "encode": {"enter": look}}, word]


def _by_kind(term: str, general: str) -> list[dict[str, str]]:
    return [{"test": f"datum.kind === '{TERM}'", "value": term}, {"value": general}]


def _points() -> list[dict[str, Any]]:
    look = {
        "x": _field("x"),
        "y": _field("y"),
        "size": _value(26),
        "shape": _by_kind("circle", "diamond"),
        "fill": _by_kind(TERM_COLOUR, GENERAL_COLOUR),
        "fillOpacity": _value(0.55),
    }
    return [{"type": "symbol", "from": {"data": "points"}, "encode": {"enter": look}}]


def _names() -> list[dict[str, Any]]:
    fill = _by_kind("#0d3a7d", "#6b3503")
    place = {"x": _field("x"), "y": _field("y"), "align": _field("align"), "baseline": _value("middle")}
    return [_text("names", text=_field("name"), fill=fill, **place)]


def _legend(words: dict[str, str]) -> list[dict[str, Any]]:
    marks = []
    for i, (kind, shape, colour) in enumerate(
        (("term", "circle", TERM_COLOUR), ("general", "diamond", GENERAL_COLOUR))
    ):
        x = WIDTH - 250 + 140 * i
        look = {"x": x, "y": -24, "size": 40, "shape": shape, "fill": colour}
        marks.append({"type": "symbol", "encode": {"enter": {name: _value(value) for name, value in look.items()}}})
        marks.append(_text(None, x=_value(x + 9), y=_value(-20), text=_value(words[kind])))
    return marks
