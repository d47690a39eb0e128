"""My entries: whose KPIs and which periods it shows, what is due, and what a paste would do."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assessments.due import due_count
from assessments.entry.cells import Unsaved
from assessments.entry.reading import listed_kpis, read_sheet
from assessments.entry.rows import build_tables
from assessments.entry.window import Choice, Window
from assessments.models import Comment, Measurement, PeriodLock
from kpis.models import Kpi
from organizations.models import Membership, Organization, User
from organizations.services import create_department
from projects.models import Project
from projects.periods import label, last_complete, shift
from tests.assessments.roll_out import a_kpi, enter
from tests.queries import at_most

from .fields import page, save, submit, typed, versions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]

ClientOf = Callable[[User], Client]
MembershipOf = Callable[[User], Membership]


def test_a_value_returned_long_ago_comes_first_with_a_link_to_it(
    contributor: Client, kpi: Kpi, project: Project, month: datetime.date, bob: User, dora: User
) -> None:
    other = a_kpi(project, bob, name="Zebra", data_owner=dora)
    long_ago = shift(month, "month", -9)
    enter(other, dora, long_ago, 1.0)
    enter(other, bob, long_ago, 1.0, status="returned", note="Really?")
    content = contributor.get(page()).content.decode()
    assert content.index("Zebra") < content.index("Order lead time")
    assert f"returned for {label(long_ago, 'month')}" in content
    assert "Really?" in contributor.get(page(), {"from": str(long_ago)}).content.decode()


def test_a_script_gets_the_changed_rows_the_heading_and_what_was_left(
    contributor: Client, kpi: Kpi, project: Project, month: datetime.date, bob: User, dora: User
) -> None:
    other = a_kpi(project, bob, name="Rework", data_owner=dora)
    a_kpi(project, bob, name="Untouched", data_owner=dora)
    fields = {**typed(kpi, month, "38"), **typed(other, month, "lots")}
    answer = submit(contributor, fields, headers={"Accept": "application/json"}).json()
    assert set(answer["rows"]) == {str(kpi.pk), str(other.pk)}
    assert answer["rows"][str(kpi.pk)].lstrip().startswith(f'<tr id="row-{kpi.pk}"')
    assert answer["left"] == [f"c-{other.pk}-{month}"]
    assert "1 of 3 in for" in answer["heading"]
    assert answer["announcement"] == "1 value submitted. 1 cell needs a look."


def test_earlier_gaps_are_filled_by_moving_the_window(
    contributor: Client, kpi: Kpi, month: datetime.date
) -> None:
    first = contributor.get(page()).content.decode()
    gap = shift(month, "month", -6)
    assert f"c-{kpi.pk}-{gap}-0" not in first
    moved = contributor.get(page(), {"from": str(gap), "columns": "6"}).content.decode()
    assert f"c-{kpi.pk}-{gap}-0" in moved
    assert moved.count(f'name="c-{kpi.pk}-') == 6
    save(contributor, typed(kpi, gap, "44"))
    assert versions(kpi, gap) == [("draft", 44.0)]


def test_each_frequency_has_its_own_table_with_its_own_periods(
    contributor: Client, project: Project, bob: User, dora: User, organization: Organization
) -> None:
    for frequency in ("year", "week", "month", "quarter"):
        a_kpi(project, bob, name=f"Each {frequency}", data_owner=dora, frequency=frequency, targets={})
    content = contributor.get(page()).content.decode()
    assert content.count("<table") == 4
    for frequency in ("week", "month", "quarter", "year"):
        assert label(last_complete(organization.today(), frequency), frequency) in content


def test_a_viewer_enters_nothing_and_a_stranger_finds_nothing(
    client_of: ClientOf, kpi: Kpi, victor: User, charlie: User
) -> None:
    assert client_of(victor).get(page()).status_code == 403
    assert client_of(charlie).get(page()).status_code == 404
    assert client_of(charlie).post(page()).status_code == 404


def test_the_heading_counts_due_late_and_what_is_in(
    contributor: Client, kpi: Kpi, project: Project, month: datetime.date, bob: User, dora: User
) -> None:
    done = a_kpi(project, bob, name="Rework", data_owner=dora)
    enter(done, dora, month, 4.9)
    a_kpi(project, bob, name="Later", data_owner=dora, expected_start=shift(month, "month", 6), targets={})
    content = contributor.get(page()).content.decode()
    assert f"1 of 2 in for {label(month, 'month')}." in content
    assert "1 value due" in content
    assert "not due before" in content


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (datetime.date(2026, 11, 7), "due by"),
        (datetime.date(2026, 11, 8), "due today"),
        (datetime.date(2026, 11, 9), "1 day late"),
    ],
)
def test_a_value_is_late_after_a_week(
    kpi: Kpi, dora: User, membership_of: MembershipOf, today: datetime.date, words: str
) -> None:
    enter(kpi, dora, datetime.date(2026, 9, 1), 33.0)
    listed = listed_kpis(membership_of(dora), Choice(), today)
    [table] = build_tables(read_sheet(listed, Window(today)), listed, Unsaved(), "/")
    assert words in table.groups[0].rows[0].badges[0].label


@pytest.mark.parametrize(
    ("day", "due"), [(datetime.date(2026, 10, 31), 1), (datetime.date(2026, 11, 1), 0), (None, 0)]
)
def test_a_value_is_due_once_its_effect_is_expected(
    project: Project, bob: User, dora: User, membership_of: MembershipOf, day: datetime.date | None, due: int
) -> None:
    # Without a day the KPI is expected from the period in which it was defined: that one is still running.
    kpi = a_kpi(project, bob, data_owner=dora, expected_start=day, targets={})
    today = datetime.date(2026, 11, 23) if day else kpi.organization.today()
    assert due_count(membership_of(dora), today) == due


def test_what_is_owed_is_counted_in_one_query(
    kpi: Kpi, project: Project, bob: User, dora: User, membership_of: MembershipOf
) -> None:
    a_kpi(project, bob, name="Uptime", data_owner=dora, source="availability")
    a_kpi(project, bob, name="Of Bob", data_owner=bob)
    membership, today = membership_of(dora), kpi.organization.today()
    with at_most(1):
        assert due_count(membership, today) == 1


def test_a_pmo_sees_their_own_a_projects_a_departments_and_all(
    client_of: ClientOf,
    kpi: Kpi,
    organization: Organization,
    bob: User,
    dora: User,
    membership_of: MembershipOf,
) -> None:
    pmo = client_of(bob)
    plant = create_department(actor=bob, organization=organization, name="Plant")
    line = create_department(actor=bob, organization=organization, name="Line 2", parent=plant)
    Membership.objects.filter(user=dora).update(department=line)

    def sees(scope: str) -> bool:
        return "Order lead time" in pmo.get(page(), {"scope": scope}).content.decode()

    assert not sees("")
    assert sees("all")
    assert sees("project:ERP")
    assert not sees("project:CRM")
    assert sees(f"department:{plant.pk}")
    assert sees(f"department:{line.pk}")
    Membership.objects.filter(user=dora).update(department=None)
    assert not sees(f"department:{plant.pk}")


def test_a_contributor_cannot_ask_for_all(contributor: Client, project: Project, bob: User) -> None:
    a_kpi(project, bob, name="Of Bob", data_owner=bob)
    for scope in ("all", "project:ERP", "department:1"):
        assert "Of Bob" not in contributor.get(page(), {"scope": scope}).content.decode()


def test_comments_and_files_are_counted_beside_their_cell(
    contributor: Client, kpi: Kpi, month: datetime.date, dora: User
) -> None:
    for text in ("Why?", "Holiday"):
        Comment.objects.create(
            organization=kpi.organization, kpi=kpi, period=month, text=text, written_by=dora
        )
    content = contributor.get(page()).content.decode()
    assert f'href="/o/acme/entries/{kpi.code}/{month}/" aria-label="Order lead time, ' in content
    assert "2 comments" in content


def test_forty_kpis_and_twelve_periods_take_twelve_queries(
    client_of: ClientOf, project: Project, bob: User, dora: User, month: datetime.date
) -> None:
    frequencies = ["month", "quarter", "week", "year"]
    for number in range(40):
        kpi = a_kpi(
            project, bob, name=f"KPI {number}", data_owner=dora, frequency=frequencies[number % 4], targets={}
        )
        if number % 4 == 0:
            enter(kpi, dora, month, 1.0, status="draft")
    pmo = client_of(bob)
    with at_most(12):
        pmo.get(page(), {"scope": "all", "columns": "12"})


def test_saving_all_takes_the_same_queries_for_many_rows(
    contributor: Client, project: Project, bob: User, dora: User, month: datetime.date
) -> None:
    kpis = [a_kpi(project, bob, name=f"KPI {number}", data_owner=dora) for number in range(20)]
    sent: dict[str, Any] = {}
    for kpi in kpis:
        sent |= typed(kpi, month, "38")
    with at_most(24):
        assert submit(contributor, sent).status_code == 302
    assert Measurement.objects.count() == 20


@pytest.mark.parametrize(
    "query",
    [
        "scope=project:%00",
        "kpi=%00",
        "page=-1",
        "scope=%00",
        "scope=department:9999999999999999999",
        "from=x",
        "from=0001-01-01",
        "from=9999-12-31",
        "columns=99",
    ],
)
def test_an_address_nobody_typed_shows_a_page_all_the_same(contributor: Client, kpi: Kpi, query: str) -> None:
    assert contributor.get(f"{page()}?{query}").status_code == 200


@pytest.mark.parametrize("action", ["", "mine", "theirs:1:x:1", "submit:x", "mine:1:2026-01-01:x", "drop"])
def test_a_button_nobody_made_only_keeps_drafts(
    contributor: Client, kpi: Kpi, month: datetime.date, action: str
) -> None:
    save(contributor, typed(kpi, month, "38"), action)
    assert versions(kpi, month) == [("draft", 38.0)]


def preview(client: Client, fields: dict[str, Any]) -> Any:
    return client.post(reverse("assessments:entries_preview", args=["acme"]), fields).json()


def test_a_paste_is_looked_at_before_it_is_saved(
    contributor: Client, kpi: Kpi, project: Project, month: datetime.date, bob: User, dora: User
) -> None:
    other = a_kpi(project, bob, name="Rework", data_owner=dora, maximum=100)
    before = shift(month, "month", -1)
    PeriodLock.objects.create(organization=project.organization, project=project, month=before)
    cells = [
        (kpi, month, "1.2万"),
        (kpi, before, "37"),
        (other, month, "101"),
        (other, shift(month, "month", 1), "n/a"),
    ]
    fields: dict[str, Any] = {"outside": "3"}
    for one, period, text in cells:
        fields |= typed(one, period, text)
    found = preview(contributor, fields)
    assert found["ready"] == [f"c-{kpi.pk}-{month}", f"c-{other.pk}-{month}"]
    for words in (
        "4 cells pasted",
        "2 ready",
        "2 rejected",
        "“n/a” is not a number.",
        "locked",
        "3 cells lie outside",
        "Above the highest plausible value",
        "Keep 2",
    ):
        assert words in found["html"]
    assert not Measurement.objects.exists()


def test_the_preview_of_a_paste_takes_the_same_queries_for_many_cells(
    contributor: Client, project: Project, bob: User, dora: User, month: datetime.date
) -> None:
    fields: dict[str, Any] = {}
    for number in range(20):
        kpi = a_kpi(project, bob, name=f"KPI {number}", data_owner=dora)
        for step in range(12):
            fields |= typed(kpi, shift(month, "month", -step), "38")
    with at_most(10):
        assert len(preview(contributor, fields)["ready"]) == 240


def test_the_preview_says_nothing_of_kpis_of_others(
    contributor: Client, project: Project, month: datetime.date, bob: User
) -> None:
    foreign = a_kpi(project, bob, name="Secret", data_owner=bob)
    found = preview(contributor, typed(foreign, month, "38"))
    assert found["ready"] == []
    assert "Secret" not in found["html"]
