"""Projects as hypothesis makes them up, without a database: amounts, currencies, risks, shares, dates and KPIs."""

import datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from assessments.formula_cards.facts import ProjectFigures
from assessments.formula_cards.flows import LineFlows, as_inputs
from assessments.services.inputs import KPI_COLUMNS, Inputs, ProjectInput, Terms
from assessments.services.recompute import value_projects
from kpis.models import Kpi
from organizations.models import Organization
from projects.models import MoneyLine, Project

AS_OF = datetime.date(2025, 10, 15)
FIRST = 2024 * 12
_amounts = st.decimals(Decimal("0.01"), Decimal("900000"), places=2)
_numbers = st.floats(-1000, 1000).map(lambda number: round(number, 3))


def _flows(first: int, last: int, most: int) -> st.SearchStrategy[dict[int, Decimal]]:
    return st.dictionaries(st.integers(FIRST + first, FIRST + last), _amounts, max_size=most)


@st.composite
def line(draw: st.DrawFn, number: int) -> LineFlows:
    kind = draw(st.sampled_from(["cost", "benefit"])) if number else "cost"
    made = MoneyLine(
        pk=number + 1,
        kind=kind,
        name=draw(st.sampled_from(["Licences", "=1+1", "库存", "@SUM(A1)", "<r>x</r>"])),
        currency=draw(st.sampled_from(["EUR", "CNY"])),
        fx_rate=draw(st.sampled_from([Decimal(1), Decimal("0.12873312"), Decimal("7.8")])),
        risk_adjustment=draw(st.sampled_from([0.0, 0.1, 0.35])),
    )
    amounts = {
        "plan": draw(_flows(0, 47, 20)),
        "forecast": draw(_flows(15, 47, 8)),
        "actual": draw(_flows(0, 24, 12)),
    }
    share = draw(st.sampled_from([Decimal(1), Decimal("0.6"), Decimal("0.3333")]))
    return LineFlows(made, share, {series: flows for series, flows in amounts.items() if flows})


def _row(draw: st.DrawFn, number: int) -> tuple[Any, ...]:
    direction = draw(st.sampled_from(["higher", "lower", "range", "maintain"]))
    maybe = st.none() | _numbers
    low = draw(_numbers)
    target = draw(maybe)
    known: dict[str, Any] = {
        "id": number + 1,
        "project_id": 1,
        "tier": draw(st.sampled_from(["functional", "operational", "strategic"])),
        "direction": direction,
        "weight": draw(st.sampled_from([0.5, 1.0, 3.0])),
        "frequency": "month",
        "baseline": draw(maybe | st.just(target)),
        "low": low if direction == "range" else None,
        "high": low + draw(st.floats(0, 50)) if direction == "range" else None,
        "tolerance": draw(st.none() | st.floats(0.5, 40)),
        "expected_start": draw(st.sampled_from([None, datetime.date(2025, 1, 1), datetime.date(2026, 1, 1)])),
        "created_on": datetime.date(2024, 1, 1),
        "target": target,
        "period": datetime.date(2025, draw(st.sampled_from([5, 9])), 1),
        "value": draw(_numbers),
        "preliminary": False,
        "planned": draw(maybe),
    }
    return tuple(known.get(name) for name in KPI_COLUMNS)


@st.composite
def project_figures(draw: st.DrawFn) -> ProjectFigures:
    """One project with everything its cards and its workbook need."""
    live = st.sampled_from([None, datetime.date(2024, 5, 1), datetime.date(2025, 2, 14)])
    project = Project(
        pk=1, code="GEN", name="=Generated", go_live_planned=draw(live), go_live_actual=draw(live)
    )
    organization = Organization(
        pk=1, slug="acme", name="Acme", currency="EUR", discount_rate=draw(st.sampled_from([0.0, 0.08, 0.3]))
    )
    project.organization = organization
    lines = [draw(line(number)) for number in range(draw(st.integers(0, 5)))]
    for one in lines:
        one.line.project = project
    rows = [_row(draw, number) for number in range(draw(st.integers(0, 6)))]
    terms = Terms("EUR", organization.discount_rate, 30, 30, 40, 1.2)
    inputs = Inputs(
        as_of=AS_OF,
        known_at=datetime.datetime(2025, 10, 15, 12, tzinfo=datetime.UTC),
        terms=terms,
        projects=[ProjectInput(1, "GEN", project.go_live_planned, project.go_live_actual)],
        kpis=rows,
        own=len(rows),
        has_shared=False,
        flows=as_inputs(lines, 1),
        former={},
    )
    kpis = {row[0]: _kpi(dict(zip(KPI_COLUMNS, row, strict=True))) for row in rows}
    return ProjectFigures(project, organization, None, value_projects(inputs), lines, kpis, {})


def _kpi(known: dict[str, Any]) -> Kpi:
    names = ("tier", "direction", "frequency")
    return Kpi(
        pk=known["id"],
        code=f"K{known['id']}",
        name=f"KPI {known['id']}",
        range_low=known["low"],
        range_high=known["high"],
        **{name: known[name] for name in names},
    )
