"""The database of the measurements, and what only the owner of its tables may do."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from valuetrack import local

NAME = "valuetrack_bench"
#: Valkey's number of the bench's own cache: its pages must not reach a reader of the product
CACHE = 9


def use_own_database() -> None:
    """Point this process and its children at the bench's database and cache. Before Django is set up."""
    address = os.environ.get("DATABASE_URL", "").strip() or local.local_database_url()
    cache = os.environ.get("REDIS_URL", "").strip() or local.local_redis_url()
    os.environ["BENCH_MAINTENANCE_URL"] = address
    os.environ["DATABASE_URL"] = urlunsplit(urlsplit(address)._replace(path=f"/{NAME}"))
    is_socket = cache.startswith("unix:")
    os.environ["REDIS_URL"] = (
        f"{cache.partition('?')[0]}?db={CACHE}"
        if is_socket
        else urlunsplit(urlsplit(cache)._replace(path=f"/{CACHE}"))
    )
    os.environ["DJANGO_SETTINGS_MODULE"] = "valuetrack.settings"
    os.environ["LOG_LEVEL"] = "WARNING"


def exists() -> bool:
    with _maintenance() as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [NAME])
        return cursor.fetchone() is not None


def create() -> None:
    """An empty database with the product's tables. Django must be set up."""
    from django.core.management import call_command

    drop()
    with _maintenance() as cursor:
        cursor.execute(f"CREATE DATABASE {NAME}")
    call_command("migrate", verbosity=0)


def drop() -> None:
    with _maintenance() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")


@contextmanager
def _maintenance() -> Iterator[Any]:
    connection = psycopg2.connect(os.environ["BENCH_MAINTENANCE_URL"])
    connection.autocommit = True  # CREATE DATABASE refuses a transaction
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


@contextmanager
def owner() -> Iterator[Any]:
    """A cursor of the tables' owner; each statement commits by itself."""
    address = os.environ.get("DATABASE_OWNER_URL", "").strip() or os.environ["DATABASE_URL"]
    connection = psycopg2.connect(urlunsplit(urlsplit(address)._replace(path=f"/{NAME}")))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


class Stream:
    """Lines as the file that COPY reads, never more than a piece of them in memory."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = iter(lines)

    def read(self, size: int = 8192) -> str:
        piece: list[str] = []
        length = 0
        for line in self.lines:
            piece.append(line)
            length += len(line)
            if length >= size:
                break
        return "".join(piece)


def guarded_tables(cursor: Any) -> list[str]:
    """Tables that carry a policy."""
    cursor.execute("SELECT DISTINCT tablename FROM pg_policies WHERE schemaname = 'public' ORDER BY 1")
    return [row[0] for row in cursor.fetchall()]


@contextmanager
def policies_off() -> Iterator[Any]:
    """The owner's cursor while no policy holds for anybody."""
    with owner() as cursor:
        tables = guarded_tables(cursor)
        for table in tables:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
        try:
            yield cursor
        finally:
            for table in tables:
                cursor.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')


@contextmanager
def loading(tables: list[str]) -> Iterator[Any]:
    """The owner's cursor for bulk loads: no policies, no history, references checked once at the end."""
    with policies_off() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)",
            [tables],
        )
        references = cursor.fetchall()
        for table, name, _definition in references:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for table in tables:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        yield cursor
        for table in tables:
            cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
        for table, name, definition in references:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


def empty_cache() -> None:
    """Forget the bench's cached pages and sessions."""
    from django.core.cache import cache

    cache.clear()
