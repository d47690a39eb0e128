"""Changes of a frozen plan: asked for, decided by somebody else, and then signed anew."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from organizations.errors import ConflictError, InvalidInputError
from organizations.models import LedgerEntry, OutboundMail, User
from projects.frozen_plan import plan_in_force, plan_state_of
from projects.models import CashFlow, ChangeRequest, MoneyLine, PlanBaseline, Project
from projects.services import archive_line, freeze_plan
from projects.services.changes import (
    decide_change,
    edit_change,
    mark_of,
    request_change,
    withdraw_change,
)

ADDRESS = "/o/acme/projects/ERP/plan/changes/"
Browser = Callable[[User], Client]


def month(number: int) -> datetime.date:
    return datetime.date(2025, number, 1)


@pytest.fixture
def frozen(planned: MoneyLine, project: Project, bob: User) -> PlanBaseline:
    return freeze_plan(actor=bob, project=project, reason="Board of March")


def ask(
    actor: User, line: MoneyLine, amounts: dict[int, int | None] | None = None, **more: Any
) -> ChangeRequest:
    wanted = {2: 1500, 3: 200} if amounts is None else amounts
    table = {line.pk: {month(n): None if a is None else Decimal(a) for n, a in wanted.items()}}
    words = {"title": "More seats", "reason": "Two more plants", **more}
    return request_change(actor=actor, project=line.project, table=table, **words)


def plan_of(line: MoneyLine) -> dict[int, Decimal]:
    return {flow.month.month: flow.amount for flow in CashFlow.objects.filter(line=line, series="plan")}


def test_while_it_waits_nothing_of_the_plan_changes(
    frozen: PlanBaseline, planned: MoneyLine, bob: User
) -> None:
    change = ask(bob, planned)
    assert change.number == 1
    assert change.content == {
        "based_on": 1,
        "lines": {str(planned.pk): {"2025-02": "1500.00", "2025-03": "200.00"}},
    }
    assert plan_of(planned) == {1: 1000, 2: 1000}
    assert PlanBaseline.objects.count() == 1


def test_approved_it_is_the_next_version_and_asks_for_both_signatures(
    frozen: PlanBaseline, planned: MoneyLine, project: Project, bob: User, erik: User
) -> None:
    change = decide_change(actor=erik, change=ask(bob, planned), approve=True)
    assert plan_of(planned) == {1: 1000, 2: 1500, 3: 200}
    newest = plan_in_force(project)
    assert newest is not None
    assert (newest.version, newest.pk) == (2, change.baseline_id)
    assert plan_state_of(project).waiting == {"business", "finance"}
    assert PlanBaseline.objects.get(version=1).content == frozen.content
    assert LedgerEntry.objects.filter(kind="change").count() == 1
    assert OutboundMail.objects.filter(kind="plan", subject__startswith="Approved").count() == 1


def test_an_amount_is_taken_away_by_asking_for_none(
    frozen: PlanBaseline, planned: MoneyLine, bob: User, erik: User
) -> None:
    decide_change(actor=erik, change=ask(bob, planned, {2: None}), approve=True)
    assert plan_of(planned) == {1: 1000}


def test_who_asked_does_not_decide(frozen: PlanBaseline, planned: MoneyLine, bob: User) -> None:
    with pytest.raises(ConflictError, match="Somebody else decides"):
        decide_change(actor=bob, change=ask(bob, planned), approve=True)


def test_a_refusal_needs_a_reason_and_changes_nothing(
    frozen: PlanBaseline, planned: MoneyLine, bob: User, erik: User
) -> None:
    change = ask(bob, planned)
    with pytest.raises(InvalidInputError, match="why the change is refused"):
        decide_change(actor=erik, change=change, approve=False)
    decide_change(actor=erik, change=change, approve=False, reason="No budget")
    assert plan_of(planned) == {1: 1000, 2: 1000}
    with pytest.raises(ConflictError, match="decided already"):
        decide_change(actor=erik, change=change, approve=True)


def test_a_request_made_for_another_version_is_not_approved_until_it_is_saved_again(
    frozen: PlanBaseline, planned: MoneyLine, bob: User, erik: User, fiona: User
) -> None:
    first, second = ask(bob, planned), ask(fiona, planned, {1: 900})
    decide_change(actor=erik, change=first, approve=True)
    with pytest.raises(ConflictError, match="another version"):
        decide_change(actor=erik, change=second, approve=True)
    table = {planned.pk: {month(1): Decimal(900)}}
    edit_change(actor=fiona, change=second, title="Cheaper", reason="Offer", table=table)
    decide_change(actor=erik, change=second, approve=True)
    assert plan_of(planned) == {1: 900, 2: 1500, 3: 200}


def test_what_was_edited_since_it_was_read_is_not_decided(
    frozen: PlanBaseline, planned: MoneyLine, bob: User, erik: User
) -> None:
    change = ask(bob, planned)
    seen = mark_of(change)
    table = {planned.pk: {month(2): Decimal(9)}}
    edit_change(actor=bob, change=change, title=change.title, reason=change.reason, table=table)
    with pytest.raises(ConflictError, match="has changed since"):
        decide_change(actor=erik, change=change, approve=True, seen=seen)


def test_only_its_author_edits_and_withdraws_it(
    frozen: PlanBaseline, planned: MoneyLine, bob: User, fiona: User
) -> None:
    change = ask(bob, planned)
    with pytest.raises(ConflictError, match="Only who asked"):
        withdraw_change(actor=fiona, change=change)
    assert withdraw_change(actor=bob, change=change).status == "withdrawn"


@pytest.mark.parametrize(
    ("amounts", "words", "message"),
    [
        ({2: 1000}, {}, "No planned amount would change"),
        ({2: 5}, {"title": " "}, "what changes"),
        ({2: 5}, {"reason": ""}, "why the plan"),
    ],
)
def test_a_request_that_says_nothing_is_refused(
    frozen: PlanBaseline, planned: MoneyLine, bob: User, amounts: Any, words: Any, message: str
) -> None:
    with pytest.raises(InvalidInputError, match=message):
        ask(bob, planned, amounts, **words)


def test_without_a_frozen_plan_amounts_are_changed_directly(planned: MoneyLine, bob: User) -> None:
    with pytest.raises(ConflictError, match="not frozen"):
        ask(bob, planned)


def test_a_line_of_a_request_that_is_archived_stops_it(
    frozen: PlanBaseline, cost: MoneyLine, project: Project, bob: User, erik: User
) -> None:
    from projects.services import create_line

    late = create_line(actor=bob, project=project, values={"kind": "cost", "name": "Training"})
    change = ask(bob, late, {4: 10})
    archive_line(actor=bob, line=late)
    with pytest.raises(ConflictError, match="archived"):
        decide_change(actor=erik, change=change, approve=True)


def test_the_grid_asks_and_the_page_shows_difference_and_effect(
    frozen: PlanBaseline, planned: MoneyLine, client_of: Browser, bob: User, erik: User
) -> None:
    browser = client_of(bob)
    address = f"{ADDRESS}new/?year=2025"
    cells = {f"c{planned.pk}-2025-02": "1500"}
    nothing = browser.post(address, cells)
    assert nothing.status_code == 422
    assert "Say what changes and why" in nothing.content.decode()
    answer = browser.post(address, {**cells, "title": "More seats", "reason": "Two more plants"})
    assert answer["Location"] == f"{ADDRESS}1/"
    page = browser.get(f"{ADDRESS}1/").content.decode()
    for text in ("More seats", "1,000", "1,500", "+500", "Original plan", "Net present value"):
        assert text in page
    assert "Record the decision" not in page
    decider = client_of(erik)
    shown = decider.get(f"{ADDRESS}1/")
    seen = shown.context["form"].initial["seen"]
    assert decider.post(f"{ADDRESS}1/", {"answer": "approve", "seen": seen}).status_code == 302
    assert plan_of(planned) == {1: 1000, 2: 1500}
    assert "version 2" in decider.get("/o/acme/projects/ERP/plan/").content.decode()
    assert "original plan" in decider.get("/o/acme/projects/ERP/plan/").content.decode()


def test_one_s_own_request_is_edited_year_by_year(
    frozen: PlanBaseline, planned: MoneyLine, client_of: Browser, bob: User
) -> None:
    ask(bob, planned)
    browser = client_of(bob)
    typed = {f"c{planned.pk}-2026-01": "70", "title": "More seats", "reason": "Three plants"}
    assert browser.post(f"{ADDRESS}1/edit/?year=2026", typed).status_code == 302
    change = ChangeRequest.objects.get()
    assert change.content["lines"][str(planned.pk)] == {
        "2025-02": "1500.00",
        "2025-03": "200.00",
        "2026-01": "70.00",
    }
    assert change.effect["after"]["costs"] == 2770
