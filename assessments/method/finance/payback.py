"""When the money is back (METHOD §3)."""

from dataclasses import dataclass
from typing import Final, Literal, SupportsFloat, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from assessments.method.arguments import (
    BoolArray,
    Column,
    FloatArray,
    Numbers,
    WordArray,
    numbers,
    only,
    rate_above_minus_one,
    table,
)
from assessments.method.errors import MethodError
from assessments.method.finance.discounting import FlowTable, rates

PaybackStatus: TypeAlias = Literal["recovered", "never", "immediate", "relapsed"]
_DUST: Final = 1e-12
"""A cumulative flow within this share of all flows so far, added without sign, counts as exactly 0:
0.1 + 0.2 − 0.3 is no outlay. Only flows so far, or a huge later return would make the outlay dust."""


@dataclass(frozen=True, slots=True)
class Payback:
    """Periods from index 0; `periods` the first recovery, `last_crossing` the final one (upward crossings).

    Both are None when the status is never or immediate; they are equal when it never dips again.
    """

    periods: float | None
    status: PaybackStatus
    last_crossing: float | None


@dataclass(frozen=True, slots=True)
class Paybacks:
    """`Payback` for many projects: arrays of one length, NaN for None."""

    periods: FloatArray
    status: WordArray
    last_crossing: FloatArray


def payback(flows: Numbers) -> Payback:
    """First time the cumulative flow is back at ≥ 0 after having been negative, linear inside the period.

    Status `recovered`; `never`; `immediate` (never negative, also no flows); `relapsed` (recovered once,
    below 0 again at the end).
    """
    return _only(payback_batch(numbers("flows", flows)[None, :]))


def discounted_payback(rate: SupportsFloat, flows: Numbers) -> Payback:
    """`payback` of the flows discounted at `rate` per period (index 0 is not discounted)."""
    periodic = rate_above_minus_one("rate", rate)
    result = _only(discounted_payback_batch(periodic, numbers("flows", flows)[None, :]))
    if not result.status:
        raise MethodError("rate", "the discounted flows do not fit a float")
    return result


def payback_batch(flows: FlowTable) -> Paybacks:
    """`payback` of every row of projects × periods; zeros at the end change nothing."""
    return _recoveries(table("flows", flows))


def discounted_payback_batch(rate: Column, flows: FlowTable) -> Paybacks:
    """`discounted_payback` of every row; status "" and NaN where the rate is missing or a flow overflows."""
    amounts = table("flows", flows)
    rows, periods = amounts.shape
    factors = np.ones((rows, periods))
    with np.errstate(all="ignore"):
        factors[:, 1:] = (1.0 / (1.0 + rates("rate", rate, rows)))[:, None]
        discounted = np.where(amounts == 0, 0.0, amounts * np.cumprod(factors, axis=1))
    unknown = ~np.isfinite(discounted).all(axis=1) | np.isnan(rates("rate", rate, rows))
    result = _recoveries(np.where(unknown[:, None], 0.0, discounted))
    return Paybacks(result.periods, np.where(unknown, "", result.status), result.last_crossing)


def _recoveries(amounts: FloatArray) -> Paybacks:
    rows, periods = amounts.shape
    if periods == 0:
        nothing = np.full(rows, np.nan)
        return Paybacks(nothing, np.full(rows, "immediate"), nothing.copy())
    peak = np.abs(amounts).max(axis=1, keepdims=True)
    # Divided by the row's largest flow the running sums cannot overflow; a power of two costs no digit.
    scaled = np.ldexp(amounts, -np.frexp(peak)[1])
    balance = np.cumsum(scaled, axis=1)
    balance[np.abs(balance) <= _DUST * np.cumsum(np.abs(scaled), axis=1)] = 0.0
    below: BoolArray = balance < 0
    recovers = np.zeros_like(below)
    recovers[:, 1:] = below[:, :-1] & ~below[:, 1:]
    ever, back = np.any(below, axis=1), np.any(recovers, axis=1)
    first = np.argmax(recovers, axis=1)
    last = periods - 1 - np.argmax(recovers[:, ::-1], axis=1)
    status = np.select([~ever, ~back, below[:, -1]], ["immediate", "never", "relapsed"], "recovered").astype(
        np.str_
    )
    return Paybacks(_moment(balance, first, back), status, _moment(balance, last, back))


def _moment(balance: FloatArray, period: NDArray[np.intp], recovered: BoolArray) -> FloatArray:
    row = np.arange(period.size)
    before, after = balance[row, period - 1], balance[row, period]
    with np.errstate(all="ignore"):
        moment = period - 1 + -before / (after - before)
    return np.where(recovered, moment, np.nan)


def _only(batch: Paybacks) -> Payback:
    return Payback(only(batch.periods), cast(PaybackStatus, str(batch.status[0])), only(batch.last_crossing))
