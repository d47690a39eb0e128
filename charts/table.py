"""A chart's numbers as a table: the same description, every digit."""

from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from charts.description import Chart, Step, Swing, Value, variances
from charts.numbers import exact, percent


@dataclass(frozen=True, slots=True)
class ChartTable:
    """`head` has one cell more than the values of a row, for the row's own label."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    notes: tuple[str, ...] = ()

    @property
    def body(self) -> SafeString:
        """The rows as HTML: a template takes ten times as long over a few hundred cells."""
        return mark_safe("".join(_row(label, cells) for label, cells in self.rows))  # noqa: S308


def _row(label: str, cells: tuple[str, ...]) -> str:
    written = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row">{escape(label)}</th>{written}</tr>'


def table(chart: Chart) -> ChartTable:
    """Rows are periods (or steps), columns are series; levels and marks follow as notes."""
    head: tuple[str, ...]
    if chart.kind == "bridge":
        head = (_("Step"), _("Scenario"), chart.unit or _("Value"))
        return ChartTable(head, tuple(_step(step) for step in chart.steps))
    if chart.kind == "tornado":
        head = (_("Factor"), _("Low end"), _("Change"), _("High end"), _("Change"))
        return ChartTable(head, tuple(_swing(swing) for swing in chart.swings))
    columns = _columns(chart)
    head = (_("Period"), *(name for name, _cells in columns))
    rows = tuple(
        (label, tuple(cells[index] for _name, cells in columns)) for index, label in enumerate(chart.labels)
    )
    return ChartTable(head, rows, _notes(chart))


def _step(step: Step) -> tuple[str, tuple[str, ...]]:
    return step.label, (step.role, exact(step.value, sign=not step.is_total))


def _swing(swing: Swing) -> tuple[str, tuple[str, ...]]:
    low, high = exact(swing.low, sign=True), exact(swing.high, sign=True)
    return swing.label, (swing.low_end, low, swing.high_end, high)


def _columns(chart: Chart) -> list[tuple[str, list[str]]]:
    columns = [
        (f"{series.label} ({series.role})", [exact(value) for value in series.values])
        for series in chart.series
    ]
    for interval in chart.intervals:
        columns.append((_("%(name)s, from") % {"name": interval.label}, _exact(interval.lower)))
        columns.append((_("%(name)s, to") % {"name": interval.label}, _exact(interval.upper)))
    if chart.kind == "variance":
        found = {variance.index: variance for variance in variances(chart)}
        every = [found.get(index) for index in range(len(chart.labels))]
        columns.append(("ΔPL", [exact(item.change if item else None, sign=True) for item in every]))
        columns.append(("ΔPL%", [percent(item.ratio if item else None, sign=True) for item in every]))
    return columns


def _exact(values: tuple[Value, ...]) -> list[str]:
    return [exact(value) for value in values]


def _notes(chart: Chart) -> tuple[str, ...]:
    notes = [
        f"{level.label} {exact(level.value)}{_span(chart, level.start, level.end)}" for level in chart.levels
    ]
    notes += [mark.label for mark in chart.marks]
    notes += [point.label for point in chart.points]
    words = {"good": _("signal, better"), "bad": _("signal, worse"), "": _("signal")}
    notes += [f"{chart.labels[signal.index]}: {words[signal.effect]}" for signal in chart.signals]
    return tuple(notes)


def _span(chart: Chart, start: int | None, end: int | None) -> str:
    if not chart.labels or (start is None and end is None):
        return ""
    first = chart.labels[start or 0]
    last = chart.labels[-1 if end is None else min(end, len(chart.labels) - 1)]
    return f" ({first} – {last})"
