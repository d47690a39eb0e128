from collections.abc import Callable

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.method import MethodError
from assessments.method.arguments import FloatArray
from assessments.method.attribution import (
    Estimate,
    InterruptedSeries,
    interrupted_time_series,
    interrupted_time_series_batch,
)

CALIFORNIA = [
    *(
        123.0,
        121.0,
        123.5,
        124.4,
        126.7,
        127.1,
        128.0,
        126.4,
        126.1,
        121.9,
        120.2,
        118.6,
        115.4,
        110.8,
        104.8,
    ),
    *(102.8, 99.7, 97.5, 90.1, 82.4, 77.8, 68.7, 67.5, 63.4, 58.6, 56.4, 54.5, 53.8, 52.3, 47.2, 41.6),
]
"""Packs of cigarettes sold per head in California, 1970 to 2000 (Abadie, Diamond & Hainmueller 2010)."""
series = st.lists(st.integers(-200, 200), min_size=12, max_size=40)


def estimates(found: InterruptedSeries) -> list[Estimate]:
    return [found.intercept, found.trend, found.level_change, found.trend_change]


def model(points: int, change_at: int, season: int | None = None) -> FloatArray:
    t = np.arange(points, dtype=float)
    after = (t >= change_at).astype(float)
    columns = [np.ones(points), t, after, after * (t - change_at)]
    if season is not None:
        for wave in (1,) if points < 2 * season else (1, 2):
            columns += [np.sin(2 * np.pi * wave * t / season), np.cos(2 * np.pi * wave * t / season)]
    return np.column_stack(columns)


def test_linden_2015() -> None:
    # Linden, Stata Journal 15(2) 2015, single-group example: itsa cigsale, single treat(3) trperiod(1989)
    # lag(1). The intercept is that of 1970.
    found = interrupted_time_series(CALIFORNIA, 19, lag=1)
    assert found.trend.value == pytest.approx(-1.779474, abs=5e-7)
    assert found.trend.se == pytest.approx(0.3834188, abs=5e-8)
    assert found.level_change.value == pytest.approx(-20.0581, abs=5e-5)
    assert found.level_change.se == pytest.approx(4.724395, abs=1e-6)
    assert found.trend_change.value == pytest.approx(-1.494652, abs=5e-7)
    assert found.trend_change.se == pytest.approx(0.4368201, abs=5e-8)
    assert found.intercept.value == pytest.approx(132.2258, abs=5e-5)


@pytest.mark.parametrize("season", [None, 12])
@pytest.mark.parametrize("lag", [None, 0, 1, 5])
@pytest.mark.parametrize(("points", "change_at"), [(20, 9), (24, 12), (60, 40)])
def test_standard_errors_are_those_of_statsmodels(
    points: int, change_at: int, lag: int | None, season: int | None
) -> None:
    random = np.random.default_rng(points)
    values = 1000 + np.cumsum(random.standard_normal(points))
    found = interrupted_time_series(values, change_at, lag=lag, season=season)
    used = int(points**0.25) if lag is None else lag
    assert found.lag == used
    fit = sm.OLS(values, model(points, change_at, season)).fit(
        cov_type="HAC", cov_kwds={"maxlags": used, "use_correction": True}, use_t=True
    )
    for place, estimate in enumerate(estimates(found)):
        assert estimate.value == pytest.approx(fit.params[place], rel=1e-9, abs=1e-9)
        assert estimate.se == pytest.approx(fit.bse[place], rel=1e-9)
        assert (estimate.low, estimate.high) == pytest.approx(
            tuple(fit.conf_int()[place]), rel=1e-9, abs=1e-9
        )
        assert estimate.p_value == pytest.approx(fit.pvalues[place], rel=1e-6, abs=1e-12)


def test_a_step_and_a_bend_are_found_exactly_where_there_is_no_noise() -> None:
    values = [3 + 2 * t + (t >= 8) * (10 + 0.5 * (t - 8)) for t in range(16)]
    found = interrupted_time_series(values, 8)
    assert [estimate.value for estimate in estimates(found)] == pytest.approx([3, 2, 10, 0.5])
    assert [estimate.se for estimate in estimates(found)] == [0, 0, 0, 0]
    assert found.level_change.p_value == 0
    flat = interrupted_time_series([0.1 + 0.2] * 8 + [0.3] * 8, 8)
    assert (flat.level_change.value, flat.level_change.p_value) == (0, 1)


def test_a_wave_through_the_year_is_no_level_change() -> None:
    months = np.arange(30)
    values = 50 + 5 * np.sin(2 * np.pi * months / 12 + 1) + 2 * np.cos(4 * np.pi * months / 12)
    found = interrupted_time_series(values + 4 * (months >= 17), 17, season=12)
    assert found.level_change.value == pytest.approx(4)
    assert found.trend.value == pytest.approx(0, abs=1e-9)
    # quarters: the shortest wave has no sine
    quarters = np.arange(20)
    calm = interrupted_time_series(3.0 * (quarters % 2) + 1.0 * (quarters >= 9), 9, season=4)
    assert calm.level_change.value == pytest.approx(1)
    assert calm.level_change.se is not None


@pytest.mark.parametrize(("points", "change_at"), [(11, 5), (12, 5), (12, 7), (30, 5), (30, 25)])
def test_too_few_points_are_described_only(points: int, change_at: int) -> None:
    values = [10.0 + t + 5 * (t >= change_at) for t in range(points)]
    found = interrupted_time_series(values, change_at)
    assert found.level_change.value == pytest.approx(5)
    assert found.trend.value == pytest.approx(1)
    for estimate in estimates(found):
        assert (estimate.se, estimate.low, estimate.high, estimate.p_value) == (None, None, None, None)


@pytest.mark.parametrize("change_at", [0, 1, 19, 20, 99])
def test_a_side_without_a_line_says_nothing(change_at: int) -> None:
    found = interrupted_time_series(range(20), change_at)
    assert estimates(found) == [Estimate(None, None, None, None, None)] * 4


def test_lags_count_periods_across_a_gap() -> None:
    random = np.random.default_rng(3)
    values = random.standard_normal(30)
    gapped = [None if place in (4, 21) else value for place, value in enumerate(values.tolist())]
    found = interrupted_time_series(gapped, 15, lag=2)
    kept = [place for place in range(30) if place not in (4, 21)]
    design = model(30, 15)[kept]
    fit = sm.OLS(values[kept], design).fit()
    share = np.zeros((30, 4))
    share[kept] = fit.resid[:, None] * np.linalg.pinv(design).T
    variance = sum(
        (1 - abs(step) / 3)
        * share[max(step, 0) : 30 + min(step, 0)].T
        @ share[max(-step, 0) : 30 - max(step, 0)]
        for step in range(-2, 3)
    )
    assert isinstance(variance, np.ndarray)
    expected = np.sqrt(np.diag(variance) * 28 / 24)
    assert [estimate.se for estimate in estimates(found)] == pytest.approx(expected.tolist())


@given(
    st.lists(st.tuples(series, st.integers(0, 40)), min_size=1, max_size=4), st.sampled_from([None, 4, 12])
)
@settings(deadline=None)
def test_batch_and_scalar_agree(rows: list[tuple[list[int], int]], season: int | None) -> None:
    table = np.full((len(rows), 41), np.nan)
    for row, (values, _change_at) in enumerate(rows):
        table[row, : len(values)] = values
    batch = interrupted_time_series_batch(table, [change_at for _values, change_at in rows], season=season)
    for row, (values, change_at) in enumerate(rows):
        single = interrupted_time_series(values, change_at, season=season)
        assert batch.lag[row] == single.lag
        for term, estimate in enumerate(estimates(single)):
            other = batch.estimates.at(row, term)
            for name in ("value", "se", "low", "high", "p_value"):
                first, second = getattr(other, name), getattr(estimate, name)
                assert first is second or first == pytest.approx(second, rel=1e-9, abs=1e-9)


@given(series, st.integers(-1000, 1000), st.sampled_from([0.5, 3.0, -1.0]), st.integers(-20, 20))
@settings(deadline=None)
def test_units_origins_and_trends_move_only_what_they_should(
    values: list[int], origin: int, unit: float, slope: int
) -> None:
    change_at = len(values) // 2
    plain = interrupted_time_series(values, change_at)
    moved = interrupted_time_series(
        [origin + unit * value + slope * t for t, value in enumerate(values)], change_at
    )
    for before, after, added in zip(estimates(plain), estimates(moved), (origin, slope, 0, 0), strict=True):
        assert before.value is not None
        assert after.value == pytest.approx(unit * before.value + added, abs=1e-6)
        assert before.se is not None
        assert after.se == pytest.approx(abs(unit) * before.se, abs=1e-6)


@pytest.mark.parametrize(
    ("argument", "call"),
    [
        ("change_at", lambda: interrupted_time_series(CALIFORNIA, -1)),
        ("change_at", lambda: interrupted_time_series(CALIFORNIA, 1.5)),  # type: ignore[arg-type]
        ("change_at", lambda: interrupted_time_series_batch([CALIFORNIA], [1, 2])),
        ("lag", lambda: interrupted_time_series(CALIFORNIA, 19, lag=-1)),
        ("season", lambda: interrupted_time_series(CALIFORNIA, 19, season=0)),
        ("values", lambda: interrupted_time_series([1, float("inf")], 1)),
    ],
)
def test_bad_input_names_the_argument(argument: str, call: Callable[[], object]) -> None:
    with pytest.raises(MethodError) as problem:
        call()
    assert problem.value.argument == argument
