"""What a plan is worth that is not (or no longer) the one in the tables: frozen versions, and changes that are asked for."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from assessments.method.finance import monthly_rate
from assessments.services.flow_values import month_of, step_of, value_flows
from organizations.models import Organization
from projects.frozen_plan import changed_plan, plan_content
from projects.models import PlanBaseline, Project


@dataclass(frozen=True, slots=True)
class PlanValue:
    """Figures of a plan in the reporting currency, risk-adjusted; None = cannot be said."""

    costs: float
    benefits: float
    npv: float | None
    roi: float | None
    #: months, from go-live (else from first spend)
    payback: float | None
    from_go_live: bool
    #: months from the first flow, and that flow as months since year 0
    payback_first_spend: float | None = None
    payback_status: str = ""
    start: int = 0

    @property
    def net(self) -> float:
        return self.benefits - self.costs


def value_plan(
    content: Iterable[Mapping[str, Any]], project: Project, organization: Organization
) -> PlanValue:
    """The figures of a frozen plan's content, by the same rules as those of the plan in the tables."""
    return value_content(content, project.go_live_planned, organization.discount_rate)


def value_content(
    content: Iterable[Mapping[str, Any]], live: datetime.date | None, discount_rate: float
) -> PlanValue:
    """As `value_plan`, of a project that is planned to go live on `live`; `discount_rate` a year."""
    months: dict[str, dict[int, float]] = {"cost": {}, "benefit": {}}
    for line in content:
        sign = 1 if line["kind"] == "cost" else -1
        factor = float(line["fx_rate"]) * (1 + sign * float(line.get("risk_adjustment", 0)))
        factor *= float(line.get("share", 1))
        row = months[line["kind"]]
        for month, amount in line["flows"].items():
            step = step_of(datetime.date.fromisoformat(f"{month}-01"))
            row[step] = row.get(step, 0.0) + float(amount) * factor
    steps = [step for row in months.values() for step in row]
    if not steps:
        return PlanValue(0.0, 0.0, None, None, None, False)
    first, width = min(steps), max(steps) - min(steps) + 1
    costs, benefits = np.zeros(width), np.zeros(width)
    for row, target in ((months["cost"], costs), (months["benefit"], benefits)):
        for step, amount in row.items():
            target[step - first] = amount
    [value] = value_flows(monthly_rate(discount_rate), [(costs, benefits)])
    payback = value["payback"]
    if payback is not None and live is not None:
        payback = payback + value["start"] + first - step_of(live)
    return PlanValue(
        float(costs.sum()),
        float(benefits.sum()),
        value["npv"],
        value["roi"],
        payback,
        live is not None,
        value["payback"],
        value["payback_status"],
        first + value["start"],
    )


def fiscal_year_of(month: datetime.date, first_month: int) -> int:
    """The calendar year in which the fiscal year that contains `month` ends."""
    return month.year + (first_month > 1 and month.month >= first_month)


def month_range(first: datetime.date, last: datetime.date) -> list[datetime.date]:
    """First days of the months from `first` to `last`."""
    return [month_of(step) for step in range(step_of(first), step_of(last) + 1)]


def effect_of_change(
    project: Project,
    organization: Organization,
    table: Mapping[int, Mapping[datetime.date, Any]],
) -> dict[str, Any]:
    """The plan's figures before and after other amounts by line and month, and those of the original plan."""
    amounts = {(line, month): amount for line, months in table.items() for month, amount in months.items()}
    before = value_plan(plan_content(project), project, organization)
    after = value_plan(changed_plan(project, amounts), project, organization)
    original = PlanBaseline.objects.filter(project=project).order_by("version", "id").first()
    effect = {"before": asdict(before), "after": asdict(after)}
    if original is not None:
        effect["original"] = asdict(value_plan(original.content, project, organization))
    return effect
