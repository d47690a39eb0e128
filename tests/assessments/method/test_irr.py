import datetime
import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from assessments.method.finance import IrrResult, irr, irr_batch, npv, xirr, xnpv

NO_RATE = IrrResult(None, (), False)


def flows_with_rates(percents: Sequence[int]) -> list[int]:
    """Whole flows whose present value is 0 exactly at these rates: the product of (100·v·(1 + r) − 100)."""
    flows = [1]
    for percent in percents:
        grown = [0, *((100 + percent) * f for f in flows)]
        flows = [b - 100 * a for a, b in zip([*flows, 0], grown, strict=True)]
    return flows


def exact_count(flows: Sequence[int]) -> int:
    """Distinct roots v > 0 of Σ Fₜvᵗ by Sturm's theorem in fractions: an independent witness."""
    highest_first = [Fraction(f) for f in np.trim_zeros(flows)][::-1]
    size = len(highest_first) - 1
    chain = [highest_first, [c * (size - i) for i, c in enumerate(highest_first[:-1])]]
    while chain[-1]:
        rest = list(chain[-2])
        while len(rest) >= len(chain[-1]):
            factor = rest[0] / chain[-1][0]
            rest = [a - factor * b for a, b in zip(rest, chain[-1] + [Fraction(0)] * len(rest), strict=False)]
            rest = rest[1:]
        while rest and rest[0] == 0:
            rest = rest[1:]
        chain.append([-c for c in rest])
    members = [member for member in chain if member]
    return changes([m[-1] for m in members]) - changes([m[0] for m in members])


def changes(values: Sequence[Fraction]) -> int:
    signs = [value > 0 for value in values if value != 0]
    return sum(a != b for a, b in pairwise(signs))


@pytest.mark.parametrize("flows", [[], [0], [0, 0, 0], [5], [-5], [1, 2, 3], [-1, 0, -3], [0, 7, 0]])
def test_flows_without_a_change_of_sign_have_no_rate_and_no_error(flows: list[float]) -> None:
    assert irr(flows) == NO_RATE


def test_a_change_of_sign_does_not_make_a_rate() -> None:
    assert irr([-1_000, 2_000, -1_001]) == NO_RATE
    assert irr([1, -1, 1]) == NO_RATE


def test_the_oil_pump_has_two_rates() -> None:
    # Lorie and Savage, "Three problems in rationing capital" (1955): 25 % and 400 %.
    result = irr([-1_600, 10_000, -10_000])
    assert result.roots == pytest.approx((0.25, 4.0), rel=1e-12)
    assert result.multiple
    assert result.rate == pytest.approx(0.25)


def test_the_rate_is_the_root_nearest_to_doing_nothing() -> None:
    # ln 0.5 and ln 2 are as near as each other: the larger rate is taken, every time.
    assert irr([-2, 5, -2]).rate == pytest.approx(1.0)
    assert irr([-2, 5, -2]).roots == pytest.approx((-0.5, 1.0))
    assert irr(flows_with_rates([-60, 50])).rate == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("percents", "root"), [([10, 10], 0.1), ([0, 0], 0.0), ([-50, -50], -0.5), ([300, 300], 3)]
)
def test_a_double_root_counts_once(percents: list[int], root: float) -> None:
    result = irr(flows_with_rates(percents))
    assert result.roots == pytest.approx((root,), abs=1e-9)
    assert not result.multiple


def test_a_double_root_written_in_floats_is_found() -> None:
    assert irr([-1, 2.2, -1.21]).roots == pytest.approx((0.1,))


def test_a_root_of_high_order_counts_once() -> None:
    assert irr([math.comb(20, k) * (-1) ** k for k in range(21)]).roots == (0.0,)


def test_a_double_root_beside_single_ones() -> None:
    result = irr(flows_with_rates([-30, 20, 20, 70]))
    assert result.roots == pytest.approx((-0.3, 0.2, 0.7), abs=1e-7)


def test_a_rate_of_zero_is_exactly_zero() -> None:
    assert irr([-100, 50, 50]).rate == 0.0
    assert 0.0 in irr(flows_with_rates([0, 30])).roots


@pytest.mark.parametrize("multiple", [1e12, 1e100, 1e300, 1e-9, 1e-15])
def test_rates_as_far_out_as_a_float_goes(multiple: float) -> None:
    assert irr([-1, multiple]).rate == pytest.approx(multiple - 1, rel=1e-14, abs=2e-16)
    assert irr([-1] + [0] * 359 + [multiple]).rate == pytest.approx(
        math.expm1(math.log(multiple) / 360), rel=1e-12
    )


def test_a_rate_no_float_can_tell_from_minus_100_percent_is_not_listed() -> None:
    assert irr([-1, 1e-16]).roots == (-1 + 2.0**-53,)
    assert irr([-1, 1e-17]) == NO_RATE
    assert irr([-1, 1e-320]) == NO_RATE
    assert irr([-5e-324, 1.7e308]) == NO_RATE


def test_far_roots_are_found_beside_near_ones() -> None:
    # (v·1e-9 − 1)(v·1.1 − 1)(v·1e12 − 1): rates −0.999999999, 10 % and 1e12 − 1
    a, b, c = 1e-9, 1.1, 1e12
    flows = [-1, a + b + c, -(a * b + a * c + b * c), a * b * c]
    assert irr(flows).roots == pytest.approx((a - 1, b - 1, c - 1), rel=1e-9)


def test_leading_and_trailing_zeros_change_nothing() -> None:
    plain = irr([-100, 60, 60])
    for flows in ([0, 0, -100, 60, 60], [-100, 60, 60, 0, 0, 0], [0, -100, 60, 60, 0]):
        assert irr(flows).rate == pytest.approx(plain.rate, rel=1e-13)


@pytest.mark.parametrize("months", [120, 240, 360])
def test_long_monthly_flows_with_a_renewal(months: int) -> None:
    flows = [-100_000.0] + [1_500.0] * months
    flows[months // 2] = -60_000
    result = irr(flows)
    assert result.rate is not None
    assert not result.multiple
    assert abs(npv(result.rate, flows)) < 1e-7


def test_many_changes_of_sign_are_no_trouble() -> None:
    noise = np.random.default_rng(5).normal(size=240)
    result = irr(noise)
    for root in result.roots:
        terms = np.abs(noise) * (1 + root) ** -np.arange(240.0)
        assert abs(npv(root, noise)) <= 1e-9 * terms.sum()


@given(st.lists(st.integers(-18, 60), min_size=1, max_size=4, unique=True))
def test_every_root_that_was_put_in_comes_out(fives: list[int]) -> None:
    percents = sorted(5 * five for five in fives)
    result = irr(flows_with_rates(percents))
    assert result.roots == pytest.approx(tuple(p / 100 for p in percents), abs=1e-7)
    assert result.multiple == (len(percents) > 1)


@settings(max_examples=150)
@given(st.lists(st.integers(-20, 20), min_size=2, max_size=9))
def test_as_many_roots_as_sturms_theorem_says(flows: list[int]) -> None:
    assume(any(f > 0 for f in flows) and any(f < 0 for f in flows))
    assert len(irr(flows).roots) == exact_count(flows)


@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=40))
def test_the_present_value_at_every_root_is_zero(flows: list[int]) -> None:
    for root in irr(flows).roots:
        assume(root > -0.9)
        assert abs(npv(root, flows)) <= 1e-9 * npv(root, [abs(f) for f in flows])


@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=12), st.sampled_from([-1.0, 1e-9, 3.0, 1e12]))
def test_roots_do_not_depend_on_the_currency(flows: list[int], k: float) -> None:
    assert irr([f * k for f in flows]).roots == pytest.approx(irr(flows).roots, rel=1e-6, abs=1e-6)


@given(st.integers(1, 10_000), st.lists(st.integers(1, 10_000), min_size=1, max_size=30))
def test_one_outlay_has_one_rate_and_it_rises_with_a_benefit(outlay: int, returns: list[int]) -> None:
    first, second = irr([-outlay, *returns]), irr([-outlay, *returns[:-1], returns[-1] + 500])
    assert len(first.roots) == 1
    assert first.rate is not None
    assert second.rate is not None
    assert second.rate >= first.rate  # a distant benefit may lie below the last digit


@given(st.lists(st.integers(-18, 60), min_size=1, max_size=3, unique=True))
def test_xirr_on_whole_years_of_365_days_is_irr(fives: list[int]) -> None:
    flows = flows_with_rates([5 * five for five in fives])
    days = [datetime.date(2021, 1, 1) + datetime.timedelta(days=365 * t) for t in range(len(flows))]
    assert xirr(days, flows).roots == pytest.approx(irr(flows).roots, abs=1e-6)


@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(-900, 900)), min_size=2, max_size=15))
def test_the_dated_present_value_at_every_root_is_zero(rows: list[tuple[int, int]]) -> None:
    dates = [datetime.date(2020, 1, 1) + datetime.timedelta(days=day) for day, _ in rows]
    flows = [flow for _, flow in rows]
    for root in xirr(dates, flows).roots:
        if -0.9 < root < 1e6:
            assert abs(xnpv(root, dates, flows)) <= 1e-9 * xnpv(root, dates, [abs(f) for f in flows])


def test_xirr_finds_both_rates_of_the_oil_pump() -> None:
    days = [datetime.date(2021, 1, 1), datetime.date(2022, 1, 1), datetime.date(2023, 1, 1)]
    assert xirr(days, [-1_600, 10_000, -10_000]).roots == pytest.approx((0.25, 4.0))
    assert xirr([], []) == NO_RATE


def test_batch_and_scalar_agree_to_the_last_digit() -> None:
    rows = np.zeros((6, 5))
    rows[0, :2] = -100, 110
    rows[1, :3] = -1_600, 10_000, -10_000
    rows[2, :3] = -1, 2, -1.5
    rows[4] = -70_000, 12_000, 15_000, 18_000, 21_000
    rows[5, 3:] = -1, 1e12
    batch = irr_batch(rows)
    for row, rate, multiple in zip(rows, batch.rate, batch.multiple, strict=True):
        alone = irr(row)
        assert alone.rate == (None if np.isnan(rate) else rate)
        assert alone.multiple == multiple
    assert irr_batch(np.zeros((3, 0))).rate.shape == (3,)
