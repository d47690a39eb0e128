"""The frozen plan: the yardstick that later changes do not move."""

from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from organizations.errors import ConflictError
from organizations.models import LedgerEntry, User
from organizations.services import record_event
from organizations.services.tenants import move_generation
from projects.frozen_plan import hash_of_plan, plan_content, plan_in_force
from projects.models import PlanBaseline, Project
from projects.services.plan_mails import tell_frozen
from projects.services.project import lock_project, refuse_archived
from projects.services.rates import freeze_rates
from projects.services.sign_offs import record_sign_off
from projects.services.validation import refuse


@transaction.atomic
def freeze_plan(*, actor: User | None, project: Project, reason: str) -> PlanBaseline:
    """Freeze the plan before its gate does.

    Raises:
        ConflictError: the plan is frozen already.
        InvalidInputError: there is nothing to freeze, or no reason.
    """
    current = lock_project(project.pk)
    refuse_archived(current)
    if is_frozen(current):
        raise ConflictError(_("The plan is frozen already. What changes now belongs into the forecast."))
    if not reason.strip():
        refuse({"reason": [_("Say why the plan is frozen now.")]})
    baseline = freeze(actor=actor, project=current, reason=reason.strip())
    sign_off_frozen(actor=actor, project=current, baseline=baseline)
    return baseline


def freeze(*, actor: User | None, project: Project, reason: str) -> PlanBaseline:
    """Keep a copy of the plan as its next version and ask for the signatures.

    The caller holds the project's lock and writes the ledger (`sign_off_frozen`) as the last it does.
    """
    former = plan_in_force(project)
    freeze_rates(actor, project, settled={line["line"] for line in former.content} if former else set())
    content = plan_content(project)
    if not content:
        refuse({"reason": [_("There is no planned amount to freeze. Enter the plan first.")]})
    baseline: PlanBaseline = PlanBaseline.objects.create(
        organization=project.organization,
        project=project,
        frozen_by=actor,
        reason=reason,
        version=former.version + 1 if former else 1,
        content=content,
        content_hash=hash_of_plan(content),
    )
    after = {"version": baseline.version, "lines": len(content), "content_hash": baseline.content_hash[:12]}
    record_event(actor=actor, action="plan.frozen", target=project, after=after, reason=reason)
    # Pages mark a plan that is not signed.
    move_generation(project.organization_id)
    tell_frozen(project, baseline)
    return baseline


def sign_off_frozen(*, actor: User | None, project: Project, baseline: PlanBaseline) -> None:
    """Write the frozen plan into the ledger; from now on none of its amounts can change unseen."""
    record_sign_off(
        actor=actor,
        project=project,
        kind=LedgerEntry.Kind.PLAN,
        summary=_("Plan frozen"),
        content={
            "version": baseline.version,
            "reason": baseline.reason,
            "content_hash": baseline.content_hash,
            "lines": len(baseline.content),
        },
        rows=[baseline],
    )


def is_frozen(project: Project) -> bool:
    """Whether the project's plan is frozen."""
    return bool(PlanBaseline.objects.filter(project=project).exists())


def refuse_frozen(project: Project) -> None:
    """Raise `ConflictError` when the plan may no longer change."""
    baseline = plan_in_force(project)
    if baseline is not None:
        raise ConflictError(
            _(
                "The plan was frozen on %(day)s and stays the yardstick. Enter what changes as forecast, "
                "or request a change of the plan."
            )
            % {"day": formats.date_format(timezone.localdate(baseline.frozen_at))}
        )
