"""The wiring, as an application: it carries the commands that start everything."""

from django.apps import AppConfig


class ValuetrackConfig(AppConfig):
    name = "valuetrack"
