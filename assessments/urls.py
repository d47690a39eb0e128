"""Addresses of assessments."""

from django.urls import path

from assessments.import_urls import urlpatterns as import_patterns
from assessments.views import (
    baseline,
    cell,
    changes,
    confirmations,
    drivers,
    entries,
    exports,
    formula,
    formula_cards,
    kpi,
    locks,
    monetisation,
    outlook,
    pipeline,
    plan,
    plan_changes,
    project,
    proof,
    reminders,
    sensitivity,
    timeliness,
    verification,
)

app_name = "assessments"

urlpatterns = [
    path("o/<slug:organization_slug>/projects/<slug:code>/", project.project_page, name="project"),
    path("o/<slug:organization_slug>/projects/<slug:code>/plan/", plan.plan, name="plan"),
    path(
        "o/<slug:organization_slug>/projects/<slug:code>/plan/sign/<slug:side>/",
        plan.plan_sign,
        name="plan_sign",
    ),
    path(
        "o/<slug:organization_slug>/projects/<slug:code>/plan/changes/new/",
        plan_changes.change_create,
        name="change_create",
    ),
    path(
        "o/<slug:organization_slug>/projects/<slug:code>/plan/changes/<int:number>/",
        plan_changes.change_detail,
        name="change",
    ),
    path(
        "o/<slug:organization_slug>/projects/<slug:code>/plan/changes/<int:number>/edit/",
        plan_changes.change_edit,
        name="change_edit",
    ),
    path(
        "o/<slug:organization_slug>/projects/<slug:code>/plan/changes/<int:number>/withdraw/",
        plan_changes.change_withdraw,
        name="change_withdraw",
    ),
    path(
        "o/<slug:organization_slug>/projects/<slug:code>/figures/",
        formula_cards.project_figures,
        name="project_figures",
    ),
    path(
        "o/<slug:organization_slug>/projects/<slug:code>/figures/<slug:figure>/",
        formula_cards.project_figure,
        name="project_figure",
    ),
    path(
        "o/<slug:organization_slug>/projects/<slug:code>/workbook.xlsx",
        formula_cards.workbook,
        name="workbook",
    ),
    path("o/<slug:organization_slug>/kpis/<slug:code>/", kpi.kpi_page, name="kpi"),
    path(
        "o/<slug:organization_slug>/kpis/<slug:code>/figures/", formula_cards.kpi_figures, name="kpi_figures"
    ),
    path(
        "o/<slug:organization_slug>/kpis/<slug:code>/figures/<slug:figure>/",
        formula_cards.kpi_figure,
        name="kpi_figure",
    ),
    path("o/<slug:organization_slug>/kpis/<slug:code>/baseline/", baseline.baseline, name="baseline"),
    path(
        "o/<slug:organization_slug>/kpis/<slug:code>/baseline/<int:baseline_id>/file/",
        baseline.baseline_file,
        name="baseline_file",
    ),
    path("o/<slug:organization_slug>/kpis/<slug:code>/formula/", formula.formula, name="formula"),
    path(
        "o/<slug:organization_slug>/kpis/<slug:code>/formula/remove/",
        formula.formula_remove,
        name="formula_remove",
    ),
    path("o/<slug:organization_slug>/projects/<slug:code>/outlook/", outlook.outlook, name="outlook"),
    path("o/<slug:organization_slug>/kpis/<slug:code>/proof/", proof.proof, name="proof"),
    path("o/<slug:organization_slug>/kpis/<slug:code>/proof/rebase/", proof.rebase, name="rebase"),
    path(
        "o/<slug:organization_slug>/kpis/<slug:code>/proof/rebase/<int:point_id>/remove/",
        proof.rebase_remove,
        name="rebase_remove",
    ),
    path("o/<slug:organization_slug>/kpis/<slug:code>/proof/compare/", proof.compare, name="compare"),
    path(
        "o/<slug:organization_slug>/kpis/<slug:code>/monetisation/",
        monetisation.monetisation,
        name="monetisation",
    ),
    path(
        "o/<slug:organization_slug>/kpis/<slug:code>/monetisation/remove/",
        monetisation.monetisation_remove,
        name="monetisation_remove",
    ),
    path("o/<slug:organization_slug>/drivers/<slug:code>/", drivers.driver, name="driver"),
    path(
        "o/<slug:organization_slug>/projects/<slug:code>/sensitivity/",
        sensitivity.sensitivity_page,
        name="sensitivity",
    ),
    path("o/<slug:organization_slug>/kpis/<slug:code>/chart.json", kpi.kpi_chart, name="kpi_chart"),
    path(
        "o/<slug:organization_slug>/kpis/<slug:code>/values.<file_format:file_format>",
        exports.kpi_values_export,
        name="kpi_values_export",
    ),
    path(
        "o/<slug:organization_slug>/values.<file_format:file_format>",
        exports.values_export,
        name="values_export",
    ),
    path(
        "o/<slug:organization_slug>/entries.<file_format:file_format>",
        exports.entries_export,
        name="entries_export",
    ),
    path(
        "o/<slug:organization_slug>/imports.<file_format:file_format>",
        exports.imports_export,
        name="imports_export",
    ),
    path("o/<slug:organization_slug>/entries/", entries.entries, name="entries"),
    path("o/<slug:organization_slug>/entries/preview/", entries.entries_preview, name="entries_preview"),
    path("o/<slug:organization_slug>/entries/<slug:code>/<str:period>/", cell.cell, name="cell"),
    path(
        "o/<slug:organization_slug>/entries/<slug:code>/<str:period>/comment/",
        cell.cell_comment,
        name="cell_comment",
    ),
    path(
        "o/<slug:organization_slug>/entries/<slug:code>/<str:period>/attach/",
        cell.cell_attach,
        name="cell_attach",
    ),
    path(
        "o/<slug:organization_slug>/entries/<slug:code>/<str:period>/evidence/<int:evidence_id>/",
        cell.evidence_file,
        name="evidence",
    ),
    path(
        "o/<slug:organization_slug>/entries/<slug:code>/<str:period>/evidence/<int:evidence_id>/remove/",
        cell.evidence_remove,
        name="evidence_remove",
    ),
    path("o/<slug:organization_slug>/verification/", verification.verification, name="verification"),
    path("o/<slug:organization_slug>/pipeline/", pipeline.pipeline, name="pipeline"),
    path(
        "o/<slug:organization_slug>/pipeline.<file_format:file_format>",
        pipeline.pipeline_export,
        name="pipeline_export",
    ),
    path("o/<slug:organization_slug>/confirmations/", confirmations.confirmations, name="confirmations"),
    path(
        "o/<slug:organization_slug>/confirmations/<int:line_id>/<str:month>/",
        confirmations.correction,
        name="confirmation_correct",
    ),
    path(
        "o/<slug:organization_slug>/confirmations.<file_format:file_format>",
        confirmations.confirmations_export,
        name="confirmations_export",
    ),
    path("o/<slug:organization_slug>/locks/", locks.locks, name="locks"),
    path("o/<slug:organization_slug>/locks/<int:lock_id>/reopen/", locks.lock_reopen, name="lock_reopen"),
    path("o/<slug:organization_slug>/reminders/", reminders.reminders, name="reminders"),
    path("reminders/<str:token>/", reminders.pause, name="reminder_pause"),
    path("reminders/<str:token>/resume/", reminders.resume, name="reminder_resume"),
    path("o/<slug:organization_slug>/changes/", changes.changes, name="changes"),
    path("o/<slug:organization_slug>/timeliness/", timeliness.timeliness, name="timeliness"),
    *import_patterns,
]
