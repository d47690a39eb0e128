"""A roll-out with nothing in it yet, and one KPI of it."""

import datetime
from typing import Any

import pytest

from kpis.models import Kpi
from kpis.services import create_kpi
from organizations.models import Organization, User
from projects.models import Project
from projects.services import create_project


@pytest.fixture
def project(organization: Organization, scope: Organization, bob: User) -> Project:
    return create_project(actor=bob, organization=organization, values={"code": "ERP", "name": "ERP group"})


@pytest.fixture
def lead_time() -> dict[str, Any]:
    """The definition most tests start from."""
    return {
        "name": "Order lead time",
        "tier": Kpi.Tier.OPERATIONAL,
        "direction": Kpi.Direction.LOWER,
        "unit": "hours",
        "baseline_value": 48.0,
        "baseline_end": datetime.date(2025, 3, 1),
        "expected_start": datetime.date(2025, 3, 1),
    }


@pytest.fixture
def kpi(project: Project, bob: User, dora: User, lead_time: dict[str, Any]) -> Kpi:
    """Dora enters the order lead time of the ERP group; to fall from 48 to 30 hours by Sept. 2025."""
    values = {**lead_time, "data_owner": dora, "targets": {datetime.date(2025, 9, 1): 30.0}}
    return create_kpi(actor=bob, project=project, values=values)
