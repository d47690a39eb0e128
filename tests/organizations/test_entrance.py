"""Where people go first."""

from collections.abc import Callable

import pytest
from django.test import Client

from organizations.models import Organization, Role, User
from organizations.services import add_member, create_user
from organizations.tenancy import organization_scope

from .pages import text_of


def test_without_a_log_in_the_first_page_asks_for_one(db: None) -> None:
    answer = Client().get("/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_who_belongs_to_one_organization_goes_straight_there(
    alice: User, organization: Organization, client_of: Callable[[User], Client]
) -> None:
    assert client_of(alice).get("/")["Location"] == "/o/acme/"


def test_who_belongs_to_several_chooses(
    alice: User,
    organization: Organization,
    other_organization: Organization,
    client_of: Callable[[User], Client],
) -> None:
    with organization_scope(other_organization):
        add_member(actor=None, organization=other_organization, user=alice, role=Role.VIEWER)
    client = client_of(alice)
    assert client.get("/")["Location"] == "/organizations/"
    page = client.get("/organizations/")
    assert "Acme" in text_of(page)
    assert "Globex" in text_of(page)
    assert 'href="/o/globex/"' in page.content.decode()


def test_who_belongs_nowhere_reads_what_to_do(
    organization: Organization, client_of: Callable[[User], Client]
) -> None:
    nobody = create_user(email="nobody@example.org", password="correct-horse-battery")
    page = client_of(nobody).get("/", follow=True)
    assert "You belong to no organization yet." in text_of(page)
    assert "nobody@example.org" in text_of(page)
    assert "Acme" not in text_of(page)


@pytest.mark.parametrize(
    ("name", "screen"),
    [
        ("alice", "/o/acme/committee/"),
        ("bob", "/o/acme/committee/"),
        ("fiona", "/o/acme/committee/"),
        ("erik", "/o/acme/committee/"),
        ("victor", "/o/acme/committee/"),
        ("dora", "/o/acme/entries/"),
    ],
)
def test_each_role_has_its_first_screen(
    name: str,
    screen: str,
    organization: Organization,
    client_of: Callable[[User], Client],
    request: pytest.FixtureRequest,
) -> None:
    Organization.objects.update(generation=1)
    assert client_of(request.getfixturevalue(name)).get("/o/acme/")["Location"] == screen


def test_who_defines_begins_with_the_first_steps(
    organization: Organization, bob: User, erik: User, client_of: Callable[[User], Client]
) -> None:
    assert client_of(bob).get("/o/acme/")["Location"] == "/o/acme/start/"
    assert client_of(erik).get("/o/acme/")["Location"] == "/o/acme/committee/"


def test_an_auditor_reads_that_nothing_is_shared(axel: User, client_of: Callable[[User], Client]) -> None:
    page = client_of(axel).get("/o/acme/")
    assert page.status_code == 200
    assert "Nothing has been shared with you yet." in text_of(page)


def test_a_stranger_finds_nothing(
    organization: Organization,
    charlie: User,
    other_organization: Organization,
    client_of: Callable[[User], Client],
) -> None:
    assert client_of(charlie).get("/o/acme/").status_code == 404
    assert Client().get("/o/acme/")["Location"].startswith("/accounts/login/")


def test_a_form_sent_without_a_session_leads_back_to_the_page_it_stood_on(organization: Organization) -> None:
    page = "http://testserver/o/acme/projects/ERP/modules/?page=2"
    client = Client()
    answer = client.post("/o/acme/projects/ERP/modules/new/", {"name": "Stock"}, headers={"Referer": page})
    assert answer["Location"] == "/accounts/login/?next=/o/acme/projects/ERP/modules/%3Fpage%3D2"
    assert "nothing was saved" in text_of(client.get(answer["Location"]))
    foreign = {"Referer": "https://elsewhere.example/o/acme/"}
    answer = Client().post("/o/acme/projects/ERP/modules/new/", {"name": "Stock"}, headers=foreign)
    assert answer["Location"] == "/accounts/login/?next=/"


def test_a_part_of_a_page_never_becomes_the_log_in_page(organization: Organization) -> None:
    saving = Client().post("/o/acme/entries/preview/", headers={"HX-Request": "true"})
    assert (saving.status_code, saving.content) == (401, b"")
    assert "HX-Refresh" not in saving.headers
    asking = Client().get("/o/acme/import/1/", headers={"HX-Request": "true"})
    assert (asking.status_code, asking.headers["HX-Refresh"]) == (401, "true")
