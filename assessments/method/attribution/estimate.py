"""A figure with its uncertainty."""

from dataclasses import dataclass

import numpy as np

from assessments.method.arguments import FloatArray
from assessments.method.attribution.student_t import margin, two_sided


@dataclass(frozen=True, slots=True)
class Estimate:
    """Value in the unit of the values, standard error, 95 % interval, two-sided p-value.

    All but the value are None where there are too few values for inference; the value too, where it cannot be
    said.
    """

    value: float | None
    se: float | None
    low: float | None
    high: float | None
    p_value: float | None


@dataclass(frozen=True, slots=True)
class Estimates:
    """`Estimate` for many KPIs: arrays of one shape, NaN for None."""

    value: FloatArray
    se: FloatArray
    low: FloatArray
    high: FloatArray
    p_value: FloatArray

    def at(self, *place: int) -> Estimate:
        arrays = (self.value, self.se, self.low, self.high, self.p_value)
        return Estimate(*(None if np.isnan(array[place]) else float(array[place]) for array in arrays))


def estimated(value: FloatArray, se: FloatArray, freedom: FloatArray) -> Estimates:
    """Estimates by Student's t; a standard error of 0 leaves no doubt, one of NaN no inference."""
    with np.errstate(invalid="ignore", divide="ignore"):
        distance = np.where(se == 0, np.where(value == 0, 0.0, np.inf), np.abs(value) / se)
    distance = np.where(np.isnan(se), np.nan, distance)
    reach = margin(freedom) * se
    return Estimates(value, se, value - reach, value + reach, two_sided(distance, freedom))
