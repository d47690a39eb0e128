"""Actual amounts of benefit lines that follow from a KPI, computed month by month.

Runs inside a valuation, which holds the organization's lock: every value, driver and factor there is has been seen. A
value holds for the months of its period: a quarterly one for its three months, weekly ones as the mean of the weeks that
end in the month. A volume is a count: the weeks of a month are added up, a quarter is spread evenly over its months.
A driver counts in a month with the value that held on its first day.
"""

import datetime
import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _

from assessments.locks import locked_months, month_of
from assessments.method.monetisation import Monetised, adoption_ramp_batch, monetised_batch, months_since
from assessments.services.computing import VERIFIED, Standing, Values, read_values
from kpis.models import DriverValue, Kpi, Monetisation
from organizations.models import Organization
from projects.models import CashFlow, MoneyLine, Project
from projects.periods import MONTHS, Frequency, add_months, shift, start_of
from projects.services.cash import CENT, LARGEST
from projects.services.computed import ComputedFlows, computed_months, write_computed_flows

Month = datetime.date
#: gates from which on a benefit can be actual
LIVE_GATES = (Project.Gate.L4, Project.Gate.L5)
_KPI_FIELDS = (
    "code",
    "name",
    "frequency",
    "direction",
    "unit",
    "baseline_value",
    "archived_at",
    "project_id",
)
_AFFECTED = """
WITH k AS MATERIALIZED (SELECT id FROM kpis_kpi
    WHERE organization_id = %(organization)s AND project_id = ANY(%(projects)s)),
l AS MATERIALIZED (SELECT id FROM projects_moneyline
    WHERE organization_id = %(organization)s AND project_id = ANY(%(projects)s))
SELECT m.id FROM kpis_monetisation m WHERE m.organization_id = %(organization)s AND (m.kpi_id IN (SELECT id FROM k)
    OR m.volume_kpi_id IN (SELECT id FROM k) OR m.line_id IN (SELECT id FROM l))
"""


class Known(NamedTuple):
    """What a KPI says of one month: the value, the periods it rests on, and whether all of them are verified."""

    value: float
    periods: tuple[datetime.date, ...]
    is_verified: bool


class Valid(NamedTuple):
    """A driver's values: the days from which they hold, oldest first, and what they are."""

    days: list[datetime.date]
    values: list[float]

    def on(self, day: datetime.date) -> float | None:
        place = bisect_right(self.days, day)
        return self.values[place - 1] if place else None


#: by driver
Drivers = Mapping[int, Valid]


@dataclass(frozen=True, slots=True)
class MonetisedMonth:
    """One month of a line that follows from a KPI. The amount is preliminary while a value is not verified."""

    line_id: int
    month: Month
    kpi_id: int
    baseline: float | None
    actual: float | None
    #: of the KPI and, where the volume is one, of that KPI
    periods: tuple[datetime.date, ...]
    is_verified: bool
    figures: Monetised

    @property
    def amount(self) -> float | None:
        return self.figures.amount


def compute_money(organization: Organization, project_ids: Sequence[int]) -> int:
    """Write the actual amounts of lines that belong to, or follow from, these projects; how many changed.

    Needs the organization's scope, and its lock held exclusively. An amount that stands in a closed month stays. Where
    nothing can be said any more, what was computed is taken away; what somebody typed stays.
    """
    found = read_monetisations(_affected(organization, project_ids))
    found = [one for one in found if _is_booked(one)]
    if not found:
        return 0
    today = organization.today()
    months = _by_line(monetise(found, today=today))
    stands = _standing_amounts(months)
    closed = locked_months({one.line.project_id for one in found})
    with translation.override(organization.language):
        changes = [_changes(one, months[one.line_id], stands.get(one.line_id, {}), closed) for one in found]
    return write_computed_flows(organization, _without_typed(changes))


def monetise(
    monetisations: Sequence[Monetisation], *, today: datetime.date, extra: Mapping[int, Valid] | None = None
) -> list[MonetisedMonth]:
    """Every complete month in which these lines are to follow from their KPIs, line by line, oldest first.

    Saved or not; each with `kpi`, `line.project` and `volume_kpi` at hand. `extra` puts other values in the place of
    drivers' own. In two queries.
    """
    measured = {one.kpi_id: one.kpi for one in monetisations}
    counted = {one.volume_kpi.pk: one.volume_kpi for one in monetisations if one.volume_kpi is not None}
    values = read_values({*measured, *counted})
    drivers = {**read_drivers(_drivers_of(monetisations)), **(extra or {})}
    levels = {
        number: dict(_months_of(values, kpi, today, is_count=False)) for number, kpi in measured.items()
    }
    volumes = {number: dict(_months_of(values, kpi, today, is_count=True)) for number, kpi in counted.items()}
    rows = [
        _row(one, month, step, levels, volumes, drivers)
        for one in monetisations
        for step, month in _window(one, today)
        if one.kpi.direction in (Kpi.Direction.HIGHER, Kpi.Direction.LOWER)
    ]
    return _figured(rows)


def read_monetisations(ids: Iterable[int]) -> list[Monetisation]:
    """Monetisations with KPI, line, project and volume KPI at hand, in four queries."""
    # Plain reads instead of one with joins: a planner without statistics makes those slow.
    found: list[Monetisation] = list(Monetisation.objects.filter(pk__in=list(ids)).order_by("pk"))
    wanted = {one.kpi_id for one in found} | {one.volume_kpi_id for one in found} - {None}
    kpis = Kpi.objects.only(*_KPI_FIELDS).in_bulk(wanted)
    lines = MoneyLine.objects.in_bulk({one.line_id for one in found})
    projects = Project.objects.in_bulk({line.project_id for line in lines.values()})
    for line in lines.values():
        line.project = projects[line.project_id]
    for one in found:
        one.kpi, one.line = kpis[one.kpi_id], lines[one.line_id]
        if one.volume_kpi_id is not None:
            one.volume_kpi = kpis[one.volume_kpi_id]
    return found


def monetised_months(line_ids: Iterable[int], *, today: datetime.date) -> list[MonetisedMonth]:
    """The months of these lines that rest on values of a KPI: which KPI, which periods, verified or not."""
    ids = Monetisation.objects.filter(line__in=list(line_ids)).values_list("pk", flat=True)
    return [month for month in monetise(read_monetisations(ids), today=today) if month.amount is not None]


def read_drivers(driver_ids: Iterable[int]) -> dict[int, Valid]:
    """The values of drivers that hold; of several for one day the newest. One query, none without drivers."""
    ids = set(driver_ids)
    by_driver: dict[int, dict[datetime.date, float]] = {number: {} for number in ids}
    if ids:
        rows = DriverValue.objects.filter(driver__in=ids).order_by("driver_id", "valid_from", "id")
        for number, day, value in rows.values_list("driver_id", "valid_from", "value"):
            by_driver[number][day] = value
    return {number: Valid(list(known), list(known.values())) for number, known in by_driver.items()}


def with_value(valid: Valid, day: datetime.date, value: float) -> Valid:
    """The driver's values as they would be with one more."""
    known = dict(zip(valid.days, valid.values, strict=True)) | {day: value}
    days = sorted(known)
    return Valid(days, [known[one] for one in days])


def start_of_effect(one: Monetisation) -> datetime.date | None:
    """The day on which the line begins to follow: as given, else the go-live of its project."""
    project = one.line.project
    return one.starts_on or project.go_live_actual or project.go_live_planned


def in_cents(amount: float | None) -> Decimal | None:
    """As it is booked; None for what cannot be said, or is more than can be kept."""
    if amount is None or not math.isfinite(amount) or abs(amount) >= LARGEST:
        return None
    return Decimal(repr(amount)).quantize(CENT, ROUND_HALF_UP)


def _affected(organization: Organization, project_ids: Sequence[int]) -> list[int]:
    """Monetisations whose KPI, volume or line belongs to these projects."""
    with connection.cursor() as cursor:
        cursor.execute(_AFFECTED, {"organization": organization.pk, "projects": list(project_ids)})
        return [row[0] for row in cursor.fetchall()]


def _is_booked(one: Monetisation) -> bool:
    project = one.line.project
    archived = (one.kpi.archived_at, one.line.archived_at, project.archived_at)
    return project.gate in LIVE_GATES and archived == (None, None, None)


def _drivers_of(monetisations: Iterable[Monetisation]) -> set[int]:
    ids = {number for one in monetisations for number in (one.money_driver_id, one.volume_driver_id)}
    return {number for number in ids if number is not None}


def _window(one: Monetisation, today: datetime.date) -> Iterator[tuple[int, Month]]:
    """The months from the beginning of the effect to its end, complete ones only, numbered from 0."""
    begin = start_of_effect(one)
    if begin is None:
        return
    first, last = start_of(begin, Frequency.MONTH), add_months(start_of(today, Frequency.MONTH), -1)
    if one.ends_on is not None:
        last = min(last, start_of(one.ends_on, Frequency.MONTH))
    for step in range(months_since(first, last) + 1):
        yield step, add_months(first, step)


def _months_of(
    values: Values, kpi: Kpi, today: datetime.date, *, is_count: bool
) -> Iterator[tuple[Month, Known]]:
    """What a KPI's values say month by month, of periods that have ended."""
    counted = {
        period: one
        for period, one in values.get(kpi.pk, {}).items()
        if one.counts and shift(period, kpi.frequency, 1) <= today
    }
    if kpi.frequency == Frequency.WEEK:
        yield from _months_of_weeks(counted, is_count=is_count)
        return
    width = MONTHS[Frequency(kpi.frequency)]
    for period, one in counted.items():
        value = _value(one) / width if is_count else _value(one)
        for step in range(width):
            yield add_months(period, step), Known(value, (period,), one.status == VERIFIED)


def _months_of_weeks(
    counted: Mapping[datetime.date, Standing], *, is_count: bool
) -> Iterator[tuple[Month, Known]]:
    by_month: dict[Month, list[datetime.date]] = {}
    for period in sorted(counted):
        by_month.setdefault(month_of(period, Frequency.WEEK), []).append(period)
    for month, weeks in by_month.items():
        total = math.fsum(_value(counted[week]) for week in weeks)
        if is_count and len(weeks) < _weeks_ending_in(month):
            continue  # a sum without all of its parts says less than there was
        is_verified = all(counted[week].status == VERIFIED for week in weeks)
        yield month, Known(total if is_count else total / len(weeks), tuple(weeks), is_verified)


def _weeks_ending_in(month: Month) -> int:
    days = (add_months(month, 1) - month).days
    return sum((month + datetime.timedelta(days=day)).weekday() == 6 for day in range(days))


def _value(one: Standing) -> float:
    return math.nan if one.value is None else one.value


class _Row(NamedTuple):
    """One month before it is multiplied."""

    one: Monetisation
    month: Month
    known: Known | None
    sized: Known | None
    volume: float | None
    money: float | None
    #: months since the effect began
    step: int


def _row(
    one: Monetisation,
    month: Month,
    step: int,
    levels: Mapping[int, Mapping[Month, Known]],
    volumes: Mapping[int, Mapping[Month, Known]],
    drivers: Drivers,
) -> _Row:
    sized = volumes[one.volume_kpi_id].get(month) if one.volume_kpi_id is not None else None
    volume = sized.value if sized else None
    if one.volume_kpi_id is None:
        volume = _given(one.volume_value, one.volume_driver_id, drivers, month)
    money = _given(one.money_value, one.money_driver_id, drivers, month)
    return _Row(one, month, levels[one.kpi_id].get(month), sized, volume, money, step)


def _given(number: float | None, driver_id: int | None, drivers: Drivers, month: Month) -> float | None:
    return number if driver_id is None else drivers[driver_id].on(month)


def _figured(rows: Sequence[_Row]) -> list[MonetisedMonth]:
    if not rows:
        return []
    found = monetised_batch(
        [row.one.kpi.baseline_value for row in rows],
        [row.known.value if row.known else None for row in rows],
        direction=[row.one.kpi.direction for row in rows],
        volume=[row.volume for row in rows],
        money=[row.money for row in rows],
        factor=[row.one.unit_factor for row in rows],
        capture=[row.one.capture_rate for row in rows],
        attribution=[row.one.attribution for row in rows],
        ramp=adoption_ramp_batch([row.step for row in rows], [row.one.ramp_months for row in rows]),
    )
    figures = zip(*((None if math.isnan(value) else value for value in column.tolist()) for column in (
        found.improvement, found.factor, found.volume, found.money,
        found.capture, found.attribution, found.ramp, found.amount,
    )), strict=True)  # fmt: skip
    return [_month(row, Monetised(*factors)) for row, factors in zip(rows, figures, strict=True)]


def _month(row: _Row, figures: Monetised) -> MonetisedMonth:
    known = [one for one in (row.known, row.sized) if one is not None]
    return MonetisedMonth(
        line_id=row.one.line_id,
        month=row.month,
        kpi_id=row.one.kpi_id,
        baseline=row.one.kpi.baseline_value,
        actual=row.known.value if row.known else None,
        periods=tuple(period for one in known for period in one.periods),
        is_verified=bool(known) and all(one.is_verified for one in known),
        figures=figures,
    )


def _by_line(months: Iterable[MonetisedMonth]) -> dict[int, list[MonetisedMonth]]:
    found: dict[int, list[MonetisedMonth]] = defaultdict(list)
    for month in months:
        found[month.line_id].append(month)
    return found


def _standing_amounts(lines: Iterable[int]) -> dict[int, dict[Month, Decimal]]:
    flows = CashFlow.objects.filter(line__in=list(lines), series=CashFlow.Series.ACTUAL).order_by()
    found: dict[int, dict[Month, Decimal]] = {}
    for line_id, month, amount in flows.values_list("line_id", "month", "amount"):
        found.setdefault(line_id, {})[month] = amount
    return found


def _changes(
    one: Monetisation,
    months: Iterable[MonetisedMonth],
    stands: Mapping[Month, Decimal],
    closed: set[tuple[int, Month]],
) -> ComputedFlows:
    project_id = one.line.project_id
    wanted = {month.month: in_cents(month.amount) for month in months}
    return ComputedFlows(
        line_id=one.line_id,
        project_id=project_id,
        name=one.line.name,
        source=_("Computed from the KPI “%(kpi)s” (%(code)s).") % {"kpi": one.kpi.name, "code": one.kpi.code},
        former={month: stands[month] for month in wanted if month in stands},
        amounts={
            month: amount
            for month, amount in wanted.items()
            if stands.get(month) != amount and not (month in stands and (project_id, month) in closed)
        },
    )


def _without_typed(changes: Sequence[ComputedFlows]) -> list[ComputedFlows]:
    """Without the removal of what the product has not written itself."""
    doubtful = [one.line_id for one in changes if None in one.amounts.values()]
    ours = computed_months(doubtful) if doubtful else set()
    kept: list[ComputedFlows] = []
    for one in changes:
        amounts = {
            month: amount
            for month, amount in one.amounts.items()
            if amount is not None or (one.line_id, month) in ours
        }
        kept.append(replace(one, amounts=amounts))
    return kept
