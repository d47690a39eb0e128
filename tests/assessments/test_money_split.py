"""Money by kind, fiscal year and run-rate, and a project together with its parts."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from assessments.models import ProjectResult
from assessments.project_page.money_notes import fx_notes, original_note
from assessments.project_page.money_split import read_roll_up, split_rows
from assessments.project_page.reading import read_lines
from assessments.services.recompute import recompute_organization
from organizations.models import Organization, User
from organizations.tenancy import organization_scope
from projects.models import MoneyLine, Project
from projects.periods import add_months
from projects.services import create_line, set_cash_flows, update_project
from projects.services.shares import Part, share_line
from tests.assessments.worked_example import make_project

pytestmark = pytest.mark.django_db


def line(actor: User, project: Project, name: str, plan: dict[int, int], **values: str) -> MoneyLine:
    """Months count from the first one of the organization's fiscal year."""
    made = create_line(actor=actor, project=project, values={"kind": "cost", "name": name, **values})
    write(actor, made, "plan", plan)
    return made


def write(actor: User, made: MoneyLine, series: str, amounts: dict[int, int]) -> None:
    first = start(made.organization)
    dated = {add_months(first, step): Decimal(amount) for step, amount in amounts.items()}
    set_cash_flows(actor=actor, line=made, series=series, amounts=dated)


def start(organization: Organization) -> datetime.date:
    today, first = organization.today(), organization.fiscal_year_start
    return datetime.date(today.year - (today.month < first), first, 1)


def read_split(project: Project, organization: Organization) -> list[dict[str, Any]]:
    return split_rows(project, read_lines(project), organization)


def row(rows: list[dict[str, Any]], label: str) -> dict[str, Any]:
    return next(one for one in rows if one["label"] == label)


def test_capex_and_opex_and_one_off_and_recurring_stand_apart(
    organization: Organization, alice: User
) -> None:
    with organization_scope(organization):
        project = make_project(alice, organization)
        line(alice, project, "Licences", {-6: 300, 0: 700}, treatment="capex", rhythm="one_off")
        line(alice, project, "Support", dict.fromkeys(range(24), 10), rhythm="recurring")
        rows = read_split(project, organization)
    assert row(rows, "Costs: capital expenditure")["plan"] == 1000
    assert row(rows, "Costs: capital expenditure")["year_plan"] == 700
    assert row(rows, "Costs: operating expenditure")["plan"] == 240
    assert row(rows, "Costs: recurring")["year_plan"] == 120
    assert row(rows, "Costs: one-off")["run_rate"] is None


def test_the_run_rate_is_the_newest_year_or_the_mean_of_less(organization: Organization, alice: User) -> None:
    with organization_scope(organization):
        project = make_project(alice, organization)
        line(alice, project, "Growing", {step: 10 * (step + 1) for step in range(24)}, rhythm="recurring")
        rows = read_split(project, organization)
        assert row(rows, "Costs: recurring")["run_rate_plan"] == sum(
            10 * (step + 1) for step in range(12, 24)
        )
        line(alice, project, "New", {0: 5, 1: 7}, rhythm="recurring")
        rows = read_split(project, organization)
    assert row(rows, "Costs: recurring")["run_rate_plan"] == 2220 + 72


def test_what_is_booked_replaces_the_plan_in_the_outlook(organization: Organization, alice: User) -> None:
    with organization_scope(organization):
        project = make_project(alice, organization)
        made = line(alice, project, "Support", {0: 10, 1: 10, 2: 10})
        write(alice, made, "actual", {0: 14})
        rows = read_split(project, organization)
    assert row(rows, "Costs: recurring")["year_outlook"] == 34
    assert row(rows, "Costs: recurring")["year_actual"] == 14


def test_a_shared_line_counts_with_its_share(organization: Organization, alice: User) -> None:
    with organization_scope(organization):
        project, other = make_project(alice, organization), make_project(alice, organization, "CRM")
        made = line(alice, project, "Support", {0: 100})
        share_line(actor=alice, line=made, parts=[Part(other, 0.25)])
        assert row(read_split(project, organization), "Costs: recurring")["plan"] == 75
        assert row(read_split(other, organization), "Costs: recurring")["plan"] == 25


def test_parts_add_up_with_the_project_itself(organization: Organization, alice: User) -> None:
    with organization_scope(organization):
        project = make_project(alice, organization)
        part, deeper = (make_project(alice, organization, code) for code in ("P1", "P2"))
        update_project(actor=alice, project=part, values={"parent": project})
        update_project(actor=alice, project=deeper, values={"parent": part})
        for one, amount in ((project, 100), (part, 20), (deeper, 3)):
            made = line(alice, one, "Support", {-14: amount})
            write(alice, made, "actual", {-14: amount})
    recompute_organization(organization)
    with organization_scope(organization):
        result = ProjectResult.objects.get(project=project)
        rows = read_roll_up(project, result, organization.discount_rate)
        assert read_roll_up(deeper, None, 0.1) == []
    assert [one["costs_actual"] for one in rows] == [100, 20, 3, 123]
    assert rows[-1]["npv"] == pytest.approx(-123)


def test_the_page_shows_it_in_few_queries(
    organization: Organization, alice: User, client_of: Any, django_assert_max_num_queries: Any
) -> None:
    with organization_scope(organization):
        project = make_project(alice, organization)
        line(alice, project, "Licences", {0: 700}, treatment="capex")
    recompute_organization(organization)
    browser: Client = client_of(alice)
    browser.get("/o/acme/projects/ERP/")
    with django_assert_max_num_queries(18):
        page = browser.get("/o/acme/projects/ERP/").content.decode()
    assert "Costs: capital expenditure" in page


def test_a_changed_plan_and_currencies_are_told_in_sentences() -> None:
    result = ProjectResult(payback_outlook=20.0)
    figures = {"original": {"npv": 5000.0, "costs": 1000.0, "payback": 14.2}}
    assert "Payback is 6 months later than it said." in original_note(figures, result, "EUR")
    assert original_note({}, result, "EUR") == ""
    assert fx_notes({"fx_effect": {"cost": 10.0}}, "EUR") == [
        "At actual rates the costs booked would be +10\u00a0EUR against the plan's rates."
    ]
