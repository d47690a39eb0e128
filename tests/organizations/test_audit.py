"""Who changed what, in words."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from organizations.models import Department, Organization, Role, User
from organizations.services import (
    change_member,
    create_department,
    invite,
    record_event,
    update_department,
    update_organization,
)
from organizations.tenancy import organization_scope
from organizations.trail import KINDS, WORDS

from .pages import ACME, text_of

URL = f"{ACME}audit/"
APPS = ["organizations", "projects", "kpis", "assessments", "adoption", "committee", "valuetrack"]


@pytest.fixture
def browser(alice: User, organization: Organization, client_of: Callable[[User], Client]) -> Client:
    return client_of(alice)


def test_every_recorded_action_has_words() -> None:
    code = "".join(
        path.read_text()
        for app in APPS
        for path in (Path(settings.BASE_DIR) / app).rglob("*.py")
        if path.is_file()
    )
    actions = set(re.findall(r'action="([a-z_]+\.[a-z_]+)"', code))
    assert actions
    assert actions <= set(WORDS)
    assert {action.partition(".")[0] for action in actions} <= set(KINDS)


def test_events_read_as_sentences_with_before_and_after(
    browser: Client, organization: Organization, alice: User, bob: User, membership_of: Callable[[User], Any]
) -> None:
    with organization_scope(organization):
        invite(actor=alice, organization=organization, email="nina@example.org", role=Role.PMO)
        change_member(actor=alice, membership=membership_of(bob), role=Role.FINANCE, department=None)
        update_organization(actor=alice, organization=organization, values={"discount_rate": 0.1})
    page = text_of(browser.get(URL))
    assert "Alice invited nina@example.org" in page
    assert "role: PMO → Finance" in page
    assert "discount rate: 0.08 → 0.1" in page


def test_what_the_system_did_bears_its_name(browser: Client, organization: Organization) -> None:
    with organization_scope(organization):
        create_department(actor=None, organization=organization, name="Sales")
    assert "ValueTrack created the department Sales" in text_of(browser.get(URL))


def test_names_are_shown_as_typed_and_never_as_markup(
    browser: Client, organization: Organization, alice: User
) -> None:
    with organization_scope(organization):
        department = create_department(actor=alice, organization=organization, name="<b>Sales</b> 100 %(x)s")
        update_department(actor=alice, department=department, name="Sales", parent=None)
    page = browser.get(URL).content.decode()
    assert "<b>Sales</b>" not in page
    assert "&lt;b&gt;Sales&lt;/b&gt; 100 %(x)s" in page


def test_the_history_is_filtered_by_person_and_kind(
    browser: Client, organization: Organization, alice: User, bob: User
) -> None:
    with organization_scope(organization):
        create_department(actor=bob, organization=organization, name="Sales")
        create_department(actor=alice, organization=organization, name="Exports")
        invite(actor=alice, organization=organization, email="nina@example.org", role=Role.PMO)
    by_bob = text_of(browser.get(URL, {"person": str(bob.pk)}))
    assert "Bob created the department Sales" in by_bob
    assert "Alice created" not in by_bob
    both = text_of(browser.get(URL, {"person": str(alice.pk), "kind": "department"}))
    assert "Exports" in both
    assert "Alice invited" not in both
    nothing = text_of(browser.get(URL, {"person": str(bob.pk), "kind": "token"}))
    assert "Nothing fits this choice" in nothing


def test_a_long_history_is_paged_in_a_fixed_number_of_queries(
    browser: Client, organization: Organization, alice: User, django_assert_max_num_queries: Any
) -> None:
    with organization_scope(organization):
        department = create_department(actor=alice, organization=organization, name="Sales")
        for number in range(60):
            record_event(
                actor=alice, action="department.updated", target=department, after={"name": str(number)}
            )
    browser.get(URL)
    with django_assert_max_num_queries(12):
        first = browser.get(URL)
    assert "1 to 50 of 63" in text_of(first)
    assert "51 to 63 of 63" in text_of(browser.get(URL, {"page": "2"}))
    assert browser.get(URL, {"page": "999"}).status_code == 200
    assert isinstance(department, Department)


def test_another_organizations_history_is_not_there(
    browser: Client, other_organization: Organization, charlie: User
) -> None:
    with organization_scope(other_organization):
        create_department(actor=charlie, organization=other_organization, name="Theirs")
    assert "Theirs" not in text_of(browser.get(URL))


@pytest.mark.parametrize(
    ("name", "status"),
    [("bob", 200), ("fiona", 200), ("erik", 200), ("dora", 403), ("victor", 403), ("axel", 403)],
)
def test_the_history_is_for_who_answers_for_it(
    name: str,
    status: int,
    organization: Organization,
    client_of: Callable[[User], Client],
    request: pytest.FixtureRequest,
) -> None:
    assert client_of(request.getfixturevalue(name)).get(URL).status_code == status
