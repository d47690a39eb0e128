"""A roll-out that went live a year ago, with a KPI of two years."""

import datetime

import pytest

from assessments.services import MeasurementInput, record_measurements
from kpis.models import Kpi
from organizations.models import Organization, User
from projects.models import Project
from projects.periods import shift
from tests.assessments.roll_out import a_kpi, a_project, last_month

#: a wave and noise, the same each time
NOISE = [0.4, -0.9, 0.7, 0.1, -0.3, 0.8, -0.6, 0.2, -0.8, 0.5, 0.3, -0.4]


def months(organization: Organization) -> list[datetime.date]:
    """The 24 newest complete months, the oldest first."""
    last = last_month(organization)
    return [shift(last, "month", step - 23) for step in range(24)]


def fill(kpi: Kpi, actor: User, *, before: float, after: float, count: int = 24) -> None:
    """Twelve months around `before`, then up to twelve around `after`."""
    rows = [
        MeasurementInput(
            kpi.pk, month, (before if place < 12 else after) + NOISE[(place * 5 + place // 12 * 3) % 12]
        )
        for place, month in enumerate(months(kpi.organization)[:count])
    ]
    record_measurements(actor, kpi.organization, rows)


@pytest.fixture
def project(organization: Organization, scope: Organization, bob: User) -> Project:
    return a_project(organization, bob, go_live_actual=months(organization)[12])


@pytest.fixture
def kpi(project: Project, bob: User, dora: User) -> Kpi:
    return a_kpi(project, bob, code="LEAD", data_owner=dora)
