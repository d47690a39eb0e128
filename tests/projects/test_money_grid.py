"""The grid of a project's money: what it shows, what it takes, what it refuses."""

import datetime
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from organizations.errors import ConflictError
from organizations.models import User
from projects.models import CashFlow, MoneyLine, Project
from projects.services import create_line, freeze_plan, set_cash_flows, set_money_table

ADDRESS = "/o/acme/projects/ERP/money/"
PLAN = f"{ADDRESS}?series=plan&year=2025&years=1"
Browser = Callable[[User], Client]


def month(number: int) -> datetime.date:
    return datetime.date(2025, number, 1)


@pytest.fixture
def gain(project: Project, bob: User) -> MoneyLine:
    return create_line(actor=bob, project=project, values={"kind": "benefit", "name": "Less stock"})


@pytest.fixture
def browser(client_of: Browser, bob: User) -> Client:
    return client_of(bob)


def cell(line: MoneyLine, number: int) -> str:
    return f"c{line.pk}-2025-{number:02}"


def seen(*lines: MoneyLine) -> str:
    flows = CashFlow.objects.filter(line__in=lines, series="plan")
    return json.dumps({f"c{flow.line_id}-{flow.month:%Y-%m}": str(flow.amount) for flow in flows})


def text_of(response: Any) -> str:
    content: bytes = response.content
    return content.decode()


def plan_of(line: MoneyLine) -> dict[int, Decimal]:
    flows = CashFlow.objects.filter(line=line, series="plan")
    return {flow.month.month: flow.amount for flow in flows}


def test_all_lines_stand_by_month_with_sums(planned: MoneyLine, gain: MoneyLine, browser: Client) -> None:
    page = text_of(browser.get(PLAN))
    for text in ("Licences", "Less stock", "Jan 2025", "Dec 2025", f'name="{cell(gain, 3)}"', "2,000"):
        assert text in page


def test_one_save_writes_all_lines(planned: MoneyLine, gain: MoneyLine, browser: Client) -> None:
    typed = {
        "seen": seen(planned),
        cell(planned, 1): "1000",
        cell(planned, 2): "",
        cell(planned, 3): "1,500.50",
        cell(gain, 6): "1.2万",
    }
    assert browser.post(PLAN, typed).status_code == 302
    assert plan_of(planned) == {1: 1000, 3: Decimal("1500.50")}
    assert plan_of(gain) == {6: 12000}


def test_one_wrong_cell_keeps_all_from_being_saved_and_is_named(
    planned: MoneyLine, gain: MoneyLine, browser: Client
) -> None:
    typed = {"seen": seen(planned), cell(planned, 1): "7", cell(gain, 2): "n/a"}
    answer = browser.post(PLAN, typed)
    assert answer.status_code == 422
    assert "Less stock, Feb 2025" in text_of(answer)
    assert 'value="n/a"' in text_of(answer)
    assert plan_of(planned) == {1: 1000, 2: 1000}


def test_what_somebody_else_changed_is_not_overwritten_until_saved_again(
    planned: MoneyLine, browser: Client, bob: User
) -> None:
    typed = {"seen": seen(planned), cell(planned, 1): "1", cell(planned, 2): "1000"}
    set_cash_flows(
        actor=bob, line=planned, series="plan", amounts={month(1): Decimal(5), month(2): Decimal(6)}
    )
    answer = browser.post(PLAN, typed)
    assert answer.status_code == 422
    assert "from “1,000” to “5”" in text_of(answer)
    typed["seen"] = seen(planned)
    del typed[cell(planned, 2)]
    assert browser.post(PLAN, typed).status_code == 302
    assert plan_of(planned) == {1: 1, 2: 6}


def test_a_text_from_a_person_is_shown_as_text(planned: MoneyLine, browser: Client) -> None:
    answer = browser.post(PLAN, {"seen": seen(planned), cell(planned, 1): '"><script>'})
    assert "<script>&quot;" not in text_of(answer)
    assert "&quot;&gt;&lt;script&gt;" in text_of(answer)


def test_the_forecast_opens_with_the_freeze_and_the_plan_closes(
    planned: MoneyLine, project: Project, browser: Client, bob: User
) -> None:
    assert "opens when the plan is frozen" in text_of(browser.get(f"{ADDRESS}?series=forecast&year=2025"))
    with pytest.raises(ConflictError, match="opens when the plan is frozen"):
        set_money_table(
            actor=bob, project=project, series="forecast", table={planned.pk: {month(1): Decimal(1)}}
        )
    freeze_plan(actor=bob, project=project, reason="Board")
    assert "The plan is frozen" in text_of(browser.get(PLAN))
    answer = browser.post(PLAN, {"seen": seen(planned), cell(planned, 1): "7"})
    assert answer.status_code == 302
    assert plan_of(planned)[1] == 1000
    address = f"{ADDRESS}?series=forecast&year=2025&years=1"
    assert browser.post(address, {"seen": "{}", cell(planned, 1): "7"}).status_code == 302
    assert CashFlow.objects.get(series="forecast").amount == 7


def test_costs_are_booked_before_go_live_benefits_only_from_l4_on(
    cost: MoneyLine, gain: MoneyLine, project: Project, browser: Client, bob: User
) -> None:
    page = text_of(browser.get(f"{ADDRESS}?series=actual&year=2025"))
    assert "Actual benefits are booked from gate L4 on" in page
    with pytest.raises(ConflictError, match="gate L4"):
        set_money_table(actor=bob, project=project, series="actual", table={gain.pk: {month(1): Decimal(1)}})
    set_money_table(actor=bob, project=project, series="actual", table={cost.pk: {month(1): Decimal(1)}})
    project.gate = "L4"
    project.save(update_fields=["gate"])
    set_money_table(actor=bob, project=project, series="actual", table={gain.pk: {month(1): Decimal(1)}})


def fill(line: object, /, **more: str) -> dict[str, str]:
    return {
        "fill": "1",
        "line": str(line),
        "first": "2025-01-01",
        "last": "2025-12-01",
        "tool": "even",
        **more,
    }


def test_a_fill_is_shown_before_it_is_saved(planned: MoneyLine, gain: MoneyLine, browser: Client) -> None:
    answer = browser.post(PLAN, fill(gain.pk, amount="1200"))
    assert answer.status_code == 200
    assert plan_of(gain) == {}
    form = answer.context["form"]
    saved = browser.post(PLAN, {name: form.initial[name] for name in ("proposal", "seen")})
    assert saved.status_code == 302
    assert set(plan_of(gain).values()) == {Decimal(100)}


def test_a_proposal_over_amounts_that_changed_meanwhile_is_shown_again(
    planned: MoneyLine, browser: Client, bob: User
) -> None:
    form = browser.post(PLAN, fill("all", tool="inflation", percent="10", compounding="monthly")).context[
        "form"
    ]
    set_cash_flows(actor=bob, line=planned, series="plan", amounts={month(2): Decimal(5)})
    answer = browser.post(PLAN, {name: form.initial[name] for name in ("proposal", "seen")})
    assert "changed some of these amounts" in text_of(answer)
    assert plan_of(planned)[2] == 5


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"tool": "even"}, "needs it"),
        ({"tool": "like", "amount": "5", "other": "gain"}, "no amounts in these months"),
        ({"tool": "even", "amount": "5", "line": "all"}, "Choose one line"),
        ({"tool": "even", "amount": "5", "last": "2024-01-01"}, "at least one month"),
        ({"tool": "growth", "amount": "5", "percent": "-100"}, "above −100"),
    ],
)
def test_a_fill_that_cannot_be_says_why(
    planned: MoneyLine, gain: MoneyLine, browser: Client, more: dict[str, str], message: str
) -> None:
    more = {name: str(gain.pk) if value == "gain" else value for name, value in more.items()}
    answer = browser.post(PLAN, fill(planned.pk, **more))
    assert answer.status_code == 422
    assert message in text_of(answer)


def test_the_plan_is_copied_into_the_forecast(
    planned: MoneyLine, project: Project, browser: Client, bob: User
) -> None:
    freeze_plan(actor=bob, project=project, reason="Board")
    address = f"{ADDRESS}?series=forecast&year=2025&years=1"
    form = browser.post(address, fill("all", tool="copy")).context["form"]
    browser.post(address, {name: form.initial[name] for name in ("proposal", "seen")})
    copied = CashFlow.objects.filter(line=planned, series="forecast").values_list("amount", flat=True)
    assert list(copied) == [1000, 1000]


def test_readers_see_amounts_and_no_fields(planned: MoneyLine, client_of: Browser, victor: User) -> None:
    browser = client_of(victor)
    page = text_of(browser.get(PLAN))
    assert "1,000" in page
    assert f'name="{cell(planned, 1)}"' not in page
    assert browser.post(PLAN, {}).status_code == 403


def test_twenty_lines_cost_as_many_queries_as_one(planned: MoneyLine, browser: Client, bob: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(f"{PLAN}&years=2").status_code == 200
        return sum("SAVEPOINT" not in query["sql"] for query in captured.captured_queries)

    queries()
    one = queries()
    for number in range(20):
        create_line(actor=bob, project=planned.project, values={"kind": "cost", "name": f"Line {number}"})
    assert queries() == one <= 14
