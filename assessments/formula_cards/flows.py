"""Amounts of a project line by line, and what a valuation makes of them: the inputs behind every figure of money."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models.functions import Cast, JSONObject

from assessments.services.flow_values import step_of
from assessments.services.inputs import Flows
from projects.models import CashFlow, LineShare, MoneyLine, Project

#: by month (year × 12 + month − 1), in the line's currency
Amounts = dict[int, Decimal]


@dataclass(frozen=True, slots=True)
class LineFlows:
    """One line that the project bears, wholly or by its share."""

    line: MoneyLine
    share: Decimal
    #: by series
    amounts: dict[str, Amounts]

    @property
    def rate(self) -> Decimal:
        """Reporting currency per unit of the line's, at the frozen plan rate."""
        return self.line.fx_rate

    @property
    def risk_factor(self) -> Decimal:
        """What plan and forecast are multiplied by; what really happened is not."""
        risk = Decimal(repr(float(self.line.risk_adjustment)))
        return 1 + risk if self.line.kind == MoneyLine.Kind.COST else 1 - risk

    def factor(self, series: str) -> Decimal:
        """From an amount in the line's currency to the project's in the reporting currency."""
        adjusted = Decimal(1) if series == CashFlow.Series.ACTUAL else self.risk_factor
        return self.rate * adjusted * self.share

    @property
    def is_forecast(self) -> bool:
        """Whether somebody forecast the line; otherwise its plan is its outlook too."""
        return bool(self.amounts.get(CashFlow.Series.FORECAST))


def read_line_flows(project: Project) -> list[LineFlows]:
    """Lines that count, costs first, each with every amount: two queries."""
    flows = CashFlow.objects.filter(line=models.OuterRef("pk")).order_by("series", "month")
    # As a text: a JSON number would lose the cents of very large amounts.
    amount = Cast("amount", models.TextField())
    told = flows.values_list(JSONObject(series="series", month="month", amount=amount), flat=True)
    shares = LineShare.objects.filter(models.Q(line__project=project) | models.Q(project=project))
    given: dict[int, Decimal] = defaultdict(Decimal)
    taken: dict[int, Decimal] = {}
    for line_id, project_id, share in shares.values_list("line", "project", "share"):
        part = Decimal(repr(float(share)))
        if project_id == project.pk:
            taken[line_id] = part
        given[line_id] += part
    lines = (
        MoneyLine.objects.active()
        .filter(models.Q(project=project) | models.Q(pk__in=list(taken)))
        .select_related("project", "owner")
        .annotate(told=ArraySubquery(told))
        .order_by("-kind", "name", "pk")
    )
    return [
        LineFlows(
            line, 1 - given[line.pk] if line.project_id == project.pk else taken[line.pk], _by_series(line)
        )
        for line in lines
    ]


def _by_series(line: Any) -> dict[str, Amounts]:
    amounts: dict[str, Amounts] = {}
    for flow in line.told:
        month = step_of(datetime.date.fromisoformat(flow["month"]))
        amounts.setdefault(flow["series"], {})[month] = Decimal(flow["amount"])
    return amounts


def as_inputs(lines: Iterable[LineFlows], project_id: int) -> list[Flows]:
    """The same amounts as a valuation takes them: added up exactly, in the reporting currency."""
    sums: dict[tuple[str, str], dict[int, Decimal]] = {}
    for line in lines:
        for series, amounts in line.amounts.items():
            name = series if series != CashFlow.Series.PLAN or line.is_forecast else "plan_only"
            months = sums.setdefault((line.line.kind, name), {})
            for month, amount in amounts.items():
                months[month] = months.get(month, Decimal(0)) + amount * line.factor(series)
    return [
        Flows(project_id, kind, series, sorted(months), [float(months[month]) for month in sorted(months)])
        for (kind, series), months in sorted(sums.items())
    ]


def total(line: LineFlows, series: str) -> float:
    """All amounts of a series in the reporting currency."""
    return float(sum(line.amounts.get(series, {}).values(), Decimal(0)) * line.factor(series))


def months_of(lines: Sequence[LineFlows]) -> list[int]:
    """Every month that has an amount, rising."""
    return sorted({month for line in lines for amounts in line.amounts.values() for month in amounts})
