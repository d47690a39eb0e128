"""Targets of a KPI over time."""

import copy
import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kpis import services
from kpis.access import get_kpi_for
from kpis.figures import planned_at, written
from kpis.forms import FillForm, TargetsForm, show_refusal
from kpis.models import Kpi
from kpis.services.targets import points_of
from kpis.views.answers import status_of
from organizations.errors import InvalidInputError
from organizations.http import MemberRequest
from organizations.permissions import Right, requires
from projects.periods import label, shift, start_of

#: periods after the last target that the page of targets offers
AHEAD = 12
MOST_PERIODS = 240


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
    return render(request, "kpis/targets.html", context, status=status_of(sent))


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
