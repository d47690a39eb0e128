import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.method import MethodError
from assessments.method.arguments import Direction
from assessments.method.control_chart import ControlChart, Rules, Signal, assurance, xmr

CALM = [10, 12, 10, 12, 10, 12, 10, 12, 10, 12, 10, 12]
"""Centre 11, mean moving range 2, limits 5.68 and 16.32, two thirds 7.453 and 14.547, half 8.34 and 13.66."""
series = st.lists(st.integers(-500, 500), min_size=5, max_size=40)


def signals(after: Sequence[float], rule: str, rules: Rules = "nhs") -> list[tuple[int, str]]:
    chart = xmr([*CALM, *after], baseline=12, rules=rules)
    return [(s.index - 12, s.side) for s in chart.signals if s.rule == rule]


def test_limits_of_the_nist_example() -> None:
    # NIST/SEMATECH e-Handbook 6.3.2.2, individuals chart of flow rates: mean 50.81, mean moving range 1.8778,
    # limits 45.8159 and 55.8041 by 3/1.128; 2.66 is that factor rounded.
    chart = xmr([49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1])
    assert chart.centre == pytest.approx(50.81)
    assert chart.moving_range_mean == pytest.approx(1.8778, abs=5e-5)
    assert chart.lower == pytest.approx(45.8159, abs=0.002)
    assert chart.upper == pytest.approx(55.8041, abs=0.002)
    assert chart.status == "trial"


def test_limits_by_hand() -> None:
    chart = xmr(CALM)
    assert (chart.centre, chart.moving_range_mean, chart.status) == (11, 2, "firm")
    assert (chart.lower, chart.upper) == pytest.approx((5.68, 16.32))
    assert chart.moving_range_limit == pytest.approx(6.536)
    assert chart.signals == ()


@pytest.mark.parametrize(
    ("count", "status"), [(0, "none"), (4, "none"), (5, "trial"), (11, "trial"), (12, "firm"), (30, "firm")]
)
def test_status_counts_the_points_the_limits_come_from(count: int, status: str) -> None:
    assert xmr([1, 2] * 15, baseline=count or 1).status == status
    assert xmr(([1, 2] * 15)[:count]).status == status


def test_under_five_points_there_are_no_limits_and_no_signals() -> None:
    assert xmr([]) == ControlChart(None, None, None, None, None, "none", ())
    assert xmr([3]) == ControlChart(3, None, None, None, None, "none", ())
    assert xmr([1, 1, 1, 1, 900], baseline=4) == ControlChart(1, None, None, 0, None, "none", ())


def test_a_baseline_longer_than_the_series_takes_what_there_is() -> None:
    assert xmr(CALM[:6], baseline=12) == xmr(CALM[:6])


def test_limits_are_frozen_on_the_baseline() -> None:
    chart = xmr([*CALM, 40, 41], baseline=12)
    assert (chart.centre, chart.upper) == pytest.approx((11, 16.32))
    assert [(s.index, s.side) for s in chart.signals if s.rule == "beyond"] == [(12, "above"), (13, "above")]


def test_large_ranges_are_not_screened() -> None:
    chart = xmr([0, 0, 0, 0, 100, 0, 0, 0, 0, 0, 0])
    assert chart.moving_range_mean == 20


def test_beyond_is_strict_on_unrounded_limits() -> None:
    upper = xmr(CALM).upper
    assert upper is not None
    assert signals([upper], "beyond") == []
    assert signals([upper + 1e-9], "beyond") == [(0, "above")]
    assert signals([5.6799], "beyond") == [(0, "below")]


def test_a_run_of_seven_signals_and_each_further_point_too() -> None:
    assert signals([10, *[11.5] * 6], "run") == []
    assert signals([10, *[11.5] * 7], "run") == [(7, "above")]
    assert signals([12, *[10.5] * 9], "run") == [(7, "below"), (8, "below"), (9, "below")]


def test_a_point_on_the_centre_line_breaks_a_run() -> None:
    assert signals([10, *[11.5] * 4, 11, *[11.5] * 6], "run") == []
    assert signals([10, *[11.5] * 4, 11.0 + 1e-15, *[11.5] * 6], "run") == []


def test_wheelers_run_takes_eight() -> None:
    assert signals([10, *[11.5] * 7], "run", "wheeler") == []
    assert signals([10, *[11.5] * 8], "run", "wheeler") == [(8, "above")]


def test_a_trend_is_seven_points_and_a_tie_breaks_it() -> None:
    rising = [8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0]
    assert signals(rising, "trend") == [(6, "up")]
    assert signals([*rising, 14.5], "trend") == [(6, "up"), (7, "up")]
    assert signals([*rising[:-1], 13.0], "trend") == []
    assert signals([14, 13.5, 13, 12, 11, 10, 9], "trend") == [(6, "down")]
    assert signals([8, 9, 10, 10, 11, 12, 13, 14], "trend") == []
    # the last two points of the baseline (10, 12) are the first of the seven
    assert signals([12.1, 12.2, 12.3, 12.4, 12.5], "trend") == [(4, "up")]


def test_two_of_three_wherever_the_third_lies() -> None:
    assert signals([15, 15], "two_of_three") == [(1, "above")]
    assert signals([15, 5, 15], "two_of_three") == [(2, "above")]
    assert signals([15, 15, 11], "two_of_three") == [(1, "above")]  # the completing point is one of the two
    assert signals([15, 11, 11, 15], "two_of_three") == []
    assert signals([15, 7, 11, 11], "two_of_three") == []  # two sides
    assert signals([7, 7, 7], "two_of_three") == [(1, "below"), (2, "below")]
    edge = 11 + 5.32 * 2 / 3
    assert signals([edge, edge], "two_of_three") == []


def test_three_of_four_is_wheelers() -> None:
    assert signals([14, 14, 11, 14], "three_of_four", "wheeler") == [(3, "above")]
    assert signals([14, 11, 11, 14, 14], "three_of_four", "wheeler") == []
    assert signals([14, 14, 14], "three_of_four") == []
    assert {s.rule for s in xmr([*CALM, *range(8, 40)], baseline=12, rules="wheeler").signals} == {
        "beyond",
        "run",
        "three_of_four",
    }


def test_signals_come_in_the_order_of_points() -> None:
    chart = xmr([*CALM, 20, 20, 20], baseline=12)
    assert [s.index for s in chart.signals] == sorted(s.index for s in chart.signals)
    assert Signal(13, "two_of_three", "above") in chart.signals


@pytest.mark.parametrize("value", [0.1, 0.3, 1 / 3, 1e-300, 1e300, 0.0])
def test_a_constant_series_has_no_signals(value: float) -> None:
    chart = xmr([value] * 30)
    assert (chart.centre, chart.lower, chart.upper, chart.signals) == (value, value, value, ())


def test_float_dust_is_no_movement() -> None:
    assert xmr([0.3, 0.1 + 0.2] * 10).signals == ()


def test_a_later_giant_does_not_hide_other_signals() -> None:
    assert signals([20, 1e30], "beyond") == [(0, "above"), (1, "above")]


@given(series, st.sampled_from([-3.0, 0.5, 1024.0]), st.integers(-1000, 1000))
def test_the_chart_moves_and_stretches_with_its_values(values: list[int], k: float, shift: int) -> None:
    first, second = xmr(values), xmr([v * k + shift for v in values])
    low, high = (second.lower, second.upper) if k > 0 else (second.upper, second.lower)
    assert first.lower is not None
    assert first.upper is not None
    assert low == pytest.approx(first.lower * k + shift, abs=1e-6)
    assert high == pytest.approx(first.upper * k + shift, abs=1e-6)
    turned = {"above": "below", "below": "above", "up": "down", "down": "up"}
    assert [(s.index, s.rule, s.side) for s in second.signals] == [
        (s.index, s.rule, s.side if k > 0 else turned[s.side]) for s in first.signals
    ]


@given(series)
def test_points_beyond_the_limits_are_exactly_the_beyond_signals(values: list[int]) -> None:
    chart = xmr(values)
    assert chart.lower is not None
    assert chart.upper is not None
    outside = [i for i, v in enumerate(values) if v > chart.upper + 1e-9 or v < chart.lower - 1e-9]
    assert [s.index for s in chart.signals if s.rule == "beyond"] == outside


@pytest.mark.parametrize("baseline", [0, -1, 2.5, True])
def test_a_baseline_is_a_whole_number_of_points(baseline: int) -> None:
    with pytest.raises(MethodError, match=r"^baseline: "):
        xmr(CALM, baseline=baseline)


def test_bad_input_is_named() -> None:
    with pytest.raises(MethodError, match=r"^rules: "):
        xmr(CALM, rules="nelson")  # type: ignore[arg-type]
    for bad in ([1.0, math.nan], [1.0, math.inf], [1e308, -1e308] * 6):
        with pytest.raises(MethodError, match=r"^values: "):
            xmr(bad)


@pytest.mark.parametrize(
    ("target", "higher", "lower"),
    [(4, "will", "will_not"), (5, "may", "may"), (7, "may", "may"), (11, "will_not", "will")],
)
def test_assurance_by_direction(target: float, higher: str, lower: str) -> None:
    assert assurance(5, 10, target, direction="higher") == higher
    assert assurance(5, 10, target, direction="lower") == lower


def test_assurance_cannot_be_said_without_limits() -> None:
    assert assurance(None, None, 3, direction="higher") is None


def test_assurance_refuses_bad_input() -> None:
    with pytest.raises(MethodError, match=r"^lower: "):
        assurance(2, 1, 0, direction="higher")
    with pytest.raises(MethodError, match=r"^target: "):
        assurance(1, 2, math.nan, direction="higher")
    wrong: Direction = "maintain"  # type: ignore[assignment]
    with pytest.raises(MethodError, match=r"^direction: "):
        assurance(1, 2, 1, direction=wrong)
