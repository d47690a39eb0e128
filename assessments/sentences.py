"""The message of a KPI in one sentence, drafted from its numbers. Whole sentences, so that they translate."""

import datetime

from django.utils.translation import gettext as _

from charts.numbers import MISSING, join_unit
from kpis.figures import planned_at, written
from kpis.models import Kpi
from projects.periods import label


def kpi_message(kpi: Kpi, latest: tuple[datetime.date, float] | None, today: datetime.date) -> str:
    """`latest` is the newest period with a counted value, and that value."""
    if latest is None:
        return _without_value(kpi, today)
    period, value = latest
    if kpi.direction == Kpi.Direction.RANGE:
        return _in_range(kpi, value)
    planned = planned_at(kpi, period)
    if kpi.direction == Kpi.Direction.MAINTAIN:
        return _maintained(kpi, value, planned)
    if kpi.baseline_value is None:
        return _level(kpi, value, planned)
    return _movement(kpi, value - kpi.baseline_value, planned)


def with_unit(value: float | None, kpi: Kpi) -> str:
    """The value with its unit: "33 hours", "92.0 %"; a dash alone where there is none."""
    return MISSING if value is None else join_unit(written(value, kpi), kpi.unit)


def step_written(amount: float, kpi: Kpi) -> str:
    """A difference with its unit; a difference of percentages is one of points."""
    number = written(abs(amount), kpi)
    return _("%(number)s points") % {"number": number} if kpi.unit == "%" else join_unit(number, kpi.unit)


def _without_value(kpi: Kpi, today: datetime.date) -> str:
    if kpi.expected_start and kpi.expected_start > today:
        period = label(kpi.expected_start, kpi.frequency)
        return _("%(kpi)s is expected to move from %(period)s on") % {"kpi": kpi.name, "period": period}
    return _("%(kpi)s has no value yet") % {"kpi": kpi.name}


def _in_range(kpi: Kpi, value: float) -> str:
    names = {
        "kpi": kpi.name,
        "value": with_unit(value, kpi),
        "low": written(kpi.range_low, kpi),
        "high": written(kpi.range_high, kpi),
    }
    if kpi.range_low is None or kpi.range_high is None or kpi.range_low <= value <= kpi.range_high:
        return _("%(kpi)s is at %(value)s, within %(low)s to %(high)s") % names
    return _("%(kpi)s is at %(value)s, outside %(low)s to %(high)s") % names


def _maintained(kpi: Kpi, value: float, planned: float | None) -> str:
    if planned is None:
        return _level(kpi, value, None)
    names = {"kpi": kpi.name, "value": with_unit(value, kpi), "target": written(planned, kpi)}
    return _("%(kpi)s is at %(value)s; it is to stay at %(target)s") % names


def _level(kpi: Kpi, value: float, planned: float | None) -> str:
    names = {"kpi": kpi.name, "value": with_unit(value, kpi), "plan": written(planned, kpi)}
    if planned is None:
        return _("%(kpi)s is at %(value)s") % names
    return _("%(kpi)s is at %(value)s; plan was %(plan)s") % names


def _movement(kpi: Kpi, change: float, planned: float | None) -> str:
    baseline = kpi.baseline_value or 0.0
    wanted = None if planned is None else planned - baseline
    names = {"kpi": kpi.name, "change": step_written(change, kpi), "plan": written(abs(wanted or 0.0), kpi)}
    if not _shows(change, kpi):
        return _unmoved(kpi, wanted, names)
    if wanted is None or not _shows(wanted, kpi):
        text = _("%(kpi)s rose by %(change)s") if change > 0 else _("%(kpi)s fell by %(change)s")
    elif (wanted > 0) == (change > 0):
        rose = _("%(kpi)s rose by %(change)s; plan was %(plan)s")
        text = rose if change > 0 else _("%(kpi)s fell by %(change)s; plan was %(plan)s")
    elif change > 0:
        text = _("%(kpi)s rose by %(change)s; plan was to fall by %(plan)s")
    else:
        text = _("%(kpi)s fell by %(change)s; plan was to rise by %(plan)s")
    return text % names


def _unmoved(kpi: Kpi, wanted: float | None, names: dict[str, str]) -> str:
    if wanted is None or not _shows(wanted, kpi):
        return _("%(kpi)s is where it started") % names
    if wanted > 0:
        return _("%(kpi)s is where it started; plan was to rise by %(plan)s") % names
    return _("%(kpi)s is where it started; plan was to fall by %(plan)s") % names


def _shows(change: float, kpi: Kpi) -> bool:
    """Whether a change is more than nothing once it is written with the KPI's decimals."""
    return round(abs(change), kpi.decimals) > 0
