"""A small project of Acme with two KPIs, and keys."""

import datetime
from collections.abc import Callable

import pytest
from django.test import Client

from assessments.services import MeasurementInput, record_measurements
from kpis.models import Kpi
from kpis.services import create_kpi
from organizations.models import ApiToken, Organization, User
from organizations.services import create_token
from organizations.tenancy import organization_scope
from projects.models import Project
from projects.services.project import create_project

BASE = "/api/v1/organizations/acme/"


def month(number: int) -> datetime.date:
    return datetime.date(2026, number, 1)


@pytest.fixture
def erp(organization: Organization, alice: User) -> Project:
    """A project with nothing in it."""
    with organization_scope(organization):
        return create_project(
            actor=alice,
            organization=organization,
            values={"code": "ERP", "name": "ERP group", "it_owner": alice},
        )


def define(project: Project, code: str, owner: User | None = None) -> Kpi:
    """A monthly KPI that falls."""
    values = {
        "code": code,
        "name": f"Lead time {code}",
        "tier": Kpi.Tier.OPERATIONAL,
        "direction": Kpi.Direction.LOWER,
        "unit": "h",
        "baseline_value": 48.0,
        "data_owner": owner,
        "targets": {month(6): 40.0},
    }
    return create_kpi(actor=None, project=project, values=values)


@pytest.fixture
def lead_time(erp: Project, dora: User) -> Kpi:
    """Dora enters its values."""
    with organization_scope(erp.organization):
        return define(erp, "LEAD", dora)


@pytest.fixture
def stock(erp: Project, bob: User) -> Kpi:
    """Bob enters its values."""
    with organization_scope(erp.organization):
        return define(erp, "STOCK", bob)


@pytest.fixture
def with_key(membership_of: Callable[[User], object]) -> Callable[..., Client]:
    """A program with a key of a member."""

    def make(user: User, access: str = ApiToken.Access.WRITE) -> Client:
        membership = membership_of(user)
        with organization_scope(membership.organization):  # type: ignore[attr-defined]
            _token, secret = create_token(membership=membership, name="export", access=access)  # type: ignore[arg-type]
        return Client(headers={"Authorization": f"Bearer {secret}"})

    return make


def record(kpi: Kpi, actor: User, *values: tuple[datetime.date, float | None, str]) -> None:
    """Values of one KPI, each with its status."""
    with organization_scope(kpi.organization):
        for period, value, status in values:
            record_measurements(
                actor,
                kpi.organization,
                [MeasurementInput(kpi_id=kpi.pk, period=period, value=value, status=status, note="checked")],
            )
