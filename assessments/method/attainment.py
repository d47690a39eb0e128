"""How far a KPI has come (METHOD §1): ratios, uncapped; a page shows them × 100.

Each measure has a batch form (`…_batch`) over arrays of one length, one row a KPI; single values are spread
over all rows. In a batch NaN stands for "missing" on the way in and for "cannot be said" on the way out.
Source: SAP Solution Manager (attainment against baseline and target).
"""

from collections.abc import Sequence
from typing import Final, SupportsFloat

import numpy as np

from assessments.method.arguments import (
    Column,
    Direction,
    DirectionColumn,
    FloatArray,
    Numbers,
    columns,
    number,
    numbers,
    only,
    optional_number,
    positive,
    wants_higher,
)
from assessments.method.errors import MethodError

DEFAULT_TOLERANCE: Final = 0.05
"""Share of |target| that a maintained KPI may miss before its attainment reaches 0."""
EARLIEST_PLAN_SHARE: Final = 0.05
"""Below this share of the planned way it is too early to speak of being on plan."""
_DUST: Final = 1e-12


def attainment(baseline: SupportsFloat, actual: SupportsFloat, target: SupportsFloat) -> float | None:
    """(actual − baseline) / (target − baseline): 0 at the baseline, 1 at the target, negative when worse.

    The same for lower-is-better and for negative values, so no direction is asked for. None when
    target = baseline (see `maintain_attainment`) or when the ratio does not fit a float.
    """
    return only(
        attainment_batch(number("baseline", baseline), number("actual", actual), number("target", target))
    )


def attainment_batch(baseline: Column, actual: Column, target: Column) -> FloatArray:
    """`attainment` for many KPIs: three arrays of one length → ratios, NaN where it cannot be said."""
    start, now, end = columns(baseline=baseline, actual=actual, target=target)
    return _way_covered(start, now, end)


def maintain_attainment(
    actual: SupportsFloat,
    target: SupportsFloat,
    *,
    direction: Direction,
    tolerance: SupportsFloat | None = None,
) -> float:
    """For baseline = target: 1 at or better than target, else 1 − |actual − target| / tolerance, not below 0.

    `tolerance` (same unit as the KPI, above 0) defaults to 5 % of |target| and is required when target = 0.
    A KPI to be held from both sides is `range_attainment` with low = high = target.
    """
    goal = number("target", target)
    allowed = None if tolerance is None else positive("tolerance", tolerance)
    if goal == 0 and allowed is None:
        raise MethodError("tolerance", "it is required when the target is 0")
    batch = maintain_attainment_batch(number("actual", actual), goal, direction=direction, tolerance=allowed)
    return float(batch[0])


def maintain_attainment_batch(
    actual: Column, target: Column, *, direction: DirectionColumn, tolerance: Column = None
) -> FloatArray:
    """`maintain_attainment` for many KPIs; NaN tolerance means the default, and NaN where that is 0."""
    now, goal, allowed = columns(actual=actual, target=target, tolerance=tolerance)
    _refuse_non_positive(allowed)
    higher = wants_higher(direction)
    kept = np.where(higher, now >= goal, now <= goal)
    score = _within_tolerance(np.abs(now - goal), goal, allowed)
    needs_tolerance = (goal == 0) & np.isnan(allowed)
    return np.where(needs_tolerance, np.nan, np.where(kept, 1.0, score))


def range_attainment(
    actual: SupportsFloat,
    low: SupportsFloat,
    high: SupportsFloat,
    *,
    baseline: SupportsFloat | None = None,
    tolerance: SupportsFloat | None = None,
) -> float:
    """1 inside [low, high]; outside 1 − (distance to the nearest bound / the baseline's distance from it).

    So 0 at the baseline, negative when further away than it. Where the baseline lies inside or is not known:
    1 − distance / tolerance, not below 0; the tolerance defaults to 5 % of |nearest bound| and is required
    when that bound is 0.
    """
    allowed = None if tolerance is None else positive("tolerance", tolerance)
    batch = range_attainment_batch(
        number("actual", actual),
        number("low", low),
        number("high", high),
        baseline=optional_number("baseline", baseline),
        tolerance=allowed,
    )
    result = only(batch)
    if result is None:
        raise MethodError("tolerance", "it is required when the nearest bound is 0")
    return result


def range_attainment_batch(
    actual: Column, low: Column, high: Column, *, baseline: Column = None, tolerance: Column = None
) -> FloatArray:
    """`range_attainment` for many KPIs; NaN baseline or tolerance means none was given."""
    now, bottom, top, start, allowed = columns(
        actual=actual, low=low, high=high, baseline=baseline, tolerance=tolerance
    )
    _refuse_non_positive(allowed)
    if np.any(bottom > top):
        raise MethodError("low", "the lower bound lies above the upper bound")
    bound = np.where(now > top, top, bottom)
    distance = np.abs(now - bound)
    started_outside = (start < bottom) | (start > top)
    with np.errstate(all="ignore"):
        against_baseline = 1.0 - distance / np.abs(start - bound)
    outside = np.where(started_outside, against_baseline, _within_tolerance(distance, bound, allowed))
    result = np.where((now >= bottom) & (now <= top), 1.0, outside)
    unknown = np.isnan(now) | np.isnan(bottom) | np.isnan(top) | ~np.isfinite(result)
    return np.where(unknown, np.nan, result)


def on_plan(
    baseline: SupportsFloat,
    actual: SupportsFloat,
    planned: SupportsFloat,
    target: SupportsFloat | None = None,
) -> float | None:
    """(actual − baseline) / (planned − baseline), `planned` being the planned value of the period.

    None ("too early") when |planned − baseline| is under 5 % of |target − baseline|; without a target only
    when planned = baseline.
    """
    return only(
        on_plan_batch(
            number("baseline", baseline),
            number("actual", actual),
            number("planned", planned),
            optional_number("target", target),
        )
    )


def on_plan_batch(baseline: Column, actual: Column, planned: Column, target: Column = None) -> FloatArray:
    """`on_plan` for many KPIs; NaN target means none was given."""
    start, now, expected, end = columns(baseline=baseline, actual=actual, planned=planned, target=target)
    with np.errstate(all="ignore"):
        # Compared with a grain of dust, so that exactly 5 % is not "under" by a rounding error.
        share = np.abs(_way_covered(start, expected, end))
    too_early = share < EARLIEST_PLAN_SHARE * (1.0 - _DUST)
    return np.where(too_early, np.nan, _way_covered(start, now, expected))


def to_target(actual: SupportsFloat, target: SupportsFloat, *, direction: Direction) -> float | None:
    """actual / target (higher is better) or target / actual (lower is better); a secondary figure.

    None where the plain ratio breaks: a zero or mixed signs.
    """
    return only(to_target_batch(number("actual", actual), number("target", target), direction=direction))


def to_target_batch(actual: Column, target: Column, *, direction: DirectionColumn) -> FloatArray:
    """`to_target` for many KPIs, NaN where the plain ratio breaks."""
    now, goal = columns(actual=actual, target=target)
    with np.errstate(all="ignore"):
        ratio = np.where(wants_higher(direction), now / goal, goal / now)
    comparable = (np.sign(now) == np.sign(goal)) & (now != 0) & np.isfinite(ratio)
    return np.where(comparable, ratio, np.nan)


def planned_value(positions: Sequence[float], values: Numbers, at: SupportsFloat) -> float | None:
    """The planned value at `at` on a target series, linear between its points.

    `positions` rise strictly (for example day numbers), one a value. None before the first point or without
    points; after the last point the last value holds.
    """
    where, planned = numbers("positions", positions), numbers("values", values)
    moment = number("at", at)
    if where.size != planned.size:
        raise MethodError("values", "one value a position is expected")
    if np.any(np.diff(where) <= 0):
        raise MethodError("positions", "they must rise strictly")
    if where.size == 0 or moment < where[0]:
        return None
    return float(np.interp(moment, where, planned))


def _way_covered(start: FloatArray, now: FloatArray, end: FloatArray) -> FloatArray:
    with np.errstate(all="ignore"):
        gain, way = now - start, end - start
        # Near the largest float a difference can overflow although the ratio is ordinary.
        huge = np.isinf(gain) | np.isinf(way)
        gain = np.where(huge, now / 2 - start / 2, gain)
        way = np.where(huge, end / 2 - start / 2, way)
        ratio = gain / way + 0.0  # + 0.0 turns a negative zero into 0
    return np.where(np.isfinite(ratio), ratio, np.nan)


def _within_tolerance(distance: FloatArray, goal: FloatArray, tolerance: FloatArray) -> FloatArray:
    allowed = np.where(np.isnan(tolerance), DEFAULT_TOLERANCE * np.abs(goal), tolerance)
    with np.errstate(all="ignore"):
        score = np.maximum(0.0, 1.0 - distance / allowed)
    return np.where(allowed > 0, score, np.nan)


def _refuse_non_positive(tolerance: FloatArray) -> None:
    if np.any(tolerance <= 0):
        raise MethodError("tolerance", "it must be above 0")
