"""What made the steps of an explanation: old and new, who, when and why."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from assessments.changes.details import Details, load_details
from assessments.changes.figures import Cause
from assessments.changes.points import Point
from kpis.services import update_kpi
from organizations.models import Organization, User
from organizations.tenancy import organization_scope
from projects.models import Project
from projects.services import set_cash_flows
from tests.assessments.worked_example import AS_OF, add_money, make_kpi, make_project, month, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(organization: Organization, alice: User) -> Project:
    with organization_scope(organization):
        project = make_project(alice, organization)
        record(alice, make_kpi(alice, project, "Lead time", "operational"), {month(7): 98.0, month(8): 97.0})
        add_money(alice, project)
    return project


def details_since(known: datetime.datetime, project: Project, **options: int) -> Details:
    with organization_scope(project.organization):
        return load_details(
            project.organization, Point(AS_OF, known), Point(AS_OF, timezone.now()), **options
        )


def test_nothing_changed_has_no_details(project: Project) -> None:
    assert details_since(timezone.now(), project).is_empty


def test_values_are_told_with_old_and_new_and_who_and_why(project: Project, alice: User) -> None:
    known = timezone.now()
    with organization_scope(project.organization):
        kpi = project.kpis.get()
        record(alice, kpi, {month(7): 60.0}, note="counted anew")
        record(alice, kpi, {month(9): 90.0})
    corrected, new = details_since(known, project).values
    assert (corrected.old, corrected.new, corrected.cause) == (98.0, 60.0, Cause.CORRECTIONS)
    assert (corrected.who, corrected.why, corrected.kpi) == ("Alice", "counted anew", kpi.code)
    assert (new.old, new.new, new.cause, new.period) == (None, 90.0, Cause.VALUES, month(9))


def test_amounts_are_told_by_month_and_plans_by_line(project: Project, alice: User) -> None:
    known = timezone.now()
    with organization_scope(project.organization):
        line = project.money_lines.get(kind="benefit")
        amounts = {month(7): Decimal(250), month(10): Decimal(40)}
        set_cash_flows(actor=alice, line=line, series="actual", amounts=amounts)
        plan = {month(11): Decimal(150), month(12): Decimal(160)}
        set_cash_flows(actor=alice, line=line, series="plan", amounts=plan)
    details = details_since(known, project)
    told = {(one.cause, one.first): (one.months, one.old, one.new, one.who) for one in details.amounts}
    assert told == {
        (Cause.CORRECTIONS, month(7)): (1, Decimal(300), Decimal(250), "Alice"),
        (Cause.VALUES, month(10)): (1, None, Decimal(40), "Alice"),
        (Cause.DEFINITIONS, month(11)): (2, Decimal(200), Decimal(310), "Alice"),
    }
    assert details.amounts_count == 3


def test_definitions_are_told_field_by_field(project: Project, alice: User) -> None:
    known = timezone.now()
    with organization_scope(project.organization):
        update_kpi(actor=alice, kpi=project.kpis.get(), values={"weight": 4.0}, reason="it matters more")
    (change,) = details_since(known, project).definitions
    (field,) = change.fields
    assert (change.model, change.name, change.what) == ("kpi", "Lead time", "changed")
    assert (field.field, field.old, field.new) == ("weight", 1, 4)
    assert (change.who, change.why) == ("Alice", "it matters more")


def test_details_of_one_project_leave_the_others_out(
    project: Project, organization: Organization, alice: User
) -> None:
    with organization_scope(organization):
        other = make_project(alice, organization, "CRM")
        kpi = make_kpi(alice, other, "Calls", "operational")
    known = timezone.now()
    with organization_scope(organization):
        record(alice, kpi, {month(9): 90.0})
    assert not details_since(known, project, project_id=project.pk).values
    assert len(details_since(known, project, project_id=other.pk).values) == 1
