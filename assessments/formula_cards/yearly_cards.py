"""Cards of a year's money: this fiscal year, and a year in steady state (METHOD §3)."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.formula_cards import excel
from assessments.formula_cards.cards import Card, Reading
from assessments.formula_cards.facts import ProjectFigures
from assessments.formula_cards.flows import LineFlows
from assessments.formula_cards.money_inputs import line_inputs
from assessments.formula_cards.money_readings import money_reading, never_empty
from assessments.formula_cards.registry import figure
from assessments.formula_cards.typesetting import formula, fraction, indexed, total
from assessments.project_page.money_split import A_YEAR, split_rows
from assessments.project_page.reading import read_lines
from projects.models import MoneyLine

#: amounts by month in the reporting currency
Amounts = dict[int, float]


@figure("run-rate", of="project", title=gettext_lazy("Run-rate"))
def run_rate_card(facts: ProjectFigures) -> Card:
    """What a year of recurring lines brings and costs in steady state."""
    recurring = {_("Benefits: recurring"): "benefit", _("Costs: recurring"): "cost"}
    rows = [(row, recurring[row["label"]]) for row in _split(facts) if row["label"] in recurring]
    readings = [
        money_reading(
            facts,
            _("%(kind)s, %(series)s") % {"kind": row["label"], "series": label},
            row[column],
            _run_rate_excel([read(line) for line in _lines(facts, kind)]),
        )
        for row, kind in rows
        for column, label, read in (
            ("run_rate_plan", _("plan"), _plan),
            ("run_rate", _("as it looks now"), _outlook(facts, kind)),
        )
    ]
    return Card(
        definition=_(
            "A year of the recurring lines in steady state: what the roll-out brings and costs once it runs."
        ),
        formula=formula("R =", total("lines", fraction("12", "n")), "·", total("t", indexed("F", "t"))),
        readings=never_empty(facts, readings),
        ingredients=line_inputs(facts),
        conventions=[
            _(
                "Of each recurring line its newest twelve months; where it has fewer, n of them, their mean times twelve."
            ),
            _(
                "Without the risk adjustment. An amount of a whole year is never added to one of this fiscal year."
            ),
        ],
    )


def _split(facts: ProjectFigures) -> list[dict[str, Any]]:
    """The table of the project page."""
    return split_rows(facts.project, read_lines(facts.project), facts.organization)


def _lines(facts: ProjectFigures, kind: str) -> list[LineFlows]:
    return [
        one for one in facts.lines if one.line.kind == kind and one.line.rhythm == MoneyLine.Rhythm.RECURRING
    ]


def _amounts(line: LineFlows, series: str) -> Amounts:
    factor = line.rate * line.share
    return {month: float(amount * factor) for month, amount in line.amounts.get(series, {}).items()}


def _plan(line: LineFlows) -> Amounts:
    return _amounts(line, "plan")


def _outlook(facts: ProjectFigures, kind: str) -> Callable[[LineFlows], Amounts]:
    """Booked amounts up to the newest booked month of the kind, then the forecast, else the plan."""
    booked = [
        month for one in facts.lines if one.line.kind == kind for month in one.amounts.get("actual", {})
    ]
    until = max(booked, default=-1)

    def read(line: LineFlows) -> Amounts:
        ahead = _amounts(line, "forecast" if line.is_forecast else "plan")
        rest = {month: amount for month, amount in ahead.items() if month > until}
        return rest | _amounts(line, "actual")

    return read


def _run_rate_excel(lines: list[Amounts]) -> str:
    parts = []
    for amounts in lines:
        newest = [amounts[month] for month in sorted(amounts)[-A_YEAR:]]
        if newest:
            parts.append(f"SUM({excel.array(newest)})*{A_YEAR}/{len(newest)}")
    return "=" + ("+".join(parts) or "0")


@figure("in-year", of="project", title=gettext_lazy("This fiscal year"))
def in_year_card(facts: ProjectFigures) -> Card:
    """What falls into the fiscal year that holds today."""
    columns = (("year_plan", _("plan")), ("year_actual", _("booked")), ("year_outlook", _("as it looks now")))
    readings: list[Reading] = [
        money_reading(
            facts, _("%(kind)s, %(series)s") % {"kind": row["label"], "series": label}, row[column], ""
        )
        for row in _split(facts)
        for column, label in columns
    ]
    return Card(
        definition=_(
            "What falls into the fiscal year that holds today, as planned, as booked, and as it looks now."
        ),
        formula=formula("Y =", total("t", indexed("F", "t"))),
        readings=never_empty(facts, readings),
        ingredients=line_inputs(facts),
        conventions=[
            _("A fiscal year is named by the calendar year in which it ends."),
            _("As it looks now: booked months as booked, then the forecast of each line, or its plan."),
            _(
                "Without the risk adjustment; capital and operating expenditure split the same costs as one-off and recurring."
            ),
        ],
    )
