"""The terms of computation, and the end of an organization."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kpis.models import Kpi
from organizations import tasks
from organizations.models import AuditEvent, JobRun, Membership, Organization, RowVersion, User
from organizations.services import create_department, create_user, request_deletion, update_organization
from organizations.tenancy import organization_scope, user_scope
from projects.services.project import create_project

from .pages import ACME, errors_of, follow, text_of

VALUES = {
    "name": "Acme",
    "language": "en",
    "zone": "Europe/Berlin",
    "night_hour": "2",
    "currency": "EUR",
    "fiscal_year_start": "1",
    "discount_rate": "8",
    "weight_functional": "30",
    "weight_operational": "30",
    "weight_strategic": "40",
    "score_cap": "120",
    "four_eyes_functional": "on",
    "four_eyes_operational": "on",
    "four_eyes_strategic": "on",
}
URL = f"{ACME}settings/"


@pytest.fixture
def browser(alice: User, organization: Organization, client_of: Callable[[User], Client]) -> Client:
    return client_of(alice)


def test_rates_are_typed_in_percent_and_kept_as_shares(browser: Client, organization: Organization) -> None:
    content = browser.get(URL).content.decode()
    assert 'name="discount_rate" value="8"' in content
    assert 'name="score_cap" value="120"' in content
    follow(browser, URL, **{**VALUES, "discount_rate": "8.5", "score_cap": "150"})
    organization.refresh_from_db()
    assert (organization.discount_rate, organization.score_cap) == (0.085, 1.5)


def test_weights_can_be_added_up(browser: Client, organization: Organization) -> None:
    page = browser.post(URL, {**VALUES, "weight_strategic": "1e308"})
    assert "less than or equal to" in errors_of(page)
    organization.refresh_from_db()
    assert organization.weight_strategic == 40


def test_a_changed_term_computes_all_figures_anew(
    browser: Client, organization: Organization, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as queued:
        page = follow(browser, URL, **{**VALUES, "weight_strategic": "60"})
    assert "All figures are being computed anew." in text_of(page)
    assert len(queued) == 1


def test_a_new_name_computes_nothing(
    browser: Client, organization: Organization, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as queued:
        page = follow(browser, URL, **{**VALUES, "name": "Acme Group"})
    assert "The settings are saved." in text_of(page)
    assert "anew" not in text_of(page)
    assert queued == []
    organization.refresh_from_db()
    assert organization.name == "Acme Group"


def test_four_eyes_are_switched_by_tier_and_kept_in_the_history(
    browser: Client, organization: Organization
) -> None:
    assert "neither typed nor submitted it" in text_of(browser.get(URL))
    follow(browser, URL, **{name: value for name, value in VALUES.items() if name != "four_eyes_strategic"})
    organization.refresh_from_db()
    assert (organization.four_eyes_operational, organization.four_eyes_strategic) == (True, False)
    with organization_scope(organization):
        event = AuditEvent.objects.get(action="organization.updated")
    assert (event.before, event.after) == ({"four_eyes_strategic": True}, {"four_eyes_strategic": False})


def test_each_change_is_in_the_history_with_before_and_after(
    alice: User, organization: Organization, scope: Organization
) -> None:
    update_organization(
        actor=alice, organization=organization, values={"discount_rate": 0.1, "currency": "EUR"}
    )
    event = AuditEvent.objects.get(action="organization.updated")
    assert (event.actor, event.before, event.after) == (
        alice,
        {"discount_rate": 0.08},
        {"discount_rate": 0.1},
    )


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("currency", "XYZ", "There is no currency “XYZ”"),
        ("zone", "Mars/Base", "There is no time zone"),
        ("discount_rate", "130", "less than or equal to 100"),
        ("score_cap", "90", "greater than or equal to 100"),
        ("weight_strategic", "-1", "greater than or equal to 0"),
        ("night_hour", "24", "Select a valid choice"),
        ("name", "", "required"),
    ],
)
def test_a_wrong_term_is_refused_with_its_reason(
    field: str, value: str, message: str, browser: Client, organization: Organization
) -> None:
    page = browser.post(URL, {**VALUES, field: value})
    assert message in errors_of(page)
    organization.refresh_from_db()
    assert organization.currency == "EUR"
    assert organization.weight_strategic == 40


def test_one_tier_at_least_counts(browser: Client) -> None:
    zeros = {f"weight_{tier}": "0" for tier in ("functional", "operational", "strategic")}
    assert "At least one tier needs a weight above 0." in errors_of(browser.post(URL, {**VALUES, **zeros}))


def test_the_address_stays_the_same(browser: Client, organization: Organization) -> None:
    browser.post(URL, {**VALUES, "slug": "other"})
    organization.refresh_from_db()
    assert organization.slug == "acme"


@pytest.mark.parametrize("name", ["bob", "dora", "fiona", "erik", "victor", "axel"])
def test_only_administrators_change_settings(
    name: str, organization: Organization, client_of: Callable[[User], Client], request: pytest.FixtureRequest
) -> None:
    client = client_of(request.getfixturevalue(name))
    assert client.get(URL).status_code == 403
    assert client.post(URL, VALUES).status_code == 403
    assert client.post(f"{URL}delete/", {"confirmation": "Acme"}).status_code == 403


def test_a_new_name_reaches_pages_that_are_cached(
    alice: User, organization: Organization, scope: Organization
) -> None:
    update_organization(actor=alice, organization=organization, values={"name": "Acme AG"})
    former = organization.generation
    organization.refresh_from_db()
    assert organization.generation == former + 1


def test_settings_wait_for_a_recompute_before_they_hold_the_row_it_wants(
    alice: User, organization: Organization, scope: Organization
) -> None:
    with CaptureQueriesContext(connection) as asked:
        update_organization(actor=alice, organization=organization, values={"name": "Acme AG"})
    order = [
        query["sql"].split()[0:2] for query in asked if "lock" in query["sql"] or "UPDATE" in query["sql"]
    ]
    assert order[0] == ["SELECT", "pg_advisory_xact_lock_shared(7381,"]
    assert order[1] == ["UPDATE", '"organizations_organization"']


def test_deleting_asks_for_the_name(browser: Client, organization: Organization, alice: User) -> None:
    page = browser.post(f"{URL}delete/", {"confirmation": "acme"})
    assert "This is not the organization's name." in errors_of(page)
    with organization_scope(organization):
        assert Membership.objects.count() == 1


def test_deleting_closes_the_organization_at_once_and_empties_it_in_the_background(
    browser: Client,
    organization: Organization,
    other_organization: Organization,
    alice: User,
    charlie: User,
    django_capture_on_commit_callbacks: Any,
    settings: Any,
    tmp_path: Path,
) -> None:
    settings.MEDIA_ROOT = tmp_path
    with organization_scope(other_organization):
        kept = create_department(actor=charlie, organization=other_organization, name="Kept")
    with organization_scope(organization):
        create_department(actor=alice, organization=organization, name="Sales")
        create_project(actor=alice, organization=organization, values={"code": "ERP", "name": "ERP"})
    with django_capture_on_commit_callbacks() as queued:
        page = follow(browser, f"{URL}delete/", confirmation="Acme")
    assert "Acme is closed and being deleted." in text_of(page)
    assert len(queued) == 1
    assert browser.get(ACME).status_code == 404
    uploads = Path(settings.MEDIA_ROOT) / str(organization.pk) / "imports"
    uploads.mkdir(parents=True)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.finish_deletion(organization.pk)
    assert not uploads.parent.exists()
    assert not Organization.objects.filter(pk=organization.pk).exists()
    with organization_scope(organization):
        assert list(Kpi.objects.all()) == []
        assert RowVersion.objects.filter(organization_id=organization.pk).count() == 0
    with organization_scope(other_organization):
        assert list(type(kept).objects.all()) == [kept]
    with user_scope(charlie):
        assert Membership.objects.of_user(charlie).count() == 1
    tasks.finish_deletion(organization.pk)  # a second delivery finds nothing to do


def test_nothing_is_emptied_that_nobody_deleted(organization: Organization) -> None:
    tasks.finish_deletion(organization.pk)
    assert Organization.objects.filter(pk=organization.pk).exists()


def test_a_deletion_whose_task_was_lost_is_still_known(
    alice: User, organization: Organization, scope: Organization
) -> None:
    request_deletion(actor=alice, organization=organization)
    assert JobRun.objects.filter(kind="deletion").count() == 1


def test_sample_data_goes_with_one_press(organization: Organization, browser: Client) -> None:
    Organization.objects.filter(pk=organization.pk).update(is_sample=True)
    assert 'name="confirmation"' not in browser.get(f"{URL}delete/").content.decode()
    page = follow(browser, f"{URL}delete/")
    assert "being deleted" in text_of(page)


def test_people_stay_when_their_organization_goes(
    alice: User, organization: Organization, scope: Organization
) -> None:
    other = create_user(email="other@example.org")
    request_deletion(actor=alice, organization=organization)
    assert User.objects.filter(pk__in=[alice.pk, other.pk]).count() == 2
