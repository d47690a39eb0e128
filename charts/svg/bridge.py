"""The value bridge: plan, what went better or worse, what is there, what is to come, what it will be."""

from charts.description import Bar, Chart, bars
from charts.numbers import Figures
from charts.svg.canvas import SMALL_TEXT, TEXT, Canvas, fit, text_width, wrap
from charts.svg.geometry import Axis, span

_HEIGHT = 270.0
_TOP = 22.0
_BOTTOM = 40.0
_ROW = 28.0


def draw(chart: Chart, canvas: Canvas) -> None:
    """Columns side by side; on a phone, bars under each other with their names at the left."""
    placed = bars(chart)
    figures = chart.figures()
    if canvas.size == "small" or len(placed) > 14:
        _rows(canvas, placed, figures)
    else:
        _columns(canvas, placed, figures)


def _axis(placed: list[Bar], start: float, end: float) -> Axis:
    low, high = span([value for bar in placed for value in (bar.start, bar.end)], zero=True)
    return Axis(low, high, start, end)


def _columns(canvas: Canvas, placed: list[Bar], figures: Figures) -> None:
    canvas.height = _HEIGHT + (60 if canvas.size == "large" else 0)
    below = any(bar.end < 0 for bar in placed)
    floor = canvas.height - _BOTTOM - (16 if below else 0)
    axis = _axis(placed, floor, _TOP)
    step = canvas.width / len(placed)
    wide = min(step * 0.64, 64.0)
    for position, bar in enumerate(placed):
        middle = step * (position + 0.5)
        start, end = axis.at(bar.start), axis.at(bar.end)
        top = min(start, end)
        if position + 1 < len(placed):
            canvas.line("connector", middle + wide / 2, end, middle + step - wide / 2, end)
        canvas.bar(bar.step.role, bar.effect, middle - wide / 2, top, wide, abs(end - start))
        # A change is written above its bar, a total below zero under it.
        y = max(start, end) + 14 if bar.step.is_total and bar.end < 0 else top - 6
        canvas.text(middle, y, _written(bar, figures), "strong" if bar.step.is_total else "", "middle")
        for line, text in enumerate(wrap(bar.step.label, step - 4, SMALL_TEXT)):
            canvas.text(middle, canvas.height - _BOTTOM + 18 + 14 * line, text, "small muted", "middle")
    canvas.line("axis", 0, axis.at(0), canvas.width, axis.at(0))


def _rows(canvas: Canvas, placed: list[Bar], figures: Figures) -> None:
    canvas.height = _ROW * len(placed) + 4
    numbers = [_written(bar, figures) for bar in placed]
    names = min(max(text_width(bar.step.label) for bar in placed) + 10, canvas.width * 0.4)
    room = max(text_width(text, bold=True) for text in numbers) + 8
    axis = _axis(placed, names + (room if any(bar.end < 0 for bar in placed) else 0), canvas.width - room)
    for position, bar in enumerate(placed):
        top = _ROW * position + 6
        start, end = axis.at(bar.start), axis.at(bar.end)
        left = min(start, end)
        if position + 1 < len(placed):
            canvas.line("connector", end, top + 16, end, top + _ROW)
        canvas.bar(bar.step.role, bar.effect, left, top, abs(end - start), 16)
        classes = "strong" if bar.step.is_total else ""
        canvas.text(0, top + 12, fit(bar.step.label, names - 8, TEXT), classes)
        canvas.text(max(start, end) + 6, top + 12, numbers[position], classes)
    canvas.line("axis", axis.at(0), 0, axis.at(0), canvas.height)


def _written(bar: Bar, figures: Figures) -> str:
    return figures.value(bar.step.value, sign=not bar.step.is_total)
