"""The page of one KPI: what happened, against what was meant to happen."""

import datetime
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.control import control_chart
from assessments.models import KpiResult, KpiVerdict, Measurement
from assessments.models.results import StatusWord
from assessments.sentences import kpi_message, with_unit
from assessments.series import KpiSeries, PeriodVersions, load_series
from assessments.services.proving import rebased_periods
from assessments.verdict_facts import verdict_facts
from charts.numbers import percent
from charts.plotly_figure import payload
from kpis.access import get_kpi_for, may_enter
from kpis.figures import final_target, planned_at, written
from kpis.models import Kpi
from organizations.http import MemberRequest
from organizations.permissions import Right, allows, requires
from projects.periods import label

#: rows of the table before the rest is folded away
SHOWN_PERIODS = 13

TONES = {
    StatusWord.ON_TRACK: "good",
    StatusWord.AT_RISK: "",
    StatusWord.OFF_TRACK: "bad",
    StatusWord.TOO_EARLY: "open",
    StatusWord.NO_DATA: "open",
}
_STATUS_TONES = {
    Measurement.Status.VERIFIED: "good",
    Measurement.Status.RETURNED: "bad",
    Measurement.Status.DRAFT: "open",
}


@requires(Right.SEE)
def kpi_page(request: MemberRequest, code: str) -> HttpResponse:
    """Message, chart, facts, every value with who entered it, and the definition."""
    kpi = get_kpi_for(request, code)
    series = load_series(kpi)
    result = KpiResult.objects.filter(kpi=kpi).select_related("run").first()
    today = request.organization.today()
    verdict = KpiVerdict.objects.filter(kpi=kpi).defer("forecast").first()
    message = kpi_message(kpi, series.latest, today)
    figures = reverse("assessments:kpi_figures", args=[request.organization.slug, kpi.code])
    rows = _value_rows(series)
    context = {
        "kpi": kpi,
        "message": message,
        "result": result,
        "chart": control_chart(series, today=today, rebased=rebased_periods(kpi)),
        "chart_url": reverse("assessments:kpi_chart", args=[request.organization.slug, kpi.code]),
        "stats": _stats(kpi, series, result, today, figures),
        "status": _status_badge(kpi, result, today),
        "verdict": verdict,
        **verdict_facts(kpi, verdict),
        "rows": rows[:SHOWN_PERIODS],
        "older_rows": rows[SHOWN_PERIODS:],
        "is_late_start": bool(kpi.expected_start and kpi.expected_start > today),
        "may_define": allows(request.membership, Right.DEFINE),
        "may_enter": may_enter(request.membership, kpi),
        "final_target": written(final_target(kpi), kpi),
    }
    return render(request, "assessments/kpi.html", context)


@requires(Right.SEE)
def kpi_chart(request: MemberRequest, code: str) -> HttpResponse:
    """The figure of the KPI page for Plotly."""
    kpi = get_kpi_for(request, code)
    series, today = load_series(kpi), request.organization.today()
    return JsonResponse(payload(control_chart(series, today=today, rebased=rebased_periods(kpi))))


def _stats(
    kpi: Kpi, series: KpiSeries, result: KpiResult | None, today: datetime.date, figures: str
) -> list[dict[str, Any]]:
    """Figures of `components/stats.html`; their cards lie below the address `figures`."""
    latest = series.latest
    planned = planned_at(kpi, latest[0]) if latest else None
    stats = [
        {
            "label": _("Baseline"),
            "value": with_unit(kpi.baseline_value, kpi),
            "note": _baseline_period(kpi),
            "url": f"{figures}baseline/",
        },
        {
            "label": _("Latest"),
            "value": with_unit(latest[1], kpi) if latest else "—",
            "note": _latest_note(kpi, latest[0], result) if latest else _("no value yet"),
        },
        {
            "label": _("Plan"),
            "value": with_unit(planned, kpi),
            "note": _("of the same period") if latest else "",
        },
        {"label": _("Target"), "value": _target(kpi), "note": ""},
        {
            "label": _("Attainment"),
            "value": percent(result.attainment if result else None),
            "note": _("of the way to the target"),
            "url": f"{figures}attainment/",
        },
        {
            "label": _("On plan"),
            "value": percent(result.on_plan if result else None),
            "note": _("of the way planned so far"),
            "url": f"{figures}on-plan/",
        },
    ]
    fresh = {"label": _("Freshness"), "url": f"{figures}freshness/"}
    return [*stats, {**fresh, **_freshness(kpi, result, latest, today)}]


def _latest_note(kpi: Kpi, period: datetime.date, result: KpiResult | None) -> str:
    text = label(period, kpi.frequency)
    if result is not None and result.preliminary:
        return _("%(period)s, preliminary, not yet verified") % {"period": text}
    return text


def _baseline_period(kpi: Kpi) -> str:
    start, end = kpi.baseline_start, kpi.baseline_end
    last = end - datetime.timedelta(days=1) if end else None
    if start and last:
        names = {"first": label(start, kpi.frequency), "last": label(last, kpi.frequency)}
        return names["first"] if names["first"] == names["last"] else _("%(first)s to %(last)s") % names
    if last:
        return _("until %(last)s") % {"last": label(last, kpi.frequency)}
    return _("since %(first)s") % {"first": label(start, kpi.frequency)} if start else ""


def _target(kpi: Kpi) -> str:
    if kpi.direction == Kpi.Direction.RANGE:
        low, high = written(kpi.range_low, kpi), with_unit(kpi.range_high, kpi)
        return _("%(low)s to %(high)s") % {"low": low, "high": high}
    return with_unit(final_target(kpi), kpi)


def _freshness(
    kpi: Kpi, result: KpiResult | None, latest: tuple[datetime.date, float] | None, today: datetime.date
) -> dict[str, str]:
    if kpi.expected_start and kpi.expected_start > today:
        return {
            "value": _("not due"),
            "note": _("expected from %(day)s") % {"day": label(kpi.expected_start, kpi.frequency)},
        }
    if latest is None:
        return {"value": _("nothing yet"), "note": ""}
    if result is not None and result.dropped:
        return {
            "value": _("too old"),
            "note": _("older than three periods: it no longer counts"),
            "tone": "bad",
        }
    if result is not None and result.stale:
        return {"value": _("stale"), "note": _("older than one and a half periods"), "tone": "bad"}
    return {"value": _("fresh"), "note": ""}


def _status_badge(kpi: Kpi, result: KpiResult | None, today: datetime.date) -> dict[str, str]:
    if kpi.archived_at:
        return {"label": _("Archived"), "tone": "open"}
    if kpi.expected_start and kpi.expected_start > today:
        return {"label": _("Not due"), "tone": "open"}
    if result is None:
        return {"label": _("Being computed"), "tone": "open"}
    return {"label": result.get_status_display(), "tone": TONES[StatusWord(result.status)]}


def _value_rows(series: KpiSeries) -> list[dict[str, Any]]:
    return [_value_row(series.kpi, row) for row in series.periods]


def _value_row(kpi: Kpi, row: PeriodVersions) -> dict[str, Any]:
    newest, entered = row.newest, row.entered
    return {
        "day": row.period,
        "period": label(row.period, kpi.frequency),
        "planned": written(planned_at(kpi, row.period), kpi),
        "counts": row.counted is not None,
        **_version(kpi, newest),
        "who": entered.recorded_by or "",
        "when": entered.recorded_at,
        "source": entered.get_source_display(),
        "decided_by": newest.recorded_by if newest != entered else None,
        "versions": len(row.versions),
        "older": [_version(kpi, version) for version in row.versions[1:]],
    }


def _version(kpi: Kpi, version: Measurement) -> dict[str, Any]:
    return {
        "number": version.version,
        "value": written(version.value, kpi),
        "status": version.get_status_display(),
        "tone": _STATUS_TONES.get(Measurement.Status(version.status), ""),
        "who": version.recorded_by or "",
        "when": version.recorded_at,
        "source": version.get_source_display(),
        "note": version.note,
    }
