"""From a story to rows, through the services the pages use."""

import datetime
from dataclasses import dataclass
from typing import Any

from assessments.locks import month_of
from assessments.services import MeasurementInput, record_measurements
from assessments.services.deciding import SeenCell
from assessments.services.locking import lock_months
from assessments.services.verifying import return_values, verify_values
from kpis.models import Kpi
from kpis.services import create_kpis
from projects.frozen_plan import Side, plan_in_force
from projects.models import CashFlow, MoneyLine, Project
from projects.periods import Frequency, add_months, last_complete, months_between, shift, start_of
from projects.services import (
    create_line,
    create_module,
    create_project,
    decide_gate,
    set_cash_flows,
)
from projects.services.signing import sign_plan

from . import series
from .charters import change_after_charter, make_charter
from .monetising import monetise_lines
from .stage import Stage
from .story import KpiStory, LineStory, ProjectStory

#: of how many KPIs one has a corrected value, and how many periods ago
CORRECTED_EVERY = 5
CORRECTED_AGO = 4
#: newest periods that nobody has verified yet
UNVERIFIED = {Frequency.WEEK: 2, Frequency.MONTH: 1, Frequency.QUARTER: 0, Frequency.YEAR: 0}
#: newest complete months that are still open; everything before is verified and locked
OPEN_MONTHS = 3


@dataclass(frozen=True, slots=True)
class Measured:
    """A KPI with all its values, and those of them that somebody entered."""

    kpi: Kpi
    story: KpiStory
    values: series.Values
    entered: series.Values


def build_project(stage: Stage, story: ProjectStory) -> Project:
    """A roll-out with everything: modules, money, gates, KPIs and values."""
    live = series.go_live(story, stage.today)
    planned_live = add_months(live, -story.delay)
    project = _create_project(stage, story, live, planned_live)
    _create_modules(stage, project, story, live)
    lines = _create_money(stage, project, story, planned_live)
    measured = _create_kpis(stage, project, story, live)
    monetise_lines(stage, lines, {one.story.name: one.kpi for one in measured})
    make_charter(stage, project, story)
    _pass_gates(stage, project, story)
    _book(stage, story, lines, live)
    _record(stage, measured)
    _lock(stage, project, measured)
    change_after_charter(stage, project, story)
    return project


def _create_project(
    stage: Stage, story: ProjectStory, live: datetime.date, planned_live: datetime.date
) -> Project:
    return create_project(
        actor=stage.person("pmo"),
        organization=stage.organization,
        values={
            "code": story.code,
            "name": story.name,
            "description": story.description,
            "system_kind": story.kind,
            "industry": stage.story.industry,
            "supplier": story.supplier,
            "sponsor": stage.person("executive"),
            "business_owner": stage.people[story.business_owner],
            "it_owner": stage.people[story.it_owner],
            "start_on": add_months(planned_live, -story.lead),
            "go_live_planned": planned_live,
            "go_live_actual": live,
            "delivery_status": story.delivery,
        },
        departments=[stage.departments[name] for name in story.departments],
    )


def _create_modules(stage: Stage, project: Project, story: ProjectStory, live: datetime.date) -> None:
    def day(months: int | None) -> datetime.date | None:
        found = None if months is None else add_months(live, months)
        return found if found and found <= stage.today else None

    for module in story.modules:
        create_module(
            actor=stage.person("pmo"),
            project=project,
            values={
                "name": module.name,
                "weight": module.weight,
                "delivered_on": day(module.delivered),
                "accepted_on": day(module.accepted),
                "in_use_since": day(module.in_use),
            },
        )


def _create_money(
    stage: Stage, project: Project, story: ProjectStory, planned_live: datetime.date
) -> list[tuple[LineStory, MoneyLine]]:
    """Lines with their plan."""
    finance = stage.person("finance")
    lines = []
    for line in story.lines:
        values = {
            "kind": line.kind,
            "name": line.name,
            "category": line.category,
            "treatment": line.treatment,
            "rhythm": line.rhythm,
            "cashability": line.cashability,
            "owner": stage.people[line.owner] if line.kind == "benefit" else stage.people[story.it_owner],
            "note": line.note,
        }
        lines.append((line, create_line(actor=finance, project=project, values=values)))
    for line, row in lines:
        amounts = series.plan_of(line, planned_live)
        set_cash_flows(actor=finance, line=row, series=CashFlow.Series.PLAN, amounts=amounts)
    return lines


def _pass_gates(stage: Stage, project: Project, story: ProjectStory) -> None:
    """Up to L4; where the story has no signed charter, the committee let it pass for the reason it gives."""
    for gate, reason in zip(("L1", "L2", "L3", "L4"), story.gates, strict=True):
        decide_gate(
            actor=stage.person("executive"), project=project, gate=gate, reason=reason, waive=gate == "L3"
        )
        if gate == "L3":
            _sign_plan(stage, project, story)


def _book(
    stage: Stage, story: ProjectStory, lines: list[tuple[LineStory, MoneyLine]], live: datetime.date
) -> None:
    """What really came, and the forecast. Benefits are booked by the PMO: finance confirms what others booked."""
    finance, pmo = stage.person("finance"), stage.person("pmo")
    for line, row in lines:
        booker = pmo if line.kind == "benefit" else finance
        actual, forecast = series.turned_out(line, story.code, live, stage.today)
        for word, amounts in ((CashFlow.Series.ACTUAL, actual), (CashFlow.Series.FORECAST, forecast)):
            is_computed = word == CashFlow.Series.ACTUAL and line.follows is not None
            if amounts and not is_computed:
                set_cash_flows(actor=booker, line=row, series=word, amounts=amounts)


def _sign_plan(stage: Stage, project: Project, story: ProjectStory) -> None:
    baseline = plan_in_force(project)
    assert baseline is not None, story.code
    for side, person in (
        (Side.BUSINESS, stage.people[story.business_owner]),
        (Side.FINANCE, stage.person("finance")),
    ):
        sign_plan(actor=person, baseline=baseline, side=side, content_hash=baseline.content_hash)


def _create_kpis(stage: Stage, project: Project, story: ProjectStory, live: datetime.date) -> list[Measured]:
    drawn = [(code, kpi, series.values_of(kpi, code, live, stage.today)) for code, _tier, kpi in story.kpis]
    definitions = [
        _definition(stage, story, code, tier, kpi, values, live)
        for (code, kpi, values), (_code, tier, _kpi) in zip(drawn, story.kpis, strict=True)
    ]
    rows = create_kpis(actor=stage.person("pmo"), project=project, definitions=definitions)
    return [
        Measured(row, kpi, values, series.entered(kpi, values))
        for row, (_code, kpi, values) in zip(rows, drawn, strict=True)
    ]


def _definition(
    stage: Stage,
    story: ProjectStory,
    code: str,
    tier: str,
    kpi: KpiStory,
    values: series.Values,
    live: datetime.date,
) -> dict[str, Any]:
    baseline, since = series.baseline_of(kpi, values, live)
    low, high = kpi.range or (None, None)
    return {
        "code": code,
        "name": kpi.name,
        "definition": kpi.definition,
        "tier": tier,
        "dimension": kpi.dimension,
        "direction": kpi.direction,
        "unit": kpi.unit,
        "decimals": kpi.decimals,
        "baseline_value": baseline,
        "baseline_start": since,
        "baseline_end": live,
        "range_low": low,
        "range_high": high,
        "tolerance": kpi.tolerance,
        "weight": kpi.weight,
        "frequency": kpi.frequency,
        "source": kpi.source,
        "expected_start": add_months(live, kpi.due_after),
        "business_owner": stage.people[story.business_owner],
        "it_owner": stage.people[story.it_owner],
        "data_owner": stage.people[kpi.owner],
        "targets": series.targets_of(kpi, live),
    }


def _record(stage: Stage, measured: list[Measured]) -> None:
    """What contributors entered month by month, their corrections, and what the PMO verified and returned."""
    corrected = dict(_corrections(measured))
    for owner in sorted({one.story.owner for one in measured}):
        own = [one for one in measured if one.story.owner == owner]
        first = [row for one in own for row in _submitted(one, corrected)]
        record_measurements(stage.people[owner], stage.organization, first)
        again = [
            MeasurementInput(one.kpi.pk, period, one.values[period], note=stage.story.correction)
            for one in own
            if (period := corrected.get(one.kpi.pk)) is not None
        ]
        record_measurements(stage.people[owner], stage.organization, again)
    pmo = stage.person("pmo")
    seen = [
        SeenCell(one.kpi.pk, period, 2 if corrected.get(one.kpi.pk) == period else 1)
        for one in measured
        for period in _verified_periods(stage, one)
        if not _is_returned(stage, one, period)
    ]
    verify_values(actor=pmo, organization=stage.organization, cells=seen)
    returned = [
        SeenCell(one.kpi.pk, period, 1)
        for one in measured
        for period in one.entered
        if _is_returned(stage, one, period)
    ]
    if returned:
        reason = stage.story.return_reason
        return_values(actor=pmo, organization=stage.organization, cells=returned, reason=reason)


def _is_returned(stage: Stage, one: Measured, period: datetime.date) -> bool:
    """The last value but one of the story's KPI: the newest still counts."""
    return one.kpi.code == stage.story.returned and period == sorted(one.entered)[-2]


def _lock(stage: Stage, project: Project, measured: list[Measured]) -> None:
    """Close the months with values, up to the newest ones."""
    newest = add_months(start_of(stage.today, Frequency.MONTH), -1 - OPEN_MONTHS)
    first = min(
        (month_of(min(one.entered), one.story.frequency) for one in measured if one.entered), default=newest
    )
    months = [(project.pk, add_months(first, step)) for step in range(months_between(first, newest) + 1)]
    lock_months(
        actor=stage.person("pmo"),
        organization=stage.organization,
        months=months,
        reason=stage.story.lock_note,
    )


def _submitted(one: Measured, corrected: dict[int, datetime.date]) -> list[MeasurementInput]:
    mistaken = corrected.get(one.kpi.pk)
    rows = [
        MeasurementInput(
            one.kpi.pk,
            period,
            round(value * 0.92, one.story.decimals) if period == mistaken else value,
            source=one.story.source,
        )
        for period, value in one.entered.items()
    ]
    if one.story.answer:
        period = sorted(one.values)[-one.story.missing]
        rows.append(MeasurementInput(one.kpi.pk, period, None, note=one.story.answer))
    return rows


def _corrections(measured: list[Measured]) -> list[tuple[int, datetime.date]]:
    chosen = [one for one in measured[::CORRECTED_EVERY] if len(one.entered) > CORRECTED_AGO]
    return [(one.kpi.pk, sorted(one.entered)[-CORRECTED_AGO]) for one in chosen]


def _verified_periods(stage: Stage, one: Measured) -> list[datetime.date]:
    frequency = one.story.frequency
    until = shift(last_complete(stage.today, frequency), frequency, -UNVERIFIED[Frequency(frequency)])
    answered = [sorted(one.values)[-one.story.missing]] if one.story.answer else []
    # What tells whether the software runs is verified at once.
    is_functional = one.kpi.tier == Kpi.Tier.FUNCTIONAL
    return [period for period in (*one.entered, *answered) if is_functional or period <= until]
