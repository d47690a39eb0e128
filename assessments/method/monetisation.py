"""What an improvement of a KPI is worth in money, per month (METHOD §3).

Improvement against the baseline × factor of the unit × volume × money per unit × capture rate × attribution share ×
adoption ramp. The improvement has the sign of the business: a KPI worse than its baseline gives negative money, which is
neither cut off nor hidden. Only "higher" and "lower" have a better side; a KPI that is to stay within a range, or as it
is, cannot be multiplied with money and is refused.
"""

import datetime
import math
from dataclasses import dataclass
from typing import SupportsFloat

import numpy as np

from assessments.method.arguments import (
    Column,
    Direction,
    DirectionColumn,
    FloatArray,
    columns,
    only,
    wants_higher,
)
from assessments.method.errors import MethodError


@dataclass(frozen=True, slots=True)
class Monetised:
    """One month with every factor, so that the formula can be written out; `amount` None: cannot be said."""

    #: in the KPI's unit, + is better
    improvement: float | None
    factor: float | None
    volume: float | None
    money: float | None
    capture: float | None
    attribution: float | None
    #: share of the whole effect that is reached in this month, 0 to 1
    ramp: float | None
    amount: float | None


@dataclass(frozen=True, slots=True)
class MonetisedBatch:
    """The same for many months: arrays of one length, NaN where nothing can be said."""

    improvement: FloatArray
    factor: FloatArray
    volume: FloatArray
    money: FloatArray
    capture: FloatArray
    attribution: FloatArray
    ramp: FloatArray
    amount: FloatArray


def improvement(
    baseline: SupportsFloat | None, actual: SupportsFloat | None, *, direction: Direction
) -> float | None:
    """How much better than the baseline, in the KPI's unit: actual − baseline, or for "lower" baseline − actual.

    Raises:
        MethodError: a direction without a better side, or a number that is none.
    """
    return only(improvement_batch(baseline, actual, direction=direction))


def improvement_batch(baseline: Column, actual: Column, *, direction: DirectionColumn) -> FloatArray:
    """`improvement` for many rows; `direction` is one word or one a row."""
    start, now = columns(baseline=baseline, actual=actual)
    higher = wants_higher(direction)
    if higher.size not in (1, start.size):
        raise MethodError("direction", f"{higher.size} words where the others have {start.size}")
    return np.where(higher, now - start, start - now)


def adoption_ramp(months: int, ramp_months: int) -> float:
    """The share of the whole effect in month `months` since it begins (0: the first), growing in a straight line.

    The first of `ramp_months` months has 1/ramp_months of it, the last one and all that follow the whole; without a
    ramp it is there at once. Before the beginning it is 0.
    """
    return float(adoption_ramp_batch(months, ramp_months)[0])


def adoption_ramp_batch(months: Column, ramp_months: Column) -> FloatArray:
    """`adoption_ramp` for many months."""
    passed, width = columns(months=months, ramp_months=ramp_months)
    if np.any(width < 0) or np.isnan(width).any() or np.isnan(passed).any():
        raise MethodError("ramp_months", "a number of months is expected, not below 0")
    share = np.clip((passed + 1) / np.maximum(width, 1), 0.0, 1.0)
    return np.where(passed < 0, 0.0, np.where(width == 0, 1.0, share))


def months_since(start: datetime.date, month: datetime.date) -> int:
    """Calendar months from the month of `start` to `month`; the month in which the effect begins is 0."""
    return (month.year - start.year) * 12 + month.month - start.month


def monetised(
    baseline: SupportsFloat | None,
    actual: SupportsFloat | None,
    *,
    direction: Direction,
    volume: SupportsFloat | None,
    money: SupportsFloat | None,
    factor: SupportsFloat = 1.0,
    capture: SupportsFloat = 1.0,
    attribution: SupportsFloat = 1.0,
    ramp: SupportsFloat = 1.0,
) -> Monetised:
    """The money of one month.

    `volume` is in units a month, `money` in currency per unit of improvement × `factor` and unit of volume; `capture`,
    `attribution` and `ramp` are shares. None for baseline, actual, volume or money: cannot be said.

    Raises:
        MethodError: a share outside 0 to 1, a direction without a better side, or a number that is none.
    """
    found = monetised_batch(
        baseline,
        actual,
        direction=direction,
        volume=volume,
        money=money,
        factor=factor,
        capture=capture,
        attribution=attribution,
        ramp=ramp,
    )
    return Monetised(
        improvement=only(found.improvement),
        factor=only(found.factor),
        volume=only(found.volume),
        money=only(found.money),
        capture=only(found.capture),
        attribution=only(found.attribution),
        ramp=only(found.ramp),
        amount=only(found.amount),
    )


def monetised_batch(
    baseline: Column,
    actual: Column,
    *,
    direction: DirectionColumn,
    volume: Column,
    money: Column,
    factor: Column = 1.0,
    capture: Column = 1.0,
    attribution: Column = 1.0,
    ramp: Column = 1.0,
) -> MonetisedBatch:
    """`monetised` for many months of many lines; every argument is one value for all rows or one a row."""
    start, now, size, price, unit, caught, share, grown = columns(
        baseline=baseline,
        actual=actual,
        volume=volume,
        money=money,
        factor=factor,
        capture=capture,
        attribution=attribution,
        ramp=ramp,
    )
    for name, values in (("capture", caught), ("attribution", share), ("ramp", grown)):
        if np.any((values < 0) | (values > 1)):
            raise MethodError(name, "a share from 0 to 1 is expected")
    better = improvement_batch(start, now, direction=direction)
    with np.errstate(over="ignore", invalid="ignore"):
        amount = better * unit * size * price * caught * share * grown
    # What does not fit a float is no amount anybody could book.
    amount = np.where(np.isinf(amount), math.nan, amount)
    return MonetisedBatch(better, unit, size, price, caught, share, grown, amount)
