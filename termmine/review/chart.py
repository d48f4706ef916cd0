"""The places of terms and general words: frequency in the domain against frequency in the background, both logarithmic.

In: a table of terms, and general words with two frequencies. Out: points in pixels, the names that have room, the ticks
of the axes, and the line on which a word is as frequent here as there. Nothing is drawn here.
"""

from __future__ import annotations

import math
import statistics
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from termmine.errors import TermmineError
from termmine.formats.cells import is_missing
from termmine.review.labels import Label, place_labels

if TYPE_CHECKING:
    import pandas as pd

WIDTH, HEIGHT = 860, 600  # pixels of the field between the axes
NEVER = -0.6  # the place of a frequency of 0: a little before 1, which lies at 0
SPREAD = 0.09  # of a power of ten: how far points with the same two frequencies are drawn apart
TERM, GENERAL = "term", "general"


class Point(NamedTuple):
    """A term of the list, by its rank, or a general word: its two frequencies."""

    name: str
    kind: str
    freq: int
    background: int


@dataclass(frozen=True)
class Chart:
    """Points with their places in pixels (from the top left corner), names, ticks (place in pixels and frequency), and
    the two ends of the line of equal shares, None where the list does not say.
    """

    points: list[Point]
    places: list[tuple[float, float]]
    labels: list[Label]
    x_ticks: list[tuple[float, int]]
    y_ticks: list[tuple[float, int]]
    equal: tuple[tuple[float, float], tuple[float, float]] | None


def make_chart(frame: pd.DataFrame, name: str, general: Iterable[tuple[str, int, int]]) -> Chart:
    """The picture of a list; ``name`` is that of its file, ``general`` words with their frequencies here and there."""
    points = [*_terms(frame, name), *(Point(word, GENERAL, here, there) for word, here, there in general)]
    x_most = max(1.0, *(_power(point.background) for point in points)) + 0.25
    y_most = max(1.0, *(_power(point.freq) for point in points)) + 0.25
    places = [_place(point, x_most, y_most) for point in points]
    order = _by_importance(points)
    labels = place_labels([places[i] for i in order], [points[i].name for i in order], WIDTH, HEIGHT)
    return Chart(
        points=points,
        places=places,
        labels=[label._replace(point=order[label.point]) for label in labels],
        x_ticks=[(_x(power, x_most), n) for power, n in _ticks(x_most)],
        y_ticks=[(_y(power, y_most), n) for power, n in _ticks(y_most)],
        equal=_equal(frame, x_most, y_most),
    )


def _terms(frame: pd.DataFrame, name: str) -> list[Point]:
    for column in ("freq", "background_freq"):
        if column not in frame:
            raise TermmineError(f"{name}: has no column {column} to draw: give a list as discover writes it")
    rows = zip(frame["term"].tolist(), frame["freq"].tolist(), frame["background_freq"].tolist(), strict=True)
    points = [
        Point(term, TERM, int(freq), int(background))
        for term, freq, background in rows
        if not is_missing(freq) and not is_missing(background)
    ]
    if not points:
        raise TermmineError(f"{name}: no row has both freq and background_freq: give a list as discover writes it")
    return points


def _by_importance(points: list[Point]) -> list[int]:
    """Terms and general words in turn, each in their order, so that both get names."""
    terms = [i for i, point in enumerate(points) if point.kind == TERM]
    general = [i for i, point in enumerate(points) if point.kind == GENERAL]
    in_turn = [i for pair in zip(terms, general, strict=False) for i in pair]
    return [*in_turn, *terms[len(general) :], *general[len(terms) :]]


def _power(freq: int) -> float:
    return math.log10(freq) if freq > 0 else NEVER


def _place(point: Point, x_most: float, y_most: float) -> tuple[float, float]:
    """The place of a point; a hash of its name moves it a little, for many words are equally rare."""
    key = zlib.crc32(point.name.encode(errors="backslashreplace"))
    dx, dy = ((key >> shift & 0xFF) / 255 * 2 - 1 for shift in (0, 8))
    wide = 3 if point.background == 0 else 1  # the column of what never occurs there has room
    x = _power(point.background) + SPREAD * wide * dx
    return _x(x, x_most), _y(_power(point.freq) + SPREAD * dy, y_most)


def _x(power: float, most: float) -> float:
    return round((power - NEVER + 0.4) / (most - NEVER + 0.4) * WIDTH, 2)


def _y(power: float, most: float) -> float:
    return round(HEIGHT - (power - NEVER + 0.2) / (most - NEVER + 0.2) * HEIGHT, 2)


def _ticks(most: float) -> list[tuple[float, int]]:
    return [(NEVER, 0), *((float(power), 10**power) for power in range(int(most) + 1))]


def _equal(frame: pd.DataFrame, x_most: float, y_most: float) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """The line of equal shares of all symbols: the sizes of both corpora follow from the log ratios."""
    if "log_ratio" not in frame:
        return None
    rows = zip(frame["freq"].tolist(), frame["background_freq"].tolist(), frame["log_ratio"].tolist(), strict=True)
    told = [
        ratio - math.log2((freq + 0.5) / (background + 0.5))  # see measures.log_ratio
        for freq, background, ratio in rows
        if not (is_missing(freq) or is_missing(background) or is_missing(ratio))
    ]
    if not told:
        return None
    shift = statistics.median(told) * math.log10(2)  # of log10 of the background's size over the domain's
    low, high = max(0.0, shift), min(x_most, y_most + shift)
    if low >= high:
        return None
    ends = [(_x(power, x_most), _y(power - shift, y_most)) for power in (low, high)]
    return ends[0], ends[1]
