"""A list as a map: terms of like use near each other, the names of their groups where they stand.

In: things in groups, with their places on a plane. Out: a picture as SVG, and a page with it, under the same policy as
the other pages. How groups and places are found is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import numpy as np

from termmine.meaning.grouped import Grouped
from termmine.meaning.groups import NONE
from termmine.meaning.growth import from_the_middle
from termmine.meaning.layout import make_layout
from termmine.review.gather import Gathered
from termmine.review.html import make_page
from termmine.review.labels import SIZE, Label, place_labels
from termmine.review.page import sentences_of
from termmine.version import __version__

WIDTH, HEIGHT, MARGIN, TOP = 1100, 800, 24, 40  # pixels: of the field, around it, and above it
FONT = (
    "Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, PingFang SC, Hiragino Sans GB, Microsoft YaHei, "
    "WenQuanYi Micro Hei, sans-serif"
)
#: Okabe and Ito's colours, which are told apart by those who see no red or green; families beyond share them.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8c6d00", "#56b4e9", "#e69f00", "#555555")


@dataclass(frozen=True)
class Map:
    """The things that are drawn (numbers in ``grouped``), their places in pixels, and the names that have room."""

    grouped: Grouped
    things: list[int]
    places: list[tuple[float, float]]
    labels: list[Label]


def make_map(grouped: Grouped, most: int) -> Map:
    """The map of the first ``most`` things that are in a group; names of groups find room before others."""
    groups = grouped.groups
    things = np.flatnonzero(groups.group != NONE)[:most]
    centred = from_the_middle(grouped.matrix, groups.group != NONE)
    field = make_layout(centred[things]) * (WIDTH, HEIGHT)
    places = [(round(x + MARGIN, 1), round(y + TOP, 1)) for x, y in field.tolist()]
    names = {*groups.family_name.tolist()}, {*groups.group_name.tolist()}
    rank = [0 if thing in names[0] else 1 if thing in names[1] else 2 for thing in things.tolist()]
    order = sorted(range(len(things)), key=lambda i: (rank[i], i))
    size = WIDTH + 2 * MARGIN, HEIGHT + TOP + MARGIN
    labels = place_labels([places[i] for i in order], [grouped.terms[things[i]] for i in order], *size)
    placed = [label._replace(point=order[label.point]) for label in labels]
    return Map(grouped, things.tolist(), places, placed)


def as_svg(drawn: Map, title: str) -> str:
    """The map as SVG, whose names are text; the names of groups are bold."""
    groups, terms = drawn.grouped.groups, drawn.grouped.terms
    bold = {*groups.group_name.tolist(), *groups.family_name.tolist()}
    colour = [COLOURS[(groups.family[thing] - 1) % len(COLOURS)] for thing in drawn.things]
    width, height = WIDTH + 2 * MARGIN, HEIGHT + TOP + MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="{FONT}" font-size="{SIZE}">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="{MARGIN}" y="22" font-size="14" font-weight="bold" fill="#333333">{_text(title)}</text>',
    ]
    lines += [
        f'<circle cx="{x}" cy="{y}" r="2.5" fill="{fill}" fill-opacity="0.7"/>'
        for (x, y), fill in zip(drawn.places, colour, strict=True)
    ]
    anchors = {"left": "start", "right": "end", "center": "middle"}
    for label in drawn.labels:
        thing = drawn.things[label.point]
        look = f'text-anchor="{anchors[label.align]}" fill="{colour[label.point]}"'
        weight = ' font-weight="bold"' if thing in bold else ""
        lines += [f'<text x="{label.x:.1f}" y="{label.y + 4:.1f}" {look}{weight}>{_text(terms[thing])}</text>']
    return "\n".join([*lines, "</svg>"]) + "\n"


def _text(text: str) -> str:
    """Text within markup; what XML cannot hold is left out."""
    return escape("".join(c for c in text if c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff"))


def as_page(drawn: Map, gathered: Mapping[str, Gathered], title: str, language: str | None) -> bytes:
    """The map in a page; ``gathered``: what the corpus says of each term."""
    groups, grouped = drawn.grouped.groups, drawn.grouped
    sentences = sentences_of(gathered)
    points = [
        [grouped.terms[thing], int(groups.group[thing]), grouped.names[thing].variants, x, y,
         sentences.get(grouped.terms[thing], [])]
        for thing, (x, y) in zip(drawn.things, drawn.places, strict=True)
    ]  # fmt: skip
    families = [int(groups.family[name]) if name >= 0 else 0 for name in groups.group_name.tolist()]
    names = ["" if name < 0 else grouped.terms[name] for name in groups.group_name.tolist()]
    of_families = ["" if name < 0 else grouped.terms[name] for name in groups.family_name.tolist()]
    data = {"points": points, "groups": names, "families": of_families, "family": families, "language": language}
    return make_page("map", data, {"svg": as_svg(drawn, title)}, title=title, version=__version__).encode()
