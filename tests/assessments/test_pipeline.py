"""Projects by stage gate: gross and weighted by gate."""

import datetime
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from assessments.models import ProjectResult
from assessments.pipeline import pipeline_chart, read_pipeline
from assessments.services.recompute import recompute_pending
from organizations.models import Organization, User
from organizations.tenancy import organization_scope
from projects.models import Project
from projects.services import create_line, set_cash_flows
from projects.services.gates import set_gate_rules
from tests.assessments.roll_out import a_project
from tests.projects.gates import climb
from tests.queries import at_most

Browser = Callable[[User], Client]


@pytest.fixture
def two(organization: Organization, bob: User, erik: User) -> Organization:
    """An ERP at L2 that promises 1,000 at once, and a CRM at L0 without a plan."""
    with organization_scope(organization):
        project = a_project(organization, bob)
        a_project(organization, bob, code="CRM", name="CRM group")
        line = create_line(actor=bob, project=project, values={"kind": "benefit", "name": "Less stock"})
        amounts = {datetime.date(2026, 1, 1): Decimal(1000)}
        set_cash_flows(actor=bob, line=line, series="plan", amounts=amounts)
        climb(project, erik, "L1", "L2")
    recompute_pending(organization)
    return organization


@pytest.mark.django_db(transaction=True)
def test_each_gate_counts_with_its_weight(two: Organization) -> None:
    with organization_scope(two):
        columns = {column.gate.value: column for column in read_pipeline()}
        assert [len(column.promises) for column in columns.values()] == [1, 0, 1, 0, 0, 0]
        assert (columns["L2"].npv, columns["L2"].weighted_npv) == (1000, 300)
        assert (columns["L2"].benefits, columns["L2"].weighted_benefits) == (1000, 300)
        assert columns["L0"].promises[0].npv is None
        rule = {"conditions": [], "approvers": [], "weight": 0.4}
        assert set_gate_rules(actor=None, organization=two, rules={"L2": rule}) == 1
        assert sum(column.weighted_npv for column in read_pipeline()) == 400


@pytest.mark.django_db(transaction=True)
def test_the_page_shows_the_total_and_its_chart(two: Organization, client_of: Browser, victor: User) -> None:
    browser = client_of(victor)
    with at_most(8):
        page = browser.get("/o/acme/pipeline/").content.decode()
    assert re.search("2 projects in the pipeline, worth .*300.* weighted by gate", page)
    assert "CRM group" in page
    with organization_scope(two):
        chart = pipeline_chart(two, read_pipeline())
    assert chart is not None
    assert [step.label for step in chart.steps] == ["L2", "Total"]


@pytest.mark.django_db(transaction=True)
def test_the_pipeline_is_exported(two: Organization, client_of: Browser, victor: User) -> None:
    response = client_of(victor).get("/o/acme/pipeline.csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "L2 Validated" in text
    assert "300" in text


def test_without_projects_the_page_says_what_will_be_here(
    organization: Organization, client_of: Browser, alice: User
) -> None:
    assert "Projects will stand here by gate" in client_of(alice).get("/o/acme/pipeline/").content.decode()


def test_another_organizations_projects_are_not_in_it(
    organization: Organization, other_organization: Organization, charlie: User, scope: None
) -> None:
    with organization_scope(other_organization):
        a_project(other_organization, charlie)
    assert not any(column.promises for column in read_pipeline())
    assert not Project.objects.exists()
    assert not ProjectResult.objects.exists()
