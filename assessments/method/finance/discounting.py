"""Present values and the ratios made of them. Sources: Forrester TEI; Microsoft NPV, XNPV, MIRR."""

import datetime
import math
import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, Literal, SupportsFloat, TypeAlias, overload

import numpy as np

from assessments.method.arguments import (
    Column,
    FloatArray,
    Numbers,
    columns,
    is_number,
    number,
    numbers,
    only,
    rate_above_minus_one,
    table,
)
from assessments.method.errors import MethodError

Flows: TypeAlias = Numbers
FlowTable: TypeAlias = Iterable[Numbers] | FloatArray
RiskKind: TypeAlias = Literal["benefit", "cost"]
DAYS_A_YEAR: Final = 365.0
_LARGEST_LOG: Final = math.log(sys.float_info.max)


def npv(rate: SupportsFloat, flows: Flows) -> float:
    """F₀ + Σ Fₜ/(1+rate)ᵗ; Excel: =F0+NPV(r,F1:Fn). No flows: 0. A rate of −1 or less is an error."""
    periodic = rate_above_minus_one("rate", rate)
    return _fitting(npv_batch(periodic, numbers("flows", flows)[None, :]))


def npv_batch(rate: Column, flows: FlowTable) -> FloatArray:
    """`npv` of every row of projects × periods; `rate` one for all or one a row.

    NaN for a missing rate (NaN) or where the value does not fit a float.
    """
    amounts = table("flows", flows)
    growth = 1.0 + rates("rate", rate, amounts.shape[0])
    total = np.zeros(amounts.shape[0])
    with np.errstate(all="ignore"):
        # Horner's scheme: exact IEEE steps, so neither padding nor the number of rows changes a digit.
        for period in np.ascontiguousarray(amounts.T)[::-1]:
            total = total / growth + period
    return np.where(np.isfinite(total), total, np.nan)


def xnpv(rate: SupportsFloat, dates: Sequence[datetime.date], flows: Flows) -> float:
    """Σ Fᵢ/(1+rate)^(days/365), days from the earliest date; row order does not matter. No flows: 0."""
    yearly = rate_above_minus_one("rate", rate)
    years, amounts = dated_flows(dates, flows)
    try:
        return math.fsum(
            amount * (1.0 + yearly) ** -year for year, amount in zip(years, amounts, strict=True) if amount
        )
    except (OverflowError, ValueError) as problem:
        raise MethodError("rate", "the present value does not fit a float") from problem


def dated_flows(dates: Sequence[datetime.date], flows: Flows) -> tuple[list[float], list[float]]:
    """Years (days/365) from the earliest date, rising and each once, and the total flow of each."""
    amounts = numbers("flows", flows).tolist()
    if len(dates) != len(amounts):
        raise MethodError("dates", f"{len(dates)} dates for {len(amounts)} flows")
    if not all(isinstance(day, datetime.date) and day == day for day in dates):
        raise MethodError("dates", "every entry must be a date")
    by_day: dict[int, list[float]] = {}
    for day, amount in zip(dates, amounts, strict=True):
        by_day.setdefault(day.toordinal(), []).append(amount)
    days = sorted(by_day)
    return [(day - days[0]) / DAYS_A_YEAR for day in days], [math.fsum(by_day[day]) for day in days]


def mirr(flows: Flows, finance_rate: SupportsFloat, reinvest_rate: SupportsFloat) -> float | None:
    """As Excel's MIRR: outlays discounted at finance_rate, returns grown at reinvest_rate to the last period.

    None without both an outlay and a return, and where the values do not fit a float.
    """
    borrow = rate_above_minus_one("finance_rate", finance_rate)
    reinvest = rate_above_minus_one("reinvest_rate", reinvest_rate)
    amounts = numbers("flows", flows)
    if not (np.any(amounts > 0) and np.any(amounts < 0)):
        return None
    spent = -float(npv_batch(borrow, np.minimum(amounts, 0.0)[None, :])[0])
    returned = 0.0
    for amount in np.maximum(amounts, 0.0).tolist():
        returned = returned * (1.0 + reinvest) + amount
    if not (0 < spent < math.inf and 0 < returned < math.inf):
        return None
    growth = (math.log(returned) - math.log(spent)) / (amounts.size - 1)
    return math.expm1(growth) if growth < _LARGEST_LOG else None


def roi(rate: SupportsFloat, costs: Flows, benefits: Flows) -> float | None:
    """(PV benefits − PV costs) / PV costs; None when PV costs = 0.

    Amounts are positive, a credit note may be negative; a negative total of costs is an error.
    """
    spent, gained = _present_values(rate, costs, benefits)
    return only(_over_costs(gained - spent, spent))


def roi_batch(rate: Column, costs: FlowTable, benefits: FlowTable) -> FloatArray:
    """`roi` of every row; NaN where PV costs are 0 or less."""
    spent, gained = npv_batch(rate, costs), npv_batch(rate, benefits)
    if spent.size != gained.size:
        raise MethodError("benefits", "as many rows as costs are expected")
    return _over_costs(gained - spent, spent)


def benefit_cost_ratio(rate: SupportsFloat, costs: Flows, benefits: Flows) -> float | None:
    """PV benefits / PV costs; None when PV costs = 0. Never called ROI (it is ROI + 1)."""
    spent, gained = _present_values(rate, costs, benefits)
    return only(_over_costs(gained, spent))


def benefit_cost_ratio_batch(rate: Column, costs: FlowTable, benefits: FlowTable) -> FloatArray:
    """`benefit_cost_ratio` of every row; NaN where PV costs are 0 or less."""
    spent, gained = npv_batch(rate, costs), npv_batch(rate, benefits)
    if spent.size != gained.size:
        raise MethodError("benefits", "as many rows as costs are expected")
    return _over_costs(gained, spent)


@overload
def risk_adjusted(amounts: float | Decimal, p: SupportsFloat, *, kind: RiskKind) -> float: ...
@overload
def risk_adjusted(amounts: Numbers, p: SupportsFloat | Numbers, *, kind: RiskKind) -> list[float]: ...
def risk_adjusted(
    amounts: SupportsFloat | Numbers, p: SupportsFloat | Numbers, *, kind: RiskKind
) -> float | list[float]:
    """Benefits × (1 − p), costs × (1 + p), line by line, before any total.

    `amounts` one line or a list; `p` one share for all lines or one a line: 0–1 for benefits, ≥ 0 for costs.
    A list in, a list out.
    """
    if kind not in ("benefit", "cost"):
        raise MethodError("kind", f'"benefit" or "cost" is expected, not {kind!r}')
    shares = np.array([number("p", p)]) if isinstance(p, SupportsFloat) and is_number(p) else _list("p", p)
    if np.any(shares < 0) or (kind == "benefit" and np.any(shares > 1)):
        raise MethodError("p", "a share of 0 to 1 is expected (0 or more for costs)")
    factors = 1.0 - shares if kind == "benefit" else 1.0 + shares
    if isinstance(amounts, SupportsFloat) and is_number(amounts):
        if factors.size != 1:
            raise MethodError("p", "one share is expected for one amount")
        return number("amounts", amounts) * float(factors[0])
    lines = _list("amounts", amounts)
    if factors.size not in (1, lines.size):
        raise MethodError("p", f"{factors.size} shares for {lines.size} amounts")
    adjusted: list[float] = (lines * factors).tolist()
    return adjusted


def monthly_rate(annual_rate: SupportsFloat) -> float:
    """(1 + r)^(1/12) − 1."""
    return periodic_rate(annual_rate, 12)


def periodic_rate(annual_rate: SupportsFloat, periods_per_year: int) -> float:
    """(1 + r)^(1/n) − 1 for n periods a year; the rate itself for n = 1."""
    rate = rate_above_minus_one("annual_rate", annual_rate)
    count = whole_periods(periods_per_year)
    return rate if count == 1 else math.expm1(math.log1p(rate) / count)


def annualised_rate(rate: SupportsFloat, periods_per_year: int) -> float:
    """(1 + r)^n − 1: the yearly rate of a rate per period (for an IRR on monthly flows)."""
    periodic = rate_above_minus_one("rate", rate)
    count = whole_periods(periods_per_year)
    try:
        return periodic if count == 1 else math.expm1(math.log1p(periodic) * count)
    except OverflowError as problem:
        raise MethodError("rate", "the yearly rate does not fit a float") from problem


def whole_periods(periods_per_year: int) -> int:
    if not isinstance(periods_per_year, (int, np.integer)) or isinstance(periods_per_year, bool):
        raise MethodError("periods_per_year", "a whole number is expected")
    if periods_per_year < 1:
        raise MethodError("periods_per_year", "at least 1 is expected")
    return int(periods_per_year)


def rates(name: str, rate: Column, rows: int) -> FloatArray:
    """Rates of a batch, one a row (NaN = missing), each above −1."""
    (given,) = columns(**{name: rate})
    if np.any(given <= -1):
        raise MethodError(name, "a rate must be above -1 (-100 %)")
    if given.size not in (1, rows):
        raise MethodError(name, f"{given.size} rates for {rows} rows")
    return np.broadcast_to(given, (rows,))


def _list(name: str, values: SupportsFloat | Numbers) -> FloatArray:
    if isinstance(values, Iterable):
        return numbers(name, values)
    raise MethodError(name, f"a number or a list of numbers is expected, not {values!r}")


def _present_values(rate: SupportsFloat, costs: Flows, benefits: Flows) -> tuple[FloatArray, FloatArray]:
    periodic = rate_above_minus_one("rate", rate)
    spent = npv_batch(periodic, numbers("costs", costs)[None, :])
    if spent[0] < 0:
        raise MethodError("costs", "their present value is negative; costs are positive amounts")
    return spent, npv_batch(periodic, numbers("benefits", benefits)[None, :])


def _over_costs(amount: FloatArray, costs: FloatArray) -> FloatArray:
    with np.errstate(all="ignore"):
        ratio = amount / costs
    return np.where((costs > 0) & np.isfinite(ratio), ratio, np.nan)


def _fitting(value: FloatArray) -> float:
    if math.isnan(value[0]):
        raise MethodError("rate", "the present value does not fit a float")
    return float(value[0])
