"""The application's name."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KpisConfig(AppConfig):
    name = "kpis"
    verbose_name = _("KPIs")

    def ready(self) -> None:
        from kpis import checks, gate_conditions  # noqa: F401
        from kpis.services.charters import note_definition_change
        from organizations.definitions import hear_definition_changes

        # Projects and the organization's terms are defined on floors that may not look up.
        hear_definition_changes(note_definition_change)
        gate_conditions.offer()
