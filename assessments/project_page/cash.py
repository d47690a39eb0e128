"""The cumulative cash flow of a project, with the points at which it is paid back."""

import datetime
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from assessments.models import ProjectResult
from assessments.project_page.sentences import months
from charts.description import Chart, Mark, Point, Title
from charts.kinds import cumulative_cash
from projects.models import Project
from projects.periods import Frequency, label, months_between


def cash_chart(project: Project, result: ProjectResult, currency: str) -> Chart | None:
    """None while there is no amount at all."""
    series: dict[str, Any] = result.series
    if not series.get("months"):
        return None
    days = [datetime.date.fromisoformat(day) for day in series["months"]]
    labels = [label(day, Frequency.MONTH) for day in days]
    chart = cumulative_cash(
        message=_message(result),
        title=Title(
            who=project.name,
            measure=_("cumulative net cash"),
            periods=_("%(first)s to %(last)s · PL, AC, FC") % {"first": labels[0], "last": labels[-1]},
        ),
        labels=labels,
        actual=series["actual"],
        plan=series["plan"],
        forecast=series["outlook"],
        unit=currency,
    )
    return replace(
        chart, points=tuple(payback_points(result, len(days))), marks=tuple(_marks(result.figures, days))
    )


def _message(result: ProjectResult) -> str:
    plan, now = result.payback_plan, result.payback_outlook
    if now is None:
        return _("As things stand it does not pay back within the months planned")
    if plan is None:
        return _("Paid back after %(now)s months") % {"now": months(now)}
    names = {"now": months(now), "plan": months(plan)}
    if names["now"] == names["plan"]:
        return _("Paid back after %(now)s months, as planned") % names
    return _("Paid back after %(now)s months instead of %(plan)s") % names


def payback_points(result: ProjectResult, width: int, first: int = 0) -> list[Point]:
    """Where each course crosses zero on an axis of `width` months that begins with month `first` of the figures.

    The label counts as the figures do, from go-live or first spend.
    """
    figures = result.figures
    points = []
    for role, name, count, text in (
        ("PL", "plan", result.payback_plan, _("plan month %(month)s")),
        ("AC", "outlook", result.payback_outlook, _("now month %(month)s")),
    ):
        first_spend = figures.get(f"payback_{name}_first_spend")
        if first_spend is None or count is None:
            continue
        position = figures.get(f"{name}_start", 0) + first_spend - first
        if 0 <= position <= width - 1:
            points.append(Point(position, 0, text % {"month": months(count)}, role))  # type: ignore[arg-type]
    return points


def _marks(figures: dict[str, Any], days: list[datetime.date]) -> list[Mark]:
    if not figures.get("go_live"):
        return []
    live = datetime.date.fromisoformat(figures["go_live"])
    position = months_between(days[0], live)
    if not 0 <= position < len(days):
        return []
    return [Mark(position, _("go-live %(month)s") % {"month": label(live, Frequency.MONTH)})]
