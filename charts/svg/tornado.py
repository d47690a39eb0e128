"""The tornado: what one factor at a time changes, at its low and at its high end, the widest on top."""

from charts.description import Chart, Swing, effect_of
from charts.numbers import Figures, as_float
from charts.svg.canvas import SMALL_TEXT, TEXT, Canvas, fit, text_width
from charts.svg.geometry import Axis, span

_ROW = 30.0
_BAR = 16.0
_FOOT = 8.0


def draw(chart: Chart, canvas: Canvas) -> None:
    """Bars to the left and right of what is assumed, names at the left, on a phone above their bars."""
    figures = chart.figures()
    over = canvas.size == "small"
    row = _ROW + (16 if over else 0)
    canvas.height = row * len(chart.swings) + _FOOT
    names = 0.0 if over else min(_widest(chart) + 12, canvas.width * 0.36)
    ends = [value for swing in chart.swings for value in _ends(swing)]
    room = max(text_width(figures.change(value), SMALL_TEXT) for value in ends) + 8
    low, high = span(ends, zero=True)
    axis = Axis(low, high, names + (room if low < 0 else 4), canvas.width - (room if high > 0 else 4))
    for position, swing in enumerate(chart.swings):
        top = row * position + (18 if over else 6)
        if over:
            canvas.text(0, top - 5, fit(swing.label, canvas.width, TEXT))
        else:
            canvas.text(0, top + 12, fit(swing.label, names - 10, TEXT))
        _bars(chart, canvas, swing, axis, top, figures)
    canvas.line("axis", axis.at(0), 0, axis.at(0), canvas.height - _FOOT)


def _widest(chart: Chart) -> float:
    return max(text_width(swing.label) for swing in chart.swings)


def _ends(swing: Swing) -> list[float]:
    return [as_float(swing.low) or 0.0, as_float(swing.high) or 0.0]


def _bars(chart: Chart, canvas: Canvas, swing: Swing, axis: Axis, top: float, figures: Figures) -> None:
    zero = axis.at(0)
    # The longer one first: where both ends lie on one side, the shorter stays visible on it.
    for value in sorted(_ends(swing), key=abs, reverse=True):
        if not value:
            continue
        end = axis.at(value)
        canvas.bar("FC", effect_of(value, chart.direction), min(zero, end), top, abs(end - zero), _BAR)
    lowest, highest = min(_ends(swing)), max(_ends(swing))
    if lowest < 0:
        canvas.text(axis.at(lowest) - 5, top + 12, figures.change(lowest), "small", "end")
    if highest > 0:
        canvas.text(axis.at(highest) + 5, top + 12, figures.change(highest), "small")
