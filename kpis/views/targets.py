"""Targets of a KPI over time: typed, filled by rule or pasted, looked at before they are saved, undone by history."""

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
from kpis.forms import FillForm, PasteForm, ProposalForm, TargetsForm, show_refusal
from kpis.history import kpi_history_entries
from kpis.models import Kpi
from kpis.services.reasons import needs_reason
from kpis.services.targets import former_targets, points_of
from kpis.target_preview import Proposal, preview_chart, preview_rows
from kpis.views.answers import status_of
from organizations.errors import InvalidInputError
from organizations.http import MemberRequest
from organizations.models import AuditEvent
from organizations.permissions import Right, requires
from projects.forms.seen import renew_data
from projects.periods import label, shift, start_of

#: periods after the last target that the page of targets offers
AHEAD = 12
MOST_PERIODS = 240
#: earlier changes that the page offers to take back
UNDOABLE = 5

Points = dict[datetime.date, float]


@requires(Right.DEFINE)
def kpi_targets(request: MemberRequest, code: str) -> HttpResponse:
    """The target of each period, and the ways to fill many of them."""
    kpi = get_kpi_for(request, code, Right.DEFINE)
    points = points_of(kpi)
    if "proposal" in request.POST:
        return _save_proposal(request, kpi, points)
    if "undo" in request.POST:
        event = _target_events(kpi).filter(pk=_number(request.POST["undo"])).first()
        return _preview(request, kpi, points, Proposal(former_targets(event) if event else {}))
    fill = FillForm(
        request.POST if "fill" in request.POST else None, frequency=kpi.frequency, initial=_fill_start(kpi)
    )
    if fill.is_bound and fill.is_valid():
        return _preview(request, kpi, points, _filled(kpi, points, fill))
    paste = PasteForm(request.POST if "paste" in request.POST else None)
    if paste.is_bound and paste.is_valid():
        pasted = paste.read(kpi.frequency)
        return _preview(request, kpi, points, Proposal(dict(pasted.points), pasted.rejects))
    is_typed = request.method == "POST" and not (fill.is_bound or paste.is_bound)
    return _typed(request, kpi, points, is_typed=is_typed, fill=fill, paste=paste)


def _typed(
    request: MemberRequest, kpi: Kpi, points: Points, *, is_typed: bool, fill: FillForm, paste: PasteForm
) -> HttpResponse:
    periods = _offered_periods(request, kpi, points)
    form = TargetsForm(
        request.POST if is_typed else None,
        kpi=kpi,
        points=points,
        periods=periods,
        reason_needed=needs_reason(kpi.project_id) and "preview" not in request.POST,
    )
    if is_typed and form.is_valid():
        if "preview" in request.POST:
            return _preview(request, kpi, points, Proposal(form.wanted()), form.cleaned_data["reason"])
        if answer := _saved(request, kpi, form.wanted(), form):
            return answer
    events = list(_target_events(kpi)[:UNDOABLE])
    entries = kpi_history_entries(events, kpi)
    context = {
        "kpi": kpi,
        "form": form,
        "fill": fill,
        "paste": paste,
        "changes": [
            {"entry": entry, "event": event.pk} for entry, event in zip(entries, events, strict=True)
        ],
        "rows": _target_rows(kpi, form, periods),
        "columns": [_("Planned"), _("Target")],
        "more": len(periods) + AHEAD if len(periods) < MOST_PERIODS else None,
    }
    refused = next((one for one in (form, fill, paste) if one.is_bound and one.errors), form)
    return render(request, "kpis/targets.html", context, status=status_of(refused))


def _filled(kpi: Kpi, points: Points, fill: FillForm) -> Proposal:
    actuals = _values(kpi) if fill.chosen == FillForm.LAST_ACTUAL else {}
    return Proposal(dict(fill.points(actuals=actuals, targets=points)))


def _preview(
    request: MemberRequest, kpi: Kpi, points: Points, proposal: Proposal, reason: str = ""
) -> HttpResponse:
    changes = proposal.changes(points)
    form = ProposalForm(
        kpi=kpi,
        points=points,
        wanted=changes,
        reason_needed=needs_reason(kpi.project_id),
        initial={"reason": reason},
    )
    return _show_preview(request, kpi, points, changes, form, proposal)


def _show_preview(
    request: MemberRequest,
    kpi: Kpi,
    points: Points,
    changes: dict[datetime.date, float | None],
    form: ProposalForm,
    proposal: Proposal,
) -> HttpResponse:
    context = {
        "kpi": kpi,
        "form": form,
        "rows": preview_rows(kpi, points, changes),
        "rejects": proposal.rejects,
        "same": len(proposal.wanted) - len(changes),
        "chart": preview_chart(kpi, points, changes, _values(kpi)) if changes else None,
    }
    return render(request, "kpis/targets_preview.html", context, status=status_of(form))


def _save_proposal(request: MemberRequest, kpi: Kpi, points: Points) -> HttpResponse:
    form = ProposalForm(request.POST, kpi=kpi, points=points, reason_needed=needs_reason(kpi.project_id))
    if form.is_valid() and (answer := _saved(request, kpi, form.cleaned_data["proposal"], form)):
        return answer
    wanted = form.cleaned_data.get("proposal") or {}
    changes = Proposal(wanted).changes(points)
    # What is shown again has seen the newest targets.
    renewed = ProposalForm(kpi=kpi, points=points, wanted=changes)
    renew_data(form, **{name: renewed.initial[name] for name in ("proposal", "seen")})
    return _show_preview(request, kpi, points, changes, form, Proposal(wanted))


def _saved(
    request: MemberRequest,
    kpi: Kpi,
    wanted: dict[datetime.date, float | None],
    form: TargetsForm | ProposalForm,
) -> HttpResponse | None:
    """Back to the page when the service takes the targets; else its refusal is shown in the form."""
    try:
        changed = services.set_targets(
            actor=request.user, kpi=copy.copy(kpi), points=wanted, reason=form.cleaned_data["reason"]
        )
    except InvalidInputError as error:
        show_refusal(form, error)
        return None
    messages.success(
        request, _("Targets changed: %(count)d. Figures follow in a moment.") % {"count": changed}
    )
    return redirect("kpis:targets", request.organization.slug, kpi.code)


def _values(kpi: Kpi) -> Points:
    """Counted values by period: rows of a later layer, asked for through the relation."""
    measurements: Any = kpi.measurements
    counted = measurements.counted().values_list("period", "value")
    return {period: value for period, value in counted if value is not None}


def _target_events(kpi: Kpi) -> Any:
    return AuditEvent.objects.about("kpi", kpi.pk).filter(action="kpi.targets_changed")


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0


def _offered_periods(request: MemberRequest, kpi: Kpi, points: Points) -> list[datetime.date]:
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
