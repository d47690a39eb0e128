"""My entries: what is due, and what becomes of what people type."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assessments.due import due_count, with_due
from assessments.entry_rows import Typed, build_row
from assessments.models import Measurement
from assessments.services.entering import EnteredValue, enter_values
from kpis.models import Kpi
from kpis.services import archive_kpi
from organizations.errors import ForbiddenError
from organizations.models import Membership, Organization, User
from projects.models import Project
from projects.periods import label, shift
from tests.assessments.roll_out import a_kpi, a_project, enter, last_month
from tests.queries import at_most

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]

ClientOf = Callable[[User], Client]
MembershipOf = Callable[[User], Membership]


@pytest.fixture
def project(organization: Organization, scope: Organization, bob: User) -> Project:
    return a_project(organization, bob)


@pytest.fixture
def kpi(project: Project, bob: User, dora: User) -> Kpi:
    """Dora's."""
    return a_kpi(project, bob, data_owner=dora)


@pytest.fixture
def month(organization: Organization) -> datetime.date:
    return last_month(organization)


@pytest.fixture
def contributor(client_of: ClientOf, dora: User) -> Client:
    return client_of(dora)


def page() -> str:
    return reverse("assessments:entries", args=["acme"])


def row_of(kpi: Kpi) -> str:
    return reverse("assessments:entry_save", args=["acme", kpi.code])


def typed(kpi: Kpi, period: datetime.date, text: str, seen: int = 0, note: str = "") -> dict[str, Any]:
    return {f"value-{kpi.pk}-{period}": text, f"seen-{kpi.pk}-{period}": seen, f"note-{kpi.pk}": note}


def versions(kpi: Kpi, period: datetime.date) -> list[float | None]:
    return list(
        Measurement.objects.filter(kpi=kpi, period=period).order_by("version").values_list("value", flat=True)
    )


def test_a_typed_value_is_kept_with_who_typed_it(
    contributor: Client, kpi: Kpi, month: datetime.date, dora: User
) -> None:
    answer = contributor.post(row_of(kpi), typed(kpi, month, "1,038.5"), follow=True)
    value = Measurement.objects.get()
    assert (value.value, value.recorded_by, value.status) == (1038.5, dora, "submitted")
    text = answer.content.decode()
    assert f"Order lead time is saved for {label(month, 'month')}." in text
    assert "Dora" in text
    assert 'value="1038.5"' in text


def test_a_double_submit_makes_one_version(contributor: Client, kpi: Kpi, month: datetime.date) -> None:
    for _click in range(2):
        assert contributor.post(row_of(kpi), typed(kpi, month, "38")).status_code == 302
    assert versions(kpi, month) == [38.0]


def test_a_correction_is_a_new_version(contributor: Client, kpi: Kpi, month: datetime.date) -> None:
    contributor.post(row_of(kpi), typed(kpi, month, "38"))
    contributor.post(row_of(kpi), typed(kpi, month, "39", seen=1))
    assert versions(kpi, month) == [38.0, 39.0]


@pytest.mark.parametrize(("text", "words"), [("n/a", "“n/a” is not a number."), ("1.2万%", "has two units")])
def test_what_is_no_number_is_refused_and_kept_as_typed(
    contributor: Client, kpi: Kpi, month: datetime.date, text: str, words: str
) -> None:
    answer = contributor.post(row_of(kpi), typed(kpi, month, text))
    assert answer.status_code == 422
    content = answer.content.decode()
    assert words in content
    assert f'value="{text}"' in content
    assert not Measurement.objects.exists()


def test_a_value_that_somebody_else_changed_meanwhile_shows_both_and_saves_nothing(
    contributor: Client, kpi: Kpi, month: datetime.date, bob: User
) -> None:
    enter(kpi, bob, month, 41.0)
    answer = contributor.post(row_of(kpi), typed(kpi, month, "38"))
    content = answer.content.decode()
    assert answer.status_code == 422
    assert "Bob entered 41.0" in content
    assert "you typed 38" in content
    assert versions(kpi, month) == [41.0]
    # The page now holds the version that was shown: saving again is a decision.
    assert f'name="seen-{kpi.pk}-{month}" value="1"' in content
    contributor.post(row_of(kpi), typed(kpi, month, "38", seen=1))
    assert versions(kpi, month) == [41.0, 38.0]


def test_a_cell_left_alone_never_overwrites_a_newer_value(
    contributor: Client, kpi: Kpi, month: datetime.date, bob: User, dora: User
) -> None:
    enter(kpi, dora, month, 38.0)
    enter(kpi, bob, month, 41.0)
    assert contributor.post(page(), typed(kpi, month, "38", seen=1)).status_code == 302
    assert versions(kpi, month) == [38.0, 41.0]


def test_the_same_value_in_two_tabs_is_no_conflict(
    contributor: Client, kpi: Kpi, month: datetime.date, bob: User
) -> None:
    enter(kpi, bob, month, 38.0)
    assert contributor.post(row_of(kpi), typed(kpi, month, "38.0")).status_code == 302
    assert versions(kpi, month) == [38.0]


def test_a_saved_value_cannot_be_emptied(
    contributor: Client, kpi: Kpi, month: datetime.date, dora: User
) -> None:
    enter(kpi, dora, month, 38.0)
    answer = contributor.post(row_of(kpi), typed(kpi, month, "", seen=1))
    assert "cannot be emptied" in answer.content.decode()
    assert versions(kpi, month) == [38.0]


def test_a_note_without_a_value_is_the_answer_that_there_is_none(
    contributor: Client, kpi: Kpi, month: datetime.date, dora: User, membership_of: MembershipOf
) -> None:
    contributor.post(row_of(kpi), typed(kpi, month, "", note="Meter broken"))
    assert Measurement.objects.get().note == "Meter broken"
    assert due_count(membership_of(dora), kpi.organization.today()) == 0
    assert "not available" in contributor.get(page()).content.decode()
    # Untouched, it stays the answer.
    contributor.post(page(), typed(kpi, month, "", seen=1, note="Meter broken"))
    assert versions(kpi, month) == [None]


def test_a_returned_value_is_due_again_and_stands_beside_its_reason(
    contributor: Client, kpi: Kpi, month: datetime.date, bob: User, dora: User, membership_of: MembershipOf
) -> None:
    enter(kpi, dora, month, 380.0)
    enter(kpi, bob, month, 380.0, status="returned", note="Ten times too much?")
    assert due_count(membership_of(dora), kpi.organization.today()) == 1
    content = contributor.get(page()).content.decode()
    assert "returned" in content
    assert "Ten times too much?" in content
    assert f'name="value-{kpi.pk}-{month}" value=""' in content
    contributor.post(page(), typed(kpi, month, "", seen=2))
    assert versions(kpi, month) == [380.0, 380.0]
    contributor.post(row_of(kpi), typed(kpi, month, "380", seen=2))
    assert versions(kpi, month) == [380.0, 380.0, 380.0]


def test_save_all_keeps_what_is_right_and_shows_what_is_not(
    contributor: Client, kpi: Kpi, project: Project, month: datetime.date, bob: User, dora: User
) -> None:
    other = a_kpi(project, bob, name="Rework", data_owner=dora)
    answer = contributor.post(page(), {**typed(kpi, month, "38"), **typed(other, month, "lots")})
    content = answer.content.decode()
    assert answer.status_code == 422
    assert "1 value saved. 1 cell needs a look." in content
    assert "“lots” is not a number." in content
    assert (versions(kpi, month), versions(other, month)) == ([38.0], [])


def test_saving_one_row_without_a_script_keeps_what_is_typed_in_others(
    contributor: Client, kpi: Kpi, project: Project, month: datetime.date, bob: User, dora: User
) -> None:
    other = a_kpi(project, bob, name="Rework", data_owner=dora)
    answer = contributor.post(row_of(kpi), {**typed(kpi, month, "38"), **typed(other, month, "4.9")})
    assert answer.status_code == 200
    assert 'value="4.9"' in answer.content.decode()
    assert (versions(kpi, month), versions(other, month)) == ([38.0], [])


def test_htmx_gets_the_row_the_heading_and_an_announcement(
    contributor: Client, kpi: Kpi, month: datetime.date
) -> None:
    answer = contributor.post(row_of(kpi), typed(kpi, month, "38"), headers={"HX-Request": "true"})
    content = answer.content.decode()
    assert "<html" not in content
    assert f'id="row-{kpi.pk}"' in content
    assert "Nothing is due. 1 of 1 in for" in content
    assert f"Order lead time is saved for {label(month, 'month')}." in content


def test_the_running_period_can_be_entered_and_the_future_cannot(
    contributor: Client, kpi: Kpi, month: datetime.date
) -> None:
    running, future = shift(month, "month", 1), shift(month, "month", 2)
    contributor.post(row_of(kpi), {**typed(kpi, running, "37"), **typed(kpi, future, "36")})
    assert versions(kpi, running) == [37.0]
    assert versions(kpi, future) == []


def test_a_contributor_cannot_enter_a_kpi_that_names_them_nowhere(
    contributor: Client, project: Project, month: datetime.date, bob: User
) -> None:
    foreign = a_kpi(project, bob, data_owner=bob)
    assert contributor.post(row_of(foreign), typed(foreign, month, "38")).status_code == 403
    contributor.post(page(), typed(foreign, month, "38"))
    assert not Measurement.objects.exists()


def test_the_service_itself_refuses_a_foreign_kpi(
    project: Project, month: datetime.date, bob: User, dora: User, membership_of: MembershipOf
) -> None:
    foreign = a_kpi(project, bob, data_owner=bob)
    with pytest.raises(ForbiddenError):
        enter_values(membership=membership_of(dora), values=[EnteredValue(foreign.pk, month, 38.0)])


def test_an_archived_kpi_takes_no_value(
    contributor: Client, kpi: Kpi, month: datetime.date, bob: User
) -> None:
    archive_kpi(actor=bob, kpi=kpi)
    assert contributor.post(row_of(kpi), typed(kpi, month, "38")).status_code == 403


def test_a_viewer_enters_nothing_and_a_stranger_finds_nothing(
    client_of: ClientOf, kpi: Kpi, victor: User, charlie: User
) -> None:
    assert client_of(victor).get(page()).status_code == 403
    assert client_of(charlie).get(page()).status_code == 404
    assert client_of(charlie).post(row_of(kpi)).status_code == 404


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
    [(datetime.date(2026, 11, 8), "due by"), (datetime.date(2026, 11, 9), "1 day late")],
)
def test_a_value_is_late_after_a_week(kpi: Kpi, today: datetime.date, words: str) -> None:
    due = with_due(Kpi.objects.filter(pk=kpi.pk), today).get()
    row = build_row(due, newest={}, today=today, typed_in=Typed())
    assert words in row.state["label"]


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


def test_a_pmo_sees_their_own_entries_and_on_request_all(client_of: ClientOf, kpi: Kpi, bob: User) -> None:
    pmo = client_of(bob)
    assert "Order lead time" not in pmo.get(page()).content.decode()
    assert "Order lead time" in pmo.get(page(), {"scope": "all"}).content.decode()
    assert "Order lead time" not in pmo.get(page(), {"scope": "all", "project": "CRM"}).content.decode()


def test_a_contributor_cannot_ask_for_all(contributor: Client, project: Project, bob: User) -> None:
    a_kpi(project, bob, name="Of Bob", data_owner=bob)
    assert "Of Bob" not in contributor.get(page(), {"scope": "all"}).content.decode()


def test_the_page_takes_the_same_queries_for_many_rows(
    contributor: Client, project: Project, bob: User, dora: User, month: datetime.date
) -> None:
    frequencies = ["month", "quarter", "week", "year"]
    for number in range(20):
        kpi = a_kpi(
            project, bob, name=f"KPI {number}", data_owner=dora, frequency=frequencies[number % 4], targets={}
        )
        if number % 4 == 0:
            enter(kpi, dora, month, 1.0)
    with at_most(9):
        contributor.get(page())


def test_saving_all_takes_the_same_queries_for_many_rows(
    contributor: Client, project: Project, bob: User, dora: User, month: datetime.date
) -> None:
    kpis = [a_kpi(project, bob, name=f"KPI {number}", data_owner=dora) for number in range(20)]
    sent: dict[str, Any] = {}
    for kpi in kpis:
        sent |= typed(kpi, month, "38")
    with at_most(24):
        assert contributor.post(page(), sent).status_code == 302
    assert Measurement.objects.count() == 20


@pytest.mark.parametrize("query", ["project=%00", "kpi=%00", "page=-1", "scope=%00"])
def test_an_address_nobody_typed_shows_a_page_all_the_same(contributor: Client, kpi: Kpi, query: str) -> None:
    assert contributor.get(f"{page()}?{query}").status_code == 200
