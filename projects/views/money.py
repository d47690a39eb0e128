"""Lines of cost and benefit, and the grid of one line's amounts."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from organizations.errors import ConflictError, InvalidInputError, ProductError
from organizations.http import MemberRequest
from organizations.permissions import Right, allows, requires
from projects.access import get_line_for, get_project_for
from projects.cash_window import CashWindow
from projects.forms import CashFlowForm, LineForm, add_refusal
from projects.models import CashFlow, MoneyLine
from projects.navigation import project_page, project_url
from projects.services import archive_line, create_line, is_frozen, set_cash_flow_table, update_line


@requires(Right.MONEY)
@require_http_methods(["GET", "HEAD", "POST"])
def line_create(request: MemberRequest, code: str) -> HttpResponse:
    """A new line; its amounts come next."""
    project = get_project_for(request, code, Right.MONEY)
    kind = request.GET.get("kind")
    initial = {"kind": kind} if kind in MoneyLine.Kind.values else {}
    form = LineForm(request.POST or None, organization=request.organization, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            line = create_line(actor=request.user, project=project, values=form.cleaned_data)
        except (InvalidInputError, ConflictError) as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("%(name)s is added. Enter its amounts.") % {"name": line.name})
            return redirect(project_url(project, "projects:cash_flows", line.pk))
    context = project_page(
        request, project, "assessments:project", form=form, cancel_url=project_url(project)
    )
    return render(request, "projects/line_create.html", context, status=422 if form.errors else 200)


@requires(Right.MONEY)
@require_http_methods(["GET", "HEAD", "POST"])
def line_edit(request: MemberRequest, code: str, line_id: int) -> HttpResponse:
    """Change a line."""
    line = get_line_for(request, code, line_id, Right.MONEY)
    flows_url = project_url(line.project, "projects:cash_flows", line.pk)
    planned = CashFlow.objects.filter(line=line, series=CashFlow.Series.PLAN)
    frozen = is_frozen(line.project) and planned.exists()
    form = LineForm(request.POST or None, instance=line, organization=request.organization, frozen=frozen)
    if request.method == "POST" and form.is_valid():
        try:
            update_line(actor=request.user, line=line, values=form.cleaned_data)
        except (InvalidInputError, ConflictError) as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("%(name)s is saved.") % {"name": line.name})
            return redirect(flows_url)
    context = project_page(
        request,
        line.project,
        "assessments:project",
        line=line,
        form=form,
        frozen=frozen,
        cancel_url=flows_url,
    )
    return render(request, "projects/line_edit.html", context, status=422 if form.errors else 200)


@requires(Right.MONEY)
@require_POST
def line_archive(request: MemberRequest, code: str, line_id: int) -> HttpResponse:
    """Take a line out of the figures."""
    line = get_line_for(request, code, line_id, Right.MONEY)
    try:
        archive_line(actor=request.user, line=line)
    except ConflictError as error:
        messages.error(request, str(error.message))
        return redirect(project_url(line.project, "projects:line_edit", line.pk))
    messages.success(request, _("%(name)s is archived.") % {"name": line.name})
    return redirect(project_url(line.project))


@requires(Right.SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def cash_flows(request: MemberRequest, code: str, line_id: int) -> HttpResponse:
    """Amounts by month: shown to all who see the project, written by those who may touch money."""
    line = get_line_for(request, code, line_id, Right.MONEY if request.method == "POST" else Right.SEE)
    may_write = allows(request.membership, Right.MONEY)
    window = CashWindow.read(request.GET, line, writable=may_write)
    form = CashFlowForm(
        request.POST or None, months=window.months, amounts=window.amounts, fixed=window.fixed
    )
    if request.method == "POST" and form.is_valid():
        try:
            reports = set_cash_flow_table(
                actor=request.user, line=line, table=form.table, reason=form.cleaned_data["reason"]
            )
        except ProductError as error:
            form.show_refusal(error)
        else:
            count = sum(report.new + report.changed + report.removed for report in reports.values())
            messages.success(request, _saved(count))
            return redirect(request.get_full_path())
    context = _grid_context(request, line, window, form)
    return render(request, "projects/cash_flows.html", context, status=422 if form.errors else 200)


def _saved(count: int) -> str:
    if not count:
        return _("Nothing had changed.")
    return _("Saved. Amounts changed: %(count)d.") % {"count": count}


def _grid_context(
    request: MemberRequest, line: MoneyLine, window: CashWindow, form: CashFlowForm
) -> dict[str, Any]:
    return project_page(
        request,
        line.project,
        "assessments:project",
        line=line,
        window=window,
        form=form,
        columns=[series.label for series in CashFlow.Series],
        totals=window.totals(),
    )
