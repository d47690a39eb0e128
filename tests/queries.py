"""Counting what a page asks the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext


@contextmanager
def at_most(limit: int) -> Iterator[None]:
    """Fail when more than `limit` statements run; savepoints come from the test's own transaction."""
    with CaptureQueriesContext(connection) as captured:
        yield
    asked = [query["sql"] for query in captured.captured_queries if "SAVEPOINT" not in query["sql"]]
    assert len(asked) <= limit, "\n\n".join([f"{len(asked)} queries, {limit} allowed", *asked])
