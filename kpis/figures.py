"""Numbers of one KPI, as its pages write and read them."""

import datetime

from charts.numbers import MISSING, Number, as_decimal, write
from kpis.models import Kpi
from projects.periods import periods_between, start_of


def written(value: Number | None, kpi: Kpi, *, sign: bool = False) -> str:
    """The value with the decimals of its KPI, without the unit; a dash where there is none."""
    number = as_decimal(value)
    return MISSING if number is None else write(number, kpi.decimals, sign=sign)


def typed(value: float | None) -> str:
    """The value as it stands in an input: every digit it has, so that an untouched input changes nothing."""
    return "" if value is None else repr(float(value)).removesuffix(".0")


def planned_at(kpi: Kpi, period: datetime.date) -> float | None:
    """The planned value of a period: None before the plan begins, the last target after its end."""
    if not kpi.plan_path or kpi.plan_start is None or period < kpi.plan_start:
        return None
    step = periods_between(kpi.plan_start, start_of(period, kpi.frequency), kpi.frequency)
    value: float = kpi.plan_path[min(step, len(kpi.plan_path) - 1)]
    return value


def final_target(kpi: Kpi) -> float | None:
    """Where the plan arrives."""
    return kpi.plan_path[-1] if kpi.plan_path else None
