"""Addresses of assessments."""

from django.urls import path

from assessments.views import entries, kpi, project

app_name = "assessments"

urlpatterns = [
    path("o/<slug:organization_slug>/projects/<slug:code>/", project.project_page, name="project"),
    path("o/<slug:organization_slug>/kpis/<slug:code>/", kpi.kpi_page, name="kpi"),
    path("o/<slug:organization_slug>/kpis/<slug:code>/chart.json", kpi.kpi_chart, name="kpi_chart"),
    path("o/<slug:organization_slug>/entries/", entries.entries, name="entries"),
    path("o/<slug:organization_slug>/entries/<slug:code>/", entries.entry_save, name="entry_save"),
]
