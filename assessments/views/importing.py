"""Importing a file: upload, progress, outcome."""

import json
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.access import get_import_for
from assessments.import_forms import ImportForm
from assessments.models import ImportBatch
from assessments.services.importing import queue_import, recent_mappings, rejected_as_csv, start_import
from charts.numbers import exact
from organizations.errors import ConflictError, InvalidInputError
from organizations.http import MemberRequest
from organizations.permissions import Right, requires

PER_PAGE = 20
SHOWN = 500
Status = ImportBatch.Status


@requires(Right.IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def import_page(request: MemberRequest) -> HttpResponse:
    """Upload a file; below it the imports so far."""
    form = ImportForm(request.POST or None, request.FILES or None, remembered=recent_mappings())
    if request.method == "POST" and form.is_valid():
        try:
            batch = queue_import(
                actor=request.user,
                organization=request.organization,
                upload=form.cleaned_data["file"],
                mapping=form.chosen_mapping,
                dry_run=form.cleaned_data["dry_run"],
            )
        except InvalidInputError as error:
            form.add_error(None, str(error))
        else:
            return _to_detail(request, batch)
    page = Paginator(ImportBatch.objects.listed(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "batches": page.object_list}
    return render(request, "assessments/import.html", context, status=400 if form.errors else 200)


@requires(Right.IMPORT)
@require_safe
def import_detail(request: MemberRequest, pk: int) -> HttpResponse:
    """How far an import is, or what came of it. htmx asks for the changing part alone."""
    batch = get_import_for(request, pk)
    template = "assessments/import_progress.html" if request.htmx else "assessments/import_detail.html"
    response = render(request, template, _described(batch))
    patch_vary_headers(response, ["HX-Request"])
    if request.htmx and not is_open(batch):
        # The page around the progress bar changes as well: load all of it.
        response.headers["HX-Refresh"] = "true"
    return response


@requires(Right.IMPORT)
@require_POST
def import_run(request: MemberRequest, pk: int) -> HttpResponse:
    """Import for good what was checked, or try again what failed."""
    batch = get_import_for(request, pk)
    try:
        start_import(actor=request.user, batch=batch)
    except ConflictError as error:
        messages.warning(request, str(error))
    return _to_detail(request, batch)


@requires(Right.IMPORT)
@require_safe
def import_rejected(request: MemberRequest, pk: int) -> StreamingHttpResponse:
    """The refused cells as a CSV file."""
    batch = get_import_for(request, pk)
    return StreamingHttpResponse(
        rejected_as_csv(batch.report.get("rejected", [])),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="rejected-{batch.pk}.csv"'},
    )


def is_open(batch: ImportBatch) -> bool:
    """Whether a worker has still to finish it."""
    return batch.status in (Status.WAITING, Status.RUNNING)


def _to_detail(request: MemberRequest, batch: ImportBatch) -> HttpResponseRedirect:
    return HttpResponseRedirect(
        reverse("assessments:import_detail", args=[request.organization.slug, batch.pk])
    )


def _described(batch: ImportBatch) -> dict[str, Any]:
    rejected = batch.report.get("rejected", [])
    return {
        "batch": batch,
        "is_open": is_open(batch),
        "is_checked": batch.status == Status.CHECKED,
        "heading": _heading(batch),
        "stats": _stats(batch.report),
        "met_line": _met_line(batch.report),
        "rejected": rejected[:SHOWN],
        "rejected_count": len(rejected),
        "is_cut": len(rejected) > SHOWN,
        "may_start": batch.status in (Status.CHECKED, Status.FAILED) and batch.stored_as,
        "mapping_text": json.dumps(batch.mapping, ensure_ascii=False, indent=2) if batch.mapping else "",
    }


def _heading(batch: ImportBatch) -> str:
    if batch.status == Status.WAITING:
        return _("The file waits for its turn")
    if batch.status == Status.RUNNING:
        return _("The file is being imported")
    if batch.status == Status.FAILED:
        return _("Nothing was imported")
    written = batch.report.get("new", 0) + batch.report.get("changed", 0)
    if not written:
        return _("The file said nothing new")
    number = {"number": exact(written)}
    if batch.status == Status.CHECKED:
        return (
            ngettext(
                "%(number)s value would be new or changed",
                "%(number)s values would be new or changed",
                written,
            )
            % number
        )
    return (
        ngettext("%(number)s value is new or changed", "%(number)s values are new or changed", written)
        % number
    )


def _stats(report: dict[str, Any]) -> list[dict[str, Any]]:
    if not report:
        return []
    labels = {
        "rows": _("Rows"),
        "projects": _("Projects"),
        "kpis": _("KPIs"),
        "new": _("New"),
        "changed": _("Changed"),
        "same": _("Same"),
    }
    stats: list[dict[str, Any]] = [
        {"label": label, "value": exact(report[name])} for name, label in labels.items()
    ]
    refused = len(report["rejected"])
    return [*stats, {"label": _("Rejected cells"), "value": exact(refused), "tone": "bad" if refused else ""}]


def _met_line(report: dict[str, Any]) -> str:
    if not report.get("with_target"):
        return ""
    return ngettext(
        "%(met)s of %(count)s value with a target meets it.",
        "%(met)s of %(count)s values with a target meet it.",
        report["with_target"],
    ) % {"met": exact(report["met"]), "count": exact(report["with_target"])}
