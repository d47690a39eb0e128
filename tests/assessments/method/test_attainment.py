import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assessments.method import METHOD_VERSION, MethodError
from assessments.method.arguments import Direction
from assessments.method.attainment import (
    attainment,
    attainment_batch,
    maintain_attainment,
    maintain_attainment_batch,
    on_plan,
    on_plan_batch,
    planned_value,
    range_attainment,
    range_attainment_batch,
    to_target,
    to_target_batch,
)

whole = st.integers(-10_000, 10_000)
factor = st.sampled_from([-1000.0, -0.1, 0.01, 3.0, 86_400.0])
DIRECTIONS: tuple[Direction, ...] = ("higher", "lower")


def some(value: float | None) -> float:
    assert value is not None
    return value


def test_the_method_names_its_version() -> None:
    assert METHOD_VERSION == "2026.1"


@pytest.mark.parametrize(
    ("baseline", "actual", "target", "expected"),
    [
        (60, 76, 92, 0.5),  # staff acceptance half way
        (90, 72, 72, 1.0),  # inventory days, 18 fewer: lower is better
        (90, 63, 72, 1.5),  # stored uncapped
        (100, 110, 80, -0.5),  # worse than the baseline
        (-50, -20, 10, 0.5),  # through zero
        (0.1, 0.1, 0.3, 0.0),
    ],
)
def test_attainment_is_the_share_of_the_way(
    baseline: float, actual: float, target: float, expected: float
) -> None:
    assert attainment(baseline, actual, target) == pytest.approx(expected)


def test_attainment_cannot_be_said_when_target_is_baseline() -> None:
    assert attainment(5, 7, 5) is None


def test_attainment_reads_decimals_and_answers_a_float() -> None:
    result = attainment(Decimal("1.5"), Decimal("2.0"), Decimal("3.5"))
    assert type(result) is float
    assert result == 0.25


def test_attainment_holds_near_the_largest_float() -> None:
    assert attainment(-1.5e308, 0, 1.5e308) == pytest.approx(0.5)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, "12", True, 1j, None])
@pytest.mark.parametrize("argument", ["baseline", "actual", "target"])
def test_a_bad_number_is_named(argument: str, bad: float) -> None:
    values: dict[str, float] = {"baseline": 1.0, "actual": 2.0, "target": 3.0, argument: bad}
    with pytest.raises(MethodError, match=f"^{argument}: ") as caught:
        attainment(**values)
    assert caught.value.argument == argument


@given(whole, whole, whole, factor, st.integers(-1000, 1000))
def test_attainment_is_the_same_in_any_unit(b: int, a: int, t: int, k: float, shift: int) -> None:
    assume(b != t)
    assert attainment(b * k + shift, a * k + shift, t * k + shift) == pytest.approx(
        attainment(b, a, t), rel=1e-6, abs=1e-6
    )


@given(whole, whole, whole, st.integers(1, 100))
def test_moving_toward_the_target_raises_attainment_in_both_directions(
    b: int, a: int, t: int, s: int
) -> None:
    assume(b != t)
    step = s if t > b else -s
    assert some(attainment(b, a + step, t)) > some(attainment(b, a, t))


@given(whole, whole, whole)
def test_attainment_is_negative_exactly_when_worse_than_baseline(b: int, a: int, t: int) -> None:
    assume(b != t)
    worse = a < b if t > b else a > b
    assert (some(attainment(b, a, t)) < 0) == worse


def test_batch_keeps_missing_values_missing() -> None:
    result = attainment_batch([0, None, 5], [5, 1, 6], [10.0, 2.0, 5.0])
    assert result[0] == 0.5
    assert np.isnan(result[1:]).all()


@pytest.mark.parametrize(
    "bad", [[1.0, math.inf, 1.0], [1.0, 2.0], [[1.0]], ["1", "2", "3"], [1, "2", 3], [[1], 2]]
)
def test_batch_refuses_what_is_not_a_column_of_numbers(bad: list[float]) -> None:
    with pytest.raises(MethodError, match=r"^actual: "):
        attainment_batch([0, 0, 0], bad, [1, 1, 1])


def test_batches_may_be_empty() -> None:
    assert attainment_batch([], [], []).size == 0


@given(st.lists(st.tuples(whole, whole, whole), min_size=1, max_size=20))
def test_batch_and_scalar_agree(rows: list[tuple[int, int, int]]) -> None:
    b, a, t = zip(*rows, strict=True)
    expected = [attainment(*row) for row in rows]
    assert [None if math.isnan(x) else x for x in attainment_batch(b, a, t).tolist()] == expected
    planned = [on_plan(b_, a_, t_, 500) for b_, a_, t_ in rows]
    assert [None if math.isnan(x) else x for x in on_plan_batch(b, a, t, 500).tolist()] == planned
    for direction in DIRECTIONS:
        ratios = [to_target(a_, t_, direction=direction) for _, a_, t_ in rows]
        batch = to_target_batch(a, t, direction=direction).tolist()
        assert [None if math.isnan(x) else x for x in batch] == ratios
        kept = [maintain_attainment(a_, t_, direction=direction, tolerance=3) for _, a_, t_ in rows]
        assert maintain_attainment_batch(a, t, direction=direction, tolerance=3).tolist() == kept
    ranges = [range_attainment(a_, t_, t_ + 9, baseline=b_, tolerance=2) for b_, a_, t_ in rows]
    highs = [t_ + 9 for t_ in t]
    assert range_attainment_batch(a, t, highs, baseline=b, tolerance=2).tolist() == ranges


@pytest.mark.parametrize(
    ("actual", "direction", "tolerance", "expected"),
    [
        (100, "higher", None, 1.0),
        (103, "higher", None, 1.0),
        (97.5, "higher", None, 0.5),
        (95, "higher", None, 0.0),
        (50, "higher", None, 0.0),
        (102.5, "lower", None, 0.5),
        (90, "lower", None, 1.0),
        (90, "higher", 40, 0.75),
    ],
)
def test_maintaining_is_measured_by_the_tolerance(
    actual: float, direction: Direction, tolerance: float | None, expected: float
) -> None:
    result = maintain_attainment(actual, 100, direction=direction, tolerance=tolerance)
    assert result == pytest.approx(expected)


def test_a_target_of_zero_needs_a_tolerance() -> None:
    with pytest.raises(MethodError, match=r"^tolerance: "):
        maintain_attainment(0, 0, direction="lower")
    assert maintain_attainment(1, 0, direction="lower", tolerance=4) == 0.75
    assert np.isnan(maintain_attainment_batch([0.0], [0.0], direction="lower")).all()


@pytest.mark.parametrize("tolerance", [0, -1, math.nan])
def test_a_tolerance_is_above_zero(tolerance: float) -> None:
    with pytest.raises(MethodError, match=r"^tolerance: "):
        maintain_attainment(1, 2, direction="higher", tolerance=tolerance)
    with pytest.raises(MethodError, match=r"^tolerance: "):
        range_attainment(1, 2, 3, tolerance=tolerance)


@pytest.mark.parametrize("direction", ["up", "", None, "maintain"])
def test_an_unknown_direction_is_named(direction: Direction) -> None:
    with pytest.raises(MethodError, match=r"^direction: "):
        maintain_attainment(1, 2, direction=direction)
    with pytest.raises(MethodError, match=r"^direction: "):
        to_target(1, 2, direction=direction)


def test_directions_may_differ_by_row() -> None:
    result = maintain_attainment_batch([99, 99], [100, 100], direction=np.array(["higher", "lower"]))
    assert result == pytest.approx([0.8, 1.0])


@given(whole, whole, st.sampled_from(DIRECTIONS), st.sampled_from([0.01, 7.0, 1e4]))
def test_maintaining_is_the_same_in_any_unit(a: int, t: int, direction: Direction, k: float) -> None:
    assume(t != 0)
    scaled = maintain_attainment(a * k, t * k, direction=direction)
    assert scaled == pytest.approx(maintain_attainment(a, t, direction=direction), abs=1e-9)
    assert 0 <= scaled <= 1


@pytest.mark.parametrize(
    ("actual", "baseline", "tolerance", "expected"),
    [
        (10, None, None, 1.0),
        (20, 50, None, 1.0),
        (15, 50, None, 1.0),
        (35, 50, None, 0.5),  # half way back to the upper bound
        (50, 50, None, 0.0),
        (65, 50, None, -0.5),
        (5, 0, None, 0.5),
        (0, 50, None, 0.75),  # beyond the other bound: 10 off, the baseline was 40 from that bound
        (20.5, 15, None, 0.5),  # baseline inside: 5 % of the bound
        (20.5, None, None, 0.5),
        (30, 20, None, 0.0),
        (8, 15, 4, 0.5),
    ],
)
def test_a_range_is_measured_from_its_nearest_bound(
    actual: float, baseline: float | None, tolerance: float | None, expected: float
) -> None:
    assert range_attainment(actual, 10, 20, baseline=baseline, tolerance=tolerance) == pytest.approx(expected)


def test_a_bound_of_zero_needs_a_tolerance_once_it_is_left() -> None:
    assert range_attainment(3, 0, 5) == 1
    with pytest.raises(MethodError, match=r"^tolerance: "):
        range_attainment(-1, 0, 5)
    assert range_attainment(-1, 0, 5, tolerance=2) == 0.5


def test_a_range_runs_from_low_to_high() -> None:
    with pytest.raises(MethodError, match=r"^low: "):
        range_attainment(1, 5, 4)


@given(whole, whole, st.integers(0, 500), whole, st.sampled_from([-2.0, 0.01, 60.0]))
def test_a_range_is_the_same_in_any_unit(a: int, low: int, width: int, b: int, k: float) -> None:
    high = low + width
    bottom, top = sorted((low * k, high * k))
    assert range_attainment(a * k, bottom, top, baseline=b * k, tolerance=5 * abs(k)) == pytest.approx(
        range_attainment(a, low, high, baseline=b, tolerance=5), rel=1e-6, abs=1e-6
    )


def test_on_plan_compares_with_the_planned_value_of_the_period() -> None:
    assert on_plan(100, 90, 80, 60) == pytest.approx(0.5)
    assert on_plan(60, 76, 68) == 2


def test_under_five_percent_of_the_way_is_too_early() -> None:
    assert on_plan(0, 3, 4.9, 100) is None
    assert on_plan(0, 4, 5, 100) == pytest.approx(0.8)
    assert on_plan(0.1, 0.2, 0.15, 1.1) == pytest.approx(2.0)  # exactly 5 % but for float dust
    assert on_plan(0, 3, 0, 100) is None
    assert on_plan(0, 3, 0) is None
    assert on_plan(0, 3, 0.001) == pytest.approx(3000)
    assert on_plan(0, 1, 2, 0) == 0.5  # a plan that returns to its baseline


@given(whole, whole, whole, whole, factor)
def test_on_plan_is_the_same_in_any_unit(b: int, a: int, p: int, t: int, k: float) -> None:
    assume(abs(p - b) * 20 != abs(t - b))
    first, second = on_plan(b, a, p, t), on_plan(b * k, a * k, p * k, t * k)
    assert first == (None if second is None else pytest.approx(second, rel=1e-6, abs=1e-6))


@pytest.mark.parametrize(
    ("actual", "target", "direction", "expected"),
    [
        (80, 100, "higher", 0.8),
        (100, 80, "lower", 0.8),
        (-5, -10, "higher", 0.5),
        (0, 10, "higher", None),
        (10, 0, "higher", None),
        (0, 10, "lower", None),
        (10, 0, "lower", None),
        (-1, 10, "higher", None),
        (1, -10, "lower", None),
    ],
)
def test_the_plain_ratio_is_not_said_where_it_breaks(
    actual: float, target: float, direction: Direction, expected: float | None
) -> None:
    assert to_target(actual, target, direction=direction) == expected


def test_the_planned_value_is_linear_between_points() -> None:
    assert planned_value([0, 10, 20], [100, 80, 80], 5) == 90
    assert planned_value([0, 10], [100, 80], 99) == 80
    assert planned_value([0, 10], [100, 80], -1) is None
    assert planned_value([], [], 0) is None
    with pytest.raises(MethodError, match=r"^positions: "):
        planned_value([1, 1], [2, 3], 1)
    with pytest.raises(MethodError, match=r"^values: "):
        planned_value([1, 2], [2], 1)
