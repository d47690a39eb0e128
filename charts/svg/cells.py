"""Charts of one table cell: a committee page carries fifty, so every byte of them counts."""

import math

from django.utils.html import escape
from django.utils.translation import gettext as _

from charts.description import Chart, Direction, Series, effect_of
from charts.numbers import Number, as_float
from charts.svg.geometry import FURTHEST, Axis, span

# Twice the size shown: whole numbers then are half pixels, and cost two digits.
SPARK_WIDTH = 160
SPARK_HEIGHT = 44
TIER_WIDTH = 120
VARIANCE_WIDTH = 100


def sparkline(chart: Chart, *, spoken: bool = True) -> str:
    """Actual, plan and forecast on one scale, a dot on the last actual value.

    `spoken` False: the row says the last actual and planned value in cells of its own.
    """
    shown = [value for series in chart.series for _index, value in series.points]
    low, high = chart.scale or span(shown, zero=False)
    if high <= low:
        low, high = span([low], zero=False)
    x = Axis(0, max(len(chart.labels) - 1, 1), 4, SPARK_WIDTH - 4)
    y = Axis(low, high, SPARK_HEIGHT - 5, 5)
    parts = []
    actual = chart.series_of("AC")
    for role in ("PL", "FC", "AC"):
        series = chart.series_of(role)
        if series and series.points:
            path = _trace(joined(series, actual) if role == "FC" else series, x, y)
            parts += [f'<path class="{role.lower()}" d="{path}"/>'] if path else []
    if actual and actual.points:
        index, value = actual.points[-1]
        parts.append(f'<circle cx="{x.at(index):.0f}" cy="{_inside(y.at(value)):.0f}" r="4"/>')
    name = f'role="img" aria-label="{escape(_spoken(chart))}"' if spoken else 'aria-hidden="true"'
    return f'<svg class="spark" viewBox="0 0 {SPARK_WIDTH} {SPARK_HEIGHT}" {name}>{"".join(parts)}</svg>'


def joined(forecast: Series, actual: Series | None) -> Series:
    """The forecast, begun at the last actual value, so that the line does not break between them."""
    if not actual or not actual.points or not forecast.points:
        return forecast
    last, value = actual.points[-1]
    if forecast.points[0][0] != last + 1:
        return forecast
    values = (*forecast.values[:last], value, *forecast.values[last + 1 :])
    return Series("FC", forecast.label, values)


def tier_bar(score: Number | None) -> str:
    """A score of 0 to 120 against a tick at 100; nothing at all without a score."""
    value = as_float(score)
    if value is None:
        return ""
    reach = min(max(value, 0), TIER_WIDTH)
    return (
        f'<svg class="tier-bar" viewBox="0 0 {TIER_WIDTH} 16" aria-hidden="true">'
        f'<rect class="track" y="4" width="{TIER_WIDTH}" height="8"/>'
        f'<rect class="ac" y="4" width="{reach:.0f}" height="8"/><path d="M100 0v16"/></svg>'
    )


def variance_bar(change: Number | None, scale: Number, direction: Direction = "higher") -> str:
    """A bar left or right of the middle; `scale` is the largest variance of the column."""
    value, largest = as_float(change), abs(as_float(scale) or 0.0)
    middle = VARIANCE_WIDTH / 2
    length = 0.0 if not value or not largest else min(abs(value) / largest, 1.0) * (middle - 2)
    bar = ""
    if length:
        # However small, a variance that is there is seen.
        length = max(length, 1.5)
        start = middle if value and value > 0 else middle - length
        effect = effect_of(change, direction)
        bar = f'<rect class="{effect}" x="{start:.1f}" y="3" width="{length:.1f}" height="14"/>'
    return (
        f'<svg class="variance-bar" viewBox="0 0 {VARIANCE_WIDTH} 20" aria-hidden="true">'
        f'{bar}<path d="M{middle:.0f} 0v20"/></svg>'
    )


def _trace(series: Series, x: Axis, y: Axis) -> str:
    """A path in whole, relative steps: the shortest way to write thirteen points."""
    path = ""
    previous = None
    at_x = at_y = 0
    # `Axis.at` and `_inside` written out: a page draws 1,300 of these points.
    x_step = (x.end - x.start) / (x.high - x.low)
    y_step = (y.end - y.start) / (y.high - y.low)
    for index, value in series.points:
        near = value if -FURTHEST < value < FURTHEST else math.copysign(FURTHEST, value)
        place = y.start + (near - y.low) * y_step
        new_x = round(x.start + (index - x.low) * x_step)
        new_y = round(place) if 2 < place < SPARK_HEIGHT - 2 else round(_inside(place))
        if previous is None or index != previous + 1:
            path += f"M{new_x} {new_y}"
            letter = "l"
        else:
            step_y = new_y - at_y
            path += f"{letter}{new_x - at_x}{'' if step_y < 0 else ' '}{step_y}"
            letter = " "
        previous, at_x, at_y = index, new_x, new_y
    return path if "l" in path else ""


def _inside(place: float) -> float:
    """With a fixed scale a value may lie outside; it is drawn on the edge."""
    return min(max(place, 2), SPARK_HEIGHT - 2)


def _spoken(chart: Chart) -> str:
    figures = chart.figures()
    actual, plan = chart.series_of("AC"), chart.series_of("PL")
    if not actual or not actual.points:
        return _("No values yet.")
    last = actual.points[-1][0]
    if not plan or as_float(plan.values[last]) is None:
        return _("last %(actual)s") % {"actual": figures.value(actual.values[last])}
    values = {"actual": figures.value(actual.values[last]), "plan": figures.value(plan.values[last])}
    return _("last %(actual)s, plan %(plan)s") % values
