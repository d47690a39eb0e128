"""Forecasts of KPI series with intervals (METHOD §5)."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, SupportsFloat

import numpy as np

from assessments.method.arguments import BoolArray, Column, FloatArray, number, whole_number
from assessments.method.errors import MethodError
from assessments.method.forecasting.choosing import (
    FEWEST_TO_CHOOSE,
    METHODS,
    PROCEDURES,
    Method,
    back_test,
    least,
)
from assessments.method.forecasting.history import Histories, histories, table_with_gaps
from assessments.method.forecasting.projection import Projection, nothing

MOST_GAPS: Final = 0.25
MOST_PERIODS: Final = 520


@dataclass(frozen=True, slots=True)
class Forecast:
    """A value a period ahead, in the unit of the values; None where it cannot be said."""

    mean: tuple[float | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    method: Method | None
    mase: float | None


@dataclass(frozen=True, slots=True)
class Forecasts:
    """`Forecast` of many series: arrays series × horizon (`mase`: one a series), NaN for None."""

    mean: FloatArray
    low: FloatArray
    high: FloatArray
    method: tuple[Method | None, ...]
    mase: FloatArray

    def __getitem__(self, row: int) -> Forecast:
        mase = float(self.mase[row])
        return Forecast(
            mean=_said(self.mean[row]),
            low=_said(self.low[row]),
            high=_said(self.high[row]),
            method=self.method[row],
            mase=None if np.isnan(mase) else mase,
        )


def forecast(
    values: Iterable[SupportsFloat | None] | FloatArray,
    horizon: int,
    *,
    season: int | None = None,
    level: float = 0.8,
    method: Method | None = None,
) -> Forecast:
    """The `horizon` periods after the last of `values`, with the interval that holds `level` of what comes.

    `season`: periods of a cycle (12 for months), used from two full cycles on. `method` None: the one with
    the least mean absolute error on the series' own back-test, the simpler of equals. Gaps (None, NaN):
    between values the line from one to the next; empty newest periods are not filled but forecast first, so
    the answer always begins after the last period given. Under 8 values, or with more than a quarter of them
    filled, nothing can be chosen: naive, without MASE; under 3 values (or so many gaps) also without bounds;
    no value at all: None. `mase`: back-test error over the mean absolute step from season to season (without
    season: from value to value); None when that is 0.
    """
    return forecast_batch([values], horizon, season=season, level=level, method=method)[0]


def forecast_batch(
    values: Iterable[Column],
    horizon: int,
    *,
    season: int | None = None,
    level: float = 0.8,
    method: Method | None = None,
) -> Forecasts:
    """`forecast` of every row of series × periods; all share the last period and the season."""
    table = table_with_gaps("values", values)
    ahead = whole_number("horizon", horizon, 1, MOST_PERIODS)
    cycle = 0 if season is None else whole_number("season", season, 1, MOST_PERIODS)
    cycle = 0 if cycle == 1 else cycle
    reach = _multiplier(level)
    if method is not None and method not in METHODS:
        raise MethodError("method", f"one of {', '.join(METHODS)} is expected, not {method!r}")
    if method == "seasonal_naive" and not cycle:
        raise MethodError("season", f"{method} needs a season of at least 2 periods")
    all_rows = nothing(table.shape[0], ahead)
    names: list[Method | None] = [None] * table.shape[0]
    mase = np.full(table.shape[0], np.nan)
    for group in histories(table):
        chosen, errors = _choose(group, ahead, cycle, method)
        mase[group.rows] = _scaled(errors, group.values, cycle)
        for name in dict.fromkeys(chosen):
            members = np.array([one == name for one in chosen])
            all_rows.put(group.rows[members], _project(group, members, name, ahead, cycle))
        for row, name in zip(group.rows.tolist(), chosen, strict=True):
            names[row] = name
    around = reach * all_rows.spread
    return Forecasts(all_rows.mean, all_rows.mean - around, all_rows.mean + around, tuple(names), mase)


def _choose(
    group: Histories, horizon: int, season: int, method: Method | None
) -> tuple[list[Method], FloatArray]:
    """(method of each series, its back-test error, NaN without one)."""
    rows, length = group.values.shape
    enough = _is_dense(group) & (length >= FEWEST_TO_CHOOSE)
    errors = np.full(rows, np.nan)
    names: list[Method] = [method or "naive"] * rows
    if not enough.any():
        return names, errors
    candidates: Sequence[Method] = (method,) if method else METHODS
    tests = back_test(group, horizon, season if length >= 2 * season else 0, candidates)
    best = least(tests)
    for row in np.flatnonzero(enough).tolist():
        names[row] = candidates[best[row]]
        errors[row] = tests[best[row], row]
    return names, np.where(np.isfinite(errors), errors, np.nan)


def _project(group: Histories, members: BoolArray, method: Method, horizon: int, season: int) -> Projection:
    """The forecasts in the unit of the values, from the end of the table on."""
    values, behind = group.values[members], group.behind[members]
    length = values.shape[1]
    cycle = season if length >= 2 * season else 0
    longest = PROCEDURES[method](values, horizon + int(behind.max(initial=0)), cycle)
    ahead = behind[:, None] + np.arange(horizon)
    mean = np.take_along_axis(longest.mean, ahead, axis=1)
    spread = np.take_along_axis(longest.spread, ahead, axis=1)
    spread[~_is_dense(group)[members]] = np.nan
    centre, scale = group.centre[members, None], group.scale[members, None]
    return Projection(mean * scale + centre, spread * scale)


def _is_dense(group: Histories) -> BoolArray:
    dense: BoolArray = group.known.mean(axis=1) >= 1 - MOST_GAPS
    return dense


def _scaled(errors: FloatArray, values: FloatArray, season: int) -> FloatArray:
    """MASE: errors over the mean absolute in-sample error of (seasonal) naive (Hyndman & Koehler 2006)."""
    length = values.shape[1]
    lag = season if season and length >= 2 * season else 1
    if length <= lag:
        return np.full(errors.size, np.nan)
    steps = np.abs(values[:, lag:] - values[:, :-lag]).mean(axis=1)
    with np.errstate(all="ignore"):
        return np.where(steps > 1e-12, errors / steps, np.nan)


def _multiplier(level: float) -> float:
    share = number("level", level)
    if not 0 < share < 1:
        raise MethodError("level", f"a share between 0 and 1 is expected, not {level!r}")
    return statistics.NormalDist().inv_cdf((1 + share) / 2)


def _said(row: FloatArray) -> tuple[float | None, ...]:
    return tuple(None if np.isnan(value) else value for value in row.tolist())
