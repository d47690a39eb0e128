"""`migrate`, run by the owner of the tables, who then grants the application's role what it needs."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import CommandError
from django.core.management.commands import migrate
from django.db import DatabaseError, connections

from valuetrack.postgres.base import as_owner


class Command(migrate.Command):
    """See the module."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        connection = connections[options["database"]]
        with as_owner(connection):
            try:
                super().handle(*args, **options)
            finally:
                # Also after a migration that failed half-way: what stands must stay readable.
                connection.close()
                grant_application_role(connection)
        return None


def grant_application_role(connection: Any) -> None:
    """Let the application's role read and write rows, and nothing else; it is made when it is missing."""
    owner = connection.settings_dict
    role = settings.APPLICATION_ROLE if not owner.get("OWNER") else settings.DATABASES["default"]["USER"]
    quoted = connection.ops.quote_name(role)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            make_application_role(cursor, quoted, role)
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quoted}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}")
        standing = connection.introspection.table_names(cursor)
        for model in apps.get_models():
            refused = _refused(model)
            if refused and model._meta.db_table in standing:
                table = connection.ops.quote_name(model._meta.db_table)
                cursor.execute(f"REVOKE {refused} ON {table} FROM {quoted}")


def _refused(model: Any) -> str:
    """What the application's role may not do with the model's rows."""
    if getattr(model, "written_by_trigger", False):
        return "INSERT, UPDATE"
    refused = {"UPDATE": "append_only", "DELETE": "undeletable"}
    return ", ".join(right for right, mark in refused.items() if getattr(model, mark, False))


def make_application_role(cursor: Any, quoted: str, role: str) -> None:
    """CREATE ROLE needs CREATEROLE; without it the operator gets the two statements to run."""
    try:
        cursor.execute(f"CREATE ROLE {quoted} NOLOGIN NOSUPERUSER NOBYPASSRLS")
        cursor.execute(f"GRANT {quoted} TO CURRENT_USER")
    except DatabaseError as error:
        raise CommandError(
            f"The database has no role {role!r} and this log-in may not create it. As an administrator run: "
            f"CREATE ROLE {quoted} NOLOGIN; GRANT {quoted} TO <the log-in of DATABASE_URL>;"
        ) from error
