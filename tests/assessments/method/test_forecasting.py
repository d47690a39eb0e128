import itertools
import math
import statistics
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.method import MethodError
from assessments.method.forecasting import METHODS, Forecast, Method, forecast, forecast_batch
from tests.assessments.method.published_series import AIR_PASSENGERS, BEER, BEER_LATER, OIL

Z80 = 1.2815515655446004
values_of_kpis = st.lists(st.integers(-400, 400).map(float), min_size=8, max_size=30)
few_examples = settings(max_examples=25, deadline=None)


def numbers(said: Sequence[float | None]) -> list[float]:
    assert None not in said
    return [value for value in said if value is not None]


def spread(result: Forecast) -> list[float]:
    """Standard deviations by horizon, read off an interval at 80 %."""
    pairs = zip(numbers(result.low), numbers(result.high), strict=True)
    return [(high - low) / 2 / Z80 for low, high in pairs]


@pytest.mark.parametrize(
    ("method", "rmse", "mae", "mase"),
    [("naive", 62.69, 57.40, 4.01), ("seasonal_naive", 14.31, 13.40, 0.94), ("drift", 64.90, 58.88, 4.12)],
)
def test_the_benchmarks_miss_beer_production_as_published(
    method: Method, rmse: float, mae: float, mase: float
) -> None:
    # fpp3 ch. 5.8, table of accuracy: beer production 2008–2010 forecast from 1992–2007.
    mean = numbers(forecast(BEER, 10, season=4, method=method).mean)
    errors = np.array(BEER_LATER) - mean
    scale = np.abs(np.array(BEER[4:]) - BEER[:-4]).mean()
    assert math.sqrt((errors**2).mean()) == pytest.approx(rmse, abs=0.005)
    assert np.abs(errors).mean() == pytest.approx(mae, abs=0.005)
    assert np.abs(errors).mean() / scale == pytest.approx(mase, abs=0.005)


def test_simple_exponential_smoothing_of_oil_as_published() -> None:
    # fpp2 ch. 7.1: ses(oildata, h=5) of R's forecast package, with its intervals.
    eighty, ninetyfive = (forecast(OIL, 5, method="ets", level=level) for level in (0.8, 0.95))
    assert numbers(eighty.mean) == pytest.approx([542.6806] * 5, abs=0.02)
    assert numbers(eighty.low) == pytest.approx([504.4541, 492.9073, 483.5747, 475.5269, 468.3452], abs=0.15)
    assert numbers(eighty.high) == pytest.approx([580.9070, 592.4539, 601.7864, 609.8343, 617.0159], abs=0.15)
    assert numbers(ninetyfive.low)[0] == pytest.approx(484.2183, abs=0.15)


def test_standard_deviations_of_the_benchmarks_are_those_of_fpp3() -> None:
    # fpp3 ch. 5.5, table 5.2, with σ by hand.
    values = [3.0, 5, 4, 8, 6, 9, 7, 12]
    steps = np.diff(values)
    sigma = math.sqrt((steps**2).mean())
    assert spread(forecast(values, 3, method="naive")) == pytest.approx(
        [sigma * math.sqrt(h) for h in (1, 2, 3)]
    )
    sigma = math.sqrt(((steps - steps.mean()) ** 2).sum() / 6)
    assert spread(forecast(values, 2, method="drift")) == pytest.approx(
        [sigma * math.sqrt(h * (1 + h / 7)) for h in (1, 2)]
    )
    sigma = math.sqrt(((np.array(values[4:]) - values[:4]) ** 2).mean())
    assert spread(forecast(values, 9, method="seasonal_naive", season=4)) == pytest.approx(
        [sigma * math.sqrt(k + 1) for k in (0, 0, 0, 0, 1, 1, 1, 1, 2)]
    )


def test_the_interval_of_a_published_random_walk() -> None:
    # fpp3 ch. 5.5: closing price 758.88, σ 11.19; 95 % interval of the next day [736.9, 780.8].
    values = [758.88 - 11.19 if day % 2 else 758.88 for day in range(251)]
    result = forecast(values, 1, method="naive", level=0.95)
    assert numbers(result.low)[0] == pytest.approx(736.9, abs=0.06)
    assert numbers(result.high)[0] == pytest.approx(780.8, abs=0.06)


def test_air_passengers_of_the_last_year_are_forecast_better_than_by_seasonal_naive() -> None:
    train, test = AIR_PASSENGERS[:-12], np.array(AIR_PASSENGERS[-12:])
    chosen = forecast(train, 12, season=12)
    naive = forecast(train, 12, season=12, method="seasonal_naive")
    # Seasonal naive misses the year 1960 by 47.8 thousand a month.
    assert np.abs(test - numbers(naive.mean)).mean() == pytest.approx(47.83, abs=0.01)
    assert np.abs(test - numbers(chosen.mean)).mean() < 25
    assert chosen.method in ("ets", "theta")
    assert chosen.mase is not None
    assert chosen.mase < 1


def test_the_chosen_method_never_misses_more_than_the_naive_ones_on_its_own_back_test() -> None:
    for first in range(0, 84, 7):
        values = AIR_PASSENGERS[first : first + 48]
        chosen, *naive = (
            forecast(values, 6, season=12, method=method) for method in (None, "naive", "seasonal_naive")
        )
        for one in naive:
            assert chosen.mase is not None
            assert one.mase is not None
            assert chosen.mase <= one.mase + 1e-9


@pytest.mark.parametrize(
    ("values", "season", "method"),
    [
        ([5.0] * 20, None, "naive"),
        ([0.1 + 0.2, 0.3] * 10, None, "naive"),
        ([float(value) for value in range(20)], None, "drift"),
        ([1.0, 5, 2, 7] * 5, 4, "seasonal_naive"),
    ],
)
def test_of_methods_that_do_equally_well_the_simplest_is_taken(
    values: list[float], season: int | None, method: str
) -> None:
    result = forecast(values, 4, season=season)
    assert result.method == method
    assert spread(result) == pytest.approx([0] * 4, abs=1e-9)


def test_an_exact_season_leaves_no_scale_for_mase() -> None:
    assert forecast([1.0, 5, 2, 7] * 5, 4, season=4).mase is None
    assert forecast([5.0] * 20, 4).mase is None


def test_mase_is_the_back_test_error_over_the_step_from_value_to_value() -> None:
    # Two origins (6 and 7), one step each: naive misses by 3 and 5; the steps of the series are on average 2.
    values = [0.0, 1, 0, 1, 0, 1, 4, -1]
    assert forecast(values, 1, method="naive").mase == pytest.approx(
        4 / statistics.mean([1, 1, 1, 1, 1, 3, 5])
    )


def test_a_season_counts_from_two_full_cycles_on() -> None:
    wave = [math.sin(month * math.pi / 6) * 10 + month % 3 for month in range(24)]
    assert forecast(wave[:23], 3, season=12).method != "seasonal_naive"
    assert forecast(wave, 3, season=12).method == "seasonal_naive"
    too_short = forecast(wave[:23], 2, season=12, method="seasonal_naive")
    assert too_short == Forecast((None, None), (None, None), (None, None), "seasonal_naive", None)


def test_no_value_no_forecast() -> None:
    nothing: list[list[float | None]] = [[], [None], [None, math.nan, None]]
    for values in nothing:
        assert forecast(values, 2) == Forecast((None, None), (None, None), (None, None), None, None)
    assert forecast_batch([], 3).mean.shape == (0, 3)


@pytest.mark.parametrize("values", [[7.0], [9.0, 7.0]])
def test_one_or_two_values_are_carried_on_without_bounds(values: list[float]) -> None:
    assert forecast(values, 2) == Forecast((7.0, 7.0), (None, None), (None, None), "naive", None)


def test_under_eight_values_nothing_is_chosen() -> None:
    rising = [float(value) for value in range(7)]
    result = forecast(rising, 2)
    assert (result.method, result.mean, result.mase) == ("naive", (6.0, 6.0), None)
    assert numbers(result.low)[0] < 6 < numbers(result.high)[0]
    assert forecast([*rising, 7.0], 2).method == "drift"


def test_a_gap_is_filled_by_the_line_between_its_neighbours() -> None:
    whole = [2.0, 4, 3, 5, 6, 7, 9, 8, 10, 12, 11, 13]
    gap: list[float | None] = [*whole[:4], None, *whole[5:]]
    assert forecast(gap, 3) == forecast(whole, 3)


def test_what_lies_before_the_first_value_changes_nothing() -> None:
    late: list[float | None] = [None, None, *OIL]
    assert forecast(late, 3) == forecast(OIL, 3)


@pytest.mark.parametrize("method", METHODS)
def test_empty_newest_periods_are_forecast_not_filled(method: Method) -> None:
    waiting: list[float | None] = [*BEER, None, None]
    early, late = (forecast(given, 5, season=4, method=method) for given in (BEER, waiting))
    assert late.mean[:3] == pytest.approx(early.mean[2:])
    assert late.low[:3] == pytest.approx(early.low[2:])


def test_a_series_of_gaps_is_carried_on_without_bounds() -> None:
    sparse: list[float | None] = [1.0, None, None, 4.0, None, 9.0, None, None, 2.0, None, 6.0, 5.0]
    assert forecast(sparse, 1) == Forecast((5.0,), (None,), (None,), "naive", None)


def test_a_wider_level_gives_a_wider_interval_around_the_same_mean() -> None:
    narrow, wide = forecast(OIL, 3, level=0.5), forecast(OIL, 3, level=0.95)
    assert narrow.mean == wide.mean
    assert all(a > b for a, b in zip(numbers(narrow.low), numbers(wide.low), strict=True))


@given(
    table=st.integers(8, 26).flatmap(
        lambda length: st.lists(
            st.lists(
                st.one_of(st.none(), st.floats(-1e4, 1e4), st.integers(-50, 50).map(float)),
                min_size=length,
                max_size=length,
            ),
            min_size=1,
            max_size=5,
        )
    ),
    season=st.sampled_from([None, 4, 12]),
    horizon=st.integers(1, 14),
)
@settings(max_examples=60, deadline=None)
def test_batch_and_scalar_agree(table: list[list[float | None]], season: int | None, horizon: int) -> None:
    batch = forecast_batch(table, horizon, season=season)
    for row, values in enumerate(table):
        alone = forecast_batch([values], horizon, season=season)
        assert alone[0] == forecast(values, horizon, season=season)
        assert alone.method[0] == batch.method[row]
        size = max((abs(value) for value in values if value is not None), default=1.0)
        for name in ("mean", "low", "high", "mase"):
            one, other = getattr(alone, name)[0], getattr(batch, name)[row]
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9 * size)


@given(
    values=values_of_kpis,
    power=st.integers(-8, 8),
    sign=st.sampled_from([1, -1]),
    season=st.sampled_from([None, 4]),
)
@few_examples
def test_rescaled_values_give_rescaled_forecasts(
    values: list[float], power: int, sign: int, season: int | None
) -> None:
    factor = sign * 2.0**power
    base = forecast(values, 5, season=season)
    scaled = forecast([value * factor for value in values], 5, season=season)
    size = 500 * abs(factor)
    low, high = (scaled.low, scaled.high) if sign > 0 else (scaled.high, scaled.low)
    assert scaled.method == base.method
    for ours, theirs in ((scaled.mean, base.mean), (low, base.low), (high, base.high)):
        assert numbers(ours) == pytest.approx([value * factor for value in numbers(theirs)], abs=1e-9 * size)
    assert scaled.mase == pytest.approx(base.mase)


@given(values=values_of_kpis, shift=st.integers(-2000, 2000), method=st.sampled_from(METHODS))
@few_examples
def test_a_constant_added_to_all_values_is_added_to_the_forecast(
    values: list[float], shift: int, method: Method
) -> None:
    # True of every method here: all are additive.
    base = forecast(values, 5, season=4, method=method)
    shifted = forecast([value + shift for value in values], 5, season=4, method=method)
    for ours, theirs in ((shifted.mean, base.mean), (shifted.low, base.low), (shifted.high, base.high)):
        assert numbers(ours) == pytest.approx(
            [value + shift for value in numbers(theirs)], rel=1e-6, abs=1e-4
        )


@given(values=values_of_kpis, season=st.sampled_from([None, 4]))
@few_examples
def test_bounds_enclose_the_mean_and_never_narrow_with_the_horizon(
    values: list[float], season: int | None
) -> None:
    result = forecast(values, 9, season=season)
    assert all(
        low <= mean <= high
        for low, mean, high in zip(
            numbers(result.low), numbers(result.mean), numbers(result.high), strict=True
        )
    )
    widths = spread(result)
    assert all(later >= earlier * (1 - 1e-9) - 1e-9 for earlier, later in itertools.pairwise(widths))


def test_the_order_of_the_series_in_a_batch_changes_nothing() -> None:
    windows = np.array([AIR_PASSENGERS[first : first + 30] for first in range(0, 100, 9)], dtype=np.float64)
    batch, turned = forecast_batch(windows, 6, season=12), forecast_batch(windows[::-1], 6, season=12)
    assert batch.method == turned.method[::-1]
    np.testing.assert_allclose(batch.mean, turned.mean[::-1], rtol=1e-9)


@pytest.mark.parametrize(
    ("argument", "changed"),
    [
        ("values", {"values": "12"}),
        ("values", {"values": [1.0, "2"]}),
        ("values", {"values": [True, False]}),
        ("values", {"values": [1.0, math.inf]}),
        ("values", {"values": [1.0, 1e301]}),
        ("values", {"values": np.zeros((2, 2))}),
        ("horizon", {"horizon": 0}),
        ("horizon", {"horizon": 1.5}),
        ("horizon", {"horizon": 10_000}),
        ("season", {"season": 0}),
        ("season", {"season": True}),
        ("season", {"method": "seasonal_naive"}),
        ("level", {"level": 1.0}),
        ("level", {"level": 0.0}),
        ("method", {"method": "arima"}),
    ],
)
def test_bad_input_names_the_argument(argument: str, changed: dict[str, Any]) -> None:
    arguments: dict[str, Any] = {"values": [1.0, 2.0, 3.0], "horizon": 2, **changed}
    with pytest.raises(MethodError) as problem:
        forecast(arguments.pop("values"), arguments.pop("horizon"), **arguments)
    assert problem.value.argument == argument


def test_series_of_a_batch_have_one_length() -> None:
    with pytest.raises(MethodError) as problem:
        forecast_batch([[1.0, 2.0], [1.0]], 1)
    assert problem.value.argument == "values"


def test_very_large_and_very_small_values_are_forecast() -> None:
    for size in (1e299, 1e-299):
        result = forecast([size * value for value in (1.0, 2, 1, 3, 2, 4, 2, 5, 3)], 2)
        assert all(math.isfinite(value) for value in numbers(result.mean))
