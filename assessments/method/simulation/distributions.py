"""The two things nobody knows beforehand: how much of a plan comes true, and how late."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from assessments.method.arguments import FloatArray, number
from assessments.method.errors import MethodError

FEW: Final = 5
"""Closed benefits under which a page says aloud that the ratio is mostly the stated prior."""


def _checked(name: str, mean: float, sd: float) -> None:
    if number(name, mean) < 0 or number(name, sd) < 0:
        raise MethodError(name, "mean and standard deviation must not be negative")
    if mean == 0 and sd > 0:
        raise MethodError(name, "a mean of 0 leaves no room for a standard deviation")


@dataclass(frozen=True, slots=True)
class Realisation:
    """Realised ÷ planned: mean and standard deviation over benefits of one class, drawn as log-normal.

    `n`: closed benefits of the organization it rests on.
    """

    mean: float
    sd: float
    n: int = 0

    def __post_init__(self) -> None:
        _checked("realisation", self.mean, self.sd)

    @property
    def stated(self) -> bool:
        """Whether it rests on fewer than five closed benefits, so mostly on the stated prior."""
        return self.n < FEW


@dataclass(frozen=True, slots=True)
class Delay:
    """Months by which benefits come later than planned: mean and standard deviation, drawn as log-normal."""

    mean: float
    sd: float = 0.0

    def __post_init__(self) -> None:
        _checked("delay", self.mean, self.sd)


NO_DELAY: Final = Delay(0.0)


def lognormal(mean: float, sd: float, normal: FloatArray) -> FloatArray:
    """Log-normal numbers of this mean and standard deviation, one for each standard normal one.

    The mean itself where the standard deviation is 0, so that what is certain is certain to the last digit.
    """
    if mean == 0 or sd == 0:
        return np.full(normal.shape, float(mean))
    variance = math.log1p((sd / mean) ** 2)
    drawn: FloatArray = np.exp(math.log(mean) - variance / 2 + math.sqrt(variance) * normal)
    return drawn
