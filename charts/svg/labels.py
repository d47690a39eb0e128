"""Puts labels where they cover neither each other nor a line."""

from dataclasses import dataclass
from itertools import pairwise

from charts.svg.canvas import TEXT, Anchor, Canvas, Coordinates, fit, text_width

_LINE_HEIGHT = 15.0
_NEAR = 6.0
_OVERLAP_COST = 50.0
_LINE_COST = 7.0
_OUTSIDE_COST = 1000.0
# Half a line of text: no line passes through a label between two dots.
_DOT_STEP = 7.0


@dataclass(frozen=True, slots=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        apart = self.right <= other.left or other.right <= self.left
        return not apart and self.top < other.bottom and other.top < self.bottom

    def covers(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.top <= y <= self.bottom


class Labels:
    """Labels already placed and the lines to keep off, inside the given bounds."""

    def __init__(self, canvas: Canvas, bounds: Box) -> None:
        self._canvas = canvas
        self._bounds = bounds
        self._boxes: list[Box] = []
        self._dots: Coordinates = []

    def keep_off(self, lines: list[Coordinates]) -> None:
        for line in lines:
            for (x1, y1), (x2, y2) in pairwise(line):
                count = max(1, int(max(abs(x2 - x1), abs(y2 - y1)) / _DOT_STEP))
                self._dots += [
                    (x1 + (x2 - x1) * part / count, y1 + (y2 - y1) * part / count)
                    for part in range(count + 1)
                ]

    def block(self, box: Box) -> None:
        self._boxes.append(box)

    def near(self, x: float, y: float, text: str, classes: str = "", *, bold: bool = False) -> None:
        """Writes the text beside the point, where it is free, or least bad."""
        wide = text_width(text, bold=bold)
        if wide > self._bounds.right - self._bounds.left:
            text = fit(text, self._bounds.right - self._bounds.left)
            wide = text_width(text)
        places = _places(x, y, wide)
        # Only the lines near by can be covered; asking all of them took most of a drawing's time.
        reach = Box(x - wide - 10, y - 55, x + wide + 10, y + 55)
        dots = [dot for dot in self._dots if reach.covers(*dot)]
        box = self._best(places, dots)
        self._boxes.append(box)
        self._canvas.text(box.left, box.bottom - 4, text, f"halo {classes}".strip())

    def free(self, x: float, y: float, text: str, anchor: Anchor, *, size: float = TEXT) -> bool:
        """Claims the text's place on its base line; False where another label stands."""
        wide = text_width(text, size)
        left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
        box = Box(left - 1, y - size, left + wide + 1, y + 3)
        if any(box.overlaps(other) for other in self._boxes):
            return False
        self._boxes.append(box)
        return True

    def _best(self, places: list[Box], dots: Coordinates) -> Box:
        """The first place that costs nothing; else the cheapest, an earlier one a little preferred."""
        costs: list[float] = []
        for place in places:
            costs.append(self._cost(place, dots) + len(costs) * 0.5)
            if costs[-1] == (len(costs) - 1) * 0.5:
                return place
        return places[costs.index(min(costs))]

    def _cost(self, box: Box, dots: Coordinates) -> float:
        bounds = self._bounds
        outside = (
            box.left < bounds.left
            or box.right > bounds.right
            or box.top < bounds.top
            or box.bottom > bounds.bottom
        )
        covered = sum(box.covers(x, y) for x, y in dots)
        overlapping = sum(box.overlaps(other) for other in self._boxes)
        return outside * _OUTSIDE_COST + overlapping * _OVERLAP_COST + min(covered, 7) * _LINE_COST


def _places(x: float, y: float, wide: float) -> list[Box]:
    above, below = y - _NEAR - _LINE_HEIGHT, y + _NEAR
    left, middle, right = x - wide - 2, x - wide / 2, x + 2
    far = _LINE_HEIGHT
    corners = [
        (left, above),
        (right, above),
        (middle, above),
        (left, below),
        (right, below),
        (middle, below),
        (x - wide - 8, y - _LINE_HEIGHT / 2),
        (x + 8, y - _LINE_HEIGHT / 2),
        (left, above - far),
        (right, above - far),
        (left, below + far),
        (right, below + far),
        (left, above - 2 * far),
        (left, below + 2 * far),
    ]
    return [Box(corner, top, corner + wide, top + _LINE_HEIGHT) for corner, top in corners]


def spread(places: list[float], gap: float, low: float, high: float) -> list[float]:
    """The same places in the same order, pushed apart to at least `gap`, inside low..high if they fit."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    moved = [min(max(place, low), high) for place in places]
    for before, after in pairwise(order):
        moved[after] = max(moved[after], moved[before] + gap)
    if order and moved[order[-1]] > high:
        moved[order[-1]] = high
        for after, before in pairwise(reversed(order)):
            moved[before] = min(moved[before], moved[after] - gap)
    return moved
