"""Finance's word on booked benefits."""

from decimal import Decimal

import pytest

from assessments.confirmations import waiting_amounts
from assessments.services.confirming import (
    confirm_amounts,
    correct_amount,
    refuse_amounts,
    reopen_amounts,
)
from organizations.errors import ConflictError, InvalidInputError
from organizations.ledger_hashes import hash_of, signed_part
from organizations.models import AuditEvent, LedgerEntry, Organization, OutboundMail, User
from projects.models import CashFlow, Confirmation, MoneyLine, Project, Restatement
from projects.services import archive_line, set_cash_flows
from tests.assessments.benefits import FEBRUARY, JANUARY, a_benefit, book, seen, states
from tests.assessments.roll_out import a_project


@pytest.fixture
def project(organization: Organization, scope: None, bob: User) -> Project:
    return a_project(organization, bob)


@pytest.fixture
def line(project: Project, bob: User, dora: User) -> MoneyLine:
    """A benefit that Dora owns and Bob booked: 1,000 in January, 2,000 in February."""
    line = a_benefit(project, bob, owner=dora)
    book(line, bob, 1000, 2000)
    return line


def test_what_is_booked_waits_and_is_confirmed_once(
    line: MoneyLine, organization: Organization, fiona: User
) -> None:
    assert (states(organization), waiting_amounts(organization)) == (["waiting", "waiting"], 2)
    amounts = seen(organization)
    for _press in range(2):
        report = confirm_amounts(actor=fiona, organization=organization, amounts=amounts)
        assert (len(report.done), report.refused) == (2, {})
    assert (states(organization), waiting_amounts(organization)) == (["confirmed", "confirmed"], 0)
    assert Confirmation.objects.count() == 2
    assert AuditEvent.objects.filter(action="benefit.confirmed").count() == 1
    entry = LedgerEntry.objects.get(kind="confirmation")
    assert (entry.hash, len(entry.seals)) == (hash_of(signed_part(entry)), 2)


def test_an_amount_that_changed_since_it_was_seen_is_left(
    line: MoneyLine, organization: Organization, fiona: User, bob: User
) -> None:
    amounts = seen(organization)
    book(line, bob, 1500)
    report = confirm_amounts(actor=fiona, organization=organization, amounts=amounts)
    assert report.done == {(line.pk, FEBRUARY)}
    assert "Meanwhile somebody changed it to 1,500" in report.refused[line.pk, JANUARY]


def test_two_people_of_finance_do_not_answer_over_each_other(
    line: MoneyLine, organization: Organization, fiona: User, alice: User
) -> None:
    amounts = seen(organization)
    refuse_amounts(actor=fiona, organization=organization, amounts=amounts, reason="Which stock?")
    report = confirm_amounts(actor=alice, organization=organization, amounts=amounts)
    assert not report.done
    assert "Fiona has answered: refused" in report.refused[line.pk, JANUARY]
    confirm_amounts(actor=alice, organization=organization, amounts=seen(organization, state="refused"))
    assert states(organization) == ["confirmed", "confirmed"]


def test_who_booked_an_amount_does_not_confirm_it(
    line: MoneyLine, organization: Organization, fiona: User
) -> None:
    book(line, fiona, 1200)
    report = confirm_amounts(actor=fiona, organization=organization, amounts=seen(organization))
    assert report.done == {(line.pk, FEBRUARY)}
    assert "You booked this amount" in report.refused[line.pk, JANUARY]


def test_who_owns_a_benefit_does_not_confirm_it(
    project: Project, organization: Organization, fiona: User, bob: User
) -> None:
    line = a_benefit(project, bob, owner=fiona)
    book(line, bob, 1000)
    report = confirm_amounts(actor=fiona, organization=organization, amounts=seen(organization))
    assert "You own this benefit" in report.refused[line.pk, JANUARY]
    with pytest.raises(ConflictError, match="You own this benefit"):
        correct(organization, fiona, "900")


def test_a_confirmation_holds_while_the_amount_is_the_confirmed_one(
    line: MoneyLine, organization: Organization, fiona: User, bob: User
) -> None:
    confirm_amounts(actor=fiona, organization=organization, amounts=seen(organization))
    with pytest.raises(InvalidInputError, match="Give a reason") as refused:
        book(line, bob, 1100)
    assert list(refused.value.details["months"]) == ["2026-01-01"]
    book(line, bob, 1100, reason="Late credit note")
    assert states(organization) == ["changed", "confirmed"]
    row = Restatement.objects.get()
    assert (row.month, row.old, row.new, row.reason) == (JANUARY, 1000, 1100, "Late credit note")
    book(line, bob, 1000, reason="It was none")
    assert states(organization) == ["confirmed", "confirmed"]


def test_taking_a_confirmed_amount_away_is_a_restatement_too(
    line: MoneyLine, organization: Organization, fiona: User, bob: User
) -> None:
    confirm_amounts(actor=fiona, organization=organization, amounts=seen(organization))
    set_cash_flows(actor=bob, line=line, series="actual", amounts={JANUARY: None}, reason="Booked elsewhere")
    assert Restatement.objects.get().new is None
    assert states(organization) == ["confirmed"]


def test_a_refusal_needs_a_reason_and_tells_the_owner_once(
    line: MoneyLine, organization: Organization, fiona: User, dora: User
) -> None:
    with pytest.raises(InvalidInputError, match="Say why"):
        refuse_amounts(actor=fiona, organization=organization, amounts=seen(organization), reason=" ")
    refuse_amounts(actor=fiona, organization=organization, amounts=seen(organization), reason="No invoice")
    mail = OutboundMail.objects.get(kind="unconfirmed")
    assert mail.address == dora.email
    assert "No invoice" in mail.text
    assert mail.text.count("Less stock") == 2
    assert (states(organization), waiting_amounts(organization)) == (["refused", "refused"], 0)


def test_a_refused_amount_that_is_put_right_waits_again(
    line: MoneyLine, organization: Organization, fiona: User, bob: User
) -> None:
    refuse_amounts(actor=fiona, organization=organization, amounts=seen(organization), reason="No invoice")
    book(line, bob, 900)
    assert states(organization) == ["changed", "refused"]


def test_what_is_confirmed_is_reopened_with_a_reason_before_it_is_refused(
    line: MoneyLine, organization: Organization, fiona: User
) -> None:
    confirm_amounts(actor=fiona, organization=organization, amounts=seen(organization))
    amounts = seen(organization, state="confirmed")
    report = refuse_amounts(actor=fiona, organization=organization, amounts=amounts, reason="Doubt")
    assert report.refused[line.pk, JANUARY] == "It is confirmed. Reopen it first."
    reopen_amounts(actor=fiona, organization=organization, amounts=amounts, reason="Doubt")
    assert states(organization) == ["reopened", "reopened"]
    report = reopen_amounts(
        actor=fiona, organization=organization, amounts=seen(organization), reason="Again"
    )
    assert not report.done


def correct(
    organization: Organization, actor: User, amount: str, reason: str = "By the ledger"
) -> Confirmation:
    return correct_amount(
        actor=actor,
        organization=organization,
        seen=seen(organization)[0],
        amount=Decimal(amount),
        reason=reason,
    )


def test_a_correction_books_restates_and_confirms_in_one_step(
    line: MoneyLine, organization: Organization, fiona: User
) -> None:
    answer = correct(organization, fiona, "950.005")
    assert (answer.answer, answer.amount) == ("confirmed", Decimal("950.01"))
    assert CashFlow.objects.get(series="actual", month=JANUARY).amount == Decimal("950.01")
    row = Restatement.objects.get()
    assert (row.old, row.new, row.restated_by) == (Decimal(1000), Decimal("950.01"), fiona)
    assert states(organization) == ["confirmed", "waiting"]


def test_a_correction_needs_a_reason_and_the_amount_that_was_seen(
    line: MoneyLine, organization: Organization, fiona: User, bob: User
) -> None:
    with pytest.raises(InvalidInputError, match="Say why"):
        correct(organization, fiona, "900", reason="")
    before = seen(organization)[0]
    book(line, bob, 1001)
    with pytest.raises(ConflictError, match="Meanwhile"):
        correct_amount(
            actor=fiona, organization=organization, seen=before, amount=Decimal(900), reason="By the ledger"
        )
    assert not Restatement.objects.exists()


def test_an_archived_line_takes_no_answer(
    line: MoneyLine, organization: Organization, fiona: User, bob: User
) -> None:
    amounts = seen(organization)
    archive_line(actor=bob, line=line)
    assert waiting_amounts(organization) == 0
    report = confirm_amounts(actor=fiona, organization=organization, amounts=amounts)
    assert set(report.refused.values()) == {"The line is archived."}


def test_costs_wait_for_nobody(project: Project, organization: Organization, bob: User) -> None:
    line = a_benefit(project, bob, name="Licences", kind="cost")
    book(line, bob, 1000)
    assert seen(organization) == []
