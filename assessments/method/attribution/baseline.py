"""What the KPI would have been without the change, at the conditions of each later period (METHOD §4).

Source: IPMVP Core Concepts 2022 and ASHRAE Guideline 14 (routine adjustments by regression on the baseline
period; a driver counts where its slope is statistically valid, and not far outside the range seen).
"""

import math
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from assessments.method.arguments import BoolArray, FloatArray, gapped
from assessments.method.attribution.calendars import Places, Series, season_length
from assessments.method.attribution.estimate import Estimate, estimated
from assessments.method.errors import MethodError

Adjustment: TypeAlias = Literal["season", "driver"]
Refusal: TypeAlias = Literal[
    "too_few_values", "months_missing", "too_few_pairs", "driver_constant", "driver_unrelated"
]
FEWEST_VALUES: Final = 6
FEWEST_PAIRS: Final = 12


@dataclass(frozen=True, slots=True)
class AdjustedBaseline:
    """`values`: one a later period (None where its driver is missing), in the KPI's unit.

    Refused: no values, no adjustments, and why. `slope`: change of the KPI per unit of the driver;
    `extrapolated`: periods whose driver lies outside the range seen before.
    """

    values: tuple[float | None, ...] | None
    adjustments: tuple[Adjustment, ...]
    slope: Estimate | None
    extrapolated: tuple[bool, ...]
    refused: Refusal | None


def adjusted_baseline(
    before: Series,
    periods: int,
    *,
    season: int | None = None,
    driver_before: Series | None = None,
    driver_after: Series | None = None,
) -> AdjustedBaseline:
    """The baseline at the conditions of each of `periods` periods after the change.

    `before` in time order, its last value directly ahead of the change; None or NaN keeps the place of a
    missing one. `season` (periods in a year): the mean of same months. `driver_before` and `driver_after`
    (volume, headcount …, one a period): a line through KPI and driver before the change. Both: one line with
    a level for each month.
    Refused: under 6 values; a month that is asked for and not in the baseline; under 12 pairs (with season
    under two years of them); a driver that never moved (within its months), or whose slope has 0 in its 95 %
    interval.
    """
    values, cycle, count = gapped("before", before), season_length(season), _count(periods)
    drivers = _drivers(driver_before, driver_after, values.size, count)
    present = ~np.isnan(values)
    if drivers is not None:
        present &= ~np.isnan(drivers[0])
    if np.sum(~np.isnan(values)) < FEWEST_VALUES:
        return _refusal("too_few_values")
    places = np.arange(-values.size, 0)[present]
    months, asked = places % (cycle or 1), np.arange(count) % (cycle or 1)
    if drivers is not None and places.size < max(FEWEST_PAIRS, 2 * cycle if cycle else 0):
        return _refusal("too_few_pairs")
    if not np.isin(asked, months).all():
        return _refusal("months_missing")
    seasonal: tuple[Adjustment, ...] = ("season",) if cycle else ()
    observed = values[present]
    if drivers is None:
        return AdjustedBaseline(
            tuple(_means(observed, months, asked).tolist()), seasonal, None, (False,) * count, None
        )
    return _by_driver(observed, drivers[0][present], drivers[1], months, asked, seasonal)


def _by_driver(
    observed: FloatArray,
    driver: FloatArray,
    later: FloatArray,
    months: Places,
    asked: Places,
    seasonal: tuple[Adjustment, ...],
) -> AdjustedBaseline:
    moved = driver - _means(driver, months, months)
    risen = observed - _means(observed, months, months)
    squares = float(moved @ moved)
    freedom = observed.size - np.unique(months).size - 1
    if squares <= (1e-12 * np.abs(driver).max()) ** 2 * driver.size or freedom < 1:
        return _refusal("driver_constant")
    steepness = float(moved @ risen) / squares
    rest = risen - steepness * moved
    error = math.sqrt(float(rest @ rest) / freedom / squares)
    slope = estimated(np.array([steepness]), np.array([error]), np.array([float(freedom)])).at(0)
    if slope.low is None or slope.high is None or slope.low <= 0 <= slope.high:
        return _refusal("driver_unrelated", slope)
    level = _means(observed, months, asked) - steepness * _means(driver, months, asked)
    expected = level + steepness * later
    outside: BoolArray = (later < driver.min()) | (later > driver.max())
    return AdjustedBaseline(
        values=tuple(None if math.isnan(value) else value for value in expected.tolist()),
        adjustments=(*seasonal, "driver"),
        slope=slope,
        extrapolated=tuple(outside.tolist()),
        refused=None,
    )


def _means(values: FloatArray, months: Places, asked: Places) -> FloatArray:
    """The mean of each month asked for; every one of them is there."""
    length = int(max(months.max(), asked.max(initial=0))) + 1
    sums = np.bincount(months, values, minlength=length)
    counts = np.bincount(months, minlength=length)
    means: FloatArray = sums[asked] / counts[asked]
    return means


def _refusal(reason: Refusal, slope: Estimate | None = None) -> AdjustedBaseline:
    return AdjustedBaseline(None, (), slope, (), reason)


def _count(periods: int) -> int:
    if isinstance(periods, bool) or not isinstance(periods, (int, np.integer)) or periods < 0:
        raise MethodError("periods", f"a whole number of periods, 0 or more, is expected, not {periods!r}")
    return int(periods)


def _drivers(
    before: Series | None, after: Series | None, periods_before: int, periods_after: int
) -> tuple[FloatArray, FloatArray] | None:
    if before is None and after is None:
        return None
    if before is None or after is None:
        missing = "driver_before" if before is None else "driver_after"
        raise MethodError(missing, "the driver is needed before and after the change")
    earlier, later = gapped("driver_before", before), gapped("driver_after", after)
    if earlier.size != periods_before:
        raise MethodError("driver_before", f"{earlier.size} periods where before has {periods_before}")
    if later.size != periods_after:
        raise MethodError("driver_after", f"{later.size} periods where {periods_after} are asked for")
    return earlier, later
