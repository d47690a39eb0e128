"""`flush`, run by the owner: TRUNCATE passes by row-level security, so the application's role may not."""

from typing import Any

from django.core.management.commands import flush
from django.db import connections

from valuetrack.postgres.base import as_owner


class Command(flush.Command):
    """See the module."""

    def handle(self, **options: Any) -> None:
        with as_owner(connections[options["database"]]):
            super().handle(**options)
