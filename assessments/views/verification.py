"""The queue of submitted values: verify them, or return them with a reason."""

import datetime
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from assessments.sections import trust_tabs
from assessments.services.deciding import Cell, SeenCell
from assessments.services.verifying import DecisionReport, return_values, verify_values
from assessments.verification import Choice, waiting_values, whole_list
from assessments.verification_rows import build_groups, read_token
from kpis.models import Kpi
from organizations.errors import ConflictError, InvalidInputError
from organizations.http import MemberRequest
from organizations.models import User
from organizations.permissions import Right, requires
from projects.models import Project
from projects.periods import Frequency, add_months, label, start_of

PER_PAGE = 100
#: months offered by the filter, newest first
MONTHS = 24
#: values decided at once by one press
MOST_AT_ONCE = 20_000


@requires(Right.VERIFY)
@require_http_methods(["GET", "HEAD", "POST"])
def verification(request: MemberRequest) -> HttpResponse:
    """The queue; a POST verifies or returns what it names."""
    choice = read_choice(request.GET)
    if request.method != "POST":
        return _render_page(request, choice)
    try:
        report = _decide(request, choice)
    except (InvalidInputError, ConflictError) as error:
        return _render_page(request, choice, error=str(error), status=422)
    if report.done:
        messages.success(request, _said(request, len(report.done)))
    if report.refused:
        return _render_page(request, choice, problems=report.refused, status=409)
    return HttpResponseRedirect(_address(request, choice))


def read_choice(query: Mapping[str, Any]) -> Choice:
    """The filter of an address; unknown values mean "all"."""
    project, kpi = (str(query.get(name, "")).replace("\x00", "")[:60] for name in ("project", "kpi"))
    tier, owner = str(query.get("tier", "")), str(query.get("owner", ""))
    try:
        month = datetime.date.fromisoformat(f"{query.get('month', '')}-01")
    except ValueError:
        month = None
    return Choice(
        project=project,
        kpi=kpi,
        tier=tier if tier in Kpi.Tier.values else "",
        owner=int(owner) if owner.isdecimal() and len(owner) < 19 else None,
        month=month,
    )


def _decide(request: MemberRequest, choice: Choice) -> DecisionReport:
    """Do what the pressed button says."""
    act = request.POST.get("act", "")
    if act == "verify_all":
        cells = _whole_list(request, choice)
    else:
        cells = [cell for text in request.POST.getlist("cell") if (cell := read_token(text))]
        if not cells:
            raise InvalidInputError(_("Nothing is selected. Tick the values first."))
    names: Any = {"actor": request.user, "organization": request.organization, "cells": cells}
    if act == "return":
        return return_values(**names, reason=request.POST.get("reason", ""))
    return verify_values(**names)


def _whole_list(request: MemberRequest, choice: Choice) -> list[SeenCell]:
    until, mark = parse_datetime(request.POST.get("seen_until", "")), request.POST.get("mark", "")
    cells = None
    if until is not None and until.tzinfo is not None and mark.removeprefix("-").isdecimal():
        cells = whole_list(request.organization, choice, seen_until=until, mark=int(mark))
    if not cells:
        raise ConflictError(_("The list changed while it was being shown. Look at it again."))
    if len(cells) > MOST_AT_ONCE:
        raise InvalidInputError(
            _("At most %(limit)d values are verified at once. Narrow the list.") % {"limit": MOST_AT_ONCE}
        )
    return cells


def _said(request: MemberRequest, count: int) -> str:
    names = {"count": count}
    if request.POST.get("act") == "return":
        return ngettext("%(count)d value returned.", "%(count)d values returned.", count) % names
    return ngettext("%(count)d value verified.", "%(count)d values verified.", count) % names


def _render_page(
    request: MemberRequest,
    choice: Choice,
    *,
    problems: Mapping[Cell, str] | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    organization = request.organization
    number = _page_number(request)
    waiting = waiting_values(organization, choice, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    if not waiting.cells and number > 1:
        # The last page was just emptied, or the address names one that never was.
        waiting, number = waiting_values(organization, choice, limit=PER_PAGE), 1
    groups = build_groups(organization, request.user, waiting.cells, problems or {})
    shown = {cell.cell for cell in waiting.cells}
    context = {
        "tabs": trust_tabs(request),
        "waiting": waiting,
        "page": Paginator(range(waiting.total), PER_PAGE).get_page(number),
        "groups": groups,
        "choice": choice,
        "filters": _filters(request, choice),
        "is_narrow": choice != Choice(),
        "own": sum(bool(row.blocked) for group in groups for row in group["rows"]),
        "may_verify_all": 0 < waiting.total <= MOST_AT_ONCE,
        "error": error,
        "left": [text for cell, text in (problems or {}).items() if cell not in shown],
        "refused": len(problems or {}),
        "reason": request.POST.get("reason", "") if error else "",
        "ticked": set(request.POST.getlist("cell")) if error else set(),
        "query": _query(choice),
    }
    return render(request, "assessments/verification.html", context, status=status)


def _page_number(request: MemberRequest) -> int:
    text = request.GET.get("page", "")
    return max(1, int(text)) if text.isdecimal() and len(text) < 7 else 1


def _filters(request: MemberRequest, choice: Choice) -> list[dict[str, Any]]:
    """The choices of the filter: fields with their options, for plain <select>s."""
    running = start_of(request.organization.today(), Frequency.MONTH)
    months = [add_months(running, -step) for step in range(-1, MONTHS)]
    owned = Kpi.objects.active().order_by()
    owners = User.objects.filter(
        pk__in=owned.values("data_owner").union(owned.values("business_owner"), owned.values("it_owner"))
    )
    fields: list[tuple[str, Any, list[tuple[str, Any]], str]] = [
        ("project", _("Project"), list(Project.objects.active().values_list("code", "name")), choice.project),
        ("tier", _("Tier"), list(Kpi.Tier.choices), choice.tier),
        (
            "owner",
            _("Owner"),
            [(str(user.pk), str(user)) for user in owners.order_by("name", "email")],
            str(choice.owner or ""),
        ),
        (
            "month",
            _("Month"),
            [(f"{month:%Y-%m}", label(month, Frequency.MONTH)) for month in months],
            f"{choice.month:%Y-%m}" if choice.month else "",
        ),
    ]
    return [
        {"name": name, "label": title, "options": options, "value": value}
        for name, title, options, value in fields
    ]


def _query(choice: Choice) -> str:
    """The filter as an address."""
    parts = {
        "project": choice.project,
        "kpi": choice.kpi,
        "tier": choice.tier,
        "owner": choice.owner,
        "month": f"{choice.month:%Y-%m}" if choice.month else "",
    }
    return urlencode({name: value for name, value in parts.items() if value})


def _address(request: MemberRequest, choice: Choice) -> str:
    query = _query(replace(choice))
    return reverse("assessments:verification", args=[request.organization.slug]) + (
        f"?{query}" if query else ""
    )
