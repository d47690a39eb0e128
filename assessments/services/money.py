"""From monthly flows to what a roll-out costs, brings and when it pays back; every formula is the method's."""

import datetime
import functools
from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from assessments.method.finance import monthly_rate
from assessments.services.flow_values import Floats, value_flows
from assessments.services.flow_values import month_of as month_of
from assessments.services.flow_values import step_of as step_of
from assessments.services.inputs import Inputs, ProjectInput
from assessments.services.plan_value import PlanValue, value_content

#: months in a sparkline
SPARK = 13
#: months by which one kind of money may be booked later than the other; older ones without an amount count as 0
LATE_BOOKING = 2


@dataclass(frozen=True, slots=True)
class ProjectMoney:
    """Figures of one project in the reporting currency; None = cannot be said."""

    values: dict[str, float | str | None]
    #: "spark" {"months", "ac", "pl"} and figures beside the columns
    figures: dict[str, Any]
    #: "months" (ISO), cumulative net "plan", "actual", "outlook" with None gaps
    series: dict[str, Any]


@dataclass(slots=True)
class Grid:
    """Flows of one project on a common line of months: rows by (kind, series)."""

    first: int
    #: index of the last month up to which every kind that has actual amounts is booked, −1 without any
    cut: int
    #: index of the last month that counts as "to date"
    to_date: int
    plan_costs: Floats
    plan_benefits: Floats
    actual_costs: Floats
    actual_benefits: Floats
    costs: Floats
    benefits: Floats


@functools.lru_cache(maxsize=1200)
def _iso(step: int) -> str:
    return month_of(step).isoformat()


def value_money(inputs: Inputs) -> dict[int, ProjectMoney]:
    """Money by project, of those whose stored figures no longer hold."""
    projects = [project for project in inputs.projects if not inputs.kept_money(project.id)]
    known = grids_of(inputs)
    grids = [known.get(project.id) for project in projects]
    rate = monthly_rate(inputs.terms.discount_rate)
    plans = [(grid.plan_costs, grid.plan_benefits) if grid else None for grid in grids]
    outlooks = [(grid.costs, grid.benefits) if grid else None for grid in grids]
    valued = value_flows(rate, plans + outlooks)
    plan, outlook = valued[: len(grids)], valued[len(grids) :]
    money = {
        project.id: _project_money(project, grid, planned, ahead)
        for project, grid, planned, ahead in zip(projects, grids, plan, outlook, strict=True)
    }
    _add_rare_figures(inputs, projects, money)
    return money


def grids_of(inputs: Inputs) -> dict[int, Grid | None]:
    """The months of each project that has flows in `inputs`; None where they hold no month to show."""
    by_project: dict[int, dict[tuple[str, str], dict[int, float]]] = defaultdict(dict)
    for flow in inputs.flows:
        by_project[flow.project_id][flow.kind, flow.series] = dict(zip(flow.steps, flow.amounts, strict=True))
    return {project_id: _grid(flows, inputs.as_of) for project_id, flows in by_project.items()}


def _add_rare_figures(inputs: Inputs, projects: list[ProjectInput], money: dict[int, ProjectMoney]) -> None:
    """The original plan where it was changed, and what currencies did to the actual amounts."""
    for project in projects:
        if content := inputs.originals.get(project.id):
            value = value_content(content, project.go_live_planned, inputs.terms.discount_rate)
            _tell_original(money[project.id], value)
        if effects := inputs.fx_effects.get(project.id):
            money[project.id].figures["fx_effect"] = effects


def _tell_original(money: ProjectMoney, value: PlanValue) -> None:
    """A plan moved later is lateness against the first one, so the planned payback stays that of the first one."""
    if not money.series:
        return
    figures = money.figures
    figures["original"] = asdict(value)
    figures["changed_plan"] = {"payback": money.values["payback_plan"]}
    first = step_of(datetime.date.fromisoformat(money.series["months"][0]))
    money.values["payback_plan"] = value.payback
    figures["payback_plan_first_spend"] = value.payback_first_spend
    figures["payback_plan_status"] = value.payback_status
    figures["plan_start"] = value.start - first


def _grid(flows: dict[tuple[str, str], dict[int, float]], as_of: datetime.date) -> Grid | None:
    today = step_of(as_of)
    booked = {
        kind: [step for step in flows.get((kind, "actual"), {}) if step <= today]
        for kind in ("cost", "benefit")
    }
    steps = [step for (_kind, series), months in flows.items() if series != "actual" for step in months]
    steps += booked["cost"] + booked["benefit"]
    if not steps:
        return None
    first, last = min(steps), max(steps)
    width = last - first + 1
    # What was booked newest counts for both kinds, but for a kind that is booked a little later than the other.
    newest = max((max(months) for months in booked.values() if months), default=first - 1)
    cuts = {
        kind: max(max(months, default=newest), newest - LATE_BOOKING) - first
        for kind, months in booked.items()
    }

    def row(kind: str, series: str) -> Floats:
        return _row(flows.get((kind, series), {}), first, width, today if series == "actual" else last)

    def ahead(kind: str) -> Floats:
        # Actual so far; then each line's forecast where somebody made one, else its plan.
        cut = cuts[kind] + 1
        rest = row(kind, "forecast") + row(kind, "plan_only")
        return np.concatenate([row(kind, "actual")[:cut], rest[cut:]])

    return Grid(
        first=first,
        cut=min((cuts[kind] for kind, months in booked.items() if months), default=-1),
        to_date=min(max(cuts["benefit"], today - 1 - LATE_BOOKING - first), width - 1),
        plan_costs=row("cost", "plan") + row("cost", "plan_only"),
        plan_benefits=row("benefit", "plan") + row("benefit", "plan_only"),
        actual_costs=row("cost", "actual"),
        actual_benefits=row("benefit", "actual"),
        costs=ahead("cost"),
        benefits=ahead("benefit"),
    )


def _row(months: dict[int, float], first: int, width: int, until: int) -> Floats:
    row = np.zeros(width)
    for step, amount in months.items():
        if step <= until:
            row[step - first] = amount
    return row


def _project_money(
    project: ProjectInput, grid: Grid | None, plan: dict[str, Any], outlook: dict[str, Any]
) -> ProjectMoney:
    if grid is None:
        return ProjectMoney({"payback_origin": "first_spend"}, {}, {})
    end = grid.to_date + 1
    live_plan = project.go_live_planned
    live_now = project.go_live_actual or live_plan
    from_live = live_plan is not None and live_now is not None
    values: dict[str, float | str | None] = {
        "benefits_actual": float(grid.actual_benefits[: max(end, 0)].sum()),
        "benefits_plan": float(grid.plan_benefits[: max(end, 0)].sum()),
        "costs_actual": float(grid.actual_costs[: max(end, 0)].sum()),
        "costs_plan": float(grid.plan_costs[: max(end, 0)].sum()),
        "roi_plan": plan["roi"],
        "roi_outlook": outlook["roi"],
        "npv_plan": plan["npv"],
        "npv_outlook": outlook["npv"],
        "payback_plan": _from_go_live(grid, plan, live_plan if from_live else None),
        "payback_outlook": _from_go_live(grid, outlook, live_now if from_live else None),
        "payback_origin": "go_live" if from_live else "first_spend",
    }
    return ProjectMoney(values, _figures(grid, plan, outlook, live_plan, live_now), _series(grid))


def _series(grid: Grid) -> dict[str, Any]:
    width = grid.plan_costs.size
    net = np.cumsum(grid.benefits - grid.costs)
    return {
        "months": [_iso(grid.first + place) for place in range(width)],
        "plan": _rounded(np.cumsum(grid.plan_benefits - grid.plan_costs)),
        "actual": [*_rounded(net[: grid.cut + 1]), *[None] * (width - grid.cut - 1)],
        # The outlook begins at the last actual point, so that the two lines meet.
        "outlook": [*[None] * max(grid.cut, 0), *_rounded(net[max(grid.cut, 0) :])],
    }


def _from_go_live(grid: Grid, valued: dict[str, Any], live: datetime.date | None) -> float | None:
    """Months from go-live to payback (from first spend without a go-live)."""
    if valued["payback"] is None:
        return None
    if live is None:
        return float(valued["payback"])
    return float(valued["payback"] + valued["start"] + grid.first - step_of(live))


def _figures(
    grid: Grid,
    plan: dict[str, Any],
    outlook: dict[str, Any],
    live_plan: datetime.date | None,
    live_now: datetime.date | None,
) -> dict[str, Any]:
    end = max(grid.to_date, 0)
    start = max(0, end - SPARK + 1)
    spark_actual = np.cumsum(grid.actual_benefits)[start : end + 1]
    return {
        "spark": {
            "months": [_iso(grid.first + place) for place in range(start, end + 1)],
            "ac": _rounded(spark_actual) if grid.cut >= 0 else [None] * (end + 1 - start),
            "pl": _rounded(np.cumsum(grid.plan_benefits)[start : end + 1]),
        },
        "to_date": _iso(grid.first + end),
        "has_actual": grid.cut >= 0,
        "payback_plan_first_spend": plan["payback"],
        "payback_outlook_first_spend": outlook["payback"],
        "payback_plan_status": plan["payback_status"],
        "payback_outlook_status": outlook["payback_status"],
        "plan_start": plan["start"],
        "outlook_start": outlook["start"],
        "go_live_planned": live_plan.isoformat() if live_plan else None,
        "go_live": live_now.isoformat() if live_now else None,
        "costs_plan_total": float(grid.plan_costs.sum()),
        "benefits_plan_total": float(grid.plan_benefits.sum()),
        "costs_outlook_total": float(grid.costs.sum()),
        "benefits_outlook_total": float(grid.benefits.sum()),
    }


def _rounded(values: Floats) -> list[float]:
    # A chart needs no fraction of a cent; the figures themselves are kept unrounded.
    return [round(value, 2) for value in values.tolist()]
