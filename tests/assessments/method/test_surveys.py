import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.method import MethodError
from assessments.method.surveys import nps, nps_interval, sus

ratings = st.lists(st.integers(0, 10), min_size=1, max_size=40)


def test_nps_is_promoters_less_detractors() -> None:
    assert nps([10, 9, 8, 7, 6, 0]) == 0.0
    assert nps([10, 10, 9, 7]) == 75.0
    assert nps([0, 6]) == -100.0
    assert nps([]) is None


@given(ratings, st.integers(2, 5))
def test_nps_does_not_depend_on_order_or_on_repeating_everyone(given_: list[int], times: int) -> None:
    assert nps(given_[::-1] * times) == pytest.approx(nps(given_))
    assert -100 <= (nps(given_) or 0) <= 100


@given(ratings, st.integers(0, 39))
def test_a_higher_rating_never_lowers_nps(given_: list[int], at: int) -> None:
    better = list(given_)
    better[at % len(better)] = 10
    assert (nps(better) or 0) >= (nps(given_) or 0)


def test_nps_interval_by_hand() -> None:
    # 50 promoters, 20 detractors of 100: p + d - (p - d)^2 = 0.61, sd = 100 * sqrt(0.0061) = 7.8102
    low, high = nps_interval([10] * 50 + [8] * 30 + [3] * 20) or (0.0, 0.0)
    assert (low, high) == pytest.approx((30 - 1.959964 * 7.81025, 30 + 1.959964 * 7.81025), abs=1e-4)


def test_nps_interval_narrows_with_level_and_is_none_without_ratings() -> None:
    assert nps_interval([]) is None
    assert nps_interval([10, 10]) == (100.0, 100.0)
    wide, narrow = nps_interval([1, 9, 9], 0.99), nps_interval([1, 9, 9], 0.5)
    assert wide is not None
    assert narrow is not None
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


@pytest.mark.parametrize("bad", [[11], [-1], [7.5], [math.nan], ["9"], "9", 9])
def test_a_rating_outside_0_to_10_is_an_error(bad: Sequence[float]) -> None:
    with pytest.raises(MethodError, match=r"^ratings: "):
        nps(bad)


@pytest.mark.parametrize("level", [0, 1, 95, math.nan])
def test_a_level_lies_between_0_and_1(level: float) -> None:
    with pytest.raises(MethodError, match=r"^level: "):
        nps_interval([9], level)


def test_sus_of_brookes_own_example() -> None:
    # J. Brooke, "SUS: a quick and dirty usability scale" (1996): contributions add up to 22, score 55.
    assert sus([[5, 4, 2, 1, 2, 3, 2, 4, 5, 2]]) == 55.0


def test_sus_runs_from_0_to_100_and_is_the_mean_of_rows() -> None:
    best, worst = [5, 1] * 5, [1, 5] * 5
    assert (sus([best]), sus([worst]), sus([best, worst]), sus([[3] * 10])) == (100, 0, 50, 50)
    assert sus([]) is None


@pytest.mark.parametrize("row", [[3] * 9, [3] * 11, [3] * 9 + [6], [3] * 9 + [0], [3] * 9 + [2.5]])
def test_sus_rows_hold_ten_answers_from_1_to_5(row: list[float]) -> None:
    with pytest.raises(MethodError, match=r"^rows: "):
        sus([[3] * 10, row])
