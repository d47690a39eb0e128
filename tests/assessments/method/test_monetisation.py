import datetime
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.method import MethodError
from assessments.method.arguments import Direction
from assessments.method.monetisation import (
    adoption_ramp,
    adoption_ramp_batch,
    improvement,
    monetised,
    monetised_batch,
    months_since,
)

DIRECTIONS: tuple[Direction, ...] = ("higher", "lower")
amounts = st.floats(-1e6, 1e6, allow_nan=False).filter(lambda value: value == 0 or abs(value) > 1e-6)
shares = st.floats(0, 1).filter(lambda value: value == 0 or value > 1e-6)


def test_the_amount_is_the_product_of_its_factors() -> None:
    # (24 − 18.5 h) × 1,200 orders × 12 EUR × 80 % × 100 % × 50 %, reckoned by hand.
    month = monetised(24, 18.5, direction="lower", volume=1200, money=12, capture=0.8, ramp=0.5)
    assert month.improvement == 5.5
    assert month.amount == pytest.approx(31_680)


def test_an_improvement_in_per_cent_wants_its_factor() -> None:
    # Scrap falls from 4.2 % to 3.0 % of 50,000 parts of 18 EUR: 600 parts fewer.
    month = monetised(4.2, 3.0, direction="lower", volume=50_000, money=18, factor=0.01)
    assert month.amount == pytest.approx(10_800)


@pytest.mark.parametrize(("direction", "sign"), [("higher", 1), ("lower", -1)])
def test_the_better_side_is_positive_and_the_worse_one_negative(direction: Direction, sign: int) -> None:
    assert improvement(10, 12, direction=direction) == 2 * sign
    worse = monetised(10, 10 - sign, direction=direction, volume=3, money=2)
    assert worse.amount == -6


@pytest.mark.parametrize("direction", ["range", "maintain", "sideways"])
def test_what_has_no_better_side_is_refused(direction: str) -> None:
    with pytest.raises(MethodError, match="direction"):
        monetised(10, 12, direction=direction, volume=1, money=1)  # type: ignore[arg-type]


@pytest.mark.parametrize("missing", ["baseline", "actual", "volume", "money"])
def test_what_cannot_be_said_is_none_and_never_zero(missing: str) -> None:
    given = {"baseline": 10.0, "actual": 8.0, "volume": 5.0, "money": 2.0, missing: None}
    start, now = given.pop("baseline"), given.pop("actual")
    month = monetised(start, now, direction="lower", **given)  # type: ignore[arg-type]
    assert month.amount is None


@pytest.mark.parametrize("name", ["capture", "attribution", "ramp"])
@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_outside_0_to_1_is_refused(name: str, share: float) -> None:
    with pytest.raises(MethodError, match=name):
        monetised(1, 2, direction="higher", volume=1, money=1, **{name: share})


def test_what_does_not_fit_a_float_cannot_be_said() -> None:
    assert monetised(0, 1e200, direction="higher", volume=1e200, money=1).amount is None


@given(amounts, amounts, amounts, amounts, shares, shares, shares, st.sampled_from(DIRECTIONS))
def test_the_amount_is_proportional_to_each_factor(
    baseline: float,
    actual: float,
    volume: float,
    money: float,
    capture: float,
    attribution: float,
    ramp: float,
    direction: Direction,
) -> None:
    whole = {"volume": volume, "money": money, "capture": capture, "attribution": attribution, "ramp": ramp}
    month = monetised(baseline, actual, direction=direction, **whole)
    assert month.amount is not None
    for name in whole:
        halved = monetised(baseline, actual, direction=direction, **{**whole, name: whole[name] / 2})
        assert halved.amount == pytest.approx(month.amount / 2, rel=1e-9, abs=1e-9)
        nothing = monetised(baseline, actual, direction=direction, **{**whole, name: 0})
        assert nothing.amount == 0


@given(amounts, amounts, amounts, amounts)
def test_a_mirrored_kpi_in_the_other_direction_is_worth_the_same(
    baseline: float, actual: float, volume: float, money: float
) -> None:
    one = monetised(baseline, actual, direction="higher", volume=volume, money=money)
    other = monetised(-baseline, -actual, direction="lower", volume=volume, money=money)
    assert one.amount == other.amount


@given(
    st.lists(
        st.tuples(amounts | st.none(), amounts | st.none(), st.sampled_from(DIRECTIONS), amounts, shares),
        min_size=1,
        max_size=20,
    )
)
def test_the_batch_says_what_the_single_months_say(
    rows: list[tuple[float | None, float | None, Direction, float, float]],
) -> None:
    baselines, actuals, directions, volumes, captures = zip(*rows, strict=True)
    found = monetised_batch(
        baselines, actuals, direction=directions, volume=volumes, money=2.5, capture=captures
    )
    for place, (baseline, actual, direction, volume, capture) in enumerate(rows):
        one = monetised(baseline, actual, direction=direction, volume=volume, money=2.5, capture=capture)
        if one.amount is None:
            assert math.isnan(found.amount[place])
        else:
            assert found.amount[place] == pytest.approx(one.amount, rel=1e-9)


def test_the_ramp_is_a_straight_line_to_the_whole() -> None:
    assert [adoption_ramp(month, 4) for month in range(-1, 6)] == [0, 0.25, 0.5, 0.75, 1, 1, 1]
    assert [adoption_ramp(month, 0) for month in (-1, 0, 1)] == [0, 1, 1]


@given(st.integers(-30, 60), st.integers(0, 36))
def test_the_ramp_never_falls_and_stays_a_share(month: int, width: int) -> None:
    now, later = adoption_ramp_batch(np.array([month, month + 1]), width)
    assert 0 <= now <= later <= 1


def test_a_ramp_below_nothing_is_refused() -> None:
    with pytest.raises(MethodError, match="ramp_months"):
        adoption_ramp(1, -1)


def test_the_month_in_which_the_effect_begins_is_its_first() -> None:
    begin = datetime.date(2025, 11, 17)
    months = [datetime.date(2025, 10, 1), datetime.date(2025, 11, 1), datetime.date(2026, 2, 1)]
    assert [months_since(begin, month) for month in months] == [-1, 0, 3]
