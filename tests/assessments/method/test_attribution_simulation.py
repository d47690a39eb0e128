"""How often the verdict is wrong, and how often it sees a change: simulated KPIs, asked each month.

The full table, with more KPIs, is in `assessments/method/attribution/verdict.py`.
"""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from assessments.method.arguments import FloatArray
from assessments.method.attribution import verdict_batch

MONTHS = 12
FIRST = 6
ALLOWED = [(0.0, 0.10), (0.5, 0.15)]
"""Lag-1 correlation, and the largest share of KPIs without a change that may be called real."""
Months = NDArray[np.int_]


def noise(random: np.random.Generator, rows: int, months: int, correlation: float) -> FloatArray:
    """Stationary, standard deviation 1, lag-1 correlation as given."""
    values = random.standard_normal((rows, months))
    for month in range(1, months):
        values[:, month] = correlation * values[:, month - 1] + np.sqrt(1 - correlation**2) * values[:, month]
    return values


def wave(month: Months) -> FloatArray:
    return np.sin(2 * np.pi * month / 12)


def halves(month: Months) -> FloatArray:
    """A high half of the year and a low one."""
    return np.where(month % 12 < 6, 1.0, -1.0)


def ever_real(
    months_before: int,
    correlation: float,
    *,
    rows: int,
    shift: float = 0.0,
    season: Callable[[Months], FloatArray] | None = None,
    go_live: int = 0,
) -> float:
    """The share of KPIs called real in any of the months 6 to 12 after go-live.

    `season` has a standard deviation of the noise to each side; `go_live` is a month of its year.
    """
    random = np.random.default_rng([20261124, months_before, round(10 * correlation), go_live])
    month = np.arange(-months_before, MONTHS)
    values = noise(random, rows, month.size, correlation) + shift * (month >= 0)
    if season is not None:
        values += season(month + go_live)
    before, after = values[:, :months_before], values[:, months_before:]
    called = np.zeros(rows, dtype=bool)
    for months in range(FIRST, MONTHS + 1):
        called |= verdict_batch(before, after[:, :months], direction="higher", season=12).word == "real"
    return float(called.mean())


@pytest.mark.parametrize(("correlation", "most"), ALLOWED)
@pytest.mark.parametrize("months_before", [6, 9, 12, 24])
def test_without_a_change_few_are_ever_called_real(
    months_before: int, correlation: float, most: float
) -> None:
    assert ever_real(months_before, correlation, rows=3000) <= most


@pytest.mark.parametrize(("correlation", "most"), ALLOWED)
@pytest.mark.parametrize("months_before", [6, 9, 12, 24])
@pytest.mark.parametrize("season", [wave, halves])
def test_a_season_is_not_taken_for_a_change(
    months_before: int, correlation: float, most: float, season: Callable[[Months], FloatArray]
) -> None:
    # With a go-live in month 0 the high half of the year begins, and the six months before were the low half.
    # A full year before cancels any season exactly, so that the month of go-live no longer matters.
    for go_live in (0, 3, 6, 9) if months_before < 12 else (0,):
        assert ever_real(months_before, correlation, season=season, go_live=go_live, rows=2000) <= most


@pytest.mark.parametrize("correlation", [0.0, 0.5])
@pytest.mark.parametrize("months_before", [12, 24])
@pytest.mark.parametrize("season", [None, wave, halves])
def test_a_shift_of_two_standard_deviations_is_seen_within_the_year(
    months_before: int, correlation: float, season: Callable[[Months], FloatArray] | None
) -> None:
    assert ever_real(months_before, correlation, shift=2.0, season=season, rows=3000) >= 0.90


def test_half_a_year_before_sees_half_of_those_shifts() -> None:
    # No month of the year stands on both sides until month 7 after go-live: until then "not yet" is honest.
    assert ever_real(6, 0.0, shift=2.0, rows=2000) >= 0.5
    assert ever_real(6, 0.0, shift=2.0, season=halves, go_live=6, rows=2000) >= 0.45
