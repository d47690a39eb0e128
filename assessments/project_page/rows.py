"""Rows of the project page: tiers, KPIs, money, lines, modules."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.models import ProjectResult
from assessments.models.results import StatusWord
from assessments.project_page.reading import SPARK, ProjectFacts
from charts.description import Chart
from charts.kinds import sparkline
from charts.numbers import percent
from kpis.figures import final_target, planned_at, written
from kpis.models import Kpi
from projects.periods import label, last_complete, shift

TONES = {
    StatusWord.ON_TRACK: "good",
    StatusWord.AT_RISK: "",
    StatusWord.OFF_TRACK: "bad",
    StatusWord.TOO_EARLY: "open",
    StatusWord.NO_DATA: "open",
}
#: points of the index by which the geometric form must differ to be worth a word
NOTABLE = 10


def status_badge(word: str | None) -> dict[str, str]:
    """Label and tone for `components/badge.html`."""
    known = StatusWord(word) if word else StatusWord.NO_DATA
    return {"label": str(known.label), "tone": TONES[known]}


def tier_rows(result: ProjectResult | None, kpis: Sequence[Kpi]) -> list[dict[str, Any]]:
    """One row per tier: score, how much of the weight it rests on, and what it could be."""
    rows = []
    for tier in Kpi.Tier:
        count = sum(kpi.tier == tier for kpi in kpis)
        details: dict[str, Any] = (result.tiers or {}).get(tier.value, {}) if result else {}
        score = getattr(result, tier.value) if result else None
        rows.append(
            {
                "label": tier.label,
                "figure": tier.value,
                "score": score,
                "count": count,
                "missing": _("no KPIs") if not count else _missing(details),
                "coverage": percent(details.get("coverage"), 0),
                "bounds": _bounds(score, details),
                "in": details.get("in", 0),
                "due": details.get("due", 0),
            }
        )
    return rows


def _missing(details: dict[str, Any]) -> str:
    return str(_("no score yet") if details.get("due") else _("not due"))


def _bounds(score: float | None, details: dict[str, Any]) -> str:
    low, high = details.get("low"), details.get("high")
    if low is None or high is None or round(low) == round(high):
        return ""
    if score is None:
        return _("between %(low)d and %(high)d: too little is in for one number") % _whole(low, high)
    return _("between %(low)d and %(high)d, whatever is missing") % _whole(low, high)


def _whole(low: float, high: float) -> dict[str, int]:
    return {"low": round(low), "high": round(high)}


def index_notes(result: ProjectResult) -> list[str]:
    """What a reader must know beside the value index."""
    notes = []
    if result.capped and result.status == StatusWord.AT_RISK:  # worse words need no gate
        notes.append(_("Held at “at risk”: the evidence of the strategic tier is missing or under 40."))
    geometric, index = result.geometric, result.value_index
    if geometric is not None and index is not None and abs(geometric - index) > NOTABLE:
        notes.append(
            _("Tiers differ widely: the geometric index is %(index)d.") % {"index": round(geometric)}
        )
    return notes


def kpi_groups(kpis: Sequence[Any], today: datetime.date) -> list[dict[str, Any]]:
    """KPIs by tier, each as a row of the table."""
    return [
        {"label": tier.label, "rows": [_kpi_row(kpi, today) for kpi in rows]}
        for tier in Kpi.Tier
        if (rows := [kpi for kpi in kpis if kpi.tier == tier])
    ]


def _kpi_row(kpi: Any, today: datetime.date) -> dict[str, Any]:
    period = kpi.result_period
    return {
        "kpi": kpi,
        "baseline": written(kpi.baseline_value, kpi),
        "value": written(kpi.result_value, kpi),
        "period": label(period, kpi.frequency) if period else "",
        "planned": written(kpi.result_planned, kpi),
        "target": _target(kpi),
        "attainment": percent(kpi.result_attainment, 0),
        "on_plan": percent(kpi.result_on_plan, 0),
        "status": status_badge(kpi.result_status),
        "notes": _kpi_notes(kpi, today),
        "verdict": kpi.verdict_word or "",
        "grade": kpi.verdict_grade or "",
        "spark": _spark(kpi, today),
        "is_bad": kpi.result_status == StatusWord.OFF_TRACK,
    }


def _target(kpi: Any) -> str:
    if kpi.direction == Kpi.Direction.RANGE:
        return f"{written(kpi.range_low, kpi)} – {written(kpi.range_high, kpi)}"
    target = kpi.result_target if kpi.result_target is not None else final_target(kpi)
    return written(target, kpi)


def _kpi_notes(kpi: Any, today: datetime.date) -> list[str]:
    return [*_sharing_notes(kpi), *_state_notes(kpi, today)]


def _sharing_notes(kpi: Any) -> list[str]:
    if kpi.shared_share is not None:
        names = {"project": kpi.project.name, "share": percent(kpi.shared_share, 0)}
        return [_("shared from %(project)s, %(share)s") % names]
    if kpi.given_share:
        return [_("%(share)s of it serves other projects") % {"share": percent(kpi.given_share, 0)}]
    return []


def _state_notes(kpi: Any, today: datetime.date) -> list[str]:
    if kpi.expected_start and kpi.expected_start > today:
        return [_("expected from %(period)s") % {"period": label(kpi.expected_start, kpi.frequency)}]
    notes = []
    if kpi.result_dropped:
        notes.append(_("too old to count"))
    elif kpi.result_stale:
        notes.append(_("stale"))
    if kpi.result_preliminary:
        notes.append(_("preliminary, not yet verified"))
    return notes


def _spark(kpi: Any, today: datetime.date) -> Chart | None:
    """The last periods with their plan; the same end for all KPIs of a frequency."""
    values = {datetime.date.fromisoformat(one["period"]): one["value"] for one in kpi.recent}
    if not values:
        return None
    last = max(last_complete(today, kpi.frequency), max(values))
    periods = [shift(last, kpi.frequency, step - SPARK + 1) for step in range(SPARK)]
    actual = [values.get(period) for period in periods]
    if not any(value is not None for value in actual):
        return None
    plan = [planned_at(kpi, period) for period in periods]
    return sparkline(
        labels=[label(period, kpi.frequency) for period in periods],
        actual=actual,
        plan=plan if any(value is not None for value in plan) else None,
        unit=kpi.unit,
    )


_TO_DATE = (
    (gettext_lazy("Benefits"), "benefits", "higher"),
    (gettext_lazy("Costs"), "costs", "lower"),
)


def money_rows(result: ProjectResult) -> dict[str, Any]:
    """Benefits, costs and net to date against plan, on one scale."""
    rows = []
    for name, field, direction in _TO_DATE:
        actual, plan = getattr(result, f"{field}_actual"), getattr(result, f"{field}_plan")
        rows.append(
            {
                "label": name,
                "figure": field,
                "actual": actual,
                "plan": plan,
                "change": actual - plan,
                "direction": direction,
            }
        )
    net, net_plan = rows[0]["actual"] - rows[1]["actual"], rows[0]["plan"] - rows[1]["plan"]
    rows.append(
        {"label": _("Net"), "actual": net, "plan": net_plan, "change": net - net_plan, "direction": "higher"}
    )
    return {"rows": rows, "scale": max(abs(row["change"]) for row in rows)}


def line_groups(lines: Sequence[Any]) -> list[dict[str, Any]]:
    """Lines by kind, costs first."""
    groups: dict[str, list[Any]] = {}
    for line in lines:
        groups.setdefault(line.get_kind_display(), []).append(line)
    return [{"label": name, "lines": rows} for name, rows in groups.items()]


def coverage_stats(facts: ProjectFacts) -> list[dict[str, Any]]:
    """Shares of the contracted weight (METHOD §6) for `components/stats.html`."""
    contracted = [module for module in facts.modules if module["contracted"]]
    total = sum(module["weight"] for module in contracted)
    if not total:
        return []
    names = {"delivered": _("Delivered"), "accepted": _("Accepted"), "in_use": _("In use")}
    return [
        {
            "label": name,
            "value": percent(sum(one["weight"] for one in contracted if one[field]) / total, 0),
            "note": _("%(count)d of %(total)d modules")
            % {"count": sum(bool(one[field]) for one in contracted), "total": len(contracted)},
        }
        for field, name in names.items()
    ]
