"""Where a KPI starts: computed from its values or typed, looked at before it is put in force."""

import copy
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from assessments.forms.baseline import TYPED, BaselineForm, BaselineReasonForm, day_or_none
from assessments.sentences import with_unit
from assessments.services import baselines
from charts.numbers import percent
from kpis.access import get_kpi_for
from kpis.figures import typed, written
from kpis.models import Baseline, Kpi
from kpis.services import NewBaseline, set_baseline
from kpis.services.baselines import refuse_broken_baseline
from kpis.services.reasons import needs_reason
from organizations.downloads import file_answer
from organizations.errors import InvalidInputError, NotFoundError
from organizations.http import MemberRequest
from organizations.permissions import Right, requires
from projects.forms.seen import renew_data

Values = dict[Any, float]


@requires(Right.DEFINE)
@require_http_methods(["GET", "HEAD", "POST"])
def baseline(request: MemberRequest, code: str) -> HttpResponse:
    """The baseline in force, every one before it, and a new one."""
    kpi = get_kpi_for(request, code, Right.DEFINE)
    values = baselines.counted_values(kpi)
    if "shown" in request.POST:
        return _save(request, kpi, values)
    form = BaselineForm(request.POST or None, initial=_initial(kpi, values))
    if request.method == "POST" and form.is_valid():
        try:
            new = _new(kpi, values, form)
            refuse_broken_baseline(kpi, new)
            return _preview(request, kpi, values, form, new)
        except InvalidInputError as error:
            _show_refusal(form, error)
    rows = Baseline.objects.filter(kpi=kpi).select_related("set_by", "evidence")
    context = {
        "kpi": kpi,
        "form": form,
        "current": with_unit(kpi.baseline_value, kpi),
        "rows": [_row(kpi, row, number == 0) for number, row in enumerate(rows)],
        "value_count": len(values),
    }
    return render(request, "assessments/baseline.html", context, status=422 if form.errors else 200)


@requires(Right.SEE)
@require_safe
def baseline_file(request: MemberRequest, code: str, baseline_id: int) -> FileResponse:
    """The evidence of one baseline."""
    kpi = get_kpi_for(request, code)
    row = (
        Baseline.objects.filter(kpi=kpi, pk=baseline_id, evidence__isnull=False)
        .select_related("evidence")
        .first()
    )
    if row is None:
        raise NotFoundError
    return file_answer(row.evidence)


def _initial(kpi: Kpi, values: Values) -> dict[str, Any]:
    span = baselines.offered_span(kpi, values)
    start, end = span or (kpi.baseline_start, kpi.baseline_end)
    return {"how": baselines.MEAN if span else TYPED, "start": start, "end": end}


def _new(kpi: Kpi, values: Values, form: BaselineForm) -> NewBaseline:
    given = form.cleaned_data
    if given["how"] == TYPED:
        return NewBaseline(given["value"], given["start"], given["end"])
    return baselines.computed_baseline(kpi, values, start=given["start"], end=given["end"], how=given["how"])


def _preview(
    request: MemberRequest, kpi: Kpi, values: Values, form: BaselineForm, new: NewBaseline
) -> HttpResponse:
    given = form.cleaned_data
    confirm = BaselineReasonForm(
        reason_needed=_asks_why(kpi, new),
        initial={
            "how": given["how"],
            "value": typed(given["value"]),
            "start": day_or_none(given["start"]),
            "end": day_or_none(given["end"]),
            "shown": repr(new.value),
        },
    )
    return _show_preview(request, kpi, values, confirm, new)


def _show_preview(
    request: MemberRequest, kpi: Kpi, values: Values, form: BaselineReasonForm, new: NewBaseline
) -> HttpResponse:
    latest = max(values.items(), default=None)
    actual = latest[1] if latest else None
    context = {
        "kpi": kpi,
        "form": form,
        "facts": _facts(kpi, new),
        "notes": baselines.notes_on(kpi, new),
        "before": percent(baselines.attainment_with(kpi, kpi.baseline_value, actual), 1),
        "after": percent(baselines.attainment_with(kpi, new.value, actual), 1),
        "actual": with_unit(actual, kpi),
        "old": with_unit(kpi.baseline_value, kpi),
        "new": with_unit(new.value, kpi),
    }
    return render(request, "assessments/baseline_preview.html", context, status=422 if form.errors else 200)


def _facts(kpi: Kpi, new: NewBaseline) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = [
        {"label": _("New baseline"), "value": with_unit(new.value, kpi)},
        {"label": _("Baseline now"), "value": with_unit(kpi.baseline_value, kpi)},
        {"label": _("From"), "value": new.start},
        {"label": _("Until"), "value": new.end},
    ]
    if new.method == Baseline.Method.COMPUTED:
        facts += [
            {"label": _("Values"), "value": new.points},
            {"label": _("Standard deviation"), "value": written(new.spread, kpi)},
            {"label": _("Whole year"), "value": _("covered") if new.season_covered else _("not covered")},
        ]
    return facts


def _asks_why(kpi: Kpi, new: NewBaseline) -> bool:
    is_typed = new.method == Baseline.Method.TYPED
    return is_typed or kpi.baseline_value is not None or needs_reason(kpi.project_id)


def _save(request: MemberRequest, kpi: Kpi, values: Values) -> HttpResponse:
    form = BaselineReasonForm(request.POST, request.FILES, reason_needed=True)
    checked = BaselineForm(request.POST)
    if not checked.is_valid():
        return redirect("assessments:baseline", request.organization.slug, kpi.code)
    try:
        new = _new(kpi, values, checked)
    except InvalidInputError:  # the values it came from are gone
        return redirect("assessments:baseline", request.organization.slug, kpi.code)
    form.fields["reason"].required = _asks_why(kpi, new)
    if form.is_valid() and form.cleaned_data["shown"] != repr(new.value):
        renew_data(form, shown=repr(new.value))
        form.add_error(None, _("Meanwhile its values changed. Look at the new figures, then save again."))
    if form.is_valid():
        try:
            set_baseline(
                actor=request.user,
                kpi=copy.copy(kpi),
                new=new,
                reason=form.cleaned_data["reason"],
                evidence=form.cleaned_data["evidence"],
            )
        except InvalidInputError as error:
            _show_refusal(form, error)
        else:
            messages.success(request, _("The baseline is set. Figures follow in a moment."))
            return redirect("assessments:baseline", request.organization.slug, kpi.code)
    return _show_preview(request, kpi, values, form, new)


def _show_refusal(form: BaselineForm, error: InvalidInputError) -> None:
    """The definition's fields are the form's by other names; what cannot be seen is told above the form."""
    fields: dict[str, Any] = error.details.get("fields") or {error.details.get("field"): [error.message]}
    for name, problems in fields.items():
        own = (name or "").removeprefix("baseline_")
        is_shown = own in form.fields and not form.fields[own].widget.is_hidden
        form.add_error(own if is_shown else None, [str(problem) for problem in problems])


def _row(kpi: Kpi, row: Baseline, is_current: bool) -> dict[str, Any]:
    return {
        "number": row.pk,
        "value": written(row.value, kpi),
        "is_current": is_current and row.value == kpi.baseline_value,
        "method": row.get_method_display(),
        "start": row.start,
        "end": row.end,
        "points": row.points or "",
        "spread": written(row.spread, kpi) if row.spread is not None else "",
        "season": row.season_covered,
        "who": row.set_by or "",
        "when": row.set_at,
        "reason": row.reason,
        "evidence": row.evidence,
    }
