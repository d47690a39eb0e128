"""Addresses of imports; part of those of assessments."""

from django.urls import path

from assessments.views import import_wizard, importing

_ONE = "o/<slug:organization_slug>/import/<int:pk>"

urlpatterns = [
    path("o/<slug:organization_slug>/import/", importing.import_page, name="import"),
    path(f"{_ONE}/", importing.import_detail, name="import_detail"),
    path(f"{_ONE}/table/", import_wizard.import_table, name="import_table"),
    path(f"{_ONE}/columns/", import_wizard.import_columns, name="import_columns"),
    path(f"{_ONE}/meanings/", import_wizard.import_meanings, name="import_meanings"),
    path(f"{_ONE}/preview/", import_wizard.import_preview, name="import_preview"),
    path(f"{_ONE}/mapping.json", import_wizard.import_mapping, name="import_mapping"),
    path(f"{_ONE}/run/", importing.import_run, name="import_run"),
    path(f"{_ONE}/discard/", import_wizard.import_discard, name="import_discard"),
    path(f"{_ONE}/repeat/", import_wizard.import_repeat, name="import_repeat"),
    path(f"{_ONE}/undo/", importing.import_undo, name="import_undo"),
    path(f"{_ONE}/rejected.csv", importing.import_rejected, name="import_rejected"),
    path(
        f"{_ONE}/rejected-rows.<file_format:file_format>",
        importing.import_rejected_rows,
        name="import_rejected_rows",
    ),
]
