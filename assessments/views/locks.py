"""Months by project: what is in, what is verified, what is closed."""

import datetime
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from assessments.access import get_lock_for
from assessments.lock_counts import MonthState, month_states
from assessments.locks import ProjectMonth
from assessments.models import PeriodLock
from assessments.sections import trust_tabs
from assessments.services.locking import lock_months, reopen_month
from organizations.errors import ConflictError, InvalidInputError
from organizations.forms import service_errors
from organizations.http import MemberRequest
from organizations.permissions import Right, allows, require, requires
from projects.models import Project
from projects.periods import Frequency, add_months, label, start_of

#: months side by side, and projects below each other
MONTHS = 6
PER_PAGE = 25
#: newest closings and openings listed
EVENTS = 200


class ReopenForm(forms.Form):
    """Why a month is opened again."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("It stays on record beside the lock, with your name."),
    )


@requires(Right.SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def locks(request: MemberRequest) -> HttpResponse:
    """The table of months; a POST closes those that are ticked."""
    if request.method != "POST":
        return _render_page(request)
    require(request.membership, Right.LOCK)
    try:
        return _lock(request)
    except (InvalidInputError, ConflictError) as error:
        return _render_page(request, error=str(error), status=422)


@requires(Right.LOCK)
@require_http_methods(["GET", "HEAD", "POST"])
def lock_reopen(request: MemberRequest, lock_id: int) -> HttpResponse:
    """Ask for the reason, then open the month."""
    lock = get_lock_for(request, lock_id)
    form = ReopenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with service_errors(form):
            reopen_month(actor=request.user, lock=lock, reason=form.cleaned_data["reason"])
            names = {"month": label(lock.month, Frequency.MONTH), "project": lock.project}
            messages.success(request, _("%(month)s of %(project)s is open again.") % names)
            return HttpResponseRedirect(_address(request))
    context = {
        "form": form,
        "lock": lock,
        "month": label(lock.month, Frequency.MONTH),
        "tabs": trust_tabs(request),
    }
    status = 422 if form.errors else 200
    return render(request, "assessments/lock_reopen.html", context, status=status)


def _lock(request: MemberRequest) -> HttpResponse:
    chosen = _chosen(request)
    if not chosen:
        raise InvalidInputError(_("Nothing is selected. Tick the months first."))
    states = month_states(
        request.organization,
        {project for project, _month in chosen},
        sorted({month for _project, month in chosen}),
    )
    incomplete = {cell: states[cell] for cell in chosen if not states[cell].is_complete}
    reason = request.POST.get("reason", "").strip()
    if incomplete and request.POST.get("confirmed") != "1":
        return _ask(request, chosen, incomplete, reason)
    if incomplete and not reason:
        error = _("Say why months are locked although values are missing or not verified.")
        return _ask(request, chosen, incomplete, reason, error)
    made = lock_months(actor=request.user, organization=request.organization, months=chosen, reason=reason)
    text = ngettext("%(count)d month locked.", "%(count)d months locked.", len(made)) % {"count": len(made)}
    messages.success(request, text)
    return HttpResponseRedirect(_address(request))


def _ask(
    request: MemberRequest,
    chosen: list[ProjectMonth],
    incomplete: Mapping[ProjectMonth, MonthState],
    reason: str,
    error: str = "",
) -> HttpResponse:
    """Show what is missing before months are closed all the same."""
    projects = Project.objects.in_bulk({project for project, _month in chosen})
    rows = [
        {"project": projects[project], "month": label(month, Frequency.MONTH), "state": state}
        for (project, month), state in sorted(incomplete.items())
    ]
    context = {
        "rows": rows,
        "tokens": [_token(cell) for cell in chosen],
        "count": len(chosen),
        "reason": reason,
        "error": error,
        "tabs": trust_tabs(request),
        "query": request.GET.urlencode(),
    }
    return render(request, "assessments/locks_ask.html", context, status=422 if error else 200)


def _chosen(request: MemberRequest) -> list[ProjectMonth]:
    """The ticked months of projects that can be found."""
    found = set()
    for text in request.POST.getlist("month"):
        number, _dot, day = text.partition(".")
        try:
            found.add((int(number), datetime.date.fromisoformat(day)))
        except ValueError:
            continue
    known = set(
        Project.objects.active()
        .filter(pk__in=[pk for pk, _day in found if pk < 2**63])
        .values_list("pk", flat=True)
    )
    return sorted(cell for cell in found if cell[0] in known)


def _token(cell: ProjectMonth) -> str:
    return f"{cell[0]}.{cell[1]}"


def _months(request: MemberRequest) -> tuple[list[datetime.date], datetime.date]:
    """The months shown, oldest first, and the newest that has ended."""
    newest = add_months(start_of(request.organization.today(), Frequency.MONTH), -1)
    try:
        last = min(newest, datetime.date.fromisoformat(f"{request.GET.get('until', '')}-01"))
    except ValueError:
        last = newest
    last = max(last, datetime.date(1990, 1, 1))
    return [add_months(last, step - MONTHS + 1) for step in range(MONTHS)], newest


def _render_page(request: MemberRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    months, newest = _months(request)
    page = Paginator(Project.objects.active().order_by("name", "pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    projects = list(page.object_list)
    states = month_states(request.organization, [project.pk for project in projects], months)
    closed = sum(state.lock is not None for state in states.values())
    context = {
        "tabs": trust_tabs(request),
        "page": page,
        "months": [label(month, Frequency.MONTH) for month in months],
        "rows": [
            {
                "project": project,
                "cells": [
                    {
                        "token": _token((project.pk, month)),
                        "label": label(month, Frequency.MONTH),
                        "state": states[project.pk, month],
                    }
                    for month in months
                ],
            }
            for project in projects
        ],
        "closed": closed,
        "earlier": f"{add_months(months[0], -1):%Y-%m}",
        "later": f"{min(newest, add_months(months[-1], MONTHS)):%Y-%m}" if months[-1] < newest else "",
        "may_lock": allows(request.membership, Right.LOCK),
        "history": _history(),
        "error": error,
        "query": request.GET.urlencode(),
    }
    return render(request, "assessments/locks.html", context, status=status)


def _history() -> list[dict[str, Any]]:
    """The newest locks with how they ended; months of a project that one act closed are one row."""
    rows = PeriodLock.objects.select_related("project", "locked_by", "reopened_by")
    found = []
    newest = rows.order_by("-locked_at", "project__name", "project", "reopened_at", "month")[:EVENTS]
    for _act, locks in groupby(newest, lambda row: (row.locked_at, row.project_id, row.reopened_at)):
        closed = list(locks)
        months = [label(lock.month, Frequency.MONTH) for lock in closed]
        names = {"first": months[0], "last": months[-1], "count": len(months)}
        shown = months[0]
        if len(months) > 1:
            shown = ngettext(
                "%(first)s to %(last)s (%(count)d month)",
                "%(first)s to %(last)s (%(count)d months)",
                len(months),
            )
            shown %= names
        found.append({"lock": closed[0], "month": shown})
    return found


def _address(request: MemberRequest) -> str:
    query = request.GET.urlencode()
    return reverse("assessments:locks", args=[request.organization.slug]) + (f"?{query}" if query else "")
