"""From monthly flows to what a roll-out costs, brings and when it pays back; every formula is the method's."""

import datetime
import functools
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assessments.method.finance import monthly_rate, npv_batch, payback_batch, roi_batch
from assessments.services.inputs import Inputs, ProjectInput

Floats = NDArray[np.float64]
#: months in a sparkline
SPARK = 13


@dataclass(frozen=True, slots=True)
class ProjectMoney:
    """Figures of one project in the reporting currency; None = cannot be said."""

    values: dict[str, float | str | None]
    #: "months" (ISO), cumulative net "plan", "actual", "outlook" with None gaps; "spark" {"ac", "pl"}
    figures: dict[str, Any]


@dataclass(slots=True)
class _Grid:
    """Flows of one project on a common line of months: rows by (kind, series)."""

    first: int
    #: index of the last month with an actual, −1 without
    cut: int
    #: index of the last month that counts as "to date"
    to_date: int
    plan_costs: Floats
    plan_benefits: Floats
    actual_costs: Floats
    actual_benefits: Floats
    costs: Floats
    benefits: Floats


def step_of(day: datetime.date) -> int:
    """Months since year 0."""
    return day.year * 12 + day.month - 1


def month_of(step: int) -> datetime.date:
    """First day of the month `step` months after year 0."""
    return datetime.date(step // 12, step % 12 + 1, 1)


@functools.lru_cache(maxsize=1200)
def _iso(step: int) -> str:
    return month_of(step).isoformat()


def value_money(inputs: Inputs) -> list[ProjectMoney]:
    """Money of every project, in the order of the inputs."""
    by_project: dict[int, dict[tuple[str, str], dict[int, float]]] = defaultdict(dict)
    for flow in inputs.flows:
        by_project[flow.project_id][flow.kind, flow.series] = dict(zip(flow.steps, flow.amounts, strict=True))
    grids = [_grid(by_project.get(project.id, {}), inputs.as_of) for project in inputs.projects]
    rate = monthly_rate(inputs.terms.discount_rate)
    plan = _valued(rate, [(grid.plan_costs, grid.plan_benefits) if grid else None for grid in grids])
    outlook = _valued(rate, [(grid.costs, grid.benefits) if grid else None for grid in grids])
    return [_project_money(*one) for one in zip(inputs.projects, grids, plan, outlook, strict=True)]


def _grid(flows: dict[tuple[str, str], dict[int, float]], as_of: datetime.date) -> _Grid | None:
    today = step_of(as_of)
    actual_steps = [
        step
        for (_kind, series), months in flows.items()
        if series == "actual"
        for step in months
        if step <= today
    ]
    steps = [step for (_kind, series), months in flows.items() if series != "actual" for step in months]
    if not steps and not actual_steps:
        return None
    first, last = min(steps + actual_steps), max(steps + actual_steps)
    width = last - first + 1
    cut = max(actual_steps) - first if actual_steps else -1
    row: dict[tuple[str, str], Floats] = {}
    for kind in ("cost", "benefit"):
        for series in ("plan", "forecast", "actual"):
            row[kind, series] = _row(
                flows.get((kind, series), {}), first, width, today if series == "actual" else last
            )

    def ahead(kind: str) -> Floats:
        # Actual so far; then the forecast where somebody made one, else the plan.
        rest = row[kind, "forecast"] if row[kind, "forecast"][cut + 1 :].any() else row[kind, "plan"]
        return np.concatenate([row[kind, "actual"][: cut + 1], rest[cut + 1 :]])

    return _Grid(
        first=first,
        cut=cut,
        to_date=cut if cut >= 0 else min(today - 1 - first, width - 1),
        plan_costs=row["cost", "plan"],
        plan_benefits=row["benefit", "plan"],
        actual_costs=row["cost", "actual"],
        actual_benefits=row["benefit", "actual"],
        costs=ahead("cost"),
        benefits=ahead("benefit"),
    )


def _row(months: dict[int, float], first: int, width: int, until: int) -> Floats:
    row = np.zeros(width)
    for step, amount in months.items():
        if step <= until:
            row[step - first] = amount
    return row


def _valued(rate: float, pairs: list[tuple[Floats, Floats] | None]) -> list[dict[str, Any]]:
    """NPV, ROI and payback (months from the first flow) of each pair of costs and benefits."""
    # Leading months without a flow are not the initial column: each row starts at its own first flow.
    trimmed = []
    for pair in pairs:
        moving = np.flatnonzero((pair[0] != 0) | (pair[1] != 0)) if pair is not None else np.array([])
        start = int(moving[0]) if moving.size else 0
        trimmed.append(
            (pair[0][start:], pair[1][start:], start) if pair is not None and moving.size else None
        )
    width = max((one[0].size for one in trimmed if one), default=0)
    costs, benefits = np.zeros((len(pairs), width)), np.zeros((len(pairs), width))
    for place, one in enumerate(trimmed):
        if one:
            costs[place, : one[0].size], benefits[place, : one[1].size] = one[0], one[1]
    value = npv_batch(rate, benefits - costs)
    returns = roi_batch(rate, costs, benefits)
    back = payback_batch(benefits - costs)
    return [
        {
            "npv": _number(value[place]) if one else None,
            "roi": _number(returns[place]),
            "payback": _number(back.periods[place]),
            "payback_status": str(back.status[place]) if one else "",
            "start": one[2] if one else 0,
        }
        for place, one in enumerate(trimmed)
    ]


def _number(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)


def _project_money(
    project: ProjectInput, grid: _Grid | None, plan: dict[str, Any], outlook: dict[str, Any]
) -> ProjectMoney:
    if grid is None:
        return ProjectMoney({"payback_origin": "first_spend"}, {})
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
    return ProjectMoney(values, _figures(grid, plan, outlook, live_plan, live_now))


def _from_go_live(grid: _Grid, valued: dict[str, Any], live: datetime.date | None) -> float | None:
    """Months from go-live to payback (from first spend without a go-live)."""
    if valued["payback"] is None:
        return None
    if live is None:
        return float(valued["payback"])
    return float(valued["payback"] + valued["start"] + grid.first - step_of(live))


def _figures(
    grid: _Grid,
    plan: dict[str, Any],
    outlook: dict[str, Any],
    live_plan: datetime.date | None,
    live_now: datetime.date | None,
) -> dict[str, Any]:
    width = grid.plan_costs.size
    net_plan = np.cumsum(grid.plan_benefits - grid.plan_costs)
    net = np.cumsum(grid.benefits - grid.costs)
    end = max(grid.to_date, 0)
    start = max(0, end - SPARK + 1)
    spark_actual = np.cumsum(grid.actual_benefits)[start : end + 1]
    return {
        "months": [_iso(grid.first + place) for place in range(width)],
        "plan": _rounded(net_plan),
        "actual": [*_rounded(net[: grid.cut + 1]), *[None] * (width - grid.cut - 1)],
        # The outlook begins at the last actual point, so that the two lines meet.
        "outlook": [*[None] * max(grid.cut, 0), *_rounded(net[max(grid.cut, 0) :])],
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
