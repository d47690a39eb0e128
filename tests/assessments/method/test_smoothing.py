"""Exponential smoothing and Theta against statsmodels, which goes other ways to the same numbers."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.forecasting.theta import ThetaModel

from assessments.method.arguments import FloatArray
from assessments.method.forecasting.ets import fit, forms
from assessments.method.forecasting.smoothing import (
    Form,
    Parameters,
    best_start,
    path,
    relative_variance,
    run,
)
from assessments.method.forecasting.theta import best_alpha, has_season, seasonal_effects, theta
from tests.assessments.method.published_series import AIR_PASSENGERS, BEER, OIL

AIR: FloatArray = np.array(AIR_PASSENGERS, dtype=np.float64)
FORMS = [
    Form(),
    Form(trend=True),
    Form(trend=True, damped=True),
    Form(season=12),
    Form(trend=True, season=12),
    Form(trend=True, damped=True, season=12),
]


def model_of(form: Form, values: FloatArray) -> Any:
    return ETSModel(
        pd.Series(values),
        error="add",
        trend="add" if form.trend else None,
        damped_trend=form.damped,
        seasonal="add" if form.season else None,
        seasonal_periods=form.season or None,
    )


def fitted_by_statsmodels(form: Form, values: FloatArray) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model_of(form, values).fit(disp=False, maxiter=2000)


def our_arguments(form: Form, names: list[str], params: FloatArray) -> tuple[Parameters, FloatArray]:
    """statsmodels' parameters and initial states as ours (its seasonal states run backwards)."""
    by_name = dict(zip(names, params.tolist(), strict=True))
    parameters = Parameters(
        np.array([by_name["smoothing_level"]]),
        np.array([by_name.get("smoothing_trend", 0.0)]),
        np.array([by_name.get("damping_trend", 1.0)]),
        np.array([by_name.get("smoothing_seasonal", 0.0)]),
    )
    start = [by_name["initial_level"], *([by_name["initial_trend"]] if form.trend else [])]
    start += [by_name[f"initial_seasonal.{place}"] for place in range(form.season)][::-1]
    return parameters, np.array([start])


PARAMETERS = {
    "smoothing_level": 0.45,
    "smoothing_trend": 0.1,
    "smoothing_seasonal": 0.3,
    "damping_trend": 0.93,
    "initial_level": 113.0,
    "initial_trend": 1.5,
    **{f"initial_seasonal.{place}": 3.0 * place - 15 for place in range(12)},
}


@pytest.mark.parametrize("form", FORMS)
def test_the_same_parameters_give_the_same_fit_variance_and_forecast(form: Form) -> None:
    values = AIR[:72]
    model = model_of(form, values)
    params = np.array([PARAMETERS[name] for name in model.param_names])
    theirs = model.smooth(params)
    parameters, start = our_arguments(form, model.param_names, params)
    errors, state = run(form, parameters, start, values[None])
    np.testing.assert_allclose(values - errors[0], theirs.fittedvalues, rtol=1e-9)
    assert (errors**2).mean() == pytest.approx(theirs.mse, rel=1e-9)
    predicted = theirs.get_prediction(start=72, end=72 + 29)
    np.testing.assert_allclose(path(form, parameters, state, 30)[0], predicted.predicted_mean, rtol=1e-9)
    variance = (errors**2).mean() * relative_variance(form, parameters, 30)[0]
    np.testing.assert_allclose(variance, predicted.forecast_variance, rtol=1e-6)


@pytest.mark.parametrize("form", FORMS)
def test_our_optimum_is_as_good_as_that_of_statsmodels(form: Form) -> None:
    random = np.random.default_rng(11)
    months = np.arange(48)
    wave = 12 * np.cos(np.pi / 6 * months)
    samples = [
        AIR[:60],
        100 + random.normal(0, 2, 48).cumsum(),
        50 + random.normal(0, 3, 48) + wave,
        0.8 * months + random.normal(0, 3, 48) + wave,
    ]
    # Those with a season take statsmodels seconds each.
    for values in samples[::3] if form.season else samples:
        theirs = fitted_by_statsmodels(form, values)
        assert fit(form, values[None]).squares[0] <= 1.01 * theirs.sse


def test_the_best_start_is_the_least_squares_one() -> None:
    form = Form(trend=True, season=12)
    parameters = form.parameters_of(np.array([[0.3, 0.2, 0.4]]))
    start = best_start(form, parameters, AIR[None])
    least = (run(form, parameters, start, AIR[None])[0] ** 2).sum()
    assert start[0, 2:].sum() == pytest.approx(0, abs=1e-9)
    for place in range(form.states):
        for step in (-0.5, 0.5):
            other = start.copy()
            other[0, place] += step
            assert (run(form, parameters, other, AIR[None])[0] ** 2).sum() > least


def test_forms_need_more_values_than_they_have_parameters() -> None:
    assert forms(4, 0) == []
    assert forms(5, 12) == [Form()]
    assert forms(8, 12) == FORMS[:3]
    assert forms(60, 12) == FORMS
    assert all(form.season == 0 for form in forms(110, 52))


@pytest.mark.parametrize("series", [OIL, AIR_PASSENGERS[:50], BEER])
def test_theta_without_a_season_is_that_of_statsmodels(series: list[float]) -> None:
    values = np.array(series, dtype=np.float64)
    theirs = ThetaModel(pd.Series(values), period=12, deseasonalize=False).fit()
    alpha = best_alpha(values[None])[0]
    assert alpha == pytest.approx(theirs.params["alpha"], abs=2e-3)
    means = theta(values[None], 8, 0).mean[0]
    np.testing.assert_allclose(means, theirs.forecast(8), rtol=1e-3)


@pytest.mark.parametrize(("series", "season"), [(AIR_PASSENGERS, 12), (BEER, 4), (AIR_PASSENGERS[:66], 12)])
def test_theta_with_a_season_is_that_of_statsmodels(series: list[float], season: int) -> None:
    values = np.array(series, dtype=np.float64)
    model = ThetaModel(pd.Series(values), period=season, method="additive")
    theirs = model.fit()
    assert has_season(values[None], season)[0]
    np.testing.assert_allclose(
        theta(values[None], 2 * season, season).mean[0], theirs.forecast(2 * season), rtol=2e-3
    )


def test_seasonal_effects_are_those_of_the_classical_decomposition() -> None:
    from statsmodels.tsa.seasonal import seasonal_decompose

    for values, season in ((AIR, 12), (np.array(BEER, dtype=np.float64), 4), (AIR[:40], 5)):
        theirs = seasonal_decompose(values, period=season).seasonal[:season]
        np.testing.assert_allclose(seasonal_effects(values[None], season)[0], theirs, atol=1e-9)


def test_noise_has_no_season() -> None:
    noise = np.random.default_rng(3).normal(0, 1, (400, 36))
    # The test is made at 10 %.
    assert 0.02 < has_season(noise, 12).mean() < 0.2
    assert not has_season(np.full((1, 36), 4.0), 12)[0]
