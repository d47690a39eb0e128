"""The ladder from L0 to L5."""

import datetime
from typing import Any

import pytest

from organizations.errors import ConflictError, ForbiddenError, InvalidInputError
from organizations.models import AuditEvent, LedgerEntry, Organization, User
from projects.gate_conditions import all_conditions, check_conditions
from projects.gate_rules import rule_of, rules
from projects.models import GateDecision, GateRule, MoneyLine, PlanBaseline, Project
from projects.services import decide_gate, freeze_plan, refuse_gate, update_project
from projects.services.gates import set_gate_rules
from tests.projects.gates import climb


def told(error: InvalidInputError) -> list[str]:
    """The conditions that were not met."""
    return [str(message) for message in error.details["fields"]["decision"]]


def test_a_project_passes_one_gate_at_a_time(project: Project, erik: User) -> None:
    climb(project, erik, "L1")
    with pytest.raises(ConflictError, match="one gate at a time"):
        decide_gate(actor=erik, project=project, gate="L3")
    assert Project.objects.get().gate == "L1"


def test_deciding_twice_counts_once(project: Project, erik: User) -> None:
    climb(project, erik, "L1")
    with pytest.raises(ConflictError, match="at this gate already"):
        decide_gate(actor=erik, project=project, gate="L1")
    assert GateDecision.objects.count() == 1


def test_going_back_needs_a_reason_and_may_skip(project: Project, erik: User) -> None:
    climb(project, erik, "L1", "L2")
    with pytest.raises(InvalidInputError, match="Say why") as refused:
        decide_gate(actor=erik, project=project, gate="L0", reason="  ")
    assert list(refused.value.details["fields"]) == ["reason"]
    decision = decide_gate(actor=erik, project=project, gate="L0", reason="Scope unclear")
    assert (decision.former, decision.gate, decision.decided_by) == ("L2", "L0", erik)


def test_l3_needs_planned_costs(project: Project, cost: MoneyLine, erik: User) -> None:
    climb(project, erik, "L1", "L2")
    with pytest.raises(InvalidInputError) as refused:
        decide_gate(actor=erik, project=project, gate="L3")
    assert "No cost is planned. Add a cost line and enter its planned amounts." in told(refused.value)
    assert not PlanBaseline.objects.exists()


def test_l3_freezes_the_plan(project: Project, planned: MoneyLine, erik: User) -> None:
    climb(project, erik, "L1", "L2", "L3")
    baseline = PlanBaseline.objects.get()
    assert (baseline.project, baseline.frozen_by) == (project, erik)
    assert baseline.content == [
        {
            "line": planned.pk,
            "name": "Licences",
            "kind": "cost",
            "currency": "EUR",
            "fx_rate": "1.00000000",
            "risk_adjustment": 0,
            "flows": {"2025-01": "1000.00", "2025-02": "1000.00"},
        }
    ]


def test_passing_l3_again_keeps_the_first_plan(project: Project, planned: MoneyLine, erik: User) -> None:
    climb(project, erik, "L1", "L2", "L3")
    decide_gate(actor=erik, project=project, gate="L2", reason="Supplier changed")
    climb(project, erik, "L3")
    assert PlanBaseline.objects.count() == 1


def test_l4_needs_the_day_of_go_live(project: Project, planned: MoneyLine, erik: User, bob: User) -> None:
    climb(project, erik, "L1", "L2", "L3")
    with pytest.raises(InvalidInputError) as refused:
        decide_gate(actor=erik, project=project, gate="L4")
    assert "The day the project went live is missing. Enter it on the project." in told(refused.value)
    update_project(actor=bob, project=project, values={"go_live_actual": datetime.date(2025, 6, 1)})
    climb(project, erik, "L4", "L5")
    assert Project.objects.get().gate == "L5"


def test_a_live_project_keeps_its_day_of_go_live(
    project: Project, planned: MoneyLine, erik: User, bob: User
) -> None:
    update_project(actor=bob, project=project, values={"go_live_actual": datetime.date(2025, 6, 1)})
    climb(project, erik, "L1", "L2", "L3", "L4")
    with pytest.raises(InvalidInputError, match="Enter the day it went live"):
        update_project(actor=bob, project=project, values={"go_live_actual": None})


def test_a_plan_is_frozen_once(project: Project, planned: MoneyLine, bob: User) -> None:
    freeze_plan(actor=bob, project=project, reason="Board of March")
    with pytest.raises(ConflictError, match="frozen already"):
        freeze_plan(actor=bob, project=project, reason="Again")


@pytest.mark.parametrize("reason", ["", "  "])
def test_freezing_needs_a_reason(project: Project, planned: MoneyLine, bob: User, reason: str) -> None:
    with pytest.raises(InvalidInputError, match="Say why"):
        freeze_plan(actor=bob, project=project, reason=reason)


def test_an_empty_plan_cannot_be_frozen(project: Project, cost: MoneyLine, bob: User) -> None:
    with pytest.raises(InvalidInputError, match="no planned amount"):
        freeze_plan(actor=bob, project=project, reason="Early")


def test_a_gate_passes_with_a_reasoned_waiver_that_keeps_what_was_missing(
    project: Project, erik: User
) -> None:
    with pytest.raises(InvalidInputError, match="Say why the project passes"):
        decide_gate(actor=erik, project=project, gate="L1", waive=True)
    decision = decide_gate(actor=erik, project=project, gate="L1", waive=True, reason="Board of May")
    assert {one["key"] for one in decision.unmet} == {"description", "sponsor"}
    event = AuditEvent.objects.get(action="gate.decided")
    assert set(event.after["waived"]) == {"description", "sponsor"}
    entry = LedgerEntry.objects.get(kind="gate")
    assert entry.content["conditions"] == decision.conditions


def test_a_gate_passes_without_a_word_when_everything_is_met(project: Project, bob: User, erik: User) -> None:
    update_project(actor=bob, project=project, values={"description": "One stock for all", "sponsor": erik})
    decision = decide_gate(actor=erik, project=Project.objects.get(), gate="L1")
    assert (decision.unmet, len(decision.conditions)) == ([], 2)


def test_a_refused_gate_leaves_the_project_where_it_is(project: Project, erik: User) -> None:
    with pytest.raises(InvalidInputError, match="Say why the gate is refused"):
        refuse_gate(actor=erik, project=project, reason=" ")
    decision = refuse_gate(actor=erik, project=project, reason="No sponsor")
    assert (decision.former, decision.gate, decision.passed) == ("L0", "L1", False)
    assert Project.objects.get().gate == "L0"
    assert len(decision.unmet) == 2


def test_after_the_last_gate_nothing_is_refused(project: Project, erik: User) -> None:
    Project.objects.update(gate="L5")
    with pytest.raises(ConflictError, match="passed the last gate"):
        refuse_gate(actor=erik, project=project, reason="Too late")


def test_a_page_that_shows_an_older_gate_decides_nothing(project: Project, erik: User) -> None:
    climb(project, erik, "L1", "L2")
    with pytest.raises(ConflictError, match="stands at L2"):
        decide_gate(actor=erik, project=project, gate="L1", reason="Board of May", seen="L0")
    with pytest.raises(ConflictError, match="stands at L2"):
        refuse_gate(actor=erik, project=project, reason="No", seen="L1")


def test_only_the_roles_of_the_rule_decide(
    project: Project, organization: Organization, erik: User, bob: User, alice: User
) -> None:
    rule = {"conditions": ["sponsor"], "approvers": ["executive"], "weight": 0.2}
    assert set_gate_rules(actor=alice, organization=organization, rules={"L1": rule}) == 1
    assert set_gate_rules(actor=alice, organization=organization, rules={"L1": rule}) == 0
    with pytest.raises(ForbiddenError):
        decide_gate(actor=bob, project=project, gate="L1", waive=True, reason="Now")
    decision = decide_gate(actor=erik, project=project, gate="L1", waive=True, reason="Now")
    assert [one["key"] for one in decision.conditions] == ["sponsor"]
    assert rule_of("L1").weight == 0.2


@pytest.mark.parametrize(
    "rule",
    [
        {"conditions": ["luck"], "approvers": [], "weight": 0.5},
        {"conditions": [], "approvers": ["viewer"], "weight": 0.5},
        {"conditions": [], "approvers": [], "weight": 1.5},
        {"conditions": [], "approvers": [], "weight": float("nan")},
    ],
)
def test_a_rule_that_cannot_be_is_refused(organization: Organization, scope: None, rule: Any) -> None:
    with pytest.raises(InvalidInputError):
        set_gate_rules(actor=None, organization=organization, rules={"L1": rule})
    assert not GateRule.objects.exists()


def test_every_condition_says_a_sentence_of_an_empty_project(project: Project) -> None:
    found = check_conditions(project, [condition.key for condition in all_conditions()])
    assert len(found) == len(all_conditions())
    assert all(one.detail and not one.met for one in found)


def test_every_default_rule_asks_for_conditions_that_are_offered(scope: None) -> None:
    offered = {condition.key for condition in all_conditions()}
    assert all(set(rule.conditions) <= offered for rule in rules().values())
