"""What each gate asks, who decides it and what it counts in the pipeline: the organization's rule or the product's."""

from dataclasses import dataclass

from organizations.models import Membership, Role
from organizations.permissions import RIGHTS, Right
from projects.models import GateRule, Project

Gate = Project.Gate

_ASKED: dict[str, tuple[str, ...]] = {
    Gate.L1: ("description", "sponsor"),
    Gate.L2: ("owners", "kpi_per_tier"),
    Gate.L3: ("kpis_measurable", "charter_signed", "planned_costs", "planned_benefits"),
    Gate.L4: ("plan_signed", "go_live"),
    Gate.L5: ("benefits_confirmed", "evidence_real"),
}
_WEIGHTS: dict[str, float] = {
    Gate.L0: 0.05,
    Gate.L1: 0.1,
    Gate.L2: 0.3,
    Gate.L3: 0.5,
    Gate.L4: 0.8,
    Gate.L5: 1.0,
}
#: roles that a rule may name
DECIDERS = tuple(role for role in Role.values if Right.DECIDE_GATE in RIGHTS[role])


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule of one gate. `conditions` are keys of `projects.gate_conditions`, `weight` is from 0 to 1."""

    gate: str
    conditions: tuple[str, ...]
    approvers: tuple[str, ...]
    weight: float

    def lets_decide(self, membership: Membership) -> bool:
        """Whether this member decides the gate."""
        return membership.role in self.approvers


def rules() -> dict[str, Rule]:
    """The rules of all gates, by gate, in one query."""
    known = {rule.gate: rule for rule in GateRule.objects.all()}
    return {gate: _rule(gate, known.get(gate)) for gate in Gate.values}


def rule_of(gate: str) -> Rule:
    """The rule of one gate."""
    return _rule(gate, GateRule.objects.filter(gate=gate).first())


def _rule(gate: str, own: GateRule | None) -> Rule:
    if own is None:
        return Rule(gate, _ASKED.get(gate, ()), DECIDERS, _WEIGHTS[gate])
    return Rule(gate, tuple(own.conditions), tuple(own.approvers) or DECIDERS, own.weight)
