"""A person's own page, and what belongs to the log-in."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client

from organizations.models import Organization, User

from .pages import errors_of, follow, text_of

PROFILE = {"name": "Alice A.", "language": "en", "zone": "", "theme": "dark", "palette": "green-red"}


@pytest.fixture
def browser(alice: User, organization: Organization, client_of: Callable[[User], Client]) -> Client:
    return client_of(alice)


def test_the_reader_sets_language_zone_and_colours(browser: Client, alice: User) -> None:
    page = follow(browser, "/profile/", **{**PROFILE, "zone": "shanghai"})
    assert "Your profile is saved." in text_of(page)
    alice.refresh_from_db()
    assert (alice.name, alice.zone, alice.theme, alice.palette) == (
        "Alice A.",
        "Asia/Shanghai",
        "dark",
        "green-red",
    )
    assert 'data-theme="dark" data-palette="green-red"' in page.content.decode()


def test_an_unknown_zone_is_refused_with_what_to_do(browser: Client, alice: User) -> None:
    page = follow(browser, "/profile/", **{**PROFILE, "zone": "Atlantis"})
    assert "There is no time zone “Atlantis”" in errors_of(page)
    assert "Asia/Shanghai" in errors_of(page)
    alice.refresh_from_db()
    assert alice.theme == "auto"
    # What could not be saved does not change the page's frame either.
    assert 'data-theme="auto"' in page.content.decode()


def test_the_zone_is_chosen_from_a_list_without_a_script(browser: Client) -> None:
    content = browser.get("/profile/").content.decode()
    assert '<option value="Asia/Shanghai">' in content
    assert 'list="id_zone_list"' in content


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/sessions/",
    ],
)
def test_all_of_the_account_is_reachable(path: str, alice: User, organization: Organization) -> None:
    browser = Client()
    browser.post("/accounts/login/", {"login": alice.email, "password": "correct-horse-battery"})
    # Two-factor settings ask for the password once more.
    browser.post("/accounts/reauthenticate/", {"password": "correct-horse-battery"})
    assert browser.get(path).status_code == 200


def test_the_profile_leads_to_password_codes_and_sessions(browser: Client) -> None:
    content = browser.get("/profile/").content.decode()
    for path in ["/accounts/password/change/", "/accounts/email/", "/accounts/2fa/", "/accounts/sessions/"]:
        assert f'href="{path}"' in content


def test_sessions_are_listed_and_ended_from_elsewhere(alice: User, organization: Organization) -> None:
    home, office = Client(headers={"User-Agent": "Home"}), Client(headers={"User-Agent": "Office"})
    for browser in (home, office):
        browser.post("/accounts/login/", {"login": alice.email, "password": "correct-horse-battery"})
    page = text_of(office.get("/accounts/sessions/"))
    assert "Home" in page
    assert "Office" in page
    office.post("/accounts/sessions/")
    assert office.get("/profile/").status_code == 200
    assert home.get("/profile/").status_code == 302
    assert UserSession.objects.filter(user=alice).count() == 1


def test_guessing_a_password_is_slowed_down(alice: User, organization: Organization) -> None:
    browser = Client()
    for _ in range(5):
        page = browser.post("/accounts/login/", {"login": alice.email, "password": "wrong"})
        assert "not correct" in text_of(page)
    page = browser.post("/accounts/login/", {"login": alice.email, "password": "correct-horse-battery"})
    assert page.status_code in {200, 429}
    assert browser.get("/profile/").status_code == 302


def test_nobody_signs_up_by_themselves(db: None) -> None:
    browser = Client()
    browser.post(
        "/accounts/signup/",
        {"email": "x@example.org", "password1": "correct-horse-1", "password2": "correct-horse-1"},
    )
    assert not User.objects.filter(email="x@example.org").exists()


def test_a_forgotten_password_is_replaced_by_mail(
    alice: User, organization: Organization, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    Client().post("/accounts/password/reset/", {"email": alice.email})
    assert [message.to for message in mail.outbox] == [[alice.email]]
    assert "/accounts/password/reset/key/" in mail.outbox[0].body
