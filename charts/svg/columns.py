"""Actual against plan: columns by period, over them ΔPL as bars on the same scale and ΔPL% as pins."""

from dataclasses import dataclass

from charts.description import Chart, Role, Variance, variances
from charts.numbers import Figures, percent
from charts.svg.canvas import SMALL_TEXT, Canvas, Size, text_width
from charts.svg.geometry import Axis, shown_labels, span
from charts.svg.labels import Box, Labels

_HEIGHTS: dict[Size, int] = {"large": 400, "medium": 350, "small": 330}
_BOTTOM = 24.0
_PIN_HALF = 20.0
# Room for one line of numbers at the end of a bar.
_NUMBER = 17.0
_LARGEST_RATIO = 1.0
# From back to front: how far a column stands left or right of its place, in overlaps.
_SHIFTS: dict[Role, float] = {"PY": -2, "PL": -1, "FC": 0.5, "AC": 0.5}


@dataclass(frozen=True, slots=True)
class Slots:
    """Where the columns stand: the middle of each period, and how wide a column is."""

    first: float
    step: float

    def middle(self, index: int) -> float:
        return self.first + self.step * (index + 0.5)

    @property
    def column(self) -> float:
        return min(self.step * 0.6, 44.0)


def draw(chart: Chart, canvas: Canvas) -> None:
    canvas.height = float(_HEIGHTS[canvas.size])
    figures = chart.figures()
    left = text_width("ΔPL%") + 8
    slots = Slots(left, (canvas.width - left - 4) / len(chart.labels))
    found = variances(chart)
    pins = 30.0 + _PIN_HALF
    changes, values = _axes(chart, found, pins + _PIN_HALF + _NUMBER + 12, canvas.height - _BOTTOM)
    _pins(canvas, slots, found, pins)
    _changes(canvas, slots, found, changes, figures)
    _columns(chart, canvas, slots, values, figures)
    _periods(chart, canvas, slots)


def _axes(chart: Chart, found: list[Variance], top: float, bottom: float) -> tuple[Axis, Axis]:
    """One pixel is worth the same in both panels, so that a variance looks as large as it is."""
    change_low, change_high = span([item.change for item in found], zero=True)
    low, high = span([value for series in chart.series for _index, value in series.points], zero=True)
    if not any(item.change for item in found):
        change_low, change_high = 0.0, (high - low) * 0.02
    room = bottom - top - 4 * _NUMBER
    unit = room / ((change_high - change_low) + (high - low))
    changes = Axis(change_low, change_high, top + _NUMBER + unit * (change_high - change_low), top + _NUMBER)
    floor = bottom - (_NUMBER if low < 0 else 0)
    return changes, Axis(low, high, floor, floor - unit * (high - low))


def _pins(canvas: Canvas, slots: Slots, found: list[Variance], middle: float) -> None:
    canvas.text(0, middle + 4, "ΔPL%", "muted")
    canvas.line("plan-axis", slots.first, middle, canvas.width, middle)
    labels = Labels(canvas, Box(0, 0, canvas.width, canvas.height))
    largest = max((abs(item.ratio) for item in found if item.ratio is not None), default=0.0)
    axis = Axis(0, min(max(largest, 1e-9), _LARGEST_RATIO), middle, middle - _PIN_HALF)
    for item in _by_weight(found):
        if item.ratio is None:
            continue
        ratio = max(-_LARGEST_RATIO, min(item.ratio, _LARGEST_RATIO))
        x, y = slots.middle(item.index), axis.at(ratio)
        canvas.line(f"pin {item.effect}", x, middle, x, y)
        canvas.rectangle(f"pin-head {item.effect}", x - 3, y - 3, 6, 6)
        text = percent(item.ratio, sign=True).replace("\u00a0%", "").replace("%", "")
        _number(canvas, labels, x, y - 7 if ratio >= 0 else y + 15, text, "small")


def _changes(canvas: Canvas, slots: Slots, found: list[Variance], axis: Axis, figures: Figures) -> None:
    zero = axis.at(0)
    canvas.text(0, zero + 4, "ΔPL", "muted")
    canvas.line("plan-axis", slots.first, zero, canvas.width, zero)
    labels = Labels(canvas, Box(0, 0, canvas.width, canvas.height))
    for item in _by_weight(found):
        x, end = slots.middle(item.index), axis.at(item.change)
        if item.change:
            role = "FC" if item.is_forecast else "AC"
            canvas.bar(role, item.effect, x - slots.column / 2, min(zero, end), slots.column, abs(end - zero))
        place = end - 5 if item.change >= 0 else end + 13
        _number(canvas, labels, x, place, figures.change(item.change), "small")


def _by_weight(found: list[Variance]) -> list[Variance]:
    """The last and the largest first: where numbers do not all fit, these are written."""
    last = max((item.index for item in found), default=0)
    return sorted(found, key=lambda item: (item.index != last, -abs(item.change)))


def _columns(chart: Chart, canvas: Canvas, slots: Slots, axis: Axis, figures: Figures) -> None:
    zero = axis.at(0)
    overlap = slots.column * 0.22
    tops: dict[int, list[float]] = {}
    actual = chart.known("AC")
    shown = {**chart.known("FC"), **actual}
    for role, shift in _SHIFTS.items():
        for index, value in chart.known(role).items():
            if role == "FC" and index in actual:
                continue
            x, end = slots.middle(index) - slots.column / 2 + shift * overlap, axis.at(value)
            canvas.bar(role, "", x, min(zero, end), slots.column - overlap, abs(end - zero))
            tops.setdefault(index, []).append(end)
    canvas.line("axis", slots.first, zero, canvas.width, zero)
    canvas.text(0, zero - 3, "AC" if actual else "FC", "muted")
    labels = Labels(canvas, Box(0, 0, canvas.width, canvas.height))
    last = max(shown, default=0)
    # Where they do not all fit, the last and the outermost get their number.
    for index in sorted(shown, key=lambda index: (index != last, -abs(shown[index]))):
        y = max(tops[index]) + 13 if shown[index] < 0 else min(*tops[index], zero) - 5
        _number(canvas, labels, slots.middle(index), y, figures.value(shown[index]), "small strong")


def _number(canvas: Canvas, labels: Labels, x: float, y: float, text: str, classes: str) -> None:
    if labels.free(x, y, text, "middle", size=SMALL_TEXT):
        canvas.text(x, y, text, classes, "middle")


def _periods(chart: Chart, canvas: Canvas, slots: Slots) -> None:
    for index in shown_labels(chart.labels, slots.step, SMALL_TEXT):
        half = text_width(chart.labels[index], SMALL_TEXT) / 2
        place = min(slots.middle(index), canvas.width - half)
        canvas.text(place, canvas.height - 7, chart.labels[index], "small muted", "middle")
