"""The Celery application: what workers and beat load. The truth about jobs lives in PostgreSQL (`JobRun`)."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "valuetrack.settings")

app = Celery("valuetrack")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def use_the_application_logging(**_: Any) -> None:
    """Keep Django's logging: Celery would otherwise replace the root logger's handlers."""
    from logging.config import dictConfig

    from django.conf import settings

    dictConfig(settings.LOGGING)


@worker_process_init.connect
def import_the_method_early(**_: Any) -> None:
    """Pay for numpy once per child and not inside the first recompute a person waits for."""
    import assessments.method  # noqa: F401
