"""The page of one value: its history, what people say about it, and its evidence."""

import datetime
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from assessments import cell as cells
from assessments.access import get_cell_for, get_evidence_for
from assessments.forms.cell import CommentForm, EvidenceForm
from assessments.services.commenting import mentionable, write_comment
from assessments.services.evidence import attach_evidence, remove_evidence
from kpis.access import may_enter
from kpis.models import Kpi
from organizations.errors import ConflictError, ForbiddenError, NotFoundError
from organizations.forms import service_errors
from organizations.http import MemberRequest
from organizations.models import StoredFile
from organizations.permissions import Right, allows, requires
from organizations.services.files import file_path


@requires(Right.SEE)
@require_safe
def cell(request: MemberRequest, code: str, period: str) -> HttpResponse:
    """The page; htmx gets its body alone, for a dialog."""
    return _show(request, *get_cell_for(request, code, period))


@requires(Right.SEE)
@require_POST
def cell_comment(request: MemberRequest, code: str, period: str) -> HttpResponse:
    """Write a comment."""
    kpi, day = get_cell_for(request, code, period)
    _require_writing(request, kpi)
    form = CommentForm(request.POST, people=mentionable())
    if form.is_valid():
        with service_errors(form):
            comment = write_comment(
                actor=request.user,
                kpi=kpi,
                period=day,
                text=form.cleaned_data["text"],
                mentioned=form.cleaned_data["tell"],
            )
            return _back(request, kpi, day, f"comment-{comment.pk}")
    return _show(request, kpi, day, comment_form=form, status=422)


@requires(Right.SEE)
@require_POST
def cell_attach(request: MemberRequest, code: str, period: str) -> HttpResponse:
    """Attach files."""
    kpi, day = get_cell_for(request, code, period)
    _require_writing(request, kpi)
    form = EvidenceForm(request.POST, request.FILES)
    if form.is_valid():
        files, note = form.cleaned_data["attachments"], form.cleaned_data["note"]
        with service_errors(form):
            attach_evidence(actor=request.user, kpi=kpi, period=day, uploads=files, note=note)
            text = ngettext("%(count)d file is attached.", "%(count)d files are attached.", len(files))
            messages.success(request, text % {"count": len(files)})
            return _back(request, kpi, day, "evidence")
    return _show(request, kpi, day, evidence_form=form, status=422)


@requires(Right.SEE)
@require_safe
def evidence_file(request: MemberRequest, code: str, period: str, evidence_id: int) -> FileResponse:
    """The file, always as a download: a browser never runs what somebody attached."""
    found = get_evidence_for(request, *get_cell_for(request, code, period), evidence_id)
    stored: StoredFile = found.file
    try:
        content = file_path(stored.stored_as).open("rb")
    except OSError as error:
        raise NotFoundError(_("The file is not in the store. Ask whoever runs ValueTrack.")) from error
    answer = FileResponse(
        content,
        as_attachment=True,
        filename=stored.name,
        content_type=stored.content_type,
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@requires(Right.SEE)
@require_POST
def evidence_remove(request: MemberRequest, code: str, period: str, evidence_id: int) -> HttpResponse:
    """Take a file away; its record stays."""
    kpi, day = get_cell_for(request, code, period)
    _require_writing(request, kpi)
    found = get_evidence_for(request, kpi, day, evidence_id)
    try:
        remove_evidence(actor=request.user, evidence=found)
    except ConflictError as error:
        messages.warning(request, str(error))
    else:
        text = _("“%(file)s” is removed. That it was here stays on record.")
        messages.success(request, text % {"file": found.file.name})
    return _back(request, kpi, day, "evidence")


def _back(request: MemberRequest, kpi: Kpi, day: datetime.date, place: str) -> HttpResponse:
    address = reverse("assessments:cell", args=[request.organization.slug, kpi.code, day.isoformat()])
    return redirect(f"{address}#{place}")


def _may_write(request: MemberRequest, kpi: Kpi) -> bool:
    return may_enter(request.membership, kpi) or allows(request.membership, Right.VERIFY)


def _require_writing(request: MemberRequest, kpi: Kpi) -> None:
    if not _may_write(request, kpi):
        raise ForbiddenError(
            _("Comments and evidence are written by those who answer for this KPI or verify its values.")
        )


def _show(
    request: MemberRequest,
    kpi: Kpi,
    day: datetime.date,
    *,
    comment_form: CommentForm | None = None,
    evidence_form: EvidenceForm | None = None,
    status: int = 200,
) -> HttpResponse:
    shown, may_write = cells.load_cell(kpi, day), _may_write(request, kpi)
    if may_write:
        comment_form = comment_form or CommentForm(people=mentionable())
        evidence_form = evidence_form or EvidenceForm()
    context: dict[str, Any] = {
        "kpi": kpi,
        "cell": shown,
        "message": cells.message(shown),
        "state": cells.badge(shown),
        "notice": cells.notice(shown),
        "stats": cells.figures(shown),
        "history": cells.history(shown),
        "may_write": may_write,
        "may_enter": may_enter(request.membership, kpi),
        "may_see_batches": allows(request.membership, Right.IMPORT),
        "may_see_removed": allows(request.membership, Right.SEE_AUDIT),
        "comment_form": comment_form,
        "evidence_form": evidence_form,
        **cells.neighbours(shown, request.organization.today()),
    }
    template = "assessments/cell_body.html" if request.htmx else "assessments/cell.html"
    return render(request, template, context, status=status)
