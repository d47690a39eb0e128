"""The ladder of gates, and the freezing of the plan."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organizations.errors import ConflictError, InvalidInputError
from organizations.http import MemberRequest
from organizations.models import Role
from organizations.permissions import Right, requires
from projects.access import get_project_for
from projects.forms import FreezeForm, GateForm, GateRuleForm, add_refusal
from projects.forms.gates import REFUSE
from projects.gate_conditions import check_conditions
from projects.gate_rules import Rule, rules
from projects.models import GateDecision, PlanBaseline, Project
from projects.navigation import project_page, project_url
from projects.services import decide_gate, freeze_plan, refuse_gate
from projects.services.gates import next_gate, set_gate_rules

LADDER = list(Project.Gate)


@requires(Right.SEE)
@require_safe
def gate_list(request: MemberRequest, code: str) -> HttpResponse:
    """Where the project stands, how it came there, and what the next gate asks."""
    return _answer(request, get_project_for(request, code))


@requires(Right.DECIDE_GATE)
@require_POST
def gate_decide(request: MemberRequest, code: str) -> HttpResponse:
    """Record a decision."""
    project = get_project_for(request, code, Right.DECIDE_GATE)
    # What was missing on the person's page may have been done since, so the form is read with every field.
    form = GateForm(request.POST, project=project, is_ready=False)
    if form.is_valid():
        try:
            said = _decide(request, project, form.cleaned_data)
        except (InvalidInputError, ConflictError) as error:
            add_refusal(form, error)
        else:
            messages.success(request, said)
            return redirect(project_url(project, "projects:gates"))
    return _answer(request, project, form)


def _decide(request: MemberRequest, project: Project, sent: dict[str, Any]) -> str:
    names: dict[str, Any] = {
        "actor": request.user,
        "project": project,
        "reason": sent["reason"],
        "seen": sent["seen"] or None,
    }
    if sent["decision"] == REFUSE:
        gate = Project.Gate(refuse_gate(**names).gate).label
        return _("%(gate)s is refused. The project stays where it is.") % {"gate": gate}
    decision = decide_gate(**names, gate=sent["decision"], waive=sent["waive"])
    return _("The project now stands at %(gate)s.") % {"gate": decision.get_gate_display()}


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


def _answer(request: MemberRequest, project: Project, form: GateForm | None = None) -> HttpResponse:
    step = [gate.value for gate in LADDER].index(project.gate)
    following = next_gate(project.gate)
    asked = rules()
    conditions = check_conditions(project, asked[following].conditions) if following else []
    is_ready = all(one.met for one in conditions)
    may_decide = bool(following is None or asked[following].lets_decide(request.membership)) or asked[
        project.gate
    ].lets_decide(request.membership)
    context = project_page(
        request,
        project,
        "projects:gates",
        form=form or GateForm(project=project, is_ready=is_ready),
        ladder=[_rung(gate, position, step, asked[gate]) for position, gate in enumerate(LADDER)],
        following=Project.Gate(following).label if following else "",
        conditions=[{"checked": one, "url": _address(project, one.where)} for one in conditions],
        unmet=sum(not one.met for one in conditions),
        deciders=[Role(role).label for role in asked[following].approvers] if following else [],
        decisions=GateDecision.objects.filter(project=project).listed(),
        baseline=PlanBaseline.objects.filter(project=project).select_related("frozen_by").first(),
    )
    context["may_decide"] = context["may_decide"] and may_decide
    has_errors = form is not None and bool(form.errors)
    return render(request, "projects/gates.html", context, status=422 if has_errors else 200)


def _address(project: Project, where: tuple[str, ...]) -> str:
    """Where a condition is mended: a page of the project, else of the organization, narrowed to it."""
    if not where:
        return ""
    try:
        return project_url(project, *where)
    except NoReverseMatch:
        return reverse(where[0], args=[project.organization.slug]) + f"?project={project.code}"


def _rung(gate: Project.Gate, position: int, step: int, rule: Rule) -> dict[str, Any]:
    return {
        "label": gate.label,
        "passed": position < step,
        "current": position == step,
        "weight": round(rule.weight * 100, 6),
    }


@requires(Right.MANAGE_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def gate_rules(request: MemberRequest) -> HttpResponse:
    """What each gate asks, who decides it and what it counts in the pipeline."""
    data = request.POST if request.method == "POST" else None
    forms = [GateRuleForm(data, rule=rule) for rule in rules().values()]
    # Every form is read, so that each shows its own errors.
    valid = [form.is_valid() for form in forms]
    if data is not None and all(valid):
        try:
            changed = set_gate_rules(
                actor=request.user,
                organization=request.organization,
                rules={form.gate.value: form.values for form in forms},
            )
        except (InvalidInputError, ConflictError) as error:
            add_refusal(forms[0], error)
        else:
            messages.success(request, _("The rules are saved.") if changed else _("Nothing had changed."))
            return redirect("projects:gate_rules", organization_slug=request.organization.slug)
    has_errors = any(form.is_bound and form.errors for form in forms)
    return render(request, "projects/gate_rules.html", {"forms": forms}, status=422 if has_errors else 200)
