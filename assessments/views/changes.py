"""What changed since an earlier report, and why."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.changes.answering import answer
from assessments.changes.details import SHOWN, load_details
from assessments.changes.explaining import Explanation, ProjectWalks
from assessments.changes.figures import CAUSES, KINDS
from assessments.changes.points import Span, read_span
from assessments.changes.presenting import causes_of, chart, day_of, heading, project_rows, sum_rows
from organizations.errors import InvalidInputError, NotFoundError
from organizations.http import MemberRequest
from organizations.permissions import Right, requires


@requires(Right.SEE_COMMITTEE)
@require_safe
def changes(request: MemberRequest) -> HttpResponse:
    """From one report to a later one, by cause; `project` shows one project and all that changed in it."""
    start, end = request.GET.get("from", ""), request.GET.get("to", "")
    try:
        span = read_span(request.organization, start, end)
    except InvalidInputError as error:
        span = read_span(request.organization)
        context = {**_form(span, start, end), "error": str(error), "heading": _("What changed")}
        return render(request, "assessments/changes.html", context, status=422)
    explanation = answer(request.organization, span)
    if explanation is None:
        words = {"heading": _("Working out what changed …"), "waits": True}
        return render(request, "assessments/changes.html", {**_form(span, start, end), **words})
    context = {**_form(span, start, end), **_context(request, explanation)}
    return render(request, "assessments/changes.html", context)


def _form(span: Span, start: str, end: str) -> dict[str, Any]:
    return {
        "start": start[:10] or span.start.as_of.isoformat(),
        "end": end[:10] or span.end.as_of.isoformat(),
        "today": span.end.as_of.isoformat() if span.open_end else "",
    }


def _context(request: MemberRequest, explanation: Explanation) -> dict[str, Any]:
    kind = KINDS.get(request.GET.get("figure", ""), KINDS["benefits_actual"])
    project = _project(explanation, request.GET.get("project", ""))
    walks = dict(project.walks) if project else explanation.portfolio
    rows, same = project_rows(explanation, kind)
    details = load_details(
        request.organization, explanation.start, explanation.end, project_id=project.id if project else None
    )
    bridged = walks["benefits_actual" if project else kind.name if kind.is_additive else "benefits_actual"]
    return {
        "heading": heading(explanation),
        "explanation": explanation,
        "project": project,
        "columns": [CAUSES[cause] for cause in causes_of(explanation)],
        "sums": sum_rows(explanation, walks),
        "kind": kind,
        "rows": rows,
        "same": same,
        "chart": chart(explanation, bridged, project.name if project else request.organization.name),
        "chips": _chips(request, kind.name),
        "details": details,
        "shown": SHOWN,
        "cause_names": CAUSES,
        "days": (day_of(explanation.start), day_of(explanation.end)),
        "query": _query(request, project="", figure=""),
    }


def _project(explanation: Explanation, code: str) -> ProjectWalks | None:
    if not code:
        return None
    for project in explanation.projects:
        if project.code == code:
            return project
    raise NotFoundError


def _chips(request: MemberRequest, chosen: str) -> list[dict[str, Any]]:
    return [
        {"label": kind.title, "url": f"?{_query(request, figure=name)}", "current": name == chosen}
        for name, kind in KINDS.items()
    ]


def _query(request: MemberRequest, **values: str) -> str:
    """The address's choices with some exchanged; empty ones are left out."""
    known = {name: request.GET.get(name, "") for name in ("from", "to", "figure", "project")}
    return urlencode({name: value for name, value in {**known, **values}.items() if value})
