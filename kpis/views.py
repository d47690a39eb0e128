"""Pages of KPI definitions. The page with values is a floor above: `assessments.views.kpi`."""

import copy
import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kpis import services
from kpis.access import get_kpi_for
from kpis.figures import planned_at, written
from kpis.forms import FillForm, KpiFilterForm, KpiForm, TargetsForm, initial_of, show_refusal
from kpis.history import kpi_history_entries
from kpis.models import Kpi
from kpis.services.targets import points_of
from organizations.errors import ConflictError, InvalidInputError
from organizations.http import MemberRequest
from organizations.models import AuditEvent, Membership
from organizations.permissions import Right, allows, requires
from projects.access import get_project_for
from projects.models import Project
from projects.periods import label, shift, start_of

PER_PAGE = 50
#: periods after the last target that the page of targets offers
AHEAD = 12
MOST_PERIODS = 240


@requires(Right.SEE)
def kpi_list(request: MemberRequest) -> HttpResponse:
    """All KPIs with what they are to achieve."""
    projects = list(Project.objects.active().values_list("code", "name"))
    form = KpiFilterForm(request.GET, projects=projects)
    chosen = form.chosen
    page = Paginator(_narrowed(chosen), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": page.object_list,
        "chips": _tier_chips(request.GET, chosen.get("tier") or ""),
        "is_narrowed": any(chosen.values()),
        "archived": chosen.get("archived"),
        "may_define": allows(request.membership, Right.DEFINE),
        "projects": projects,
    }
    return render(request, "kpis/list.html", context)


def _narrowed(chosen: dict[str, Any]) -> Any:
    kpis = Kpi.objects.listed().with_last_target().matching(chosen.get("q") or "")
    kpis = kpis.filter(archived_at__isnull=False) if chosen.get("archived") else kpis.active()
    for name, lookup in (("tier", "tier"), ("direction", "direction"), ("project", "project__code")):
        if chosen.get(name):
            kpis = kpis.filter(**{lookup: chosen[name]})
    return kpis.order_by("project__name", "tier", "name")


def _tier_chips(query: QueryDict, current: str) -> list[dict[str, Any]]:
    chips = []
    for value, name in [("", _("All tiers")), *Kpi.Tier.choices]:
        address = query.copy()
        address.pop("page", None)
        address["tier"] = value
        chips.append({"label": name, "url": f"?{address.urlencode()}", "current": value == current})
    return chips


@requires(Right.DEFINE)
def kpi_create(request: MemberRequest, code: str) -> HttpResponse:
    """Define a KPI of a project."""
    project = get_project_for(request, code, Right.DEFINE)
    # The next code is shown and sent, so that a form sent twice is known to be the same KPI.
    initial = {"code": services.next_code(project), "decimals": 1, "expected_start": project.go_live}
    form = KpiForm(request.POST or None, members=_members(), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            kpi = services.create_kpi(actor=request.user, project=project, values=form.definition())
        except (InvalidInputError, ConflictError) as error:
            show_refusal(form, error)
        else:
            messages.success(
                request, _("%(name)s is defined. Its first values can be entered.") % {"name": kpi.name}
            )
            return _to_kpi(request, kpi)
    return render(request, "kpis/create.html", {"form": form, "project": project}, status=_status(form))


@requires(Right.DEFINE)
def kpi_edit(request: MemberRequest, code: str) -> HttpResponse:
    """Change a definition."""
    kpi = get_kpi_for(request, code, Right.DEFINE)
    form = KpiForm(request.POST or None, members=_members(), kpi=kpi, initial=initial_of(kpi))
    if request.method == "POST" and form.is_valid():
        try:
            services.update_kpi(
                actor=request.user,
                # The page shows the stored KPI, also after a refused change.
                kpi=copy.copy(kpi),
                values=form.definition(),
                reason=form.cleaned_data["reason"],
            )
        except InvalidInputError as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("The definition is saved. Figures follow in a moment."))
            return _to_kpi(request, kpi)
    return render(request, "kpis/edit.html", {"form": form, "kpi": kpi}, status=_status(form))


@requires(Right.DEFINE)
@require_POST
def kpi_archive(request: MemberRequest, code: str) -> HttpResponse:
    """Archive a KPI, or bring it back with `restore`."""
    kpi = get_kpi_for(request, code, Right.DEFINE)
    if "restore" in request.POST:
        services.restore_kpi(actor=request.user, kpi=kpi)
        messages.success(request, _("%(name)s counts again.") % {"name": kpi.name})
    else:
        services.archive_kpi(actor=request.user, kpi=kpi, reason=request.POST.get("reason", "")[:500])
        messages.success(
            request,
            _("%(name)s is archived: it no longer counts. Restore it at any time.") % {"name": kpi.name},
        )
    return _to_kpi(request, kpi)


@requires(Right.DEFINE)
def kpi_targets(request: MemberRequest, code: str) -> HttpResponse:
    """The target of each period, and a straight line between two of them."""
    kpi = get_kpi_for(request, code, Right.DEFINE)
    points = points_of(kpi)
    periods = _offered_periods(request, kpi, points)
    filling = "fill" in request.POST
    form = TargetsForm(
        request.POST if request.POST and not filling else None, kpi=kpi, points=points, periods=periods
    )
    fill = FillForm(request.POST if filling else None, frequency=kpi.frequency, initial=_fill_start(kpi))
    sent: TargetsForm | FillForm = fill if filling else form
    if request.method == "POST" and sent.is_valid():
        wanted = fill.points() if filling else form.wanted()
        try:
            changed = services.set_targets(
                actor=request.user,
                kpi=copy.copy(kpi),
                points=wanted,
                reason=request.POST.get("reason", "")[:500],
            )
        except InvalidInputError as error:
            show_refusal(sent, error)
        else:
            messages.success(
                request, _("Targets changed: %(count)d. Figures follow in a moment.") % {"count": changed}
            )
            return redirect("kpis:targets", request.organization.slug, kpi.code)
    context = {
        "kpi": kpi,
        "form": form,
        "fill": fill,
        "rows": _target_rows(kpi, form, periods),
        "columns": [_("Planned"), _("Target")],
        "more": len(periods) + AHEAD if len(periods) < MOST_PERIODS else None,
    }
    return render(request, "kpis/targets.html", context, status=_status(sent))


@requires(Right.SEE)
def kpi_history(request: MemberRequest, code: str) -> HttpResponse:
    """Who changed the definition or a target, when and why."""
    kpi = get_kpi_for(request, code)
    events = AuditEvent.objects.about("kpi", kpi.pk)
    page: Page[AuditEvent] = Paginator(events, PER_PAGE).get_page(request.GET.get("page"))
    context = {"kpi": kpi, "page": page, "entries": kpi_history_entries(page.object_list, kpi)}
    return render(request, "kpis/history.html", context)


def _members() -> list[Membership]:
    return list(Membership.objects.listed())


def _to_kpi(request: MemberRequest, kpi: Kpi) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("assessments:kpi", args=[request.organization.slug, kpi.code]))


def _status(form: Any) -> int:
    """A refused form answers 422: nothing was saved."""
    return 422 if form.is_bound and form.errors else 200


def _offered_periods(
    request: MemberRequest, kpi: Kpi, points: dict[datetime.date, float]
) -> list[datetime.date]:
    """From where the plan begins to a year past the last target, as many as asked for."""
    today = start_of(request.organization.today(), kpi.frequency)
    expected = start_of(kpi.expected_start, kpi.frequency) if kpi.expected_start else today
    first = min([*points, expected, today] if not points else [*points, expected])
    last = shift(max([*points, first]), kpi.frequency, AHEAD)
    asked = request.GET.get("periods", "")
    least = int(asked) if asked.isdecimal() and len(asked) < 5 else 0
    periods = [first]
    while len(periods) < MOST_PERIODS and (periods[-1] < last or len(periods) < least):
        periods.append(shift(periods[-1], kpi.frequency, 1))
    return sorted({*periods, *points})


def _fill_start(kpi: Kpi) -> dict[str, Any]:
    return {"first": kpi.expected_start, "first_value": kpi.baseline_value}


def _target_rows(kpi: Kpi, form: TargetsForm, periods: list[datetime.date]) -> list[dict[str, Any]]:
    rows = []
    for period in periods:
        name = label(period, kpi.frequency)
        heard = _("%(period)s, target") % {"period": name}
        field = {"field": form[f"target_{period}"], "label": heard, "short": _("Target")}
        text = {"text": written(planned_at(kpi, period), kpi), "short": _("Planned")}
        rows.append({"label": name, "cells": [text, field]})
    return rows
