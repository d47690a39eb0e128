from collections.abc import Callable

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.method import MethodError
from assessments.method.attribution import adjusted_baseline

YEAR = [10.0, 12, 15, 11, 9, 8, 7, 8, 10, 13, 16, 20]
VOLUME = [100.0, 120, 90, 150, 130, 110, 95, 105, 160, 140, 125, 115]


def test_without_adjustment_the_baseline_is_the_mean() -> None:
    found = adjusted_baseline([4, 6, 5, 5, None, 4, 6], 3)
    assert found.values == (5, 5, 5)
    assert (found.adjustments, found.slope, found.refused) == ((), None, None)


def test_a_season_takes_the_mean_of_same_months() -> None:
    second = [value + 2 for value in YEAR]
    found = adjusted_baseline([*YEAR, *second], 14, season=12)
    assert found.values == pytest.approx([value + 1 for value in [*YEAR, *YEAR[:2]]])
    assert found.adjustments == ("season",)
    # the last month before the change is the one ahead of the first after it, wherever the series begins
    assert adjusted_baseline(YEAR[3:] + YEAR[:3], 2, season=12).values == (11, 9)


def test_a_driver_takes_the_line_through_baseline_and_driver() -> None:
    # By hand: KPI = 5 + 0.2 × volume, exactly.
    before = [5 + 0.2 * volume for volume in VOLUME]
    found = adjusted_baseline(before, 3, driver_before=VOLUME, driver_after=[100, 200, None])
    assert found.values is not None
    assert found.values[:2] == pytest.approx((25, 45))
    assert found.values[2] is None
    assert found.extrapolated == (False, True, False)
    assert found.adjustments == ("driver",)
    assert found.slope is not None
    assert found.slope.value == pytest.approx(0.2)


def test_the_line_is_that_of_statsmodels() -> None:
    random = np.random.default_rng(2)
    before = 5 + 0.2 * np.array(VOLUME) + random.standard_normal(12)
    found = adjusted_baseline(before, 2, driver_before=VOLUME, driver_after=[100, 130])
    fit = sm.OLS(before, sm.add_constant(np.array(VOLUME))).fit()
    assert found.values == pytest.approx(fit.predict([[1, 100], [1, 130]]).tolist())
    assert found.slope is not None
    assert found.slope.se == pytest.approx(fit.bse[1])
    assert (found.slope.low, found.slope.high) == pytest.approx(tuple(fit.conf_int()[1]))


def test_season_and_driver_together_are_a_line_with_a_level_for_each_month() -> None:
    volume = [*VOLUME, *(value + step for value, step in zip(VOLUME, range(0, 24, 2), strict=True))]
    before = [season + 0.5 * driver for season, driver in zip([*YEAR, *YEAR], volume, strict=True)]
    found = adjusted_baseline(before, 2, season=12, driver_before=volume, driver_after=[200, 300])
    assert found.values == pytest.approx((10 + 100, 12 + 150))
    assert found.adjustments == ("season", "driver")
    assert found.extrapolated == (True, True)


@pytest.mark.parametrize(
    ("reason", "before", "season", "driver"),
    [
        ("too_few_values", YEAR[:5], None, None),
        ("months_missing", YEAR[:11], 12, None),
        ("too_few_pairs", YEAR[:11], None, VOLUME[:11]),
        ("too_few_pairs", YEAR, 12, VOLUME),
        ("driver_constant", YEAR, None, [7.0] * 12),
        ("driver_constant", [*YEAR, *YEAR], 12, [*VOLUME, *VOLUME]),
        ("driver_unrelated", YEAR, None, [1.0, 2] * 6),
    ],
)
def test_too_little_is_refused_and_why(
    reason: str, before: list[float], season: int | None, driver: list[float] | None
) -> None:
    after = None if driver is None else driver[:12]
    periods = 12 if driver is None else len(driver[:12])
    found = adjusted_baseline(before, periods, season=season, driver_before=driver, driver_after=after)
    assert (found.refused, found.values, found.adjustments) == (reason, None, ())
    assert (found.slope is not None) == (reason == "driver_unrelated")


@given(
    st.lists(st.integers(-100, 100), min_size=24, max_size=40),
    st.integers(-1000, 1000),
    st.sampled_from([0.5, -2.0]),
)
@settings(deadline=None)
def test_units_and_origins_do_not_matter(values: list[int], origin: int, unit: float) -> None:
    plain = adjusted_baseline(values, 5, season=12)
    moved = adjusted_baseline([origin + unit * value for value in values], 5, season=12)
    assert plain.values is not None
    assert moved.values == pytest.approx([origin + unit * (value or 0) for value in plain.values])


@pytest.mark.parametrize(
    ("argument", "call"),
    [
        ("periods", lambda: adjusted_baseline(YEAR, -1)),
        ("periods", lambda: adjusted_baseline(YEAR, 1.0)),  # type: ignore[arg-type]
        ("season", lambda: adjusted_baseline(YEAR, 1, season=0)),
        ("driver_after", lambda: adjusted_baseline(YEAR, 1, driver_before=VOLUME)),
        ("driver_before", lambda: adjusted_baseline(YEAR, 1, driver_after=[1])),
        ("driver_before", lambda: adjusted_baseline(YEAR, 1, driver_before=[1], driver_after=[1])),
        ("driver_after", lambda: adjusted_baseline(YEAR, 2, driver_before=VOLUME, driver_after=[1])),
        ("before", lambda: adjusted_baseline([float("inf")], 1)),
    ],
)
def test_bad_input_names_the_argument(argument: str, call: Callable[[], object]) -> None:
    with pytest.raises(MethodError) as problem:
        call()
    assert problem.value.argument == argument
