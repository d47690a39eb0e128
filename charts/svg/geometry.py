"""Axes: from values to places on the sheet."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from charts.description import Series
from charts.svg.canvas import Coordinates, text_width

# Beyond this a difference of two values could overflow a float.
FURTHEST = 1e300
STRIDES = (1, 2, 3, 4, 6, 12, 24, 36, 60, 120)


@dataclass(frozen=True, slots=True)
class Axis:
    """A linear axis: value `low` lies at `start`, value `high` at `end`."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        value = min(max(value, -FURTHEST), FURTHEST)
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def span(values: Iterable[float], *, zero: bool, padding: float = 0.0) -> tuple[float, float]:
    """The range an axis must show, never of width nought; with `zero` it includes zero."""
    shown = [min(max(value, -FURTHEST), FURTHEST) for value in values]
    low, high = min(shown, default=0.0), max(shown, default=1.0)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high == low:
        room = abs(high) * 0.1 or 1.0
        return (low, high + room) if zero else (low - room, high + room)
    room = (high - low) * padding
    # A quantity that is never negative gets no room below zero.
    bottom = max(low - room, 0.0) if low >= 0 else low - room
    return bottom, (high + room if high > 0 or not zero else high)


def ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Round values inside the range, about so many."""
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((power * factor for factor in (1, 2, 2.5, 5) if power * factor >= rough), power * 10)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [index * step for index in range(first, last + 1)]


def runs(series: Series, x: Axis, y: Axis) -> list[Coordinates]:
    """The series cut at its gaps, in places on the sheet."""
    found: list[Coordinates] = []
    previous = None
    for index, value in series.points:
        if previous is None or index != previous + 1:
            found.append([])
        found[-1].append((x.at(index), y.at(value)))
        previous = index
    return found


def shown_labels(labels: Sequence[str], step: float, size: float) -> list[int]:
    """Which period labels fit: every so-manieth from the first, by a stride people count in."""
    if not labels:
        return []
    widest = max(text_width(label, size) for label in labels) + 10
    stride = next((stride for stride in STRIDES if stride * step >= widest), len(labels))
    return list(range(0, len(labels), stride))
