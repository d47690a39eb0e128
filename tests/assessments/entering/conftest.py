"""A roll-out with one KPI, which is Dora's to enter."""

import datetime
from collections.abc import Callable

import pytest
from django.test import Client

from kpis.models import Kpi
from organizations.models import Organization, User
from projects.models import Project
from tests.assessments.roll_out import a_kpi, a_project, last_month

ClientOf = Callable[[User], Client]


@pytest.fixture
def project(organization: Organization, scope: Organization, bob: User) -> Project:
    return a_project(organization, bob)


@pytest.fixture
def kpi(project: Project, bob: User, dora: User) -> Kpi:
    """Dora's."""
    return a_kpi(project, bob, data_owner=dora)


@pytest.fixture
def month(organization: Organization) -> datetime.date:
    return last_month(organization)


@pytest.fixture
def contributor(client_of: ClientOf, dora: User) -> Client:
    return client_of(dora)
