"""Amounts drawn by rule: sums are exact, ends are as said, nothing has a fraction of a cent."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.periods import add_months
from projects.services import filling

JANUARY = datetime.date(2026, 1, 1)
AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=2)


def months(count: int) -> list[datetime.date]:
    return [add_months(JANUARY, step) for step in range(count)]


@given(AMOUNTS, st.integers(1, 60))
def test_what_is_spread_adds_up_to_the_cent_and_is_even_to_a_cent(amount: Decimal, count: int) -> None:
    filled = filling.spread(months(count), amount)
    assert sum(filled.values()) == amount
    assert max(filled.values()) - min(filled.values()) <= Decimal("0.02")


@given(AMOUNTS, st.lists(st.decimals(min_value=0, max_value=10**6, places=2), min_size=1, max_size=36))
def test_what_is_spread_like_another_line_adds_up_and_follows_it(
    amount: Decimal, weights: list[Decimal]
) -> None:
    if not sum(weights):
        with pytest.raises(ValueError, match="nothing"):
            filling.spread(months(len(weights)), amount, weights)
        return
    filled = filling.spread(months(len(weights)), amount, weights)
    assert sum(filled.values()) == amount
    for value, weight in zip(filled.values(), weights, strict=True):
        assert abs(value - amount * weight / sum(weights)) <= Decimal("0.011")


def test_a_ramp_is_straight_and_then_stays() -> None:
    assert list(filling.ramp(months(5), Decimal(900), 3).values()) == [300, 600, 900, 900, 900]


def test_growth_of_a_year_is_its_per_cent_however_it_is_compounded() -> None:
    monthly = filling.growth(months(13), Decimal(1000), Decimal(12), yearly=False, year_start=1)
    assert monthly[JANUARY] == 1000
    assert monthly[add_months(JANUARY, 12)] == 1120
    assert monthly[add_months(JANUARY, 6)] == Decimal("1058.30")
    yearly = filling.growth(months(13), Decimal(1000), Decimal(12), yearly=True, year_start=1)
    assert list(yearly.values()) == [1000] * 12 + [1120]


def test_a_step_comes_with_the_fiscal_year() -> None:
    filled = filling.growth(months(5), Decimal(100), Decimal(10), yearly=True, year_start=4)
    assert list(filled.values()) == [100, 100, 100, 110, 110]


def test_inflation_raises_what_is_there_and_invents_no_month() -> None:
    amounts = {JANUARY: Decimal(100), add_months(JANUARY, 12): Decimal(200)}
    filled = filling.inflation(months(24), amounts, Decimal(3), yearly=True, year_start=1)
    assert filled == {JANUARY: Decimal(100), add_months(JANUARY, 12): Decimal(206)}
