"""The ground floor."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganizationsConfig(AppConfig):
    name = "organizations"
    verbose_name = _("Organizations")

    def ready(self) -> None:
        from django.urls import register_converter

        from organizations import checks  # noqa: F401
        from organizations.api import schema  # noqa: F401
        from organizations.exporting import FileFormat

        register_converter(FileFormat, "file_format")
