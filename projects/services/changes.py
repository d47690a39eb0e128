"""Changes of a frozen plan: asked for, decided, and then the next version, which is signed again.

A request holds the planned amounts it would change: {"based_on": version, "lines": {line id: {"2026-01": "10.00" or
null}}}. While it waits nothing of the plan changes; the original plan stays in version 1.
"""

import datetime
import hashlib
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organizations.definitions import announce_definition_change
from organizations.errors import ConflictError, InvalidInputError
from organizations.models import LedgerEntry, User
from organizations.services import record_event
from projects.frozen_plan import plan_in_force
from projects.models import CashFlow, ChangeRequest, MoneyLine, PlanBaseline, Project
from projects.services.cash import CENT, check_amounts, write_amounts
from projects.services.plan import freeze
from projects.services.plan_mails import tell_decided, tell_requested
from projects.services.project import lock_project, refuse_archived
from projects.services.shares import sharing_projects
from projects.services.sign_offs import record_sign_off
from projects.services.validation import refuse
from projects.services.valuation import request_valuation

Month = datetime.date
Table = Mapping[int, Mapping[Month, Decimal | None]]
Status = ChangeRequest.Status


@transaction.atomic
def request_change(
    *,
    actor: User,
    project: Project,
    title: str,
    reason: str,
    table: Table,
    effect: Mapping[str, Any] | None = None,
) -> ChangeRequest:
    """Ask for other planned amounts; `effect` are the plan's figures before and after, as they are now.

    Raises:
        ConflictError: the plan is not frozen, or the project is archived.
        InvalidInputError: nothing would change, or title or reason are missing.
    """
    project = lock_project(project.pk)
    baseline = _plan_to_change(project)
    _refuse_unexplained(title, reason)
    newest = ChangeRequest.objects.filter(project=project).order_by("-number").first()
    change: ChangeRequest = ChangeRequest.objects.create(
        organization=project.organization,
        project=project,
        number=newest.number + 1 if newest else 1,
        title=title.strip(),
        reason=reason.strip(),
        content=_content(project, baseline, table),
        effect=dict(effect or {}),
        requested_by=actor,
    )
    after = {"title": change.title, "amounts": _count(change)}
    record_event(actor=actor, action="change.requested", target=change, after=after, reason=change.reason)
    tell_requested(project, change)
    return change


@transaction.atomic
def edit_change(
    *,
    actor: User,
    change: ChangeRequest,
    title: str,
    reason: str,
    table: Table,
    effect: Mapping[str, Any] | None = None,
) -> ChangeRequest:
    """Put other amounts into one's own request while it waits; `table` is the whole request.

    Raises:
        ConflictError: it is decided, or somebody else's.
        InvalidInputError: nothing would change any more.
    """
    project, change = _locked(change)
    if change.requested_by_id != actor.pk:
        raise ConflictError(_("Only who asked for a change edits it. Ask for one of your own."))
    baseline = _plan_to_change(project)
    _refuse_unexplained(title, reason)
    change.title, change.reason = title.strip(), reason.strip()
    change.content = _content(project, baseline, table)
    change.effect = dict(effect or {})
    change.save(update_fields=["title", "reason", "content", "effect"])
    record_event(actor=actor, action="change.edited", target=change, after={"amounts": _count(change)})
    return change


@transaction.atomic
def withdraw_change(*, actor: User, change: ChangeRequest) -> ChangeRequest:
    """Take one's own request back.

    Raises:
        ConflictError: it is decided, or somebody else's.
    """
    _project, change = _locked(change)
    if change.requested_by_id != actor.pk:
        raise ConflictError(_("Only who asked for a change withdraws it."))
    _close(change, Status.WITHDRAWN, actor, "")
    record_event(actor=actor, action="change.withdrawn", target=change)
    return change


@transaction.atomic
def decide_change(
    *, actor: User, change: ChangeRequest, approve: bool, reason: str = "", seen: str = ""
) -> ChangeRequest:
    """Approve a change, which makes it the next version of the plan, or refuse it with a reason.

    `seen` is `mark_of` the request that was on the person's screen; "" where nothing was shown.

    Raises:
        ConflictError: it is decided, has changed since it was shown, rests on a version that is no longer in
            force, or the actor asked for it.
        InvalidInputError: refused without a reason.
    """
    project, change = _locked(change)
    refuse_archived(project)
    if change.requested_by_id == actor.pk:
        raise ConflictError(_("Somebody else decides on a change than who asked for it."))
    if seen and seen != mark_of(change):
        raise ConflictError(_("The request has changed since you opened it. Read it again."))
    if not approve and not reason.strip():
        refuse({"reason": [_("Say why the change is refused.")]})
    if approve:
        change.baseline = _apply(actor, project, change)
    _close(change, Status.APPROVED if approve else Status.REFUSED, actor, reason)
    record_event(
        actor=actor,
        action="change.approved" if approve else "change.refused",
        target=change,
        after={"version": change.baseline.version} if change.baseline else {},
        reason=reason.strip(),
    )
    tell_decided(project, change)
    record_sign_off(
        actor=actor,
        project=project,
        kind=LedgerEntry.Kind.CHANGE,
        summary=gettext_lazy("Change of plan approved")
        if approve
        else gettext_lazy("Change of plan refused"),
        content={"number": change.number, "title": change.title, "reason": reason, "change": change.content},
        rows=[change, change.baseline] if change.baseline else [change],
    )
    return change


def mark_of(change: ChangeRequest) -> str:
    """Changes whenever the request does."""
    amounts = sorted(
        (line, month, str(amount))
        for line, months in change.content.get("lines", {}).items()
        for month, amount in months.items()
    )
    said = repr((change.title, change.reason, change.content.get("based_on"), amounts))
    return hashlib.blake2b(said.encode(), digest_size=8).hexdigest()


def amounts_of(change: ChangeRequest) -> dict[tuple[int, Month], Decimal | None]:
    """The amounts that a request asks for, by line and month."""
    return {
        (int(line), datetime.date.fromisoformat(f"{month}-01")): None if amount is None else Decimal(amount)
        for line, months in change.content.get("lines", {}).items()
        for month, amount in months.items()
    }


def _apply(actor: User, project: Project, change: ChangeRequest) -> PlanBaseline:
    current = plan_in_force(project)
    if current is None or current.version != change.content.get("based_on"):
        raise ConflictError(
            _(
                "The plan has another version than the one this change was made for. Who asked for it saves it again."
            )
        )
    lines = {line.pk: line for line in MoneyLine.objects.active().filter(project=project)}
    table: dict[int, dict[Month, Decimal | None]] = {}
    for (pk, month), amount in amounts_of(change).items():
        table.setdefault(pk, {})[month] = amount
    if set(table) - set(lines):
        raise ConflictError(_("A line of this change is archived. Refuse it, or have it asked for anew."))
    for pk, amounts in sorted(table.items()):
        write_amounts(
            actor=actor, line=lines[pk], series=CashFlow.Series.PLAN, amounts=amounts, project=project
        )
    words = _("Change %(number)d: %(title)s") % {"number": change.number, "title": change.title}
    baseline = freeze(actor=actor, project=project, reason=f"{words}. {change.reason}")
    request_valuation(project.organization, {project.pk, *sharing_projects(table)})
    announce_definition_change([project.pk])
    return baseline


def _content(project: Project, baseline: PlanBaseline, table: Table) -> dict[str, Any]:
    """Only what would really change."""
    lines = set(MoneyLine.objects.active().filter(project=project, pk__in=table).values_list("pk", flat=True))
    if set(table) - lines:
        raise ConflictError(_("A line is gone. Open the page again."))
    flows = CashFlow.objects.filter(line__in=lines, series=CashFlow.Series.PLAN)
    planned = {
        (line, month): amount for line, month, amount in flows.values_list("line_id", "month", "amount")
    }
    content: dict[str, dict[str, str | None]] = {}
    for pk, amounts in table.items():
        for month, amount in sorted(check_amounts(amounts, project, CashFlow.Series.PLAN).items()):
            if planned.get((pk, month)) != amount:
                content.setdefault(str(pk), {})[f"{month:%Y-%m}"] = None if amount is None else _text(amount)
    if not content:
        raise InvalidInputError(
            _("No planned amount would change. Type the amounts that should be other ones.")
        )
    return {"based_on": baseline.version, "lines": content}


def _text(amount: Decimal) -> str:
    return str(amount.quantize(CENT, ROUND_HALF_UP))


def _plan_to_change(project: Project) -> PlanBaseline:
    refuse_archived(project)
    baseline = plan_in_force(project)
    if baseline is None:
        raise ConflictError(_("The plan is not frozen: change its amounts directly."))
    return baseline


def _refuse_unexplained(title: str, reason: str) -> None:
    if not title.strip():
        refuse({"title": [_("Say in a few words what changes.")]})
    if not reason.strip():
        refuse({"reason": [_("Say why the plan should change.")]})


def _locked(change: ChangeRequest) -> tuple[Project, ChangeRequest]:
    """Project and request as they are now; only what waits can be touched."""
    project = lock_project(change.project_id)
    current: ChangeRequest = ChangeRequest.objects.get(pk=change.pk)
    current.project = project
    if current.status != Status.OPEN:
        raise ConflictError(
            _("This change is decided already: %(status)s.") % {"status": current.get_status_display()}
        )
    return project, current


def _close(change: ChangeRequest, status: str, actor: User, reason: str) -> None:
    change.status, change.decided_by, change.decided_at = status, actor, timezone.now()
    change.decision_reason = reason.strip()
    change.save(update_fields=["status", "decided_by", "decided_at", "decision_reason", "baseline"])


def _count(change: ChangeRequest) -> int:
    return sum(len(months) for months in change.content["lines"].values())
