"""Values of formula KPIs, computed from the values of others in the order in which they depend on each other.

Runs inside a valuation, which holds the organization's lock: every value there is has been seen, nobody writes another
meanwhile, and the results that follow already rest on what was computed here.
"""

import datetime
import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from django.db import connection
from django.utils import translation

from assessments.locks import locked_months, month_of
from assessments.models import Measurement
from assessments.services.record import MeasurementInput, record_measurements
from kpis.expressions import Evaluation, Expression, FormulaError, NoValueError, Parts, parse
from kpis.models import Formula, FormulaTerm, Kpi
from organizations.models import Organization
from projects.periods import Frequency, label, periods_between, shift, start_of

SUBMITTED, VERIFIED = Measurement.Status.SUBMITTED, Measurement.Status.VERIFIED
#: a Monday that begins a year, so that it begins a period of every frequency; periods are numbered from it
EPOCH = datetime.date(1900, 1, 1)


@dataclass(slots=True)
class Standing:
    """What the newest version that is no draft says of one period."""

    value: float | None
    status: str
    note: str = ""
    source: str = ""

    @property
    def counts(self) -> bool:
        return self.status != Measurement.Status.RETURNED and self.value is not None


#: by KPI, by the first day of the period
Values = dict[int, dict[datetime.date, Standing]]


@dataclass(frozen=True, slots=True)
class FormulaKpi:
    """A KPI with a formula, and the KPIs it reads by their codes."""

    id: int
    project_id: int
    frequency: str
    expression: Expression
    #: code → (KPI, its frequency)
    inputs: Mapping[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Computed:
    """One period: a value, or the reason why there is none."""

    value: float | None
    status: str = SUBMITTED
    reason: str = ""
    #: the reason is only that an input has not come yet
    waits: bool = False


def compute_formulas(organization: Organization, project_ids: Sequence[int]) -> int:
    """Compute what depends on the KPIs of these projects, and what in turn depends on that; how many values changed.

    Needs the organization's scope, and its lock held exclusively. Closed months stay as they are.
    """
    ids = affected_formulas(organization, project_ids)
    if not ids:
        return 0
    with translation.override(organization.language):
        rows = list(_changes(organization, read_formulas(ids)))
    if not rows:
        return 0
    report = record_measurements(None, organization, rows, alone=True)
    return report.new + report.changed


def preview(
    kpi: Kpi, expression: Expression, inputs: Mapping[str, Kpi], *, today: datetime.date, year_begins: int = 1
) -> dict[datetime.date, Computed]:
    """What a formula would have given so far, by period, newest first."""
    read = {code: (one.pk, one.frequency) for code, one in inputs.items()}
    formula = FormulaKpi(kpi.pk, kpi.project_id, kpi.frequency, expression, read)
    values = read_values(number for number, _frequency in read.values())
    found = dict(_periods(formula, values, today, year_begins))
    return dict(sorted(found.items(), reverse=True))


_AFFECTED = """
WITH RECURSIVE affected AS (
    SELECT f.id, f.kpi_id FROM kpis_formula f
    WHERE f.organization_id = %(organization)s AND (
        f.kpi_id IN (SELECT k.id FROM kpis_kpi k
            WHERE k.organization_id = %(organization)s AND k.project_id = ANY(%(projects)s))
        OR f.id IN (SELECT t.formula_id FROM kpis_formulaterm t
            JOIN kpis_kpi k ON k.organization_id = %(organization)s AND k.id = t.kpi_id
            WHERE t.organization_id = %(organization)s AND k.project_id = ANY(%(projects)s)))
    UNION
    SELECT f.id, f.kpi_id FROM affected a
    JOIN kpis_formulaterm t ON t.organization_id = %(organization)s AND t.kpi_id = a.kpi_id
    JOIN kpis_formula f ON f.organization_id = %(organization)s AND f.id = t.formula_id
) SELECT a.id FROM affected a JOIN kpis_kpi k ON k.organization_id = %(organization)s AND k.id = a.kpi_id
WHERE k.archived_at IS NULL
"""


def affected_formulas(organization: Organization, project_ids: Sequence[int]) -> list[int]:
    """Formulas that read, or belong to, a KPI of these projects, directly or over others. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_AFFECTED, {"organization": organization.pk, "projects": list(project_ids)})
        return [row[0] for row in cursor.fetchall()]


def read_formulas(ids: Sequence[int]) -> list[FormulaKpi]:
    """The formulas, each after those it depends on."""
    terms: dict[int, dict[str, tuple[int, str]]] = {}
    rows = FormulaTerm.objects.filter(formula__in=ids)
    for formula_id, code, kpi_id, frequency in rows.values_list(
        "formula_id", "kpi__code", "kpi_id", "kpi__frequency"
    ):
        terms.setdefault(formula_id, {})[code] = (kpi_id, frequency)
    found: dict[int, FormulaKpi] = {}
    for formula in Formula.objects.filter(pk__in=ids).select_related("kpi").order_by("pk"):
        try:
            expression = parse(formula.expression)
        except FormulaError:  # written under other rules: its values stay as they are
            continue
        kpi = formula.kpi
        inputs = terms.get(formula.pk, {})
        found[kpi.pk] = FormulaKpi(kpi.pk, kpi.project_id, kpi.frequency, expression, inputs)
    graph = {
        kpi_id: {number for number, _frequency in one.inputs.values() if number in found}
        for kpi_id, one in found.items()
    }
    return [found[kpi_id] for kpi_id in TopologicalSorter(graph).static_order()]


def _changes(organization: Organization, formulas: Sequence[FormulaKpi]) -> Iterator[MeasurementInput]:
    needed = {formula.id for formula in formulas}
    needed |= {number for formula in formulas for number, _frequency in formula.inputs.values()}
    values = read_values(needed)
    closed = locked_months({formula.project_id for formula in formulas})
    today, year_begins = organization.today(), organization.fiscal_year_start
    for formula in formulas:
        standing = values.setdefault(formula.id, {})
        for period, computed in _periods(formula, values, today, year_begins):
            if (formula.project_id, month_of(period, formula.frequency)) in closed:
                continue
            if not _is_news(computed, standing.get(period)):
                continue
            yield MeasurementInput(
                formula.id, period, computed.value, computed.reason, computed.status, Kpi.Source.FORMULA
            )
            # Formulas that read this one see what was just computed.
            standing[period] = Standing(computed.value, computed.status, computed.reason, Kpi.Source.FORMULA)


def _is_news(computed: Computed, standing: Standing | None) -> bool:
    if standing is None:
        return computed.value is not None or not computed.waits
    if computed.value is None:
        # What somebody typed before there was a formula is not taken away because an input is missing.
        is_ours = standing.source == Kpi.Source.FORMULA
        return is_ours and (standing.value is not None or standing.note != computed.reason)
    if standing.status == Measurement.Status.RETURNED:
        return standing.value != computed.value
    # A verified value that is computed again from values not verified says nothing new.
    is_better = computed.status == VERIFIED and standing.status != VERIFIED
    return standing.value != computed.value or is_better


def read_values(kpi_ids: Iterable[int]) -> Values:
    """Of each period the newest version that is no draft."""
    rows = (
        Measurement.objects.filter(kpi__in=list(kpi_ids))
        .exclude(status=Measurement.Status.DRAFT)
        .order_by("kpi_id", "period", "-version")
        .distinct("kpi_id", "period")
    )
    values: Values = {}
    for kpi_id, period, *said in rows.values_list("kpi_id", "period", "value", "status", "note", "source"):
        values.setdefault(kpi_id, {})[period] = Standing(*said)
    return values


def _periods(
    formula: FormulaKpi, values: Values, today: datetime.date, year_begins: int
) -> Iterator[tuple[datetime.date, Computed]]:
    """Every period up to now in which an input says something or a computed value stands, oldest first."""
    gathered = {
        code: _gathered(values.get(number, {}), frequency, formula.frequency)
        for code, (number, frequency) in formula.inputs.items()
    }
    parts: dict[str, Parts] = {code: parts for code, (parts, _unverified) in gathered.items()}
    unverified = {code: steps for code, (_parts, steps) in gathered.items()}
    last = _step(start_of(today, formula.frequency), formula.frequency)
    computed_before = {
        _step(period, formula.frequency)
        for period, one in values.get(formula.id, {}).items()
        if one.source == Kpi.Source.FORMULA
    }
    evaluation = Evaluation(formula.expression, parts)
    steps = sorted({step for one in parts.values() for step in one} | computed_before)
    for step in steps:
        if step <= last:
            period = shift(EPOCH, formula.frequency, step)
            yield period, _computed(evaluation, formula.frequency, unverified, step, year_begins)


def _computed(
    evaluation: Evaluation,
    frequency: str,
    unverified: Mapping[str, set[int]],
    step: int,
    year_begins: int,
) -> Computed:
    into_year = _into_year(shift(EPOCH, frequency, step), frequency, year_begins)
    try:
        value, used = evaluation.at(step, into_year=into_year)
    except NoValueError as error:
        missing = label(shift(EPOCH, frequency, error.step), frequency)
        return Computed(None, reason=error.reason(missing), waits=error.kind == NoValueError.MISSING)
    is_verified = bool(used) and not any(at in unverified[code] for code, at in used)
    return Computed(value, VERIFIED if is_verified else SUBMITTED)


def _into_year(period: datetime.date, frequency: str, year_begins: int) -> int:
    """Periods between the beginning of the fiscal year (a month number) and this one."""
    if frequency == Frequency.WEEK:
        # The week belongs to the month in which it ends, as everywhere.
        year_start = _year_start(month_of(period, frequency), year_begins)
        first = next(week for week in _weeks_from(year_start) if month_of(week, frequency) >= year_start)
        return periods_between(first, period, frequency)
    year_start = _year_start(period, year_begins)
    return max(0, periods_between(start_of(year_start, frequency), period, frequency))


def _year_start(month: datetime.date, year_begins: int) -> datetime.date:
    year = month.year if month.month >= year_begins else month.year - 1
    return datetime.date(year, year_begins, 1)


def _weeks_from(day: datetime.date) -> Iterator[datetime.date]:
    week = start_of(day, Frequency.WEEK)
    while True:
        yield week
        week = shift(week, Frequency.WEEK, 1)


def _gathered(
    values: Mapping[datetime.date, Standing], frequency: str, wanted: str
) -> tuple[Parts, set[int]]:
    """The values by the periods of the formula, and the periods of which a value is not verified."""
    unverified = {
        _step(_holding(period, frequency, wanted), wanted)
        for period, one in values.items()
        if one.counts and one.status != VERIFIED
    }
    if frequency == wanted:
        return {
            _step(period, wanted): (one.value,) for period, one in values.items() if one.counts
        }, unverified
    steps = {
        _step(_holding(period, frequency, wanted), wanted) for period, one in values.items() if one.counts
    }
    parts: dict[int, tuple[float | None, ...]] = {}
    for step in steps:
        shorter = _shorter_periods(step, frequency, wanted)
        known: list[Any] = [values.get(period) for period in shorter]
        parts[step] = tuple(one.value if one is not None and one.counts else None for one in known)
    return parts, unverified


def _holding(period: datetime.date, frequency: str, wanted: str) -> datetime.date:
    """The longer period to which a shorter one belongs: the one in which its last day lies."""
    return period if frequency == wanted else start_of(month_of(period, frequency), wanted)


@functools.lru_cache(maxsize=4096)
def _shorter_periods(step: int, frequency: str, wanted: str) -> tuple[datetime.date, ...]:
    start = shift(EPOCH, wanted, step)
    end = shift(start, wanted, 1)
    period = start_of(start, frequency)
    found = []
    while period < end:
        if _holding(period, frequency, wanted) == start:
            found.append(period)
        period = shift(period, frequency, 1)
    return tuple(found)


def _step(period: datetime.date, frequency: str) -> int:
    return periods_between(EPOCH, period, frequency)
