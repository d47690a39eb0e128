"""Money of one project by kind of spending, this fiscal year, and a year in steady state; and of its parts together.

In-year: months of the fiscal year that holds today, as planned, as booked, and as it looks now. Run-rate: recurring
lines only, their newest twelve months of plan or outlook (fewer: their mean, times twelve).
"""

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from assessments.method.finance import monthly_rate
from assessments.models import ProjectResult
from assessments.services.flow_values import step_of, value_flows
from organizations.models import Organization
from projects.models import MoneyLine, Project
from projects.periods import add_months

Month = datetime.date
A_YEAR = 12

# Everything below a project, however deep; archived parts and what is below them left out.
_BELOW = """
WITH RECURSIVE below AS (
    SELECT p.id FROM projects_project p WHERE p.parent_id = %s AND p.archived_at IS NULL
    UNION SELECT p.id FROM projects_project p JOIN below b ON p.parent_id = b.id WHERE p.archived_at IS NULL
) SELECT id FROM below
"""


@dataclass(slots=True)
class _Line:
    """Amounts of one line in the reporting currency, by series: what the project bears of it."""

    line: MoneyLine
    share: float
    flows: dict[str, dict[Month, float]] = field(default_factory=lambda: defaultdict(dict))

    def outlook(self, booked_until: Month | None) -> dict[Month, float]:
        """Booked amounts, then the forecast where there is one, else the plan."""
        rest = self.flows["forecast"] if self.flows.get("forecast") else self.flows["plan"]
        outlook = {
            month: amount for month, amount in rest.items() if booked_until is None or month > booked_until
        }
        booked = self.flows["actual"]
        return outlook | {
            month: amount for month, amount in booked.items() if booked_until and month <= booked_until
        }


def split_rows(project: Project, found: Iterable[Any], organization: Organization) -> list[dict[str, Any]]:
    """Rows of the table, of the lines that `read_lines` found; empty without amounts."""
    lines = [one for line in found if (one := _line(project, line)).flows]
    if not lines:
        return []
    first = _fiscal_year_start(organization.today(), organization.fiscal_year_start)
    year = {add_months(first, step) for step in range(A_YEAR)}
    booked = {
        kind: max(
            (month for one in lines if one.line.kind == kind for month in one.flows["actual"]), default=None
        )
        for kind in MoneyLine.Kind.values
    }
    groups: tuple[tuple[str, Callable[[MoneyLine], bool]], ...] = (
        (_("Costs: capital expenditure"), lambda line: _is(line, "cost", treatment="capex")),
        (_("Costs: operating expenditure"), lambda line: _is(line, "cost", treatment="opex")),
        (_("Costs: one-off"), lambda line: _is(line, "cost", rhythm="one_off")),
        (_("Costs: recurring"), lambda line: _is(line, "cost", rhythm="recurring")),
        (_("Benefits: one-off"), lambda line: _is(line, "benefit", rhythm="one_off")),
        (_("Benefits: recurring"), lambda line: _is(line, "benefit", rhythm="recurring")),
    )
    rows = []
    for label, fits in groups:
        chosen = [one for one in lines if fits(one.line)]
        if chosen:
            rows.append({"label": label, **_figures(chosen, year, booked)})
    return rows


def _figures(lines: Sequence[_Line], year: set[Month], booked: Mapping[str, Month | None]) -> dict[str, Any]:
    outlooks = [one.outlook(booked[one.line.kind]) for one in lines]
    recurring = [place for place, one in enumerate(lines) if one.line.rhythm == MoneyLine.Rhythm.RECURRING]
    return {
        "plan": sum(sum(one.flows["plan"].values()) for one in lines),
        "outlook": sum(sum(outlook.values()) for outlook in outlooks),
        "year_plan": _within(year, [one.flows["plan"] for one in lines]),
        "year_actual": _within(year, [one.flows["actual"] for one in lines]),
        "year_outlook": _within(year, outlooks),
        "run_rate_plan": _run_rate([lines[place].flows["plan"] for place in recurring]),
        "run_rate": _run_rate([outlooks[place] for place in recurring]),
    }


def _within(year: set[Month], flows: Sequence[Mapping[Month, float]]) -> float:
    return sum(amount for one in flows for month, amount in one.items() if month in year)


def _run_rate(flows: Sequence[Mapping[Month, float]]) -> float | None:
    """A year of steady state; None where nothing recurs."""
    total = None
    for one in flows:
        if one:
            newest = sorted(one)[-A_YEAR:]
            total = (total or 0.0) + sum(one[month] for month in newest) * A_YEAR / len(newest)
    return total


def _line(project: Project, line: Any) -> _Line:
    """What the project bears of a line: what is left of its own, its share of another's."""
    own = line.project_id == project.pk
    one = _Line(line, max(0.0, 1 - (line.given or 0.0)) if own else line.share_here)
    for text in line.flow_texts:
        series, month, amount = text.split("|")
        one.flows[series][datetime.date.fromisoformat(month)] = (
            float(Decimal(amount) * line.fx_rate) * one.share
        )
    return one


def read_roll_up(
    project: Project, result: ProjectResult | None, discount_rate: float
) -> list[dict[str, Any]]:
    """The project itself, each part of it however deep, and all together, in one query; empty without parts."""
    below = RawSQL(_BELOW, [project.pk])  # noqa: S611  the only value is a parameter
    parts = list(
        ProjectResult.objects.filter(project__in=below).select_related("project").order_by("project__name")
    )
    if not parts:
        return []
    known = [one for one in (result, *parts) if one is not None]
    rows = [_roll_up_row(_("The project itself"), None, [result], discount_rate)] if result else []
    rows += [_roll_up_row(one.project.name, one.project.code, [one], discount_rate) for one in parts]
    return [*rows, {**_roll_up_row(_("All together"), None, known, discount_rate), "is_total": True}]


def _roll_up_row(
    label: str, code: str | None, results: Sequence[ProjectResult], discount_rate: float
) -> dict[str, Any]:
    def total(name: str) -> float:
        return sum(getattr(one, name) or 0.0 for one in results)

    return {
        "label": label,
        "code": code,
        **{name: total(name) for name in ("costs_actual", "costs_plan", "benefits_actual", "benefits_plan")},
        "npv_plan": _npv([one.series.get("plan") for one in results], results, discount_rate),
        "npv": _npv([_whole_course(one.series) for one in results], results, discount_rate),
        "is_total": False,
    }


def _npv(courses: Sequence[Any], results: Sequence[ProjectResult], discount_rate: float) -> float | None:
    """Of the flows of several projects together, discounted to the first month of all of them."""
    flows: dict[int, float] = defaultdict(float)
    for course, result in zip(courses, results, strict=True):
        if not course or not result.series.get("months"):
            continue
        first = step_of(datetime.date.fromisoformat(result.series["months"][0]))
        for place, amount in enumerate(np.diff(np.array(course, dtype=float), prepend=0.0)):
            flows[first + place] += float(amount)
    if not flows:
        return None
    net = np.zeros(max(flows) - min(flows) + 1)
    for step, amount in flows.items():
        net[step - min(flows)] = amount
    [value] = value_flows(monthly_rate(discount_rate), [(np.zeros(net.size), net)])
    npv: float | None = value["npv"]
    return npv


def _whole_course(series: Mapping[str, Any]) -> list[float] | None:
    """Cumulative net as booked, then as it looks."""
    if not series.get("outlook"):
        return None
    return [
        ahead if ahead is not None else booked
        for booked, ahead in zip(series["actual"], series["outlook"], strict=True)
    ]


def _is(line: MoneyLine, kind: str, **wanted: str) -> bool:
    return line.kind == kind and all(getattr(line, name) == value for name, value in wanted.items())


def _fiscal_year_start(today: Month, first_month: int) -> Month:
    return datetime.date(today.year - (today.month < first_month), first_month, 1)
