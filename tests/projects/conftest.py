"""A roll-out and what belongs to it, made through the services the pages use."""

import datetime
from decimal import Decimal

import pytest

from organizations.models import Organization, User
from projects.models import MoneyLine, Project
from projects.services import create_line, create_project, set_cash_flows


@pytest.fixture
def project(organization: Organization, scope: None, bob: User) -> Project:
    values = {"code": "ERP", "name": "ERP group", "start_on": datetime.date(2025, 1, 1)}
    return create_project(actor=bob, organization=organization, values=values)


@pytest.fixture
def cost(project: Project, bob: User) -> MoneyLine:
    return create_line(actor=bob, project=project, values={"kind": "cost", "name": "Licences"})


@pytest.fixture
def planned(cost: MoneyLine, bob: User) -> MoneyLine:
    """The cost line with a plan of 1,000 in January and February 2025."""
    amounts = {datetime.date(2025, month, 1): Decimal(1000) for month in (1, 2)}
    set_cash_flows(actor=bob, line=cost, series="plan", amounts=amounts)
    return cost
