"""Naive, seasonal naive and drift (fpp3 ch. 5.2), with their standard deviations (fpp3 ch. 5.5).

σ² is the sum of squared one-step errors over their number, less one for the slope of drift.
"""

from typing import Final

import numpy as np

from assessments.method.arguments import FloatArray
from assessments.method.forecasting.projection import Projection, nothing, squares_of

FEWEST_ERRORS: Final = 2
"""One-step errors under which no standard deviation is given."""


def naive(values: FloatArray, horizon: int, _season: int) -> Projection:
    """The last value; σ√h."""
    steps = np.arange(1, horizon + 1)
    spread = _deviation(np.diff(values, axis=1))[:, None] * np.sqrt(steps)
    return Projection(np.repeat(values[:, -1:], horizon, axis=1), spread)


def seasonal_naive(values: FloatArray, horizon: int, season: int) -> Projection:
    """The last value of the same season; σ√(k+1), k full seasons before h. From one cycle on."""
    rows, length = values.shape
    if not season or length < season:
        return nothing(rows, horizon)
    ahead = np.arange(horizon)
    spread = _deviation(values[:, season:] - values[:, :-season])[:, None] * np.sqrt(ahead // season + 1)
    return Projection(values[:, length - season + ahead % season], spread)


def drift(values: FloatArray, horizon: int, _season: int) -> Projection:
    """The line through the first and the last value; σ√(h(1+h/(T−1)))."""
    rows, length = values.shape
    if length < 2:
        return nothing(rows, horizon)
    steps = np.arange(1, horizon + 1)
    slope = (values[:, -1:] - values[:, :1]) / (length - 1)
    sigma = _deviation(np.diff(values, axis=1) - slope, estimated=1)
    spread = sigma[:, None] * np.sqrt(steps * (1 + steps / (length - 1)))
    return Projection(values[:, -1:] + slope * steps, spread)


def _deviation(errors: FloatArray, estimated: int = 0) -> FloatArray:
    count = errors.shape[1] - estimated
    if count < FEWEST_ERRORS:
        return np.full(errors.shape[0], np.nan)
    deviation: FloatArray = np.sqrt(squares_of(errors) / count)
    return deviation
