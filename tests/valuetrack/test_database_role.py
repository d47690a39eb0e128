"""Requests run as the application's role or not at all."""

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

from valuetrack.local.sharing import postgres_is_local
from valuetrack.postgres.base import DatabaseWrapper


def another_connection(role: str) -> DatabaseWrapper:
    options = {**connection.settings_dict["OPTIONS"], "assume_role": role}
    return DatabaseWrapper({**connection.settings_dict, "OPTIONS": options}, "another")


@pytest.mark.django_db
def test_queries_run_as_the_applications_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (settings.APPLICATION_ROLE,)


@pytest.mark.django_db
def test_a_connection_that_cannot_assume_its_role_is_never_used() -> None:
    wrong = another_connection("no_such_role")
    for _ in range(3):
        with pytest.raises(DatabaseError), wrong.cursor() as cursor:
            cursor.execute("SELECT current_user")
        assert wrong.connection is None


@pytest.mark.django_db
@pytest.mark.skipif(not postgres_is_local(), reason="only local PostgreSQL has a superuser we know")
def test_a_role_that_bypasses_row_level_security_is_never_used() -> None:
    options = {
        key: value for key, value in connection.settings_dict["OPTIONS"].items() if key != "assume_role"
    }
    superuser = {**connection.settings_dict, "USER": "postgres", "PASSWORD": "", "OPTIONS": options}
    wrong = DatabaseWrapper(superuser, "another")
    for _ in range(2):
        with pytest.raises(ImproperlyConfigured, match="bypasses row-level security"):
            wrong.ensure_connection()
        assert wrong.connection is None
