"""A roll-out whose figures the cards explain: the worked example, with money, a full set of KPIs and modules."""

import datetime
from collections.abc import Callable

import pytest
from django.test import Client

from assessments.services.recompute import recompute_projects
from kpis.models import Kpi
from organizations.models import Organization, User
from projects.models import Project
from projects.periods import last_complete, shift
from projects.services import create_module
from tests.assessments.worked_example import add_money, make_kpi, make_project, record

Browser = Callable[[User], Client]


@pytest.fixture
def project(organization: Organization, scope: None, bob: User) -> Project:
    made = make_project(bob, organization)
    add_money(bob, made)
    create_module(
        actor=bob,
        project=made,
        values={"name": "Stock", "weight": 3.0, "delivered_on": datetime.date(2025, 2, 1)},
    )
    create_module(actor=bob, project=made, values={"name": "Sales", "weight": 1.0})
    return made


@pytest.fixture
def kpi(project: Project, bob: User) -> Kpi:
    made = make_kpi(bob, project, "Lead time", "operational")
    newest = last_complete(project.organization.today(), "month")
    record(bob, made, {shift(newest, "month", step - 8): 96.0 - 4 * step for step in range(9)})
    return made


@pytest.fixture
def computed(project: Project, kpi: Kpi) -> Project:
    recompute_projects(project.organization, [project.pk])
    return project


@pytest.fixture
def read(client_of: Browser, victor: User) -> Callable[..., str]:
    """A page as somebody gets it, a viewer unless told otherwise, with plain spaces."""

    def get(path: str, user: User = victor, status: int = 200) -> str:
        response = client_of(user).get(f"/o/acme/{path}")
        assert response.status_code == status, path
        return response.content.decode().replace("\u00a0", " ")

    return get
