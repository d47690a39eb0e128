"""The Theta method of the M3 competition, in the form of Hyndman & Billah 2003.

Simple exponential smoothing from the first value, plus half of the linear trend's slope. A season is taken
out first (classical additive decomposition) where its autocorrelation is significant at 10 %, the test of the
M3 entry (Assimakopoulos & Nikolopoulos 2000).
"""

from typing import Final

import numpy as np

from assessments.method.arguments import BoolArray, FloatArray
from assessments.method.forecasting.projection import EXACT, Projection, nothing, squares_of

FEWEST_VALUES: Final = 4
_SIGNIFICANT: Final = 2.705543454095404
"""The 90 % point of chi-squared with one degree of freedom."""
_ALPHAS: Final = 40
_ZOOMS: Final = 8


def theta(values: FloatArray, horizon: int, season: int) -> Projection:
    rows, length = values.shape
    if length < FEWEST_VALUES:
        return nothing(rows, horizon)
    result = nothing(rows, horizon)
    seasonal = np.zeros(rows, dtype=np.bool_)
    if season > 1 and length >= 2 * season:
        seasonal = has_season(values, season)
    plain = np.flatnonzero(~seasonal)
    result.put(plain, _unseasonal(values[plain], horizon, 0))
    members = np.flatnonzero(seasonal)
    if members.size:
        effects = seasonal_effects(values[members], season)
        adjusted = values[members] - effects[:, np.arange(length) % season]
        inner = _unseasonal(adjusted, horizon, season - 1)
        again = effects[:, (length + np.arange(horizon)) % season]
        result.put(members, Projection(inner.mean + again, inner.spread))
    return result


def has_season(values: FloatArray, season: int) -> BoolArray:
    """Whether the autocorrelation at the season stands out of those before it."""
    length = values.shape[1]
    around = values - values.mean(axis=1, keepdims=True)
    total = squares_of(around)
    products = [
        np.einsum("nt,nt->n", around[:, lag:], around[:, : length - lag]) for lag in range(season + 1)
    ]
    with np.errstate(all="ignore"):
        correlations = np.stack(products) / total
        statistic = length * correlations[-1] ** 2 / np.sum(correlations[:-1] ** 2, axis=0)
    found: BoolArray = (statistic > _SIGNIFICANT) & (total > EXACT * length)
    return found


def seasonal_effects(values: FloatArray, season: int) -> FloatArray:
    """Rows × season, summing to 0: mean distance from the centred moving average, by place in the cycle."""
    window = np.ones(season) if season % 2 else np.r_[0.5, np.ones(season - 1), 0.5]
    views = np.lib.stride_tricks.sliding_window_view(values, window.size, axis=1)
    trend = np.einsum("ntw,w->nt", views, window) / season
    half = window.size // 2
    distance = values[:, half : values.shape[1] - half] - trend
    places = (np.arange(distance.shape[1]) + half) % season
    means = [distance[:, places == place].mean(axis=1) for place in range(season)]
    effects = np.stack(means, axis=1)
    around: FloatArray = effects - effects.mean(axis=1, keepdims=True)
    return around


def _unseasonal(values: FloatArray, horizon: int, estimated: int) -> Projection:
    """`estimated` parameters were spent on the season."""
    length = values.shape[1]
    times = np.arange(length) - (length - 1) / 2
    slope = (values @ times) / (times @ times)
    alpha = best_alpha(values)
    errors, level = _smooth(values, alpha)
    ahead = np.arange(horizon) + ((1 - (1 - alpha) ** length) / alpha)[:, None]
    mean = level[:, None] + 0.5 * slope[:, None] * ahead
    # The smoothing and the slope were estimated; the first error is 0 by the choice of the start.
    freedom = max(1, length - 1 - 2 - estimated)
    variance = squares_of(errors) / freedom
    growth = 1 + np.arange(horizon) * alpha[:, None] ** 2
    return Projection(mean, np.sqrt(variance[:, None] * growth))


def best_alpha(values: FloatArray) -> FloatArray:
    """The α of simple exponential smoothing from the first value with the least squared errors."""
    trials = (np.arange(_ALPHAS) + 0.5) / _ALPHAS
    sums = _squares(values, trials[:, None])
    nearly = sums <= sums.min(axis=0) * (1 + 1e-9)
    alpha: FloatArray = trials[nearly.argmax(axis=0)]
    best = _squares(values, alpha)
    step = 0.5 / _ALPHAS
    for _zoom in range(_ZOOMS):
        for sign in (-1.0, 1.0):
            trial = np.clip(alpha + sign * step, 1e-4, 1.0)
            squares = _squares(values, trial)
            better = squares < best * (1 - 1e-9)
            alpha, best = np.where(better, trial, alpha), np.where(better, squares, best)
        step /= 2
    return alpha


def _smooth(values: FloatArray, alpha: FloatArray) -> tuple[FloatArray, FloatArray]:
    level = values[:, 0]
    errors = np.zeros_like(values)
    for period in range(1, values.shape[1]):
        errors[:, period] = values[:, period] - level
        level = level + alpha * errors[:, period]
    return errors, level


def _squares(values: FloatArray, alpha: FloatArray) -> FloatArray:
    """Sum of squared errors; `alpha` one a series, or trials × 1."""
    level = values[:, 0]
    total: FloatArray = np.zeros(np.broadcast_shapes(alpha.shape, level.shape))
    for value in values.T[1:]:
        error = value - level
        level = level + alpha * error
        total += error * error
    floored: FloatArray = np.maximum(total, EXACT * values.shape[1])
    return floored
