"""Who hands in on time: the first version against the due day, per owner and department."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from assessments.models import Measurement
from assessments.timeliness import Timeliness, load_timeliness
from kpis.models import Kpi
from organizations.models import Membership, Organization, Role, User
from organizations.services import change_member, create_department
from projects.models import Project
from tests.assessments.roll_out import a_kpi, a_project

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 4, 20)


@pytest.fixture
def project(organization: Organization, scope: Organization, bob: User) -> Project:
    return a_project(organization, bob)


def a_defined_kpi(project: Project, actor: User, **values: Any) -> Kpi:
    """Defined on January 1st 2026, when nothing was late yet."""
    kpi = a_kpi(project, actor, **{"expected_start": datetime.date(2026, 1, 1), **values})
    Kpi.objects.filter(pk=kpi.pk).update(created_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
    return kpi


def handed_in(
    kpi: Kpi, month: int, day: datetime.datetime, status: str = "submitted", version: int = 1
) -> None:
    """A version as if it had been recorded then: the one door writes the database's own clock."""
    Measurement.objects.create(
        organization=kpi.organization,
        kpi=kpi,
        period=datetime.date(2026, month, 1),
        version=version,
        value=33.0,
        status=status,
        recorded_at=day,
    )


def at(month: int, day: int, hour: int = 12) -> datetime.datetime:
    return datetime.datetime(2026, month, day, hour, tzinfo=datetime.UTC)


def test_values_are_on_time_late_or_missing(
    organization: Organization, project: Project, bob: User, dora: User
) -> None:
    buying = create_department(actor=bob, organization=organization, name="Buying")
    membership = Membership.objects.get(user=dora)
    change_member(actor=bob, membership=membership, role=Role.CONTRIBUTOR, department=buying)
    lead_time = a_defined_kpi(project, bob, data_owner=dora)
    stock = a_defined_kpi(project, bob, name="Stock accuracy", data_owner=dora)
    a_defined_kpi(project, bob, name="Leads", data_owner=None, business_owner=None)
    a_defined_kpi(project, bob, name="Formula", data_owner=dora, source="formula")
    handed_in(lead_time, 1, at(2, 8))  # the due day itself
    handed_in(lead_time, 2, at(3, 12))  # 4 days late
    handed_in(stock, 1, at(2, 10))  # 2 days late
    handed_in(stock, 2, at(3, 1), status="draft")  # a draft is not handed in
    handed_in(stock, 3, at(4, 2))
    handed_in(stock, 3, at(4, 15), status="verified", version=2)  # verifying is not handing in
    table = load_timeliness(organization, TODAY)
    dora_s = Timeliness("Dora", due=6, on_time=2, late=2, missing=2, median_days_late=3.0)
    assert table.owners == [Timeliness("", 3, 0, 0, 3, None), dora_s]
    assert [(row.name, row.due, row.missing) for row in table.departments] == [("", 3, 3), ("Buying", 6, 2)]
    assert (table.due, table.on_time) == (9, 2)


def test_the_day_is_that_of_the_organizations_clock(
    organization: Organization, project: Project, bob: User, dora: User
) -> None:
    kpi = a_defined_kpi(project, bob, data_owner=dora, expected_start=datetime.date(2026, 3, 1))
    handed_in(kpi, 3, at(4, 8, hour=22))  # after midnight in Berlin
    (row,) = load_timeliness(organization, TODAY).owners
    assert (row.on_time, row.late) == (0, 1)


def test_what_was_due_before_the_kpi_was_defined_is_held_against_nobody(
    organization: Organization, project: Project, bob: User, dora: User
) -> None:
    kpi = a_kpi(project, bob, data_owner=dora, expected_start=datetime.date(2025, 6, 1))
    Kpi.objects.filter(pk=kpi.pk).update(created_at=at(4, 1))
    (row,) = load_timeliness(organization, TODAY).owners
    assert (row.due, row.missing) == (1, 1)  # March, due on April 8th


def test_what_is_not_due_yet_is_not_missing(
    organization: Organization, project: Project, bob: User, dora: User
) -> None:
    a_defined_kpi(project, bob, data_owner=dora, expected_start=datetime.date(2026, 3, 1))
    assert load_timeliness(organization, datetime.date(2026, 4, 8)).owners == []
    assert load_timeliness(organization, datetime.date(2026, 4, 9)).owners[0].missing == 1


def test_the_page_says_it_in_one_sentence(
    organization: Organization, project: Project, bob: User, dora: User, client_of: Callable[[User], Client]
) -> None:
    page = client_of(bob).get("/o/acme/timeliness/").content.decode()
    assert "Nothing has been due yet" in page
    kpi = a_defined_kpi(project, bob, data_owner=dora)
    handed_in(kpi, 1, at(2, 8))
    page = client_of(bob).get("/o/acme/timeliness/").content.decode()
    assert "values came in time" in page
    assert "Dora" in page
