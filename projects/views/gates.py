"""The ladder of gates, and the freezing of the plan."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organizations.errors import ConflictError, InvalidInputError
from organizations.http import MemberRequest
from organizations.permissions import Right, requires
from projects.access import get_project_for
from projects.forms import FreezeForm, GateForm, add_refusal
from projects.models import GateDecision, PlanBaseline, Project
from projects.navigation import project_page, project_url
from projects.services import decide_gate, freeze_plan, missing_for

LADDER = list(Project.Gate)


@requires(Right.SEE)
@require_safe
def gate_list(request: MemberRequest, code: str) -> HttpResponse:
    """Where the project stands, how it came there, and what the next gate needs."""
    project = get_project_for(request, code)
    return _answer(request, project, GateForm(project=project))


@requires(Right.DECIDE_GATE)
@require_POST
def gate_decide(request: MemberRequest, code: str) -> HttpResponse:
    """Record a decision."""
    project = get_project_for(request, code, Right.DECIDE_GATE)
    form = GateForm(request.POST, project=project)
    if form.is_valid():
        try:
            decision = decide_gate(
                actor=request.user,
                project=project,
                gate=form.cleaned_data["gate"],
                reason=form.cleaned_data["reason"],
            )
        except (InvalidInputError, ConflictError) as error:
            add_refusal(form, error)
        else:
            messages.success(
                request, _("The project now stands at %(gate)s.") % {"gate": decision.get_gate_display()}
            )
            return redirect(project_url(project, "projects:gates"))
    return _answer(request, project, form)


@requires(Right.MONEY)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_freeze(request: MemberRequest, code: str) -> HttpResponse:
    """Freeze the plan before gate L3 does."""
    project = get_project_for(request, code, Right.MONEY)
    form = FreezeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            freeze_plan(actor=request.user, project=project, reason=form.cleaned_data["reason"])
        except (InvalidInputError, ConflictError) as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("The plan is frozen."))
            return redirect(project_url(project, "projects:gates"))
    context = project_page(
        request, project, "projects:gates", form=form, cancel_url=project_url(project, "projects:gates")
    )
    return render(request, "projects/freeze_plan.html", context, status=422 if form.errors else 200)


def _answer(request: MemberRequest, project: Project, form: GateForm) -> HttpResponse:
    step = [gate.value for gate in LADDER].index(project.gate)
    following = LADDER[step + 1 : step + 2]
    context = project_page(
        request,
        project,
        "projects:gates",
        form=form,
        ladder=[_rung(gate, position, step) for position, gate in enumerate(LADDER)],
        decisions=GateDecision.objects.filter(project=project).listed(),
        baseline=PlanBaseline.objects.filter(project=project).select_related("frozen_by").first(),
        missing=missing_for(project, following[0]) if following else [],
    )
    return render(request, "projects/gates.html", context, status=422 if form.errors else 200)


def _rung(gate: Project.Gate, position: int, step: int) -> dict[str, Any]:
    return {"label": gate.label, "passed": position < step, "current": position == step}
