"""The page of months that are closed."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from assessments.lock_counts import MonthState, month_states
from assessments.models import PeriodLock
from assessments.services import MeasurementInput, record_measurements
from assessments.services.locking import lock_month
from kpis.models import Kpi
from kpis.services import create_kpi
from organizations.models import Organization, User
from organizations.tenancy import organization_scope
from projects.models import Project
from projects.periods import Frequency, add_months, start_of
from projects.services import create_project
from tests.queries import at_most

SEPTEMBER = datetime.date(2025, 9, 1)
PAGE = "/o/acme/locks/"

Browser = Callable[[User], Client]


@pytest.fixture
def project(organization: Organization, alice: User) -> Project:
    with organization_scope(organization):
        return create_project(
            actor=alice, organization=organization, values={"code": "ERP", "name": "ERP group"}
        )


def make_kpi(project: Project, actor: User, code: str, **values: Any) -> Kpi:
    known = {
        "code": code,
        "name": code,
        "tier": "operational",
        "expected_start": datetime.date(2025, 1, 1),
        **values,
    }
    with organization_scope(project.organization):
        return create_kpi(actor=actor, project=project, values=known)


def record(actor: User, kpi: Kpi, period: datetime.date, status: str = "submitted") -> None:
    with organization_scope(kpi.organization):
        row = MeasurementInput(kpi.pk, period, 1.0, status=status, note="x")
        record_measurements(actor, kpi.organization, [row])


def state(project: Project, month: datetime.date = SEPTEMBER) -> MonthState:
    with organization_scope(project.organization):
        return month_states(project.organization, [project.pk], [month])[project.pk, month]


def locks(organization: Organization) -> list[PeriodLock]:
    with organization_scope(organization):
        return list(PeriodLock.objects.order_by("pk"))


def test_a_month_counts_what_is_in_verified_and_missing(project: Project, alice: User) -> None:
    for code, status in (("A", "submitted"), ("B", "verified"), ("C", "returned"), ("D", "draft")):
        record(alice, make_kpi(project, alice, code), SEPTEMBER, status)
    make_kpi(project, alice, "E", expected_start=datetime.date(2025, 10, 1))
    make_kpi(project, alice, "F", source="formula")
    assert state(project) == MonthState(expected=4, answered=2, verified=1, missing=2)


def test_weeks_and_quarters_count_in_the_month_in_which_they_end(project: Project, alice: User) -> None:
    week = make_kpi(project, alice, "W", frequency="week")
    quarter = make_kpi(project, alice, "Q", frequency="quarter")
    record(alice, week, datetime.date(2025, 9, 29))
    record(alice, quarter, datetime.date(2025, 7, 1))
    # Weeks that end in September 2025: those of 1, 8, 15 and 22 September. That of 29 September ends in October.
    assert state(project) == MonthState(expected=5, answered=1, missing=4)
    assert state(project, datetime.date(2025, 10, 1)).answered == 1


def test_complete_months_are_locked_by_one_press(
    project: Project, organization: Organization, alice: User, bob: User, client_of: Browser
) -> None:
    record(alice, make_kpi(project, alice, "A"), SEPTEMBER, "verified")
    form = {"month": [f"{project.pk}.2025-09-01", "x", "1.2"], "reason": "board"}
    answer = client_of(bob).post(f"{PAGE}?until=2025-10", form, follow=True)
    page = answer.content.decode()
    assert "1 month locked." in page
    assert "1 in, 1 verified" in page
    assert "“board”" in page
    [lock] = locks(organization)
    assert (lock.month, lock.locked_by, lock.reason) == (SEPTEMBER, bob, "board")


def test_a_month_that_is_not_complete_is_locked_only_after_its_counts_were_shown_and_a_reason_given(
    project: Project, organization: Organization, alice: User, bob: User, client_of: Browser
) -> None:
    record(alice, make_kpi(project, alice, "A"), SEPTEMBER)
    make_kpi(project, alice, "B")
    browser, form = client_of(bob), {"month": f"{project.pk}.2025-09-01"}
    page = browser.post(PAGE, form).content.decode()
    assert "1 value is missing" in page
    assert "1 is not verified" in page
    assert not locks(organization)
    answer = browser.post(PAGE, {**form, "confirmed": "1"})
    assert answer.status_code == 422
    assert "Say why months are locked" in answer.content.decode()
    browser.post(PAGE, {**form, "confirmed": "1", "reason": "the plant is sold"})
    assert [lock.reason for lock in locks(organization)] == ["the plant is sold"]


def test_a_month_is_reopened_with_a_reason_that_stays_on_record(
    project: Project, organization: Organization, bob: User, client_of: Browser
) -> None:
    with organization_scope(organization):
        [lock] = lock_month(actor=bob, organization=organization, projects=[project], month=SEPTEMBER)
    browser = client_of(bob)
    address = f"{PAGE}{lock.pk}/reopen/"
    assert browser.post(address, {"reason": ""}).status_code == 422
    page = browser.post(address, {"reason": "wrong meter"}, follow=True).content.decode()
    assert "is open again" in page
    assert "“wrong meter”" in page
    assert "is open already" in browser.post(address, {"reason": "again"}).content.decode()


def test_readers_see_the_months_but_cannot_lock(
    project: Project, organization: Organization, bob: User, victor: User, client_of: Browser
) -> None:
    newest = add_months(start_of(organization.today(), Frequency.MONTH), -1)
    with organization_scope(organization):
        lock_month(actor=bob, organization=organization, projects=[project], month=newest)
    page = client_of(victor).get(PAGE).content.decode()
    assert "locked" in page
    assert "reopen" not in page
    assert 'name="month"' not in page
    assert client_of(victor).post(PAGE, {"month": f"{project.pk}.2025-09-01"}).status_code == 403


def test_nothing_selected_and_a_running_month_are_refused_with_words(
    project: Project, organization: Organization, bob: User, client_of: Browser
) -> None:
    browser = client_of(bob)
    assert "Tick the months first" in browser.post(PAGE, {}).content.decode()
    running = start_of(organization.today(), Frequency.MONTH)
    answer = browser.post(PAGE, {"month": f"{project.pk}.{running}"})
    assert answer.status_code == 422
    assert "has not ended yet" in answer.content.decode()


def test_an_organization_without_projects_learns_what_will_be_here(
    organization: Organization, bob: User, client_of: Browser
) -> None:
    assert "Months can be locked here" in client_of(bob).get(PAGE).content.decode()


def test_the_page_asks_the_same_for_many_projects(
    organization: Organization, alice: User, bob: User, client_of: Browser
) -> None:
    with organization_scope(organization):
        for number in range(30):
            values = {"code": f"P{number}", "name": f"Project {number}"}
            create_project(actor=alice, organization=organization, values=values)
    browser = client_of(bob)
    browser.get(PAGE)
    with at_most(10):
        page = browser.get(PAGE).content.decode()
    assert page.count('name="month"') == 25 * 6
