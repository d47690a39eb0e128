"""Level and trend before and after a change: interrupted time series (METHOD §4).

Ordinary least squares with Newey-West standard errors, written for many series at once (statsmodels, against
which it is tested, takes milliseconds a series). Sources: Newey & West 1987; Linden 2015 (itsa); Bernal,
Cummins & Gasparrini 2017 (season by Fourier terms); Datta & Du 2012 (gaps: the lag counts periods).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assessments.method.arguments import FloatArray, gapped, gapped_table
from assessments.method.attribution.calendars import (
    DUST,
    Places,
    Series,
    SeriesTable,
    at_size_one,
    by_calendar,
    in_unit,
    season_length,
)
from assessments.method.attribution.estimate import Estimate, Estimates, estimated
from assessments.method.errors import MethodError

FEWEST_POINTS: Final = 12
FEWEST_A_SIDE: Final = 6
TERMS: Final = ("intercept", "trend", "level_change", "trend_change")


@dataclass(frozen=True, slots=True)
class InterruptedSeries:
    """y = intercept + trend·t + level_change·after + trend_change·after·(t − change_at), t from 0, per period.

    Without inference (under 12 values, or 6 on a side) the estimates have a value only; None where not even a
    line can be drawn (under 2 values on a side). `lag`: of the standard errors, in periods.
    """

    intercept: Estimate
    trend: Estimate
    level_change: Estimate
    trend_change: Estimate
    lag: int


@dataclass(frozen=True, slots=True)
class InterruptedTable:
    """`InterruptedSeries` of many series: `estimates` are rows × (intercept, trend, level, trend change)."""

    estimates: Estimates
    lag: NDArray[np.intp]


def interrupted_time_series(
    values: Series, change_at: int, *, lag: int | None = None, season: int | None = None
) -> InterruptedSeries:
    """Change of level and of trend at `change_at`, the index of the first period after the change.

    `values` in time order, None or NaN where one is missing. Newey-West standard errors (Bartlett weights,
    factor n/(n − k)), intervals from t with n − k degrees of freedom; `lag` default ⌊T^¼⌋ for T periods.
    `season` (periods in a year) adds a wave through the year, from two years of periods on a second one of
    half its length.
    """
    row = gapped("values", values)[None, :]
    table = interrupted_time_series_batch(row, [change_at], lag=lag, season=season)
    intercept, trend, level_change, trend_change = (table.estimates.at(0, term) for term in range(4))
    return InterruptedSeries(intercept, trend, level_change, trend_change, int(table.lag[0]))


def interrupted_time_series_batch(
    values: SeriesTable,
    change_at: Sequence[int] | Places,
    *,
    lag: int | None = None,
    season: int | None = None,
) -> InterruptedTable:
    """`interrupted_time_series` of every row; `change_at` one a row; shorter rows end in NaN."""
    given = gapped_table("values", values)
    changes = _changes(change_at, given.shape[0])
    _refuse_negative(lag)
    cycle = season_length(season)
    table, first, exponents = at_size_one(given)
    value, error, freedom = np.full((3, given.shape[0], len(TERMS)), np.nan)
    lags = np.zeros(given.shape[0], dtype=np.intp)
    for rows, places in by_calendar(~np.isnan(table), changes):
        change = int(changes[rows[0]])
        lags[rows] = used = _usual_lag(places) if lag is None else lag
        if _fewest_on_a_side(places, change) < 2:
            continue
        observed, design = table[np.ix_(rows, places)], _design(places, change, cycle)
        if not _allows_inference(places, change, design):
            value[rows] = observed @ np.linalg.pinv(design[:, : len(TERMS)]).T
            continue
        value[rows], error[rows] = _newey_west(observed, design, places, used)
        freedom[rows] = places.size - design.shape[1]
    value = np.where(np.abs(value) <= DUST, 0.0, value)
    value[:, 0] += first
    each = exponents[:, None]
    return InterruptedTable(estimated(in_unit(value, each), in_unit(error, each), freedom), lags)


def _design(places: Places, change: int, season: int | None) -> FloatArray:
    """Columns: 1, t, after, after·(t − change), and the waves of a season."""
    after = (places >= change).astype(np.float64)
    columns = [np.ones(places.size), places, after, after * (places - change)]
    if season is not None:
        cycles = 1 if places[-1] + 1 < 2 * season else 2
        for wave in range(1, min(cycles, season // 2) + 1):
            angle = 2 * math.pi * wave * places / season
            # Of the shortest wave there is (up, down, up …) only the cosine differs from zero.
            columns += [np.cos(angle)] if 2 * wave == season else [np.sin(angle), np.cos(angle)]
    return np.column_stack(columns)


def _newey_west(
    observed: FloatArray, design: FloatArray, places: Places, lag: int
) -> tuple[FloatArray, FloatArray]:
    """Coefficients and standard errors of the four terms, rows × 4."""
    terms = len(TERMS)
    solution = np.linalg.pinv(design)
    coefficients = observed @ solution.T
    rest = observed - coefficients @ design.T
    rest[np.abs(rest) <= DUST] = 0.0
    # What each period contributes to each coefficient; 0 in gaps, so that lags count periods.
    share = np.zeros((observed.shape[0], int(places[-1]) + 1, terms))
    share[:, places] = rest[:, :, None] * solution[:terms].T
    variance = np.einsum("rtk,rtk->rk", share, share)
    for step in range(1, min(lag, share.shape[1] - 1) + 1):
        together = np.einsum("rtk,rtk->rk", share[:, step:], share[:, :-step])
        variance += 2 * (1 - step / (lag + 1)) * together
    size, parameters = design.shape
    return coefficients[:, :terms], np.sqrt(np.maximum(variance, 0.0) * size / (size - parameters))


def _allows_inference(places: Places, change: int, design: FloatArray) -> bool:
    size, parameters = design.shape
    if size < FEWEST_POINTS or _fewest_on_a_side(places, change) < FEWEST_A_SIDE or size <= parameters:
        return False
    return bool(np.linalg.matrix_rank(design) == parameters)


def _fewest_on_a_side(places: Places, change: int) -> int:
    return int(min(np.sum(places < change), np.sum(places >= change)))


def _usual_lag(places: Places) -> int:
    periods = int(places[-1]) + 1 if places.size else 0
    return math.floor(math.sqrt(math.sqrt(periods)))


def _changes(change_at: Sequence[int] | Places, rows: int) -> Places:
    changes = np.asarray(change_at)
    if changes.dtype.kind not in "iu" or changes.ndim != 1:
        raise MethodError("change_at", f"the index of a period is expected, not {change_at!r}")
    if np.any(changes < 0):
        raise MethodError("change_at", "an index of 0 or more is expected")
    if changes.size != rows:
        raise MethodError("change_at", f"{changes.size} changes for {rows} rows")
    return changes.astype(np.intp)


def _refuse_negative(lag: int | None) -> None:
    if lag is None:
        return
    if isinstance(lag, bool) or not isinstance(lag, (int, np.integer)) or lag < 0:
        raise MethodError("lag", f"a whole number of periods, 0 or more, is expected, not {lag!r}")
