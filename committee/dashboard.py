"""What the committee page shows, prepared from results alone: no figure is computed here."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import models
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.models import ProjectResult
from assessments.project_page.cash import payback_points
from assessments.querysets import Trust
from assessments.worth import total_worth
from assessments.worth_words import Stat, worth_stats
from charts.description import Chart, Step, Title
from charts.kinds import bridge, cumulative_cash, sparkline
from charts.numbers import Figures, compact_money
from committee.message import draft_message, rank
from committee.table import render_rows
from kpis.charters.states import NO_CHARTER, CharterState, charters_told, state_from
from organizations.models import Organization
from projects.frozen_plan import NOT_FROZEN, PlanState, plan_state_from, plan_told
from projects.periods import label, months_between

#: fields of a result that the page shows
_READ = [
    field.name
    for field in ProjectResult._meta.fields
    if field.name not in ("series", "inputs_hash", "money_hash", "run")
]
#: bars of single projects in the bridge; the rest is one bar
BRIDGE_PROJECTS = 6
MOST_EXCEPTIONS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One project in the table."""

    result: ProjectResult
    spark: Chart | None
    delta: float
    #: values that nobody has verified yet
    preliminary: int = 0
    charter: CharterState = NO_CHARTER
    plan: PlanState = NOT_FROZEN


@dataclass(frozen=True, slots=True)
class Totals:
    """The last line of the table."""

    count: int
    actual: float
    plan: float

    @property
    def delta(self) -> float:
        return self.actual - self.plan


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The whole page."""

    message: str
    rows: list[Row]
    #: the rows of the table as HTML
    table_rows: SafeString
    totals: Totals
    figures: Figures
    #: the largest variance of the column, to which all bars are drawn
    scale: float
    as_of: datetime.date | None
    known_at: datetime.datetime | None
    method_version: str
    kpis_in: int
    kpis_due: int
    kpis_late: int
    trust: Trust
    #: projects whose definition, as it is now, is not signed by both sides
    without_charter: int
    #: projects whose frozen plan is not signed by both sides
    unsigned_plans: int
    to_date: str
    #: claimed, verified, realised and cashable; empty while nothing is booked
    worth: list[Stat]
    bridge: Chart | None
    cash: Chart | None
    exceptions: list[dict[str, Any]]


def read_results() -> list[ProjectResult]:
    """Newest results with their projects, `charters` and `plan`, worst first, in one query; without the monthly series."""
    shown = [
        "code",
        "name",
        "system_kind",
        "gate",
        "is_sample",
        "business_owner__name",
        "business_owner__email",
    ]
    results = ProjectResult.objects.current().select_related("project__business_owner")
    told = results.annotate(
        charters=charters_told(models.OuterRef("project_id")), plan=plan_told(models.OuterRef("project_id"))
    )
    return sorted(told.only(*_READ, *(f"project__{name}" for name in shown)), key=rank)


def build(organization: Organization, results: Sequence[ProjectResult]) -> Dashboard:
    """Prepare the page from `read_results`; texts are in the language in force."""
    rows = [_row(result) for result in results]
    totals = Totals(
        len(rows),
        sum(row.result.benefits_actual for row in rows),
        sum(row.result.benefits_plan for row in rows),
    )
    newest = max(results, key=lambda result: result.known_at) if results else None
    months = [result.figures["to_date"] for result in results if result.figures.get("to_date")]
    to_date = _month(max(months)) if months else ""
    amounts = [amount for row in rows for amount in (row.result.benefits_actual, row.result.benefits_plan)]
    figures = Figures.over([*amounts, totals.actual, totals.plan])
    scale = max((abs(row.delta) for row in rows), default=0.0)
    worth = total_worth(results)
    return Dashboard(
        message=draft_message(results, organization.currency),
        rows=rows,
        table_rows=render_rows(organization, rows, figures, scale),
        totals=totals,
        figures=figures,
        scale=scale,
        as_of=max((result.as_of for result in results), default=None),
        known_at=newest.known_at if newest else None,
        method_version=newest.method_version if newest else "",
        kpis_in=sum(result.kpis_in for result in results),
        kpis_due=sum(result.kpis_due for result in results),
        kpis_late=sum(result.kpis_late for result in results),
        trust=sum((result.trust for result in results), Trust()),
        without_charter=sum(not row.charter.is_signed and not row.result.project.is_sample for row in rows),
        unsigned_plans=sum(row.plan.is_unsigned and not row.result.project.is_sample for row in rows),
        to_date=to_date,
        worth=worth_stats(worth, organization.currency) if worth.claimed else [],
        bridge=_bridge(organization, rows, totals, to_date),
        cash=_cash(organization, results),
        exceptions=_exceptions(organization, results),
    )


def _row(result: Any) -> Row:
    spark = result.figures.get("spark")
    chart = None
    if spark and (any(spark["pl"]) or any(value for value in spark["ac"] if value)):
        chart = sparkline(labels=spark["months"], actual=spark["ac"], plan=spark["pl"])
    return Row(
        result,
        chart,
        result.benefits_actual - result.benefits_plan,
        result.kpis_preliminary,
        state_from(result.charters),
        plan_state_from(result.plan),
    )


def _month(iso: str) -> str:
    return label(datetime.date.fromisoformat(iso), "month")


def _bridge(organization: Organization, rows: list[Row], totals: Totals, to_date: str) -> Chart | None:
    if not totals.plan and not totals.actual:
        return None
    ordered = sorted(rows, key=lambda row: -abs(row.delta))
    largest, others = ordered[:BRIDGE_PROJECTS], sum(row.delta for row in ordered[BRIDGE_PROJECTS:])
    end = sum(row.result.figures.get("benefits_outlook_total", 0.0) for row in rows)
    steps = [Step(_("Plan to date"), totals.plan, "PL", is_total=True)]
    steps += [Step(row.result.project.code, row.delta, "AC") for row in largest if row.delta]
    if others:
        steps.append(Step(_("Others"), others, "AC"))
    steps += [
        Step(_("To date"), totals.actual, "AC", is_total=True),
        Step(_("To come"), end - totals.actual, "FC"),
        Step(_("At end"), end, "FC", is_total=True),
    ]
    title = Title(organization.name, _("Benefits"), _("until %(month)s · PL, AC, FC") % {"month": to_date})
    return bridge(
        message=_bridge_message(organization, rows, totals),
        title=title,
        steps=steps,
        unit=organization.currency,
    )


def _bridge_message(organization: Organization, rows: list[Row], totals: Totals) -> str:
    behind = [row for row in rows if row.delta < 0]
    lost = sum(row.delta for row in behind)
    if not behind:
        return _("No project is behind its planned benefits")
    worst = min(behind, key=lambda row: row.delta)
    values = {
        "project": worst.result.project.name,
        "amount": compact_money(-lost, organization.currency),
        "count": len(behind),
    }
    if len(behind) == 1:
        return _("%(project)s is %(amount)s behind its planned benefits") % values
    return _("%(count)d projects are %(amount)s behind their planned benefits, %(project)s most") % values


def _cash(organization: Organization, results: Sequence[ProjectResult]) -> Chart | None:
    """Cumulative cash of the project whose payback moved most."""
    moved = [
        result for result in results if result.payback_plan is not None and result.payback_outlook is not None
    ]
    if not moved:
        return None
    chosen = max(moved, key=lambda result: abs((result.payback_outlook or 0) - (result.payback_plan or 0)))
    # A result of an older release has no series until the next night makes it anew.
    return cash_figure(chosen, organization.currency) if chosen.series else None


def cash_figure(result: ProjectResult, currency: str) -> Chart:
    """Cumulative net cash of one project from go-live (or first spend), plan and actual with outlook."""
    known = result.series
    first = datetime.date.fromisoformat(known["months"][0])
    live = result.figures["go_live"] if result.payback_origin == "go_live" else None
    origin = months_between(first, datetime.date.fromisoformat(live)) if live else 0
    # The axis starts at the origin of the payback; what was spent before is in the first point.
    start = min(max(origin, 0), len(known["months"]) - 1)
    last = _last_interesting(result, start)
    part = slice(start, last + 1)
    was, now = round(result.payback_plan or 0), round(result.payback_outlook or 0)
    message = (
        _("%(project)s: payback in month %(now)d as planned")
        if was == now
        else _("%(project)s: payback in month %(now)d, planned was month %(was)d")
    ) % {"project": result.project.name, "now": now, "was": was}
    origin_words = _("from go-live") if live else _("from first spend")
    chart = cumulative_cash(
        message=message,
        title=Title(
            result.project.name,
            _("Cumulative net cash, %(origin)s") % {"origin": origin_words},
            _("PL, AC, FC"),
        ),
        labels=[str(number) for number in range(last + 1 - start)],
        actual=known["actual"][part],
        plan=known["plan"][part],
        forecast=known["outlook"][part],
        unit=currency,
    )
    return replace(chart, points=tuple(payback_points(result, last + 1 - start, start)))


def _last_interesting(result: ProjectResult, start: int) -> int:
    """A little beyond the later payback: an axis of ten years would flatten the part that matters."""
    later = max(result.payback_plan or 0, result.payback_outlook or 0)
    return min(len(result.series["months"]) - 1, start + round(later) + 6)


def _exceptions(organization: Organization, results: Sequence[ProjectResult]) -> list[dict[str, Any]]:
    """At most five things that need attention, worst first, each with its project."""
    found: list[dict[str, Any]] = []
    for result in results:
        text = _exception(organization, result)
        if text:
            found.append(
                {
                    "project": result.project,
                    "text": text,
                    "tone": "bad" if result.status == "off_track" else "",
                }
            )
    return found[:MOST_EXCEPTIONS]


def _exception(organization: Organization, result: ProjectResult) -> str:
    delta = result.benefits_actual - result.benefits_plan
    if result.status == "off_track":
        return _("is off track: %(index)d %% of plan, benefits %(delta)s against plan.") % {
            "index": round(result.plan_index or 0),
            "delta": compact_money(delta, organization.currency, sign=True),
        }
    if result.status == "no_data" and result.kpis_due:
        return _("cannot be judged: only %(in)d of %(due)d KPIs have a current value.") % {
            "in": result.kpis_in,
            "due": result.kpis_due,
        }
    if result.kpis_late:
        return ngettext(
            "has %(count)d late KPI value.", "has %(count)d late KPI values.", result.kpis_late
        ) % {"count": result.kpis_late}
    if result.status == "at_risk" and result.capped:
        return _("is held at amber: strategic evidence is missing or under 40.")
    return ""
