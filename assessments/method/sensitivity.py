"""How far benefits and net present value move when one driver or factor is other than assumed (METHOD §5).

One at a time, everything else as it stands. Benefits are products, so a factor that is x times as large makes each
line on which it works x times as large (to the power with which it stands in it).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import SupportsFloat

import numpy as np

from assessments.method.arguments import FloatArray, Numbers, numbers, rate_above_minus_one, table
from assessments.method.errors import MethodError
from assessments.method.finance import monthly_rate, npv, npv_batch


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What changes at the low and at the high end of one factor, against how it is assumed."""

    benefits_low: float
    benefits_high: float
    npv_low: float
    npv_high: float

    @property
    def swing(self) -> float:
        """From one end to the other, in NPV: what a tornado is ordered by."""
        return abs(self.npv_high - self.npv_low)


def sensitivities(
    rate: SupportsFloat,
    benefits: Iterable[Numbers] | FloatArray,
    powers: Iterable[Numbers] | FloatArray,
    *,
    low: Numbers,
    high: Numbers,
) -> list[Sensitivity]:
    """One result for each factor.

    `rate` per period, `benefits` lines × periods (index 0 not discounted), `powers` factors × lines: 0 where the factor
    does not work on the line, 1 where it multiplies it, 2 where it stands in it twice. `low` and `high` say for each
    factor how many times as large as assumed it may be (0.9 and 1.1 for ± 10 %).

    Raises:
        MethodError: shapes that do not fit, a multiple below 0, or a rate of −100 % and less.
    """
    flows, matrix = table("benefits", benefits), table("powers", powers)
    if matrix.shape[1] != flows.shape[0]:
        raise MethodError("powers", f"{matrix.shape[1]} lines where benefits have {flows.shape[0]}")
    ends = {"low": numbers("low", low), "high": numbers("high", high)}
    for name, multiples in ends.items():
        if multiples.size != matrix.shape[0]:
            raise MethodError(name, f"{multiples.size} factors where powers have {matrix.shape[0]}")
        if np.any(multiples < 0):
            raise MethodError(name, "a multiple of what is assumed is expected, not below 0")
    totals, values = flows.sum(axis=1), npv_batch(rate_above_minus_one("rate", rate), flows)
    changes = {name: multiples[:, None] ** matrix - 1.0 for name, multiples in ends.items()}
    columns = [changes["low"] @ totals, changes["high"] @ totals, changes["low"] @ values]
    return [
        Sensitivity(*(float(value) for value in row))
        for row in zip(*columns, changes["high"] @ values, strict=True)
    ]


def rate_sensitivity(
    annual_low: SupportsFloat, annual: SupportsFloat, annual_high: SupportsFloat, flows: Numbers
) -> Sensitivity:
    """What another discount rate does to the NPV of net flows a month; benefits stay as they are."""
    net = numbers("flows", flows)
    low, assumed, high = (_value(rate, net) for rate in (annual_low, annual, annual_high))
    return Sensitivity(0.0, 0.0, low - assumed, high - assumed)


def _value(annual: SupportsFloat, flows: FloatArray) -> float:
    return npv(monthly_rate(annual), flows)
