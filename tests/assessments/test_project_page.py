"""The page of one project, from no KPI at all to full figures."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments.models import ProjectResult
from assessments.services import MeasurementInput, record_measurements
from assessments.services.recompute import recompute_projects
from kpis.models import Kpi
from kpis.services import create_kpi, set_targets
from organizations.models import Organization, User
from organizations.services import create_department
from projects.models import MoneyLine, Project
from projects.periods import add_months, start_of
from projects.services import create_line, create_module, create_project, set_cash_flows, update_project

ADDRESS = "/o/acme/projects/ERP/"
Browser = Callable[[User], Client]


@pytest.fixture
def month(organization: Organization) -> Callable[[int], datetime.date]:
    """The first day of the month so many months from now."""
    this = start_of(organization.today(), "month")
    return lambda offset: add_months(this, offset)


@pytest.fixture
def project(organization: Organization, scope: None, bob: User) -> Project:
    return create_project(actor=bob, organization=organization, values={"code": "ERP", "name": "ERP group"})


@pytest.fixture
def page(client_of: Browser, victor: User) -> Callable[[], str]:
    """The page as a viewer gets it, with plain spaces."""

    def read() -> str:
        response = client_of(victor).get(ADDRESS)
        assert response.status_code == 200
        return response.content.decode().replace("\u00a0", " ")

    return read


@pytest.fixture
def define(project: Project, bob: User, month: Callable[[int], datetime.date]) -> Callable[..., Kpi]:
    """A KPI that should fall from 20 to 10 within a year that began eleven months ago."""

    def make(name: str = "Lead time", tier: str = "operational", **values: Any) -> Kpi:
        kpi = create_kpi(
            actor=bob,
            project=project,
            values={
                "name": name,
                "tier": tier,
                "direction": "lower",
                "unit": "days",
                "baseline_value": 20.0,
                "baseline_start": month(-24),
                "baseline_end": month(-12),
                "expected_start": month(-12),
                **values,
            },
        )
        set_targets(actor=bob, kpi=kpi, points={month(0): 10.0})
        return kpi

    return make


@pytest.fixture
def enter(
    organization: Organization, bob: User, month: Callable[[int], datetime.date]
) -> Callable[..., None]:
    """Values of the last months, the last one for the month that has just ended."""

    def write(kpi: Kpi, *values: float) -> None:
        rows = [
            MeasurementInput(kpi.pk, month(place - len(values)), value) for place, value in enumerate(values)
        ]
        record_measurements(bob, organization, rows)

    return write


@pytest.fixture
def money(project: Project, bob: User, month: Callable[[int], datetime.date]) -> dict[str, MoneyLine]:
    """100 spent twelve months ago; planned to bring 10 a month from then on, but it brings 20."""
    cost = create_line(actor=bob, project=project, values={"kind": "cost", "name": "Licences"})
    gain = create_line(actor=bob, project=project, values={"kind": "benefit", "name": "Stock"})
    for series in ("plan", "actual"):
        set_cash_flows(actor=bob, line=cost, series=series, amounts={month(-12): Decimal(100)})
    planned = {month(step): Decimal(10) for step in range(-11, 13)}
    actual = {month(step): Decimal(20) for step in range(-11, 0)}
    set_cash_flows(actor=bob, line=gain, series="plan", amounts=planned)
    set_cash_flows(actor=bob, line=gain, series="actual", amounts=actual)
    return {"cost": cost, "gain": gain}


def compute(project: Project) -> ProjectResult:
    recompute_projects(project.organization, [project.pk])
    result: ProjectResult = ProjectResult.objects.get(project=project)
    return result


def test_a_project_without_kpis_says_what_is_missing_and_offers_one_button(
    project: Project, page: Callable[[], str], client_of: Browser, bob: User
) -> None:
    assert "ERP group has no KPIs yet" in page()
    assert "Set them up from the library" not in page()
    assert "Set them up from the library" in client_of(bob).get(ADDRESS).content.decode()


def test_figures_that_are_not_there_yet_are_announced(
    define: Callable[..., Kpi], page: Callable[[], str]
) -> None:
    define()
    assert "The figures of ERP group are being computed." in page()


def test_kpis_without_values_are_counted_and_not_judged(
    project: Project, define: Callable[..., Kpi], page: Callable[[], str]
) -> None:
    define()
    define("Errors")
    compute(project)
    text = page()
    assert "No value is in yet for its 2 KPIs." in text
    assert "No value index yet" in text
    assert "No data" in text
    assert "What it costs and what it brings will be here" in text


def test_a_kpi_whose_effect_lies_ahead_is_not_red(
    project: Project,
    define: Callable[..., Kpi],
    page: Callable[[], str],
    month: Callable[[int], datetime.date],
) -> None:
    define(expected_start=month(6))
    compute(project)
    text = page()
    assert "expected from" in text
    assert "Off track" not in text


def test_the_message_counts_the_kpis_that_are_off_track(
    project: Project, define: Callable[..., Kpi], enter: Callable[..., None], page: Callable[[], str]
) -> None:
    enter(define("Lead time"), 14.0, 12.0, 10.0)
    enter(define("Errors"), 20.0, 20.0, 20.0)
    result = compute(project)
    text = page()
    assert "1 of 2 KPIs is off track." in text
    assert result.operational is not None
    assert f">{result.operational:.0f}<" in text
    assert "2 of 2 KPIs in" in text


def test_a_row_shows_baseline_value_plan_target_and_both_ratios(
    project: Project, define: Callable[..., Kpi], enter: Callable[..., None], page: Callable[[], str]
) -> None:
    enter(define(), 12.0)
    compute(project)
    row = page().split("Lead time</a>")[1].split("</tr>")[0]
    assert "20.0" in row
    assert "12.0" in row
    assert "10.0" in row
    assert "80 %" in row
    assert "<svg" in row
    assert "preliminary, not yet verified" in row


def test_missing_strategic_evidence_is_said_beside_the_index(
    project: Project, define: Callable[..., Kpi], enter: Callable[..., None], page: Callable[[], str]
) -> None:
    enter(define(), 14.0, 12.0, 10.0)
    result = compute(project)
    assert result.capped
    assert "the evidence of the strategic tier is missing or under 40" in page()


def test_payback_now_is_told_against_payback_planned(
    project: Project, money: dict[str, MoneyLine], define: Callable[..., Kpi], page: Callable[[], str]
) -> None:
    define()
    result = compute(project)
    assert (result.payback_plan, result.payback_outlook) == (10, 5)
    text = page()
    assert "ERP group pays back in 5 months instead of 10." in text
    assert "from first spend" in text
    assert "now month 5" in text
    assert "plan month 10" in text


def test_money_to_date_stands_beside_the_plan_to_date(
    project: Project, money: dict[str, MoneyLine], page: Callable[[], str]
) -> None:
    compute(project)
    benefits = page().split("Benefits</th>")[1].split("</tr>")[0]
    assert ">220<" in benefits
    assert ">110<" in benefits
    assert "+110" in benefits
    assert 'class="num good"' in benefits


def test_lines_lead_to_their_amounts_and_archived_ones_are_gone(
    project: Project, money: dict[str, MoneyLine], page: Callable[[], str]
) -> None:
    text = page()
    for line in money.values():
        assert f"{ADDRESS}money/{line.pk}/" in text


def test_coverage_counts_contracted_modules_only(
    project: Project, bob: User, page: Callable[[], str]
) -> None:
    day = datetime.date(2025, 1, 1)
    dates = {"delivered_on": day, "accepted_on": day}
    create_module(actor=bob, project=project, values={"name": "Finance", "weight": 3.0, **dates})
    create_module(actor=bob, project=project, values={"name": "Sales", "weight": 1.0})
    create_module(actor=bob, project=project, values={"name": "Extra", "contracted": False, **dates})
    coverage = page().split('id="modules"')[1].split("</section>")[0]
    assert "75 %" in coverage
    assert "1 of 2 modules" in coverage


def test_the_newest_changes_include_those_of_kpis_and_lines(
    define: Callable[..., Kpi], money: dict[str, MoneyLine], page: Callable[[], str]
) -> None:
    define()
    history = page().split('id="history"')[1].split("</section>")[0]
    assert "changed actual amounts of Stock" in history
    assert "created the KPI Lead time" in history


def test_the_page_takes_at_most_twelve_queries_whatever_it_shows(
    organization: Organization,
    project: Project,
    money: dict[str, MoneyLine],
    define: Callable[..., Kpi],
    enter: Callable[..., None],
    client_of: Browser,
    bob: User,
) -> None:
    for number in range(12):
        enter(define(f"KPI {number}", business_owner=bob), 14.0, 12.0, 10.0)
    for name in ("A", "B"):
        create_module(actor=bob, project=project, values={"name": name})
    sales = create_department(actor=bob, organization=organization, name="Sales")
    update_project(actor=bob, project=project, values={"sponsor": bob, "it_owner": bob}, departments=[sales])
    compute(project)
    client = client_of(bob)
    client.get(ADDRESS)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(ADDRESS).status_code == 200
    asked = [query["sql"] for query in captured.captured_queries if "SAVEPOINT" not in query["sql"]]
    # The setting is put back because the test's own transaction goes on; a request outside of one does not.
    assert len(asked) - 1 <= 12, asked


def test_a_stranger_finds_no_such_project(
    project: Project, other_organization: Organization, client_of: Browser, charlie: User
) -> None:
    assert client_of(charlie).get(ADDRESS).status_code == 404
    assert client_of(charlie).get("/o/globex/projects/ERP/").status_code == 404


def test_an_auditor_without_a_sample_sees_nothing(project: Project, client_of: Browser, axel: User) -> None:
    assert client_of(axel).get(ADDRESS).status_code == 403


def test_names_are_text_and_never_markup(project: Project, bob: User, page: Callable[[], str]) -> None:
    update_project(actor=bob, project=project, values={"name": "<script>alert(1)</script>"})
    assert "<script>alert" not in page()
