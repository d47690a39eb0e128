"""Cards of what was spent and gained so far, and of the caution in the plan (METHOD §3)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.formula_cards import excel
from assessments.formula_cards.cards import Card
from assessments.formula_cards.facts import ProjectFigures
from assessments.formula_cards.money_inputs import (
    dates,
    line_inputs,
    line_risks,
    month_tables,
    to_date,
)
from assessments.formula_cards.money_readings import (
    RISK,
    money_reading,
    stored_column,
    stored_figure,
)
from assessments.formula_cards.registry import figure
from assessments.formula_cards.typesetting import formula, indexed, total


@figure("benefits", of="project", title=gettext_lazy("Benefits to date"))
def benefits_card(facts: ProjectFigures) -> Card:
    """What it has brought, beside what it should have brought by then."""
    return _to_date_card(
        facts,
        "benefits",
        _("Every amount of benefit booked up to the month, beside the amount planned for the same months."),
    )


@figure("costs", of="project", title=gettext_lazy("Costs to date"))
def costs_card(facts: ProjectFigures) -> Card:
    """What it has cost, beside what it should have cost by then."""
    return _to_date_card(
        facts,
        "costs",
        _("Every amount of cost booked up to the month, beside the amount planned for the same months."),
    )


def _to_date_card(facts: ProjectFigures, name: str, definition: str) -> Card:
    grid, end = facts.grid, to_date(facts)
    readings = []
    for series, label in (("actual", _("Actual")), ("plan", _("Plan to the same month"))):
        column = f"{name}_{series}"
        amounts = getattr(grid, f"{series}_{name}")[:end].tolist() if grid else []
        readings.append(
            money_reading(
                facts,
                label,
                facts.row[column] if grid else None,
                f"=SUM({excel.array(amounts)})" if amounts else "=0",
                stored_column(facts, column),
            )
        )
    kind = "cost" if name == "costs" else "benefit"
    return Card(
        definition=definition,
        formula=formula("S =", total("t ≤ T", indexed("F", "t"))),
        readings=readings,
        ingredients=[*dates(facts), *line_inputs(facts, kind)],
        conventions=[
            _("T is the newest month that is booked, at most two months behind the last complete one."),
            str(RISK),
            _("Amounts in another currency are taken at the line's frozen plan rate."),
        ],
        tables=month_tables(facts),
    )


@figure("risk-adjustment", of="project", title=gettext_lazy("Risk adjustment"))
def risk_card(facts: ProjectFigures) -> Card:
    """What the plan would say without caution, line by line."""
    readings = []
    for kind, label in (("benefit", _("Planned benefits")), ("cost", _("Planned costs"))):
        rows = [one for one in line_risks(facts) if one.line.kind == kind]
        adjusted = sum(one.adjusted for one in rows) if rows else None
        text = (
            f"=SUMPRODUCT({excel.array(one.plain for one in rows)},{excel.array(one.factor for one in rows)})"
            if rows
            else ""
        )
        stored = stored_figure(facts, f"{kind}s_plan_total")
        readings.append(money_reading(facts, label, adjusted, text, stored))
    return Card(
        definition=_(
            "Doubt is taken off line by line, before any total: benefits are lowered by their share of risk p, costs are "
            "raised by it."
        ),
        formula=formula("b = B · ( 1 − p ) , c = C · ( 1 + p )"),
        readings=readings,
        ingredients=line_inputs(facts),
        conventions=[
            _("It is applied to plan and forecast, never to what happened, and never twice for one doubt.")
        ],
    )
