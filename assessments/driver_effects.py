"""What a value of a driver changes: line by line, before it is kept."""

import datetime
import math
from dataclasses import dataclass

from django.utils.translation import gettext as _

from assessments.locks import locked_months
from assessments.services.monetising import (
    MonetisedMonth,
    Valid,
    monetise,
    read_drivers,
    read_monetisations,
    with_value,
)
from charts import kinds
from charts.description import Chart, Title
from kpis.models import Driver, Monetisation
from projects.models import MoneyLine
from projects.periods import Frequency, add_months, label, months_between, start_of

#: months drawn at most
LONGEST_AXIS = 60


@dataclass(frozen=True, slots=True)
class LineEffect:
    """The actual amounts of one line so far, in its currency, as they are and as they would be."""

    line: MoneyLine
    monetisation: Monetisation
    now: float
    after: float
    #: months whose amount would be another one
    months: int
    #: months that would change if they were not closed
    closed: int

    @property
    def change(self) -> float:
        return self.after - self.now


def users_of(driver: Driver) -> list[Monetisation]:
    """How lines follow from KPIs with this driver, by project and line."""
    ids = Monetisation.objects.using_driver(driver.pk).values_list("pk", flat=True)
    return sorted(read_monetisations(ids), key=lambda one: (one.line.project.name, one.line.name))


def effects_of(
    driver: Driver, users: list[Monetisation], *, day: datetime.date, value: float, today: datetime.date
) -> list[LineEffect]:
    """What the value from that day on changes in the lines that use the driver."""
    valid = read_drivers([driver.pk])[driver.pk]
    now = _by_line(monetise(users, today=today))
    after = _by_line(monetise(users, today=today, extra={driver.pk: with_value(valid, day, value)}))
    closed = locked_months({one.line.project_id for one in users})
    return [_effect(one, now.get(one.line_id, {}), after.get(one.line_id, {}), closed) for one in users]


Amounts = dict[datetime.date, float | None]


def _by_line(months: list[MonetisedMonth]) -> dict[int, Amounts]:
    found: dict[int, Amounts] = {}
    for month in months:
        found.setdefault(month.line_id, {})[month.month] = month.amount
    return found


def _effect(
    one: Monetisation, now: Amounts, after: Amounts, closed: set[tuple[int, datetime.date]]
) -> LineEffect:
    moved = [month for month, amount in after.items() if now.get(month) != amount]
    kept = {month for month in moved if (one.line.project_id, month) in closed and now[month] is not None}
    shown = {month: now[month] if month in kept else amount for month, amount in after.items()}
    return LineEffect(one.line, one, _sum(now), _sum(shown), len(moved) - len(kept), len(kept))


def _sum(amounts: Amounts) -> float:
    return math.fsum(amount for amount in amounts.values() if amount is not None)


def driver_chart(driver: Driver, today: datetime.date) -> Chart | None:
    """The value of each month, from the first one on; None without values."""
    valid: Valid = read_drivers([driver.pk])[driver.pk]
    if not valid.days:
        return None
    first = start_of(valid.days[0], Frequency.MONTH)
    last = max(start_of(today, Frequency.MONTH), add_months(start_of(valid.days[-1], Frequency.MONTH), 1))
    count = months_between(first, last) + 1
    months = [add_months(first, step) for step in range(max(0, count - LONGEST_AXIS), count)]
    labels = [label(month, Frequency.MONTH) for month in months]
    return kinds.control(
        message=_("How “%(name)s” has changed") % {"name": driver.name},
        title=Title("", driver.name, f"{labels[0]} – {labels[-1]}"),
        labels=labels,
        actual=[valid.on(month) for month in months],
        unit=driver.unit,
        direction="maintain",
    )
