"""What every forecasting procedure answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from assessments.method.arguments import FloatArray

IntArray: TypeAlias = NDArray[np.intp]

EXACT: Final = 1e-12
"""Squared error a value, of series scaled to 1, under which a fit counts as exact."""


@dataclass(frozen=True, slots=True)
class Projection:
    """Means and standard deviations of the error, rows × horizon; NaN where they cannot be said."""

    mean: FloatArray
    spread: FloatArray

    def put(self, rows: IntArray, other: "Projection") -> None:
        self.mean[rows], self.spread[rows] = other.mean, other.spread


Procedure: TypeAlias = Callable[[FloatArray, int, int], Projection]
"""(values rows × periods without gaps, horizon, season or 0) → projection."""


def nothing(rows: int, horizon: int) -> Projection:
    return Projection(np.full((rows, horizon), np.nan), np.full((rows, horizon), np.nan))


def squares_of(errors: FloatArray) -> FloatArray:
    """Sum of squares of each row."""
    total: FloatArray = np.einsum("nt,nt->n", errors, errors)
    return total


def residual_squares(errors: FloatArray) -> FloatArray:
    """`squares_of`, not below what counts as exact."""
    total: FloatArray = np.maximum(squares_of(errors), EXACT * errors.shape[1])
    return total
