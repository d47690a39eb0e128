"""Lines over time: a KPI with its natural limits, and cumulative cash with its paybacks."""

from dataclasses import dataclass

from charts.description import Chart, Level, Series
from charts.numbers import Figures, as_float
from charts.svg.canvas import SMALL_TEXT, Canvas, Size, fit, text_width
from charts.svg.cells import joined
from charts.svg.geometry import Axis, runs, shown_labels, span, ticks
from charts.svg.labels import Box, Labels, spread

_HEIGHTS: dict[Size, int] = {"large": 380, "medium": 270, "small": 250}
_TOP = 30.0
_BOTTOM = 26.0
_LABEL_GAP = 15.0
_DOTS_FROM_STEP = 7.0
_WEIGHTS = {"AC": "strong", "FC": "", "PL": "muted", "PY": "muted"}


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything the parts of one line chart share."""

    chart: Chart
    canvas: Canvas
    figures: Figures
    x: Axis
    y: Axis
    labels: Labels


def draw(chart: Chart, canvas: Canvas) -> None:
    plot = _plot(chart, canvas)
    _axes(plot)
    _intervals(plot)
    _levels(plot)
    _marks(plot)
    _lines(plot)
    _dots(plot)
    _end_labels(plot)
    _points(plot)
    _inner_labels(plot)


def _plot(chart: Chart, canvas: Canvas) -> Plot:
    canvas.height = float(_HEIGHTS[canvas.size])
    figures = chart.figures()
    values = [number for value in chart.values() if (number := as_float(value)) is not None]
    low, high = chart.scale or span(values, zero=chart.kind == "cash", padding=0.06)
    left = (
        max((text_width(text, SMALL_TEXT) for _tick, text in _written_ticks(low, high, figures)), default=0)
        + 14
    )
    texts = [text for text, _classes, _level in _texts(chart, figures)]
    widest = max((text_width(text) for text in texts), default=0.0)
    right = canvas.width - min(widest + 16, canvas.width * 0.36)
    x = Axis(0, max(len(chart.labels) - 1, 1), left + 4, right)
    y = Axis(low, high, canvas.height - _BOTTOM, _TOP)
    return Plot(
        chart, canvas, figures, x, y, Labels(canvas, Box(0, 0, canvas.width, canvas.height - _BOTTOM))
    )


def _written_ticks(low: float, high: float, figures: Figures) -> list[tuple[float, str]]:
    """Places of the scale with their numbers: the chart's magnitude, only the decimals they need."""
    places = ticks(low, high)
    written = figures.with_places_for(places)
    return [(place, written.value(place)) for place in places]


def _texts(chart: Chart, figures: Figures) -> list[tuple[str, str, Level | Series]]:
    """What stands at the right: (text, classes, line). Levels that ended earlier are labelled inside."""
    texts: list[tuple[str, str, Level | Series]] = []
    for level in chart.levels:
        if level.current and _reaches_edge(level, chart):
            texts.append((f"{level.label} {figures.value(level.value)}", "muted", level))
    for series in chart.series:
        if not series.points or not _ends_at_edge(series, chart):
            continue
        texts.append((_with_last_value(series, figures), _WEIGHTS[series.role], series))
    return texts


def _with_last_value(series: Series, figures: Figures) -> str:
    return f"{series.label} {figures.value(series.values[series.points[-1][0]])}"


def _ends_at_edge(series: Series, chart: Chart) -> bool:
    return series.points[-1][0] == len(chart.labels) - 1


def _reaches_edge(level: Level, chart: Chart) -> bool:
    return level.end is None or level.end >= len(chart.labels) - 1


def _axes(plot: Plot) -> None:
    canvas, x, y = plot.canvas, plot.x, plot.y
    bottom = canvas.height - _BOTTOM
    for tick, text in _written_ticks(y.low, y.high, plot.figures):
        canvas.line("zero" if tick == 0 else "grid", x.start - 4, y.at(tick), x.end, y.at(tick))
        canvas.text(x.start - 10, y.at(tick) + 4, text, "small muted", "end")
        plot.labels.block(Box(0, y.at(tick) - 4, x.start - 8, y.at(tick) + 4))
    if y.at(0) != bottom or not y.low <= 0 <= y.high:
        canvas.line("axis", x.start - 4, bottom, x.end, bottom)
    step = (x.end - x.start) / (x.high - x.low)
    for index in shown_labels(plot.chart.labels, step, SMALL_TEXT):
        half = text_width(plot.chart.labels[index], SMALL_TEXT) / 2
        # The first label keeps on the sheet, all others sit under their point.
        place = max(x.at(index), half + 1)
        canvas.text(place, bottom + 17, plot.chart.labels[index], "small muted", "middle")


def _intervals(plot: Plot) -> None:
    for interval in plot.chart.intervals:
        pairs = zip(interval.lower, interval.upper, strict=True)
        bounds = [(i, as_float(low), as_float(high)) for i, (low, high) in enumerate(pairs)]
        known = [(i, low, high) for i, low, high in bounds if low is not None and high is not None]
        upper = [(plot.x.at(i), plot.y.at(high)) for i, _low, high in known]
        lower = [(plot.x.at(i), plot.y.at(low)) for i, low, _high in known]
        plot.canvas.path("band", [upper + lower[::-1]], closed=True)


def _levels(plot: Plot) -> None:
    for level in plot.chart.levels:
        value = as_float(level.value)
        if value is None:
            continue
        start = plot.x.at(level.start or 0)
        # To the edge, or to halfway before the next period where other limits begin.
        end = plot.x.end if _reaches_edge(level, plot.chart) else plot.x.at((level.end or 0) + 0.5)
        past = "" if level.current else " past"
        plot.canvas.line(f"level {level.role}{past}", start, plot.y.at(value), end, plot.y.at(value))
        plot.labels.keep_off([[(start, plot.y.at(value)), (end, plot.y.at(value))]])


def _marks(plot: Plot) -> None:
    canvas = plot.canvas
    for mark in plot.chart.marks:
        place = plot.x.at(mark.position)
        canvas.line("mark", place, _TOP - 18, place, canvas.height - _BOTTOM)
        plot.labels.keep_off([[(place, _TOP), (place, canvas.height - _BOTTOM)]])
        wide = text_width(mark.label)
        room = canvas.width - place - 8
        before = wide > room and place > room
        text = fit(mark.label, place - 8 if before else room)
        anchor, at = ("end", place - 6) if before else ("start", place + 6)
        canvas.text(at, _TOP - 10, text, "", "end" if before else "start")
        left = at - wide if anchor == "end" else at
        plot.labels.block(Box(left, _TOP - 22, left + wide, _TOP - 6))


def _lines(plot: Plot) -> None:
    actual = plot.chart.series_of("AC")
    for role in ("PY", "PL", "FC", "AC"):
        for series in plot.chart.series:
            if series.role != role:
                continue
            drawn = joined(series, actual) if role == "FC" else series
            parts = runs(drawn, plot.x, plot.y)
            plot.labels.keep_off(parts)
            # A KPI's plan is the path to its target, and the limits beside it are lines as well.
            is_target = role == "PL" and plot.chart.kind == "control"
            plot.canvas.path("line target" if is_target else f"line {role.lower()}", parts)
            # A value between two gaps would vanish: a line needs two.
            for run in parts:
                if len(run) == 1:
                    plot.canvas.circle(f"dot {role.lower()}", *run[0], 2.5)


def _dots(plot: Plot) -> None:
    actual = plot.chart.series_of("AC")
    if plot.chart.kind != "control" or not actual:
        return
    effects = {signal.index: signal.effect for signal in plot.chart.signals}
    step = (plot.x.end - plot.x.start) / (plot.x.high - plot.x.low)
    for index, value in actual.points:
        place = plot.x.at(index), plot.y.at(value)
        if index not in effects:
            if step >= _DOTS_FROM_STEP:
                plot.canvas.circle("dot ac", *place, 2.5)
        elif effects[index] == "bad":
            # Another shape, for those who do not see the colour and for black and white.
            plot.canvas.diamond("signal bad", *place, 5.5)
        else:
            plot.canvas.circle(f"signal {effects[index]}".strip(), *place, 4.5)


def _end_labels(plot: Plot) -> None:
    """Lines that reach the right edge are named in a column there, in the order of their ends."""
    canvas = plot.canvas
    texts = _texts(plot.chart, plot.figures)
    ends = [_end_of(plot, line) for _text, _classes, line in texts]
    places = spread(ends, _LABEL_GAP, 8, canvas.height - _BOTTOM - 2)
    left = plot.x.end + 12
    for (text, classes, _line), end, place in zip(texts, ends, places, strict=True):
        if abs(place - end) > 3:
            canvas.path("leader", [[(plot.x.end + 2, end), (left - 2, place)]])
        shown = fit(text, canvas.width - left)
        canvas.text(left, place + 4, shown, classes)
        plot.labels.block(Box(left, place - 8, left + text_width(shown), place + 6))


def _end_of(plot: Plot, line: Level | Series) -> float:
    value = line.value if isinstance(line, Level) else line.points[-1][1]
    return plot.y.at(as_float(value) or 0.0)


def _inner_labels(plot: Plot) -> None:
    """Lines that end earlier are named where they end."""
    for level in plot.chart.levels:
        if level.current and not _reaches_edge(level, plot.chart):
            text = f"{level.label} {plot.figures.value(level.value)}"
            plot.labels.near(plot.x.at(level.end or 0), plot.y.at(float(level.value)), text, "muted")
    for series in plot.chart.series:
        if series.points and not _ends_at_edge(series, plot.chart):
            index, value = series.points[-1]
            strong = series.role == "AC"
            text = _with_last_value(series, plot.figures)
            plot.labels.near(plot.x.at(index), plot.y.at(value), text, _WEIGHTS[series.role], bold=strong)


def _points(plot: Plot) -> None:
    ordered = sorted(plot.chart.points, key=lambda point: point.role != "AC")
    shown = [point for point in ordered if plot.x.low <= point.position <= plot.x.high]
    places = [(plot.x.at(point.position), plot.y.at(as_float(point.value) or 0.0)) for point in shown]
    for x, y in places:
        plot.labels.block(Box(x - 5, y - 5, x + 5, y + 5))
    for point, place in zip(shown, places, strict=True):
        plot.canvas.circle(f"point {point.role.lower()}", *place, 4.5)
        strong = point.role == "AC"
        plot.labels.near(*place, point.label, "strong" if strong else "", bold=strong)
