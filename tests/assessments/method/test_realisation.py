import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assessments.method import MethodError
from assessments.method.simulation import (
    STATED_PRIOR,
    Calibration,
    Realisation,
    adoption_value_at_risk,
    adoption_value_at_risk_batch,
    calibration,
    calibrations,
    realisation_posterior,
    realisation_prior,
)

ratios = st.lists(st.floats(0, 3), max_size=12)


def test_without_closed_benefits_the_stated_prior_stands_and_says_so() -> None:
    prior = realisation_prior([])
    assert prior.mean == pytest.approx(STATED_PRIOR.mean)
    assert prior.sd == pytest.approx(STATED_PRIOR.sd)
    assert prior.n == 0
    assert prior.stated
    assert not realisation_prior([1.0] * 5).stated


def test_four_closed_benefits_weigh_as_much_as_the_stated_prior() -> None:
    prior = realisation_prior([1.2] * 4)
    assert prior.mean == pytest.approx((STATED_PRIOR.mean + 1.2) / 2)
    assert prior.n == 4


@given(history=ratios)
def test_many_closed_benefits_speak_for_themselves(history: list[float]) -> None:
    prior = realisation_prior(history)
    low, high = min([*history, STATED_PRIOR.mean]), max([*history, STATED_PRIOR.mean])
    assert low - 1e-9 <= prior.mean <= high + 1e-9
    many = realisation_prior(history * 10_000)
    if history:
        assert many.mean == pytest.approx(np.mean(history), abs=0.01)
        assert many.sd == pytest.approx(np.std(history), abs=0.05)


def test_the_posterior_weighs_by_precision() -> None:
    # By hand: 0.5 observed over 4 equal months of 20 % noise: sd 0.2·0.8/√4 = 0.08 against a prior sd of 0.06.
    after = realisation_posterior(Realisation(0.8, 0.06, 9), [50.0] * 4, [100.0] * 4, noise=0.2)
    weight = 0.06**2 / (0.06**2 + 0.08**2)
    assert after.mean == pytest.approx(0.8 - 0.3 * weight)
    assert after.sd == pytest.approx(1 / math.sqrt(1 / 0.06**2 + 1 / 0.08**2))
    assert after.n == 9


@given(
    months=st.lists(st.tuples(st.floats(0, 200), st.floats(1, 100)), min_size=1, max_size=24),
    noise=st.floats(0.01, 1),
)
def test_the_posterior_lies_between_prior_and_actuals_and_is_surer(
    months: list[tuple[float, float]], noise: float
) -> None:
    prior = Realisation(0.8, 0.35)
    realised, planned = [row[0] for row in months], [row[1] for row in months]
    after = realisation_posterior(prior, realised, planned, noise=noise)
    observed = sum(realised) / sum(planned)
    assert min(0.8, observed) - 1e-9 <= after.mean <= max(0.8, observed) + 1e-9
    assert after.sd < prior.sd
    more = realisation_posterior(prior, realised * 2, planned * 2, noise=noise)
    assert more.sd < after.sd
    assert abs(more.mean - observed) <= abs(after.mean - observed) + 1e-9


def test_without_planned_months_the_prior_stays() -> None:
    prior = Realisation(0.8, 0.3, 3)
    assert realisation_posterior(prior, [], [], noise=0.1) == prior
    assert realisation_posterior(prior, [5.0, 5.0], [0.0, 0.0], noise=0.1) == prior


def test_a_loss_counts_as_nothing_realised() -> None:
    after = realisation_posterior(Realisation(0.8, 0.3), [-50.0], [100.0], noise=0.0)
    assert (after.mean, after.sd) == (0, 0)


def test_calibration_is_weighted_by_money() -> None:
    result = calibration([50.0, 900.0, 30.0], [100.0, 1000.0, 100.0])
    assert result.ratio == pytest.approx(980 / 1200)
    assert result.median == pytest.approx(0.5)
    assert result.n == 3


def test_the_interval_of_a_calibration_is_that_of_a_ratio_estimator() -> None:
    random = np.random.default_rng(2)
    planned = random.uniform(50, 150, 12)
    realised = planned * random.normal(0.8, 0.2, 12)
    result = calibration(realised, planned)
    ratio = realised.sum() / planned.sum()
    error = np.std(realised - ratio * planned, ddof=1) * math.sqrt(12) / planned.sum()
    reach = stats.t.ppf(0.975, 11) * error
    assert result.low == pytest.approx(ratio - reach)
    assert result.high == pytest.approx(ratio + reach)


def test_under_three_closed_benefits_there_is_no_interval() -> None:
    assert calibration([], []) == Calibration(None, None, None, None, 0)
    assert calibration([80.0], [100.0]) == Calibration(0.8, None, None, 0.8, 1)
    assert calibration([80.0, 40.0], [100.0, 100.0]).low is None


def test_calibrations_are_kept_apart_by_group() -> None:
    found = calibrations(["Lin", "Wei", "Lin"], [50.0, 90.0, 70.0], [100.0, 100.0, 100.0])
    assert list(found) == ["Lin", "Wei"]
    assert found["Lin"] == calibration([50.0, 70.0], [100.0, 100.0])
    assert found["Wei"].ratio == pytest.approx(0.9)


def test_adoption_value_at_risk_by_hand() -> None:
    # 100,000 planned, 60 % through people, of whom 80 % use it at 75 % proficiency.
    assert adoption_value_at_risk(100_000, 0.6, 0.8, 0.75) == pytest.approx(24_000)
    assert adoption_value_at_risk(100_000, 0.6, 1.0, 1.0) == 0
    assert adoption_value_at_risk(100_000, 0.6, None, 0.9) is None


@given(planned=st.floats(0, 1e9), share=st.floats(0, 1), usage=st.floats(0, 1), proficiency=st.floats(0, 1))
def test_no_more_than_the_people_dependent_part_is_at_risk(
    planned: float, share: float, usage: float, proficiency: float
) -> None:
    at_risk = adoption_value_at_risk(planned, share, usage, proficiency)
    assert at_risk is not None
    assert 0 <= at_risk <= planned * share * (1 + 1e-12)
    batch = adoption_value_at_risk_batch([planned, planned], share, [usage, None], proficiency)
    assert batch[0] == pytest.approx(at_risk, rel=1e-9)
    assert math.isnan(batch[1])


@pytest.mark.parametrize(
    ("argument", "call"),
    [
        ("history", lambda: realisation_prior([0.5, -0.1])),
        ("realised", lambda: realisation_posterior(STATED_PRIOR, [1.0], [1.0, 2.0], noise=0.1)),
        ("planned", lambda: realisation_posterior(STATED_PRIOR, [1.0], [-1.0], noise=0.1)),
        ("noise", lambda: realisation_posterior(STATED_PRIOR, [1.0], [1.0], noise=-0.1)),
        ("planned", lambda: calibration([1.0], [0.0])),
        ("realised", lambda: calibration([1.0, 2.0], [1.0])),
        ("groups", lambda: calibrations(["a"], [1.0, 2.0], [1.0, 2.0])),
        ("usage", lambda: adoption_value_at_risk(10, 0.5, 1.2, 0.5)),
        ("dependent_share", lambda: adoption_value_at_risk(10, -0.5, 0.2, 0.5)),
    ],
)
def test_bad_input_names_the_argument(argument: str, call: Any) -> None:
    with pytest.raises(MethodError) as problem:
        call()
    assert problem.value.argument == argument
