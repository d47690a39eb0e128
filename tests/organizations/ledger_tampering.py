"""What somebody with the owner's password can do to the tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection, transaction


@contextmanager
def owner_of(table: str) -> Iterator[Any]:
    """A cursor of the table's owner, in the test's own transaction, that no right and no policy holds back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("RESET ROLE")
        cursor.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
        cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        yield cursor
        cursor.execute(f'SET ROLE "{settings.APPLICATION_ROLE}"')


def columns_of(table: str) -> list[tuple[str, str]]:
    """(name, type) of each column."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s"
            " ORDER BY ordinal_position",
            [table],
        )
        return list(cursor.fetchall())


#: another value of each type, as SQL over the column
OTHER = {
    "bigint": "COALESCE({0}, 0) + 1000000",
    "integer": "COALESCE({0}, 0) + 1",
    "double precision": "COALESCE({0}, 0) + 1e-9",
    "numeric": "COALESCE({0}, 0) + 0.01",
    "boolean": "NOT {0}",
    "character varying": "overlay(COALESCE({0}, '') placing '~' from 1 for 1)",
    "text": "COALESCE({0}, '') || ' '",
    "date": "(COALESCE({0}, '2026-01-01'::date) + interval '1 month')::date",
    "timestamp with time zone": "COALESCE({0}, now()) + interval '1 microsecond'",
    "jsonb": "jsonb_build_array({0})",
}


def change(table: str, column: str, data_type: str, row_id: int) -> None:
    """One column of one row becomes another value of its type."""
    value = OTHER[data_type].format(f'"{column}"')
    with owner_of(table) as cursor:
        cursor.execute(f'UPDATE "{table}" SET "{column}" = {value} WHERE id = %s', [row_id])
        assert cursor.rowcount == 1


def remove(table: str, row_id: int) -> None:
    """One row is gone."""
    with owner_of(table) as cursor:
        cursor.execute(f'DELETE FROM "{table}" WHERE id = %s', [row_id])
        assert cursor.rowcount == 1


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is done inside is taken back at its end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
