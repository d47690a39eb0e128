"""Finance's word on booked benefits: confirmed, refused or reopened, and amounts put right in one step.

Locks are taken as everywhere where money is written: projects in the order of their ids, then the lock of inputs.
"""

import datetime
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.confirmations import OPEN, Booked, LineMonth, SeenAmount, State, read_booked
from assessments.services.confirming_mails import tell_owners
from assessments.services.record import TRANSACTION_LOCK
from organizations.errors import ConflictError, InvalidInputError
from organizations.models import LedgerEntry, Organization, User
from organizations.services import record_event
from projects.models import CashFlow, Confirmation, MoneyLine, Project, Restatement
from projects.numbers import write_amount
from projects.services import request_valuation, set_cash_flows
from projects.services.project import lock_project
from projects.services.sign_offs import record_sign_off

Answer = Confirmation.Answer
#: amounts named one by one in an audit row
NAMED = 40


@dataclass(frozen=True, slots=True)
class ConfirmReport:
    """What became of the amounts: answered, or left with the reason in the language in force."""

    done: set[LineMonth] = field(default_factory=set)
    refused: dict[LineMonth, str] = field(default_factory=dict)


@transaction.atomic
def confirm_amounts(
    *, actor: User, organization: Organization, amounts: Sequence[SeenAmount]
) -> ConfirmReport:
    """Confirm booked benefits that stand as `actor` saw them; the caller has checked the right to confirm.

    What changed since, was booked by the actor, or belongs to a line that the actor owns, is left and said in the
    report. The same press twice confirms once.
    """
    return _answer(actor, organization, amounts, Answer.CONFIRMED, why_not_confirm)


@transaction.atomic
def refuse_amounts(
    *, actor: User, organization: Organization, amounts: Sequence[SeenAmount], reason: str
) -> ConfirmReport:
    """Refuse booked benefits with a reason; the owner of each line gets one mail.

    Raises:
        InvalidInputError: no reason.
    """
    _refuse_silence(reason, _("Say why finance does not confirm, so that it can be put right."))
    return _answer(actor, organization, amounts, Answer.REFUSED, _why_not_refuse, reason.strip())


@transaction.atomic
def reopen_amounts(
    *, actor: User | None, organization: Organization, amounts: Sequence[SeenAmount], reason: str
) -> ConfirmReport:
    """Take back the confirmation of benefits; `actor` None is the product's own watch.

    Raises:
        InvalidInputError: no reason.
    """
    _refuse_silence(reason, _("Say why the confirmation no longer holds."))
    return _answer(actor, organization, amounts, Answer.REOPENED, _why_not_reopen, reason.strip())


@transaction.atomic
def correct_amount(
    *, actor: User, organization: Organization, seen: SeenAmount, amount: Decimal, reason: str
) -> Confirmation:
    """Book another amount and confirm it, in one step; the former one stays visible as restated where it was confirmed.

    Raises:
        ConflictError: it changed since, the line or project is archived, or the actor booked it or owns the line.
        InvalidInputError: no reason, or an amount that cannot be kept.
    """
    _refuse_silence(reason, _("Say why the amount is corrected."))
    booked = _locked(organization, [seen]).get(seen.cell)
    problem = _changed(seen, booked) or why_not_confirm(booked, actor, correcting=True)
    if booked is None or problem:
        raise ConflictError(problem)
    line = MoneyLine.objects.select_related("project__organization", "organization").get(pk=booked.line_id)
    set_cash_flows(
        actor=actor,
        line=line,
        series=CashFlow.Series.ACTUAL,
        amounts={seen.month: amount},
        reason=reason.strip(),
    )
    _restate(actor, line, booked, reason.strip())
    now = read_booked(organization, [seen.cell])[seen.cell]
    return _write(actor, organization, [now], Answer.CONFIRMED, reason.strip(), former=booked.amount)[0]


def why_not_confirm(booked: Booked | None, actor: User | None, *, correcting: bool = False) -> str:
    """Why this person cannot confirm the amount, "" when they can. Pages say it before it is tried."""
    if booked is None:
        return _("This amount is booked no more.")
    if booked.is_archived:
        return _("The line is archived.")
    if booked.state == State.CONFIRMED and not correcting:
        return _("It is confirmed already.")
    if actor is not None and booked.owner_id == actor.pk:
        return _("You own this benefit; somebody else has to confirm it.")
    if actor is not None and booked.booked_by == actor.pk:
        return _("You booked this amount; somebody else has to confirm it.")
    return ""


def _why_not_refuse(booked: Booked, actor: User | None) -> str:
    if booked.is_archived:
        return _("The line is archived.")
    if booked.state == State.CONFIRMED:
        return _("It is confirmed. Reopen it first.")
    return "" if booked.state in OPEN else _("It is refused already.")


def _why_not_reopen(booked: Booked, actor: User | None) -> str:
    return "" if booked.state == State.CONFIRMED else _("Only what is confirmed can be reopened.")


def _restate(actor: User, line: MoneyLine, booked: Booked, reason: str) -> None:
    """Keep the former amount also where it had not been confirmed: finance has seen and changed it."""
    now = CashFlow.objects.get(line=line, series=CashFlow.Series.ACTUAL, month=booked.month).amount
    newest = Restatement.objects.filter(line=line, month=booked.month).order_by("-pk").first()
    if now == booked.amount or (newest and (newest.old, newest.new) == (booked.amount, now)):
        return
    Restatement.objects.create(
        organization_id=line.organization_id,
        line=line,
        series=CashFlow.Series.ACTUAL,
        month=booked.month,
        old=booked.amount,
        new=now,
        reason=reason,
        restated_by=actor,
    )


def _refuse_silence(reason: str, message: str) -> None:
    if not reason.strip():
        raise InvalidInputError(message, field="reason", fields={"reason": [message]})


def _answer(
    actor: User | None,
    organization: Organization,
    amounts: Sequence[SeenAmount],
    answer: Answer,
    why_not: Callable[[Booked, User | None], str],
    reason: str = "",
) -> ConfirmReport:
    report = ConfirmReport()
    chosen = []
    wanted = {seen.cell: seen for seen in amounts}
    standing = _locked(organization, list(wanted.values()))
    for cell, seen in wanted.items():
        booked = standing.get(cell)
        if booked is not None and _is_answered(booked, seen, actor, answer):
            report.done.add(cell)
            continue
        problem = _changed(seen, booked) or (why_not(booked, actor) if booked else "")
        if problem or booked is None:
            report.refused[cell] = problem
        else:
            chosen.append(booked)
            report.done.add(cell)
    if chosen:
        _write(actor, organization, chosen, answer, reason)
    return report


def _is_answered(booked: Booked, seen: SeenAmount, actor: User | None, answer: Answer) -> bool:
    """The same person pressed the same button of the same page before: a double click."""
    if booked.answer_id == seen.answer_id or booked.amount != seen.amount or booked.state != answer:
        return False
    newest: Confirmation = Confirmation.objects.get(pk=booked.answer_id)
    return newest.answered_by_id == (actor.pk if actor else None)


def _changed(seen: SeenAmount, booked: Booked | None) -> str:
    if booked is None:
        return _("This amount is booked no more.")
    if booked.amount != seen.amount:
        return _("Meanwhile somebody changed it to %(amount)s. Look at it again.") % {
            "amount": write_amount(booked.amount)
        }
    if booked.answer_id != seen.answer_id:
        names = {"name": booked.answer_name or _("The product"), "state": State(booked.state).label}
        return _("Meanwhile %(name)s has answered: %(state)s. Look at it again.") % names
    return ""


def _locked(organization: Organization, amounts: Sequence[SeenAmount]) -> dict[LineMonth, Booked]:
    """The amounts as they stand, nobody else writing money of their projects until the transaction ends."""
    lines = MoneyLine.objects.filter(pk__in={seen.line_id for seen in amounts})
    for project_id in sorted(set(lines.order_by().values_list("project_id", flat=True))):
        lock_project(project_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [TRANSACTION_LOCK, organization.pk])
    return read_booked(organization, [seen.cell for seen in amounts])


def _write(
    actor: User | None,
    organization: Organization,
    rows: Sequence[Booked],
    answer: Answer,
    reason: str,
    *,
    former: Decimal | None = None,
) -> list[Confirmation]:
    moment = _read_clock()
    written: list[Confirmation] = Confirmation.objects.bulk_create(
        [
            Confirmation(
                organization=organization,
                line_id=row.line_id,
                month=row.month,
                answer=answer,
                amount=row.amount,
                reason=reason,
                answered_by=actor,
                answered_name=str(actor) if actor else "",
                answered_at=moment,
            )
            for row in rows
        ]
    )
    by_project: dict[int, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        by_project[row.project_id].append(place)
    projects = Project.objects.select_related("organization").in_bulk(by_project)
    request_valuation(organization, by_project, money=False)
    for project_id, places in sorted(by_project.items()):
        after = {"count": len(places), "amounts": named([rows[place] for place in places])}
        word = "corrected" if former is not None else answer.value
        record_event(
            actor=actor,
            action=f"benefit.{word}",
            target=projects[project_id],
            before={} if former is None else {"amount": former},
            after=after,
            reason=reason,
        )
    if answer != Answer.CONFIRMED:
        tell_owners(organization, rows, written, actor=actor, reason=reason)
    for project_id, places in sorted(by_project.items()):
        _sign_off(actor, projects[project_id], [(rows[place], written[place]) for place in places], answer)
    return written


def _sign_off(
    actor: User | None, project: Project, pairs: Sequence[tuple[Booked, Confirmation]], answer: Answer
) -> None:
    summary = {
        Answer.CONFIRMED: gettext_lazy("Benefits confirmed by finance"),
        Answer.REFUSED: gettext_lazy("Benefits refused by finance"),
        Answer.REOPENED: gettext_lazy("Confirmation of benefits reopened"),
    }
    record_sign_off(
        actor=actor,
        project=project,
        kind=LedgerEntry.Kind.CONFIRMATION,
        summary=summary[answer],
        content={
            "answer": answer.value,
            "reason": pairs[0][1].reason,
            "amounts": [
                {
                    "line": row.line_name,
                    "month": row.month,
                    "amount": row.amount,
                    "currency": row.currency,
                }
                for row, _written in pairs
            ],
        },
        rows=[written for _row, written in pairs],
    )


def named(rows: Sequence[Booked]) -> list[str]:
    """ "Less stock 2026-03: 1000.00 EUR", at most `NAMED` of them: an audit row has no language."""
    texts = [f"{row.line_name} {row.month:%Y-%m}: {row.amount} {row.currency}" for row in rows[:NAMED]]
    more = len(rows) - NAMED
    return [*texts, f"+{more}"] if more > 0 else texts


def _read_clock() -> datetime.datetime:
    """The moment by the database's clock, read once the lock of inputs is held."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime.datetime = cursor.fetchone()[0]
    return moment
