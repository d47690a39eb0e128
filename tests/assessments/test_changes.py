"""Why a report differs from an earlier one: by cause, adding up, each cause by its own changes alone."""

import datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils import timezone

from assessments.changes.explaining import Explanation, explain
from assessments.changes.figures import KINDS, Cause
from assessments.changes.points import Point, Span
from assessments.services.recompute import project_row, reproduce
from kpis.services import update_kpi
from organizations.models import Organization, User
from organizations.services import update_organization
from organizations.tenancy import organization_scope
from projects.models import Project
from projects.services import create_line, set_cash_flows
from tests.assessments.worked_example import AS_OF, add_money, make_kpi, make_project, month, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(organization: Organization, alice: User) -> Project:
    with organization_scope(organization):
        project = make_project(alice, organization)
        good = make_kpi(alice, project, "Orders entered", "functional")
        bad = make_kpi(alice, project, "Lead time", "operational")
        record(alice, good, {month(7): 79.0, month(8): 75.0})
        record(alice, bad, {month(7): 98.0, month(8): 97.0, month(9): 96.0})
        add_money(alice, project)
    return project


def span_since(known_at: datetime.datetime, later: datetime.date = AS_OF) -> Span:
    return Span(Point(AS_OF, known_at), Point(later, timezone.now()))


def causes(explanation: Explanation) -> dict[str, set[Cause]]:
    """By figure, the causes that moved it in any project."""
    return {
        name: {
            cause
            for project in explanation.projects
            for cause in Cause
            if project.walks[name].changes[cause] or cause in project.walks[name].turns
        }
        for name in KINDS
    }


def test_nothing_changed_means_no_cause_at_all(project: Project, organization: Organization) -> None:
    known = timezone.now()
    explanation = explain(organization, span_since(known))
    assert not any(causes(explanation).values())
    assert explanation.portfolio["benefits_actual"].start == 2100.0
    assert explanation.portfolio["benefits_actual"].end == 2100.0


def test_both_ends_are_the_reports_to_the_digit(
    project: Project, organization: Organization, alice: User
) -> None:
    known = timezone.now()
    with organization_scope(organization):
        record(alice, project.kpis.get(name="Lead time"), {month(9): 80.0}, note="counted anew")
        line = project.money_lines.get(kind="benefit")
        set_cash_flows(actor=alice, line=line, series="actual", amounts={month(7): Decimal("200.10")})
        update_kpi(actor=alice, kpi=project.kpis.get(name="Lead time"), values={"weight": 3.0}, reason="r")
        record(alice, project.kpis.get(name="Orders entered"), {month(9): 70.0})
        set_cash_flows(actor=alice, line=line, series="actual", amounts={month(10): Decimal("333.33")})
    span = span_since(known, datetime.date(2025, 12, 3))
    explanation = explain(organization, span)
    (told,) = explanation.projects
    for name, walk in told.walks.items():
        for point, said in ((span.start, walk.start), (span.end, walk.end)):
            valuation = reproduce(organization, as_of=point.as_of, known_at=point.known_at)
            assert project_row(valuation, 0)[name] == said, name
        assert sum(walk.changes.values()) == walk.total
    assert causes(explanation)["value_index"] == {
        Cause.TIME,
        Cause.DEFINITIONS,
        Cause.CORRECTIONS,
        Cause.VALUES,
    }


def test_a_first_value_is_new_and_a_second_one_for_its_period_a_correction(
    project: Project, organization: Organization, alice: User
) -> None:
    known = timezone.now()
    with organization_scope(organization):
        record(alice, project.kpis.get(name="Orders entered"), {month(9): 70.0})
    between = timezone.now()
    with organization_scope(organization):
        record(alice, project.kpis.get(name="Orders entered"), {month(9): 71.0}, note="counted anew")
    assert causes(explain(organization, span_since(known)))["value_index"] == {Cause.VALUES}
    assert causes(explain(organization, span_since(between)))["value_index"] == {Cause.CORRECTIONS}


def test_amounts_are_new_corrected_or_planned(
    project: Project, organization: Organization, alice: User
) -> None:
    with organization_scope(organization):
        line = project.money_lines.get(kind="benefit")
    found = []
    happening: list[tuple[str, dict[datetime.date, Decimal | None]]] = [
        ("actual", {month(10): Decimal(50)}),
        ("actual", {month(10): Decimal(70)}),
        ("actual", {month(10): None}),
        ("plan", {month(12): Decimal(900)}),
        ("forecast", {month(11): Decimal(20)}),
        ("forecast", {month(11): Decimal(30)}),
    ]
    for series, amounts in happening:
        known = timezone.now()
        with organization_scope(organization):
            set_cash_flows(actor=alice, line=line, series=series, amounts=amounts)
        found.append(causes(explain(organization, span_since(known)))["npv_outlook"])
    assert found[:3] == [{Cause.VALUES}, {Cause.CORRECTIONS}, {Cause.CORRECTIONS}]
    assert found[3:] == [{Cause.DEFINITIONS}, {Cause.VALUES}, {Cause.VALUES}]


def test_terms_weights_lines_and_targets_are_definitions(
    project: Project, organization: Organization, alice: User
) -> None:
    known = timezone.now()
    with organization_scope(organization):
        update_organization(actor=alice, organization=organization, values={"discount_rate": 0.2})
        update_kpi(actor=alice, kpi=project.kpis.get(name="Lead time"), values={"weight": 3.0}, reason="r")
        line = create_line(actor=alice, project=project, values={"kind": "cost", "name": "Training"})
        set_cash_flows(actor=alice, line=line, series="plan", amounts={month(2): Decimal(100)})
    explanation = explain(organization, span_since(known))
    assert all(found <= {Cause.DEFINITIONS} for found in causes(explanation).values())
    assert causes(explanation)["npv_outlook"] == {Cause.DEFINITIONS}


def test_time_alone_is_time_alone(project: Project, organization: Organization) -> None:
    known = timezone.now()
    explanation = explain(organization, span_since(known, datetime.date(2026, 4, 20)))
    found = causes(explanation)
    assert all(moved <= {Cause.TIME} for moved in found.values())
    assert found["value_index"] == {Cause.TIME}


def test_a_new_project_adds_to_the_sums_and_turns_what_is_no_amount(
    project: Project, organization: Organization, alice: User
) -> None:
    known = timezone.now()
    with organization_scope(organization):
        second = make_project(alice, organization, "CRM")
        add_money(alice, second)
    explanation = explain(organization, span_since(known))
    told = next(one for one in explanation.projects if one.code == "CRM")
    assert told.walks["payback_outlook"].turns == {Cause.DEFINITIONS: True}
    assert told.walks["payback_outlook"].total is None
    whole = explanation.portfolio["benefits_actual"]
    assert (whole.start, whole.end, whole.total) == (2100.0, 4200.0, Fraction(2100))
    assert whole.changes[Cause.VALUES] == 2100
