"""Stage gates: one step up, or back with a reason."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from organizations.errors import ConflictError
from organizations.models import User
from organizations.services import record_event
from projects.models import CashFlow, GateDecision, MoneyLine, Project
from projects.services.plan import freeze, is_frozen
from projects.services.project import lock_project, refuse_archived
from projects.services.validation import refuse
from projects.services.valuation import request_valuation

LADDER = [gate.value for gate in Project.Gate]


@transaction.atomic
def decide_gate(*, actor: User | None, project: Project, gate: str, reason: str = "") -> GateDecision:
    """Move a project one gate up or any number down.

    L3 needs planned costs and freezes the plan; L4 needs the day the project went live; down needs a reason.

    Raises:
        ConflictError: the project is at this gate already, or more than one step would be taken.
        InvalidInputError: what the gate needs is missing.
    """
    current = lock_project(project.pk)
    refuse_archived(current)
    former, steps = current.gate, LADDER.index(gate) - LADDER.index(current.gate)
    if steps == 0:
        raise ConflictError(_("The project is at this gate already."))
    if steps > 1:
        raise ConflictError(_("A project passes one gate at a time."))
    if steps < 0 and not reason.strip():
        refuse({"reason": [_("Say why the project goes back.")]})
    if steps > 0:
        _refuse_unready(current, gate)
    current.gate = gate
    current.save(update_fields=["gate"])
    project.gate = gate
    decision: GateDecision = GateDecision.objects.create(
        organization=current.organization,
        project=current,
        gate=gate,
        former=former,
        decided_by=actor,
        reason=reason.strip(),
    )
    record_event(
        actor=actor,
        action="gate.decided",
        target=current,
        before={"gate": former},
        after={"gate": gate},
        reason=reason.strip(),
    )
    if gate == Project.Gate.L3 and steps > 0 and not is_frozen(current):
        freeze(actor=actor, project=current, reason=reason.strip() or str(_("Stage gate L3")))
    request_valuation(current.organization, [current.pk])
    return decision


def missing_for(project: Project, gate: str) -> list[str]:
    """What the project still needs to reach the gate, in words; empty when it may pass."""
    missing = []
    if gate == Project.Gate.L3 and not _has_planned_costs(project):
        missing.append(_("L3 needs a plan: add a cost line and enter its planned amounts."))
    if gate == Project.Gate.L4 and project.go_live_actual is None:
        missing.append(_("L4 needs the day the project went live: enter it on the project."))
    return [str(message) for message in missing]


def _refuse_unready(project: Project, gate: str) -> None:
    if missing := missing_for(project, gate):
        refuse({"gate": missing})


def _has_planned_costs(project: Project) -> bool:
    return bool(
        CashFlow.objects.filter(
            line__project=project,
            line__kind=MoneyLine.Kind.COST,
            line__archived_at__isnull=True,
            series=CashFlow.Series.PLAN,
            amount__gt=0,
        ).exists()
    )
