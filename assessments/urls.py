"""Addresses of assessments."""

from django.urls import path

from assessments.views import entries, importing, kpi, project

app_name = "assessments"

urlpatterns = [
    path("o/<slug:organization_slug>/projects/<slug:code>/", project.project_page, name="project"),
    path("o/<slug:organization_slug>/kpis/<slug:code>/", kpi.kpi_page, name="kpi"),
    path("o/<slug:organization_slug>/kpis/<slug:code>/chart.json", kpi.kpi_chart, name="kpi_chart"),
    path("o/<slug:organization_slug>/entries/", entries.entries, name="entries"),
    path("o/<slug:organization_slug>/entries/<slug:code>/", entries.entry_save, name="entry_save"),
    path("o/<slug:organization_slug>/import/", importing.import_page, name="import"),
    path("o/<slug:organization_slug>/import/<int:pk>/", importing.import_detail, name="import_detail"),
    path("o/<slug:organization_slug>/import/<int:pk>/run/", importing.import_run, name="import_run"),
    path(
        "o/<slug:organization_slug>/import/<int:pk>/rejected.csv",
        importing.import_rejected,
        name="import_rejected",
    ),
]
