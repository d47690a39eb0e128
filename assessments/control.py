"""The chart of one KPI: its series with baseline, plan, natural limits and go-live."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.series import KpiSeries
from charts import kinds
from charts.description import Chart, Direction, Mark, Title
from kpis.figures import planned_at, written
from kpis.models import Kpi
from projects.models import Project
from projects.periods import label, periods_between, start_of

#: fewer points give no limits (METHOD §4)
FEWEST_POINTS = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """Natural limits, the points they come from, and the signals as (place on the axis, side)."""

    centre: float
    lower: float
    upper: float
    points: int
    frozen: bool
    trial: bool
    signals: list[tuple[int, kinds.Side]]
    #: places on the axis between which they hold; None: from its beginning, to its end
    start: int | None = None
    end: int | None = None


def control_chart(series: KpiSeries, *, today: datetime.date, rebased: Sequence[datetime.date] = ()) -> Chart:
    """The control chart of a KPI; empty while it has no value. From each period of `rebased` on its limits are new."""
    kpi, axis = series.kpi, series.axis()
    labels = [label(period, kpi.frequency) for period in axis]
    go_live = go_live_of(kpi.project, today)
    segments = _segments(series, axis, go_live, rebased)
    limits = segments[-1] if segments else None
    target = [planned_at(kpi, period) for period in axis]
    return kinds.control(
        message=_message(limits, labels, kpi.direction),
        title=Title(kpi.project.name, kpi.name, _periods(labels, limits, has_plan=any_of(target))),
        labels=labels,
        actual=[series.values.get(period) for period in axis],
        unit=kpi.unit,
        direction=cast(Direction, kpi.direction),
        target=target if any_of(target) else None,
        limits=[kinds.Limits(one.centre, one.lower, one.upper, one.start, one.end) for one in segments],
        signals=[signal for one in segments for signal in one.signals],
        marks=_marks(axis, kpi.frequency, go_live, rebased),
        baseline=None if limits and _reads_as_baseline(limits, kpi) else kpi.baseline_value,
    )


def _reads_as_baseline(limits: Limits, kpi: Kpi) -> bool:
    """Whether centre and baseline are written the same: then one line stands for both."""
    return limits.frozen and written(limits.centre, kpi) == written(kpi.baseline_value, kpi)


def _message(limits: Limits | None, labels: list[str], direction: str) -> str:
    """What the limits say; the heading of the page says how far the KPI has moved."""
    if limits is None:
        return _("From five values on, limits show what is more than chance")
    if not limits.signals:
        return _("No value stands out from the usual variation")
    places = {place for place, _side in limits.signals}
    upward = {side in ("above", "up") for _place, side in limits.signals}
    names = {"count": len(places), "latest": labels[max(places)]}
    if direction not in ("higher", "lower") or len(upward) == 2:
        text = ngettext(
            "%(count)d value stands out from the usual variation: %(latest)s",
            "%(count)d values stand out from the usual variation, the latest in %(latest)s",
            len(places),
        )
    elif (direction == "higher") == upward.pop():
        text = ngettext(
            "%(count)d value is better than chance explains: %(latest)s",
            "%(count)d values are better than chance explains, the latest in %(latest)s",
            len(places),
        )
    else:
        text = ngettext(
            "%(count)d value is worse than chance explains: %(latest)s",
            "%(count)d values are worse than chance explains, the latest in %(latest)s",
            len(places),
        )
    return text % names


def any_of(values: list[float | None]) -> bool:
    """Whether there is a value at all."""
    return any(value is not None for value in values)


def go_live_of(project: Project, today: datetime.date) -> datetime.date | None:
    """The actual go-live, else the planned one once it has passed."""
    planned = project.go_live_planned
    return project.go_live_actual or (planned if planned and planned <= today else None)


def _segments(
    series: KpiSeries,
    axis: list[datetime.date],
    go_live: datetime.date | None,
    rebased: Sequence[datetime.date],
) -> list[Limits]:
    """Limits in order of time: those frozen before go-live (or from all values), then new ones from each rebase on."""
    periods = sorted(series.values)
    starts = [day for day in sorted(rebased) if periods and periods[0] < day <= periods[-1]]
    found = []
    for start, end in zip([None, *starts], [*starts, None], strict=True):
        members = [day for day in periods if (not start or day >= start) and (not end or day < end)]
        limits = natural_limits(series, axis, None if start else go_live, members)
        last = _place(axis, end) if end else None
        if limits is not None and last != 0:
            first = _place(axis, start) if start else None
            found.append(replace(limits, start=first, end=None if last is None else last - 1))
    return found


def _place(axis: list[datetime.date], day: datetime.date) -> int:
    return sum(period < day for period in axis)


def natural_limits(
    series: KpiSeries,
    axis: list[datetime.date],
    go_live: datetime.date | None,
    members: list[datetime.date] | None = None,
) -> Limits | None:
    """Limits over the counted values of `members` (all where None), frozen on those before go-live where these are
    enough; signals on `axis`."""
    # Imported here: numpy costs 0.1 s at the start of a web process that may never draw a chart.
    from assessments.method.control_chart import xmr
    from assessments.method.errors import MethodError

    # From all values: the axis shows the newest only, and frozen limits must not move with it.
    periods = sorted(series.values) if members is None else members
    before = sum(1 for period in periods if go_live and period < start_of(go_live, series.kpi.frequency))
    frozen = before >= FEWEST_POINTS
    try:
        chart = xmr([series.values[period] for period in periods], baseline=before if frozen else None)
    except MethodError:  # limits that fit no float: the values themselves can still be shown, and corrected
        return None
    if chart.centre is None or chart.lower is None or chart.upper is None:
        return None
    places = {period: place for place, period in enumerate(axis)}
    found = [(places.get(periods[signal.index]), signal.side) for signal in chart.signals]
    signals = [(place, side) for place, side in found if place is not None]
    points = before if frozen else len(periods)
    return Limits(chart.centre, chart.lower, chart.upper, points, frozen, chart.status == "trial", signals)


def _periods(labels: list[str], limits: Limits | None, *, has_plan: bool) -> str:
    if not labels:
        return ""
    parts = [f"{labels[0]} – {labels[-1]}", _("AC, target") if has_plan else _("AC")]
    if limits is not None:
        parts.append(_limits_note(limits))
    return " · ".join(parts)


def _limits_note(limits: Limits) -> str:
    if not limits.frozen:
        text = ngettext(
            "XmR limits from %(points)d point", "XmR limits from %(points)d points", limits.points
        )
    elif limits.trial:
        text = ngettext(
            "trial XmR limits, frozen on %(points)d point before go-live",
            "trial XmR limits, frozen on %(points)d points before go-live",
            limits.points,
        )
    else:
        text = ngettext(
            "XmR limits frozen on %(points)d point before go-live",
            "XmR limits frozen on %(points)d points before go-live",
            limits.points,
        )
    return text % {"points": limits.points}


def _marks(
    axis: list[datetime.date],
    frequency: str,
    go_live: datetime.date | None,
    rebased: Sequence[datetime.date],
) -> list[Mark]:
    marks = []
    if go_live is not None:
        start = start_of(go_live, frequency)
        marks.append((start, _("go-live %(period)s") % {"period": label(start, frequency)}))
    marks += [(day, _("rebased %(period)s") % {"period": label(day, frequency)}) for day in rebased]
    places = [(periods_between(axis[0], day, frequency), name) for day, name in marks] if axis else []
    return [Mark(place, name) for place, name in places if 0 <= place < len(axis)]
