"""Signatures under a frozen plan: the business owner answers for the benefits, finance for the money."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organizations.errors import ConflictError, ForbiddenError, InvalidInputError
from organizations.models import LedgerEntry, Membership, User
from organizations.permissions import Right, allows
from organizations.services import record_event
from organizations.services.tenants import move_generation
from projects.frozen_plan import Side, fingerprint, plan_in_force
from projects.models import PlanBaseline, PlanSignature, Project
from projects.services.plan_mails import tell_signed
from projects.services.project import lock_project, refuse_archived
from projects.services.sign_offs import record_sign_off


@transaction.atomic
def sign_plan(*, actor: User, baseline: PlanBaseline, side: str, content_hash: str) -> PlanSignature:
    """One side signs the plan it saw. Signing twice is signing once.

    The caller has confirmed that it is really the actor who sits there.

    Raises:
        ForbiddenError: the actor does not sign for this side.
        ConflictError: a newer plan is in force, another content was seen, or the side has signed.
    """
    project = lock_project(baseline.project_id)
    refuse_archived(project)
    refuse_stranger(actor, project, side)
    current = plan_in_force(project)
    if current is None or current.pk != baseline.pk or fingerprint(current) != content_hash:
        raise ConflictError(_("Your page shows another plan than the one in force. Read that one first."))
    former: PlanSignature | None = PlanSignature.objects.filter(baseline=current, side=side).first()
    if former is not None and former.signed_by_id == actor.pk:
        return former
    if former is not None:
        raise ConflictError(_("This side has signed already."))
    if PlanSignature.objects.filter(baseline=current, signed_by=actor).exists():
        raise ConflictError(_("You have signed for the other side. Two people sign a plan."))
    signature: PlanSignature = PlanSignature.objects.create(
        organization_id=project.organization_id,
        baseline=current,
        side=side,
        content_hash=content_hash,
        signed_by=actor,
        signed_name=str(actor),
    )
    after = {"version": current.version, "side": side, "content_hash": content_hash[:12]}
    record_event(actor=actor, action="plan.signed", target=project, after=after)
    # Pages mark what is not signed.
    move_generation(project.organization_id)
    if PlanSignature.objects.filter(baseline=current).count() == len(Side.values):
        tell_signed(project, current)
    record_sign_off(
        actor=actor,
        project=project,
        kind=LedgerEntry.Kind.PLAN,
        summary=gettext_lazy("Plan signed"),
        content={"version": current.version, "side": side, "content_hash": content_hash},
        rows=[signature, current],
    )
    return signature


def refuse_stranger(actor: User, project: Project, side: str) -> None:
    """Raise `ForbiddenError` unless the actor signs plans of this project for this side."""
    if side not in Side.values:
        raise InvalidInputError(_("A plan is signed for the business or for finance."))
    if side == Side.BUSINESS and project.business_owner_id != actor.pk:
        raise ForbiddenError(_("Only the business owner of the project signs for the business."))
    if side == Side.FINANCE and not _is_finance(actor):
        raise ForbiddenError(_("Only who confirms money signs for finance."))


def sides_of(actor: User, project: Project, member: Membership) -> list[Side]:
    """The sides that this person may sign for."""
    sides = [Side.BUSINESS] if project.business_owner_id == actor.pk else []
    return [*sides, *([Side.FINANCE] if allows(member, Right.CONFIRM) else [])]


def _is_finance(actor: User) -> bool:
    member = Membership.objects.filter(user=actor).first()
    return member is not None and allows(member, Right.CONFIRM)
