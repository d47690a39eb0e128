"""The door to the broker: after the commit, never in the way of a person."""

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
    transaction.on_commit(lambda: send(task, organization_id, *arguments))


def send(task: str, *arguments: Any) -> None:
    """Queue now; a broker that is away is logged."""
    try:
        current_app.send_task(task, args=arguments)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("task not queued, the sweep will do it", task=task, error=str(error))
