"""Lines of cost and benefit and their amounts."""

import datetime
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from organizations.errors import ConflictError, InvalidInputError
from organizations.models import AuditEvent, User
from projects.models import CashFlow, MoneyLine, PendingValuation, Project
from projects.services import (
    CashFlowReport,
    archive_line,
    create_line,
    freeze_plan,
    set_cash_flows,
    update_line,
)


def month(number: int, year: int = 2025) -> datetime.date:
    return datetime.date(year, number, 1)


def test_a_line_takes_the_reporting_currency(cost: MoneyLine) -> None:
    assert cost.currency == "EUR"
    assert cost.fx_rate == 1


def test_cost_and_benefit_may_share_a_name_but_two_costs_may_not(
    project: Project, cost: MoneyLine, bob: User
) -> None:
    create_line(actor=bob, project=project, values={"kind": "benefit", "name": "Licences"})
    with pytest.raises(InvalidInputError, match="line of this kind and name") as refused:
        create_line(actor=bob, project=project, values={"kind": "cost", "name": "Licences"})
    assert list(refused.value.details["fields"]) == ["name"]


def test_a_foreign_currency_says_of_which_day_its_rate_is(project: Project, bob: User) -> None:
    values = {"kind": "cost", "name": "Hosting", "currency": "USD", "fx_rate": Decimal("0.92")}
    with pytest.raises(InvalidInputError, match="of which day"):
        create_line(actor=bob, project=project, values=values)
    create_line(actor=bob, project=project, values={**values, "fx_rate_on": month(1)})


def test_the_reporting_currency_has_the_rate_one(project: Project, bob: User) -> None:
    with pytest.raises(InvalidInputError, match="rate 1"):
        create_line(actor=bob, project=project, values={"kind": "cost", "name": "X", "fx_rate": Decimal(2)})


def test_amounts_are_set_changed_and_removed_in_one_step(cost: MoneyLine, bob: User) -> None:
    first = {month(1): Decimal(10), month(2): Decimal("20.005"), month(3): None}
    assert set_cash_flows(actor=bob, line=cost, series="plan", amounts=first) == CashFlowReport(2, 0, 0, 1)
    second = {month(1): None, month(2): Decimal(25), month(4): Decimal(40)}
    assert set_cash_flows(actor=bob, line=cost, series="plan", amounts=second) == CashFlowReport(1, 1, 1, 0)
    assert list(CashFlow.objects.values_list("month", "amount")) == [
        (month(2), Decimal(25)),
        (month(4), Decimal(40)),
    ]


def test_one_audit_row_names_only_the_months_that_changed(planned: MoneyLine, bob: User) -> None:
    amounts = {month(1): Decimal(1000), month(2): Decimal("1200.50"), month(3): Decimal(5)}
    set_cash_flows(actor=bob, line=planned, series="plan", amounts=amounts)
    event = AuditEvent.objects.about("moneyline", planned.pk).first()
    assert event is not None
    assert event.action == "line.plan_changed"
    assert event.before == {"2025-02": "1000.00", "2025-03": None}
    assert event.after == {"2025-02": "1200.50", "2025-03": "5.00"}


def test_saving_the_same_amounts_changes_nothing(planned: MoneyLine, bob: User) -> None:
    PendingValuation.objects.all().delete()
    before = AuditEvent.objects.count()
    report = set_cash_flows(actor=bob, line=planned, series="plan", amounts={month(1): Decimal("1000.00")})
    assert report == CashFlowReport(0, 0, 0, 1)
    assert AuditEvent.objects.count() == before
    assert not PendingValuation.objects.exists()


def test_ten_years_cost_as_many_queries_as_one_month(
    cost: MoneyLine, bob: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    decade = {month(n, year): Decimal(n) for year in range(2025, 2035) for n in range(1, 13)}
    with django_assert_num_queries(8):
        set_cash_flows(actor=bob, line=cost, series="forecast", amounts=decade)
    assert CashFlow.objects.count() == 120


def test_the_frozen_plan_is_not_changed_but_its_forecast_is(
    planned: MoneyLine, project: Project, bob: User
) -> None:
    freeze_plan(actor=bob, project=project, reason="Board")
    with pytest.raises(ConflictError, match="stays the yardstick"):
        set_cash_flows(actor=bob, line=planned, series="plan", amounts={month(1): Decimal(1)})
    set_cash_flows(actor=bob, line=planned, series="forecast", amounts={month(1): Decimal(1)})
    assert CashFlow.objects.get(series="plan", month=month(1)).amount == 1000


def test_what_turns_amounts_into_the_frozen_plan_stays(
    planned: MoneyLine, project: Project, bob: User
) -> None:
    freeze_plan(actor=bob, project=project, reason="Board")
    with pytest.raises(InvalidInputError, match="part of the frozen plan") as refused:
        update_line(actor=bob, line=planned, values={"risk_adjustment": 0.5})
    assert list(refused.value.details["fields"]) == ["risk_adjustment"]
    planned.refresh_from_db()
    update_line(actor=bob, line=planned, values={"note": "Offer of May"})
    with pytest.raises(ConflictError, match="part of the frozen plan"):
        archive_line(actor=bob, line=planned)


def test_an_archived_line_takes_no_amounts(cost: MoneyLine, bob: User) -> None:
    archive_line(actor=bob, line=cost)
    with pytest.raises(ConflictError, match="archived"):
        set_cash_flows(actor=bob, line=cost, series="plan", amounts={month(1): Decimal(1)})


@pytest.mark.parametrize(
    ("when", "amount", "message"),
    [
        (datetime.date(2025, 1, 2), Decimal(1), "first day"),
        (datetime.date(225, 1, 1), Decimal(1), "first day"),
        (month(1), Decimal(10) ** 14, "too large"),
        (month(1), Decimal("NaN"), "too large"),
        (month(1, 2149), Decimal(1), "has not begun"),
    ],
)
def test_an_impossible_amount_is_refused_by_its_month(
    cost: MoneyLine, bob: User, when: datetime.date, amount: Decimal, message: str
) -> None:
    with pytest.raises(InvalidInputError, match=message) as refused:
        set_cash_flows(actor=bob, line=cost, series="actual", amounts={when: amount})
    assert list(refused.value.details["months"]) == [when.isoformat()]
    assert not CashFlow.objects.exists()
