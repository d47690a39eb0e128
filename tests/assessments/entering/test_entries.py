"""What becomes of what people type: drafts, submitted values, conflicts, words of explanation."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from assessments.due import due_count
from assessments.entry.reading import listed_kpis
from assessments.entry.rows import heading
from assessments.entry.window import Choice
from assessments.models import Measurement, PeriodLock
from assessments.services.entering import EnteredValue, enter_values
from kpis.models import Kpi
from kpis.services import archive_kpi
from organizations.errors import ForbiddenError
from organizations.models import Membership, Organization, User
from projects.models import Project
from projects.periods import last_complete, shift
from tests.assessments.roll_out import a_kpi, enter

from .fields import absent, page, save, submit, typed, versions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]

ClientOf = Callable[[User], Client]
MembershipOf = Callable[[User], Membership]


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


def test_a_month_left_out_is_late_by_the_rule_of_the_results(
    kpi: Kpi, dora: User, membership_of: MembershipOf
) -> None:
    enter(kpi, dora, datetime.date(2026, 8, 1), 33.0)
    today = datetime.date(2026, 11, 3)
    (listed,) = listed_kpis(membership_of(dora), Choice(), today)
    assert listed.late_from == datetime.date(2026, 10, 9)  # September was due on October 8th
    assert heading([listed], today).startswith("1 value due, 1 late.")
