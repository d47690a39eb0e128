"""A roll-out whose values the tests of pages enter: set up through the services people use."""

import datetime
from typing import Any

from assessments.services import MeasurementInput, record_measurements
from kpis.models import Kpi
from kpis.services import create_kpi
from organizations.models import Organization, User
from projects.models import Project
from projects.periods import last_complete, shift
from projects.services import create_project


def a_project(organization: Organization, actor: User, **values: Any) -> Project:
    """An ERP roll-out."""
    return create_project(
        actor=actor, organization=organization, values={"code": "ERP", "name": "ERP group", **values}
    )


def a_kpi(project: Project, actor: User, **values: Any) -> Kpi:
    """The order lead time: due since a year, to fall from 48 to 30 hours within it."""
    last = last_month(project.organization)
    definition = {
        "name": "Order lead time",
        "tier": "operational",
        "direction": "lower",
        "unit": "hours",
        "baseline_value": 48.0,
        "expected_start": shift(last, "month", -12),
        "targets": {last: 30.0},
    }
    return create_kpi(actor=actor, project=project, values={**definition, **values})


def last_month(organization: Organization) -> datetime.date:
    """The month whose values are due now."""
    return last_complete(organization.today(), "month")


def enter(kpi: Kpi, actor: User, period: datetime.date, value: float | None, **more: Any) -> None:
    """One value by the one door."""
    record_measurements(actor, kpi.organization, [MeasurementInput(kpi.pk, period, value, **more)])
