"""Which method forecast this series best so far: the rolling-origin back-test (fpp3 ch. 5.10)."""

from collections.abc import Sequence
from functools import partial
from typing import Final, Literal, TypeAlias

import numpy as np

from assessments.method.arguments import FloatArray
from assessments.method.forecasting.benchmarks import drift, naive, seasonal_naive
from assessments.method.forecasting.ets import ets
from assessments.method.forecasting.history import Histories
from assessments.method.forecasting.projection import IntArray, Procedure
from assessments.method.forecasting.theta import theta

Method: TypeAlias = Literal["naive", "seasonal_naive", "drift", "theta", "ets"]
METHODS: Final[tuple[Method, ...]] = ("naive", "seasonal_naive", "drift", "theta", "ets")
"""From the simplest on: of two that do equally well the earlier one is taken."""

PROCEDURES: Final[dict[Method, Procedure]] = {
    "naive": naive,
    "seasonal_naive": seasonal_naive,
    "drift": drift,
    "theta": theta,
    "ets": ets,
}
_QUICK: Final[dict[Method, Procedure]] = {**PROCEDURES, "ets": partial(ets, refined=False)}

FEWEST_BEFORE: Final = 6
"""Values a forecast of the back-test starts from at least, and a full season where one is used."""
MOST_ORIGINS: Final = 12
FEWEST_TO_CHOOSE: Final = FEWEST_BEFORE + 2
_TIE: Final = 1e-9


def back_test(histories: Histories, horizon: int, season: int, methods: Sequence[Method]) -> FloatArray:
    """Mean absolute errors methods × series, of series scaled to ±1; infinite where a method cannot say.

    Every method is run anew from each of the newest 12 origins (fewer where the series is short), knowing only
    what lies before; errors over 1 … horizon steps, all weighing the same, at known values only. `season`: 0
    without two full cycles. At least `FEWEST_TO_CHOOSE` values are needed.
    """
    values = histories.values
    rows, length = values.shape
    sums, count = np.zeros((len(methods), rows)), np.zeros(rows)
    for origin in range(max(FEWEST_BEFORE, season, length - MOST_ORIGINS), length):
        steps = min(horizon, length - origin)
        ahead = slice(origin, origin + steps)
        count += histories.known[:, ahead].sum(axis=1)
        for place, method in enumerate(methods):
            mean = _QUICK[method](values[:, :origin], steps, season).mean
            misses = np.where(histories.known[:, ahead], np.abs(values[:, ahead] - mean), 0.0)
            sums[place] += misses.sum(axis=1)
    # The last value of a history is known, so no count is 0.
    return np.where(np.isnan(sums), np.inf, sums / count)


def least(errors: FloatArray) -> IntArray:
    """The method of each series with the least error, the first of equals."""
    chosen = np.zeros(errors.shape[1], dtype=np.intp)
    best = errors[0].copy()
    for place, row in enumerate(errors):
        better = row < best - _TIE
        chosen[better], best = place, np.where(better, row, best)
    return chosen
