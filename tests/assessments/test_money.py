"""How plan, forecast and actual amounts become one outlook, by line and by kind."""

import datetime
from decimal import Decimal

import pytest

from assessments.models import ProjectResult
from assessments.services.recompute import recompute_organization
from organizations.models import Organization, User
from organizations.tenancy import organization_scope
from projects.models import MoneyLine, Project
from projects.services import create_line, set_cash_flows
from tests.assessments.worked_example import AS_OF, make_project, month

pytestmark = pytest.mark.django_db

#: as of 15 October 2025
MONTHS = range(7, 13)


@pytest.fixture
def project(organization: Organization, alice: User) -> Project:
    with organization_scope(organization):
        return make_project(alice, organization)


def line(actor: User, project: Project, kind: str, name: str, **series: dict[int, int]) -> MoneyLine:
    """A line with amounts by month of 2025, by series."""
    made = create_line(actor=actor, project=project, values={"kind": kind, "name": name})
    for word, amounts in series.items():
        dated = {month(number): Decimal(amount) for number, amount in amounts.items()}
        set_cash_flows(actor=actor, line=made, series=word, amounts=dated)
    return made


def figures(project: Project, as_of: datetime.date = AS_OF) -> ProjectResult:
    recompute_organization(project.organization, as_of=as_of)
    with organization_scope(project.organization):
        found: ProjectResult = ProjectResult.objects.get(project=project)
    return found


def steady(amount: int) -> dict[int, int]:
    return dict.fromkeys(MONTHS, amount)


def test_a_forecast_of_zero_ends_a_line(project: Project, alice: User) -> None:
    with organization_scope(project.organization):
        line(alice, project, "benefit", "Stock", plan=steady(100), actual={7: 100}, forecast={11: 0, 12: 0})
    assert figures(project).figures["benefits_outlook_total"] == 100


def test_one_lines_forecast_leaves_the_other_lines_plan_standing(project: Project, alice: User) -> None:
    with organization_scope(project.organization):
        line(alice, project, "benefit", "Stock", plan=steady(100), actual={9: 100}, forecast={11: 30, 12: 30})
        line(alice, project, "benefit", "Staff", plan=steady(10))
    # September as booked; from October on 60 forecast for Stock and three planned months of Staff.
    assert figures(project).figures["benefits_outlook_total"] == 100 + 60 + 30


def test_a_kind_booked_a_little_later_keeps_its_plan_for_the_open_months(
    project: Project, alice: User
) -> None:
    with organization_scope(project.organization):
        line(alice, project, "cost", "Licences", plan=steady(20), actual={7: 20, 8: 20, 9: 20})
        line(alice, project, "benefit", "Stock", plan=steady(100), actual={7: 90, 8: 90})
    result = figures(project)
    assert result.figures["benefits_outlook_total"] == 90 + 90 + 4 * 100
    # To date is what both sides of the comparison know.
    assert (result.benefits_actual, result.benefits_plan) == (180, 200)


def test_benefits_nobody_confirmed_for_long_count_nothing(project: Project, alice: User) -> None:
    with organization_scope(project.organization):
        line(alice, project, "cost", "Licences", plan=steady(20), actual=dict.fromkeys(range(7, 10), 20))
        line(alice, project, "benefit", "Stock", plan={6: 100, **steady(100)}, actual={6: 100})
    # Costs are booked until September: of the open months only August and September may still come.
    assert figures(project).figures["benefits_outlook_total"] == 100 + 5 * 100


def test_a_project_that_stops_booking_falls_behind(project: Project, alice: User) -> None:
    with organization_scope(project.organization):
        line(alice, project, "benefit", "Stock", plan=dict.fromkeys(range(1, 13), 100), actual={1: 100})
    result = figures(project)
    assert (result.benefits_actual, result.benefits_plan) == (100, 700)
    assert result.figures["to_date"] == "2025-07-01"


def test_plan_and_outlook_are_discounted_to_one_month(project: Project, alice: User) -> None:
    with organization_scope(project.organization):
        line(alice, project, "cost", "Licences", plan={9: 100}, actual={7: 100}, forecast={9: 0})
    result = figures(project)
    assert result.npv_outlook == pytest.approx(-100)
    assert result.npv_plan == pytest.approx(-100 / 1.08 ** (2 / 12))


def test_a_project_that_falls_below_zero_again_is_not_paid_back(project: Project, alice: User) -> None:
    with organization_scope(project.organization):
        line(alice, project, "cost", "Licences", plan={1: 100, 12: 500})
        line(alice, project, "benefit", "Stock", plan=steady(50))
    result = figures(project)
    assert result.payback_plan is None
    assert result.figures["payback_plan_status"] == "relapsed"
