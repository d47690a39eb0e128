"""Finance, owners and valuations on several connections in one moment."""

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from assessments.confirmations import SeenAmount
from assessments.models import ProjectResult
from assessments.services.confirming import confirm_amounts, correct_amount, refuse_amounts
from assessments.services.recompute import recompute_pending, recompute_projects
from assessments.worth import worth_of
from organizations.errors import ProductError
from organizations.ledger_checks import verify_ledger
from organizations.models import Organization, User
from organizations.tenancy import organization_scope
from projects.models import Confirmation, MoneyLine, Restatement
from tests.assessments.benefits import a_benefit, book, seen, states
from tests.assessments.roll_out import a_project

pytestmark = pytest.mark.django_db(transaction=True)


def together(*works: Callable[[], Any]) -> list[str]:
    """Run all at once, each on a connection of its own; what was refused."""
    barrier, refused = threading.Barrier(len(works)), []

    def run(work: Callable[[], Any]) -> None:
        try:
            barrier.wait(10)
            work()
        except ProductError as error:
            refused.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return refused


@pytest.fixture
def line(organization: Organization, bob: User) -> MoneyLine:
    with organization_scope(organization):
        line = a_benefit(a_project(organization, bob), bob)
        book(line, bob, *[1000] * 6)
    return line


@pytest.fixture
def amounts(line: MoneyLine, organization: Organization) -> list[SeenAmount]:
    with organization_scope(organization):
        return seen(organization)


def inside(organization: Organization, work: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> None:
        with organization_scope(organization):
            work()

    return run


def test_a_double_click_on_two_connections_confirms_once(
    organization: Organization, amounts: list[SeenAmount], fiona: User
) -> None:
    press = inside(
        organization, lambda: confirm_amounts(actor=fiona, organization=organization, amounts=amounts)
    )
    assert together(press, press, press) == []
    with organization_scope(organization):
        assert Confirmation.objects.count() == len(amounts)
        assert verify_ledger(organization).ok


def test_one_of_two_who_answer_in_the_same_moment_wins_for_every_amount(
    organization: Organization, amounts: list[SeenAmount], fiona: User, alice: User
) -> None:
    together(
        inside(
            organization, lambda: confirm_amounts(actor=fiona, organization=organization, amounts=amounts)
        ),
        inside(
            organization,
            lambda: refuse_amounts(
                actor=alice, organization=organization, amounts=amounts[::-1], reason="No invoice"
            ),
        ),
    )
    with organization_scope(organization):
        assert len(set(states(organization))) == 1
        assert Confirmation.objects.count() == len(amounts)


def test_a_correction_and_a_booking_never_leave_a_confirmed_amount_that_nobody_booked(
    organization: Organization, line: MoneyLine, amounts: list[SeenAmount], fiona: User, bob: User
) -> None:
    together(
        inside(
            organization,
            lambda: correct_amount(
                actor=fiona,
                organization=organization,
                seen=amounts[0],
                amount=Decimal(900),
                reason="By the ledger",
            ),
        ),
        inside(organization, lambda: book(line, bob, 950)),
    )
    with organization_scope(organization):
        answers = list(Confirmation.objects.values_list("amount", flat=True))
        restated = Restatement.objects.count()
        # Whoever came second was refused: the amount was another one, or it was confirmed and needed a reason.
        assert (answers, restated) in (([Decimal(900)], 1), ([], 0))


def test_confirming_while_figures_are_computed_neither_waits_for_ever_nor_is_lost(
    organization: Organization, line: MoneyLine, amounts: list[SeenAmount], fiona: User, bob: User
) -> None:
    def confirm(half: list[SeenAmount]) -> Callable[[], Any]:
        return inside(
            organization, lambda: confirm_amounts(actor=fiona, organization=organization, amounts=half)
        )

    together(
        confirm(amounts[:3]),
        confirm(amounts[3:]),
        lambda: recompute_projects(organization, [line.project_id]),
        inside(organization, lambda: book(line, bob, *[1000] * 7)),
    )
    recompute_pending(organization)
    with organization_scope(organization):
        assert worth_of(ProjectResult.objects.get()).realised == 6000


def test_another_organization_cannot_answer_or_see(
    organization: Organization, amounts: list[SeenAmount], other_organization: Organization, charlie: User
) -> None:
    with organization_scope(other_organization):
        assert seen(other_organization, state="all") == []
        report = confirm_amounts(actor=charlie, organization=other_organization, amounts=amounts)
        assert not report.done
    with organization_scope(organization):
        assert not Confirmation.objects.exists()
