"""Charters: handed out, signed by both sides, sent back; and the watch over changes after that.

Locks are taken in one order: project, then the organization's row (by moving its generation), then the charter.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_scopes import get_scope

from kpis.charters.content import Content, draft_content, draft_contents, hash_of, is_same_definition
from kpis.charters.requirements import missing_for_charter
from kpis.models import Attribution, Charter, CharterSignature, Kpi
from kpis.services.charter_mails import tell_handed_out, tell_returned, tell_signed
from organizations.errors import ConflictError, ForbiddenError, InvalidInputError
from organizations.models import LedgerEntry, Organization, User
from organizations.services import record_event
from organizations.services.tenants import move_generation
from projects.models import Project
from projects.services.project import lock_project, refuse_archived
from projects.services.sign_offs import record_sign_off

Status, Side, Answer = Charter.Status, CharterSignature.Side, CharterSignature.Answer
#: versions that may still become, or are, what was agreed
_LIVE = (Status.OPEN, Status.SIGNED)


@transaction.atomic
def hand_out_charter(*, actor: User | None, project: Project, reason: str = "") -> Charter:
    """Freeze the definition as the next version and ask both owners to sign it.

    The same version handed out twice by one person (a double click) is one.

    Raises:
        InvalidInputError: something is missing (`details["missing"]`, sentences), or a later version has no reason.
        ConflictError: the definition is signed, or waits for signatures, as it is.
    """
    project = lock_project(project.pk)
    refuse_archived(project)
    move_generation(project.organization_id)
    content, newest = draft_content(project), _newest(project)
    if newest is not None and newest.status == Status.OPEN and _is_twin(newest, content, actor, reason):
        return newest
    _refuse_unchanged(project, content)
    if missing := missing_for_charter(content):
        raise InvalidInputError(
            _("The charter cannot be handed out yet: something is missing."), missing=missing
        )
    if newest is not None and not reason.strip():
        message = _("Say why there is a new version.")
        raise InvalidInputError(message, field="reason", fields={"reason": [message]})
    return _hand_out(actor, project, content, newest, reason.strip())


@transaction.atomic
def sign_charter(*, actor: User, charter: Charter, side: str, content_hash: str) -> CharterSignature:
    """One side signs what it saw; with the second signature the charter is in force and the former one replaced.

    The caller has confirmed that it is really the actor who sits there. Signing twice is signing once.

    Raises:
        ForbiddenError: the actor is not the project's owner of this side.
        ConflictError: another version or another definition than the one seen, or it is not open.
    """
    charter = _locked(charter)
    refuse_archived(charter.project)
    refuse_stranger(actor, charter.project, side)
    if content_hash != charter.content_hash:
        raise ConflictError(
            _("Your page shows another version than version %(version)d, which waits now. Read it first.")
            % {"version": charter.version}
        )
    former: CharterSignature | None = CharterSignature.objects.filter(charter=charter, side=side).first()
    if former is not None and former.answered_by_id == actor.pk and former.answer == Answer.SIGNED:
        return former
    _refuse_answered(charter, former)
    if not is_same_definition(charter.content, draft_content(charter.project)):
        raise ConflictError(
            _(
                "The definition has changed since version %(version)d was handed out. "
                "Ask the PMO for a new version."
            )
            % {"version": charter.version}
        )
    signature = _answer(actor, charter, side, Answer.SIGNED)
    _record(actor, action="charter.signed", charter=charter, side=side)
    if CharterSignature.objects.filter(charter=charter, answer=Answer.SIGNED).count() == len(Side.values):
        _put_in_force(charter)
    _sign_off(actor, charter, signature, gettext_lazy("Charter signed"))
    return signature


@transaction.atomic
def return_charter(*, actor: User, charter: Charter, side: str, reason: str) -> CharterSignature:
    """One side sends the charter back: the version is closed, a new one is needed.

    Raises:
        ForbiddenError: the actor is not the project's owner of this side.
        ConflictError: the version is not open, or this side has answered.
        InvalidInputError: no reason.
    """
    charter = _locked(charter)
    refuse_archived(charter.project)
    refuse_stranger(actor, charter.project, side)
    _refuse_answered(charter, CharterSignature.objects.filter(charter=charter, side=side).first())
    if not reason.strip():
        message = _("Say what should be different. It goes to who handed the charter out.")
        raise InvalidInputError(message, field="reason", fields={"reason": [message]})
    answer = _answer(actor, charter, side, Answer.RETURNED, reason.strip())
    charter.status = Status.RETURNED
    charter.save(update_fields=["status"])
    _record(actor, action="charter.returned", charter=charter, side=side, reason=reason.strip())
    tell_returned(charter, answer)
    _sign_off(actor, charter, answer, gettext_lazy("Charter sent back"))
    return answer


@transaction.atomic
def note_definition_change(project_ids: Iterable[int] | None = None) -> int:
    """Mark charters whose definition is no longer what it says, and unmark those that fit again.

    Every service that changes what a charter says ends with it, in its transaction; None means all projects. The
    number of marks that changed. Without charters it is one query; with some, a fixed number.
    """
    charters = Charter.objects.filter(status__in=_LIVE).select_related("project")
    if project_ids is not None:
        charters = charters.filter(project__in=set(project_ids))
    known = list(charters)
    drafts = draft_contents({charter.project_id for charter in known}) if known else {}
    changed = [
        charter
        for charter in known
        if (charter.outdated_at is None) != is_same_definition(charter.content, drafts[charter.project_id])
    ]
    if not changed:
        return 0
    move_generation(_organization().pk)
    now = timezone.now()
    for charter in changed:
        charter.outdated_at = now if charter.outdated_at is None else None
        if charter.outdated_at:
            _record(None, action="charter.outdated", charter=charter)
        else:
            _record(None, action="charter.fits_again", charter=charter)
    Charter.objects.bulk_update(changed, ["outdated_at"])
    return len(changed)


def projects_of(kpi: Kpi) -> set[int]:
    """Projects whose charters name the KPI: its own and those that share it."""
    return {kpi.project_id, *Attribution.objects.filter(kpi=kpi).values_list("project_id", flat=True)}


def _organization() -> Organization:
    organization: Organization = get_scope()["organization"]
    return organization


def _newest(project: Project) -> Charter | None:
    newest: Charter | None = Charter.objects.filter(project=project).order_by("-version").first()
    return newest


def _is_twin(charter: Charter, content: Content, actor: User | None, reason: str) -> bool:
    return (
        charter.created_by_id == (actor.pk if actor else None)
        and charter.reason == reason.strip()
        and is_same_definition(charter.content, content)
    )


def _refuse_unchanged(project: Project, content: Content) -> None:
    for charter in Charter.objects.filter(project=project, status__in=_LIVE):
        if not is_same_definition(charter.content, content):
            continue
        message = (
            _("Version %(version)d is signed and nothing has changed since.")
            if charter.status == Status.SIGNED
            else _("Version %(version)d says the same and waits for its signatures.")
        )
        raise ConflictError(message % {"version": charter.version})


def _hand_out(
    actor: User | None, project: Project, content: Content, newest: Charter | None, reason: str
) -> Charter:
    # A signed version stays in force until the new one is signed; one that waits makes way at once.
    waiting = Charter.objects.filter(project=project, status__in=[Status.OPEN, Status.RETURNED])
    waiting.update(status=Status.REPLACED)
    charter: Charter = Charter.objects.create(
        organization_id=project.organization_id,
        project=project,
        version=newest.version + 1 if newest else 1,
        content=content,
        content_hash=hash_of(content),
        reason=reason,
        created_by=actor,
    )
    _record(actor, action="charter.handed_out", charter=charter, reason=reason)
    tell_handed_out(charter)
    return charter


def _locked(charter: Charter) -> Charter:
    move_generation(_organization().pk)
    locked = Charter.objects.select_for_update(of=("self",)).select_related(
        "project__business_owner", "project__it_owner", "created_by", "organization"
    )
    found: Charter = locked.get(pk=charter.pk)
    return found


def owner_of(project: Project, side: str) -> User | None:
    """Who signs for a side.

    Raises:
        InvalidInputError: there is no such side.
    """
    if side not in Side.values:
        raise InvalidInputError(_("A charter is signed for the business or for IT."))
    return project.business_owner if side == Side.BUSINESS else project.it_owner


def refuse_stranger(actor: User, project: Project, side: str) -> None:
    """Raise `ForbiddenError` unless the actor is the project's owner of this side."""
    owner = owner_of(project, side)
    if owner is None or owner.pk != actor.pk:
        raise ForbiddenError(
            _("Only the business owner of the project signs for the business.")
            if side == Side.BUSINESS
            else _("Only the IT owner of the project signs for IT.")
        )


def _refuse_answered(charter: Charter, former: CharterSignature | None) -> None:
    if charter.status == Status.RETURNED:
        raise ConflictError(_("This version was sent back. Wait for the next one."))
    if charter.status == Status.REPLACED:
        raise ConflictError(_("A newer version has replaced this one. Open the charter again."))
    if former is not None or charter.status == Status.SIGNED:
        raise ConflictError(_("This side has answered already. A change needs a new version."))


def _answer(actor: User, charter: Charter, side: str, answer: str, reason: str = "") -> CharterSignature:
    signature: CharterSignature = CharterSignature.objects.create(
        organization_id=charter.organization_id,
        charter=charter,
        side=side,
        answer=answer,
        reason=reason,
        content_hash=charter.content_hash,
        answered_by=actor,
        answered_name=str(actor),
    )
    return signature


def _put_in_force(charter: Charter) -> None:
    Charter.objects.filter(project=charter.project, status=Status.SIGNED).update(status=Status.REPLACED)
    charter.status, charter.signed_at = Status.SIGNED, timezone.now()
    charter.save(update_fields=["status", "signed_at"])
    _record(None, action="charter.in_force", charter=charter)
    tell_signed(charter)


def _sign_off(actor: User, charter: Charter, answer: CharterSignature, summary: Any) -> None:
    record_sign_off(
        actor=actor,
        project=charter.project,
        kind=LedgerEntry.Kind.CHARTER,
        summary=summary,
        content={
            "version": charter.version,
            "side": answer.side,
            "answer": answer.answer,
            "reason": answer.reason,
            "content_hash": charter.content_hash,
        },
        rows=[answer, charter],
    )


def _record(actor: User | None, *, action: str, charter: Charter, reason: str = "", **after: Any) -> None:
    said = {"version": charter.version, **after, "content_hash": charter.content_hash[:12]}
    record_event(actor=actor, action=action, target=charter, after=said, reason=reason)
