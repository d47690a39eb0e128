"""Amounts by month drawn by rule: spread, ramp, growth, inflation. Pure; whole cents, sums exact."""

import datetime
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext

from projects.periods import months_between

Month = datetime.date
Amounts = dict[Month, Decimal]
CENT = Decimal("0.01")
PERCENT = Decimal(100)


def spread(months: Sequence[Month], amount: Decimal, weights: Sequence[Decimal] = ()) -> Amounts:
    """`amount` over the months, evenly or in proportion to `weights`; the sum is `amount` to the cent.

    Rounding is of the running sum, so that no month is off by more than a cent.

    Raises:
        ValueError: the weights add up to nothing.
    """
    shares = list(weights) or [Decimal(1)] * len(months)
    whole = sum(shares, Decimal(0))
    if not whole:
        raise ValueError("the weights add up to nothing")
    spent, so_far, filled = Decimal(0), Decimal(0), {}
    for month, share in zip(months, shares, strict=True):
        so_far += share
        until = _cents(amount * so_far / whole)
        filled[month] = until - spent
        spent = until
    return filled


def ramp(months: Sequence[Month], amount: Decimal, length: int) -> Amounts:
    """In a straight line from 0 to `amount`, which the month number `length` reaches and the later ones keep."""
    return {
        month: _cents(amount * min(number, length) / length) for number, month in enumerate(months, start=1)
    }


def growth(
    months: Sequence[Month], amount: Decimal, percent: Decimal, *, yearly: bool, year_start: int
) -> Amounts:
    """`amount` in the first month, growing by `percent` a year.

    Compounded every month by the twelfth root; `yearly`: in steps, at each start of the fiscal year, whose first
    month is `year_start`.
    """
    return {
        month: _cents(amount * factor)
        for month, factor in zip(months, _factors(months, percent, yearly, year_start), strict=True)
    }


def inflation(
    months: Sequence[Month],
    amounts: Mapping[Month, Decimal],
    percent: Decimal,
    *,
    yearly: bool,
    year_start: int,
) -> Amounts:
    """The amounts there are, raised by `percent` a year as in `growth`; months without an amount stay without."""
    return {
        month: _cents(amounts[month] * factor)
        for month, factor in zip(months, _factors(months, percent, yearly, year_start), strict=True)
        if month in amounts
    }


def _factors(months: Sequence[Month], percent: Decimal, yearly: bool, year_start: int) -> list[Decimal]:
    a_year = 1 + percent / PERCENT
    if not months:
        return []
    with localcontext() as context:
        context.prec = 34
        if yearly:
            first = _fiscal_year(months[0], year_start)
            return [a_year ** (_fiscal_year(month, year_start) - first) for month in months]
        return [a_year ** (Decimal(months_between(months[0], month)) / 12) for month in months]


def _fiscal_year(month: Month, year_start: int) -> int:
    return month.year - (month.month < year_start)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
