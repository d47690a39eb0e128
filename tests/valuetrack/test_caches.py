"""The product while its cache or its database is away."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from organizations.models import User

NOBODY_LISTENS = "redis://127.0.0.1:1/0"


@pytest.fixture
def _no_cache(settings: Any) -> Iterator[None]:
    away = {"default": {**settings.CACHES["default"], "LOCATION": NOBODY_LISTENS}}
    with override_settings(CACHES=away):
        yield


@pytest.mark.django_db
@pytest.mark.usefixtures("_no_cache")
def test_who_is_signed_in_works_on_while_the_cache_is_away(
    bob: User, client_of: Callable[[User], Client]
) -> None:
    browser = client_of(bob)
    for page in ("/o/acme/committee/", "/o/acme/entries/"):
        assert b"<h1" in browser.get(page).content
    assert browser.get("/api/v1/organizations/acme/").status_code == 200


@pytest.mark.django_db
@pytest.mark.usefixtures("_no_cache")
def test_nobody_logs_in_past_the_rate_limit_while_the_cache_is_away(bob: User) -> None:
    answer = Client().post("/accounts/login/", {"login": bob.email, "password": "guess"})
    assert answer.status_code == 429


@pytest.mark.django_db
def test_the_process_says_that_it_lives_without_the_database(client: Client) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/healthz").status_code == 200
    assert list(asked) == []
