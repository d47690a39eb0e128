"""The application's name."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentsConfig(AppConfig):
    name = "assessments"
    verbose_name = _("Assessments")

    def ready(self) -> None:
        from assessments import gate_conditions
        from assessments.locks import locked_of
        from projects.services.restatements import read_locks_with

        read_locks_with(locked_of)
        gate_conditions.offer()
