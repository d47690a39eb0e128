"""Cards of when the money is back (METHOD §3)."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.formula_cards import excel
from assessments.formula_cards.cards import NOT_STORED, Card, Reading
from assessments.formula_cards.facts import ProjectFigures
from assessments.formula_cards.money_course import Course, courses
from assessments.formula_cards.money_inputs import (
    dates,
    discount_rate,
    line_inputs,
    month_tables,
)
from assessments.formula_cards.money_readings import (
    MONTHS_END,
    RISK,
    WHOLE_LIFE,
    in_months,
    never_empty,
)
from assessments.formula_cards.registry import figure
from assessments.formula_cards.typesetting import formula, fraction, indexed, row


@figure("payback", of="project", title=gettext_lazy("Payback"))
def payback_card(facts: ProjectFigures) -> Card:
    """When the money is back."""
    return _payback_card(facts, discounted=False)


@figure("discounted-payback", of="project", title=gettext_lazy("Discounted payback"))
def discounted_payback_card(facts: ProjectFigures) -> Card:
    """When the money is back with interest."""
    return _payback_card(facts, discounted=True)


def _payback_card(facts: ProjectFigures, *, discounted: bool) -> Card:
    readings = [
        _payback(facts, course, discounted, live)
        for course in courses(facts)
        for live in ([True, False] if course.live is not None else [False])
    ]
    definition = _(
        "After how many months the sum of all flows is back at 0 after having been below it; within a month along a "
        "straight line."
    )
    if discounted:
        definition = _(
            "After how many months the sum of all discounted flows is back at 0 after having been below it; within a "
            "month along a straight line."
        )
    before = indexed("S", "k − 1")
    return Card(
        definition=definition,
        formula=formula(
            "n = k − 1 +", fraction(row("−", before), row(indexed("S", "k"), "−", before)), "− s"
        ),
        readings=never_empty(facts, readings),
        ingredients=[*([discount_rate(facts)] if discounted else []), *dates(facts), *line_inputs(facts)],
        conventions=[
            _("The first crossing counts; where the sum is below 0 again at the end, the money is not back."),
            _("k is the month in which the sum crosses 0, S the sum of all flows up to a month."),
            _("s is the month from which is counted: that of the first flow, or of go-live."),
            *([str(MONTHS_END)] if discounted else []),
            str(WHOLE_LIFE),
            str(RISK),
        ],
        tables=month_tables(facts),
    )


def _payback(facts: ProjectFigures, course: Course, discounted: bool, from_live: bool) -> Reading:
    back = course.back(discounted=discounted)
    start = course.live if from_live and course.live is not None else course.start
    amount = None if back.periods is None or back.status == "relapsed" else back.periods - start
    text = ""
    if amount is not None and back.crossing:
        before, after = (excel.number(one) for one in back.around)
        text = f"={back.crossing - 1}+(-{before})/({after}-{before})-{excel.number(start)}"
    origin = _("%(series)s, from go-live") if from_live else _("%(series)s, from first spend")
    stored: Any = NOT_STORED
    if not discounted and facts.result is not None:
        stored = _stored_payback(facts, course.name, from_live)
    missing = {
        "never": _("The money does not come back within the months that have an amount."),
        "immediate": _("Nothing is spent before it comes back: there is nothing to pay back."),
        "relapsed": _("It came back once, but is below 0 again at the end."),
    }
    return Reading(
        label=origin % {"series": course.label},
        amount=amount,
        value=in_months(amount),
        exact=in_months(amount, 12),
        excel=text,
        stored=stored,
        stored_value="" if stored is NOT_STORED else in_months(stored),
        missing=missing.get(back.status, ""),
        course=course.name,
        from_live=from_live,
    )


def _stored_payback(facts: ProjectFigures, name: str, from_live: bool) -> Any:
    result = facts.result
    if result is None:
        return NOT_STORED
    if not from_live:
        return result.figures.get(f"payback_{name}_first_spend")
    if result.payback_origin != "go_live":
        return NOT_STORED
    return getattr(result, f"payback_{name}")
