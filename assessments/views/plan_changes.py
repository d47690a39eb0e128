"""Changes of a frozen plan: asked for in the grid of its amounts, shown with their effect, decided."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from assessments.plan_page import effect_rows, lateness_note, read_flows
from assessments.services.plan_value import effect_of_change
from charts.numbers import MISSING
from organizations.errors import ConflictError, InvalidInputError
from organizations.forms import service_errors
from organizations.http import MemberRequest
from organizations.permissions import Right, allows, require, requires
from projects.access import get_change_for, get_project_for
from projects.forms.plan import ChangeForm, DecideChangeForm
from projects.models import CashFlow, ChangeRequest, MoneyLine, PlanBaseline, Project
from projects.money_grid import Table, read_grid
from projects.navigation import project_page, project_url
from projects.numbers import write_amount
from projects.periods import Frequency, label
from projects.services.changes import (
    amounts_of,
    decide_change,
    edit_change,
    mark_of,
    request_change,
    withdraw_change,
)
from projects.views.money_grid import answer_grid


@requires(Right.MONEY)
@require_http_methods(["GET", "HEAD", "POST"])
def change_create(request: MemberRequest, code: str) -> HttpResponse:
    """The plan as a grid: what is typed there is asked for, not written."""
    project = get_project_for(request, code, Right.MONEY)
    if not PlanBaseline.objects.filter(project=project).exists():
        return redirect(project_url(project, "projects:money"))
    grid = read_grid(request.GET, project, writable=True, series=CashFlow.Series.PLAN, changes={})
    form = ChangeForm(request.POST if request.method == "POST" else None)
    made: list[ChangeRequest] = []

    def save(table: Table, _reason: str) -> int:
        title, reason = _words(form)
        made.append(
            request_change(
                actor=request.user,
                project=project,
                title=title,
                reason=reason,
                table=table,
                effect=effect_of_change(project, request.organization, table),
            )
        )
        return _count(table)

    def then() -> str:
        return project_url(project, "assessments:change", made[0].number)

    return answer_grid(
        request, project, grid, save, then=then, is_change=True, is_new_change=True, change_form=form
    )


@requires(Right.MONEY)
@require_http_methods(["GET", "HEAD", "POST"])
def change_edit(request: MemberRequest, code: str, number: int) -> HttpResponse:
    """One's own request as a grid, while it waits: every year of it, with the tools that fill."""
    change = get_change_for(request, code, number, Right.MONEY)
    project = change.project
    if change.status != ChangeRequest.Status.OPEN or change.requested_by_id != request.user.pk:
        messages.error(request, _("Only who asked for a change edits it, and only while it waits."))
        return redirect(project_url(project, "assessments:change", number))
    asked = amounts_of(change)
    grid = read_grid(request.GET, project, writable=True, series=CashFlow.Series.PLAN, changes=asked)
    has_words = "title" in request.POST
    words = {"title": change.title, "reason": change.reason}
    form = ChangeForm(request.POST if has_words else None, initial=words)

    def save(table: Table, _reason: str) -> int:
        title, reason = _words(form) if has_words else (change.title, change.reason)
        whole: Table = {}
        for (line, month), amount in asked.items():
            whole.setdefault(line, {})[month] = amount
        for line, months in table.items():
            whole.setdefault(line, {}).update(months)
        effect = effect_of_change(project, request.organization, whole)
        edit_change(actor=request.user, change=change, title=title, reason=reason, table=whole, effect=effect)
        return _count(table)

    return answer_grid(request, project, grid, save, is_change=True, change=change, change_form=form)


@requires(Right.SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def change_detail(request: MemberRequest, code: str, number: int) -> HttpResponse:
    """Every amount that would change, the effect, and the decision."""
    change = get_change_for(request, code, number)
    form = DecideChangeForm(
        request.POST if request.method == "POST" else None, initial={"seen": mark_of(change)}
    )
    if request.method == "POST":
        require(request.membership, Right.DECIDE_GATE)
        if form.is_valid():
            with service_errors(form):
                decide_change(
                    actor=request.user,
                    change=change,
                    approve=form.cleaned_data["answer"] == "approve",
                    reason=form.cleaned_data["reason"],
                    seen=form.cleaned_data["seen"],
                )
                messages.success(request, _("The decision is recorded."))
                return redirect(project_url(change.project, "assessments:change", number))
    is_open = change.status == ChangeRequest.Status.OPEN
    is_own = change.requested_by_id == request.user.pk
    context = project_page(
        request,
        change.project,
        "assessments:plan",
        change=change,
        groups=_groups(change),
        effects=effect_rows(change.effect, request.organization.currency),
        lateness=lateness_note(change.effect),
        form=form,
        is_own=is_own and is_open,
        may_answer=is_open and not is_own and allows(request.membership, Right.DECIDE_GATE),
    )
    return render(request, "assessments/plan_change.html", context, status=422 if form.errors else 200)


@requires(Right.MONEY)
@require_POST
def change_withdraw(request: MemberRequest, code: str, number: int) -> HttpResponse:
    """Take one's own request back."""
    change = get_change_for(request, code, number, Right.MONEY)
    try:
        withdraw_change(actor=request.user, change=change)
    except ConflictError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The request is withdrawn."))
    return redirect(project_url(change.project, "assessments:change", number))


def _words(form: ChangeForm) -> tuple[str, str]:
    if not form.is_valid():
        raise InvalidInputError(_("Say what changes and why, above the amounts."))
    return form.cleaned_data["title"], form.cleaned_data["reason"]


def _count(table: Mapping[int, Mapping[Any, Any]]) -> int:
    return sum(len(months) for months in table.values())


def _groups(change: ChangeRequest) -> list[dict[str, Any]]:
    """By line: each month with the amount of the plan it was made for and the amount asked for."""
    lines = {line.pk: line for line in MoneyLine.objects.filter(project=change.project)}
    before = _plan_before(change.project, change)
    groups: dict[int, dict[str, Any]] = {}
    for (pk, month), amount in sorted(amounts_of(change).items()):
        if pk not in lines:
            continue
        group = groups.setdefault(pk, {"line": lines[pk], "rows": [], "total": Decimal(0)})
        former = before.get(pk, {}).get(month)
        difference = (amount or Decimal(0)) - (former or Decimal(0))
        group["total"] += difference
        group["rows"].append(
            {
                "month": label(month, Frequency.MONTH),
                "now": MISSING if former is None else write_amount(former),
                "new": MISSING if amount is None else write_amount(amount),
                "change": difference,
            }
        )
    return list(groups.values())


def _plan_before(project: Project, change: ChangeRequest) -> dict[int, dict[Any, Decimal]]:
    version = change.content.get("based_on")
    baseline = PlanBaseline.objects.filter(project=project, version=version).order_by("-id").first()
    return {line["line"]: read_flows(line) for line in baseline.content} if baseline else {}
