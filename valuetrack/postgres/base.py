"""The engine named in `settings.DATABASES`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.postgresql import base, creation


@contextmanager
def as_owner(connection: Any) -> Iterator[None]:
    """Reconnect `connection` as the owner of the tables; the application's role returns at the end.

    Must not be entered inside a transaction: the connection is closed on the way in and out.
    """
    application = connection.settings_dict
    if application.get("OWNER_MODE"):
        yield
        return
    options = {key: value for key, value in application["OPTIONS"].items() if key != "assume_role"}
    owner = {**application, **application.get("OWNER", {}), "OPTIONS": options, "OWNER_MODE": True}
    connection.close()
    connection.settings_dict = owner
    try:
        yield
    finally:
        connection.close()
        application["NAME"] = connection.settings_dict["NAME"]
        connection.settings_dict = application


class DatabaseCreation(creation.DatabaseCreation):
    """Test databases are made and dropped by the owner and used by the application's role."""

    connection: "DatabaseWrapper"

    def create_test_db(self, *args: Any, **options: Any) -> str:
        with as_owner(self.connection):
            name: str = super().create_test_db(*args, **options)
        return name

    def destroy_test_db(self, *args: Any, **options: Any) -> None:
        with as_owner(self.connection):
            super().destroy_test_db(*args, **options)


class DatabaseWrapper(base.DatabaseWrapper):
    """See the package."""

    creation_class = DatabaseCreation

    def connect(self) -> None:
        """Connect, or stay disconnected.

        Django keeps a connection whose role could not be assumed and uses it from the second query on, as the
        log-in: the owner of the tables.
        """
        try:
            super().connect()
            if not self.settings_dict.get("OWNER_MODE"):
                self._refuse_bypass()
        except Exception:
            self.close()
            raise

    def _refuse_bypass(self) -> None:
        """Every process asks at its first connection: policies that hold for nobody must not serve anybody."""
        with self.cursor() as cursor:
            cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
            if cursor.fetchone()[0]:
                raise ImproperlyConfigured(
                    "DATABASE_URL: its role bypasses row-level security; see docs/operations.md, “Roles”."
                )
