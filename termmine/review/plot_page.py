"""The picture in a page: a click on a point shows its sentences; one file, offline.

In: a chart, what the corpus says of its words, the sentences that the list itself holds. Out: HTML, under the same
policy as the review page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from termmine.review.chart import Chart
from termmine.review.draw import LEFT, TOP, as_svg
from termmine.review.gather import Gathered
from termmine.review.html import make_page
from termmine.review.page import sentences_of
from termmine.version import __version__

#: A sentence: its text, and where it stands.
Sentence = tuple[str, str]


def make_plot(
    chart: Chart,
    gathered: Mapping[str, Gathered],
    held: Mapping[str, list[Sentence]],
    *,
    title: str,
    language: str | None,
) -> bytes:
    """The page of a chart; ``gathered`` and ``held``: what the corpus, and the list itself, say of a word."""
    found = sentences_of(gathered)
    points = [
        [point.name, point.kind, point.freq, point.background, x + LEFT, y + TOP,
         found[point.name] if point.name in found else _held(held.get(point.name, ()))]
        for point, (x, y) in zip(chart.points, chart.places, strict=True)
    ]  # fmt: skip
    data = {"points": points, "language": language}
    pictures = {name: as_svg(chart, title, name) for name in ([language] if language else ["en", "zh"])}
    svg = "".join(_of_language(name, picture) for name, picture in pictures.items())
    return make_page("plot", data, {"svg": svg}, title=title, version=__version__).encode()


def _of_language(language: str, svg: str) -> str:
    """A picture that the page shows in that language."""
    return f'<div class="picture" lang="{"zh-Hans" if language == "zh" else "en"}">{svg}</div>'


def _held(sentences: Iterable[Sentence]) -> list[list[Any]]:
    """Sentences as the list holds them: where the word is in them is not known."""
    return [[text, 0, 0, place] for text, place in sentences]
