"""The grid of a project's money: typed, filled by rule, looked at before it is saved, saved all or nothing."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from charts.numbers import MISSING
from organizations.errors import ProductError
from organizations.http import MemberRequest
from organizations.permissions import Right, allows, requires
from projects.access import get_project_for
from projects.forms.fill import FillForm, MoneyProposalForm
from projects.forms.money_grid import MoneyGridForm
from projects.models import MoneyLine, Project
from projects.money_grid import MoneyGrid, Table, read_grid
from projects.navigation import project_page
from projects.numbers import write_amount
from projects.periods import Frequency, label
from projects.services import set_money_table

#: takes the amounts and why they are corrected; the number of amounts that changed
Save = Callable[[Table, str], int]


@requires(Right.SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def money_grid(request: MemberRequest, code: str) -> HttpResponse:
    """All lines by month: shown to all who see the project, written by those who may touch money."""
    project = get_project_for(request, code, Right.MONEY if request.method == "POST" else Right.SEE)
    may_write = allows(request.membership, Right.MONEY)
    grid = read_grid(request.GET, project, writable=may_write)

    def save(table: Table, reason: str) -> int:
        return set_money_table(
            actor=request.user, project=project, series=grid.series, table=table, reason=reason
        )

    return answer_grid(request, project, grid, save)


def answer_grid(
    request: MemberRequest,
    project: Project,
    grid: MoneyGrid,
    save: Save,
    *,
    then: Callable[[], str] | None = None,
    **more: Any,
) -> HttpResponse:
    """The grid with its tools; `then` says where a save leads, `more` goes to the template."""
    if "proposal" in request.POST:
        return _save_proposal(request, project, grid, save, more)
    fill = FillForm(request.POST if "fill" in request.POST else None, grid=grid)
    if fill.is_bound and fill.is_valid():
        try:
            return _preview(request, project, grid, _changes(grid, fill.fill()), more)
        except ValueError:
            fill.add_error("other", _("That line has no amounts in these months."))
    is_typed = request.method == "POST" and not fill.is_bound
    form = MoneyGridForm(request.POST if is_typed else None, grid=grid)
    if is_typed and form.is_valid():
        try:
            count = save(form.table, form.cleaned_data["reason"])
        except ProductError as error:
            form.show_refusal(error)
        else:
            return _saved(request, count, then)
    context = _context(request, project, grid, form=form, fill=fill, **more)
    refused = form.errors or (fill.is_bound and fill.errors)
    return render(request, "projects/money_grid.html", context, status=422 if refused else 200)


def _saved(request: MemberRequest, count: int, then: Callable[[], str] | None = None) -> HttpResponse:
    messages.success(
        request,
        _("Saved. Amounts changed: %(count)d.") % {"count": count} if count else _("Nothing had changed."),
    )
    return redirect(then() if then else request.get_full_path())


def _save_proposal(
    request: MemberRequest, project: Project, grid: MoneyGrid, save: Save, more: dict[str, Any]
) -> HttpResponse:
    form = MoneyProposalForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This page is too old. Fill again."))
        return redirect(request.get_full_path())
    table = _changes(grid, form.cleaned_data["proposal"])
    refused = ""
    if form.is_outdated(grid):
        refused = _("Meanwhile somebody else changed some of these amounts. Look again, then save.")
    else:
        try:
            return _saved(request, save(table, ""))
        except ProductError as error:
            refused = str(error)
    return _preview(request, project, grid, table, more, refused)


def _preview(
    request: MemberRequest,
    project: Project,
    grid: MoneyGrid,
    table: Table,
    more: dict[str, Any],
    refused: str = "",
) -> HttpResponse:
    form = MoneyProposalForm.of(grid, table)
    lines = {line.pk: line for line in grid.lines}
    groups = [
        _preview_group(grid, lines[pk], months) for pk, months in table.items() if pk in lines and months
    ]
    context = _context(request, project, grid, form=form, groups=groups, refused=refused, **more)
    return render(request, "projects/money_preview.html", context, status=409 if refused else 200)


def _preview_group(grid: MoneyGrid, line: MoneyLine, months: Any) -> dict[str, Any]:
    before = {month: grid.amounts.get((line.pk, month)) for month in months}
    return {
        "line": line,
        "rows": [
            {
                "month": label(month, Frequency.MONTH),
                "now": _shown(before[month]),
                "new": _shown(amount),
            }
            for month, amount in sorted(months.items())
        ],
        "now": write_amount(sum((amount for amount in before.values() if amount is not None), Decimal(0))),
        "new": write_amount(sum((amount for amount in months.values() if amount is not None), Decimal(0))),
    }


def _shown(amount: Decimal | None) -> str:
    return MISSING if amount is None else write_amount(amount)


def _changes(grid: MoneyGrid, table: Table) -> Table:
    """Only what would really change."""
    changed = {
        line: {month: amount for month, amount in months.items() if grid.amounts.get((line, month)) != amount}
        for line, months in table.items()
    }
    return {line: months for line, months in changed.items() if months}


def _context(request: MemberRequest, project: Project, grid: MoneyGrid, **more: Any) -> dict[str, Any]:
    return project_page(
        request,
        project,
        "projects:money",
        grid=grid,
        links=grid.links(),
        series_tabs=grid.tabs(),
        currency=request.organization.currency,
        **more,
    )
