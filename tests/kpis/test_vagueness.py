"""What the product calls vague, and what it takes."""

import datetime
from dataclasses import replace
from typing import Any

import pytest

from kpis.models import Kpi
from kpis.services import create_kpi
from kpis.vagueness import Claim, severe, text_warnings, warnings_of
from organizations.models import User
from projects.models import Project

GOOD = Claim(
    name="Complaint handling time",
    definition="Average hours from the receipt of a complaint to the answer that closes it, from the CRM.",
    unit="hours",
    direction=Kpi.Direction.LOWER,
    baseline=50.0,
    target=30.0,
    day=datetime.date(2027, 6, 30),
    has_owner=True,
    has_data_owner=True,
)


def codes(claim: Claim) -> list[str]:
    return [warning.code for warning in warnings_of(claim)]


def test_a_claim_with_number_date_and_owner_is_not_vague() -> None:
    assert warnings_of(GOOD) == []


@pytest.mark.parametrize(
    ("change", "code", "is_severe"),
    [
        ({"unit": " "}, "no_unit", True),
        ({"baseline": None}, "no_baseline", True),
        ({"target": None}, "no_target", True),
        ({"day": None}, "no_date", True),
        ({"has_owner": False}, "no_owner", True),
        ({"has_data_owner": False}, "no_data_owner", False),
        ({"definition": ""}, "no_definition", False),
        ({"definition": "Hours per complaint"}, "short_definition", False),
        ({"definition": "投诉处理时长"}, "short_definition", False),
        ({"definition": "complaint handling time."}, "name_is_definition", False),
        ({"name": "Improve complaint handling"}, "vague_words", False),
        ({"name": "Optimised complaint handling"}, "vague_words", False),
        ({"name": "提升客户满意度"}, "vague_words", False),
        ({"definition": "全面优化投诉处理流程，改善客户体验。"}, "vague_words", False),
        ({"name": "Go live with CRM"}, "go_live", False),
        ({"name": "Implementation of the new ERP"}, "go_live", False),
        ({"name": "CRM 系统成功上线"}, "go_live", False),
        ({"name": "按期上线"}, "go_live", False),
        ({"unit": "%", "target": 120.0}, "over_hundred", False),
    ],
)
def test_each_kind_of_vagueness_is_named(change: dict[str, Any], code: str, is_severe: bool) -> None:
    found = warnings_of(replace(GOOD, **change))
    assert [warning.code for warning in found] == [code]
    assert found[0].severe is is_severe
    assert str(found[0].message).endswith(".")


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Complaint handling 40 % faster within 6 months"},
        {"name": "投诉处理提速四成：6 个月内平均用时减少 40%"},
        {"name": "Tickets per user after go-live"},
        {"name": "上线后每百名用户工单数"},
        {"definition": "从客户提出投诉到给出最终答复的平均小时数，取自客户关系系统工单。"},
        {"name": "落地改善建议数"},
        {"unit": "%", "target": 100.0},
        {"direction": Kpi.Direction.RANGE, "baseline": None},
        {"direction": Kpi.Direction.MAINTAIN, "baseline": None},
    ],
)
def test_what_is_precise_is_left_alone(change: dict[str, Any]) -> None:
    assert codes(replace(GOOD, **change)) == []


def test_the_words_of_a_template_are_judged_without_its_numbers() -> None:
    assert text_warnings(GOOD.name, GOOD.definition) == []


@pytest.mark.django_db
@pytest.mark.usefixtures("scope")
class TestOfAStoredKpi:
    """The same rules read from a definition in the database."""

    def test_a_new_kpi_lacks_what_a_charter_needs(self, project: Project, bob: User) -> None:
        values = {"name": "Lead time", "tier": "operational", "direction": "lower"}
        kpi = create_kpi(actor=bob, project=project, values=values)
        assert [warning.code for warning in severe(kpi)] == [
            "no_unit", "no_baseline", "no_target", "no_date", "no_owner",
        ]  # fmt: skip

    def test_a_whole_definition_can_be_handed_out(
        self, project: Project, bob: User, lead_time: dict[str, Any]
    ) -> None:
        values = {**lead_time, "business_owner": bob, "targets": {datetime.date(2025, 9, 1): 30.0}}
        assert severe(create_kpi(actor=bob, project=project, values=values)) == []

    def test_a_range_is_a_target_from_the_day_its_effect_is_expected(
        self, project: Project, bob: User
    ) -> None:
        values = {
            "name": "Days payable outstanding",
            "tier": "strategic",
            "direction": "range",
            "range_low": 40.0,
            "range_high": 50.0,
            "unit": "days",
            "business_owner": bob,
            "expected_start": datetime.date(2026, 1, 1),
        }
        assert severe(create_kpi(actor=bob, project=project, values=values)) == []
