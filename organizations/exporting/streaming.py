"""Long lists out of the database without holding them in memory.

A cursor of the database gives some thousand rows at a time. Django's own `iterator` does so only where
connections are nobody else's (`DISABLE_SERVER_SIDE_CURSORS`); inside the scope's transaction it is safe behind
a pool as well.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet

ROWS_AT_ONCE = 2_000


def stream(rows: QuerySet[Any]) -> Iterator[Any]:
    """What iterating over the query set gives. Inside a transaction."""
    iterable: Any = rows._iterable_class
    return iter(iterable(rows, chunked_fetch=True, chunk_size=ROWS_AT_ONCE))


def stream_sql(statement: str, values: dict[str, Any]) -> Iterator[Sequence[Any]]:
    """The rows of a statement. Inside a transaction."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, values)
        yield from cursor
