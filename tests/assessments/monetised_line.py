"""A roll-out whose lead time is worth money: 24 h before, 1,200 orders a month, 12 EUR an hour."""

import datetime
from decimal import Decimal
from typing import Any

from kpis.models import Driver, Kpi, Monetisation
from kpis.services import create_kpi
from kpis.services.drivers import add_driver_value, create_driver
from kpis.services.monetisation import set_monetisation
from organizations.models import Organization, User
from projects.models import CashFlow, MoneyLine, Project
from projects.services import create_line
from tests.assessments.worked_example import make_project, month

#: long gone, so that every month of the example is complete
LIVE = month(1)


def live_project(actor: User, organization: Organization, code: str = "ERP") -> Project:
    """Live since January 2025, at the gate at which benefits can be actual."""
    project = make_project(actor, organization, code)
    Project.objects.filter(pk=project.pk).update(gate="L4", go_live_actual=LIVE, go_live_planned=LIVE)
    project.refresh_from_db()
    return project


def lead_time(actor: User, project: Project, **values: Any) -> Kpi:
    given = {
        "code": "LEAD",
        "name": "Lead time",
        "tier": "operational",
        "direction": "lower",
        "unit": "h",
        "baseline_value": 24.0,
        **values,
    }
    return create_kpi(actor=actor, project=project, values=given)


def benefit(actor: User, project: Project, name: str = "Faster orders") -> MoneyLine:
    return create_line(actor=actor, project=project, values={"kind": "benefit", "name": name})


def wage(actor: User, organization: Organization, value: float = 12.0, code: str = "WAGE") -> Driver:
    """A driver with one value, from long before."""
    driver = create_driver(
        actor=actor, organization=organization, values={"code": code, "name": code.title(), "unit": "EUR/h"}
    )
    add_driver_value(
        actor=actor, driver=driver, valid_from=datetime.date(2024, 1, 1), value=value, source="Payroll 2024"
    )
    return driver


def monetise_line(actor: User, kpi: Kpi, line: MoneyLine, **values: Any) -> Monetisation:
    given: dict[str, Any] = {"volume_value": 1200.0, **values}
    if "money_driver" not in given:
        given.setdefault("money_value", 12.0)
    return set_monetisation(actor=actor, kpi=kpi, line=line, values=given)


def booked(line: MoneyLine) -> dict[datetime.date, Decimal]:
    flows = CashFlow.objects.filter(line=line, series="actual")
    return dict(flows.values_list("month", "amount"))
