"""Is a typed value plausible? What is not may still be true: it asks for a word of explanation, no more.

A value is doubted when it lies

- below `Kpi.minimum` or above `Kpi.maximum`, where they are given;
- outside the natural process limits (XmR, METHOD §4) of the values before it, when there are five or more, and
  further from the last one than their moving range allows: a process that has moved and stays there is no news;
- with fewer values before it, or limits without any width, more than 50 % away from the last one.

The values before it are the counted ones of the 24 periods before its own, so that years long gone do not widen
or narrow what is expected today.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from assessments.method.control_chart import (
    FEWEST_POINTS,
    LIMIT_FACTOR,
    RANGE_LIMIT_FACTOR,
    natural_limits,
)
from assessments.models import Measurement
from charts.numbers import compact, percent
from kpis.figures import written
from kpis.models import Kpi
from projects.periods import shift

#: periods before the doubted value that say what is usual
HISTORY = 24
#: share of the last value beyond which a change is a jump, where there are too few values for limits
LARGEST_CHANGE = 0.5

#: counted values of a KPI, oldest first
History = Sequence[tuple[datetime.date, float]]


def histories_of(
    kpi_ids: Iterable[int], since: datetime.date | None = None
) -> dict[int, list[tuple[datetime.date, float]]]:
    """The counted values of each KPI (of periods from `since` on), oldest first, in one query."""
    rows = Measurement.objects.filter(kpi__in=list(kpi_ids))
    rows = (rows.filter(period__gte=since) if since else rows).counted()
    found: dict[int, list[tuple[datetime.date, float]]] = defaultdict(list)
    for kpi_id, period, value in rows.values_list("kpi_id", "period", "value"):
        if value is not None:
            found[kpi_id].append((period, value))
    return found


def doubts(kpi: Kpi, period: datetime.date, value: float | None, history: History) -> list[str]:
    """Why the value is doubted, as sentences; empty when it is plausible. No value is never doubted."""
    if value is None:
        return []
    first = shift(period, kpi.frequency, -HISTORY)
    before = [known for when, known in history if first <= when < period]
    return [*_range_doubt(kpi, value), *_jump_doubt(kpi, value, before)]


def doubts_by_cell(
    kpis: Mapping[int, Kpi], values: Mapping[tuple[int, datetime.date], float | None]
) -> dict[tuple[int, datetime.date], list[str]]:
    """The doubts about several cells (KPI, period), those without any left out; one query."""
    if not values:
        return {}
    since = min(shift(period, kpis[kpi_id].frequency, -HISTORY) for kpi_id, period in values)
    histories = histories_of({kpi_id for kpi_id, _period in values}, since)
    found = {
        cell: doubts(kpis[cell[0]], cell[1], value, histories.get(cell[0], ()))
        for cell, value in values.items()
    }
    return {cell: reasons for cell, reasons in found.items() if reasons}


def _range_doubt(kpi: Kpi, value: float) -> list[str]:
    if kpi.minimum is not None and value < kpi.minimum:
        return [_("Below the lowest plausible value, %(limit)s.") % {"limit": written(kpi.minimum, kpi)}]
    if kpi.maximum is not None and value > kpi.maximum:
        return [_("Above the highest plausible value, %(limit)s.") % {"limit": written(kpi.maximum, kpi)}]
    return []


def _jump_doubt(kpi: Kpi, value: float, before: Sequence[float]) -> list[str]:
    if not before:
        return []
    if len(before) >= FEWEST_POINTS:
        limits = natural_limits(before)
        if limits is not None and limits[0] < limits[1]:
            usual = limits[0] <= value <= limits[1] or abs(value - before[-1]) <= _longest_step(limits)
            return [] if usual else [_jump(kpi, value, before)]
    return [_jump(kpi, value, before)] if _is_large_change(value, before[-1]) else []


def _longest_step(limits: tuple[float, float]) -> float:
    """The upper limit of the moving range that goes with natural limits: both rest on its mean."""
    return (limits[1] - limits[0]) / 2 / LIMIT_FACTOR * RANGE_LIMIT_FACTOR


def _is_large_change(value: float, last: float) -> bool:
    return abs(value - last) > LARGEST_CHANGE * abs(last)


def _jump(kpi: Kpi, value: float, before: Sequence[float]) -> str:
    """The jump in the words of a person: how many times the last value, or by how much."""
    last = before[-1]
    names = {"last": written(last, kpi), "count": len(before)}
    if last and value / last >= 2:
        names["times"] = compact(value / last)
        return _("%(times)s times the last value, %(last)s.") % names
    if last and _is_large_change(value, last):
        names["change"] = percent(value / last - 1, sign=True)
        return _("%(change)s against the last value, %(last)s.") % names
    return _("Unusual after the last value, %(last)s: outside the limits of the %(count)d before.") % names
