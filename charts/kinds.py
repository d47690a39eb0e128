"""One constructor for each kind of chart: the only places where a `Chart` is put together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from charts.description import (
    Chart,
    Direction,
    Effect,
    Interval,
    Level,
    Mark,
    Point,
    Series,
    Signal,
    Step,
    Swing,
    Title,
    Value,
    effect_of,
)
from charts.numbers import Number, compact

Values = Sequence[Value]
Side = Literal["above", "below", "up", "down"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Centre and natural limits of a control chart, valid from one period to another (indices)."""

    centre: Number
    lower: Number
    upper: Number
    start: int | None = None
    end: int | None = None


def sparkline(
    *,
    labels: Sequence[str],
    actual: Values,
    plan: Values | None = None,
    forecast: Values | None = None,
    unit: str = "",
    scale: tuple[float, float] | None = None,
) -> Chart:
    """A row's course in a table: actual to its last point, plan thin, forecast dotted."""
    return Chart(
        kind="sparkline",
        labels=tuple(labels),
        series=_series(actual=actual, plan=plan, forecast=forecast),
        unit=unit,
        scale=scale,
    )


def actual_against_plan(
    *,
    message: str,
    title: Title,
    labels: Sequence[str],
    actual: Values,
    plan: Values,
    previous: Values | None = None,
    forecast: Values | None = None,
    unit: str = "",
    direction: Direction = "higher",
) -> Chart:
    """Columns by period with ΔPL as bars and ΔPL% as pins above them."""
    return Chart(
        kind="variance",
        message=message,
        title=title,
        labels=tuple(labels),
        series=_series(actual=actual, plan=plan, previous=previous, forecast=forecast),
        unit=unit,
        direction=direction,
    )


def cumulative_cash(
    *,
    message: str,
    title: Title,
    labels: Sequence[str],
    actual: Values,
    plan: Values | None = None,
    forecast: Values | None = None,
    unit: str = "",
    payback_plan: Number | None = None,
    payback_now: Number | None = None,
) -> Chart:
    """Cumulative net cash. Paybacks are positions on the axis: 18 is the label with index 18."""
    points = []
    if payback_plan is not None:
        text = _("plan month %(month)s") % {"month": compact(payback_plan)}
        points.append(Point(float(payback_plan), 0, text, "PL"))
    if payback_now is not None:
        text = _("now month %(month)s") % {"month": compact(payback_now)}
        points.append(Point(float(payback_now), 0, text, "AC"))
    return Chart(
        kind="cash",
        message=message,
        title=title,
        labels=tuple(labels),
        series=_series(actual=actual, plan=plan, forecast=forecast),
        unit=unit,
        points=tuple(points),
    )


def control(
    *,
    message: str,
    title: Title,
    labels: Sequence[str],
    actual: Values,
    unit: str = "",
    direction: Direction = "higher",
    target: Values | None = None,
    forecast: Values | None = None,
    interval: tuple[Values, Values] | None = None,
    limits: Iterable[Limits] = (),
    signals: Iterable[tuple[int, Side]] = (),
    marks: Iterable[Mark] = (),
    baseline: Number | None = None,
) -> Chart:
    """A KPI's series with its natural limits, oldest first; only the last limits are labelled.

    `signals` are (index, side) of the actual series; `interval` is the forecast's (lower, upper).
    """
    band = _("likely range of the forecast")
    intervals = (Interval(band, tuple(interval[0]), tuple(interval[1])),) if interval else ()
    return Chart(
        kind="control",
        message=message,
        title=title,
        labels=tuple(labels),
        series=_series(actual=actual, plan=target, forecast=forecast, plan_label=_("target")),
        unit=unit,
        direction=direction,
        intervals=intervals,
        levels=_levels(tuple(limits), baseline),
        marks=tuple(marks),
        signals=_signals(signals, direction),
    )


def bridge(
    *, message: str, title: Title, steps: Iterable[Step], unit: str = "", direction: Direction = "higher"
) -> Chart:
    """From plan through what went better or worse to what is there and what is still to come."""
    return Chart(
        kind="bridge", message=message, title=title, steps=tuple(steps), unit=unit, direction=direction
    )


def tornado(
    *, message: str, title: Title, swings: Iterable[Swing], unit: str = "", direction: Direction = "higher"
) -> Chart:
    """What one factor at a time changes, in the order given: the widest first."""
    return Chart(
        kind="tornado", message=message, title=title, swings=tuple(swings), unit=unit, direction=direction
    )


def _series(
    *,
    actual: Values,
    plan: Values | None = None,
    previous: Values | None = None,
    forecast: Values | None = None,
    plan_label: str = "",
) -> tuple[Series, ...]:
    rows = [Series("AC", _("actual"), tuple(actual))]
    if plan:
        rows.append(Series("PL", plan_label or _("plan"), tuple(plan)))
    if previous:
        rows.append(Series("PY", _("previous year"), tuple(previous)))
    if forecast:
        rows.append(Series("FC", _("forecast"), tuple(forecast)))
    return tuple(rows)


def _levels(limits: tuple[Limits, ...], baseline: Number | None) -> tuple[Level, ...]:
    levels = [] if baseline is None else [Level("baseline", _("baseline"), baseline)]
    for position, limit in enumerate(limits, start=1):
        current = position == len(limits)
        span = {"start": limit.start, "end": limit.end}
        if baseline is None or limit.centre != baseline:
            centre = _("baseline") if len(limits) == 1 and baseline is None else _("mean")
            levels.append(Level("baseline", centre, limit.centre, **span, current=current))
        levels.append(Level("limit", _("upper limit"), limit.upper, **span, current=current))
        levels.append(Level("limit", _("lower limit"), limit.lower, **span, current=current))
    return tuple(levels)


def _signals(signals: Iterable[tuple[int, Side]], direction: Direction) -> tuple[Signal, ...]:
    effects: dict[int, Effect] = {}
    for index, side in signals:
        effects[index] = effect_of(1 if side in ("above", "up") else -1, direction)
    return tuple(Signal(index, effect) for index, effect in sorted(effects.items()))
