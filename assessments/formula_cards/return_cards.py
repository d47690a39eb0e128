"""Cards of what a roll-out returns over its whole life (METHOD §3)."""

from dataclasses import replace
from functools import partial

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.formula_cards import excel
from assessments.formula_cards.cards import Card, Reading
from assessments.formula_cards.facts import ProjectFigures
from assessments.formula_cards.money_course import Course, courses
from assessments.formula_cards.money_inputs import (
    discount_rate,
    line_inputs,
    month_tables,
)
from assessments.formula_cards.money_readings import (
    RISK,
    WHOLE_LIFE,
    conventions,
    money_reading,
    monthly,
    never_empty,
    number_reading,
    or_none,
    ratio_reading,
    readings_of,
    stored_column,
)
from assessments.formula_cards.registry import figure
from assessments.formula_cards.typesetting import bracket, formula, fraction, indexed, power, row, total
from assessments.method.finance import annualised_rate, benefit_cost_ratio, irr, mirr


def present_value(rate: str) -> SafeString:
    """Σ Fₜ/(1 + rate)ᵗ."""
    return total("t", fraction(indexed("F", "t"), power(bracket("1 +", rate), "t")))


@figure("npv", of="project", title=gettext_lazy("Net present value"))
def npv_card(facts: ProjectFigures) -> Card:
    """What the whole roll-out is worth today."""

    def reading(course: Course) -> Reading:
        text = "=" + excel.present_value(monthly(facts), course.net)
        return money_reading(
            facts,
            course.label,
            facts.row[f"npv_{course.name}"],
            text,
            stored_column(facts, f"npv_{course.name}"),
        )

    return Card(
        definition=_(
            "What all benefits and costs are worth together in the money of the first month: later money counts for "
            "less, by the organization's discount rate."
        ),
        formula=formula("NPV =", present_value("i"), ", i =", power(bracket("1 + r"), "1 / 12"), "− 1"),
        readings=readings_of(facts, reading),
        ingredients=[discount_rate(facts), *line_inputs(facts)],
        conventions=conventions(),
        tables=month_tables(facts),
    )


@figure("roi", of="project", title=gettext_lazy("Return on investment"))
def roi_card(facts: ProjectFigures) -> Card:
    """What each unit of cost brings on top of itself."""

    def reading(course: Course) -> Reading:
        amount = facts.row[f"roi_{course.name}"]
        gained, spent = (
            excel.present_value(monthly(facts), part) for part in (course.benefits, course.costs)
        )
        missing = "" if amount is not None else _("There are no costs, so there is nothing to return on.")
        stored = stored_column(facts, f"roi_{course.name}")
        return ratio_reading(course.label, amount, f"=({gained}-({spent}))/({spent})", missing, stored)

    return Card(
        definition=_("The present value of the benefits less that of the costs, over that of the costs."),
        formula=formula(
            "ROI", "=", fraction(row(indexed("PV", "B"), "−", indexed("PV", "C")), indexed("PV", "C"))
        ),
        readings=readings_of(facts, reading),
        ingredients=[discount_rate(facts), *line_inputs(facts)],
        conventions=[
            *conventions(),
            _("Discounted, and over the whole life; a return to date is never shown alone."),
        ],
        tables=month_tables(facts),
    )


@figure("benefit-cost-ratio", of="project", title=gettext_lazy("Benefit-cost ratio"))
def ratio_card(facts: ProjectFigures) -> Card:
    """Benefits over costs; never called a return."""

    def reading(course: Course) -> Reading:
        amount = or_none(lambda: benefit_cost_ratio(facts.rate, course.costs, course.benefits))
        gained, spent = (
            excel.present_value(monthly(facts), part) for part in (course.benefits, course.costs)
        )
        missing = "" if amount is not None else _("There are no costs to compare the benefits with.")
        return number_reading(course.label, amount, f"=({gained})/({spent})", missing)

    return Card(
        definition=_(
            "The present value of the benefits over that of the costs: above 1 it is worth more than it costs. It is "
            "the return on investment plus 1, and never called so."
        ),
        formula=formula("BCR", "=", fraction(indexed("PV", "B"), indexed("PV", "C"))),
        readings=readings_of(facts, reading),
        ingredients=[discount_rate(facts), *line_inputs(facts)],
        conventions=conventions(),
        tables=month_tables(facts),
    )


@figure("irr", of="project", title=gettext_lazy("Internal rate of return"))
def irr_card(facts: ProjectFigures) -> Card:
    """The rate at which the roll-out is worth nothing; every one of them."""
    readings = [
        replace(reading, course=course.name) for course in courses(facts) for reading in _rates(course)
    ]
    return Card(
        definition=_(
            "The yearly discount rate at which benefits and costs are worth the same. Where flows change their sign "
            "more than once there may be several; all are listed, the one nearest to 0 first."
        ),
        formula=formula("0 =", present_value("m"), ", IRR =", power(bracket("1 + m"), "12"), "− 1"),
        readings=never_empty(facts, readings),
        ingredients=line_inputs(facts),
        conventions=[
            _("Found by month and told by year, compounded."),
            _("Where there are several rates or none, look at the modified rate."),
            str(WHOLE_LIFE),
            str(RISK),
        ],
        tables=month_tables(facts),
    )


def _rates(course: Course) -> list[Reading]:
    """Every internal rate, the one that is meant first."""
    found = irr(course.net)
    if not found.roots:
        missing = _("Costs and benefits never balance: there is no such rate.")
        return [ratio_reading(course.label, None, "", missing)]
    readings = []
    for root in sorted(found.roots, key=lambda one: (one != found.rate, one)):
        label = course.label
        if root != found.rate:
            label = _("%(series)s, a further rate") % {"series": course.label}
        text = f"=(1+IRR({excel.array(course.net)},{excel.plain(round(root, 4))}))^12-1"
        missing = _("Compounded to a year it is too large to be written.")
        amount = or_none(partial(annualised_rate, root, 12))
        readings.append(ratio_reading(label, amount, text, "" if amount is not None else missing, places=1))
    return readings


@figure("mirr", of="project", title=gettext_lazy("Modified internal rate of return"))
def mirr_card(facts: ProjectFigures) -> Card:
    """One rate even where the internal rate is several or none."""

    def reading(course: Course) -> Reading:
        amount = or_none(lambda: _yearly(mirr(course.net, facts.rate, facts.rate)))
        text = f"=(1+MIRR({excel.array(course.net)},{monthly(facts)},{monthly(facts)}))^12-1"
        missing = (
            ""
            if amount is not None
            else _("It needs months in which money goes out and months in which it comes back.")
        )
        return ratio_reading(course.label, amount, text, missing, places=1)

    return Card(
        definition=_(
            "The yearly rate by which what is spent grows into what comes back, when every amount that comes back is "
            "put to work at the organization's discount rate."
        ),
        formula=formula(
            "m =",
            power(bracket(fraction("V", "P")), "1 / n"),
            "− 1 , MIRR =",
            power(bracket("1 + m"), "12"),
            "− 1",
        ),
        readings=readings_of(facts, reading),
        ingredients=[discount_rate(facts), *line_inputs(facts)],
        conventions=[
            _("V is what comes back, grown to the last month, P what is spent, discounted to the first."),
            _("Money is borrowed and put to work at the same rate, the discount rate."),
            *conventions(),
        ],
        tables=month_tables(facts),
    )


def _yearly(rate: float | None) -> float | None:
    return None if rate is None else annualised_rate(rate, 12)
