"""Names beside their points, where there is room: none covers another one, or a point.

In: points in pixels and their names, the most important ones first. Out: where each name stands, for those that have
room. What is drawn, and by whom, is not known here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from termmine.text.display import display_width

SIZE = 11  # pixels: of a Han character, and the height of a name
GAP = 4  # pixels between the middle of a point and its name
RADIUS = 2.5  # pixels of a point
_CELL = 48  # pixels: the side of a cell of the grid in which neighbours are looked for


class Box(NamedTuple):
    """A rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """True where two rectangles have more than an edge in common."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def holds(self, other: Box) -> bool:
        """True where another rectangle lies in this one."""
        return (
            self.left <= other.left and self.top <= other.top and self.right >= other.right
            and self.bottom >= other.bottom
        )  # fmt: skip


class Label(NamedTuple):
    """A name that has room: which point it belongs to, its place, and the side of the place that it lies on."""

    point: int
    x: float
    y: float
    align: str


def place_labels(
    places: Sequence[tuple[float, float]], names: Sequence[str], width: float, height: float
) -> list[Label]:
    """Places for names: to the right of their point, to its left, above it or below it; the first ones choose first.

    ``places`` and ``names``: one a point; the picture is ``width`` by ``height`` pixels, which no name leaves.
    """
    field = Box(0.0, 0.0, width, height)
    grid: dict[tuple[int, int], list[Box]] = defaultdict(list)
    for x, y in places:
        _put(grid, Box(x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS))
    placed = []
    for i, ((x, y), name) in enumerate(zip(places, names, strict=True)):
        free = ((align, box) for align, box in choices(x, y, name) if field.holds(box) and not _meets(grid, box))
        align, box = next(free, ("", field))
        if align:
            _put(grid, box)
            anchor = {"left": box.left, "right": box.right}.get(align, x)
            placed.append(Label(i, anchor, (box.top + box.bottom) / 2, align))
    return placed


def label_width(name: str) -> float:
    """The width of a name in pixels: a Han character is as wide as high, a letter a little more than half of that."""
    return display_width(name) * SIZE * 0.55


def choices(x: float, y: float, name: str) -> Iterator[tuple[str, Box]]:
    """The places for a name in order: its alignment, and the box that it takes."""
    w, h = label_width(name), SIZE + 1
    yield "left", Box(x + GAP, y - h / 2, x + GAP + w, y + h / 2)
    yield "right", Box(x - GAP - w, y - h / 2, x - GAP, y + h / 2)
    yield "center", Box(x - w / 2, y - GAP - h, x + w / 2, y - GAP)
    yield "center", Box(x - w / 2, y + GAP, x + w / 2, y + GAP + h)


def _cells(box: Box) -> Iterable[tuple[int, int]]:
    for column in range(int(box.left // _CELL), int(box.right // _CELL) + 1):
        for row in range(int(box.top // _CELL), int(box.bottom // _CELL) + 1):
            yield column, row


def _put(grid: dict[tuple[int, int], list[Box]], box: Box) -> None:
    for cell in _cells(box):
        grid[cell].append(box)


def _meets(grid: dict[tuple[int, int], list[Box]], box: Box) -> bool:
    return any(box.overlaps(other) for cell in _cells(box) for other in grid.get(cell, ()))
