"""How the cards of money write their readings, and the conventions they share."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.formula_cards import excel
from assessments.formula_cards.cards import NOT_STORED, Reading
from assessments.formula_cards.facts import ProjectFigures
from assessments.formula_cards.money_course import Course, courses
from assessments.formula_cards.money_inputs import (
    reason_without_money,
)
from assessments.method import MethodError
from charts.numbers import MISSING, as_decimal, compact_money, exact, join_unit, percent, write

MONTHS_END = gettext_lazy(
    "The first month is the initial column and not discounted; every later month is discounted at its end."
)
WHOLE_LIFE = gettext_lazy(
    "Over the whole life: what was booked so far, then the forecast of each line, or its plan where nobody made one."
)
RISK = gettext_lazy(
    "Planned and forecast amounts carry the risk adjustment of their line; what really happened does not."
)


def conventions() -> list[str]:
    return [
        str(MONTHS_END),
        _("The monthly rate is the twelfth root of the yearly one."),
        str(WHOLE_LIFE),
        str(RISK),
    ]


def readings_of(facts: ProjectFigures, read: Callable[[Course], Reading]) -> list[Reading]:
    return never_empty(facts, [replace(read(course), course=course.name) for course in courses(facts)])


def never_empty(facts: ProjectFigures, readings: list[Reading]) -> list[Reading]:
    """Without any amount the card says so."""
    return readings or [Reading("", None, MISSING, MISSING, missing=reason_without_money(facts))]


def stored_column(facts: ProjectFigures, column: str) -> Any:
    return NOT_STORED if facts.result is None else getattr(facts.result, column)


def stored_figure(facts: ProjectFigures, name: str) -> Any:
    return NOT_STORED if facts.result is None else facts.result.figures.get(name)


def money_reading(
    facts: ProjectFigures, label: str, amount: float | None, text: str, stored: Any = NOT_STORED
) -> Reading:
    return Reading(
        label=label,
        amount=amount,
        value=compact_money(amount, facts.currency),
        exact=cents(amount, facts.currency),
        excel=text if amount is not None else "",
        stored=stored,
        stored_value="" if stored is NOT_STORED else cents(stored, facts.currency),
        missing="" if amount is not None else reason_without_money(facts),
    )


def ratio_reading(
    label: str, amount: float | None, text: str, missing: str, stored: Any = NOT_STORED, places: int = 0
) -> Reading:
    return Reading(
        label=label,
        amount=amount,
        value=percent(amount, places),
        exact=percent(amount, 6),
        excel=text if amount is not None else "",
        stored=stored,
        stored_value="" if stored is NOT_STORED else percent(stored, 6),
        missing=missing,
    )


def number_reading(label: str, amount: float | None, text: str, missing: str) -> Reading:
    number = as_decimal(amount)
    written = MISSING if number is None else write(number, 2)
    return Reading(label, amount, written, exact(amount), text if amount is not None else "", missing=missing)


def cents(amount: float | None, currency: str) -> str:
    number = as_decimal(amount)
    return MISSING if number is None else join_unit(write(number, 2), currency)


def in_months(count: float | None, digits: int = 0) -> str:
    number = as_decimal(count)
    if number is None:
        return MISSING
    return _("%(count)s months") % {"count": exact(count) if digits else write(number, 1)}


def monthly(facts: ProjectFigures) -> str:
    return f"(1+{excel.plain(facts.organization.discount_rate)})^(1/12)-1"


def or_none(compute: Callable[[], float | None]) -> float | None:
    """None where the figure fits no float."""
    try:
        return compute()
    except MethodError:
        return None
