"""Stage gates: one step up, refused with a reason, or back with a reason."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from organizations.errors import ConflictError, ForbiddenError
from organizations.models import LedgerEntry, Membership, Organization, User
from organizations.services import record_event
from organizations.services.tenants import move_generation
from projects.gate_conditions import Checked, all_conditions, check_conditions
from projects.gate_rules import DECIDERS, rule_of
from projects.models import GateDecision, GateRule, Project
from projects.services.plan import freeze, is_frozen, sign_off_frozen
from projects.services.project import lock_project, refuse_archived
from projects.services.sign_offs import record_sign_off
from projects.services.validation import refuse
from projects.services.valuation import request_valuation

LADDER = [gate.value for gate in Project.Gate]


@transaction.atomic
def decide_gate(
    *,
    actor: User | None,
    project: Project,
    gate: str,
    reason: str = "",
    seen: str | None = None,
    waive: bool = False,
) -> GateDecision:
    """Move a project one gate up or any number down; L3 freezes the plan.

    Up needs every condition of the gate, or `waive` with a reason: the decision keeps the conditions as they stood.
    Down needs a reason. `seen` is the gate that the project stood at on the actor's page.

    Raises:
        ConflictError: it stands at this gate already, or no longer at `seen`, or more than one step would be taken.
        ForbiddenError: the actor's role does not decide this gate.
        InvalidInputError: a condition is not met, or the reason is missing.
    """
    current = _locked(project, seen)
    former, steps = current.gate, LADDER.index(gate) - LADDER.index(current.gate)
    if steps == 0:
        raise ConflictError(_("The project is at this gate already."))
    if steps > 1:
        raise ConflictError(_("A project passes one gate at a time."))
    # Who decided that a project passed decides that it goes back.
    _refuse_stranger(actor, gate if steps > 0 else former)
    if steps < 0 and not reason.strip():
        refuse({"reason": [_("Say why the project goes back.")]})
    conditions = _judged(current, gate, waive, reason) if steps > 0 else []
    current.gate = gate
    current.save(update_fields=["gate"])
    project.gate = gate
    decision = _keep(actor, current, former, gate, reason, conditions)
    baseline = None
    if gate == Project.Gate.L3 and steps > 0 and not is_frozen(current):
        baseline = freeze(actor=actor, project=current, reason=reason.strip() or str(_("Stage gate L3")))
    request_valuation(current.organization, [current.pk])
    _sign_off(actor, current, decision)
    if baseline is not None:
        sign_off_frozen(actor=actor, project=current, baseline=baseline)
    return decision


@transaction.atomic
def refuse_gate(
    *, actor: User | None, project: Project, reason: str, seen: str | None = None
) -> GateDecision:
    """Say no to the next gate: the project stays where it is, and the decision is kept.

    Raises:
        ConflictError: there is no further gate, or the project no longer stands at `seen`.
        ForbiddenError: the actor's role does not decide the next gate.
        InvalidInputError: no reason.
    """
    current = _locked(project, seen)
    gate = next_gate(current.gate)
    if gate is None:
        raise ConflictError(_("The project has passed the last gate."))
    _refuse_stranger(actor, gate)
    if not reason.strip():
        refuse({"reason": [_("Say why the gate is refused.")]})
    conditions = check_conditions(current, rule_of(gate).conditions)
    decision = _keep(actor, current, current.gate, gate, reason, conditions, passed=False)
    _sign_off(actor, current, decision)
    return decision


def next_gate(gate: str) -> str | None:
    """The gate after this one, None after the last."""
    following = LADDER[LADDER.index(gate) + 1 :]
    return following[0] if following else None


def missing_for(project: Project, gate: str) -> list[str]:
    """What the project still needs to reach the gate, in words; empty when it may pass."""
    return [one.detail for one in check_conditions(project, rule_of(gate).conditions) if not one.met]


@transaction.atomic
def set_gate_rules(
    *, actor: User | None, organization: Organization, rules: Mapping[str, Mapping[str, Any]]
) -> int:
    """Set what gates ask: gate → {"conditions", "approvers", "weight"}; the number of gates that changed.

    Raises:
        InvalidInputError: an unknown condition or role, or a weight outside 0 to 1.
    """
    changed = 0
    for gate, values in rules.items():
        former = rule_of(gate)
        wanted = {
            "conditions": _kept(values["conditions"], [one.key for one in all_conditions()]),
            "approvers": _kept(values["approvers"], DECIDERS),
            "weight": values["weight"],
        }
        before = {
            "conditions": list(former.conditions),
            "approvers": list(former.approvers),
            "weight": former.weight,
        }
        differing = [name for name in wanted if _as_set(wanted[name]) != _as_set(before[name])]
        if not differing:
            continue
        if not 0 <= values["weight"] <= 1:
            refuse({"weight": [_("A weight is from 0 to 100 per cent.")]})
        rule, _created = GateRule.objects.update_or_create(
            organization=organization, gate=gate, defaults=wanted
        )
        record_event(
            actor=actor,
            action="gate.rule_changed",
            target=rule,
            before={name: before[name] for name in differing},
            after={name: wanted[name] for name in differing},
        )
        changed += 1
    if changed:
        move_generation(organization.pk)
    return changed


def _kept(values: Sequence[str], allowed: Sequence[str]) -> list[str]:
    if unknown := set(values) - set(allowed):
        refuse(
            {"conditions": [_("This cannot be asked: %(names)s.") % {"names": ", ".join(sorted(unknown))}]}
        )
    return [value for value in allowed if value in values]


def _as_set(value: Any) -> Any:
    return set(value) if isinstance(value, list) else value


def _locked(project: Project, seen: str | None) -> Project:
    current = lock_project(project.pk)
    refuse_archived(current)
    if seen is not None and seen != current.gate:
        raise ConflictError(
            _("Meanwhile somebody else decided: the project stands at %(gate)s. Look at it again.")
            % {"gate": current.get_gate_display()}
        )
    return current


def _refuse_stranger(actor: User | None, gate: str) -> None:
    if actor is None:
        return
    member = Membership.objects.filter(user=actor).first()
    if member is None or not rule_of(gate).lets_decide(member):
        raise ForbiddenError(_("Your role does not decide this gate."))


def _judged(project: Project, gate: str, waive: bool, reason: str) -> list[Checked]:
    conditions = check_conditions(project, rule_of(gate).conditions)
    unmet = [one.detail for one in conditions if not one.met]
    if unmet and not waive:
        refuse({"decision": unmet})
    if unmet and not reason.strip():
        refuse({"reason": [_("Say why the project passes although something is missing.")]})
    return conditions


def _keep(
    actor: User | None,
    project: Project,
    former: str,
    gate: str,
    reason: str,
    conditions: Sequence[Checked],
    *,
    passed: bool = True,
) -> GateDecision:
    decision: GateDecision = GateDecision.objects.create(
        organization=project.organization,
        project=project,
        gate=gate,
        former=former,
        decided_by=actor,
        reason=reason.strip(),
        passed=passed,
        conditions=[one.as_record() for one in conditions],
    )
    unmet = [one.key for one in conditions if not one.met]
    record_event(
        actor=actor,
        action="gate.decided" if passed else "gate.refused",
        target=project,
        before={"gate": former},
        after={"gate": gate, **({"waived": unmet} if unmet and passed else {})},
        reason=reason.strip(),
    )
    return decision


def _sign_off(actor: User | None, project: Project, decision: GateDecision) -> None:
    record_sign_off(
        actor=actor,
        project=project,
        kind=LedgerEntry.Kind.GATE,
        summary=_("Stage gate decided") if decision.passed else _("Stage gate refused"),
        content={
            "former": decision.former,
            "gate": decision.gate,
            "passed": decision.passed,
            "reason": decision.reason,
            "conditions": decision.conditions,
        },
        rows=[decision],
    )
