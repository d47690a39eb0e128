"""Importing a file: upload, progress, outcome."""

import json
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.access import get_import_for
from assessments.import_forms import UploadForm
from assessments.import_sentences import heading, met_line, stats, told
from assessments.models import ImportBatch
from assessments.services.importing import (
    may_undo,
    plan_undo,
    rejected_as_csv,
    rejected_rows,
    start_check,
    start_import,
    undo_import,
    upload_import,
)
from assessments.services.importing.drafts import EDITABLE
from assessments.services.importing.rejected_rows import has_file
from assessments.views.import_wizard import step_of, steps_of
from organizations.errors import ConflictError, InvalidInputError
from organizations.exporting import answer_export
from organizations.http import MemberRequest
from organizations.permissions import Right, requires

PER_PAGE = 20
SHOWN = 100
Status = ImportBatch.Status


@requires(Right.IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def import_page(request: MemberRequest) -> HttpResponse:
    """Upload a file; below it the imports so far."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            batch = upload_import(
                actor=request.user, organization=request.organization, upload=form.cleaned_data["file"]
            )
        except InvalidInputError as error:
            form.add_error("file", str(error))
        else:
            return HttpResponseRedirect(
                reverse("assessments:import_table", args=[request.organization.slug, batch.pk])
            )
    page = Paginator(ImportBatch.objects.listed(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "batches": page.object_list}
    return render(request, "assessments/import.html", context, status=400 if form.errors else 200)


@requires(Right.IMPORT)
@require_safe
def import_detail(request: MemberRequest, pk: int) -> HttpResponse:
    """How far an import is, or what came of it. htmx asks for the changing part alone."""
    batch = get_import_for(request, pk)
    if batch.status == Status.UPLOADED:
        return HttpResponseRedirect(
            reverse(f"assessments:{step_of(batch)}", args=[request.organization.slug, batch.pk])
        )
    template = "assessments/import_progress.html" if request.htmx else "assessments/import_detail.html"
    steps = steps_of(request, batch, "check" if batch.dry_run else "import")
    shows_steps = batch.status not in (Status.DONE, Status.UNDONE)
    response = render(request, template, {**_described(batch), "steps": steps if shows_steps else []})
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
    # What failed while it was checked is checked again; only what was checked is imported.
    start = start_check if batch.status == Status.FAILED and batch.dry_run else start_import
    try:
        start(actor=request.user, batch=batch)
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


@requires(Right.IMPORT)
@require_safe
def import_rejected_rows(request: MemberRequest, pk: int, file_format: str) -> FileResponse:
    """The rows with refused cells, to be corrected and imported again."""
    batch = get_import_for(request, pk)
    return answer_export(request, rejected_rows(batch), file_format)


@requires(Right.IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def import_undo(request: MemberRequest, pk: int) -> HttpResponse:
    """Says what an undo would take away and what stays; a POST takes it away."""
    batch = get_import_for(request, pk)
    if not may_undo(batch):
        messages.warning(request, _("This import cannot be undone: it is not done, or it is undone already."))
        return _to_detail(request, batch)
    if request.method == "POST":
        try:
            undo_import(actor=request.user, organization=request.organization, batch=batch)
        except ConflictError as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, _("The import is undone. Everything stands as it did before it."))
            return _to_detail(request, batch)
    plan = plan_undo(batch)
    return render(request, "assessments/import_undo.html", {"batch": batch, "plan": plan, **told(plan)})


def is_open(batch: ImportBatch) -> bool:
    """Whether a worker has still to finish it."""
    return batch.status in (Status.WAITING, Status.RUNNING)


def _to_detail(request: MemberRequest, batch: ImportBatch) -> HttpResponseRedirect:
    return HttpResponseRedirect(
        reverse("assessments:import_detail", args=[request.organization.slug, batch.pk])
    )


def _described(batch: ImportBatch) -> dict[str, Any]:
    rejected = batch.report.get("rejected", [])
    keeps_file = has_file(batch)
    return {
        "batch": batch,
        "is_open": is_open(batch),
        "is_checked": batch.status == Status.CHECKED,
        "is_undone": batch.status == Status.UNDONE,
        "heading": heading(batch),
        "stats": stats(batch),
        "met_line": met_line(batch.report),
        "rejected": rejected[:SHOWN],
        "rejected_count": len(rejected),
        "is_cut": len(rejected) > SHOWN,
        "keeps_file": keeps_file,
        "may_start": batch.status in (Status.CHECKED, Status.FAILED) and keeps_file,
        "may_change": batch.status in EDITABLE and keeps_file,
        "may_undo": may_undo(batch),
        "may_repeat": batch.status in (Status.DONE, Status.UNDONE) and keeps_file,
        "mapping_text": json.dumps(batch.mapping, ensure_ascii=False, indent=2) if batch.mapping else "",
    }
