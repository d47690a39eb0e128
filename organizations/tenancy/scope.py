"""The scope of one organization, opened for managers and for the database at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django_scopes import scope, scopes_disabled

if TYPE_CHECKING:
    from organizations.models import Organization, User

ORGANIZATION_SETTING = "app.organization_id"
USER_SETTING = "app.user_id"

_settings: ContextVar[dict[str, str] | None] = ContextVar("row_level_settings", default=None)


@contextmanager
def _local_setting(name: str, value: str) -> Iterator[None]:
    """Set a PostgreSQL setting for the running transaction and put the former value back.

    The value is local to the transaction, so that a pooled connection never carries it to another request.
    """
    former = _settings.get() or {}
    nested = connection.in_atomic_block
    with transaction.atomic():
        _set(name, value)
        token = _settings.set({**former, name: value})
        try:
            yield
            # The end of the outermost transaction forgets the value by itself; after an error inside a
            # nested one the rollback to its savepoint does.
            if nested and not connection.needs_rollback:
                _set(name, former.get(name, ""))
        finally:
            _settings.reset(token)


def _set(name: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [name, value])


@contextmanager
def organization_scope(organization: "Organization") -> Iterator[None]:
    """One transaction in which only `organization`'s rows exist, for managers and for PostgreSQL."""
    with _local_setting(ORGANIZATION_SETTING, str(organization.pk)), scope(organization=organization):
        yield


@contextmanager
def user_scope(user: "User") -> Iterator[None]:
    """One transaction that also sees `user`'s own rows in every organization (see `OrganizationPolicy`).

    Only tables that declare an owner column open up, and only for reading.
    """
    with _local_setting(USER_SETTING, str(user.pk)), scopes_disabled():
        yield
