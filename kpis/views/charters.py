"""Pages of a project's charter: read, hand out, sign, send back, print."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kpis.access import get_charter_for
from kpis.charters import page
from kpis.charters.content import draft_content
from kpis.charters.page import read_versions
from kpis.charters.requirements import advice_for_charter, missing_for_charter
from kpis.forms.charters import HandOutForm, ReturnForm, SignForm
from kpis.models import Charter, CharterSignature
from kpis.services.charters import (
    hand_out_charter,
    refuse_stranger,
    return_charter,
    sign_charter,
)
from organizations.confirmation import ask_to_confirm, has_confirmed
from organizations.errors import ConflictError, InvalidInputError, NotFoundError
from organizations.forms import service_errors
from organizations.http import MemberRequest
from organizations.pdf import missing_packages, missing_sentence, render_pdf
from organizations.permissions import Right, allows, requires
from projects.access import get_project_for
from projects.models import Project
from projects.navigation import project_page, project_url

Side = CharterSignature.Side


@requires(Right.SEE)
@require_safe
def charter(request: MemberRequest, code: str) -> HttpResponse:
    """The newest version, where it stands, and what can be done."""
    project = get_project_for(request, code)
    versions = read_versions(project)
    message, state = page.heading(project, versions)
    context = _context(request, project, heading=message, state=state)
    if versions.newest is None:
        context["missing"] = missing_for_charter(draft_content(project))
        return render(request, "kpis/charter.html", context)
    context |= page.charter_context(versions.newest, versions)
    context |= {
        "versions": page.version_rows(versions),
        "pending": page.pending_changes(project, versions.newest),
        "sides": page.sides_to_sign(request.user, project, versions),
    }
    return render(request, "kpis/charter.html", context)


@requires(Right.SEE)
@require_safe
def charter_version(request: MemberRequest, code: str, version: int) -> HttpResponse:
    """One version as it was handed out."""
    shown = get_charter_for(request, code, version)
    versions = read_versions(shown.project)
    message = _("Charter of %(name)s, version %(version)d") % {
        "name": shown.project.name,
        "version": shown.version,
    }
    context = _context(request, shown.project, heading=message) | page.charter_context(shown, versions)
    return render(request, "kpis/charter_version.html", context)


@requires(Right.DEFINE)
@require_http_methods(["GET", "HEAD", "POST"])
def charter_hand_out(request: MemberRequest, code: str) -> HttpResponse:
    """Show what would be handed out, against what was signed; hand it out."""
    project = get_project_for(request, code, Right.DEFINE)
    versions = read_versions(project)
    form = HandOutForm(request.POST if request.method == "POST" else None, is_first=versions.newest is None)
    if form.is_bound and form.is_valid():
        with service_errors(form):
            handed_out = hand_out_charter(
                actor=request.user, project=project, reason=form.cleaned_data["reason"]
            )
            messages.success(
                request,
                _("Version %(version)d is handed out. Both owners have mail.")
                % {"version": handed_out.version},
            )
            return _to_charter(project)
    context = _context(request, project, form=form) | page.draft_context(project, versions)
    context["missing"] = missing_for_charter(context["content"])
    context["advice"] = advice_for_charter(context["content"])
    return render(request, "kpis/charter_hand_out.html", context, status=422 if form.errors else 200)


@requires(Right.SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def charter_sign(request: MemberRequest, code: str, side: str) -> HttpResponse:
    """The version that waits, whole, with the button below; the log-in is confirmed before it is shown."""
    form = SignForm(request.POST if request.method == "POST" else None)

    def sign(waiting: Charter) -> None:
        sign_charter(
            actor=request.user,
            charter=waiting,
            side=side,
            content_hash=form.cleaned_data["content_hash"],
        )
        messages.success(request, _("You have signed version %(version)d.") % {"version": waiting.version})

    return _answer(request, code, side, form, sign, "kpis/charter_sign.html")


@requires(Right.SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def charter_return(request: MemberRequest, code: str, side: str) -> HttpResponse:
    """Send the version back with a reason."""
    form = ReturnForm(request.POST if request.method == "POST" else None)

    def send_back(waiting: Charter) -> None:
        return_charter(actor=request.user, charter=waiting, side=side, reason=form.cleaned_data["reason"])
        messages.success(
            request, _("Version %(version)d is sent back. The PMO has mail.") % {"version": waiting.version}
        )

    return _answer(request, code, side, form, send_back, "kpis/charter_return.html")


@requires(Right.SEE)
@require_safe
def charter_pdf(request: MemberRequest, code: str) -> HttpResponse:
    """The newest version, or `?version=`, on paper."""
    asked = request.GET.get("version", "")
    shown = get_charter_for(request, code, int(asked) if asked.isdecimal() and len(asked) < 8 else None)
    context = page.charter_context(shown, read_versions(shown.project))
    context |= {"project": shown.project, "organization": request.organization}
    paper = render_pdf(render_to_string("kpis/charter_pdf.html", context, request))
    response = HttpResponse(paper, content_type="application/pdf")
    name = f"charter-{shown.project.code}-v{shown.version}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _answer(
    request: MemberRequest,
    code: str,
    side: str,
    form: SignForm | ReturnForm,
    act: Callable[[Charter], None],
    template: str,
) -> HttpResponse:
    """A side's answer to the newest version: only the owner, only with a confirmed log-in."""
    waiting = get_charter_for(request, code)
    if side not in Side.values:
        raise NotFoundError
    refuse_stranger(request.user, waiting.project, side)
    if not has_confirmed(request):
        return ask_to_confirm(request, back=request.path)
    refused, status = "", 200
    if form.is_bound and form.is_valid():
        try:
            act(waiting)
        except (ConflictError, InvalidInputError) as error:
            refused, status = str(error), error.status
        else:
            return _to_charter(waiting.project)
    elif form.is_bound:
        status = 422
    versions = read_versions(waiting.project)
    context = _context(request, waiting.project, form=form, refused=refused, side=Side(side))
    context |= page.charter_context(waiting, versions)
    context["may_answer"] = Side(side) in page.sides_to_sign(request.user, waiting.project, versions)
    return render(request, template, context, status=status)


def _context(request: MemberRequest, project: Project, **more: Any) -> dict[str, Any]:
    missing = missing_packages()
    return project_page(
        request,
        project,
        "kpis:charter",
        may_hand_out=allows(request.membership, Right.DEFINE) and project.archived_at is None,
        no_pdf=missing_sentence(missing) if missing else "",
        **more,
    )


def _to_charter(project: Project) -> HttpResponseRedirect:
    return HttpResponseRedirect(project_url(project, "kpis:charter"))
