"""The frozen plan: the yardstick that later changes do not move."""

from typing import Any

from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from organizations.errors import ConflictError
from organizations.models import User
from organizations.services import record_event
from projects.models import CashFlow, MoneyLine, PlanBaseline, Project
from projects.services.project import lock_project, refuse_archived
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
    return freeze(actor=actor, project=current, reason=reason.strip())


def freeze(*, actor: User | None, project: Project, reason: str) -> PlanBaseline:
    """Keep a copy of the plan; the caller holds the project's lock."""
    content = _content(project)
    if not content:
        refuse({"reason": [_("There is no planned amount to freeze. Enter the plan first.")]})
    baseline: PlanBaseline = PlanBaseline.objects.create(
        organization=project.organization, project=project, frozen_by=actor, reason=reason, content=content
    )
    record_event(
        actor=actor, action="plan.frozen", target=project, after={"lines": len(content)}, reason=reason
    )
    return baseline


def is_frozen(project: Project) -> bool:
    """Whether the project's plan is frozen."""
    return bool(PlanBaseline.objects.filter(project=project).exists())


def refuse_frozen(project: Project) -> None:
    """Raise `ConflictError` when the plan may no longer change."""
    baseline = PlanBaseline.objects.filter(project=project).first()
    if baseline is not None:
        raise ConflictError(
            _("The plan was frozen on %(day)s and stays the yardstick. Enter what changes as forecast.")
            % {"day": formats.date_format(timezone.localdate(baseline.frozen_at))}
        )


def _content(project: Project) -> list[dict[str, Any]]:
    lines: dict[int, dict[str, Any]] = {}
    flows = CashFlow.objects.filter(
        line__project=project, line__archived_at__isnull=True, series=CashFlow.Series.PLAN
    )
    for flow in flows.select_related("line").order_by("line_id", "month"):
        entry = lines.setdefault(flow.line_id, _entry(flow.line))
        entry["flows"][f"{flow.month:%Y-%m}"] = str(flow.amount)
    return list(lines.values())


def _entry(line: MoneyLine) -> dict[str, Any]:
    return {
        "line": line.pk,
        "name": line.name,
        "kind": line.kind,
        "currency": line.currency,
        "fx_rate": str(line.fx_rate),
        "risk_adjustment": line.risk_adjustment,
        "flows": {},
    }
