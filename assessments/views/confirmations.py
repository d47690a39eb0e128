"""Booked benefits before finance: confirm, refuse, reopen, correct."""

import datetime
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from assessments.confirmations import (
    OPEN,
    Booked,
    Choice,
    LineMonth,
    SeenAmount,
    State,
    list_booked,
    read_booked,
)
from assessments.exports.confirmations import confirmations_table
from assessments.forms.confirmations import CorrectionForm
from assessments.restatements import newest_restatements
from assessments.services.confirming import (
    ConfirmReport,
    confirm_amounts,
    correct_amount,
    refuse_amounts,
    reopen_amounts,
    why_not_confirm,
)
from organizations.errors import ConflictError, InvalidInputError, NotFoundError
from organizations.exporting import answer_export
from organizations.http import MemberRequest
from organizations.permissions import Right, allows, require, requires
from projects.forms import add_refusal
from projects.models import Project
from projects.periods import Frequency, add_months, label, start_of

PER_PAGE = 100
#: months offered by the filter, newest first
MONTHS = 24
#: states whose tone is not neutral
_TONES = {State.CONFIRMED: "good", State.REFUSED: "bad", State.CHANGED: "bad", State.REOPENED: "bad"}


@requires(Right.SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def confirmations(request: MemberRequest) -> HttpResponse:
    """The list; a POST answers for what is ticked."""
    choice = read_choice(request.GET)
    if request.method != "POST":
        return _render_page(request, choice)
    require(request.membership, Right.CONFIRM)
    try:
        report = _decide(request)
    except (InvalidInputError, ConflictError) as error:
        return _render_page(request, choice, error=str(error), status=422)
    if report.done:
        messages.success(request, _said(request.POST.get("act", ""), len(report.done)))
    if report.refused:
        return _render_page(request, choice, problems=report.refused, status=409)
    return HttpResponseRedirect(_address(request, choice))


@requires(Right.CONFIRM)
@require_http_methods(["GET", "HEAD", "POST"])
def correction(request: MemberRequest, line_id: int, month: str) -> HttpResponse:
    """One amount put right and confirmed in one step."""
    booked = _booked_or_404(request, line_id, month)
    form = CorrectionForm(request.POST or None, initial={"amount": booked.amount, "seen": token_of(booked)})
    if request.method == "POST" and form.is_valid():
        seen = read_token(form.cleaned_data["seen"]) or booked.seen
        try:
            correct_amount(
                actor=request.user,
                organization=request.organization,
                seen=seen if seen.cell == booked.cell else booked.seen,
                amount=form.cleaned_data["amount"],
                reason=form.cleaned_data["reason"],
            )
        except (InvalidInputError, ConflictError) as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("The amount is corrected and confirmed."))
            return HttpResponseRedirect(_address(request, Choice(project=booked.project_code)))
    context = {
        "booked": booked,
        "month_label": label(booked.month, Frequency.MONTH),
        "form": form,
        "blocked": why_not_confirm(booked, request.user, correcting=True),
        "cancel_url": _address(request, Choice(project=booked.project_code)),
    }
    return render(
        request, "assessments/confirmation_correct.html", context, status=422 if form.errors else 200
    )


@requires(Right.SEE)
@require_safe
def confirmations_export(request: MemberRequest, file_format: str) -> FileResponse:
    """The list as the page narrows it; without a choice of state, all of it."""
    choice = read_choice(request.GET)
    return answer_export(request, confirmations_table(request.organization, choice), file_format)


def read_choice(query: Mapping[str, Any]) -> Choice:
    """The filter of an address; unknown values mean none."""
    state = str(query.get("state", ""))
    try:
        month = datetime.date.fromisoformat(f"{query.get('month', '')}-01")
    except ValueError:
        month = None
    return Choice(
        project=str(query.get("project", "")).replace("\x00", "")[:60],
        month=month,
        state=state if state in {*State.values, "all"} else "",
    )


def token_of(booked: Booked) -> str:
    """The amount and the answer that are on the page, as a form carries them."""
    return f"{booked.line_id}_{booked.month}_{booked.amount}_{booked.answer_id}"


def read_token(text: str) -> SeenAmount | None:
    """What a token names; None for anything else."""
    try:
        line_id, month, amount, answer_id = text.split("_")
        seen = SeenAmount(int(line_id), datetime.date.fromisoformat(month), Decimal(amount), int(answer_id))
    except (ValueError, InvalidOperation):
        return None
    is_sane = 0 < seen.line_id < 2**63 and 0 <= seen.answer_id < 2**63 and seen.amount.is_finite()
    return seen if is_sane else None


def _booked_or_404(request: MemberRequest, line_id: int, month: str) -> Booked:
    try:
        day = datetime.date.fromisoformat(month)
    except ValueError:
        raise NotFoundError from None
    found = read_booked(request.organization, [(line_id, day)]).get((line_id, day))
    if found is None:
        raise NotFoundError
    return found


def _decide(request: MemberRequest) -> ConfirmReport:
    amounts = [seen for text in request.POST.getlist("amount") if (seen := read_token(text))]
    if not amounts:
        raise InvalidInputError(_("Nothing is selected. Tick the amounts first."))
    names: Any = {"actor": request.user, "organization": request.organization, "amounts": amounts}
    act, reason = request.POST.get("act", ""), request.POST.get("reason", "")
    if act == "refuse":
        return refuse_amounts(**names, reason=reason)
    if act == "reopen":
        return reopen_amounts(**names, reason=reason)
    return confirm_amounts(**names)


def _said(act: str, count: int) -> str:
    names = {"count": count}
    if act == "refuse":
        return ngettext("%(count)d amount refused.", "%(count)d amounts refused.", count) % names
    if act == "reopen":
        return ngettext("%(count)d amount reopened.", "%(count)d amounts reopened.", count) % names
    return ngettext("%(count)d amount confirmed.", "%(count)d amounts confirmed.", count) % names


def _render_page(
    request: MemberRequest,
    choice: Choice,
    *,
    problems: Mapping[LineMonth, str] | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    organization, may_confirm = request.organization, allows(request.membership, Right.CONFIRM)
    text = request.GET.get("page", "")
    number = max(1, int(text)) if text.isdecimal() and len(text) < 7 else 1
    listed = list_booked(organization, choice, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    if not listed.rows and number > 1:
        # The last page was just emptied, or the address names one that never was.
        listed, number = list_booked(organization, choice, limit=PER_PAGE), 1
    shown = {row.cell for row in listed.rows}
    context = {
        "groups": _groups(request, listed.rows, problems or {}, may_confirm=may_confirm),
        "total": listed.total,
        "page": Paginator(range(listed.total), PER_PAGE).get_page(number),
        "filters": _filters(request, choice),
        "is_narrow": choice != Choice(),
        "waits": not choice.state,
        "may_confirm": may_confirm,
        "may_reopen": any(row.state == State.CONFIRMED for row in listed.rows),
        "error": error,
        "refused": len(problems or {}),
        "left": [text for cell, text in (problems or {}).items() if cell not in shown],
        "reason": request.POST.get("reason", "") if error else "",
        "ticked": set(request.POST.getlist("amount")) if error else set(),
        "query": _query(choice),
        "restatements": newest_restatements(choice.project),
    }
    return render(request, "assessments/confirmations.html", context, status=status)


def _groups(
    request: MemberRequest, rows: list[Booked], problems: Mapping[LineMonth, str], *, may_confirm: bool
) -> list[dict[str, Any]]:
    """Rows by line, each with what a person may do with it."""
    groups = []
    for _line, found in groupby(rows, lambda row: row.line_id):
        members = list(found)
        shown = []
        for row in members:
            blocked = why_not_confirm(row, request.user) if may_confirm else ""
            is_confirmed = row.state == State.CONFIRMED
            shown.append(
                {
                    "booked": row,
                    "token": token_of(row),
                    "month": label(row.month, Frequency.MONTH),
                    "state": State(row.state).label,
                    "tone": _TONES.get(State(row.state), "open"),
                    "blocked": "" if is_confirmed else blocked,
                    "only_refuse": bool(blocked) and row.state in OPEN,
                    "problem": problems.get(row.cell, ""),
                    "verified": bool(row.kpi_values) and row.kpi_values == row.kpi_verified,
                }
            )
        groups.append({"line": members[0], "rows": shown})
    return groups


def _filters(request: MemberRequest, choice: Choice) -> list[dict[str, Any]]:
    running = start_of(request.organization.today(), Frequency.MONTH)
    months = [add_months(running, -step) for step in range(MONTHS)]
    projects = list(Project.objects.active().order_by("name").values_list("code", "name"))
    states = [*State.choices, ("all", _("All"))]
    fields: list[tuple[str, Any, str, list[tuple[str, Any]], str]] = [
        ("project", _("Project"), _("All"), projects, choice.project),
        (
            "month",
            _("Month"),
            _("All"),
            [(f"{month:%Y-%m}", label(month, Frequency.MONTH)) for month in months],
            f"{choice.month:%Y-%m}" if choice.month else "",
        ),
        ("state", _("State"), _("What waits"), states, choice.state),
    ]
    return [
        {"name": name, "label": title, "empty": empty, "options": options, "value": value}
        for name, title, empty, options, value in fields
    ]


def _query(choice: Choice) -> str:
    parts = {
        "project": choice.project,
        "month": f"{choice.month:%Y-%m}" if choice.month else "",
        "state": choice.state,
    }
    return urlencode({name: value for name, value in parts.items() if value})


def _address(request: MemberRequest, choice: Choice) -> str:
    query = _query(choice)
    url = reverse("assessments:confirmations", args=[request.organization.slug])
    return f"{url}?{query}" if query else url
