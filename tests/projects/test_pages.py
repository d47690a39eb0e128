"""Pages of projects: what they show, and what they do with what is typed."""

import datetime
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from organizations.models import Organization, User
from organizations.services import create_department
from projects.models import CashFlow, GateDecision, Module, MoneyLine, PlanBaseline, Project
from projects.services import (
    archive_project,
    create_line,
    create_project,
    freeze_plan,
    set_cash_flows,
    update_project,
)
from tests.projects.gates import climb

BASE = "/o/acme/projects/"
Browser = Callable[[User], Client]


@pytest.fixture
def browser(client_of: Browser, bob: User) -> Client:
    return client_of(bob)


def form_of(**values: str) -> dict[str, str]:
    return {
        "code": "CRM",
        "name": "CRM wave 2",
        "system_kind": "CRM",
        "delivery_status": "on_track",
        **values,
    }


def text_of(response: object) -> str:
    content: bytes = response.content  # type: ignore[attr-defined]
    return content.decode()


def queries_of(client: Client, address: str) -> int:
    """Queries of a page, without the savepoints that a test's own transaction adds."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return sum("SAVEPOINT" not in query["sql"] for query in captured.captured_queries)


def test_the_empty_list_says_what_will_be_here_and_offers_one_button(
    organization: Organization, browser: Client
) -> None:
    page = text_of(browser.get(BASE))
    assert "The roll-outs will be here" in page
    assert page.count("button-primary") == 1


def test_a_viewer_is_offered_no_button(organization: Organization, client_of: Browser, victor: User) -> None:
    page = text_of(client_of(victor).get(BASE))
    assert "The roll-outs will be here" in page
    assert "button-primary" not in page


def test_the_list_is_searched_and_filtered_by_its_address(
    organization: Organization, scope: None, project: Project, bob: User, browser: Client
) -> None:
    values = {"code": "CRM", "name": "Customers", "system_kind": "CRM"}
    create_project(actor=bob, organization=organization, values=values)
    assert "Customers" in text_of(browser.get(BASE, {"q": "cust"}))
    assert "ERP group" not in text_of(browser.get(BASE, {"q": "cust"}))
    assert "ERP group" not in text_of(browser.get(BASE, {"kind": "CRM"}))
    assert "No project fits" in text_of(browser.get(BASE, {"gate": "L5"}))
    everything = text_of(browser.get(BASE, {"kind": "nonsense", "gate": "L9", "page": "x"}))
    assert "Customers" in everything
    assert "ERP group" in everything


def test_the_list_costs_the_same_for_one_project_and_for_many(
    organization: Organization, scope: None, project: Project, bob: User, browser: Client
) -> None:
    sales = create_department(actor=bob, organization=organization, name="Sales")
    browser.get(BASE)  # warms what is kept for all pages
    few = queries_of(browser, BASE)
    for number in range(10):
        values = {"code": f"P{number}", "name": f"Project {number}", "business_owner": bob, "parent": project}
        create_project(actor=bob, organization=organization, values=values, departments=[sales])
    assert queries_of(browser, BASE) == few <= 12


def test_a_project_is_created_with_departments_and_owner(
    organization: Organization, scope: None, bob: User, browser: Client
) -> None:
    sales = create_department(actor=bob, organization=organization, name="Sales")
    response = browser.post(
        f"{BASE}new/",
        form_of(departments=str(sales.pk), business_owner=str(bob.pk), go_live_planned="2026-03-01"),
    )
    assert response.status_code == 302
    project = Project.objects.get()
    assert (project.name, project.business_owner, project.go_live_planned) == (
        "CRM wave 2",
        bob,
        datetime.date(2026, 3, 1),
    )
    assert [link.department for link in project.department_links.all()] == [sales]


def test_a_form_sent_twice_makes_one_project(
    organization: Organization, scope: None, browser: Client
) -> None:
    first, second = (browser.post(f"{BASE}new/", form_of()) for _ in range(2))
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert Project.objects.count() == 1


def test_a_taken_code_is_told_at_its_field_and_what_was_typed_stays(
    project: Project, browser: Client
) -> None:
    response = browser.post(f"{BASE}new/", form_of(code="ERP", name="Another"))
    page = text_of(response)
    assert response.status_code == 422
    assert "Another project has this code" in page
    assert 'value="Another"' in page
    assert Project.objects.count() == 1


def test_nobody_of_another_organization_can_be_made_owner(
    organization: Organization, scope: None, other_organization: Organization, charlie: User, browser: Client
) -> None:
    response = browser.post(f"{BASE}new/", form_of(business_owner=str(charlie.pk)))
    assert response.status_code == 422
    assert "charlie" not in text_of(browser.get(f"{BASE}new/")).lower()
    assert not Project.objects.exists()


def test_an_edited_project_keeps_what_was_not_touched(project: Project, browser: Client) -> None:
    page = text_of(browser.get(f"{BASE}ERP/edit/"))
    assert 'value="2025-01-01"' in page
    browser.post(f"{BASE}ERP/edit/", form_of(code="ERP", name="ERP Europe", start_on="2025-01-01"))
    project.refresh_from_db()
    assert (project.name, project.start_on) == ("ERP Europe", datetime.date(2025, 1, 1))


def test_archiving_asks_for_the_code_and_can_be_undone(project: Project, browser: Client) -> None:
    assert "This is not the code" in text_of(browser.post(f"{BASE}ERP/archive/", {"confirmation": "erp"}))
    browser.post(f"{BASE}ERP/archive/", {"confirmation": "ERP", "reason": "Sold"})
    browser.get(BASE)  # tells once that it is archived
    assert "ERP group" not in text_of(browser.get(BASE))
    assert "ERP group" in text_of(browser.get(BASE, {"archived": "1"}))
    browser.post(f"{BASE}ERP/restore/")
    project.refresh_from_db()
    assert project.archived_at is None


def test_modules_tell_how_much_of_the_contract_is_there(project: Project, browser: Client) -> None:
    for name, weight, accepted in (("Finance", "3", "2025-03-01"), ("Sales", "1", "")):
        data = {
            "name": name,
            "weight": weight,
            "contracted": "on",
            "delivered_on": accepted,
            "accepted_on": accepted,
        }
        assert browser.post(f"{BASE}ERP/modules/new/", data).status_code == 302
    assert "75 % of what was contracted is accepted" in text_of(browser.get(f"{BASE}ERP/modules/")).replace(
        "\u00a0", " "
    )


def test_a_wrong_module_is_told_beside_its_field(project: Project, browser: Client) -> None:
    data = {"name": "Finance", "weight": "much", "accepted_on": "2025-03-01"}
    response = browser.post(f"{BASE}ERP/modules/new/", data)
    page = text_of(response)
    assert response.status_code == 422
    assert "“much” is not a number." in page
    assert 'value="much"' in page
    assert not Module.objects.exists()


def test_a_module_is_changed_and_removed(project: Project, browser: Client) -> None:
    browser.post(f"{BASE}ERP/modules/new/", {"name": "Finance", "weight": "1", "contracted": "on"})
    module = Module.objects.get()
    browser.post(f"{BASE}ERP/modules/{module.pk}/", {"name": "Ledger", "weight": "2", "contracted": "on"})
    module.refresh_from_db()
    assert (module.name, module.weight) == ("Ledger", 2)
    browser.post(f"{BASE}ERP/modules/{module.pk}/remove/")
    assert not Module.objects.exists()
    assert "removed a module" in text_of(browser.get(f"{BASE}ERP/history/"))


def test_the_ladder_offers_one_gate_forward_and_says_what_it_needs(
    project: Project, client_of: Browser, erik: User
) -> None:
    climb(project, erik, "L1", "L2")
    page = text_of(client_of(erik).get(f"{BASE}ERP/gates/"))
    assert "Pass: forward to L3 Planned" in page
    assert "forward to L4" not in page
    assert "No cost is planned" in page


def test_a_decision_is_recorded_with_its_reason(project: Project, client_of: Browser, erik: User) -> None:
    client = client_of(erik)
    client.post(f"{BASE}ERP/gates/decide/", {"decision": "L1", "waive": "on", "reason": "Board of May"})
    assert GateDecision.objects.get().reason == "Board of May"
    assert "Board of May" in text_of(client.get(f"{BASE}ERP/gates/"))
    refused = client.post(f"{BASE}ERP/gates/decide/", {"decision": "L0", "reason": ""})
    assert "Say why the project goes back." in text_of(refused)


def test_a_gate_that_was_decided_meanwhile_is_refused(
    project: Project, client_of: Browser, erik: User
) -> None:
    client = client_of(erik)
    for _ in range(2):
        response = client.post(
            f"{BASE}ERP/gates/decide/", {"seen": "L0", "decision": "L1", "waive": "on", "reason": "May"}
        )
    assert response.status_code == 422
    assert GateDecision.objects.count() == 1


def test_freezing_the_plan_needs_a_reason(planned: MoneyLine, browser: Client) -> None:
    assert browser.post(f"{BASE}ERP/plan/freeze/", {"reason": ""}).status_code == 422
    browser.post(f"{BASE}ERP/plan/freeze/", {"reason": "Contract signed"})
    assert PlanBaseline.objects.get().reason == "Contract signed"


def line_form(**values: str) -> dict[str, str]:
    return {
        "kind": "benefit",
        "name": "Stock",
        "treatment": "opex",
        "rhythm": "recurring",
        "cashability": "cashable",
        "risk_adjustment": "20 %",
        "currency": "eur",
        "fx_rate": "1",
        **values,
    }


def test_a_line_is_added_by_finance_and_leads_to_its_amounts(
    project: Project, client_of: Browser, fiona: User
) -> None:
    response = client_of(fiona).post(f"{BASE}ERP/money/new/", line_form())
    line = MoneyLine.objects.get()
    assert response["Location"] == f"{BASE}ERP/money/{line.pk}/"
    assert (line.currency, line.risk_adjustment) == ("EUR", 0.2)


def test_a_risk_over_one_hundred_per_cent_is_refused_with_what_was_typed(
    project: Project, client_of: Browser, fiona: User
) -> None:
    response = client_of(fiona).post(f"{BASE}ERP/money/new/", line_form(risk_adjustment="150"))
    assert response.status_code == 422
    assert 'value="150"' in text_of(response)


def test_terms_of_a_frozen_line_are_shown_but_not_taken(
    planned: MoneyLine, project: Project, bob: User, browser: Client
) -> None:
    freeze_plan(actor=bob, project=project, reason="Board")
    data = line_form(kind="benefit", name="Licences", risk_adjustment="50", category="Software")
    assert browser.post(f"{BASE}ERP/money/{planned.pk}/edit/", data).status_code == 302
    planned.refresh_from_db()
    assert (planned.kind, planned.risk_adjustment, planned.category) == ("cost", 0, "Software")


def test_the_amounts_of_another_projects_line_are_not_found_here(
    organization: Organization, cost: MoneyLine, bob: User, browser: Client
) -> None:
    create_project(actor=bob, organization=organization, values={"code": "CRM", "name": "CRM"})
    assert browser.get(f"{BASE}CRM/money/{cost.pk}/").status_code == 404


def seen(line: MoneyLine) -> dict[str, str]:
    """The hidden fields that carry the amounts as the page showed them."""
    return {f"initial-{flow.series}-{flow.month:%Y-%m}": str(flow.amount) for flow in line.cash_flows.all()}


def test_a_year_of_amounts_is_saved_in_one_submit(planned: MoneyLine, browser: Client) -> None:
    address = f"{BASE}ERP/money/{planned.pk}/?from=2025-01&months=12"
    typed = {
        **seen(planned),
        "plan-2025-01": "1,000",
        "plan-2025-02": "",
        "plan-2025-03": "1.2万",
        "actual-2025-01": "(100)",
        "actual-2025-03": "€ 2 500,50",
    }
    response = browser.post(address, typed)
    assert response["Location"].endswith("?from=2025-01&months=12")
    flows = {(flow.series, flow.month.month): flow.amount for flow in CashFlow.objects.all()}
    assert flows == {
        ("plan", 1): Decimal(1000),
        ("plan", 3): Decimal(12000),
        ("actual", 1): Decimal(-100),
        ("actual", 3): Decimal("2500.50"),
    }


def test_a_wrong_cell_keeps_its_text_and_nothing_is_saved(planned: MoneyLine, browser: Client) -> None:
    address = f"{BASE}ERP/money/{planned.pk}/?from=2025-01&months=12"
    typed = {**seen(planned), "plan-2025-01": "1000", "plan-2025-02": "1.234", "actual-2025-03": "n/a"}
    response = browser.post(address, typed)
    page = text_of(response)
    assert response.status_code == 422
    assert "at most two decimals" in page
    assert "“n/a” is not a number." in page
    assert 'value="n/a"' in page
    assert set(CashFlow.objects.values_list("amount", flat=True)) == {Decimal(1000)}


def test_a_cell_that_somebody_else_changed_is_not_overwritten(
    planned: MoneyLine, bob: User, browser: Client
) -> None:
    address = f"{BASE}ERP/money/{planned.pk}/?from=2025-01&months=12"
    before = seen(planned)
    january, february = datetime.date(2025, 1, 1), datetime.date(2025, 2, 1)
    set_cash_flows(
        actor=bob, line=planned, series="plan", amounts={january: Decimal(7), february: Decimal(8)}
    )
    untouched = {"plan-2025-01": "1,000", "plan-2025-02": "1,000"}
    response = browser.post(address, {**before, **untouched, "plan-2025-02": "900"})
    assert "Meanwhile somebody else changed this to 8" in text_of(response)
    assert CashFlow.objects.get(month=february).amount == 8
    browser.post(address, {**before, **untouched, "plan-2025-03": "5"})
    assert CashFlow.objects.get(month=january).amount == 7
    assert CashFlow.objects.get(month=datetime.date(2025, 3, 1)).amount == 5


def test_a_cell_that_somebody_else_emptied_is_not_filled_again(
    planned: MoneyLine, bob: User, browser: Client
) -> None:
    before = seen(planned)
    january = datetime.date(2025, 1, 1)
    set_cash_flows(actor=bob, line=planned, series="plan", amounts={january: None})
    typed = {**before, "plan-2025-01": "900", "plan-2025-02": "1,000"}
    response = browser.post(f"{BASE}ERP/money/{planned.pk}/?from=2025-01&months=12", typed)
    assert "Meanwhile somebody else removed this amount." in text_of(response)
    assert not CashFlow.objects.filter(month=january).exists()


def test_the_frozen_plan_is_text_and_not_a_field(
    planned: MoneyLine, project: Project, bob: User, browser: Client
) -> None:
    freeze_plan(actor=bob, project=project, reason="Board")
    address = f"{BASE}ERP/money/{planned.pk}/?from=2025-01&months=12"
    page = text_of(browser.get(address))
    assert 'name="plan-2025-01"' not in page
    assert 'name="forecast-2025-01"' in page
    browser.post(address, {"plan-2025-01": "5", "initial-plan-2025-01": "1000"})
    assert CashFlow.objects.get(month=datetime.date(2025, 1, 1)).amount == 1000


def test_the_future_takes_no_actual_amounts(cost: MoneyLine, browser: Client) -> None:
    page = text_of(browser.get(f"{BASE}ERP/money/{cost.pk}/?from=2090-01&months=12"))
    assert 'name="actual-2090-01"' not in page
    assert 'name="plan-2090-01"' in page


def test_a_viewer_reads_amounts_and_cannot_write_them(
    planned: MoneyLine, client_of: Browser, victor: User
) -> None:
    address = f"{BASE}ERP/money/{planned.pk}/?from=2025-01&months=12"
    page = text_of(client_of(victor).get(address))
    assert "1,000" in page
    assert "plan-2025-01" not in page
    assert client_of(victor).post(address, {"plan-2025-01": "5"}).status_code == 403


def test_a_line_opens_with_the_month_that_is_being_written(planned: MoneyLine, browser: Client) -> None:
    this_month = planned.organization.today().strftime("%Y-%m")
    assert f'name="plan-{this_month}"' in text_of(browser.get(f"{BASE}ERP/money/{planned.pk}/"))


@pytest.mark.parametrize("query", ["", "?from=x&months=7", "?from=9999-12&months=36", "?from=2025-13"])
def test_any_window_is_answered(cost: MoneyLine, browser: Client, query: str) -> None:
    assert browser.get(f"{BASE}ERP/money/{cost.pk}/{query}").status_code == 200


def test_three_years_of_amounts_cost_as_many_queries_as_one(planned: MoneyLine, browser: Client) -> None:
    browser.get(BASE)  # warms what is kept for all pages
    one, three = (
        queries_of(browser, f"{BASE}ERP/money/{planned.pk}/?from=2025-01&months={months}")
        for months in (12, 36)
    )
    assert one == three <= 12


def test_the_history_names_amounts_by_month(planned: MoneyLine, browser: Client) -> None:
    page = text_of(browser.get(f"{BASE}ERP/history/"))
    assert "changed planned amounts of Licences" in page
    assert "Jan 2025" in page
    assert "created the project ERP group" in page


@pytest.mark.parametrize(
    "path", ["edit/", "archive/", "history/", "modules/", "gates/", "plan/freeze/", "money/new/"]
)
def test_pages_of_an_unknown_project_are_not_found(
    organization: Organization, browser: Client, path: str
) -> None:
    assert browser.get(f"{BASE}NONE/{path}").status_code == 404


@pytest.mark.parametrize("path", ["", "new/", "ERP/edit/", "ERP/history/", "ERP/modules/", "ERP/gates/"])
def test_a_stranger_finds_nothing(
    project: Project, other_organization: Organization, client_of: Browser, charlie: User, path: str
) -> None:
    assert client_of(charlie).get(f"{BASE}{path}").status_code == 404


@pytest.mark.parametrize("path", ["new/", "ERP/edit/", "ERP/archive/", "ERP/plan/freeze/", "ERP/money/new/"])
def test_a_viewer_may_not_change(project: Project, client_of: Browser, victor: User, path: str) -> None:
    assert client_of(victor).get(f"{BASE}{path}").status_code == 403


def test_pages_of_an_archived_project_say_so_and_refuse_changes(
    project: Project, bob: User, browser: Client
) -> None:
    archive_project(actor=bob, project=project)
    assert "This project is archived." in text_of(browser.get(f"{BASE}ERP/modules/"))
    response = browser.post(f"{BASE}ERP/modules/new/", {"name": "Late", "weight": "1"})
    assert "This project is archived. Restore it" in text_of(response)


def test_pages_speak_chinese_where_the_reader_does(project: Project, bob: User, browser: Client) -> None:
    update_project(actor=bob, project=project, values={"name": "企业资源计划"})
    bob.language = "zh-hans"
    bob.save()
    response = browser.get(BASE)
    assert response["Content-Language"] == "zh-hans"
    assert "企业资源计划" in text_of(response)


def test_two_lines_make_two_links(project: Project, cost: MoneyLine, bob: User, browser: Client) -> None:
    other = create_line(actor=bob, project=project, values={"kind": "benefit", "name": "Stock"})
    page = text_of(browser.get(f"{BASE}ERP/"))
    for line in (cost, other):
        assert f"{BASE}ERP/money/{line.pk}/" in page
