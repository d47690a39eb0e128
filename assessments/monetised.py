"""Money that follows from a KPI, as its page shows it: month by month, and the formula in words and numbers."""

import datetime
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from assessments.services.monetising import MonetisedMonth, start_of_effect
from charts.numbers import exact, join_unit, percent
from kpis.figures import written
from kpis.models import Kpi, Monetisation
from projects.numbers import write_amount
from projects.periods import Frequency, label

#: months shown at most, the newest ones
SHOWN = 36


def formula_in_words(one: Monetisation) -> str:
    """What is multiplied, by name."""
    parts = [
        _("improvement of “%(kpi)s”") % {"kpi": one.kpi.name},
        _("factor of the unit") if one.unit_factor != 1 else "",
        _named(_("volume a month"), one.volume_driver or one.volume_kpi),
        _named(_("money per unit"), one.money_driver),
        _("capture rate"),
        _("attribution share"),
        _("adoption ramp") if one.ramp_months else "",
    ]
    return " × ".join(part for part in parts if part)


def formula_in_numbers(one: Monetisation, month: MonetisedMonth) -> str:
    """The same with the numbers of one month: “(24 − 18.5 h) × 1,200 × 12 EUR × 80 % × 100 % = …”."""
    figures, kpi = month.figures, one.kpi
    if figures.amount is None:
        return ""
    ends = (month.baseline, month.actual)
    first, second = ends if kpi.direction == Kpi.Direction.LOWER else reversed(ends)
    parts = [
        f"({written(first, kpi)} − {join_unit(written(second, kpi), kpi.unit)})",
        exact(figures.factor) if one.unit_factor != 1 else "",
        exact(figures.volume),
        join_unit(exact(figures.money), one.line.currency),
        percent(figures.capture),
        percent(figures.attribution),
        _("%(share)s ramp") % {"share": percent(figures.ramp)} if one.ramp_months else "",
    ]
    result = join_unit(_money(figures.amount), one.line.currency)
    return " × ".join(part for part in parts if part) + f" = {result}"


def month_rows(
    one: Monetisation, months: Sequence[MonetisedMonth], stands: Mapping[datetime.date, Decimal]
) -> list[dict[str, Any]]:
    """The newest months, newest first, with every factor; `stands` are the amounts booked now."""
    return [_row(one, month, stands) for month in reversed(months[-SHOWN:])]


def sum_of(months: Sequence[MonetisedMonth], currency: str) -> str:
    """All months together, the ones not shown included."""
    known = [month.amount for month in months if month.amount is not None]
    return join_unit(_money(math.fsum(known)), currency)


def newest_sentence(one: Monetisation, months: Sequence[MonetisedMonth]) -> tuple[str, str]:
    """The month that is newest of those with an amount, and its formula in numbers; ("", "") without one."""
    for month in reversed(months):
        if sentence := formula_in_numbers(one, month):
            return label(month.month, Frequency.MONTH), sentence
    return "", ""


def why_nothing(one: Monetisation, today: datetime.date) -> str:
    """Why there is no month at all, or ""."""
    begin = start_of_effect(one)
    if begin is None:
        return _("The project has no go-live yet. Give the day from which the improvement counts.")
    if begin >= today.replace(day=1):
        return _("The effect begins in a month that has not ended yet.")
    return ""


def _row(one: Monetisation, month: MonetisedMonth, stands: Mapping[datetime.date, Decimal]) -> dict[str, Any]:
    figures, booked = month.figures, stands.get(month.month)
    return {
        "label": label(month.month, Frequency.MONTH),
        "actual": written(month.actual, one.kpi),
        "improvement": written(figures.improvement, one.kpi, sign=True),
        "volume": exact(figures.volume),
        "money": exact(figures.money),
        "shares": " × ".join(percent(share) for share in (figures.capture, figures.attribution)),
        "ramp": percent(figures.ramp),
        "amount": None if figures.amount is None else _money(figures.amount),
        "is_negative": figures.amount is not None and figures.amount < 0,
        "booked": "—" if booked is None else write_amount(booked),
        "is_preliminary": figures.amount is not None and not month.is_verified,
        "reason": _missing(one, month),
    }


def _missing(one: Monetisation, month: MonetisedMonth) -> str:
    figures = month.figures
    if figures.amount is not None:
        return ""
    if month.baseline is None:
        return _("The KPI has no baseline.")
    if month.actual is None:
        return _("The KPI has no value that counts.")
    if figures.volume is None:
        return _("There is no volume in this month.")
    if figures.money is None:
        return _("The driver has no value in this month.")
    return _("The amount is too large.")


def _named(words: str, source: Any) -> str:
    return f"{words} “{source}”" if source is not None else words


def _money(amount: float) -> str:
    return exact(round(amount, 2))
