"""How often the verdict is wrong, and how often it sees a change: simulated KPIs, asked each month.

The full table, with more KPIs, is in `assessments/method/attribution/verdict.py`.
"""

import numpy as np
import pytest

from assessments.method.arguments import FloatArray
from assessments.method.attribution import verdict_batch

MONTHS = 12
FIRST = 6


def noise(random: np.random.Generator, rows: int, months: int, correlation: float) -> FloatArray:
    """Stationary, standard deviation 1, lag-1 correlation as given."""
    values = random.standard_normal((rows, months))
    for month in range(1, months):
        values[:, month] = correlation * values[:, month - 1] + np.sqrt(1 - correlation**2) * values[:, month]
    return values


def ever_real(
    months_before: int,
    correlation: float,
    *,
    shift: float = 0.0,
    swing: float = 0.0,
    go_live: int = 0,
    rows: int,
) -> float:
    """The share of KPIs called real in any of the months 6 to 12 after go-live; `go_live`: month of the year."""
    random = np.random.default_rng([20261124, months_before, round(10 * correlation), go_live])
    month = np.arange(-months_before, MONTHS)
    values = noise(random, rows, month.size, correlation)
    values += swing * np.sin(2 * np.pi * (month + go_live) / 12) + shift * (month >= 0)
    before, after = values[:, :months_before], values[:, months_before:]
    called = np.zeros(rows, dtype=bool)
    for months in range(FIRST, MONTHS + 1):
        called |= verdict_batch(before, after[:, :months], direction="higher", season=12).word == "real"
    return float(called.mean())


@pytest.mark.parametrize(("correlation", "most"), [(0.0, 0.10), (0.5, 0.15)])
@pytest.mark.parametrize("months_before", [6, 9, 12, 24])
def test_without_a_change_few_are_ever_called_real(
    months_before: int, correlation: float, most: float
) -> None:
    assert ever_real(months_before, correlation, rows=3000) <= most


@pytest.mark.parametrize(("correlation", "most"), [(0.0, 0.10), (0.5, 0.15)])
@pytest.mark.parametrize("months_before", [6, 9, 12, 24])
@pytest.mark.parametrize("go_live", [0, 3, 6, 9])
def test_a_season_is_not_taken_for_a_change(
    months_before: int, correlation: float, most: float, go_live: int
) -> None:
    # At go_live 0 the months after begin with the high half of the year, the 6 before were the low half.
    assert ever_real(months_before, correlation, swing=1.0, go_live=go_live, rows=2000) <= most


@pytest.mark.parametrize("correlation", [0.0, 0.5])
@pytest.mark.parametrize("months_before", [12, 24])
@pytest.mark.parametrize("swing", [0.0, 1.0])
def test_a_shift_of_two_standard_deviations_is_seen_within_the_year(
    months_before: int, correlation: float, swing: float
) -> None:
    assert ever_real(months_before, correlation, shift=2.0, swing=swing, rows=4000) >= 0.90


def test_half_a_year_of_another_season_is_mostly_enough_for_two_standard_deviations() -> None:
    # Honest: with six months before, and no month of the year on both sides until month 7, more is not to be had.
    assert ever_real(6, 0.0, shift=2.0, rows=2000) >= 0.6
    assert ever_real(6, 0.0, shift=2.0, swing=1.0, go_live=6, rows=2000) >= 0.45
