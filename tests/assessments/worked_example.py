"""A small roll-out, set up through the services, whose results can be checked by hand."""

import datetime
from collections.abc import Mapping
from decimal import Decimal

from assessments.services import MeasurementInput, record_measurements
from kpis.models import Kpi
from kpis.services import create_kpi, set_targets
from organizations.models import Organization, User
from projects.models import Project
from projects.services import create_line, create_project, set_cash_flows

#: the day the figures are looked at
AS_OF = datetime.date(2025, 10, 15)
JANUARY = datetime.date(2025, 1, 1)


def month(number: int, year: int = 2025) -> datetime.date:
    return datetime.date(year, number, 1)


def make_project(actor: User, organization: Organization, code: str = "ERP") -> Project:
    return create_project(
        actor=actor,
        organization=organization,
        values={
            "code": code,
            "name": f"{code} group",
            "go_live_planned": month(3),
            "go_live_actual": month(3),
        },
    )


def make_kpi(actor: User, project: Project, name: str, tier: str, **values: object) -> Kpi:
    """Baseline 100 in January, target 60 in December, lower is better, unless `values` say otherwise."""
    given = {
        "name": name,
        "tier": tier,
        "direction": "lower",
        "unit": "h",
        "baseline_value": 100.0,
        "baseline_start": datetime.date(2024, 1, 1),
        "baseline_end": JANUARY,
        **values,
    }
    kpi = create_kpi(actor=actor, project=project, values=given)
    set_targets(actor=actor, kpi=kpi, points={month(12): 60.0})
    kpi.refresh_from_db()
    return kpi


def record(actor: User, kpi: Kpi, values: Mapping[datetime.date, float], **fields: str) -> None:
    record_measurements(
        actor,
        kpi.organization,
        [MeasurementInput(kpi_id=kpi.pk, period=day, value=value, **fields) for day, value in values.items()],
    )


def add_money(actor: User, project: Project) -> None:
    """Plan: 1,200 spent in January, 100 a month from March: back after 14 months. Actual: 300 a month."""
    cost = create_line(actor=actor, project=project, values={"kind": "cost", "name": "Licences"})
    benefit = create_line(actor=actor, project=project, values={"kind": "benefit", "name": "Stock"})
    set_cash_flows(actor=actor, line=cost, series="plan", amounts={JANUARY: Decimal(1200)})
    set_cash_flows(actor=actor, line=cost, series="actual", amounts={JANUARY: Decimal(1200)})
    planned = {datetime.date(2025 + (step // 12), step % 12 + 1, 1): Decimal(100) for step in range(2, 26)}
    set_cash_flows(actor=actor, line=benefit, series="plan", amounts=planned)
    set_cash_flows(
        actor=actor,
        line=benefit,
        series="actual",
        amounts={month(step): Decimal(300) for step in range(3, 10)},
    )
