"""The frozen plan of a project, and the signatures under it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from assessments.plan_page import month_tables, signature_rows, value_stats, version_rows, year_table
from assessments.services.plan_value import value_plan
from organizations.confirmation import ask_to_confirm, has_confirmed
from organizations.errors import ConflictError, InvalidInputError, NotFoundError
from organizations.http import MemberRequest
from organizations.permissions import Right, requires
from projects.access import get_project_for
from projects.forms.plan import SignPlanForm
from projects.frozen_plan import PlanState, Side, fingerprint
from projects.models import ChangeRequest, PlanBaseline, PlanSignature, Project
from projects.navigation import project_page, project_url
from projects.services.signing import refuse_stranger, sides_of, sign_plan


@requires(Right.SEE)
@require_safe
def plan(request: MemberRequest, code: str) -> HttpResponse:
    """The plan in force, or `?version=`: lines, figures, signatures, versions and changes asked for."""
    project = get_project_for(request, code)
    baselines = list(
        PlanBaseline.objects.filter(project=project).select_related("frozen_by").order_by("-version", "-id")
    )
    asked = request.GET.get("version", "")
    chosen = [one for one in baselines if str(one.version) == asked] if asked else baselines[:1]
    if asked and not chosen:
        raise NotFoundError
    context = project_page(request, project, "assessments:plan")
    context["changes"] = list(ChangeRequest.objects.filter(project=project).select_related("requested_by"))
    if chosen:
        context |= _shown(request, project, chosen[0], baselines)
    return render(request, "assessments/plan.html", context)


@requires(Right.SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_sign(request: MemberRequest, code: str, side: str) -> HttpResponse:
    """The plan in force, whole, with the button below; the log-in is confirmed before it is shown."""
    project = get_project_for(request, code)
    if side not in Side.values:
        raise NotFoundError
    refuse_stranger(request.user, project, side)
    baselines = list(
        PlanBaseline.objects.filter(project=project).select_related("frozen_by").order_by("-version", "-id")
    )
    if not baselines:
        return redirect(project_url(project, "assessments:plan"))
    if not has_confirmed(request):
        return ask_to_confirm(request, back=request.path)
    refused, status = "", 200
    form = SignPlanForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            sign_plan(
                actor=request.user,
                baseline=baselines[0],
                side=side,
                content_hash=form.cleaned_data["content_hash"],
            )
        except (ConflictError, InvalidInputError) as error:
            refused, status = str(error), error.status
        else:
            messages.success(
                request,
                _("You have signed version %(version)d of the plan.") % {"version": baselines[0].version},
            )
            return redirect(project_url(project, "assessments:plan"))
    elif form.is_bound:
        status = 422
    context = project_page(request, project, "assessments:plan", side=Side(side), refused=refused)
    context |= _shown(request, project, baselines[0], baselines)
    context["may_answer"] = Side(side) in context["sides"]
    return render(request, "assessments/plan_sign.html", context, status=status)


def _shown(
    request: MemberRequest, project: Project, baseline: PlanBaseline, baselines: list[PlanBaseline]
) -> dict[str, Any]:
    signatures = list(PlanSignature.objects.filter(baseline=baseline))
    signed = {one.side for one in signatures}
    is_current = baseline.pk == baselines[0].pk
    mine = {one.side for one in signatures if one.signed_by_id == request.user.pk}
    may = is_current and project.archived_at is None and not mine
    value = value_plan(baseline.content, project, request.organization)
    return {
        "baseline": baseline,
        "is_current": is_current,
        "content_hash": fingerprint(baseline),
        "fingerprint": fingerprint(baseline)[:12],
        "state": PlanState(baseline.version, frozenset(Side.values) - signed),
        "signatures": signature_rows(project, signatures),
        "sides": [
            side for side in sides_of(request.user, project, request.membership) if may and side not in signed
        ],
        "versions": version_rows(baselines),
        "stats": value_stats(value, request.organization.currency),
        "original": value_stats(
            value_plan(baselines[-1].content, project, request.organization), request.organization.currency
        )
        if len(baselines) > 1 and baseline.version != 1
        else None,
        "table": year_table(baseline.content, request.organization),
        "tables": month_tables(baseline.content, request.organization),
        "currency": request.organization.currency,
    }
