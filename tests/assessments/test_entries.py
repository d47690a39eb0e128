"""My entries: what is due, and what becomes of what people type."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assessments.due import due_count
from assessments.entry_cells import Unsaved
from assessments.entry_reading import listed_kpis, read_sheet
from assessments.entry_rows import build_tables, heading
from assessments.entry_window import Choice, Window
from assessments.models import Comment, Measurement, PeriodLock
from assessments.services.entering import EnteredValue, enter_values
from kpis.models import Kpi
from kpis.services import archive_kpi
from organizations.errors import ForbiddenError
from organizations.models import Membership, Organization, User
from organizations.services import create_department
from projects.models import Project
from projects.periods import label, last_complete, shift
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


def typed(kpi: Kpi, period: datetime.date, text: str, seen: int = 0, note: str = "") -> dict[str, Any]:
    """The fields of one cell, with its word of explanation."""
    fields = {f"c-{kpi.pk}-{period}-{seen}": text}
    return {**fields, f"e-{kpi.pk}-{period}": note} if note else fields


def absent(kpi: Kpi, period: datetime.date, reason: str, text: str = "", seen: int = 0) -> dict[str, Any]:
    """The answer "not available because …"."""
    answer = {f"na-{kpi.pk}-period": str(period), f"na-{kpi.pk}-reason": reason, f"na-{kpi.pk}-text": text}
    return {**typed(kpi, period, "", seen), **answer}


def save(client: Client, fields: dict[str, Any], action: str = "save", **more: Any) -> Any:
    return client.post(page(), {**fields, "action": action}, **more)


def submit(client: Client, fields: dict[str, Any], **more: Any) -> Any:
    return save(client, fields, "submit", **more)


def versions(kpi: Kpi, period: datetime.date) -> list[tuple[str, float | None]]:
    rows = Measurement.objects.filter(kpi=kpi, period=period).order_by("version")
    return list(rows.values_list("status", "value"))


def test_what_is_saved_is_a_draft_that_counts_for_nothing_until_it_is_submitted(
    contributor: Client, kpi: Kpi, month: datetime.date, dora: User, membership_of: MembershipOf
) -> None:
    save(contributor, typed(kpi, month, "1,038.5"))
    value = Measurement.objects.get()
    assert (value.value, value.recorded_by, value.status) == (1038.5, dora, "draft")
    assert due_count(membership_of(dora), kpi.organization.today()) == 1
    text = contributor.get(page()).content.decode()
    assert "draft saved" in text
    assert f'name="c-{kpi.pk}-{month}-1" value="1038.5"' in text
    submit(contributor, typed(kpi, month, "1038.5", seen=1))
    assert versions(kpi, month) == [("draft", 1038.5), ("submitted", 1038.5)]
    assert due_count(membership_of(dora), kpi.organization.today()) == 0


def test_a_typed_value_is_submitted_at_once(contributor: Client, kpi: Kpi, month: datetime.date) -> None:
    answer = submit(contributor, typed(kpi, month, "38"), follow=True)
    assert "1 value submitted." in answer.content.decode()
    assert versions(kpi, month) == [("submitted", 38.0)]


@pytest.mark.parametrize("send", [save, submit])
def test_a_double_click_makes_one_version(
    contributor: Client, kpi: Kpi, month: datetime.date, send: Callable[..., Any]
) -> None:
    for _click in range(2):
        assert send(contributor, typed(kpi, month, "38")).status_code == 302
    assert len(versions(kpi, month)) == 1


def test_one_row_is_submitted_and_what_is_typed_in_others_is_kept_as_drafts(
    contributor: Client, kpi: Kpi, project: Project, month: datetime.date, bob: User, dora: User
) -> None:
    other = a_kpi(project, bob, name="Rework", data_owner=dora)
    fields = {**typed(kpi, month, "38"), **typed(other, month, "4.9")}
    answer = save(contributor, fields, f"submit:{kpi.pk}")
    assert answer.url.endswith(f"#row-{kpi.pk}")
    assert (versions(kpi, month), versions(other, month)) == ([("submitted", 38.0)], [("draft", 4.9)])


@pytest.mark.parametrize(("text", "words"), [("n/a", "“n/a” is not a number."), ("1.2万%", "has two units")])
def test_what_is_no_number_is_refused_and_kept_as_typed(
    contributor: Client, kpi: Kpi, month: datetime.date, text: str, words: str
) -> None:
    answer = save(contributor, typed(kpi, month, text))
    assert answer.status_code == 422
    content = answer.content.decode()
    assert words in content
    assert f'value="{text}"' in content
    assert not Measurement.objects.exists()


@pytest.mark.parametrize(("text", "value"), [("1.2万", 12000.0), ("１２３", 123.0), ("(1,234.5)", -1234.5)])
def test_number_forms_of_both_languages_are_read(
    contributor: Client, kpi: Kpi, month: datetime.date, text: str, value: float
) -> None:
    save(contributor, typed(kpi, month, text))
    assert versions(kpi, month) == [("draft", value)]


def test_a_value_that_somebody_else_changed_meanwhile_shows_both_and_saves_nothing(
    contributor: Client, kpi: Kpi, month: datetime.date, bob: User
) -> None:
    enter(kpi, bob, month, 41.0)
    answer = save(contributor, typed(kpi, month, "38"))
    content = answer.content.decode()
    assert answer.status_code == 422
    assert "Bob entered 41.0" in content
    assert "you typed 38" in content
    # Saving again is no choice: only a button is.
    assert f'name="c-{kpi.pk}-{month}-0" value="38"' in content
    assert save(contributor, typed(kpi, month, "38")).status_code == 422
    assert versions(kpi, month) == [("submitted", 41.0)]


def test_after_a_conflict_one_keeps_the_own_value_or_takes_the_other(
    contributor: Client, kpi: Kpi, month: datetime.date, bob: User
) -> None:
    enter(kpi, bob, month, 41.0)
    save(contributor, typed(kpi, month, "38"), f"theirs:{kpi.pk}:{month}:1")
    assert versions(kpi, month) == [("submitted", 41.0)]
    save(contributor, typed(kpi, month, "38"), f"mine:{kpi.pk}:{month}:1")
    assert versions(kpi, month) == [("submitted", 41.0), ("draft", 38.0)]


def test_a_choice_does_not_cover_what_was_written_after_it_was_shown(
    contributor: Client, kpi: Kpi, month: datetime.date, bob: User
) -> None:
    enter(kpi, bob, month, 41.0)
    enter(kpi, bob, month, 42.0)
    answer = save(contributor, typed(kpi, month, "38"), f"mine:{kpi.pk}:{month}:1")
    assert "Bob entered 42.0" in answer.content.decode()
    assert versions(kpi, month) == [("submitted", 41.0), ("submitted", 42.0)]


def test_two_drafts_of_two_people_are_a_conflict_too(
    contributor: Client, client_of: ClientOf, kpi: Kpi, month: datetime.date, bob: User
) -> None:
    save(client_of(bob), typed(kpi, month, "41"))
    answer = save(contributor, typed(kpi, month, "38"))
    assert "Bob entered 41.0" in answer.content.decode()
    assert versions(kpi, month) == [("draft", 41.0)]


def test_a_cell_left_alone_never_overwrites_a_newer_value(
    contributor: Client, kpi: Kpi, month: datetime.date, bob: User, dora: User
) -> None:
    enter(kpi, dora, month, 38.0)
    enter(kpi, bob, month, 41.0)
    assert submit(contributor, typed(kpi, month, "38", seen=1)).status_code == 302
    assert versions(kpi, month) == [("submitted", 38.0), ("submitted", 41.0)]


def test_the_draft_of_somebody_else_is_not_submitted_unseen(
    contributor: Client, kpi: Kpi, month: datetime.date, bob: User, dora: User
) -> None:
    enter(kpi, dora, month, 38.0, status="draft")
    enter(kpi, bob, month, 41.0, status="draft")
    answer = submit(contributor, typed(kpi, month, "38", seen=1))
    assert "Bob entered 41.0" in answer.content.decode()
    assert len(versions(kpi, month)) == 2


def test_the_same_value_in_two_tabs_is_no_conflict(
    contributor: Client, kpi: Kpi, month: datetime.date, bob: User
) -> None:
    enter(kpi, bob, month, 38.0)
    assert save(contributor, typed(kpi, month, "38.0")).status_code == 302
    assert len(versions(kpi, month)) == 1


def test_what_was_handed_in_cannot_be_emptied(
    contributor: Client, kpi: Kpi, month: datetime.date, dora: User
) -> None:
    enter(kpi, dora, month, 38.0)
    answer = save(contributor, typed(kpi, month, "", seen=1))
    assert "cannot be emptied" in answer.content.decode()
    assert versions(kpi, month) == [("submitted", 38.0)]


def test_a_draft_can_be_emptied_again(contributor: Client, kpi: Kpi, month: datetime.date) -> None:
    save(contributor, typed(kpi, month, "38"))
    save(contributor, typed(kpi, month, "", seen=1))
    content = contributor.get(page()).content.decode()
    assert f'name="c-{kpi.pk}-{month}-2" value=""' in content
    assert 'data-submits="0"' in content
    submit(contributor, typed(kpi, month, "", seen=2))
    assert versions(kpi, month) == [("draft", 38.0), ("draft", None)]


def test_a_correction_typed_back_waits_for_nothing(
    contributor: Client, kpi: Kpi, month: datetime.date, dora: User
) -> None:
    enter(kpi, dora, month, 38.0)
    save(contributor, typed(kpi, month, "39", seen=1))
    assert 'data-submits="1"' in contributor.get(page()).content.decode()
    save(contributor, typed(kpi, month, "38", seen=2))
    assert 'data-submits="0"' in contributor.get(page()).content.decode()


def test_not_available_is_an_answer_with_a_reason(
    contributor: Client, kpi: Kpi, month: datetime.date, dora: User, membership_of: MembershipOf
) -> None:
    submit(contributor, absent(kpi, month, "system", "Meter 3"))
    value = Measurement.objects.get()
    assert (value.value, value.status, value.note) == (
        None,
        "submitted",
        "The source system was down: Meter 3",
    )
    assert due_count(membership_of(dora), kpi.organization.today()) == 0
    content = contributor.get(page()).content.decode()
    assert "not available" in content
    assert 'placeholder="n/a"' in content
    # Untouched, it stays the answer.
    submit(contributor, typed(kpi, month, "", seen=1))
    assert versions(kpi, month) == [("submitted", None)]


def test_another_reason_needs_words_and_an_unknown_one_is_refused(
    contributor: Client, kpi: Kpi, month: datetime.date
) -> None:
    assert "Say in a few words" in save(contributor, absent(kpi, month, "other")).content.decode()
    assert "Choose one of the reasons." in save(contributor, absent(kpi, month, "why")).content.decode()
    assert not Measurement.objects.exists()


def test_a_kept_absence_is_submitted_with_its_reason(
    contributor: Client, kpi: Kpi, month: datetime.date
) -> None:
    save(contributor, absent(kpi, month, "other", "On strike"))
    submit(contributor, typed(kpi, month, "", seen=1))
    notes = Measurement.objects.order_by("version").values_list("status", "note")
    assert list(notes) == [("draft", "On strike"), ("submitted", "On strike")]


def test_a_jump_is_kept_as_a_draft_until_a_word_explains_it(
    contributor: Client, kpi: Kpi, month: datetime.date, dora: User
) -> None:
    enter(kpi, dora, shift(month, "month", -1), 40.0)
    answer = submit(contributor, typed(kpi, month, "144"))
    content = answer.content.decode()
    assert answer.status_code == 422
    assert "3.6 times the last value, 40.0." in content
    assert f'name="e-{kpi.pk}-{month}"' in content
    assert versions(kpi, month) == [("draft", 144.0)]
    submit(contributor, typed(kpi, month, "144", seen=1, note="Two plants closed"))
    newest = Measurement.objects.filter(period=month).order_by("version").last()
    assert newest is not None
    assert (newest.status, newest.note) == ("submitted", "Two plants closed")


def test_an_explanation_kept_with_the_draft_is_enough(
    contributor: Client, kpi: Kpi, month: datetime.date, dora: User
) -> None:
    enter(kpi, dora, shift(month, "month", -1), 40.0)
    save(contributor, typed(kpi, month, "144", note="Two plants closed"))
    submit(contributor, typed(kpi, month, "144", seen=1))
    assert versions(kpi, month) == [("draft", 144.0), ("submitted", 144.0)]
    assert Measurement.objects.filter(status="submitted", note="Two plants closed").count() == 1


def test_a_verified_value_is_changed_only_with_a_word(
    contributor: Client, kpi: Kpi, month: datetime.date, bob: User
) -> None:
    enter(kpi, bob, month, 38.0, status="verified")
    answer = submit(contributor, typed(kpi, month, "39", seen=1))
    assert "This changes a verified value." in answer.content.decode()
    submit(contributor, typed(kpi, month, "39", seen=2, note="Typing error"))
    assert versions(kpi, month) == [("verified", 38.0), ("draft", 39.0), ("submitted", 39.0)]


def test_a_locked_period_is_shown_read_only_with_who_locked_it_and_takes_nothing(
    contributor: Client, kpi: Kpi, month: datetime.date, bob: User
) -> None:
    PeriodLock.objects.create(
        organization=kpi.organization, project=kpi.project, month=month, locked_by=bob, reason="Audit."
    )
    content = contributor.get(page()).content.decode()
    assert "Bob locked" in content
    assert content.count(" readonly") == 1
    answer = save(contributor, typed(kpi, month, "38"))
    assert "Bob locked" in answer.content.decode()
    assert 'value="38"' in answer.content.decode()
    assert not Measurement.objects.exists()


def test_a_quarter_is_locked_by_the_month_in_which_it_ends(
    contributor: Client, project: Project, bob: User, dora: User, organization: Organization
) -> None:
    kpi = a_kpi(project, bob, data_owner=dora, frequency="quarter", targets={})
    quarter = last_complete(organization.today(), "quarter")
    for offset in (0, 1):
        lock = {"organization": organization, "project": project, "month": shift(quarter, "month", offset)}
        PeriodLock.objects.create(**lock)
    assert save(contributor, typed(kpi, quarter, "38")).status_code == 302
    PeriodLock.objects.create(organization=organization, project=project, month=shift(quarter, "month", 2))
    assert save(contributor, typed(kpi, quarter, "39", seen=1)).status_code == 422


def test_a_returned_value_is_due_again_and_stands_beside_its_reason(
    contributor: Client, kpi: Kpi, month: datetime.date, bob: User, dora: User, membership_of: MembershipOf
) -> None:
    enter(kpi, dora, month, 380.0)
    enter(kpi, bob, month, 380.0, status="returned", note="Ten times too much?")
    assert due_count(membership_of(dora), kpi.organization.today()) == 1
    content = contributor.get(page()).content.decode()
    assert "returned by Bob: Ten times too much?" in content
    assert f'name="c-{kpi.pk}-{month}-2" value=""' in content
    submit(contributor, typed(kpi, month, "", seen=2))
    assert len(versions(kpi, month)) == 2
    submit(contributor, typed(kpi, month, "380", seen=2))
    assert versions(kpi, month)[-1] == ("submitted", 380.0)


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


def test_save_all_keeps_what_is_right_and_shows_what_is_not(
    contributor: Client, kpi: Kpi, project: Project, month: datetime.date, bob: User, dora: User
) -> None:
    other = a_kpi(project, bob, name="Rework", data_owner=dora)
    answer = submit(contributor, {**typed(kpi, month, "38"), **typed(other, month, "lots")})
    content = answer.content.decode()
    assert answer.status_code == 422
    assert "1 value submitted. 1 cell needs a look." in content
    assert "“lots” is not a number." in content
    assert (versions(kpi, month), versions(other, month)) == ([("submitted", 38.0)], [])


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


def test_the_running_period_can_be_entered_and_the_future_cannot(
    contributor: Client, kpi: Kpi, month: datetime.date
) -> None:
    running, future = shift(month, "month", 1), shift(month, "month", 2)
    save(contributor, {**typed(kpi, running, "37"), **typed(kpi, future, "36")})
    assert versions(kpi, running) == [("draft", 37.0)]
    assert versions(kpi, future) == []


def test_a_day_that_begins_no_period_is_left_out(contributor: Client, kpi: Kpi, month: datetime.date) -> None:
    save(contributor, typed(kpi, month + datetime.timedelta(days=3), "37"))
    assert not Measurement.objects.exists()


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


def test_a_contributor_cannot_enter_a_kpi_that_names_them_nowhere(
    contributor: Client, project: Project, month: datetime.date, bob: User
) -> None:
    foreign = a_kpi(project, bob, data_owner=bob)
    submit(contributor, typed(foreign, month, "38"))
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
    submit(contributor, typed(kpi, month, "38"))
    assert not Measurement.objects.exists()


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


def test_a_month_left_out_is_late_by_the_rule_of_the_results(
    kpi: Kpi, dora: User, membership_of: MembershipOf
) -> None:
    enter(kpi, dora, datetime.date(2026, 8, 1), 33.0)
    today = datetime.date(2026, 11, 3)
    (listed,) = listed_kpis(membership_of(dora), Choice(), today)
    assert listed.late_from == datetime.date(2026, 10, 9)  # September was due on October 8th
    assert heading([listed], today).startswith("1 value due, 1 late.")


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
