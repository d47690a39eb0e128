"""The ladder from L0 to L5."""

import datetime

import pytest

from organizations.errors import ConflictError, InvalidInputError
from organizations.models import User
from projects.models import GateDecision, MoneyLine, PlanBaseline, Project
from projects.services import decide_gate, freeze_plan, update_project
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
