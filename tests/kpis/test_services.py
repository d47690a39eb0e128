"""KPI definitions and targets as services write them."""

import datetime
from typing import Any

import pytest

from kpis.models import Kpi, Target
from kpis.services import archive_kpi, create_kpi, create_kpis, restore_kpi, set_targets, update_kpi
from organizations.errors import InvalidInputError
from organizations.models import AuditEvent, User
from projects.models import PendingValuation, Project
from tests.queries import at_most

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]

LEAD_TIME: dict[str, Any] = {
    "name": "Order lead time",
    "tier": Kpi.Tier.OPERATIONAL,
    "direction": Kpi.Direction.LOWER,
    "unit": "hours",
    "baseline_value": 48.0,
    "baseline_end": datetime.date(2025, 3, 1),
    "expected_start": datetime.date(2025, 3, 1),
}


def day(month: int, year: int = 2025) -> datetime.date:
    return datetime.date(year, month, 1)


def refused(error: pytest.ExceptionInfo[InvalidInputError]) -> set[str]:
    return set(error.value.details["fields"])


def test_a_kpi_without_a_code_gets_the_projects_next_one(bob: User, project: Project) -> None:
    first = create_kpi(actor=bob, project=project, values=LEAD_TIME)
    second = create_kpi(actor=bob, project=project, values={**LEAD_TIME, "name": "Rework"})
    assert [first.code, second.code] == ["ERP-01", "ERP-02"]


def test_the_number_of_a_code_is_not_given_twice_when_codes_are_chosen_by_hand(
    bob: User, project: Project
) -> None:
    create_kpi(actor=bob, project=project, values={**LEAD_TIME, "code": "ERP-07"})
    assert create_kpi(actor=bob, project=project, values=LEAD_TIME).code == "ERP-08"


def test_a_definition_sent_twice_is_one_kpi(bob: User, project: Project) -> None:
    values = {**LEAD_TIME, "code": "ERP-01", "targets": {day(12): 30.0}}
    assert create_kpi(actor=bob, project=project, values=values).pk == (
        create_kpi(actor=bob, project=project, values=values).pk
    )
    assert Kpi.objects.count() == 1


def test_weights_can_be_added_up(bob: User, project: Project) -> None:
    with pytest.raises(InvalidInputError) as error:
        create_kpi(actor=bob, project=project, values={**LEAD_TIME, "weight": 1e308})
    assert refused(error) == {"weight"}


def test_a_code_of_another_kpi_is_refused_at_its_field(bob: User, project: Project) -> None:
    create_kpi(actor=bob, project=project, values={**LEAD_TIME, "code": "LEAD"})
    with pytest.raises(InvalidInputError) as error:
        create_kpi(actor=bob, project=project, values={**LEAD_TIME, "code": "LEAD", "unit": "days"})
    assert refused(error) == {"code"}


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        ({"name": ""}, "name"),
        ({"tier": "heroic"}, "tier"),
        ({"weight": -1.0}, "weight"),
        ({"weight": float("nan")}, "weight"),
        ({"tolerance": 0.0}, "tolerance"),
        ({"baseline_value": float("inf")}, "baseline_value"),
        ({"baseline_end": day(4)}, "baseline_end"),
        ({"baseline_start": day(5), "baseline_end": None}, "baseline_start"),
        ({"baseline_start": day(3), "baseline_end": day(3)}, "baseline_end"),
        ({"expected_start": datetime.date(9999, 1, 1)}, "expected_start"),
        ({"direction": "range"}, "range_low"),
        ({"direction": "range", "range_low": 1.0}, "range_high"),
        ({"direction": "range", "range_low": 2.0, "range_high": 1.0}, "range_low"),
    ],
)
def test_a_definition_that_breaks_a_rule_says_where(
    bob: User, project: Project, broken: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInputError) as error:
        create_kpi(actor=bob, project=project, values={**LEAD_TIME, **broken})
    assert refused(error) == {field}
    assert not Kpi.objects.exists()


def test_an_owner_is_a_member_of_the_organization(bob: User, charlie: User, project: Project) -> None:
    with pytest.raises(InvalidInputError) as error:
        create_kpi(actor=bob, project=project, values={**LEAD_TIME, "data_owner": charlie})
    assert refused(error) == {"data_owner"}


def test_an_unknown_field_is_the_callers_mistake(bob: User, project: Project) -> None:
    with pytest.raises(TypeError, match="colour"):
        create_kpi(actor=bob, project=project, values={**LEAD_TIME, "colour": "blue"})


def test_the_plan_runs_straight_from_the_baseline_to_the_target(bob: User, project: Project) -> None:
    kpi = create_kpi(actor=bob, project=project, values={**LEAD_TIME, "targets": {day(9): 30.0}})
    assert kpi.plan_start == day(3)
    assert kpi.plan_path == [48.0, 45.0, 42.0, 39.0, 36.0, 33.0, 30.0]


def test_a_later_baseline_bends_the_plan_and_keeps_the_targets(bob: User, project: Project) -> None:
    kpi = create_kpi(actor=bob, project=project, values={**LEAD_TIME, "targets": {day(5): 40.0}})
    update_kpi(actor=bob, kpi=kpi, values={"baseline_value": 60.0}, reason="Measured again")
    kpi.refresh_from_db()
    assert kpi.plan_path == [60.0, 50.0, 40.0]
    event = AuditEvent.objects.about("kpi", kpi.pk).get(action="kpi.updated")
    assert (event.before, event.after) == ({"baseline_value": 48.0}, {"baseline_value": 60.0})
    assert event.reason == "Measured again"


def test_a_change_that_changes_nothing_leaves_no_trace(bob: User, project: Project) -> None:
    kpi = create_kpi(actor=bob, project=project, values=LEAD_TIME)
    update_kpi(actor=bob, kpi=kpi, values=LEAD_TIME)
    assert not AuditEvent.objects.filter(action="kpi.updated").exists()


def test_targets_replace_the_given_periods_only_and_none_removes(bob: User, project: Project) -> None:
    kpi = create_kpi(
        actor=bob, project=project, values={**LEAD_TIME, "targets": {day(6): 40.0, day(9): 30.0}}
    )
    changed = set_targets(actor=bob, kpi=kpi, points={datetime.date(2025, 9, 30): 33.0, day(6): None})
    assert changed == 2
    assert list(Target.objects.values_list("period", "value")) == [(day(9), 33.0)]
    event = AuditEvent.objects.get(action="kpi.targets_changed")
    assert event.before == {"2025-06-01": 40.0, "2025-09-01": 30.0}
    assert event.after == {"2025-06-01": None, "2025-09-01": 33.0}


def test_the_same_targets_again_change_nothing(bob: User, project: Project) -> None:
    kpi = create_kpi(actor=bob, project=project, values={**LEAD_TIME, "targets": {day(9): 30.0}})
    assert set_targets(actor=bob, kpi=kpi, points={day(9): 30.0, day(4): None}) == 0
    assert not AuditEvent.objects.filter(action="kpi.targets_changed").exists()


def test_one_period_has_one_target(bob: User, project: Project) -> None:
    kpi = create_kpi(actor=bob, project=project, values=LEAD_TIME)
    with pytest.raises(InvalidInputError, match="two targets"):
        set_targets(actor=bob, kpi=kpi, points={day(9): 30.0, datetime.date(2025, 9, 15): 31.0})


def test_a_changed_frequency_takes_the_targets_along(bob: User, project: Project) -> None:
    kpi = create_kpi(
        actor=bob, project=project, values={**LEAD_TIME, "targets": {day(8): 36.0, day(9): 30.0}}
    )
    update_kpi(actor=bob, kpi=kpi, values={"frequency": "quarter"})
    assert list(Target.objects.values_list("period", "value")) == [(day(7), 30.0)]
    assert kpi.plan_start == day(1)
    assert kpi.plan_path == [48.0, 39.0, 30.0]


def test_many_definitions_take_a_fixed_number_of_queries_but_for_the_audit_rows(
    bob: User, project: Project
) -> None:
    definitions = [{**LEAD_TIME, "name": f"KPI {n}", "targets": {day(9): float(n)}} for n in range(100)]
    with at_most(112):
        kpis = create_kpis(actor=bob, project=project, definitions=definitions)
    assert [kpi.code for kpi in kpis[:2]] == ["ERP-01", "ERP-02"]
    assert Target.objects.count() == 100


def test_one_broken_definition_of_many_creates_none(bob: User, project: Project) -> None:
    with pytest.raises(InvalidInputError, match="Broken"):
        create_kpis(
            actor=bob, project=project, definitions=[LEAD_TIME, {**LEAD_TIME, "name": "Broken", "tier": ""}]
        )
    assert not Kpi.objects.exists()


def test_an_archived_kpi_leaves_the_lists_and_comes_back(bob: User, project: Project) -> None:
    kpi = create_kpi(actor=bob, project=project, values=LEAD_TIME)
    archive_kpi(actor=bob, kpi=kpi, reason="Measured elsewhere")
    assert not Kpi.objects.active().exists()
    restore_kpi(actor=bob, kpi=kpi)
    assert Kpi.objects.active().get() == kpi


def test_every_change_of_a_definition_asks_for_new_figures(bob: User, project: Project) -> None:
    kpi = create_kpi(actor=bob, project=project, values=LEAD_TIME)
    for change in (
        lambda: update_kpi(actor=bob, kpi=kpi, values={"weight": 2.0}),
        lambda: set_targets(actor=bob, kpi=kpi, points={day(9): 30.0}),
        lambda: archive_kpi(actor=bob, kpi=kpi),
    ):
        PendingValuation.objects.all().delete()
        change()
        assert PendingValuation.objects.filter(project=project).exists()
