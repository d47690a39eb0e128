"""Addresses of KPI definitions; `kpis/<code>/` itself is the page with values (`assessments:kpi`)."""

from django.urls import path

from kpis import views
from kpis.views import charters, drivers, exports, library, setup, sharing

app_name = "kpis"

urlpatterns = [
    path("o/<slug:organization_slug>/kpis/", views.kpi_list, name="list"),
    path("o/<slug:organization_slug>/kpis.<file_format:file_format>", exports.kpi_export, name="export"),
    path("o/<slug:organization_slug>/projects/<slug:code>/kpis/new/", views.kpi_create, name="create"),
    path("o/<slug:organization_slug>/kpis/<slug:code>/edit/", views.kpi_edit, name="edit"),
    path("o/<slug:organization_slug>/kpis/<slug:code>/archive/", views.kpi_archive, name="archive"),
    path("o/<slug:organization_slug>/kpis/<slug:code>/targets/", views.kpi_targets, name="targets"),
    path(
        "o/<slug:organization_slug>/kpis/<slug:code>/targets.<file_format:file_format>",
        exports.targets_export,
        name="targets_export",
    ),
    path("o/<slug:organization_slug>/kpis/<slug:code>/sharing/", sharing.sharing, name="sharing"),
    path("o/<slug:organization_slug>/kpis/<slug:code>/history/", views.kpi_history, name="history"),
    path("o/<slug:organization_slug>/projects/<slug:code>/kpis/setup/", setup.kpi_setup, name="setup"),
    path("o/<slug:organization_slug>/drivers/", drivers.driver_list, name="drivers"),
    path(
        "o/<slug:organization_slug>/drivers.<file_format:file_format>",
        drivers.driver_export,
        name="drivers_export",
    ),
    path("o/<slug:organization_slug>/drivers/new/", drivers.driver_create, name="driver_create"),
    path("o/<slug:organization_slug>/drivers/<slug:code>/edit/", drivers.driver_edit, name="driver_edit"),
    path(
        "o/<slug:organization_slug>/drivers/<slug:code>/archive/",
        drivers.driver_archive,
        name="driver_archive",
    ),
    path("o/<slug:organization_slug>/library/", library.library, name="library"),
    path("o/<slug:organization_slug>/library/new/", library.template_create, name="template_create"),
    path("o/<slug:organization_slug>/library/<slug:code>/", library.template, name="template"),
    path("o/<slug:organization_slug>/library/<slug:code>/edit/", library.template_edit, name="template_edit"),
    path(
        "o/<slug:organization_slug>/library/<slug:code>/archive/",
        library.template_archive,
        name="template_archive",
    ),
    path("o/<slug:organization_slug>/projects/<slug:code>/charter/", charters.charter, name="charter"),
    path(
        "o/<slug:organization_slug>/projects/<slug:code>/charter/hand-out/",
        charters.charter_hand_out,
        name="charter_hand_out",
    ),
    path(
        "o/<slug:organization_slug>/projects/<slug:code>/charter/pdf/",
        charters.charter_pdf,
        name="charter_pdf",
    ),
    path(
        "o/<slug:organization_slug>/projects/<slug:code>/charter/versions/<int:version>/",
        charters.charter_version,
        name="charter_version",
    ),
    path(
        "o/<slug:organization_slug>/projects/<slug:code>/charter/<slug:side>/sign/",
        charters.charter_sign,
        name="charter_sign",
    ),
    path(
        "o/<slug:organization_slug>/projects/<slug:code>/charter/<slug:side>/return/",
        charters.charter_return,
        name="charter_return",
    ),
]
