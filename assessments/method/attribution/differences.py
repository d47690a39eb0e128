"""Did it change more where the roll-out was than where it was not? (METHOD §4).

Sources: Card & Krueger 1994; Cameron & Miller 2015 (clusters, small-sample factor).
"""

import math
from typing import Final

import numpy as np

from assessments.method.arguments import FloatArray, Numbers, numbers
from assessments.method.attribution.estimate import Estimate, estimated
from assessments.method.errors import MethodError

FEWEST_UNITS: Final = 2
"""A single unit on a side fits itself exactly: no scatter could be seen, so there is no inference."""
_PARAMETERS: Final = 4
_LARGEST: Final = 1e150
"""Squares of larger changes fit no float."""


def difference_in_differences(
    treated_before: Numbers, treated_after: Numbers, control_before: Numbers, control_after: Numbers
) -> Estimate:
    """The mean change of treated units minus the mean change of control units, in the KPI's unit.

    One value a unit (a site, a department), before and after paired by position. The standard error is that
    of y = unit group + period + both, clustered by unit, with the factor G/(G − 1) · (N − 1)/(N − 4) for G
    units and N = 2G values; interval from t with G − 1 degrees of freedom. Under two units on a side there is
    a value only; None without any unit on a side.
    """
    treated = _changes("treated", treated_before, treated_after)
    control = _changes("control", control_before, control_after)
    if not (treated.size and control.size):
        return Estimate(None, None, None, None, None)
    value, error = float(treated.mean() - control.mean()), math.nan
    units = treated.size + control.size
    if min(treated.size, control.size) >= FEWEST_UNITS:
        factor = units / (units - 1) * (2 * units - 1) / (2 * units - _PARAMETERS)
        error = math.sqrt(factor * (_scatter(treated) + _scatter(control)))
    return estimated(np.array([value]), np.array([error]), np.array([units - 1.0])).at(0)


def _changes(group: str, before: Numbers, after: Numbers) -> FloatArray:
    earlier, later = numbers(f"{group}_before", before), numbers(f"{group}_after", after)
    if earlier.size != later.size:
        raise MethodError(f"{group}_after", f"{later.size} units where before has {earlier.size}")
    with np.errstate(over="ignore"):
        changes: FloatArray = later - earlier
    if not np.isfinite(changes).all() or np.any(np.abs(changes) > _LARGEST):
        raise MethodError(f"{group}_after", "the change of a unit is too large")
    return changes


def _scatter(changes: FloatArray) -> float:
    """The variance of the mean of a group's changes, as the cluster sandwich has it."""
    return float(np.sum(((changes - changes.mean()) / changes.size) ** 2))
