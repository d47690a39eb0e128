"""A chart as a Plotly figure: plain dicts and lists, cheap to build in a request.

`plotly.graph_objects` is not imported here (validation is two thirds of its time): the tests
validate. Colours are those of the light theme; `static/js/explore.js` replaces each by the page's
own, by `COLOURS`.
"""

from typing import Any

from django.utils.translation import gettext as _

from charts.description import Bar, Chart, Series, bars, effect_of, variances
from charts.numbers import Number, as_float
from charts.svg.cells import joined

Json = dict[str, Any]

INK, MUTED, LINE, CARD = "#1d2126", "#5d6670", "#e3e6e9", "#ffffff"
ACTUAL, PLAN, GOOD, BAD = "#404040", "#7a828a", "#005ea8", "#b84a00"
CLEAR = "rgba(0,0,0,0)"
COLOURS = {
    INK: "--ink",
    MUTED: "--muted",
    LINE: "--line",
    CARD: "--card",
    ACTUAL: "--actual",
    PLAN: "--plan",
    GOOD: "--good",
    BAD: "--bad",
}
_EFFECT = {"good": GOOD, "bad": BAD, "": ACTUAL}
_LINES: dict[str, Json] = {
    "AC": {"color": ACTUAL, "width": 2.5},
    "PL": {"color": PLAN, "width": 1.5},
    "PY": {"color": MUTED, "width": 1.5},
    "FC": {"color": ACTUAL, "width": 2, "dash": "dot"},
}


def figure(chart: Chart) -> Json:
    """The figure {"data": […], "layout": {…}}, as `plotly.graph_objects.Figure` accepts it."""
    layout = _layout(chart)
    if chart.kind == "bridge":
        return {"data": [_bridge(chart)], "layout": layout}
    if chart.kind == "tornado":
        return {"data": _swings(chart), "layout": _sideways(layout)}
    if chart.kind == "variance":
        layout["yaxis"]["domain"] = [0, 0.62]
        layout["yaxis2"] = {**layout["yaxis"], "domain": [0.7, 1], "title": {"text": "ΔPL"}, "anchor": "x"}
        return {"data": [*_columns(chart), _changes(chart)], "layout": layout}
    return {"data": [*_intervals(chart), *_lines(chart), *_signals(chart), *_points(chart)], "layout": layout}


def payload(chart: Chart) -> Json:
    """What the page hands to the script: the figure, and which colour is which custom property."""
    return {"figure": figure(chart), "colours": COLOURS}


def _numbers(values: tuple[Number | None, ...]) -> list[float | None]:
    return [as_float(value) for value in values]


def _layout(chart: Chart) -> Json:
    axis: Json = {"gridcolor": LINE, "zerolinecolor": MUTED, "linecolor": MUTED, "automargin": True}
    return {
        "xaxis": {**axis, "showgrid": False, "type": "category", "nticks": 14, "tickangle": 0},
        "yaxis": {**axis, "title": {"text": chart.unit}, "rangemode": _range_mode(chart)},
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "font": {"color": INK, "size": 13, "family": "inherit"},
        "margin": {"l": 56, "r": 24, "t": 24, "b": 48},
        "hovermode": "closest" if chart.kind in ("bridge", "tornado") else "x unified",
        "hoverlabel": {"bgcolor": CARD, "bordercolor": LINE, "font": {"color": INK}},
        "legend": {"orientation": "h", "y": 1.12},
        "showlegend": chart.kind not in ("bridge", "tornado"),
        "modebar": {"bgcolor": CLEAR, "color": MUTED, "activecolor": INK},
        "barmode": "group",
        "shapes": _shapes(chart),
        "annotations": _annotations(chart),
    }


def _range_mode(chart: Chart) -> str:
    return "normal" if chart.kind in ("control", "sparkline") else "tozero"


def _lines(chart: Chart) -> list[Json]:
    actual = chart.series_of("AC")
    traces = []
    for series in chart.series:
        drawn = joined(series, actual) if series.role == "FC" else series
        marked = series.role == "AC" and chart.kind == "control"
        line = dict(_LINES[series.role])
        if series.role == "PL" and chart.kind == "control":
            line = {"color": INK, "width": 1.5, "dash": "dot"}
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers" if marked else "lines",
                "name": _name(series),
                "x": list(chart.labels),
                "y": _numbers(drawn.values),
                "line": line,
                "connectgaps": False,
            }
        )
    return traces


def _name(series: Series) -> str:
    return f"{series.label} ({series.role})"


def _intervals(chart: Chart) -> list[Json]:
    traces: list[Json] = []
    for interval in chart.intervals:
        base = {
            "type": "scatter",
            "mode": "lines",
            "x": list(chart.labels),
            "line": {"width": 0, "color": PLAN},
            "name": interval.label,
            "connectgaps": False,
        }
        traces.append({**base, "y": _numbers(interval.lower), "showlegend": False})
        traces.append({**base, "y": _numbers(interval.upper), "fill": "tonexty", "fillcolor": LINE})
    return traces


def _signals(chart: Chart) -> list[Json]:
    actual = chart.series_of("AC")
    if not chart.signals or not actual:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": "AC",
            "showlegend": False,
            "hoverinfo": "skip",
            "x": [chart.labels[signal.index] for signal in chart.signals],
            "y": [as_float(actual.values[signal.index]) for signal in chart.signals],
            "marker": {
                "size": 10,
                "color": [_EFFECT[signal.effect] for signal in chart.signals],
                "symbol": ["diamond" if signal.effect == "bad" else "circle" for signal in chart.signals],
            },
        }
    ]


def _points(chart: Chart) -> list[Json]:
    if not chart.points:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers+text",
            "showlegend": False,
            # On a category axis a number is a position, fractions included.
            "x": [point.position for point in chart.points],
            "y": [as_float(point.value) for point in chart.points],
            "text": [point.label for point in chart.points],
            "textposition": "top left",
            "marker": {"size": 9, "color": [_LINES[point.role]["color"] for point in chart.points]},
            "hoverinfo": "text",
        }
    ]


def _shapes(chart: Chart) -> list[Json]:
    last = max(len(chart.labels) - 1, 0)
    dashes = {"baseline": "solid", "limit": "dash", "target": "dot"}
    shapes: list[Json] = [
        {
            "type": "line",
            "x0": level.start or 0,
            "x1": last if level.end is None else level.end,
            "y0": as_float(level.value),
            "y1": as_float(level.value),
            "line": {"color": PLAN, "width": 1.2, "dash": dashes[level.role]},
        }
        for level in chart.levels
    ]
    for mark in chart.marks:
        line = {"color": INK, "width": 1.2}
        shapes.append(
            {
                "type": "line",
                "x0": mark.position,
                "x1": mark.position,
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "line": line,
            }
        )
    return shapes


def _annotations(chart: Chart) -> list[Json]:
    plain = {"showarrow": False, "font": {"color": MUTED, "size": 12}}
    notes = [
        {**plain, "x": 1, "xref": "paper", "xanchor": "right", "yanchor": "bottom"}
        | {"y": as_float(level.value), "text": _escaped(level.label)}
        for level in chart.levels
        if level.current
    ]
    for mark in chart.marks:
        place = {"x": mark.position, "y": 1, "yref": "paper", "xanchor": "left", "yanchor": "top"}
        notes.append({**plain, **place, "text": _escaped(mark.label)})
    return notes


def _escaped(text: str) -> str:
    """Plotly reads a few HTML tags in texts; a name shall not be one."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _columns(chart: Chart) -> list[Json]:
    order = {"PY": 0, "PL": 1, "AC": 2, "FC": 3}
    return [
        {
            "type": "bar",
            "name": _name(series),
            "x": list(chart.labels),
            "y": _numbers(series.values),
            "marker": _column_marker(series.role),
        }
        for series in sorted(chart.series, key=lambda series: order[series.role])
    ]


def _column_marker(role: str, colour: str = ACTUAL) -> Json:
    if role == "PL":
        return {"color": CARD, "line": {"color": colour, "width": 1.2}}
    if role == "PY":
        return {"color": PLAN}
    if role == "FC":
        pattern = {"shape": "/", "fgcolor": colour, "bgcolor": CARD, "size": 5}
        return {"color": CARD, "line": {"color": colour, "width": 1.2}, "pattern": pattern}
    return {"color": colour}


def _changes(chart: Chart) -> Json:
    found = variances(chart)
    return {
        "type": "bar",
        "name": "ΔPL",
        "yaxis": "y2",
        "x": [chart.labels[item.index] for item in found],
        "y": [item.change for item in found],
        "marker": {"color": [_EFFECT[item.effect] for item in found]},
    }


def _bridge(chart: Chart) -> Json:
    placed = bars(chart)
    patterns = {"AC": "", "PL": "", "PY": "", "FC": "/"}
    return {
        "type": "bar",
        "x": [bar.step.label for bar in placed],
        "y": [bar.end - bar.start for bar in placed],
        "base": [bar.start for bar in placed],
        "customdata": [as_float(bar.step.value) for bar in placed],
        "hovertemplate": "%{x}: %{customdata}<extra></extra>",
        "marker": {
            "color": [_fill(bar) for bar in placed],
            "line": {"color": [_EFFECT[bar.effect] for bar in placed], "width": 1.2},
            "pattern": {
                "shape": [patterns[bar.step.role] for bar in placed],
                "size": 5,
            },
        },
    }


def _sideways(layout: Json) -> Json:
    """Names at the left, the widest on top, amounts along the bottom."""
    amounts = {**layout["yaxis"], "type": "linear"}
    names = {**layout["xaxis"], "autorange": "reversed"}
    return {**layout, "xaxis": amounts, "yaxis": names, "barmode": "overlay"}


def _swings(chart: Chart) -> list[Json]:
    return [
        {
            "type": "bar",
            "orientation": "h",
            "name": name,
            "y": [swing.label for swing in chart.swings],
            "x": [as_float(value) for value, _end in ends],
            "customdata": [end for _value, end in ends],
            "hovertemplate": "%{y}, %{customdata}: %{x}<extra></extra>",
            "marker": {
                "color": [_EFFECT[effect_of(value, chart.direction)] for value, _end in ends],
                "pattern": {"shape": "/", "size": 5},
            },
        }
        for name, ends in (
            (_("low end"), [(swing.low, swing.low_end) for swing in chart.swings]),
            (_("high end"), [(swing.high, swing.high_end) for swing in chart.swings]),
        )
    ]


def _fill(bar: Bar) -> str:
    # With a list of colours Plotly draws the lines of a pattern, not its ground, in the bar's own.
    return CARD if bar.step.role == "PL" else _EFFECT[bar.effect]
