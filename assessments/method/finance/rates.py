"""Internal rates of return: every real root, not the one a solver happens to meet (METHOD §3)."""

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyxirr
from numpy.typing import NDArray

from assessments.method.arguments import BoolArray, FloatArray, Numbers, numbers, table
from assessments.method.finance.discounting import FlowTable, dated_flows
from assessments.method.finance.exponential_sums import ExponentialSum, zeros

_PROOF: Final = 1e-9
"""Relative distance from a single root at which the present values left and right must differ in sign."""


@dataclass(frozen=True, slots=True)
class IrrResult:
    """Rates per period (`irr`) or per year (`xirr`).

    `roots` are all distinct real roots above −1, rising; `multiple` says that there are several; `rate` is
    the one with the least |ln(1 + r)| (the larger of two as near), None without a root.
    """

    rate: float | None
    roots: tuple[float, ...]
    multiple: bool


@dataclass(frozen=True, slots=True)
class Irrs:
    """`IrrResult` for many projects without the list of roots: NaN where there is no rate."""

    rate: FloatArray
    multiple: BoolArray


NO_RATE: Final = IrrResult(None, (), False)


def irr(flows: Numbers) -> IrrResult:
    """Every rate above −100 % that a float can hold at which the flows' present value is 0.

    Flows without a change of sign, all zero or empty: no rate, no error. A double root counts once.
    """
    return _irr(numbers("flows", flows))


def irr_batch(flows: FlowTable) -> Irrs:
    """`irr` of every row of projects × periods."""
    amounts = table("flows", flows)
    rate = np.full(amounts.shape[0], np.nan)
    multiple = np.zeros(amounts.shape[0], dtype=np.bool_)
    once = _sign_changes(amounts)
    rate[once == 1] = _single_rates(amounts[once == 1])
    for row in np.flatnonzero((once > 0) & np.isnan(rate)):
        result = _every_rate(amounts[row], np.arange(amounts.shape[1], dtype=np.float64))
        rate[row] = math.nan if result.rate is None else result.rate
        multiple[row] = result.multiple
    return Irrs(rate, multiple)


def xirr(dates: Sequence[datetime.date], flows: Numbers) -> IrrResult:
    """As `irr`, per year, with exponents days/365 from the earliest date; row order does not matter."""
    years, amounts = dated_flows(dates, flows)
    return _every_rate(np.array(amounts, dtype=np.float64), np.array(years, dtype=np.float64))


def _irr(amounts: FloatArray) -> IrrResult:
    if amounts.size and _sign_changes(amounts[None, :])[0] == 1:
        rate = float(_single_rates(amounts[None, :])[0])
        if not math.isnan(rate):
            return IrrResult(rate, (rate,), False)
    return _every_rate(amounts, np.arange(amounts.size, dtype=np.float64))


def _sign_changes(amounts: FloatArray) -> NDArray[np.intp]:
    """Changes of sign along each row, zeros left out."""
    sign = np.sign(amounts)
    count = np.zeros(sign.shape[0], dtype=np.intp)
    latest = np.zeros(sign.shape[0])
    for column in sign.T:
        count += column * latest < 0
        latest = np.where(column == 0, latest, column)
    return count


def _single_rates(amounts: FloatArray) -> FloatArray:
    """Rates of rows with one change of sign, which have one root at most; NaN where it is not proven.

    pyxirr is quick but may stop anywhere: its answer is refined and kept only if the present value changes
    its sign around it.
    """
    if amounts.shape[0] == 0:
        return np.empty(0)
    scaled = np.ldexp(amounts, -np.frexp(np.abs(amounts).max(axis=1, keepdims=True))[1])
    guesses = np.array([_guess(row) for row in scaled])
    with np.errstate(all="ignore"):
        factor = 1.0 / (1.0 + guesses)
        for _ in range(3):
            value, slope = _polynomial(scaled, factor)
            factor = factor - value / slope
        below, above = (_polynomial(scaled, factor * side)[0] for side in (1.0 - _PROOF, 1.0 + _PROOF))
        rate = 1.0 / factor - 1.0
        proven = (below * above < 0) & (factor > 0) & np.isfinite(rate) & (rate > -1)
    return np.where(proven, rate, np.nan)


def _guess(row: FloatArray) -> float:
    used = np.flatnonzero(row)
    answer = pyxirr.irr(row[used[0] : used[-1] + 1].tolist(), silent=True)
    return math.nan if answer is None or answer <= -1 else answer


def _polynomial(amounts: FloatArray, factor: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Σ Fₜ·factorᵗ and its derivative by factor, for every row."""
    value, slope = np.zeros_like(factor), np.zeros_like(factor)
    for period in np.ascontiguousarray(amounts.T)[::-1]:
        slope = slope * factor + value
        value = value * factor + period
    return value, slope


def _every_rate(amounts: FloatArray, powers: FloatArray) -> IrrResult:
    if not np.any(amounts):
        return NO_RATE
    found = {_refined(math.expm1(s), amounts, powers) for s in zeros(ExponentialSum.of(amounts, powers))}
    roots = tuple(sorted(rate for rate in found if -1 < rate < math.inf))
    if not roots:
        return NO_RATE
    nearest = min(abs(math.log1p(root)) for root in roots)
    # Two roots as near as each other up to rounding (100 % and −50 %): the larger, every time.
    rate = max(root for root in roots if abs(math.log1p(root)) <= nearest * (1 + 1e-12))
    return IrrResult(rate, roots, len(roots) > 1)


def _refined(rate: float, amounts: FloatArray, powers: FloatArray) -> float:
    """One Newton step on exactly added terms; a step that is not tiny is not trusted (double roots)."""
    if abs(rate) < 1e-7 and math.fsum(amounts.tolist()) == 0:
        return 0.0
    growth = 1.0 + rate
    try:
        pairs = list(zip(amounts.tolist(), powers.tolist(), strict=True))
        terms = [amount * growth**-power for amount, power in pairs]
        slope = -math.fsum(power * term for (_, power), term in zip(pairs, terms, strict=True)) / growth
        step = math.fsum(terms) / slope
    except (OverflowError, ZeroDivisionError, ValueError):
        return rate
    return rate - step if abs(step) < 1e-11 * growth else rate
