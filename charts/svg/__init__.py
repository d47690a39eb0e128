"""Charts as inline SVG: colours only by class, no style attribute, ids that are the figure's own."""

from charts.description import Chart
from charts.svg import bridge, columns, lines, tornado
from charts.svg.canvas import Canvas, Size
from charts.svg.cells import sparkline, tier_bar, variance_bar

__all__ = ["Size", "draw", "sparkline", "tier_bar", "variance_bar"]

_DRAWN_BY = {
    "variance": columns.draw,
    "cash": lines.draw,
    "control": lines.draw,
    "bridge": bridge.draw,
    "tornado": tornado.draw,
}


def draw(chart: Chart, *, size: Size = "medium", key: str = "chart") -> str:
    """The chart as one <svg>; `key` starts every id in it. A sparkline has no sizes."""
    if chart.kind == "sparkline":
        return sparkline(chart)
    canvas = Canvas(size, f"{key}-{size}", chart)
    if chart.is_empty:
        canvas.empty()
    else:
        _DRAWN_BY[chart.kind](chart, canvas)
    return canvas.svg()
