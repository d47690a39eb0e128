"""The wiring, as an application: it carries the commands that start everything."""

from django.apps import AppConfig


class ValuetrackConfig(AppConfig):
    name = "valuetrack"

    def ready(self) -> None:
        """Let every process and thread queue to our broker: Celery's own default is AMQP on localhost."""
        from valuetrack.celery import app

        app.set_default()
