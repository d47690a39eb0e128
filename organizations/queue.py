"""The door to the broker: after the commit, never in the way of a person."""

from dataclasses import dataclass
from typing import Any

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


def send_after_commit(task: str, organization_id: int, *arguments: Any) -> None:
    """Queue `task` (its dotted name) once the running transaction has committed.

    The truth is in the database: when the broker is away the sweep finds the work later, so it is only logged.
    """
    sending = _Sending(task, (organization_id, *arguments))
    # A file with a thousand projects asks a thousand times for the same task: one will do. The first to ask
    # is forgotten only by a rollback that takes this change along.
    if not any(waiting == sending for _, waiting, *_ in transaction.get_connection().run_on_commit):
        transaction.on_commit(sending)


@dataclass(frozen=True, slots=True)
class _Sending:
    """A task to be queued, equal to another that says the same."""

    task: str
    arguments: tuple[Any, ...]

    def __call__(self) -> None:
        send(self.task, *self.arguments)


def send(task: str, *arguments: Any) -> None:
    """Queue now; a broker that is away is logged."""
    try:
        current_app.send_task(task, args=arguments)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("task not queued, the sweep will do it", task=task, error=str(error))
