"""How likely projects pay back: simulated when money changed, the same digits each time, learning from actuals."""

import datetime
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from assessments.models import ProjectOutlook
from assessments.services.outlooks import STATED_DELAY, foresee_projects, reproduce_outlooks
from assessments.services.recompute import recompute_organization
from organizations.models import Organization, User
from projects.models import MoneyLine, Project
from projects.periods import add_months, start_of
from projects.services import create_line, decide_gate, set_cash_flows, update_project
from tests.assessments.roll_out import a_project
from tests.queries import at_most

ClientOf = Callable[[User], Client]
MONTHS = 24


def begin(organization: Organization) -> datetime.date:
    """A year ago."""
    return add_months(start_of(organization.today(), "month"), -12)


@pytest.fixture
def project(organization: Organization, scope: Organization, bob: User) -> Project:
    """Costs 1,200 at once, benefits of 100 a month from the first month on: paid back after a year."""
    project = a_project(organization, bob)
    first = begin(organization)
    cost = create_line(actor=bob, project=project, values={"kind": "cost", "name": "Licence"})
    gain = create_line(actor=bob, project=project, values={"kind": "benefit", "name": "Hours saved"})
    set_cash_flows(actor=bob, line=cost, series="plan", amounts={first: Decimal(1200)})
    amounts: dict[datetime.date, Decimal | None] = {
        add_months(first, step): Decimal(100) for step in range(1, MONTHS + 1)
    }
    set_cash_flows(actor=bob, line=gain, series="plan", amounts=amounts)
    recompute_organization(organization)
    return project


def outlook_of(project: Project) -> ProjectOutlook:
    found: ProjectOutlook = ProjectOutlook.objects.get(project=project)
    return found


def book(project: Project, actor: User, share: float, count: int = 8) -> None:
    """Actual cost as planned and `count` months of `share` of the planned benefit; the roll-out is live."""
    first = begin(project.organization)
    update_project(actor=actor, project=project, values={"go_live_actual": first})
    project.refresh_from_db()
    for gate in ("L1", "L2", "L3", "L4"):
        decide_gate(actor=actor, project=project, gate=gate, reason="Set up for a test", waive=True)
        project.refresh_from_db()
    cost = MoneyLine.objects.get(project=project, kind="cost")
    gain = MoneyLine.objects.get(project=project, kind="benefit")
    set_cash_flows(actor=actor, line=cost, series="actual", amounts={first: Decimal(1200)})
    amounts: dict[datetime.date, Decimal | None] = {
        add_months(first, step): Decimal(round(100 * share)) for step in range(1, count + 1)
    }
    set_cash_flows(actor=actor, line=gain, series="actual", amounts=amounts)
    recompute_organization(project.organization)


def test_a_plan_without_actuals_rests_on_what_is_stated(project: Project, organization: Organization) -> None:
    assert foresee_projects(organization) == 1
    outlook = outlook_of(project)
    assert outlook.inputs["prior"] == outlook.inputs["realisation"]
    assert outlook.inputs["prior"]["n"] == 0
    assert outlook.inputs["delay"]["mean"] == STATED_DELAY.mean
    assert outlook.inputs["known"] == 0
    assert outlook.pays_back_by == add_months(begin(organization), 12)
    assert 0 < outlook.probability < 0.5, "most promises are kept in part and come late"
    assert outlook.npv_p10 < outlook.npv_p50 < outlook.npv_p90


def test_nothing_changed_means_nothing_simulated(project: Project, organization: Organization) -> None:
    foresee_projects(organization)
    assert foresee_projects(organization) == 0
    recompute_organization(organization)
    assert foresee_projects(organization) == 0
    assert ProjectOutlook.objects.count() == 1


def test_actuals_above_plan_raise_the_probability_and_below_lower_it(
    project: Project, organization: Organization, alice: User
) -> None:
    foresee_projects(organization)
    before = outlook_of(project).probability
    book(project, alice, 1.3)
    foresee_projects(organization)
    good = outlook_of(project)
    assert good.probability > max(before, 0.9)
    assert good.inputs["realisation"]["mean"] == pytest.approx(1.3, abs=0.05)
    assert good.inputs["known"] == 9
    assert good.inputs["delay"]["mean"] == 0


def test_actuals_far_below_plan_leave_little_hope(
    project: Project, organization: Organization, alice: User
) -> None:
    book(project, alice, 0.4)
    foresee_projects(organization)
    assert outlook_of(project).probability < 0.05


def test_the_same_inputs_give_the_same_digits(project: Project, organization: Organization) -> None:
    foresee_projects(organization)
    stored = outlook_of(project)
    (again,) = reproduce_outlooks(organization, known_at=stored.known_at)
    for name in ("probability", "standard_error", "npv_p10", "npv_p50", "npv_p90", "inputs"):
        assert getattr(again, name) == getattr(stored, name), name


def test_an_old_outlook_can_be_made_again_after_a_change(
    project: Project, organization: Organization, alice: User
) -> None:
    foresee_projects(organization)
    stored = outlook_of(project)
    book(project, alice, 0.4)
    (again,) = reproduce_outlooks(organization, known_at=stored.known_at)
    assert again.probability == stored.probability


def test_a_project_without_a_plan_has_no_outlook(
    organization: Organization, scope: Organization, bob: User
) -> None:
    a_project(organization, bob)
    recompute_organization(organization)
    assert foresee_projects(organization) == 0


def test_the_page_says_how_likely_and_from_what(
    project: Project, organization: Organization, victor: User, client_of: ClientOf
) -> None:
    url = reverse("assessments:outlook", args=[organization.slug, project.code])
    assert "The probability of payback will be here" in client_of(victor).get(url).content.decode()
    foresee_projects(organization)
    client = client_of(victor)
    with at_most(12):
        text = client.get(url).content.decode()
    assert "as planned with" in text
    assert "10,000 draws with seed" in text
    assert "0 closed benefits to learn from" in text
