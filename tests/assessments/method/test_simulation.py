import math
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.method import MethodError
from assessments.method.finance import npv, payback
from assessments.method.simulation import (
    NO_DELAY,
    Delay,
    PaybackProbability,
    Realisation,
    payback_probability,
    payback_probability_batch,
)

AS_PLANNED = Realisation(1.0, 0.0)
COSTS = [1200.0] + [10.0] * 36
BENEFITS = [0.0] * 7 + [80.0] * 30
amounts = st.lists(st.integers(0, 500).map(float), min_size=2, max_size=24)


def simulated(**changed: Any) -> PaybackProbability:
    arguments: dict[str, Any] = {
        "costs": COSTS,
        "benefits": BENEFITS,
        "realisation": Realisation(0.9, 0.3),
        "delay": Delay(2.0, 1.5),
        "noise": 0.1,
        "by": 30,
        "draws": 2000,
        "seed": 7,
    } | changed
    return payback_probability(
        arguments.pop("costs"), arguments.pop("benefits"), arguments.pop("realisation"), **arguments
    )


def certain(**changed: Any) -> PaybackProbability:
    return simulated(**{"realisation": AS_PLANNED, "delay": NO_DELAY, "noise": 0.0} | changed)


@given(costs=amounts, benefits=amounts, by=st.integers(0, 30))
@settings(deadline=None)
def test_without_uncertainty_the_plan_itself_says_yes_or_no(
    costs: list[float], benefits: list[float], by: int
) -> None:
    result = certain(costs=costs, benefits=benefits, by=by, rate=0.01)
    length = max(len(costs), len(benefits))
    flows = np.zeros(length)
    flows[: len(benefits)] += benefits
    flows[: len(costs)] -= costs
    assert result.probability == (1.0 if flows[: by + 1].sum() >= 0 else 0.0)
    assert result.standard_error == 0
    assert result.npv_p10 == pytest.approx(npv(0.01, flows), abs=1e-6)
    assert result.npv_p10 == result.npv_p50 == result.npv_p90


def test_the_planned_payback_is_met_in_its_own_month_and_not_before() -> None:
    flows = np.array(BENEFITS) - COSTS
    periods = payback(flows).periods
    assert periods is not None
    month = math.ceil(periods)
    assert certain(by=month).probability == 1
    assert certain(by=month - 1).probability == 0


def test_rounding_does_not_decide_a_payback_to_the_cent() -> None:
    assert certain(costs=[0.3], benefits=[0.0, 0.1, 0.1, 0.1], by=3).probability == 1
    assert certain(costs=[0.3], benefits=[0.0, 0.1, 0.1, 0.0999], by=3).probability == 0


def test_with_the_ratio_alone_uncertain_it_is_the_log_normal_tail() -> None:
    # Closed form: R·B ≥ C, ln R normal with the mean and variance that give E[R] and sd[R].
    costs, benefits, ratio = [1000.0], [0.0] + [50.0] * 24, Realisation(0.9, 0.25)
    result = simulated(
        costs=costs, benefits=benefits, realisation=ratio, delay=NO_DELAY, noise=0.0, by=24, draws=100_000
    )
    variance = math.log1p((ratio.sd / ratio.mean) ** 2)
    logs = NormalDist(math.log(ratio.mean) - variance / 2, math.sqrt(variance))
    expected = 1 - logs.cdf(math.log(1000 / 1200))
    assert abs(result.probability - expected) < 4 * result.standard_error
    for percent, value in ((0.1, result.npv_p10), (0.5, result.npv_p50), (0.9, result.npv_p90)):
        assert value == pytest.approx(1200 * math.exp(logs.inv_cdf(percent)) - 1000, abs=6)


def test_with_monthly_noise_alone_it_is_the_normal_tail() -> None:
    # The sum of 48 independent months is normal but for its skewness, which is corrected for (Edgeworth).
    months, noise = 48, 0.3
    result = simulated(
        costs=[4750.0],
        benefits=[0.0] + [100.0] * months,
        realisation=AS_PLANNED,
        delay=NO_DELAY,
        noise=noise,
        by=months,
        draws=100_000,
    )
    sd = 100 * noise * math.sqrt(months)
    z = (4750 - 4800) / sd
    skewness = (3 * noise + noise**3) / math.sqrt(months)
    normal = NormalDist()
    expected = 1 - (normal.cdf(z) - skewness / 6 * (z * z - 1) * normal.pdf(z))
    assert abs(result.probability - expected) < 4 * result.standard_error
    assert result.npv_p90 - result.npv_p10 == pytest.approx(2 * 1.2816 * sd, rel=0.02)


def test_the_standard_error_is_that_of_a_share() -> None:
    result = simulated()
    assert 0 < result.probability < 1
    p = result.probability
    assert result.standard_error == pytest.approx(math.sqrt(p * (1 - p) / 2000))
    assert (result.draws, result.seed) == (2000, 7)


def test_the_same_seed_gives_the_same_digits_and_another_seed_others() -> None:
    assert simulated() == simulated()
    assert simulated().npv_p50 != simulated(seed=8).npv_p50


def test_drawn_numbers_are_these() -> None:
    # Kept so that a stored result can be reproduced: PCG64, realisation first, then delay, then the months.
    generator = np.random.Generator(np.random.PCG64(7))
    variance = math.log1p((0.3 / 0.9) ** 2)
    ratio = np.exp(math.log(0.9) - variance / 2 + math.sqrt(variance) * generator.standard_normal(2000))
    values = ratio * sum(BENEFITS) - sum(COSTS)
    result = simulated(delay=NO_DELAY, noise=0.0)
    expected = np.quantile(values, [0.1, 0.5, 0.9])
    assert (result.npv_p10, result.npv_p50, result.npv_p90) == pytest.approx(tuple(expected))


def test_known_months_are_certain() -> None:
    length = len(COSTS)
    assert simulated(known=length).standard_error == 0
    assert simulated(known=length) == certain(known=length)
    wide, narrow = simulated(), simulated(known=24)
    assert narrow.npv_p90 - narrow.npv_p10 < wide.npv_p90 - wide.npv_p10


def test_a_delay_moves_benefits_and_loses_what_falls_behind_the_last_month() -> None:
    costs, benefits = [100.0], [0.0, 0, 60, 60, 0, 0]
    assert certain(costs=costs, benefits=benefits, by=3).probability == 1
    assert certain(costs=costs, benefits=benefits, by=3, delay=Delay(1)).probability == 0
    assert certain(costs=costs, benefits=benefits, by=4, delay=Delay(1)).probability == 1
    assert certain(costs=costs, benefits=benefits, by=5, delay=Delay(2)).npv_p50 == pytest.approx(20)
    assert certain(costs=costs, benefits=benefits, by=5, delay=Delay(3)).npv_p50 == pytest.approx(-40)
    assert certain(costs=costs, benefits=benefits, by=5, delay=Delay(900)).npv_p50 == pytest.approx(-100)


def test_half_a_month_late_is_half_in_each() -> None:
    result = certain(costs=[0.0], benefits=[0.0, 100.0, 0.0], by=1, delay=Delay(0.5), rate=0.25)
    assert result.npv_p50 == pytest.approx(50 / 1.25 + 50 / 1.25**2)


def test_months_that_are_known_are_not_delayed() -> None:
    result = certain(costs=[0.0], benefits=[0.0, 70.0, 30.0, 0.0], by=3, delay=Delay(1), known=2, rate=1.0)
    assert result.npv_p50 == pytest.approx(70 / 2 + 30 / 8)


@given(
    mean=st.floats(0.2, 1.5),
    more=st.floats(0, 0.5),
    spread=st.floats(0, 0.8),
    by=st.integers(0, 40),
    noise=st.floats(0, 0.5),
)
@settings(max_examples=30, deadline=None)
def test_more_realised_is_never_less_likely_to_pay_back(
    mean: float, more: float, spread: float, by: int, noise: float
) -> None:
    fewer, greater = (
        simulated(realisation=Realisation(level, level * spread), by=by, noise=noise, draws=500)
        for level in (mean, mean + more)
    )
    assert 0 <= fewer.probability <= greater.probability <= 1
    assert fewer.npv_p10 <= greater.npv_p10 + 1e-9
    assert fewer.npv_p10 <= fewer.npv_p50 <= fewer.npv_p90


@given(late=st.floats(0, 12), later=st.floats(0, 12), by=st.integers(0, 40))
@settings(max_examples=30, deadline=None)
def test_later_is_never_likelier_to_pay_back(late: float, later: float, by: int) -> None:
    soon, then = (simulated(delay=Delay(wait), by=by, draws=500) for wait in (late, late + later))
    assert then.probability <= soon.probability
    assert then.npv_p50 <= soon.npv_p50 + 1e-9


@given(factor=st.floats(1e-3, 1e6))
@settings(max_examples=20, deadline=None)
def test_the_currency_changes_no_probability(factor: float) -> None:
    base, other = (
        simulated(costs=[c * unit for c in COSTS], benefits=[b * unit for b in BENEFITS], draws=500)
        for unit in (1.0, factor)
    )
    assert other.probability == pytest.approx(base.probability, abs=0.002)
    assert other.npv_p50 == pytest.approx(base.npv_p50 * factor, rel=1e-9, abs=1e-9 * factor)


@given(
    rows=st.lists(
        st.tuples(
            st.floats(0.1, 1.5), st.floats(0, 0.6), st.floats(0, 5), st.integers(0, 20), st.integers(0, 20)
        ),
        min_size=1,
        max_size=4,
    ),
    seed=st.integers(0, 1000),
)
@settings(max_examples=25, deadline=None)
def test_batch_and_scalar_agree(rows: list[tuple[float, float, float, int, int]], seed: int) -> None:
    random = np.random.default_rng(seed)
    costs, benefits = random.uniform(0, 50, (len(rows), 18)), random.uniform(0, 60, (len(rows), 18))
    batch = payback_probability_batch(
        costs,
        benefits,
        [Realisation(mean, sd) for mean, sd, *_rest in rows],
        delays=[Delay(wait, wait / 2) for _mean, _sd, wait, *_rest in rows],
        noise=0.2,
        by=[row[3] for row in rows],
        known=[row[4] for row in rows],
        draws=300,
        seed=seed,
        rate=0.01,
    )
    for place, (mean, sd, wait, by, known) in enumerate(rows):
        alone = payback_probability(
            costs[place],
            benefits[place],
            Realisation(mean, sd),
            delay=Delay(wait, wait / 2),
            noise=0.2,
            by=by,
            known=known,
            draws=300,
            seed=seed,
            rate=0.01,
        )
        assert alone == batch[place]


def test_further_empty_months_change_nothing() -> None:
    assert simulated(costs=[*COSTS, 0.0, 0.0], delay=NO_DELAY) == simulated(delay=NO_DELAY)


@pytest.mark.parametrize(
    ("argument", "changed"),
    [
        ("costs", {"costs": [1.0, math.nan]}),
        ("benefits", {"benefits": "12"}),
        ("noise", {"noise": -0.1}),
        ("noise", {"noise": math.nan}),
        ("by", {"by": 2.5}),
        ("by", {"by": -1}),
        ("known", {"known": -1}),
        ("rate", {"rate": -1.0}),
        ("draws", {"draws": 0}),
        ("draws", {"draws": 10_000_000}),
        ("seed", {"seed": -1}),
        ("seed", {"seed": 1.5}),
    ],
)
def test_bad_input_names_the_argument(argument: str, changed: dict[str, Any]) -> None:
    with pytest.raises(MethodError) as problem:
        simulated(**changed)
    assert problem.value.argument == argument


@pytest.mark.parametrize(("mean", "sd"), [(-1.0, 0.0), (1.0, -0.1), (0.0, 0.5), (math.nan, 0.1)])
def test_a_ratio_or_delay_is_not_negative(mean: float, sd: float) -> None:
    with pytest.raises(MethodError, match="realisation"):
        Realisation(mean, sd)
    with pytest.raises(MethodError, match="delay"):
        Delay(mean, sd)


def test_a_batch_has_one_setting_for_all_or_one_a_project() -> None:
    table = np.ones((3, 4))
    with pytest.raises(MethodError) as problem:
        payback_probability_batch(
            table, table, [AS_PLANNED] * 2, delays=[NO_DELAY], noise=0.0, by=2, draws=10, seed=1
        )
    assert problem.value.argument == "realisations"
    with pytest.raises(MethodError) as problem:
        payback_probability_batch(
            table, table, [AS_PLANNED], delays=[NO_DELAY], noise=0.0, by=[1, 2], draws=10, seed=1
        )
    assert problem.value.argument == "by"
