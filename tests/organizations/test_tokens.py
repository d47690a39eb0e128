"""The page of keys."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from organizations.models import ApiToken, Organization, User
from organizations.services.tokens import hash_secret
from organizations.tenancy import organization_scope

from .pages import ACME, errors_of, follow, text_of

URL = f"{ACME}keys/"
NEW = {"name": "ERP export", "access": "write", "days": "365"}


@pytest.fixture
def browser(bob: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(bob)


def test_the_secret_is_shown_once_and_kept_nowhere(browser: Client, organization: Organization) -> None:
    page = browser.post(f"{URL}new/", NEW)
    secret = re.findall(r"vt_[\w-]{40,}", page.content.decode())[0]
    assert "no-store" in page["Cache-Control"]
    listed = browser.get(URL)
    assert "ERP export" in text_of(listed)
    assert secret not in listed.content.decode()
    assert secret not in str(dict(browser.session))
    with organization_scope(organization):
        token = ApiToken.objects.get()
    assert token.secret_hash == hash_secret(secret)
    assert token.expires_at is not None
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    assert program.get("/api/v1/organizations/acme/").status_code == 200


def test_a_key_may_stay_until_it_is_revoked(browser: Client, organization: Organization) -> None:
    browser.post(f"{URL}new/", {**NEW, "days": "0"})
    with organization_scope(organization):
        assert ApiToken.objects.get().expires_at is None
    assert "until it is revoked" in text_of(browser.get(URL))


def test_a_key_needs_a_name(browser: Client, organization: Organization) -> None:
    assert "required" in errors_of(browser.post(f"{URL}new/", {**NEW, "name": " "}))
    with organization_scope(organization):
        assert not ApiToken.objects.exists()


def test_revoking_asks_first_and_works_at_once(browser: Client, organization: Organization) -> None:
    page = browser.post(f"{URL}new/", NEW)
    secret = re.findall(r"vt_[\w-]{40,}", page.content.decode())[0]
    with organization_scope(organization):
        path = f"{URL}{ApiToken.objects.get().pk}/revoke/"
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    assert "Revoke the key ERP export?" in text_of(browser.get(path))
    assert program.get("/api/v1/organizations/acme/").status_code == 200
    assert "no longer works" in text_of(follow(browser, path))
    assert program.get("/api/v1/organizations/acme/").status_code == 401
    assert browser.get(path).status_code == 404


def test_who_manages_members_sees_all_keys_and_others_their_own(
    browser: Client, alice: User, organization: Organization, client_of: Callable[[User], Client]
) -> None:
    admin = client_of(alice)
    admin.post(f"{URL}new/", {**NEW, "name": "Of Alice"})
    browser.post(f"{URL}new/", {**NEW, "name": "Of Bob"})
    assert "Of Alice" not in text_of(browser.get(URL))
    everything = text_of(admin.get(URL))
    assert "Of Alice" in everything
    assert "Of Bob" in everything
    with organization_scope(organization):
        hers = ApiToken.objects.get(name="Of Alice").pk
    assert browser.post(f"{URL}{hers}/revoke/").status_code == 404


@pytest.mark.parametrize("name", ["dora", "fiona", "erik", "victor", "axel"])
def test_others_make_no_keys(
    name: str, organization: Organization, client_of: Callable[[User], Client], request: pytest.FixtureRequest
) -> None:
    client = client_of(request.getfixturevalue(name))
    assert client.get(URL).status_code == 403
    assert client.post(f"{URL}new/", NEW).status_code == 403
